"""The day is the hall's: at half past midnight there, UTC still has yesterday."""

from datetime import UTC, date, datetime

import pytest

from exchange.models.base import day_in_hall, today


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 25, 22, 59, tzinfo=UTC), date(2026, 11, 25)),
        (datetime(2026, 11, 25, 23, 0, tzinfo=UTC), date(2026, 11, 26)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_the_hall(moment: datetime, day: date) -> None:
    assert day_in_hall(moment) == day


def test_today_is_the_day_of_this_moment_in_the_hall() -> None:
    before = day_in_hall(datetime.now(UTC))
    found = today()
    assert before <= found <= day_in_hall(datetime.now(UTC))
