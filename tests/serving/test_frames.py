"""What a browser may send on a WebSocket."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.serving import frames
from exchange.serving.frames import FrameMeter, TooMuch
from tests.support.frames import frame

LONGEST = 1000


class Clock:
    """Seconds that go by when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


HONEST = (
    frame(b"40"),
    frame(b'420["watch",{"room":"stand","code":"GE1"}]'),
    frame(b"3"),
    frame(b"", 0x9),
    frame(b"", 0xA),
    frame(b"4" * 200),
    frame(b"2probe"),
    frame(b"5"),
    frame(b"4x", final=False) + frame(b"yz", 0, final=False) + frame(b"", 0x9) + frame(b"!", 0),
    frame(b"\x00\x01", 2),
    frame(b"\x03\xe8", 0x8),
)


@given(st.lists(st.sampled_from(HONEST), max_size=20), st.data())
def test_what_pages_send_passes_in_whatever_pieces_it_arrives(
    sent: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(sent)
    meter = FrameMeter(LONGEST, Clock())
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        meter.feed(stream[:size])
        stream = stream[size:]


@pytest.mark.parametrize(
    "sent",
    [
        frame(b"4" * (LONGEST + 1)),
        frame(b"4" * 600, final=False) + frame(b"4" * 600, 0),
        frame(b"4", final=False) + frame(b"", 0, final=False) * 2 + frame(b"4" * LONGEST, 0),
        b"\x81\xff" + struct.pack("!Q", 2**60) + b"mask",
        frame(b"9"),
        frame(b"x"),
        frame(b"0{}"),
        frame(b"6"),
        frame(b"", 0x3),
        frame(b"a" * 126, 0x9),
        frame(b"", 0x9, final=False),
        b"\x81\x024x",
    ],
)
@pytest.mark.parametrize("bytewise", [True, False])
def test_what_no_page_sends_ends_the_connection(sent: bytes, bytewise: bool) -> None:
    meter = FrameMeter(LONGEST, Clock())
    pieces = [sent[at : at + 1] for at in range(len(sent))] if bytewise else [sent]
    with pytest.raises(TooMuch):
        _feed(meter, pieces)


def test_messages_are_counted_over_time() -> None:
    clock = Clock()
    meter = FrameMeter(LONGEST, clock)
    for _ in range(int(frames.MESSAGES_AT_ONCE)):
        meter.feed(frame(b"", 0x9))
    with pytest.raises(TooMuch):
        meter.feed(frame(b"", 0x9))
    clock.now += 10 / frames.MESSAGES_A_SECOND
    calm = FrameMeter(LONGEST, clock)
    for _ in range(2000):
        clock.now += 1.1 / frames.MESSAGES_A_SECOND
        calm.feed(frame(b"4"))


def test_bytes_are_counted_over_time() -> None:
    clock = Clock()
    meter = FrameMeter(LONGEST, clock)
    many = int(frames.BYTES_AT_ONCE // LONGEST) + 1
    with pytest.raises(TooMuch):
        _feed(meter, [frame(b"4" * LONGEST)] * many)
    calm = FrameMeter(LONGEST, clock)
    for _ in range(many * 2):
        clock.now += 1.1 * LONGEST / frames.BYTES_A_SECOND
        calm.feed(frame(b"4" * LONGEST))


def _feed(meter: FrameMeter, pieces: list[bytes]) -> None:
    for piece in pieces:
        meter.feed(piece)


@given(st.binary(max_size=300), st.data())
def test_any_bytes_are_followed_or_refused(sent: bytes, data: st.DataObject) -> None:
    def refused(pieces: list[bytes]) -> bool:
        meter = FrameMeter(LONGEST, Clock())
        try:
            for piece in pieces:
                meter.feed(piece)
        except TooMuch:
            return True
        return False

    cut = data.draw(st.integers(0, len(sent)))
    assert refused([sent]) == refused([sent[:cut], sent[cut:]])
