"""What was archived shows nothing, opens nothing, and nobody works on it."""

import pytest

from exchange.domain import events, projects, readiness, stands
from exchange.domain.refusals import Refused
from exchange.queries import fair as fair_queries
from tests.support.entries import decide, entry, project_id, propose
from tests.support.fair import AC, AC_ROBO, BAU, GE, ROBO, TOUR, Fair
from tests.support.organising import do
from tests.support.windows import Window


@pytest.fixture
def shown_nowhere(fair: Fair) -> int:
    """A project whose stands have left their events; its id."""
    for event in (GE, AC):
        fair.enter("preparing", event)
    for event, stand in ((GE, ROBO), (AC, AC_ROBO)):
        do(fair, stands.archive, fair.event_id(event), fair.stand_id(stand))
    return project_id(fair)


def test_the_pass_of_an_archived_projects_contact_opens_nothing(
    fair: Fair, shown_nowhere: int
) -> None:
    contact = Window(fair).enter("contact", "robo")
    assert contact.get("/contact/robo").status_code == 200
    archived = do(fair, projects.archive, shown_nowhere)
    assert contact.get("/contact/robo").status_code == 403
    fair.undo_of_series(archived)
    assert contact.get("/contact/robo").status_code == 200


@pytest.mark.usefixtures("shown_nowhere")
def test_an_entry_is_closed_where_its_project_has_no_stand_any_more(fair: Fair) -> None:
    with pytest.raises(Refused, match="entry_closed"):
        propose(fair, event=None, summary="Neu.")


def test_nobody_names_an_archived_project_for_a_stand(fair: Fair, shown_nowhere: int) -> None:
    do(fair, projects.archive, shown_nowhere)
    with pytest.raises(Refused) as refused:
        do(fair, stands.add, fair.event_id(), {"label": "9", "project": "robo"})
    assert (refused.value.word, refused.value.field) == ("project", "project")


def test_what_a_project_proposes_whose_stand_has_left_is_not_taken(fair: Fair) -> None:
    fair.enter("preparing")
    propose(fair, summary="Neu.")
    do(fair, stands.archive, fair.event_id(), fair.stand_id(ROBO))
    assert decide(fair) is None
    with pytest.raises(Refused, match="unknown"):
        decide(fair, project="robo")
    assert entry(fair).summary == "Was es ist."


def test_the_next_city_shows_no_project_that_was_archived_since(fair: Fair) -> None:
    fair.enter("follow_up")
    do(fair, projects.archive, project_id(fair, "bau"))
    do(fair, events.add, fair.series_id(), {"city": "Bocholt", "code": "BOH"}, like=GE)
    with fair.app.app_context():
        shown = [line.project for line in fair_queries.stand_lines(fair.event_id("BOH"))]
    assert shown == [None, "Projekt robo"]


def test_no_stand_comes_back_for_an_archived_project(fair: Fair, shown_nowhere: int) -> None:
    do(fair, projects.archive, shown_nowhere)
    with pytest.raises(Refused, match="archived"):
        do(fair, stands.bring_back, fair.event_id(), fair.stand_id(ROBO))


def test_a_stand_that_has_left_is_on_no_dashboard(fair: Fair) -> None:
    do(fair, stands.archive, fair.event_id(), fair.stand_id(BAU))
    page = Window(fair).enter("organiser", TOUR).get(f"/organise/{GE}/live").text
    assert "Projekt robo" in page
    assert "Projekt bau" not in page


def test_an_archived_event_opens_no_entry(fair: Fair) -> None:
    fair.enter("preparing", AC)
    do(fair, events.set_archived, fair.event_id(AC), True)
    with pytest.raises(Refused, match="entry_closed"):
        propose(fair, event=None, summary="Neu.")


def test_the_hand_out_file_has_no_stand_that_has_left(fair: Fair) -> None:
    do(fair, stands.archive, fair.event_id(), fair.stand_id(BAU))
    organiser = Window(fair).enter("organiser", TOUR)
    told = organiser.post(f"/organise/{GE}/passes/hand-out", kind="csv").text
    assert "Projekt robo" in told
    assert "Projekt bau" not in told


def test_a_project_may_be_archived_whose_event_was(fair: Fair) -> None:
    fair.enter("follow_up", GE)
    with pytest.raises(Refused, match="project_shown"):
        do(fair, projects.archive, project_id(fair))
    fair.enter("preparing", AC)
    do(fair, events.set_archived, fair.event_id(AC), True)
    assert do(fair, projects.archive, project_id(fair))


def test_no_project_comes_back_with_a_key_that_another_has_got(
    fair: Fair, shown_nowhere: int
) -> None:
    do(fair, projects.edit, shown_nowhere, {"project_key": "K1"})
    do(fair, projects.archive, shown_nowhere)
    do(fair, projects.edit, project_id(fair, "bau"), {"project_key": "K1"})
    with pytest.raises(Refused, match="project_key_taken"):
        do(fair, projects.bring_back, shown_nowhere)


def test_a_title_that_two_projects_have_names_neither(fair: Fair) -> None:
    do(fair, projects.edit, project_id(fair, "bau"), {"title": "Projekt robo"})
    with pytest.raises(Refused, match="project"):
        do(fair, stands.add, fair.event_id(), {"label": "9", "project": "Projekt robo"})


def missing(fair: Fair) -> set[str]:
    with fair.app.app_context():
        return {one.word for one in readiness.missing(fair.event_id())}


def test_nothing_is_missing_of_what_has_left(fair: Fair) -> None:
    do(fair, stands.add, fair.event_id(), {"label": "9"})
    assert "project" in missing(fair)
    new = next(row["id"] for row in fair.rows("stands") if row["label"] == "9")
    do(fair, stands.archive, fair.event_id(), new)
    assert "project" not in missing(fair)
    assert "passes" in missing(fair)
    fair.enter("preparing")
    do(fair, events.set_archived, fair.event_id(), True)
    assert missing(fair) == set()


@pytest.mark.parametrize("phase", ["round", "follow_up", "closed"])
def test_nothing_is_missing_any_more_once_the_round_has_begun(fair: Fair, phase: str) -> None:
    assert "passes" in missing(fair)
    fair.enter(phase)
    assert missing(fair) == set()
