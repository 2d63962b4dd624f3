"""Scripts as they are written, module by module, in Chromium: no server and no bundle."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

JS = Path(__file__).parents[2] / "exchange" / "static" / "js"
HOST = "http://127.0.0.1:1"
"""Nobody listens there: what is asked for is taken from the folder."""


@pytest.fixture
def modules(browser: Browser) -> Iterator[Page]:
    """A page with an empty main, at which the modules can be imported by their paths."""
    page = browser.new_page()
    page.route(f"{HOST}/**", serve)
    page.goto(f"{HOST}/")
    yield page
    page.close()


def serve(route: Route) -> None:
    path = route.request.url.removeprefix(HOST).partition("?")[0]
    if path == "/":
        route.fulfill(body='<main id="main"></main>', content_type="text/html")
    else:
        route.fulfill(path=JS / path.lstrip("/"), content_type="text/javascript")
