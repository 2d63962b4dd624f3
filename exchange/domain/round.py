"""The closing round: undo, and what the moderator does to the event itself."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from exchange import wording
from exchange.domain import fair, images, questions, texts
from exchange.domain.changes import Actor, Change, Outcome, change
from exchange.domain.refusals import Refused
from exchange.extensions import db
from exchange.models import ChangeRow, Event, Phase, Question, Status
from exchange.models.base import now
from exchange.queries.questions import PUBLIC

UNDOABLE = frozenset(questions.MOVES) - {"edit", "withdraw", "redact"} | {
    "clock",
    "message",
    "picture",
    "start-round",
    "end-round",
}
CONDUCT = ("clock", "message", "picture", "start-round", "end-round")
"""What a moderator may do to the event itself."""

LONGEST_CLOCK_MIN = 240
MAY_START_ROUND = fair.ON_STAGE | {Phase.FOLLOW_UP}
"""From the phases around it. Opening or reopening a day is for the organiser."""


def undo(event_id: int, change_id: int, *, by: Actor, key: str | None = None) -> Outcome:
    """Take back a change, whole.

    Refuses `unknown`; `not_yours` for a desk when it was not its own; `undone`; `erased` for what
    was withdrawn or redacted; `not_undoable`; `built_upon` when something followed;
    `another_live`.
    """
    with change(event_id, "undo", f"change {change_id}", by, key=key) as under_way:
        if under_way.repeated is None:
            row = db.session.get(ChangeRow, change_id)
            if row is None or row.event_id != event_id:
                raise Refused("unknown")
            _require_undoable(row, by)
            _require_untouched(row)
            _put_back(under_way, row)
            row.undone_by = under_way.row.id
    return under_way.outcome


def conduct(
    event_id: int, verb: str, *, value: str | None, by: Actor, key: str | None = None
) -> Outcome:
    """Set the clock (`value`: minutes from now, 0 to stop it), the hall's message (empty: none)
    or the idle picture ("1", "0"); start or end the round.

    Refuses `unknown`, `minutes`, and what the phase does not allow.
    """
    if verb not in CONDUCT:
        raise Refused("unknown")
    with change(event_id, verb, "event", by, key=key) as under_way:
        if under_way.repeated is None:
            event = under_way.event
            if verb == "clock":
                event.clock_until = _clock(value)
            elif verb == "message":
                event.message = texts.clean_line(value, limit=texts.MESSAGE_LIMIT)
            elif verb == "picture":
                event.picture = value == "1"
            elif verb == "start-round":
                _require_phase(event, MAY_START_ROUND)
                _enter(under_way, Phase.ROUND)
            else:
                _require_phase(event, fair.ON_STAGE)
                _enter(under_way, Phase.FOLLOW_UP)
                event.clock_until = None
    return under_way.outcome


def _require_phase(event: Event, phases: frozenset[Phase]) -> None:
    if event.phase not in phases:
        raise Refused("phase_first", phase=str(wording.phase_word(event.phase)))


def set_phase(event_id: int, phase: Phase, *, by: Actor, key: str | None = None) -> Outcome:
    """Switch an event's phase, in any direction: people press the wrong button."""
    with change(event_id, "phase", "event", by, key=key) as under_way:
        if under_way.repeated is None:
            _enter(under_way, phase)
    return under_way.outcome


def set_moderation_first(event_id: int, on: bool, *, by: Actor, key: str | None = None) -> Outcome:
    """Whether attendees' questions wait as *pending* until somebody publishes them.

    Those that are waiting or published already stay as they are.
    """
    with change(event_id, "moderation", "event", by, key=key) as under_way:
        if under_way.repeated is None:
            under_way.event.moderation_first = on
    return under_way.outcome


def _enter(under_way: Change, phase: Phase) -> None:
    """Go to `phase`; what is live leaves the stage when the phase has none."""
    under_way.event.phase = phase
    if phase not in fair.ON_STAGE:
        questions.take_off_stage(under_way)


def _require_undoable(row: ChangeRow, by: Actor) -> None:
    if by.role == questions.P and (row.stand_id is None or row.stand_id != by.stand_id):
        raise Refused("not_yours")
    if row.undone_by is not None:
        raise Refused("undone")
    if row.verb in ("withdraw", "redact"):
        raise Refused("erased")
    if row.verb not in UNDOABLE:
        raise Refused("not_undoable")


