"""Projects: how they are made, edited, archived and brought back. They belong to a series."""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from exchange.domain import field_values, given_codes, set_up
from exchange.domain.changes import Actor, Change, Outcome, Subject, change_of_series
from exchange.domain.field_values import Values
from exchange.domain.refusals import Refused
from exchange.domain.set_up import VERB
from exchange.models import (
    Contact,
    Event,
    Pass,
    Phase,
    Project,
    Role,
    Series,
    Stand,
    codes,
    lengths,
)
from exchange.queries import people

_WORDS_IN_CODE = 4
_LONGEST_CODE = 50
_UMLAUTS = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"}
_OVER = (Phase.FOLLOW_UP, Phase.CLOSED)


@dataclass(frozen=True)
class ContactEntry:
    """Whom to call: function first, person optional."""

    function: str | None
    person: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class ProjectEntry:
    """A project as an organiser lists it."""

    code: str
    title: str
    partner: str
    summary: str | None = None
    field: str | None = None
    contact: ContactEntry | None = None


def make_project(session: Session, series: Series, entry: ProjectEntry) -> Project:
    """A new project with its contact and, if it has one, the contact's pass. Refuses `code`."""
    project = Project(
        series_id=series.id,
        code=given_codes.require(codes.PROJECT, entry.code),
        title=entry.title,
        partner=entry.partner,
        summary=entry.summary,
        field=entry.field,
    )
    session.add(project)
    session.flush()
    if entry.contact is not None:
        session.add(
            Contact(
                project_id=project.id,
                function=entry.contact.function,
                person=entry.contact.person,
                email=entry.contact.email,
                phone=entry.contact.phone,
            )
        )
        session.add(Pass(role=Role.CONTACT, project_id=project.id))
    return project


def add(series_id: int, values: Values, *, by: Actor, key: str | None = None) -> Outcome | None:
    """A new project: `title`, `partner`? and what `edit` knows. Refuses as `edit` does."""
    with change_of_series(series_id, VERB, Subject("series", series_id), by, key=key) as under_way:
        if under_way.repeated is None:
            session = under_way.session
            title = field_values.needed(values, "title", lengths.TITLE)
            project = Project(series_id=series_id, code=new_code(session, title), title=title)
            project.partner = ""
            _fill(session, project, values)
            session.add(project)
            under_way.made(project)
    return under_way.told


def edit(project_id: int, values: Values, *, by: Actor, key: str | None = None) -> Outcome | None:
    """Another `title`, `partner`, `project_key`, `summary`, `status`, `since`, `licence`, `links`
    (one a line) or `field`; what is not among the values stays.

    Refuses `unknown`, `missing` for no title, `project_key_taken`, `link`, `too_long`.
    """
    with _change_of(project_id, by, key) as under_way:
        if under_way.repeated is None:
            project = under_way.session.get_one(Project, project_id)
            before = _written(project)
            under_way.remember(project)
            _fill(under_way.session, project, values)
            under_way.nothing_done = before == _written(project)
            if not under_way.nothing_done:
                set_up.redraw(under_way, [project])
    return under_way.told


def archive(project_id: int, *, by: Actor, key: str | None = None) -> Outcome | None:
    """Take a project off the lists; what was asked and answered stays.

    Refuses `unknown`, and `project_shown` while it has a stand at an event to come.
    """
    with _change_of(project_id, by, key) as under_way:
        if under_way.repeated is None:
            project = under_way.session.get_one(Project, project_id)
            under_way.nothing_done = project.archived
            if not project.archived:
                _require_nowhere(under_way.session, project_id)
                under_way.remember(project)
                project.archived = True
                set_up.redraw(under_way, [project])
    return under_way.told


def bring_back(project_id: int, *, by: Actor, key: str | None = None) -> Outcome | None:
    """Bring it back. Refuses `unknown`, `project_key_taken`."""
    with _change_of(project_id, by, key) as under_way:
        if under_way.repeated is None:
            project = under_way.session.get_one(Project, project_id)
            under_way.nothing_done = not project.archived
            if project.archived:
                under_way.remember(project)
                _require_free_key(under_way.session, project, project.key)
                project.archived = False
                set_up.redraw(under_way, [project])
    return under_way.told


