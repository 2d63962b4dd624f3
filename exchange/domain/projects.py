"""Projects and their contacts."""

from dataclasses import dataclass

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
