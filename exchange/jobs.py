"""What takes long, in a child process with bounds: the loop belongs to the hall.

    result = jobs.run("exchange.domain.stand_lists.task:compare", data, progress=told, folder=...)

A task is a function of this package, named by module and function. It is given the bytes and the
options, and a function to say how far it is; what it returns must be JSON. The child gets no secret
and no connection; it ends with its work, its memory and its time.
"""

import contextlib
import importlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

_log = logging.getLogger(__name__)

MOST_MEMORY = 300 * 1024 * 1024
WITHIN_S = 60.0
LOOK_EVERY_S = 0.02
_ROOT = Path(__file__).parents[1]
_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "TEMP")
"""What a child needs of the environment; the rest could hold a secret."""

Progress = Callable[[float], None]
"""Told the share that is done, from 0 to 1."""


class JobFailed(Exception):
    """A child did not come to a result. `reason`: `memory`, `time` or `broken`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def run(
    task: str,
    data: bytes,
    *,
    pause: Callable[[float], None] = time.sleep,
    progress: Progress = lambda _share: None,
    within_s: float = WITHIN_S,
    most_memory: int = MOST_MEMORY,
    **options: Any,
) -> Any:
    """What a task makes of `data`; waits for it, and lets everybody else run meanwhile.

    `pause`: sleeps for so many seconds as this process does it (`extensions.pause`). Raises
    JobFailed.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as told:
        given.write(data)
        given.seek(0)
        process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-m", "exchange.jobs", task, json.dumps(options), str(most_memory)],
            cwd=_ROOT,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            stdin=given,
            stdout=told,
            stderr=subprocess.DEVNULL,
        )
        try:
            return _followed(process, told, pause, progress, time.monotonic() + within_s)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def _followed(
    process: "subprocess.Popen[bytes]",
    told: IO[bytes],
    pause: Callable[[float], None],
    progress: Progress,
    until: float,
) -> Any:
    read = 0
    while True:
        ended = process.poll() is not None
        # Not through the file object: the child writes through the same position.
        new = os.pread(told.fileno(), 1 << 26, read)
        whole = new[: new.rfind(b"\n") + 1]
        read += len(whole)
        for line in whole.splitlines():
            message = json.loads(line)
            if "result" in message:
                return message["result"]
            if "failed" in message:
                if "why" in message:
                    _log.error("A job is broken: %s.", message["why"])
                raise JobFailed(message["failed"])
            progress(message["progress"])
        if ended:
            # Whoever is refused memory in C or Rust is aborted.
            aborted = process.returncode in (-signal.SIGABRT, -signal.SIGKILL, -signal.SIGSEGV)
            raise JobFailed("memory" if aborted else "broken")
        if time.monotonic() > until:
            raise JobFailed("time")
        pause(LOOK_EVERY_S)


def main() -> None:
    """The child's side."""
    # What it writes into a folder is for its owner only.
    os.umask(0o077)
    task, options, most_memory = sys.argv[1:]
    _bound(int(most_memory))
    module, _, name = task.partition(":")
    with contextlib.redirect_stdout(sys.stderr), _saying() as say:
        try:
            found = getattr(importlib.import_module(module), name)
            result = found(
                sys.stdin.buffer.read(),
                progress=lambda share: say({"progress": share}),
                **json.loads(options),
            )
            say({"result": result})
        except MemoryError:
            say({"failed": "memory"})
        except Exception as error:
            # Where, but not what it says: that could hold what somebody wrote.
            last = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(last.filename).name}:{last.lineno}"
            say({"failed": "broken", "why": f"{type(error).__name__} at {place}"})


@contextlib.contextmanager
def _saying() -> Iterator[Callable[[dict[str, Any]], None]]:
    with os.fdopen(os.dup(1), "wb", buffering=0) as out:
        yield lambda message: (out.write(json.dumps(message).encode() + b"\n"), None)[1]


def _bound(most_memory: int) -> None:
    """Bound the memory; the hall comes first."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (most_memory, most_memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if hasattr(os, "nice"):
        os.nice(5)


if __name__ == "__main__":
    main()
