"""Phones that ask until the server is gone, and what they were told."""

import http.client
import json
import random
import threading
from contextlib import closing, suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

from simulation.servers import Running
from simulation.waiting import HANGS_S
from tests.support.fair import BAU, ROBO, new_key


@dataclass
class Told:
    """What the phones were told before the line went dead, and what they tried."""

    numbers: dict[str, int] = field(default_factory=dict)
    tried: dict[str, str] = field(default_factory=dict)
    first: threading.Event = field(default_factory=threading.Event)


def phone(server: Running, told: Told, dice: random.Random) -> None:
    """Ask until the server is gone; again and with the same key what had no answer."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=HANGS_S)
    pending = [key for key in told.tried if key not in told.numbers]
    with closing(line), suppress(OSError, http.client.HTTPException):
        while True:
            again = pending and dice.random() < 0.5
            key = dice.choice(pending) if again else new_key()
            stand = told.tried.setdefault(key, dice.choice([ROBO, BAU]))
            line.request(
                "POST",
                f"/s/{stand}/questions",
                urlencode({"key": key, "text": f"Die Frage {key}"}),
                {
                    "Accept": "application/json",
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Sec-Fetch-Site": "same-origin",
                },
            )
            answer = line.getresponse()
            body = json.loads(answer.read())
            assert answer.status in (200, 201), body
            assert body["key"] == key
            # A repeated key is told the number of the first time.
            assert told.numbers.setdefault(key, body["number"]) == body["number"]
            told.first.set()
