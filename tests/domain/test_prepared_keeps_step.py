"""Prepared questions keep step with whatever is done to events, stands and contacts."""

from exchange.domain import contacts, events, prepared, stands
from exchange.models import Facet
from exchange.queries import fair as fair_queries
from tests.support.entries import answer_beforehand, prepared_at, project_id
from tests.support.fair import AC, AC_ROBO, GE, ROBO, Fair
from tests.support.organising import do


def asked_in(fair: Fair, event: str = GE) -> list[str]:
    return [card.text for card in fair.cards(event) if card.prepared]


def test_an_event_that_speaks_another_language_asks_in_it(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    change = do(fair, events.edit, fair.event_id(), {"language": "en"})
    usual = {one: prepared.STANDARD_QUESTIONS[one][Facet.KOSTEN] for one in ("de", "en")}
    assert (asked_in(fair), asked_in(fair, AC)) == ([usual["en"]], [usual["de"]])
    fair.undo(change, by="organiser")
    assert asked_in(fair) == [usual["de"]]


def test_whoever_is_the_contact_now_has_answered(fair: Fair) -> None:
    id_, first = project_id(fair), fair.rows("contacts")[0]["id"]
    do(fair, contacts.replace, id_, first, {"function": "Amt 61"})
    answer_beforehand(fair, "robo", kosten="Viel.")
    given = {row["contact_id"] for row in fair.rows("answers") if row["text"] == "Viel."}
    assert given == {fair.rows("contacts")[-1]["id"]} != {first}


def test_the_next_city_begins_with_what_was_answered(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    do(fair, events.add, fair.series_id(), {"city": "Bocholt", "code": "BOH"}, like=GE)
    with fair.app.app_context():
        lines = fair_queries.stand_lines(fair.event_id("BOH"))
    (copied,) = (line.code for line in lines if line.label == "1")
    assert prepared_at(fair, copied) == {"kosten": "Viel."}


def test_a_stand_that_comes_back_says_what_was_answered_meanwhile(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    do(fair, stands.archive, fair.event_id(), fair.stand_id(ROBO))
    answer_beforehand(fair, "robo", kosten="Wenig.")
    do(fair, stands.bring_back, fair.event_id(), fair.stand_id(ROBO))
    assert prepared_at(fair, ROBO) == {"kosten": "Wenig."}


def test_an_event_that_comes_back_says_what_was_answered_meanwhile(fair: Fair) -> None:
    fair.enter("preparing", AC)
    answer_beforehand(fair, "robo", kosten="Viel.")
    do(fair, events.set_archived, fair.event_id(AC), True)
    answer_beforehand(fair, "robo", kosten="Wenig.")
    do(fair, events.set_archived, fair.event_id(AC), False)
    assert prepared_at(fair, AC_ROBO) == {"kosten": "Wenig."}
