"""Halls are unkind: lines that go and come, portals that answer for us, servers that hang."""

import signal
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from simulation.waiting import HANGS_S
from tests.support.browsing import Demo, Windows, ask, until_online

pytestmark = pytest.mark.browser

LINE_DOWN = ("ERR_INTERNET_DISCONNECTED", "WebSocket connection")


def test_a_phone_that_was_away_reads_what_it_missed(shared: Demo, windows: Windows) -> None:
    windows.allow(*LINE_DOWN)
    phone, other = windows.phone(shared.stand(5)), windows.phone(shared.stand(5))
    until_online(phone, other)
    phone.context.set_offline(True)
    expect(phone.locator("#line")).to_contain_text("Offline")

    # What is asked on both sides meanwhile is not lost.
    ask(other, "Geht das auch auf älteren Tablets?")
    field = phone.get_by_role("textbox", name="Ihre Frage")
    field.fill("Und ganz ohne Netz?")
    phone.get_by_role("button", name="Frage stellen").click()
    expect(waiting(phone, "Und ganz ohne Netz?")).to_be_visible()
    expect(field).to_have_value("")

    phone.context.set_offline(False)
    until_online(phone)
    expect(phone.locator("#line")).to_have_text("Verbunden")
    expect(phone.locator("#others")).to_contain_text("Geht das auch auf älteren Tablets?")
    expect(phone.locator("#mine")).to_contain_text("Und ganz ohne Netz?")
    expect(other.locator("#others")).to_contain_text("Und ganz ohne Netz?")
    expect(waiting(phone)).to_have_count(0)


def test_a_question_survives_a_reload_without_a_line(shared: Demo, windows: Windows) -> None:
    windows.allow(*LINE_DOWN)
    phone = windows.phone(shared.stand(5))
    until_online(phone)
    phone.context.set_offline(True)
    phone.get_by_role("textbox", name="Ihre Frage").fill("Bleibt das stehen?")
    phone.get_by_role("button", name="Frage stellen").click()
    expect(waiting(phone, "Bleibt das stehen?")).to_be_visible()
    # The browser is closed in despair, and opened again where there is a line.
    phone.goto("about:blank")
    phone.context.set_offline(False)
    phone.goto(shared.stand(5))
    expect(phone.locator("#mine")).to_contain_text("Bleibt das stehen?")
    expect(phone.locator("#mine article")).to_have_count(1)


def test_a_captive_portal_does_not_swallow_a_question(shared: Demo, windows: Windows) -> None:
    phone = windows.phone(shared.stand(7))
    tablet = windows.tablet(shared.desk(7))
    until_online(phone, tablet)
    with captive_portal(phone):
        field = phone.get_by_role("textbox", name="Ihre Frage")
        field.fill("Wer zahlt die Sensoren?")
        phone.get_by_role("button", name="Frage stellen").click()
        expect(waiting(phone, "Wer zahlt die Sensoren?")).to_be_visible()
        # Tried again meanwhile, and answered by the portal again.
        phone.wait_for_timeout(3000)
        expect(waiting(phone, "Wer zahlt die Sensoren?")).to_be_visible()
        expect(tablet.locator("#list-open")).not_to_contain_text("Wer zahlt die Sensoren?")
    expect(phone.locator("#mine")).to_contain_text("Wer zahlt die Sensoren?")
    expect(waiting(phone)).to_have_count(0)
    arrived = tablet.locator("article").filter(has_text="Wer zahlt die Sensoren?")
    expect(arrived).to_have_count(1)


