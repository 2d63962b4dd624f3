"""A desk and a phone in a real Chromium live through a bad minute and are right afterwards."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from simulation.proxy import Fault, anything
from simulation.venue import Venue
from simulation.waiting import HANGS_S
from tests.support.browsing import Windows, until_online

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

STOPPED_S = 20

SHOWN = """() => [...document.querySelectorAll("[data-lists]")].map((list) => [list.id,
  [...list.querySelectorAll(":scope > [data-version]")].map((one) => [one.id, one.dataset.version,
    one.dataset.status, one.querySelector(".question-text").textContent,
    one.querySelector("[data-votes]")?.textContent])])"""
"""Every list of a page with what stands in it, in its order."""


@contextmanager
def slow(venue: Venue, _desk: Page) -> Iterator[None]:
    venue.line.slow(2000)
    yield
    venue.line.slow(None)


@contextmanager
def portal(venue: Venue, _desk: Page) -> Iterator[None]:
    venue.line.inflict(Fault.PORTAL, times=None, where=anything)
    yield
    venue.line.heal()


@contextmanager
def cut(venue: Venue, _desk: Page) -> Iterator[None]:
    venue.line.off()
    yield
    venue.line.on()


@contextmanager
def killed(venue: Venue, _desk: Page) -> Iterator[None]:
    venue.kill()
    yield
    venue.start()


@contextmanager
def stopped(venue: Venue, desk: Page) -> Iterator[None]:
    """It stands still for twenty seconds; whoever looks at the page knows before it goes on."""
    venue.pause()
    began = time.monotonic()
    yield
    expect(desk.locator("#line")).not_to_have_attribute("data-state", "online")
    desk.wait_for_timeout(max(0, STOPPED_S - (time.monotonic() - began)) * 1000)
    venue.resume()


Trouble = Callable[[Venue, Page], Any]
TROUBLES: list[Trouble] = [slow, portal, cut, killed, stopped]


def test_a_desk_and_a_phone_live_through_a_bad_minute(
    venue: Venue, windows: Windows, seed: int
) -> None:
    windows.allow("net::ERR", "WebSocket", "Failed to load resource")
    desk = windows.tablet(venue.links.desk(2))
    phone = windows.phone(venue.links.stand(2))
    until_online(desk, phone)
    for trouble in random.Random(seed).sample(TROUBLES, len(TROUBLES)):
        with trouble(venue, desk):
            phone.get_by_role("textbox", name="Ihre Frage").first.fill(
                f"Was ist {trouble.__name__}?"
            )
            phone.get_by_role("button", name="Frage stellen").click()
            # It has arrived, or stands in the list of what waits.
            expect(phone.get_by_role("textbox", name="Ihre Frage").first).to_have_value("")
    for trouble in TROUBLES:
        asked = phone.locator("#mine article", has_text=f"Was ist {trouble.__name__}?")
        expect(asked).to_have_count(1)
        text = f"Was ist {trouble.__name__}?"
        assert venue.rows("SELECT count(*) AS n FROM questions WHERE text = ?", text) == [{"n": 1}]
    until_online(desk, phone)
    for page in (desk, phone):
        fresh = page.context.new_page()
        fresh.goto(page.url)
        wanted = fresh.evaluate(SHOWN)
        fresh.close()
        assert "Was ist killed?" in str(wanted)
        until = time.monotonic() + HANGS_S
        while page.evaluate(SHOWN) != wanted and time.monotonic() < until:
            page.wait_for_timeout(100)
        assert page.evaluate(SHOWN) == wanted