def named(session: Session, series_id: int, word: str | None) -> Project | None:
    """The project of the series that `word` names: by its code, its key, or its title where only
    one has it. None for an empty word. Refuses `project`.
    """
    said = " ".join((word or "").split())
    if not said:
        return None
    if len(said) > lengths.TITLE or not said.isprintable():
        raise Refused("project", field="project")
    code = codes.PROJECT.read(said)
    found = session.scalars(
        select(Project)
        .where(
            Project.series_id == series_id,
            Project.archived.is_(False),
            or_(Project.code == code, Project.key == said, Project.title == said),
        )
        .order_by(
            Project.code.is_distinct_from(code), Project.key.is_distinct_from(said), Project.id
        )
        .limit(3)
    ).all()
    titles = [project for project in found if project.title == said]
    exact = [project for project in found if project.code == code or project.key == said]
    if not exact and len(titles) != 1:
        raise Refused("project", field="project")
    return (exact or titles)[0]


def slug(title: str) -> str:
    """The first words of a title, as they stand in an address."""
    plain = title.lower().translate(_UMLAUTS)
    return "-".join(re.findall(r"[a-z0-9]+", plain)[:_WORDS_IN_CODE])[:_LONGEST_CODE].strip("-")


def new_code(session: Session, title: str) -> str:
    """A code for a project with this title that no other one has."""
    return new_codes(session, [title])[0]


def new_codes(session: Session, titles: Sequence[str]) -> list[str]:
    """For each title a code that no project has: its slug, or that with a number."""
    slugs = [slug(title) or "projekt" for title in titles]
    taken = set(session.scalars(select(Project.code).where(Project.code.in_(set(slugs)))))
    if taken or len(set(slugs)) < len(slugs):
        # Some will have a number: those of the same beginning are looked at, too.
        taken = set(session.scalars(select(Project.code)))
    codes: list[str] = []
    numbers: dict[str, int] = {}
    for one in slugs:
        code = one
        while code in taken:
            numbers[one] = numbers.get(one, 1) + 1
            code = f"{one}-{numbers[one]}"
        taken.add(code)
        codes.append(code)
    return codes


def _change_of(project_id: int, by: Actor, key: str | None) -> AbstractContextManager[Change]:
    """A change to a project of whatever series it belongs to. Refuses `unknown`."""
    series_id = people.series_of_project(project_id)
    if series_id is None:
        raise Refused("unknown")
    return change_of_series(series_id, VERB, Subject("project", project_id), by, key=key)


def _fill(session: Session, project: Project, values: Values) -> None:
    if "title" in values:
        project.title = field_values.needed(values, "title", lengths.TITLE)
    if "partner" in values:
        project.partner = field_values.line(values, "partner", lengths.PARTNER) or ""
    if "project_key" in values:
        project_key = field_values.line(values, "project_key", lengths.PROJECT_KEY)
        _require_free_key(session, project, project_key)
        project.key = project_key
    if "summary" in values:
        project.summary = field_values.paragraphs(values, "summary", lengths.SUMMARY)
    if "status" in values:
        project.status = field_values.line(values, "status", lengths.PROJECT_STATUS)
    if "since" in values:
        project.since = field_values.line(values, "since", lengths.SINCE)
    if "licence" in values:
        project.licence = field_values.line(values, "licence", lengths.LICENCE)
    if "field" in values:
        project.field = field_values.line(values, "field", lengths.FIELD)
    if "links" in values:
        project.links = field_values.links(values, "links", lengths.LINKS)


def _written(project: Project) -> tuple[str | None, ...]:
    return (
        project.title,
        project.partner,
        project.key,
        project.summary,
        project.status,
        project.since,
        project.licence,
        project.field,
        project.links,
    )


def _require_free_key(session: Session, project: Project, key: str | None) -> None:
    if key is None:
        return
    with session.no_autoflush:
        taken = session.scalar(
            select(Project).where(
                Project.series_id == project.series_id,
                Project.key == key,
                Project.archived.is_(False),
                Project.id != (project.id or 0),
            )
        )
    if taken is not None:
        raise Refused("project_key_taken", field="project_key", key=key, project=taken.title)


def _require_nowhere(session: Session, project_id: int) -> None:
    shown = session.execute(
        select(Stand.label, Event.city)
        .join(Event, Stand.event_id == Event.id)
        .where(
            Stand.project_id == project_id,
            Stand.archived.is_(False),
            Event.archived.is_(False),
            Event.phase.not_in(_OVER),
        )
        .order_by(Event.date, Event.id)
        .limit(1)
    ).one_or_none()
    if shown is not None:
        raise Refused("project_shown", label=shown.label, city=shown.city)
