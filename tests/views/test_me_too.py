"""Me too: `PUT`, `DELETE` and `POST /questions/<id>/me-too`."""

import re
from collections.abc import Callable

import pytest

from exchange.access import PARTICIPANT_COOKIE
from tests.support.fair import AC_ROBO, BAU, GE, ROBO, Fair, new_key
from tests.support.windows import Listen, Window


@pytest.fixture
def question(fair: Fair) -> int:
    """Asked by somebody else."""
    return fair.ask(ROBO)


def test_me_too_can_be_set_and_cleared_repeatedly(phone: Window, question: int) -> None:
    path = f"/questions/{question}/me-too"
    for method, votes in (("PUT", 1), ("PUT", 1), ("DELETE", 0), ("DELETE", 0), ("PUT", 1)):
        answer = phone.send(path, method)
        assert (answer.status_code, answer.json) == (200, {"votes": votes, "on": bool(votes)})


def test_as_a_form_it_leads_back_to_the_question(phone: Window, question: int, fair: Fair) -> None:
    path = f"/questions/{question}/me-too"
    for on, votes in (("1", 1), ("1", 1), ("0", 0)):
        answer = phone.post(path, on=on)
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/s/{ROBO}#question-{question}"
        assert fair.card(question).votes == votes


@pytest.mark.parametrize(("method", "on"), [("POST", "1"), ("POST", "0"), ("PUT", None)])
def test_the_answer_repeats_the_key_that_came(
    phone: Window, question: int, method: str, on: str | None
) -> None:
    key = new_key()
    answer = phone.send(f"/questions/{question}/me-too", method, on=on, key=key)
    assert (answer.status_code, answer.json and answer.json["key"]) == (200, key)


def test_one_whose_answer_was_lost_with_the_first_cookie_counts_once(
    as_attendee: Callable[[], Window], question: int, fair: Fair
) -> None:
    key, path = new_key(), f"/questions/{question}/me-too"
    as_attendee().send(path, "PUT", key=key)
    again = as_attendee()
    answer = again.send(path, "PUT", key=key.upper())
    assert (answer.status_code, answer.json and answer.json["votes"]) == (200, 1)
    assert fair.card(question).votes == 1
    answer = again.send(path, "DELETE", key=new_key())
    assert (answer.status_code, answer.json and answer.json["votes"]) == (200, 0)


def test_people_who_say_it_first_with_keys_of_their_own_are_two(
    as_attendee: Callable[[], Window], question: int, fair: Fair
) -> None:
    for _ in range(2):
        as_attendee().send(f"/questions/{question}/me-too", "PUT", key=new_key())
    assert fair.card(question).votes == 2


@pytest.mark.parametrize("on", [None, "", "2", "yes"])
def test_a_form_says_yes_or_no(phone: Window, question: int, on: str | None) -> None:
    answer = phone.send(f"/questions/{question}/me-too", on=on)
    assert (answer.status_code, answer.json and answer.json["error"]) == (400, "unreadable")


def test_many_people_count_once_each(
    as_attendee: Callable[[], Window], question: int, fair: Fair
) -> None:
    for number in range(1, 4):
        answer = as_attendee().send(f"/questions/{question}/me-too", "PUT")
        assert answer.json == {"votes": number, "on": True}
    assert fair.card(question).votes == 3


def test_it_brings_the_cookie_and_the_page_knows_it(phone: Window, question: int) -> None:
    phone.send(f"/questions/{question}/me-too", "PUT")
    assert phone.cookie(PARTICIPANT_COOKIE)
    page = phone.get(f"/s/{ROBO}").text
    assert re.search(rf'id="my-votes"[^>]*data-ids="{question}"', page)


def test_ones_own_question_is_refused(phone: Window, fair: Fair) -> None:
    question = phone.ask(ROBO)
    before = fair.everything()
    answer = phone.send(f"/questions/{question}/me-too", "PUT")
    assert (answer.status_code, answer.json and answer.json["error"]) == (422, "own")
    assert fair.everything() == before


@pytest.mark.parametrize("status", ["pending", "declined", "withdrawn"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_nobody_sees_is_not_there(phone: Window, fair: Fair, status: str, method: str) -> None:
    question = fair.asked_as(status)
    before = fair.everything()
    answer = phone.send(f"/questions/{question}/me-too", method)
    assert (answer.status_code, answer.json and answer.json["error"]) == (404, "unknown")
    assert fair.everything() == before


@pytest.mark.parametrize("id_", ["999", "0", "9" * 9, "9" * 20, "9" * 5000, "x", "-1"])
def test_a_question_that_never_was_is_not_there(phone: Window, id_: str) -> None:
    answer = phone.send(f"/questions/{id_}/me-too", "PUT")
    assert (answer.status_code, answer.json and answer.json["error"]) == (404, "unknown")


@pytest.mark.parametrize("phase", ["preparing", "follow_up", "closed"])
def test_when_nobody_is_in_the_hall_nobody_votes(
    phone: Window, question: int, fair: Fair, phase: str
) -> None:
    fair.enter(phase)
    before = fair.everything()
    answer = phone.send(f"/questions/{question}/me-too", "PUT")
    assert (answer.status_code, answer.json and answer.json["error"]) == (422, "no_votes")
    assert fair.everything() == before


def test_the_count_is_told_where_it_is_shown_and_nowhere_else(
    phone: Window, question: int, listen: Listen
) -> None:
    hearers = [listen("stand", ROBO), listen("desk", ROBO), listen("moderate", GE)]
    neighbours = [
        listen(*room)
        for room in (
            ("stand", BAU),
            ("desk", BAU),
            ("stand", AC_ROBO),
            ("event", GE),
            ("screen", GE),
        )
    ]
    phone.send(f"/questions/{question}/me-too", "PUT")
    for ear in hearers:
        (push,) = ear.heard()
        assert push["counts"] == {str(question): 1}
        assert (push["html"], push["previous"]) == ("", ear.revision)
    assert [ear.heard() for ear in neighbours] == [[]] * len(neighbours)


def test_the_hall_sees_the_count_of_what_is_live(
    phone: Window, question: int, fair: Fair, listen: Listen
) -> None:
    fair.act(question, "live")
    hall = [listen("screen", GE), listen("event", GE)]
    phone.send(f"/questions/{question}/me-too", "PUT")
    assert [[push["counts"] for push in ear.heard()] for ear in hall] == [[{str(question): 1}]] * 2


def test_a_vote_for_a_follower_counts_for_its_group_at_every_stand(
    phone: Window, question: int, fair: Fair, listen: Listen
) -> None:
    follower = fair.ask(BAU, asker="Bert")
    fair.act(follower, "merge", head=question)
    here, there = listen("stand", ROBO), listen("stand", BAU)
    phone.send(f"/questions/{follower}/me-too", "PUT")
    phone.send(f"/questions/{question}/me-too", "PUT")
    assert [push["counts"] for push in here.heard()] == [{str(question): 1}] * 2
    assert [push["counts"] for push in there.heard()] == [{str(follower): 1}] * 2
