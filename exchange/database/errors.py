"""Maps errors of database and driver to reasons: a temporary outage, or our bug (None)."""

import enum
import sqlite3

from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

NoConnectionFree = exc.TimeoutError
"""All connections of the pool are in use."""


class DatabaseBusy(Exception):
    """The write lock could not be had in time; `__cause__` is the database's own error, if any.

    Answered as `busy`: whoever asks again in a moment may have more luck.
    """


UNAVAILABLE_ERRORS = (DatabaseBusy, DBAPIError, NoConnectionFree)
"""What is raised when the database does not do what it should; `classify` says why."""


class Unavailable(enum.StrEnum):
    """Why the database cannot be used; the words of `/healthz`."""

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
    Unavailable.LOCKED: "another program holds its lock",
    Unavailable.FULL: "the disk is full; it needs room",
    Unavailable.GONE: "its file is not where it was, or its folder cannot be opened",
    Unavailable.READ_ONLY: "its file or its disk may only be read",
    Unavailable.UNREADABLE: "the disk refuses to read or write (I/O error)",
    Unavailable.DAMAGED: "its file is damaged or no database; a backup can be restored",
    Unavailable.AWAY: "it does not answer",
    Unavailable.WAITING: "those who want to write have to wait too long",
}

_SQLITE = {
    sqlite3.SQLITE_BUSY: Unavailable.LOCKED,
    sqlite3.SQLITE_LOCKED: Unavailable.LOCKED,
    sqlite3.SQLITE_PROTOCOL: Unavailable.LOCKED,
    sqlite3.SQLITE_FULL: Unavailable.FULL,
    sqlite3.SQLITE_CANTOPEN: Unavailable.GONE,
    sqlite3.SQLITE_READONLY_DBMOVED: Unavailable.GONE,
    sqlite3.SQLITE_READONLY: Unavailable.READ_ONLY,
    sqlite3.SQLITE_PERM: Unavailable.READ_ONLY,
    sqlite3.SQLITE_AUTH: Unavailable.READ_ONLY,
    sqlite3.SQLITE_IOERR: Unavailable.UNREADABLE,
    sqlite3.SQLITE_CORRUPT: Unavailable.DAMAGED,
    sqlite3.SQLITE_NOTADB: Unavailable.DAMAGED,
}
_PRIMARY = 0xFF
"""SQLite's extended result codes hold the primary one in their last byte."""

_POSTGRESQL = {
    "53100": Unavailable.FULL,
    "25006": Unavailable.READ_ONLY,
    "55P03": Unavailable.LOCKED,
    "40P01": Unavailable.LOCKED,
    "40001": Unavailable.LOCKED,
    "57014": Unavailable.LOCKED,
}
"""By SQLSTATE."""

# After these a connection is not trusted again: its file may be another one now.
_BREAKING = frozenset(
    {
        Unavailable.GONE,
        Unavailable.READ_ONLY,
        Unavailable.UNREADABLE,
        Unavailable.DAMAGED,
        Unavailable.AWAY,
    }
)


def classify(error: BaseException | None) -> Unavailable | None:
    """Why the database cannot be used, or None when the error is not about its state."""
    if isinstance(error, DatabaseBusy):
        return classify(error.__cause__) or Unavailable.WAITING
    if isinstance(error, NoConnectionFree):
        return Unavailable.WAITING
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
    return Unavailable.AWAY if isinstance(error, OperationalError | InterfaceError) else None


def lacks_tables(error: BaseException | None) -> bool:
    """Whether the database was never prepared, or is an older one than the program."""
    if not isinstance(error, DBAPIError):
        return False
    return getattr(error.orig, "sqlstate", None) == "42P01" or "no such table" in str(error.orig)


def breaks_connection(error: BaseException | None) -> bool:
    """Whether the connection on which it happened must be opened anew."""
    return classify(error) in _BREAKING
