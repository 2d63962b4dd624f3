"""Takes the pictures of README and docs from a running demo fair: `bin/pictures`.

A server of its own, with an instance folder of its own, is played a little by script; then seven
windows are photographed, at twice the density and scaled down, so that small letters stay crisp.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect, sync_playwright

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

PUBLIC_URL = "http://fragen.lan"
"""What the pictures say; Chromium finds the server's port behind it."""
START_S = 60
MOST_BYTES = 96_000
DENSITY = 2
BERLIN: dict[str, Any] = {"locale": "de-DE", "timezone_id": "Europe/Berlin"}

# A phone's own letters are narrower than what this machine may take for "system-ui".
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<match><edit name="family" mode="prepend_first" binding="strong">
<string>Roboto</string><string>Liberation Sans</string></edit></match></fontconfig>"""

EVENING = ROOT / "tests/data/stand_lists/stands-evening-before.csv"
EVENT = "GE"
STAND = "GE1"

# (stand, text, facet, name, how many it interests) in the order of asking.
ASKED = (
    ("GE3", "Wer tauscht die Sensoren, wenn sie ausfallen?", "betrieb", "", 2),
    ("GE12", "Kommen Rechnungen von Handwerkern wirklich als XRechnung an?", "", "", 0),
    ("GE8", "Lassen sich die Kitas freier Träger anbinden?", "technik", "Kreis Borken", 4),
    (STAND, "Gibt es eine Schulung für kleine Bauämter?", "organisation", "", 0),
    (STAND, "Wie lange dauerte die Umstellung?", "organisation", "Stadt Haltern am See", 5),
)
MINE = "Dürfen wir Ihre Prüflisten übernehmen?"
ANSWER = "Gern, sie stehen unter freier Lizenz auf unserer Projektseite."
ON_AIR = "Trägt sich das auch für eine Gemeinde mit 9.000 Einwohnern?"


def main() -> None:
    """Play, then take all seven."""
    with (
        server() as (port, links),
        tempfile.NamedTemporaryFile("w", suffix=".conf") as fonts,
        sync_playwright() as playwright,
    ):
        fonts.write(FONTS)
        fonts.flush()
        environ: dict[str, str | float | bool] = {**os.environ, "FONTCONFIG_FILE": fonts.name}
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("EXCHANGE_CHROMIUM") or "/usr/bin/chromium",
            env=environ,
            args=[
                f"--host-resolver-rules=MAP fragen.lan 127.0.0.1:{port}",
                "--no-proxy-server",
                "--hide-scrollbars",
                *(["--no-sandbox"] if os.geteuid() == 0 else []),
            ],
        )
        take(browser, links)
        browser.close()


def take(browser: Browser, links: dict[str, Any]) -> None:
    """The windows, each photographed when the story has come to it."""
    phone = window(browser, f"/s/{STAND}", 412, 860, is_mobile=True, has_touch=True)
    number = write(phone, f"/s/{STAND}/questions", text=MINE, facet="recht")["number"]
    moderation = window(browser, secret(links["moderator"]), 1440, 900)
    crowd = Crowd(browser)
    for question in ASKED:
        crowd.ask(*question)
    act(moderation, number, "answer", how="at_stand", answer=ANSWER)

    phone.reload()
    ready(phone)
    save(phone, "phone", corner=28, canvas=(840, 1240))

    presenter = next(s["presenter"] for s in links["stands"] if s["code"] == STAND)
    desk = window(browser, secret(presenter), 840, 1240, has_touch=True)
    save(desk, "desk", corner=16)

    board = window(browser, secret(links["organiser"]), 1280, 1240, line=False)
    board.goto(f"{PUBLIC_URL}/organise/{EVENT}/live")
    ready(board)
    # It has been told that the desk and the phone are there.
    board.locator("[data-part=desks] b", has_text="1").wait_for()
    board.evaluate("scrollTo(0, document.querySelector('.organise-head').offsetTop - 60)")
    save(board, "dashboard", corner=12, width=1280)
    organise(board)

    on_air = crowd.ask(STAND, ON_AIR, "kosten", "Gemeinde Hünxe", 14)
    write(moderation, f"/moderate/{EVENT}/start-round")
    write(moderation, f"/moderate/{EVENT}/clock", value="40")
    act(moderation, on_air, "shortlist")
    act(moderation, on_air, "live")
    moderation.reload()
    ready(moderation)
    save(moderation, "moderation", corner=12, width=1280)

    screen = window(browser, secret(links["screen"]), 1920, 1080)
    # The pointer's rest takes the button away.
    screen.locator("[data-resting]").wait_for(state="attached")
    save(screen, "screen", corner=12, width=1280)


def organise(board: Page) -> None:
    """Before the day: what the next city still lacks, and what the evening's list would change."""
    board.set_viewport_size({"width": 1280, "height": 900})
    board.goto(f"{PUBLIC_URL}/organise/AC")
    at_rest(board)
    save(board, "overview", corner=12, width=1280)

    board.goto(f"{PUBLIC_URL}/organise/{EVENT}/import")
    board.locator("input[type=file]").set_input_files(EVENING)
    board.locator("form:has(input[type=file]) button:not([type=button])").last.click()
    board.locator("#rows").wait_for()
    at_rest(board)
    save(board, "diff", corner=12, width=1280)


