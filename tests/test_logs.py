"""The log that one can keep: ours whole, others' counted, and nothing of what was sent."""

import io
import logging
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from exchange import logs
from exchange.domain import texts
from exchange.logs import OwnLines, Printed, SecurityFile, plain

ODD = "a\r\nb\x1b[31mc\u202ed e\x9bf 192.0.2.7 and fe80::1:2 and [2001:db8:0:0:1:2:3:4]:80"


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


def record(name: str, text: str, error: BaseException | None = None) -> logging.LogRecord:
    found = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord(name, logging.ERROR, "", 0, text, (), found)


def raised(do: Callable[[], object]) -> BaseException:
    try:
        do()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def test_a_line_holds_no_control_characters_and_no_addresses() -> None:
    told = plain(ODD)
    assert told.isprintable()
    for bad in ("192.0.2.7", "fe80", "2001"):
        assert bad not in told
    assert plain("Um 16:20:05 Uhr, Stand 7: „größer“.") == "Um 16:20:05 Uhr, Stand 7: „größer“."


def test_an_exception_of_ours_is_whole_but_for_what_was_sent(stream: io.StringIO) -> None:
    sent = "Wie heißt meine Schwiegermutter?"
    error = raised(lambda: texts.clean_question(sent, None))  # type: ignore[call-arg, arg-type]
    error = raised(lambda: _wrap(error, sent))
    OwnLines(stream, lambda: [sent]).emit(record("exchange.domain", "It broke.\n", error))
    told = stream.getvalue()
    assert told.startswith("It broke.")
    assert "Traceback" in told
    assert "ValueError: [...] and more" in told
    assert "in _wrap" in told
    assert "Schwiegermutter" not in told


def _wrap(cause: BaseException, sent: str) -> None:
    raise ValueError(f"{sent} and more\nDETAIL: {sent}") from cause


def test_a_fault_of_ours_that_a_library_caught_is_told_without_its_text(
    stream: io.StringIO,
) -> None:
    error = raised(lambda: texts.clean_line(7, limit=3))  # type: ignore[arg-type]
    OwnLines(stream, list).emit(record("engineio.server", "handler error", error))
    told = stream.getvalue()
    assert "Traceback" in told
    assert "texts.py" in told
    assert told.splitlines()[-1] == type(error).__name__


def test_a_librarys_lines_are_one_a_minute_and_name_no_text(stream: io.StringIO) -> None:
    told = OwnLines(stream, list)
    error = raised(lambda: int("evil\x1b"))
    for _ in range(1000):
        told.emit(record("engineio.server", "evil %s", error))
        told.emit(record("werkzeug", "127.0.0.1 evil"))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    assert "ValueError" in lines[0]
    assert not any("evil" in line or "127" in line for line in lines)


def test_what_was_left_out_is_counted_in_the_next_line(
    stream: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "QUIET_S", 0.05)
    told = OwnLines(stream, list)
    begin = time.monotonic()
    while time.monotonic() - begin < 0.2:
        told.count("engineio", "KeyError")
    lines = stream.getvalue().splitlines()
    assert 2 <= len(lines) <= 5
    assert "more since its last line" in lines[1]


def test_what_libraries_print_is_counted_and_ours_is_told(stream: io.StringIO) -> None:
    printed = Printed(OwnLines(stream, list))
    library = f'  File "{sys.prefix}/lib/site-packages/engineio/x.py", line 1, in f\n    f()\n'
    house = f'  File "{Path(logs.__file__).parent}/live/flush.py", line 1, in g\n    g()\n'
    begin = "Traceback (most recent call last):\n"
    for _ in range(3):
        for piece in (begin, house, library, "ValueError: evil\n", "Bad request ('evil')\n"):
            printed.write(piece)
    assert len(stream.getvalue().splitlines()) == 1
    for piece in (begin, library, house, "KeyError: 'evil'\n"):
        printed.write(piece)
    told = stream.getvalue()
    assert "flush.py" in told
    assert "KeyError" in told
    assert "evil" not in told


def test_a_line_that_broke_is_nobodys_fault(stream: io.StringIO) -> None:
    told = OwnLines(stream, list)
    with socket.socket() as line:
        told.exception("threading", raised(lambda: line.send(b"x")))
    assert "Traceback" not in stream.getvalue()


def test_the_security_file_is_ours_alone_and_bounded(tmp_path: Path) -> None:
    file = tmp_path / "security.log"
    handler = SecurityFile(file)
    assert file.stat().st_mode & 0o777 == 0o600
    for number in range(500):
        handler.emit(record("exchange.security", f"what=refused reason=wrong n={number}"))
    handler.emit(record("exchange.security", "what=revoke pass=7"))
    lines = file.read_text().splitlines()
    # At the change of a minute a second measure begins.
    assert 61 <= len(lines) <= 122
    assert lines[-1].split(" ", 1)[1].startswith("what=revoke pass=7")
    for _ in range(80):
        handler.emit(record("exchange.security", "what=renew " + "x" * 20_000))
    kept = list(tmp_path.iterdir())
    assert len(kept) == 2
    assert sum(one.stat().st_size for one in kept) < 2 * logs.LARGEST_FILE + 50_000
