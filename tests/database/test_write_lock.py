"""Writers queue, wait for other programs without stopping anybody, and give up in the end."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from flask import Flask

from exchange.database import transactions
from exchange.database.errors import DatabaseBusy
from exchange.database.transactions import writing
from exchange.domain.changes import Actor, Subject, change
from simulation.servers import DATABASE
from simulation.waiting import wait_until
from tests.support.fair import BAU, ROBO, Fair, new_key
from tests.support.windows import Window


@pytest.fixture
def locked(app: Flask) -> Iterator[sqlite3.Connection]:
    """Another program is writing."""
    path = app.extensions["process"].settings.instance / DATABASE
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other
        if other.in_transaction:
            other.execute("ROLLBACK")


@pytest.mark.sqlite
def test_a_writer_is_refused_as_busy_after_the_lock_timeout(
    fair: Fair, locked: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "WRITE_LOCK_TIMEOUT_S", 0.4)
    began = time.monotonic()
    with pytest.raises(DatabaseBusy):
        fair.ask()
    assert time.monotonic() - began >= 0.4
    locked.execute("ROLLBACK")
    assert fair.card(fair.ask()).number == 1


@pytest.mark.sqlite
def test_a_locked_database_is_retried_with_pauses_in_which_others_run(
    fair: Fair, locked: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        time.sleep(seconds)
        if len(waits) == 3:
            locked.execute("ROLLBACK")

    monkeypatch.setattr(transactions, "pause", pause)
    assert fair.card(fair.ask()).number == 1
    assert len(waits) == 3
    assert max(waits) <= 0.05


@pytest.fixture
def crowded(app: Flask) -> Iterator[None]:
    """Another program writes all the time: it has the lock as often as not."""
    path, over = app.extensions["process"].settings.instance / DATABASE, threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as other:
            while not over.wait(0.02):
                other.execute("BEGIN IMMEDIATE")
                time.sleep(0.02)
                other.execute("COMMIT")

    program = threading.Thread(target=write)
    program.start()
    yield
    over.set()
    program.join()


@pytest.mark.sqlite
def test_sixty_who_ask_at_once_all_come_in_while_another_program_writes(
    fair: Fair, crowded: None
) -> None:
    at_once = threading.Barrier(60)

    def ask(number: int) -> int:
        phone, stand = Window(fair), (ROBO, BAU)[number % 2]
        at_once.wait()
        told = phone.send(f"/s/{stand}/questions", key=new_key(), text=f"Frage {number}?")
        return told.status_code

    with ThreadPoolExecutor(60) as hall:
        assert Counter(hall.map(ask, range(60))) == {201: 60}
    assert sorted(card.number for card in fair.cards()) == list(range(1, 61))


@pytest.mark.sqlite
def test_forty_who_vote_at_once_are_all_counted_while_another_program_writes(
    fair: Fair, crowded: None
) -> None:
    question, at_once = fair.ask(), threading.Barrier(40)

    def vote(number: int) -> None:
        at_once.wait()
        fair.me_too(question, f"person {number}")

    with ThreadPoolExecutor(40) as hall:
        list(hall.map(vote, range(40)))
    assert fair.card(question).votes == 40


@pytest.mark.sqlite
def test_the_write_lock_is_fifo(fair: Fair) -> None:
    order: list[int] = []

    def write(number: int) -> None:
        with fair.app.app_context(), writing():
            order.append(number)

    with ThreadPoolExecutor(8) as crowd, fair.app.app_context(), writing():
        lock = fair.app.extensions["process"].database.write_locks.of(None)
        assert lock
        for number in range(8):
            crowd.submit(write, number)
            wait_until(lambda: len(lock._queue) == number + 1)  # noqa: B023
        assert order == []
    assert order == list(range(8))


@pytest.mark.sqlite
def test_a_timed_out_writer_does_not_block_the_lock(
    fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "WRITE_LOCK_TIMEOUT_S", 0.1)
    with fair.app.app_context(), writing(), pytest.raises(DatabaseBusy):
        fair.ask()
    assert fair.card(fair.ask()).number == 1


@pytest.mark.sqlite
def test_a_nested_change_raises_and_writes_nothing(fair: Fair) -> None:
    before = fair.everything()
    event_id, by = fair.event_id(), Actor("moderator")
    with (
        pytest.raises(RuntimeError, match="within a change"),
        fair.app.app_context(),
        change(event_id, "message", Subject("event", event_id), by),
        writing(),
    ):
        pass
    assert fair.everything() == before
    assert fair.card(fair.ask()).number == 1


@pytest.mark.sqlite
def test_reads_do_not_wait_for_the_write_lock(fair: Fair, locked: sqlite3.Connection) -> None:
    assert fair.cards() == []
    assert locked.in_transaction
