"""Pitches and passes in a browser: by keys, by pointer, without scripts; and what the hall sees."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from simulation.servers import DATABASE
from tests.support.browsing import Demo, Serve, Windows, go, until_online
from tests.support.played import Hand

pytestmark = pytest.mark.browser

RULES = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
LONG = ("Gemeinsame Plattform für digitale Baugenehmigung und Wohnraumförderung " * 6)[:400]
ROWS = "[data-pitches] > li"


@pytest.fixture
def demo(serve: Serve, tmp_path: Path) -> Iterator[Demo]:
    """A fair for this story. By its number: Playwright's own requests know no LAN name."""
    made = serve(tmp_path / "instance", "127.0.0.1")
    yield made
    made.server.finish()
    assert "Traceback" not in made.server.output


@pytest.fixture
def database(demo: Demo, tmp_path: Path) -> Callable[..., None]:
    """Do to the database what no page does: time passes, titles are long."""

    def run(statement: str, *values: Any) -> None:
        with closing(sqlite3.connect(tmp_path / "instance" / DATABASE)) as line, line:
            line.execute(statement, values)

    return run


def ago(minutes: float) -> str:
    return f"{datetime.now(UTC) - timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S.%f}"


def begin(organiser: Page, demo: Demo) -> Hand:
    hand = Hand(demo.base, organiser.context.request)
    hand.write("/organise/GE/phase", phase="pitches")
    return hand


def shown(page: Page) -> list[str]:
    return [str(one.get_attribute("id")) for one in page.locator(ROWS).all()]


# The organiser's list


def test_a_pitch_is_moved_by_keys_and_keeps_the_focus(demo: Demo, windows: Windows) -> None:
    page = windows.laptop(demo.link("organiser"))
    go(page, f"{demo.base}/organise/GE/pitches")
    first, second, third = shown(page)[:3]
    page.locator(f"#{first}").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(ROWS).nth(0)).to_have_id(second)
    expect(page.locator(f"#{first}")).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(ROWS).nth(2)).to_have_id(first)
    expect(page.locator(f"#{first}")).to_be_focused()
    page.get_by_role("button", name="Rückgängig").click()
    expect(page.locator(ROWS).nth(1)).to_have_id(first)
    assert shown(page)[2] == third


def test_a_pitch_is_dragged_to_its_place(demo: Demo, windows: Windows) -> None:
    page = windows.laptop(demo.link("organiser"))
    go(page, f"{demo.base}/organise/GE/pitches")
    before = shown(page)
    handle = page.locator(f"#{before[0]} [data-handle]")
    handle.scroll_into_view_if_needed()
    start, target = handle.bounding_box(), page.locator(f"#{before[1]}").bounding_box()
    assert start
    assert target
    page.mouse.move(start["x"] + 5, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, target["y"] + target["height"] - 4, steps=8)
    page.mouse.up()
    expect(page.locator(ROWS).nth(0)).to_have_id(before[1])
    assert shown(page)[:3] == [before[1], before[0], before[2]]


def test_all_of_it_works_without_scripts(demo: Demo, windows: Windows) -> None:
    page = windows.laptop(demo.link("organiser"))
    kept = page.context.storage_state()
    page = windows.open(
        f"{demo.base}/organise/GE/pitches",
        viewport={"width": 320, "height": 800},
        storage_state=kept,
        java_script_enabled=False,
    )
    windows.allow("422")
    before = shown(page)
    expect(page.locator("[data-handle]").first).to_be_hidden()
    page.locator(f"#{before[1]}").get_by_role("button", name="Nach oben").click()
    assert shown(page)[:2] == [before[1], before[0]]
    page.get_by_text("Uhrzeiten für alle vergeben").click()
    page.get_by_label("Beginn der ersten").fill("halb elf")
    page.get_by_role("button", name="Uhrzeiten vergeben").click()
    field = page.get_by_label("Beginn der ersten")
    expect(field).to_have_value("halb elf")
    expect(field).to_have_accessible_description("Bitte geben Sie eine Uhrzeit an, etwa 10:30.")
    field.fill("10.30")
    page.get_by_role("button", name="Uhrzeiten vergeben").click()
    expect(page.locator(f"{ROWS} time").first).to_have_text("10:30")


# What the hall sees


def test_a_key_of_the_moderation_calls_the_next_and_everybody_sees_it(
    demo: Demo, windows: Windows
) -> None:
    begin(windows.laptop(demo.link("organiser")), demo)
    page = windows.laptop(demo.link("moderator"))
    screen = windows.projector(demo.link("screen"))
    phone = windows.phone(f"{demo.base}/e/GE")
    until_online(page, screen)
    expect(screen.locator("#stage")).to_contain_text("Als Erstes um")
    page.keyboard.press("p")
    expect(screen.locator("#stage")).to_have_attribute("data-shows", "pitch")
    expect(screen.locator("#stage")).to_contain_text("Kurzvorstellung 1 von 12")
    expect(screen.locator("#stage")).to_contain_text("0 von 5 min")
    expect(screen.locator("#said")).to_contain_text("Jetzt stellt sich vor: Stand 1")
    expect(phone.locator("#phase a")).to_have_attribute("href", "/s/GE1")
    page.keyboard.press("p")
    expect(screen.locator("#stage")).to_contain_text("Kurzvorstellung 2 von 12")
    expect(screen.locator(".stage-pitch-near")).to_contain_text("Zuvor")
    page.keyboard.press("u")
    expect(screen.locator("#stage")).to_contain_text("Kurzvorstellung 1 von 12")
    page.get_by_role("button", name="Vorstellungen beenden").click()
    expect(screen.locator("#stage")).to_have_attribute("data-shows", "idle")


