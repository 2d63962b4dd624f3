"""Undo: take back a change, whole, unless something was built upon it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from exchange.domain import before_images, phases, prepared, records, round, set_up
from exchange.domain.changes import (
    Actor,
    Change,
    Outcome,
    Subject,
    change,
    change_of_series,
)
from exchange.domain.moves import MOVES, P, assign_status
from exchange.domain.refusals import Refused
from exchange.models import (
    ChangeQuestion,
    ChangeRow,
    Event,
    Origin,
    Phase,
    Question,
    Role,
    Stand,
    Status,
)
from exchange.models.labels import sort_key
from exchange.queries.questions import ASKED, PUBLIC

FINAL = frozenset({"withdraw", "redact", "redact-answer", "redact-reason"})
"""What was erased stays erased."""
SET_UP = frozenset({"set-up", "import"})
"""What organisers do to series, events, stands, projects and contacts."""
BY_ORGANISER = SET_UP | {"phase"}
"""What organisers do; they alone take it back: opening and closing a day is theirs."""
UNDOABLE = (
    frozenset(MOVES) - FINAL - {"edit"}
    | {
        "clock",
        "message",
        "picture",
        "start-round",
        "end-round",
        "pitch",
        "moderation",
    }
    | BY_ORGANISER
)
"""The verbs whose change can be taken back."""


@dataclass(frozen=True)
class _BeforeImage:
    """A question that a change touched, and how it was before."""

    question: Question
    before: dict[str, Any]


def undo(event_id: int, change_id: int, *, by: Actor, key: str | None = None) -> Outcome:
    """Take back a change, whole.

    Refuses `unknown`; `not_yours` for a desk when it was not its own; `undone`; `erased` for what
    was withdrawn or redacted; `not_undoable`; `built_upon` when something followed;
    `another_live`; `asked` when questions came in at a stand that it made.
    """
    with change(event_id, "undo", Subject("change", change_id), by, key=key) as under_way:
        if under_way.repeated is None:
            row = under_way.session.get(ChangeRow, change_id)
            if row is None or row.event_id != event_id:
                raise Refused("unknown")
            _require_undoable(row, by)
            images = _images_of(under_way, row)
            _require_untouched(under_way, row, images)
            _put_back(under_way, row, images)
            if row.verb in SET_UP:
                _put_records_back(under_way, row)
            under_way.undoes = row
    return under_way.outcome


def undo_of_series(series_id: int, change_id: int, *, by: Actor, key: str | None = None) -> Outcome:
    """Take back a change that belongs to a series and to none of its events. As `undo`."""
    subject = Subject("change", change_id)
    with change_of_series(series_id, "undo", subject, by, key=key) as under_way:
        if under_way.repeated is None:
            row = under_way.session.get(ChangeRow, change_id)
            if row is None or row.series_id != series_id or row.event_id is not None:
                raise Refused("unknown")
            _require_undoable(row, by)
            _put_records_back(under_way, row)
            under_way.undoes = row
    return under_way.outcome


def _put_records_back(under_way: Change, row: ChangeRow) -> None:
    """Put back what an organiser had set up. Refuses `built_upon`, and `asked` where a stand that
    the change made or brought back has got questions: they would vanish with it.
    """
    session = under_way.session
    if (
        records.changed_since(session, row)
        or records.in_the_way(session, row)
        or _went_on(under_way, row)
    ):
        raise Refused("built_upon")
    made, back = records.stands_given(session, row)
    at_made = (_asked(part) for part in records.parts(made))
    # One that was brought back had its questions before.
    since = (_asked(part).where(Question.asked_at >= row.at) for part in records.parts(back))
    labels = {label for found in (*at_made, *since) for label in session.scalars(found)}
    if labels:
        raise Refused("asked", labels=", ".join(sorted(labels, key=sort_key)[:_MOST_NAMED]))
    restored = records.put_back(session, row)
    if records.stands_alone(session, row):
        raise Refused("built_upon")
    if row.event_before:
        restored.changed.append(under_way.event)
    set_up.redraw(under_way, restored.changed, made=restored.made)
    prepared.sync_series(under_way, row.series_id)


def _went_on(under_way: Change, row: ChangeRow) -> bool:
    """Whether anything was done since at an event that the change made."""
    events = records.made(under_way.session, row, "event")
    later = select(ChangeRow.id).where(ChangeRow.event_id.in_(events))
    return bool(events) and under_way.session.scalar(later.limit(1)) is not None


_MOST_NAMED = 10
"""So many stands are named in a sentence."""


def _asked(stands: list[int]) -> Select[str]:
    """The labels of those stands at which somebody asked something."""
    return (
        select(Stand.label)
        .join(Question, Question.stand_id == Stand.id)
        .where(Stand.id.in_(stands), ASKED)
        .distinct()
    )


def _require_undoable(row: ChangeRow, by: Actor) -> None:
    if by.role == P and (row.stand_id is None or row.stand_id != by.stand_id):
        raise Refused("not_yours")
    if row.verb in BY_ORGANISER and by.role != Role.ORGANISER.value:
        raise Refused("not_yours")
    if row.undone_by is not None:
        raise Refused("undone")
    if row.verb in FINAL:
        raise Refused("erased")
    if row.verb not in UNDOABLE:
        raise Refused("not_undoable")


def _images_of(under_way: Change, row: ChangeRow) -> list[_BeforeImage]:
    rows = under_way.session.execute(
        select(Question, ChangeQuestion.before)
        .join(ChangeQuestion, ChangeQuestion.question_id == Question.id)
        .where(ChangeQuestion.change_id == row.id)
        .order_by(Question.id)
    )
    return [_BeforeImage(question, before_images.load(before)) for question, before in rows]


def _require_untouched(under_way: Change, row: ChangeRow, images: list[_BeforeImage]) -> None:
    """Refuses when anything that the change touched was touched again."""
    ids = {image.question.id for image in images}
    for image in images:
        if image.question.status is Status.WITHDRAWN:
            raise Refused("erased")
        if image.question.last_change_id != row.id:
            raise Refused("built_upon")
        if image.before["head_id"] is not None:
            _require_head(under_way, image, row, ids)
        elif image.before["status"] not in PUBLIC:
            _require_nobody_hidden(under_way, image.question, row)
    for name, (_, after) in row.event_before.items():
        # Which question was live before is a consequence; nothing is built upon it.
        now_is = before_images.dump_value(getattr(under_way.event, name))
        if name != "before_id" and now_is != after:
            raise Refused("built_upon")


def _require_nobody_hidden(under_way: Change, question: Question, row: ChangeRow) -> None:
    """What was merged under `question` while everybody could read it would vanish with it."""
    if question.status not in PUBLIC:
        return
    followers = under_way.session.scalars(select(Question).where(Question.head_id == question.id))
    if any(
        follower.status in PUBLIC and _touched_since(under_way, row, follower.id)
        for follower in followers
    ):
        raise Refused("built_upon")


def _require_head(under_way: Change, image: _BeforeImage, row: ChangeRow, ids: set[int]) -> None:
    """The head that a question would follow again must be one then; and nobody may follow it."""
    head = under_way.session.get_one(Question, image.before["head_id"])
    if head.origin is Origin.PREPARED and row.verb in SET_UP:
        # It was withdrawn with this change, and comes back with what the project answered; unless
        # the event was closed since (`prepared.sync`).
        if under_way.event.phase is Phase.CLOSED:
            raise Refused("built_upon")
    elif head.status is Status.WITHDRAWN:
        raise Refused("built_upon")
    elif head.id not in ids:
        vanishes = image.before["status"] in PUBLIC and head.status not in PUBLIC
        if head.head_id is not None or (vanishes and _touched_since(under_way, row, head.id)):
            raise Refused("built_upon")
    followers = under_way.session.scalars(
        select(Question.id).where(Question.head_id == image.question.id)
    )
    if not ids.issuperset(followers):
        raise Refused("built_upon")


def _touched_since(under_way: Change, row: ChangeRow, question_id: int) -> bool:
    """Whether any change after `row` touched the question, an undo included."""
    later = select(ChangeQuestion.change_id).where(
        ChangeQuestion.question_id == question_id, ChangeQuestion.change_id > row.id
    )
    return under_way.session.scalar(later.limit(1)) is not None


def _put_back(under_way: Change, row: ChangeRow, images: list[_BeforeImage]) -> None:
    event = under_way.event
    if any(image.before["status"] is Status.LIVE for image in images):
        phases.require_stage(_phase_after(row, event))
        live = under_way.session.scalar(
            select(Question.id).where(Question.event_id == event.id, Question.status == Status.LIVE)
        )
        if live is not None and live not in {image.question.id for image in images}:
            raise Refused("another_live")
    # Only what is still as the change left it is put back.
    now_is = before_images.dump_event(event)
    earlier = {
        name: before for name, (before, after) in row.event_before.items() if now_is[name] == after
    }
    before_id = event.before_id
    # Whatever leaves the stage goes first: the database never sees two live ones.
    for image in sorted(images, key=lambda image: image.before["status"] is Status.LIVE):
        _restore(under_way, image)
    event.before_id = before_id
    phase, moderated = event.phase, event.moderation_first
    for name, value in before_images.load(earlier).items():
        setattr(event, name, value)
    round.tell_who_may_edit(under_way, phase, moderated_before=moderated)


def _restore(under_way: Change, image: _BeforeImage) -> None:
    """Put a before-image back. It is whole: status and all that belongs to it."""
    question, before = image.question, image.before
    under_way.touch(question)
    if question.stand_id != before["stand_id"]:
        under_way.leave(question, question.stand_id)
    # Whom it followed and whom it will follow: both show it.
    for head_id in (question.head_id, before["head_id"]):
        if head_id is not None:
            under_way.mention(head_id)
    columns = {name: value for name, value in before.items() if name != "status"}
    assign_status(under_way, question, before["status"], **columns)


def _phase_after(row: ChangeRow, event: Event) -> Phase:
    """The phase that the event will be in when `row` is taken back."""
    if "phase" in row.event_before:
        return Phase(row.event_before["phase"][0])
    return event.phase
