"""Municipalities that registered for an event."""

from dataclasses import dataclass

from sqlalchemy import func, select

from exchange.database.connections import db
from exchange.models import Registration

SUGGESTED = 200
"""So many names are suggested at most: those that send the most people."""


@dataclass(frozen=True)
class RegisteredLine:
    """A municipality that comes, and with how many people; None where nobody said."""

    municipality: str
    people: int | None


@dataclass(frozen=True)
class Registered:
    """All that registered for an event."""

    lines: list[RegisteredLine]

    @property
    def people(self) -> int:
        """How many people come, as far as it was said."""
        return sum(line.people or 0 for line in self.lines)


def registered(event_id: int) -> Registered:
    """The municipalities of an event by name; there are no more than `registered_list.MOST`."""
    rows = db.session.execute(
        select(Registration.municipality, Registration.people).where(
            Registration.event_id == event_id
        )
    )
    return Registered(sorted((RegisteredLine(*row) for row in rows), key=_by_name))


def suggestions(event_id: int) -> tuple[str, ...]:
    """The names that are suggested at an event, in their order."""
    rows = db.session.connection().execute(
        select(Registration.municipality)
        .where(Registration.event_id == event_id)
        .order_by(func.coalesce(Registration.people, 0).desc(), Registration.municipality)
        .limit(SUGGESTED)
    )
    return tuple(sorted((name for (name,) in rows), key=_letters))


def _by_name(line: RegisteredLine) -> str:
    return _letters(line.municipality)


_PLAIN = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})


def _letters(name: str) -> str:
    """As German lists sort names: Ö as O."""
    return name.casefold().translate(_PLAIN)
