"""What the server writes down: its own faults whole, others' oddities counted, security apart.

Three kinds of lines, none of which names an address, a host or anything that was sent to us:

- What we log ourselves (`exchange...`), on stderr. An exception is told with all its frames.
- What the server's libraries report or print: whoever sends them odd packets decides how much that
  is. It becomes one bounded line a minute for each library.
- Security events (`exchange.security`), one line each, in a file of their own.
"""

import contextlib
import io
import logging
import os
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO

SECURITY_FILE = "security.log"
"""In the instance folder; the one before it is `security.log.1`."""
LARGEST_FILE = 1_000_000
"""Bytes after which a new file is begun; the one before it is kept as well."""
REFUSALS_A_MINUTE = 60
"""Whoever tries secrets in a loop must not push everything else out of the file."""
QUIET_S = 60.0
"""A library that has reported something is not heard again for so long."""
LONGEST = 200
"""Characters of an exception's own text."""

_security = logging.getLogger("exchange.security")
_HOUSE = str(Path(__file__).parent)
_SERVER_LIBRARY = re.compile(r"site-packages.(?:engineio|socketio|simple_websocket|wsproto|h11)\b")
_FRAME = re.compile(r'  File "([^"]*)", line')
_NAMED = re.compile(r"[A-Za-z_][\w.]{0,60}(?=:|$)")
_ADDRESS = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"
    r"|(?<![\w:])(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}(?![\w:])"
    r"|(?<![\w:])[0-9a-fA-F]{0,4}::[0-9a-fA-F:]{0,30}(?![\w:])"
)

Contents = Callable[[], Iterable[str]]
"""What the request under way holds: no text of an exception may repeat it."""


def security_event(what: str, **facts: object) -> None:
    """Write down who was refused, or which pass was changed by whom: words and ids, no secret.

    `pass_id` is the pass it is about; what is None is not said.
    """
    named = {"what": what} | {
        "pass" if name == "pass_id" else name: value
        for name, value in facts.items()
        if value is not None
    }
    _security.info(" ".join(f"{name}={plain(str(value))}" for name, value in named.items()))


def start(instance: Path, contents: Contents) -> None:
    """From now on everything is written as above. Once a process, before its server listens."""
    stderr = sys.stderr
    told = OwnLines(stderr, contents)
    for logger in map(logging.getLogger, list(logging.root.manager.loggerDict)):
        # Libraries that found no handler have made their own.
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
        logger.propagate = True
    logging.root.handlers[:] = [told]
    _security.setLevel(logging.INFO)
    try:
        _security.addHandler(SecurityFile(instance / SECURITY_FILE))
        _security.propagate = False
    except OSError:
        logging.getLogger(__name__).warning("The security log goes to stderr: no file can be had.")
    sys.stderr = Printed(told)
    sys.excepthook = lambda kind, error, frames: told.exception("ended", error)
    threading.excepthook = lambda thread: told.exception("threading", thread.exc_value)
    sys.unraisablehook = lambda lost: told.exception("unraisable", lost.exc_value)


def plain(text: str) -> str:
    """One line that no terminal and no reader of logs takes for anything else: control characters,
    line ends and writing directions as escapes, addresses left out.
    """
    shown = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )
    return _ADDRESS.sub("[address]", shown)


@dataclass
class _Heard:
    at: float
    more: int = 0


class OwnLines(logging.Handler):
    """Writes our own lines whole, and one a minute of each library's."""

    def __init__(self, stream: TextIO, contents: Contents) -> None:
        super().__init__(logging.INFO)
        self.stream = stream
        self.contents = contents
        self._heard: dict[str, _Heard] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Ours whole, a library's counted; a fault of ours that a library caught is ours."""
        error = record.exc_info[1] if record.exc_info else None
        library = record.name.partition(".")[0]
        if library in ("exchange", "__main__"):
            self.write(record.levelname, record.name, plain(record.getMessage()))
            if error is not None:
                self._write_lines(self._told(error, self.contents()))
        elif error is not None and _is_ours(_files_of(error.__traceback__), error):
            self.exception(library, error)
        elif record.levelno >= logging.WARNING:
            self.count(library, type(error).__name__ if error else record.levelname.lower())

    def exception(self, where: str, error: BaseException | None) -> None:
        """An exception that nobody has caught: whole if it is ours, else counted."""
        if error is None or isinstance(error, KeyboardInterrupt | SystemExit):
            return
        if where == "ended" or _is_ours(_files_of(error.__traceback__), error):
            self.write("ERROR", where, "An exception of ours that nobody caught:")
            self._write_lines(self._told(error, None))
        else:
            self.count(where, type(error).__name__)

    def count(self, library: str, what: str) -> None:
        """One more of this library's; told if it was silent for a while."""
        now = time.monotonic()
        heard = self._heard.get(library)
        if heard and now - heard.at < QUIET_S:
            heard.more += 1
            return
        more = f"; {heard.more} more since its last line" if heard and heard.more else ""
        self._heard[library] = _Heard(now)
        self.write(
            "WARNING", library, f"An odd request or packet, or a broken line ({what}){more}."
        )

    def write(self, level: str, where: str, text: str) -> None:
        """One line: what happened, then when (UTC) and where."""
        self._write_lines([f"{text} [{_moment(time.time())} {level} {where}]"])

    def block(self, where: str, lines: list[str]) -> None:
        """A traceback of ours that was printed, not logged; of its last line the name alone."""
        self.write("ERROR", where, "An exception of ours that nobody caught:")
        self._write_lines([_escaped(line) for line in lines[:-1]])
        self._write_lines([_name_in(lines[-1])])

    def _told(self, error: BaseException, contents: Iterable[str] | None) -> Iterator[str]:
        """The frames of an exception and of what it came from, the first cause first.

        `contents`: what its text must not repeat; None: nobody knows, and the text is left out.
        """
        earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if earlier is not None:
            yield from self._told(earlier, contents)
            yield "Then:"
        yield "Traceback (most recent call last):"
        for entry in traceback.format_tb(error.__traceback__):
            yield from (_escaped(line) for line in entry.rstrip("\n").split("\n"))
        name = type(error).__name__
        yield name if contents is None else f"{name}: {_without(str(error), contents)}"

    def _write_lines(self, lines: Iterable[str]) -> None:
        # Where nobody reads any more, nothing is lost.
        with contextlib.suppress(OSError, ValueError):
            self.stream.write("\n".join(lines) + "\n")
            self.stream.flush()


