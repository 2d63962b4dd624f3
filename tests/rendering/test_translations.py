"""English is complete: every sentence has its translation, and no page falls back to German."""

import re
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import ngettext

from exchange.domain.refusals import _SENTENCES, WORDS, Refused
from exchange.models import Phase
from simulation.servers import DATABASE
from tests.support.apps import dispose, make_app
from tests.support.fair import AC_ROBO, BAU, GE, GENERAL, ROBO, TOUR, Fair, new_key
from tests.support.pages import STAFF

ROOT = Path(__file__).parents[2]
PO = ROOT / "exchange" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
ENGLISH_JSON = {"Accept-Language": "en", "Accept": "application/json"} | SAME_ORIGIN

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w+\}")
# Hardly a German sentence goes without one of these, and no English one has any.
GERMAN = re.compile(
    r"\b(der|den|dem|das|und|oder|nicht|noch|nur|ist|sind|wird|werden|wurde|kann|Sie|Ihr|Ihre|eine|"
    r"einen|kein|keine|mit|zum|zur|auf|von|bis|für|Frage|Fragen|Antwort)\b|[äöüßÄÖÜ„]"
)
# Where a page says something other than as text.
SAYING = ("title", "alt", "placeholder", "aria-label", "value", "content")
AMERICAN_DAY = re.compile(r"\b[A-Z][a-z]{2,8} \d{1,2}, \d{4}\b|\b\d{1,2}/\d{1,2}/\d{2}\b")
"""The month before the day: not how anybody writes who comes to a German town."""
VOID = {"br", "hr", "img", "input", "link", "meta"}


def sentences_in_code() -> Catalog:
    """What the code says now, found by the mapping that pybabel is told to use."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    found = Catalog()
    for path, line, sentence, _, context in extract_from_dir(
        ROOT,
        [(one["pattern"], one["method"]) for one in mappings],
        # A template that cannot be parsed would otherwise just have no sentences.
        {one["pattern"]: {"silent": "false"} for one in mappings},
        keywords=KEYWORDS,
        directory_filter=lambda folder: (
            Path(folder).name != "node_modules" and not Path(folder).name.startswith(".")
        ),
    ):
        found.add(sentence, locations=[(path, line)], context=context)
    return found


@pytest.fixture(scope="module")
def in_code() -> Catalog:
    return sentences_in_code()


@pytest.fixture(scope="module")
def english() -> Catalog:
    """The translations as they are committed."""
    with PO.open("rb") as source:
        return read_po(source, abort_invalid=True)


@pytest.fixture(scope="module")
def one_app(english: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An app that speaks what is committed, whatever was compiled last."""
    folder = tmp_path_factory.mktemp("translations")
    compiled = folder / PO.relative_to(PO.parents[2]).with_suffix(".mo")
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as mo:
        write_mo(mo, english)
    made = make_app(
        tmp_path_factory.mktemp("instance") / DATABASE, BABEL_TRANSLATION_DIRECTORIES=str(folder)
    )
    yield made
    dispose(made)


