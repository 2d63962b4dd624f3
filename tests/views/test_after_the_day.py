"""When the day is over: where an open question stands, whom to call, and no text is lost."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from exchange.exports.mailto import tel
from tests.support.fair import GE, GENERAL, ROBO, Fair, new_key
from tests.support.windows import Window

WORDS = "Was kostet der Betrieb, wenn wir ihn übernehmen?"


def links(html: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'href="((?:tel|mailto):[^"]*)"', html)]


def part(html: str, of: str) -> str:
    """The element with this id, up to the next part of the page."""
    return re.split("</article>|</section>", html.partition(f'id="{of}"')[2])[0]


@pytest.mark.parametrize("phase", ["follow_up", "closed"])
@pytest.mark.parametrize("status", ["open", "pending", "shortlisted", "owed"])
@pytest.mark.parametrize("path", [f"/s/{ROBO}", f"/e/{GE}"])
def test_an_open_question_says_where_it_stands_and_whom_to_call(
    phone: Window, fair: Fair, phase: str, status: str, path: str
) -> None:
    fair.set_moderation_first(status == "pending")
    question = phone.ask(ROBO, WORDS)
    if status in ("shortlisted", "owed"):
        fair.bring(question, status)
    assert links(part(phone.get(path).text, f"mine-question-{question}")) == []
    fair.enter(phase)
    page = phone.get(path).text
    card = part(page, f"mine-question-{question}")
    call, mail = links(card)
    assert call == "tel:02091"
    parts = urlsplit(mail)
    assert parts.path == "e@example.org"
    said = parse_qs(parts.query)
    assert said["subject"] == ["Frage 1 an Stand 1, Projekt robo"]
    assert said["body"] == [WORDS]
    assert "Geschäftsstelle" in card
    assert ("noch offen" in card) == (status != "owed")
    # What was true during the day is not any more.
    told = page.partition('id="told"')[2].partition("</div>")[0]
    assert ("Frage 1 ist noch offen" in told) == (status != "owed")
    assert "paar Minuten" not in card
    assert "Vorgesehen" not in card


@pytest.mark.parametrize("status", ["answered", "declined", "withdrawn"])
def test_what_has_an_end_names_nobody(phone: Window, fair: Fair, status: str) -> None:
    question = phone.ask(ROBO)
    fair.bring(question, status)
    fair.enter("closed")
    assert links(part(phone.get(f"/s/{ROBO}").text, f"mine-question-{question}")) == []


def test_others_read_that_it_stayed_open(phone: Window, fair: Fair) -> None:
    question = fair.ask(ROBO)
    assert "offen" not in part(phone.get(f"/s/{ROBO}").text, f"question-{question}")
    fair.enter("closed")
    assert ">offen<" in part(phone.get(f"/s/{ROBO}").text, f"question-{question}")


def test_a_question_to_no_project_says_whom_to_turn_to(phone: Window, fair: Fair) -> None:
    question = phone.ask(GENERAL)
    fair.enter("closed")
    card = part(phone.get(f"/s/{GENERAL}").text, f"mine-question-{question}")
    assert links(card) == []
    assert "Veranstalter" in card


@pytest.mark.parametrize("phase", ["preparing", "fair", "follow_up", "closed"])
def test_the_stands_page_names_the_contact_where_the_field_was(
    phone: Window, fair: Fair, phase: str
) -> None:
    fair.enter(phase)
    page = part(phone.get(f"/s/{ROBO}").text, "asking")
    if phase != "closed":
        assert links(page) == []
        return
    assert "<form" not in page
    call, mail = links(page)
    assert call == "tel:02091"
    assert parse_qs(urlsplit(mail).query)["subject"] == ["Frage an Stand 1, Projekt robo"]


@pytest.mark.parametrize(("stand", "by_mail"), [(ROBO, True), (GENERAL, False)])
def test_what_was_sent_too_late_can_be_copied_or_mailed(
    phone: Window, fair: Fair, stand: str, by_mail: bool
) -> None:
    fair.enter("closed")
    words = "Was kostet <das>?\n" + "Ganz genau, bitte: ä" * 20
    answer = phone.post(f"/s/{stand}/questions", key=new_key(), text=words)
    assert answer.status_code == 403
    page = part(answer.text, "asking")
    field = re.search(r"<textarea[^>]*readonly[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert field
    assert unescape(field[1]) == words
    assert "<button" not in page
    mails = [one for one in links(page) if one.startswith("mailto:")]
    assert ("E-Mail" in page) == bool(mails) == by_mail
    for mail in mails:
        assert parse_qs(urlsplit(mail).query)["body"] == [words.replace("\n", "\r\n")]


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("0209 169-4455", "02091694455"),
        ("0209/169 0", "02091690"),
        ("+49 (0)209 169-0", "+492091690"),
        ("0049 (0) 209 1690", "00492091690"),
        ("(0209) 1690", "02091690"),
        ("0209 1690, Durchwahl 12", "02091690"),
        ("Tel. 0209 1690", "02091690"),
        ("0209 169\u20110", "02091690"),
        ("0209 1690 / 0171 234567", "02091690"),
    ],
)
def test_a_number_is_dialled_as_it_is_meant(written: str, dialled: str) -> None:
    assert tel(written) == f"tel:{dialled}"
