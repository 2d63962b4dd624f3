"""What a question may become. The table is data; one private function assigns the status.

Source of the table: docs/glossary.md, "A question's life".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exchange import wording
from exchange.domain import fair, texts
from exchange.domain.changes import Actor, Change, Outcome, change
from exchange.domain.refusals import Refused
from exchange.extensions import db
from exchange.models import (
    Answer,
    How,
    Question,
    Stand,
    Status,
)
from exchange.models.base import now
from exchange.queries.questions import PUBLIC, may_be_edited

P, M, A = "presenter", "moderator", "attendee"

_ALL = frozenset(Status)
_PENDING, _OPEN, _SHORTLISTED, _LIVE = (
    Status.PENDING,
    Status.OPEN,
    Status.SHORTLISTED,
    Status.LIVE,
)
_ANSWERED, _OWED, _DECLINED, _WITHDRAWN = (
    Status.ANSWERED,
    Status.OWED,
    Status.DECLINED,
    Status.WITHDRAWN,
)


@dataclass(frozen=True)
class Move:
    """From which statuses whom a verb leads, and where to (None: the status stays)."""

    to: Status | None
    allowed: Mapping[str, frozenset[Status]]
    while_merged: bool = False
    """Whether a merged question takes it; all other verbs are refused, naming the head."""


def _by(statuses: frozenset[Status], *roles: str) -> dict[str, frozenset[Status]]:
    return dict.fromkeys(roles, statuses)


_WAITING = frozenset({_PENDING, _OPEN, _SHORTLISTED})

MOVES: Mapping[str, Move] = {
    "publish": Move(_OPEN, _by(frozenset({_PENDING}), P, M)),
    "shortlist": Move(
        _SHORTLISTED,
        {
            P: frozenset({_PENDING, _OPEN, _OWED, _ANSWERED}),
            M: frozenset({_PENDING, _OPEN, _OWED, _ANSWERED, _LIVE}),
        },
    ),
    "live": Move(_LIVE, _by(frozenset({_OPEN, _SHORTLISTED}), M)),
    "answer": Move(_ANSWERED, _by(_ALL - {_DECLINED, _WITHDRAWN}, P, M)),
    "owe": Move(_OWED, {P: _WAITING, M: _WAITING | {_LIVE}}),
    "decline": Move(
        _DECLINED,
        {P: _ALL - {_ANSWERED, _WITHDRAWN, _LIVE}, M: _ALL - {_ANSWERED, _WITHDRAWN}},
    ),
    "reopen": Move(_OPEN, _by(frozenset({_SHORTLISTED, _OWED, _ANSWERED, _DECLINED}), P, M)),
    "merge": Move(None, _by(_ALL - {_LIVE, _WITHDRAWN}, M)),
    "split": Move(None, _by(_ALL, M), while_merged=True),
    "redact": Move(None, _by(_ALL, P, M), while_merged=True),
    "move": Move(None, _by(frozenset({_SHORTLISTED}), M)),
    "assign": Move(None, _by(_ALL - {_LIVE}, M)),
    "edit": Move(None, _by(frozenset({_PENDING, _OPEN}), A)),
    "withdraw": Move(_WITHDRAWN, _by(_WAITING, A), while_merged=True),
}


@dataclass(frozen=True)
class Fields:
    """What a verb was given beside the question. Each verb reads its own and ignores the rest."""

    how: str | None = None
    answer: str | None = None
    until: str | None = None
    reason: str | None = None
    head: int | None = None
    text: str | None = None
    position: int | None = None
    stand: str | None = None


def may(verb: str, role: str, status: Status) -> bool:
    """Whether the table allows `verb` to `role` from `status`."""
    return status in MOVES[verb].allowed.get(role, frozenset())


def act(
    question_id: int,
    verb: str,
    *,
    by: Actor,
    key: str | None = None,
    version: int | None = None,
    fields: Fields = Fields(),
) -> Outcome:
    """Use `verb` on a question. `version`: the one that the actor saw, None for the asker.

    Refuses `unknown`, also to a desk when the question is another's; `quicker` when it has moved
    on since; `follows` for a merged question; `status` when the table says no; and what the verb
    itself refuses.
    """
    event_id = db.session.scalar(select(Question.event_id).where(Question.id == question_id))
    if verb not in MOVES or event_id is None:
        raise Refused("unknown")
    with change(event_id, verb, f"question {question_id}", by, key=key) as under_way:
        if under_way.repeated is None:
            question = db.session.get_one(Question, question_id)
            _require(question, verb, by, version)
            under_way.touch(question)
            _VERBS[verb](under_way, question, fields)
    return under_way.outcome


def _require(question: Question, verb: str, by: Actor, version: int | None) -> None:
    move = MOVES[verb]
    if by.stand_id not in (None, question.stand_id):
        raise Refused("unknown")
    if by.role not in move.allowed:
        raise Refused("not_yours")
    if version is not None and version != question.version:
        raise Refused("quicker", number=question.number)
    if question.head is not None and not move.while_merged:
        raise Refused("follows", number=question.number, head=question.head.number)
    if not may(verb, by.role, question.status):
        raise Refused("status", number=question.number, status=wording.status_word(question.status))


def _move(under_way: Change, question: Question, to: Status, **columns: object) -> None:
    """The only place that assigns a status. What belonged to the old one goes with it;
    `columns` are what belongs to the new one.
    """
    under_way.touch(question)
    session, event = db.session, under_way.event
    if question.status is Status.LIVE and to is not Status.LIVE:
        event.before_id = question.id
    if to is Status.SHORTLISTED and "position" not in columns:
        columns["position"] = _last_place(session, event.id)
    question.status = to
    fresh = {"since": now(), "position": None, "owed_until": None, "reason": None}
    for name, value in (fresh | columns).items():
        setattr(question, name, value)
    # The database holds "one live an event"; it must see the old one go before the new one comes.
    session.flush()


def _publish(under_way: Change, question: Question, fields: Fields) -> None:
    _move(under_way, question, Status.OPEN)


def _shortlist(under_way: Change, question: Question, fields: Fields) -> None:
    if question.status is Status.LIVE:
        _take_back(under_way, question)
    else:
        _move(under_way, question, Status.SHORTLISTED)


def _live(under_way: Change, question: Question, fields: Fields) -> None:
    fair.require_round(under_way.event)
    take_off_stage(under_way)
    _move(under_way, question, Status.LIVE)


def _answer(under_way: Change, question: Question, fields: Fields) -> None:
    how = _how(fields.how, question.status, under_way.by.role, fields.answer)
    text = texts.clean(fields.answer or "", limit=texts.ANSWER_LIMIT) or None
    if how is How.IN_WRITING and text is None:
        raise Refused("answer_missing", field="answer")
    answer = Answer(
        question_id=question.id,
        how=how,
        text=text,
        by=under_way.by.role,
        corrects=question.answer_id is not None,
    )
    db.session.add(answer)
    db.session.flush()
    _move(under_way, question, Status.ANSWERED, answer_id=answer.id)


def _owe(under_way: Change, question: Question, fields: Fields) -> None:
    until = _until(fields.until) or under_way.event.owed_until
    _move(under_way, question, Status.OWED, owed_until=until)


def _decline(under_way: Change, question: Question, fields: Fields) -> None:
    reason = texts.clean_line(fields.reason, limit=texts.REASON_LIMIT)
    if reason is None:
        raise Refused("reason_missing", field="reason")
    _move(under_way, question, Status.DECLINED, reason=reason)


def _reopen(under_way: Change, question: Question, fields: Fields) -> None:
    # The answer no longer counts; its row stays as history.
    _move(under_way, question, Status.OPEN, answer_id=None)


def _merge(under_way: Change, question: Question, fields: Fields) -> None:
    head = db.session.get(Question, fields.head) if fields.head else None
    if (
        head is None
        or head.event_id != question.event_id
        or head.id == question.id
        or head.status is Status.WITHDRAWN
    ):
        raise Refused("head", field="head")
    if head.head is not None:
        raise Refused("follows", number=head.number, head=head.head.number)
    # A group is shown as its head is: what everybody may read must not vanish by being merged.
    # A follower that everybody may read has such a head, so that this one speaks for its group.
    if question.status in PUBLIC and head.status not in PUBLIC:
        word = "head_pending" if head.status is Status.PENDING else "head_declined"
        raise Refused(word, field="head", number=question.number, head=head.number)
    for follower in _followers(question.id):
        under_way.touch(follower)
        follower.head_id = head.id
    question.head_id = head.id
    under_way.mention(head.id)


def _split(under_way: Change, question: Question, fields: Fields) -> None:
    if question.head_id is None:
        raise Refused("not_merged", number=question.number)
    under_way.mention(question.head_id)
    question.head_id = None


def _redact(under_way: Change, question: Question, fields: Fields) -> None:
    question.text = texts.clean_question(fields.text or "")
    question.name = None
    question.redacted = True


def _move_in_run_list(under_way: Change, question: Question, fields: Fields) -> None:
    others = [other for other in _run_list(question.event_id) if other.id != question.id]
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


def _assign(under_way: Change, question: Question, fields: Fields) -> None:
    stand = stand_named(question.event_id, fields.stand)
    if stand.id != question.stand_id:
        under_way.leave(question, question.stand_id)
        question.stand_id = stand.id


def _edit(under_way: Change, question: Question, fields: Fields) -> None:
    fair.require_asking(under_way.event.phase, under_way.event.date)
    event = under_way.event
    if not may_be_edited(question.status, event.phase, moderated=event.moderation_first):
        raise Refused("published")
    question.text = texts.clean_question(fields.text or "")


def _withdraw(under_way: Change, question: Question, fields: Fields) -> None:
    followers = _followers(question.id)
    if question.head_id is not None:
        under_way.mention(question.head_id)
    staying = [other for other in followers if other.status is not Status.WITHDRAWN]
    public = [other for other in staying if other.status in PUBLIC]
    heir = next(iter(public or staying), None)
    if heir is not None:
        _inherit(under_way, question, heir, followers)
    _move(under_way, question, Status.WITHDRAWN)


def _inherit(
    under_way: Change, question: Question, heir: Question, followers: list[Question]
) -> None:
    """`heir` becomes the head, and takes the place in the run list: others wait for an answer to
    it. The withdrawn one follows, so that no vote of the group is lost.
    """
    place = question.position
    for follower in followers:
        under_way.touch(follower)
        follower.head_id = None if follower is heir else heir.id
    question.head_id = heir.id
    if question.status is Status.SHORTLISTED and heir.status is Status.OPEN:
        _move(under_way, heir, Status.SHORTLISTED, position=place)


_VERBS: Mapping[str, Callable[[Change, Question, Fields], None]] = {
    "publish": _publish,
    "shortlist": _shortlist,
    "live": _live,
    "answer": _answer,
    "owe": _owe,
    "decline": _decline,
    "reopen": _reopen,
    "merge": _merge,
    "split": _split,
    "redact": _redact,
    "move": _move_in_run_list,
    "assign": _assign,
    "edit": _edit,
    "withdraw": _withdraw,
}


def take_off_stage(under_way: Change) -> None:
    """Whatever is live is so no longer: to the head of the run list if unanswered."""
    live = db.session.scalar(
        select(Question).where(
            Question.event_id == under_way.event.id, Question.status == Status.LIVE
        )
    )
    if live is None:
        return
    if live.answer_id is not None:
        _move(under_way, live, Status.ANSWERED)
    else:
        _take_back(under_way, live)


def restore(under_way: Change, question: Question, image: Mapping[str, object]) -> None:
    """Put back what undo remembered. The image is whole: status and all that belongs to it."""
    under_way.touch(question)
    if question.stand_id != image["stand_id"]:
        under_way.leave(question, question.stand_id)
    # Whom it followed and whom it will follow: both show it.
    for head_id in (question.head_id, image["head_id"]):
        if isinstance(head_id, int):
            under_way.mention(head_id)
    columns = {name: value for name, value in image.items() if name != "status"}
    _move(under_way, question, Status(image["status"]), **columns)


def stand_named(event_id: int, word: str | None) -> Stand:
    """The stand of an event that `word` names: its code or its number. Refuses `stand`."""
    condition = (
        Stand.number == int(word)
        if word and word.isdecimal() and len(word) < 5
        else Stand.code == (word or "").upper()
    )
    stand = db.session.scalar(select(Stand).where(Stand.event_id == event_id, condition))
    if stand is None:
        raise Refused("stand", field="stand")
    return stand


def _take_back(under_way: Change, question: Question) -> None:
    """From the stage to the head of the run list: it is the one to go on with."""
    first = db.session.scalar(
        select(func.min(Question.position)).where(Question.event_id == under_way.event.id)
    )
    place = 1.0 if first is None else first - 1.0
    _move(under_way, question, Status.SHORTLISTED, position=place)


def _run_list(event_id: int) -> list[Question]:
    return list(
        db.session.scalars(
            select(Question)
            .where(
                Question.event_id == event_id,
                Question.status == Status.SHORTLISTED,
                Question.head_id.is_(None),
            )
            .order_by(Question.position, Question.number)
        )
    )


def _last_place(session: Session, event_id: int) -> float:
    last = session.scalar(select(func.max(Question.position)).where(Question.event_id == event_id))
    return (last or 0.0) + 1.0


def _between(before: float | None, after: float | None) -> float:
    if before is None and after is None:
        return 1.0
    if before is None:
        return (after or 0.0) - 1.0
    return before + 1.0 if after is None else (before + after) / 2


def _followers(question_id: int) -> list[Question]:
    """Oldest first."""
    return list(
        db.session.scalars(
            select(Question).where(Question.head_id == question_id).order_by(Question.number)
        )
    )


def _how(word: str | None, status: Status, role: str, answer: str | None) -> How:
    """The way it was answered: as said, else as the moment suggests."""
    if word:
        try:
            return How(word)
        except ValueError:
            raise Refused("how", field="how") from None
    if status is Status.LIVE:
        return How.IN_ROUND
    return How.IN_WRITING if role == M and answer and answer.strip() else How.AT_STAND


def _until(word: str | None) -> date | None:
    if not word:
        return None
    try:
        until = date.fromisoformat(word)
    except ValueError:
        raise Refused("until", field="until") from None
    if until < now().date():
        raise Refused("until", field="until")
    return until
