"""What a question may become: the table of moves, and the functions that assign a status.

Source of the table: docs/glossary.md, "A question's life".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from exchange.domain.changes import Change
from exchange.models import ASKING, Phase, Question, Status
from exchange.models.base import now

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
    "redact-answer": Move(None, _by(_ALL, P, M), while_merged=True),
    "redact-reason": Move(None, _by(_ALL, P, M), while_merged=True),
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
    of_browser: bool = False
    """Decline: also what else the same browser asked and nobody has dealt with."""


NO_FIELDS = Fields()


def may(verb: str, role: str, status: Status) -> bool:
    """Whether the table allows `verb` to `role` from `status`."""
    return status in MOVES[verb].allowed.get(role, frozenset())


def may_be_edited(status: Status, phase: Phase, *, moderated: bool) -> bool:
    """Whether a question that follows no other may be worded anew by its asker.

    What was checked before everybody could read it must not become something else unread.
    """
    unread = status is Status.PENDING or (status is Status.OPEN and not moderated)
    return unread and phase in ASKING


def assign_status(under_way: Change, question: Question, to: Status, **columns: object) -> None:
    """How every verb assigns a status. What belonged to the old one goes with it; `columns`
    are what belongs to the new one.
    """
    under_way.touch(question)
    leaves_stage = question.status is Status.LIVE and to is not Status.LIVE
    if leaves_stage:
        under_way.event.before_id = question.id
    question.status = to
    fresh = {"since": now(), "position": None, "owed_until": None, "reason_id": None}
    for name, value in (fresh | columns).items():
        setattr(question, name, value)
    if leaves_stage:
        # The database allows one live question an event: the old one must go before the new comes.
        under_way.session.flush()


@dataclass(frozen=True)
class PreparedRow:
    """How a prepared question is to stand. Without an answer it is withdrawn, and its text gone."""

    id: int
    text: str
    version: int
    answer_id: int | None


def assign_prepared(session: Session, rows: Sequence[PreparedRow]) -> None:
    """The same for prepared questions, many at once: no verb leads there, and no undo of their own,
    for they follow their project's entry (`domain/prepared.py`).
    """
    if not rows:
        return
    moment = now()
    session.execute(
        update(Question),
        [
            {
                "id": row.id,
                "text": row.text if row.answer_id else "",
                "version": row.version,
                "answer_id": row.answer_id,
                "status": Status.ANSWERED if row.answer_id else Status.WITHDRAWN,
                "since": moment,
            }
            for row in rows
        ],
    )
