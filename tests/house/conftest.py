"""A server of its own for tests that start, fill and stop it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STARTED = ("Exchange is running", "Exchange läuft")


@dataclass
class Running:
    """A server process, what it printed so far, and where it listens."""

    process: "subprocess.Popen[str]"
    port: int
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def wait_until_serving(self, at_most_s: float = 60) -> None:
        until = time.monotonic() + at_most_s
        while not any(line.startswith(STARTED) for line in self.lines):
            assert self.process.poll() is None, self.output
            assert time.monotonic() < until, self.output
            time.sleep(0.05)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """The exit code; a server that does not stop within 5 s is a failure."""
        self.process.send_signal(by)
        return self.end(within_s=5)

    def end(self, within_s: float) -> int:
        """The exit code, once everything that was printed has been read."""
        code = self.process.wait(within_s)
        self._reader.join()
        return code

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as printed:
            for line in printed:
                self.lines.append(line.rstrip("\n"))


Start = Callable[..., Running]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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

    def run(*command: str, port: int | None = None, cwd: Path = ROOT, **environ: str) -> Running:
        port = port or free_port()
        process = subprocess.Popen(
            command or (sys.executable, "wsgi.py", "--prepare"),
            cwd=cwd,
            env=os.environ
            | {
                "EXCHANGE_HOST": "127.0.0.1",
                "EXCHANGE_INSTANCE": str(instance),
                "EXCHANGE_PORT": str(port),
                "EXCHANGE_PUBLIC_URL": f"http://127.0.0.1:{port}",
                "LC_ALL": "C.UTF-8",
                "PYTHONUNBUFFERED": "1",
                # Sockets end with the process.
                "PYTHONWARNINGS": "error,ignore::ResourceWarning",
            }
            | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running = Running(process, port)
        started.append(running)
        return running

    yield run
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
        running.end(within_s=5)
