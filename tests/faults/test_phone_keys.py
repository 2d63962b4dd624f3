"""Exactly once at the server: many posts at the same instant, of the same key and of others."""

import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from simulation.venue import Venue
from tests.support.fair import BAU, GE, ROBO, new_key, stored
from tests.support.loopback import send

pytestmark = pytest.mark.live

KEYS, TIMES = 40, 4


def test_the_same_keys_at_the_same_time_are_one_question_each(small: Venue, seed: int) -> None:
    posts = [(number, key) for number, key in enumerate(new_key() for _ in range(KEYS))] * TIMES
    random.Random(seed).shuffle(posts)

    def post(one: tuple[int, str]) -> tuple[str, int, Any]:
        number, key = one
        stand = (ROBO, BAU)[number % 2]
        fields = {"key": key, "text": f"Frage {number}?"}
        status, body, _ = send(f"{small.server.url}/s/{stand}/questions", fields)
        return key, status, body

    with ThreadPoolExecutor(KEYS) as everybody:
        told = list(everybody.map(post, posts))
    answers = defaultdict(list)
    for key, status, body in told:
        answers[key].append((status, body))
    for key, all_ in answers.items():
        assert sorted(status for status, _ in all_) == [200] * (TIMES - 1) + [201]
        assert len({(body["key"], body["number"]) for _, body in all_}) == 1
        assert all_[0][1]["key"] == key
    rows = small.rows(
        "SELECT questions.key, number, text FROM questions"
        " JOIN events ON events.id = event_id WHERE events.code = ?",
        GE,
    )
    assert {row["key"]: row["number"] for row in rows} == {
        stored(key): all_[0][1]["number"] for key, all_ in answers.items()
    }
    # No gaps, no doubles.
    assert sorted(row["number"] for row in rows) == list(range(1, KEYS + 1))


def test_one_key_with_two_contents_at_the_same_time_is_one_question(small: Venue) -> None:
    key = new_key()

    def post(number: int) -> int:
        fields = {"key": key, "text": f"Fassung {number % 2}?"}
        return send(f"{small.server.url}/s/{ROBO}/questions", fields)[0]

    with ThreadPoolExecutor(20) as everybody:
        statuses = list(everybody.map(post, range(20)))
    assert statuses.count(201) == 1
    assert statuses.count(200) == 9
    assert statuses.count(409) == 10
    assert len(small.rows("SELECT id FROM questions WHERE key = ?", stored(key))) == 1


def test_an_edit_that_is_sent_many_times_at_once_is_one_change(small: Venue) -> None:
    asked = {"key": new_key(), "text": "Was kostet es?"}
    _, body, headers = send(f"{small.server.url}/s/{ROBO}/questions", asked)
    cookie = headers["Set-Cookie"].split(";")[0]
    (row,) = small.rows("SELECT id FROM questions WHERE key = ?", stored(body["key"]))
    fields = {"key": new_key(), "text": "Was kostet es im Jahr?"}
    address = f"{small.server.url}/questions/{row['id']}/edit"

    with ThreadPoolExecutor(10) as everybody:
        told = list(everybody.map(lambda _: send(address, fields, cookie=cookie), range(10)))
    assert [status for status, _, _ in told] == [200] * 10
    assert len({str(body) for _, body, _ in told}) == 1
    assert told[0][1]["version"] == 2
    assert len(small.rows("SELECT id FROM changes WHERE verb = 'edit'")) == 1
