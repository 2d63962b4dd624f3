"""What a stand list costs, by its length, and whether the hall notices.

    .venv/bin/python -m bench.organise            (about three minutes)

Our server as it is shipped, with 300 sockets at Gelsenkirchen. An organiser sends lists of 12 to
5,000 new projects for Aachen over HTTP: until the comparison is there, until it is written, until
it is taken back; CPU is what the server's own process used for it. Then the live path: questions
one at a time, in turns at rest and while lists go in and out every two seconds. Stall is the
longest answer to a `watch` that is sent every 20 ms.
"""

import argparse
import asyncio
import contextlib
import http.client
import json
import os
import platform
import statistics
import threading
import time
import urllib.parse
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from bench import grounds
from bench.grounds import Ground
from bench.live import Hall, Result

EVENT = "AC"
LENGTHS = (12, 60, 500, 5_000)
TIMES = 3
"""Each length so often, by default; the median counts."""
ROUNDS = 4
POSTS = 60
PAUSE_S = 2.0
"""Between two lists: nobody reads a comparison faster."""
_BOUNDARY = "a-boundary-of-this-bench"


@dataclass
class Taken:
    """What one list came to: seconds, and megabytes of the child at most."""

    compared: float
    written: float
    undone: float
    child_mb: float


def list_of(rows: int) -> bytes:
    """A list as an office sends it, with summaries of a usual length."""
    head = "Stand;Projekt;Kommune;Kurzbeschreibung;Ansprechperson;Funktion;E-Mail;Telefon;Pitch"
    words = "Anträge vollständig online stellen, beteiligen und bescheiden. " * 3
    lines = (
        f"L-{n};Vorhaben {rows}/{n};Stadt {n % 400};{words};Person {n};Amt {n % 60};"
        f"amt{n}@stadt{n % 400}.example.org;0221 {4710000 + n};{10 + n // 60 % 8}:{n % 60:02}"
        for n in range(1, rows + 1)
    )
    return "\n".join((head, *lines)).encode()


