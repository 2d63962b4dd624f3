"""What a list finds that somebody has mended, answered or said before it came."""

from typing import Any

import pytest

from exchange.domain import contacts, events, projects
from exchange.domain.changes import Actor, Outcome
from exchange.domain.refusals import Refused
from exchange.queries import fair as fair_queries
from exchange.queries import readiness
from tests.support.entries import answer_beforehand, decide, prepared_at, project_id, propose
from tests.support.fair import GE, OTHER_TOUR, Fair
from tests.support.lists import BO, Compared, Office, office, table

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


def test_a_stand_that_comes_by_a_list_says_what_was_answered_beforehand(
    at_office: Office, fair: Fair
) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    at_office.take_in(table("Stand;Projekt;Partner", "1;Projekt robo;Stadt robo"))
    assert prepared_at(fair, at_office.stands()["1"]["code"]) == {"kosten": "Viel."}


# Whose names are not to be shown


NAMED = "Stand;Projekt;Partner;Ansprechperson;Funktion"


def names_shown(fair: Fair) -> set[str | None]:
    id_ = project_id(fair)
    with fair.app.app_context():
        return {contact.person for contact in fair_queries.contacts_of(id_)}


def test_whoever_follows_a_hidden_name_is_not_named_either(at_office: Office, fair: Fair) -> None:
    fair.sql("UPDATE contacts SET basis = 'hidden'")
    at_office.take_in(table(NAMED, "1;Projekt robo;Stadt robo;Nina Neu;Geschäftsstelle"))
    assert {row["person"] for row in fair.rows("contacts")} >= {"Nina Neu"}
    assert names_shown(fair) == {None}


def test_a_hidden_name_stays_so_where_a_list_writes_it_to_a_function(
    at_office: Office, fair: Fair
) -> None:
    id_, first = project_id(fair), fair.rows("contacts")[0]["id"]
    fair.sql("UPDATE contacts SET basis = 'hidden'")
    with fair.app.app_context():
        contacts.replace(id_, first, {"function": "Geschäftsstelle"}, by=BY)
    row = "1;Projekt robo;Stadt robo;Erika Muster;Geschäftsstelle"
    at_office.take_in(table(NAMED, row), mode="overwrite")
    (now,) = at_office.stands()["1"]["contacts"]
    assert (now["person"], now["basis"]) == ("Erika Muster", "hidden")
    assert names_shown(fair) == {None}


# What is there already


def test_a_project_that_was_taken_out_is_a_project_again(at_office: Office, fair: Fair) -> None:
    at_office.undo(at_office.take_in(LIST))
    at_office.take_in(LIST)
    (alpha,) = (row for row in fair.rows("projects") if row["title"] == "Alpha")
    assert not alpha["archived"]


def test_a_project_with_a_contact_more_keeps_its_one_pass(at_office: Office, fair: Fair) -> None:
    at_office.take_in(table(NAMED, "1;Projekt robo;Stadt robo;Nina Neu;Amt 61"))
    of_project = [row for row in fair.rows("passes") if row["project_id"] == project_id(fair)]
    assert len(at_office.stands()["1"]["contacts"]) == 2
    assert len(of_project) == 1


def test_a_list_outdates_the_sheets(at_office: Office, fair: Fair) -> None:
    event = fair.event_id(BO)
    with fair.app.app_context():
        events.note_sheets_printed(event, by=BY)
    at_office.take_in(LIST)
    with fair.app.app_context():
        found = readiness.found(event)
    assert found.stands_changed
    assert found.sheets_printed
    assert found.stands_changed > found.sheets_printed


@pytest.mark.parametrize("row", ["1;;P-1;Stadt A", "1;Alpha;;Stadt A"])
def test_blanks_erase_neither_title_nor_key(at_office: Office, fair: Fair, row: str) -> None:
    head = "Stand;Projekt;Kürzel;Partner"
    at_office.take_in(table(head, "1;Alpha;P-1;Stadt A"))
    assert at_office.compare(table(head, row), mode="clear").summary == {"same": 1}


