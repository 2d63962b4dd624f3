"""The desk's head, its panels and the page of one question; and what Escape closes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from tests.support.browsing import TABLET, Demo, Serve
from tests.support.played import Hand

pytestmark = pytest.mark.browser

DESK = "/present/GE1"
PHONE: ViewportSize = {"width": 412, "height": 839}
NARROW: ViewportSize = {"width": 320, "height": 640}


@pytest.fixture(scope="module")
def fair(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """By its number: Playwright's own requests know no LAN name."""
    return serve(tmp_path_factory.mktemp("desk") / "instance", "127.0.0.1")


@pytest.fixture(scope="module")
def hand(fair: Demo, browser: Browser) -> Iterator[Hand]:
    """Somebody with every pass, without pages."""
    context = browser.new_context(locale="de-DE")
    made = Hand(fair.base, context.request)
    made.enter_all(fair.link("organiser").partition("#")[2])
    yield made
    context.close()


@pytest.fixture(scope="module")
def context(hand: Hand, browser: Browser, fair: Demo) -> Iterator[Any]:
    """A tablet with every pass."""
    made = browser.new_context(locale="de-DE", **TABLET)
    Hand(fair.base, made.request).enter_all(fair.link("organiser").partition("#")[2])
    yield made
    made.close()


@pytest.fixture
def tablet(context: Any) -> Iterator[Page]:
    page = context.new_page()
    yield page
    page.close()


def show(page: Page, fair: Demo, path: str) -> None:
    page.goto(f"{fair.base}{path}")
    expect(page.locator("#line")).to_have_attribute("data-state", "online")


def numbers(page: Page) -> list[int]:
    """Those of the open questions, as they stand."""
    found = page.locator("#list-open > article").evaluate_all(
        "rows => rows.map((row) => Number(row.dataset.number))"
    )
    return [int(number) for number in found]


def votes(page: Page) -> list[int]:
    found = page.locator("#list-open > article .votes").all_inner_texts()
    return [int(re.sub(r"\D", "", words) or 0) for words in found]


def test_the_order_of_a_desk_is_chosen_kept_and_holds_for_what_comes(
    fair: Demo, hand: Hand, tablet: Page
) -> None:
    show(tablet, fair, DESK)
    newest = numbers(tablet)
    assert newest == sorted(newest, reverse=True)
    tablet.get_by_role("link", name="Älteste").click()
    assert numbers(tablet) == sorted(newest)
    asked = hand.ask("GE1", "Kommt diese ans Ende?")
    expect(tablet.locator("#list-open > article").last).to_have_attribute("data-number", str(asked))
    tablet.reload()
    expect(tablet.get_by_role("link", name="Älteste")).to_have_attribute("aria-current", "true")
    assert numbers(tablet) == [*sorted(newest), asked]
    tablet.get_by_role("link", name="Meiste Stimmen").click()
    found = votes(tablet)
    assert found == sorted(found, reverse=True)
    assert found[0] > 0
    tablet.reload()
    assert votes(tablet) == found


def test_the_lists_of_a_desk_are_one_press_away(fair: Demo, tablet: Page) -> None:
    show(tablet, fair, DESK)
    way = tablet.get_by_role("navigation", name="Listen").get_by_role("link", name="Schlussrunde")
    count = tablet.locator(".later [data-count-of=shortlisted]").inner_text()
    assert way.locator("[data-count-of]").inner_text() == count
    way.click()
    expect(tablet.locator("#list-shortlisted > article").first).to_be_visible()
    expect(tablet.locator("details:has(> #list-shortlisted) > summary")).to_be_focused()


def test_words_are_begun_with_the_press_that_opens_their_panel(fair: Demo, tablet: Page) -> None:
    show(tablet, fair, DESK)
    card = tablet.locator("#list-open > article").first
    opener = card.get_by_role("button", name="+ Satz")
    opener.tap()
    field = card.get_by_role("textbox", name="Was Sie geantwortet haben")
    expect(field).to_be_focused()
    tablet.keyboard.type("Halb")
    tablet.keyboard.press("Escape")
    expect(field).to_be_hidden()
    expect(opener).to_be_focused()
    # With the focus on its button, too; and what was typed is still there.
    tablet.keyboard.press("Enter")
    expect(field).to_have_value("Halb")
    opener.focus()
    tablet.keyboard.press("Escape")
    expect(field).to_be_hidden()


