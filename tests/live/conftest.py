"""The server as it is shipped, with the small fair in its folder."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fair import DATABASE, KEY
from tests.house.conftest import ROOT, Running, free_port

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
        port = free_port()
        for old in folder.iterdir():
            old.unlink()
        shutil.copy(prepared, folder / DATABASE)
        process = subprocess.Popen(
            [sys.executable, "wsgi.py"],
            cwd=ROOT,
            env=os.environ
            | {
                "EXCHANGE_ASYNC_MODE": mode,
                "EXCHANGE_HOST": "127.0.0.1",
                "EXCHANGE_INSTANCE": str(folder),
                "EXCHANGE_PORT": str(port),
                "EXCHANGE_PUBLIC_URL": f"http://127.0.0.1:{port}",
                "EXCHANGE_SECRET_KEY": KEY,
                "LC_ALL": "C.UTF-8",
                "PYTHONUNBUFFERED": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running = Running(process, port)
        started.append(running)
        running.wait_until_serving()
        return running

    yield start
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.end(within_s=5)


@pytest.fixture(params=["eventlet", "gevent", "threading"], scope="module")
def server(request: pytest.FixtureRequest, serve: Serve) -> Iterator[Running]:
    """The running server in each of its modes; it must end as it should."""
    running = serve(request.param)
    yield running
    assert running.stop() == 0
    assert "Traceback" not in running.output
