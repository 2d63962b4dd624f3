"""Tools against a flood: check first, by itself too; and one press for all of one browser."""

from typing import Any

import pytest

from exchange import quotas
from exchange.limits import a_minute
from tests.support.fair import BAU, GE, ROBO, Fair, bumped, new_key
from tests.support.windows import Desk, Window

WORDS = "Kaufen Sie jetzt bei uns ein?"


@pytest.fixture
def moderation(fair: Fair) -> Desk:
    return Desk(fair, "moderator", GE)


@pytest.fixture
def flood(as_attendee: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """More newcomers than may write."""
    monkeypatch.setattr(quotas, "NEWCOMERS_AT_A_STAND", a_minute(5))

    def come() -> list[int]:
        path = f"/s/{ROBO}/questions"
        return [as_attendee().send(path, key=new_key(), text=WORDS).status_code for _ in range(7)]

    return come


def checks_first(fair: Fair) -> bool:
    (event,) = [row for row in fair.rows("events") if row["code"] == GE]
    return bool(event["moderation_first"])


def test_the_moderation_lets_new_questions_wait_and_no_longer(
    fair: Fair, moderation: Desk, phone: Window
) -> None:
    path = f"/moderate/{GE}/moderation"
    assert moderation.send(path, key=new_key(), value="1").status_code == 200
    number = phone.ask(ROBO)
    assert fair.cards()[-1].status.value == "pending"
    assert "Neue Fragen werden erst geprüft" in moderation.get(moderation.base).text
    assert moderation.send(path, key=new_key(), value="0").status_code == 200
    assert not checks_first(fair)
    assert number
    for stranger in (phone, Desk(fair, "presenter", ROBO)):
        assert stranger.send(path, key=new_key(), value="1").status_code in (403, 404)


def test_too_many_newcomers_are_checked_first_and_everybody_is_told(
    fair: Fair, moderation: Desk, flood: Any
) -> None:
    desk, neighbour = Desk(fair, "presenter", ROBO), Desk(fair, "presenter", BAU)
    assert "Neue Fragen werden erst geprüft" not in desk.get(desk.base).text
    before = fair.revisions()
    assert flood().count(429) == 2
    assert checks_first(fair)
    for window in (desk, neighbour, moderation):
        assert "Neue Fragen werden" in window.get(window.base).text
    assert "sehr viele zum ersten Mal" in moderation.get(moderation.base).text
    assert "very many" in moderation.get(f"{moderation.base}?lang=en").text.lower()
    # Pages that are open hear of it; those of another event do not.
    assert {kind for kind, _ in bumped(fair, before)} >= {"moderate", "stand", "public"}


def test_what_the_moderation_takes_back_stays_so(fair: Fair, moderation: Desk, flood: Any) -> None:
    flood()
    assert checks_first(fair)
    moderation.send(f"/moderate/{GE}/moderation", key=new_key(), value="0")
    fair.app.extensions["process"].limiter.windows.clear()
    assert flood().count(429) == 2
    assert not checks_first(fair)


def test_a_few_refusals_of_one_person_switch_nothing(fair: Fair, phone: Window) -> None:
    told = [
        phone.send(f"/s/{ROBO}/questions", key=new_key(), text=WORDS).status_code for _ in range(9)
    ]
    assert told.count(429) == 3
    assert not checks_first(fair)


def test_all_of_one_browser_are_declined_and_taken_back_at_once(
    fair: Fair, moderation: Desk
) -> None:
    spam = [fair.ask(stand, f"{WORDS} {n}") for n, stand in enumerate((ROBO, BAU, ROBO))]
    kept = fair.asked_as("answered")
    neighbour = fair.ask(ROBO, asker="Bert")
    answer = moderation.use("decline", spam[0], reason="Werbung", of_browser="1")
    assert answer.status_code == 200
    assert [fair.status(one) for one in spam] == ["declined"] * 3
    assert (fair.status(kept), fair.status(neighbour)) == ("answered", "open")
    assert answer.json
    assert moderation.undo(answer.json["change"]).status_code == 200
    assert [fair.status(one) for one in spam] == ["open"] * 3


def test_a_desk_declines_those_at_its_own_stand(fair: Fair) -> None:
    here, there = fair.ask(ROBO), fair.ask(BAU)
    also = fair.ask(ROBO, "Noch eine?")
    Desk(fair, "presenter", ROBO).use("decline", here, reason="Werbung", of_browser="1")
    assert [fair.status(one) for one in (here, also, there)] == ["declined", "declined", "open"]
