"""The server as it is shipped: with the small fair in its folder, or with the demo fair or none."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from simulation.servers import DATABASE, Running, Start, launch
from tests.support.fair import KEY, Fair

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


@pytest.fixture
def passes(app: Flask) -> Fair:
    """Knows the secrets; the server has the same fair and the same key."""
    return Fair(app)


# Started by the test itself


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """Where the test's servers keep their database; empty, unless the test uses `demo_fair`."""
    return tmp_path / "instance"


@pytest.fixture
def demo_fair(loaded: tuple[Path, dict[str, Any]], instance: Path) -> None:
    """The demo fair is in the database before the first start, which takes half the time then."""
    shutil.copytree(loaded[0], instance)


@pytest.fixture
def start(instance: Path) -> Iterator[Start]:
    """Start `wsgi.py --prepare`, or another command, with an instance folder of its own."""
    started: list[Running] = []

    def run(*command: str, **how: Any) -> Running:
        running = launch(
            instance,
            *(command or (sys.executable, "wsgi.py", "--prepare")),
            # Sockets end with the process.
            **({"PYTHONWARNINGS": "error,ignore::ResourceWarning"} | how),
        )
        started.append(running)
        return running

    yield run
    for running in started:
        running.finish()
