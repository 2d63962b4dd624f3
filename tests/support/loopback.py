"""A running server over the loopback: what browsers send it, and what it tells their sockets."""

import json
import queue
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import socketio

from simulation.servers import Running
from tests.support.fair import ROBO, Fair, new_key

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
