"""The running event at a glance: its questions by stand and by minute, its passes, in numbers.

Read every few seconds while an organiser looks: one grouped select over the event's questions, one
over its latest, and neither reads a text.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, select

from exchange.database.connections import db
from exchange.models import Event, Pass, Project, Question, Role, Stand, Status
from exchange.models.base import now
from exchange.queries import promises
from exchange.queries.fair import STAND_COLUMNS, StandLine
from exchange.queries.passes import handed_out
from exchange.queries.questions import ASKED, IS_MERGED, UNACCOUNTED

STANDS_SHOWN = 60
"""So many stands are shown; of more, those with the most open questions."""
MINUTES_SHOWN = 30
PASSES_NAMED = 12
"""So many passes that nobody has redeemed are named."""
_MOST_A_MINUTE = 400
"""Of more questions than a stand takes in a minute, only so many are counted."""


@dataclass(frozen=True)
class Tally:
    """How many questions there are, and how many wait for an answer."""

    total: int = 0
    """Withdrawn ones, those that were prepared before the day and those that follow another one
    left out."""
    open: int = 0
    """Neither answered, owed nor declined."""
    oldest: datetime | None = None
    """When the open one that has waited longest was asked."""
    oldest_number: int | None = None


NO_TALLY = Tally()


@dataclass(frozen=True)
class StandTally:
    """A stand with its questions."""

    stand: StandLine
    tally: Tally


@dataclass(frozen=True)
class Minute:
    """One minute, and how many questions came in it."""

    begins: datetime
    questions: int


@dataclass(frozen=True)
class Unredeemed:
    """Passes of the day that no browser has ever redeemed."""

    all: int
    """How many passes the day has: moderation, screen, one or more a stand."""
    count: int
    named: tuple[tuple[Role, str | None], ...]
    """The first of them: (role, the label of its stand)."""


@dataclass(frozen=True)
class Figures:
    """What an event's dashboard says of its questions, stands and passes."""

    total: Tally
    pending: int
    answered: int
    owed: int
    overdue: int
    """Of those the ones whose promised day is over."""
    declined: int
    oldest_at: StandLine | None
    """The stand of the oldest open question, if it is shown."""
    stands: list[StandTally]
    """By label; of more than are shown those with the most open questions."""
    stands_left_out: int
    minutes: list[Minute]
    """The latest half hour, the present minute last."""
    passes: Unredeemed


def figures(event_id: int, stand_ids: Sequence[int], moment: datetime | None = None) -> Figures:
    """The numbers of an event as they are now. `stand_ids`: what `stands_of` answered."""
    by_status, by_stand, overdue = _tallies(event_id)
    total = _sum(by_stand.values())
    shown = _shown(stand_ids, by_stand)
    lines = _lines(shown)
    return Figures(
        total=total,
        pending=by_status.get(Status.PENDING, 0),
        answered=by_status.get(Status.ANSWERED, 0),
        owed=by_status.get(Status.OWED, 0),
        overdue=overdue,
        declined=by_status.get(Status.DECLINED, 0),
        oldest_at=next(
            (
                line
                for line in lines
                if total.oldest_number is not None
                and by_stand.get(line.id, NO_TALLY).oldest_number == total.oldest_number
            ),
            None,
        ),
        stands=[StandTally(line, by_stand.get(line.id, NO_TALLY)) for line in lines],
        stands_left_out=len(stand_ids) - len(lines),
        minutes=_minutes(event_id, moment or now()),
        passes=_unredeemed(event_id),
    )


def stands_of(event_id: int) -> list[int]:
    """The ids of an event's stands, by label."""
    rows = db.session.connection().execute(
        select(Stand.id)
        .where(Stand.event_id == event_id, Stand.archived.is_(False))
        .order_by(Stand.sort_key)
    )
    return [stand_id for (stand_id,) in rows]


_COUNTED = and_(Question.status != Status.WITHDRAWN, ASKED)


