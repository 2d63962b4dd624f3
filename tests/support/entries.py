"""Entries, as tests need them: prepared answers, and what partners propose."""

from typing import Any

from exchange.domain import entries, prepared
from exchange.domain.changes import Actor, Outcome, Subject, change
from exchange.models import Facet
from exchange.queries import entries as entry_queries
from exchange.queries import fair as fair_queries
from exchange.queries import questions
from tests.support.fair import GE, Fair


def project_id(fair: Fair, project: str = "robo") -> int:
    with fair.app.app_context():
        found = fair_queries.project_by_code(project)
        assert found
        return found.id


def answer_beforehand(fair: Fair, project: str, **answers: str) -> int:
    """The organiser puts prepared answers in, by facet; the change."""
    id_, event_id = project_id(fair, project), fair.event_id()
    with fair.app.app_context():
        subject = Subject("project", id_)
        with change(event_id, "set-up", subject, Actor("organiser")) as under_way:
            for facet, text in answers.items():
                prepared.set_answer(under_way, id_, Facet(facet), text)
            prepared.sync(under_way, [id_])
        return under_way.outcome.change


def prepared_at(fair: Fair, stand: str) -> dict[str, str]:
    """What everybody reads at a stand as answered beforehand, by facet."""
    stand_id = fair.stand_id(stand)
    with fair.app.app_context():
        return {
            card.facet.value: card.answer.text or ""
            for card in questions.prepared_at(stand_id)
            if card.facet and card.answer
        }


def propose(
    fair: Fair, project: str = "robo", *, event: str | None = GE, **values: Any
) -> Outcome | None:
    """A partner saves fields of the entry; `prepared_kosten` stands for `prepared.kosten`."""
    id_ = project_id(fair, project)
    event_id = fair.event_id(event) if event else None
    named = {name.replace("prepared_", "prepared."): value for name, value in values.items()}
    with fair.app.app_context():
        by = Actor("presenter" if event else "contact")
        return entries.save(id_, named, by=by, event_id=event_id)


def decide(fair: Fair, *, take: bool = True, event: str = GE, **which: Any) -> Outcome | None:
    event_id = fair.event_id(event)
    with fair.app.app_context():
        return entries.decide(event_id, take=take, by=Actor("organiser"), **which)


def entry(fair: Fair, project: str = "robo") -> entry_queries.Entry:
    id_ = project_id(fair, project)
    with fair.app.app_context():
        found = entry_queries.entry_of(id_)
        assert found
        return found
