"""Me toos that were stored, but not yet told when the server was killed, reach the open pages."""

import http.client
import urllib.error
import urllib.request

import pytest

from simulation.proxy import Fault
from simulation.venue import Venue
from simulation.waiting import HANGS_S, wait_until
from tests.support.fair import ROBO, new_key
from tests.support.loopback import connect, wait_until_phones_were_told

pytestmark = pytest.mark.live

HEADERS = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
WATCH = {"room": "stand", "code": ROBO}


def send(url: str, method: str, body: str) -> None:
    request = urllib.request.Request(url, body.encode(), HEADERS, method=method)
    with urllib.request.urlopen(request, timeout=HANGS_S) as answer:
        answer.read()


def revision(venue: Venue) -> int:
    """What a page that comes back is told."""
    line = connect(venue.server.url, transports=["websocket"])
    try:
        return int(line.call("watch", WATCH, timeout=HANGS_S)["revision"])
    finally:
        line.disconnect()


def test_unflushed_me_toos_are_flushed_after_a_restart(small: Venue) -> None:
    send(f"{small.url}/s/{ROBO}/questions", "POST", f"key={new_key()}&text=Was+kostet+es?")
    (question,) = small.rows("SELECT id FROM questions")
    wait_until_phones_were_told(small.database)
    known = revision(small)
    small.line.inflict(Fault.DROP_ANSWER, then=small.kill)
    with pytest.raises((ConnectionError, http.client.HTTPException, urllib.error.URLError)):
        send(f"{small.url}/questions/{question['id']}/me-too", "PUT", f"key={new_key()}")
    assert small.rows("SELECT count(*) AS n FROM me_toos") == [{"n": 1}]
    small.start()
    wait_until(lambda: revision(small) > known, lambda: "Pages that were open never learn of it.")
