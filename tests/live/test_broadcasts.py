"""What each room hears, and what it must not hear."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.refusals import Refused
from exchange.extensions import socketio
from tests.support.apps import restart
from tests.support.fair import AC, AC_ROBO, BAU, ELSEWHERE, GE, ROBO, XX_STAND, Fair, new_key
from tests.support.hypotheses import REPEATABLE
from tests.support.windows import Desk, Ear, Listen, Window, connect, elements

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


def test_each_room_gets_fragments_in_its_language(listen: Listen, fair: Fair) -> None:
    german, english = listen("desk", ROBO, lang="de"), listen("desk", ROBO, lang="en")
    fair.asked_as("answered")
    told = german.html(), english.html()
    assert "am Stand beantwortet" in told[0]
    assert "am Stand beantwortet" not in told[1]


def test_without_a_language_the_accept_header_decides(fair: Fair) -> None:
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
def test_a_malformed_handshake_still_connects(fair: Fair, auth: Any) -> None:
    socket = socketio.test_client(fair.app, flask_test_client=Window(fair).client, auth=auth)
    assert socket.is_connected()
    assert Ear(socket, "stand", ROBO).watch()["ok"] is True
    socket.disconnect()


# The screen


VERBS = st.sampled_from(
    ["shortlist", "live", "live", "answer", "owe", "decline", "reopen", "merge", "split", "redact",
     "assign", "undo", "picture", "ask"]
)  # fmt: skip


@settings(REPEATABLE, max_examples=8)
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


def test_other_stands_and_events_hear_nothing_of_a_whole_day(
    organiser: Window, listen: Listen, fair: Fair
) -> None:
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
