"""What answers say of themselves: who may keep, embed or open them, and what they vary by."""

import gzip

import pytest

from tests.support.fair import GE, KEY, ROBO, Fair
from tests.support.pages import MINUTES, OF_ONE, PAGES, PUBLIC, STAFF, WITH_SECRETS, reader_of_all
from tests.support.windows import SAME_ORIGIN, Window

FEATURES = (
    "camera microphone geolocation display-capture payment usb serial hid midi"
    " accelerometer gyroscope magnetometer"
)


@pytest.fixture
def reader(fair: Fair) -> Window:
    fair.ask()
    return reader_of_all(fair)


def varies(window: Window, path: str, **headers: str) -> set[str]:
    told = window.get(path, **headers).headers.get("Vary", "")
    return {word.strip() for word in told.split(",") if word.strip()}


@pytest.mark.parametrize("path", [*PAGES, *OF_ONE, "/nothing"])
def test_a_page_is_embedded_nowhere_and_gets_no_devices(reader: Window, path: str) -> None:
    headers = reader.get(path).headers
    # On plain http browsers complain of it; behind https: tests/access/test_origin.py.
    assert "Cross-Origin-Opener-Policy" not in headers
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    wanted = ", ".join(f"{feature}=()" for feature in FEATURES.split())
    assert headers["Permissions-Policy"] == wanted
    for used in ("fullscreen", "screen-wake-lock", "clipboard-write", "autoplay"):
        assert used not in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", [*STAFF, *OF_ONE])
def test_staffs_pages_stay_in_no_cache(reader: Window, path: str) -> None:
    assert reader.get(path).headers["Cache-Control"].startswith("no-store")


@pytest.mark.parametrize("path", PUBLIC)
def test_attendees_pages_may_be_kept_for_going_back(reader: Window, path: str) -> None:
    assert reader.get(path).headers["Cache-Control"] == "private, no-cache"


def test_a_page_with_the_links_of_passes_is_not_compressed(reader: Window, fair: Fair) -> None:
    page = reader.get(f"/organise/{GE}", Accept_Encoding="gzip")
    assert fair.secret("moderator", GE) in page.text
    assert "Content-Encoding" not in page.headers
    # A proxy leaves it as it is, too.
    assert "no-transform" in page.headers["Cache-Control"]
    assert "Accept-Encoding" not in varies(reader, f"/organise/{GE}")
    other = reader.get(f"/moderate/{GE}", Accept_Encoding="gzip")
    assert b"<!doctype" in gzip.decompress(other.data)


@pytest.mark.parametrize("path", [*PAGES, *OF_ONE])
def test_no_other_page_holds_a_secret(reader: Window, fair: Fair, path: str) -> None:
    secrets = [fair.secret("moderator", GE), fair.secret("presenter", ROBO), KEY]
    page = reader.get(path).text
    assert path in WITH_SECRETS or not any(secret in page for secret in secrets)


@pytest.mark.parametrize("path", [*PAGES, *OF_ONE])
def test_pages_vary_by_reader_language_and_encoding(reader: Window, fair: Fair, path: str) -> None:
    if path == MINUTES:
        fair.enter("closed")
    wanted = {"Cookie", "Accept-Language", "Accept-Encoding"}
    uncompressed = {"Accept-Encoding"} if path in WITH_SECRETS else set()
    assert varies(reader, path) == wanted - uncompressed


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("path", ["/nothing", "/s/NIX", "/moderate/AC", "/organise"])
def test_a_refusal_varies_by_how_it_is_asked_for(phone: Window, path: str, accept: str) -> None:
    assert varies(phone, path, Accept=accept) >= {"Accept", "Cookie", "Accept-Language"}


def test_a_write_varies_by_how_its_answer_is_asked_for(phone: Window) -> None:
    answer = phone.client.post("/pass/leave", headers=SAME_ORIGIN)
    assert "Accept" in answer.headers["Vary"]


def test_codes_vary_by_nothing_and_may_hang_in_a_page_of_the_town(phone: Window) -> None:
    for path in (f"/s/{ROBO}/qr.svg", f"/e/{GE}/qr.svg"):
        headers = phone.get(path).headers
        assert "Vary" not in headers
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_passes_code_is_for_the_organiser_alone(reader: Window, fair: Fair) -> None:
    answer = reader.get(f"/organise/passes/{fair.pass_id('moderator', GE)}/qr.svg")
    assert answer.headers["Cache-Control"].startswith("no-store")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_scripts_and_styles_carry_what_they_need_and_no_more(phone: Window, fair: Fair) -> None:
    assets = fair.app.extensions["process"].assets
    for name in ("attendee.css", "attendee.js"):
        headers = phone.get(f"/static/build/{assets.name(name)}", Accept_Encoding="br").headers
        assert set(headers.keys()) == {
            "Content-Type",
            "Content-Length",
            "Content-Encoding",
            "Cache-Control",
            "Vary",
            "X-Content-Type-Options",
            "Referrer-Policy",
        }
        assert headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path", ["js/attendee.js", "css/base.css", "build/manifest.json", "build/../js/door.js"]
)
def test_nothing_but_built_files_is_served(phone: Window, path: str) -> None:
    assert phone.get(f"/static/{path}").status_code == 404
