"""What browsers may say over the socket, and what each room hears."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange import rooms
from exchange.domain.refusals import Refused
from exchange.extensions import sio_server, socketio
from exchange.live.presence import look_once
from tests.support.apps import restart
from tests.support.fair import AC, AC_ROBO, BAU, ELSEWHERE, GE, ROBO, TOUR, XX_STAND, Fair, new_key
from tests.support.windows import Desk, Ear, Listen, Window, connect, elements

# Which room, of what, and who may hear it beside those with no pass at all.
ROOMS = {
    ("stand", ROBO): "everybody",
    ("event", GE): "everybody",
    ("desk", ROBO): "presenter",
    ("moderate", GE): "moderator",
    ("screen", GE): "screen moderator",
}
HOLDERS = {
    "nobody": None,
    "presenter": ("presenter", ROBO),
    "moderator": ("moderator", GE),
    "screen": ("screen", GE),
    "organiser": ("organiser", TOUR),
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
        fair.act(question, "shortlist")
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
        (({"room": "mine", "code": GE},), "no_participant"),
        (({"room": "desk", "code": ROBO},), "not_yours"),
    ],
)
def test_a_command_that_cannot_be_followed_says_why(
    phone: Window, listen: Listen, command: tuple[object, ...], word: str
) -> None:
    ear = listen("stand", ROBO, phone)
    assert ear.say("watch", *command) == {"ok": False, "error": word}
    assert ear.connected


@pytest.mark.parametrize(
    "command", ["ask", "fragment", "message", "join", "disconnecting", "*", ""]
)
def test_an_unknown_command_says_so_and_does_nothing(
    phone: Window, listen: Listen, fair: Fair, command: str
) -> None:
    ear = listen("stand", ROBO, phone)
    before = fair.everything()
    assert ear.say(command, {"text": "Hallo"}, 1, None) == {"ok": False, "error": "unknown"}
    assert fair.everything() == before
    assert ear.connected


def test_more_than_was_asked_for_is_ignored(phone: Window, listen: Listen) -> None:
    ear = listen("stand", ROBO, phone)
    assert ear.say("watch", {"room": "stand", "code": ROBO, "more": 1}, "rest")["ok"] is True


def test_a_code_is_known_in_whatever_case(listen: Listen, fair: Fair) -> None:
    ear = listen("stand", ROBO.lower(), Window(fair))
    assert ear.answer["ok"] is True


def test_watching_again_is_the_slow_check(listen: Listen, fair: Fair) -> None:
    ear = listen("desk", ROBO)
    first = ear.revision
    fair.ask()
    assert ear.watch() == {"ok": True, "revision": first + 1}
    assert len(ear.heard()) == 1
    fair.ask()
    assert len(ear.heard()) == 1


def test_mine_hears_ones_own_and_nobody_elses(
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
    assert [one["id"] for one in elements(push["html"])] == [f"mine-question-{question}"]
    assert others.heard() == []
    assert listen("mine", AC, phone).answer == {"ok": False, "error": "no_participant"}


# What a push is


def test_a_push_is_an_element_with_id_list_and_version(listen: Listen, fair: Fair) -> None:
    ears = {room: listen(room, ROBO) for room in ("desk", "stand")}
    ears["moderate"] = listen("moderate", GE)
    question = fair.ask()
    fair.act(question, "shortlist")
    for room, ear in ears.items():
        asked, shortlisted = ear.heard()
        for push in (asked, shortlisted):
            assert set(push) == {"room", "html", "revision", "previous"}
            assert push["room"] == room
        for push, version, status in ((asked, "1", "open"), (shortlisted, "2", "shortlisted")):
            element = elements(push["html"])[0]
            assert element["id"] == f"question-{question}"
            assert element["data-version"] == version
            assert element["data-list"] == ("public" if room == "stand" else status)
            assert float(element["data-order"]) >= 1


def test_what_is_pushed_is_what_the_page_shows(desk: Desk, listen: Listen, fair: Fair) -> None:
    ear = listen("desk", ROBO)
    question = fair.ask(words="Was <kostet> das?", facet="kosten", name="Ida")
    fair.me_too(question)
    pushed = ear.heard()[0]["html"]
    page = desk.get(f"/present/{ROBO}").text
    start = re.search(r"<article[^>]*", pushed)
    assert start
    assert start[0] in page


def test_revisions_follow_one_another_in_every_room(
    phone: Window, listen: Listen, fair: Fair
) -> None:
    phone.ask(ROBO)
    ears = [
        listen("stand", ROBO),
        listen("desk", ROBO),
        listen("moderate", GE),
        listen("event", GE),
        listen("screen", GE),
        listen("mine", GE, phone),
    ]
    question = phone.ask(ROBO)
    for verb in ("shortlist", "live", "answer", "reopen"):
        fair.act(question, verb)
        fair.me_too(question, f"person {verb}")
    fair.ask(BAU)
    for ear in ears:
        have = ear.revision
        for push in ear.heard():
            assert push["previous"] == have, ear.room
            assert push["revision"] > have
            have = push["revision"]
        assert have > ear.revision
        assert ear.watch()["revision"] == have


def test_every_language_hears_its_own(listen: Listen, fair: Fair) -> None:
    german, english = listen("desk", ROBO, lang="de"), listen("desk", ROBO, lang="en")
    fair.asked_as("answered")
    told = german.html(), english.html()
    assert "am Stand beantwortet" in told[0]
    assert "am Stand beantwortet" not in told[1]


def test_without_a_language_the_browsers_own_is_spoken(fair: Fair) -> None:
    for lang in (None, "xx", 7):
        window = Window(fair)
        socket = socketio.test_client(
            fair.app,
            flask_test_client=window.client,
            headers={"Accept-Language": "en"},
            auth={"lang": lang},
        )
        ear = Ear(socket, "stand", ROBO)
        assert ear.watch()["ok"] is True
        question = fair.ask()
        fair.bring(question, "answered")
        assert "beantwortet" not in ear.html()
        socket.disconnect()


@pytest.mark.parametrize("auth", [None, "de", ["de"], 7, {"lang": {"a": 1}}, {"lang": ["de"]}])
def test_a_handshake_of_nonsense_is_heard_out(fair: Fair, auth: Any) -> None:
    socket = socketio.test_client(fair.app, flask_test_client=Window(fair).client, auth=auth)
    assert socket.is_connected()
    assert Ear(socket, "stand", ROBO).watch()["ok"] is True
    socket.disconnect()


# The screen


VERBS = st.sampled_from(
    ["shortlist", "live", "live", "answer", "owe", "decline", "reopen", "merge", "split", "redact",
     "assign", "undo", "picture", "ask"]
)  # fmt: skip


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(day=st.lists(st.tuples(VERBS, st.integers(0, 5)), min_size=10, max_size=25))
def test_the_hall_hears_the_live_question_the_one_before_and_no_other(
    app: Any, prepared: Any, day: list[tuple[str, int]]
) -> None:
    restart(app, prepared)
    fair = Fair(app)
    asked = [fair.ask(stand, text(n), asker=f"P{n}") for n, stand in enumerate([ROBO, BAU] * 3)]
    texts = {question: text(n) for n, question in enumerate(asked)}
    window = Window(fair).enter("screen", GE)
    ears = [Ear(connect(app, window, lang=lang), "screen", GE) for lang in ("de", "en")]
    for ear in ears:
        assert ear.watch()["ok"] is True
    changes: list[int] = []
    fair.enter("round")
    for verb, which in day:
        allowed = on_stage(fair)
        question = asked[which]
        try:
            if verb == "ask":
                words = text(len(texts))
                texts[fair.ask(ROBO, words)] = words
            elif verb == "picture":
                changes.append(fair.conduct("picture", str(which % 2)).change)
            elif verb == "undo":
                if changes:
                    changes.append(fair.undo(changes[-1 - which % len(changes)]).change)
            else:
                said: dict[str, Any] = {
                    "stand": ROBO,
                    "reason": "Nein.",
                    "text": text(which),
                    "answer": "Ja.",
                }
                head = asked[(which + 1) % 6]
                changes.append(fair.act(question, verb, **(said | {"head": head})).change)
        except Refused:
            pass
        # While a push is on its way, what was on the stage may still be named.
        allowed |= on_stage(fair)
        told = "".join(ear.html() for ear in ears) + window.get(f"/screen/{GE}").text
        assert {question for question, words in texts.items() if words in told} <= allowed
    for ear in ears:
        ear.socket.disconnect()


def text(number: int) -> str:
    return f"Text der Frage Nummer {number} mit einem Ende?"


def on_stage(fair: Fair) -> set[int]:
    """The live question and the one before it."""
    before = fair.rows("events")[0]["before_id"]
    live = {row["id"] for row in fair.rows("questions") if row["status"] == "live"}
    return live if before is None else live | {before}


def test_the_hall_never_hears_of_a_question_that_is_pending(fair: Fair, listen: Listen) -> None:
    hall = [listen("screen", GE), listen("event", GE), listen("stand", ROBO)]
    question = fair.asked_as("pending", words="Noch nicht gelesen?")
    assert [ear.html() for ear in hall] == ["", "", f'<i id="question-{question}" data-gone></i>']
    fair.act(question, "publish")
    assert "Noch nicht gelesen?" in hall[2].html()


def test_a_declined_question_is_taken_from_the_phones(fair: Fair, listen: Listen) -> None:
    question = fair.ask(words="Zu viel?")
    phones, desk = listen("stand", ROBO), listen("desk", ROBO)
    fair.act(question, "decline", reason="Doppelt.")
    assert "data-gone" in phones.html()
    assert 'data-list="declined"' in desk.html()


# The neighbour


def test_a_whole_day_is_not_heard_next_door(organiser: Window, listen: Listen, fair: Fair) -> None:
    phone, desk, moderation = (
        Window(fair),
        Desk(fair, "presenter", ROBO),
        Desk(fair, "moderator", GE),
    )
    neighbours = [
        listen("stand", BAU),
        listen("desk", BAU),
        listen("stand", AC_ROBO),
        listen("desk", AC_ROBO),
        listen("event", AC),
        listen("screen", AC),
        listen("moderate", AC),
        listen("stand", XX_STAND),
        listen("event", ELSEWHERE),
        listen("moderate", ELSEWHERE),
    ]
    question = phone.ask(ROBO)
    Window(fair).send(f"/questions/{question}/me-too", "PUT")
    phone.send(f"/questions/{question}/edit", text="Anders?")
    desk.use("shortlist", question)
    moderation.send(f"/moderate/{GE}/start-round", key=new_key())
    moderation.use("live", question)
    change = moderation.use("answer", question, answer="Ja.").json
    assert change
    moderation.undo(change["change"])
    moderation.send(f"/moderate/{GE}/message", key=new_key(), value="Ende")
    moderation.send(f"/moderate/{GE}/end-round", key=new_key())
    organiser.send(f"/organise/{GE}/phase", key=new_key(), phase="closed")
    assert [ear.heard() for ear in neighbours] == [[]] * len(neighbours)


# Passes and their sockets


@pytest.mark.parametrize("verb", ["revoke", "rotate"])
def test_a_pass_that_lapses_loses_its_sockets_and_no_other_does(
    organiser: Window, listen: Listen, fair: Fair, verb: str
) -> None:
    window = Window(fair).enter("presenter", ROBO)
    gone = [listen("desk", ROBO, window), listen("desk", ROBO, window, lang="en")]
    stays = [listen("desk", BAU), listen("moderate", GE), listen("stand", ROBO, Window(fair))]
    organiser.post(f"/organise/passes/{fair.pass_id('presenter', ROBO)}/{verb}")
    assert [ear.connected for ear in gone] == [False, False]
    assert [ear.connected for ear in stays] == [True] * 3
    fair.ask()
    assert [len(ear.heard()) for ear in stays] == [0, 1, 1]
    assert listen("desk", ROBO, window).answer == {"ok": False, "error": "not_yours"}


@pytest.mark.parametrize("lapse", ["revoked = 1", "generation = generation + 1"])
def test_a_pass_that_lapsed_in_another_process_loses_its_sockets_soon(
    listen: Listen, fair: Fair, lapse: str
) -> None:
    gone, stays = listen("moderate", GE), listen("moderate", AC)
    look_once(fair.app)
    assert gone.connected
    fair.sql(f"UPDATE passes SET {lapse} WHERE id = {fair.pass_id('moderator', GE)}")
    look_once(fair.app)
    assert (gone.connected, stays.connected) == (False, True)
    look_once(fair.app)


def test_nobody_is_forgotten_by_saying_so(listen: Listen, fair: Fair) -> None:
    """`connect` and `disconnect` are the library's own words; a browser may send them, too."""
    ear = listen("moderate", GE)
    for command in ("disconnect", "connect", "disconnect"):
        ear.socket.emit(command, "transport close")
    fair.sql("UPDATE passes SET revoked = 1")
    look_once(fair.app)
    assert not ear.connected


def test_who_has_left_is_forgotten(listen: Listen, fair: Fair) -> None:
    ear = listen("desk", ROBO)
    watchers = fair.app.extensions["process"].watchers
    assert len(watchers.locales) == len(watchers.passes) == 1
    ear.socket.disconnect()
    assert (watchers.locales, watchers.passes) == ({}, {})
    name = rooms.name(rooms.Room.DESK, fair.stand_id(ROBO), "de")
    assert list(sio_server().manager.get_participants("/", name)) == []


def test_a_socket_that_cannot_be_reached_keeps_the_change(
    listen: Listen, fair: Fair, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    listen("desk", ROBO)
    monkeypatch.setattr(socketio, "emit", lambda *_, **__: 1 / 0)
    question = fair.ask()
    assert fair.status(question) == "open"
    assert "could not be told" in caplog.text
