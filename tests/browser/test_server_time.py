"""Laptops and phones whose clocks are wrong: what they show is the hall's time all the same."""

import json
import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from exchange.config import TIME_ZONE
from tests.support.browsing import Demo, Windows, ask, go, until_online

pytestmark = pytest.mark.browser

MIN_MS = 60_000
WRONG = [7 * MIN_MS, -7 * MIN_MS, 26 * 60 * MIN_MS]
"""How many milliseconds a device's clock is ahead."""
SHIFTED = """(() => {
  const Real = Date;
  let ahead = %d;
  globalThis.setClock = (by) => { ahead = by; };
  globalThis.Date = class extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + ahead); }
    static now() { return Real.now() + ahead; }
  };
  // Every text that a clock ever had, from the first on.
  globalThis.seen = [];
  const note = () => {
    for (const clock of document.querySelectorAll("time[data-clock], time[data-until]")) {
      if (seen.at(-1) !== clock.textContent) seen.push(clock.textContent);
    }
  };
  const all = { subtree: true, childList: true, characterData: true };
  new MutationObserver(note).observe(document, all);
})();"""
LEAST_S, MOST_S = 300, 600
"""Of ten minutes: a clock that is seven minutes wrong is out of these, a slow machine is not."""
LEFT = re.compile(r"(?:noch )?(\d+):(\d\d)")


def shifted(windows: Windows, address: str, by: int, **options: Any) -> Page:
    """A window on a device whose clock is `by` milliseconds ahead."""
    page = windows.open("about:blank", **options)
    page.context.add_init_script(SHIFTED % by)
    go(page, address)
    return page


def set_minutes(demo: Demo, windows: Windows, minutes: int) -> None:
    """Somebody at the moderation lets so many minutes run."""
    moderation = windows.laptop(demo.link("moderator"))
    until_online(moderation)
    moderation.locator("#clock-minutes").fill(str(minutes))
    moderation.locator("[data-part=own-minutes] button").click()
    expect(moderation.locator("#strip-clock time")).to_contain_text("noch")


def left(clock: Locator) -> int:
    """How many seconds a clock says are left."""
    expect(clock).to_have_text(LEFT)
    found = LEFT.fullmatch(clock.inner_text())
    assert found
    return int(found[1]) * 60 + int(found[2])


def seen(page: Page) -> list[str]:
    """Every text that its clocks ever had."""
    found: list[str] = json.loads(page.evaluate("JSON.stringify(seen)"))
    return found


def never_wrong(page: Page) -> None:
    """Whatever its clocks ever read was a time within these seconds, or the server's words."""
    for text in seen(page):
        found = LEFT.fullmatch(text)
        if found:
            assert LEAST_S <= int(found[1]) * 60 + int(found[2]) <= MOST_S, seen(page)
        else:
            assert re.fullmatch(r"bis \d\d:\d\d", text), seen(page)


@pytest.mark.parametrize("by", WRONG)
def test_the_time_left_is_the_servers_at_the_moderation_and_in_the_hall(
    shared: Demo, windows: Windows, by: int
) -> None:
    set_minutes(shared, windows, 10)
    moderation = shifted(
        windows, shared.link("moderator"), by, viewport={"width": 1440, "height": 900}
    )
    hall = shifted(windows, shared.link("screen"), -by, viewport={"width": 1280, "height": 720})
    until_online(moderation)
    clocks = [
        moderation.locator("#strip-clock time"),
        moderation.locator("#conduct time[data-clock]"),
        hall.locator("#clock time"),
    ]
    told = [left(clock) for clock in clocks]
    assert LEAST_S <= min(told) <= max(told) <= MOST_S
    assert max(told) - min(told) <= 3
    for page in (moderation, hall):
        never_wrong(page)


