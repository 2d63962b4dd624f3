"""A stand that shows no project (yet), and *Allgemein*, on every page of every role."""

import re
from datetime import date

import pytest

from exchange.database.transactions import writing
from exchange.models import Event, Phase, Series, Stand
from tests.support.fair import GE, GENERAL, ROBO, TOUR, Fair, new_key
from tests.support.pages import PAGES, reader_of_all
from tests.support.windows import Window

BARE = "BARE"
"""Stand 7, without a project."""
OWN = [
    *(f"/s/{BARE}", f"/present/{BARE}", f"/organise/{GE}/stands/{BARE}", f"/e/{GE}?q=Parkplatz"),
    *(f"/organise/{GE}/sheets?stand={BARE}", f"/organise/{GE}/sheets?stand={GENERAL}"),
    *(f"/organise/{GE}/stands/{GENERAL}", f"/present/{GENERAL}", "/?code=7", "/?code=BARE"),
]


@pytest.fixture
def reader(fair: Fair) -> Window:
    fair.make_stand(BARE, label="7")
    fair.sql(f"UPDATE stands SET pitch = '10:05', place = 'Halle 1' WHERE code = '{BARE}'")
    for stand in (BARE, GENERAL, ROBO):
        for status in ("open", "pending", "shortlisted", "answered", "owed", "declined"):
            fair.asked_as(status, stand=stand, words=f"Parkplatz, {stand}, {status}?")
    fair.asked_as("live", stand=BARE, words="Parkplatz, live?")
    window = reader_of_all(fair)
    for stand in (BARE, GENERAL):
        window.enter("presenter", stand)
    return window


def visible(page: str) -> str:
    return re.sub(
        r"\s+", " ", re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)
    )


@pytest.mark.parametrize("phase", [Phase.PITCHES, Phase.ROUND, Phase.CLOSED])
def test_no_page_of_any_role_fails_or_says_none(fair: Fair, reader: Window, phase: Phase) -> None:
    stand = fair.stand_id(BARE)
    # Called before its project was taken away.
    fair.sql(
        f"UPDATE events SET phase = '{phase.value}', pitch_id = {stand},"
        f" pitch_since = phase_since, owed_until = '2100-01-01' WHERE code = '{GE}'"
    )
    for number, path in enumerate([*PAGES, *OWN]):
        answer = reader.get(path, Accept_Language=("de", "en")[number % 2])
        assert answer.status_code < 500, path
        if answer.status_code == 200:
            assert not re.search(r"\bNone\b(?! yet)", visible(answer.text)), path
            assert not re.search(r"\(\s*\)|„\s*“|“\s*”|, ,|: ,", visible(answer.text)), path


@pytest.mark.parametrize("path", [f"/e/{GE}", f"/organise/{GE}", f"/organise/{GE}/stands"])
@pytest.mark.parametrize(("language", "words"), [("de", "noch ohne Projekt"), ("en", "no project")])
def test_lists_say_that_a_stand_has_no_project_yet(
    reader: Window, path: str, language: str, words: str
) -> None:
    assert words in visible(reader.get(path, Accept_Language=language).text)


def test_what_was_made_without_passes_has_its_pages(fair: Fair, reader: Window) -> None:
    """A row and nothing else, as a program of one's own makes it."""
    with fair.app.app_context(), writing() as session:
        tour = session.query(Series).filter_by(code=TOUR).one()
        event = Event(
            series=tour, code="HAND", title="Börse", city="Köln", owed_until=date(2100, 1, 1)
        )
        session.add(event)
        session.flush()
        for event_id, code in ((fair.event_id(), "HAND1"), (event.id, "HAND2")):
            session.add(Stand(event_id=event_id, label="9", sort_key="0000000009", code=code))
    for path in (
        *("/s/HAND1", "/s/HAND2", "/e/HAND", f"/e/{GE}", f"/moderate/{GE}", "/organise"),
        *(f"/organise/{GE}/stands/HAND1", "/organise/HAND/stands/HAND2", "/organise/HAND/sheets"),
        *(
            f"/organise/{event}{page}"
            for event in (GE, "HAND")
            for page in ("", "/passes", "/stands", "/pitches", "/live", "/entries")
        ),
    ):
        assert reader.get(path).status_code == 200, path
    answer = reader.post("/s/HAND1/questions", text="Wie?", key=new_key())
    assert answer.status_code == 303
    result = fair.app.test_cli_runner().invoke(args=["links"])
    assert result.exit_code == 0, result.output
    assert "None" not in result.output


def test_stands_without_a_project_are_not_called_general(fair: Fair, reader: Window) -> None:
    answer = reader.post(f"/organise/{GE}/passes/hand-out", kind="csv")
    rows = [line.split(";")[:2] for line in answer.data.decode("utf-8-sig").splitlines()]
    assert ["7", ""] in rows
    assert ["0", "Allgemein"] in rows
    told = fair.app.test_cli_runner().invoke(args=["passes", GE]).output
    assert "None" not in told
    assert "Stand 0 · Allgemein" in told


LISTS = [
    *(f"/e/{GE}", f"/organise/{GE}", f"/organise/{GE}/stands", f"/organise/{GE}/sheets"),
    *(f"/organise/{GE}/passes", f"/organise/{GE}/live", f"/s/{GENERAL}", f"/present/{GENERAL}"),
]


@pytest.mark.parametrize("path", LISTS)
def test_where_stands_have_their_number_the_general_one_has_0(reader: Window, path: str) -> None:
    page = reader.get(path).text
    assert ">?<" not in page
    words = visible(page)
    assert re.search(r"\b0 (Allgemein|Seite|Für Fragen)", words), words
