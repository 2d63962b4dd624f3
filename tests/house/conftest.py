"""A server of its own for tests that start, fill and stop it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers import ROOT, Running, launch

Start = Callable[..., Running]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder with the demo fair, made once: a start takes half the time with it."""
    folder = tmp_path_factory.mktemp("filled")
    for command in (["migrate"], ["demo"]):
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "exchange", *command],
            check=True,
            cwd=ROOT,
            env=os.environ | {"EXCHANGE_INSTANCE": str(folder)},
        )
    return folder


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """Where the test's servers keep their database; empty, unless the test uses `demo_fair`."""
    return tmp_path / "instance"


@pytest.fixture
def demo_fair(filled: Path, instance: Path) -> None:
    """The demo fair is in the database before the first start."""
    shutil.copytree(filled, instance)


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