def _tallies(event_id: int) -> tuple[dict[Status, int], dict[int, Tally], int]:
    """How many questions stand where, the tally of each stand that has any, and how many answers
    are overdue. A group is one, and its head's (`placement.list_name`).
    """
    late = and_(Question.status == Status.OWED, promises.are_overdue(Question.owed_until))
    rows = db.session.connection().execute(
        select(
            Question.stand_id,
            Question.status,
            func.count(),
            func.min(Question.asked_at),
            func.min(Question.number),
            func.sum(case((late, 1), else_=0)),
        )
        .where(Question.event_id == event_id, _COUNTED, ~IS_MERGED)
        .group_by(Question.stand_id, Question.status)
    )
    by_status: dict[Status, int] = {}
    by_stand: dict[int, Tally] = {}
    overdue = 0
    for stand_id, status, number, oldest, first, late_ones in rows:
        overdue += late_ones
        by_status[status] = by_status.get(status, 0) + number
        one = Tally(number, number, oldest, first) if status in UNACCOUNTED else Tally(number)
        by_stand[stand_id] = _sum([by_stand[stand_id], one]) if stand_id in by_stand else one
    return by_status, by_stand, overdue


def _sum(tallies: Iterable[Tally]) -> Tally:
    found = list(tallies)
    waiting = [one for one in found if one.oldest_number is not None]
    oldest = min(waiting, key=lambda one: one.oldest_number or 0, default=NO_TALLY)
    return Tally(
        sum(one.total for one in found),
        sum(one.open for one in found),
        oldest.oldest,
        oldest.oldest_number,
    )


def _shown(stand_ids: Sequence[int], by_stand: dict[int, Tally]) -> list[int]:
    if len(stand_ids) <= STANDS_SHOWN:
        return list(stand_ids)

    def urgency(stand_id: int) -> tuple[int, int]:
        tally = by_stand.get(stand_id, NO_TALLY)
        return -tally.open, -tally.total

    # Sorting is stable: among equals the order of the labels stays.
    return sorted(stand_ids, key=urgency)[:STANDS_SHOWN]


def _lines(stand_ids: Sequence[int]) -> list[StandLine]:
    rows = db.session.connection().execute(
        select(*STAND_COLUMNS)
        .join(Event, Stand.event_id == Event.id)
        .outerjoin(Project, Stand.project_id == Project.id)
        .where(Stand.id.in_(stand_ids))
        .order_by(Stand.sort_key)
    )
    return [StandLine(*row) for row in rows]


def _minutes(event_id: int, moment: datetime) -> list[Minute]:
    last = moment.replace(second=0, microsecond=0)
    first = last - timedelta(minutes=MINUTES_SHOWN - 1)
    rows = db.session.connection().execute(
        select(Question.asked_at)
        .where(Question.event_id == event_id, Question.asked_at >= first, _COUNTED)
        .order_by(Question.number.desc())
        .limit(MINUTES_SHOWN * _MOST_A_MINUTE)
    )
    counts = [0] * MINUTES_SHOWN
    for (asked_at,) in rows:
        place = int((asked_at - first).total_seconds() // 60)
        # What is asked while this is read belongs to the present minute.
        counts[min(place, MINUTES_SHOWN - 1)] += 1
    return [Minute(first + timedelta(minutes=n), count) for n, count in enumerate(counts)]


def _unredeemed(event_id: int) -> Unredeemed:
    never = Pass.redeemed.is_(None)
    rows = (
        db.session.connection()
        .execute(
            select(
                Pass.role,
                Stand.label,
                Pass.redeemed,
                func.count().over(),
                func.sum(case((never, 1), else_=0)).over(),
            )
            .outerjoin(Stand, Pass.stand_id == Stand.id)
            .where(handed_out(event_id))
            .order_by(never.desc(), Stand.sort_key.is_not(None), Stand.sort_key, Pass.id)
            .limit(PASSES_NAMED)
        )
        .all()
    )
    named = tuple((role, label) for role, label, redeemed, _, _ in rows if redeemed is None)
    return Unredeemed(int(rows[0][3]), int(rows[0][4]), named) if rows else Unredeemed(0, 0, ())
