"""What organisers' pages list: series, events, stands, projects with their contacts."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from exchange.database.connections import db
from exchange.models import (
    Basis,
    ChangeRecord,
    Contact,
    ContactRole,
    Event,
    Phase,
    Project,
    Question,
    Series,
    Stand,
    codes,
)
from exchange.models.labels import GENERAL
from exchange.queries.fair import (
    BY_DAY,
    EVENT_COLUMNS,
    STAND_COLUMNS,
    EventLine,
    StandLine,
)
from exchange.queries.questions import ASKED
from exchange.wording import contact_names

SHOWN = 100
"""How many rows of a list stand on one of the organiser's pages."""
MOST_CHOICES = 200
"""How many projects are offered to be chosen; where there are more, they are named."""
_UNDER_WAY = (Phase.PITCHES, Phase.FAIR, Phase.ROUND)


@dataclass(frozen=True)
class EventState:
    """What an event's own pages say of it besides its `EventLine`."""

    series_id: int
    series_code: str
    archived: bool
    stands_changed: datetime | None
    sheets_printed: datetime | None


@dataclass(frozen=True)
class EventRow:
    """An event in the list of its series."""

    line: EventLine
    archived: bool
    stands: int
    """How many it has, without stand 0."""

    @property
    def urgency(self) -> int:
        """What is under way first, then what comes, then what was."""
        if self.line.phase in _UNDER_WAY:
            return 0
        return 1 if self.line.phase is Phase.PREPARING else 2


@dataclass(frozen=True)
class StandRow:
    """A stand in the organiser's list."""

    line: StandLine
    contact: str | None
    """What the project's first contact is called; None: there is none."""
    questions: int


@dataclass(frozen=True)
class ProjectRow:
    """A project in the organiser's list."""

    id: int
    code: str
    title: str
    partner: str
    key: str | None
    archived: bool
    contact: str | None
    shown_at: tuple[tuple[str, str], ...]
    """City and label of the stands that it has at events that are not over."""


@dataclass(frozen=True)
class Rows:
    """A list as far as it is shown: from the `start`th on."""

    shown: list[Any]
    start: int
    total: int
    q: str
    """The words that it was narrowed down by."""

    @property
    def next(self) -> int | None:
        """Where the next part begins; None at the end."""
        end = self.start + len(self.shown)
        return end if end < self.total else None

    @property
    def previous(self) -> int | None:
        """Where the part before begins; None at the beginning."""
        return max(0, self.start - SHOWN) if self.start else None


@dataclass(frozen=True)
class ContactRow:
    """A contact with all that the organiser knows of it, the name included."""

    id: int
    function: str | None
    person: str | None
    email: str | None
    phone: str | None
    role: ContactRole | None
    basis: Basis
    until: datetime | None
    replaced_by_id: int | None


@dataclass(frozen=True)
class ProjectPage:
    """A project with all that the organiser's page of it shows."""

    id: int
    code: str
    series_id: int
    series_code: str
    title: str
    partner: str
    key: str | None
    summary: str | None
    status: str | None
    since: str | None
    licence: str | None
    links: str | None
    field: str | None
    archived: bool
    contacts: list[ContactRow]
    former: list[ContactRow]


@dataclass(frozen=True)
class ProjectRef:
    """A project that an address names."""

    id: int
    code: str
    series_id: int


def all_series() -> list[Series]:
    """Every series, the oldest first."""
    return list(db.session.scalars(select(Series).order_by(Series.id)))


def record_made(change_id: int, kind: str) -> int:
    """The id of what a change made, of this kind; 0 for nothing."""
    return (
        db.session.scalar(
            select(ChangeRecord.record_id)
            .where(
                ChangeRecord.change_id == change_id,
                ChangeRecord.kind == kind,
                ChangeRecord.before.is_(None),
            )
            .order_by(ChangeRecord.record_id)
            .limit(1)
        )
        or 0
    )


