"""The verbs on a question. What may follow what stands in `moves.py`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sqlalchemy import or_, select

from exchange import wording
from exchange.database.connections import db
from exchange.domain import erasing, field_values, merging, run_list, texts
from exchange.domain.changes import Actor, Change, Outcome, Subject, change
from exchange.domain.moves import MOVES, NO_FIELDS, Fields, M, assign_status, may, may_be_edited
from exchange.domain.phases import require_asking
from exchange.domain.refusals import Refused
from exchange.models import Answer, How, Origin, Question, Reason, Stand, Status, codes, lengths
from exchange.models.labels import sort_key
from exchange.queries import promises


def act(
    question_id: int,
    verb: str,
    *,
    by: Actor,
    event_id: int | None = None,
    key: str | None = None,
    version: int | None = None,
    fields: Fields = NO_FIELDS,
) -> Outcome:
    """Use `verb` on a question. `version`: the one that the actor saw, None for the asker.

    `event_id`: the event at which the actor acts; the question's own unless said.

    Refuses `unknown`, also to a desk when the question is another's; `quicker` when it has moved
    on since; `prepared` for one that nobody asked; `follows` for a merged question; `status` when
    the table says no; and what the verb itself refuses.
    """
    if event_id is None:
        event_id = db.session.scalar(select(Question.event_id).where(Question.id == question_id))
    if verb not in MOVES or event_id is None:
        raise Refused("unknown")
    subject = Subject("question", question_id)
    with change(event_id, verb, subject, by, key=key) as under_way:
        if under_way.repeated is None:
            question = under_way.session.get(Question, question_id)
            if question is None or question.event_id != event_id:
                raise Refused("unknown")
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
    if question.origin is Origin.PREPARED:
        raise Refused("prepared", number=question.number)
    if version is not None and version != question.version:
        raise Refused("quicker", number=question.number)
    if question.head is not None and not move.while_merged:
        raise Refused("follows", number=question.number, head=question.head.number)
    if not may(verb, by.role, question.status):
        raise Refused("status", number=question.number, status=wording.status_word(question.status))


def _publish(under_way: Change, question: Question, fields: Fields) -> None:
    assign_status(under_way, question, Status.OPEN)


def _answer(under_way: Change, question: Question, fields: Fields) -> None:
    how = _how(fields.how, question.status, under_way.by.role, fields.answer)
    text = texts.clean(fields.answer or "", limit=lengths.ANSWER) or None
    if how is How.IN_WRITING and text is None:
        raise Refused("answer_missing", field="answer")
    answer = Answer(
        question_id=question.id,
        how=how,
        text=text,
        by=under_way.by.role,
        corrects=question.answer_id is not None,
    )
    under_way.session.add(answer)
    under_way.session.flush()
    assign_status(under_way, question, Status.ANSWERED, answer_id=answer.id)


def _owe(under_way: Change, question: Question, fields: Fields) -> None:
    until = _until(fields.until) or promises.due_day(under_way.event.owed_until)
    assign_status(under_way, question, Status.OWED, owed_until=until)


def _decline(under_way: Change, question: Question, fields: Fields) -> None:
    reason = texts.clean_line(fields.reason, limit=lengths.REASON)
    if reason is None:
        raise Refused("reason_missing", field="reason")
    everything = [question]
    if fields.of_browser and question.participant_id is not None:
        everything += _others_of_browser(under_way, question)
    for one in everything:
        given = Reason(question_id=one.id, text=reason)
        under_way.session.add(given)
        under_way.session.flush()
        assign_status(under_way, one, Status.DECLINED, reason_id=given.id)


def _others_of_browser(under_way: Change, question: Question) -> Sequence[Question]:
    """What else its browser asked and nobody has dealt with; for a desk, at its own stand."""
    condition = [
        Question.event_id == question.event_id,
        Question.participant_id == question.participant_id,
        Question.status.in_((Status.PENDING, Status.OPEN)),
        Question.head_id.is_(None),
        Question.id != question.id,
    ]
    if under_way.by.stand_id is not None:
        condition.append(Question.stand_id == under_way.by.stand_id)
    with under_way.session.no_autoflush:
        return under_way.session.scalars(select(Question).where(*condition)).all()


def _reopen(under_way: Change, question: Question, fields: Fields) -> None:
    # The answer no longer counts; its row stays as history.
    assign_status(under_way, question, Status.OPEN, answer_id=None)


def _redact(under_way: Change, question: Question, fields: Fields) -> None:
    question.text = texts.clean_question(fields.text or "")
    question.name, question.municipality = None, None
    question.redacted = True
    under_way.erases = True
    if question.head_id is not None:
        # It stands under its head, too.
        under_way.mention(question.head_id)


def _redact_answer(under_way: Change, question: Question, fields: Fields) -> None:
    text = texts.clean(fields.answer or "", limit=lengths.ANSWER) or None
    erasing.redact_rows(under_way, Answer, question, question.answer_id, text)


def _redact_reason(under_way: Change, question: Question, fields: Fields) -> None:
    text = texts.clean_line(fields.reason, limit=lengths.REASON)
    erasing.redact_rows(under_way, Reason, question, question.reason_id, text)


def _assign(under_way: Change, question: Question, fields: Fields) -> None:
    stand = stand_named(question.event_id, fields.stand)
    if stand.id != question.stand_id:
        under_way.leave(question, question.stand_id)
        question.stand_id = stand.id


def _edit(under_way: Change, question: Question, fields: Fields) -> None:
    require_asking(under_way.event.phase, under_way.event.date)
    event = under_way.event
    if not may_be_edited(question.status, event.phase, moderated=event.moderation_first):
        raise Refused("published")
    question.text = texts.clean_question(fields.text or "", limit=event.question_length)
    # What was worded anew may have been a telephone number.
    under_way.erases = True


_VERBS: Mapping[str, Callable[[Change, Question, Fields], None]] = {
    "publish": _publish,
    "shortlist": run_list.shortlist,
    "live": run_list.put_live,
    "answer": _answer,
    "owe": _owe,
    "decline": _decline,
    "reopen": _reopen,
    "merge": merging.merge,
    "split": merging.split,
    "redact": _redact,
    "redact-answer": _redact_answer,
    "redact-reason": _redact_reason,
    "move": run_list.move_in_run_list,
    "assign": _assign,
    "edit": _edit,
    "withdraw": merging.withdraw,
}


def stand_named(event_id: int, word: str | None) -> Stand:
    """The stand of an event that `word` names: its label or its code. Refuses `stand`."""
    said = word or ""
    key = sort_key(said) if len(said) <= lengths.LABEL and said.isprintable() else None
    stand = db.session.scalar(
        select(Stand)
        .where(
            Stand.event_id == event_id,
            Stand.archived.is_(False),
            or_(Stand.sort_key == key, Stand.code == codes.SHORT.read(word)),
        )
        # A label may read like another stand's code: labels are what people say.
        .order_by(Stand.sort_key != key)
        .limit(1)
    )
    if stand is None:
        raise Refused("stand", field="stand")
    return stand


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
    # The same years as in an organiser's fields: behind them, adding to a day overflows.
    if promises.is_overdue(until) or until.year not in field_values.YEARS:
        raise Refused("until", field="until")
    return until
