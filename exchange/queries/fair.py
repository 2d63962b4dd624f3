"""The fair as pages show it: events, stands, contacts."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, bindparam, case, func, select

from exchange.database.connections import db
from exchange.database.statements import CompiledStatement
from exchange.models import (
    Basis,
    Contact,
    ContactRole,
    Event,
    Message,
    Phase,
    Project,
    Series,
    Stand,
    codes,
)
from exchange.models.labels import GENERAL, sort_key
from exchange.queries import promises


@dataclass(frozen=True)
class EventLine:
    """An event, as every page names it."""

    id: int
    code: str
    title: str
    city: str
    venue: str | None
    date: dt.date | None
    """None while it is not settled."""
    opens: str | None
    closes: str | None
    language: str | None
    phase: Phase
    moderation_first: bool
    me_too: bool
    facets: bool
    question_length: int
    entries_open: bool
    owed_until: dt.date
    series: str
    message: str | None
    clock_until: dt.datetime | None
    picture: bool
    before_id: int | None
    """The question that was live before."""
    pitch_id: int | None
    """The stand whose project is being pitched."""
    pitch_since: dt.datetime | None
    archived: bool

    @property
    def due_day(self) -> dt.date:
        """The day by which what is promised now is answered, where nobody says another."""
        return promises.due_day(self.owed_until)


@dataclass(frozen=True)
class EventRef:
    """An event that an address names. What may change of it is read with the page."""

    id: int
    code: str
    series_id: int
    language: str | None


@dataclass(frozen=True)
class StandLine:
    """A stand, as every list names it. Stand 0, *Allgemein*, has no project and no partner."""

    id: int
    code: str
    label: str
    """What it is called at its event: `7`, `A-12`."""
    project: str | None
    partner: str | None
    project_code: str | None
    place: str | None
    pitch: str | None
    event_id: int
    event: str
    """The code of its event."""
    archived: bool
    """Whether it was taken out of the fair."""
    facets: bool
    """Whether its event asks what a question is about."""
    question_length: int
    """How long a question may be there."""
    language: str | None
    """Of its event."""

    @property
    def general(self) -> bool:
        """Whether this is stand 0, for questions to no project."""
        return self.label == GENERAL

    @property
    def sort_key(self) -> str:
        """Its place among the stands of its event."""
        return sort_key(self.label)


@dataclass(frozen=True)
class ContactLine:
    """Whom to call about a project, as pages show it."""

    id: int
    function: str | None
    person: str | None
    """None where the name is not to be shown."""
    email: str | None
    phone: str | None
    role: ContactRole | None
    basis: Basis

    @property
    def reachable(self) -> bool:
        """Whether somebody can be called, or written to."""
        return bool(self.phone or self.email)


@dataclass(frozen=True)
class ProjectLine:
    """A project, as a list of the series names it."""

    id: int
    code: str
    title: str
    partner: str


@dataclass(frozen=True)
class StandPage:
    """A stand with all that its own page says about it."""

    line: StandLine
    summary: str | None
    field: str | None
    status: str | None
    since: str | None
    licence: str | None
    links: tuple[str, ...]
    contacts: list[ContactLine]
    """The first is whom to call."""


@dataclass(frozen=True)
class About:
    """What a project's entry says in single facts."""

    status: str | None
    since: str | None
    licence: str | None
    links: tuple[str, ...]


EVENT_COLUMNS: tuple[Any, ...] = (
    Event.id,
    Event.code,
    Event.title,
    Event.city,
    Event.venue,
    Event.date,
    Event.opens,
    Event.closes,
    Event.language,
    Event.phase,
    Event.moderation_first,
    Event.me_too,
    Event.facets,
    Event.question_length,
    Event.entries_open,
    Event.owed_until,
    Series.name,
    Message.text,
    Event.clock_until,
    Event.picture,
    Event.before_id,
    Event.pitch_id,
    Event.pitch_since,
    Event.archived,
)

