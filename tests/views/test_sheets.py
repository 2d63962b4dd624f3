"""Sheets and codes: what is scanned in the hall is what we meant, on the screen and on paper."""

import io
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, Route

from exchange.paper.qr import QUIET_ZONE
from tests.support.fair import AC_ROBO, BAU, GE, GENERAL, ROBO, TOUR, XX_STAND, Fair

PUBLIC_URL = "http://localhost:5000"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
A4_PX = {"width": 794, "height": 1123}
LONG_TITLE = (
    "Parkraumsensorik in der Innenstadt – Einzelplatzerfassung mit Bodensensoren, dynamische "
    "Parkleitung, Anbindung an Navigationsdienste und offene Bereitstellung der Belegungsdaten für "
    "Handel, Lieferverkehr und Menschen mit Behinderung (Teilprojekt 3b)"
)

_SQUARE = re.compile(r"M(\d+),(\d+)H(\d+)V(\d+)H\1z")


def decoded(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


def drawn(svg: str, scale: int = 8) -> Image.Image:
    """The SVG's path on white. It is nothing but squares; anything else is an error."""
    size = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    path = re.search(r'<path d="([^"]+)"', svg)
    assert size
    assert path
    assert not _SQUARE.sub("", path[1])
    image = Image.new("L", (int(size[1]) * scale,) * 2, 255)
    pen = ImageDraw.Draw(image)
    for square in _SQUARE.finditer(path[1]):
        left, top, right, bottom = (int(number) * scale for number in square.groups())
        pen.rectangle((left, top, right - 1, bottom - 1), fill=0)
    return image


def quiet_zone(image: Image.Image, scale: int = 8) -> set[int]:
    """How many modules are white on each side."""
    box = image.point(lambda shade: 255 - shade).getbbox()
    assert box
    left, top, right, bottom = box
    edges = (left, top, image.width - right, image.height - bottom)
    return {edge // scale for edge in edges}


@pytest.fixture
def organiser(app: Flask, fair: Fair) -> FlaskClient:
    """The tour's organiser at a browser."""
    return entered(app, fair.secret("organiser", TOUR))


def entered(app: Flask, secret: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/pass", data={"secret": secret}, headers=SAME_ORIGIN).status_code == 303
    return client


# Codes


def test_every_stands_code_leads_to_its_public_address(app: Flask, fair: Fair) -> None:
    client = app.test_client()
    codes = [row["code"] for row in fair.rows("stands")]
    assert {ROBO, BAU, GENERAL, AC_ROBO, XX_STAND} <= set(codes)
    for code in codes:
        answer = client.get(f"/s/{code}/qr.svg")
        assert answer.mimetype == "image/svg+xml"
        assert decoded(drawn(answer.text)) == [f"{PUBLIC_URL}/s/{code}"]


def test_a_code_keeps_its_quiet_zone_of_four(app: Flask, fair: Fair) -> None:
    assert QUIET_ZONE == 4
    assert quiet_zone(drawn(app.test_client().get(f"/s/{ROBO}/qr.svg").text)) == {4}


def test_the_events_code_leads_to_the_event(app: Flask, fair: Fair) -> None:
    svg = app.test_client().get(f"/e/{GE}/qr.svg").text
    assert decoded(drawn(svg)) == [f"{PUBLIC_URL}/e/{GE}"]


def test_a_passs_code_is_its_link_and_stays_out_of_caches(
    organiser: FlaskClient, fair: Fair
) -> None:
    answer = organiser.get(f"/organise/passes/{fair.pass_id('presenter', ROBO)}/qr.svg")
    assert decoded(drawn(answer.text)) == [f"{PUBLIC_URL}/pass#{fair.secret('presenter', ROBO)}"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_passs_code_is_for_its_organiser_alone(app: Flask, fair: Fair) -> None:
    address = f"/organise/passes/{fair.pass_id('presenter', XX_STAND)}/qr.svg"
    assert app.test_client().get(address).status_code == 403
    assert entered(app, fair.secret("organiser", TOUR)).get(address).status_code == 403
    assert entered(app, fair.secret("moderator", GE)).get(address).status_code == 403


# Sheets


def test_every_stand_of_the_event_has_its_sheet_and_no_other(organiser: FlaskClient) -> None:
    page = organiser.get(f"/organise/{GE}/sheets").text
    assert re.findall(r'id="sheet-(\w+)"', page) == [GENERAL, ROBO, BAU]
    assert re.findall(r'<img src="(/s/\w+/qr\.svg)"', page) == [
        f"/s/{code}/qr.svg" for code in (GENERAL, ROBO, BAU)
    ]
    assert f"localhost:5000/s/{ROBO}" in page
    assert re.findall(r"Code: <b>(\w+)</b>", page) == [GENERAL, ROBO, BAU]


def test_one_stands_sheet_can_be_had_alone(organiser: FlaskClient) -> None:
    page = organiser.get(f"/organise/{GE}/sheets?stand={ROBO.lower()}").text
    assert re.findall(r'id="sheet-(\w+)"', page) == [ROBO]
    # A neighbour's stand is not on this event's sheets, whatever is asked for.
    assert organiser.get(f"/organise/{GE}/sheets?stand={AC_ROBO}").status_code == 404


def test_sheets_are_for_the_events_organiser(app: Flask, fair: Fair) -> None:
    assert app.test_client().get(f"/organise/{GE}/sheets").status_code == 403
    assert entered(app, fair.secret("moderator", GE)).get(f"/organise/{GE}/sheets").status_code == (
        403
    )


# Paper


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = os.environ.get("EXCHANGE_CHROMIUM")
    found = {"executable_path": chromium} if chromium else {}
    return {**browser_type_launch_args, **found, "args": ["--no-sandbox"]}


@pytest.fixture
def paper(browser: Browser, organiser: FlaskClient) -> Iterator[Page]:
    """A browser that is answered by the app itself: printing needs no server."""
    context = browser.new_context(viewport=A4_PX, device_scale_factor=1, locale="de-DE")  # type: ignore[arg-type]

    def answer(route: Route) -> None:
        reply = organiser.get(route.request.url.removeprefix(PUBLIC_URL))
        route.fulfill(status=reply.status_code, headers=dict(reply.headers), body=reply.data)

    context.route("**/*", answer)
    page = context.new_page()
    yield page
    context.close()


@pytest.mark.browser
def test_each_sheet_is_one_page_and_its_code_reads(paper: Page, fair: Fair) -> None:
    fair.sql(f"UPDATE projects SET title = '{LONG_TITLE}' WHERE code = 'bau'")
    paper.goto(f"{PUBLIC_URL}/organise/{GE}/sheets")
    pages = paper.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pages)) == 3

    paper.emulate_media(media="print")
    for code in (GENERAL, ROBO, BAU):
        sheet = paper.locator(f"#sheet-{code}")
        picture = Image.open(io.BytesIO(sheet.screenshot()))
        assert decoded(picture) == [f"{PUBLIC_URL}/s/{code}"]
        # Nothing runs over the page's foot, however long the title.
        assert sheet.evaluate("sheet => sheet.scrollHeight <= sheet.clientHeight")
        assert sheet.locator("img").evaluate("img => img.clientHeight * 25.4 / 96") >= 150


def test_a_code_brings_the_white_that_it_stands_on(app: Flask, fair: Fair) -> None:
    svg = app.test_client().get(f"/s/{ROBO}/qr.svg").text
    ground, _, code = svg.partition("<path")
    # All of it, below the squares: the quiet zone is part of the picture.
    assert re.search(r'<rect fill="white" x="0" y="0" width="100%" height="100%" ?/>', ground)
    assert "<rect" not in code
