"""What an event has and lacks before its day."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from exchange.database.connections import db
from exchange.models import Contact, Event, Pass, Phase, Project, Role, Stand
from exchange.models.labels import GENERAL
from exchange.queries.passes import handed_out


@dataclass(frozen=True)
class Unredeemed:
    """A pass that no browser has redeemed."""

    role: Role
    label: str | None
    """Of its stand."""


@dataclass(frozen=True)
class Found:
    """What was found at an event."""

    code: str
    date: dt.date | None
    phase: Phase
    archived: bool
    stands_changed: dt.datetime | None
    sheets_printed: dt.datetime | None
    stands: int
    """How many it has, without stand 0."""
    without_project: list[tuple[str, str]]
    """Code and label of each stand."""
    without_contact: list[tuple[str, str]]
    """The project's code and the label of each stand."""
    unredeemed: list[Unredeemed]


def found(event_id: int) -> Found:
    """What an event has and lacks, in three selects."""
    event = db.session.execute(
        select(
            Event.code,
            Event.date,
            Event.phase,
            Event.archived,
            Event.stands_changed,
            Event.sheets_printed,
        ).where(Event.id == event_id)
    ).one()
    contact = (
        select(Contact.id)
        .where(Contact.project_id == Stand.project_id, Contact.until.is_(None))
        .correlate(Stand)
        .exists()
    )
    stands: list[tuple[str, str, str | None, bool]] = [
        (row[0], row[1], row[2], row[3])
        for row in db.session.execute(
            select(Stand.code, Stand.label, Project.code, contact)
            .outerjoin(Project, Stand.project_id == Project.id)
            .where(Stand.event_id == event_id, Stand.archived.is_(False), Stand.label != GENERAL)
            .order_by(Stand.sort_key)
        )
    ]
    passes = db.session.execute(
        select(Pass.role, Stand.label)
        .outerjoin(Stand, Pass.stand_id == Stand.id)
        .where(handed_out(event_id), Pass.redeemed.is_(None))
        .order_by(Stand.sort_key.is_not(None), Stand.sort_key, Pass.id)
    )
    return Found(
        *event,
        stands=len(stands),
        without_project=[(code, label) for code, label, project, _ in stands if project is None],
        without_contact=[
            (project, label) for _, label, project, has_one in stands if project and not has_one
        ],
        unredeemed=[Unredeemed(role, label) for role, label in passes],
    )
