"""A running server over the loopback: what browsers send it, and what it tells their sockets."""

import json
import queue
import socket
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import socketio

from simulation.servers import Running
from simulation.waiting import HANGS_S, wait_until
from tests.support.fair import ROBO, Fair, new_key

WORDS = "Was kostet der Betrieb im Jahr?"


def send(
    url: str, fields: dict[str, str] | None = None, *, cookie: str = "", timeout: float = HANGS_S
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

    def __init__(
        self,
        server: Running,
        cookie: str = "",
        transport: str = "websocket",
        tell: Callable[[dict[str, Any]], None] = lambda _push: None,
    ) -> None:
        self._heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self._tell = tell
        self.line = connect(
            server.url,
            on_fragment=self._hear,
            headers={"Cookie": cookie} if cookie else {},
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
        return self.line.call("watch", {"room": room, "code": code}, timeout=HANGS_S)

    def hear(self) -> dict[str, Any]:
        """The next push; it must come."""
        return self._heard.get(timeout=HANGS_S)

    def hear_until_silent(self, for_s: float) -> list[dict[str, Any]]:
        """All pushes that come until there is silence for so long."""
        heard = []
        while True:
            try:
                heard.append(self._heard.get(timeout=for_s))
            except queue.Empty:
                return heard

    def _hear(self, push: dict[str, Any]) -> None:
        self._tell(push)
        self._heard.put(push)


def connect(url: str, *, on_fragment: Callable[[Any], None] | None = None, **how: Any) -> Any:
    """A client's socket that has joined the namespace, however long that takes."""
    line = socketio.Client(reconnection=False, request_timeout=HANGS_S)
    if on_fragment is not None:
        line.on("fragment", on_fragment)
    line.connect(url, auth={"lang": "de"}, wait_timeout=HANGS_S, **how)
    if line.eio.ws:
        # At the end nobody waits three seconds for the server's own close frame.
        line.eio.ws.close = partial(line.eio.ws.close, timeout=0)
    return line


@contextmanager
def page(server: Running, *arguments: Any, **how: Any) -> Iterator[Page]:
    """As `Page`, closed at the end."""
    opened = Page(server, *arguments, **how)
    try:
        yield opened
    finally:
        opened.close()


def wait_until_phones_were_told(database: Path) -> None:
    """Until everything that phones hear once a second has been flushed."""
    left = "SELECT 1 FROM revisions WHERE kind = 'stand' AND (voted OR flushed < revision)"
    with closing(sqlite3.connect(database, timeout=HANGS_S)) as looking:
        wait_until(lambda: looking.execute(left).fetchone() is None)


def raw_socket(server: Running) -> socket.socket:
    """A WebSocket that has joined the namespace."""
    line = socket.create_connection(("127.0.0.1", server.port), timeout=HANGS_S)
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
