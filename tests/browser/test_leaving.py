"""Staff's pages are kept by nobody: they ask whether they still hold, and let go at one press."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.browsing import Demo, Windows, until_online

pytestmark = pytest.mark.browser

READ_AGAIN = "document.dispatchEvent(new Event('resume'))"


def test_a_staff_page_that_is_unchanged_is_not_sent_again(shared: Demo, windows: Windows) -> None:
    page = windows.laptop(shared.link("moderator"))
    until_online(page)
    answers: list[Any] = []
    page.on("response", lambda one: answers.append((one.status, one.url)))
    with page.expect_response(page.url) as unchanged:
        page.evaluate(READ_AGAIN)
    assert unchanged.value.status == 304
    until_online(page)
    # Something has happened: the same asking gets the whole page.
    phone = windows.phone(shared.stand(4))
    phone.get_by_role("textbox", name="Ihre Frage").fill("Und was hat sich geändert?")
    phone.get_by_role("button", name="Frage stellen").click()
    expect(page.locator("#inbox")).to_contain_text("Und was hat sich geändert?")
    page.wait_for_timeout(600)
    with page.expect_response(page.url) as changed:
        page.evaluate(READ_AGAIN)
    assert changed.value.status == 200
    page.wait_for_timeout(600)
    with page.expect_response(page.url) as again:
        page.evaluate(READ_AGAIN)
    assert again.value.status == 304


def test_logging_out_is_one_press_and_nothing_comes_back(shared: Demo, windows: Windows) -> None:
    windows.allow("403")
    page = windows.laptop(shared.link("moderator"))
    until_online(page)
    address = page.url
    other = page.context.new_page()
    other.goto(address)
    until_online(other)
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("status").first).to_contain_text("abgemeldet")
    # The other window loses its socket, asks, and shows what the server says now.
    expect(other.get_by_role("heading", level=1)).to_have_text("Hier geht es so nicht weiter")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hier geht es so nicht weiter")