STAND_COLUMNS: tuple[Any, ...] = (
    Stand.id,
    Stand.code,
    Stand.label,
    Project.title,
    Project.partner,
    Project.code,
    Stand.place,
    Stand.pitch,
    Event.id,
    Event.code,
    Stand.archived,
    Event.facets,
    Event.question_length,
    Event.language,
)
"""A `StandLine`, in its order, for selects that join `Stand`, `Event` and `Project`."""


_EVENT_LINES = select(*EVENT_COLUMNS).join(Event.series).outerjoin(Event.message)
# Compiled once: read with every question.
_EVENT_LINE = _EVENT_LINES.where(Event.id == bindparam("id"))
BY_DAY = (Event.date.is_(None), Event.date, Event.id)
"""What has no day yet comes last."""
STAND_LINES = (
    select(*STAND_COLUMNS)
    .join(Event, Stand.event_id == Event.id)
    .outerjoin(Project, Stand.project_id == Project.id)
)
_STAND_AT = CompiledStatement(STAND_LINES.where(Stand.code == bindparam("code")))
_EVENT_AT = CompiledStatement(
    select(Event.id, Event.code, Event.series_id, Event.language).where(
        Event.code == bindparam("code")
    )
)
_STAND_PAGE = STAND_LINES.add_columns(
    Project.summary,
    Project.field,
    Project.status,
    Project.since,
    Project.licence,
    Project.links,
)
_STAND_LINE = STAND_LINES.where(Stand.id == bindparam("id"))


_CONTACT_COLUMNS: tuple[Any, ...] = (
    Contact.id,
    Contact.function,
    # The name of whoever is not to be named leaves the table for nobody but the organiser.
    case((Contact.basis == Basis.HIDDEN, None), else_=Contact.person),
    Contact.email,
    Contact.phone,
    Contact.role,
    Contact.basis,
)
_CONTACTS = (
    select(*_CONTACT_COLUMNS).where(Contact.until.is_(None)).order_by(Contact.position, Contact.id)
)


def event_at(code: str) -> EventRef | None:
    """The event with this code, in whatever case it was typed."""
    with db.reading() as connection:
        found = _EVENT_AT.one(connection, code=codes.SHORT.read(code))
    return EventRef(*found) if found else None


def stand_at(code: str) -> StandLine | None:
    """The stand with this code, as lists name it; in whatever case it was typed."""
    with db.reading() as connection:
        found = _STAND_AT.one(connection, code=codes.SHORT.read(code))
    return StandLine(*found) if found else None


def project_by_code(code: str) -> Project | None:
    """The project with this code, in whatever case it was typed."""
    return db.session.scalar(select(Project).where(Project.code == codes.PROJECT.read(code)))


def event_line(event_id: int) -> EventLine:
    """One event as pages name it."""
    return EventLine(*db.session.connection().execute(_EVENT_LINE, {"id": event_id}).one())


def event_lines(series_id: int | None = None) -> list[EventLine]:
    """All events, or those of one series, in the order of their days."""
    statement = _EVENT_LINES.where(Event.archived.is_(False)).order_by(*BY_DAY)
    if series_id is not None:
        statement = statement.where(Event.series_id == series_id)
    return [EventLine(*row) for row in db.session.execute(statement)]


def stand_line(stand_id: int) -> StandLine:
    """One stand as lists name it."""
    return StandLine(*db.session.connection().execute(_STAND_LINE, {"id": stand_id}).one())


def stand_lines(event_id: int) -> list[StandLine]:
    """The stands of an event by label, stand 0 first."""
    rows = db.session.execute(
        STAND_LINES.where(Stand.event_id == event_id, Stand.archived.is_(False)).order_by(
            Stand.sort_key
        )
    )
    return [StandLine(*row) for row in rows]