def at_rest(page: Page) -> None:
    """In its own letters."""
    page.evaluate("document.fonts.ready.then(() => true)")
    page.wait_for_timeout(400)


@contextmanager
def server() -> Iterator[tuple[int, dict[str, Any]]]:
    """The demo fair on a free port of the loopback; its port and its links."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        environ = os.environ | {
            "EXCHANGE_HOST": "127.0.0.1",
            "EXCHANGE_INSTANCE": folder,
            "EXCHANGE_PORT": str(port),
            "EXCHANGE_PUBLIC_URL": PUBLIC_URL,
        }
        python = sys.executable
        process = subprocess.Popen(
            [python, "wsgi.py", "--prepare"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(port, process)
            told = subprocess.run(
                [python, "-m", "flask", "--app", "exchange", "demo", "--json"],
                cwd=ROOT,
                env=environ,
                check=True,
                capture_output=True,
            )
            yield port, json.loads(told.stdout)
        finally:
            process.terminate()
            process.wait(10)


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until the server lets somebody in."""
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
            return
        time.sleep(0.1)
    sys.exit("The server does not answer.")


def window(
    browser: Browser, way: str, width: int, height: int, *, line: bool = True, **options: Any
) -> Page:
    """A window of this size at a path, or through the door with a pass. `line`: whether its page
    hears news.
    """
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=DENSITY,
        reduced_motion="reduce",
        color_scheme="light",
        **BERLIN,
        **options,
    )
    page = context.new_page()
    page.goto(f"{PUBLIC_URL}{way}")
    page.wait_for_url(lambda url: "/pass" not in url)
    if line:
        ready(page)
    return page


def ready(page: Page) -> None:
    """Online, in its own letters, at rest."""
    expect(page.locator("#line")).to_have_attribute("data-state", "online", timeout=20_000)
    at_rest(page)


def secret(link: str) -> str:
    """The way through the door."""
    return "/pass#" + link.partition("#")[2]


class Crowd:
    """Many phones, one after the other: a window that forgets who it was."""

    def __init__(self, browser: Browser) -> None:
        self._page = browser.new_context(**BERLIN).new_page()
        self._page.goto(f"{PUBLIC_URL}/pass")

    def ask(self, stand: str, text: str, facet: str, name: str, interest: int) -> int:
        """A question that so many others press *me too* for; its number."""
        told = self._write(f"/s/{stand}/questions", text=text, facet=facet, name=name)
        self._page.goto(f"{PUBLIC_URL}/s/{stand}")
        button = self._page.locator("article", has_text=text).locator("[data-me-too]").last
        id_ = button.get_attribute("data-me-too")
        for _ in range(interest):
            self._write(f"/questions/{id_}/me-too", on="1")
        return int(told["number"])

    def _write(self, path: str, **fields: str) -> Any:
        self._page.context.clear_cookies()
        return write(self._page, path, **fields)


def act(moderation: Page, number: int, verb: str, **fields: str) -> None:
    """The moderator does something to the question with this number."""
    row = moderation.locator(f"[data-version][data-number='{number}']")
    row.wait_for(state="attached")
    id_ = str(row.get_attribute("id")).partition("-")[2]
    fields["version"] = str(row.get_attribute("data-version"))
    told = write(moderation, f"/moderate/{EVENT}/questions/{id_}/{verb}", **fields)
    expect(row).to_have_attribute("data-version", str(told["version"]))


def write(page: Page, path: str, **fields: str) -> Any:
    """What the page's own scripts would post."""
    told = page.evaluate(
        """async ([path, fields]) => {
             const answer = await fetch(path, {
               method: 'POST', headers: {Accept: 'application/json'},
               body: new URLSearchParams(fields),
             });
             return [answer.ok, await answer.json()];
           }""",
        [path, {"key": str(uuid.uuid4()), **fields}],
    )
    if not told[0]:
        sys.exit(f"{path}: {told[1]}")
    return told[1]


def save(
    page: Page,
    name: str,
    *,
    corner: int,
    canvas: tuple[int, int] | None = None,
    width: int | None = None,
) -> None:
    """Photograph the window: rounded, with a thin edge, on nothing."""
    photo = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGBA")
    radius = corner * DENSITY
    mask = Image.new("L", photo.size, 0)
    frame = (0, 0, photo.width - 1, photo.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(frame, radius, fill=255)
    ImageDraw.Draw(photo).rounded_rectangle(frame, radius, outline="#9aa6a4", width=DENSITY)
    photo.putalpha(mask)
    if canvas:
        whole = Image.new("RGBA", (canvas[0] * DENSITY, canvas[1] * DENSITY), (0, 0, 0, 0))
        scale = whole.height / photo.height
        photo = photo.resize((round(photo.width * scale), whole.height), Image.Resampling.LANCZOS)
        whole.paste(photo, ((whole.width - photo.width) // 2, 0))
        photo = whole
    scale = (width or photo.width * 0.6) / photo.width
    small = photo.resize(
        (round(photo.width * scale), round(photo.height * scale)), Image.Resampling.LANCZOS
    )
    target = HERE / f"{name}.webp"
    for quality in (92, 88, 84, 80, 75, 70, 60):
        small.save(target, "WEBP", quality=quality, method=6)
        if target.stat().st_size <= MOST_BYTES:
            return
    sys.exit(f"{target} is larger than {MOST_BYTES} bytes.")


if __name__ == "__main__":
    main()
