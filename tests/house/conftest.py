"""A server of its own for tests that start, fill and stop it."""

import os
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
        return self.process.wait(5)


Start = Callable[..., Running]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
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
                "EXCHANGE_INSTANCE": str(tmp_path / "instance"),
                "EXCHANGE_PORT": str(port),
                "EXCHANGE_PUBLIC_URL": f"http://127.0.0.1:{port}",
                "LC_ALL": "C.UTF-8",
                "PYTHONUNBUFFERED": "1",
                "PYTHONWARNINGS": "error",
            }
            | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running = Running(process, port)
        started.append(running)
        threading.Thread(target=_listen_to, args=(running,), daemon=True).start()
        return running

    yield run
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait(5)


def _listen_to(running: Running) -> None:
    assert running.process.stdout
    for line in running.process.stdout:
        running.lines.append(line.rstrip("\n"))
