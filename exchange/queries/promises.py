"""Until when answers are promised, by the hall's calendar. No promise is made for a day that is
over; one that was made and not kept is overdue, and every page says so.
"""

from datetime import date, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from exchange.models.base import today

USUAL = timedelta(days=14)
"""How long an answer may take where nobody said a day."""


def usual_day(event_day: date | None) -> date:
    """The day that is settled for an event's answers as long as nobody says another."""
    return max(event_day or today(), today()) + USUAL


def due_day(settled: date, day: date | None = None) -> date:
    """The day for which an answer is promised on `day` (today) where nobody said one.

    The day settled for the event; once that is over, as long from `day` as is usual.
    """
    day = day or today()
    return settled if settled >= day else day + USUAL


def are_overdue(until: InstrumentedAttribute[date | None]) -> ColumnElement[bool]:
    """`is_overdue` today, within a select."""
    return until < today()


def is_overdue(until: date, day: date | None = None) -> bool:
    """Whether the last day of a promise is over on `day` (today)."""
    return until < (day or today())
