"""Pitches: whatever is moved, their order has no doubles, their times stay, and undo restores."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain import pitches
from exchange.domain.changes import Actor, Outcome
from exchange.domain.refusals import Refused
from exchange.queries import fair as fair_queries
from exchange.queries import pitches as pitch_queries
from exchange.queries.pitches import PitchLine, PitchState
from tests.support.apps import restart
from tests.support.fair import AC, BAU, GE, GENERAL, ROBO, XX_STAND, Fair, new_key
from tests.support.hypotheses import REPEATABLE
from tests.support.windows import Listen

ORGANISER = Actor("organiser")
MODERATOR = Actor("moderator")


def lines(fair: Fair, event: str = GE) -> list[PitchLine]:
    with fair.app.app_context():
        return pitch_queries.pitches(fair.event_id(event))


def codes(fair: Fair) -> list[str]:
    return [line.stand.code for line in lines(fair)]


def times(fair: Fair) -> list[str | None]:
    return [line.start for line in lines(fair)]


def state(fair: Fair, event: str = GE) -> PitchState | None:
    with fair.app.app_context():
        return pitch_queries.state(fair_queries.event_line(fair.event_id(event)))


def plan(fair: Fair, start: str = "10:00", minutes: str = "5", pause: str = "1") -> Outcome | None:
    with fair.app.app_context():
        return pitches.plan(
            fair.event_id(), start=start, minutes=minutes, pause=pause, by=ORGANISER
        )


def move(fair: Fair, code: str, position: int) -> Outcome | None:
    with fair.app.app_context():
        return pitches.move(fair.event_id(), code, position, by=ORGANISER)


def set_time(
    fair: Fair, code: str, start: str, minutes: str = "", following: bool = False
) -> Outcome | None:
    with fair.app.app_context():
        return pitches.set_time(
            fair.event_id(), code, start=start, minutes=minutes, following=following, by=ORGANISER
        )


def call(fair: Fair, *, key: str | None = None, **where: str) -> Outcome:
    with fair.app.app_context():
        return pitches.call(fair.event_id(), by=MODERATOR, key=key, **where)


@contextmanager
def refused(word: str) -> Iterator[None]:
    with pytest.raises(Refused) as why:
        yield
    assert why.value.word == word
    assert why.value.message


@pytest.fixture
def five(fair: Fair) -> Fair:
    """Five stands with projects, labels 1, 2, 3, A-2 and A-10."""
    for code, label in (("THREE", "3"), ("ATWO", "A-2"), ("ATEN", "A-10")):
        fair.make_project(code.lower())
        fair.make_stand(code, label=label, project=code.lower())
    return fair


FIVE = [ROBO, BAU, "THREE", "ATWO", "ATEN"]


# The order


def test_pitches_come_by_label_until_they_have_times(five: Fair) -> None:
    assert codes(five) == FIVE
    set_time(five, "ATEN", "09:00")
    set_time(five, "THREE", "9:30")
    assert codes(five) == ["ATEN", "THREE", ROBO, BAU, "ATWO"]
    assert times(five)[:2] == ["09:00", "09:30"]


def test_a_stand_without_a_project_and_one_taken_out_have_no_pitch(five: Fair) -> None:
    assert GENERAL not in codes(five)
    five.sql(f"UPDATE stands SET archived = TRUE WHERE code = '{BAU}'")
    assert codes(five) == [ROBO, "THREE", "ATWO", "ATEN"]


def test_a_stand_that_comes_after_they_were_ordered_is_the_last(five: Fair) -> None:
    move(five, "ATEN", 1)
    five.make_project("late")
    five.make_stand("LATE", label="1a", project="late")
    assert codes(five) == ["ATEN", ROBO, BAU, "THREE", "ATWO", "LATE"]


def test_a_move_touches_its_own_event_only(five: Fair) -> None:
    before = five.rows("stands")
    move(five, "ATEN", 1)
    here = five.event_id()
    assert [row for row in five.rows("stands") if row["event_id"] != here] == [
        row for row in before if row["event_id"] != here
    ]


def test_the_second_move_writes_the_one_that_moved_alone(five: Fair) -> None:
    move(five, "ATEN", 1)
    before = {row["id"]: row for row in five.rows("stands")}
    move(five, "THREE", 2)
    changed = [row for row in five.rows("stands") if row != before[row["id"]]]
    assert [row["code"] for row in changed] == ["THREE"]
    assert codes(five) == ["ATEN", "THREE", ROBO, BAU, "ATWO"]


def test_what_does_not_move_is_no_change(five: Fair) -> None:
    assert move(five, ROBO, 1) is None
    changes = len(five.rows("changes"))
    assert set_time(five, ROBO, "") is None
    assert len(five.rows("changes")) == changes


@pytest.mark.parametrize("position", [0, -1, 6])
def test_a_place_that_is_not_there_is_refused(five: Fair, position: int) -> None:
    before = five.everything()
    with refused("pitch_place"):
        move(five, ROBO, position)
    assert five.everything() == before


@pytest.mark.parametrize("code", [XX_STAND, GENERAL, "NONE", ""])
def test_a_stand_without_a_pitch_here_is_refused(five: Fair, code: str) -> None:
    before = five.everything()
    with refused("stand"):
        move(five, code, 1)
    with refused("stand"):
        set_time(five, code, "10:00")
    assert five.everything() == before


moves = st.lists(st.tuples(st.sampled_from(FIVE), st.integers(1, 5)), min_size=1, max_size=12)


@pytest.mark.sqlite
@settings(REPEATABLE, max_examples=25)
@given(moved=moves, timed=st.booleans())
def test_any_sequence_of_moves_keeps_an_order_without_doubles_and_undo_restores(
    app: Flask, prepared: Any, moved: list[tuple[str, int]], timed: bool
) -> None:
    restart(app, prepared)
    fair = Fair(app)
    for code, label in (("THREE", "3"), ("ATWO", "A-2"), ("ATEN", "A-10")):
        fair.make_project(code.lower())
        fair.make_stand(code, label=label, project=code.lower())
    if timed:
        plan(fair)
        set_time(fair, BAU, "10:06", "7", following=True)
    expected = codes(fair)
    slots = None
    done: list[tuple[int, list[str], list[str | None]]] = []
    for code, place in moved:
        before = (codes(fair), times(fair))
        outcome = move(fair, code, place)
        expected.remove(code)
        expected.insert(place - 1, code)
        assert codes(fair) == expected
        told = lines(fair)
        assert len({line.place for line in told}) == len(told)
        if timed:
            # The first begins as before, the last ends as before, and nothing overlaps.
            now = (told[0].begins, told[-1].ends)
            assert slots in (None, now)
            slots = now
            begins = [line.begins or 0 for line in told]
            ends = [line.ends or 0 for line in told]
            assert all(end <= begin for end, begin in zip(ends, begins[1:], strict=False))
        if outcome:
            done.append((outcome.change, *before))
    for change, order, at in reversed(done):
        fair.undo(change, by="organiser")
        assert (codes(fair), times(fair)) == (order, at)


def test_halving_between_two_neighbours_does_not_wear_out(five: Fair) -> None:
    for _ in range(60):
        move(five, codes(five)[2], 2)
    assert sorted(codes(five)) == sorted(FIVE)
    positions = [row["pitch_position"] for row in five.rows("stands") if row["pitch_position"]]
    assert len(set(positions)) == len(positions)


# Times


def test_times_are_dealt_from_the_first_on(five: Fair) -> None:
    outcome = plan(five, "10:30", "4", "2")
    assert times(five) == ["10:30", "10:36", "10:42", "10:48", "10:54"]
    assert {line.minutes for line in lines(five)} == {4}
    assert outcome
    five.undo(outcome.change, by="organiser")
    assert times(five) == [None] * 5
    assert {line.minutes for line in lines(five)} == {5}


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"start": ""}, "pitch_time"),
        ({"start": "25:00"}, "pitch_time"),
        ({"start": "halb elf"}, "pitch_time"),
        ({"start": "٣:00"}, "pitch_time"),
        ({"minutes": "0"}, "pitch_minutes"),
        ({"minutes": "241"}, "pitch_minutes"),
        ({"minutes": "fünf"}, "pitch_minutes"),
        ({"pause": "-1"}, "pitch_pause"),
        ({"start": "23:50"}, "pitch_late"),
    ],
)
def test_what_can_be_no_plan_is_refused(five: Fair, fields: dict[str, str], word: str) -> None:
    before = five.everything()
    with refused(word):
        plan(five, **fields)
    assert five.everything() == before


def test_a_time_may_be_written_as_people_do(five: Fair) -> None:
    set_time(five, ROBO, " 9.05 ", "7")
    assert (lines(five)[0].start, lines(five)[0].minutes) == ("09:05", 7)


def test_those_that_follow_move_along_if_they_are_told_to(five: Fair) -> None:
    plan(five)
    set_time(five, BAU, "10:06", "8", following=True)
    assert times(five) == ["10:00", "10:06", "10:15", "10:21", "10:27"]
    set_time(five, BAU, "10:06", "5")
    assert times(five) == ["10:00", "10:06", "10:15", "10:21", "10:27"]
    with refused("pitch_late"):
        set_time(five, ROBO, "23:40", "5", following=True)


def test_a_moved_pitch_takes_the_time_of_its_new_place(five: Fair) -> None:
    plan(five)
    set_time(five, "ATEN", "10:24", "10")
    move(five, "ATEN", 2)
    assert codes(five) == [ROBO, "ATEN", BAU, "THREE", "ATWO"]
    assert times(five) == ["10:00", "10:06", "10:17", "10:23", "10:29"]


def test_sheets_are_not_older_than_an_order_of_pitches(five: Fair) -> None:
    plan(five)
    move(five, "ATEN", 1)
    assert {row["stands_changed"] for row in five.rows("events")} == {None}


# What is on


def test_pitches_are_called_one_after_the_other_back_and_to_an_end(five: Fair) -> None:
    five.enter("pitches")
    first = state(five)
    assert first
    assert first.current is None
    assert first.following
    assert (first.following.stand.code, first.total, first.ended) == (ROBO, 5, False)
    for code, before, following in ((ROBO, None, BAU), (BAU, ROBO, "THREE")):
        call(five, to="next")
        now = state(five)
        assert now
        assert now.current
        assert now.current.stand.code == code
        assert (now.before and now.before.stand.code) == before
        assert (now.following and now.following.stand.code) == following
    call(five, to="back")
    call(five, stand="ATEN")
    last = state(five)
    assert last
    assert last.current
    assert (last.current.place, last.following) == (5, None)
    with refused("no_pitch"):
        call(five, to="next")
    call(five, to="end")
    ended = state(five)
    assert ended
    assert (ended.current, ended.ended) == (None, True)


def test_a_call_is_one_however_often_it_is_pressed_and_its_time_stays(five: Fair) -> None:
    five.enter("pitches")
    call(five, stand=ROBO)
    since = five.rows("events")[0]["pitch_since"]
    call(five, stand=ROBO)
    assert five.rows("events")[0]["pitch_since"] == since
    key = new_key()
    assert call(five, to="next", key=key) == call(five, to="next", key=key)
    now = state(five)
    assert now
    assert now.current
    assert now.current.stand.code == BAU


def test_undo_puts_the_pitch_before_back_with_its_time(five: Fair) -> None:
    five.enter("pitches")
    call(five, stand=ROBO)
    before = five.rows("events")[0]
    outcome = call(five, to="next")
    five.undo(outcome.change)
    after = five.rows("events")[0]
    assert (after["pitch_id"], after["pitch_since"]) == (before["pitch_id"], before["pitch_since"])


@pytest.mark.parametrize("phase", ["preparing", "fair", "round", "follow_up", "closed"])
def test_no_pitch_is_called_or_shown_in_another_phase(five: Fair, phase: str) -> None:
    five.enter("pitches")
    call(five, stand=ROBO)
    five.enter(phase)
    assert state(five) is None
    with refused("phase_first"):
        call(five, stand=BAU)
    five.enter("pitches")
    found = state(five)
    assert found
    assert found.current


@pytest.mark.parametrize("where", [{"stand": XX_STAND}, {"stand": GENERAL}, {"stand": "NONE"}])
def test_what_is_not_pitched_here_is_not_called(five: Fair, where: dict[str, str]) -> None:
    five.enter("pitches")
    with refused("stand"):
        call(five, **where)
    with refused("unreadable"):
        call(five, to="sideways")


def test_a_stand_that_was_taken_out_is_on_no_longer(five: Fair) -> None:
    five.enter("pitches")
    call(five, stand=BAU)
    five.sql(f"UPDATE stands SET archived = TRUE WHERE code = '{BAU}'")
    found = state(five)
    assert found
    assert found.current is None


# Who hears of it


def test_screen_phones_and_moderation_hear_a_call_and_no_other_event(
    five: Fair, listen: Listen
) -> None:
    five.enter("pitches")
    five.enter("pitches", AC)
    here = {room: listen(room, GE) for room in ("screen", "event", "moderate")}
    there = [listen(room, AC) for room in ("screen", "event", "moderate")]
    desk = listen("desk", ROBO)
    call(five, stand=ROBO)
    heard = {room: ear.html() for room, ear in here.items()}
    assert 'data-shows="pitch"' in heard["screen"]
    assert f"/s/{ROBO}/qr.svg" in heard["screen"]
    assert f'href="/s/{ROBO}"' in heard["event"]
    assert "Projekt robo" in heard["moderate"]
    assert [ear.heard() for ear in there] == [[], [], []]
    assert desk.heard() == []


def test_a_new_order_has_pages_read_again(five: Fair, listen: Listen) -> None:
    five.enter("pitches")
    ears = [listen("screen", GE), listen("moderate", GE)]
    other = listen("screen", AC)
    move(five, "ATEN", 1)
    for ear in ears:
        (push,) = ear.heard()
        assert push["previous"] == push["revision"]
    assert other.heard() == []
