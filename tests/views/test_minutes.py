"""The minutes: withheld during the day, then what everybody may read of it."""

import pytest

from tests.support.fair import BAU, GE, ROBO, Fair
from tests.support.windows import Window, ids

PAGE = f"/e/{GE}/minutes"
ASKED, ANSWER = "Was kostet der Betrieb im Jahr?", "Zehntausend Euro."
HIDDEN = ["pending", "declined", "withdrawn"]


@pytest.fixture
def asked(fair: Fair) -> list[int]:
    """An answered question, one that waits at another stand, and some that nobody may read."""
    for status in HIDDEN:
        fair.asked_as(status, words=f"Was ist {status}?")
    answered, waits = fair.ask(ROBO, ASKED), fair.ask(BAU, "Wer haftet?")
    fair.act(answered, "answer", answer=ANSWER)
    return [answered, waits]


@pytest.mark.parametrize("phase", ["preparing", "pitches", "fair", "round"])
def test_before_the_day_is_over_the_minutes_are_withheld(
    phone: Window, fair: Fair, asked: list[int], phase: str
) -> None:
    fair.enter(phase)
    assert PAGE not in phone.get(f"/e/{GE}").text
    page = phone.get(PAGE)
    assert page.status_code == 404
    assert "nach dem Ende der Veranstaltung" in page.text
    assert ASKED not in page.text
    assert ANSWER not in page.text
    assert not [one for one in ids(page.text) if one.startswith("question-")]


@pytest.mark.parametrize("phase", ["follow_up", "closed"])
def test_afterwards_they_hold_questions_and_answers_and_nothing_that_is_not_public(
    phone: Window, fair: Fair, asked: list[int], phase: str
) -> None:
    fair.enter(phase)
    assert PAGE in phone.get(f"/e/{GE}").text
    page = phone.get(PAGE).text
    shown = [one for one in ids(page) if one.startswith("question-")]
    assert shown == [f"question-{question}" for question in asked]
    assert page.index("Projekt robo") < page.index(ASKED) < page.index(ANSWER)
    assert page.index(ANSWER) < page.index("Projekt bau") < page.index("Wer haftet?")
    for status in HIDDEN:
        assert f"Was ist {status}?" not in page
    assert "Gehört nicht hierher." not in page
