"""Participants: one browser at one event, no person."""

from sqlalchemy import Integer, bindparam, text

from exchange.models.base import Moment, now
from exchange.prepared import Driver, Prepared


def meet(driver: Driver, event_id: int, digest: str | None) -> int | None:
    """The id of the participant whose cookie has this digest, met for the first time or again.

    Only within a writing transaction. None for somebody without a cookie (staff).
    """
    if digest is None:
        return None
    found = _MEET.one(driver, event_id=event_id, digest=digest, at=now())
    return found[0] if found else None


# Setting the digest to itself is what makes a known one answer with its id.
_MEET = Prepared(
    text(
        "INSERT INTO participants (event_id, digest, at) VALUES (:event_id, :digest, :at)"
        " ON CONFLICT (event_id, digest) DO UPDATE SET digest = excluded.digest RETURNING id"
    )
    .bindparams(bindparam("at", type_=Moment))
    .columns(id=Integer)
)
