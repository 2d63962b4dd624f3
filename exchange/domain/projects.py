"""Projects and their contacts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.models import Contact, Pass, Project, Role, Series


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
    """A new project with its contact and, if it has one, the contact's pass."""
    project = Project(
        series_id=series.id,
        code=entry.code,
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


_UMLAUTS = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"}
_LONGEST_SLUG = 50


def slug(title: str) -> str:
    """The first words of a title, as they stand in an address."""
    plain = title.lower().translate(_UMLAUTS)
    return "-".join(re.findall(r"[a-z0-9]+", plain)[:4])[:_LONGEST_SLUG].strip("-") or "projekt"


def new_codes(session: Session, titles: Sequence[str]) -> list[str]:
    """For each title a code that no project has: its slug, or that with a number."""
    slugs = [slug(title) for title in titles]
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
