"""The moderation by its keys and by Tab, on whatever keyboard; and presses that come twice."""

import uuid
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsing import Demo, Windows, until_online

pytestmark = pytest.mark.browser

PRESS = """([key, code, shiftKey]) => document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown', {key, code, shiftKey, bubbles: true, cancelable: true}))"""
TYPE_IN = """async (questions) => {
  for (const [key, text] of questions) {
    const body = new URLSearchParams({key, text, stand: '2'});
    await fetch(`${location.pathname}/questions`, {method: 'POST', body});
  }
}"""
SETTLED = "() => !document.querySelector('[data-my-settling]')"
FOCUSED = """() => {
  const here = document.activeElement;
  const row = here.closest('.row-q');
  return [row === here ? 'row' : here.closest('.row-verbs') ? 'verb' : here.tagName,
    here.closest('[data-zone]')?.id ?? '', row?.dataset.number ?? ''];
}"""


@pytest.fixture
def page(shared: Demo, windows: Windows) -> Page:
    opened = windows.laptop(shared.link("moderator"))
    until_online(opened)
    return opened


def question(page: Page, number: str | None) -> Locator:
    return page.locator(f"article[data-number='{number}']")


def number_of(row: Locator) -> str:
    return str(row.get_attribute("data-number"))


def chosen(page: Page) -> Locator:
    return page.locator("[data-my-current]")


def press(page: Page, key: str, code: str = "", *, shift: bool = False) -> None:
    """A key with Caps Lock on, or of another layout: `key` is what it types, `code` its place."""
    page.evaluate(PRESS, [key, code or f"Key{key.upper()}", shift])


def run_list(page: Page) -> list[str]:
    rows = page.locator("#list-shortlisted > article")
    return [number_of(row) for row in rows.all()]


def typed_in(page: Page, many: int) -> None:
    """So many open questions more, at stand 2 or at this desk."""
    before = page.locator("#list-open > article").count()
    page.evaluate(
        TYPE_IN, [[str(uuid.uuid4()), f"Und was kostet das, Nummer {n}?"] for n in range(many)]
    )
    expect(page.locator("#list-open > article")).to_have_count(before + many)


def shortlisted(page: Page, many: int) -> list[str]:
    """The run list, made so long."""
    missing = many - len(run_list(page))
    if missing > 0:
        typed_in(page, missing)
        page.keyboard.press("1")
        for _ in range(missing):
            page.keyboard.press("s")
    expect(page.locator("#list-shortlisted > article").nth(many - 1)).to_be_attached()
    return run_list(page)


# What keys act on


def test_n_and_e_lead_the_round_and_never_touch_what_was_answered(
    shared: Demo, windows: Windows
) -> None:
    page = windows.laptop(shared.link("moderator"))
    until_online(page)
    first, second, third, fourth, _ = shortlisted(page, 5)
    for number, after in ((first, second), (second, third)):
        page.keyboard.press("n")
        expect(question(page, number)).to_have_attribute("data-list", "live")
        expect(chosen(page)).to_have_attribute("data-number", number)
        expect(question(page, number)).to_be_focused()
        page.keyboard.press("e")
        expect(question(page, number)).to_have_attribute("data-list", "answered")
        # The stage is empty: nothing is chosen, and what was answered stays so.
        expect(chosen(page)).to_have_count(0)
        page.keyboard.press("s")
        expect(page.locator("#toasts")).to_contain_text("wählen Sie zuerst")
        expect(question(page, number)).to_have_attribute("data-list", "answered")
        assert run_list(page)[0] == after
    # As fast as somebody types, and where the answered ones are unfolded.
    page.locator("[data-done=answered] > summary").click()
    for key in "nene":
        page.keyboard.press(key)
    for number in (third, fourth):
        expect(question(page, number)).to_have_attribute("data-list", "answered")
    expect(chosen(page)).to_have_count(0)


def test_after_a_verb_the_next_of_the_same_list_is_chosen_and_the_one_before_at_its_end(
    page: Page,
) -> None:
    numbers = shortlisted(page, 5)
    page.keyboard.press("2")
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(question(page, numbers[1])).to_have_attribute("data-list", "answered")
    expect(question(page, numbers[2])).to_be_focused()
    expect(chosen(page)).to_have_attribute("data-number", numbers[2])
    page.keyboard.press("End")
    expect(question(page, numbers[-1])).to_be_focused()
    page.keyboard.press("e")
    expect(question(page, numbers[-1])).to_have_attribute("data-list", "answered")
    expect(question(page, numbers[-2])).to_be_focused()
    expect(chosen(page)).to_have_attribute("data-number", numbers[-2])


