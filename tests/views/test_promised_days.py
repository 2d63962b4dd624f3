"""What pages say of answers that were promised: never a day that is over as one to come."""

import re
from datetime import date, timedelta

import pytest

from exchange.models.base import today
from tests.support.fair import GE, ROBO, Fair, new_key
from tests.support.hall_time import SetHallClock
from tests.support.windows import Desk, Listen, Window

TO_COME = "antwortet bis zum 3. November"
OVERDUE = "bis zum 3. November 2026 zugesagt und steht noch"
ABOUT = 'data-status="overdue"'


@pytest.fixture
def owed(fair: Fair) -> int:
    """A question of an event of 20 October, which nobody has answered."""
    question = fair.asked_as("owed")
    fair.enter("follow_up")
    fair.sql("UPDATE events SET date = '2026-10-20', owed_until = '2026-11-03'")
    fair.sql("UPDATE questions SET owed_until = '2026-11-03'")
    # Passes end by the same calendar.
    fair.sql("UPDATE events SET phase_since = '2026-11-20 12:00:00+00:00'")
    return question


PLACES = [f"/s/{ROBO}", f"/e/{GE}/minutes", f"/present/{ROBO}", f"/moderate/{GE}"]
OF_STAFF = [place for place in PLACES if "present" in place or "moderate" in place]


def reader(fair: Fair) -> Window:
    """Somebody at the desk and at the moderation."""
    return Window(fair).enter("presenter", ROBO).enter("moderator", GE)


@pytest.mark.parametrize("place", PLACES)
def test_a_promise_is_said_to_be_overdue_from_midnight_in_the_hall(
    fair: Fair, hall_clock: SetHallClock, owed: int, place: str
) -> None:
    for clock, overdue in (("2026-11-03 23:59", False), ("2026-11-04 00:00", True)):
        hall_clock(clock)
        page = reader(fair).get(place).text
        assert (OVERDUE in page, TO_COME in page) == (overdue, not overdue)
        assert (ABOUT in page) == (overdue and place in OF_STAFF)


def test_my_own_question_says_that_its_answer_is_still_to_come(
    fair: Fair, hall_clock: SetHallClock
) -> None:
    fair.enter("follow_up")
    mine = Window(fair)
    mine.ask(ROBO, key=new_key())
    fair.sql("UPDATE questions SET owed_until = '2026-11-03'")
    hall_clock("2026-11-26 09:00")
    page = mine.get(f"/s/{ROBO}", Accept_Language="en").text
    own = page[page.index('id="mine-question') :]
    assert "was promised by 3 November 2026" in own.replace("November 3, 2026", "3 November 2026")


def test_the_hall_reads_that_an_answer_is_still_to_come(
    fair: Fair, hall_clock: SetHallClock
) -> None:
    fair.enter("round")
    question = fair.ask()
    fair.act(question, "live")
    fair.act(question, "owe")
    fair.sql("UPDATE questions SET owed_until = '2026-11-03'")
    hall_clock("2026-11-26 09:00")
    page = Window(fair).enter("screen", GE).get(f"/screen/{GE}").text
    assert OVERDUE in page
    assert TO_COME not in page


@pytest.mark.parametrize(
    ("clock", "day"),
    [
        ("2026-11-03 23:59", "3. November 2026"),
        ("2026-11-04 00:00", "18. November 2026"),
        ("2026-11-26 12:00", "10. Dezember 2026"),
    ],
)
def test_after_the_fair_no_day_is_promised_that_is_over(
    fair: Fair, hall_clock: SetHallClock, owed: int, clock: str, day: str
) -> None:
    hall_clock(clock)
    for place in (f"/e/{GE}", f"/s/{ROBO}"):
        said = re.search(r'id="phase".*?</p>', Window(fair).get(place).text, re.DOTALL)
        assert said
        assert f"schriftlich bis zum {day}" in said[0]


def test_what_is_pushed_says_the_same_as_the_page(
    fair: Fair, hall_clock: SetHallClock, owed: int, listen: Listen
) -> None:
    hall_clock("2026-11-26 12:00")
    event, desk = listen("event", GE), listen("desk", ROBO)
    fair.act(owed, "redact", text="Anders?")
    assert OVERDUE in desk.html()
    fair.enter("closed")
    fair.enter("follow_up")
    assert "bis zum 10. Dezember 2026" in event.html()


@pytest.mark.parametrize("place", PLACES)
def test_a_page_that_was_read_before_midnight_is_another_one_after_it(
    fair: Fair, hall_clock: SetHallClock, owed: int, place: str
) -> None:
    hall_clock("2026-11-03 23:59")
    window = reader(fair)
    tag = window.get(place).headers["ETag"]
    assert window.get(place, If_None_Match=tag).status_code == 304
    hall_clock("2026-11-04 00:00")
    again = window.get(place, If_None_Match=tag)
    assert again.status_code == 200
    assert OVERDUE in again.text


@pytest.mark.parametrize("place", [f"/present/{ROBO}", f"/moderate/{GE}"])
@pytest.mark.parametrize(
    ("clock", "least"), [("2026-11-27 00:52", "2026-11-27"), ("2026-07-01 00:52", "2026-07-01")]
)
def test_a_field_for_a_promise_begins_with_today(
    fair: Fair, hall_clock: SetHallClock, place: str, clock: str, least: str
) -> None:
    fair.ask()
    window = reader(fair)
    hall_clock(clock)
    for page in (place, f"{place}/questions/1"):
        fields = re.findall(r'<input[^>]*name="until"[^>]*>', window.get(page).text)
        assert fields
        assert all(f'min="{least}"' in field for field in fields)


def test_the_dashboard_counts_what_is_overdue(
    fair: Fair, hall_clock: SetHallClock, owed: int, organiser: Window
) -> None:
    follower = fair.ask()
    fair.act(follower, "merge", head=owed)
    hall_clock("2026-11-03 12:00")
    assert "Überfällig" not in organiser.get(f"/organise/{GE}/live").text
    hall_clock("2026-11-04 12:00")
    page = organiser.get(f"/organise/{GE}/live").text
    assert "Überfällig: 1" in page
    assert "bis zum 3. November" not in page


def test_a_settled_day_that_is_over_is_refused_at_its_field(fair: Fair, organiser: Window) -> None:
    yesterday = today() - timedelta(days=1)
    fair.sql("UPDATE events SET date = NULL")
    answer = organiser.send(f"/organise/{GE}/settings", owed_until=yesterday, key=new_key())
    assert (answer.status_code, answer.json and answer.json["error"]) == (422, "owed_past")
    assert answer.json
    assert answer.json["message"] == "Dieser Tag ist schon vorbei. Bitte nennen Sie einen späteren."


def test_a_desk_that_promises_without_a_day_is_told_no_day_that_is_over(
    fair: Fair, owed: int
) -> None:
    fair.sql("UPDATE events SET phase_since = CURRENT_TIMESTAMP, phase = 'fair'")
    question = fair.ask()
    fair.sql(f"UPDATE events SET owed_until = '{today() - timedelta(days=2)}'")
    desk = Desk(fair, "presenter", ROBO)
    assert desk.use("owe", question).status_code == 200
    due = fair.card(question).owed_until
    assert isinstance(due, date)
    assert due >= today()
