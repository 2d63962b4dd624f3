"""The app with a small fair of its own for every test; nothing in it is imitated."""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from exchange import create_app
from exchange.config import Settings
from exchange.database import migrations
from exchange.database.connections import db
from simulation import forkserver
from simulation.servers import DATABASE
from tests.support.apps import TEMPLATE, UNDER_TEST, dispose, make_app, restart
from tests.support.fair import GE, KEY, ROBO, TOUR, Fair, prepare
from tests.support.stores import Postgres
from tests.support.windows import Desk, Ear, Listen, Window, connect

pytest_plugins = ["tests.support.browsing", "tests.support.hall_time"]

LONG = [
    *("test_access.py", "test_attacks.py", "test_starting.py", "test_sixty.py", "test_chaos.py"),
    *("test_connections.py", "test_serving.py", "test_processes.py", "test_pitches.py"),
    *("test_hall_screen.py", "test_a_fair_is_made.py", "test_dashboard.py", "test_renamed.py"),
    *("test_elsewhere.py", "test_earlier_schemas.py", "test_demo.py", "test_random_requests.py"),
    *("test_stateful.py", "test_mutations.py", "test_staff_waits.py", "test_phone_outbox.py"),
]
"""Files that take long begin first: all wait for the one that ends last."""
SAMPLE = 10
"""On PostgreSQL one in so many lines of the table of a question's life is played."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql"],
        default="sqlite",
        help="where the tests of domain and pages keep their fair",
    )
    parser.addoption(
        "--seed", type=int, help="play the faults of a failed test again: its seed, as it was told"
    )


def pytest_configure() -> None:
    """Fork the servers of a run instead of starting each from nothing."""
    forkserver.share_imports()


def pytest_unconfigure() -> None:
    forkserver.end_all()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long files first. On PostgreSQL leave out what is about SQLite itself, and of long tables
    take a sample.
    """
    items.sort(key=_turn)
    if config.getoption("--database") == "postgresql":
        left_out = [item for item in items if not _tells_of_postgresql(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _turn(item: pytest.Item) -> int:
    return LONG.index(item.path.name) if item.path.name in LONG else len(LONG)


def _tells_of_postgresql(item: pytest.Item) -> bool:
    if item.get_closest_marker("sqlite"):
        return False
    in_a_table = "life_of_a_question" in item.nodeid and hasattr(item, "callspec")
    # The same ones each time.
    return not in_a_table or zlib.crc32(item.nodeid.encode()) % SAMPLE == 0


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of the tests' own, started for the first that wants it."""
    started = Postgres()
    yield started
    started.end()


@pytest.fixture(scope="session")
def prepared_postgres(postgres: Postgres) -> Postgres:
    """The same with a migrated database and the fair in it, to be copied."""
    url = postgres.create(TEMPLATE)
    migrations.upgrade(url, KEY)
    app = create_app(
        Settings(Path(), url, KEY, async_mode="threading"), TESTING=True, FLUSH_INTERVAL_S=0
    )
    prepare(Fair(app))
    dispose(app)
    return postgres


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with the fair in it, to be copied."""
    database = tmp_path_factory.mktemp("prepared") / DATABASE
    migrations.upgrade(f"sqlite:///{database}", KEY)
    app = make_app(database)
    prepare(Fair(app))
    with app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    dispose(app)
    return database


@pytest.fixture(scope="session")
def one_app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """One app for all tests: it remembers its compiled statements and templates, nothing else."""
    folder, settings, postgres = tmp_path_factory.mktemp("instance"), None, None
    if request.config.getoption("--database") == "postgresql":
        postgres = request.getfixturevalue("prepared_postgres")
        settings = Settings(folder, postgres.url(UNDER_TEST), KEY, async_mode="threading")
    made = make_app(folder / DATABASE, settings=settings)
    made.extensions["postgres"] = postgres
    yield made
    dispose(made)


@pytest.fixture
def app(one_app: Flask, prepared: Path) -> Flask:
    """The app as if just started, on a database of this test's own."""
    restart(one_app, prepared)
    return one_app


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
            if room == "organise":
                window.enter("organiser", TOUR)
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
