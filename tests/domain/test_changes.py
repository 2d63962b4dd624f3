"""One change: whole or not at all, told once, to exactly those whom it concerns."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError

from exchange.database.connections import db
from exchange.domain.changes import Actor, Subject, change
from exchange.domain.refusals import Refused
from exchange.live import broadcasts
from exchange.models import Question
from tests.support.fair import AC, AC_ROBO, GE, ROBO, Fair, bumped, new_key


def once(*scopes: tuple[str, str]) -> dict[tuple[str, str], int]:
    return dict.fromkeys(scopes, 1)


# Whole or not at all


def test_a_failed_change_is_rolled_back(fair: Fair) -> None:
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
def test_a_failed_question_takes_no_number(fair: Fair) -> None:
    before = fair.everything()
    # The log is what is written last.
    fair.sql("CREATE TRIGGER full BEFORE INSERT ON changes BEGIN SELECT RAISE(FAIL, 'full'); END")
    with pytest.raises(IntegrityError):
        fair.ask()
    assert fair.everything() == before
    fair.sql("DROP TRIGGER full")
    assert fair.card(fair.ask()).number == 1


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


# Announcing


def test_a_failed_broadcast_keeps_the_change(
    fair: Fair, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(broadcasts, "_somebody_in", lambda _: 1 / 0)
    question = fair.ask()
    assert fair.status(question) == "open"
    assert "could not be told" in caplog.text
    assert fair.act(question, "answer").version == 2


def test_news_is_broadcast_after_the_commit(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(
        broadcasts, "announce", lambda _news: seen.append(len(fair.rows("questions")))
    )
    fair.ask()
    assert seen == [1]


def test_a_refused_change_is_not_broadcast(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    question = fair.ask()
    monkeypatch.setattr(broadcasts, "announce", lambda _news: pytest.fail("announced"))
    with pytest.raises(Refused):
        fair.act(question, "decline")


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
