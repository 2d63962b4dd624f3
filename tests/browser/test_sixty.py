"""The moderation with sixty questions and with more than a list shows: rows, panels, ends."""

import uuid
from difflib import unified_diff
from pprint import pformat
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsing import LAPTOP, TABLET, Demo, Windows, ask, rarer, until_online, verb

pytestmark = pytest.mark.browser

WHOLE_ROWS = """() => {
  const zone = document.getElementById('inbox').getBoundingClientRect();
  const bottom = Math.min(zone.bottom, innerHeight);
  return [...document.querySelectorAll('#inbox .row-q')].filter((row) => {
    const box = row.getBoundingClientRect();
    return box.height > 0 && box.top >= zone.top && box.bottom <= bottom;
  }).length;
}"""
LISTS = """() => [...document.querySelectorAll("[data-lists]")].map((list) => [
  list.id, list.dataset.rest, [...list.querySelectorAll(":scope > [data-version]")].map((one) =>
    `${one.id} ${one.dataset.version} ${one.dataset.verbs}`),
  [...list.querySelectorAll(".more-of:not([hidden])")].map((more) => more.textContent.trim())])"""
COUNTS = "() => [...document.querySelectorAll('[data-count-of]')].map((one) => one.textContent)"
TOTALS = """() => [...document.querySelectorAll("[data-lists][data-limit]")].map((list) =>
  list.querySelectorAll(":scope > [data-version]").length + Number(list.dataset.rest))"""
TYPE_IN = """async ([path, texts, stand]) => {
  for (const [key, text] of texts) {
    const body = new URLSearchParams({key, text, stand});
    const answer = await fetch(`${path}/questions`, {method: 'POST', body,
      headers: {Accept: 'application/json'}});
    if (!answer.ok) throw new Error(await answer.text());
  }
}"""


def fill(moderation: Page, many: int, stand: str = "2", path: str = "") -> None:
    """So many questions from the floor, of some length."""
    words = "Wie lange hat es von der Entscheidung im Rat bis zum laufenden Betrieb gedauert, und "
    texts = [[str(uuid.uuid4()), f"{words}was kam dazwischen? ({n})"] for n in range(many)]
    moderation.evaluate(TYPE_IN, [urlsplit(path or moderation.url).path, texts, stand])


def fill_unseen(moderation: Page, many: int) -> None:
    """The same while another page is open, which draws none of them; then back."""
    address = moderation.url
    moderation.goto(urljoin(address, "/pass"))
    fill(moderation, many, path=address)
    moderation.goto(address)
    until_online(moderation)


def question(page: Page, number: int | str | None) -> Locator:
    return page.locator(f"article[data-number='{number}']")


def same_as_fresh(page: Page, *what: str) -> None:
    """What is shown and counted by news is what a fresh page shows and counts."""
    fresh = page.context.new_page()
    fresh.goto(page.url)
    until_online(fresh)

    def shown(one: Page) -> list[Any]:
        return [one.evaluate(js) for js in what or (LISTS, COUNTS)]

    # News that is on its way may come a moment later.
    for patience_ms in (200, 500, 1000, 2000, 4000, 8000):
        if shown(page) == shown(fresh):
            break
        page.wait_for_timeout(patience_ms)
        fresh.reload()
        until_online(fresh)
    told, expected = (pformat(shown(one)).splitlines() for one in (page, fresh))
    differs = "\n".join(unified_diff(expected, told, "fresh", "by news", n=0, lineterm=""))
    assert not differs, differs
    fresh.close()


@pytest.mark.parametrize(("size", "rows"), [(LAPTOP, 9), (TABLET, 6)])
def test_so_many_questions_are_seen_whole(
    demo: Demo, windows: Windows, size: dict[str, Any], rows: int
) -> None:
    page = windows.open(demo.link("moderator"), **size)
    fill_unseen(page, 60)
    assert page.evaluate(WHOLE_ROWS) >= rows
    # Two lines each, and their verbs when they are chosen.
    first = page.locator("#list-open > article").first
    text = first.locator(".question-text")
    assert text.evaluate("one => one.scrollHeight > one.clientHeight")
    if size is TABLET:
        expect(first.get_by_role("button", name="Ablauf")).to_be_hidden()
        first.tap()
    else:
        first.click()
    expect(first.get_by_role("button", name="Ablauf")).to_be_visible()
    assert text.evaluate("one => one.scrollHeight <= one.clientHeight + 1")