class Printed(io.TextIOBase):
    """What libraries print to stderr past every logger: tracebacks, lines about bad requests."""

    def __init__(self, told: OwnLines) -> None:
        self.told = told
        self._rest = ""
        self._block: list[str] = []
        self._guard = threading.RLock()

    def writable(self) -> bool:
        """As stderr is."""
        return True

    def write(self, text: str) -> int:
        """Gather whole lines, and of a traceback all of them."""
        with self._guard:
            *lines, self._rest = (self._rest + text).split("\n")
            # A line without an end is not kept for ever.
            self._rest = self._rest[-1000:]
            for line in lines:
                self._line(line)
        return len(text)

    def _line(self, line: str) -> None:
        if line.startswith("Traceback (most recent call last)"):
            self._block = [line]
        elif self._block and (line.startswith(" ") or not line):
            # As deep as Python lets it be.
            self._block = [*self._block, line][:3000]
        elif self._block:
            block, self._block = [*self._block, line], []
            found = map(_FRAME.match, block)
            if _is_ours([frame[1] for frame in found if frame]):
                self.told.block("stderr", block)
            else:
                self.told.count("stderr", _name_in(line))
        elif line.strip():
            self.told.count("stderr", "a line")


class SecurityFile(logging.Handler):
    """Appends security events to a file that nobody else may read; begins a new one in time.

    Several processes may write to one: each line is written at once, and whoever finds that another
    has begun a new file goes on there. Raises OSError when there can be none.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(logging.INFO)
        self.path = path
        self._minute = 0
        self._refusals = 0
        self._left_out = 0
        self._append("")

    def emit(self, record: logging.LogRecord) -> None:
        """One line: its moment, then what happened."""
        text = record.getMessage()
        if not self._is_within(text):
            return
        left_out = f" left_out={self._left_out}" if self._left_out else ""
        self._left_out = 0
        try:
            self._append(f"at={_moment(record.created)} {text}{left_out}\n")
        except OSError:
            logging.getLogger(__name__).warning("A security event could not be written.")

    def _is_within(self, text: str) -> bool:
        """Whether a refusal is one of the first of its minute; the others are counted."""
        if not text.startswith("what=refused"):
            return True
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._refusals = minute, 0
        self._refusals += 1
        if self._refusals > REFUSALS_A_MINUTE:
            self._left_out += 1
            return False
        return True

    def _append(self, line: str) -> None:
        number = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(number, line.encode())
            size = os.fstat(number).st_size
        finally:
            os.close(number)
        if size > LARGEST_FILE:
            self.path.replace(self.path.with_name(f"{self.path.name}.1"))


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _is_ours(files: list[str], error: BaseException | None = None) -> bool:
    """Whether an exception is a fault of ours: raised in our code, or in what our code called.

    The innermost frame decides that is ours or the server library's: what that one raises over an
    odd packet passes through our middleware, too. A line that broke is nobody's fault.
    """
    if isinstance(error, OSError):
        return False
    for file in reversed(files):
        if _SERVER_LIBRARY.search(file):
            return False
        if file.startswith(_HOUSE):
            return True
    return False


def _files_of(frames: TracebackType | None) -> list[str]:
    return [frame.filename for frame in traceback.extract_tb(frames)]


def _name_in(line: str) -> str:
    """The exception's name at the begin of a traceback's last line, without its text."""
    found = _NAMED.match(line)
    return found[0] if found else "a line"


def _without(text: str, contents: Iterable[str]) -> str:
    """The first line of an exception's text, without what the request held."""
    first = text.partition("\n")[0]
    for value in sorted(contents, key=len, reverse=True):
        if len(value) > 1:
            first = first.replace(value, "[...]")
    return plain(first)[:LONGEST]


def _escaped(line: str) -> str:
    indent = len(line) - len(line.lstrip(" "))
    return " " * indent + plain(line[indent:])[:1000]
