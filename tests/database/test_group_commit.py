"""Whoever is written together is answered each by itself."""

import threading
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy.exc import IntegrityError

from exchange.database import group_commit
from exchange.database.group_commit import GroupCommit
from exchange.database.transactions import writing
from exchange.domain.refusals import Refused
from exchange.process import Process
from simulation.waiting import HANGS_S, wait_until
from tests.support.fair import BAU, ROBO, Fair, new_key
from tests.support.statements import counting_statements

Submit = Callable[[str], str]
LATER = 10
"""With the leader and the lock's holder no more than SQLite's pool has connections."""


@pytest.fixture
def together(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[object]]:
    """Submit these items, each from a thread of its own, so that they share one batch."""

    def submit_all(
        items: Sequence[str],
        write: Callable[[Sequence[str]], Sequence[str]],
        read: Callable[[str, BaseException], object] = lambda _item, error: error,
    ) -> list[object]:
        batches: GroupCommit[str, str] = GroupCommit(50)
        joined = threading.Semaphore(0)
        real_join = batches._join

        def join(key: object, item: str) -> object:
            try:
                return real_join(key, item)
            finally:
                joined.release()

        monkeypatch.setattr(batches, "_join", join)
        # The leader yields once, for whoever is there already: here that is everybody.
        monkeypatch.setattr(
            group_commit, "pause", lambda _: [joined.acquire(timeout=HANGS_S) for _ in items]
        )

        def one(item: str) -> object:
            with fair.app.app_context():
                try:
                    return batches.submit("event", item, lambda take: write(take()))
                except Exception as error:
                    return read(item, error)

        with ThreadPoolExecutor(len(items)) as pool:
            return list(pool.map(one, items))

    return submit_all


def test_each_caller_gets_the_result_of_its_own_item(together: Callable[..., list[object]]) -> None:
    batches: list[int] = []

    def write(items: Sequence[str]) -> list[str]:
        batches.append(len(items))
        return [item.upper() for item in items]

    assert together(["a", "b", "c"], write) == ["A", "B", "C"]
    assert batches == [3]


def test_each_caller_gets_the_refusal_in_its_own_language(
    together: Callable[..., list[object]],
) -> None:
    def write(_items: Sequence[str]) -> list[str]:
        with force_locale("de"):
            raise Refused("not_yet", date=date(2026, 12, 9))

    def read(locale: str, error: BaseException) -> str:
        assert isinstance(error, Refused)
        with force_locale(locale):
            return error.message

    german, english = together(["de", "en"], write, read)
    assert "9. Dezember 2026" in str(german)
    assert "9 December 2026" in str(english)


def test_each_caller_gets_an_exception_of_its_own(together: Callable[..., list[object]]) -> None:
    def write(_items: Sequence[str]) -> list[str]:
        raise Refused("closed")

    one, other = together(["a", "b"], write)
    assert one is not other
    assert isinstance(one, Refused)
    assert isinstance(other, Refused)
    assert one.word == other.word == "closed"


def test_a_constraint_violation_refuses_its_own_item_only(
    together: Callable[..., list[object]],
) -> None:
    def write(items: Sequence[str]) -> list[str]:
        if "twice" in items:
            raise IntegrityError("INSERT", None, Exception("unique"))
        return list(items)

    first, twice, last = together(["first", "twice", "last"], write)
    assert (first, last) == ("first", "last")
    assert isinstance(twice, IntegrityError)


@pytest.mark.sqlite
def test_whoever_comes_while_the_leader_waits_for_the_lock_joins_its_batch(
    fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow disk sixty batches of one would queue for longer than anybody waits."""
    process: Process = fair.app.extensions["process"]
    lock = process.database.write_locks.of(None)
    batches: GroupCommit[Any, Any] = process.new_questions
    assert lock
    joined: list[object] = []
    real_join = batches._join

    def join(key: Hashable, item: Any) -> Any:
        batch = real_join(key, item)
        joined.append(item)
        return batch

    monkeypatch.setattr(batches, "_join", join)
    with (
        counting_statements(fair.app) as counted,
        ThreadPoolExecutor(1 + LATER) as hall,
        fair.app.app_context(),
        writing(),
    ):
        told = [hall.submit(fair.tell, ROBO, key=new_key())]
        wait_until(lambda: len(lock._queue) == 1)
        told += [hall.submit(fair.tell, BAU, key=new_key()) for _ in range(LATER)]
        wait_until(lambda: len(joined) == 1 + LATER)
    assert sorted(one.result().number for one in told) == list(range(1, 2 + LATER))
    taken = [one for one in counted if one.startswith("UPDATE events SET next_number")]
    assert len(taken) == 1
