"""A fork server: it has imported what our server is made of, and forks one whenever it is asked to.

Importing is two thirds of what a start costs, and a run of the tests starts more than a hundred.
The server is `wsgi.py`'s own `main`, in a process, a folder and an environment of its own.
"""

import gc
import io
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Protocol

ROOT = Path(__file__).parents[1]
MODES = ("eventlet", "threading")
"""Those whose imports may be shared: gevent's loop is there from its import on."""
MAX_REQUEST_BYTES = 200_000


class Process(Protocol):
    """What is known of a server's process: `subprocess.Popen`, or one that was forked for us."""

    @property
    def pid(self) -> int: ...

    @property
    def stdout(self) -> IO[str] | None: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int, /) -> None: ...

    def kill(self) -> None: ...


class Forked:
    """A server that was forked for us. Its exit code is as with `Popen`: -9 for SIGKILL."""

    def __init__(self, printed: int, reports: int) -> None:
        self.stdout: IO[str] | None = os.fdopen(printed, errors="replace")
        self._reports = os.fdopen(reports)
        told = self._reports.readline()
        assert told, "The fork server has ended; what it printed says why."
        self.pid = int(told)
        self._code: int | None = None
        self._ended = threading.Event()
        threading.Thread(target=self._hear_the_end, daemon=True).start()

    def poll(self) -> int | None:
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired("wsgi.py", timeout or 0)
        assert self._code is not None
        return self._code

    def send_signal(self, sig: int, /) -> None:
        if self._code is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _hear_the_end(self) -> None:
        with self._reports as reports:
            self._code = int(reports.readline())
        self._ended.set()


class ForkServer:
    """The process that has imported everything in one mode. It ends with the one that made it."""

    def __init__(self, mode: str) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                cwd=ROOT,
                env=os.environ | {"EXCHANGE_ASYNC_MODE": mode},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def fork(self, environ: dict[str, str]) -> Forked:
        """A server with just this environment."""
        printed, prints = os.pipe()
        reports, reporter = os.pipe()
        try:
            socket.send_fds(self._channel, [json.dumps(environ).encode()], [prints, reporter])
        finally:
            os.close(prints)
            os.close(reporter)
        return Forked(printed, reports)

    def end(self) -> None:
        self._channel.close()
        self._process.wait()


_running: dict[str, ForkServer] = {}
_shared = False


def share_imports() -> None:
    """From now on let servers be forked where the system can; a run of the tests wants that."""
    global _shared  # noqa: PLW0603
    _shared = sys.platform == "linux"


def of_mode(mode: str) -> ForkServer | None:
    """The one of this mode; None where each server is to import for itself."""
    if not _shared or mode not in MODES:
        return None
    if mode not in _running:
        _running[mode] = ForkServer(mode)
    return _running[mode]


def end_all() -> None:
    """End those that were started."""
    while _running:
        _running.popitem()[1].end()


# The fork server's own process. What it needs is taken before `wsgi.py` patches the modules.

_fork, _waitpid, _write, _close = os.fork, os.waitpid, os.write, os.close


def main() -> None:
    """Fork a server for each request, until whoever asks is gone."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    recv_fds = socket.recv_fds
    # Those between it and a server: nobody waits for them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    serve = runpy.run_path(str(ROOT / "wsgi.py"), run_name="imported")["main"]
    gc.collect()
    gc.freeze()
    while True:
        asked, files, _, _ = recv_fds(channel, MAX_REQUEST_BYTES, 2)
        if not asked:
            return
        if _fork() == 0:
            break
        for one in files:
            _close(one)
    channel.close()
    prints, reporter = files
    _fork_and_report(reporter, prints)
    _become(json.loads(asked), prints)
    serve()


def _fork_and_report(reporter: int, prints: int) -> None:
    """Return in a new process; this one tells the number of the new one, and how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = _fork()
    if pid == 0:
        _close(reporter)
        return
    for stream in (0, 1, 2, prints):
        _close(stream)
    _write(reporter, f"{pid}\n".encode())
    _, status = _waitpid(pid, 0)
    _write(reporter, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(environ: dict[str, str], prints: int) -> None:
    """A process as if it had been started so: its environment, arguments and streams."""
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = ["wsgi.py"]
    for stream in (1, 2):
        os.dup2(prints, stream)
    _close(prints)
    sys.stdout = io.TextIOWrapper(open(1, "wb", 0, closefd=False), write_through=True)  # noqa: SIM115
    sys.stderr = io.TextIOWrapper(open(2, "wb", 0, closefd=False), write_through=True)  # noqa: SIM115


if __name__ == "__main__":
    main()
