"""A real Chromium before a real server: the demo fair, and windows that notice what goes wrong."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Request,
    WebSocket,
    expect,
)

from simulation.demo import LAN_NAME, Links, load
from simulation.servers import Running, launch
from simulation.waiting import HANGS_S

# Two cores, a browser and a server on them: a machine under load is slow, not broken.
expect.set_options(timeout=HANGS_S * 1000)

TABLET: dict[str, Any] = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}
LAPTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PROJECTOR: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Chromium, which resolves no name but ours: nothing leaves this machine.

    Letters stand where they are in a window with a screen, also in the build without windows.
    """
    rules = f"MAP {LAN_NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
    arguments = [
        f"--host-resolver-rules={rules}",
        "--no-proxy-server",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-domain-reliability",
        "--disable-sync",
        "--no-pings",
        "--font-render-hinting=none",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return {
        "executable_path": os.environ.get("EXCHANGE_CHROMIUM") or "/usr/bin/chromium",
        "args": arguments,
    }


@dataclass(frozen=True)
class Demo(Links):
    """A server with the demo fair of its own, and its links."""

    server: Running


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """An instance folder with the demo fair in it, to be copied, and its links."""
    folder = tmp_path_factory.mktemp("loaded")
    return folder, load(folder)


class Serve(Protocol):
    """Start a server with a fresh demo fair in this folder."""

    def __call__(self, instance: Path, name: str = LAN_NAME) -> Demo: ...


@pytest.fixture(scope="session")
def serve(loaded: tuple[Path, dict[str, Any]]) -> Iterator[Serve]:
    """Servers for stories and for whole modules; all of them stopped at the latest at the end."""
    started: list[Running] = []

    def start(instance: Path, name: str = LAN_NAME) -> Demo:
        folder, links = loaded
        shutil.copytree(folder, instance)
        server = launch(instance, name=name)
        started.append(server)
        server.wait_until_serving()
        return Demo(f"http://{name}:{server.port}", links, server)

    yield start
    for server in started:
        server.finish()


@pytest.fixture
def demo(serve: Serve, tmp_path: Path) -> Iterator[Demo]:
    """A fresh fair for this story alone."""
    yield from serving(serve, tmp_path)


@pytest.fixture(scope="module")
def shared(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A fair for all stories of a module that keep to stands, or to questions, of their own."""
    yield from serving(serve, tmp_path_factory.mktemp("shared"))


def serving(serve: Serve, folder: Path) -> Iterator[Demo]:
    made = serve(folder / "instance")
    yield made
    made.server.finish()
    assert "Traceback" not in made.server.output


class Windows:
    """The windows of a story, each a browser of its own; and all that they complained of."""

    def __init__(self, browser: Browser, playwright: Playwright) -> None:
        self._browser = browser
        self._phone = {
            name: value
            for name, value in playwright.devices["Pixel 7"].items()
            if name != "default_browser_type"
        }
        self._contexts: list[BrowserContext] = []
        self._allowed: list[str] = []
        self.complaints: list[str] = []

    def phone(self, address: str, **options: Any) -> Page:
        return self.open(address, **(self._phone | options))

    def tablet(self, address: str, **options: Any) -> Page:
        return self.open(address, **(TABLET | options))

    def laptop(self, address: str, **options: Any) -> Page:
        return self.open(address, **(LAPTOP | options))

    def projector(self, address: str, **options: Any) -> Page:
        return self.open(address, **(PROJECTOR | options))

    def open(self, address: str, **options: Any) -> Page:
        """A window at this address, through the door if it is the link of a pass."""
        context = self._browser.new_context(**({"locale": "de-DE"} | options))
        context.set_default_timeout(HANGS_S * 1000)
        self._contexts.append(context)
        context.on("console", self._hear_console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", self._hear_request)
        page = context.new_page()
        go(page, address)
        return page

    def allow(self, *words: str) -> None:
        """Complaints with these words belong to the story."""
        self._allowed += words

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    @property
    def unexpected(self) -> list[str]:
        return [
            complaint
            for complaint in self.complaints
            if not any(word in complaint for word in self._allowed)
        ]

    def _hear_console(self, message: ConsoleMessage) -> None:
        # What the security policy forbids is said here, too. A page that has just been given a room
        # of its own comes in again, maybe before it was in.
        early = "closed before the connection is established" in message.text
        if message.type in ("error", "warning") and not early:
            self.complaints.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _hear_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        ours = parts.hostname in (LAN_NAME, "127.0.0.1", "localhost")
        if not ours and parts.scheme not in ("data", "blob"):
            self.complaints.append(f"asked somebody else: {request.url}")


@pytest.fixture
def windows(browser: Browser, playwright: Playwright) -> Iterator[Windows]:
    """Fails the story when a page complained, broke its policy or asked another host."""
    made = Windows(browser, playwright)
    yield made
    made.close()
    assert made.unexpected == []


def go(page: Page, address: str) -> None:
    """Open an address, through the door if it is the link of a pass, until the page is ready."""
    page.goto(address)
    if "/pass#" in address:
        page.wait_for_url(lambda url: "/pass" not in url)
    page.wait_for_load_state("load")


def until_online(*pages: Page) -> None:
    """Wait until these pages hear their rooms."""
    for page in pages:
        expect(page.locator("#line")).to_have_attribute("data-state", "online")


def ask(phone: Page, text: str) -> int:
    """Ask on a stand's page; the number that the question was given."""
    phone.get_by_role("textbox", name="Ihre Frage").first.fill(text)
    phone.get_by_role("button", name="Frage stellen").click()
    told = phone.locator("[data-ask-state][data-kind=done]")
    expect(told).to_be_visible()
    return int(told.get_attribute("data-number") or "")


def verb(row: Locator, name: str) -> Locator:
    """The button of a verb in a row of the moderation, which shows them when it is chosen."""
    row.locator(".question-text").click()
    return row.get_by_role("button", name=name)


def rarer(row: Locator, name: str) -> None:
    """Open the panel of one of a row's rarer verbs."""
    row.locator(".question-text").click()
    row.get_by_role("link", name="Mehr").click()
    row.get_by_role("button", name=name).click()


def eavesdrop(page: Page) -> list[str]:
    """Everything that this page is told from its next socket on, as it comes over the line."""
    heard: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: heard.append(str(frame)))

    page.on("websocket", listen)
    return heard