def test_l_chooses_what_it_puts_on_the_screen(page: Page) -> None:
    page.keyboard.press("1")
    number = number_of(chosen(page))
    page.keyboard.press("l")
    expect(question(page, number)).to_have_attribute("data-list", "live")
    expect(chosen(page)).to_have_attribute("data-number", number)
    page.keyboard.press("s")
    expect(question(page, number)).to_have_attribute("data-list", "shortlisted")
    expect(chosen(page)).to_have_count(0)


def test_what_somebody_else_takes_away_is_not_chosen_and_one_goes_on_beside_it(
    shared: Demo, windows: Windows, page: Page
) -> None:
    other = windows.laptop(shared.link("moderator"))
    until_online(other)
    page.keyboard.press("1")
    page.keyboard.press("j")
    rows = page.locator("#list-open > article")
    number, beside = (number_of(rows.nth(place)) for place in (1, 2))
    expect(chosen(page)).to_have_attribute("data-number", number)
    row = question(other, number)
    row.locator(".question-text").click()
    row.get_by_role("button", name="Beantwortet").first.click()
    expect(question(page, number)).to_have_attribute("data-list", "answered")
    expect(chosen(page)).to_have_count(0)
    page.keyboard.press("s")
    expect(page.locator("#toasts")).to_contain_text("wählen Sie zuerst")
    page.keyboard.press("j")
    expect(question(page, beside)).to_be_focused()
    # Nor is what a filter hides.
    page.locator("#filter-q").fill("gibtesnicht")
    page.locator("#inbox-title").click()
    page.keyboard.press("s")
    expect(question(page, beside)).to_have_attribute("data-list", "open")


# On whatever keyboard


def test_caps_lock_and_other_layouts_change_no_key(page: Page) -> None:
    press(page, "J")
    first = number_of(chosen(page))
    press(page, "о", "KeyJ")
    second = number_of(chosen(page))
    assert second != first
    press(page, "Κ", "KeyK")
    expect(chosen(page)).to_have_attribute("data-number", first)
    # With Shift it is the verb with words, and without Shift the one without.
    press(page, "e", shift=True)
    row = question(page, first)
    expect(row.get_by_role("textbox", name="Antwort in Stichworten")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    row.focus()
    press(page, "S")
    expect(row).to_have_attribute("data-list", "shortlisted")
    expect(question(page, second)).to_be_focused()
    press(page, "Γ", "KeyU")
    expect(row).to_have_attribute("data-list", "open")
    # What a Latin layout types at that place is what it means.
    press(page, "ö", "KeyE")
    expect(row).to_have_attribute("data-list", "open")


# By Tab


def test_tab_stops_once_at_a_zone_and_then_at_the_chosen_verbs(page: Page) -> None:
    for name, place in (("Eingang", "inbox"), ("Ablauf", "run-list"), ("Leinwand", "stage")):
        link = page.locator(f".skip-link[href='#{place}']")
        expect(link).to_contain_text(name)
        link.focus()
        expect(link).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator(f"#{place}")).to_be_focused()
    page.locator("#main").focus()
    stops: list[Any] = []
    for _ in range(120):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED))
        if stops[-1][0] == "BODY" or stops[-1][1] == "stage":
            break
    rows = [stop for stop in stops if stop[0] == "row"]
    assert [zone for _, zone, _ in rows] == ["inbox", "run-list"]
    for _, zone, number in rows:
        verbs = [stop for stop in stops if stop[0] == "verb" and stop[1] == zone]
        assert 3 <= len(verbs) <= 8
        assert {stop[2] for stop in verbs} == {number}
    assert len(stops) < 45


