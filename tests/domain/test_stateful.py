"""Whatever people do, in any order: nothing breaks or is lost, no refusal leaves a trace."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from exchange.domain.changes import Outcome
from exchange.domain.moves import MOVES
from exchange.domain.refusals import Refused
from exchange.domain.round import CONDUCT
from exchange.models import Phase
from tests.support.apps import restart
from tests.support.fair import AC, AC_ROBO, BAU, GE, GENERAL, ROBO, Fair
from tests.support.hypotheses import REPEATABLE

STANDS = st.sampled_from([ROBO, ROBO, BAU, GENERAL, AC_ROBO])
PEOPLE = st.sampled_from(["Anna", "Bert", "Clara"])
# Which of the questions or changes, counted from the latest.
WHICH = st.integers(0, 5)
# Mostly such as allow something.
PHASES = [*["fair", "round"] * 4, *(phase.value for phase in Phase)]

# What cannot be taken back even when nothing followed: text, a word kept, the organiser's switch.
FINAL = {"edit", "withdraw", "phase", "moderation", "undo", "bind"} | {
    *("redact", "redact-answer", "redact-reason")
}

T = TypeVar("T")
Row = dict[str, Any]
Tables = dict[str, list[Row]]


class AnyDay(RuleBasedStateMachine):
    """A fair with a neighbour on which people do what comes to their minds."""

    def __init__(self, fair: Fair) -> None:
        super().__init__()
        self.fair = fair
        self.asked: list[int] = []
        self.askers: dict[int, str] = {}
        self.votes: set[tuple[str, int]] = set()
        self.changes: list[int] = []
        self.last: tuple[str, object] | None = None
        """The verb that was used last, and how everything was before."""
        self.seen: dict[int, dict[str, Any]] = {}
        self.revisions: dict[tuple[str, int], int] = {}
        self.answers = 0

    @initialize(moderated=st.booleans(), phase=st.sampled_from(["pitches", "fair", "round"]))
    def open_the_doors(self, moderated: bool, phase: str) -> None:
        self.fair.set_moderation_first(moderated)
        self.fair.enter(phase)
        for stand, who in (
            (AC_ROBO, "Anna"),
            (ROBO, "Anna"),
            (BAU, "Bert"),
            (ROBO, "Clara"),
            (BAU, "Anna"),
        ):
            self.ask(stand, who, "attendee")

    # What people do

    @rule(stand=STANDS, who=PEOPLE, role=st.sampled_from(["attendee", "attendee", "moderator"]))
    def ask(self, stand: str, who: str, role: str) -> None:
        question = self.attempt(lambda: self.fair.ask(stand, asker=who, role=role))
        if question is not None:
            self.last = None
            self.asked.append(question)
            if role == "attendee":
                self.askers[question] = who

    @rule(which=WHICH, who=PEOPLE, on=st.sampled_from([True, True, False]))
    def me_too(self, which: int, who: str, on: bool) -> None:
        question = self.question(which)
        if self.attempt(lambda: self.fair.me_too(question, who, on)) is not None:
            (self.votes.add if on else self.votes.discard)((who, question))

    @rule(
        which=WHICH,
        verb=st.sampled_from(sorted(MOVES)),
        role=st.sampled_from(["presenter", "moderator", "attendee"]),
        other=WHICH,
        position=st.integers(0, 4),
        stand=st.sampled_from([ROBO, BAU, GENERAL]),
        answer=st.sampled_from([None, "Ja."]),
        how=st.sampled_from([None, "at_stand", "in_round", "in_writing"]),
    )
    def act(self, which: int, verb: str, role: str, other: int, **fields: Any) -> None:
        given = fields | {
            "head": self.question(other),
            "text": "Was genau kostet es?",
            "reason": "Gehört nicht hierher.",
        }
        self.change(verb, lambda: self.fair.act(self.question(which), verb, by=role, **given))

    # Left to the rule above, what moderators do all the time would be rare.

    @rule(which=WHICH, verb=st.sampled_from(["shortlist", "live", "answer", "reopen"]))
    def run_the_round(self, which: int, verb: str) -> None:
        self.change(verb, lambda: self.fair.act(self.question(which), verb))

    @rule(which=WHICH, other=WHICH)
    def merge(self, which: int, other: int) -> None:
        head = self.question(other)
        self.change("merge", lambda: self.fair.act(self.question(which), "merge", head=head))

    @rule(which=WHICH, verb=st.sampled_from(["split", "split", "split", "redact", "withdraw"]))
    def use_on_a_follower(self, which: int, verb: str) -> None:
        followers = [row["id"] for row in self.fair.rows("questions") if row["head_id"]]
        question = followers[which % len(followers)] if followers else self.question(which)
        by = "attendee" if verb == "withdraw" else "moderator"
        self.change(verb, lambda: self.fair.act(question, verb, by=by, text="Kurz?"))

    @rule(which=WHICH, place=st.integers(1, 3), stand=st.sampled_from([ROBO, BAU]))
    def sort(self, which: int, place: int, stand: str) -> None:
        question = self.question(which)
        verb = "move" if self.fair.status(question) == "shortlisted" else "assign"
        self.change(verb, lambda: self.fair.act(question, verb, position=place, stand=stand))

    @rule(
        verb=st.sampled_from(["phase", *CONDUCT]),
        phase=st.sampled_from(PHASES),
        value=st.sampled_from(["0", "1", "Pause", None]),
    )
    def conduct(self, verb: str, phase: str, value: str | None) -> None:
        if verb == "phase":
            self.change(verb, lambda: self.fair.enter(phase))
        else:
            self.change(verb, lambda: self.fair.conduct(verb, value))

    @precondition(lambda self: self.changes)
    @rule(
        which=WHICH,
        role=st.sampled_from(["presenter", "moderator", "moderator"]),
        event=st.sampled_from([GE, GE, GE, AC]),
    )
    def undo(self, which: int, role: str, event: str) -> None:
        change = self.changes[-1 - which % len(self.changes)]
        self.change("undo", lambda: self.fair.undo(change, by=role, event=event))

    @precondition(lambda self: self.last is not None and self.last[0] not in FINAL)
    @rule()
    def undo_what_was_done_last(self) -> None:
        assert self.last is not None
        _, before = self.last
        change = self.changes[-1]
        row = next(row for row in self.fair.rows("changes") if row["id"] == change)
        event = next(
            one["code"] for one in self.fair.rows("events") if one["id"] == row["event_id"]
        )
        touched = {
            one["question_id"]
            for one in self.fair.rows("change_questions")
            if one["change_id"] == change
        }
        gone = any(self.fair.status(question) == "withdrawn" for question in touched)
        outcome = self.attempt(lambda: self.fair.undo(change, event=event))
        assert (outcome is None) is gone
        if outcome is not None:
            self.changes.append(outcome.change)
            self.last = None
            assert self.state() == before

    # How it is done

    def question(self, which: int) -> int:
        return self.asked[-1 - which % len(self.asked)]

    def attempt(self, verb: Callable[[], T]) -> T | None:
        """What the verb answers, or None when it was refused; then nothing may have changed."""
        before = self.fair.everything()
        try:
            return verb()
        except Refused:
            assert self.fair.everything() == before
            return None

    def change(self, verb: str, what: Callable[[], Outcome]) -> None:
        before, public = self.state(), self.public()
        outcome = self.attempt(what)
        if outcome is not None:
            if verb in ("merge", "split"):
                assert public <= self.public()
            elif verb == "withdraw":
                assert len(public - self.public()) <= 1
            self.changes.append(outcome.change)
            self.last = (verb, before)

    def public(self) -> set[int]:
        """What everybody may read."""
        return {card.id for event in (GE, AC) for card in self.fair.cards(event) if card.public}

    def state(self) -> object:
        """Questions and events, without what grows whatever is done."""
        rows = [*self.fair.rows("questions"), *self.fair.rows("events")]
        return [{name: row[name] for name in row if name != "version"} for row in rows]

    # What holds, whatever was done

    @invariant()
    def the_rules_hold(self) -> None:
        now = self.fair.everything()
        questions = {row["id"]: row for row in now["questions"]}
        self.no_question_is_lost(now)
        self.no_asker_and_no_vote_is_lost(now)
        self.at_most_one_is_live_at_an_event(now)
        self.who_follows_follows_a_head_of_its_event(questions)
        self.answers_stay_as_history(now)
        self.versions_grow_with_every_move(questions)
        self.counters_only_grow_and_phones_have_heard(now)
        self.votes_of_a_group_are_distinct_people()

    def no_question_is_lost(self, now: Tables) -> None:
        assert [row["id"] for row in now["questions"]] == sorted(self.asked)
        for event in now["events"]:
            numbers = [row["number"] for row in now["questions"] if row["event_id"] == event["id"]]
            assert sorted(numbers) == list(range(1, len(numbers) + 1))
            assert event["next_number"] == len(numbers) + 1

    def no_asker_and_no_vote_is_lost(self, now: Tables) -> None:
        people = {row["id"]: row["digest"] for row in now["participants"]}
        askers = {row["id"]: people.get(row["participant_id"]) for row in now["questions"]}
        assert askers == {question: self.askers.get(question) for question in self.asked}
        votes = {(people[row["participant_id"]], row["question_id"]) for row in now["me_toos"]}
        assert votes == self.votes

    def at_most_one_is_live_at_an_event(self, now: Tables) -> None:
        live = [row["event_id"] for row in now["questions"] if row["status"] == "live"]
        assert len(live) == len(set(live))
        phases = {row["id"]: row["phase"] for row in now["events"]}
        assert {phases[event] for event in live} <= {"pitches", "fair", "round"}

    def who_follows_follows_a_head_of_its_event(self, questions: dict[int, Row]) -> None:
        for row in questions.values():
            if row["head_id"] is not None:
                head = questions[row["head_id"]]
                assert head["head_id"] is None
                assert head["event_id"] == row["event_id"]
                assert head["status"] != "withdrawn" or row["status"] == "withdrawn"
                assert row["status"] != "live"

    def answers_stay_as_history(self, now: Tables) -> None:
        answers = {row["id"]: row["question_id"] for row in now["answers"]}
        assert len(answers) >= self.answers
        self.answers = len(answers)
        for row in now["questions"]:
            assert row["answer_id"] is None or answers[row["answer_id"]] == row["id"]

    def versions_grow_with_every_move(self, questions: dict[int, Row]) -> None:
        for number, before in self.seen.items():
            row = questions[number]
            assert row == before or row["version"] > before["version"]
        self.seen = questions

    def counters_only_grow_and_phones_have_heard(self, now: Tables) -> None:
        revisions = {(row["kind"], row["owner_id"]): row["revision"] for row in now["revisions"]}
        for scope, known in self.revisions.items():
            assert revisions[scope] >= known
        self.revisions = revisions
        for row in now["revisions"]:
            if row["kind"] == "stand":
                assert (row["flushed"], row["voted"]) == (row["revision"], 0)

    def votes_of_a_group_are_distinct_people(self) -> None:
        for event in (GE, AC):
            cards = self.fair.cards(event)
            groups = {card.id: card.head.id if card.head else card.id for card in cards}
            for card in cards:
                group = {one for one, head in groups.items() if head == groups[card.id]}
                assert card.votes == len({who for who, question in self.votes if question in group})


def play(app: Flask, prepared: Path, *, days: int, steps: int, always_the_same: bool) -> None:
    def day() -> AnyDay:
        restart(app, prepared)
        return AnyDay(Fair(app))

    run_state_machine_as_test(
        day,  # type: ignore[arg-type]  # what it calls is what it needs
        settings=settings(
            REPEATABLE,
            max_examples=days,
            stateful_step_count=steps,
            derandomize=always_the_same,
        ),
    )


def test_no_day_breaks_the_rules(app: Flask, prepared: Path) -> None:
    play(app, prepared, days=20, steps=30, always_the_same=True)


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_no_long_day_breaks_the_rules(app: Flask, prepared: Path) -> None:
    play(app, prepared, days=150, steps=80, always_the_same=False)
