"""What browsers may say over the socket, and what each room hears."""

import time
from collections.abc import Callable

import pytest

from exchange.live.dashboard import look_once
from tests.support.fair import AC, AC_ROBO, BAU, GE, OTHER_TOUR, ROBO, TOUR, Fair
from tests.support.windows import Listen, Window, elements

# Which room, of what, and who may hear it beside those with no pass at all.
ROOMS = {
    ("stand", ROBO): "everybody",
    ("event", GE): "everybody",
    ("desk", ROBO): "presenter",
    ("moderate", GE): "moderator",
    ("screen", GE): "screen moderator",
    ("organise", GE): "organiser",
}
HOLDERS = {
    "nobody": None,
    "presenter": ("presenter", ROBO),
    "moderator": ("moderator", GE),
    "screen": ("screen", GE),
    "organiser": ("organiser", TOUR),
    "organiser-of-another-tour": ("organiser", OTHER_TOUR),
    "presenter-next-door": ("presenter", BAU),
    "presenter-in-the-next-city": ("presenter", AC_ROBO),
    "moderator-in-the-next-city": ("moderator", AC),
    "screen-in-the-next-city": ("screen", AC),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_who_may_watch_what(fair: Fair, listen: Listen, holder: str) -> None:
    held = HOLDERS[holder]
    window = Window(fair)
    if held:
        window.enter(*held)
    question = fair.ask()
    for (room, code), may in ROOMS.items():
        ear = listen(room, code, window)
        fair.act(question, "live")
        look_once(fair.app)
        fair.act(question, "shortlist")
        look_once(fair.app)
        if may == "everybody" or holder in may.split():
            assert ear.answer.keys() == {"ok", "revision"}
            assert len(ear.heard()) == 2
        else:
            assert ear.answer == {"ok": False, "error": "not_yours"}
            assert ear.heard() == []


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ((), "unreadable"),
        ((None,), "unreadable"),
        (("stand",), "unreadable"),
        ((["stand", ROBO],), "unreadable"),
        ((7,), "unreadable"),
        (({},), "unreadable"),
        (({"room": "stand"},), "unreadable"),
        (({"room": 1, "code": ROBO},), "unreadable"),
        (({"room": "stand", "code": None},), "unreadable"),
        (({"room": "stand", "code": {"a": 1}},), "unreadable"),
        (({"room": "stand", "code": "A" * 41},), "unreadable"),
        (({"room": "kitchen", "code": ROBO},), "unknown"),
        (({"room": "stand", "code": "NIX"},), "unknown"),
        (({"room": "stand", "code": "\ud800"},), "unknown"),
        (({"room": "event", "code": "NIX"},), "unknown"),
        (({"room": "moderate", "code": "NIX"},), "unknown"),
        (({"room": "screen", "code": "NIX"},), "unknown"),
        (({"room": "desk", "code": "NIX"},), "unknown"),
        (({"room": "organise", "code": "NIX"},), "unknown"),
        (({"room": "organise", "code": ROBO},), "unknown"),
        (({"room": "organise", "code": GE},), "not_yours"),
        (({"room": "mine", "code": GE},), "no_participant"),
        (({"room": "desk", "code": ROBO},), "not_yours"),
    ],
)
def test_a_refused_command_is_acknowledged_with_its_reason(
    phone: Window, listen: Listen, command: tuple[object, ...], word: str
) -> None:
    ear = listen("stand", ROBO, phone)
    assert ear.say("watch", *command) == {"ok": False, "error": word}
    assert ear.connected


@pytest.mark.parametrize(
    "command", ["ask", "fragment", "message", "join", "disconnecting", "*", ""]
)
def test_an_unknown_command_is_refused(
    phone: Window, listen: Listen, fair: Fair, command: str
) -> None:
    ear = listen("stand", ROBO, phone)
    before = fair.everything()
    assert ear.say(command, {"text": "Hallo"}, 1, None) == {"ok": False, "error": "unknown"}
    assert fair.everything() == before
    assert ear.connected


def test_unknown_fields_of_a_command_are_ignored(phone: Window, listen: Listen) -> None:
    ear = listen("stand", ROBO, phone)
    assert ear.say("watch", {"room": "stand", "code": ROBO, "more": 1}, "rest")["ok"] is True


def test_a_code_is_known_in_whatever_case(listen: Listen, fair: Fair) -> None:
    ear = listen("stand", ROBO.lower(), Window(fair))
    assert ear.answer["ok"] is True


def test_watching_again_answers_the_current_revision(listen: Listen, fair: Fair) -> None:
    ear = listen("desk", ROBO)
    first = ear.revision
    fair.ask()
    assert ear.watch() == {"ok": True, "revision": first + 1}
    assert len(ear.heard()) == 1
    fair.ask()
    assert len(ear.heard()) == 1


def test_the_room_mine_hears_the_askers_own_questions_only(
    phone: Window, as_attendee: Callable[[], Window], listen: Listen, fair: Fair
) -> None:
    other = as_attendee()
    question = phone.ask(ROBO, "Meine Frage?")
    other.ask(ROBO, "Eine andere Frage?")
    own, others = listen("mine", GE, phone), listen("mine", ROBO, other)
    assert own.answer["ok"] is others.answer["ok"] is True
    fair.act(question, "answer", by="presenter", answer="So.")
    (push,) = own.heard()
    assert push["room"] == "mine"
    assert [one["id"] for one in elements(push["html"])] == [f"mine-question-{question}", "told"]
    assert others.heard() == []
    assert listen("mine", AC, phone).answer == {"ok": False, "error": "no_participant"}


def test_whoever_asks_is_told_the_servers_time_in_milliseconds(listen: Listen) -> None:
    before = time.time() * 1000
    for room, code in (("stand", ROBO), ("organise", GE)):
        answer = listen(room, code).say("watch", {"room": room, "code": code, "now": 1})
        assert before - 1 <= answer["now"] <= time.time() * 1000 + 1