def forms(words: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """A sentence, or its singular and plural."""
    return (words,) if isinstance(words, str) else tuple(words or ("",))


def said(catalog: Catalog) -> dict[str, Message]:
    """The messages by their German, without the header."""
    return {forms(message.id)[0]: message for message in catalog if message.id}


# The catalogue


def test_every_sentence_has_its_translation(in_code: Catalog, english: Catalog) -> None:
    missing = []
    for german, message in said(in_code).items():
        found = said(english).get(german)
        if (
            found is None
            or found.fuzzy
            or forms(found.id) != forms(message.id)
            or not all(text.strip() for text in forms(found.string))
        ):
            missing.append((german, message.locations))
    assert not missing


def test_no_translation_outlives_its_sentence(in_code: Catalog, english: Catalog) -> None:
    assert set(said(english)) <= set(said(in_code))
    assert not english.obsolete


def test_placeholders_are_the_same_on_both_sides(english: Catalog) -> None:
    for message in said(english).values():
        wanted = sorted(PLACEHOLDER.findall(forms(message.id)[-1]))
        for text in (*forms(message.id), *forms(message.string)):
            assert sorted(PLACEHOLDER.findall(text)) == wanted, message.id


def test_both_languages_are_calm(english: Catalog) -> None:
    for message in said(english).values():
        for text in (*forms(message.id), *forms(message.string)):
            assert "!" not in text
            assert text == text.strip()


def test_no_translation_is_german(english: Catalog) -> None:
    for message in said(english).values():
        for text in forms(message.string):
            assert not GERMAN.search(text), text


# Both languages at work


@pytest.mark.parametrize(
    ("locale", "counted"),
    [
        ("de", ["0 Fragen", "1 Frage", "2 Fragen"]),
        ("en", ["0 questions", "1 question", "2 questions"]),
    ],
)
def test_numbers_agree(app: Flask, locale: str, counted: list[str]) -> None:
    # German has no catalogue: the sentences themselves must do.
    with app.test_request_context(f"/?lang={locale}"):
        assert [ngettext("%(num)s Frage", "%(num)s Fragen", n) for n in range(3)] == counted


@pytest.mark.parametrize(
    ("locale", "found"),
    [("de", ["1 Frage gefunden", "2 Fragen gefunden"]), ("en", ["1 question", "2 questions"])],
)
def test_numbers_agree_on_a_page(app: Flask, fair: Fair, locale: str, found: list[str]) -> None:
    for sentence in found:
        fair.ask(ROBO, "Ladesäule?")
        assert sentence in app.test_client().get(f"/e/{GE}?q=Ladesäule&lang={locale}").text


def test_a_page_is_in_the_language_it_was_asked_for(app: Flask) -> None:
    client = app.test_client()
    for locale, words in (("de", "Frage stellen"), ("en", "Your question"), ("de", "Ihre Frage")):
        page = client.get(f"/s/{ROBO}?lang={locale}").text
        assert f'<html lang="{locale}">' in page
        assert words in page
    # What was chosen is remembered; who has not chosen is asked for in the browser's language.
    assert '<html lang="de">' in client.get(f"/s/{ROBO}", headers={"Accept-Language": "en"}).text
    other = app.test_client()
    assert '<html lang="en">' in other.get(f"/s/{ROBO}", headers={"Accept-Language": "en"}).text
    assert '<html lang="de">' in other.get(f"/s/{ROBO}", headers={"Accept-Language": "fr"}).text


# Refusals


def test_every_refusal_has_an_english_sentence(app: Flask, english: Catalog) -> None:
    with app.test_request_context("/?lang=de"):
        german = {word: str(_SENTENCES[word]) for word in WORDS}
    with app.test_request_context("/?lang=en"):
        for word, sentence in german.items():
            details = dict.fromkeys(re.findall(r"%\((\w+)\)", sentence), "7")
            message = Refused(word, **details).message
            assert message == str(said(english)[sentence].string) % details
            assert message[0].isupper() or message[0] == "“"
            assert not GERMAN.search(message)


def test_refusals_are_said_in_the_readers_language(app: Flask, fair: Fair) -> None:
    client = app.test_client()

    def refused(address: str, **fields: str) -> tuple[int, dict[str, Any]]:
        answer = client.post(address, data=fields, headers=ENGLISH_JSON)
        body: dict[str, Any] = answer.get_json()
        return answer.status_code, body

    assert refused(f"/s/{ROBO}/questions", key=new_key(), text=" ") == (
        422,
        {"error": "empty", "message": "Please write your question in the field."},
    )
    assert refused("/s/NIX/questions") == (
        404,
        {"error": "unknown", "message": "There is nothing like this here."},
    )
    question = fair.asked_as("owed")
    assert refused(f"/moderate/{GE}/questions/{question}/answer") == (
        403,
        {"error": "not_yours", "message": "For this you need the right pass."},
    )
    # A word for a status stands inside the sentence, translated too.
    enter(client, fair.secret("moderator", GE))
    status, body = refused(
        f"/moderate/{GE}/questions/{question}/publish",
        key=new_key(),
        version=str(fair.version(question)),
    )
    assert status == 422
    assert body["message"].startswith("Question 1 is now marked “answer to follow”.")
    fair.enter("closed")
    status, body = refused(f"/s/{ROBO}/questions", key=new_key(), text="Is it too late?")
    assert status == 403
    assert body["message"].startswith("The event is over")


# Pages


class Words(HTMLParser):
    """What a page says: text and saying attributes, apart from what it declares to be German."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.open: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        german = bool(self.open and self.open[-1][1]) or given.get("lang") == "de"
        if not german:
            for name, value in given.items():
                if name == "value" and (tag != "input" or given.get("type") == "hidden"):
                    continue  # what is sent is not what is said
                if value and (name in SAYING or name.startswith("data-")):
                    self.said.append(value)
        if tag not in VOID:
            self.open.append((tag, german))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not (self.open and self.open[-1][1]):
            self.said.append(text)


def enter(client: FlaskClient, secret: str) -> str:
    """Present a pass; where it leads."""
    answer = client.post("/pass", data={"secret": secret}, headers=SAME_ORIGIN)
    assert answer.status_code == 303
    return answer.location


@pytest.fixture(scope="module")
def german(english: Catalog) -> re.Pattern[str]:
    """Matches whatever reads otherwise in English, with whatever values."""
    sentences = {
        german
        for message in said(english).values()
        for german, translated in zip(forms(message.id), forms(message.string), strict=True)
        if german != translated
    }
    return re.compile(
        "|".join(".+".join(map(re.escape, PLACEHOLDER.split(text))) for text in sorted(sentences))
    )


@pytest.fixture
def busy(fair: Fair) -> Fair:
    """A fair with something of everything on its pages."""
    for status in ("pending", "open", "shortlisted", "answered", "owed", "declined", "withdrawn"):
        for stand in (ROBO, GENERAL):
            fair.asked_as(status, stand, f"Why {status} at {stand}?")
    for status, stand in (("answered", BAU), ("owed", BAU), ("open", AC_ROBO)):
        fair.asked_as(status, stand, f"Why {status} at {stand}?")
    head = fair.ask(ROBO, "Who pays?", facet="kosten", name="Town of X")
    follower = fair.ask(BAU, "Who pays for it?", asker="Bert", role="presenter")
    fair.me_too(head)
    fair.act(follower, "merge", head=head)
    fair.act(follower, "redact", text="Who pays for …?")
    fair.act(head, "live")
    fair.conduct("clock", "20")
    fair.conduct("message", "Coffee is ready.")
    return fair


def own_questions(client: FlaskClient, fair: Fair) -> None:
    """This browser asks too: one question is open, one answered, one written anew."""
    texts = ("Mine, open?", "Mine, answered?")
    for text in texts:
        answer = client.post(
            f"/s/{ROBO}/questions",
            data={"key": new_key(), "text": text, "facet": "", "name": ""},
            headers=SAME_ORIGIN,
        )
        assert answer.status_code == 303
    mine = [row["id"] for row in fair.rows("questions") if row["text"] in texts]
    fair.act(mine[1], "answer", answer="Ask at the town hall.")


def written(fair: Fair) -> re.Pattern[str]:
    """Matches what people wrote: it is shown as it is, in whatever language."""
    texts = {
        value
        for rows in fair.everything().values()
        for row in rows
        for value in row.values()
        if isinstance(value, str) and len(value) > 3 and not value.startswith("{")
    }
    return re.compile("|".join(map(re.escape, sorted(texts, key=len, reverse=True))))


@pytest.mark.parametrize("phase", list(Phase))
def test_no_page_falls_back_to_german(
    app: Flask, busy: Fair, german: re.Pattern[str], phase: Phase
) -> None:
    client = app.test_client()
    own_questions(client, busy)
    busy.enter(phase.value)
    by_people = written(busy)

    def read(address: str) -> str:
        joined = "&" if "?" in address else "?"
        page = client.get(f"{address}{joined}lang=en").text
        assert '<html lang="en">' in page, address
        assert not AMERICAN_DAY.search(page), address
        for text in set(Words(page).said):
            own = by_people.sub("…", text)
            assert not GERMAN.search(own), address
            assert not german.fullmatch(own), address
        return page

    for address in ("/", "/?code=NOPE", "/pass", "/nowhere", "/organise", f"/moderate/{GE}"):
        read(address)
    for address in ("", "?q=why", "?q=zzz", "/minutes"):
        read(f"/e/{GE}{address}")
    for address in (ROBO, BAU, GENERAL, f"{ROBO}?asked=1"):
        read(f"/s/{address}")
    read("/projects/robo")

    # The organiser's pages lead to every other view.
    enter(client, busy.secret("organiser", TOUR))
    pages = "".join(read(address) for address in STAFF if address.startswith("/organise"))
    links = re.findall(r"/pass#([\w.~-]+)", pages)
    views = {enter(client, secret) for secret in links}
    assert {f"/moderate/{GE}", f"/screen/{GE}", f"/present/{ROBO}", "/projects/robo"} <= views
    for address in (*sorted(views), f"/organise/{GE}/sheets"):
        read(address)
    # What happened to a question, and what can be done to it, in whichever status.
    for card in busy.cards():
        read(f"/moderate/{GE}/questions/{card.number}")
        read(f"/present/{card.stand.code}/questions/{card.number}")
