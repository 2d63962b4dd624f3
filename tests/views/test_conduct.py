"""What the moderator and the organiser do to the event itself."""

from collections.abc import Callable

import pytest

from tests.support.fair import AC, ELSEWHERE, GE, ROBO, Fair, new_key
from tests.support.windows import Desk, Listen, Window


def conduct(moderation: Desk, verb: str, value: str | None = None) -> tuple[int, object]:
    answer = moderation.send(f"/moderate/{GE}/{verb}", key=new_key(), value=value)
    return answer.status_code, answer.json and answer.json.get("error")


def event(fair: Fair, code: str = GE) -> dict[str, object]:
    return next(row for row in fair.rows("events") if row["code"] == code)


def test_the_hall_gets_a_message_a_clock_and_a_picture(moderation: Desk, fair: Fair) -> None:
    assert conduct(moderation, "message", " Noch zwei  Fragen ") == (200, None)
    assert conduct(moderation, "clock", "20") == (200, None)
    assert conduct(moderation, "picture", "1") == (200, None)
    now = event(fair)
    assert (fair.line_in_the_hall(), now["picture"]) == ("Noch zwei Fragen", 1)
    assert now["clock_until"]
    for verb, value in (("message", ""), ("clock", "0"), ("picture", "0")):
        assert conduct(moderation, verb, value) == (200, None)
    now = event(fair)
    assert (fair.line_in_the_hall(), now["picture"], now["clock_until"]) == (None, 0, None)


def test_the_round_begins_and_ends(moderation: Desk, fair: Fair) -> None:
    conduct(moderation, "start-round")
    assert event(fair)["phase"] == "round"
    live = fair.asked_as("live")
    conduct(moderation, "end-round")
    assert event(fair)["phase"] == "follow_up"
    assert fair.status(live) == "shortlisted"


@pytest.mark.parametrize(
    ("verb", "value", "expected"),
    [
        ("clock", "zehn", (422, "minutes")),
        ("clock", None, (422, "minutes")),
        ("clock", "241", (422, "minutes")),
        ("clock", "9" * 5000, (422, "minutes")),
        ("message", "a" * 201, (422, "too_long")),
        ("message", "a\x00", (400, "characters")),
        ("phase", "fair", (404, "unknown")),
    ],
)
def test_what_is_refused_changes_nothing(
    fair: Fair, verb: str, value: str | None, expected: tuple[int, str]
) -> None:
    desk = Desk(fair, "moderator", GE)
    before = fair.everything()
    assert conduct(desk, verb, value) == expected
    assert fair.everything() == before


def test_a_repeated_key_does_nothing_twice(moderation: Desk, fair: Fair) -> None:
    key = new_key()
    first = moderation.send(f"/moderate/{GE}/clock", key=key, value="5")
    before = fair.everything()
    again = moderation.send(f"/moderate/{GE}/clock", key=key, value="5")
    assert (again.status_code, again.json) == (200, first.json)
    assert fair.everything() == before


def test_it_can_be_taken_back(moderation: Desk, fair: Fair) -> None:
    answer = moderation.send(f"/moderate/{GE}/message", key=new_key(), value="Pause")
    assert answer.json
    assert moderation.undo(answer.json["change"]).status_code == 200
    assert fair.line_in_the_hall() is None


def test_hall_and_moderation_hear_and_no_stand_and_no_neighbour(
    moderation: Desk, listen: Listen
) -> None:
    hearers = [listen("moderate", GE), listen("screen", GE)]
    phones = listen("event", GE)
    others = [
        listen("desk", ROBO),
        listen("stand", ROBO),
        listen("screen", AC),
        listen("event", AC),
    ]
    conduct(moderation, "message", "Noch zwei Fragen")
    for ear in hearers:
        assert "Noch zwei Fragen" in ear.html()
    assert len(phones.heard()) == 1
    assert [ear.heard() for ear in others] == [[]] * 4


# The organiser


@pytest.mark.parametrize("phase", ["preparing", "pitches", "fair", "round", "follow_up", "closed"])
def test_the_organiser_switches_the_phase_in_any_direction(
    organiser: Window, fair: Fair, phase: str
) -> None:
    answer = organiser.send(f"/organise/{GE}/phase", key=new_key(), phase=phase)
    assert answer.status_code == 200
    assert event(fair)["phase"] == phase
    assert event(fair, AC)["phase"] == "fair"
    assert organiser.post(f"/organise/{GE}/phase", phase="fair").status_code == 303
    assert event(fair)["phase"] == "fair"


@pytest.mark.parametrize("phase", [None, "", "lunch", "FAIR"])
def test_an_unknown_phase_is_refused(organiser: Window, fair: Fair, phase: str | None) -> None:
    answer = organiser.send(f"/organise/{GE}/phase", key=new_key(), phase=phase)
    assert (answer.status_code, answer.json and answer.json["error"]) == (422, "phase")
    assert event(fair)["phase"] == "fair"


def test_another_tours_events_are_not_the_organisers(organiser: Window, fair: Fair) -> None:
    answer = organiser.send(f"/organise/{ELSEWHERE}/phase", key=new_key(), phase="closed")
    assert (answer.status_code, answer.json and answer.json["error"]) == (403, "not_yours")
    assert organiser.get(f"/organise/{ELSEWHERE}/sheets").status_code == 403
    assert event(fair, ELSEWHERE)["phase"] == "fair"


def test_the_new_phase_reaches_the_phones(
    organiser: Window, listen: Listen, as_attendee: Callable[[], Window]
) -> None:
    here, there = listen("event", GE), listen("event", AC)
    organiser.send(f"/organise/{GE}/phase", key=new_key(), phase="closed")
    assert 'data-phase="closed"' in here.html()
    assert there.heard() == []
