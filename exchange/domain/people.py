"""Participants: one browser at one event, no person."""

from sqlalchemy import insert
from sqlalchemy.orm import Session

from exchange.models import Participant
from exchange.queries.people import participant_by_digest


def meet(session: Session, event_id: int, digest: str | None) -> int | None:
    """The id of the participant whose cookie has this digest, met for the first time or again.

    Only within a writing transaction. None for somebody without a cookie (staff).
    """
    if digest is None:
        return None
    known = participant_by_digest(event_id, digest)
    if known is not None:
        return known.id
    return session.execute(_NEW, {"event_id": event_id, "digest": digest}).scalar_one()


_NEW = insert(Participant).returning(Participant.id)
