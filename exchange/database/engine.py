"""Engines for SQLite and PostgreSQL: how each connection is opened, checked and begun."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import InvalidatePoolError

from exchange.config import Settings
from exchange.database import errors

SQLITE_LOCK_WAIT_MS = 50
"""How long SQLite itself waits for a lock. It stops the whole process meanwhile, hence so short;
`transactions.py` waits the rest of the time cooperatively."""

POSTGRESQL_LOCK_WAIT_MS = 3000
"""PostgreSQL lets others go on meanwhile, so it may wait itself."""
POSTGRESQL_CONNECTIONS = 30
"""PostgreSQL's usual limit is 100: three processes, and somebody who looks."""
CONNECT_WITHIN_S = 5


def make_engine(settings: Settings) -> Engine:
    """The engine of `settings.database_url`: SQLite gets WAL, full durability and honest
    transactions.
    """
    if settings.database_url.startswith("sqlite"):
        return _sqlite(settings.database_url)
    return _postgresql(settings.database_url)


def _postgresql(url: str) -> Engine:
    engine = create_engine(
        url,
        # Errors are logged with their text: what people wrote does not belong there.
        hide_parameters=True,
        # A connection that broke while nobody used it is noticed before a question needs it.
        pool_pre_ping=True,
        pool_size=POSTGRESQL_CONNECTIONS,
        max_overflow=0,
        pool_timeout=CONNECT_WITHIN_S,
        connect_args={"connect_timeout": CONNECT_WITHIN_S},
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        # Outside of any transaction: it is meant for all of them.
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = {POSTGRESQL_LOCK_WAIT_MS}")
        connection.autocommit = False

    return engine


def _sqlite(address: str) -> Engine:
    url = make_url(address)
    path = database_file(address)
    if path is not None and not url.query:
        # Never a new, empty file in the place of one that is gone: only migrations make it.
        query = {"mode": "rw", "uri": "true"}
        url = url.set(database=path.as_uri(), query=query)
    engine = create_engine(url, hide_parameters=True)
    _prepare_sqlite(engine, path)
    return engine


def database_file(address: str) -> Path | None:
    """The file that an address of SQLite names; None for all others, and for one in memory."""
    url = make_url(address)
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or name in ("", ":memory:") or name.startswith("file:"):
        return None
    return Path(name).absolute()


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Which file stands at a path; None when there is none that could be seen."""
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class _KnownFiles:
    """The files that were seen to be databases.

    Beside an empty or foreign file SQLite takes our write-ahead log for a leftover and deletes it,
    with every question that is not yet in the main file. Hence the first connection to a file
    reads its header. Once only: closing a file drops all POSIX locks that this process has on it.
    """

    def __init__(self) -> None:
        self._files: set[tuple[int, int]] = set()
        self._guard = threading.Lock()

    def require(self, path: Path | None) -> None:
        file = _identity(path)
        if path is None or file is None:
            return
        with self._guard:
            if file in self._files:
                return
            try:
                with path.open("rb") as opened:
                    header = opened.read(len(_SQLITE_HEADER))
            except OSError:
                return  # SQLite will say it better
            if header != _SQLITE_HEADER:
                error = sqlite3.DatabaseError("file is not a database")
                error.sqlite_errorcode = sqlite3.SQLITE_NOTADB
                raise error
            self._files.add(file)


_SQLITE_HEADER = b"SQLite format 3\0"


def _prepare_sqlite(engine: Engine, path: Path | None) -> None:
    known = _KnownFiles()

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        record.info["file"] = _identity(path)
        known.require(path)
        # The driver must not begin transactions on its own: `on_begin` does.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {SQLITE_LOCK_WAIT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        # An acknowledged question survives a power cut.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "checkout")
    def on_checkout(_connection: Any, record: Any, _proxy: Any) -> None:
        # SQLite goes on writing into a file that was moved or deleted: nobody would find it.
        here = _identity(path)
        if path is not None and (here is None or here != record.info["file"]):
            raise InvalidatePoolError

    @event.listens_for(engine, "handle_error")
    def on_error(context: ExceptionContext) -> None:
        if errors.breaks_connection(context.sqlalchemy_exception):
            context.is_disconnect = True

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A reader that turns writer gets BUSY_SNAPSHOT, which no waiting cures:
        # whoever will write says so at the start.
        writer = connection.get_execution_options().get("writer", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")
