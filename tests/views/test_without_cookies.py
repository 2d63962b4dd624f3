"""A browser that keeps no cookies is told so: at the door, when it votes, when it has asked."""

import re

import pytest
from werkzeug.test import TestResponse

from tests.support.fair import GE, ROBO, TOUR, Fair, new_key
from tests.support.windows import SAME_ORIGIN, Window

SAID = "speichert keine Cookies"


@pytest.fixture
def forgetful(fair: Fair) -> Window:
    """Its browser keeps no cookies."""
    window = Window(fair)
    window.client = fair.app.test_client(use_cookies=False)
    return window


def vote(window: Window, question: int, **fields: object) -> TestResponse:
    return window.send(f"/questions/{question}/me-too", "PUT", key=new_key(), on="1", **fields)


def test_a_form_counts_no_vote_of_a_browser_without_cookies(forgetful: Window, fair: Fair) -> None:
    question = fair.ask(ROBO)
    (path,) = re.findall(
        rf'action="(/questions/{question}/me-too[^"]*)"', forgetful.get(f"/s/{ROBO}").text
    )
    for _ in range(3):
        first = forgetful.post(path, on="1")
        assert first.status_code == 307
        answer = forgetful.post(first.location, on="1")
        assert answer.status_code == 403
        assert SAID in answer.text
    assert fair.card(question).votes == 0


def test_a_first_vote_by_form_counts_once_and_needs_no_third_request(
    phone: Window, fair: Fair
) -> None:
    question = fair.ask(ROBO)
    path = f"/questions/{question}/me-too?form=1"
    first = phone.client.post(path, data={"on": "1"}, headers=SAME_ORIGIN)
    assert first.status_code == 307
    assert fair.card(question).votes == 0
    again = phone.client.post(first.location, data={"on": "1"}, headers=SAME_ORIGIN)
    assert again.headers["Location"] == f"/s/{ROBO}#question-{question}"
    assert fair.card(question).votes == 1
    # From here on it is one request.
    assert phone.client.post(path, data={"on": "0"}, headers=SAME_ORIGIN).status_code == 303


def test_a_script_that_has_voted_before_is_refused_without_a_cookie(
    forgetful: Window, fair: Fair
) -> None:
    question, other = fair.ask(ROBO), fair.ask(ROBO)
    assert vote(forgetful, question).status_code == 200
    for one in (question, other):
        answer = vote(forgetful, one, again="1")
        assert (answer.status_code, answer.json and answer.json["error"]) == (403, "no_cookies")
        assert answer.json
        assert SAID in answer.json["message"]
    assert (fair.card(question).votes, fair.card(other).votes) == (1, 0)


def test_whose_cookie_has_just_ended_gets_another_with_the_refusal(
    phone: Window, fair: Fair
) -> None:
    question = fair.ask(ROBO)
    assert vote(phone, question, again="1").status_code == 403
    assert vote(phone, question, again="2").status_code == 200
    assert fair.card(question).votes == 1


@pytest.mark.parametrize("path", [f"/s/{ROBO}", f"/e/{GE}"])
@pytest.mark.parametrize(("lang", "said"), [("de", SAID), ("en", "keeps no cookies")])
def test_who_has_asked_hears_that_his_questions_will_not_be_shown(
    forgetful: Window, phone: Window, path: str, lang: str, said: str
) -> None:
    answer = forgetful.post(f"/s/{ROBO}/questions", key=new_key(), text="Was kostet es?")
    landed = answer.headers["Location"].partition("?")[2].partition("#")[0]
    page = forgetful.get(f"{path}?{landed}&lang={lang}").text
    assert said in page
    phone.post(f"/s/{ROBO}/questions", key=new_key(), text="Was kostet es?")
    assert said not in phone.get(f"{path}?asked=2&lang={lang}").text


@pytest.mark.parametrize(
    ("role", "place"),
    [("presenter", ROBO), ("moderator", GE), ("screen", GE), ("organiser", TOUR)],
)
def test_who_comes_from_the_door_without_a_pass_is_told_why(
    forgetful: Window, fair: Fair, role: str, place: str
) -> None:
    forgetful.get("/pass")
    entered = forgetful.post("/pass", secret=fair.secret(role, place))
    assert entered.status_code == 303
    page = forgetful.get(entered.headers["Location"], Referer="http://localhost/pass")
    assert page.status_code == 403
    assert "Ihre Zugangskarte gilt" in page.text
    assert SAID in page.text
    # Also where a browser does not say whence it comes.
    assert SAID in forgetful.get(entered.headers["Location"]).text


def test_staff_whose_cookies_are_gone_are_told_so(forgetful: Window, fair: Fair) -> None:
    question = fair.ask(ROBO)
    answer = forgetful.client.post(
        f"/present/{ROBO}/questions/{question}/answer",
        data={"key": new_key(), "version": "1"},
        headers=SAME_ORIGIN
        | {"Accept": "application/json", "Referer": f"http://localhost/present/{ROBO}"},
    )
    assert (answer.status_code, answer.json and answer.json["error"]) == (403, "not_yours")
    assert answer.json
    assert SAID in answer.json["message"]


def test_an_asker_without_a_cookie_is_not_asked_for_a_pass(forgetful: Window, fair: Fair) -> None:
    question = fair.ask(ROBO)
    answer = forgetful.send(f"/questions/{question}/withdraw", key=new_key())
    assert (answer.status_code, answer.json and answer.json["error"]) == (403, "not_yours")
    assert answer.json
    assert "Zugangskarte" not in answer.json["message"]
    missing = forgetful.send("/questions/999/withdraw", key=new_key())
    assert missing.json == answer.json


def test_a_holder_of_another_pass_reads_nothing_of_cookies(fair: Fair) -> None:
    window = Window(fair).enter("presenter", ROBO)
    assert "Cookies" not in window.get(f"/moderate/{GE}").text
