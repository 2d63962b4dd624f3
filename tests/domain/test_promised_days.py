"""Until when answers are promised: by the hall's calendar, and never for a day that is over."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain import events
from exchange.domain.refusals import Refused
from exchange.models.base import today
from exchange.queries import promises
from tests.support.fair import GE, TOUR, Fair
from tests.support.hall_time import SetHallClock
from tests.support.hypotheses import REPEATABLE
from tests.support.organising import do

DAYS = st.dates(date(2020, 1, 1), date(2099, 1, 1))
NIGHTS = [
    # The clock in the hall, the day there, and the one that UTC still has.
    ("2026-11-27 00:52", "2026-11-27", "2026-11-26"),
    ("2026-07-01 00:52", "2026-07-01", "2026-06-30"),
    ("2026-07-01 01:52", "2026-07-01", "2026-06-30"),
    ("2026-11-27 23:59", "2026-11-27", "2026-11-26"),
]


# The rule


@settings(REPEATABLE, max_examples=300)
@given(settled=DAYS, day=DAYS)
def test_what_is_promised_lies_on_the_settled_day_or_ahead(settled: date, day: date) -> None:
    due = promises.due_day(settled, day)
    assert due >= day
    assert due == settled if settled >= day else due == day + promises.USUAL


@settings(REPEATABLE, max_examples=300)
@given(settled=DAYS, day=DAYS, later=st.integers(0, 400))
def test_who_is_promised_something_later_is_not_answered_earlier(
    settled: date, day: date, later: int
) -> None:
    after = min(day + timedelta(days=later), date(2099, 12, 1))
    assert promises.due_day(settled, max(day, after)) >= promises.due_day(settled, day)


@settings(REPEATABLE, max_examples=300)
@given(until=DAYS, day=DAYS)
def test_a_promise_is_overdue_from_the_day_after_it(until: date, day: date) -> None:
    assert promises.is_overdue(until, day) == (day > until)


# Said for a day


@pytest.mark.parametrize(("clock", "day", "yesterday"), NIGHTS)
def test_yesterday_is_refused_just_after_midnight_in_the_hall(
    fair: Fair, hall_clock: SetHallClock, clock: str, day: str, yesterday: str
) -> None:
    question = fair.ask()
    hall_clock(clock)
    with pytest.raises(Refused, match=r"^until$"):
        fair.act(question, "owe", until=yesterday)
    fair.act(question, "owe", until=day)
    assert fair.card(question).owed_until == date.fromisoformat(day)


@pytest.mark.parametrize(("clock", "day", "yesterday"), NIGHTS)
def test_the_settled_day_is_refused_when_it_is_over_in_the_hall(
    fair: Fair, hall_clock: SetHallClock, clock: str, day: str, yesterday: str
) -> None:
    hall_clock(clock)
    with pytest.raises(Refused, match=r"^owed_past$") as refused:
        settle(fair, date="", owed_until=yesterday)
    assert refused.value.field == "owed_until"
    settle(fair, date="", owed_until=day)
    assert settled(fair) == date.fromisoformat(day)


def test_a_day_past_any_calendar_is_refused(fair: Fair) -> None:
    question = fair.ask()
    for until in ("9999-12-31", "2101-01-01"):
        with pytest.raises(Refused, match=r"^until$"):
            fair.act(question, "owe", until=until)


def test_settings_that_are_saved_again_may_hold_a_settled_day_that_is_over(fair: Fair) -> None:
    long_ago = today() - timedelta(days=60)
    fair.sql(
        f"UPDATE events SET date = '{long_ago}', owed_until = '{long_ago + timedelta(days=14)}'"
    )
    as_it_stands = {"date": long_ago, "owed_until": long_ago + timedelta(days=14)}
    settle(fair, city="Herne", **{name: str(day) for name, day in as_it_stands.items()})
    assert settled(fair) == as_it_stands["owed_until"]


# Said for none


@pytest.mark.parametrize("ago", [1, 38])
def test_what_is_asked_after_the_settled_day_is_promised_for_two_weeks_from_now(
    fair: Fair, ago: int
) -> None:
    over(fair, ago)
    assert fair.card(fair.ask()).owed_until == today() + timedelta(days=14)


def test_what_is_asked_on_the_settled_day_is_promised_for_that_day(fair: Fair) -> None:
    over(fair, 0)
    assert fair.card(fair.ask()).owed_until == today()


@pytest.mark.parametrize("role", ["presenter", "moderator"])
def test_what_is_owed_without_a_day_is_not_owed_for_one_that_is_over(fair: Fair, role: str) -> None:
    question = fair.ask()
    over(fair, 38)
    fair.act(question, "owe", by=role)
    assert fair.card(question).owed_until == today() + timedelta(days=14)


def test_an_emptied_day_of_a_past_event_is_settled_ahead(fair: Fair) -> None:
    settle(fair, date=str(today() - timedelta(days=38)), owed_until="")
    assert settled(fair) == today() + timedelta(days=14)


def test_a_new_event_of_a_past_day_promises_nothing_for_a_day_that_is_over(fair: Fair) -> None:
    values = {"city": "B", "code": "BB", "date": str(today() - timedelta(days=38))}
    do(fair, events.add, fair.series_id(TOUR), values)
    assert settled(fair, "BB") == today() + timedelta(days=14)


def test_an_event_that_moves_behind_its_settled_day_takes_it_along(fair: Fair) -> None:
    day = today() + timedelta(days=60)
    settle(fair, date=str(day))
    assert settled(fair) == day + timedelta(days=14)


# When it is over


def test_a_promise_that_was_not_kept_is_overdue_and_undo_does_not_hide_it(fair: Fair) -> None:
    question = fair.asked_as("owed")
    fair.sql(f"UPDATE questions SET owed_until = '{today() - timedelta(days=1)}'")
    assert fair.card(question).overdue
    answered = fair.act(question, "answer", answer="Ja.", how="in_writing")
    assert not fair.card(question).overdue
    assert answered.change
    fair.undo(answered.change)
    card = fair.card(question)
    assert card.overdue
    assert card.owed_until == today() - timedelta(days=1)


def test_a_follower_is_overdue_with_its_head(fair: Fair) -> None:
    head, follower = fair.asked_as("owed"), fair.ask()
    fair.act(follower, "merge", head=head)
    fair.sql(f"UPDATE questions SET owed_until = '{today() - timedelta(days=1)}' WHERE id = {head}")
    assert fair.card(follower).overdue


def test_a_promise_is_not_overdue_before_midnight_in_the_hall(
    fair: Fair, hall_clock: SetHallClock
) -> None:
    question = fair.asked_as("owed")
    fair.sql("UPDATE questions SET owed_until = '2026-11-26'")
    for clock, overdue in (("2026-11-26 23:59", False), ("2026-11-27 00:00", True)):
        hall_clock(clock)
        assert fair.card(question).overdue is overdue


def over(fair: Fair, days_ago: int) -> None:
    """The day of the fair is over, and answers were due so many days ago."""
    due = today() - timedelta(days=days_ago)
    fair.enter("follow_up")
    fair.sql(f"UPDATE events SET date = '{due - timedelta(days=14)}', owed_until = '{due}'")


def settle(fair: Fair, **values: str) -> None:
    do(fair, events.edit, fair.event_id(), values)


def settled(fair: Fair, event: str = GE) -> date:
    found = next(row for row in fair.rows("events") if row["code"] == event)["owed_until"]
    return found if isinstance(found, date) else date.fromisoformat(found)
