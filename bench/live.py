"""How fast a question is seen: ours as it is shipped, and two bare yardsticks in the same run.

    .venv/bin/python -m bench.live            (about two minutes)
    .venv/bin/python -m bench.live --only exchange

Each server gets the same load over the loopback: 300 sockets over 12 stands (a desk each, the
moderation, the rest phones), then posts one at a time, 20 in flight and 100 in flight. A question
counts as seen when the fragment that holds its text has come. The servers run side by side and take
turns in short rounds, one under load at a time, so that a slow minute of the machine hits all of
them; what is promised is compared round by round, and the median counts. Never compare runs with
each other.
"""

import argparse
import asyncio
import contextlib
import os
import platform
import re
import statistics
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench import grounds
from bench.grounds import Ground
from simulation.clients import Poster, Watcher

SOCKETS = 300
# (in flight, posts of a round). One stand takes 600 asks a minute; between the loads are pauses.
LOADS = ((1, 60), (20, 160), (100, 480))
ROUNDS = 5
WARM_UP = 40
# A participant may ask six times a minute.
ASKS_A_PHONE = 5
# A burst waits this long for what is still under way.
PATIENCE_S = 15.0
POST_WITHIN_S = 20.0
# It ends by itself, whatever a server does; the traceback says at what it waited.
AT_MOST_S = 900.0
PING_EVERY_S = 0.02
_TOKEN = re.compile("token-([0-9a-f]{32})")


@dataclass
class Result:
    """What one load on one server came to; times in milliseconds."""

    in_flight: int
    posts: int
    seconds: float
    desk: list[float] = field(default_factory=list)
    moderation: list[float] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    refused: int = 0
    stall: float = 0.0
    cpu: float = 0.0
    """Milliseconds of the server's processor for one post, its pushes included."""

    @property
    def posts_a_second(self) -> float:
        """Answered posts a second of wall time."""
        return self.posts / self.seconds

    @classmethod
    def together(cls, rounds: Sequence["Result"]) -> "Result":
        """The rounds of one load as if they had been one."""
        whole = cls(rounds[0].in_flight, 0, 0.0)
        for one in rounds:
            whole.posts += one.posts
            whole.seconds += one.seconds
            whole.desk += one.desk
            whole.moderation += one.moderation
            whole.lost += one.lost
            whole.doubled += one.doubled
            whole.refused += one.refused
            whole.stall = max(whole.stall, one.stall)
            whole.cpu += one.cpu * one.posts
        whole.cpu /= whole.posts
        return whole


Rounds = list[list[Result]]
"""What one server came to: for each load its rounds."""


