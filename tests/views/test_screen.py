"""The hall screen: text of the live question and the one before it, and of no other."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.fair import AC, BAU, GE, ROBO, Fair

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
LIVE, BEFORE, NEXT = "Was kostet der Betrieb?", "Wer haftet dafür?", "Wie lange dauert das?"


def entered(app: Flask, secret: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/pass", data={"secret": secret}, headers=SAME_ORIGIN).status_code == 303
    return client


@pytest.fixture
def hall(app: Flask, fair: Fair) -> FlaskClient:
    """The laptop at the beamer."""
    return entered(app, fair.secret("screen", GE))


def stage(hall: FlaskClient) -> str:
    page = hall.get(f"/screen/{GE}").text
    return page[page.index('id="stage"') : page.index('class="way-in"')]


def shows(hall: FlaskClient) -> str:
    found = re.search(r'data-shows="(\w+)"', stage(hall))
    assert found
    return found[1]


def test_the_live_question_with_all_that_the_hall_needs(hall: FlaskClient, fair: Fair) -> None:
    live = fair.ask(ROBO, LIVE)
    follower = fair.ask(BAU, BEFORE, asker="Bert")
    fair.me_too(live, "Carla")
    fair.act(follower, "merge", head=live)
    fair.act(live, "live")
    picture = stage(hall)
    assert shows(hall) == "live"
    assert LIVE in picture
    assert BEFORE not in picture
    assert "Projekt robo" in picture
    assert "Stadt robo" in picture
    assert re.search(rf'data-votes="{live}"[^>]*>1<', picture)
    assert f"auch gefragt in Frage {fair.card(follower).number}" in picture


def test_of_those_to_come_number_stand_and_project_but_never_text(
    hall: FlaskClient, fair: Fair
) -> None:
    fair.bring(fair.ask(ROBO, LIVE), "live")
    coming = [fair.asked_as("shortlisted", BAU, f"{NEXT} {number}") for number in range(4)]
    picture = stage(hall)
    assert "Projekt bau" in picture
    assert NEXT not in picture
    shown = re.findall(r'stage-next-number">.*?</span>(\d+)</b>', picture)
    assert shown == [str(fair.card(one).number) for one in coming[:3]]


def test_between_two_questions_the_one_before_with_its_answer(
    hall: FlaskClient, fair: Fair
) -> None:
    fair.enter("round")
    before = fair.ask(ROBO, BEFORE)
    fair.act(before, "live")
    fair.act(before, "answer", answer="Die Stadt, als Betreiberin.")
    fair.asked_as("shortlisted", BAU, NEXT)
    assert shows(hall) == "before"
    assert BEFORE in stage(hall)
    assert "Die Stadt, als Betreiberin." in stage(hall)
    assert NEXT not in stage(hall)


def test_the_idle_picture_hides_whatever_is_live(hall: FlaskClient, fair: Fair) -> None:
    fair.bring(fair.ask(ROBO, LIVE), "live")
    fair.asked_as("shortlisted", BAU, NEXT)
    fair.conduct("picture", "1")
    assert shows(hall) == "idle"
    assert LIVE not in stage(hall)
    assert "Projekt bau" not in stage(hall)
    fair.conduct("picture", "0")
    assert shows(hall) == "live"


def test_idle_it_shows_the_way_in(hall: FlaskClient, fair: Fair) -> None:
    assert shows(hall) == "idle"
    page = hall.get(f"/screen/{GE}").text
    assert f'src="/e/{GE}/qr.svg"' in page
    assert f"localhost:5000/e/{GE}" in page
    assert f"Stadt {GE}" in page


def test_message_and_clock_stand_beside_what_is_on(hall: FlaskClient, fair: Fair) -> None:
    fair.conduct("message", "Kurze Pause.")
    fair.conduct("clock", "5")
    assert "Kurze Pause." in stage(hall)
    assert re.search(r'data-until="\d{4}-\d\d-\d\dT[\d:.]+\+00:00"', stage(hall))


def test_a_neighbouring_hall_sees_nothing_of_it(app: Flask, fair: Fair, hall: FlaskClient) -> None:
    fair.bring(fair.ask(ROBO, LIVE), "live")
    assert LIVE in stage(hall)
    next_door = entered(app, fair.secret("screen", AC))
    assert next_door.get(f"/screen/{GE}").status_code == 403
    assert LIVE not in next_door.get(f"/screen/{AC}").text


def test_it_is_for_the_screen_and_the_moderation(app: Flask, fair: Fair) -> None:
    assert app.test_client().get(f"/screen/{GE}").status_code == 403
    assert entered(app, fair.secret("presenter", ROBO)).get(f"/screen/{GE}").status_code == 403
    assert entered(app, fair.secret("moderator", GE)).get(f"/screen/{GE}").status_code == 200
