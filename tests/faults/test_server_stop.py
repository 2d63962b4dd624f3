"""The server is told to stop: nobody new, answers finished, sockets sent away, nobody awaited."""

import http.client
import os
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from simulation.servers import DATABASE, ROOT, Running, launch
from simulation.waiting import HANGS_S, wait_until
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
    heard = b""
    while more := line.recv(65536):
        heard += more
    return heard


def poll_until_told(server: Running, told: list[bytes], waiting: threading.Event) -> None:
    """A browser without WebSockets: asks, and asks again, until it hears of the end."""
    url = "/socket.io/?EIO=4&transport=polling"
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=HANGS_S)) as line:

        def poll(url: str, body: bytes | None = None) -> bytes:
            line.request("POST" if body else "GET", url, body)
            if not body and told:
                waiting.set()
            return line.getresponse().read()

        sid = poll(url).decode().split('"sid":"')[1].split('"')[0]
        poll(f"{url}&sid={sid}", b"40")
        while b"1" not in told:
            told.extend(poll(f"{url}&sid={sid}").split(b"\x1e"))


def refuses_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=HANGS_S).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        # Met in the instant of the closing: the next one has to be refused.
        return False
    return False


@contextmanager
def half_a_question(server: Running) -> Iterator[tuple[socket.socket, bytes]]:
    """A question that is being sent, and what is missing; the server waits for that."""
    body = urlencode({"key": new_key(), "text": WORDS}).encode()
    with closing(socket.create_connection(("127.0.0.1", server.port), HANGS_S)) as line:
        line.sendall(
            f"POST /s/{ROBO}/questions HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            f"Accept: application/json\r\nSec-Fetch-Site: same-origin\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n"
            "Expect: 100-continue\r\n\r\n".encode()
        )
        # Said when the body is asked for: the request is under way.
        assert line.recv(4096).startswith(b"HTTP/1.1 100")
        line.sendall(body[:10])
        yield line, body[10:]


def is_answered(post: socket.socket) -> bool:
    """Whether more has come than the word to go on, which werkzeug says twice."""
    if not select.select([post], [], [], 0)[0]:
        return False
    return post.recv(4096, socket.MSG_PEEK) != b"HTTP/1.1 100 Continue\r\n\r\n"


def test_shutdown_finishes_requests_under_way_and_refuses_new_ones(
    server: Running, tmp_path: Path
) -> None:
    """1. Three questions are half sent; a WebSocket, a poll and an idle connection are open.

    2. The server is told to stop: it refuses new connections, and none of the three is answered.
    3. The other halves come: all three are stored and answered.
    4. Every socket is told of the end, and the process ends, with all that was written in one file.
    """
    told: list[bytes] = []
    waiting = threading.Event()
    polling = threading.Thread(target=poll_until_told, args=(server, told, waiting))
    idle = http.client.HTTPConnection("127.0.0.1", server.port, timeout=HANGS_S)
    with closing(raw_socket(server)) as line, closing(idle), ExitStack() as open_lines:
        polling.start()
        while b'{"sid"' not in line.recv(4096):
            pass
        posts = [open_lines.enter_context(half_a_question(server)) for _ in range(3)]
        assert waiting.wait(HANGS_S)
        # Connections are accepted in their order: once this one is answered none is left in the
        # backlog, where the end of the listening socket would reset it.
        idle.request("GET", "/healthz/alive", headers={"Connection": "keep-alive"})
        assert idle.getresponse().read()
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: refuses_connections(server.port))
        assert not any(is_answered(post) for post, _ in posts)
        for post, missing in posts:
            post.sendall(missing)
        answers = [to_the_end(post) for post, _ in posts]
        statuses = [answer.rpartition(b"HTTP/1.1 ")[2][:3] for answer in answers]
        assert statuses == [b"201", b"201", b"201"]
        heard = to_the_end(line)
        assert server.end() == 0
    polling.join()
    assert b"1" in told
    assert CLOSE_PACKET in heard
    assert CLOSE_FRAME in heard.partition(CLOSE_PACKET)[2]
    # All of it is in the one file now.
    assert not (tmp_path / f"{DATABASE}-wal").exists()
    with closing(sqlite3.connect(tmp_path / DATABASE)) as looking:
        assert looking.execute("SELECT count(*) FROM questions").fetchone() == (3,)


def test_shutdown_does_not_wait_for_requests_that_never_end(
    server: Running, tmp_path: Path
) -> None:
    """Questions that stay half sent, and more of them that wait for a lock that is never free."""
    with (
        closing(sqlite3.connect(tmp_path / DATABASE, isolation_level=None)) as other,
        closing(raw_socket(server)),
        half_a_question(server),
        ThreadPoolExecutor(40) as hall,
    ):
        other.execute("BEGIN IMMEDIATE")
        waiting = [hall.submit(post, server) for _ in range(40)]
        time.sleep(0.5)
        assert server.stop() == 0
        # Nobody has hung up, and the lock was not given back: it ended before them.
        for one in waiting:
            # Told to come back, or cut off: both are tried again with the same key.
            if one.exception() is None:
                assert one.result()[0] == 503
        other.execute("ROLLBACK")
        assert other.execute("SELECT count(*) FROM questions").fetchone() == (0,)


@pytest.mark.parametrize("server", ["eventlet"], indirect=True)
def test_a_stopped_or_killed_server_restarts_on_the_same_port(
    server: Running, tmp_path: Path
) -> None:
    with closing(raw_socket(server)):
        assert post(server)[0] == 201
        assert server.stop() == 0
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


def test_a_reused_file_descriptor_is_not_taken_for_the_listening_socket() -> None:
    # The first thing that is opened after the door was closed has the door's number.
    told = subprocess.run(
        [sys.executable, "-c", AFTER_THE_STOP],
        cwd=ROOT,
        env=os.environ | {"EXCHANGE_ASYNC_MODE": "eventlet"},
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )
    assert told.stdout == "([], [], [])\n", told.stderr
