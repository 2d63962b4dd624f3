"""Votes for what a search found: pressed there, counted on every page that shows them."""

import pytest
from playwright.sync_api import expect

from tests.support.browsing import Demo, Windows, ask, until_online

pytestmark = pytest.mark.browser


def test_a_result_takes_votes_and_counts_those_of_others(shared: Demo, windows: Windows) -> None:
    number = ask(windows.phone(shared.stand(3)), "Wie viele Zebrastreifen sind es?")
    searching, reading = (
        windows.phone(f"{shared.base}/e/GE?q=Zebrastreifen"),
        windows.phone(shared.stand(3)),
    )
    until_online(searching, reading)
    result = searching.locator("#found article")
    button = result.locator(".me-too")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    there = reading.locator("#others article").filter(has_text="Zebrastreifen").locator(".me-too")
    expect(there.locator(".votes")).to_have_text("1")
    there.click()
    expect(button.locator(".votes")).to_have_text("2")
    # To the question at its stand.
    result.locator(".question-place").click()
    expect(searching.locator("#others article").first).to_contain_text("Zebrastreifen")
    assert searching.url.partition("#")[2].startswith("question-")
    assert number


def test_a_result_takes_votes_without_scripts(shared: Demo, windows: Windows) -> None:
    ask(windows.phone(shared.stand(4)), "Wie viele Parkbuchten sind es?")
    phone = windows.phone(f"{shared.base}/e/GE?q=Parkbuchten", java_script_enabled=False)
    phone.locator("#found .me-too").click()
    assert "/e/GE?q=Parkbuchten" in phone.url
    expect(phone.locator("#found .votes").first).to_have_text("1")
    phone.get_by_role("button", name="Zurücknehmen").click()
    assert "/e/GE?q=Parkbuchten" in phone.url
    expect(phone.locator("#found .votes").first).to_have_text("")
