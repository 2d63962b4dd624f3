"""The judge of the chaos run: a page that lives by pushes is compared with a fresh one."""

import json
from collections.abc import Iterable

import pytest

from simulation.held import Held, wrong_with

LIMIT = 10


def page(shown: Iterable[int], rest: int) -> str:
    """A page with one list, the latest first."""
    watch = json.dumps([{"room": "moderate", "code": "GE", "revision": 1}])
    rows = "".join(row(number) for number in shown)
    return (
        f'<body data-watch=\'{watch}\'><div data-lists="open" data-sort="desc" '
        f'data-rest="{rest}" data-limit="{LIMIT}">{rows}</div></body>'
    )


def row(number: int, list_: str = "open") -> str:
    return (
        f'<article id="question-{number}" data-list="{list_}" data-version="1" '
        f'data-order="{number}"></article>'
    )


@pytest.fixture
def held() -> Held:
    """Ten of fifteen questions; the latest has just left the list."""
    made = Held()
    made.read(page(range(15, 5, -1), 5))
    push = {"room": "moderate", "revision": 2, "previous": 1, "html": row(15, "answered")}
    assert not made.hear(push)
    return made


def test_a_list_that_is_not_short_yet_ends_earlier_than_a_fresh_one(held: Held) -> None:
    assert wrong_with(held, page(range(14, 4, -1), 4)) == []


def test_what_is_missing_within_it_is_told(held: Held) -> None:
    del held.ends.lists["open"].shown["question-9"]
    held.ends.lists["open"].rest += 1
    held.html = held.html.replace(row(9), "")
    assert wrong_with(held, page(range(14, 4, -1), 4)) != []


def test_what_should_not_be_there_is_told(held: Held) -> None:
    assert wrong_with(held, page([14, 13, *range(11, 3, -1)], 3)) != []


def test_a_wrong_count_behind_the_end_is_told(held: Held) -> None:
    assert wrong_with(held, page(range(14, 4, -1), 5)) == ["open has 14 and should have 15"]
