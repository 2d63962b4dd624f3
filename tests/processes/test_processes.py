"""One fair on two servers: whatever is done at the one is heard at the other."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from exchange.redis_bus import TRY_AGAIN_S
from simulation.servers import Running
from simulation.waiting import wait_until
from tests.support.apps import TOGETHER
from tests.support.fair import BAU, GE, KEY, ROBO, TOUR, XX_STAND, Fair, new_key
from tests.support.lists import SWAPPED, SWAPPED_BACK, take_in_elsewhere
from tests.support.loopback import WORDS, ask, enter, page, send
from tests.support.stores import Postgres, Redis

pytestmark = [pytest.mark.live, pytest.mark.servers]

Two = tuple[Running, Running]


@contextmanager
def away(redis: Redis) -> Iterator[None]:
    redis.stop()
    try:
        yield
    finally:
        redis.start()


@contextmanager
def redis_is_rarely_asked(running: Running) -> Iterator[None]:
    """Who finds Redis away says so, and whoever comes within two seconds goes on without it."""
    before, began = len(running.lines), time.monotonic()
    yield
    tried = [line for line in running.lines[before:] if "Redis does not answer" in line]
    # Two may find out at the same moment: the one that limits, and the one that tells.
    assert len(tried) <= 2 + 2 * (time.monotonic() - began) / TRY_AGAIN_S


def test_a_question_at_one_process_is_pushed_by_the_other(two: Two, fair: Fair) -> None:
    here, there = two
    tablet, laptop = (
        enter(there, fair, "presenter", ROBO),
        enter(there, fair, "moderator", GE),
    )
    with page(there, tablet) as desk, page(there, laptop) as moderation, page(there) as neighbour:
        told = desk.watch("desk", ROBO)
        assert moderation.watch("moderate", GE)["ok"] is True
        assert neighbour.watch("stand", BAU)["ok"] is True
        time.sleep(0.2)
        ask(here)
        push = desk.hear()
        assert WORDS in push["html"]
        assert (push["previous"], push["revision"]) == (told["revision"], told["revision"] + 1)
        assert WORDS in moderation.hear()["html"]
        assert neighbour.hear_until_silent(1.5) == []
        assert desk.hear_until_silent(0.1) == []


def test_phones_at_either_hear_everything_once(two: Two) -> None:
    with page(two[0]) as one, page(two[1]) as other:
        for phone in (one, other):
            assert phone.watch("stand", BAU)["ok"] is True
        with ThreadPoolExecutor(8) as hall:
            told = list(hall.map(lambda n: ask(two[n % 2], BAU)["number"], range(30)))
        assert sorted(told) == list(range(min(told), min(told) + 30))
        for phone in (one, other):
            pushes: list[dict[str, Any]] = []
            while articles(pushes) < 30:
                pushes.append(phone.hear())
            pushes += phone.hear_until_silent(1.5)
            pushes.sort(key=lambda push: int(push["revision"]))
            assert articles(pushes) == 30
            spans = [(push["previous"], push["revision"]) for push in pushes]
            assert all(before[1] == after[0] for before, after in pairwise(spans))


def articles(pushes: list[dict[str, Any]]) -> int:
    return sum(push["html"].count("<article") for push in pushes)


def test_the_same_post_to_both_is_one_question(two: Two) -> None:
    for _ in range(5):
        fields = {"key": new_key(), "text": WORDS}
        with ThreadPoolExecutor(6) as impatient:
            told = list(
                impatient.map(
                    lambda n: send(f"{two[n % 2].url}/s/{ROBO}/questions", fields),  # noqa: B023
                    range(6),
                )
            )
        assert sorted(status for status, _, _ in told) == [200] * 5 + [201]
        assert len({body["number"] for _, body, _ in told}) == 1


def test_a_pass_revoked_at_one_process_disconnects_at_the_other(two: Two, fair: Fair) -> None:
    here, there = two
    organiser = enter(here, fair, "organiser", TOUR)
    with page(there, enter(there, fair, "presenter", BAU)) as desk:
        assert desk.watch("desk", BAU)["ok"] is True
        number = fair.pass_id("presenter", BAU)
        status, _, _ = send(f"{here.url}/organise/passes/{number}/revoke", {}, cookie=organiser)
        assert status == 200
        wait_until(lambda: not desk.line.connected)


def test_logging_out_at_one_process_ends_the_browsers_sockets_at_the_other(
    two: Two, fair: Fair
) -> None:
    here, there = two
    mine, other = (enter(here, fair, "moderator", GE) for _ in range(2))
    with page(there, mine) as gone, page(there, other) as stays, page(there) as phone:
        for one in (gone, stays):
            assert one.watch("moderate", GE)["ok"] is True
        assert phone.watch("stand", BAU)["ok"] is True
        assert send(f"{here.url}/pass/leave", {}, cookie=mine)[0] == 200
        # Nothing in the database tells of it: Redis does.
        wait_until(lambda: not gone.line.connected)
        assert stays.line.connected
        assert phone.line.connected


def test_a_list_taken_in_beside_both_is_heard_at_both(
    two: Two, redis: Redis, prepared_postgres: Postgres, tmp_path: Path
) -> None:
    """With Redis at once, and once more with the next look; without it with that alone."""
    settings = {
        "EXCHANGE_INSTANCE": str(tmp_path),
        "EXCHANGE_SECRET_KEY": KEY,
        "EXCHANGE_DATABASE_URL": prepared_postgres.url(TOGETHER),
    }
    with page(two[0]) as here, page(two[1]) as there, page(two[1]) as neighbour:
        known = {one: one.watch("stand", ROBO)["revision"] for one in (here, there)}
        assert neighbour.watch("stand", XX_STAND)["ok"] is True
        for data, more in ((SWAPPED, {}), (SWAPPED_BACK, {"EXCHANGE_REDIS_URL": redis.url})):
            take_in_elsewhere(data, **settings, **more)
            for phone in (here, there):
                told = phone.hear()
                # What was told before may come once more, whenever the other server looks.
                while told["revision"] == known[phone]:
                    told = phone.hear()
                assert told["revision"] > known[phone]
                known[phone] = told["revision"]
                assert (told["html"], told["previous"]) == ("", told["revision"])
        # A look of each server later nothing else has come.
        for phone in (here, there):
            again = phone.hear_until_silent(6)
            assert {(one["html"], one["revision"]) for one in again} <= {("", known[phone])}
        assert neighbour.hear_until_silent(0) == []


def test_limits_are_shared_by_both_processes(two: Two) -> None:
    fields = {"key": new_key(), "text": WORDS}
    _, _, headers = send(f"{two[0].url}/s/{ROBO}/questions", fields)
    cookie = headers["Set-Cookie"].partition(";")[0]
    told = [
        send(f"{two[n % 2].url}/s/{ROBO}/questions", fields | {"key": new_key()}, cookie=cookie)
        for n in range(8)
    ]
    assert [status for status, _, _ in told] == [201] * 5 + [429] * 3
    assert int(told[-1][2]["Retry-After"]) > 30


def test_without_redis_writes_go_on_and_the_slow_check_tells(
    two: Two, fair: Fair, redis: Redis
) -> None:
    here, there = two
    with page(there, enter(there, fair, "presenter", ROBO)) as desk:
        with away(redis):
            before = desk.watch("desk", ROBO)["revision"]
            with redis_is_rarely_asked(here):
                for _ in range(5):
                    ask(here)
            assert desk.watch("desk", ROBO)["revision"] >= before + 5
            ask(there)
            assert WORDS in desk.hear()["html"]
        # When it is back, news crosses again.
        desk.hear_until_silent(0.1)
        wait_until(lambda: bool(ask(here)) and bool(desk.hear_until_silent(0.5)))


def test_a_frozen_redis_does_not_block_writes(two: Two, redis: Redis) -> None:
    redis.freeze()
    try:
        for running in two:
            with redis_is_rarely_asked(running):
                for _ in range(5):
                    ask(running)
    finally:
        redis.thaw()


def test_without_the_database_writes_get_503_and_retry_after(
    two: Two, prepared_postgres: Postgres
) -> None:
    prepared_postgres.stop()
    try:
        fields = {"key": new_key(), "text": WORDS}
        status, body, headers = send(f"{two[0].url}/s/{ROBO}/questions", fields)
        assert (status, body["error"]) == (503, "busy")
        assert int(headers["Retry-After"]) > 0
    finally:
        prepared_postgres.start()
    ask(two[0])
