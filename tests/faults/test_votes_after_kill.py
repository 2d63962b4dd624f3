"""Me toos that were stored, but not yet told when the server was killed, reach the open pages."""

import http.client
import time
import urllib.error
import urllib.request

import pytest
import socketio

from simulation.proxy import Fault
from simulation.venue import Venue
from tests.support.fair import ROBO, new_key

pytestmark = pytest.mark.live

HEADERS = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
WATCH = {"room": "stand", "code": ROBO}


def send(url: str, method: str, body: str) -> None:
    request = urllib.request.Request(url, body.encode(), HEADERS, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()


def revision(venue: Venue) -> int:
    """What a page that comes back is told."""
    line = socketio.Client(reconnection=False)
    line.connect(venue.server.url, transports=["websocket"], auth={"lang": "de"})
    try:
        return int(line.call("watch", WATCH, timeout=5)["revision"])
    finally:
        line.disconnect()


def test_what_was_not_told_before_a_kill_is_told_after_it(small: Venue) -> None:
    send(f"{small.url}/s/{ROBO}/questions", "POST", f"key={new_key()}&text=Was+kostet+es?")
    (question,) = small.rows("SELECT id FROM questions")
    time.sleep(1.5)  # what phones hear once a second has been told
    known = revision(small)
    small.line.inflict(Fault.DROP_ANSWER, then=small.kill)
    with pytest.raises((ConnectionError, http.client.HTTPException, urllib.error.URLError)):
        send(f"{small.url}/questions/{question['id']}/me-too", "PUT", f"key={new_key()}")
    assert small.rows("SELECT count(*) AS n FROM me_toos") == [{"n": 1}]
    small.start()
    until = time.monotonic() + 10
    while revision(small) == known:
        assert time.monotonic() < until, "Pages that were open never learn of it."
        time.sleep(0.2)
