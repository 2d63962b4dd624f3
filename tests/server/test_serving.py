"""The whole way over the loopback: asked on a phone, heard at the desk, by the shipped server."""

import socket
import sqlite3
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.cookies import SimpleCookie
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import requests

from simulation.servers import DATABASE, Running
from simulation.waiting import HANGS_S, wait_until
from tests.support.fair import AC, BAU, ROBO, Fair, new_key, stored
from tests.support.loopback import (
    WORDS,
    ask,
    enter,
    masked,
    page,
    raw_socket,
    send,
    wait_until_phones_were_told,
)

pytestmark = pytest.mark.live


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_the_desk_hears_a_question_at_once_and_phones_with_the_next_flush(
    server: Running, folder: Path, passes: Fair, transport: str
) -> None:
    wait_until_phones_were_told(folder / DATABASE)
    cookie = enter(server, passes, "presenter", ROBO)
    heard: list[dict[str, Any]] = []
    with (
        page(server, cookie, transport, tell=heard.append) as desk,
        page(server, tell=heard.append) as phone,
        page(server) as neighbour,
    ):
        told = desk.watch("desk", ROBO)
        assert told["ok"] is True
        assert phone.watch("stand", ROBO)["ok"] is True
        assert neighbour.watch("stand", BAU)["ok"] is True
        assert neighbour.watch("desk", ROBO) == {"ok": False, "error": "not_yours"}
        ask(server)
        push = desk.hear()
        phone.hear()
        # The flush comes a second later: whatever is heard before it was sent at once.
        assert [one["room"] for one in heard] == ["desk", "stand"]
        assert WORDS in push["html"]
        assert (push["previous"], push["revision"]) == (told["revision"], told["revision"] + 1)
        assert neighbour.hear_until_silent(0) == []


def test_phones_hear_once_a_second_what_many_asked(server: Running, folder: Path) -> None:
    wait_until_phones_were_told(folder / DATABASE)
    with page(server) as phone:
        have = phone.watch("stand", ROBO)["revision"]
        began = time.monotonic()
        for n in range(20):
            ask(server, text=f"Frage Nummer {n}, was kostet das?")
        pushes = [phone.hear()]
        while sum(push["html"].count("<article") for push in pushes) < 20:
            pushes.append(phone.hear())
        # However long the twenty took: one push a second, and the one that was under way.
        assert len(pushes) <= time.monotonic() - began + 1
        assert pushes[0]["previous"] <= have
        for before, after in pairwise(pushes):
            assert after["previous"] == before["revision"]
        assert phone.watch("stand", ROBO)["revision"] == pushes[-1]["revision"]


def test_three_hundred_who_ask_at_once_get_numbers_of_their_own(server: Running) -> None:
    with ThreadPoolExecutor(60) as hall:
        told = list(hall.map(lambda n: ask(server, (ROBO, BAU)[n % 2])["number"], range(300)))
    assert sorted(told) == list(range(min(told), min(told) + 300))


def test_healthz_answers_ok(server: Running) -> None:
    assert send(f"{server.url}/healthz")[:2] == (200, {"status": "ok"})


def test_an_oversized_message_closes_its_own_socket_only(server: Running) -> None:
    with page(server) as calm, page(server) as loud:
        assert calm.watch("stand", ROBO)["ok"] is True
        loud.line.emit("watch", {"room": "stand", "code": "A" * 1_000_000})
        wait_until(lambda: not loud.line.connected)
        ask(server)
        assert WORDS in calm.hear()["html"]


def test_malformed_frames_disturb_no_other_socket(server: Running) -> None:
    frames = [b"4", b"42", b"42[]", b"42{}", b'42["watch"', b"42[7]", b'42[{"a":1}]', b"49", b"9"]
    frames += [b'42["*"]', b'420["disconnect"]', b"451-[]", b"\xff\xfe", b"4" * 5000]
    with page(server) as calm:
        assert calm.watch("stand", ROBO)["ok"] is True
        for frame in frames:
            with raw_socket(server) as line:
                line.sendall(masked(frame))
        ask(server)
        assert WORDS in calm.hear()["html"]
    # What a browser of ours never says may be noted, as long as everybody else is served.
    server.lines[:] = [line for line in server.lines if "Traceback" not in line]


def test_a_cross_origin_socket_is_refused(server: Running) -> None:
    request = urllib.request.Request(
        f"{server.url}/socket.io/?EIO=4&transport=polling",
        headers={"Origin": "http://evil.example"},
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=HANGS_S)
    with refused.value as error:
        assert error.code == 403


def test_a_socket_under_a_foreign_name_is_refused(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=HANGS_S) as line:
        line.sendall(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: evil.example\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
        )
        assert line.recv(4096).startswith(b"HTTP/1.1 421")


