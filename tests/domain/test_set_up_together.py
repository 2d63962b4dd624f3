"""What verbs, lists, entries and undo of organisers do to each other: nothing is left half."""

from typing import Any

import pytest

from exchange.domain import contacts, events, projects, round, series, stands, undo
from exchange.domain.refusals import Refused
from exchange.models import Phase, Role
from exchange.queries import fair as fair_queries
from exchange.queries import passes, people, pitches, readiness
from tests.support.entries import answer_beforehand, decide, prepared_at, project_id, propose
from tests.support.fair import AC, AC_ROBO, BAU, GE, ROBO, TOUR, Fair
from tests.support.lists import BO, Office, office, table
from tests.support.organising import BY, do
from tests.support.statements import counting_statements


def back(fair: Fair, change: int, event: str | None = None) -> None:
    with fair.app.app_context():
        if event is None:
            tour = fair.series_id()
            undo.undo_of_series(tour, change, by=BY)
        else:
            undo.undo(fair.event_id(event), change, by=BY)


def shown(fair: Fair, project: str = "robo") -> list[tuple[str | None, str | None]]:
    id_ = project_id(fair, project)
    with fair.app.app_context():
        return [(one.function, one.person) for one in fair_queries.contacts_of(id_)]


@pytest.fixture
def at_office(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> Office:
    return office(fair, monkeypatch)


HEAD = "Stand;Projekt;Partner;Ansprechperson;Funktion"
ROW = "1;Projekt robo;Stadt robo;{};Geschäftsstelle"


# A name that is not to be shown


@pytest.mark.parametrize("mode", ["fill", "overwrite", "clear"])
def test_a_list_brings_back_no_name_that_was_hidden(
    fair: Fair, at_office: Office, mode: str
) -> None:
    id_ = project_id(fair)
    first = fair.rows("contacts")[0]["id"]
    do(fair, contacts.edit, id_, first, {"basis": "hidden"})
    do(fair, contacts.replace, id_, first, {"function": "Geschäftsstelle", "person": "Kim Neu"})
    at_office.take_in(table(HEAD, ROW.format("Erika Muster")), mode=mode)
    assert "Erika Muster" not in {person for _, person in shown(fair)}


def test_a_list_never_erases_the_function_of_a_hidden_name(fair: Fair, at_office: Office) -> None:
    id_, first = project_id(fair), fair.rows("contacts")[0]["id"]
    do(fair, contacts.edit, id_, first, {"basis": "hidden"})
    at_office.take_in(table(HEAD, "1;Projekt robo;Stadt robo;Erika Muster;"), mode="clear")
    assert shown(fair) == [("Geschäftsstelle", None)]


# Undo


def test_a_contact_that_is_taken_again_after_an_undo_has_a_pass(fair: Fair) -> None:
    fair.enter("preparing")
    fair.sql("DELETE FROM passes WHERE role = 'contact'")
    fair.sql("DELETE FROM contacts")
    one = {"id": None, "function": "Amt", "person": None, "email": None, "phone": None}
    one |= {"role": None, "basis": "public_function"}
    propose(fair, contacts=[one])
    taken = decide(fair)
    assert taken
    back(fair, taken.change, GE)
    decide(fair)
    id_ = project_id(fair)
    with fair.app.app_context():
        assert not people.passes_of_projects([id_])[id_].revoked


def test_an_undo_leaves_no_stand_with_a_project_that_is_archived(fair: Fair) -> None:
    tour = fair.series_id()
    made = do(fair, projects.add, tour, {"title": "Neues Projekt"})
    code = fair.rows("projects")[-1]["code"]
    do(fair, stands.add, fair.event_id(), {"label": "9", "project": code})
    with pytest.raises(Refused) as refused:
        back(fair, made)
    assert refused.value.word == "built_upon"
    assert not fair.rows("projects")[-1]["archived"]


def test_an_undo_brings_no_stand_back_whose_project_was_archived_since(fair: Fair) -> None:
    gone = do(fair, stands.archive, fair.event_id(), fair.stand_id(BAU))
    do(fair, projects.archive, project_id(fair, "bau"))
    with pytest.raises(Refused) as refused:
        back(fair, gone, GE)
    assert refused.value.word == "built_upon"
    assert next(row for row in fair.rows("stands") if row["code"] == BAU)["archived"]


def test_a_moderators_undo_reads_nothing_of_what_is_set_up(fair: Fair) -> None:
    def statements() -> int:
        change = fair.act(fair.ask(), "shortlist").change
        with counting_statements(fair.app) as used:
            fair.undo(change)
        return len(used)

    few = statements()
    answer_beforehand(fair, "robo", kosten="Viel.", recht="Einen Vertrag.")
    assert statements() == few <= 18


def test_what_a_series_learns_of_columns_outlives_an_undo_of_its_name(fair: Fair) -> None:
    tour = fair.series_id()
    renamed = do(fair, series.edit, tour, {"name": "Anders"})
    fair.sql('UPDATE series SET list_columns = \'{"Nr.": "label"}\'')
    back(fair, renamed)
    row = next(row for row in fair.rows("series") if row["code"] == TOUR)
    assert "label" in str(row["list_columns"])
    assert row["name"] != "Anders"


# Prepared questions


def test_what_was_put_away_says_what_the_entry_says_when_it_comes_back(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Alt.")
    for event in (AC, GE):
        fair.enter("closed", event)
    do(fair, events.set_archived, fair.event_id(AC), True)
    answer_beforehand(fair, "robo", kosten="Neu.")
    do(fair, events.set_archived, fair.event_id(AC), False)
    fair.enter("fair", AC)
    fair.enter("fair", GE)
    assert prepared_at(fair, AC_ROBO) == prepared_at(fair, ROBO) == {"kosten": "Neu."}


def test_no_moderation_hears_of_another_cities_question(fair: Fair, listen: Any) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    head = next(card for card in fair.cards(AC) if card.prepared)
    follower = fair.ask(AC_ROBO, "Was kostet es in Aachen?")
    fair.act(follower, "merge", head=head.id)
    # Here nothing changes: a closed day stays as it was.
    fair.enter("closed", GE)
    ear = listen("moderate", GE)
    answer_beforehand(fair, "robo", kosten="")
    assert "question-" not in ear.html()


# Lists


def test_a_project_whose_key_another_one_has_is_said_before_it_is_written(
    fair: Fair, at_office: Office
) -> None:
    head = "Stand;Projekt;Partner;Kürzel"
    at_office.take_in(table(head, "1;Alpha;Stadt A;K1"))
    alpha = next(row for row in fair.rows("projects") if row["title"] == "Alpha")
    stand = next(row for row in fair.rows("stands") if row["project_id"] == alpha["id"])
    do(fair, stands.archive, fair.event_id(BO), stand["id"])
    do(fair, projects.archive, alpha["id"])
    do(fair, projects.add, fair.series_id(), {"title": "Beta", "project_key": "K1"})
    compared = at_office.compare(table("Stand;Projekt;Partner", "3;Alpha;Stadt A"))
    assert compared.words() == {2: [("key", "key_taken")]}
    fair.sql(f"UPDATE projects SET key = NULL WHERE id = {alpha['id']}")
    at_office.take_in(table("Stand;Projekt;Partner", "3;Alpha;Stadt A"))
    assert at_office.stands(BO)["3"]["id"] == stand["id"]


# What is missing, what is counted


def test_sheets_are_outdated_by_whatever_stands_on_them(fair: Fair) -> None:
    def outdated() -> bool:
        with fair.app.app_context():
            found = readiness.found(fair.event_id())
        printed, changed = found.sheets_printed, found.stands_changed
        return bool(printed and changed and changed > printed)

    tour = fair.series_id()
    do(fair, events.note_sheets_printed, fair.event_id())
    do(fair, events.edit, fair.event_id(), {"question_length": "100"})
    assert not outdated()
    do(fair, series.edit, tour, {"name": "Anders"})
    assert outdated()
    renamed = do(fair, events.edit, fair.event_id(), {"city": "Herne"})
    do(fair, events.note_sheets_printed, fair.event_id())
    assert not outdated()
    back(fair, renamed, GE)
    assert outdated()


def test_all_pages_count_the_same_passes_as_not_redeemed(fair: Fair) -> None:
    do(fair, stands.archive, fair.event_id(), fair.stand_id(BAU))
    with fair.app.app_context():
        event_id = fair.event_id()
        page = passes.passes_page(event_id)
        missing = readiness.found(event_id).unredeemed
    of_stands = [one for one in missing if one.role is Role.PRESENTER]
    assert page.never_redeemed == len(of_stands) == 1


def test_a_pitched_stand_that_leaves_leaves_the_stage(fair: Fair) -> None:
    fair.sql(f"UPDATE events SET pitch_id = {fair.stand_id(BAU)}, phase = 'pitches'")
    fair.sql("UPDATE events SET pitch_since = '2026-11-26 10:00:00'")
    fair.sql(f"UPDATE stands SET archived = TRUE WHERE code = '{BAU}'")
    with fair.app.app_context():
        state = pitches.state(fair_queries.event_line(fair.event_id()))
    assert state
    assert (state.current, state.ended) == (None, False)


# Copying


def test_a_copy_takes_as_many_statements_for_thirty_stands_as_for_three(fair: Fair) -> None:
    tour = fair.series_id()

    def statements(code: str) -> int:
        with counting_statements(fair.app) as used:
            do(fair, events.add, tour, {"city": "Neu", "code": code}, like=GE)
        return len(used)

    few = statements("NEWA")
    for label in range(3, 33):
        fair.make_stand(f"MORE{label}", GE, label=str(label), project="bau")
    assert statements("NEWB") <= few + 2


@pytest.mark.parametrize("phase", [Phase.FAIR, Phase.ROUND])
def test_a_reopened_day_says_what_the_entry_says(fair: Fair, phase: Phase) -> None:
    answer_beforehand(fair, "robo", kosten="Alt.")
    fair.enter("closed")
    answer_beforehand(fair, "robo", kosten="Neu.")
    with fair.app.app_context():
        round.set_phase(fair.event_id(), phase, by=BY)
    assert prepared_at(fair, ROBO) == {"kosten": "Neu."}
