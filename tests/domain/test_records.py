"""What organisers set up: one change, one undo, told to the pages that show it and to no other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from exchange.domain import set_up
from exchange.domain.changes import Actor, Change, Subject, change, change_of_series
from exchange.domain.events import make_stand
from exchange.domain.refusals import Refused
from exchange.domain.undo import undo_of_series
from exchange.models import Base, Contact, Event, PreparedAnswer, Project, Series, Stand
from exchange.models.questions import Facet
from tests.support.fair import AC, AC_ROBO, BAU, GE, ROBO, TOUR, XX_STAND, Fair, bumped
from tests.support.windows import Window

ORGANISER = Actor("organiser")


@contextmanager
def setting_up(fair: Fair) -> Iterator[Change]:
    """A change of the first event by its organiser."""
    subject = Subject("event", fair.event_id())
    with (
        fair.app.app_context(),
        change(fair.event_id(), "set-up", subject, ORGANISER) as under_way,
    ):
        yield under_way


def stand_of(under_way: Change, code: str) -> Stand:
    return under_way.session.query(Stand).filter_by(code=code).one()


def swap(fair: Fair) -> int:
    """The stands change places; answers the change."""
    with setting_up(fair) as under_way:
        one, other = stand_of(under_way, ROBO), stand_of(under_way, BAU)
        for stand in (one, other):
            under_way.remember(stand)
        one.sort_key = "on its way"
        under_way.session.flush()
        other.rename("1")
        under_way.session.flush()
        one.rename("2")
        set_up.redraw(under_way, [one, other])
    return under_way.outcome.change


def undo(fair: Fair, change_id: int, role: str = "organiser") -> None:
    fair.undo(change_id, by=role)


def fair_as_set_up(fair: Fair) -> dict[str, Any]:
    tables = ("series", "events", "stands", "projects", "contacts", "prepared_answers")
    never_back = {"stands_changed"}
    return {
        table: [
            {name: value for name, value in row.items() if name not in never_back}
            for row in fair.rows(table)
        ]
        for table in tables
    }


def test_two_stands_that_changed_places_are_put_back_at_once(fair: Fair) -> None:
    before = fair_as_set_up(fair)
    done = swap(fair)
    assert [(row["code"], row["label"]) for row in fair.rows("stands")][1:3] == [
        (ROBO, "2"),
        (BAU, "1"),
    ]
    undo(fair, done)
    assert fair_as_set_up(fair) == before


def edit_series(session: Any) -> Base:
    series: Series = session.query(Series).filter_by(code=TOUR).one()
    series.name, series.standard_questions = "Neuer Name", {"kosten": "Was kostet es?"}
    return series


def edit_project(session: Any) -> Base:
    project: Project = session.query(Project).filter_by(code="robo").one()
    project.title, project.links, project.key = "Anders", "https://example.org", "P-1"
    return project


def edit_contact(session: Any) -> Base:
    contact: Contact = session.query(Contact).first()
    contact.person, contact.position = None, 7
    return contact


def edit_event(session: Any) -> Base:
    event: Event = session.query(Event).filter_by(code=GE).one()
    event.title, event.date, event.me_too, event.opens = "Anders", None, False, "10:00"
    return event


@pytest.mark.parametrize("edit", [edit_series, edit_project, edit_contact, edit_event])
def test_whatever_was_edited_is_put_back(fair: Fair, edit: Callable[[Any], Base]) -> None:
    before = fair_as_set_up(fair)
    with setting_up(fair) as under_way:
        for model in (Series, Project, Contact):
            for record in under_way.session.query(model):
                under_way.remember(record)
        set_up.redraw(under_way, [edit(under_way.session)])
    assert fair_as_set_up(fair) != before
    undo(fair, under_way.outcome.change)
    assert fair_as_set_up(fair) == before


def test_what_was_made_is_archived_and_its_pass_opens_nothing(fair: Fair) -> None:
    with setting_up(fair) as under_way:
        shown = under_way.session.query(Project).filter_by(code="bau").one()
        stand = make_stand(under_way.session, fair.event_id(), label="9", project=shown, code="NEW")
        under_way.made(stand)
    secret = fair.secret("presenter", "NEW")
    assert redeemed(fair, secret) == 303
    undo(fair, under_way.outcome.change)
    assert fair.rows("stands")[-1]["archived"]
    assert redeemed(fair, secret) == 403


def redeemed(fair: Fair, secret: str) -> int:
    return Window(fair).post("/pass", secret=secret).status_code


def test_an_answer_that_was_made_is_gone(fair: Fair) -> None:
    with setting_up(fair) as under_way:
        project = under_way.session.query(Project).filter_by(code="robo").one()
        answer = PreparedAnswer(project_id=project.id, facet=Facet.KOSTEN, text="Wenig.")
        under_way.session.add(answer)
        under_way.made(answer)
    undo(fair, under_way.outcome.change)
    assert fair.rows("prepared_answers") == []


def test_what_was_built_upon_stays(fair: Fair) -> None:
    first = swap(fair)
    second = swap_back(fair)
    with pytest.raises(Refused) as refused:
        undo(fair, first)
    assert refused.value.word == "built_upon"
    undo(fair, second)
    undo(fair, first)
    with pytest.raises(Refused) as refused:
        undo(fair, first)
    assert refused.value.word == "undone"


def swap_back(fair: Fair) -> int:
    with setting_up(fair) as under_way:
        stand = stand_of(under_way, ROBO)
        under_way.remember(stand)
        stand.rename("5")
    return under_way.outcome.change


def test_a_stand_with_questions_is_not_undone(fair: Fair) -> None:
    with setting_up(fair) as under_way:
        made = make_stand(under_way.session, fair.event_id(), label="9", project=None, code="NEW")
        under_way.made(made)
    fair.ask(stand="NEW")
    with pytest.raises(Refused) as refused:
        undo(fair, under_way.outcome.change)
    assert refused.value.word == "asked"


@pytest.mark.parametrize("role", ["moderator", "presenter"])
def test_only_an_organiser_takes_back_what_organisers_do(fair: Fair, role: str) -> None:
    done = swap(fair)
    with pytest.raises(Refused) as refused:
        undo(fair, done, role)
    assert refused.value.word == "not_yours"


def test_a_change_of_a_series_is_undone_by_its_own_organisers(fair: Fair) -> None:
    before = fair_as_set_up(fair)
    own = next(row["id"] for row in fair.rows("series") if row["code"] == TOUR)
    other = next(row["id"] for row in fair.rows("series") if row["code"] != TOUR)
    subject = Subject("series", own)
    with (
        fair.app.app_context(),
        change_of_series(own, "set-up", subject, ORGANISER) as under_way,
    ):
        series = under_way.session.get_one(Series, own)
        under_way.remember(series)
        series.name = "Neuer Name"
    done = under_way.outcome.change
    with fair.app.app_context():
        with pytest.raises(Refused) as refused:
            undo_of_series(other, done, by=ORGANISER)
        assert refused.value.word == "unknown"
        undo_of_series(own, done, by=ORGANISER)
    assert fair_as_set_up(fair) == before


def test_every_page_that_names_a_stand_reads_itself_again_and_no_other(fair: Fair) -> None:
    before = fair.revisions()
    swap(fair)
    moved = bumped(fair, before)
    assert moved[("stand", ROBO)] == moved[("stand", BAU)] == 1
    assert moved[("moderate", GE)] == moved[("public", GE)] == 1
    assert not {("stand", AC_ROBO), ("stand", XX_STAND), ("moderate", AC)} & moved.keys()


def test_a_project_is_named_in_every_city_that_shows_it(fair: Fair) -> None:
    before = fair.revisions()
    with setting_up(fair) as under_way:
        project = under_way.session.query(Project).filter_by(code="robo").one()
        under_way.remember(project)
        project.title = "Anders"
        set_up.redraw(under_way, [project])
    moved = bumped(fair, before)
    assert {("stand", ROBO), ("stand", AC_ROBO), ("moderate", AC), ("public", AC)} <= moved.keys()
    assert ("stand", XX_STAND) not in moved
