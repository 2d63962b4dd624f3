"""Which pages show what an organiser sets up, and so read themselves again when it changes."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from exchange import rooms
from exchange.domain import before_images, records
from exchange.domain.changes import Change
from exchange.extensions import pause
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


def redraw(
    under_way: Change, changed: Iterable[Base], made: Mapping[str, list[int]] | None = None
) -> None:
    """Let every page that shows one of these read itself again.

    A stand is named on all pages of its event, a project on those of every event that shows it.
    `made`: more of them, by kind and id.
    """
    events: set[int] = set()
    projects: set[int] = set()
    stands: set[int] = set()
    printed: set[int] = set()
    retitled: set[int] = set()
    named: set[int] = set()
    for record in changed:
        match record:
            case Event():
                events.add(record.id)
                if _differs(under_way, record, "city", "date"):
                    printed.add(record.id)
            case Stand():
                events.add(record.event_id)
                printed.add(record.event_id)
                stands.add(record.id)
            case Project():
                projects.add(record.id)
                if _differs(under_way, record, "title", "partner"):
                    retitled.add(record.id)
            case Contact() | PreparedAnswer():
                projects.add(record.project_id)
            case Series():
                if _differs(under_way, record, "name"):
                    named.add(record.id)
            case Pass() | Proposal():
                pass
    session = under_way.session
    session.flush()
    if named:
        shown = set(session.scalars(select(Event.id).where(Event.series_id.in_(named))))
        events |= shown
        printed |= shown
    more = made or {}
    projects.update(more.get("project", ()))
    retitled.update(more.get("project", ()))
    stands.update(more.get("stand", ()))
    events.update(more.get("event", ()))
    for part in records.parts(more.get("stand", ())):
        places = set(session.scalars(select(Stand.event_id).where(Stand.id.in_(part)).distinct()))
        events |= places
        printed |= places
    for kind in (Contact, PreparedAnswer):
        for part in records.parts(more.get(records.kind_of_model(kind), ())):
            projects.update(session.scalars(select(kind.project_id).where(kind.id.in_(part))))
    redraw_shown(
        under_way,
        events=events,
        projects=projects,
        stands=stands,
        printed=printed,
        retitled=retitled,
    )


def redraw_shown(
    under_way: Change,
    *,
    events: set[int],
    projects: set[int],
    stands: set[int],
    printed: Iterable[int] = (),
    retitled: Iterable[int] = (),
    unseen: Iterable[int] = (),
) -> None:
    """The same by ids. `printed`: events whose sheets say something else now; `retitled`: projects
    whose sheets do; `unseen`: stands that nobody can have open yet.
    """
    session = under_way.session
    session.flush()
    events, stands, printed, retitled = set(events), set(stands), set(printed), set(retitled)
    for part in records.parts(projects):
        shown = session.execute(
            select(Stand.id, Stand.event_id, Stand.project_id).where(Stand.project_id.in_(part))
        ).all()
        events |= {event_id for _, event_id, _ in shown}
        printed |= {event_id for _, event_id, project_id in shown if project_id in retitled}
        stands |= {stand_id for stand_id, _, _ in shown}
    if events:
        stands |= set(session.scalars(select(Stand.id).where(Stand.event_id.in_(events))))
    if len(stands) > records.PART:
        pause(0)
    under_way.redraw(*(rooms.stand(stand_id) for stand_id in stands.difference(unseen)))
    for event_id in events:
        under_way.redraw(rooms.moderate(event_id), rooms.public(event_id))
    if printed:
        for event in session.scalars(select(Event).where(Event.id.in_(printed))):
            event.stands_changed = now()


def _differs(under_way: Change, record: Base, *printed: str) -> bool:
    """Whether a sheet would read differently: of each record it shows these columns alone."""
    before = under_way.before(record)
    return before is None or any(
        before[name] != before_images.dump_value(getattr(record, name)) for name in printed
    )
