"""What organisers set up is taken back whole, or refused with the reason, and never half."""

import pytest

from exchange.domain import projects, stands
from exchange.domain.refusals import Refused
from tests.support.entries import answer_beforehand, prepared_at, project_id
from tests.support.fair import GE, ROBO, Fair
from tests.support.organising import do


def is_archived(fair: Fair, stand: str) -> bool:
    return bool(next(row["archived"] for row in fair.rows("stands") if row["code"] == stand))


# Keys of projects


def test_an_undo_whose_key_another_project_has_got_is_refused(fair: Fair) -> None:
    robo, bau = project_id(fair), project_id(fair, "bau")
    do(fair, projects.edit, robo, {"project_key": "K1"})
    changed = do(fair, projects.edit, robo, {"project_key": "K2"})
    do(fair, projects.edit, bau, {"project_key": "K1"})
    before = fair.everything()
    with pytest.raises(Refused, match="built_upon"):
        fair.undo_of_series(changed)
    assert fair.everything() == before


# Questions at stands


def test_a_new_stand_with_prepared_questions_alone_is_taken_back(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    made = do(fair, stands.add, fair.event_id(), {"label": "9", "project": "robo"})
    new = fair.rows("stands")[-1]["code"]
    assert prepared_at(fair, new) == {"kosten": "Viel."}
    fair.undo(made, by="organiser")
    assert is_archived(fair, new)


def test_a_stand_that_came_back_leaves_again_with_the_questions_that_it_had(fair: Fair) -> None:
    asked = fair.ask(ROBO)
    do(fair, stands.archive, fair.event_id(), fair.stand_id(ROBO))
    came_back = do(fair, stands.bring_back, fair.event_id(), fair.stand_id(ROBO))
    fair.undo(came_back, by="organiser")
    assert is_archived(fair, ROBO)
    assert fair.status(asked) == "open"


def test_a_stand_that_was_asked_since_it_came_back_stays(fair: Fair) -> None:
    do(fair, stands.archive, fair.event_id(), fair.stand_id(ROBO))
    came_back = do(fair, stands.bring_back, fair.event_id(), fair.stand_id(ROBO))
    fair.ask(ROBO)
    with pytest.raises(Refused) as refused:
        fair.undo(came_back, by="organiser", event=GE)
    assert refused.value.word == "asked"
    assert not is_archived(fair, ROBO)


def test_no_question_follows_a_withdrawn_one_again_once_the_day_is_closed(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    head = next(card for card in fair.cards() if card.prepared)
    asked = fair.ask(words="Was kostet das denn?")
    fair.act(asked, "merge", head=head.id)
    emptied = answer_beforehand(fair, "robo", kosten="")
    fair.enter("closed")
    with pytest.raises(Refused) as refused:
        fair.undo(emptied, by="organiser")
    assert refused.value.word == "built_upon"
    assert (fair.card(asked).shown.value, fair.card(asked).head) == ("open", None)