def test_a_clock_that_is_set_right_during_the_day_shows_nowhere(
    shared: Demo, windows: Windows
) -> None:
    set_minutes(shared, windows, 10)
    pages = [
        shifted(windows, shared.link(role), by)
        for role, by in (("moderator", -7 * MIN_MS), ("screen", 26 * 60 * MIN_MS))
    ]
    clocks = [page.locator("#strip-clock time, #clock time").first for page in pages]
    for page, clock in zip(pages, clocks, strict=True):
        left(clock)
        page.evaluate("setClock(0)")
    for page, clock in zip(pages, clocks, strict=True):
        before = clock.inner_text()
        expect(clock).not_to_have_text(before)
        assert LEAST_S <= left(clock) <= MOST_S
        never_wrong(page)


@pytest.mark.parametrize("by", WRONG)
def test_ages_are_true_at_the_desk_and_on_a_phone(shared: Demo, windows: Windows, by: int) -> None:
    phone = shifted(windows, shared.stand(4), by)
    desk = shifted(windows, shared.desk(4), by)
    until_online(phone, desk)
    number = ask(phone, f"Wie alt ist das, {by}?")
    just_now = re.compile(r"^(jetzt|vor [1-4] Min\.)$")
    expect(desk.locator(f"[data-number='{number}'] time[data-ago]")).to_have_text(just_now)
    expect(phone.locator("#mine time[data-ago]").first).to_have_text(just_now)
    phone.reload()
    expect(phone.locator("#mine time[data-ago]").first).to_have_text(just_now)


def test_times_are_the_halls_wherever_a_device_believes_to_be(
    shared: Demo, windows: Windows
) -> None:
    windows.allow("net::ERR_INTERNET_DISCONNECTED")
    phone = shifted(
        windows, shared.stand(5), 26 * 60 * MIN_MS, timezone_id="America/New_York", locale="de-DE"
    )
    until_online(phone)
    ask(phone, "Wann kam das an?")
    told = phone.locator("[data-ask-state][data-kind=done]").inner_text()
    phone.context.set_offline(True)
    line = phone.locator("#line")
    expect(line).to_have_attribute("data-state", "offline")
    now = datetime.now(ZoneInfo(TIME_ZONE))
    minutes = [f"{now - timedelta(minutes=ago):%H:%M}" for ago in range(3)]
    assert any(f"Angekommen um {minute}" in told for minute in minutes), told
    assert any(f"Offline seit {minute}" in line.inner_text() for minute in minutes)


@pytest.mark.parametrize(
    ("width", "height"), [(320, 640), (412, 840), (820, 1180), (820, 700), (1440, 900)]
)
def test_the_time_left_never_leaves_the_eye(
    shared: Demo, windows: Windows, width: int, height: int
) -> None:
    set_minutes(shared, windows, 20)
    page = windows.open(shared.link("moderator"), viewport={"width": width, "height": height})
    clock = page.locator("#strip-clock time")
    expect(clock).to_contain_text("noch")
    for bottom in (False, True):
        if bottom:
            page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        expect(clock).to_be_in_viewport(ratio=1)
        assert clock.evaluate(
            "(clock) => { const { x, y, width, height } = clock.getBoundingClientRect();"
            " return document.elementFromPoint(x + width / 2, y + height / 2) === clock; }"
        )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_time_left_is_announced_at_a_few_marks_alone(shared: Demo, windows: Windows) -> None:
    set_minutes(shared, windows, 10)
    page = windows.laptop(shared.link("moderator"))
    clock = page.locator("#strip-clock time")
    expect(clock).to_contain_text("noch")
    said = page.locator("#said")
    for seconds, sentence in (
        (300, "Noch 5 Minuten."),
        (60, "Noch eine Minute."),
        (0, "Die Zeit ist um."),
    ):
        page.evaluate(
            """(seconds) => {
              const until = new Date(Date.now() + seconds * 1000 + 300).toISOString();
              for (const one of document.querySelectorAll("time[data-clock]")) one.dateTime = until;
              // Looked at before anything else happens, however slow the machine is.
              const detail = { heard: [], outside: [] };
              document.dispatchEvent(new CustomEvent("exchange:dom-updated", { detail }));
            }""",
            seconds,
        )
        expect(said).to_have_text(sentence)
    expect(clock).to_have_text("Zeit ist um")
    assert clock.get_attribute("role") == "timer"
