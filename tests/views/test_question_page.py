"""The page of one question for staff: what it is, what happened, and who may see it."""

import re

import pytest

from tests.support.fair import AC, AC_ROBO, BAU, GE, ROBO, Fair
from tests.support.windows import Desk, Window


def page_of(window: Desk, fair: Fair, question: int) -> str:
    answer = window.get(f"{window.base}/questions/{fair.card(question).number}")
    assert answer.status_code == 200, answer.text
    return answer.text


def steps(page: str) -> list[str]:
    """What is said to have happened, the latest first."""
    history = page.partition('<ol class="history"')[2].partition("</ol>")[0]
    items = re.findall(r"<li.*?</li>", history, re.DOTALL)
    return [" ".join(re.sub(r"<time.*?</time>|<[^>]+>", " ", item).split()) for item in items]


@pytest.fixture(params=["presenter", "moderator"])
def staff(request: pytest.FixtureRequest, fair: Fair) -> Desk:
    return Desk(fair, request.param, ROBO if request.param == "presenter" else GE)


def test_it_tells_what_happened_the_latest_first(staff: Desk, fair: Fair) -> None:
    question = fair.ask(ROBO, "Was kostet es?")
    fair.act(question, "answer", by="presenter", answer="Nichts.")
    undone = fair.act(question, "shortlist")
    fair.undo(undone.change)
    other = fair.ask(BAU)
    fair.act(question, "shortlist")
    fair.act(question, "live")
    fair.act(other, "live")
    number = fair.card(other).number
    assert steps(page_of(staff, fair, question)) == [
        f"mit Frage {number}: auf die Leinwand gerufen Moderation",
        "auf die Leinwand gerufen Moderation",
        "für die Schlussrunde vorgesehen Moderation",
        "zurückgenommen: für die Schlussrunde vorgesehen Moderation",
        "für die Schlussrunde vorgesehen zurückgenommen Moderation",
        "beantwortet Projektpartner, Stand 1",
        "gestellt Gast",
    ]


def test_it_shows_earlier_answers_beside_the_one_that_counts(staff: Desk, fair: Fair) -> None:
    question = fair.ask(ROBO, "Was kostet es?")
    fair.act(question, "answer", by="presenter", answer="Ungefähr <nichts>.")
    fair.act(question, "answer", answer="Genau 12.000 Euro.")
    page = page_of(staff, fair, question)
    given = page.partition('<ol class="given"')[2].partition("</ol>")[0]
    assert given.index("Genau 12.000 Euro.") < given.index("<b>gilt</b>")
    assert given.index("<b>gilt</b>") < given.index("Ungefähr &lt;nichts&gt;.")
    assert given.count("gilt nicht mehr") == 1


def test_the_log_keeps_no_text_that_was_erased(staff: Desk, fair: Fair) -> None:
    question = fair.ask(ROBO, "Was macht Herr Mustermann?")
    fair.act(question, "redact", text="Was macht der Leiter?")
    page = page_of(staff, fair, question)
    assert "Mustermann" not in page
    assert steps(page)[0] == "Persönliches entfernt Moderation"


def test_the_moderation_is_proposed_what_asks_the_same(fair: Fair, moderation: Desk) -> None:
    head = fair.ask(BAU, "Was kostet der Betrieb im Jahr?")
    question = fair.ask(ROBO, "Welche Kosten hat der Betrieb?")
    number = fair.card(head).number
    page = page_of(moderation, fair, question)
    assert re.findall(r'name="head_number" value="(\d+)"', page) == [str(number)]
    path = f"{moderation.base}/questions/{question}/merge"
    assert moderation.post(path, version=1, head_number=number).status_code == 303
    merged = fair.card(question).head
    assert merged
    assert merged.id == head


def test_it_is_for_whom_its_list_is_for(fair: Fair, moderation: Desk, desk: Desk) -> None:
    ours, next_door, next_city = fair.ask(ROBO), fair.ask(BAU), fair.ask(AC_ROBO)
    numbers = {one: fair.card(one).number for one in (ours, next_door, next_city)}
    assert numbers[next_city] == numbers[ours]
    for window, base, question, status in (
        (moderation, moderation.base, next_door, 200),
        (desk, desk.base, ours, 200),
        (desk, desk.base, next_door, 404),
        (desk, f"/present/{BAU}", next_door, 403),
        (desk, f"/moderate/{GE}", ours, 403),
        (moderation, f"/moderate/{AC}", next_city, 403),
        (Window(fair), moderation.base, ours, 403),
        (Window(fair), desk.base, ours, 403),
    ):
        answer = window.get(f"{base}/questions/{numbers[question]}")
        assert answer.status_code == status, (base, question)
    for number in ("999", "99999999999999999999", "0"):
        for window in (moderation, desk):
            assert window.get(f"{window.base}/questions/{number}").status_code == 404


def test_a_question_that_went_elsewhere_is_no_longer_here(desk: Desk, fair: Fair) -> None:
    question = fair.ask(ROBO)
    page_of(desk, fair, question)
    fair.act(question, "assign", stand=BAU)
    path = f"{desk.base}/questions/{fair.card(question).number}"
    assert desk.get(path).status_code == 404


def test_it_is_sent_again_when_anything_has_changed(staff: Desk, fair: Fair) -> None:
    question = fair.ask(ROBO)
    path = f"{staff.base}/questions/{fair.card(question).number}"
    etag = staff.get(path).headers["ETag"]
    assert staff.get(path, If_None_Match=etag).status_code == 304
    fair.act(question, "answer", answer="Ja, ab Mai.")
    again = staff.get(path, If_None_Match=etag)
    assert again.status_code == 200
    assert "Ja, ab Mai." in again.text


def test_its_history_has_an_end(staff: Desk, fair: Fair) -> None:
    question = fair.ask(ROBO)
    for _ in range(51):
        fair.act(question, "shortlist")
        fair.act(question, "reopen")
    assert len(steps(page_of(staff, fair, question))) == 100
