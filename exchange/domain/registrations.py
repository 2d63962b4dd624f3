"""Municipalities that registered for an event: suggested where people say where they come from."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.domain import set_up
from exchange.domain.changes import Actor, Outcome, Subject, change
from exchange.domain.refusals import Refused
from exchange.domain.registered_list import MOST, Registrant
from exchange.models import Registration


def take_in(
    event_id: int,
    registrants: list[Registrant],
    *,
    replace: bool,
    by: Actor,
    key: str | None = None,
) -> Outcome | None:
    """Let these municipalities be registered for an event; None when they were already.

    `replace`: those alone; else beside those that are there, whose number of people follows the
    list where it says one. It is final: rows that are replaced are deleted, not archived, for a
    list of who comes is kept no longer than it is needed. Refuses `list_empty`, `list_rows`.
    """
    if not registrants and not replace:
        raise Refused("list_empty")
    with change(event_id, "registered", Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            under_way.nothing_done = not _write(under_way.session, event_id, registrants, replace)
        if under_way.counts:
            set_up.redraw(under_way, [under_way.event])
    return under_way.told


def _write(session: Session, event_id: int, registrants: list[Registrant], replace: bool) -> bool:
    """Whether anything was changed."""
    rows = session.scalars(select(Registration).where(Registration.event_id == event_id)).all()
    there = {row.municipality.casefold(): row for row in rows}
    wanted = {one.municipality.casefold(): one for one in registrants}
    changed = False
    if replace:
        for name in there.keys() - wanted.keys():
            session.delete(there.pop(name))
            changed = True
    for key, one in wanted.items():
        row = there.get(key)
        if row is None:
            row = Registration(event_id=event_id, municipality=one.municipality, people=one.people)
            session.add(row)
            there[key] = row
            changed = True
        elif row.people != one.people and (replace or one.people is not None):
            row.people = one.people
            changed = True
    if len(there) > MOST:
        raise Refused("list_rows", limit=MOST)
    session.flush()
    return changed
