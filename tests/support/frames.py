"""WebSocket frames as browsers write them."""

import struct


def frame(
    payload: bytes, opcode: int = 1, *, final: bool = True, mask: bytes = b"\x01\x02\x03\x04"
) -> bytes:
    """As a browser writes it."""
    length = len(payload)
    if length < 126:
        size = bytes([0x80 | length])
    elif length < 65536:
        size = b"\xfe" + struct.pack("!H", length)
    else:
        size = b"\xff" + struct.pack("!Q", length)
    masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))
    return bytes([(0x80 if final else 0) | opcode]) + size + mask + masked
