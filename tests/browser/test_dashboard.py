"""An organiser looks at the running event, and it tells by itself."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsing import Demo, Windows, ask, until_online

pytestmark = pytest.mark.browser


def gauge(page: Page, part: str) -> Locator:
    return page.locator(f"[data-part={part}] b")


def open_dashboard(demo: Demo, windows: Windows) -> Page:
    page = windows.laptop(demo.link("organiser"))
    page.goto(f"{demo.base}/organise/GE/live")
    until_online(page)
    return page


def test_what_happens_in_the_hall_shows_by_itself(demo: Demo, windows: Windows) -> None:
    page = open_dashboard(demo, windows)
    page.evaluate("globalThis.sameDocument = true")
    before = int(gauge(page, "open").inner_text())
    row = page.locator("#stand-row-GE9")
    expect(row.get_by_role("cell").first).to_have_text("0")
    expect(gauge(page, "phones")).to_have_text("0")

    # By keyboard, to the table of minutes; what is open stays open.
    table = page.get_by_text("Als Tabelle")
    for _ in range(60):
        page.keyboard.press("Tab")
        if table.evaluate("(one) => one === document.activeElement"):
            break
    expect(table).to_be_focused()
    page.keyboard.press("Enter")
    minutes = page.locator("#per-minute table")
    expect(minutes).to_be_visible()

    phone = windows.phone(demo.stand(9))
    until_online(phone)
    expect(gauge(page, "phones")).to_have_text("1")
    number = ask(phone, "Wer steht am Empfang?")
    expect(gauge(page, "open")).to_have_text(str(before + 1))
    expect(row.get_by_role("cell").first).to_have_text("1")
    expect(row.locator(".bar-open")).to_be_visible()
    expect(minutes).to_be_visible()
    expect(table).to_be_focused()

    tablet = windows.tablet(demo.desk(9))
    until_online(tablet)
    expect(gauge(page, "desks")).to_have_text("1")
    expect(row.get_by_role("cell").last).to_have_text("ja")
    card = tablet.locator(f"[data-number='{number}']")
    card.get_by_role("button", name="Hier beantwortet").click()
    expect(gauge(page, "open")).to_have_text(str(before))
    expect(row.locator(".bar-open")).to_have_count(0)

    phone.close()
    tablet.close()
    expect(gauge(page, "phones")).to_have_text("0")
    expect(gauge(page, "desks")).to_have_text("0")
    assert page.evaluate("globalThis.sameDocument") is True


def test_it_is_a_plain_page_without_scripts(shared: Demo, windows: Windows) -> None:
    organiser = windows.laptop(shared.link("organiser"))
    kept = organiser.context.storage_state()
    page = windows.laptop(
        f"{shared.base}/organise/GE/live", java_script_enabled=False, storage_state=kept
    )
    expect(page.get_by_role("heading", name="Fragen je Stand")).to_be_visible()
    expect(page.get_by_text("Alles hier erneuert sich von selbst.")).to_be_hidden()
    page.get_by_text("Als Tabelle").click()
    expect(page.get_by_role("table").first).to_be_visible()


def test_municipalities_are_taken_in_and_suggested(shared: Demo, windows: Windows) -> None:
    page = windows.laptop(shared.link("organiser"))
    page.goto(f"{shared.base}/organise/GE/registered")
    names = [f"Gemeinde Nummer {number:03}" for number in range(120)]
    page.get_by_label("Liste", exact=True).fill("\n".join([*names, "Stadt Marl"]))
    page.get_by_role("button", name="Lesen und prüfen").click()
    expect(page.locator("#preview")).to_contain_text("121 Kommunen")
    page.get_by_role("button", name="121 Kommunen übernehmen").click()
    expect(page.get_by_role("status").filter(has_text="übernommen")).to_be_visible()

    phone = windows.phone(shared.stand(8))
    until_online(phone)
    phone.get_by_text("Aspekt, Name oder Kommune angeben").click()
    options = phone.locator("#ask-municipalities option")
    expect(options).to_have_count(0)
    field = phone.locator("#ask-municipality")
    field.focus()
    expect(options).to_have_count(121)
    field.fill("Stadt Marl")
    phone.get_by_label(re.compile("^Name")).fill("Erika Muster")
    number = ask(phone, "Woher kommt das Geld?")
    # Free for the next one.
    expect(field).to_have_value("")

    tablet = windows.tablet(shared.desk(8))
    card = tablet.locator(f"[data-number='{number}']")
    expect(card).to_contain_text("Erika Muster, Stadt Marl")


def test_a_draft_keeps_the_municipality(shared: Demo, windows: Windows) -> None:
    phone = windows.phone(shared.stand(7))
    phone.get_by_text("Aspekt, Name oder Kommune angeben").click()
    field = phone.locator("#ask-municipality")
    field.fill("Kreis Borken")
    phone.reload()
    expect(field).to_be_visible()
    expect(field).to_have_value("Kreis Borken")
