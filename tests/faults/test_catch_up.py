"""Pushes that get lost or overtake each other, pages that sleep: all of it ends in a true page."""

import json
import statistics
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from simulation.venue import Venue
from simulation.waiting import HANGS_S, wait_until
from tests.support.browsing import Windows, ask, go, until_online

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOWN = """() => [...document.querySelectorAll("[data-lists]")].map((list) => [list.id,
  [...list.querySelectorAll(":scope > [data-version]")].map((one) =>
    `${one.id} ${one.dataset.version} ${one.querySelector(".question-text").textContent}`)])"""
"""Every list of a page with what stands in it, in its order."""

ASLEEP_MS = 8000
STAND_STILL = """(ms) => { setTimeout(() => {
  const until = Date.now() + ms;
  while (Date.now() < until) { /* no timer, no news */ }
}, 0); }"""


@dataclass
class Ear:
    """Stands between a page and what it hears."""

    page: Page
    deaf: bool = False
    """Nothing goes either way, and nobody is told: half open."""
    hold: bool = False
    held: list[str] = field(default_factory=list)
    socket: WebSocketRoute | None = None
    sockets: int = 0

    def put_on(self) -> "Ear":
        self.page.route_web_socket("**/socket.io/**", self._open)
        return self

    def _open(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        self.socket, self.sockets, self.deaf = socket, self.sockets + 1, False
        mine = self.sockets

        def lost() -> bool:
            return self.deaf and mine == self.sockets

        def from_page(message: str | bytes) -> None:
            if not lost():
                server.send(message)

        def from_server(message: str | bytes) -> None:
            if lost():
                return
            if self.hold and isinstance(message, str) and message.startswith('42["fragment"'):
                self.held.append(message)
            else:
                socket.send(message)

        socket.on_message(from_page)
        server.on_message(from_server)

    def say(self, message: str) -> None:
        assert self.socket
        self.socket.send(message)

    def push(self, room: str, *, after: int) -> None:
        """News that does not follow on what the page has."""
        told = {"room": room, "html": "", "revision": 10_000 + after, "previous": 9_999 + after}
        self.say("42" + json.dumps(["fragment", told]))


def listening(page: Page, address: str) -> Ear:
    """The page at this address, with an ear of ours."""
    ear = Ear(page).put_on()
    go(page, address)
    until_online(page)
    return ear


def test_news_in_any_order_makes_the_same_page(venue: Venue, windows: Windows) -> None:
    page = windows.laptop("about:blank")
    ear = listening(page, venue.links.link("moderator"))
    phone = windows.phone(venue.links.stand(2))
    until_online(phone)

    # The last comes first.
    ear.hold = True
    for text in ("Kommt das zuerst?", "Kommt das danach?", "Und das zuletzt?"):
        ask(phone, text)
    wait_for(page, lambda: len(ear.held) >= 3)
    early, ear.hold = list(ear.held), False
    for message in reversed(early):
        ear.say(message)
    same_as_fresh(page)
    expect(page.locator("#list-open")).to_contain_text("Kommt das zuerst?")

    # Some are lost, and the next tells that they were.
    ear.hold, ear.held = True, []
    ask(phone, "Geht das verloren?")
    wait_for(page, lambda: len(ear.held) >= 1)
    ear.hold = False
    ask(phone, "Und wer merkt es?")
    expect(page.locator("#list-open")).to_contain_text("Geht das verloren?")
    same_as_fresh(page)

    # The last one is lost, and nothing follows: the slow check finds out.
    ear.hold, ear.held = True, []
    row = page.locator("#list-open > article", has_text="Und wer merkt es?")
    phone.locator("#mine article", has_text="Und wer merkt es?").locator(
        "summary", has_text="Zurückziehen"
    ).click()
    phone.get_by_role("button", name="Frage zurückziehen").last.click()
    wait_for(page, lambda: len(ear.held) >= 1)
    ear.hold = False
    expect(row).to_have_count(0)

    # What is old is no news.
    for message in early:
        ear.say(message)
    same_as_fresh(page)


@pytest.mark.parametrize("role", ["desk", "phone"])
def test_a_page_reads_again_when_it_wakes_from_sleep(
    venue: Venue, windows: Windows, role: str
) -> None:
    windows.allow("WebSocket")
    page = windows.tablet("about:blank") if role == "desk" else windows.phone("about:blank")
    ear = listening(page, venue.links.desk(2) if role == "desk" else venue.links.stand(2))
    phone = windows.phone(venue.links.stand(2))
    until_online(phone)
    # As when a lid is closed: the page stands still, its line leads nowhere, and what it has just
    # asked for on that line is never answered.
    ear.deaf = True
    page.evaluate("dispatchEvent(new Event('online'))")
    page.evaluate(STAND_STILL, ASLEEP_MS)
    ask(phone, "Was war in der Zwischenzeit?")
    page.evaluate("0")
    woken = time.monotonic()
    expect(page.get_by_text("Was war in der Zwischenzeit?").first).to_be_attached()
    took = time.monotonic() - woken
    # It waits for no timer and no ping: on a busy machine it takes what a few loads take.
    assert took < max(1, 3 * seconds_of_a_load(page))
    # And it hears again.
    ask(phone, "Und seither?")
    expect(page.get_by_text("Und seither?").first).to_be_attached()
    assert ear.sockets == 2


def test_a_half_open_connection_is_noticed_and_replaced(venue: Venue, windows: Windows) -> None:
    windows.allow("WebSocket")
    page = windows.tablet("about:blank")
    page.clock.install()
    ear = listening(page, venue.links.desk(2))
    ear.deaf = True
    # By the page's own clock, which stands still and is moved on by hand.
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    page.clock.run_for(15_500)
    wait_until(lambda: page.evaluate("true") and ear.sockets == 2)
    page.clock.resume()
    until_online(page)
    same_as_fresh(page)


def test_phones_spread_their_catch_up_reads(venue: Venue, windows: Windows) -> None:
    phone = windows.phone("about:blank")
    of_phone = delays_of(listening(phone, venue.links.stand(2)), "stand")
    assert max(of_phone) - min(of_phone) > 0.3, of_phone
    # Staff are few, and wait for nothing.
    page = windows.tablet("about:blank")
    of_desk = delays_of(listening(page, venue.links.desk(2)), "desk")
    assert statistics.median(of_desk) < max(of_phone) / 2, (of_desk, of_phone)


def test_a_pointer_that_is_never_released_delays_news_once(venue: Venue, windows: Windows) -> None:
    page, phone = windows.tablet(venue.links.desk(2)), windows.phone(venue.links.stand(2))
    until_online(page, phone)
    # As a menu of the browser's own leaves it: down, and never up.
    page.evaluate("document.body.dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}))")
    held_up = seconds_until_it_stands_there(page, phone, "Steht das trotzdem gleich da?")
    at_once = seconds_until_it_stands_there(page, phone, "Und das auch?")
    assert at_once < held_up / 2


def seconds_until_it_stands_there(page: Page, phone: Page, text: str) -> float:
    ask(phone, text)
    asked = time.monotonic()
    expect(page.get_by_text(text).first).to_be_attached()
    return time.monotonic() - asked


def seconds_of_a_load(page: Page) -> float:
    """What a fresh load of the same page takes on this machine just now."""
    fresh = page.context.new_page()
    began = time.monotonic()
    fresh.goto(page.url)
    took = time.monotonic() - began
    fresh.close()
    return took


def delays_of(ear: Ear, room: str) -> list[float]:
    """How long after a gap the page reads, several times."""
    found: list[float] = []
    for turn in range(6):
        with ear.page.expect_response(lambda answer: answer.request.resource_type == "fetch"):
            began = time.monotonic()
            with ear.page.expect_request(lambda asked: asked.resource_type == "fetch"):
                ear.push(room, after=turn)
            found.append(time.monotonic() - began)
        # Until it has taken in what it read.
        ear.page.wait_for_timeout(300)
    return found


def same_as_fresh(page: Page) -> None:
    """Wait until a page shows what it shows after a fresh load."""
    fresh = page.context.new_page()
    fresh.goto(page.url)
    wanted: Any = fresh.evaluate(SHOWN)
    fresh.close()
    wait_for(page, lambda: page.evaluate(SHOWN) == wanted)
    assert page.evaluate(SHOWN) == wanted


def wait_for(page: Page, true: Any) -> None:
    until = time.monotonic() + HANGS_S
    while not true() and time.monotonic() < until:
        page.wait_for_timeout(50)