def test_a_pointer_that_passes_over_moves_nothing(shared: Demo, windows: Windows) -> None:
    page = windows.laptop(shared.link("moderator"))
    until_online(page)
    rows = page.locator("#list-open > article")
    tops = "rows => rows.map((row) => row.getBoundingClientRect().top)"
    before = rows.evaluate_all(tops)
    number = rows.nth(2).get_attribute("data-number")
    rows.nth(2).hover()
    button = rows.nth(2).get_by_role("button", name="Ablauf")
    expect(button).to_be_visible()
    assert rows.evaluate_all(tops) == before
    button.click()
    expect(question(page, number)).to_have_attribute("data-list", "shortlisted")


def test_a_click_chooses_a_row_wherever_it_falls(shared: Demo, windows: Windows) -> None:
    """Its verbs come up below the pointer: none takes the click that was meant for the row."""
    page = windows.laptop(shared.link("moderator"))
    until_online(page)
    row = page.locator("#list-open > article").nth(2)
    row.hover()
    box = row.get_by_role("button", name="Leinwand").bounding_box()
    assert box
    page.mouse.move(5, 5)
    number = row.get_attribute("data-number")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(question(page, number)).to_have_attribute("data-my-current", "")
    expect(question(page, number)).to_have_attribute("data-list", "open")


def test_merging_proposes_what_asks_the_same(shared: Demo, windows: Windows) -> None:
    phone = windows.phone(shared.stand(2))
    page = windows.laptop(shared.link("moderator"))
    until_online(phone, page)
    first = ask(phone, "Wie viele Zebras braucht man für den Datenschutz?")
    second = ask(phone, "Braucht der Datenschutz viele Zebras?")
    row = question(page, second)
    expect(row).to_be_attached()
    rarer(row, "Zusammenlegen")
    proposal = row.locator(".alike-one").first
    expect(proposal).to_contain_text(f"Mit Frage {first}")
    expect(proposal).to_contain_text("Wie viele Zebras")
    # The question itself stays in sight.
    expect(row.locator(".question-text")).to_be_in_viewport()
    proposal.click()
    expect(question(page, second)).to_have_attribute("data-list", "merged")
    expect(question(page, first)).to_contain_text(f"Gilt auch für Frage {second}")


def test_the_page_of_one_question_follows_the_news(shared: Demo, windows: Windows) -> None:
    page = windows.laptop(shared.link("moderator"))
    tablet = windows.tablet(shared.desk(1))
    until_online(page, tablet)
    card = tablet.locator("#list-open > article").first
    number = card.get_attribute("data-number")
    address = str(card.get_by_role("link", name="Mehr").get_attribute("href"))
    other = tablet.context.new_page()
    other.goto(shared.at(address))
    until_online(other)
    other.get_by_label("Anderer Grund").fill("Halb geschr")
    verb(question(page, number), "Ablauf").click()
    expect(other.locator("#one")).to_have_attribute("data-status", "shortlisted")
    expect(other.locator(".history")).to_contain_text("für die Schlussrunde vorgesehen")
    expect(other.get_by_label("Anderer Grund")).to_have_value("Halb geschr")
    # Its forms are sent without leaving it, and can be taken back.
    other.get_by_label("Antwort", exact=True).fill("Ja, ab Mai.")
    other.get_by_role("button", name="Antwort speichern").click()
    expect(other.locator(".given")).to_contain_text("Ja, ab Mai.")
    expect(question(tablet, number)).to_have_attribute("data-list", "answered")
    other.locator("#undo").get_by_role("button").click()
    expect(question(tablet, number)).to_have_attribute("data-list", "shortlisted")
    assert address in other.url