def test_a_project_with_another_key_is_another_project(at_office: Office) -> None:
    head = "Stand;Projekt;Kürzel;Partner"
    at_office.take_in(table(head, "1;Alpha;P-1;Stadt A"))
    compared = at_office.compare(table(head, "7;Alpha;P-2;Stadt A"))
    assert compared.summary == {"new": 1}
    assert compared.found["missing"] == ["1"]


# Who follows whom


CALLED = "Stand;Projekt;Partner;Ansprechperson;Funktion;E-Mail"


@pytest.mark.parametrize(
    ("address", "stays"),
    [("amt61@example.org", "amt61@example.org"), ("a.alt@example.org", None)],
)
def test_an_address_stays_with_the_office_and_goes_with_the_person(
    at_office: Office, address: str, stays: str | None
) -> None:
    at_office.take_in(table(CALLED, f"1;Alpha;Stadt A;Anna Alt;Amt 61;{address}"))
    at_office.take_in(table(CALLED, "1;Alpha;Stadt A;Nina Neu;Amt 61;"))
    (now,) = at_office.stands()["1"]["contacts"]
    assert (now["person"], now["email"]) == ("Nina Neu", stays)


def test_a_new_contact_stands_where_the_list_has_it(at_office: Office) -> None:
    at_office.take_in(table(CALLED, "1;Alpha;Stadt A;Anna;Amt 1;a@example.org"))
    at_office.take_in(
        table(
            CALLED,
            "1;Alpha;Stadt A;Nina;Amt 2;n@example.org",
            "1;Alpha;Stadt A;Anna;Amt 1;a@example.org",
        )
    )
    assert [one["person"] for one in at_office.stands()["1"]["contacts"]] == ["Nina", "Anna"]


def test_a_contact_that_was_mended_or_ended_by_hand_stays_so(at_office: Office, fair: Fair) -> None:
    data = table(
        CALLED,
        "1;Alpha;Stadt A;Anna;Amt 1;a@example.org",
        "1;Alpha;Stadt A;Berta;Amt 2;b@example.org",
    )
    at_office.take_in(data)
    anna, berta = at_office.stands()["1"]["contacts"]
    with fair.app.app_context():
        contacts.edit(anna["project_id"], anna["id"], {"email": "neu@example.org"}, by=BY)
        contacts.archive(berta["project_id"], berta["id"], by=BY)
    assert at_office.confirm(at_office.compare(data)) is None
    (now,) = at_office.stands()["1"]["contacts"]
    assert (now["person"], now["email"]) == ("Anna", "neu@example.org")


# What is asked


def test_one_of_two_projects_of_the_same_title_is_asked_for(at_office: Office, fair: Fair) -> None:
    head = "Stand;Projekt;Partner"
    at_office.take_in(table(head, "1;Alpha;Stadt A", "2;Alpha;Stadt B"))
    data = table("Stand;Projekt", "7;Alpha")
    compared = at_office.compare(data)
    assert compared.words() == {2: [("project", "asked_which")]}
    choices = compared.row(2)["asked"]["choices"]
    assert [(one["label"], one["partner"]) for one in choices] == [
        ("1", "Stadt A"),
        ("2", "Stadt B"),
    ]
    answered = at_office.compare(data, answers={"2": choices[1]["answer"]})
    assert answered.row(2)["changes"] == {"label": ["2", "7"]}


def test_a_stand_of_a_project_that_the_list_does_not_have_can_be_freed_by_an_answer(
    at_office: Office,
) -> None:
    head = "Stand;Projekt;Partner"
    at_office.take_in(table(head, "1;Alpha;Stadt A", "2;Beta;Stadt B"))
    (choice,) = at_office.compare(table(head, "2;Alpha;Stadt A")).row(2)["asked"]["choices"]
    assert (choice["answer"], choice["project"]) == ("free:2", "Beta")


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
