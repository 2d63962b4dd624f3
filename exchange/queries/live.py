"""What has changed, and how far each page has heard of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from exchange.extensions import db
from exchange.models import Event, Question, Revision, Status, Touch
from exchange.prepared import Driver, Prepared
from exchange.rooms import Scope


@dataclass(frozen=True)
class Hearer:
    """Whose pages show a question: its stand's, and its asker's."""

    question_id: int
    stand_id: int
    participant_id: int | None


def revision(scope: Scope) -> int:
    """Where a scope's counter stands; 0 when nothing ever happened."""
    with db.reading() as driver:
        found = _REVISION.one(driver, kind=scope.kind.value, owner=scope.owner_id)
    return found[0] if found else 0


_REVISION = Prepared(
    select(Revision.revision).where(
        Revision.kind == bindparam("kind"), Revision.owner_id == bindparam("owner")
    )
)


def hearers(question_ids: Iterable[int]) -> list[Hearer]:
    """Whose pages show these questions or those that follow them."""
    ids = list(question_ids)
    rows = db.session.execute(
        select(Question.id, Question.stand_id, Question.participant_id).where(
            Question.id.in_(ids) | Question.head_id.in_(ids)
        )
    )
    return [Hearer(*row) for row in rows]


def touched_since(driver: Driver, stand_id: int, revision: int) -> list[int]:
    """The questions that a stand's phones have not heard of since `revision`."""
    return [found for (found,) in _TOUCHED.rows(driver, stand=stand_id, since=revision)]


_TOUCHED = Prepared(
    select(Touch.question_id).where(
        Touch.stand_id == bindparam("stand"), Touch.revision > bindparam("since")
    )
)


def stage_mark(event_id: int) -> tuple[object, ...]:
    """Tells whether what the hall sees has changed: equal marks, equal stage."""
    event = db.session.execute(
        select(Event.phase, Event.before_id, Event.message, Event.clock_until, Event.picture).where(
            Event.id == event_id
        )
    ).one()
    shown = db.session.execute(
        select(Question.id, Question.version, Question.stand_id, Question.status).where(
            (Question.event_id == event_id)
            & ((Question.status == Status.LIVE) | (Question.id == (event.before_id or 0)))
        )
    ).all()
    # The stage names who else asked it, and counts their votes.
    followers = db.session.execute(
        select(Question.id, Question.status)
        .where(Question.head_id.in_([row.id for row in shown]))
        .order_by(Question.id)
    ).all()
    coming = db.session.execute(
        select(Question.id, Question.stand_id)
        .where(
            Question.event_id == event_id,
            Question.status == Status.SHORTLISTED,
            Question.head_id.is_(None),
        )
        .order_by(Question.position, Question.number)
    ).all()
    # The stage says how many wait, so a longer list is another picture.
    lists = (shown, followers, coming[:3])
    return (tuple(event), len(coming), *(tuple(map(tuple, rows)) for rows in lists))


def on_stage(driver: Driver, event_id: int, stand_id: int) -> bool:
    """Whether the live question belongs to this stand: then the hall sees its votes."""
    return _ON_STAGE.one(driver, event=event_id, stand=stand_id) is not None


_ON_STAGE = Prepared(
    select(Question.id).where(
        Question.event_id == bindparam("event"),
        Question.status == Status.LIVE,
        Question.stand_id == bindparam("stand"),
    )
)