def stand_page(stand_id: int) -> StandPage:
    """A stand with what its project's entry says, and its contacts."""
    row = db.session.execute(_STAND_PAGE.where(Stand.id == stand_id)).one()
    width = len(STAND_COLUMNS)
    summary, field, status, since, licence, links = row[width:]
    contacts = _contact_lines(
        _CONTACTS.join(Stand, Stand.project_id == Contact.project_id).where(Stand.id == stand_id)
    )
    return StandPage(
        line=StandLine(*row[:width]),
        summary=summary,
        field=field,
        status=status,
        since=since,
        licence=licence,
        links=tuple((links or "").split()),
        contacts=contacts,
    )


def about(project: Project) -> About:
    """What a project's entry says in single facts."""
    return About(
        project.status, project.since, project.licence, tuple((project.links or "").split())
    )


def contacts_of(project_id: int) -> list[ContactLine]:
    """Whom to call about a project, the first before all."""
    return _contact_lines(_CONTACTS.where(Contact.project_id == project_id))


def contacts_of_projects(project_ids: Collection[int]) -> dict[int, list[ContactLine]]:
    """Whom to call about each of these projects, by the project's id."""
    found: dict[int, list[ContactLine]] = {}
    rows = db.session.execute(
        _CONTACTS.add_columns(Contact.project_id).where(Contact.project_id.in_(project_ids))
    )
    for *line, project_id in rows:
        found.setdefault(project_id, []).append(ContactLine(*line))
    return found


def whom_to_call(codes: Collection[str]) -> dict[str, ContactLine]:
    """The first contact of each of these projects that can be called or written to, by the
    project's code. Of a project that was taken out nobody is named.
    """
    rows = db.session.execute(
        _CONTACTS.add_columns(Project.code)
        .join(Project, Project.id == Contact.project_id)
        .where(Project.code.in_(codes), Project.archived.is_(False))
    )
    found: dict[str, ContactLine] = {}
    for *columns, code in rows:
        line = ContactLine(*columns)
        if line.reachable:
            found.setdefault(code, line)
    return found


def _contact_lines(statement: Executable) -> list[ContactLine]:
    return [ContactLine(*row) for row in db.session.execute(statement)]


def contacts(series_id: int) -> list[tuple[ProjectLine, list[ContactLine]]]:
    """The projects of a series that have a contact, by title, each with its contacts."""
    rows = db.session.execute(
        select(Project.id, Project.code, Project.title, Project.partner, *_CONTACT_COLUMNS)
        .join(Contact, Contact.project_id == Project.id)
        .where(Project.series_id == series_id, Project.archived.is_(False), Contact.until.is_(None))
        .order_by(Project.title, Project.id, Contact.position, Contact.id)
    )
    found: dict[ProjectLine, list[ContactLine]] = {}
    for row in rows:
        found.setdefault(ProjectLine(*row[:4]), []).append(ContactLine(*row[4:]))
    return list(found.items())


def stands_of(project_id: int) -> list[tuple[EventLine, StandLine]]:
    """Where a project was, is and will be shown, in the order of the days."""
    rows = db.session.execute(
        select(*EVENT_COLUMNS, *STAND_COLUMNS)
        .select_from(Stand)
        .join(Event, Stand.event_id == Event.id)
        .join(Series, Event.series_id == Series.id)
        .outerjoin(Event.message)
        .outerjoin(Project, Stand.project_id == Project.id)
        .where(Stand.project_id == project_id, Stand.archived.is_(False), Event.archived.is_(False))
        .order_by(*BY_DAY, Stand.sort_key)
    )
    width = len(EVENT_COLUMNS)
    return [(EventLine(*row[:width]), StandLine(*row[width:])) for row in rows]


def where_now(stand_id: int) -> list[tuple[EventLine, StandLine]]:
    """Where the project of a stand is shown now and will be: at its own event, else elsewhere."""
    stand = db.session.get(Stand, stand_id)
    if stand is None or stand.project_id is None:
        return []
    shown = [
        (event, line)
        for event, line in stands_of(stand.project_id)
        if event.phase is not Phase.CLOSED
    ]
    return [one for one in shown if one[1].event_id == stand.event_id] or shown


def is_empty() -> bool:
    """Whether the database holds no series yet."""
    return db.session.scalar(select(func.count()).select_from(Series)) == 0
