"""What the shipped server writes down: of whoever sends it odd things nothing, of that little."""

import re
import socket
import stat
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from simulation.servers import Running
from simulation.waiting import HANGS_S
from tests.support.fair import GE, TOUR, Fair
from tests.support.loopback import enter, masked, raw_socket, send

pytestmark = pytest.mark.live

EVIL = "evil.example"
HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(range(180))
ODD = [
    HELLO,
    b"GET / HTTP/9.9\r\n\r\n",
    b"\x00\x01\x02\x1b[31mred\r\n\r\n",
    b"GET /\r\nForged: 127.0.0.1 logged in\r\n",
    "GET /\u202e HTTP/1.1\r\nHost: evil.example\x1b[2J\r\n\r\n".encode(),
    b"POST /pass HTTP/1.1\r\nHost: evil.example\r\nContent-Length: -5\r\n\r\n",
    b"POST /pass HTTP/1.1\r\nHost: evil.example\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    b"GET /socket.io/?EIO=4&transport=polling&sid=../../x HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"GET /e/GE?q=\xea HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"GET /socket.io/?EIO=4&transport=\xff HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: " + b"h" * 70_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost evil.example\r\n\r\n",
]
FRAMES = [b"4", b"42", b"42[]", b"42{}", b'42["watch"', b"42[7]", b"9", b"451-[]", b"\xff\xfe"]
TIMES = 5


@pytest.fixture(params=["eventlet", "gevent", "threading"], scope="module")
def server(request: pytest.FixtureRequest, serve: Callable[[str], Running]) -> Iterator[Running]:
    """The running server in each of its modes."""
    running = serve(request.param)
    yield running
    assert running.stop() == 0, running.output


def throw(server: Running, packet: bytes) -> None:
    with (
        suppress(OSError),
        closing(socket.create_connection(("127.0.0.1", server.port), timeout=2)) as line,
    ):
        line.sendall(packet)
        line.shutdown(socket.SHUT_WR)
        while line.recv(4096):
            pass


def test_odd_packets_are_a_bounded_line_a_minute_and_name_nobody(server: Running) -> None:
    before = len(server.lines)
    for _ in range(TIMES):
        for packet in ODD:
            throw(server, packet)
        for frame in FRAMES:
            with suppress(OSError), raw_socket(server) as opened:
                opened.sendall(masked(frame))
                opened.settimeout(0.3)
                opened.recv(100)
    assert send(f"{server.url}/healthz")[0] == 200
    told = server.lines[before:]
    # Kinds: the server's library, engine.io, Socket.IO, and what is printed without a name.
    assert len(told) <= 4, "\n".join(told)
    for line in told:
        assert len(line) < 300, line
        assert line.isprintable(), repr(line)
        assert not re.search(r"Traceback|127\.0\.0\.1|::1|evil|Forged|red", line), line


def test_a_foreign_host_is_in_no_log(server: Running) -> None:
    before = len(server.lines)
    request = urllib.request.Request(f"{server.url}/", headers={"Host": EVIL})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=HANGS_S)
    refused.value.close()
    assert refused.value.code == 421
    assert server.lines[before:] == []


def test_refused_passes_and_their_changes_are_in_a_log_of_their_own(
    server: Running, folder: Path, passes: Fair
) -> None:
    organiser = enter(server, passes, "organiser", TOUR)
    moderator = enter(server, passes, "moderator", GE)
    pass_id = passes.pass_id("moderator", GE)
    file = folder / "security.log"
    begins = len(file.read_text().splitlines()) if file.exists() else 0
    assert send(f"{server.url}/pass", {"secret": "x\r\nforged what=renew"})[0] == 403
    assert send(f"{server.url}/organise/passes/{pass_id}/revoke", {}, cookie=organiser)[0] == 200
    assert send(f"{server.url}/moderate/{GE}", cookie=moderator)[0] == 403
    assert send(f"{server.url}/organise/passes/{pass_id}/restore", {}, cookie=organiser)[0] == 200
    told = file.read_text().splitlines()[begins:]
    facts = [dict(word.split("=", 1) for word in line.split()) for line in told]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one.pop("at")) for one in facts)
    by = {"by": "organiser", "by_pass": str(passes.pass_id("organiser", TOUR))}
    known = {"pass": str(pass_id), "role": "moderator"}
    assert facts == [
        {"what": "refused", "reason": "wrong"},
        {"what": "revoke"} | known | by,
        {"what": "refused", "reason": "revoked"} | known,
        {"what": "restore"} | known | by,
    ]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "127.0.0.1" not in file.read_text()