def test_reads_are_served_while_writers_wait_for_a_foreign_lock(
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
        # Whoever waited in SQLite itself would have let nobody through before it gave up: the
        # first page that was asked for would have come after that, and would be the last.
        assert served >= 2
        answers = [one.result() for one in waiting]
        other.execute("ROLLBACK")
    for status, body, headers in answers:
        assert (status, body["error"], headers["Retry-After"]) == (503, "busy", "5")
    assert ask(server)["number"] == last + 1


def test_a_revoked_pass_is_disconnected(server: Running, passes: Fair) -> None:
    moderator = enter(server, passes, "moderator", AC)
    organiser = enter(server, passes, "organiser", "tour")
    with page(server, moderator) as moderation, page(server) as phone:
        assert moderation.watch("moderate", AC)["ok"] is True
        phone.watch("stand", ROBO)
        path = f"/organise/passes/{passes.pass_id('moderator', AC)}/revoke"
        assert send(f"{server.url}{path}", {}, cookie=organiser)[0] == 200
        wait_until(lambda: not moderation.line.connected)
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
        found = looking.execute("SELECT id FROM questions WHERE key = ?", (stored(key),)).fetchone()
    length = "Content-Length: 0\r\n" if method == "POST" else ""
    with socket.create_connection(("127.0.0.1", server.port), timeout=HANGS_S) as line:
        line.sendall(
            f"{method} /questions/{found[0]}/{verb} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            f"Sec-Fetch-Site: same-origin\r\nAccept: application/json\r\n{length}"
            "Connection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: line.recv(4096), b"")).decode()
    assert int(answer.split()[1]) == wanted, answer


def chunked(server: Running, *chunks: bytes, end: bytes = b"0\r\n\r\n") -> str:
    """The answer to a question whose body comes in pieces of a length that nobody said before."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=HANGS_S) as line:
        line.sendall(
            f"POST /s/{ROBO}/questions HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            "Sec-Fetch-Site: same-origin\r\nAccept: application/json\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        # Whoever has heard enough has answered and hung up.
        with suppress(BrokenPipeError, ConnectionResetError):
            for chunk in chunks:
                line.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            line.sendall(end)
            # Whoever waits for more of it is told that nothing comes.
            line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(4096), b"")).decode()


def test_a_body_in_chunks_arrives(server: Running, folder: Path) -> None:
    key = new_key()
    answer = chunked(server, b"key=" + key.encode(), b"&te", b"xt=Was+kostet+der+", b"Betrieb%3F")
    assert int(answer.split()[1]) == 201, answer
    with closing(sqlite3.connect(folder / DATABASE)) as looking:
        found = "SELECT text FROM questions WHERE key = ?"
        assert looking.execute(found, (stored(key),)).fetchone() == ("Was kostet der Betrieb?",)


def test_a_body_in_chunks_has_the_bounds_of_any_other(server: Running) -> None:
    key = f"key={new_key()}&text=".encode()
    assert int(chunked(server, key, *[b"x" * 50_000] * 8).split()[1]) == 413
    assert int(chunked(server, key, b"Was+kostet+es", end=b"zz\r\n").split()[1]) in (400, 422)


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (f"/s/{ROBO}", {"Accept": "text/html;q=0.5," * 300}, 431),
        (f"/s/{ROBO}", {"Cookie": "; ".join(f"c{n}=1" for n in range(200))}, 431),
        (f"/s/{ROBO}?{'x' * 3000}", {}, 414),
        (f"/s/{'A' * 3000}", {}, 404),
        (f"/s/{ROBO}", {"Cookie": "; ".join(f"c{n}=1" for n in range(100))}, 200),
    ],
)
def test_what_is_beyond_a_bound_is_refused_in_a_sentence(
    server: Running, path: str, headers: dict[str, str], status: int
) -> None:
    asked = requests.get(f"{server.url}{path}", headers=headers, timeout=HANGS_S)
    assert asked.status_code == status
    assert "<h1" in asked.text


def test_what_is_withdrawn_leaves_the_files_while_pages_are_open(
    server: Running, folder: Path
) -> None:
    words, name = "Warum grüßt Herr Vogtländer nie?", "Clara Vogtländer"
    with page(server) as phone:
        phone.watch("stand", ROBO)
        told = {"key": new_key(), "text": words, "name": name}
        status, _, headers = send(f"{server.url}/s/{ROBO}/questions", told)
        assert status == 201
        (one,) = SimpleCookie(headers["Set-Cookie"]).values()
        with closing(sqlite3.connect(folder / DATABASE)) as looking:
            query = "SELECT id FROM questions WHERE key = ?"
            (question,) = looking.execute(query, (stored(told["key"]),)).fetchone()
        assert any("Vogtländer".encode() in file.read_bytes() for file in folder.iterdir())
        path = f"{server.url}/questions/{question}/withdraw"
        assert send(path, {"key": new_key()}, cookie=f"{one.key}={one.value}")[0] == 200

        def is_gone() -> bool:
            return not any("Vogtländer".encode() in file.read_bytes() for file in folder.iterdir())

        wait_until(is_gone, lambda: server.output)
        assert phone.line.connected
        again = send(f"{server.url}/s/{ROBO}/questions", told, cookie=f"{one.key}={one.value}")
        assert (again[0], again[1]["status"]) == (200, "open")