def test_arrows_walk_rows_and_verbs_where_letters_are_switched_off(page: Page) -> None:
    page.keyboard.press("?")
    page.get_by_role("checkbox", name="Tastenkürzel benutzen").uncheck()
    page.keyboard.press("Escape")
    page.locator("#run-list").focus()
    page.keyboard.press("Tab")
    first, second = run_list(page)[:2]
    expect(question(page, first)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(question(page, second)).to_be_focused()
    page.keyboard.press("Enter")
    expect(question(page, second).get_by_role("button", name="Auf die Leinwand")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(question(page, second).get_by_role("button", name="Beantwortet")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question(page, second)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(question(page, second)).to_be_focused()


# The run list


def test_next_up_and_a_place_that_is_typed_by_keys_and_by_buttons(page: Page) -> None:
    numbers = shortlisted(page, 4)
    page.keyboard.press("2")
    page.keyboard.press("End")
    last = numbers[-1]
    expect(question(page, last).get_by_role("button", name="Als Nächste")).to_be_visible()
    page.keyboard.press("t")
    first = page.locator("#list-shortlisted > article").first
    expect(first).to_have_attribute("data-number", last)
    expect(question(page, last)).to_be_focused()
    expect(first.get_by_role("button", name="Als Nächste")).to_be_hidden()
    # To place 3 of so many.
    page.keyboard.press("g")
    field = first.get_by_label("Platz im Ablauf")
    expect(field).to_be_focused()
    expect(field).to_have_value("1")
    expect(first.locator(".of-places")).to_contain_text(f"von {len(numbers)}")
    field.fill("3")
    field.press("Enter")
    expect(page.locator("#list-shortlisted > article").nth(2)).to_have_attribute(
        "data-number", last
    )
    expect(question(page, last)).to_be_focused()
    expect(question(page, last).locator("[data-opens=move]")).to_have_attribute(
        "data-my-place", "3"
    )
    question(page, last).get_by_role("button", name="Als Nächste").click()
    expect(first).to_have_attribute("data-number", last)
    assert run_list(page) == [last, *numbers[:-1]]


# Presses that come twice


def second_half(page: Page, x: float, y: float) -> None:
    page.mouse.move(x, y)
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)


def middle(button: Locator) -> tuple[float, float]:
    box = button.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.parametrize("place", ["desk", "moderation"])
def test_a_slow_double_click_answers_one_question(
    shared: Demo, windows: Windows, place: str
) -> None:
    page = windows.laptop(shared.desk(1) if place == "desk" else shared.link("moderator"))
    until_online(page)
    if place == "desk":
        typed_in(page, 3)
    else:
        shortlisted(page, 4)
    name = "list-open" if place == "desk" else "list-shortlisted"
    word = "Hier beantwortet" if place == "desk" else "Beantwortet"
    before = page.locator("#list-answered > article").count()
    button = page.locator(f"#{name} > article").first.get_by_role("button", name=word).first
    button.scroll_into_view_if_needed()
    page.wait_for_function(SETTLED)
    x, y = middle(button)
    answered = page.locator("#list-answered > article")
    page.mouse.click(x, y)
    expect(answered).to_have_count(before + 1)
    # The second half, when what follows is where the first one was, and settled.
    page.evaluate("document.querySelectorAll('.trace').forEach((one) => one.remove())")
    page.wait_for_function(SETTLED)
    next_one = page.locator(f"#{name} > article").first.get_by_role("button", name=word).first
    second_half(page, *middle(next_one))
    # A deliberate press elsewhere goes through at once.
    number = number_of(page.locator(f"#{name} > article").nth(1))
    other = question(page, number).get_by_role("button", name=word).first
    page.mouse.click(*middle(other))
    expect(question(page, number)).to_have_attribute("data-list", "answered")
    assert answered.count() == before + 2


def test_two_taps_at_one_place_answer_one_question_and_two_places_two(
    shared: Demo, windows: Windows
) -> None:
    page = windows.tablet(shared.desk(1))
    until_online(page)
    typed_in(page, 3)
    answered = page.locator("#list-answered > article")
    before = answered.count()
    cards = page.locator("#list-open > article")
    button = cards.first.get_by_role("button", name="Hier beantwortet")
    button.scroll_into_view_if_needed()
    page.wait_for_function(SETTLED)
    x, y = middle(button)
    page.touchscreen.tap(x, y)
    expect(answered).to_have_count(before + 1)
    page.evaluate(
        """([x, y]) => {
          document.querySelectorAll('.trace').forEach((one) => one.remove());
          document.querySelectorAll('[data-my-settling]').forEach((one) =>
            one.removeAttribute('data-my-settling'));
          const button = document.querySelector('#list-open [formaction$="/answer"]');
          scrollBy(0, button.getBoundingClientRect().top + 20 - y);
        }""",
        [x, y],
    )
    page.touchscreen.tap(x, y)
    # At another place it counts, and shows that the other one did not.
    number = number_of(cards.nth(1))
    button = question(page, number).get_by_role("button", name="Hier beantwortet")
    button.scroll_into_view_if_needed()
    page.touchscreen.tap(*middle(button))
    expect(question(page, number)).to_have_attribute("data-list", "answered")
    assert answered.count() == before + 2


def test_the_second_half_is_known_on_the_page_that_the_first_has_led_to(
    shared: Demo, windows: Windows
) -> None:
    page = windows.laptop(shared.link("organiser"))
    page.goto(shared.at("/organise/GE/pitches"))
    rows = page.locator("[data-pitches] > li")
    down = page.locator("[data-pitch-move] button:last-of-type")
    first, second, third = (rows.nth(place).get_attribute("id") for place in range(3))
    page.mouse.click(*middle(down.first))
    expect(rows.first).to_have_attribute("id", str(second))
    page.wait_for_load_state("load")
    second_half(page, *middle(down.first))
    # A press that counts goes through, and shows that the other one did not.
    page.mouse.click(*middle(down.nth(1)))
    expect(rows.nth(1)).to_have_attribute("id", str(third))
    assert [rows.nth(place).get_attribute("id") for place in range(3)] == [second, third, first]
