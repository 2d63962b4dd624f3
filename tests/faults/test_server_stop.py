"""The server is told to stop: nobody new, answers finished, sockets sent away, under five s."""

import http.client
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from simulation.servers import DATABASE, ROOT, Running, launch
from tests.support.fair import KEY, ROBO, new_key
from tests.support.loopback import WORDS, raw_socket, send

pytestmark = pytest.mark.live

MODES = ["eventlet", "gevent", "threading"]
CLOSE_PACKET, CLOSE_FRAME = b"\x81\x011", 0x88
"""engine.io's word for the end in a frame of text, and the WebSocket's own."""


@pytest.fixture(params=MODES)
def server(request: pytest.FixtureRequest, prepared: Path, tmp_path: Path) -> Iterator[Running]:
    shutil.copy(prepared, tmp_path / DATABASE)
    running = launch(tmp_path, mode=request.param, EXCHANGE_SECRET_KEY=KEY)
    try:
        running.wait_until_serving()
        yield running
    finally:
        running.finish()
    assert "Traceback" not in running.output


def post(server: Running) -> tuple[int, Any, dict[str, str]]:
    return send(f"{server.url}/s/{ROBO}/questions", {"key": new_key(), "text": WORDS})


def to_the_end(line: socket.socket) -> bytes:
    """All that comes until the other side has closed; a reset is no proper end."""
    line.settimeout(8)
    heard = b""
    while more := line.recv(65536):
        heard += more
    return heard


def poll_until_told(server: Running, told: list[bytes]) -> None:
    """A browser without WebSockets: asks, and asks again, until it hears of the end."""
    url = f"{server.url}/socket.io/?EIO=4&transport=polling"
    with urllib.request.urlopen(url, timeout=10) as opened:
        sid = opened.read().decode().split('"sid":"')[1].split('"')[0]
    urllib.request.urlopen(f"{url}&sid={sid}", b"40", timeout=10).close()
    while b"1" not in told:
        with urllib.request.urlopen(f"{url}&sid={sid}", timeout=20) as answer:
            told.extend(answer.read().split(b"\x1e"))


def refuses_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        # Met in the instant of the closing: the next one has to be refused.
        return False
    return False


def test_a_stop_finishes_what_is_under_way_and_lets_nobody_else_in(
    server: Running, tmp_path: Path
) -> None:
    told: list[bytes] = []
    polling = threading.Thread(target=poll_until_told, args=(server, told))
    idle = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    with (
        closing(sqlite3.connect(tmp_path / DATABASE, isolation_level=None)) as other,
        closing(raw_socket(server)) as line,
        closing(idle),
        ThreadPoolExecutor(3) as hall,
    ):
        polling.start()
        idle.request("GET", "/healthz/alive", headers={"Connection": "keep-alive"})
        assert idle.getresponse().read()
        while b'{"sid"' not in line.recv(4096):
            pass
        other.execute("BEGIN IMMEDIATE")
        answers = [hall.submit(post, server) for _ in range(3)]
        time.sleep(0.7)
        server.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        while not refuses_connections(server.port):
            assert time.monotonic() < began + 1.5, "still takes new connections"
            time.sleep(0.05)
        assert not any(answer.done() for answer in answers)
        other.execute("ROLLBACK")
        assert [answer.result(5)[0] for answer in answers] == [201, 201, 201]
        heard = to_the_end(line)
        assert server.end(within_s=5) == 0
        assert time.monotonic() - began < 5
        stored = other.execute("SELECT count(*) FROM questions WHERE text = ?", [WORDS])
        assert stored.fetchone() == (3,)
    polling.join(5)
    assert b"1" in told
    assert CLOSE_PACKET in heard
    assert CLOSE_FRAME in heard.partition(CLOSE_PACKET)[2]
    # All of it is in the one file now.
    assert not (tmp_path / f"{DATABASE}-wal").exists()


@pytest.mark.parametrize("server", ["eventlet"], indirect=True)
def test_a_stop_waits_for_nobody_who_never_ends(server: Running, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / DATABASE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(40) as hall:
            waiting = [hall.submit(post, server) for _ in range(40)]
            time.sleep(0.5)
            assert server.stop() == 0
            for one in waiting:
                # Told to come back, or cut off: both are tried again with the same key.
                if one.exception() is None:
                    assert one.result()[0] == 503
        other.execute("ROLLBACK")
        assert other.execute("SELECT count(*) FROM questions").fetchone() == (0,)


@pytest.mark.parametrize("server", ["eventlet"], indirect=True)
def test_a_server_that_was_stopped_or_killed_is_there_again_on_the_same_port_at_once(
    server: Running, tmp_path: Path
) -> None:
    with closing(raw_socket(server)):
        assert post(server)[0] == 201
        began = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - began < 3
        again = launch(tmp_path, port=server.port, EXCHANGE_SECRET_KEY=KEY)
        try:
            again.wait_until_serving()
            assert post(again)[1]["number"] == 2
            again.finish()
            third = launch(tmp_path, port=server.port, EXCHANGE_SECRET_KEY=KEY)
            try:
                third.wait_until_serving()
                assert post(third)[1]["number"] == 3
            finally:
                third.finish()
        finally:
            again.finish()


AFTER_THE_STOP = """
import os
import select
import socket
import wsgi  # patches first
import eventlet
from flask import Flask

listener = wsgi.listen("127.0.0.1", 0)
stop = wsgi.serve_on_eventlet(listener, Flask("any"))
eventlet.sleep(0.1)
number = listener.fileno()
stop()
opened = []
# As a library in C opens it: nobody tells the loop.
while number not in opened:
    opened += os.pipe()
print(select.select([number], [], [], 0.2))
"""


def test_what_is_opened_while_the_server_stops_does_not_meet_the_old_door() -> None:
    # The first thing that is opened after the door was closed has the door's number.
    told = subprocess.run(
        [sys.executable, "-c", AFTER_THE_STOP],
        cwd=ROOT,
        env=os.environ | {"EXCHANGE_ASYNC_MODE": "eventlet"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert told.stdout == "([], [], [])\n", told.stderr
