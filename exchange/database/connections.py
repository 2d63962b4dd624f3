"""One engine a process, one session an app context, one connection at a time.

Whoever waits for a lock, a batch or another connection while holding one can run the pool dry: as
many pages as the pool has connections would wait for each other until they are refused. Hence the
rule *one request, one connection*, held here: a second one is an error of ours, not a wait.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Flask, current_app
from flask.globals import app_ctx
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from werkzeug.local import LocalProxy

from exchange.config import Settings
from exchange.database.engine import make_engine
from exchange.database.statements import RawConnection
from exchange.database.write_lock import WriteLocks


class SecondConnection(RuntimeError):
    """An app context that holds a connection asked for another, or for a lock: our bug."""


@dataclass
class Database:
    """The database as one process uses it. Why no Flask extension: docs/decisions/database.md."""

    engine: Engine
    sessions: scoped_session[Session]
    write_locks: WriteLocks
    _holders: set[int] = field(default_factory=set)
    """The app contexts that hold a connection at this moment."""

    @classmethod
    def open(cls, app: Flask, settings: Settings) -> "Database":
        """The database of an app; its session is closed when an app context ends."""
        engine = make_engine(settings)
        sessions = scoped_session(sessionmaker(engine), scopefunc=current_context)
        database = cls(engine, sessions, WriteLocks(one_writer=engine.dialect.name == "sqlite"))
        event.listen(engine, "checkout", database._checked_out)
        event.listen(engine, "checkin", database._checked_in)
        app.teardown_appcontext(lambda _error: sessions.remove())
        return database

    @property
    def session(self) -> Session:
        """The session of the current app context."""
        return self.sessions()

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    def raw_connection(self) -> RawConnection:
        """A connection outside of any session; whoever takes it gives it back."""
        return RawConnection.open(self.engine)

    @contextmanager
    def reading(self) -> Iterator[RawConnection]:
        """The connection of this context: its session's if it reads already, else one for now."""
        if self.sessions.registry.has() and self.session.in_transaction():
            yield RawConnection.of(self.session)
            return
        connection = self.raw_connection()
        try:
            yield connection
        finally:
            connection.close()

    def release(self) -> None:
        """Give the session's connection back. What is read next is read anew."""
        if self.sessions.registry.has():
            self.session.rollback()

    def require_none_held(self) -> None:
        """Raises SecondConnection when this context holds a connection that it should release."""
        if current_context() in self._holders:
            raise SecondConnection(_RELEASE_IT)

    def _checked_out(self, _dbapi: Any, record: Any, _proxy: Any) -> None:
        context = current_context()
        if context in self._holders:
            raise SecondConnection(_RELEASE_IT)
        if context:
            self._holders.add(context)
            record.info["holder"] = context

    def _checked_in(self, _dbapi: Any, record: Any) -> None:
        self._holders.discard(record.info.pop("holder", 0))


_RELEASE_IT = "This app context already holds a connection: release it first."


def current_context() -> int:
    """Tells one app context from another, whatever thread or green thread it runs on; 0: none."""
    try:
        return id(app_ctx._get_current_object())  # type: ignore[attr-defined]
    except RuntimeError:
        return 0


def _current() -> Database:
    database: Database = current_app.extensions["process"].database
    return database


db = cast(Database, LocalProxy(_current))
"""The current app's database."""
