"""The language link leads to the same page: what was searched, ordered and shown stays."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.fair import GE, ROBO, TOUR, Fair
from tests.support.pages import PAGES, reader_of_all
from tests.support.windows import Window


def language_link(page: str) -> str:
    (found,) = re.findall(r'<a href="([^"]*)"[^>]* hreflang="', page)
    return html.unescape(found)


def kept(link: str) -> dict[str, str]:
    """What the link says besides the language."""
    query = parse_qs(urlsplit(link).query, keep_blank_values=True)
    query.pop("lang")
    return {name: value for name, (value,) in query.items()}


@pytest.fixture
def reader(fair: Fair) -> Window:
    fair.ask(ROBO, "Was kostet die Übergröße?")
    return reader_of_all(fair)


ASKED = [
    (f"/e/{GE}", {"q": "Übergröße & mehr=1 #2", "list": "found", "after": "41.0"}),
    (f"/e/{GE}", {"q": "kosten", "found": "200"}),
    (f"/s/{ROBO}", {"list": "public", "after": "12.0", "sort": "votes"}),
    (f"/s/{ROBO}", {"sort": "new", "public": "110"}),
    (f"/e/{GE}", {"stand": "köln", "q": "kosten", "sort": "new"}),
    (f"/s/{ROBO}", {"asked": "17"}),
    ("/projects/robo", {"list": "answered", "after": "1785924.25"}),
    (f"/moderate/{GE}", {"q": "über", "stand": "A-12", "facet": "kosten", "status": "open"}),
    (f"/moderate/{GE}", {"sort": "votes", "open": "300"}),
    (f"/present/{ROBO}", {"list": "open", "after": "-3.5", "answered": "200"}),
    (f"/organise/{GE}/stands", {"q": "Köln", "page": "2"}),
    (f"/organise/{GE}/sheets", {"stand": ROBO}),
    (f"/organise/{GE}/passes", {"page": "1"}),
    (f"/organise/series/{TOUR}/projects", {"q": "robo", "page": "1"}),
    (f"/organise/series/{TOUR}/events/new", {"copy": GE}),
    (f"/organise/{GE}/settings", {"change": "0"}),
    ("/", {"code": "ZZ9"}),
]


@pytest.mark.parametrize(("path", "query"), ASKED)
def test_what_a_page_was_asked_for_stays(reader: Window, path: str, query: dict[str, str]) -> None:
    for locale in ("de", "en"):
        answer = reader.client.get(path, query_string=query | {"lang": locale})
        link = language_link(answer.text)
        assert link.startswith("?")
        assert kept(link) == query
        # And back again.
        again = reader.client.get(f"{path}{link}")
        assert again.status_code == answer.status_code
        assert kept(language_link(again.text)) == query


def test_every_page_keeps_its_search(reader: Window) -> None:
    for path in PAGES:
        answer = reader.get(f"{path}?q=Gr%C3%B6%C3%9Fe&page=1")
        if answer.status_code == 200 and "hreflang" in answer.text:
            assert kept(language_link(answer.text)) == {"q": "Größe", "page": "1"}, path


@pytest.mark.parametrize(
    "query",
    [
        {"secret": "AbCdEfGhIjKlMnOpQrStUv"},
        {"code": "AbCdEfGhIjKlMnOpQrStUv"},
        {"code": "http://127.0.0.1/pass#AbCdEfGhIjKlMnOpQrStUv"},
        {"token": "12345678901234567890123"},
        {"next": "//evil.example"},
        {"url": "https://evil.example/"},
        {"<script>": "1"},
        {"list": "x" * 500},
        {"after": "x" * 500},
    ],
)
@pytest.mark.parametrize("path", ["/", "/pass", f"/e/{GE}", "/organise"])
def test_nothing_else_is_carried_on(reader: Window, path: str, query: dict[str, str]) -> None:
    page = reader.client.get(path, query_string=query).text
    assert kept(language_link(page)) == {}


@pytest.mark.parametrize("path", ["//evil.example", "/%2F/evil.example", "/\\evil.example"])
def test_the_link_leads_to_no_other_host(reader: Window, path: str) -> None:
    answer = reader.client.get(path, query_string={"q": "//evil.example"})
    if "hreflang" in answer.text:
        link = language_link(answer.text)
        assert link.startswith(("?", "/?"))
        assert not urlsplit(link).netloc


def test_a_value_that_comes_twice_is_said_once(reader: Window) -> None:
    page = reader.get(f"/e/{GE}?q=a&q=b&lang=de&lang=en&page=1").text
    assert kept(language_link(page)) == {"q": "a", "page": "1"}


def test_a_page_that_answers_a_form_leads_to_the_one_before(reader: Window) -> None:
    answer = reader.post(f"/s/{ROBO}/questions", text="", key="x")
    assert language_link(answer.text) == "/?lang=en"
