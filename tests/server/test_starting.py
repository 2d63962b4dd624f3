"""The server as it is shipped: how it starts, how much it holds, how it ends, what it refuses."""

import os
import re
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest

from exchange.paper import qr
from simulation.servers import ROOT, Running, Start, free_port
from simulation.waiting import HANGS_S
from tests.support.loopback import raw_socket

pytestmark = [pytest.mark.live, pytest.mark.usefixtures("demo_fair")]


def read(url: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(url, timeout=HANGS_S) as answer:
        return answer.status, answer.read()


def sentence_of(running: Running) -> str:
    """The one sentence, apart from announced steps, with which a start was refused."""
    assert running.end() == 1, running.output
    told = [line for line in running.lines if not line.endswith("...")]
    assert len(told) == 1, running.output
    return told[0]


@pytest.mark.parametrize(
    ("mode", "by"),
    [
        ("eventlet", signal.SIGINT),
        ("eventlet", signal.SIGTERM),
        ("gevent", signal.SIGTERM),
        ("threading", signal.SIGINT),
    ],
)
def test_shutdown_with_an_open_socket_exits_with_0(
    start: Start, mode: str, by: signal.Signals
) -> None:
    server = start(EXCHANGE_ASYNC_MODE=mode)
    server.wait_until_serving()
    with raw_socket(server):
        assert read(f"{server.url}/healthz")[0] == 200
        assert server.stop(by) == 0
    assert "Traceback" not in server.output
    assert mode in server.lines[-1]


def test_eleven_hundred_sockets_and_a_page_still_loads(start: Start) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard >= 2_500, "this machine allows too few open files for the test"
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        server = start()
        server.wait_until_serving()
        with ExitStack() as open_lines:
            for _ in range(1_100):
                open_lines.enter_context(raw_socket(server))
            # Above the server's limit it would never be answered.
            assert read(f"{server.url}/")[0] == 200
        assert server.stop() == 0
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_soft_limit_of_open_files_is_raised(start: Start) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = f"ulimit -Sn 256; exec {sys.executable} wsgi.py --prepare"
    server = start("sh", "-c", soft)
    server.wait_until_serving()
    assert f"{hard} open files" in server.output
    told = Path(f"/proc/{server.process.pid}/limits").read_text()
    files = next(line for line in told.splitlines() if line.startswith("Max open files"))
    assert files.split()[3] == str(hard)


def test_a_taken_port_is_one_sentence_that_says_what_to_do(start: Start) -> None:
    server = start()
    server.wait_until_serving()
    second = start(port=server.port)
    assert sentence_of(second) == (
        f"Port {server.port} is taken. Use another one: EXCHANGE_PORT={server.port + 1} bin/run"
    )
    german = start(port=server.port, LC_ALL="de_DE.UTF-8")
    assert sentence_of(german).startswith(f"Port {server.port} ist belegt.")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("EXCHANGE_ASYNC_MODE", "asyncio"),
        ("EXCHANGE_PORT", "70000"),
        ("EXCHANGE_PUBLIC_URL", "fragen.lan"),
        ("EXCHANGE_HOST", "192.0.2.99"),
        ("EXCHANGE_INSTANCE", "/dev/null/instance"),
        ("EXCHANGE_SECRET_KEY", "geheim"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_sentence(
    start: Start, setting: str, value: str
) -> None:
    said = sentence_of(start(**{setting: value}))
    assert setting in said


def test_a_database_that_cannot_be_written_is_one_sentence(start: Start, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/no-such-folder/exchange.sqlite3"
    said = sentence_of(start(EXCHANGE_DATABASE_URL=address))
    assert "EXCHANGE_INSTANCE" in said


def test_an_instance_of_a_newer_version_is_one_sentence(start: Start, instance: Path) -> None:
    server = start()
    server.wait_until_serving()
    assert server.stop() == 0
    with sqlite3.connect(instance / "exchange.sqlite3") as database:
        database.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
    database.close()
    said = sentence_of(start())
    assert str(instance) in said


def test_a_loopback_public_url_is_warned_about(start: Start) -> None:
    port = free_port()
    server = start(port=port, EXCHANGE_PUBLIC_URL=f"http://localhost:{port}")
    server.wait_until_serving()
    assert "Phones cannot reach" in server.output


def test_links_are_printed_to_a_terminal_and_on_request_only(start: Start) -> None:
    port = free_port()
    first = start(port=port)
    first.wait_until_serving()
    assert first.stop() == 0
    # A journal keeps what is printed: no pass, and how to get them.
    assert "/pass#" not in first.output
    (hint,) = (line for line in first.lines if "exchange links" in line)
    assert "Links are passes" in hint
    asked = start(sys.executable, "-m", "flask", "--app", "exchange", "links", port=port)
    assert asked.end() == 0
    expect_links(asked.output, first.url)
    terminal = start(sys.executable, "-c", IN_A_TERMINAL, sys.executable, "wsgi.py", port=port)
    terminal.wait_until_serving()
    assert terminal.stop() == 0
    expect_links(terminal.output.replace("\r", ""), first.url)
    assert "exchange links" not in terminal.output


IN_A_TERMINAL = """
import os, pty, signal, sys
child, line = pty.fork()
if not child:
    os.execv(sys.argv[1], [*sys.argv[1:], "--prepare"])
signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
while True:
    try:
        told = os.read(line, 4096)
    except OSError:
        break
    os.write(1, told)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""Runs the server as somebody does who sits before it, and passes on what its terminal shows."""


def expect_links(output: str, url: str) -> None:
    # One block for each event that is ahead; the first is under way, with its stands.
    block = output.split("\nGelsenkirchen, ")[1].split("\n\n", maxsplit=1)[0].splitlines()[1:]
    rows = [(" ".join(words), address) for *words, address in map(str.split, block)]
    stands = [number for row in range(13) for number in (f"Stand {row}", "Tablet")]
    assert [who for who, _ in rows] == ["Gäste", "Organisation", "Moderation", "Leinwand", *stands]
    pages = {"Gäste": "/e/GE"} | {f"Stand {number}": f"/s/GE{number}" for number in range(13)}
    for who, address in rows:
        assert re.fullmatch(re.escape(url) + pages.get(who, r"/pass#[\w-]{22}"), address), who
    assert len({address for _, address in rows}) == len(rows)
    # Below all links, in blocks to be scanned, the page of the first stand.
    code = qr.terminal(f"{url}/s/GE1")
    assert {"█", "▀", "▄"} <= set(code)
    assert code in output
    below = output.partition(code)[2].split("\n")
    assert below[1].startswith("  Stand 1, ")
    assert below[2] == f"  {url}/s/GE1"


@pytest.mark.parametrize("mode", ["eventlet", "gevent", "threading"])
def test_a_running_server_leaves_nothing_open_to_others(
    start: Start, instance: Path, mode: str
) -> None:
    for path in (instance, *instance.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
    server = start(
        "sh", "-c", f"umask 0; exec {sys.executable} wsgi.py --prepare", EXCHANGE_ASYNC_MODE=mode
    )
    server.wait_until_serving()
    assert read(f"{server.url}/healthz")[0] == 200
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in instance.iterdir()}
    assert {"secret.key", "server.lock", "exchange.sqlite3", "exchange.sqlite3-wal"} <= modes.keys()
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(instance.stat().st_mode) == 0o700
    assert server.stop() == 0


@pytest.mark.parametrize("mode", ["eventlet", "gevent"])
def test_what_is_purged_in_a_thread_lets_the_loop_go_on(mode: str, tmp_path: Path) -> None:
    """The work waits for a byte that only the loop writes, inside C as SQLite does."""
    program = """
import ctypes, os, sys
import wsgi
from exchange.extensions import pause, socketio
from exchange import create_app
app = create_app(serving=True)
read, write = os.pipe()
libc = ctypes.CDLL(None)

def loop():
    pause(0.05)
    libc.write(write, b"x", 1)

def work():
    return libc.read(read, ctypes.create_string_buffer(1), 1) == 1

socketio.start_background_task(loop)
print(wsgi.IN_THREAD[wsgi.ASYNC_MODE](work))
"""
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"EXCHANGE_ASYNC_MODE": mode, "EXCHANGE_INSTANCE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS_S,
    )
    assert told.stdout == "True\n", told.stderr
