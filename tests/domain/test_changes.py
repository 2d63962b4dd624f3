"""One change: whole or not at all, told once, to exactly those whom it concerns."""

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from exchange.database import transactions
from exchange.database.connections import db
from exchange.database.errors import DatabaseBusy
from exchange.database.transactions import writing
from exchange.domain.changes import Actor, Subject, change
from exchange.domain.refusals import Refused
from exchange.live import broadcasts
from exchange.live.flush import flush
from exchange.models import Question
from simulation.servers import DATABASE
from simulation.waiting import HANGS_S, wait_until
from tests.support.fair import AC, AC_ROBO, BAU, GE, ROBO, Fair, new_key
from tests.support.windows import Window


@pytest.fixture
def gathering(app: Flask) -> Iterator[None]:
    """Phones are told once in a while, which in this test never comes."""
    app.config["FLUSH_INTERVAL_S"] = 3600
    app.extensions["process"].flush_timers.due.update(range(100))
    yield
    app.config["FLUSH_INTERVAL_S"] = 0
    app.extensions["process"].flush_timers.due.clear()


def bumped(fair: Fair, before: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """The counters that moved, and by how much."""
    return {
        scope: revision - before.get(scope, 0)
        for scope, revision in fair.revisions().items()
        if revision != before.get(scope, 0)
    }


def once(*scopes: tuple[str, str]) -> dict[tuple[str, str], int]:
    return dict.fromkeys(scopes, 1)


# Whole or not at all


def test_what_fails_on_the_way_leaves_no_trace(fair: Fair) -> None:
    question = fair.ask()
    before = fair.everything()
    with pytest.raises(ZeroDivisionError):
        fail_half_way(fair, question)
    assert fair.everything() == before


def fail_half_way(fair: Fair, question: int) -> None:
    by, subject = Actor("moderator"), Subject("question", question)
    with fair.app.app_context(), change(fair.event_id(), "answer", subject, by) as under_way:
        found = db.session.get_one(Question, question)
        under_way.touch(found)
        found.text = "halb"
        db.session.flush()
        _ = 1 / 0


@pytest.mark.sqlite
def test_a_question_that_fails_on_the_way_takes_no_number(fair: Fair) -> None:
    before = fair.everything()
    # The log is what is written last.
    fair.sql("CREATE TRIGGER full BEFORE INSERT ON changes BEGIN SELECT RAISE(FAIL, 'full'); END")
    with pytest.raises(IntegrityError):
        fair.ask()
    assert fair.everything() == before
    fair.sql("DROP TRIGGER full")
    assert fair.card(fair.ask()).number == 1


# Counters


def test_a_question_bumps_its_stand_the_moderation_and_its_asker_by_one(fair: Fair) -> None:
    fair.ask(BAU, asker="Bert")
    before = fair.revisions()
    fair.ask(ROBO, asker="Anna")
    assert bumped(fair, before) == once(("moderate", GE), ("stand", ROBO), ("mine", "Anna@GE"))


@pytest.mark.parametrize("verb", ["answer", "owe", "decline"])
def test_a_verb_bumps_what_shows_the_question_and_nothing_else(fair: Fair, verb: str) -> None:
    question = fair.ask()
    fair.ask(BAU, asker="Bert")
    before = fair.revisions()
    fair.act(question, verb, by="presenter", reason="Nein.")
    assert bumped(fair, before) == once(("moderate", GE), ("stand", ROBO), ("mine", "Anna@GE"))


def test_who_typed_it_in_for_somebody_has_no_page_of_their_own(fair: Fair) -> None:
    before = fair.revisions()
    fair.ask(role="presenter")
    assert bumped(fair, before) == once(("moderate", GE), ("stand", ROBO))


def test_what_the_hall_sees_bumps_the_public_counter_too(fair: Fair) -> None:
    question = fair.ask()
    shown = once(("moderate", GE), ("stand", ROBO), ("mine", "Anna@GE"), ("public", GE))
    for verb in ("shortlist", "live", "redact", "answer"):
        before = fair.revisions()
        fair.act(question, verb, text="Was kostet es?")
        assert bumped(fair, before) == shown


def test_what_takes_another_off_the_stage_bumps_its_stand_and_asker_too(fair: Fair) -> None:
    fair.act(fair.ask(BAU, asker="Bert"), "live")
    question = fair.ask()
    before = fair.revisions()
    fair.act(question, "live")
    assert bumped(fair, before) == once(
        ("moderate", GE),
        ("public", GE),
        ("stand", ROBO),
        ("mine", "Anna@GE"),
        ("stand", BAU),
        ("mine", "Bert@GE"),
    )


def test_a_question_that_moves_bumps_the_stand_it_left(fair: Fair) -> None:
    question = fair.ask(ROBO)
    before = fair.revisions()
    fair.act(question, "assign", stand=BAU)
    assert bumped(fair, before) == once(
        ("moderate", GE), ("stand", ROBO), ("stand", BAU), ("mine", "Anna@GE")
    )


def test_what_happens_to_a_head_is_told_to_its_followers(fair: Fair) -> None:
    head, follower = fair.ask(ROBO, asker="Anna"), fair.ask(BAU, asker="Bert")
    fair.act(follower, "merge", head=head)
    before = fair.revisions()
    fair.act(head, "answer")
    assert bumped(fair, before) == once(
        ("moderate", GE), ("stand", ROBO), ("stand", BAU), ("mine", "Anna@GE"), ("mine", "Bert@GE")
    )


@pytest.mark.parametrize(
    ("verb", "value"), [("message", "Pause"), ("picture", "1"), ("clock", "5")]
)
def test_the_event_itself_bumps_no_stand(fair: Fair, verb: str, value: str) -> None:
    before = fair.revisions()
    fair.conduct(verb, value)
    assert bumped(fair, before) == once(("moderate", GE), ("public", GE))


def test_what_was_refused_bumps_nothing(fair: Fair) -> None:
    question = fair.asked_as("withdrawn")
    before = fair.revisions()
    with pytest.raises(Refused):
        fair.act(question, "answer")
    assert bumped(fair, before) == {}


def test_many_votes_bump_once(fair: Fair, gathering: None) -> None:
    question = fair.ask()
    with fair.app.app_context():
        flush(fair.stand_id())
    before = fair.revisions()
    for person in range(20):
        fair.me_too(question, f"person {person}")
    new = {("mine", f"person {person}@GE") for person in range(20)}
    assert set(bumped(fair, before)) <= new
    with fair.app.app_context():
        flush(fair.stand_id())
    moved = bumped(fair, before)
    assert {scope: by for scope, by in moved.items() if scope not in new} == once(
        ("moderate", GE), ("stand", ROBO)
    )


def test_votes_for_what_is_live_are_told_to_the_hall(fair: Fair) -> None:
    question = fair.asked_as("live")
    before = fair.revisions()
    fair.me_too(question)
    assert bumped(fair, before).keys() >= {("public", GE), ("stand", ROBO), ("moderate", GE)}


def test_a_vote_is_told_wherever_its_group_is_shown(fair: Fair) -> None:
    head, follower = fair.ask(ROBO), fair.ask(BAU)
    fair.act(follower, "merge", head=head)
    for question in (head, follower):
        before = fair.revisions()
        fair.me_too(question, "Clara")
        assert bumped(fair, before).keys() >= {("stand", ROBO), ("stand", BAU)}


def test_who_joins_or_leaves_what_is_live_changes_the_picture(fair: Fair) -> None:
    live = fair.asked_as("live")
    follower = fair.ask(BAU, asker="Bert")
    for verb, role in (("merge", "moderator"), ("split", "moderator"), ("merge", "moderator")):
        before = fair.revisions()
        fair.act(follower, verb, by=role, head=live)
        assert ("public", GE) in bumped(fair, before)
    before = fair.revisions()
    fair.act(follower, "withdraw", by="attendee")
    assert ("public", GE) in bumped(fair, before)


@pytest.mark.parametrize("verb", ["merge", "split"])
def test_undo_is_told_wherever_the_group_is_shown(fair: Fair, verb: str) -> None:
    head, follower = fair.ask(ROBO, asker="Anna"), fair.ask(BAU, asker="Bert")
    change = fair.act(follower, "merge", head=head).change
    if verb == "split":
        change = fair.act(follower, "split").change
    before = fair.revisions()
    fair.undo(change)
    assert bumped(fair, before) == once(
        ("moderate", GE), ("stand", ROBO), ("stand", BAU), ("mine", "Anna@GE"), ("mine", "Bert@GE")
    )


# Keys


def test_a_repeated_key_is_the_same_answer_and_nothing_twice(fair: Fair) -> None:
    question, key = fair.ask(), new_key()
    first = fair.act(question, "answer", key=key, answer="Ja.", version=1)
    fair.act(question, "reopen")
    before = fair.everything()
    # The version is long out of date: the key is looked at first.
    assert fair.act(question, "answer", key=key, answer="Ja.", version=1) == first
    assert fair.everything() == before


def test_a_repeated_key_of_an_undo_and_of_a_conduct_does_nothing_twice(fair: Fair) -> None:
    question = fair.ask()
    change, key = fair.act(question, "shortlist").change, new_key()
    first = fair.undo(change, key=key)
    before = fair.everything()
    assert fair.undo(change, key=key) == first
    assert fair.everything() == before


@pytest.mark.parametrize("other", ["verb", "question"])
def test_a_key_that_was_used_for_something_else_is_refused(fair: Fair, other: str) -> None:
    question, neighbour, key = fair.ask(), fair.ask(), new_key()
    fair.act(question, "shortlist", key=key)
    before = fair.everything()
    another = (question, "answer") if other == "verb" else (neighbour, "shortlist")
    with pytest.raises(Refused) as refused:
        fair.act(*another, key=key)
    assert refused.value.word == "key_reused"
    assert fair.everything() == before


def test_a_refused_click_may_be_sent_again_under_its_key(fair: Fair) -> None:
    question, key = fair.ask(), new_key()
    with pytest.raises(Refused):
        fair.act(question, "decline", key=key)
    fair.act(question, "decline", key=key, reason="Doppelt.")
    assert fair.status(question) == "declined"


def test_the_same_question_come_in_ten_times_at_once_is_stored_once(fair: Fair) -> None:
    key = new_key()
    with ThreadPoolExecutor(10) as crowd:
        answers = list(crowd.map(lambda _: fair.tell(key=key), range(10)))
    assert {(answer.key, answer.number) for answer in answers} == {(key, 1)}
    assert sum(answer.created for answer in answers) == 1
    assert len(fair.rows("questions")) == 1


def test_a_click_come_in_ten_times_at_once_is_done_once(fair: Fair) -> None:
    question, key = fair.ask(), new_key()
    with ThreadPoolExecutor(10) as crowd:
        told = list(
            crowd.map(lambda _: fair.act(question, "answer", key=key, version=1), range(10))
        )
    assert len(set(told)) == 1
    assert len(fair.rows("answers")) == 1


def test_questions_that_come_in_at_once_get_numbers_of_their_own(fair: Fair) -> None:
    with ThreadPoolExecutor(10) as crowd:
        list(crowd.map(lambda n: fair.ask(asker=f"person {n % 3}"), range(40)))
    assert sorted(card.number for card in fair.cards()) == list(range(1, 41))
    assert len(fair.rows("participants")) == 3


# The lock


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
def test_a_lock_that_stays_is_refused_as_busy_after_patience(
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
def test_a_lock_is_waited_for_in_small_steps_between_which_others_run(
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
def test_who_came_first_writes_first(fair: Fair) -> None:
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
def test_who_waited_in_vain_keeps_nobody_from_writing(
    fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "WRITE_LOCK_TIMEOUT_S", 0.1)
    with fair.app.app_context(), writing(), pytest.raises(DatabaseBusy):
        fair.ask()
    assert fair.card(fair.ask()).number == 1


@pytest.mark.sqlite
def test_a_change_within_a_change_fails_at_once_and_leaves_no_trace(fair: Fair) -> None:
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
def test_who_only_reads_waits_for_nobody(fair: Fair, locked: sqlite3.Connection) -> None:
    assert fair.cards() == []
    assert locked.in_transaction


# Announcing


def test_a_room_that_cannot_be_told_never_undoes_the_change(
    fair: Fair, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(broadcasts, "_somebody_in", lambda _: 1 / 0)
    question = fair.ask()
    assert fair.status(question) == "open"
    assert "could not be told" in caplog.text
    assert fair.act(question, "answer").version == 2


def test_nothing_is_said_before_it_is_kept(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(
        broadcasts, "announce", lambda _news: seen.append(len(fair.rows("questions")))
    )
    fair.ask()
    assert seen == [1]


def test_a_change_that_was_refused_is_not_announced(
    fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = fair.ask()
    monkeypatch.setattr(broadcasts, "announce", lambda _news: pytest.fail("announced"))
    with pytest.raises(Refused):
        fair.act(question, "decline")


# The flush


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


def test_a_flush_gathers_what_came_since_the_last(
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


def test_of_many_who_flush_one_wins(
    fair: Fair, gathering: None, gathered: list[broadcasts.CoalescedNews]
) -> None:
    fair.me_too(fair.ask())
    with ThreadPoolExecutor(8) as processes:
        list(processes.map(lambda _: flush_all(fair), range(8)))
    assert len(gathered) == 1


def test_a_question_that_left_is_gathered_by_the_stand_that_it_left(
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


# The neighbour


def test_the_neighbouring_event_has_numbers_counters_and_keys_of_its_own(fair: Fair) -> None:
    key = new_key()
    here, there = fair.ask(ROBO), fair.ask(AC_ROBO)
    before = fair.revisions()
    fair.act(here, "shortlist", key=key)
    assert {code for _, code in bumped(fair, before)} == {GE, ROBO, "Anna@GE"}
    before = fair.revisions()
    fair.act(there, "shortlist", key=key)
    assert {code for _, code in bumped(fair, before)} == {AC, AC_ROBO, "Anna@AC"}
