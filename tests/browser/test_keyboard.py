"""Desk and moderation without a pointer."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.browsing import Demo, Windows, until_online

pytestmark = pytest.mark.browser


def test_the_moderation_leads_the_round_by_its_keys(demo: Demo, windows: Windows) -> None:
    page = windows.laptop(demo.link("moderator"))
    screen = windows.projector(demo.link("screen"))
    until_online(page, screen)
    keys = page.keyboard

    # The newest question of the inbox into the run list; the focus goes on to the next.
    keys.press("j")
    chosen = number_of(focused(page))
    keys.press("s")
    row = question(page, chosen)
    expect(row).to_have_attribute("data-list", "shortlisted")
    expect(focused(page)).to_have_attribute("data-list", "open")

    # To the run list, the last to the top, and on the screen.
    keys.press("2")
    for _ in range(6):
        keys.press("j")
    expect(row).to_be_focused()
    places = page.locator("#list-shortlisted > article")
    for place in range(places.count() - 1, 0, -1):
        keys.press("Alt+ArrowUp")
        expect(places.nth(place - 1)).to_have_attribute("data-number", chosen)
    expect(row).to_be_focused()
    keys.press("n")
    expect(row).to_have_attribute("data-list", "live")
    expect(screen.locator("#stage")).to_contain_text(re.compile(rf"Frage\s*{chosen}"))

    # Its answer, from the keyboard to the end; and back again.
    keys.press("3")
    expect(row).to_be_focused()
    keys.press("Shift+E")
    expect(row.get_by_role("textbox", name="Antwort in Stichworten")).to_be_focused()
    # A letter is a letter now, not a command.
    keys.type("so antwortet man")
    keys.press("Control+Enter")
    expect(row).to_have_attribute("data-list", "answered")
    expect(screen.locator("#stage")).to_have_attribute("data-shows", re.compile("idle|before"))
    keys.press("Escape")
    keys.press("u")
    expect(row).to_have_attribute("data-list", "live")

    keys.press("?")
    expect(page.get_by_role("dialog", name="Tastenkürzel")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog", name="Tastenkürzel")).to_be_hidden()


def test_the_shortcuts_can_be_switched_off(shared: Demo, windows: Windows) -> None:
    page = windows.laptop(shared.link("moderator"))
    until_online(page)
    page.keyboard.press("?")
    switch = page.get_by_role("checkbox", name="Tastenkürzel benutzen")
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).not_to_be_checked()
    page.keyboard.press("Escape")
    before = page.locator("#list-shortlisted > article").count()
    for key in "js":
        page.keyboard.press(key)
    page.wait_for_timeout(500)
    expect(page.locator("#list-shortlisted > article")).to_have_count(before)


@pytest.mark.parametrize("key", ["d", "Shift+D"])
def test_the_key_for_a_reason_opens_the_panel_that_declines(
    shared: Demo, windows: Windows, key: str
) -> None:
    page = windows.laptop(shared.link("moderator"))
    until_online(page)
    page.keyboard.press("j")
    row = question(page, number_of(focused(page)))
    # An open question is not declined at one press, nor is the button for it in its row.
    expect(row).to_have_attribute("data-list", "open")
    page.keyboard.press(key)
    expect(row.get_by_role("textbox", name="Anderer Grund")).to_be_visible()
    expect(page.locator("#toasts")).to_be_empty()


def test_the_focus_goes_on_too_when_the_answer_is_slow(demo: Demo, windows: Windows) -> None:
    page = windows.tablet(demo.desk(1))
    until_online(page)
    cards = page.locator("#list-open > article")
    card, next_one = (question(page, number_of(cards.nth(place))) for place in (0, 1))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/answer", hold)
    card.get_by_role("button", name="+ Satz").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Ja.")
    page.keyboard.press("Control+Enter")
    # It waits now, with its words; the panel is closed.
    expect(card.get_by_role("textbox", name="Was Sie geantwortet haben")).to_have_count(0)
    expect(card).to_be_focused()
    held[0].continue_()
    expect(card).to_have_attribute("data-list", "answered")
    expect(next_one).to_be_focused()


def test_the_desk_is_worked_with_tab_and_enter(demo: Demo, windows: Windows) -> None:
    page = windows.tablet(demo.desk(1))
    until_online(page)
    card = page.locator("#list-open > article").first
    number = number_of(card)
    card = question(page, number)

    tab_to(page, card.get_by_role("button", name="+ Satz"))
    page.keyboard.press("Enter")
    expect(card.get_by_role("textbox", name="Was Sie geantwortet haben")).to_be_focused()
    page.keyboard.type("Ja, über XBau 2.3.")
    page.keyboard.press("Control+Enter")
    expect(card).to_have_attribute("data-list", "answered")
    # Whoever works by keyboard goes on with what follows, not from the top.
    expect(page.locator("body")).not_to_be_focused()
    tab_to(page, page.get_by_role("button", name="Rückgängig").first, backwards_too=True)
    page.keyboard.press("Enter")
    expect(card).to_have_attribute("data-list", "open")

    # A question asked aloud, typed in.
    tab_to(page, page.locator("summary", has_text="Frage eintragen"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Frage, wie sie gestellt wurde")).to_be_focused()
    page.keyboard.type("Wie lange dauert ein Antrag?")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#list-open")).to_contain_text("Wie lange dauert ein Antrag?")


def test_the_first_tab_leads_past_the_masthead(shared: Demo, windows: Windows) -> None:
    for page in (windows.phone(shared.stand(1)), windows.laptop(shared.link("moderator"))):
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Zum Inhalt")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()


def question(page: Page, number: str) -> Locator:
    """Wherever it stands, folded away or not."""
    return page.locator(f"[data-version][data-number='{number}']")


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def number_of(card: Locator) -> str:
    return str(card.get_attribute("data-number"))


def tab_to(page: Page, target: Locator, *, backwards_too: bool = False) -> None:
    """Press Tab until the target has the focus, as often as a patient person would."""
    for key in ("Tab", "Shift+Tab") if backwards_too else ("Tab",):
        for _ in range(60):
            if target.evaluate("element => element === document.activeElement"):
                return
            page.keyboard.press(key)
    raise AssertionError(f"The keyboard does not reach {target}")
