"""Two servers as they are shipped, on one PostgreSQL and one Redis."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.config import Settings
from simulation.servers import Running, launch
from tests.support.apps import TEMPLATE, TOGETHER, dispose, make_app
from tests.support.fair import KEY, Fair
from tests.support.stores import Postgres, Redis


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    """A Redis of the tests' own."""
    started = Redis()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def fair(prepared_postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fair]:
    """The fair that both servers carry."""
    url = prepared_postgres.create(TOGETHER, TEMPLATE)
    settings = Settings(tmp_path_factory.mktemp("looking"), url, KEY, async_mode="threading")
    app = make_app(Path(), settings=settings)
    yield Fair(app)
    dispose(app)
    # The next module of this worker has a fair of its own, under the same name.
    prepared_postgres.drop(TOGETHER)


@pytest.fixture(scope="module")
def two(
    fair: Fair, redis: Redis, prepared_postgres: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Running, Running]]:
    """Both servers; they must end as they should, and tell nothing that is nobody's business."""
    started = [
        launch(
            tmp_path_factory.mktemp("instance"),
            EXCHANGE_SECRET_KEY=KEY,
            EXCHANGE_DATABASE_URL=prepared_postgres.url(TOGETHER),
            EXCHANGE_REDIS_URL=redis.url,
        )
        for _ in range(2)
    ]
    try:
        for running in started:
            running.wait_until_serving()
        yield started[0], started[1]
        for running in started:
            assert running.stop() == 0
            assert "Traceback" not in running.output
    finally:
        for running in started:
            running.finish()
