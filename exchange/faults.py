"""What an error of the database means: it cannot be used for now, or the fault is ours."""

import enum
import sqlite3

from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

NoConnectionFree = exc.TimeoutError


class Reason(enum.StrEnum):
    """Why the database cannot be used for now."""

    LOCKED = "locked"
    FULL = "full"
    GONE = "gone"
    READ_ONLY = "read_only"
    UNREADABLE = "unreadable"
    DAMAGED = "damaged"
    AWAY = "away"
    WAITING = "waiting"

    @property
    def sentence(self) -> str:
        """For whoever reads the log: what it is, and what helps."""
        return _SENTENCES[self]


_SENTENCES = {
    Reason.LOCKED: "another program holds its lock",
    Reason.FULL: "the disk is full; it needs room",
    Reason.GONE: "its file is not where it was, or its folder cannot be opened",
    Reason.READ_ONLY: "its file or its disk may only be read",
    Reason.UNREADABLE: "the disk refuses to read or write (I/O error)",
    Reason.DAMAGED: "its file is damaged or no database; a backup can be restored",
    Reason.AWAY: "it does not answer",
    Reason.WAITING: "those who want to write have to wait too long",
}

_SQLITE = {
    sqlite3.SQLITE_BUSY: Reason.LOCKED,
    sqlite3.SQLITE_LOCKED: Reason.LOCKED,
    sqlite3.SQLITE_PROTOCOL: Reason.LOCKED,
    sqlite3.SQLITE_FULL: Reason.FULL,
    sqlite3.SQLITE_CANTOPEN: Reason.GONE,
    sqlite3.SQLITE_READONLY_DBMOVED: Reason.GONE,
    sqlite3.SQLITE_READONLY: Reason.READ_ONLY,
    sqlite3.SQLITE_PERM: Reason.READ_ONLY,
    sqlite3.SQLITE_AUTH: Reason.READ_ONLY,
    sqlite3.SQLITE_IOERR: Reason.UNREADABLE,
    sqlite3.SQLITE_CORRUPT: Reason.DAMAGED,
    sqlite3.SQLITE_NOTADB: Reason.DAMAGED,
}
_PRIMARY = 0xFF
"""An extended code of SQLite holds the plain one in its last byte."""

_POSTGRESQL = {
    "53100": Reason.FULL,
    "25006": Reason.READ_ONLY,
    "55P03": Reason.LOCKED,
    "40P01": Reason.LOCKED,
    "40001": Reason.LOCKED,
    "57014": Reason.LOCKED,
}

# After these a connection is not trusted again: its file may be another one now.
_BREAKING = frozenset(
    {Reason.GONE, Reason.READ_ONLY, Reason.UNREADABLE, Reason.DAMAGED, Reason.AWAY}
)


def reason(error: BaseException | None) -> Reason | None:
    """Why the database cannot be used, or None when the error is not about its state."""
    if isinstance(error, NoConnectionFree):
        return Reason.WAITING
    if not isinstance(error, DBAPIError):
        return None
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code) or _SQLITE.get(code & _PRIMARY)
    if isinstance(error.orig, sqlite3.Error):
        return None
    state = getattr(error.orig, "sqlstate", None)
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    return Reason.AWAY if isinstance(error, OperationalError | InterfaceError) else None


def breaks(error: BaseException | None) -> bool:
    """Whether the connection on which it happened must be opened anew."""
    return reason(error) in _BREAKING
