"""The asker is told what becomes of the question asked last, on every page of the event."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from tests.support.fair import BAU, GE, ROBO, Fair
from tests.support.windows import Listen, Window, elements, ids

PLACES = [f"/s/{ROBO}", f"/s/{BAU}", f"/e/{GE}"]

BECOMES: dict[str, tuple[Callable[[Fair, int], object], str]] = {
    "live": (lambda fair, one: fair.act(one, "live"), "Frage 1 ist jetzt dran"),
    "answered": (
        lambda fair, one: fair.act(one, "answer", answer="Ja."),
        "Frage 1 ist beantwortet: ansehen",
    ),
    "shortlisted": (lambda fair, one: fair.act(one, "shortlist"), "für die Schlussrunde"),
    "declined": (lambda fair, one: fair.act(one, "decline", reason="Nein."), "wurde abgelehnt"),
    "owed": (lambda fair, one: fair.act(one, "owe"), "antwortet die Anlaufstelle schriftlich"),
    "merged": (
        lambda fair, one: fair.act(one, "merge", head=fair.ask(ROBO)),
        "wird zusammen mit Frage 2 beantwortet",
    ),
    "answered with another": (
        lambda fair, one: (
            fair.act(one, "merge", head=(head := fair.ask(ROBO))),
            fair.act(head, "answer", answer="Ja."),
        ),
        "Frage 1 ist beantwortet: ansehen",
    ),
}


def told(html: str) -> str:
    """What a page or a fragment says of the last question, as it is read."""
    found = re.search(r'<div class="notice" id="told".*?</div>', html, re.DOTALL)
    return plain(found[0] if found else "")


def plain(html: str) -> str:
    """What is seen of it."""
    words = re.sub(r'<span class="visually-hidden">.*?</span>|<[^>]+>', "", html)
    return " ".join(unescape(words).split())


@pytest.mark.parametrize("becomes", BECOMES)
def test_the_notice_says_what_has_become_of_it(
    phone: Window, fair: Fair, listen: Listen, becomes: str
) -> None:
    question = phone.ask(ROBO)
    for place in PLACES:
        assert "Ihre Frage hat die Nummer 1." in told(phone.get(place).text)
    mine = listen("mine", GE, phone)
    act, sentence = BECOMES[becomes]
    act(fair, question)
    assert sentence in told(mine.heard()[-1]["html"])
    for place in PLACES:
        page = phone.get(place).text
        assert sentence in told(page)
        assert f'id="mine-question-{question}"' in page
    # Without scripts it stands where the answer to the form leads.
    landed = phone.get(f"/s/{ROBO}?asked=1").text.partition('id="mine"')[2]
    assert sentence in plain(landed)


def test_what_is_checked_first_is_said_to_be_published(
    phone: Window, fair: Fair, listen: Listen
) -> None:
    fair.set_moderation_first(True)
    question = phone.ask(ROBO)
    assert "kurz geprüft" in told(phone.get(f"/s/{ROBO}").text)
    mine = listen("mine", GE, phone)
    fair.act(question, "publish")
    assert told(mine.html()) == "Frage 1 ist veröffentlicht."
    assert told(phone.get(f"/e/{GE}").text) == "Frage 1 ist veröffentlicht."


def test_it_is_about_the_question_that_was_asked_last(
    phone: Window, fair: Fair, listen: Listen
) -> None:
    first, last = phone.ask(ROBO, "Die erste?"), phone.ask(BAU, "Die letzte?")
    mine = listen("mine", GE, phone)

    def version(html: str) -> int:
        (one,) = [one for one in elements(html) if one["id"] == "told"]
        return int(one["data-version"])

    for _ in range(3):
        fair.act(first, "shortlist")
        fair.act(first, "reopen")
    shown = version(phone.get(f"/s/{ROBO}").text)
    assert all(version(push["html"]) < shown for push in mine.heard())
    assert "Nummer 2" in told(phone.get(f"/s/{ROBO}").text)
    fair.act(last, "answer", answer="Ja.")
    assert version(mine.html()) >= shown


@pytest.mark.parametrize("path", [f"/s/{ROBO}", f"/e/{GE}"])
def test_my_questions_stand_above_the_round(phone: Window, fair: Fair, path: str) -> None:
    fair.enter("round")
    fair.act(fair.ask(BAU), "live")
    phone.ask(ROBO)
    page = ids(phone.get(path).text)
    assert page.index("mine") < page.index("live")


def test_the_events_page_hears_what_becomes_of_mine(phone: Window, fair: Fair) -> None:
    def rooms() -> str:
        return unescape(re.findall(r"data-watch='([^']*)'", phone.get(f"/e/{GE}").text)[0])

    assert "mine" not in rooms()
    phone.ask(ROBO)
    assert '"room": "mine"' in rooms().replace('":"', '": "')


def test_others_read_nothing_of_it(phone: Window, fair: Fair) -> None:
    phone.ask(ROBO)
    for place in PLACES:
        page = Window(fair).get(place).text
        assert told(page) == ""
        assert "mine-question" not in page


def test_the_notice_is_read_in_english(phone: Window, fair: Fair) -> None:
    fair.act(phone.ask(ROBO), "answer", answer="Yes.")
    assert told(phone.get(f"/e/{GE}?lang=en").text) == "Question 1 is answered: view"
