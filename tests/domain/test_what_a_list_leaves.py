"""What a list finds that somebody has mended, answered or said before it came."""

from typing import Any

import pytest

from exchange.domain import contacts, projects
from exchange.domain.changes import Actor, Outcome
from exchange.domain.refusals import Refused
from tests.support.entries import answer_beforehand, decide, project_id, propose
from tests.support.fair import GE, OTHER_TOUR, Fair
from tests.support.lists import Compared, Office, office, table

BY = Actor("organiser")
HEAD = "Stand;Projekt;Partner;Kurzbeschreibung"
LIST = table(HEAD, "1;Alpha;Stadt A;Aus der Liste")


@pytest.fixture
def at_office(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> Office:
    return office(fair, monkeypatch)


def mend(fair: Fair, at_office: Office, summary: str) -> int:
    """An organiser writes another summary of the project at stand 1 by hand; the change."""
    with fair.app.app_context():
        id_ = at_office.stands()["1"]["project_id"]
        outcome: Outcome | None = projects.edit(id_, {"summary": summary}, by=BY)
    assert outcome
    return outcome.change


def kept(compared: Compared) -> Any:
    return compared.row(2)["kept"]


# What was mended


def test_a_contact_whose_adding_was_taken_back_comes_in_by_a_list(
    at_office: Office, fair: Fair
) -> None:
    at_office.take_in(LIST)
    with fair.app.app_context():
        id_ = at_office.stands()["1"]["project_id"]
        added: Outcome | None = contacts.add(id_, {"person": "Anna"}, by=BY)
    assert added
    fair.undo_of_series(added.change)
    compared = at_office.compare(table("Stand;Projekt;Ansprechperson", "1;Alpha;Anna"))
    assert kept(compared) == {}
    assert compared.row(2)["changes"] == {"person": [None, "Anna"]}


def test_a_list_that_was_taken_back_ends_nothing_of_what_was_mended(
    at_office: Office, fair: Fair
) -> None:
    at_office.take_in(LIST)
    mend(fair, at_office, "Von Hand")
    at_office.undo(at_office.take_in(table("Stand;Projekt;Partner", "5;Alpha;Stadt A")))
    assert kept(at_office.compare(LIST)) == {"summary": ["Von Hand", "Aus der Liste"]}


def test_before_the_first_list_what_a_partner_mended_stays(at_office: Office, fair: Fair) -> None:
    fair.enter("preparing", GE)
    propose(fair, summary="Vom Partner")
    decide(fair)
    compared = at_office.compare(table(HEAD, "1;Projekt robo;Stadt robo;Aus der Liste"))
    assert kept(compared) == {"summary": ["Vom Partner", "Aus der Liste"]}


def test_before_the_first_list_what_an_organiser_typed_is_the_lists(
    at_office: Office, fair: Fair
) -> None:
    with fair.app.app_context():
        projects.edit(project_id(fair), {"summary": "Vorläufig"}, by=BY)
    compared = at_office.compare(table(HEAD, "1;Projekt robo;Stadt robo;Aus der Liste"))
    assert kept(compared) == {}
    assert compared.row(2)["changes"]["summary"] == ["Vorläufig", "Aus der Liste"]


# What was answered


def test_a_stand_with_prepared_questions_alone_may_leave(at_office: Office, fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    head = "Stand;Projekt;Partner"
    at_office.take_in(table(head, "1;Alpha;Stadt A", "2;Projekt robo;Stadt robo"))
    freed = at_office.compare(table(head, "2;Alpha;Stadt A"), freed=("2",))
    assert (freed.summary, freed.found["leaving"]) == ({"moved": 1}, ["2"])


# What was said of columns


def test_another_series_knows_nothing_of_columns_that_were_explained(
    at_office: Office, fair: Fair
) -> None:
    fair.make_event("OTHER", OTHER_TOUR)
    data, told = table("Wo;Was;Stand", "1;A;laufend"), {"Wo": "label", "Was": "project"}
    at_office.confirm(at_office.compare(data, columns=told), columns=told)
    assert at_office.compare(data).refused is None
    assert at_office.compare(data, event="OTHER").refused


# What changed without a row in the log


FULL = "Stand;Projekt;Partner;Kurzbeschreibung;Pitch;Ansprechperson;Funktion;Telefon"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "UPDATE projects SET summary = 'Anders' WHERE title = 'Alpha'",
        "UPDATE stands SET pitch = '09:09' WHERE pitch = '10:05'",
        "UPDATE stands SET label = '77' WHERE pitch = '10:05'",
        "UPDATE contacts SET phone = '0209 9' WHERE person = 'Anna'",
        "UPDATE contacts SET until = '2026-01-01 00:00:00' WHERE person = 'Berta'",
    ],
)
def test_what_is_not_as_it_was_compared_is_not_overwritten(
    at_office: Office, fair: Fair, elsewhere: str
) -> None:
    at_office.take_in(
        table(
            FULL,
            "1;Alpha;Stadt A;Alt;10:05;Anna;Amt 1;0209 1",
            "2;Beta;Stadt B;Alt;10:10;Berta;Amt 2;0209 2",
        )
    )
    compared = at_office.compare(
        table(
            FULL,
            "1;Alpha;Stadt A;Neu;10:20;Anna;Amt 1;0209 3",
            "2;Beta;Stadt B;Alt;10:10;Nina;Amt 2;0209 2",
        )
    )
    fair.sql(elsewhere)
    before = fair.everything()
    with pytest.raises(Refused, match="list_stale"):
        at_office.confirm(compared)
    assert fair.everything() == before
