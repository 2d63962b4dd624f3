"""The pitches of an event: their order, their times, and the one that is on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from exchange.database.connections import db
from exchange.models import Event, Phase, Project, Stand
from exchange.queries.fair import STAND_COLUMNS, EventLine, StandLine

DEFAULT_MINUTES = 5
"""How long a pitch takes where nobody said."""
MOST_PITCHES = 300
"""How many an event has at most: a day of five minutes each. What stands behind is not pitched."""

IN_ORDER: tuple[ColumnElement[Any], ...] = (
    Stand.pitch_position.is_(None),
    Stand.pitch_position.asc(),
    Stand.pitch.is_(None),
    Stand.pitch.asc(),
    Stand.sort_key.asc(),
    Stand.id.asc(),
)
"""By the place that somebody gave it, else by its time, else by its label. A stand that has come
since somebody ordered them is the last.
"""


@dataclass(frozen=True)
class PitchLine:
    """A pitch: a project's few minutes before everybody, with the stand where to ask on."""

    stand: StandLine
    given_minutes: int | None
    """How long it takes, as somebody said; None: as all do."""
    place: int
    """Which of the event's pitches it is; 1 is the first."""

    @property
    def start(self) -> str | None:
        """When it begins, local time, HH:MM."""
        return self.stand.pitch

    @property
    def minutes(self) -> int:
        """How long it is to take."""
        return self.given_minutes or DEFAULT_MINUTES

    @property
    def begins(self) -> int | None:
        """When it begins, in minutes of the day."""
        return minute_of(self.start)

    @property
    def ends(self) -> int | None:
        """When it is to end, in minutes of the day."""
        return None if self.begins is None else self.begins + self.minutes


@dataclass(frozen=True)
class PitchState:
    """What the hall sees of the pitches: the one that is on, the one before it, the next."""

    current: PitchLine | None
    since: datetime | None
    """When the one that is on began."""
    before: PitchLine | None
    following: PitchLine | None
    """The next; before any was called, the first."""
    total: int
    ended: bool
    """Whether somebody ended them: none is on, and none follows by itself."""


def minute_of(time: str | None) -> int | None:
    """HH:MM in minutes of the day."""
    if not time or len(time) != 5:
        return None
    return int(time[:2]) * 60 + int(time[3:])


def pitches(event_id: int) -> list[PitchLine]:
    """The pitches of an event in their order, the first `MOST_PITCHES`."""
    placed = _placed(event_id)
    rows = db.session.execute(_lines(placed).order_by(placed.c.place).limit(MOST_PITCHES))
    return [_line(row) for row in rows]


def state(event: EventLine) -> PitchState | None:
    """What the hall sees of the pitches now; None, without a look, in any other phase."""
    if event.phase is not Phase.PITCHES:
        return None
    placed = _placed(event.id)
    present = select(placed.c.place).where(placed.c.id == (event.pitch_id or 0)).scalar_subquery()
    rows = db.session.execute(
        _lines(placed)
        .where(placed.c.place.between(func.coalesce(present, 1) - 1, func.coalesce(present, 1) + 1))
        .order_by(placed.c.place)
    )
    near = [(_line(row), int(row[-1])) for row in rows]
    by_place = {line.place: line for line, _ in near}
    current = next((line for line, _ in near if line.stand.id == event.pitch_id), None)
    # One whose stand has left is on no more; nobody has ended the pitches.
    ended = event.pitch_id is None and event.pitch_since is not None
    return PitchState(
        current=current,
        since=event.pitch_since if current else None,
        before=by_place.get(current.place - 1) if current else None,
        following=by_place.get(current.place + 1 if current else 1),
        total=near[0][1] if near else 0,
        ended=ended,
    )


def pitched(event_id: int) -> ColumnElement[bool]:
    """Which stands have a pitch: those of an event that show a project."""
    return (Stand.event_id == event_id) & Stand.project_id.is_not(None) & Stand.archived.is_(False)


def _placed(event_id: int) -> Any:
    """The ids of the stands that are pitched, each with its place and how many there are."""
    return (
        select(
            Stand.id,
            func.row_number().over(order_by=IN_ORDER).label("place"),
            func.count().over().label("total"),
        )
        .where(pitched(event_id))
        .subquery("placed")
    )


def _lines(placed: Any) -> Select[Any]:
    return (
        select(*STAND_COLUMNS, Stand.pitch_minutes, placed.c.place, placed.c.total)
        .select_from(placed)
        .join(Stand, Stand.id == placed.c.id)
        .join(Event, Stand.event_id == Event.id)
        .outerjoin(Project, Stand.project_id == Project.id)
    )


def _line(row: Any) -> PitchLine:
    *stand, minutes, place, _ = row
    return PitchLine(StandLine(*stand), minutes, place)
