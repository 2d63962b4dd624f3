"""The extensions: made here, bound in `create_app`."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Request, Response, current_app, url_for
from flask.globals import app_ctx
from flask.sessions import NullSession, SessionInterface, SessionMixin
from flask_babel import Babel, get_locale
from flask_socketio import SocketIO
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from werkzeug.local import LocalProxy

from exchange import faults
from exchange.config import MAX_SOCKET_MESSAGE_BYTES, TIME_ZONE, Settings
from exchange.prepared import Driver
from exchange.processes import Relay, Shared

# A lock is waited for this long inside SQLite, where it stops the whole process;
# `domain/changes.py` waits the rest of the time cooperatively.
SQLITE_LOCK_WAIT_MS = 50

# PostgreSQL lets others go on meanwhile, so it may wait itself, as long as a change is patient.
POSTGRESQL_LOCK_WAIT_MS = 3000
# PostgreSQL lets a hundred in: three processes, and somebody who looks.
POSTGRESQL_CONNECTIONS = 30
CONNECT_WITHIN_S = 5


_HALL = ZoneInfo(TIME_ZONE)


class Database:
    """One engine an app, one session an app context: SQLAlchemy's own means, and no more.

    Why no Flask extension does this: docs/decisions/database.md.
    """

    def init_app(self, app: Flask, settings: Settings) -> None:
        """Make the app's engine. SQLite gets WAL, full durability and honest transactions."""
        if settings.database_url.startswith("sqlite"):
            engine = _sqlite(settings.database_url)
        else:
            engine = _postgresql(settings.database_url)
        sessions = scoped_session(sessionmaker(engine), scopefunc=_context)
        app.extensions["database"] = sessions
        app.extensions["engine"] = engine
        app.teardown_appcontext(lambda _error: sessions.remove())

    @property
    def session(self) -> Session:
        """The session of the current app context; closed when the context ends."""
        sessions: scoped_session[Session] = current_app.extensions["database"]
        return sessions()

    def driver(self) -> Driver:
        """A connection outside of any session; whoever takes it gives it back."""
        return Driver.open(self.engine)

    @contextmanager
    def reading(self) -> Iterator[Driver]:
        """A connection for a select or two, each of which sees what is committed by then."""
        driver = self.driver()
        try:
            yield driver
        finally:
            driver.close()

    @property
    def engine(self) -> Engine:
        """The current app's engine."""
        engine: Engine = current_app.extensions["engine"]
        return engine


def _context() -> int:
    """Tells one app context from another, whatever thread or green thread it runs on."""
    return id(app_ctx._get_current_object())  # type: ignore[attr-defined]


db = Database()
socketio = SocketIO()
babel = Babel()


class NoSessions(SessionInterface):
    """Flask's own session is not used: cookies of ours say who somebody is (access.py)."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        """Nothing to be read."""
        return NullSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing to be written."""


def bind_redis(app: Flask, settings: Settings) -> None:
    """What several processes share, if there are several."""
    url = settings.redis_url
    app.extensions["shared"] = Shared(url, settings.secret_key) if url else None


def bind_socketio(app: Flask, settings: Settings, async_mode: str) -> None:
    """Bind `socketio` in this async mode, for the allowed origins only."""
    shared: Shared | None = app.extensions["shared"]
    socketio.init_app(
        app,
        async_mode=async_mode,  # type: ignore[arg-type]
        cors_allowed_origins=list(settings.allowed_origins),
        client_manager=Relay(shared) if shared else None,
        max_http_buffer_size=MAX_SOCKET_MESSAGE_BYTES,
        # The whole server has one rhythm: a dead line shows within 15 s.
        ping_interval=10,
        ping_timeout=5,
        # Cookies of our own say who somebody is; engine.io's would be one more to explain.
        cookie=None,
        manage_session=False,
    )


def sio_server() -> Any:
    """The Socket.IO server behind `socketio`; its types are not published."""
    return socketio.server  # type: ignore[attr-defined]


def pause(seconds: float) -> None:
    """Wait cooperatively: everything else goes on."""
    socketio.sleep(seconds)  # type: ignore[arg-type]  # fractions are fine, its hint is not


def _postgresql(url: str) -> Engine:
    engine = create_engine(
        url,
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
    engine = create_engine(url)
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


class _Known:
    """The files that were seen to be databases.

    Beside an empty file, or another's, SQLite takes our log for a leftover and deletes it with
    every question in it that is not yet in the database's own file. Hence who comes first to a
    file looks at it. Never again: to close a file ends all locks that this process has on it.
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
                    begins = opened.read(len(_SQLITE_BEGINS))
            except OSError:
                return  # SQLite will say it better
            if begins != _SQLITE_BEGINS:
                error = sqlite3.DatabaseError("file is not a database")
                error.sqlite_errorcode = sqlite3.SQLITE_NOTADB
                raise error
            self._files.add(file)


_SQLITE_BEGINS = b"SQLite format 3\0"


def _prepare_sqlite(engine: Engine, path: Path | None) -> None:
    known = _Known()

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
        if faults.breaks(context.sqlalchemy_exception):
            context.is_disconnect = True

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        # A reader that turns writer gets BUSY_SNAPSHOT, which no waiting cures:
        # whoever will write says so at the start.
        writer = connection.get_execution_options().get("writer", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


def bind_babel(app: Flask, locale: Callable[[], str]) -> None:
    """Bind `babel`; `locale` says the language of the reader who is being answered."""
    babel.init_app(app, locale_selector=locale)
    app.jinja_env.filters["clock"] = _clock
    app.jinja_env.globals["locale"] = LocalProxy(lambda: str(get_locale() or "de"))
    # Addresses without host and port: pages and fragments share them, whoever renders.
    app.jinja_env.globals["path_for"] = partial(url_for, _external=False)


def _clock(moment: datetime) -> str:
    """The time in the hall: 24 hours, as on its clocks and in its programme, in any language."""
    return moment.astimezone(_HALL).strftime("%H:%M")
