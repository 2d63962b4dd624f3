"""The server is killed at any moment: what it acknowledged is there, once, without repair."""

import random
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from simulation.servers import DATABASE, launch
from simulation.waiting import HANGS_S
from tests.support.fair import KEY, stored
from tests.support.phones import Told, phone

pytestmark = pytest.mark.live

PHONES = 8


def a_life(instance: Path, told: Told, dice: random.Random) -> None:
    """Start, ask from all sides, and die: right after an answer, or at any other moment."""
    server = launch(instance, EXCHANGE_SECRET_KEY=KEY)
    told.first.clear()
    try:
        server.wait_until_serving()
        hall = [
            threading.Thread(target=phone, args=(server, told, random.Random(dice.random())))
            for _ in range(PHONES)
        ]
        for one in hall:
            one.start()
        assert told.first.wait(HANGS_S), server.output
        if dice.random() < 0.6:
            time.sleep(dice.random() * 0.8)
    finally:
        server.finish()
    for one in hall:
        one.join()
    assert "Traceback" not in server.output


def expect_kept(instance: Path, told: Told) -> None:
    with closing(sqlite3.connect(instance / DATABASE)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = database.execute("SELECT key, number FROM questions").fetchall()
        logged = database.execute("SELECT count(*) FROM changes WHERE verb = 'ask'").fetchone()
        (next_number,) = database.execute(
            "SELECT next_number FROM events WHERE code = 'GE'"
        ).fetchone()
    kept = dict(rows)
    assert {stored(key): number for key, number in told.numbers.items()}.items() <= kept.items()
    assert kept.keys() <= {stored(key) for key in told.tried}
    assert len(rows) == len(kept) == len(set(kept.values())) == logged[0]
    assert max(kept.values()) == next_number - 1


@pytest.mark.parametrize(
    "lives",
    [4, pytest.param(40, marks=[pytest.mark.slow, pytest.mark.timeout(600)])],
)
def test_acknowledged_questions_survive_sigkill(
    prepared: Path, tmp_path: Path, seed: int, lives: int
) -> None:
    shutil.copy(prepared, tmp_path / DATABASE)
    told, dice = Told(), random.Random(seed)
    for _ in range(lives):
        a_life(tmp_path, told, dice)
        expect_kept(tmp_path, told)
    assert len(told.numbers) > lives