class Organiser:
    """An organiser's browser."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.cookie = ""
        _, headers, _ = self._post("/pass", {"secret": ground.organiser_secret})
        self.cookie = str(headers["set-cookie"]).partition(";")[0]

    def take(self, data: bytes) -> Taken:
        """Send a list, confirm it, take it back."""
        with _watching_children(self.ground.process_id) as most:
            began = time.perf_counter()
            told = self._send(data)
            while "plan" not in told:
                time.sleep(0.02)
                told = self._get(f"/organise/{EVENT}/import/{told['list']}")
            compared = time.perf_counter() - began
        began = time.perf_counter()
        path = f"/organise/{EVENT}/import/{told['list']}/apply"
        _, _, change = self._post(path, {"plan": told["plan"], "key": str(uuid.uuid4())})
        written = time.perf_counter() - began
        began = time.perf_counter()
        undo = {"change": change["change"], "key": str(uuid.uuid4())}
        self._post(f"/organise/{EVENT}/undo", undo)
        return Taken(compared, written, time.perf_counter() - began, most[0] / 1024)

    def _send(self, data: bytes) -> Any:
        head = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="l.csv"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        )
        body = head.encode() + data + f"\r\n--{_BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={_BOUNDARY}"
        return self._ask("POST", f"/organise/{EVENT}/import", body, kind)[2]

    def _get(self, path: str) -> Any:
        return self._ask("GET", path)[2]

    def _post(self, path: str, fields: dict[str, Any]) -> tuple[int, dict[str, str], Any]:
        body = urllib.parse.urlencode(fields).encode()
        return self._ask("POST", path, body, "application/x-www-form-urlencoded")

    def _ask(
        self, method: str, path: str, body: bytes | None = None, kind: str = ""
    ) -> tuple[int, dict[str, str], Any]:
        headers = {"Accept": "application/json" if self.cookie else "text/html"}
        headers["Sec-Fetch-Site"] = "same-origin"
        headers |= {"Cookie": self.cookie} if self.cookie else {}
        headers |= {"Content-Type": kind} if kind else {}
        line = http.client.HTTPConnection("127.0.0.1", self.ground.port, timeout=120)
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            text = answer.read()
            if answer.status >= 400:
                raise RuntimeError(f"{method} {path}: {answer.status} {text[:200]!r}")
            told = json.loads(text) if answer.headers.get_content_type().endswith("json") else None
            names = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, names, told
        finally:
            line.close()


@contextlib.contextmanager
def _watching_children(process_id: int) -> Iterator[list[int]]:
    """The most kilobytes that a child of the server has held, as Linux tells it."""
    most, over = [0], threading.Event()

    def look() -> None:
        while not over.wait(0.01):
            for task in Path(f"/proc/{process_id}/task").glob("*/children"):
                with contextlib.suppress(OSError, ValueError, IndexError):
                    for child in task.read_text().split():
                        if b"exchange.jobs" not in Path(f"/proc/{child}/cmdline").read_bytes():
                            # Forked, and still the server's own picture.
                            continue
                        status = Path(f"/proc/{child}/status").read_text()
                        peak = status.partition("VmHWM:")[2].split()[0]
                        most[0] = max(most[0], int(peak))

    watching = threading.Thread(target=look)
    watching.start()
    try:
        yield most
    finally:
        over.set()
        watching.join()


async def measure(ground: Ground, times: int, rounds: int) -> None:
    """All of it, printed as it comes."""
    organiser = Organiser(ground)
    hall = Hall(ground)
    await hall.open()
    await hall.load(1, 20)
    print(
        "| rows | compared s | written s | undone s | CPU s | child MB |\n|---|---|---|---|---|---|"
    )
    for rows in LENGTHS:
        data = list_of(rows)
        used = grounds.cpu_s(ground.process_id)
        taken = [await asyncio.to_thread(organiser.take, data) for _ in range(times)]
        print(
            f"| {rows} | {_middle([one.compared for one in taken])} "
            f"| {_middle([one.written for one in taken])} "
            f"| {_middle([one.undone for one in taken])} "
            f"| {(grounds.cpu_s(ground.process_id) - used) / times:.2f} "
            f"| {max(one.child_mb for one in taken):.0f} |",
            flush=True,
        )
    print("\n| rows, every 2 s | desk p50 / p95 ms | at rest | p95, times | stall ms |")
    print("|---|---|---|---|---|")
    for rows in (60, 5_000):
        quiet: list[Result] = []
        busy: list[Result] = []
        for _ in range(rounds):
            quiet.append(await hall.load(1, POSTS))
            busy.append(await _while_lists_come(hall, organiser, list_of(rows)))
        rest, under = Result.together(quiet), Result.together(busy)
        ratio = statistics.median(
            _at(one.desk, 95) / _at(other.desk, 95) for one, other in zip(busy, quiet, strict=True)
        )
        print(
            f"| {rows} | {_at(under.desk, 50):.1f} / {_at(under.desk, 95):.1f} "
            f"| {_at(rest.desk, 50):.1f} / {_at(rest.desk, 95):.1f} | {ratio:.2f} "
            f"| {under.stall:.0f} (at rest {rest.stall:.0f}) |",
            flush=True,
        )
        lost = under.lost + under.refused
        if lost:
            print(f"lost or refused meanwhile: {lost}")
    hall.close()


async def _while_lists_come(hall: Hall, organiser: Organiser, data: bytes) -> Result:
    over = threading.Event()

    def again_and_again() -> None:
        while not over.wait(PAUSE_S):
            organiser.take(data)

    lists = asyncio.create_task(asyncio.to_thread(again_and_again))
    try:
        return await hall.load(1, POSTS)
    finally:
        over.set()
        await lists


def _middle(times: Sequence[float]) -> str:
    return f"{statistics.median(times):.2f}"


def _at(times: Sequence[float], percent: int) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    with grounds.exchange() as ground:
        uvloop.run(measure(ground, options.times, options.rounds))


if __name__ == "__main__":
    main()