def event_state(event_id: int) -> EventState:
    """What an event's pages say of it besides."""
    return EventState(
        *db.session.execute(
            select(
                Event.series_id,
                Series.code,
                Event.archived,
                Event.stands_changed,
                Event.sheets_printed,
            )
            .join(Event.series)
            .where(Event.id == event_id)
        ).one()
    )


def event_rows(series_ids: Collection[int]) -> dict[int, list[EventRow]]:
    """The events of these series, archived ones included: what is under way first, then what is
    to come, then what was, each in the order of their days; by the series' id.
    """
    stands = (
        select(func.count())
        .where(Stand.event_id == Event.id, Stand.archived.is_(False), Stand.label != GENERAL)
        .correlate(Event)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(*EVENT_COLUMNS, Event.archived, stands, Event.series_id)
        .join(Event.series)
        .outerjoin(Event.message)
        .where(Event.series_id.in_(series_ids))
        .order_by(*BY_DAY)
    ).all()
    found: dict[int, list[EventRow]] = {series_id: [] for series_id in series_ids}
    for row in rows:
        found[row[-1]].append(EventRow(EventLine(*row[:-3]), row[-3], row[-2]))
    return {
        series_id: sorted(events, key=lambda one: one.urgency)
        for series_id, events in found.items()
    }


def stand_rows(event_id: int, q: str = "", start: int = 0, *, archived: bool = False) -> Rows:
    """The stands of an event by label, stand 0 first; those that have all words of `q`."""
    index = db.session.execute(
        select(Stand.id, Stand.label, Stand.place, Project.title, Project.partner)
        .outerjoin(Project, Stand.project_id == Project.id)
        .where(Stand.event_id == event_id, Stand.archived.is_(archived))
        .order_by(Stand.sort_key, Stand.id)
    ).all()
    ids, start, total = _slice([(row[0], row[1:]) for row in index], q, start)
    lines = {
        row[0]: (StandLine(*row[:-2]), row[-2], row[-1])
        for row in db.session.execute(
            select(*STAND_COLUMNS, Stand.project_id, _questions_at_stand())
            .join(Event, Stand.event_id == Event.id)
            .outerjoin(Project, Stand.project_id == Project.id)
            .where(Stand.id.in_(ids))
        )
    }
    first = _first_contacts({project for _, project, _ in lines.values() if project})
    shown = [
        StandRow(line, first.get(project), questions)
        for line, project, questions in (lines[one] for one in ids if one in lines)
    ]
    return Rows(shown, start, total, q)


def project_rows(series_id: int, q: str = "", start: int = 0, *, archived: bool = False) -> Rows:
    """The projects of a series by title; those that have all words of `q`."""
    index = db.session.execute(
        select(Project.id, Project.title, Project.partner, Project.key).where(
            Project.series_id == series_id, Project.archived.is_(archived)
        )
    ).all()
    ordered = sorted(index, key=lambda row: (row[1].casefold(), row[0]))
    ids, start, total = _slice([(row[0], row[1:]) for row in ordered], q, start)
    rows = {
        row[0]: row
        for row in db.session.execute(
            select(
                Project.id,
                Project.code,
                Project.title,
                Project.partner,
                Project.key,
                Project.archived,
            ).where(Project.id.in_(ids))
        )
    }
    first = _first_contacts(set(ids))
    at: dict[int, list[tuple[str, str]]] = {}
    for project, city, label in db.session.execute(
        select(Stand.project_id, Event.city, Stand.label)
        .join(Event, Stand.event_id == Event.id)
        .where(
            Stand.project_id.in_(ids),
            Stand.archived.is_(False),
            Event.archived.is_(False),
            Event.phase != Phase.CLOSED,
        )
        .order_by(*BY_DAY, Stand.sort_key)
    ):
        at.setdefault(project or 0, []).append((city, label))
    shown = [
        ProjectRow(*rows[one], first.get(one), tuple(at.get(one, ()))) for one in ids if one in rows
    ]
    return Rows(shown, start, total, q)


