"""A connection as the server's library sees it: deadlines, measures, everybody's turn."""

import contextlib
import gc
import socket
import time
from collections.abc import Iterator

import pytest

from exchange.serving import client_socket
from exchange.serving.client_socket import ClientSocket
from tests.support.frames import frame

REQUEST = b"GET / HTTP/1.1\r\nHost: fragen.lan\r\n\r\n"
UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


class Connection:
    """Both ends: `ours` as the library has it, `theirs` as the browser's."""

    def __init__(self) -> None:
        raw, self.theirs = socket.socketpair()
        self.turns = 0
        self.closed = 0
        self.ours = ClientSocket(
            raw, give_way=self._turn, longest_message=1000, closed=self._is_closed
        )

    def _turn(self) -> None:
        self.turns += 1

    def _is_closed(self) -> None:
        self.closed += 1


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """Seconds are tenths of seconds here."""
    for name in ("KEEP_ALIVE_S", "HEADER_S", "BODY_S", "SEND_S"):
        monkeypatch.setattr(client_socket, name, getattr(client_socket, name) / 100)
    made = Connection()
    yield made
    for end in (made.ours, made.theirs):
        with contextlib.suppress(OSError):
            end.close()


def test_requests_and_answers_pass_whole(connection: Connection) -> None:
    file = connection.ours.makefile("rb", 8192)
    for number in range(3):
        connection.theirs.sendall(REQUEST)
        assert b"".join(iter(file.readline, b"\r\n")) + b"\r\n" == REQUEST
        connection.ours.sendall(b"HTTP/1.1 200 OK\r\n\r\n%d" % number)
        assert connection.theirs.recv(100).endswith(b"%d" % number)


def test_a_body_that_keeps_coming_has_more_time(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_socket, "BODY_BYTES_A_SECOND", 1_000)
    connection.theirs.sendall(REQUEST)
    assert connection.ours.recv(len(REQUEST)) == REQUEST
    # In all longer than a body has at first.
    for _ in range(6):
        connection.theirs.sendall(b"x" * 200)
        assert connection.ours.recv(200)
        time.sleep(client_socket.BODY_S / 4)
    connection.theirs.sendall(b"the end")
    assert connection.ours.recv(200) == b"the end"


@pytest.mark.parametrize("sent", [b"", b"GET / HT", REQUEST[:-1], REQUEST + b"half a bo"])
def test_silence_ends_a_connection_wherever_it_begins(connection: Connection, sent: bytes) -> None:
    connection.theirs.sendall(sent)
    received = b""
    while piece := connection.ours.recv(100):
        received += piece
    assert received == sent


def test_a_request_that_trickles_in_is_ended_all_the_same(connection: Connection) -> None:
    pieces = 0
    until = time.monotonic() + 5
    while time.monotonic() < until:
        connection.theirs.sendall(b"x")
        if not connection.ours.recv(1):
            break
        pieces += 1
        time.sleep(0.01)
    assert 0 < pieces < 50


def test_a_new_request_has_all_its_time(connection: Connection) -> None:
    for _ in range(4):
        time.sleep(client_socket.HEADER_S * 0.8)
        connection.theirs.sendall(REQUEST)
        assert connection.ours.recv(1000) == REQUEST
        connection.ours.sendall(b"HTTP/1.1 200 OK\r\n\r\n")


def test_who_does_not_read_is_given_up(connection: Connection) -> None:
    with pytest.raises(TimeoutError):
        connection.ours.sendall(b"x" * 50_000_000)


def test_others_get_a_turn_after_each_read_that_did_not_wait(connection: Connection) -> None:
    connection.theirs.sendall(REQUEST * 20)
    for _ in range(20):
        assert connection.ours.recv(len(REQUEST)) == REQUEST
    assert connection.turns >= 20 - client_socket.READS_OF_A_REQUEST - 1


def test_on_a_websocket_others_get_a_turn_after_each_read(connection: Connection) -> None:
    connection.ours.sendall(UPGRADED)
    connection.theirs.sendall(frame(b"3") * 20)
    for _ in range(20):
        assert connection.ours.recv(len(frame(b"3"))) == frame(b"3")
    assert connection.turns >= 19


def test_a_websocket_is_read_a_few_commands_at_a_time(connection: Connection) -> None:
    """Else a library that reads 4 KB hands on sixty commands before anybody else has a turn."""
    connection.ours.sendall(UPGRADED)
    connection.theirs.recv(100)
    sent = frame(b'421["watch",{"room":"stand","code":"GE1"}]') * 20
    connection.theirs.sendall(sent)
    pieces: list[bytes] = []
    while sum(map(len, pieces)) < len(sent):
        pieces.append(connection.ours.recv(4096))
        assert len(pieces[-1]) <= client_socket.WEBSOCKET_READ
    assert b"".join(pieces) == sent
    # One each; none where a busy machine let this thread wait in a read, as others then ran.
    assert connection.turns >= len(pieces) - 2


def test_a_request_that_was_sent_ahead_is_told_from_one_that_follows(
    connection: Connection,
) -> None:
    file = connection.ours.makefile("rb", 8192)
    connection.theirs.sendall(REQUEST * 2)
    for sent_ahead in (False, True):
        assert b"".join(iter(file.readline, b"\r\n")) + b"\r\n" == REQUEST
        assert connection.ours.sent_ahead is sent_ahead
        connection.ours.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    connection.theirs.sendall(REQUEST)
    assert file.readline()
    assert not connection.ours.sent_ahead


def test_a_request_without_end_is_ended(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_socket, "MOST_REQUEST_BYTES", 10_000)
    connection.theirs.sendall(b"x" * 50_000)
    read = 0
    while piece := connection.ours.recv(1000):
        read += len(piece)
    assert read == 10_000
    # What is to be said can still be said.
    connection.ours.sendall(b"HTTP/1.1 413 Too Large\r\n\r\n")
    assert connection.theirs.recv(100).startswith(b"HTTP/1.1 413")


def test_a_websocket_is_measured_and_its_silence_is_not_ours(connection: Connection) -> None:
    connection.theirs.sendall(REQUEST)
    connection.ours.recv(1000)
    connection.ours.sendall(UPGRADED)
    connection.theirs.recv(1000)
    connection.ours.settimeout(0.05)
    with pytest.raises(TimeoutError):
        connection.ours.recv(100)
    connection.theirs.sendall(frame(b"40"))
    assert connection.ours.recv(100) == frame(b"40")
    connection.theirs.sendall(frame(b"9"))
    assert connection.ours.recv(100) == b""
    assert connection.ours.recv(100) == b""


def test_a_copy_is_measured_too(connection: Connection) -> None:
    assert connection.ours.dup() is connection.ours


def test_it_is_told_once_when_it_is_closed(connection: Connection) -> None:
    with connection.ours.makefile("rb"):
        connection.ours.close()
    connection.ours.close()
    assert connection.closed == 1


def test_it_is_told_too_when_nobody_closes_it() -> None:
    told: list[bool] = []
    with contextlib.closing(socket.socket()) as raw:
        forgotten = ClientSocket(
            raw, give_way=lambda: None, longest_message=1, closed=lambda: told.append(True)
        )
        del forgotten
        gc.collect()
        assert told == [True]
