"""Which pages show what an organiser sets up, and so read themselves again when it changes."""

from collections.abc import Iterable

from sqlalchemy import or_, select

from exchange import rooms
from exchange.domain.changes import Change
from exchange.models import (
    Base,
    Contact,
    Event,
    Pass,
    PreparedAnswer,
    Project,
    Proposal,
    Series,
    Stand,
)
from exchange.models.base import now

VERB = "set-up"
"""What the log calls it when an organiser makes, edits, archives or brings back something."""


def redraw(under_way: Change, changed: Iterable[Base]) -> None:
    """Let every page that shows one of these read itself again.

    A stand is named on all pages of its event, a project on those of every event that shows it.
    """
    events: set[int] = set()
    projects: set[int] = set()
    stands: set[int] = set()
    printed: set[int] = set()
    retitled: set[int] = set()
    for record in changed:
        match record:
            case Event():
                events.add(record.id)
            case Stand():
                events.add(record.event_id)
                printed.add(record.event_id)
                stands.add(record.id)
            case Project():
                projects.add(record.id)
                if _is_printed_anew(under_way, record):
                    retitled.add(record.id)
            case Contact() | PreparedAnswer():
                projects.add(record.project_id)
            case Series() | Pass() | Proposal():
                pass
    session = under_way.session
    session.flush()
    if projects:
        shown = session.execute(
            select(Stand.id, Stand.event_id, Stand.project_id).where(Stand.project_id.in_(projects))
        ).all()
        events |= {event_id for _, event_id, _ in shown}
        printed |= {event_id for _, event_id, project_id in shown if project_id in retitled}
        stands |= {stand_id for stand_id, _, _ in shown}
    if events or stands:
        rows = session.scalars(
            select(Stand.id).where(or_(Stand.event_id.in_(events), Stand.id.in_(stands)))
        )
        under_way.redraw(*(rooms.stand(stand_id) for stand_id in rows))
    for event_id in events:
        under_way.redraw(rooms.moderate(event_id), rooms.public(event_id))
    if printed:
        for event in session.scalars(select(Event).where(Event.id.in_(printed))):
            event.stands_changed = now()


def _is_printed_anew(under_way: Change, project: Project) -> bool:
    """Whether a sheet would read differently: it shows title and partner, and no more of it."""
    before = under_way.before(project)
    return before is None or any(
        before[name] != getattr(project, name) for name in ("title", "partner")
    )
