"""Packets that no browser sends, by the thousand. Loopback only, bounded in number and time.

    python -m simulation.malformed PORT COUNT SEED STAND

Requests and frames that are right at first and are then cut, doubled, swapped and overwritten, on
connections and sockets of their own. Prints the statuses that came back as JSON (0 is an end
without an answer), with the packets whose answer was a fault of the server. The seed says them all.
"""

import json
import os
import random
import socket
import sys
import time
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

from simulation.attacks import Attacker, frame

AT_MOST_S = 500.0
ANSWER_S = 2.0
NO_FAULTS = {503}
"""Said to who has too many connections."""
FRAMES_A_SOCKET = 25
"""Before a new one is opened, if the server has not closed it before."""


def requests(attacker: Attacker) -> list[bytes]:
    """What a phone may send, whole."""
    key = str(uuid.uuid4())
    page, ask = f"/s/{attacker.stand}", f"/s/{attacker.stand}/questions"
    polling = "/socket.io/?EIO=4&transport=polling"
    return [
        attacker.head("GET", page),
        attacker.head("GET", f"/e/{attacker.stand[:2]}?q=kosten", Accept_Language="de,en;q=0.5"),
        attacker.form(ask, {"key": key, "text": "Was kostet es?"}, Cookie="exchange_participant=x"),
        attacker.form("/pass", {"secret": "AAAAAQ" + "x" * 16}),
        attacker.head("PUT", "/questions/1/me-too", Content_Length="0"),
        attacker.head("GET", polling),
        attacker.head("POST", polling + "&sid=x", Content_Length="2") + b"40",
        attacker.head("POST", ask, Transfer_Encoding="chunked") + b"5\r\nkey=x\r\n0\r\n\r\n",
    ]


FRAMES = [
    frame(b"40"),
    frame(b'420["watch",{"room":"stand","code":"GE1"}]'),
    frame(b'421["watch",{"room":"moderate","code":"GE"}]'),
    frame(b"3"),
    frame(b"41"),
    frame(b'451-["watch",{"_placeholder":true,"num":0}]'),
    b"\x82\x82\x00\x00\x00\x00\x00\x01",
    b"\x89\x80\x00\x00\x00\x00",
    b"\x01\x82\x00\x00\x00\x004x\x80\x81\x00\x00\x00\x00y",
]


def bent(packet: bytes, chance: random.Random) -> bytes:
    """The same with a few faults."""
    bytes_ = bytearray(packet)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(bytes_) + 1)
        match chance.randrange(6):
            case 0:
                del bytes_[at:]
            case 1:
                bytes_[at:at] = chance.randbytes(chance.randint(1, 12))
            case 2 if at < len(bytes_):
                bytes_[at] ^= 1 << chance.randrange(8)
            case 3:
                bytes_[at:at] = bytes_[: chance.randint(0, len(bytes_))]
            case 4:
                del bytes_[at : at + chance.randint(1, 9)]
            case _:
                bytes_[at:at] = chance.choice([b"\r\n", b"\0", b"%", b":", b"\xff", b"9" * 30])
        if not bytes_:
            return b"\n"
    return bytes(bytes_[:60_000])


@dataclass
class Told:
    """What came back."""

    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def send_requests(attacker: Attacker, count: int, chance: random.Random, told: Told) -> None:
    """Each on a connection of its own, which is then half closed: no more will come."""
    for _ in range(count):
        if not attacker.going:
            break
        packet = bent(chance.choice(requests(attacker)), chance)
        answer = b""
        with suppress(OSError), attacker.connect() as connection:
            connection.settimeout(ANSWER_S)
            connection.sendall(packet)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(1 << 16)
        status = status_of(answer)
        told.statuses[status] += 1
        if status >= 500 and status not in NO_FAULTS:
            told.faults.append(repr(packet))


def send_frames(attacker: Attacker, count: int, chance: random.Random, told: Told) -> None:
    """On sockets that have joined, one after the other as each is ended."""
    sent = 0
    while sent < count and attacker.going:
        with suppress(OSError), attacker.connect() as connection:
            attacker.websocket(connection)
            connection.settimeout(0.01)
            for _ in range(FRAMES_A_SOCKET):
                sent += 1
                connection.sendall(bent(chance.choice(FRAMES), chance))
                with suppress(TimeoutError):
                    if not connection.recv(1 << 16):
                        break
        told.statuses[101] += 1


def status_of(answer: bytes) -> int:
    """The status of an answer; 0 when there is none."""
    words = answer.split(b" ", 2)
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def main() -> None:
    """Send, tell, end."""
    port, count, seed, stand = sys.argv[1:]
    os.nice(19)
    attacker = Attacker(int(port), time.monotonic() + AT_MOST_S, stand)
    chance = random.Random(int(seed))  # to be played again, not to be secret
    told = Told()
    for send in (send_requests, send_frames):
        send(attacker, int(count) // 2, chance, told)
    json.dump(vars(told) | {"whole": attacker.going}, sys.stdout)


if __name__ == "__main__":
    main()
