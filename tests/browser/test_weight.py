"""The first load on a hall's Wi-Fi: what comes over the line, and when it can be used."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Demo, Windows, until_online

pytestmark = pytest.mark.browser

REQUESTS = 4
BYTES = 33 * 1024


@dataclass
class Meter:
    """What Chromium itself counts: headers and bodies as they came over the wire."""

    addresses: dict[str, str] = field(default_factory=dict)
    bytes: dict[str, float] = field(default_factory=dict)

    def read(self, page: Page) -> None:
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        line.on("Network.requestWillBeSent", self._asked)
        line.on("Network.webSocketCreated", self._opened)
        line.on("Network.loadingFinished", self._loaded)

    def _asked(self, event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            self.addresses[event["requestId"]] = event["request"]["url"]

    def _opened(self, event: dict[str, Any]) -> None:
        self.addresses[event["requestId"]] = event["url"]

    def _loaded(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.addresses:
            self.bytes[event["requestId"]] = event["encodedDataLength"]

    def __str__(self) -> str:
        return "\n".join(
            f"{self.bytes.get(id_, 0):8.0f}  {address}" for id_, address in self.addresses.items()
        )


@pytest.mark.parametrize("number", [1, 7])
def test_the_first_load_is_small(shared: Demo, windows: Windows, number: int) -> None:
    page = windows.phone("about:blank")
    meter = Meter()
    meter.read(page)
    page.goto(shared.stand(number))
    until_online(page)
    page.wait_for_load_state("networkidle")
    assert len(meter.addresses) <= REQUESTS, str(meter)
    # The page, one stylesheet, one script. The fourth is the socket, which never ends.
    assert len(meter.bytes) == len(meter.addresses) - 1, str(meter)
    assert sum(meter.bytes.values()) <= BYTES, str(meter)


def test_the_second_load_asks_for_the_page_alone(shared: Demo, windows: Windows) -> None:
    first = windows.phone(shared.stand(1))
    until_online(first)
    second = first.context.new_page()
    meter = Meter()
    meter.read(second)
    second.goto(shared.stand(2))
    until_online(second)
    assert len([size for size in meter.bytes.values() if size]) == 1, str(meter)


def test_the_form_is_usable_before_any_script_has_run(shared: Demo, windows: Windows) -> None:
    # What a blocked script leaves in the console.
    windows.allow("net::ERR_FAILED")
    phone = windows.phone("about:blank")
    phone.route("**/*.js", lambda route: route.abort())
    phone.goto(shared.stand(3), wait_until="domcontentloaded")
    field_ = phone.get_by_role("textbox", name="Ihre Frage")
    expect(field_).to_be_in_viewport()
    expect(phone.get_by_role("button", name="Frage stellen")).to_be_in_viewport()
    field_.fill("Geht es auch ohne Skripte?")
    phone.get_by_role("button", name="Frage stellen").click()
    expect(phone.locator("#mine")).to_contain_text("Geht es auch ohne Skripte?")
