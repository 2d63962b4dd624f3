"""What organisers set up is told to the pages that show it, also when it is taken back."""

from exchange.domain import contacts, events, prepared, projects, stands
from exchange.models import Facet
from exchange.queries import readiness
from tests.support.entries import answer_beforehand, project_id
from tests.support.fair import AC, AC_ROBO, GE, ROBO, XX_STAND, Fair, bumped
from tests.support.organising import BY, do


def sheets_are_outdated(fair: Fair) -> bool:
    with fair.app.app_context():
        found = readiness.found(fair.event_id())
    printed, changed = found.sheets_printed, found.stands_changed
    return bool(printed and changed and changed > printed)


SHOWING_ROBO = {
    *(("stand", ROBO), ("moderate", GE), ("public", GE)),
    *(("stand", AC_ROBO), ("moderate", AC), ("public", AC)),
}


def test_a_contact_is_told_wherever_its_project_is_shown(fair: Fair) -> None:
    id_, first = project_id(fair), fair.rows("contacts")[0]["id"]
    before = fair.revisions()
    do(fair, contacts.edit, id_, first, {"phone": "0209 2"})
    moved = bumped(fair, before)
    assert moved.keys() >= SHOWING_ROBO
    assert ("stand", XX_STAND) not in moved


def test_a_contact_that_is_taken_back_is_told_too(fair: Fair) -> None:
    made = do(fair, contacts.add, project_id(fair), {"function": "Amt 61"})
    before = fair.revisions()
    fair.undo_of_series(made)
    assert bumped(fair, before).keys() >= SHOWING_ROBO


def test_another_standard_question_is_told_where_it_was_answered(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    before = fair.revisions()
    with fair.app.app_context():
        wanted = {Facet.KOSTEN: "Was kostet das alles?"}
        assert prepared.set_questions(fair.series_id(), wanted, by=BY)
    moved = bumped(fair, before)
    assert moved.keys() >= SHOWING_ROBO
    assert ("stand", XX_STAND) not in moved


def test_a_stand_that_is_taken_back_is_told_to_its_event_and_no_other(fair: Fair) -> None:
    made = do(fair, stands.add, fair.event_id(), {"label": "9"})
    before = fair.revisions()
    fair.undo(made, by="organiser")
    moved = bumped(fair, before)
    assert {("moderate", GE), ("public", GE), ("stand", ROBO)} <= moved.keys()
    assert not {("moderate", AC), ("public", AC)} & moved.keys()


def test_a_title_outdates_sheets_and_a_telephone_number_does_not(fair: Fair) -> None:
    id_, first = project_id(fair), fair.rows("contacts")[0]["id"]
    do(fair, events.note_sheets_printed, fair.event_id())
    do(fair, contacts.edit, id_, first, {"phone": "0209 2"})
    do(fair, projects.edit, id_, {"summary": "Anders."})
    assert not sheets_are_outdated(fair)
    do(fair, projects.edit, id_, {"title": "Anders"})
    assert sheets_are_outdated(fair)


def test_a_stand_that_is_taken_back_outdates_sheets(fair: Fair) -> None:
    made = do(fair, stands.add, fair.event_id(), {"label": "9"})
    do(fair, events.note_sheets_printed, fair.event_id())
    fair.undo(made, by="organiser")
    assert sheets_are_outdated(fair)