class Hall:
    """A server with its sockets connected."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.sent: dict[str, float] = {}
        self.seen: dict[str, dict[str, list[float]]] = {"desk": {}, "moderation": {}}
        self.watchers: list[Watcher] = []

    async def open(self) -> None:
        """Connect desks, moderation and phones, a few at a time."""
        for code in self.ground.stands:
            await self._watch("desk", code, self.ground.desk_secrets.get(code, ""), "desk")
        secret = self.ground.moderator_secret
        await self._watch("moderate", self.ground.event, secret, "moderation")
        phones = SOCKETS - len(self.watchers)
        places = [self.ground.stands[n % len(self.ground.stands)] for n in range(phones)]
        for first in range(0, phones, 20):
            await asyncio.gather(
                *(self._watch("stand", code) for code in places[first : first + 20])
            )

    def close(self) -> None:
        """End every connection."""
        for watcher in self.watchers:
            watcher.close()

    async def load(self, in_flight: int, posts: int) -> Result:
        """Post `posts` questions, `in_flight` at a time, and wait until they were seen."""
        tokens = [uuid.uuid4().hex for _ in range(posts)]
        waiting = iter(tokens)
        answered: set[str] = set()
        async with _pinging(self.ground) as pings:
            began, used = time.perf_counter(), grounds.cpu_s(self.ground.process_id)
            await asyncio.gather(*(self._post_all(waiting, answered) for _ in range(in_flight)))
            seconds = time.perf_counter() - began
            used = grounds.cpu_s(self.ground.process_id) - used
            await self._until_seen(answered)
        result = Result(
            in_flight, posts, seconds, stall=max(pings, default=0.0), cpu=used * 1000 / posts
        )
        result.refused = posts - len(answered)
        for where, times in (("desk", result.desk), ("moderation", result.moderation)):
            for token in answered:
                came = self.seen[where].get(token, [])
                result.lost += not came
                result.doubled += len(came) > 1
                times.extend((at - self.sent[token]) * 1000 for at in came[:1])
        return result

    async def _watch(self, room: str, code: str, secret: str = "", where: str = "") -> None:
        cookie = await _cookie(self.ground, secret) if secret else ""
        heard = self._hearing(where) if where else None
        watcher = await Watcher.connect(self.ground.port, cookie=cookie, heard=heard)
        answer = await watcher.watch(room, code)
        if not answer.get("ok"):
            raise RuntimeError(f"{self.ground.name} refused {room} {code}: {answer}")
        self.watchers.append(watcher)

    def _hearing(self, where: str) -> Callable[[dict[str, object], float], None]:
        seen = self.seen[where]

        def heard(fragment: dict[str, object], came: float) -> None:
            # The same text may stand twice in one card (in a field to redact it, say).
            for token in set(_TOKEN.findall(str(fragment["html"]))):
                seen.setdefault(token, []).append(came)

        return heard

    async def _post_all(self, tokens: Iterator[str], answered: set[str]) -> None:
        """As phones do: each asks a few times, under the cookie that its first question gave it."""
        poster, cookie, asked = Poster(self.ground.port), "", 0
        stands = self.ground.stands
        for token in tokens:
            code = stands[int(token[:4], 16) % len(stands)]
            text = f"Was kostet das im Jahr, und wer pflegt es? token-{token}"
            self.sent[token] = time.perf_counter()
            fields = {"key": str(uuid.UUID(token)), "text": text}
            try:
                async with asyncio.timeout(POST_WITHIN_S):
                    status, told, _ = await poster.post(
                        f"/s/{code}/questions", fields, {"Cookie": cookie} if cookie else {}
                    )
            except (TimeoutError, OSError, asyncio.IncompleteReadError):
                # No answer counts as refused; the next post gets a fresh connection.
                poster.close()
                continue
            if status == 201:
                answered.add(token)
            asked += 1
            if asked == ASKS_A_PHONE:
                cookie, asked = "", 0
            elif not cookie:
                # The yardsticks give none.
                cookie = told.get("set-cookie", "").partition(";")[0]
        poster.close()

    async def _until_seen(self, tokens: set[str]) -> None:
        give_up = time.perf_counter() + PATIENCE_S
        while time.perf_counter() < give_up:
            if all(tokens <= seen.keys() for seen in self.seen.values()):
                break
            await asyncio.sleep(0.05)
        # A double would come late.
        await asyncio.sleep(1.5)


@contextlib.asynccontextmanager
async def _pinging(ground: Ground) -> AsyncIterator[list[float]]:
    """Watches again and again on a socket of its own; the longest answer is the loop's stall."""
    waits: list[float] = []
    watcher = await Watcher.connect(ground.port)
    over = asyncio.Event()

    async def ping() -> None:
        while not over.is_set():
            began = time.perf_counter()
            await watcher.watch("event", ground.event)
            waits.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(PING_EVERY_S)

    pinging = asyncio.create_task(ping())
    try:
        yield waits
    finally:
        # Told, not cancelled: what is cancelled in the instant of its answer may go on for ever.
        over.set()
        await pinging
        watcher.close()


async def _cookie(ground: Ground, secret: str) -> str:
    poster = Poster(ground.port)
    status, headers, _ = await poster.post("/pass", {"secret": secret}, {"Accept": "text/html"})
    poster.close()
    if status != 303:
        raise RuntimeError(f"{ground.name} does not take the pass: {status}")
    return headers["set-cookie"].partition(";")[0]


async def measure(servers: Sequence[Ground], many: int) -> dict[str, Rounds]:
    """All loads on all servers, in turns; the first of a round is another one each time."""
    halls = [Hall(ground) for ground in servers]
    rounds: dict[str, Rounds] = {ground.name: [[] for _ in LOADS] for ground in servers}
    try:
        for hall in halls:
            await hall.open()
            await hall.load(1, WARM_UP)
        for number in range(many):
            first = number % len(halls)
            for load, (in_flight, posts) in enumerate(LOADS):
                for hall in halls[first:] + halls[:first]:
                    result = await hall.load(in_flight, posts)
                    rounds[hall.ground.name][load].append(result)
    finally:
        for hall in halls:
            hall.close()
    return rounds


