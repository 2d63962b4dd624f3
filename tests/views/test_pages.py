"""Every page: there, in both languages, under a strict policy, at a steady price."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.dates import format_date

from simulation.servers import DATABASE
from tests.support.fair import BAU, FAIR_DAY, GE, GENERAL, ROBO, Fair
from tests.support.pages import LIVE, MINUTES, OF_ONE, PAGES, PUBLIC, reader_of_all
from tests.support.statements import counting_statements
from tests.support.windows import Desk, Window


@pytest.fixture
def reader(fair: Fair) -> Window:
    """Somebody with every pass."""
    return reader_of_all(fair)


@pytest.fixture
def busy(fair: Fair) -> Fair:
    """A fair with a question in every status, a merged one, and a message."""
    asked = [fair.asked_as(status) for status in ("open", "shortlisted", "answered", "owed")]
    asked += [fair.asked_as(status) for status in ("declined", "withdrawn", "pending", "live")]
    fair.act(fair.ask(BAU, "Wie teuer ist das?", asker="Bert"), "merge", head=asked[0])
    fair.ask(ROBO, "Was ist mit <b>Recht</b>?", facet="recht", name="Stadt <i>Waltrop</i>")
    fair.me_too(asked[0], "Clara")
    fair.conduct("message", "Noch zwei <Fragen>")
    fair.conduct("clock", "10")
    return fair


@pytest.mark.parametrize("phase", ["preparing", "fair", "round", "closed"])
@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_page_is_there_at_any_time_of_the_day(
    reader: Window, busy: Fair, phase: str, lang: str
) -> None:
    reader.ask(ROBO)
    busy.enter(phase)
    for path in [*PAGES, *OF_ONE]:
        page = reader.get(path, Accept_Language=lang)
        early = path == MINUTES and phase != "closed"
        assert page.status_code == (404 if early else 200), path
        assert page.mimetype == "text/html"
        assert f'<html lang="{lang}">' in page.text
        assert page.text.count("<h1") == 1, path
        assert "<b>Recht</b>" not in page.text
        assert "<i>Waltrop</i>" not in page.text
        assert "zwei <Fragen>" not in page.text


@pytest.mark.parametrize("path", PAGES)
def test_pages_answer_get_and_head_only(reader: Window, fair: Fair, path: str) -> None:
    if path == MINUTES:
        fair.enter("closed")
    assert reader.client.head(path).status_code == 200
    if path != "/pass":
        answer = reader.client.delete(path, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]
        assert answer.mimetype == "text/html"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/e/NIX",
        "/s/NIX",
        "/s/" + "A" * 500,
        "/e/%00",
        "/s/%ff%fe",
        "/s/%F0%9F%91%8D",
        "/projects/nix",
        "/e/NIX/minutes",
        "/s/NIX/qr.svg",
        "/e/NIX/qr.svg",
        "/organise/passes/99999999999999999999/qr.svg",
        "/?code=NIX",
        "/?code=%00",
        "/?code=%F0%9F%91%8D",
    ],
)
def test_what_is_not_there_is_a_page_that_leads_on(reader: Window, path: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 404
    assert 'href="/"' in answer.text
    told = reader.get(path, Accept="application/json").json
    if not path.startswith("/?"):
        assert told
        assert (told["error"], bool(told["message"])) == ("unknown", True)


@pytest.mark.parametrize(("typed", "leads_to"), [("robo", f"/s/{ROBO}"), (" ge ", f"/e/{GE}")])
def test_the_entrance_leads_to_stand_and_event(phone: Window, typed: str, leads_to: str) -> None:
    answer = phone.client.get("/", query_string={"code": typed})
    assert (answer.status_code, answer.headers["Location"]) == (303, leads_to)


def test_an_unknown_code_stays_in_the_field(phone: Window) -> None:
    answer = phone.client.get("/", query_string={"code": 'X"><script>'})
    assert answer.status_code == 404
    assert 'value="X&#34;&gt;&lt;script&gt;"' in answer.text
    assert "<script>" not in answer.text


# The policy


def test_every_answer_is_under_the_policy(reader: Window, busy: Fair) -> None:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "media-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        "trusted-types exchange"
    )
    for path in [*PAGES, *OF_ONE, "/nothing", f"/s/{ROBO}/qr.svg", "/healthz"]:
        headers = reader.get(path).headers
        assert headers["Content-Security-Policy"] == policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
    assert reader.get("/", Host="evil.example").headers["Content-Security-Policy"] == policy


@pytest.mark.parametrize("path", [*PAGES, *OF_ONE])
def test_no_page_has_inline_script_or_style_or_foreign_urls(
    reader: Window, busy: Fair, path: str
) -> None:
    page = reader.get(path).text
    for tag in re.findall(r"<script\b[^>]*>", page):
        assert ' src="/static/build/' in tag
    assert not re.search(r"<style\b", page)
    assert not re.search(r"<[a-z][^>]*\s(style|on[a-z]+)=", page)
    for address in re.findall(r'\s(?:src|href|action)="([^"]*)"', page):
        assert not re.match(r"(https?:)?//", address) or address.startswith("http://localhost:5000")


@pytest.mark.parametrize("path", [*LIVE, *OF_ONE])
def test_a_live_page_says_what_it_watches_and_where_that_stands(
    reader: Window, busy: Fair, path: str
) -> None:
    found = re.search(r"data-watch='([^']*)'", reader.get(path).text)
    assert found
    rooms = {"e": {"event"}, "s": {"stand", "event"}, "present": {"desk"}, "moderate": {"moderate"}}
    expected = rooms.get(path.split("/")[1], {"screen"})
    watched = json.loads(found[1])
    assert {one["room"] for one in watched} == expected
    counters = busy.revisions()
    kinds = {"event": "public", "screen": "public", "desk": "stand"}
    for one in watched:
        kind = kinds.get(one["room"], one["room"])
        assert one["revision"] == counters[kind, one["code"]]


# Unchanged pages


@pytest.mark.parametrize("path", LIVE)
def test_an_unchanged_page_is_304(reader: Window, busy: Fair, path: str) -> None:
    first = reader.get(path)
    etag = first.headers["ETag"]
    kept = "private, no-cache" if path in PUBLIC else "no-store"
    assert first.headers["Cache-Control"] == kept
    again = reader.get(path, If_None_Match=etag)
    assert (again.status_code, again.data) == (304, b"")
    for answer in (first, again):
        varies = {word.strip() for word in answer.headers["Vary"].split(",")}
        assert varies == {"Cookie", "Accept-Language", "Accept-Encoding"}
    assert again.headers["Cache-Control"] == kept
    assert reader.get(path, If_None_Match=etag, Accept_Language="en").status_code == 200
    busy.act(busy.ask(ROBO, "Etwas Neues?"), "live")
    changed = reader.get(path, If_None_Match=etag)
    assert changed.status_code == 200
    assert "Etwas Neues?" in changed.text


def test_the_etag_differs_between_readers(fair: Fair) -> None:
    one, other = Window(fair), Window(fair)
    one.ask(ROBO)
    other.ask(BAU)
    etag = one.get(f"/s/{ROBO}").headers["ETag"]
    assert other.get(f"/s/{ROBO}", If_None_Match=etag).status_code == 200


def test_news_of_another_stand_keeps_the_etag(phone: Window, fair: Fair) -> None:
    etag = phone.get(f"/s/{ROBO}").headers["ETag"]
    fair.ask(BAU)
    assert phone.get(f"/s/{ROBO}", If_None_Match=etag).status_code == 304


def test_what_is_found_is_never_stale(phone: Window, fair: Fair) -> None:
    path = f"/e/{GE}?q=Kosten"
    fair.ask(ROBO, "Welche Kosten?")
    etag = phone.get(path).headers["ETag"]
    assert phone.get(path, If_None_Match=etag).status_code == 304
    fair.ask(BAU, "Noch mehr Kosten?")
    found = phone.get(path, If_None_Match=etag)
    assert found.status_code == 200
    assert "Noch mehr Kosten?" in found.text


# Search


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("kosten", {1, 3}),
        ("KOSTEN jahr", {1}),
        ("2", {2}),
        ("#2", {2}),
        ("projekt bau", {2}),
        ("%", set()),
        ("nichts dergleichen", set()),
        ("²", set()),
        ("9" * 99, set()),
    ],
)
def test_questions_are_found_by_number_and_words(
    phone: Window, fair: Fair, words: str, numbers: set[int]
) -> None:
    fair.ask(ROBO, "Welche Kosten im Jahr?")
    fair.ask(BAU, "Wer haftet?")
    fair.ask(GENERAL, "Wer trägt die Kosten?")
    for status in ("pending", "declined", "withdrawn"):
        fair.asked_as(status, words="Kosten im Jahr, projekt bau, nichts dergleichen?")
    page = phone.client.get(f"/e/{GE}", query_string={"q": words}).text
    assert {int(n) for n in re.findall(r'id="question-(\d+)"', page)} == numbers


# What it costs


def test_a_304_takes_less_than_half_the_statements(reader: Window, busy: Fair) -> None:
    path = f"/s/{ROBO}"
    etag = reader.get(path).headers["ETag"]
    with counting_statements(busy.app) as whole:
        reader.get(path)
    with counting_statements(busy.app) as unchanged:
        reader.get(path, If_None_Match=etag)
    assert len(unchanged) < len(whole) / 2


# Language


def test_the_language_is_as_chosen_else_as_the_browser_asks_else_german(
    as_attendee: Callable[[], Window],
) -> None:
    window = as_attendee()
    assert '<html lang="de">' in window.get("/").text
    assert '<html lang="en">' in window.get("/", Accept_Language="en-GB,en;q=0.9").text
    assert '<html lang="de">' in window.get("/", Accept_Language="fr").text
    assert '<html lang="en">' in window.get("/?lang=en").text
    assert '<html lang="en">' in window.get("/", Accept_Language="de").text
    assert '<html lang="en">' in window.get("/?lang=xx").text
    assert '<html lang="de">' in window.get("/?lang=de").text


# Codes


def test_the_page_of_a_stand_has_what_a_visitor_needs_first(phone: Window) -> None:
    page = phone.get(f"/s/{ROBO}").text
    places = [
        page.index(word)
        for word in ("Projekt robo", "Stadt robo", "Geschäftsstelle", 'name="text"')
    ]
    assert places == sorted(places)


def test_an_event_named_as_its_series_says_so_once(phone: Window, fair: Fair) -> None:
    assert phone.get(f"/e/{GE}").text.count("Die Reihe tour") == 1
    fair.sql("UPDATE events SET title = 'Die Reihe tour'")
    head = phone.get(f"/e/{GE}").text.partition('<header class="event-head"')[2]
    assert head.partition("</header>")[0].count("Die Reihe tour") == 1


def test_before_the_day_the_event_lists_its_stands_and_names_the_day(
    phone: Window, fair: Fair
) -> None:
    fair.enter("preparing")
    for lang, as_in, begins in (("de", "de", "Beginnt am"), ("en", "en_GB", "Begins on")):
        page = phone.get(f"/e/{GE}", Accept_Language=lang).text
        assert f"{begins} {format_date(FAIR_DAY, 'long', as_in)}" in page
        assert f'<time datetime="{FAIR_DAY.isoformat()}">' in page
        stands = re.findall(r'<a class="row" href="/s/(\w+)">', page)
        assert stands == [ROBO, BAU, GENERAL]
        assert page.index("Projekt robo") < page.index("Stadt robo") < page.index("Projekt bau")


@pytest.mark.sqlite
def test_healthz_is_503_while_the_database_is_away(phone: Window, fair: Fair) -> None:
    assert phone.get("/healthz").json == {"status": "ok"}
    file: Path = fair.app.extensions["process"].settings.instance / DATABASE
    file.rename(file.with_name("away"))
    for accept in ("application/json", "text/html"):
        answer = phone.get("/", Accept=accept)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "Traceback" not in answer.text
        assert "away" not in answer.text
    answer = phone.get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"status": "not_ready", "reason": "gone"})
    assert phone.get("/healthz/alive").json == {"status": "alive"}
    file.with_name("away").rename(file)
    assert phone.get("/").status_code == 200


def test_the_desk_and_the_moderation_show_every_question_once(
    desk: Desk, moderation: Desk, busy: Fair
) -> None:
    for window, shown in (
        (desk, [card for card in busy.cards() if card.stand.code == ROBO]),
        (moderation, busy.cards()),
    ):
        page = window.get(window.base).text
        for card in busy.cards():
            there = card in shown and card.status.value != "withdrawn"
            assert page.count(f'id="question-{card.id}"') == there, card
