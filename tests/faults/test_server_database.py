"""The disk is full, the database is locked, gone, damaged: nothing half stored, all well again.

Whatever is wrong with the database is told to programs as 503 `busy` with `Retry-After`, to people
in a sentence, and to the log once when it begins and once when it is over.
"""

import contextlib
import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulation.servers import DATABASE, Running, launch
from simulation.waiting import HANGS_S, wait_until
from tests.support.fair import KEY, ROBO, new_key, stored
from tests.support.loopback import page, send

pytestmark = [pytest.mark.live, pytest.mark.slow]

WORDS = "Was kostet der Betrieb im Jahr?"
BEGAN, OVER = "The database takes no changes", "The database takes changes again"


@dataclass
class Hall:
    """A server and the folder that it keeps its database in."""

    server: Running
    folder: Path
    since: int = 0
    """How many lines it had printed when the test began."""

    @property
    def stand(self) -> str:
        return f"{self.server.url}/s/{ROBO}"

    def post(self, key: str, text: str = WORDS) -> tuple[int, Any, dict[str, str]]:
        return send(f"{self.stand}/questions", {"key": key, "text": text})

    def health(self) -> tuple[int, Any]:
        return send(f"{self.server.url}/healthz")[:2]

    def said(self, words: str) -> list[str]:
        return [line for line in self.server.lines[self.since :] if line.startswith(words)]

    def wait(self, until: Callable[[], bool]) -> None:
        wait_until(until, lambda: self.server.output)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of a few MB under the folder, where this user may mount one."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "exchange", str(folder)],
        check=False,
        capture_output=True,
    )
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="module")
def open_hall(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """One server for all faults, one after the other: as on a bad day."""
    folder = tmp_path_factory.mktemp("hall") / "above" / "instance"
    folder.mkdir(parents=True)
    with small_disk(folder):
        shutil.copy(prepared, folder / DATABASE)
        server = launch(folder, EXCHANGE_SECRET_KEY=KEY)
        try:
            server.wait_until_serving()
            yield Hall(server, folder)
            assert server.stop() == 0
        finally:
            server.finish()
    assert "Traceback" not in server.output


@pytest.fixture
def hall(open_hall: Hall) -> Hall:
    open_hall.since = len(open_hall.server.lines)
    return open_hall


Fault = Callable[[Hall], AbstractContextManager[None]]


@contextlib.contextmanager
def too_large(hall: Hall) -> Iterator[None]:
    """The process may make no file longer: writes fail, whatever room the disk has."""
    pid = hall.server.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    room = (hall.folder / f"{DATABASE}-wal").stat().st_size
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def full(hall: Hall) -> Iterator[None]:
    """Not a byte is left on the disk; where none could be mounted, the process may write none."""
    if not hall.folder.is_mount():
        with too_large(hall):
            yield
        return
    filler = hall.folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    try:
        yield
    finally:
        filler.unlink()


@contextlib.contextmanager
def moved(hall: Hall) -> Iterator[None]:
    """The file is somewhere else for a while."""
    file, elsewhere = hall.folder / DATABASE, hall.folder / "elsewhere"
    file.rename(elsewhere)
    try:
        yield
        assert not file.exists(), "an empty database in the place of the one that is gone"
    finally:
        elsewhere.rename(file)


@contextlib.contextmanager
def folder_gone(hall: Hall) -> Iterator[None]:
    """The folder above cannot be entered: renamed, as root may enter any."""
    elsewhere = hall.folder.parent.with_name("elsewhere")
    hall.folder.parent.rename(elsewhere)
    try:
        yield
    finally:
        elsewhere.rename(hall.folder.parent)


@contextlib.contextmanager
def locked(hall: Hall) -> Iterator[None]:
    """Another program holds the lock, for ten seconds at least."""
    file, until = hall.folder / DATABASE, time.monotonic() + 10
    with closing(sqlite3.connect(file, isolation_level=None, timeout=HANGS_S)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        time.sleep(max(0, until - time.monotonic()))
        other.execute("ROLLBACK")


@contextlib.contextmanager
def damaged(hall: Hall, instead: bytes = b"This is no database. " * 1000) -> Iterator[None]:
    """Another file in its place, which is no database."""
    file, kept = hall.folder / DATABASE, hall.folder / "kept"
    file.rename(kept)
    file.write_bytes(instead)
    try:
        yield
    finally:
        kept.replace(file)


def emptied(hall: Hall) -> AbstractContextManager[None]:
    """An empty file in its place; SQLite by itself would make a database of it."""
    return damaged(hall, b"")


FAULTS: dict[str, tuple[Fault, set[str]]] = {
    "full": (full, {"full", "unreadable"}),
    "too_large": (too_large, {"unreadable", "full"}),
    "moved": (moved, {"gone"}),
    "folder_gone": (folder_gone, {"gone"}),
    "damaged": (damaged, {"damaged"}),
    "emptied": (emptied, {"damaged"}),
    "locked": (locked, {"locked"}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_an_outage_of_the_database_is_logged_once_and_recovered_from(
    hall: Hall, fault: str
) -> None:
    break_it, reasons = FAULTS[fault]
    first = hall.post(new_key())
    assert first[0] == 201
    assert hall.health() == (200, {"status": "ok"})
    keys = [new_key() for _ in range(12)]
    with page(hall.server) as phone:
        assert phone.watch("stand", ROBO)["ok"] is True
        with break_it(hall), ThreadPoolExecutor(6) as phones:
            for status, body, headers in phones.map(hall.post, keys):
                assert (status, body["error"]) == (503, "busy")
                assert int(headers["Retry-After"]) > 0
                assert body["message"]
            status, body = hall.health()
            assert (status, body["status"]) == (503, "not_ready")
            assert body["reason"] in reasons
            alive = send(f"{hall.server.url}/healthz/alive")[:2]
            assert alive == (200, {"status": "alive"})
            expect_readable_pages(hall)
            assert phone.watch("stand", ROBO).get("error", "busy") == "busy"
            assert len(hall.said(BEGAN)) == 1, hall.server.output
            assert hall.said(OVER) == []
        hall.wait(lambda: hall.health()[0] == 200)
        hall.wait(lambda: len(hall.said(OVER)) == 1)
        numbers = [told["number"] for status, told, _ in map(hall.post, keys) if status == 201]
        assert numbers == list(range(first[1]["number"] + 1, first[1]["number"] + 13))
        assert phone.watch("stand", ROBO)["ok"] is True
    assert len(hall.said(BEGAN)) == 1
    expect_whole(hall.folder / DATABASE, keys)


def expect_readable_pages(hall: Hall) -> None:
    """Nobody sees a traceback, and what was typed is given back."""
    curl = ["curl", "-s", "-w", "\n%{http_code}", "-H", "Sec-Fetch-Site: same-origin"]
    fields = ["--data-urlencode", f"key={new_key()}", "--data-urlencode", f"text={WORDS}"]
    for more in ([hall.stand], [f"{hall.stand}/questions", *fields]):
        told = subprocess.run([*curl, *more], check=True, capture_output=True, text=True)
        html, _, status = told.stdout.rpartition("\n")
        assert "Traceback" not in html
        assert "</html>" in html
        if len(more) > 1:
            assert status == "503"
            assert WORDS in html
        else:
            assert status in ("200", "503")


def expect_whole(file: Path, keys: list[str]) -> None:
    """Every key once, nothing beside it without its own, and the file is sound."""
    with closing(sqlite3.connect(file, timeout=HANGS_S)) as database:
        asked = database.execute("SELECT key, number FROM questions").fetchall()
        logged = database.execute("SELECT count(*) FROM changes WHERE verb = 'ask'").fetchone()
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert {key for key, _ in asked} >= {stored(key) for key in keys}
    assert len({number for _, number in asked}) == len({key for key, _ in asked}) == len(asked)
    assert logged == (len(asked),)
