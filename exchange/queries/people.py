"""Who is at a browser: passes and participants."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import Boolean, Executable, bindparam, case, func, or_, select, type_coerce

from exchange.database.connections import db
from exchange.database.statements import CompiledStatement
from exchange.models import (
    Event,
    Participant,
    Pass,
    Phase,
    Project,
    Question,
    Role,
    Series,
    Stand,
    Status,
)
from exchange.models.base import day_in_hall, today


@dataclass(frozen=True)
class PassLine:
    """A pass, and the one place that it opens."""

    id: int
    role: Role
    generation: int
    revoked: bool
    series_id: int | None
    event_id: int | None
    stand_id: int | None
    project_id: int | None
    one_browser: bool
    bound_to: str | None
    """The digest of the browser that redeemed it first, where it is for one browser only."""
    phase: Phase | None
    phase_since: datetime | None
    owed_until: date | None
    """Of its event or its stand's event."""
    answers_due: date | None
    """Of a contact: the last day on which an answer is due, at any event that shows the project."""
    name: str | None = None
    """What tells several of one stand apart."""
    redeemed: datetime | None = None
    """When a browser last redeemed it; None: never, since it was made or renewed."""

    def last_day(self, days: int) -> date | None:
        """The last day on which it opens something; None when it has no end.

        An event's passes last `days` after it was closed. An event that nobody closes counts as
        closed on the day when its answers are due or, if it was reopened after that, on that day.
        A contact's passes last `days` after its answers are due; an organiser's do not end.
        """
        begins = self.answers_due
        if self.phase is not None and self.phase_since and self.owed_until:
            begins = day_in_hall(self.phase_since)
            if self.phase is not Phase.CLOSED:
                begins = max(begins, self.owed_until)
        return begins + timedelta(days) if begins else None

    def ended(self, days: int) -> bool:
        """Whether its last day is over, by the hall's calendar."""
        last = self.last_day(days)
        return last is not None and today() > last


_SINCE = CompiledStatement(
    select(Participant.at).where(
        Participant.event_id == bindparam("event"), Participant.digest == bindparam("digest")
    )
)


MOST_FIRST_WRITES = 20_000
"""How many are remembered: 2 MB."""


@dataclass
class FirstWrites:
    """When participants first wrote something, by event and digest: it never changes."""

    known: dict[tuple[int, str], datetime] = field(default_factory=dict)


def participant_since(event_id: int, digest: str) -> datetime | None:
    """When a participant first wrote something at an event; None before."""
    known: dict[tuple[int, str], datetime] = current_app.extensions["process"].first_writes.known
    since = known.get((event_id, digest))
    if since is not None:
        return since
    with db.reading() as connection:
        found = _SINCE.one(connection, event=event_id, digest=digest)
    if found is None:
        return None
    if len(known) >= MOST_FIRST_WRITES:
        known.clear()
    known[event_id, digest] = found[0]
    return known[event_id, digest]


_SHOWN = select(Stand.id).where(Stand.project_id == Pass.project_id).correlate(Pass)
_OWED_FOR_IT = (
    select(func.max(Question.owed_until))
    .where(Question.stand_id.in_(_SHOWN), Question.status == Status.OWED)
    .correlate(Pass)
    .scalar_subquery()
)
_OWED_AT_ITS_EVENTS = (
    select(func.max(Event.owed_until))
    .join(Stand, Stand.event_id == Event.id)
    .where(Stand.project_id == Pass.project_id)
    .correlate(Pass)
    .scalar_subquery()
)
_PASSES = (
    select(
        Pass.id,
        Pass.role,
        Pass.generation,
        # What was archived opens nothing, whatever was handed out.
        type_coerce(
            or_(
                Pass.revoked,
                func.coalesce(Stand.archived, False),
                func.coalesce(Event.archived, False),
                func.coalesce(Project.archived, False),
            ),
            Boolean,
        ),
        Pass.series_id,
        Pass.event_id,
        Pass.stand_id,
        Pass.project_id,
        Pass.one_browser,
        Pass.bound_to,
        Event.phase,
        Event.phase_since,
        Event.owed_until,
        case(
            # The later of both: an answer may be promised for a day of its own.
            (_OWED_FOR_IT > _OWED_AT_ITS_EVENTS, _OWED_FOR_IT),
            else_=_OWED_AT_ITS_EVENTS,
        ),
        Pass.name,
        Pass.redeemed,
    )
    .outerjoin(Stand, Pass.stand_id == Stand.id)
    .outerjoin(Event, Event.id == func.coalesce(Pass.event_id, Stand.event_id))
    .outerjoin(Project, Pass.project_id == Project.id)
)


def passes_by_id(pass_ids: Collection[int]) -> dict[int, PassLine]:
    """The passes with these ids."""
    if not pass_ids:
        return {}
    return {one.id: one for one in _lines(_PASSES.where(Pass.id.in_(pass_ids)))}


def lapsed_among(held: Collection[PassLine], days: int) -> set[PassLine]:
    """Those of the passes, as they were when they let somebody in, that open nothing any more:
    renewed, revoked, ended (`days` after the event was closed), or bound to another browser.
    """
    now = passes_by_id({pass_.id for pass_ in held})
    return {pass_ for pass_ in held if _has_lapsed(pass_, now.get(pass_.id), days)}


