"""An honest hall beside an attack: phones that ask, a desk and a moderation that hear it."""

import asyncio
import contextlib
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from simulation.clients import Poster, Watcher
from simulation.servers import ROOT

PHONES = 20
EVERY_S = 10.2
"""Each phone asks so often; six in a minute are allowed."""
WITHIN_S = 30.0
_TOKEN = re.compile("token-([0-9a-f]{32})")


@dataclass
class Times:
    """How long it took until a question was on the desk and on the moderation; milliseconds."""

    seen: list[float] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    """Other statuses than 201; 0 where no answer came."""
    lost: int = 0

    def at(self, percent: int) -> float:
        """A percentile; of nothing it is as long as we wait."""
        ordered = sorted(self.seen)
        if not ordered:
            return WITHIN_S * 1000
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]

    def __str__(self) -> str:
        return (
            f"p50 {self.at(50):.0f} ms, p95 {self.at(95):.0f} ms, {len(self.seen)} seen, "
            f"{self.lost} lost, refused {self.refused}"
        )


@dataclass
class Hall:
    """Twenty phones at a stand, each with a cookie of its own, and who hears them."""

    port: int
    event: str
    stand: str
    desk_secret: str
    moderator_secret: str
    phones: list[Poster] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    turns: list[asyncio.Lock] = field(default_factory=list)
    watchers: list[Watcher] = field(default_factory=list)
    heard: dict[str, list[float]] = field(default_factory=dict)

    async def open(self) -> None:
        """Desk and moderation connect; every phone asks once, and has its cookie."""
        for room, code, secret in (
            ("desk", self.stand, self.desk_secret),
            ("moderate", self.event, self.moderator_secret),
        ):
            cookie = await entered(self.port, secret)
            watcher = await Watcher.connect(self.port, cookie=cookie, heard=self._hear)
            answer = await watcher.watch(room, code)
            assert answer["ok"], answer
            self.watchers.append(watcher)
        for _ in range(PHONES):
            phone = Poster(self.port)
            status, headers, _ = await self._ask(phone, "", uuid.uuid4().hex)
            assert status == 201, status
            self.phones.append(phone)
            self.turns.append(asyncio.Lock())
            self.cookies.append(headers["set-cookie"].partition(";")[0])

    def close(self) -> None:
        """End every connection."""
        for watcher in self.watchers:
            watcher.close()
        for phone in self.phones:
            phone.close()

    async def ask_for(self, seconds: float) -> Times:
        """All phones ask, evenly spread, for so long; then what came of it."""
        times = Times()
        sent: dict[str, float] = {}
        asking = []
        began = time.monotonic()
        number = 0
        while time.monotonic() - began < seconds:
            phone = number % PHONES
            asking.append(asyncio.create_task(self._one(phone, times, sent)))
            number += 1
            await asyncio.sleep(max(0.0, began + number * EVERY_S / PHONES - time.monotonic()))
        await asyncio.gather(*asking)
        until = time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            if all(len(self.heard.get(token, ())) >= len(self.watchers) for token in sent):
                break
            await asyncio.sleep(0.05)
        for token, at in sent.items():
            came = self.heard.get(token, [])
            if len(came) < len(self.watchers):
                times.lost += 1
            else:
                times.seen.append((max(came) - at) * 1000)
        return times

    async def _one(self, phone: int, times: Times, sent: dict[str, float]) -> None:
        token = uuid.uuid4().hex
        began = time.perf_counter()
        try:
            # Its next question waits while a phone has no answer yet.
            async with asyncio.timeout(WITHIN_S), self.turns[phone]:
                status, _, _ = await self._ask(self.phones[phone], self.cookies[phone], token)
        except (TimeoutError, OSError, asyncio.IncompleteReadError):
            # As a browser: a connection that was ended is opened again.
            self.phones[phone].close()
            status = 0
        if status == 201:
            sent[token] = began
        else:
            times.refused.append(status)

    async def _ask(self, phone: Poster, cookie: str, token: str) -> tuple[int, dict[str, str], Any]:
        fields = {"key": str(uuid.UUID(token)), "text": f"Was kostet das im Jahr? token-{token}"}
        headers = {"Cookie": cookie} if cookie else {}
        return await phone.post(f"/s/{self.stand}/questions", fields, headers)

    def _hear(self, fragment: dict[str, Any], came: float) -> None:
        for token in set(_TOKEN.findall(str(fragment["html"]))):
            self.heard.setdefault(token, []).append(came)


async def entered(port: int, secret: str) -> str:
    """The cookie of a browser that has opened a pass."""
    poster = Poster(port)
    try:
        status, headers, _ = await poster.post("/pass", {"secret": secret}, {"Accept": "text/html"})
    finally:
        poster.close()
    assert status == 303, status
    return headers["set-cookie"].partition(";")[0]


@contextlib.contextmanager
def attack(
    name: str, port: int, stand: str, question: str = "", *, seconds: float
) -> Iterator[Callable[[], bool]]:
    """An attack (simulation/attacks.py) under way; answers whether it still is."""
    command = [sys.executable, "-m", "simulation.attacks", str(port), str(seconds), name, stand]
    with subprocess.Popen([*command, question], cwd=ROOT) as process:
        try:
            yield lambda: process.poll() is None
        finally:
            process.kill()


def ratio(alone: Times, attacked: Times, least_ms: float) -> float:
    """How many times longer it took at p95; what is below `least_ms` counts as that."""
    return attacked.at(95) / max(alone.at(95), least_ms)
