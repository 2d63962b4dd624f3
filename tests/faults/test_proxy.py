"""The faults do what they say: else what the other tests show would be worth nothing."""

import contextlib
import http.client
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import socketio

from simulation.proxy import GATEWAY_PAGE, PORTAL_PAGE, Fault, Proxy, anything, pages
from simulation.servers import DATABASE
from simulation.venue import Venue, staying
from simulation.waiting import HANGS_S, wait_until
from tests.support.fair import KEY, ROBO, new_key, stored
from tests.support.loopback import connect

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def hall(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Venue]:
    instance = tmp_path_factory.mktemp("instance")
    shutil.copy(prepared, instance / DATABASE)
    yield from staying(Venue.open(instance, EXCHANGE_SECRET_KEY=KEY))


@pytest.fixture
def small(hall: Venue) -> Iterator[Venue]:
    """One server for all of them; each leaves the line as it was."""
    hall.line.seen.clear()
    yield hall
    hall.line.heal()
    hall.line.thaw()
    hall.line.slow(None)
    hall.line.on()


HEADERS = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}


def ask(venue: Venue, key: str, timeout: float = HANGS_S) -> tuple[int, bytes]:
    told = urlencode({"key": key, "text": "Was kostet der Betrieb?"}).encode()
    request = urllib.request.Request(f"{venue.url}/s/{ROBO}/questions", told, HEADERS)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def found(venue: Venue, key: str) -> int:
    return len(venue.rows("SELECT id FROM questions WHERE key = ?", stored(key)))


def test_an_answer_is_dropped_after_the_question_is_on_disk(small: Venue) -> None:
    small.line.inflict(Fault.DROP_ANSWER)
    key = new_key()
    with pytest.raises((ConnectionError, http.client.HTTPException, urllib.error.URLError)):
        ask(small, key)
    assert found(small, key) == 1
    assert ask(small, key)[0] == 200
    assert found(small, key) == 1


@pytest.mark.parametrize("fault", [Fault.RESET_BEFORE, Fault.RESET_DURING])
def test_what_is_reset_before_the_end_of_the_body_is_not_stored(small: Venue, fault: Fault) -> None:
    small.line.inflict(fault)
    key = new_key()
    with pytest.raises((ConnectionError, http.client.HTTPException, urllib.error.URLError)):
        ask(small, key)
    assert ask(small, key)[0] == 201
    assert found(small, key) == 1


def test_what_is_reset_after_the_body_may_be_stored_but_is_not_answered(small: Venue) -> None:
    small.line.inflict(Fault.RESET_AFTER)
    key = new_key()
    with pytest.raises((ConnectionError, http.client.HTTPException, urllib.error.URLError)):
        ask(small, key)
    assert ask(small, key)[0] in (200, 201)
    assert found(small, key) == 1


@pytest.mark.parametrize(
    ("fault", "status", "page", "kept"),
    [
        (Fault.BAD_GATEWAY, 502, GATEWAY_PAGE, 0),
        (Fault.BAD_GATEWAY_LATE, 502, GATEWAY_PAGE, 1),
        (Fault.PORTAL, 200, PORTAL_PAGE, 0),
    ],
)
def test_somebody_else_answers(
    small: Venue, fault: Fault, status: int, page: bytes, kept: int
) -> None:
    small.line.inflict(fault)
    key = new_key()
    assert ask(small, key) == (status, page)
    assert found(small, key) == kept


def test_a_portal_answers_pages_too(small: Venue) -> None:
    small.line.inflict(Fault.PORTAL, times=None, where=pages)
    for _ in range(2):
        with urllib.request.urlopen(f"{small.url}/s/{ROBO}", timeout=HANGS_S) as answer:
            assert answer.read() == PORTAL_PAGE
    small.line.heal()
    with urllib.request.urlopen(f"{small.url}/s/{ROBO}", timeout=HANGS_S) as answer:
        assert b"data-watch" in answer.read()


def test_a_connection_that_is_kept_alive_carries_many_requests(small: Venue) -> None:
    line = http.client.HTTPConnection("127.0.0.1", small.line.port, timeout=HANGS_S)
    with contextlib.closing(line):
        for _ in range(3):
            line.request("GET", f"/s/{ROBO}")
            assert b"data-watch" in line.getresponse().read()
    assert len(small.line.connections) <= 1


def test_a_slow_line_takes_its_time(small: Venue) -> None:
    small.line.slow(1000)
    began, key = time.monotonic(), new_key()
    assert ask(small, key)[0] == 201
    assert time.monotonic() - began > 0.4


def test_a_half_open_connection_neither_answers_nor_ends(small: Venue) -> None:
    small.line.freeze()
    key = new_key()
    with pytest.raises((TimeoutError, urllib.error.URLError)):
        ask(small, key, timeout=1)
    assert found(small, key) == 0
    small.line.thaw()
    assert ask(small, new_key())[0] == 201


def test_while_the_line_is_off_connections_are_refused(small: Venue) -> None:
    small.line.off()
    with pytest.raises(urllib.error.URLError):
        ask(small, new_key())
    small.line.on()
    assert ask(small, new_key())[0] == 201


def test_sockets_pass_through_and_go_silent_and_are_cut(small: Venue) -> None:
    watch = {"room": "stand", "code": ROBO}
    with phone(small) as old:
        assert old.call("watch", watch, timeout=HANGS_S)["ok"] is True
        small.line.forget()
        with pytest.raises(socketio.exceptions.TimeoutError):
            old.call("watch", watch, timeout=1)
        assert old.connected
        with phone(small) as new:
            assert new.call("watch", watch, timeout=HANGS_S)["ok"] is True
        small.line.cut()
        wait_until(lambda: not old.connected)


@contextlib.contextmanager
def phone(venue: Venue) -> Iterator[socketio.Client]:
    line = connect(venue.url, transports=["websocket"])
    files = (line.eio.ws.sock, line.eio.http)
    try:
        yield line
    finally:
        line.disconnect()
        # The client forgets its own files when the other side hangs up first.
        for file in files:
            if file:
                file.close()


def test_the_same_seed_plays_the_same_faults(small: Venue) -> None:
    rolled = []
    for _ in range(2):
        with Proxy(small.server.port, seed=7) as line:
            line.inflict(Fault.BAD_GATEWAY, times=None, where=anything, chance=0.5)
            rolled.append([read(line) for _ in range(12)])
    assert rolled[0] == rolled[1]
    assert set(rolled[0]) == {200, 502}


def read(line: Proxy) -> int:
    try:
        with urllib.request.urlopen(f"{line.url}/healthz", timeout=HANGS_S) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_a_server_stands_still_is_killed_and_comes_back(small: Venue) -> None:
    small.pause()
    with pytest.raises((TimeoutError, urllib.error.URLError)):
        ask(small, new_key(), timeout=1)
    small.resume()
    key = new_key()
    assert ask(small, key)[0] == 201
    small.line.inflict(Fault.DROP_ANSWER, then=small.kill)
    lost = new_key()
    with pytest.raises((ConnectionError, http.client.HTTPException, urllib.error.URLError)):
        ask(small, lost)
    assert small.server.process.poll() is not None
    small.start()
    assert ask(small, lost)[0] == 200
    assert found(small, key) == found(small, lost) == 1


def test_the_database_is_locked_by_another_process(small: Venue) -> None:
    key = new_key()
    with small.locked():
        assert ask(small, key)[0] == 503
    assert ask(small, key)[0] == 201