def _has_lapsed(then: PassLine, now: PassLine | None, days: int) -> bool:
    return (
        now is None
        or now.revoked
        or now.generation != then.generation
        or (now.one_browser and (now.bound_to is None or now.bound_to != then.bound_to))
        or now.ended(days)
    )


def series_of_pass(pass_id: int) -> int | None:
    """The series that a pass belongs to, whatever it opens."""
    return db.session.scalar(
        select(func.coalesce(Pass.series_id, Event.series_id, Project.series_id))
        .outerjoin(Stand, Pass.stand_id == Stand.id)
        .outerjoin(Event, or_(Pass.event_id == Event.id, Stand.event_id == Event.id))
        .outerjoin(Project, Pass.project_id == Project.id)
        .where(Pass.id == pass_id)
    )


def series_of_project(project_id: int) -> int | None:
    """The series that a project belongs to; None when there is no such project."""
    return db.session.scalar(select(Project.series_id).where(Project.id == project_id))


def series_of_event(event_id: int) -> int:
    """The series that an event belongs to."""
    return db.session.execute(select(Event.series_id).where(Event.id == event_id)).scalar_one()


def code_opened_by(pass_id: int) -> str | None:
    """The code of the event, stand or project that a pass opens; None for a series."""
    return db.session.scalar(
        select(func.coalesce(Event.code, Stand.code, Project.code))
        .select_from(Pass)
        .outerjoin(Event, Pass.event_id == Event.id)
        .outerjoin(Stand, Pass.stand_id == Stand.id)
        .outerjoin(Project, Pass.project_id == Project.id)
        .where(Pass.id == pass_id)
    )


def organiser_passes(series_ids: Collection[int]) -> Sequence[PassLine]:
    """The organisers' passes of these series."""
    return _lines(_PASSES.where(Pass.series_id.in_(series_ids)).order_by(Pass.id))


def passes_at_event(event_id: int) -> Sequence[PassLine]:
    """Moderator's, screen's and presenters' passes of one event."""
    return _lines(
        _PASSES.where(or_(Pass.event_id == event_id, Stand.event_id == event_id)).order_by(Pass.id)
    )


def passes_of_project(project_id: int) -> Sequence[PassLine]:
    """The contact's pass of a project."""
    return _lines(_PASSES.where(Pass.project_id == project_id).order_by(Pass.id))


def passes_of_event(event_id: int) -> Sequence[PassLine]:
    """Organiser's, moderator's and screen's passes, as they concern one event."""
    its_series = select(Event.series_id).where(Event.id == event_id).scalar_subquery()
    return _lines(
        _PASSES.where(
            or_(Pass.event_id == event_id, Pass.series_id == its_series),
        ).order_by(Pass.id)
    )


def passes_without_event() -> Sequence[PassLine]:
    """The organisers' passes of series that have no event yet."""
    present = select(Event.id).where(Event.series_id == Pass.series_id, Event.archived.is_(False))
    return _lines(
        _PASSES.where(Pass.series_id.is_not(None), ~present.correlate(Pass).exists()).order_by(
            Pass.id
        )
    )


def presenter_passes(event_id: int) -> Sequence[PassLine]:
    """The presenters' passes of an event's stands, several of a stand by their age."""
    return _lines(_PASSES.where(Stand.event_id == event_id).order_by(Stand.sort_key, Pass.id))


def passes_of_stands(stand_ids: Collection[int]) -> Sequence[PassLine]:
    """The presenters' passes of these stands, by their age."""
    return _lines(_PASSES.where(Pass.stand_id.in_(stand_ids)).order_by(Pass.id))


def passes_of_projects(project_ids: Collection[int]) -> dict[int, PassLine]:
    """The passes of these projects' contacts, by the project's id."""
    found = _lines(_PASSES.where(Pass.project_id.in_(project_ids)).order_by(Pass.id.desc()))
    return {pass_.project_id: pass_ for pass_ in found if pass_.project_id}


def own_passes(held: Iterable[PassLine]) -> dict[int, PassLine]:
    """Of several passes of a stand its own, by the stand's id: the first that is not revoked.

    `held`: by their age. Where all are revoked it is the first.
    """
    found: dict[int, PassLine] = {}
    for pass_ in held:
        if pass_.stand_id is None:
            continue
        known = found.get(pass_.stand_id)
        if known is None or (known.revoked and not pass_.revoked):
            found[pass_.stand_id] = pass_
    return found


def series_of(series_ids: Collection[int]) -> Sequence[Series]:
    """The series with these ids."""
    return db.session.scalars(select(Series).where(Series.id.in_(series_ids))).all()


def participant_by_digest(event_id: int, digest: str) -> int | None:
    """The id of the participant whose cookie has this digest at this event."""
    return db.session.scalar(
        select(Participant.id).where(Participant.event_id == event_id, Participant.digest == digest)
    )


def _lines(statement: Executable) -> list[PassLine]:
    return [PassLine(*row) for row in db.session.execute(statement)]