def test_a_promise_says_until_when_it_is_without_a_date(fair: Demo, tablet: Page) -> None:
    show(tablet, fair, DESK)
    card = tablet.locator("#list-open > article").first
    card.get_by_role("button", name="Schriftlich").tap()
    expect(card.locator(".owe .hint")).to_have_text(re.compile(r"^Ohne Datum: bis \d+\. \w+ \d+"))
    expect(card.locator("[name=until]")).to_have_value(re.compile(r"^\d{4}-\d\d-\d\d$"))


def test_the_page_of_one_question_knows_the_stands(fair: Demo, hand: Hand, tablet: Page) -> None:
    number = hand.ask("GE1", "Wem gehört diese?")
    show(tablet, fair, f"/moderate/GE/questions/{number}")
    field = tablet.get_by_role("textbox", name="An Stand")
    field.fill("3")
    expect(found_for(field)).to_contain_text("Smarte Straßenlaterne")
    field.fill("nirgends")
    expect(found_for(field)).to_have_text("Diesen Stand gibt es hier nicht.")
    other = tablet.get_by_role("spinbutton", name="Mit Frage Nummer")
    other.fill("1")
    expect(found_for(other)).not_to_contain_text("steht nicht auf dieser Seite")


def found_for(field: Locator) -> Locator:
    return field.locator("xpath=following-sibling::*[@data-found]")


@pytest.mark.parametrize("size", [PHONE, NARROW])
def test_one_bar_leaves_the_screen_to_the_questions(
    fair: Demo, tablet: Page, size: ViewportSize
) -> None:
    tablet.set_viewport_size(size)
    show(tablet, fair, "/moderate/GE")
    tablet.evaluate("scrollTo({top: 600, behavior: 'instant'})")
    covered = tablet.evaluate(COVERED)
    assert 0 < covered < 0.3 * size["height"]
    bar = tablet.locator(".strip")
    expect(bar.get_by_role("link", name="Ablauf")).to_be_in_viewport()
    expect(bar.locator(".summary-open")).to_be_in_viewport()


# What stays at the edges of the window when it is scrolled.
COVERED = """() => [...document.querySelectorAll('body *')]
  .filter((one) => ['sticky', 'fixed'].includes(getComputedStyle(one).position)
    && !one.parentElement.closest('.strip, .masthead') && one.checkVisibility())
  .map((one) => one.getBoundingClientRect())
  .reduce((sum, {top, bottom}) => sum + Math.max(0, Math.min(bottom, innerHeight)
    - Math.max(top, 0)), 0)"""


def test_a_phase_is_switched_told_and_taken_back_where_it_was(fair: Demo, tablet: Page) -> None:
    tablet.goto(f"{fair.base}/organise/AC")
    tablet.evaluate("scrollTo({top: 300, behavior: 'instant'})")
    before = tablet.evaluate("scrollY")
    tablet.get_by_role("button", name="Kurzvorstellungen").click()
    expect(tablet.locator(".saved")).to_contain_text("Jetzt gilt: Kurzvorstellungen.")
    expect(tablet.locator("#phase-pitches")).to_be_focused()
    assert abs(tablet.evaluate("scrollY") - before) < 80
    undo = tablet.locator(".saved").get_by_role("button", name="Rückgängig")
    # A press may have to scroll there first.
    undo.scroll_into_view_if_needed()
    before = tablet.evaluate("scrollY")
    undo.click()
    expect(tablet.locator(".saved")).to_contain_text("Zurückgenommen.")
    expect(tablet.locator("#phase-preparing")).to_contain_text("jetzt")
    assert abs(tablet.evaluate("scrollY") - before) < 80


def test_escape_folds_what_an_organiser_opened(fair: Demo, tablet: Page) -> None:
    tablet.goto(f"{fair.base}/organise/GE")
    card = tablet.locator(".pass").first
    card.locator(":scope > summary").click()
    card.locator("input").first.focus()
    tablet.keyboard.press("Escape")
    expect(card.locator(":scope > summary")).to_be_focused()
    expect(card.locator("input").first).to_be_hidden()
