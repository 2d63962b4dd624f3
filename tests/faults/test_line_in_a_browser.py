"""The hall's Wi-Fi before a real Chromium."""

import pytest

from simulation.proxy import Fault
from simulation.venue import Venue
from tests.support.browsing import Windows, ask, until_online

pytestmark = pytest.mark.browser


def test_a_question_whose_answer_is_lost_arrives_once(venue: Venue, windows: Windows) -> None:
    windows.allow("net::ERR", "Failed to load resource")
    phone = windows.phone(venue.links.stand(2))
    until_online(phone)
    venue.line.inflict(Fault.DROP_ANSWER, times=2)
    before = len(venue.rows("SELECT id FROM questions"))
    number = ask(phone, "Was kostet der Betrieb im Jahr?")
    assert venue.rows("SELECT number FROM questions ORDER BY id")[before:] == [{"number": number}]
    assert len(venue.line.suffered) == 2
