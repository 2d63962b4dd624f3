"""Who is at a browser: passes and participants."""

from collections.abc import Collection, Sequence

from sqlalchemy import or_, select

from exchange.extensions import db
from exchange.models import Event, Participant, Pass, Project, Series, Stand


def passes_by_id(pass_ids: Collection[int]) -> dict[int, Pass]:
    """The passes with these ids."""
    if not pass_ids:
        return {}
    found = db.session.scalars(select(Pass).where(Pass.id.in_(pass_ids)))
    return {one.id: one for one in found}


def revoked_among(held: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the (pass id, generation) pairs that open nothing any more."""
    rows = db.session.execute(
        select(Pass.id, Pass.generation).where(
            Pass.id.in_({pass_id for pass_id, _ in held}), Pass.revoked.is_(False)
        )
    )
    return set(held) - {(row[0], row[1]) for row in rows}


def passes_of_series(series_id: int) -> Sequence[Pass]:
    """Every pass of a series, of its events, stands and projects."""
    return db.session.scalars(
        select(Pass)
        .outerjoin(Stand, Pass.stand_id == Stand.id)
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
    ).all()


def series_of(series_ids: Collection[int]) -> Sequence[Series]:
    """The series with these ids."""
    return db.session.scalars(select(Series).where(Series.id.in_(series_ids))).all()


def participant_by_digest(event_id: int, digest: str) -> Participant | None:
    """The participant whose cookie has this digest at this event."""
    return db.session.scalar(
        select(Participant).where(Participant.event_id == event_id, Participant.digest == digest)
    )


def passes_of_event(event_id: int) -> Sequence[Pass]:
    """Organiser's, moderator's and screen's passes, as they concern one event."""
    return db.session.scalars(
        select(Pass)
        .join(Event, or_(Pass.event_id == Event.id, Pass.series_id == Event.series_id))
        .where(Event.id == event_id)
        .order_by(Pass.id)
    ).all()


def presenter_passes(event_id: int) -> Sequence[Pass]:
    """The presenters' passes of an event's stands."""
    return db.session.scalars(
        select(Pass)
        .join(Stand, Pass.stand_id == Stand.id)
        .where(Stand.event_id == event_id)
        .order_by(Stand.number)
    ).all()
