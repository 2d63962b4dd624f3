"""A server as it is shipped: `wsgi.py` in a process of its own, and what it printed."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from simulation import forkserver
from simulation.waiting import HANGS_S, wait_until

ROOT = Path(__file__).parents[1]
DATABASE = "exchange.sqlite3"
"""What a server calls its database, in its instance folder."""
STARTED = ("Exchange is running", "Exchange läuft")


@dataclass
class Running:
    """A server process, what it printed so far, and where it listens."""

    process: forkserver.Process
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

    def wait_until_serving(self, hangs_s: float = HANGS_S) -> None:
        wait_until(self._is_serving, lambda: self.output, hangs_s=hangs_s)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """The exit code; a server that never stops is a failure."""
        self.process.send_signal(by)
        return self.end()

    def finish(self) -> None:
        """End what may have been stopped before."""
        if self.process.poll() is None:
            self.process.kill()
        self.end()

    def end(self) -> int:
        """The exit code, once everything that was printed has been read."""
        code = self.process.wait(HANGS_S)
        self._reader.join()
        return code

    def _is_serving(self) -> bool:
        if any(line.startswith(STARTED) for line in self.lines):
            return True
        assert self.process.poll() is None, self.output
        return False

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as printed:
            for line in printed:
                self.lines.append(line.rstrip("\n"))


def launch(
    instance: Path,
    *command: str,
    mode: str | None = None,
    name: str = "127.0.0.1",
    port: int | None = None,
    cwd: Path = ROOT,
    **environ: str,
) -> Running:
    """Start `wsgi.py`, or another command, with this instance folder and under this name.

    Without a `mode` it is the one that it would take by itself. It may not be serving yet. A plain
    start is a fork of what has imported everything, if `forkserver.share_imports` was called.
    """
    port = port or free_port()
    settings = {
        "EXCHANGE_HOST": "127.0.0.1",
        "EXCHANGE_INSTANCE": str(instance),
        "EXCHANGE_PORT": str(port),
        "EXCHANGE_PUBLIC_URL": f"http://{name}:{port}",
        "LC_ALL": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
    }
    if mode is not None:
        settings["EXCHANGE_ASYNC_MODE"] = mode
    environ = os.environ | settings | environ
    # What Python reads at its own start is not to be had from a fork.
    if not command and cwd == ROOT and "PYTHONWARNINGS" not in environ:
        server = forkserver.of_mode(environ.get("EXCHANGE_ASYNC_MODE") or "eventlet")
        if server:
            return Running(server.fork(environ), port)
    process = subprocess.Popen(
        command or (sys.executable, "wsgi.py"),
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Running(process, port)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Start = Callable[..., Running]
"""What the tests' fixture `start` is: `launch` with an instance folder of the test's own."""
