"""The whole way over the loopback: asked on a phone, heard at the desk, by the shipped server."""

import json
import queue
import socket
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.cookies import SimpleCookie
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import socketio
from flask import Flask

from tests.fair import AC, BAU, DATABASE, ROBO, Fair, new_key
from tests.servers import Running

pytestmark = pytest.mark.live

WORDS = "Was kostet der Betrieb im Jahr?"


def send(
    url: str, fields: dict[str, str] | None = None, *, cookie: str = "", timeout: float = 10
) -> tuple[int, Any, dict[str, str]]:
    """GET, or POST from our own page; status, body and headers."""
    headers = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin", "Cookie": cookie}
    data = urlencode(fields).encode() if fields is not None else None
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(urllib.request.Request(url, data, headers), timeout=timeout) as answer:
            body, status, told = answer.read(), answer.status, dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            body, status, told = error.read(), error.code, dict(error.headers)
    is_json = told.get("Content-Type", "").startswith("application/json")
    return status, json.loads(body) if is_json else body.decode(), told


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def ask(server: Running, stand: str = ROBO, text: str = WORDS, **fields: str) -> Any:
    told = {"key": new_key(), "text": text} | fields
    status, body, _ = send(f"{server.url}/s/{stand}/questions", told)
    assert status == 201, body
    return body


def enter(server: Running, fair: Fair, role: str, place: str) -> str:
    """The cookie of somebody who came through the door."""
    status, _, headers = send(f"{server.url}/pass", {"secret": fair.secret(role, place)})
    assert status == 303
    (cookie,) = SimpleCookie(headers["Set-Cookie"]).values()
    return f"{cookie.key}={cookie.value}"


class Page:
    """A page's real socket."""

    def __init__(self, server: Running, cookie: str = "", transport: str = "websocket") -> None:
        self.heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self.line = socketio.Client(reconnection=False)
        self.line.on("fragment", self.heard.put)
        self.line.connect(
            server.url,
            headers={"Cookie": cookie} if cookie else {},
            auth={"lang": "de"},
            transports=[transport],
        )
        # The client forgets its own files when the server hangs up first.
        files = (self.line.eio.ws and self.line.eio.ws.sock, self.line.eio.http)
        self._files = [file for file in files if file]

    def close(self) -> None:
        self.line.disconnect()
        for file in self._files:
            file.close()

    def watch(self, room: str, code: str) -> Any:
        return self.line.call("watch", {"room": room, "code": code}, timeout=5)


@contextmanager
def page(server: Running, cookie: str = "", transport: str = "websocket") -> Iterator[Page]:
    opened = Page(server, cookie, transport)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def passes(app: Flask) -> Fair:
    """Knows the secrets; the server has the same fair and the same key."""
    return Fair(app)


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_question_is_heard_at_the_desk_within_a_second(
    server: Running, passes: Fair, transport: str
) -> None:
    cookie = enter(server, passes, "presenter", ROBO)
    with page(server, cookie, transport) as desk, page(server) as neighbour:
        told = desk.watch("desk", ROBO)
        assert told["ok"] is True
        assert neighbour.watch("stand", BAU)["ok"] is True
        assert neighbour.watch("desk", ROBO) == {"ok": False, "error": "not_yours"}
        began = time.monotonic()
        ask(server)
        push = desk.heard.get(timeout=5)
        assert time.monotonic() - began < 1
        assert WORDS in push["html"]
        assert (push["previous"], push["revision"]) == (told["revision"], told["revision"] + 1)
        assert neighbour.heard.empty()


def test_phones_hear_once_a_second_what_many_asked(server: Running) -> None:
    with page(server) as phone:
        time.sleep(1.5)  # what was asked before has been told
        have = phone.watch("stand", ROBO)["revision"]
        for n in range(20):
            ask(server, text=f"Frage Nummer {n}, was kostet das?")
        pushes = [phone.heard.get(timeout=5)]
        while sum(push["html"].count("<article") for push in pushes) < 20:
            pushes.append(phone.heard.get(timeout=5))
        assert len(pushes) <= 4
        assert pushes[0]["previous"] <= have
        for before, after in pairwise(pushes):
            assert after["previous"] == before["revision"]
        assert phone.watch("stand", ROBO)["revision"] == pushes[-1]["revision"]


def test_three_hundred_who_ask_at_once_get_numbers_of_their_own(server: Running) -> None:
    with ThreadPoolExecutor(60) as hall:
        told = list(hall.map(lambda n: ask(server, (ROBO, BAU)[n % 2])["number"], range(300)))
    assert sorted(told) == list(range(min(told), min(told) + 300))


def test_the_server_says_that_it_lives(server: Running) -> None:
    assert send(f"{server.url}/healthz")[:2] == (200, {"status": "ok"})