def test_an_answer_that_got_lost_does_not_double_the_question(
    shared: Demo, windows: Windows
) -> None:
    windows.allow("net::ERR_FAILED")
    phone = windows.phone(shared.stand(7))
    until_online(phone)

    def lose_the_answer(route: Route) -> None:
        # Delivered by hand, without cookies: they went with the answer.
        asked = route.request
        headers = {name: asked.headers[name] for name in ("accept", "content-type", "origin")}
        headers["host"] = urlsplit(asked.url).netloc
        address = f"{shared.server.url}{urlsplit(asked.url).path}"
        told = urllib.request.Request(address, asked.post_data_buffer, headers, method="POST")
        with urllib.request.urlopen(told, timeout=HANGS_S) as answer:
            assert answer.status == 201
        route.abort()

    phone.route("**/questions", lose_the_answer, times=1)
    phone.get_by_role("textbox", name="Ihre Frage").fill("Kommt das zweimal an?")
    phone.get_by_role("button", name="Frage stellen").click()
    expect(waiting(phone)).to_be_visible()
    expect(phone.locator("#mine")).to_contain_text("Kommt das zweimal an?")
    phone.reload()
    expect(phone.locator("#mine article")).to_have_count(1)
    assert phone.locator("#others").inner_text().count("Kommt das zweimal an?") <= 1


def test_two_tabs_of_one_phone_agree(shared: Demo, windows: Windows) -> None:
    one = windows.phone(shared.stand(8))
    with captive_portal(one):
        one.get_by_role("textbox", name="Ihre Frage").fill("Wie viele Kitas machen mit?")
        one.get_by_role("button", name="Frage stellen").click()
        expect(waiting(one)).to_be_visible()
        # The other tab finds the question waiting, and a line.
        two = one.context.new_page()
        two.goto(shared.stand(8))
        expect(two.locator("#mine")).to_contain_text("Wie viele Kitas machen mit?")
    expect(one.locator("#mine")).to_contain_text("Wie viele Kitas machen mit?")
    for tab in (one, two):
        expect(tab.locator("#mine article")).to_have_count(1)
    # What is done in one is seen in the other.
    mine = two.locator("#mine article")
    mine.locator("summary", has_text="Zurückziehen").click()
    mine.get_by_role("button", name="Frage zurückziehen").click()
    expect(one.locator("#mine article")).to_contain_text("zurückgezogen")


@pytest.mark.slow
def test_a_server_that_hangs_is_noticed_and_found_again(demo: Demo, windows: Windows) -> None:
    windows.allow("WebSocket", "net::ERR", "Failed to load resource")
    phone = windows.phone(demo.stand(9))
    tablet = windows.tablet(demo.desk(9))
    moderation = windows.laptop(demo.link("moderator"))
    screen = windows.projector(demo.link("screen"))
    pages = (phone, tablet, moderation, screen)
    until_online(*pages)
    demo.server.process.send_signal(signal.SIGSTOP)
    try:
        for page in pages:
            expect(page.locator("#line")).not_to_have_attribute("data-state", "online")
        expect(screen.locator("#line")).to_contain_text("Offline seit")
        # It keeps its picture.
        expect(screen.locator("#stage")).to_be_visible()
    finally:
        demo.server.process.send_signal(signal.SIGCONT)
    for page in pages:
        expect(page.locator("#line")).to_have_attribute("data-state", "online")
    ask(phone, "Sind alle noch da?")
    expect(tablet.locator("#list-open")).to_contain_text("Sind alle noch da?")
    expect(moderation.locator("#list-open")).to_contain_text("Sind alle noch da?")


def test_the_organisers_own_laptop_writes_under_localhost(shared: Demo, windows: Windows) -> None:
    phone = windows.phone(f"http://localhost:{shared.server.port}/s/GE3")
    assert ask(phone, "Auch auf diesem Weg?") > 0
    expect(phone.locator("#mine")).to_contain_text("Auch auf diesem Weg?")


def waiting(page: Page, text: str = "") -> Locator:
    """What the waiting list says of a text that is kept on the phone."""
    kept = page.locator("#outbox li").filter(has_text="Auf diesem Gerät gespeichert")
    return kept.filter(has_text=text) if text else kept


@contextmanager
def captive_portal(page: Page) -> Iterator[None]:
    """A Wi-Fi that answers every request with its own page, status 200."""
    portal = "<!doctype html><title>WLAN</title><h1>Bitte stimmen Sie zu</h1>"

    def answer(route: Route) -> None:
        route.fulfill(status=200, content_type="text/html", body=portal)

    page.route("**/*", answer)
    yield
    page.unroute("**/*", answer)
