"""Counts what a browser sends on a WebSocket, before the server's library sees it.

RFC 6455, section 5: a frame is a header of 2 to 14 bytes and its payload. Only headers are read
here, and the first byte of each message: in Engine.IO 4 it says what kind of packet it is.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

MESSAGES_A_SECOND = 60.0
MESSAGES_AT_ONCE = 120.0
"""Frames that one connection may send: a page needs some ten when it loads, then one in 10 s."""
BYTES_A_SECOND = 16 * 1024.0
BYTES_AT_ONCE = 128 * 1024.0

_TEXT, _BINARY, _CONTINUATION = 0x1, 0x2, 0x0
_DATA = frozenset({_TEXT, _BINARY, _CONTINUATION})
_CONTROL = frozenset({0x8, 0x9, 0xA})
_PACKETS = frozenset(b"12345")
"""Close, ping (as a probe), pong, message, upgrade: what an Engine.IO client may send."""


class TooMuch(Exception):
    """The connection sent more than one may, or what no browser sends; it is to be closed."""


@dataclass
class Budget:
    """A token bucket: `at_once` in a burst, `a_second` over time."""

    a_second: float
    at_once: float
    clock: Callable[[], float] = time.monotonic
    left: float = field(init=False)
    since: float = field(init=False)

    def __post_init__(self) -> None:
        self.left, self.since = self.at_once, self.clock()

    def spend(self, amount: float) -> None:
        """Raises TooMuch when it is used up."""
        now = self.clock()
        self.left = min(self.at_once, self.left + (now - self.since) * self.a_second) - amount
        self.since = now
        if self.left < 0:
            raise TooMuch


class FrameMeter:
    """Follows the frames of one connection through whatever pieces they arrive in.

    `longest`: bytes of a message, all its fragments together.
    """

    def __init__(self, longest: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.longest = longest
        self._messages = Budget(MESSAGES_A_SECOND, MESSAGES_AT_ONCE, clock)
        self._bytes = Budget(BYTES_A_SECOND, BYTES_AT_ONCE, clock)
        self._header = bytearray()
        self._payload_left = 0
        self._message_length = 0
        self._mask = 0
        self._kind_pending = False

    def feed(self, data: bytes | memoryview) -> None:
        """More that was received. Raises TooMuch."""
        self._bytes.spend(len(data))
        at = 0
        while at < len(data):
            if self._payload_left:
                if self._kind_pending:
                    self._require_packet(data[at] ^ self._mask)
                taken = min(self._payload_left, len(data) - at)
                self._payload_left -= taken
                at += taken
                continue
            self._header.append(data[at])
            at += 1
            if len(self._header) == _header_length(self._header):
                self._begin(bytes(self._header))
                self._header.clear()

    def _begin(self, header: bytes) -> None:
        """A frame whose header is complete."""
        self._messages.spend(1)
        opcode, final = header[0] & 0x0F, bool(header[0] & 0x80)
        length = _payload_length(header)
        if opcode in _CONTROL:
            if length > 125 or not final:
                raise TooMuch
        elif opcode in _DATA:
            self._message_length = length + (self._message_length if opcode == _CONTINUATION else 0)
            if self._message_length > self.longest:
                raise TooMuch
            # A binary message is an attachment; only text begins with its kind.
            self._kind_pending = opcode == _TEXT and length > 0
            if final:
                self._message_length = 0
        else:
            raise TooMuch
        # Browsers must mask what they send.
        if not header[1] & 0x80:
            raise TooMuch
        self._mask = header[-4]
        self._payload_left = length

    def _require_packet(self, kind: int) -> None:
        self._kind_pending = False
        if kind not in _PACKETS:
            raise TooMuch


def _header_length(header: bytearray) -> int:
    """How long a header is, as far as its first two bytes are there; else more than it is."""
    if len(header) < 2:
        return 2 if len(header) < 1 else 3
    short = header[1] & 0x7F
    extended = 2 if short == 126 else 8 if short == 127 else 0
    return 2 + extended + (4 if header[1] & 0x80 else 0)


def _payload_length(header: bytes) -> int:
    short = header[1] & 0x7F
    if short == 126:
        return int.from_bytes(header[2:4], "big")
    if short == 127:
        return int.from_bytes(header[2:10], "big")
    return short
