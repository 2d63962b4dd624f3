"""Who is at a browser: passes and participants."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Executable, bindparam, func, or_, select

from exchange.database.connections import db
from exchange.database.statements import CompiledStatement
from exchange.models import Event, Participant, Pass, Project, Role, Series, Stand


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


_SINCE = CompiledStatement(
    select(Participant.at).where(
        Participant.event_id == bindparam("event"), Participant.digest == bindparam("digest")
    )
)


def participant_since(event_id: int, digest: str) -> datetime | None:
    """When a participant first wrote something at an event; None before."""
    with db.reading() as connection:
        found = _SINCE.one(connection, event=event_id, digest=digest)
    return found[0] if found else None


_PASSES = select(
    Pass.id,
    Pass.role,
    Pass.generation,
    Pass.revoked,
    Pass.series_id,
    Pass.event_id,
    Pass.stand_id,
    Pass.project_id,
)


def passes_by_id(pass_ids: Collection[int]) -> dict[int, PassLine]:
    """The passes with these ids."""
    if not pass_ids:
        return {}
    return {one.id: one for one in _lines(_PASSES.where(Pass.id.in_(pass_ids)))}


def revoked_among(held: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the (pass id, generation) pairs that open nothing any more."""
    rows = db.session.execute(
        select(Pass.id, Pass.generation).where(
            Pass.id.in_({pass_id for pass_id, _ in held}), Pass.revoked.is_(False)
        )
    )
    return set(held) - {(row[0], row[1]) for row in rows}


def series_of_pass(pass_id: int) -> int | None:
    """The series that a pass belongs to, whatever it opens."""
    return db.session.scalar(
        select(func.coalesce(Pass.series_id, Event.series_id, Project.series_id))
        .outerjoin(Stand, Pass.stand_id == Stand.id)
        .outerjoin(Event, or_(Pass.event_id == Event.id, Stand.event_id == Event.id))
        .outerjoin(Project, Pass.project_id == Project.id)
        .where(Pass.id == pass_id)
    )


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


def passes_of_series(series_id: int) -> Sequence[PassLine]:
    """Every pass of a series, of its events, stands and projects."""
    return _lines(
        _PASSES.outerjoin(Stand, Pass.stand_id == Stand.id)
        .outerjoin(Event, or_(Pass.event_id == Event.id, Stand.event_id == Event.id))
        .outerjoin(Project, Pass.project_id == Project.id)
        .where(
            or_(
                Pass.series_id == series_id,
                Event.series_id == series_id,
                Project.series_id == series_id,
            )
        )
        .order_by(Pass.id)
    )


def passes_of_event(event_id: int) -> Sequence[PassLine]:
    """Organiser's, moderator's and screen's passes, as they concern one event."""
    return _lines(
        _PASSES.join(Event, or_(Pass.event_id == Event.id, Pass.series_id == Event.series_id))
        .where(Event.id == event_id)
        .order_by(Pass.id)
    )


def presenter_passes(event_id: int) -> Sequence[PassLine]:
    """The presenters' passes of an event's stands."""
    return _lines(
        _PASSES.join(Stand, Pass.stand_id == Stand.id)
        .where(Stand.event_id == event_id)
        .order_by(Stand.number)
    )


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
