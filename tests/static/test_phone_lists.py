"""A phone's list of ten by votes or by number: what news does to it, what it leaves in place."""

from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

LIMIT = 4


def card(number: int, votes: int = 0, version: int = 1) -> str:
    return (
        f'<article id="question-{number}" data-list="public" data-version="{version}"'
        f' data-order="{number}"><span data-votes="{number}" data-quiet>{votes or ""}</span>'
        f"</article>"
    )


@pytest.fixture
def phone(modules: Page) -> Page:
    modules.add_script_tag(
        type="module",
        content="""
        import * as placing from "/live/placing.js";
        import { showVotes } from "/live/vote-counts.js";
        globalThis.phone = { ...placing, showVotes };""",
    )
    modules.wait_for_function("() => globalThis.phone")
    return modules


def begin(phone: Page, sort: str, rows: list[str], rest: int) -> None:
    phone.evaluate(
        "(html) => { document.getElementById('main').innerHTML = html; }",
        f'<div id="others" data-lists="public" data-sort="{sort}" data-rest="{rest}"'
        f' data-limit="{LIMIT}" data-most="200">{"".join(rows)}'
        f'<p{"" if rest else " hidden"}><a data-more="public" data-sentence="{{n}} weitere">'
        f"{rest} weitere</a></p></div>",
    )


def push(phone: Page, html: str, total: int) -> bool:
    """Place news; whether the page is to be read again."""
    return bool(
        phone.evaluate(
            "([html, total]) => { phone.place(html); return phone.showTotal(total); }",
            [html, total],
        )
    )


def numbers(phone: Page) -> list[int]:
    shown: list[Any] = phone.evaluate(
        "() => [...document.querySelectorAll('[data-order]')].map((one) => one.dataset.order)"
    )
    return list(map(int, shown))


def behind(phone: Page) -> str | None:
    """What the link to more says; None where it is hidden."""
    said: str | None = phone.evaluate(
        """() => { const link = document.querySelector("[data-more]");
        return link.parentElement.hidden ? null : link.textContent; }"""
    )
    return said


BY_VOTES = [card(3, 7), card(9, 2), card(4, 2), card(8)]


def test_a_question_that_comes_in_takes_its_place_by_votes(phone: Page) -> None:
    begin(phone, "votes", BY_VOTES, rest=0)
    for number, votes, there in (
        (10, 0, [3, 9, 4, 10, 8]),
        (11, 2, [3, 11, 9, 4, 10, 8]),
        (2, 5, [3, 2, 11, 9, 4, 10, 8]),
        (1, 0, [3, 2, 11, 9, 4, 10, 8, 1]),
    ):
        assert not push(phone, card(number, votes), len(there))
        assert numbers(phone) == there
        assert behind(phone) is None


def test_votes_and_what_becomes_of_a_question_do_not_move_it(phone: Page) -> None:
    begin(phone, "votes", BY_VOTES, rest=0)
    phone.evaluate("() => phone.showVotes('8', 30)")
    push(phone, card(4, 20, version=2), 4)
    push(phone, card(3, 0, version=2), 4)
    assert numbers(phone) == [3, 9, 4, 8]
    # What was taken away and comes back by an undo is placed anew, as what comes in.
    push(phone, '<i id="question-9" data-gone></i>', 3)
    push(phone, card(9, 25, version=3), 4)
    assert numbers(phone) == [9, 3, 4, 8]


@pytest.mark.parametrize("sort", ["votes", "desc"])
def test_what_belongs_behind_the_end_is_counted_and_nothing_is_read_again(
    phone: Page, sort: str
) -> None:
    begin(phone, sort, [card(n) for n in (9, 8, 7, 6)], rest=5)
    assert not push(phone, card(2, version=4), 9)
    assert (numbers(phone), behind(phone)) == ([9, 8, 7, 6], "5 weitere")
    assert not push(phone, card(3), 10)
    assert behind(phone) == "6 weitere"
    assert not push(phone, '<i id="question-1" data-gone></i>', 9)
    assert behind(phone) == "5 weitere"
    # The latest comes in at the top; nothing that is being read goes for it.
    assert not push(phone, card(10), 10)
    assert (numbers(phone), behind(phone)) == ([10, 9, 8, 7, 6], "5 weitere")


def test_a_list_that_has_become_short_is_read_again_while_there_is_more(phone: Page) -> None:
    begin(phone, "votes", [card(n) for n in (9, 8, 7, 6)], rest=1)
    assert push(phone, '<i id="question-9" data-gone></i>', 4)
    assert not push(phone, '<i id="question-8" data-gone></i>', 2)
    assert behind(phone) is None


def test_a_reading_asks_for_as_many_as_have_come_in(phone: Page) -> None:
    begin(phone, "votes", BY_VOTES, rest=3)
    assert "public" not in str(phone.evaluate("() => String(phone.addressNow())"))
    push(phone, card(10), 8)
    push(phone, card(11), 9)
    assert str(phone.evaluate("() => String(phone.addressNow())")).endswith("?public=6")