def test_a_message_of_a_megabyte_ends_its_own_socket_and_no_other(server: Running) -> None:
    with page(server) as calm, page(server) as loud:
        assert calm.watch("stand", ROBO)["ok"] is True
        loud.line.emit("watch", {"room": "stand", "code": "A" * 1_000_000})
        until = time.monotonic() + 5
        while loud.line.connected:
            assert time.monotonic() < until
            time.sleep(0.02)
        ask(server)
        assert WORDS in calm.heard.get(timeout=5)["html"]


def test_nonsense_on_the_line_ends_nothing_but_itself(server: Running) -> None:
    frames = [b"4", b"42", b"42[]", b"42{}", b'42["watch"', b"42[7]", b'42[{"a":1}]', b"49", b"9"]
    frames += [b'42["*"]', b'420["disconnect"]', b"451-[]", b"\xff\xfe", b"4" * 5000]
    with page(server) as calm:
        assert calm.watch("stand", ROBO)["ok"] is True
        for frame in frames:
            with raw_socket(server) as line:
                line.sendall(masked(frame))
        ask(server)
        assert WORDS in calm.heard.get(timeout=5)["html"]
    # What a browser of ours never says may be noted, as long as everybody else is served.
    server.lines[:] = [line for line in server.lines if "Traceback" not in line]


def raw_socket(server: Running) -> socket.socket:
    """A WebSocket that has joined the namespace."""
    line = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    line.sendall(
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
        b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n" % server.port
    )
    assert line.recv(4096).startswith(b"HTTP/1.1 101")
    line.sendall(masked(b"40"))
    return line


def masked(text: bytes) -> bytes:
    """One text frame, its mask being zeros."""
    size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
    return b"\x81" + size + b"\x00\x00\x00\x00" + text


def test_a_page_of_another_site_opens_no_socket(server: Running) -> None:
    request = urllib.request.Request(
        f"{server.url}/socket.io/?EIO=4&transport=polling",
        headers={"Origin": "http://evil.example"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=5)
    with refused.value as error:
        assert error.code == 400


def test_while_another_program_writes_everybody_else_is_served(
    server: Running, folder: Path
) -> None:
    last = ask(server)["number"]
    with (
        closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as other,
        ThreadPoolExecutor(4) as hall,
        page(server) as phone,
    ):
        other.execute("BEGIN IMMEDIATE")
        fields = {"key": new_key(), "text": WORDS}
        waiting = [hall.submit(send, f"{server.url}/s/{ROBO}/questions", fields) for _ in range(3)]
        served = 0
        while not any(one.done() for one in waiting):
            assert send(f"{server.url}/s/{ROBO}")[0] == 200
            assert phone.watch("stand", ROBO)["ok"] is True
            served += 1
        # Whoever waited in SQLite itself would have let nobody through before it gave up.
        assert served >= 5
        answers = [one.result(15) for one in waiting]
        other.execute("ROLLBACK")
    for status, body, headers in answers:
        assert (status, body["error"], headers["Retry-After"]) == (503, "busy", "5")
    assert ask(server)["number"] == last + 1


def test_a_revoked_pass_loses_its_line(server: Running, passes: Fair) -> None:
    moderator = enter(server, passes, "moderator", AC)
    organiser = enter(server, passes, "organiser", "tour")
    with page(server, moderator) as moderation, page(server) as phone:
        assert moderation.watch("moderate", AC)["ok"] is True
        phone.watch("stand", ROBO)
        path = f"/organise/passes/{passes.pass_id('moderator', AC)}/revoke"
        assert send(f"{server.url}{path}", {}, cookie=organiser)[0] == 200
        until = time.monotonic() + 3
        while moderation.line.connected:
            assert time.monotonic() < until
            time.sleep(0.02)
        assert phone.line.connected
        assert send(f"{server.url}/moderate/{AC}", cookie=moderator)[0] == 403


@pytest.mark.parametrize(
    ("method", "verb", "wanted"),
    [("PUT", "me-too", 200), ("DELETE", "me-too", 200), ("POST", "withdraw", 403)],
)
def test_a_write_needs_no_body(
    server: Running, folder: Path, method: str, verb: str, wanted: int
) -> None:
    """Eventlet's server invents the type `text/plain` for a body that is not there."""
    key = new_key()
    ask(server, key=key)
    with closing(sqlite3.connect(folder / DATABASE)) as looking:
        found = looking.execute("SELECT id FROM questions WHERE key = ?", (key,)).fetchone()
    length = "Content-Length: 0\r\n" if method == "POST" else ""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(
            f"{method} /questions/{found[0]}/{verb} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            f"Sec-Fetch-Site: same-origin\r\nAccept: application/json\r\n{length}"
            "Connection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: line.recv(4096), b"")).decode()
    assert int(answer.split()[1]) == wanted, answer
