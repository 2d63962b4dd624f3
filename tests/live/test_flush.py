"""Phones are told once an interval what has come since they last heard."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from exchange.live import broadcasts
from exchange.live.flush import flush
from simulation.waiting import HANGS_S, wait_until
from tests.support.fair import AC_ROBO, BAU, ROBO, Fair


@pytest.fixture
def gathered(monkeypatch: pytest.MonkeyPatch) -> list[broadcasts.CoalescedNews]:
    """What phones would hear."""
    told: list[broadcasts.CoalescedNews] = []
    monkeypatch.setattr(broadcasts, "announce_coalesced", told.append)
    return told


def flush_all(fair: Fair) -> None:
    with fair.app.app_context():
        for stand in (ROBO, BAU, AC_ROBO):
            flush(fair.stand_id(stand))


def test_a_flush_coalesces_the_news_since_the_last(
    fair: Fair, gathering: None, gathered: list[broadcasts.CoalescedNews]
) -> None:
    first, second = fair.ask(), fair.ask()
    flush_all(fair)
    fair.act(first, "answer")
    third = fair.ask()
    flush_all(fair)
    assert [(one.previous, one.revision, sorted(one.question_ids)) for one in gathered] == [
        (0, 2, [first, second]),
        (2, 4, [first, third]),
    ]
    assert {one.stand_id for one in gathered} == {fair.stand_id(ROBO)}


def test_a_flush_with_nothing_to_tell_tells_nothing(
    fair: Fair, gathering: None, gathered: list[broadcasts.CoalescedNews]
) -> None:
    fair.ask()
    flush_all(fair)
    before = fair.everything()
    flush_all(fair)
    assert len(gathered) == 1
    assert fair.everything() == before


def test_concurrent_flushes_tell_once(
    fair: Fair, gathering: None, gathered: list[broadcasts.CoalescedNews]
) -> None:
    fair.me_too(fair.ask())
    with ThreadPoolExecutor(8) as processes:
        list(processes.map(lambda _: flush_all(fair), range(8)))
    assert len(gathered) == 1


def test_a_moved_question_is_told_by_both_stands_flushes(
    fair: Fair, gathering: None, gathered: list[broadcasts.CoalescedNews]
) -> None:
    question = fair.ask(ROBO)
    flush_all(fair)
    gathered.clear()
    fair.act(question, "assign", stand=BAU)
    flush_all(fair)
    assert {one.stand_id: one.question_ids for one in gathered} == {
        fair.stand_id(ROBO): [question],
        fair.stand_id(BAU): [question],
    }


def test_phones_hear_once_an_interval_and_the_last_news_never_sticks(
    fair: Fair, gathered: list[broadcasts.CoalescedNews], monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Semaphore(0)
    intervals: list[float] = []

    def pause(seconds: float) -> None:
        intervals.append(seconds)
        over.acquire(timeout=HANGS_S)

    monkeypatch.setattr("exchange.live.flush.pause", pause)
    fair.app.config["FLUSH_INTERVAL_S"] = 3600
    try:
        for _ in range(5):
            fair.ask()
        assert gathered == []
        over.release()
        wait_until(lambda: len(gathered) == 1)
        fair.ask()
        over.release()
        wait_until(lambda: len(gathered) == 2)
        assert [(one.previous, one.revision) for one in gathered] == [(0, 5), (5, 6)]
        assert intervals == [3600, 3600]
    finally:
        fair.app.config["FLUSH_INTERVAL_S"] = 0
