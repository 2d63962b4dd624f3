"""Participants: one browser at one event, no person."""

from datetime import datetime

from sqlalchemy import Integer, bindparam, text

from exchange.database.statements import CompiledStatement, RawConnection
from exchange.models.base import UtcDateTime, now


def find_or_create(
    connection: RawConnection, event_id: int, digest: str | None, moment: datetime | None = None
) -> int | None:
    """The id of the participant whose cookie has this digest. `moment`: of this write, if not now.

    Only within a writing transaction. None for somebody without a cookie (staff).
    """
    if digest is None:
        return None
    found = _FIND_OR_CREATE.one(connection, event_id=event_id, digest=digest, at=moment or now())
    return found[0] if found else None


# Setting the digest to itself is what makes an existing row answer with its id.
_FIND_OR_CREATE = CompiledStatement(
    text(
        "INSERT INTO participants (event_id, digest, at) VALUES (:event_id, :digest, :at)"
        " ON CONFLICT (event_id, digest) DO UPDATE SET digest = excluded.digest RETURNING id"
    )
    .bindparams(bindparam("at", type_=UtcDateTime))
    .columns(id=Integer)
)
