"""Stand lists against what stands: what they would change, taking them in, and taking it back."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from exchange.domain.refusals import Refused
from exchange.domain.stand_lists import sentences
from exchange.domain.stand_lists.cells import Problem
from tests.support.fair import AC, AC_ROBO, GE, ROBO, Fair
from tests.support.lists import BO, Office, expected, of_file, office, table

GOOD = (
    *("stands.csv", "stands-comma-bom.csv", "stands-excel-de.csv", "stands-office.xlsx"),
    *("stands.xls", "stands.ods", "stands.xlsx", "stands-pasted.tsv", "stands-name-parts.csv"),
    *("stands-en-booths.csv", "stands-broken-utf16.csv", "stands-broken-xlsx-renamed.csv"),
    *("stands-blank-cells.csv", "stands-two-contacts.csv"),
)
HEAD = "Stand;Projekt;Partner;Ansprechperson;Funktion;E-Mail;Telefon;Pitch"


@pytest.fixture
def at_office(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> Office:
    return office(fair, monkeypatch)


def squeezed(text: str | None) -> str:
    return "".join((text or "").split())


def titles(found: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {label: one["title"] for label, one in found.items()}


# Whole lists


@pytest.mark.parametrize("name", GOOD)
def test_every_good_list_comes_in_with_the_twelve_projects_whole(
    at_office: Office, name: str
) -> None:
    compared = at_office.compare(of_file(name))
    columns = set(compared.found["columns"].values())
    at_office.take_in(of_file(name))
    by_title = {one["title"]: one for one in at_office.stands().values()}
    assert by_title.keys() == {one["Projekt"] for one in expected()}
    for row in expected():
        found = by_title[row["Projekt"]]
        contact = found["contacts"][0] if found["contacts"] else {}
        told = {
            "partner": (found["partner"], row["Kommune / Partner"]),
            "summary": (found["summary"], row["Kurzbeschreibung"]),
            "field": (found["field"], row["Handlungsfeld"]),
            "pitch": (found["pitch"], row["Pitch-Zeit"]),
            "person": (contact.get("person"), row["Ansprechperson"]),
            "function": (contact.get("function"), row["Funktion"]),
            "email": (contact.get("email"), row["E-Mail"]),
            "phone": (contact.get("phone"), row["Telefon"]),
        }
        if name != "stands-en-booths.csv":
            assert found["label"] == row["Stand-Nr."].lstrip("0")
        blank = {"summary", "phone", "person"} if name == "stands-blank-cells.csv" else set()
        for field, (is_there, wanted) in told.items():
            if field in columns and field not in blank:
                assert squeezed(is_there) == squeezed(wanted), (row["Projekt"], field)
    # And once more: there is nothing left to do.
    again = at_office.compare(of_file(name))
    assert set(again.summary) == {"same"}
    assert at_office.confirm(again) is None


def test_new_stands_have_codes_passes_and_counters(at_office: Office, fair: Fair) -> None:
    at_office.take_in(of_file("stands.csv"))
    now = fair.everything()
    made = at_office.stands()
    assert len({one["code"] for one in made.values()}) == 12
    ids = {one["id"] for one in made.values()}
    assert {one["stand_id"] for one in now["passes"] if one["role"] == "presenter"} >= ids
    assert {one["owner_id"] for one in now["revisions"] if one["kind"] == "stand"} >= ids
    # Stand 10 has no contact, and so no pass of one.
    of_contacts = {one["project_id"] for one in now["passes"] if one["role"] == "contact"}
    having = {label for label, one in made.items() if one["project_id"] in of_contacts}
    assert having == made.keys() - {"10"}
    codes = [one["code"] for one in now["projects"]]
    assert len(codes) == len(set(codes))
    assert "digitaler-bauantrag" in codes


def test_the_evening_before_moves_renames_adds_and_keeps(at_office: Office, fair: Fair) -> None:
    at_office.take_in(of_file("stands.csv"))
    before = at_office.stands()
    asked = fair.ask(before["3"]["code"], "Was kostet die Laterne?")
    compared = at_office.compare(of_file("stands-evening-before.csv"))
    assert compared.summary == {"new": 1, "changed": 1, "same": 8, "moved": 2}
    assert compared.found["missing"] == ["9"]
    assert compared.row(4)["changes"] == {"label": ["3", "7"]}
    assert compared.row(6)["changes"]["project"] == [
        "Ratsinformationssystem mobil",
        "Ratsinformationssystem mobil (neu)",
    ]
    outcome = at_office.confirm(compared)
    after = at_office.stands()
    assert after["7"]["title"] == "Smarte Straßenlaterne"
    assert (after["7"]["id"], after["7"]["code"]) == (before["3"]["id"], before["3"]["code"])
    assert (after["3"]["id"], after["3"]["code"]) == (before["7"]["id"], before["7"]["code"])
    assert fair.card(asked).stand.label == "7"
    assert after["5"]["title"] == "Ratsinformationssystem mobil (neu)"
    assert after["5"]["id"] == before["5"]["id"]
    assert after["9"] == before["9"]
    assert after["13"]["title"] == "Nachzügler: Digitale Fundkiste"
    # One undo, and once more.
    at_office.undo(outcome)
    assert at_office.stands() == before
    again = at_office.compare(of_file("stands-evening-before.csv"))
    assert again.summary == compared.summary
    at_office.confirm(again)
    assert titles(at_office.stands()) == titles(after)
    # What was printed for stand 13 still leads there.
    assert at_office.stands()["13"]["code"] == after["13"]["code"]


def test_two_contacts_and_two_places(at_office: Office) -> None:
    at_office.take_in(of_file("stands-two-contacts.csv"))
    first = at_office.stands()["1"]
    assert [one["person"] for one in first["contacts"]] == ["Berta Bauplan", "Vera Vertretung"]


def test_one_project_at_two_places_is_two_stands(at_office: Office) -> None:
    at_office.take_in(of_file("stands-two-places.csv"))
    found = at_office.stands()
    assert found["3"]["project_id"] == found["4"]["project_id"]
    assert found["3"]["code"] != found["4"]["code"]
    # It is pitched once.
    assert (found["3"]["pitch"], found["4"]["pitch"]) == ("10:15", None)
    assert at_office.compare(of_file("stands-two-places.csv")).summary == {"same": 11}


BROKEN = {
    "stands-broken-binary.csv": "list_kind",
    "stands-broken-empty.csv": "list_empty",
    "stands-broken-header-only.csv": "list_no_rows",
    "stands-broken-missing-column.csv": "list_no_project",
    "stands-broken-unclosed-quote.csv": "list_quote",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_list_that_cannot_be_read_is_one_sentence(at_office: Office, name: str) -> None:
    refused = at_office.compare(of_file(name)).refused
    assert refused
    assert refused.word == BROKEN[name]
    with at_office.fair.app.app_context():
        assert refused.message


def test_a_list_without_labels_is_one_sentence_too(at_office: Office) -> None:
    refused = at_office.compare(table("Projekt;Partner", "A;Stadt A", "B;Stadt B")).refused
    assert refused
    assert refused.word == "list_no_label"


def test_two_projects_at_one_stand_are_said_and_nothing_comes_in(at_office: Office) -> None:
    compared = at_office.compare(of_file("stands-broken-duplicate-numbers.csv"))
    assert compared.summary["refused"] == 3
    assert compared.words()[7] == [("label", "label_twice")]


def test_formulas_are_text_and_a_plus_before_a_number_stays(at_office: Office) -> None:
    at_office.take_in(of_file("stands-broken-formula.csv"))
    found = at_office.stands()
    assert found["1"]["title"] == "=1+1"
    assert found["4"]["contacts"][0]["phone"] == "+49 221 4710104"
    assert found["3"]["contacts"][0]["person"].startswith("@SUM")


def test_a_header_twice_is_asked_for_and_answered_by_hand(at_office: Office) -> None:
    data = table("Stand;Projekt;Telefon;Telefon", "1;A;0209 1;0209 2")
    refused = at_office.compare(data).refused
    assert refused
    assert (refused.word, refused.details["meaning"]) == ("list_unclear", "Telefon")
    compared = at_office.compare(data, columns={"Telefon (2)": "phone"})
    assert compared.row(2)["changes"]["phone"] == [None, "0209 2"]


def test_a_column_is_remembered_for_the_series(at_office: Office, fair: Fair) -> None:
    data = table("Wo;Was;Stand", "1;A;laufend")
    told = {"Wo": "label", "Was": "project", "Stand": "status"}
    at_office.confirm(at_office.compare(data, columns=told), columns=told)
    assert at_office.stands()["1"]["status"] == "laufend"
    assert at_office.compare(data).summary == {"same": 1}


def test_stand_0_is_everybodys(at_office: Office) -> None:
    compared = at_office.compare(table("Stand;Projekt", "0;A", "1;C"))
    assert compared.words() == {2: [("label", "label_reserved")]}


def test_labels_that_differ_in_blanks_case_and_zeros_are_one(at_office: Office) -> None:
    at_office.take_in(table("Stand;Projekt", "A 12;A", "007;B"))
    again = at_office.compare(table("Stand;Projekt", "a12;A", "7;B"))
    assert again.summary == {"same": 2}
    twice = at_office.compare(table("Stand;Projekt", "A 12;A", "a12;B"))
    assert twice.words() == {3: [("label", "label_twice")]}


def test_a_title_of_300_characters_is_fine_and_one_of_401_is_not(at_office: Office) -> None:
    at_office.take_in(table("Stand;Projekt", "1;" + "x" * 300))
    assert len(at_office.stands()["1"]["title"]) == 300
    too_long = at_office.compare(table("Stand;Projekt", "1;" + "x" * 401))
    assert ("project", "too_long") in too_long.words()[2]


def test_a_day_in_the_past_takes_a_list(at_office: Office, fair: Fair) -> None:
    fair.sql(f"UPDATE events SET date = '{dt.date(2020, 1, 1)}' WHERE code = '{BO}'")
    at_office.take_in(table("Stand;Projekt", "1;A"))
    assert titles(at_office.stands()) == {"1": "A"}


# Who is meant


LIST = (HEAD, "1;A;Stadt A;;;;;", "2;B;Stadt B;;;;;")


def test_by_key_a_project_is_known_whatever_it_is_called(at_office: Office) -> None:
    at_office.take_in(table("Stand;ID;Projekt;Partner", "1;P-1;A;Stadt A", "2;P-2;B;Stadt B"))
    compared = at_office.compare(
        table("Stand;ID;Projekt;Partner", "2;p-1;Ganz anders;Stadt C", "1;P-2;B;Stadt B")
    )
    assert compared.row(2)["changes"] == {
        "label": ["1", "2"],
        "project": ["A", "Ganz anders"],
        "partner": ["Stadt A", "Stadt C"],
    }
    assert compared.row(2)["action"] == "moved"


def test_the_same_partner_at_its_stand_has_renamed_its_project(at_office: Office) -> None:
    at_office.take_in(table(*LIST))
    compared = at_office.compare(table(HEAD, "1;A, zweiter Teil;Stadt A;;;;;", LIST[2]))
    assert (compared.row(2)["action"], list(compared.row(2)["changes"])) == ("changed", ["project"])


def test_another_title_and_partner_at_a_stand_is_asked_and_both_can_be_meant(
    at_office: Office,
) -> None:
    at_office.take_in(table(*LIST))
    before = at_office.stands()
    data = table(HEAD, "1;C;Stadt C;;;;;", LIST[2])
    asked = at_office.compare(data)
    assert asked.words() == {2: [("project", "asked_renamed")]}
    assert [one["project"] for one in asked.row(2)["asked"]["choices"]] == ["A"]
    with at_office.fair.app.app_context():
        assert "„A“" in sentences.sentence(Problem(**asked.row(2)["problems"][0]))
    renamed = at_office.compare(data, answers={"2": "stand:1"})
    assert renamed.row(2)["changes"] == {"project": ["A", "C"], "partner": ["Stadt A", "Stadt C"]}
    another = at_office.compare(data, answers={"2": "new"})
    assert (another.summary, another.found["leaving"]) == ({"new": 1, "same": 1}, ["1"])
    outcome = at_office.confirm(another)
    after = at_office.stands()
    assert after["1"]["title"] == "C"
    assert after["1"]["code"] != before["1"]["code"]
    at_office.undo(outcome)
    assert at_office.stands() == before


def test_a_project_that_is_elsewhere_in_the_list_frees_its_stand(at_office: Office) -> None:
    at_office.take_in(table(*LIST))
    compared = at_office.compare(table(HEAD, "1;C;Stadt C;;;;;", LIST[2], "9;A;Stadt A;;;;;"))
    assert compared.summary == {"new": 1, "same": 1, "moved": 1}
    at_office.confirm(compared)
    assert titles(at_office.stands()) == {"1": "C", "2": "B", "9": "A"}


def test_one_that_moves_to_a_missing_ones_stand_asks_whether_that_may_leave(
    at_office: Office, fair: Fair
) -> None:
    at_office.take_in(table(*LIST))
    data = table(HEAD, "2;A;Stadt A;;;;;")
    assert at_office.compare(data).words() == {2: [("label", "place_taken")]}
    freed = at_office.compare(data, freed=("2",))
    assert freed.summary == {"moved": 1}
    # Where somebody asked, it does not leave.
    fair.ask(at_office.stands()["2"]["code"])
    assert at_office.compare(data, freed=("2",)).words() == {2: [("label", "place_asked")]}


def test_the_same_title_of_another_partner_elsewhere_is_asked(at_office: Office) -> None:
    at_office.take_in(table(*LIST))
    compared = at_office.compare(table(HEAD, "8;A;Stadt Z;;;;;", LIST[2]))
    assert compared.words() == {2: [("project", "asked_partner")]}
    assert at_office.compare(
        table(HEAD, "8;A;Stadt Z;;;;;", LIST[2]), answers={"2": "new"}
    ).summary == {"new": 1, "same": 1}


def test_an_answer_that_fits_nothing_is_said(at_office: Office) -> None:
    at_office.take_in(table(*LIST))
    compared = at_office.compare(table(*LIST), answers={"2": "stand:77"})
    assert ("project", "answer") in compared.words()[2]


def test_a_project_of_another_city_is_used_again(at_office: Office, fair: Fair) -> None:
    projects = len(fair.rows("projects"))
    at_office.take_in(table("Stand;Projekt;Partner", "5;Projekt robo;Stadt robo"))
    assert len(fair.rows("projects")) == projects
    assert at_office.stands()["5"]["code"] != ROBO
    assert {one["project_id"] for one in fair.rows("stands") if one["code"] in (ROBO, AC_ROBO)} == {
        at_office.stands()["5"]["project_id"]
    }


def test_what_undo_took_out_comes_back_with_its_codes(at_office: Office) -> None:
    outcome = at_office.take_in(table(*LIST))
    before = at_office.stands()
    at_office.undo(outcome)
    assert at_office.stands() == {}
    at_office.take_in(table(*LIST))
    after = at_office.stands()
    assert {one["code"] for one in after.values()} == {one["code"] for one in before.values()}
    assert {one["project_id"] for one in after.values()} == {
        one["project_id"] for one in before.values()
    }


# Fields, contacts, modes


def test_a_changed_person_replaces_the_contact_and_history_stays(
    at_office: Office, fair: Fair
) -> None:
    at_office.take_in(table(HEAD, "1;A;Stadt A;Anna Alt;Amt 61;alt@example.org;0209 1;10:05"))
    compared = at_office.compare(table(HEAD, "1;A;Stadt A;Nina Neu;Amt 61;neu@example.org;;10:05"))
    assert compared.row(2)["changes"] == {
        "person": ["Anna Alt", "Nina Neu"],
        "email": ["alt@example.org", "neu@example.org"],
    }
    outcome = at_office.confirm(compared)
    old, new = fair.rows("contacts")[-2:]
    assert (old["person"], old["replaced_by_id"], old["until"] is None) == (
        "Anna Alt",
        new["id"],
        False,
    )
    assert (new["person"], new["phone"], new["until"]) == ("Nina Neu", "0209 1", None)
    at_office.undo(outcome)
    assert [one["person"] for one in at_office.stands()["1"]["contacts"]] == ["Anna Alt"]


FULL = table(
    HEAD + ";Kurzbeschreibung", "1;A;Stadt A;Anna;Amt 61;a@example.org;0209 1;10:05;Was es ist"
)
BLANK = table(HEAD + ";Kurzbeschreibung", "1;A;Stadt A;Anna;Amt 61;a@example.org;;;")


def test_blank_cells_erase_only_where_they_are_said_to(at_office: Office) -> None:
    at_office.take_in(FULL)
    for mode in ("fill", "overwrite"):
        assert at_office.compare(BLANK, mode=mode).summary == {"same": 1}
    compared = at_office.compare(BLANK, mode="clear")
    assert compared.row(2)["changes"] == {
        "summary": ["Was es ist", None],
        "pitch": ["10:05", None],
        "phone": ["0209 1", None],
    }
    at_office.confirm(compared)
    found = at_office.stands()["1"]
    assert (found["summary"], found["pitch"], found["contacts"][0]["phone"]) == (None, None, None)
    assert at_office.compare(BLANK, mode="clear").summary == {"same": 1}


def test_a_column_that_the_list_does_not_have_erases_nothing(at_office: Office) -> None:
    at_office.take_in(FULL)
    short = at_office.compare(table("Stand;Projekt;Partner", "1;A;Stadt A"), mode="clear")
    assert short.summary == {"same": 1}


def test_contacts_that_the_list_does_not_have_end_only_when_it_clears(at_office: Office) -> None:
    at_office.take_in(of_file("stands-two-contacts.csv"))
    assert at_office.compare(of_file("stands.csv")).summary == {"same": 12}
    compared = at_office.compare(of_file("stands.csv"), mode="clear")
    assert compared.row(2)["changes"]["person"] == ["Vera Vertretung", None]
    at_office.confirm(compared)
    assert len(at_office.stands()["1"]["contacts"]) == 1


def test_what_was_mended_since_the_last_list_stays_unless_overwritten(
    at_office: Office, fair: Fair
) -> None:
    at_office.take_in(FULL)
    project = at_office.stands()["1"]["project_id"]
    mend(fair, project, summary="Vom Partner berichtigt")
    compared = at_office.compare(FULL)
    assert compared.summary == {"same": 1}
    assert compared.row(2)["kept"] == {"summary": ["Vom Partner berichtigt", "Was es ist"]}
    over = at_office.compare(FULL, mode="overwrite")
    assert over.row(2)["changes"] == {"summary": ["Vom Partner berichtigt", "Was es ist"]}
    # A second list knows nothing of it any more: what it takes over is its own.
    at_office.confirm(over)
    assert at_office.compare(FULL).summary == {"same": 1}


def mend(fair: Fair, project_id: int, **values: str) -> None:
    """An organiser changes a project by hand."""
    from exchange.domain.changes import Actor, Subject, change
    from exchange.models import Project

    subject = Subject("project", project_id)
    with (
        fair.app.app_context(),
        change(fair.event_id(BO), "set-up", subject, Actor("organiser")) as under_way,
    ):
        project = under_way.session.get_one(Project, project_id)
        under_way.remember(project)
        for name, value in values.items():
            setattr(project, name, value)


# Confirming


def test_nothing_is_written_before_it_is_confirmed(at_office: Office, fair: Fair) -> None:
    before = fair.everything()
    at_office.compare(of_file("stands.csv"))
    assert fair.everything() == before


def test_the_second_of_two_organisers_is_told(at_office: Office, fair: Fair) -> None:
    mine, theirs = at_office.compare(of_file("stands.csv")), at_office.compare(table(*LIST))
    at_office.confirm(mine)
    before = fair.everything()
    with pytest.raises(Refused) as refused:
        at_office.confirm(theirs)
    assert refused.value.word == "list_stale"
    assert fair.everything() == before


def test_an_undo_of_somebody_makes_a_comparison_stale(at_office: Office) -> None:
    outcome = at_office.take_in(table(*LIST))
    compared = at_office.compare(table(HEAD, "3;A;Stadt A;;;;;"))
    at_office.undo(outcome)
    with pytest.raises(Refused, match="list_stale"):
        at_office.confirm(compared)


def test_questions_that_come_meanwhile_make_nothing_stale(at_office: Office, fair: Fair) -> None:
    compared = at_office.compare(table(*LIST))
    fair.act(fair.ask(ROBO), "shortlist")
    assert at_office.confirm(compared)


def test_the_same_press_again_gets_the_same_answer(at_office: Office) -> None:
    compared = at_office.compare(table(*LIST))
    key = "5b0f6a60-3a3f-4c0e-9a53-7f4f0a2d1c22"
    assert at_office.confirm(compared, key=key) == at_office.confirm(compared, key=key)
    assert len(at_office.stands()) == 2


def test_undo_is_refused_where_questions_came_or_something_followed(
    at_office: Office, fair: Fair
) -> None:
    outcome = at_office.take_in(table(*LIST))
    fair.ask(at_office.stands()["1"]["code"])
    with pytest.raises(Refused, match="asked") as refused:
        at_office.undo(outcome)
    with fair.app.app_context():
        assert "An Stand 1 wurden" in refused.value.message
    second = at_office.take_in(table(HEAD, "1;A;Stadt A;Anna;;;;;", LIST[2]))
    third = at_office.take_in(table(HEAD, "1;A;Stadt A;Anna;;;;11:11", LIST[2]))
    with pytest.raises(Refused):
        at_office.undo(outcome)
    at_office.undo(third)
    at_office.undo(second)


def test_other_events_and_series_are_as_they_were(at_office: Office, fair: Fair) -> None:
    before = {event: at_office.stands(event) for event in (GE, AC)}
    at_office.take_in(of_file("stands.csv"))
    assert {event: at_office.stands(event) for event in (GE, AC)} == before


def test_the_log_holds_one_row_for_a_list(at_office: Office, fair: Fair) -> None:
    before = len(fair.rows("changes"))
    at_office.take_in(of_file("stands.csv"))
    assert [one["verb"] for one in fair.rows("changes")[before:]] == ["import"]


def test_sixty_rows_take_few_more_statements_than_twelve(
    at_office: Office, tmp_path: Path, app: Any
) -> None:
    from sqlalchemy import event as sqlalchemy_event

    from exchange.database.connections import db

    def statements(rows: int) -> int:
        head = "Stand;Projekt;Partner;Ansprechperson;E-Mail"
        body = (f"{n};P{rows}-{n};S{n};A{n};a{n}@example.org" for n in range(1, rows + 1))
        compared = at_office.compare(table(head, *body))
        count = 0

        def one_more(*_: Any) -> None:
            nonlocal count
            count += 1

        with app.app_context():
            engine = db.engine
        sqlalchemy_event.listen(engine, "before_cursor_execute", one_more)
        outcome = at_office.confirm(compared)
        sqlalchemy_event.remove(engine, "before_cursor_execute", one_more)
        at_office.undo(outcome)
        return count

    assert statements(60) <= statements(12) + 3
