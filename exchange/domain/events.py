"""Events and stands: how they are made, with their passes and codes."""

import datetime as dt
import secrets
from collections.abc import Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from exchange import rooms
from exchange.live.revisions import open_scope
from exchange.models import Event, Pass, Phase, Project, Revision, Role, Series, Stand
from exchange.models.base import today
from exchange.models.labels import GENERAL, sort_key
from exchange.rooms import ScopeKind

OWED_AFTER = dt.timedelta(days=14)
"""How long after the fair contacts have for what they owe, unless the organiser says otherwise."""

# Read aloud, typed on a phone, printed: without what looks or sounds like something else.
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 5


def make_event(
    session: Session,
    series: Series,
    *,
    title: str,
    city: str,
    date: dt.date | None,
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
        owed_until=(date or today()) + OWED_AFTER,
    )
    session.add(event)
    session.flush()
    open_scope(session, rooms.moderate(event.id))
    open_scope(session, rooms.public(event.id))
    session.add(Pass(role=Role.MODERATOR, event_id=event.id))
    session.add(Pass(role=Role.SCREEN, event_id=event.id))
    make_stand(session, event.id, label=GENERAL, project=None, code=f"{code}0" if code else None)
    return event


def make_stand(
    session: Session,
    event_id: int,
    *,
    label: str,
    project: Project | None,
    code: str | None = None,
    pitch: str | None = None,
    pitch_minutes: int | None = None,
    place: str | None = None,
) -> Stand:
    """A new stand with its presenters' pass."""
    stand = Stand(
        event_id=event_id,
        project_id=project.id if project else None,
        label=label,
        sort_key=sort_key(label),
        code=code or new_code(session),
        place=place,
        pitch=pitch,
        pitch_minutes=pitch_minutes,
    )
    session.add(stand)
    session.flush()
    open_scope(session, rooms.stand(stand.id))
    session.add(Pass(role=Role.PRESENTER, stand_id=stand.id))
    return stand


def open_stands(session: Session, stand_ids: Sequence[int]) -> None:
    """What new stands need beside their rows: their counters and their presenters' passes."""
    if stand_ids:
        session.execute(
            insert(Revision),
            [
                {"kind": ScopeKind.STAND.value, "owner_id": stand_id, "revision": 0}
                for stand_id in stand_ids
            ],
        )
        session.execute(
            insert(Pass),
            [{"role": Role.PRESENTER, "stand_id": stand_id} for stand_id in stand_ids],
        )


def new_codes(session: Session, count: int) -> list[str]:
    """So many codes as `new_code` makes one, with two statements."""
    made: set[str] = set()
    while len(made) < count:
        more = {_any_code() for _ in range(count - len(made))}
        taken = set(session.scalars(select(Stand.code).where(Stand.code.in_(more))))
        taken |= set(session.scalars(select(Event.code).where(Event.code.in_(more))))
        made |= {code for code in more - taken if not code.isdecimal()}
    return list(made)


def _any_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))


def new_code(session: Session) -> str:
    """A code that no event and no stand has: five letters and digits, at least one a letter."""
    while True:
        code = _any_code()
        if code.isdecimal():
            continue
        taken = session.scalar(
            select(func.count()).select_from(Stand).where(Stand.code == code)
        ) or session.scalar(select(func.count()).select_from(Event).where(Event.code == code))
        if not taken:
            return code