def test_a_list_has_an_end_and_news_keeps_it_true(demo: Demo, windows: Windows) -> None:
    page = windows.laptop(demo.link("moderator"))
    fill_unseen(page, 80)
    desk = windows.tablet(demo.desk(2))
    phone = windows.phone(demo.stand(2))
    until_online(page, desk, phone)
    rows = page.locator("#list-open > article")
    assert 80 <= rows.count() < 90
    fill(page, 40)
    # From here on it has grown by news alone, and no longer than it is.
    expect(rows).to_have_count(100)
    for window in (page, desk):
        same_as_fresh(window)
    # A phone's list may have grown longer; what it counts is right.
    same_as_fresh(phone, TOTALS)
    rest = int(page.locator("#list-open").get_attribute("data-rest") or 0)
    assert rest >= 20

    # What comes in on top pushes out what stands last; what leaves makes room.
    newest = ask(phone, "Noch eine?")
    expect(rows.first).to_have_attribute("data-number", str(newest))
    expect(page.locator("#list-open")).to_have_attribute("data-rest", str(rest + 1))
    verb(rows.nth(3), "Ablauf").click()
    expect(rows).to_have_count(99)
    for window in (page, desk, phone):
        # It is not filled up at once, but what it counts is right.
        same_as_fresh(window, TOTALS, COUNTS)

    # More is there for the asking, and stays when the page is read again.
    page.get_by_role("link", name="weitere zeigen").first.click()
    expect(page.locator("#list-open")).to_have_attribute("data-rest", "0")
    page.reload()
    until_online(page)
    expect(page.locator("#list-open")).to_have_attribute("data-rest", "0")
    assert rows.count() > 100
    # A hundred more at a press, then what is left.
    others = phone.locator("#others > article")
    while int(phone.locator("#others").get_attribute("data-rest") or 0):
        shown = others.count()
        phone.get_by_role("link", name="weitere zeigen").click()
        expect(others).not_to_have_count(shown)
    assert others.count() > 100


def test_what_goes_behind_the_end_is_told(demo: Demo, windows: Windows) -> None:
    page = windows.laptop(demo.link("moderator"))
    fill_unseen(page, 80)
    oldest = page.locator("#list-open > article").last.get_attribute("data-number")
    verb(question(page, oldest), "Ablauf").click()
    expect(question(page, oldest)).to_have_attribute("data-list", "shortlisted")
    # What somebody is at stays, also beyond the end.
    page.evaluate("document.activeElement.blur()")
    fill(page, 40)
    same_as_fresh(page)
    before = page.locator("[data-count-of='open']").first.inner_text()
    page.locator("#undo").get_by_role("button").click()
    expect(page.locator("#toasts")).to_contain_text("steht weiter unten in ihrer Liste")
    expect(question(page, oldest)).to_have_count(0)
    expect(page.locator("[data-count-of='open']").first).to_have_text(str(int(before) + 1))
    same_as_fresh(page)


def test_a_filter_looks_through_the_whole_list(demo: Demo, windows: Windows) -> None:
    page = windows.laptop(demo.link("moderator"))
    until_online(page)
    oldest = page.locator("#list-open > article").last.get_attribute("data-number")
    fill_unseen(page, 120)
    expect(question(page, oldest)).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type(f"#{oldest}")
    expect(question(page, oldest)).to_be_visible()


def test_a_phase_without_a_screen_takes_its_verb_away(demo: Demo, windows: Windows) -> None:
    page = windows.laptop(demo.link("moderator"))
    other = windows.laptop(demo.link("moderator"))
    until_online(page, other)
    row = page.locator("#list-open > article").first
    assert "live" in str(row.get_attribute("data-verbs")).split()
    for name in ("Schlussrunde beginnen", "Schlussrunde beenden"):
        other.get_by_role("button", name=name).click()
    expect(row).not_to_have_attribute(
        "data-verbs", "shortlist live answer owe decline merge assign redact"
    )
    same_as_fresh(page)
