"""One connection, with deadlines, limits and a turn for everybody else after each read.

The server libraries end no connection that is silent, or that sends its request a byte a minute;
and in green threads a socket that always has something to read never gives way to the others.
"""

import contextlib
import enum
import socket
import time
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from exchange.serving.frames import FrameMeter, TooMuch

KEEP_ALIVE_S = 60.0
"""Without a request. Browsers come back with a new connection."""
HEADER_S = 10.0
"""From the first byte of a request to the end of its header."""
BODY_S = 30.0
"""For its body: the largest of a phone takes it at 40 kbit/s so long."""
BODY_BYTES_A_SECOND = 16 * 1024
"""What is larger, a stand list of an organiser's, has more time as long as it comes so fast."""
SEND_S = 20.0
"""Until some of an answer could be sent to somebody who does not read."""
MOST_REQUEST_BYTES = 12 * 1024 * 1024
"""Read of a request, wanted or not. Far more than is accepted: who sends too much reads the refusal
only if what was sent is read."""

WAITED_S = 0.0005
"""A read that took longer had nothing to read at once."""

WEBSOCKET_READ = 256
"""Bytes, at most: some four commands. All that a read brings is handed on before others have their
turn."""
READS_OF_A_REQUEST = 2
"""Header and body of a usual request. After them there is no turn for others yet: in a crowd it
would split the groups that are written together."""

_END_OF_HEADER = b"\r\n\r\n"
_SWITCHING = b"HTTP/1.1 101"
_CONTINUE = b"HTTP/1.1 100"


T = TypeVar("T", bytes, int)


class _Phase(enum.Enum):
    IDLE = enum.auto()
    HEADER = enum.auto()
    BODY = enum.auto()
    WEBSOCKET = enum.auto()


class ClientSocket:
    """A connected socket as the server's library uses it.

    What must end is told to the library as the end of the stream, which it knows in every state.
    `give_way`: lets all others run that can. `longest_message`: bytes, for WebSockets.
    `closed`: called once when it is.
    """

    def __init__(
        self,
        connection: socket.socket,
        *,
        give_way: Callable[[], None],
        longest_message: int,
        closed: Callable[[], object] = lambda: None,
    ) -> None:
        self._connection = connection
        self._give_way = give_way
        self._longest_message = longest_message
        # Also when the library forgets to close it. Runs once.
        self._gone = weakref.finalize(self, closed)
        self._phase = _Phase.IDLE
        self._until = time.monotonic() + HEADER_S
        self._read = 0
        self._at_once = 0
        """How many reads did not wait, since the last answer."""
        self._tail = b""
        self._meter: FrameMeter | None = None
        self._ended = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    @property
    def sent_ahead(self) -> bool:
        """Whether the request that is served came together with the one before.

        Nothing has been read since the last answer was sent. No browser does that.
        """
        return self._phase is _Phase.IDLE

    # `socket.makefile` keeps count here of the files that it has opened.
    @property
    def _io_refs(self) -> int:
        return self._connection._io_refs  # type: ignore[attr-defined, no-any-return]

    @_io_refs.setter
    def _io_refs(self, count: int) -> None:
        self._connection._io_refs = count  # type: ignore[attr-defined]

    def makefile(self, *arguments: Any, **options: Any) -> Any:
        """A file over this socket, so that it is read through here."""
        makefile: Any = type(self._connection).makefile
        return makefile(self, *arguments, **options)

    def dup(self) -> "ClientSocket":
        """Itself: a copy would be read past these limits."""
        return self

    def settimeout(self, seconds: float | None) -> None:
        """The library's own, for WebSockets alone; requests have their deadlines here."""
        if self._phase is _Phase.WEBSOCKET:
            self._connection.settimeout(seconds)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """As a socket's; empty as well when its time or its measure is over."""
        size = self._at_a_time(size)
        return self._received(lambda: self._connection.recv(size, flags), lambda data: data, b"")

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """As a socket's; 0 as well when its time or its measure is over."""
        nbytes = self._at_a_time(nbytes or len(buffer))
        return self._received(
            lambda: self._connection.recv_into(buffer, nbytes, flags),
            lambda count: memoryview(buffer)[:count].tobytes(),
            0,
        )

    def send(self, data: Any, flags: int = 0) -> int:
        """As a socket's. Raises TimeoutError when nobody reads."""
        self._sending(data)
        return self._connection.send(data, flags)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """As a socket's. Raises TimeoutError when nobody reads."""
        self._sending(data)
        self._connection.sendall(data, flags)

    def close(self) -> None:
        """As a socket's."""
        self._gone()
        self._connection.close()

    def _at_a_time(self, size: int) -> int:
        return min(size, WEBSOCKET_READ) if self._phase is _Phase.WEBSOCKET else size

    def _received(self, read: Callable[[], T], contents: Callable[[T], bytes], end: T) -> T:
        if self._ended:
            return end
        if self._phase is not _Phase.WEBSOCKET:
            left = self._until - time.monotonic()
            if left <= 0:
                return self._end(end)
            self._connection.settimeout(left)
        began = time.monotonic()
        try:
            got = read()
        except TimeoutError:
            if self._phase is _Phase.WEBSOCKET:
                raise
            return self._end(end)
        if got:
            try:
                self._account(contents(got))
            except TooMuch:
                return self._end(end)
        # Who had to wait for it has let the others run meanwhile.
        if time.monotonic() - began < WAITED_S:
            self._at_once += 1
            if self._meter is not None or self._at_once > READS_OF_A_REQUEST:
                self._give_way()
        return got

    def _end(self, end: T) -> T:
        """Nothing more is read. What was answered can still be sent."""
        self._ended = True
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RD)
        return end

    def _account(self, data: bytes) -> None:
        """Raises TooMuch for more than one may send."""
        if self._meter is not None:
            self._meter.feed(data)
            return
        now = time.monotonic()
        if self._phase is _Phase.IDLE:
            self._phase, self._read, self._tail = _Phase.HEADER, 0, b""
            self._until = now + HEADER_S
        self._read += len(data)
        if self._phase is _Phase.HEADER:
            seen = self._tail + data
            if _END_OF_HEADER in seen:
                self._phase, self._read = _Phase.BODY, len(data)
                self._until = now + BODY_S
            else:
                self._tail = seen[-3:]
        elif self._phase is _Phase.BODY:
            self._until += len(data) / BODY_BYTES_A_SECOND
        if self._read > MOST_REQUEST_BYTES:
            raise TooMuch

    def _sending(self, data: Any) -> None:
        self._connection.settimeout(SEND_S)
        if self._phase is _Phase.WEBSOCKET:
            return
        begins = bytes(data[: len(_SWITCHING)])
        if begins == _SWITCHING:
            self._phase = _Phase.WEBSOCKET
            self._meter = FrameMeter(self._longest_message)
        elif begins != _CONTINUE:
            # An answer: the next request has all its time.
            self._phase = _Phase.IDLE
            self._at_once = 0
            self._until = time.monotonic() + KEEP_ALIVE_S
