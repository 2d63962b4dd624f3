"""The run list of the round: its order, and the way from the stage back to its head."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from exchange.domain.changes import Change
from exchange.domain.moves import Fields, assign_status
from exchange.domain.phases import require_stage
from exchange.domain.refusals import Refused
from exchange.models import Question, Status


def shortlist(under_way: Change, question: Question, fields: Fields) -> None:
    """To the end of the run list; the live one is taken back to its head."""
    if question.status is Status.LIVE:
        place = _before(under_way.session.scalar(_first_place(under_way)))
    else:
        place = _last_place(under_way)
    assign_status(under_way, question, Status.SHORTLISTED, position=place)


def put_live(under_way: Change, question: Question, fields: Fields) -> None:
    """Onto the stage; what was live leaves it. Refuses `no_round` by phase."""
    require_stage(under_way.event.phase)
    take_off_stage(under_way)
    assign_status(under_way, question, Status.LIVE)


def move_in_run_list(under_way: Change, question: Question, fields: Fields) -> None:
    """To the place that `fields.position` names; 1 is first. Refuses `position`."""
    others = [other for other in _in_order(under_way) if other.id != question.id]
    place = fields.position
    if place is None or not 1 <= place <= len(others) + 1:
        raise Refused("position", field="position")
    before = others[place - 2].position if place > 1 else None
    after = others[place - 1].position if place <= len(others) else None
    question.position = _between(before, after)
    if question.position in (before, after):
        # Halving has used up the numbers between two neighbours: number the list anew.
        others.insert(place - 1, question)
        for number, other in enumerate(others, start=1):
            under_way.touch(other)
            other.position = float(number)


def take_off_stage(under_way: Change) -> None:
    """Whatever is live is so no longer: to the head of the run list if unanswered, for it is the
    one to go on with.
    """
    found = under_way.session.execute(
        select(Question, _first_place(under_way).scalar_subquery()).where(
            Question.event_id == under_way.event.id, Question.status == Status.LIVE
        )
    ).one_or_none()
    if found is None:
        return
    live, first = found
    if live.answer_id is not None:
        assign_status(under_way, live, Status.ANSWERED)
    else:
        assign_status(under_way, live, Status.SHORTLISTED, position=_before(first))


def _in_order(under_way: Change) -> list[Question]:
    return list(
        under_way.session.scalars(
            select(Question)
            .where(
                Question.event_id == under_way.event.id,
                Question.status == Status.SHORTLISTED,
                Question.head_id.is_(None),
            )
            .order_by(Question.position, Question.number)
        )
    )


def _first_place(under_way: Change) -> Select[float | None]:
    waiting = aliased(Question, name="waiting")
    return select(func.min(waiting.position)).where(waiting.event_id == under_way.event.id)


def _before(first: float | None) -> float:
    return 1.0 if first is None else first - 1.0


def _last_place(under_way: Change) -> float:
    """The place behind all others."""
    last = under_way.session.scalar(
        select(func.max(Question.position)).where(Question.event_id == under_way.event.id)
    )
    return (last or 0.0) + 1.0


def _between(before: float | None, after: float | None) -> float:
    if before is None and after is None:
        return 1.0
    if before is None:
        return (after or 0.0) - 1.0
    return before + 1.0 if after is None else (before + after) / 2
