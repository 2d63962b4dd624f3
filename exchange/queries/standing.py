"""What stands at an event before a list comes in, a part at a time; and what has happened since."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import aliased

from exchange.database.connections import db
from exchange.models import (
    Basis,
    ChangeRecord,
    ChangeRow,
    Contact,
    Project,
    Question,
    Series,
    Stand,
)
from exchange.models.labels import GENERAL
from exchange.queries.questions import ASKED

PART = 150
"""So many are read at once: some 15 ms."""


@dataclass(frozen=True)
class StandFacts:
    """A stand of an event, archived or not."""

    id: int
    label: str
    project_id: int | None
    place: str | None
    pitch: str | None
    minutes: int | None
    archived: bool
    asked: bool
    """Whether visitors or staff asked something there."""


@dataclass(frozen=True)
class ContactFacts:
    """A contact of a project; `ended`: it is none any more."""

    id: int
    project_id: int
    person: str | None
    function: str | None
    email: str | None
    phone: str | None
    role: str | None
    position: int
    hidden: bool
    """Whether the name is not to be shown."""
    ended: bool


@dataclass(frozen=True)
class ProjectFacts:
    """A project of a series, archived or not."""

    id: int
    title: str
    key: str | None
    partner: str
    summary: str | None
    status: str | None
    field: str | None
    links: str | None
    archived: bool
    contacts: list[ContactFacts]


@dataclass(frozen=True)
class Image:
    """A record as it was before a change."""

    before: dict[str, Any] | None
    """None: the change made it."""
    by_hand: bool
    """Whether a person changed it, by a form or a proposal; else a list did."""


def log_position() -> int:
    """The latest change of all."""
    return db.session.scalar(select(func.max(ChangeRow.id))) or 0


def set_up_since(series_id: int, position: int) -> bool:
    """Whether a series' set-up has changed after that place in the log, undo included."""
    touched = exists().where(
        or_(
            ChangeRecord.change_id == ChangeRow.id,
            (ChangeRow.verb == "undo") & (ChangeRecord.change_id == ChangeRow.subject_id),
        )
    )
    found = select(ChangeRow.id).where(
        ChangeRow.series_id == series_id, ChangeRow.id > position, touched
    )
    return db.session.scalar(found.limit(1)) is not None


def stands_after(event_id: int, after: int) -> list[StandFacts]:
    """The next stands of an event by id, without *Allgemein*; none: that was all."""
    asked = exists().where(Question.stand_id == Stand.id, ASKED)
    rows = db.session.execute(
        select(
            Stand.id,
            Stand.label,
            Stand.project_id,
            Stand.place,
            Stand.pitch,
            Stand.pitch_minutes,
            Stand.archived,
            asked,
        )
        .where(Stand.event_id == event_id, Stand.id > after, Stand.label != GENERAL)
        .order_by(Stand.id)
        .limit(PART)
    )
    return [StandFacts(*row) for row in rows]


def projects_after(series_id: int, after: int) -> list[ProjectFacts]:
    """The next projects of a series by id, with all contacts they ever had."""
    rows = db.session.execute(
        select(
            Project.id,
            Project.title,
            Project.key,
            Project.partner,
            Project.summary,
            Project.status,
            Project.field,
            Project.links,
            Project.archived,
        )
        .where(Project.series_id == series_id, Project.id > after)
        .order_by(Project.id)
        .limit(PART)
    ).all()
    contacts: dict[int, list[ContactFacts]] = defaultdict(list)
    if rows:
        for contact in db.session.execute(
            select(
                Contact.id,
                Contact.project_id,
                Contact.person,
                Contact.function,
                Contact.email,
                Contact.phone,
                Contact.role,
                Contact.position,
                (Contact.basis == Basis.HIDDEN).label("hidden"),
                Contact.until.is_not(None).label("ended"),
            )
            .where(Contact.project_id.in_([row[0] for row in rows]))
            .order_by(Contact.position, Contact.id)
        ):
            contacts[contact.project_id].append(
                ContactFacts(
                    id=contact.id,
                    project_id=contact.project_id,
                    person=contact.person,
                    function=contact.function,
                    email=contact.email,
                    phone=contact.phone,
                    role=contact.role.value if contact.role else None,
                    position=contact.position,
                    hidden=contact.hidden,
                    ended=contact.ended,
                )
            )
    return [ProjectFacts(*row, contacts.get(row[0], [])) for row in rows]


_LISTED = ("project", "contact", "stand")
"""The kinds of records that a list has fields of."""


def touched_by_hand(series_id: int) -> dict[str, list[int]]:
    """What was changed by hand since the first list came in, or by a proposal that was taken: the
    ids of records, by kind.

    What an organiser typed before any list says nothing against one.
    """
    # The changes first: most records are a list's, and there may be a hundred thousand of those.
    changes = select(ChangeRow.id).where(*_counts(series_id), _by_hand(series_id))
    rows = db.session.execute(
        select(ChangeRecord.kind, ChangeRecord.record_id)
        .where(ChangeRecord.change_id.in_(changes), ChangeRecord.kind.in_(_LISTED))
        .distinct()
    )
    found: dict[str, list[int]] = defaultdict(list)
    for kind, of in rows:
        found[kind].append(of)
    return found


def images_of(series_id: int, kind: str, ids: Sequence[int]) -> dict[int, list[Image]]:
    """How some records were before each change that still counts, in the order of the changes."""
    rows = db.session.execute(
        select(ChangeRecord.record_id, ChangeRecord.before, _by_hand(series_id))
        .join(ChangeRow, ChangeRow.id == ChangeRecord.change_id)
        .where(*_counts(series_id), ChangeRecord.kind == kind, ChangeRecord.record_id.in_(ids))
        .order_by(ChangeRow.id)
    )
    found: dict[int, list[Image]] = defaultdict(list)
    for of, before, by_hand in rows:
        found[of].append(Image(before, by_hand))
    return found


def _counts(series_id: int) -> tuple[ColumnElement[bool], ...]:
    """A change that was taken back says nothing, and neither does what took it back."""
    return (
        ChangeRow.series_id == series_id,
        ChangeRow.undone_by.is_(None),
        ChangeRow.verb != "undo",
    )


def _by_hand(series_id: int) -> ColumnElement[bool]:
    lists, proposal = aliased(ChangeRow), aliased(ChangeRecord)
    first = (
        select(func.min(lists.id))
        .where(lists.series_id == series_id, lists.verb == "import", lists.undone_by.is_(None))
        .scalar_subquery()
    )
    taken = exists().where(proposal.change_id == ChangeRow.id, proposal.kind == "proposal")
    return (ChangeRow.verb != "import") & ((ChangeRow.id > first).is_(True) | taken)


def list_columns(series_id: int) -> dict[str, str]:
    """What somebody said of the columns of earlier lists."""
    return dict(db.session.scalar(select(Series.list_columns).where(Series.id == series_id)) or {})
