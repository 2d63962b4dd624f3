"""The server is killed at any moment: what it acknowledged is there, once, without repair."""

import http.client
import json
import random
import shutil
import sqlite3
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.fair import BAU, DATABASE, KEY, ROBO, new_key
from tests.servers import Running, launch

pytestmark = pytest.mark.live

PHONES = 8


@dataclass
class Told:
    """What the phones were told before the line went dead, and what they tried."""

    numbers: dict[str, int] = field(default_factory=dict)
    tried: dict[str, str] = field(default_factory=dict)
    first: threading.Event = field(default_factory=threading.Event)


def phone(server: Running, told: Told, dice: random.Random) -> None:
    """Ask until the server is gone; again and with the same key what had no answer."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    pending = [key for key in told.tried if key not in told.numbers]
    with closing(line), suppress(OSError, http.client.HTTPException):
        while True:
            again = pending and dice.random() < 0.5
            key = dice.choice(pending) if again else new_key()
            stand = told.tried.setdefault(key, dice.choice([ROBO, BAU]))
            line.request(
                "POST",
                f"/s/{stand}/questions",
                urlencode({"key": key, "text": f"Die Frage {key}"}),
                {
                    "Accept": "application/json",
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Sec-Fetch-Site": "same-origin",
                },
            )
            answer = line.getresponse()
            body = json.loads(answer.read())
            assert answer.status in (200, 201), body
            assert body["key"] == key
            # A repeated key is told the number of the first time.
            assert told.numbers.setdefault(key, body["number"]) == body["number"]
            told.first.set()


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
        assert told.first.wait(20), server.output
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
    stored = dict(rows)
    assert told.numbers.items() <= stored.items()
    assert stored.keys() <= told.tried.keys()
    assert len(rows) == len(stored) == len(set(stored.values())) == logged[0]
    assert max(stored.values()) == next_number - 1


@pytest.mark.parametrize(
    "lives",
    [4, pytest.param(40, marks=[pytest.mark.slow, pytest.mark.timeout(600)])],
)
def test_what_was_acknowledged_survives_every_kill(
    prepared: Path, tmp_path: Path, seed: int, lives: int
) -> None:
    shutil.copy(prepared, tmp_path / DATABASE)
    told, dice = Told(), random.Random(seed)
    for _ in range(lives):
        a_life(tmp_path, told, dice)
        expect_kept(tmp_path, told)
    assert len(told.numbers) > lives
