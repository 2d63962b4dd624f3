"""Newcomers have a measure of their own, by stand, question and address."""

import secrets
from typing import Any

import pytest

from exchange import quotas
from exchange.limits import a_minute
from tests.support.fair import BAU, GE, ROBO, Fair, new_key
from tests.support.windows import Desk, Window

WORDS = "Was kostet der Betrieb im Jahr?"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times smaller measures."""
    for name in ("NEWCOMERS_AT_A_STAND", "YOUNG_AT_A_STAND", "ASKS_A_STAND", "INVENTED_AT_A_STAND"):
        monkeypatch.setattr(quotas, name, a_minute(getattr(quotas, name).amount // 10))


def ask(window: Window, stand: str = ROBO) -> int:
    return window.send(f"/s/{stand}/questions", key=new_key(), text=WORDS).status_code


def invented(window: Window) -> Window:
    """With a cookie that its browser made up."""
    window.client.set_cookie("exchange_participant", secrets.token_urlsafe(16), domain="localhost")
    return window


@pytest.fixture
def everybody(as_attendee: Any) -> Any:
    return as_attendee


def test_newcomers_use_up_their_own_measure_only(everybody: Any, fair: Fair) -> None:
    known = everybody()
    assert ask(known) == 201
    told = [ask(everybody()) for _ in range(40)]
    assert told.count(201) == 32
    assert set(told[32:]) == {429}
    # Who is known asks on; the next stand has its own measure, and so has another address.
    assert ask(known) == 201
    assert ask(everybody(), BAU) == 201


def test_the_refusal_says_what_to_do(everybody: Any) -> None:
    for _ in range(33):
        ask(everybody())
    refused = everybody().send(f"/s/{ROBO}/questions", key=new_key(), text=WORDS)
    assert refused.json["error"] == "slow_down"
    assert "direkt am Stand" in refused.json["message"]
    assert int(refused.headers["Retry-After"]) > 0
    page = everybody().post(f"/s/{ROBO}/questions", key=new_key(), text=WORDS)
    assert page.status_code == 429
    assert WORDS in page.text


def test_invented_cookies_share_a_small_measure(everybody: Any) -> None:
    told = [ask(invented(everybody())) for _ in range(10)]
    assert told == [201] * 3 + [429] * 7
    assert ask(everybody()) == 201


def test_cookies_that_were_collected_do_not_take_the_stand_from_the_known(
    everybody: Any, fair: Fair
) -> None:
    known = everybody()
    assert ask(known) == 201
    fair.sql("UPDATE participants SET at = '2020-01-01 00:00:00'")
    collected = [everybody() for _ in range(32)]
    assert {ask(one) for one in collected} == {201}
    told = [ask(one) for _ in range(2) for one in collected]
    assert told.count(201) == 40
    assert {ask(known) for _ in range(5)} == {201}


def test_first_me_toos_do_not_decide_the_run_list(everybody: Any, fair: Fair) -> None:
    question = fair.ask(ROBO)
    known = everybody()
    assert ask(known, BAU) == 201

    def vote(window: Window, on: str = "PUT") -> int:
        return window.send(f"/questions/{question}/me-too", on).status_code

    told = [vote(invented(everybody())) for _ in range(8)]
    assert told == [200] * 5 + [429] * 3
    told = [vote(everybody()) for _ in range(65)]
    assert told.count(200) == 60
    assert vote(known) == 200
    # Taking it back is never refused.
    assert vote(known, "DELETE") == 200


def test_who_holds_a_pass_is_locked_out_by_nobody(
    everybody: Any, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "WRITES_AN_ADDRESS", a_minute(5))
    monkeypatch.setattr(quotas, "READS_AN_ADDRESS", a_minute(5))
    monkeypatch.setattr(quotas, "WRONG_PASSES_AN_ADDRESS", a_minute(5))
    question = fair.ask(ROBO)
    for _ in range(10):
        anybody = everybody()
        anybody.get(f"/s/{ROBO}")
        ask(anybody)
        anybody.send("/pass", secret="x" * 22)
    stranger = everybody()
    assert stranger.get(f"/s/{ROBO}").status_code == 429
    assert ask(stranger) == 429
    assert stranger.send("/pass", secret="x" * 22).status_code == 429
    moderator = Desk(fair, "moderator", GE)
    assert moderator.get(moderator.base).status_code == 200
    assert moderator.use("shortlist", question).status_code == 200