def project_count(series_ids: Collection[int]) -> dict[int, int]:
    """How many projects these series have that are not archived."""
    rows = db.session.execute(
        select(Project.series_id, func.count())
        .where(Project.series_id.in_(series_ids), Project.archived.is_(False))
        .group_by(Project.series_id)
    )
    return {series_id: many for series_id, many in rows}


def project_choices(series_id: int) -> list[tuple[str, str, str]]:
    """Code, title and partner of the projects of a series by title, to choose one; none at all
    where there are more than `MOST_CHOICES`: then one is named.
    """
    rows = db.session.execute(
        select(Project.code, Project.title, Project.partner)
        .where(Project.series_id == series_id, Project.archived.is_(False))
        .order_by(Project.title, Project.id)
        .limit(MOST_CHOICES + 1)
    ).all()
    return [] if len(rows) > MOST_CHOICES else [(row[0], row[1], row[2]) for row in rows]


def project_at(code: str) -> ProjectRef | None:
    """The project with this code, in whatever case it was typed."""
    found = db.session.execute(
        select(Project.id, Project.code, Project.series_id).where(
            Project.code == codes.PROJECT.read(code)
        )
    ).one_or_none()
    return ProjectRef(*found) if found else None


def project_code(project_id: int) -> str | None:
    """The code of a project."""
    return db.session.scalar(select(Project.code).where(Project.id == project_id))


def project_page(project_id: int) -> ProjectPage:
    """A project with its contacts, those who were ones included."""
    row = db.session.execute(
        select(
            Project.id,
            Project.code,
            Project.series_id,
            Series.code,
            Project.title,
            Project.partner,
            Project.key,
            Project.summary,
            Project.status,
            Project.since,
            Project.licence,
            Project.links,
            Project.field,
            Project.archived,
        )
        .join(Project.series)
        .where(Project.id == project_id)
    ).one()
    everybody = [
        ContactRow(*one)
        for one in db.session.execute(
            select(
                Contact.id,
                Contact.function,
                Contact.person,
                Contact.email,
                Contact.phone,
                Contact.role,
                Contact.basis,
                Contact.until,
                Contact.replaced_by_id,
            )
            .where(Contact.project_id == project_id)
            .order_by(Contact.position, Contact.id)
        )
    ]
    names = [one.name for one in fields(ProjectPage)][: len(row)]
    return ProjectPage(
        **dict(zip(names, row, strict=True)),
        contacts=[one for one in everybody if one.until is None],
        former=[one for one in everybody if one.until is not None],
    )


def _slice(
    index: list[tuple[int, tuple[str | None, ...]]], q: str, start: int
) -> tuple[list[int], int, int]:
    """The ids of the rows to show, where they begin, and how many there are in all."""
    words = q.casefold().split()
    found = [
        id_
        for id_, texts in index
        if all(any(word in (text or "").casefold() for text in texts) for word in words)
    ]
    start = start if 0 <= start < len(found) else 0
    return found[start : start + SHOWN], start, len(found)


def _questions_at_stand() -> Any:
    return (
        select(func.count())
        .where(Question.stand_id == Stand.id, ASKED)
        .correlate(Stand)
        .scalar_subquery()
    )


def _first_contacts(projects: Collection[int]) -> dict[int, str]:
    """What the first contact of each of these projects is called, by their ids."""
    rows = db.session.execute(
        select(Contact.project_id, Contact.function, Contact.person, Contact.email)
        .where(Contact.project_id.in_(projects), Contact.until.is_(None))
        .order_by(Contact.project_id, Contact.position, Contact.id)
    )
    found: dict[int, str] = {}
    for row in rows:
        found.setdefault(row.project_id, contact_names(row)[0])
    return found