def test_over_plan_is_said_in_words_by_the_servers_clock_and_asks_for_nothing(
    demo: Demo, windows: Windows, database: Callable[..., None]
) -> None:
    hand = begin(windows.laptop(demo.link("organiser")), demo)
    hand.write("/organise/GE/pitches/call", stand="GE3")
    database("UPDATE events SET pitch_since = ? WHERE code = 'GE'", ago(7.85))
    screen = windows.projector(demo.link("screen"))
    until_online(screen)
    # A laptop whose clock is years behind.
    screen.clock.install(time="2020-01-01T12:00:00Z")
    screen.reload()
    until_online(screen)
    asked: list[str] = []
    screen.on("request", lambda request: asked.append(request.url))
    time = screen.locator(".stage-pitch-time")
    expect(time).to_have_text("2 min über Plan")
    colour = "getComputedStyle(document.querySelector('.stage-pitch-time time')).color"
    calm = screen.evaluate(colour)
    expect(time).to_have_text("3 min über Plan")
    assert screen.evaluate(colour) == calm
    assert [url for url in asked if "/socket.io/" not in url] == []


@pytest.mark.parametrize("size", [(1920, 1080), (1024, 768)])
def test_long_titles_and_labels_fit_on_the_screen(
    demo: Demo, windows: Windows, database: Callable[..., None], size: tuple[int, int]
) -> None:
    hand = begin(windows.laptop(demo.link("organiser")), demo)
    hand.write("/organise/GE/pitches/call", stand="GE3")
    database("UPDATE projects SET title = ?", LONG)
    database(
        "UPDATE stands SET label = 'Hall 2 - Booth 15', place = ? WHERE code = 'GE3'",
        "Große Halle, zweites Obergeschoss, gegenüber der Garderobe",
    )
    screen = windows.open(demo.link("screen"), viewport={"width": size[0], "height": size[1]})
    until_online(screen)
    assert screen.evaluate(TOO_LARGE) == []
    # The least letters that the last row can read: as everywhere on the screen.
    least = 1.35 * min(size[1] * 0.0185, size[0] * 0.012)
    assert screen.evaluate(SMALLEST) >= least - 0.1


TOO_LARGE = """async () => {
  await document.fonts.ready;
  await new Promise(requestAnimationFrame);
  const inside = ({left, right, top, bottom}) =>
    left >= -1 && right <= innerWidth + 1 && top >= -1 && bottom <= innerHeight + 1;
  const parts = [...document.querySelectorAll('#stage :is(h1, p, dd, dt, img, time)')];
  const isCut = (one) => one.matches('.stage-stand, .stage-pitch-address')
    && one.scrollWidth > one.clientWidth + 1;
  return parts.filter((one) => !inside(one.getBoundingClientRect()) || isCut(one))
    .map((one) => one.outerHTML.slice(0, 120));
}"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll('#stage :is(h1, p, dd, dt, time)')]
  .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""


# For everybody


@pytest.mark.parametrize("path", ["pitches", "passes", "passes/hand-out"])
def test_the_organisers_pages_are_for_everybody(demo: Demo, windows: Windows, path: str) -> None:
    page = windows.laptop(demo.link("organiser"), reduced_motion="reduce")
    begin(page, demo).write("/organise/GE/pitches/call", stand="GE3")
    for lang in ("de", "en"):
        go(page, f"{demo.base}/organise/GE/{path}?lang={lang}")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert findings(page) == ""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert findings(page) == ""
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 320


def test_the_screen_with_a_pitch_is_for_everybody(demo: Demo, windows: Windows) -> None:
    begin(windows.laptop(demo.link("organiser")), demo).write(
        "/organise/GE/pitches/call", stand="GE3"
    )
    screen = windows.projector(demo.link("screen"), reduced_motion="reduce")
    until_online(screen)
    assert findings(screen) == ""


def findings(page: Page) -> str:
    """What axe found, one line a place."""
    violations = Axe().run(page, options=RULES).response["violations"]
    return "".join(
        f"\n{one['id']}: {one['help']}\n    {node['target']} {node['html'][:160]}"
        for one in violations
        for node in one["nodes"]
    )


# Passes


def test_a_file_is_downloaded_after_its_warning_and_a_pass_is_renewed_where_it_stands(
    demo: Demo, windows: Windows
) -> None:
    page = windows.laptop(demo.link("organiser"))
    go(page, f"{demo.base}/organise/GE/passes")
    page.get_by_role("link", name="Liste zum Verteilen").click()
    expect(page.get_by_text("Diese Datei ist ein Schlüsselbund.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="herunterladen").click()
    assert download.value.suggested_filename == "passes-GE.xlsx"
    page.get_by_role("link", name="Zurück zu den Zugangskarten").click()
    row = page.locator("#stand-GE3")
    link = row.locator(".link-field input").first
    before = link.input_value()
    row.locator("summary", has_text="Zugangskarte").click()
    row.locator("summary", has_text="Neu ausstellen").click()
    row.get_by_role("button", name="Jetzt neu ausstellen").click()
    expect(link).not_to_have_value(before)
    assert page.url.startswith(f"{demo.base}/organise/GE/passes#pass-")