def _require_untouched(row: ChangeRow) -> None:
    """Refuses when anything that the change touched was touched again."""
    for question, image in _images(row):
        if question.status is Status.WITHDRAWN:
            raise Refused("erased")
        if question.last_change_id != row.id:
            raise Refused("built_upon")
        if image["head_id"] is not None:
            _require_head(question, image, row)
        elif image["status"] not in PUBLIC:
            _require_nobody_hidden(question, row)
    event = db.session.get_one(Event, row.event_id)
    for name, (_, after) in row.before.get("event", {}).items():
        # Which question was live before is a consequence; nothing is built upon it.
        if name != "before_id" and images.plain(getattr(event, name)) != after:
            raise Refused("built_upon")


def _require_nobody_hidden(question: Question, row: ChangeRow) -> None:
    """What was merged under `question` while everybody could read it would vanish with it."""
    followers = db.session.scalars(select(Question).where(Question.head_id == question.id))
    if question.status in PUBLIC and any(
        follower.status in PUBLIC and _touched_since(row, follower.id) for follower in followers
    ):
        raise Refused("built_upon")


def _require_head(question: Question, image: dict[str, Any], row: ChangeRow) -> None:
    """The head that `question` would follow again must be one then; and nobody may follow it."""
    head_id = image["head_id"]
    head = db.session.get_one(Question, head_id)
    if head.status is Status.WITHDRAWN:
        raise Refused("built_upon")
    if f"question {head_id}" not in row.before:
        vanishes = image["status"] in PUBLIC and head.status not in PUBLIC
        if head.head_id is not None or (vanishes and _touched_since(row, head_id)):
            raise Refused("built_upon")
    followers = db.session.scalars(select(Question.id).where(Question.head_id == question.id))
    if any(f"question {follower}" not in row.before for follower in followers):
        raise Refused("built_upon")


def _touched_since(row: ChangeRow, question_id: int) -> bool:
    """Whether any change after `row` touched the question, an undo included."""
    later = db.session.scalars(
        select(ChangeRow.before).where(ChangeRow.event_id == row.event_id, ChangeRow.id > row.id)
    )
    return any(f"question {question_id}" in before for before in later)


def _put_back(under_way: Change, row: ChangeRow) -> None:
    event = under_way.event
    touched = _images(row)
    live = db.session.scalar(
        select(Question.id).where(Question.event_id == event.id, Question.status == Status.LIVE)
    )
    if any(image["status"] is Status.LIVE for _, image in touched):
        fair.require_round(event, phase=_phase_after(row, event))
        if live is not None and live not in {question.id for question, _ in touched}:
            raise Refused("another_live")
    # Only what is still as the change left it is put back.
    now_is = images.of_event(event)
    earlier = {
        name: before
        for name, (before, after) in row.before.get("event", {}).items()
        if now_is[name] == after
    }
    before_id = event.before_id
    # Whatever leaves the stage goes first: the database never sees two live ones.
    for question, image in sorted(touched, key=lambda pair: pair[1]["status"] is Status.LIVE):
        questions.restore(under_way, question, image)
    event.before_id = before_id
    for name, value in images.read(earlier).items():
        setattr(event, name, value)


def _phase_after(row: ChangeRow, event: Event) -> Phase:
    """The phase that the event will be in when `row` is taken back."""
    if "phase" in row.before.get("event", {}):
        return Phase(row.before["event"]["phase"][0])
    return event.phase


def _images(row: ChangeRow) -> list[tuple[Question, dict[str, Any]]]:
    """The questions that a change touched, each with how it was before."""
    return [
        (db.session.get_one(Question, int(subject.split()[1])), images.read(image))
        for subject, image in row.before.items()
        if subject != "event"
    ]


def _clock(value: str | None) -> datetime | None:
    if not value or not value.isdecimal() or len(value) > 3 or int(value) > LONGEST_CLOCK_MIN:
        raise Refused("minutes", field="value")
    return now() + timedelta(minutes=int(value)) if int(value) else None
