"""The app in the test's own process, and how it forgets the last test."""

import shutil
import uuid
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from exchange import create_app
from exchange.config import Settings
from exchange.database.connections import db
from exchange.database.health import Outage
from exchange.limits import limiter
from exchange.live.dashboard import Dashboards
from exchange.live.elsewhere import LogTail
from exchange.live.presence import Watchers
from exchange.live.revisions import Announced
from exchange.queries.lists import Minutes
from exchange.queries.people import FirstWrites
from simulation.servers import DATABASE
from tests.support.fair import KEY
from tests.support.stores import Postgres

TEMPLATE, UNDER_TEST, TOGETHER = "prepared", "under_test", "together"
"""The databases of a test's PostgreSQL; the last is carried by two servers."""


def make_app(database: Path, *, settings: Settings | None = None, **options: object) -> Flask:
    """The app on a SQLite file, in threads, telling phones at once."""
    settings = settings or Settings(
        instance=database.parent,
        database_url=f"sqlite:///{database}",
        secret_key=KEY,
        async_mode="threading",
    )
    told: dict[str, Any] = {"TESTING": True, "FLUSH_INTERVAL_S": 0} | options
    app = create_app(settings, **told)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            # Listens after the app's own: a test outlives no power cut.
            event.listen(db.engine, "connect", _hurry)
    return app


def dispose(app: Flask) -> None:
    """Close the app's connections."""
    with app.app_context():
        db.engine.dispose()


def _hurry(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def restart(app: Flask, prepared: Path) -> None:
    """Give the app a fresh database and let it forget what it knew."""
    dispose(app)
    postgres: Postgres | None = app.extensions.get("postgres")
    if postgres:
        postgres.drop(UNDER_TEST)
        postgres.create(UNDER_TEST, TEMPLATE)
    else:
        _copy(prepared, app)
    app.extensions["process"].limiter = limiter(None)
    app.extensions["process"].first_writes = FirstWrites()
    app.extensions["process"].minutes = Minutes()
    app.extensions["process"].watchers = Watchers()
    app.extensions["process"].announced = Announced()
    app.extensions["process"].log_tail = LogTail()
    app.extensions["process"].dashboards = Dashboards()
    app.extensions["process"].outage = Outage()


def _copy(prepared: Path, app: Flask) -> None:
    settings: Settings = app.extensions["process"].settings
    # Under the known name a file of its own: what still runs from the last test keeps the old one.
    known = settings.instance / DATABASE
    old = known.resolve() if known.is_symlink() else None
    fresh = settings.instance / f"{uuid.uuid4()}.sqlite3"
    shutil.copy(prepared, fresh)
    known.unlink(missing_ok=True)
    known.symlink_to(fresh)
    if old is not None:
        for leftover in settings.instance.glob(f"{old.name}*"):
            leftover.unlink()
