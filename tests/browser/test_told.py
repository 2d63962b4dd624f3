"""The asker sees what becomes of a question; nothing typed is asked twice, and nothing is lost."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Demo, Windows, ask, until_online, verb
from tests.support.fair import new_key

pytestmark = pytest.mark.browser

HIDDEN = """(state) => {
  Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});
  Object.defineProperty(document, 'hidden', {value: state === 'hidden', configurable: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture
def moderation(shared: Demo, windows: Windows) -> Page:
    page = windows.laptop(shared.link("moderator"))
    until_online(page)
    return page


def row(page: Page, number: int) -> Any:
    return page.locator(f"article[data-number='{number}']")


def field(page: Page) -> Any:
    return page.locator("#ask-text")


@contextmanager
def closed(demo: Demo, windows: Windows) -> Iterator[None]:
    """While the organiser has closed the event."""
    organiser = windows.laptop(demo.link("organiser"))
    organiser.goto(demo.at("/organise/GE"))

    def enter(phase: str) -> None:
        answer = organiser.evaluate(
            """async ([phase, key]) => (await fetch('/organise/GE/phase', {method: 'POST',
                 headers: {Accept: 'application/json'},
                 body: new URLSearchParams({phase, key})})).status""",
            [phase, new_key()],
        )
        assert answer == 200

    enter("closed")
    yield
    enter("fair")


def test_the_notice_and_the_title_tell_what_becomes_of_it(
    shared: Demo, windows: Windows, moderation: Page
) -> None:
    phone = windows.phone(shared.stand(2))
    until_online(phone)
    number = ask(phone, "Wann sind wir dran?")
    expect(phone.locator("#mine article")).to_have_count(1)
    event = phone.context.new_page()
    event.goto(shared.at("/e/GE"))
    until_online(phone, event)
    title = phone.title()
    phone.evaluate(HIDDEN, "hidden")
    verb(row(moderation, number), "Leinwand").click()
    for page in (phone, event):
        told = page.locator("#told")
        expect(told).to_contain_text(f"Frage {number} ist jetzt dran")
        expect(told).to_be_in_viewport()
    expect(phone).to_have_title(f"(1) {title}")
    phone.evaluate(HIDDEN, "visible")
    expect(phone).to_have_title(title)
    link = phone.locator("#told").get_by_role("link", name="ansehen")
    link.click()
    expect(phone.locator("#mine article")).to_be_in_viewport()
    phone.reload()
    expect(phone.locator("#told")).to_contain_text(f"Frage {number} ist jetzt dran")
    # Above the round.
    mine, live = (phone.locator(one).bounding_box() for one in ("#mine", "#live"))
    assert mine
    assert live
    assert mine["y"] < live["y"]


def test_another_question_takes_the_notice_over(
    shared: Demo, windows: Windows, moderation: Page
) -> None:
    phone = windows.phone(shared.stand(3))
    until_online(phone)
    first = ask(phone, "Die erste von zweien?")
    second = ask(phone, "Die zweite von zweien?")
    verb(row(moderation, first), "Ablauf").click()
    expect(phone.locator(f"#mine [data-order='{first}']")).to_have_attribute(
        "data-status", "shortlisted"
    )
    expect(phone.locator("#told")).to_contain_text(f"Nummer {second}")


@pytest.mark.parametrize("cached", [True, False], ids=["cached", "read anew"])
def test_what_was_sent_is_not_offered_again_after_back(
    shared: Demo, windows: Windows, cached: bool
) -> None:
    phone = windows.phone(shared.stand(4))
    until_online(phone)
    if not cached:
        # What keeps a page out of the back/forward cache.
        phone.evaluate("addEventListener('unload', () => {})")
    text = f"Kommt das nach dem Umweg noch einmal ({cached})?"

    # Gone before there was an answer; it arrives from the next page.
    phone.route("**/questions", lambda route: route.abort())
    field(phone).fill(text)
    phone.get_by_role("button", name="Frage stellen").click()
    windows.allow("Failed to load resource")
    phone.unroute("**/questions")
    phone.goto(shared.at("/e/GE"))
    expect(phone.locator("#mine")).to_contain_text(text)
    phone.go_back()
    expect(field(phone)).to_have_value("")
    expect(field(phone)).to_be_editable()
    phone.reload()
    expect(field(phone)).to_have_value("")
    expect(phone.locator("#mine article").filter(has_text=text)).to_have_count(1)


def test_what_a_form_has_sent_before_scripts_ran_arrives_once(
    shared: Demo, windows: Windows
) -> None:
    phone = windows.phone("about:blank")
    windows.allow("net::ERR_FAILED", "Failed to load resource")
    phone.route("**/*.js", lambda route: route.abort())
    phone.goto(shared.stand(5))
    text = "Und ehe die Skripte da sind?"
    field(phone).fill(text)
    phone.get_by_role("button", name="Frage stellen").click()
    expect(phone.locator("#mine article")).to_have_count(1)
    phone.unroute("**/*.js")
    phone.go_back()
    until_online(phone)
    if field(phone).input_value():
        phone.get_by_role("button", name="Frage stellen").click()
        expect(field(phone)).to_have_value("")
    phone.reload()
    expect(phone.locator("#mine article").filter(has_text=text)).to_have_count(1)


def test_what_was_not_sent_is_there_after_back(shared: Demo, windows: Windows) -> None:
    phone = windows.phone(shared.stand(5))
    until_online(phone)
    field(phone).fill("Noch nicht fertig")
    phone.goto(shared.at("/e/GE"))
    phone.go_back()
    expect(field(phone)).to_have_value("Noch nicht fertig")


FORGETS = """const real = fetch;
  globalThis.fetch = (address, options) => real(address, {...options, credentials: 'omit'});"""
"""Scripts in a browser that keeps no cookies, and does not say so."""


def test_without_cookies_an_asker_is_told_and_votes_once(shared: Demo, windows: Windows) -> None:
    windows.allow("status of 403")
    phone = windows.phone("about:blank")
    phone.add_init_script(FORGETS)
    phone.goto(shared.stand(1))
    until_online(phone)
    first, second = (phone.locator("#others [data-me-too]").nth(n) for n in (0, 1))
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    phone.reload()
    until_online(phone)
    before = second.locator("[data-votes]").inner_text()
    second.click()
    expect(phone.locator("#toasts")).to_contain_text("speichert keine Cookies")
    expect(second).to_have_attribute("aria-pressed", "false")
    phone.reload()
    until_online(phone)
    expect(second.locator("[data-votes]")).to_have_text(before)
    field(phone).fill("Und wer sieht das wieder?")
    phone.get_by_role("button", name="Frage stellen").click()
    expect(phone.locator("#mine")).to_contain_text("zeigen wir Ihnen dann nicht wieder")


def test_a_cookie_that_has_ended_costs_no_vote(shared: Demo, windows: Windows) -> None:
    windows.allow("status of 403")
    phone = windows.phone(shared.stand(1))
    until_online(phone)
    first, second = (phone.locator("#others [data-me-too]").nth(n) for n in (0, 1))
    first.click()
    expect(phone.locator("#my-votes")).to_have_attribute("data-ids", re.compile(r"\d"))
    phone.context.clear_cookies()
    with phone.expect_response(lambda one: "me-too" in one.url and one.status == 200):
        second.click()
    expect(second).to_have_attribute("aria-pressed", "true")
    expect(phone.locator("#toasts")).to_be_empty()


def test_the_door_says_that_no_cookies_are_kept(shared: Demo, windows: Windows) -> None:
    windows.allow("status of 403")
    page = windows.tablet("about:blank")
    page.add_init_script("Object.defineProperty(navigator, 'cookieEnabled', {get: () => false})")
    page.goto(shared.desk(1))
    expect(page.get_by_text("Ihr Browser speichert keine Cookies")).to_be_visible()


def test_who_was_writing_when_asking_ended_can_copy_and_mail_it(
    demo: Demo, windows: Windows
) -> None:
    windows.allow("status of 403")
    text = "Ein langer Satz mit & und ä,\nder noch nicht fertig"
    writing, sending = windows.phone(demo.stand(1)), windows.phone(demo.stand(1))
    until_online(writing, sending)
    field(writing).fill(text)
    sending.route("**/questions", lambda route: route.abort())
    windows.allow("Failed to load resource")
    field(sending).fill(text)
    sending.get_by_role("button", name="Frage stellen").click()
    expect(sending.locator("#outbox li")).to_have_count(1)
    with closed(demo, windows):
        sending.unroute("**/questions")
        for phone in (writing, sending):
            item = phone.locator("#outbox li")
            expect(item).to_contain_text("nicht mehr angenommen")
            expect(phone.locator(".rescued")).to_have_count(0)
            expect(item.get_by_role("button", name="Ändern")).to_be_hidden()
            expect(phone.get_by_role("heading", name="Meine Fragen")).to_be_hidden()
            for _ in range(2):
                expect(item.locator(".outbox-text")).to_have_text(text, use_inner_text=True)
                mail = item.get_by_role("link", name="E-Mail schreiben").get_attribute("href")
                assert mail
                said = parse_qs(urlsplit(mail).query)
                assert said["body"] == [text]
                assert "Stand 1" in said["subject"][0]
                expect(item.get_by_role("button", name="Text kopieren")).to_be_visible()
                phone.reload()
            for link in phone.locator("#closed .question-actions a").all():
                box = link.bounding_box()
                assert box
                assert box["height"] >= 44
        assert writing.locator("#closed .question-actions a").count() == 2
