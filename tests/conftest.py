"""The app with a small fair of its own for every test; nothing in it is imitated."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from exchange import create_app, migrations
from exchange.config import Settings
from exchange.extensions import db
from exchange.limits import limiter
from exchange.sockets import Watchers
from tests.fair import DATABASE, GE, KEY, ROBO, TOUR, Fair, prepare
from tests.windows import Desk, Ear, Window, connect


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
    app.extensions["limiter"] = limiter(None)
    app.extensions["watchers"] = Watchers()


@pytest.fixture
def fair(app: Flask) -> Fair:
    return Fair(app)


@pytest.fixture
def phone(fair: Fair) -> Window:
    """An attendee's browser."""
    return Window(fair)


@pytest.fixture
def as_attendee(fair: Fair) -> Callable[[], Window]:
    """One more attendee's browser."""
    return lambda: Window(fair)


@pytest.fixture
def as_presenter(fair: Fair) -> Callable[[str], Desk]:
    """The tablet of this stand."""
    return lambda stand: Desk(fair, "presenter", stand)


@pytest.fixture
def as_moderator(fair: Fair) -> Callable[[str], Desk]:
    """The moderator's laptop at this event."""
    return lambda event: Desk(fair, "moderator", event)


@pytest.fixture
def as_screen(fair: Fair) -> Callable[[str], Window]:
    """The laptop at this event's projector."""
    return lambda event: Window(fair).enter("screen", event)


@pytest.fixture
def as_organiser(fair: Fair) -> Callable[[str], Window]:
    """The organiser's laptop of this tour."""
    return lambda series: Window(fair).enter("organiser", series)


Listen = Callable[..., Ear]


@pytest.fixture
def listen(app: Flask, fair: Fair) -> Iterator[Listen]:
    """Listen as the page of a room does: `listen("desk", ROBO).heard()`.

    Without a `window` it is that of whoever may.
    """
    opened: list[Ear] = []
    passes = {"desk": "presenter", "moderate": "moderator", "screen": "screen"}

    def open_ear(
        room: str, code: str, window: Window | None = None, *, lang: str | None = "de"
    ) -> Ear:
        if window is None:
            window = Window(fair)
            if room in passes:
                window.enter(passes[room], code)
        ear = Ear(connect(app, window, lang=lang), room, code)
        opened.append(ear)
        ear.watch()
        return ear

    yield open_ear
    for ear in opened:
        if ear.connected:
            ear.socket.disconnect()


@pytest.fixture
def desk(as_presenter: Callable[[str], Desk]) -> Desk:
    return as_presenter(ROBO)


@pytest.fixture
def moderation(as_moderator: Callable[[str], Desk]) -> Desk:
    return as_moderator(GE)


@pytest.fixture
def organiser(as_organiser: Callable[[str], Window]) -> Window:
    return as_organiser(TOUR)
