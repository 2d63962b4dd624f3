"""How much is asked of SQLite: every statement, raw ones included."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from exchange.database.connections import db

COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


@contextmanager
def counting_statements(app: Flask) -> Iterator[list[str]]:
    """The statements that run meanwhile, in their order, with their values.

        with counting_statements(app) as counted:
            window.get("/organise")
        assert len(counted) <= 8, counted

    SQLite tells them itself, so that those on a raw cursor are among them.
    """
    seen: list[str] = []

    def note(statement: str) -> None:
        if statement.lstrip().upper().startswith(COUNTED):
            seen.append(" ".join(statement.split()))

    def begin(connection: Any, _record: object, _proxy: object) -> None:
        connection.set_trace_callback(note)

    def end(connection: Any, _record: object) -> None:
        if connection is not None:
            connection.set_trace_callback(None)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "checkout", begin)
    event.listen(engine, "checkin", end)
    try:
        yield seen
    finally:
        event.remove(engine, "checkout", begin)
        event.remove(engine, "checkin", end)
