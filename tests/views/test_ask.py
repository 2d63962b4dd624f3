"""Asking: `POST /s/<stand>/questions`, from a script and as a plain form."""

import json
import logging
import re
import uuid
from html import unescape
from typing import Any

import pytest

from exchange.access import PARTICIPANT_COOKIE
from tests.support.fair import AC_ROBO, BAU, GE, GENERAL, ROBO, XX_STAND, Fair, new_key
from tests.support.windows import SAME_ORIGIN, Desk, Listen, Window

ASK = f"/s/{ROBO}/questions"
WORDS = "Was kostet der Betrieb im Jahr?"


def typed(page: str) -> str:
    """What stands in the question field of a page."""
    found = re.search(r'<textarea[^>]*name="text"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found
    return unescape(found[1])


def key_in(page: str) -> str:
    """The key that the page's form will send."""
    found = re.search(r'name="key" value="([^"]*)"', page)
    assert found
    return str(uuid.UUID(found[1]))


# From a script


def test_a_question_gets_its_number_and_its_key_back(phone: Window, fair: Fair) -> None:
    key = new_key()
    answer = phone.send(ASK, key=key, text=WORDS, facet="kosten", name="Stadt Waltrop")
    assert answer.status_code == 201
    assert answer.json == {"key": key, "number": 1, "status": "open"}
    card = fair.cards()[0]
    assert (card.text, card.name) == (WORDS, "Stadt Waltrop")


def test_json_is_as_good_as_a_form(phone: Window, fair: Fair) -> None:
    key = new_key()
    answer = phone.client.post(
        ASK,
        json={"key": key, "text": WORDS, "facet": None, "name": ""},
        headers=SAME_ORIGIN | {"Accept": "application/json"},
    )
    assert (answer.status_code, answer.json) == (201, {"key": key, "number": 1, "status": "open"})


@pytest.mark.parametrize("code", [ROBO, ROBO.lower(), GENERAL])
def test_a_code_is_known_in_whatever_case_it_was_typed(phone: Window, code: str) -> None:
    assert phone.send(f"/s/{code}/questions", key=new_key(), text=WORDS).status_code == 201


def test_the_same_key_again_is_the_same_answer(phone: Window, fair: Fair) -> None:
    key = new_key()
    first = phone.send(ASK, key=key, text=WORDS)
    for same in (key, key.upper(), key.replace("-", "")):
        again = phone.send(ASK, key=same, text=WORDS)
        assert (again.status_code, again.json) == (200, first.json)
    assert len(fair.cards()) == 1


def test_the_same_key_with_another_question_is_refused(phone: Window, fair: Fair) -> None:
    key = new_key()
    phone.send(ASK, key=key, text=WORDS)
    before = fair.everything()
    answer = phone.send(ASK, key=key, text="Etwas anderes?")
    assert (answer.status_code, answer.json and answer.json["error"]) == (409, "key_reused")
    assert phone.send(f"/s/{BAU}/questions", key=key, text=WORDS).status_code == 409
    assert fair.everything() == before


def test_a_repetition_binds_the_question_to_the_new_cookie(
    phone: Window, as_attendee: Any, fair: Fair
) -> None:
    """The first answer was lost, and the cookie with it; meanwhile another question brought one."""
    first, key = as_attendee(), new_key()
    question = first.ask(ROBO, WORDS, key=key)
    phone.ask(ROBO, "Eine andere Frage?")
    cookie = phone.cookie(PARTICIPANT_COOKIE)
    assert cookie != first.cookie(PARTICIPANT_COOKIE)
    own = f'id="mine-question-{question}"'
    assert own not in phone.get(f"/s/{ROBO}").text
    assert phone.send(ASK, key=key, text=WORDS).status_code == 200
    assert phone.cookie(PARTICIPANT_COOKIE) == cookie
    assert own in phone.get(f"/s/{ROBO}").text
    assert own not in first.get(f"/s/{ROBO}").text
    assert len(fair.cards()) == 2


def test_the_cookie_comes_with_the_first_write_and_stays(phone: Window) -> None:
    phone.get(f"/s/{ROBO}")
    assert phone.cookie(PARTICIPANT_COOKIE) is None
    answer = phone.send(ASK, key=new_key(), text=WORDS)
    sent = answer.headers["Set-Cookie"]
    assert sent.startswith(f"{PARTICIPANT_COOKIE}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(sent.split("; "))
    assert "Secure" not in sent
    first = phone.cookie(PARTICIPANT_COOKIE)
    assert "Set-Cookie" not in phone.send(ASK, key=new_key(), text=WORDS).headers
    assert phone.cookie(PARTICIPANT_COOKIE) == first


def test_the_tables_know_a_cookie_at_one_event_only(phone: Window, fair: Fair) -> None:
    phone.ask(ROBO)
    phone.ask(BAU)
    phone.ask(AC_ROBO)
    cookie = phone.cookie(PARTICIPANT_COOKIE)
    assert cookie
    digests = [row["digest"] for row in fair.rows("participants")]
    assert len(digests) == len(set(digests)) == 2
    assert cookie not in str(fair.everything())


def test_a_tampered_cookie_is_ignored(phone: Window, fair: Fair) -> None:
    phone.client.set_cookie(PARTICIPANT_COOKIE, "short")
    assert phone.send(ASK, key=new_key(), text=WORDS).status_code == 201
    assert phone.cookie(PARTICIPANT_COOKIE) != "short"


def test_a_refused_question_leaves_no_cookie(phone: Window) -> None:
    assert phone.send(ASK, key=new_key(), text="").status_code == 422
    assert phone.cookie(PARTICIPANT_COOKIE) is None


@pytest.mark.parametrize(
    ("given", "status", "word"),
    [
        ({"key": "no-uuid", "text": WORDS}, 400, "key"),
        ({"text": WORDS}, 400, "key"),
        ({"key": new_key()}, 422, "empty"),
        ({"key": new_key(), "text": WORDS, "facet": "geld"}, 422, "facet"),
        ({"key": new_key(), "text": WORDS, "name": "a" * 81}, 422, "too_long"),
        ({"key": new_key(), "text": WORDS, "name": "a\x00"}, 400, "characters"),
    ],
)
def test_what_is_not_valid_is_refused(
    phone: Window, fair: Fair, given: dict[str, str], status: int, word: str
) -> None:
    before = fair.everything()
    answer = phone.send(ASK, **given)
    assert answer.status_code == status
    assert answer.json
    assert (set(answer.json), answer.json["error"]) == ({"error", "message"}, word)
    assert fair.everything() == before


@pytest.mark.parametrize("phase", ["preparing", "closed"])
def test_outside_the_day_it_is_refused_in_the_readers_language(
    phone: Window, fair: Fair, phase: str
) -> None:
    fair.enter(phase)
    word = {"preparing": "not_yet", "closed": "closed"}[phase]
    messages = set()
    for lang in ("de", "en"):
        answer = phone.client.post(
            ASK,
            data={"key": new_key(), "text": WORDS},
            headers=SAME_ORIGIN | {"Accept": "application/json", "Accept-Language": lang},
        )
        assert answer.status_code == 403
        assert answer.json
        assert answer.json["error"] == word
        messages.add(answer.json["message"])
    assert len(messages) == 2
    assert fair.cards() == []


def test_a_body_that_is_too_large_is_refused(phone: Window, fair: Fair) -> None:
    answer = phone.send(ASK, key=new_key(), text="a" * 140_000)
    assert (answer.status_code, answer.json and answer.json["error"]) == (413, "too_large")
    page = phone.post(ASK, key=new_key(), text="a" * 140_000)
    assert page.status_code == 413
    assert fair.cards() == []


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/octet-stream"])
def test_non_text_bodies_are_refused(phone: Window, kind: str) -> None:
    answer = phone.client.post(
        ASK,
        data=b"text=hallo",
        content_type=kind,
        headers=SAME_ORIGIN | {"Accept": "application/json"},
    )
    assert (answer.status_code, answer.json and answer.json["error"]) == (415, "type")


@pytest.mark.parametrize("code", ["NIX", "0", "a" * 300, "%00", "%ff", "%F0%9F%91%8D"])
def test_an_unknown_stand_is_not_found(phone: Window, code: str) -> None:
    answer = phone.send(f"/s/{code}/questions", key=new_key(), text=WORDS)
    assert (answer.status_code, answer.json and answer.json["error"]) == (404, "unknown")


@pytest.mark.parametrize(
    "sent",
    [
        {"data": b"text=hallo", "content_type": "text/plain"},
        {"data": {"key": "none", "text": WORDS}},
        {"data": b"x=" + b"a" * 200_000, "content_type": "application/x-www-form-urlencoded"},
    ],
)
def test_that_there_is_no_such_stand_is_said_first(phone: Window, sent: dict[str, Any]) -> None:
    headers = SAME_ORIGIN | {"Accept": "application/json"}
    answer = phone.client.post("/s/NIX/questions", headers=headers, **sent)
    assert (answer.status_code, answer.json and answer.json["error"]) == (404, "unknown")


# How much


def test_the_seventh_question_in_a_minute_gets_retry_after(
    phone: Window, as_attendee: Any, fair: Fair
) -> None:
    keys = [new_key() for _ in range(7)]
    told = [phone.send(ASK, key=key, text=WORDS) for key in keys]
    assert [answer.status_code for answer in told] == [201] * 6 + [429]
    refused = told[-1]
    assert refused.json
    assert refused.json["error"] == "slow_down"
    wait = int(refused.headers["Retry-After"])
    assert 0 < wait <= 60
    assert str(wait) in refused.json["message"]
    # A repetition is no new question, the neighbour is another person, and the key is not used up.
    assert phone.send(ASK, key=keys[0], text=WORDS).status_code == 200
    assert as_attendee().send(ASK, key=new_key(), text=WORDS).status_code == 201
    assert phone.send(f"/s/{AC_ROBO}/questions", key=new_key(), text=WORDS).status_code == 201
    fair.app.extensions["process"].limiter.windows.clear()
    assert phone.send(ASK, key=keys[6], text=WORDS).status_code == 201


def test_as_a_form_who_has_to_wait_keeps_the_text(phone: Window) -> None:
    for _ in range(6):
        phone.ask(ROBO)
    page = phone.post(ASK, key=new_key(), text=WORDS)
    assert page.status_code == 429
    assert int(page.headers["Retry-After"]) > 0
    assert typed(page.text) == WORDS


def test_three_hundred_phones_behind_one_address_all_get_through(as_attendee: Any) -> None:
    assert {as_attendee().send(ASK, key=new_key(), text=WORDS).status_code for _ in range(300)} == {
        201
    }


def test_a_refused_text_is_not_counted_against_its_author(phone: Window) -> None:
    phone.ask(ROBO)
    for _ in range(20):
        assert phone.send(ASK, key=new_key(), text="").status_code == 422
    assert phone.send(ASK, key=new_key(), text=WORDS).status_code == 201


# As a plain form


def test_a_form_leads_back_to_the_stand_with_the_number(phone: Window) -> None:
    page = phone.get(f"/s/{ROBO}").text
    answer = phone.post(ASK, key=key_in(page), text=WORDS)
    assert answer.status_code == 303
    after = phone.get(answer.headers["Location"])
    assert after.status_code == 200
    assert "Nummer 1" in after.text
    assert 'id="mine-question-1"' in after.text
    assert typed(after.text) == ""
    assert key_in(after.text) != key_in(page)


def test_a_form_that_is_sent_twice_is_one_question(phone: Window, fair: Fair) -> None:
    page = phone.get(f"/s/{ROBO}").text
    first = phone.post(ASK, key=key_in(page), text=WORDS)
    second = phone.post(ASK, key=key_in(page), text=WORDS)
    assert second.status_code == 303
    assert second.headers["Location"] == first.headers["Location"]
    assert len(fair.cards()) == 1


def test_the_same_words_from_a_reloaded_form_are_one_question(
    phone: Window, as_attendee: Any, fair: Fair
) -> None:
    """Who goes back finds the words still there, and in some browsers a fresh key beside them."""
    first = phone.post(ASK, key=new_key(), text=WORDS)
    again = phone.post(ASK, key=new_key(), text=WORDS)
    assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])
    assert len(fair.cards()) == 1
    # Other words, stands and people, and what was taken back, are questions of their own.
    phone.post(ASK, key=new_key(), text=f"{WORDS} Netto?")
    phone.post(f"/s/{BAU}/questions", key=new_key(), text=WORDS)
    as_attendee().post(ASK, key=new_key(), text=WORDS)
    assert len(fair.cards()) == 4
    phone.send(f"/questions/{fair.cards()[0].id}/withdraw")
    phone.post(ASK, key=new_key(), text=WORDS)
    assert len(fair.rows("questions")) == 5


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"text": "👍👍", "facet": "recht", "name": "Ida"}, 422),
        ({"text": WORDS, "key": "broken", "facet": "recht", "name": "Ida"}, 400),
        ({"text": "a" * 600, "facet": "recht", "name": "Ida"}, 422),
        (
            {
                "text": "Sind \"<b>\" & '</textarea>' erlaubt?" + "\x00",
                "facet": "recht",
                "name": "Ida",
            },
            400,
        ),
    ],
)
def test_a_form_that_is_refused_is_the_page_again_with_all_that_was_typed(
    phone: Window, fair: Fair, given: dict[str, str], status: int
) -> None:
    key = given.get("key", new_key())
    page = phone.post(ASK, **(given | {"key": key}))
    assert page.status_code == status
    assert typed(page.text) == given["text"]
    assert key_in(page.text) != key
    assert re.search(r'value="recht" checked', page.text)
    assert 'value="Ida"' in page.text
    assert re.search(r'id="ask-error"[^>]*>[^<]+<', page.text)
    assert fair.cards() == []


