"""Who may write, and under which name a page is shown."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from exchange.access import PARTICIPANT_COOKIE, PASSES_COOKIE
from exchange.config import Settings
from tests.support.apps import make_app, restart
from tests.support.fair import GE, KEY, ROBO, Fair, new_key
from tests.support.windows import Window

ASK = f"/s/{ROBO}/questions"
OURS = "http://localhost:5000"


def ask(window: Window, path: str = ASK, **headers: str) -> tuple[int, str | None]:
    answer = window.client.post(
        path,
        data={"key": new_key(), "text": "Was kostet es?"},
        headers={"Accept": "application/json"} | headers,
    )
    return answer.status_code, answer.json and answer.json.get("error")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": OURS},
        {"Origin": "http://127.0.0.1:5000"},
        {"Origin": "http://[::1]:5000"},
        {"Origin": OURS.upper()},
        {"Sec-Fetch-Site": "cross-site", "Origin": OURS},
        # What names no origin leaves it to the browser's own word.
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    ],
)
def test_same_origin_writes_are_accepted(phone: Window, headers: dict[str, str]) -> None:
    assert ask(phone, **headers) == (201, None)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost:5001"},
        {"Origin": "https://localhost:5000"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:5000.evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "none", "Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "same-origin", "Origin": ""},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Referer": f"{OURS}/s/ROBO"},
    ],
)
def test_cross_origin_writes_are_refused(
    phone: Window, fair: Fair, headers: dict[str, str]
) -> None:
    before = fair.everything()
    assert ask(phone, **headers) == (403, "origin")
    assert fair.everything() == before
    assert phone.cookie(PARTICIPANT_COOKIE) is None


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_the_origin_check_holds_for_every_writing_method(
    phone: Window, fair: Fair, method: str
) -> None:
    question = fair.ask()
    for path in (f"/questions/{question}/me-too", "/pass", f"/organise/{GE}/phase", "/nothing"):
        answer = phone.client.open(path, method=method)
        assert answer.status_code in (403, 404, 405)
    assert fair.rows("me_toos") == []


def test_reads_need_no_origin(phone: Window) -> None:
    answer = phone.get(f"/s/{ROBO}", Sec_Fetch_Site="cross-site", Origin="http://evil.example")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host", ["localhost:5000", "127.0.0.1:5000", "[::1]:5000", "LOCALHOST:5000"]
)
def test_allowed_host_names_get_the_page(phone: Window, host: str) -> None:
    assert phone.get("/", Host=host).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost", "localhost:80", "192.0.2.1:5000", ""]
)
@pytest.mark.parametrize("path", ["/", f"/s/{ROBO}", "/nothing", "/static/build/x.js"])
def test_a_page_under_an_unknown_host_name_says_the_right_address(
    phone: Window, host: str, path: str
) -> None:
    answer = phone.get(path, Host=host)
    assert answer.status_code == 421
    assert OURS in answer.text
    assert "<form" not in answer.text


def test_a_forwarded_host_header_is_ignored(phone: Window) -> None:
    assert phone.get("/", Host="evil.example", X_Forwarded_Host="localhost:5000").status_code == 421
    page = phone.get(f"/s/{ROBO}", X_Forwarded_Host="evil.example")
    assert page.status_code == 200
    assert "evil.example" not in page.text


def test_requests_to_loopback_may_use_any_host_name(phone: Window) -> None:
    assert phone.get("/healthz", Host="10.0.0.7:5000").status_code == 200


@pytest.fixture
def behind_https(app: Flask, prepared: Any, tmp_path: Any) -> Any:
    """The same house behind a proxy that speaks https, with one more address."""
    from exchange.extensions import socketio

    bound = dict(vars(socketio))
    made = make_app(
        tmp_path / "exchange.sqlite3",
        settings=Settings(
            instance=tmp_path,
            database_url=f"sqlite:///{tmp_path}/exchange.sqlite3",
            secret_key=KEY,
            public_url="https://fragen.example.org",
            origins=("https://www.example.org",),
        ),
    )
    restart(made, prepared)
    yield made
    vars(socketio).update(bound)


def test_behind_https_the_cookies_are_secure_and_its_names_are_ours(behind_https: Flask) -> None:
    window = Window(Fair(behind_https))
    for name in ("fragen.example.org", "www.example.org"):
        answer = window.client.post(
            ASK,
            base_url=f"https://{name}",
            data={"key": new_key(), "text": "Was kostet es?"},
            headers={"Origin": f"https://{name}", "Accept": "application/json"},
        )
        assert answer.status_code == 201
        assert secure(answer, PARTICIPANT_COOKIE)
        entered = window.client.post(
            "/pass",
            base_url=f"https://{name}",
            data={"secret": window.fair.secret("moderator", GE)},
            headers={"Origin": f"https://{name}"},
        )
        assert entered.status_code == 303
        assert secure(entered, PASSES_COOKIE)
    assert ask(window, Origin="http://fragen.example.org") == (403, "origin")


def secure(answer: TestResponse, name: str) -> bool:
    """Whether the one cookie that an answer sets is this one, for https alone."""
    (sent,) = answer.headers.getlist("Set-Cookie")
    told = sent.split("; ")
    return (
        told[0].startswith(f"__Host-{name}=")
        and {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(told)
        and "Domain" not in sent
    )


def test_behind_https_a_cookie_of_the_former_name_is_still_read(behind_https: Flask) -> None:
    base = "https://fragen.example.org"
    headers = {"Origin": base, "Accept": "application/json"}
    window = Window(Fair(behind_https))
    secret = window.fair.secret("moderator", GE)
    for name, value in ((PASSES_COOKIE, secret), (PARTICIPANT_COOKIE, "p" * 22)):
        window.client.set_cookie(name, value, domain="fragen.example.org")
    assert window.client.get(f"/moderate/{GE}", base_url=base).status_code == 200
    asked = {"key": new_key(), "text": "Was kostet es?"}
    answer = window.client.post(ASK, base_url=base, data=asked, headers=headers)
    # The same person as before: no new cookie.
    assert (answer.status_code, answer.headers.getlist("Set-Cookie")) == (201, [])
    # A pass more: all are in the new cookie, and logging out ends the old one, too.
    other = {"secret": window.fair.secret("presenter", ROBO)}
    window.client.post("/pass", base_url=base, data=other, headers=headers)
    for path in (f"/moderate/{GE}", f"/present/{ROBO}"):
        assert window.client.get(path, base_url=base).status_code == 200
    window.client.set_cookie(PASSES_COOKIE, secret, domain="fragen.example.org")
    window.client.post("/pass/leave", base_url=base, headers=headers)
    assert window.client.get(f"/moderate/{GE}", base_url=base).status_code == 403
    assert window.client.get_cookie(PASSES_COOKIE, domain="fragen.example.org") is None


def test_behind_https_browsers_are_told_to_stay_there(behind_https: Flask, phone: Window) -> None:
    client = behind_https.test_client()
    base = "https://fragen.example.org"
    for path in ("/", f"/s/{ROBO}", "/nothing", "/healthz", f"/s/{ROBO}/qr.svg"):
        headers = client.get(path, base_url=base).headers
        assert headers["Strict-Transport-Security"] == "max-age=31536000"
        alone = headers.get("Cross-Origin-Opener-Policy")
        assert alone == ("same-origin" if headers["Content-Type"].startswith("text/html") else None)
    built = behind_https.extensions["process"].assets.name("attendee.css")
    headers = client.get(f"/static/build/{built}", base_url=base).headers
    assert "Strict-Transport-Security" not in headers
    # On plain http browsers would not heed it.
    assert "Strict-Transport-Security" not in phone.get("/").headers


# The socket: the same address, the same origins


def knock(window: Window, path: str = "", method: str = "GET", **headers: str) -> tuple[int, Any]:
    """Open a session of the socket by polling, as the shipped server is asked."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = window.client.open(
        f"/socket.io/?EIO=4&transport=polling{path}", method=method, headers=told
    )
    return answer.status_code, answer


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({}, 200),
        ({"Origin": OURS}, 200),
        ({"Origin": OURS.upper()}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Origin": OURS}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:5000.evil.example"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example", "X-Forwarded-Host": "localhost:5000"}, 421),
        ({"Host": "127.0.0.1:5000"}, 200),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_the_socket_decides_origins_and_addresses_as_writes_do(
    phone: Window, headers: dict[str, str], wanted: int, method: str
) -> None:
    status, answer = knock(phone, method=method, **headers)
    if wanted == 200 and method != "GET":
        # Let through; without a session there is nothing to post to.
        wanted = 400 if method == "POST" else 200
    assert status == wanted
    assert not [name for name in dict(answer.headers) if name.startswith("Access-Control")]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    if wanted >= 403:
        words = {403: "origin", 421: "address"}
        assert answer.json == {"error": words[wanted]}


@pytest.mark.parametrize("index", ["0", "x", ""])
def test_the_socket_has_no_jsonp(phone: Window, index: str) -> None:
    status, answer = knock(phone, f"&j={index}")
    assert status == 400
    assert "___eio" not in answer.text
