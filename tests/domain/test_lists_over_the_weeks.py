"""Stand lists as they come over the weeks: what somebody mended stays, nobody is doubled, and what
nobody can know is asked.
"""

import pytest

from exchange.domain import contacts, projects, stands, undo
from exchange.domain.stand_lists import sentences
from exchange.domain.stand_lists.cells import Problem
from tests.support.fair import TOUR, Fair
from tests.support.lists import BO, Office, office, table
from tests.support.organising import BY, do

HEAD = "Stand;Projekt;Partner;Kurzbeschreibung;Ort;Pitch;Minuten"
FIRST = table(HEAD, "1;A;Stadt A;Was es ist;Foyer;10:00;3", "2;B;Stadt B;Anderes;Saal;10:05;3")
PEOPLE = "Stand;Projekt;Partner;Ansprechperson;Funktion;E-Mail;Telefon"
KIM = "1;A;Stadt A;Kim Muster;Leitung;kim@example.org;0209 1"


@pytest.fixture
def at_office(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> Office:
    return office(fair, monkeypatch)


def mend_summary(office: Office, words: str, label: str = "1") -> int:
    project = office.stands()[label]["project_id"]
    return do(office.fair, projects.edit, project, {"summary": words})


def contacts_at(office: Office, label: str = "1") -> list[tuple[str | None, ...]]:
    return [
        (one["person"], one["function"], one["email"], one["phone"])
        for one in office.stands()[label]["contacts"]
    ]


# What somebody mended by hand


def test_what_was_mended_stays_through_every_list_that_follows(at_office: Office) -> None:
    at_office.take_in(FIRST)
    mend_summary(at_office, "Berichtigt")
    for _ in range(2):
        at_office.take_in(
            table(HEAD, "1;A;Stadt A;Was es ist;Foyer;10:00;4", "2;B;Stadt B;Neu;Saal;10:05;3")
        )
        assert at_office.stands()["1"]["summary"] == "Berichtigt"
    assert at_office.stands()["2"]["summary"] == "Neu"


def test_what_a_list_overwrote_is_the_lists_again(at_office: Office) -> None:
    at_office.take_in(FIRST)
    mend_summary(at_office, "Berichtigt")
    at_office.take_in(FIRST, mode="overwrite")
    at_office.take_in(table(HEAD, "1;A;Stadt A;Ganz neu;Foyer;10:00;3"))
    assert at_office.stands()["1"]["summary"] == "Ganz neu"


def test_a_mending_that_was_taken_back_is_none(at_office: Office) -> None:
    at_office.take_in(FIRST)
    change = mend_summary(at_office, "Berichtigt")
    with at_office.fair.app.app_context():
        undo.undo_of_series(at_office.fair.series_id(TOUR), change, by=BY)
    at_office.take_in(table(HEAD, "1;A;Stadt A;Neu;Foyer;10:00;3"))
    assert at_office.stands()["1"]["summary"] == "Neu"


def test_only_the_fields_that_were_mended_stay(at_office: Office) -> None:
    at_office.take_in(FIRST)
    project = at_office.stands()["1"]["project_id"]
    do(at_office.fair, projects.edit, project, {"status": "im Betrieb"})
    at_office.take_in(table(HEAD, "1;A;Stadt A;Neu;Foyer;10:00;3"))
    assert at_office.stands()["1"]["summary"] == "Neu"


def test_what_was_emptied_by_hand_is_not_filled_again(at_office: Office) -> None:
    at_office.take_in(table(PEOPLE, KIM))
    known = at_office.stands()["1"]["contacts"][0]
    edited = {"phone": ""}
    do(at_office.fair, contacts.edit, known["project_id"], known["id"], edited)
    compared = at_office.compare(table(PEOPLE, KIM))
    assert compared.row(2)["kept"] == {"phone": [None, "0209 1"]}
    at_office.confirm(compared)
    assert contacts_at(at_office) == [("Kim Muster", "Leitung", "kim@example.org", None)]


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ({"place": "Galerie"}, {"place": ["Galerie", "Foyer"]}),
        ({"pitch": "11:30"}, {"pitch": ["11:30", "10:00"]}),
        ({"minutes": "7"}, {"minutes": ["7", "3"]}),
    ],
)
def test_place_and_pitch_that_were_mended_stay(
    at_office: Office, fair: Fair, values: dict[str, str], kept: dict[str, list[str]]
) -> None:
    at_office.take_in(FIRST)
    stand = at_office.stands()["1"]
    column = {"minutes": "pitch_minutes"}.get(next(iter(values)), next(iter(values)))
    if column == "place":
        do(fair, stands.edit, fair.event_id(BO), stand["id"], values)
    else:
        from exchange.domain.changes import Subject, change
        from exchange.models import Stand

        with (
            fair.app.app_context(),
            change(fair.event_id(BO), "set-up", Subject("stand", stand["id"]), BY) as under_way,
        ):
            record = under_way.session.get_one(Stand, stand["id"])
            under_way.remember(record)
            value = next(iter(values.values()))
            setattr(record, column, int(value) if column == "pitch_minutes" else value)
    compared = at_office.compare(FIRST)
    assert compared.row(2)["kept"] == kept
    at_office.confirm(compared)
    assert str(at_office.stands()["1"][column]) == next(iter(values.values()))
    at_office.take_in(FIRST, mode="overwrite")
    assert at_office.stands()["1"][column] == stand[column]


