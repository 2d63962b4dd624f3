"""The app with a small fair of its own for every test; nothing in it is imitated."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from exchange import create_app, migrations
from exchange.config import Settings
from exchange.extensions import db
from exchange.sockets import Watchers
from tests.fair import DATABASE, KEY, Fair, prepare


def make_app(database: Path, **options: object) -> Flask:
    """The app on a SQLite file, in threads, telling phones at once."""
    settings = Settings(
        instance=database.parent,
        database_url=f"sqlite:///{database}",
        secret_key=KEY,
        async_mode="threading",
    )
    told: dict[str, Any] = {"TESTING": True, "FLUSH_INTERVAL_S": 0} | options
    app = create_app(settings, **told)
    with app.app_context():
        # Listens after the app's own: a test outlives no power cut.
        event.listen(db.engine, "connect", _hurry)
    return app


def dispose(app: Flask) -> None:
    """Close the app's connections."""
    with app.app_context():
        db.engine.dispose()


def _hurry(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with the fair in it, to be copied."""
    database = tmp_path_factory.mktemp("prepared") / DATABASE
    migrations.upgrade(f"sqlite:///{database}")
    app = make_app(database)
    prepare(Fair(app))
    with app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    dispose(app)
    return database


@pytest.fixture(scope="session")
def one_app(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One app for all tests: it remembers its compiled statements and templates, nothing else."""
    made = make_app(tmp_path_factory.mktemp("instance") / DATABASE)
    yield made
    dispose(made)


@pytest.fixture
def app(one_app: Flask, prepared: Path) -> Flask:
    """The app as if just started, on a database of this test's own."""
    restart(one_app, prepared)
    return one_app


def restart(app: Flask, prepared: Path) -> None:
    """Give the app a fresh database and let it forget what it knew."""
    dispose(app)
    settings: Settings = app.extensions["settings"]
    for leftover in settings.instance.glob(f"{DATABASE}-*"):
        leftover.unlink()
    shutil.copy(prepared, settings.instance / DATABASE)
    app.extensions["limiter"].storage.reset()
    app.extensions["watchers"] = Watchers()


@pytest.fixture
def fair(app: Flask) -> Fair:
    return Fair(app)
