"""What one anonymous phone may try against a hall. Loopback only, bounded in number and time.

    python -m simulation.attacks PORT SECONDS NAME STAND [QUESTION]

Each runs in a process of its own, at the lowest priority: what is measured is what the server lets
itself be kept from, not how much of the machine the attacker uses.
"""

import os
import select
import socket
import struct
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

AT_MOST_S = 120.0
"""No attack lasts longer, whatever it was told."""
AT_MOST_CONNECTIONS = 600
RETRY_S = 0.02
"""Between one connection that was ended and the next one."""

PING = b"\x89\x80\x00\x00\x00\x00"
FRAGMENT = b"\x01\xfe\x03\xe8\x00\x00\x00\x00" + b"4" * 1000
MORE = b"\x00\xfe\x03\xe8\x00\x00\x00\x00" + b"a" * 1000


@dataclass
class Attacker:
    """One phone with bad intentions: whom it attacks, and until when."""

    port: int
    until: float
    stand: str
    question: str = ""
    open: list[socket.socket] = field(default_factory=list, init=False)

    @property
    def going(self) -> bool:
        return time.monotonic() < self.until

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)

    def connections(self) -> Iterator[socket.socket]:
        """One connection after the other, as each is ended."""
        while self.going:
            with self.connect() as connection:
                yield connection
            time.sleep(RETRY_S)

    def head(self, method: str, path: str, **headers: str) -> bytes:
        lines = {"Host": f"127.0.0.1:{self.port}", "Sec-Fetch-Site": "same-origin"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1")

    def form(self, path: str, fields: dict[str, str], **headers: str) -> bytes:
        body = urlencode(fields).encode()
        return (
            self.head(
                "POST",
                path,
                Accept="application/json",
                Content_Type="application/x-www-form-urlencoded",
                Content_Length=str(len(body)),
                **headers,
            )
            + body
        )

    def websocket(self, connection: socket.socket) -> None:
        """Open a WebSocket and join the namespace."""
        connection.sendall(
            self.head(
                "GET",
                "/socket.io/?EIO=4&transport=websocket",
                Connection="Upgrade",
                Upgrade="websocket",
                Sec_WebSocket_Version="13",
                Sec_WebSocket_Key="x3JJHMbDL1EzLkh9GBhXDw==",
            )
        )
        connection.recv(4096)
        connection.sendall(frame(b"40"))
        connection.recv(4096)

    def flood(self, connection: socket.socket, data: bytes) -> None:
        """Send without pause, and read what comes, until either side has enough."""
        connection.setblocking(False)
        left = b""
        while self.going:
            readable, writable, _ = select.select([connection], [connection], [], 0.5)
            if readable and not connection.recv(1 << 16):
                return
            if writable:
                left = left or data
                left = left[connection.send(left) :]


def frame(text: bytes) -> bytes:
    """A masked text frame; its mask is nought."""
    head = b"\x81" + (
        bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + struct.pack("!H", len(text))
    )
    return head + b"\x00\x00\x00\x00" + text


def websocket_pings(attacker: Attacker) -> None:
    for connection in attacker.connections():
        attacker.websocket(connection)
        attacker.flood(connection, PING * 2000)


def endless_fragments(attacker: Attacker) -> None:
    for connection in attacker.connections():
        attacker.websocket(connection)
        connection.sendall(FRAGMENT)
        attacker.flood(connection, MORE * 20)


def watch_flood(attacker: Attacker) -> None:
    command = frame(b'421["watch",{"room":"stand","code":"%s"}]' % attacker.stand.encode())
    for connection in attacker.connections():
        attacker.websocket(connection)
        attacker.flood(connection, command * 500)


def unreadable_packets(attacker: Attacker) -> None:
    for connection in attacker.connections():
        attacker.websocket(connection)
        attacker.flood(connection, (frame(b"42{]") + frame(b"9?") + frame(b"4")) * 200)


def pipelined_gets(attacker: Attacker) -> None:
    request = attacker.head("GET", f"/s/{attacker.stand}")
    for connection in attacker.connections():
        attacker.flood(connection, request * 200)


def page_flood(attacker: Attacker) -> None:
    """Eight connections that ask for pages, each as soon as the last one has come."""
    request = attacker.head("GET", f"/e/{attacker.stand[:2]}?q=kosten")
    _many(attacker, 8, request)


def silence(attacker: Attacker) -> None:
    """Idle connections, half a header, half a body: as many as are let in."""
    halves = [
        b"",
        b"GET / HTTP/1.1\r\nHost: 127",
        attacker.form(f"/s/{attacker.stand}/questions", {"text": "?"})[:-1],
    ]
    while attacker.going:
        time.sleep(0.2 if len(attacker.open) >= AT_MOST_CONNECTIONS else 0)
        if len(attacker.open) < AT_MOST_CONNECTIONS:
            with suppress(OSError):
                attacker.open.append(attacker.connect())
                attacker.open[-1].sendall(halves[len(attacker.open) % 3])


def oversized_polling(attacker: Attacker) -> None:
    for connection in attacker.connections():
        connection.sendall(attacker.head("GET", "/socket.io/?EIO=4&transport=polling"))
        answer = connection.recv(4096).decode("latin-1")
        sid = answer.partition('"sid":"')[2].partition('"')[0]
        body = b"4" * 200_000
        head = attacker.head(
            "POST",
            f"/socket.io/?EIO=4&transport=polling&sid={sid}",
            Content_Length=str(len(body)),
            Content_Type="text/plain;charset=UTF-8",
        )
        attacker.flood(connection, head + body)


def accents(attacker: Attacker) -> None:
    """124 KB of combining marks, again and again."""
    text = "a" + "\u0301\u0323" * 10_000
    for connection in attacker.connections():
        while attacker.going:
            fields = {"key": str(uuid.uuid4()), "text": text}
            connection.sendall(attacker.form(f"/s/{attacker.stand}/questions", fields))
            if not connection.recv(1 << 16):
                break


def rotating_askers(attacker: Attacker) -> None:
    """A new cookie with each question."""
    for connection in attacker.connections():
        while attacker.going:
            fields = {"key": str(uuid.uuid4()), "text": "Kaufen Sie jetzt bei uns ein?"}
            cookie = f"exchange_participant={uuid.uuid4().hex[:22]}"
            path = f"/s/{attacker.stand}/questions"
            connection.sendall(attacker.form(path, fields, Cookie=cookie))
            if not connection.recv(1 << 16):
                break
            time.sleep(0.04)


def rotating_voters(attacker: Attacker) -> None:
    """A new cookie with each me too."""
    for connection in attacker.connections():
        while attacker.going:
            cookie = f"exchange_participant={uuid.uuid4().hex[:22]}"
            path = f"/questions/{attacker.question}/me-too"
            head = attacker.head("PUT", path, Cookie=cookie, Accept="application/json")
            connection.sendall(head[:-2] + b"Content-Length: 0\r\n\r\n")
            if not connection.recv(1 << 16):
                break
            time.sleep(0.02)


def guessed_passes(attacker: Attacker) -> None:
    _many(attacker, 4, attacker.form("/pass", {"secret": "AAAAAQ" + "x" * 16}))


def _many(attacker: Attacker, count: int, request: bytes) -> None:
    """So many connections, each with the next request as soon as the last one was answered."""
    waiting: dict[int, socket.socket] = {}
    while attacker.going:
        while len(waiting) < count and attacker.going:
            try:
                connection = attacker.connect()
                connection.sendall(request)
            except OSError:
                time.sleep(RETRY_S)
                continue
            waiting[connection.fileno()] = connection
        readable, _, _ = select.select(list(waiting.values()), [], [], 0.2)
        for connection in readable:
            number = connection.fileno()
            try:
                alive = bool(connection.recv(1 << 20))
                if alive:
                    connection.sendall(request)
            except OSError:
                alive = False
            if not alive:
                waiting.pop(number).close()


ATTACKS: dict[str, Callable[[Attacker], None]] = {
    attack.__name__: attack
    for attack in (
        websocket_pings,
        endless_fragments,
        watch_flood,
        unreadable_packets,
        pipelined_gets,
        page_flood,
        silence,
        oversized_polling,
        accents,
        rotating_askers,
        rotating_voters,
        guessed_passes,
    )
}


def main() -> None:
    """Attack, and end."""
    port, seconds, name, stand, *question = sys.argv[1:]
    os.nice(19)
    until = time.monotonic() + min(float(seconds), AT_MOST_S)
    attacker = Attacker(int(port), until, stand, *question[:1])
    while attacker.going:
        # Whatever ends a connection, the next one is tried.
        with suppress(OSError):
            ATTACKS[name](attacker)
        time.sleep(RETRY_S)


if __name__ == "__main__":
    main()
