"""The same fair for somebody who reads English, beside others who read German."""

from functools import cache
from typing import Any

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Page, expect

from simulation.servers import ROOT
from tests.support.browsing import Demo, Windows, until_online

pytestmark = pytest.mark.browser

ENGLISH: dict[str, Any] = {"locale": "en-GB"}


def test_an_english_phone_at_a_german_stand(shared: Demo, windows: Windows) -> None:
    phone = windows.phone(shared.stand(11), **ENGLISH)
    tablet = windows.tablet(shared.desk(11))
    until_online(phone, tablet)
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    button = phone.get_by_role("button", name=english("Frage stellen"))
    button.click()
    expect(phone.locator("#ask-error")).to_have_text(
        english("Bitte schreiben Sie zuerst Ihre Frage.")
    )
    phone.get_by_role("textbox", name=english("Ihre Frage")).first.fill("What does a sensor cost?")
    button.click()
    card = tablet.locator("#list-open article").filter(has_text="What does a sensor cost?")
    card.get_by_role("button", name="Hier beantwortet").click()
    # News comes in the language of its page.
    mine = phone.locator("#mine article")
    expect(mine.locator(".badge")).to_have_text(english("beantwortet"))
    expect(mine).to_contain_text(english("am Stand beantwortet"))


def test_a_refusal_speaks_english(shared: Demo, windows: Windows) -> None:
    windows.allow("the server responded with a status of 422")
    phone = windows.phone(shared.stand(11), **ENGLISH)
    until_online(phone)
    phone.get_by_role("textbox", name=english("Ihre Frage")).first.fill("!!!")
    phone.get_by_role("button", name=english("Frage stellen")).click()
    expect(phone.locator("#ask-error")).to_have_text(
        english("Bitte stellen Sie die Frage in Worten.")
    )


def test_the_language_can_be_changed_and_is_remembered(shared: Demo, windows: Windows) -> None:
    phone = windows.phone(shared.stand(11))
    phone.get_by_role("link", name="EN", exact=True).click()
    expect_english(phone)
    phone.goto(shared.stand(10))
    expect_english(phone)
    phone.get_by_role("link", name="DE", exact=True).click()
    expect(phone.get_by_role("button", name="Frage stellen")).to_be_visible()


def test_the_language_link_keeps_filter_order_and_place(shared: Demo, windows: Windows) -> None:
    page = windows.laptop(shared.link("moderator"))
    page.locator("#filter-stand").select_option("11")
    page.locator("#filter-sort").select_option("oldest")
    page.evaluate("location.hash = 'main'")
    page.get_by_role("link", name="EN", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#filter-stand")).to_have_value("11")
    expect(page.locator("#filter-sort")).to_have_value("oldest")
    assert page.url.endswith("#main")
    # The filter is lifted, and so is what the link says of it.
    page.locator("#filter-stand").select_option("")
    page.evaluate("location.hash = 'AbCdEfGhIjKlMnOpQrStUv'")
    page.get_by_role("link", name="DE", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert "stand=" not in page.url
    assert "#" not in page.url
    expect(page.locator("#filter-sort")).to_have_value("oldest")


def expect_english(page: Page) -> None:
    expect(page.get_by_role("button", name=english("Frage stellen"))).to_be_visible()


def english(german: str) -> str:
    """As the catalogue has it."""
    message = catalogue().get(german)
    assert message
    assert isinstance(message.string, str)
    assert message.string not in ("", german)
    return message.string


@cache
def catalogue() -> Any:
    with (ROOT / "exchange/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file)
