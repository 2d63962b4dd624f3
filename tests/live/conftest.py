"""The server as it is shipped, with the small fair in its folder."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fair import DATABASE, KEY
from tests.servers import Running, launch

Serve = Callable[[str], Running]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance folder of the server under test."""
    return tmp_path_factory.mktemp("instance")


@pytest.fixture(scope="module")
def serve(prepared: Path, folder: Path) -> Iterator[Serve]:
    """Start `wsgi.py` in one of its modes on a fair of its own."""
    started: list[Running] = []

    def start(mode: str) -> Running:
        for old in folder.iterdir():
            old.unlink()
        shutil.copy(prepared, folder / DATABASE)
        running = launch(folder, mode=mode, EXCHANGE_SECRET_KEY=KEY)
        started.append(running)
        running.wait_until_serving()
        return running

    yield start
    for running in started:
        running.finish()


@pytest.fixture(params=["eventlet", "gevent", "threading"], scope="module")
def server(request: pytest.FixtureRequest, serve: Serve) -> Iterator[Running]:
    """The running server in each of its modes; it must end as it should."""
    running = serve(request.param)
    yield running
    assert running.stop() == 0
    assert "Traceback" not in running.output
