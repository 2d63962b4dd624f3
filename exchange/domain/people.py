"""Participants: one browser at one event, no person."""

from sqlalchemy.orm import Session

from exchange import rooms
from exchange.domain.changes import open_scope
from exchange.models import Participant
from exchange.queries.people import participant_by_digest


def meet(session: Session, event_id: int, digest: str | None) -> int | None:
    """The id of the participant whose cookie has this digest, met for the first time or again.

    Only within a writing transaction. None for somebody without a cookie (staff).
    """
    if digest is None:
        return None
    known = participant_by_digest(event_id, digest)
    if known is None:
        known = Participant(event_id=event_id, digest=digest)
        session.add(known)
        session.flush()
        open_scope(session, rooms.mine(known.id))
    return known.id