def test_the_place_of_a_stand_that_moves_is_the_lists(at_office: Office, fair: Fair) -> None:
    at_office.take_in(FIRST)
    code, id_ = (at_office.stands()["1"][name] for name in ("code", "id"))
    do(fair, stands.edit, fair.event_id(BO), id_, {"place": "Galerie"})
    at_office.take_in(table(HEAD, "9;A;Stadt A;Was es ist;Treppe;10:00;3"))
    assert (at_office.stands()["9"]["code"], at_office.stands()["9"]["place"]) == (code, "Treppe")


def test_what_was_typed_before_the_first_list_says_nothing_against_one(
    at_office: Office, fair: Fair
) -> None:
    do(fair, projects.add, fair.series_id(TOUR), {"title": "A", "summary": "Getippt"})
    at_office.take_in(FIRST)
    assert at_office.stands()["1"]["summary"] == "Was es ist"


# Contacts


@pytest.mark.parametrize(
    ("head", "row", "after"),
    [
        (
            "Stand;Projekt;Partner;Ansprechperson;E-Mail",
            "1;A;Stadt A;Kim Muster;neu@example.org",
            [("Kim Muster", "Leitung", "neu@example.org", "0209 1")],
        ),
        (
            "Stand;Projekt;Partner;Ansprechperson;E-Mail",
            "1;A;Stadt A;Alex Neu;alex@example.org",
            [("Alex Neu", "Leitung", "alex@example.org", "0209 1")],
        ),
        (
            "Stand;Projekt;Partner;Telefon",
            "1;A;Stadt A;0209 2",
            [("Kim Muster", "Leitung", "kim@example.org", "0209 2")],
        ),
        (
            "Stand;Projekt;Partner;E-Mail",
            "1;A;Stadt A;neu@example.org",
            [("Kim Muster", "Leitung", "neu@example.org", "0209 1")],
        ),
        (
            PEOPLE,
            "1;A;Stadt A;Alex Neu;;alex@example.org;",
            [("Alex Neu", "Leitung", "alex@example.org", "0209 1")],
        ),
        (
            PEOPLE,
            "1;A;Stadt A;Alex Neu;Technik;;",
            [
                ("Alex Neu", "Technik", None, None),
                ("Kim Muster", "Leitung", "kim@example.org", "0209 1"),
            ],
        ),
    ],
)
def test_a_list_that_says_no_function_doubles_nobody(
    at_office: Office, head: str, row: str, after: list[tuple[str | None, ...]]
) -> None:
    at_office.take_in(table(PEOPLE, KIM))
    at_office.take_in(table(head, row))
    assert contacts_at(at_office) == after


def test_a_list_of_telephone_numbers_ends_no_contact(at_office: Office) -> None:
    at_office.take_in(table(PEOPLE, KIM, "1;A;Stadt A;Jo;Technik;jo@example.org;0209 3"))
    at_office.take_in(table("Stand;Projekt;Partner;Telefon", "1;A;Stadt A;0209 2"), mode="clear")
    assert contacts_at(at_office) == [
        ("Kim Muster", "Leitung", "kim@example.org", "0209 2"),
        ("Jo", "Technik", "jo@example.org", "0209 3"),
    ]
    at_office.take_in(table("Stand;Projekt;Partner;Telefon", "1;A;Stadt A;"), mode="clear")
    assert contacts_at(at_office)[0] == ("Kim Muster", "Leitung", "kim@example.org", None)


def test_a_row_that_stands_twice_is_one_contact(at_office: Office) -> None:
    compared = at_office.compare(table(PEOPLE, KIM, KIM))
    assert compared.words() == {}
    assert compared.row(3)["same_as"] == 2
    assert compared.summary == {"new": 1, "same": 1}
    at_office.confirm(compared)
    assert len(contacts_at(at_office)) == 1
    assert at_office.compare(table(PEOPLE, KIM, KIM)).summary == {"same": 2}


def test_a_project_at_two_stands_in_two_rows_has_its_contact_once(at_office: Office) -> None:
    two = table(PEOPLE, KIM, "2;A;Stadt A;Kim Muster;Leitung;;")
    at_office.take_in(two)
    assert contacts_at(at_office) == [("Kim Muster", "Leitung", "kim@example.org", "0209 1")]
    assert at_office.compare(two).summary == {"same": 2}


def test_two_people_with_one_address_are_two_contacts(at_office: Office) -> None:
    at_office.take_in(table(PEOPLE, KIM, "1;A;Stadt A;Jo Neu;Technik;kim@example.org;"))
    assert [one[0] for one in contacts_at(at_office)] == ["Kim Muster", "Jo Neu"]


# What nobody can know


KEYED = "Stand;Kürzel;Projekt;Partner"


