"""The fair: its phases and what they allow, and how series, events and stands are made."""

import datetime as dt
import secrets
from dataclasses import dataclass

from flask_babel import format_date
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exchange import rooms
from exchange.domain.changes import open_scope
from exchange.domain.refusals import Refused
from exchange.models import (
    ASKING,
    Contact,
    Event,
    Pass,
    Phase,
    Project,
    Role,
    Series,
    Stand,
)

VOTING = frozenset({Phase.PITCHES, Phase.FAIR, Phase.ROUND})
WITH_MINUTES = frozenset({Phase.FOLLOW_UP, Phase.CLOSED})
ON_STAGE = frozenset({Phase.PITCHES, Phase.FAIR, Phase.ROUND})

OWED_AFTER = dt.timedelta(days=14)
"""How long after the fair contacts have for what they owe, unless the organiser says otherwise."""

# Read aloud, typed on a phone, printed: without what looks or sounds like something else.
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 5


@dataclass(frozen=True)
class ContactEntry:
    """Whom to call: function first, person optional."""

    function: str
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


def require_asking(phase: Phase, day: dt.date) -> None:
    """Refuses `not_yet` before the day of the event and `closed` after it."""
    if phase is Phase.PREPARING:
        raise Refused("not_yet", date=format_date(day, "long"))
    if phase not in ASKING:
        raise Refused("closed")


def require_voting(event: Event) -> None:
    """Refuses `no_votes` when nobody is in the hall."""
    if event.phase not in VOTING:
        raise Refused("no_votes")


def require_round(event: Event, phase: Phase | None = None) -> None:
    """Refuses `no_round` when no question may be on the screen in `phase` (default: today's)."""
    if (phase or event.phase) not in ON_STAGE:
        raise Refused("no_round")


def make_series(session: Session, code: str, name: str) -> Series:
    """A new series with its organiser's pass."""
    series = Series(code=code, name=name)
    session.add(series)
    session.flush()
    session.add(Pass(role=Role.ORGANISER, series_id=series.id))
    return series


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


def make_event(
    session: Session,
    series: Series,
    *,
    title: str,
    city: str,
    date: dt.date,
    code: str | None = None,
    venue: str | None = None,
    phase: Phase = Phase.PREPARING,
    moderation_first: bool = False,
) -> Event:
    """A new event with stand 0, *Allgemein*, and the passes of moderation and screen."""
    event = Event(
        series_id=series.id,
        code=code or new_code(session),
        title=title,
        city=city,
        venue=venue,
        date=date,
        phase=phase,
        moderation_first=moderation_first,
        owed_until=date + OWED_AFTER,
    )
    session.add(event)
    session.flush()
    open_scope(session, rooms.moderate(event.id))
    open_scope(session, rooms.public(event.id))
    session.add(Pass(role=Role.MODERATOR, event_id=event.id))
    session.add(Pass(role=Role.SCREEN, event_id=event.id))
    make_stand(session, event, number=0, project=None, code=f"{code}0" if code else None)
    return event


def make_stand(
    session: Session,
    event: Event,
    *,
    number: int,
    project: Project | None,
    code: str | None = None,
    pitch: str | None = None,
) -> Stand:
    """A new stand with its presenters' pass."""
    stand = Stand(
        event_id=event.id,
        project_id=project.id if project else None,
        number=number,
        code=code or new_code(session),
        pitch=pitch,
    )
    session.add(stand)
    session.flush()
    open_scope(session, rooms.stand(stand.id))
    session.add(Pass(role=Role.PRESENTER, stand_id=stand.id))
    return stand


def new_code(session: Session) -> str:
    """A code that no event and no stand has: five letters and digits, at least one a letter."""
    while True:
        code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
        if code.isdecimal():
            continue
        taken = session.scalar(
            select(func.count()).select_from(Stand).where(Stand.code == code)
        ) or session.scalar(select(func.count()).select_from(Event).where(Event.code == code))
        if not taken:
            return code