async def _bounded(servers: Sequence[Ground], many: int) -> dict[str, Rounds]:
    async with asyncio.timeout(AT_MOST_S):
        return await measure(servers, many)


def table(results: dict[str, Rounds]) -> str:
    """All figures, one line a server and load."""
    lines = [
        "| server | in flight | desk p50 / p95 / p99 ms | moderation p50 / p95 / p99 ms "
        "| posts/s | CPU ms/post | lost | doubled | refused | stall ms |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, loads in results.items():
        lines += [
            f"| {name} | {one.in_flight} | {_quantiles(one.desk)} | {_quantiles(one.moderation)} "
            f"| {one.posts_a_second:.0f} | {one.cpu:.2f} | {one.lost} | {one.doubled} "
            f"| {one.refused} | {one.stall:.0f} |"
            for one in map(Result.together, loads)
        ]
    return "\n".join(lines)


def ratios(ours: Rounds, ground: Rounds) -> str:
    """The figures that the project promises, against the bare ground of the same rounds."""
    single = _compared(ours[0], ground[0], lambda one: _at(one.desk, 50))
    burst = _compared(ours[-1], ground[-1], lambda one: one.posts_a_second)
    waited = _median([_at(one.desk, 95) for one in ours[-1]], ".0f")
    return (
        f"one at a time, p50 at the desk: {single} times the bare ground (goal 2, at most 3)\n"
        f"100 in flight, posts/s: {burst} of the bare ground (goal 0.5)\n"
        f"100 in flight, p95 at the desk: {waited} ms (goal under 500)"
    )


def since(now: Rounds, before: Rounds) -> str:
    """Each figure against that of the earlier checkout in the same round; below 1 is quicker."""
    lines = []
    for after, earlier in zip(now, before, strict=True):
        figures = (
            ("p50 at the desk", lambda one: _at(one.desk, 50)),
            ("p95 at the desk", lambda one: _at(one.desk, 95)),
            ("p50 at the moderation", lambda one: _at(one.moderation, 50)),
            ("seconds a post", lambda one: 1 / one.posts_a_second),
            ("CPU a post", lambda one: one.cpu),
        )
        told = (f"{name} {_compared(after, earlier, figure)}" for name, figure in figures)
        lines.append(f"{after[0].in_flight} in flight, times the earlier: " + "; ".join(told))
    return "\n".join(lines)


def _compared(
    ours: Sequence[Result], ground: Sequence[Result], figure: Callable[[Result], float]
) -> str:
    return _median([figure(one) / figure(bare) for one, bare in zip(ours, ground, strict=True)])


def _median(rounds: list[float], form: str = ".2f") -> str:
    middle, least, most = statistics.median(rounds), min(rounds), max(rounds)
    return f"{middle:{form}} (rounds {least:{form}} to {most:{form}})"


def _quantiles(times: list[float]) -> str:
    return " / ".join(f"{_at(times, percent):.1f}" for percent in (50, 95, 99))


def _at(times: list[float], percent: int) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


SERVERS: dict[str, Callable[[], AbstractContextManager[Ground]]] = {
    "ground": grounds.bare_eventlet,
    "exchange": grounds.exchange,
    "node": grounds.bare_node,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, add_help=True)
    parser.add_argument("--only", choices=SERVERS, action="append")
    parser.add_argument(
        "--before", type=Path, help="another checkout of ours, set up, to take turns with this one"
    )
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="more of them tell two checkouts apart better"
    )
    options = parser.parse_args()
    chosen = options.only or list(SERVERS)
    with contextlib.ExitStack() as running:
        servers = {word: running.enter_context(SERVERS[word]()) for word in chosen}
        if options.before:
            earlier = grounds.exchange(root=options.before.resolve())
            servers["before"] = running.enter_context(earlier)
        results = uvloop.run(_bounded(list(servers.values()), options.rounds))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print(table(results))
    if {"ground", "exchange"} <= servers.keys():
        ours, ground = (results[servers[word].name] for word in ("exchange", "ground"))
        print("\n" + ratios(ours, ground))
    if {"exchange", "before"} <= servers.keys():
        now, before = (results[servers[word].name] for word in ("exchange", "before"))
        print("\n" + since(now, before))


if __name__ == "__main__":
    main()