def test_a_key_against_title_and_partner_is_asked(at_office: Office) -> None:
    at_office.take_in(table(KEYED, "1;K1;A;Stadt A", "2;K2;B;Stadt B"))
    before = at_office.stands()
    crossed = table(KEYED, "1;K2;A;Stadt A", "2;K1;B;Stadt B")
    asked = at_office.compare(crossed)
    assert asked.words() == {2: [("project", "asked_which")], 3: [("project", "asked_which")]}
    with at_office.fair.app.app_context():
        said = sentences.sentence(Problem(**asked.row(2)["problems"][0]))
    assert "„B“ (Stadt B) [2]; „A“ (Stadt A) [1]" in said
    ids = {label: stand["project_id"] for label, stand in before.items()}
    keys = at_office.compare(
        crossed, answers={"2": f"project:{ids['1']}", "3": f"project:{ids['2']}"}
    )
    assert keys.words() == {}
    done = at_office.confirm(keys)
    after = at_office.stands()
    assert {label: (one["project_id"], one["key"]) for label, one in after.items()} == {
        "1": (ids["1"], "K2"),
        "2": (ids["2"], "K1"),
    }
    at_office.undo(done)
    assert at_office.stands() == before


def test_keys_that_differ_in_case_and_blanks_are_one_at_a_stand_too(at_office: Office) -> None:
    head = "Stand;Kürzel;Projekt;Partner;Ansprechperson"
    two = table(head, "1;K 1;A;Stadt A;Kim", "1;k1;A;Stadt A;Jo")
    assert at_office.compare(two).words() == {}
    assert at_office.compare(two).summary == {"new": 2}


def test_a_key_that_another_project_has_is_said_where_it_is_given(at_office: Office) -> None:
    at_office.take_in(table(KEYED, "1;K1;A;Stadt A", "2;K2;B;Stadt B"))
    a = at_office.stands()["1"]["project_id"]
    compared = at_office.compare(table(KEYED, "1;k 2;A;Stadt A"), answers={"2": f"project:{a}"})
    assert compared.words() == {2: [("key", "key_taken")]}


def test_renamed_and_moved_is_asked_where_questions_would_be_left_behind(
    at_office: Office, fair: Fair
) -> None:
    at_office.take_in(FIRST)
    later = table(HEAD, "9;A, zweiter Teil;Stadt A;;;;", "2;B;Stadt B;;;;")
    assert at_office.compare(later).summary == {"new": 1, "same": 1}
    fair.ask(at_office.stands()["1"]["code"])
    asked = at_office.compare(later)
    assert asked.words() == {2: [("project", "asked_gone")]}
    moved = at_office.compare(later, answers={"2": "stand:1"})
    assert (moved.summary, moved.found["missing"]) == ({"moved": 1, "same": 1}, [])
    assert at_office.compare(later, answers={"2": "new"}).found["missing"] == ["1"]


def test_the_names_of_the_columns_may_stand_there_again(at_office: Office) -> None:
    head = "Stand;Projekt;Partner"
    compared = at_office.compare(table(head, "1;A;Stadt A", "", head, "2;B;Stadt B"))
    assert compared.summary == {"new": 2}


# Rows that are left out


def test_a_row_that_is_left_out_changes_nothing_and_hides_nothing(at_office: Office) -> None:
    at_office.take_in(FIRST)
    before = at_office.stands()
    data = table(HEAD, "1;A;Stadt A;Neu;Foyer;10:00;3", "2;B;Stadt B;Neu;Saal;35 Uhr;3")
    assert at_office.compare(data).words() == {3: [("pitch", "time")]}
    compared = at_office.compare(data, answers={"3": "skip"})
    assert (compared.words(), compared.summary) == ({}, {"changed": 1, "same": 1})
    assert compared.row(3)["left_out"]
    assert compared.found["missing"] == []
    at_office.confirm(compared)
    assert at_office.stands()["1"]["summary"] == "Neu"
    assert at_office.stands()["2"] == before["2"]


def test_a_label_twice_is_once_when_either_row_is_left_out(at_office: Office) -> None:
    data = table("Stand;Projekt;Partner", "1;A;Stadt A", "1;B;Stadt B", "2;C;Stadt C")
    for row, label in (("2", "B"), ("3", "A")):
        compared = at_office.compare(data, answers={row: "skip"})
        assert (compared.words(), compared.summary) == ({}, {"new": 2, "same": 1})
        assert compared.row(5 - int(row))["project"] == label
    three = table("Stand;Projekt;Partner", "1;A;Stadt A", "1;B;Stadt B", "1;C;Stadt C")
    compared = at_office.compare(three, answers={"2": "skip"})
    assert compared.words() == {4: [("label", "label_twice")]}


def test_a_stand_is_not_given_away_by_a_row_that_is_left_out(at_office: Office) -> None:
    at_office.take_in(FIRST)
    data = table("Stand;Projekt;Partner", "2;A;Stadt A", "5;B;Stadt B")
    compared = at_office.compare(data, answers={"3": "skip"})
    assert compared.words() == {2: [("label", "place_taken")]}