def test_the_text_of_a_closed_event_stays_in_the_field(phone: Window, fair: Fair) -> None:
    fair.enter("closed")
    page = phone.post(ASK, key=new_key(), text=WORDS)
    assert page.status_code == 403
    assert typed(page.text) == WORDS


def test_a_used_key_comes_back_with_a_fresh_one(phone: Window) -> None:
    key = new_key()
    phone.post(ASK, key=key, text=WORDS)
    page = phone.post(ASK, key=key, text="Noch eine Frage?")
    assert page.status_code == 409
    assert typed(page.text) == "Noch eine Frage?"
    assert phone.post(ASK, key=key_in(page.text), text="Noch eine Frage?").status_code == 303


# Secrets


def test_a_key_is_in_no_page_no_news_and_no_log(
    phone: Window,
    listen: Listen,
    fair: Fair,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    desk, moderation = Desk(fair, "presenter", ROBO), Desk(fair, "moderator", GE)
    phone.ask(ROBO)
    rooms = [("stand", ROBO), ("desk", ROBO), ("moderate", GE), ("event", GE), ("screen", GE)]
    ears = [listen(*room) for room in rooms] + [listen("mine", GE, phone)]
    key = new_key()
    question = phone.ask(ROBO, WORDS, key=key)
    desk.use("shortlist", question)
    moderation.use("live", question)
    moderation.use("answer", question, answer="Nichts.")
    fair.enter("follow_up")
    cookie = phone.cookie(PARTICIPANT_COOKIE) or ""
    told = "".join(json.dumps(ear.heard()) for ear in ears)
    pages = [
        phone.get(f"/s/{ROBO}"),
        phone.get(f"/e/{GE}"),
        phone.get(f"/e/{GE}/minutes"),
        phone.get("/projects/robo"),
        desk.get(f"/present/{ROBO}"),
        moderation.get(f"/moderate/{GE}"),
    ]
    assert WORDS in told
    digests = {row["digest"] for row in fair.rows("participants") + fair.rows("questions")}
    for secret in {key, cookie, *digests}:
        assert secret not in told
        assert secret not in caplog.text
        for page in pages:
            assert secret not in page.text
    assert key not in str(fair.rows("changes"))


# Who hears


def test_its_stand_the_moderation_and_its_asker_hear_and_no_neighbour(
    phone: Window, listen: Listen
) -> None:
    phone.ask(ROBO)
    hearers = [listen("stand", ROBO), listen("desk", ROBO), listen("moderate", GE)]
    own = listen("mine", GE, phone)
    neighbours = [
        listen("stand", BAU),
        listen("desk", BAU),
        listen("stand", AC_ROBO),
        listen("desk", AC_ROBO),
        listen("moderate", "AC"),
        listen("event", GE),
        listen("screen", GE),
        listen("stand", XX_STAND),
    ]
    phone.ask(ROBO, WORDS)
    for ear in (*hearers, own):
        (push,) = ear.heard()
        assert WORDS in push["html"]
        assert (push["previous"], push["revision"]) == (ear.revision, ear.revision + 1)
    assert [ear.heard() for ear in neighbours] == [[]] * len(neighbours)
