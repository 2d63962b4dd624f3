"""Which verbs a page offers for a question: what the table of moves and the day's phase allow.

Pages and scripts ask here; none repeats the table. A verb that is offered may still be refused for
its fields, or because somebody was quicker, but never by the table.
"""

from collections.abc import Mapping
from functools import cache

from flask import Flask

from exchange.domain.moves import MOVES, A, M, P, may, may_be_edited
from exchange.domain.phases import ON_STAGE
from exchange.domain.undo import UNDOABLE
from exchange.models import Phase, Status, lengths
from exchange.queries.questions import Card, Written

_SHOWN_AT_ONCE: Mapping[Status, tuple[str, ...]] = {
    Status.PENDING: ("publish", "decline", "shortlist"),
    Status.OPEN: ("shortlist", "live", "answer"),
    Status.SHORTLISTED: ("live", "answer", "move"),
    Status.LIVE: ("answer", "shortlist"),
    Status.ANSWERED: ("answer", "shortlist", "reopen"),
    Status.OWED: ("answer", "shortlist", "reopen"),
    Status.DECLINED: ("reopen",),
    Status.WITHDRAWN: (),
}
"""What the moderation does most with a question that stands there; the rest is one press away."""

_REDACTING = ("redact", "redact-answer", "redact-reason")
_ORDER: Mapping[str, tuple[str, ...]] = {
    P: ("publish", "answer", "shortlist", "owe", "decline", "reopen", *_REDACTING),
    M: (
        *("publish", "shortlist", "live", "answer", "owe", "decline", "reopen"),
        *("move", "merge", "split", "assign", *_REDACTING),
    ),
    A: ("edit", "withdraw"),
}
"""The verbs of each audience, in the order of its page."""


def verbs_for(card: Card, role: str) -> tuple[str, ...]:
    """The verbs that `role` may use on a question now, those that are at hand first."""
    at_hand, others = _offered(card, role)
    return at_hand + others


def at_hand(card: Card, role: str) -> tuple[str, ...]:
    """Those of `verbs_for` that its list shows at once."""
    return _offered(card, role)[0]


def offered(card: Card, role: str) -> str:
    """`verbs_for`, as a page tells it to its scripts: an answer to what is answered corrects."""
    answer = "correct" if card.status is Status.ANSWERED else "answer"
    return " ".join(answer if verb == "answer" else verb for verb in verbs_for(card, role))


def _offered(card: Card, role: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if card.prepared:
        return (), ()
    return _by_the_table(
        role,
        card.status,
        card.head is not None,
        card.phase,
        card.moderation_first,
        written=card.written,
    )


# A page asks for each of its questions: a few hundred answers are all there are.
@cache
def _by_the_table(
    role: str, status: Status, merged: bool, phase: Phase, moderated: bool, *, written: Written
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    offered = [
        verb
        for verb in _ORDER[role]
        if may(verb, role, status)
        and (MOVES[verb].while_merged or not merged)
        and (verb != "split" or merged)
        and (verb != "live" or phase in ON_STAGE)
        and (verb != "redact-answer" or written.answers)
        and (verb != "redact-reason" or written.reasons)
        and (verb != "edit" or may_be_edited(status, phase, moderated=moderated))
    ]
    if role == M:
        first = ("split", "redact") if merged else _SHOWN_AT_ONCE[status]
    else:
        # A desk has few verbs and a card has room for them.
        first = tuple(verb for verb in _ORDER[role] if verb not in _REDACTING)
    shown = tuple(verb for verb in first if verb in offered)
    return shown, tuple(verb for verb in offered if verb not in shown)


def init_app(app: Flask) -> None:
    """Hand the rules to every template, imported macros included."""
    app.jinja_env.globals.update(
        verbs_for=verbs_for,
        at_hand=at_hand,
        offered=offered,
        lengths=lengths,
        undoable=tuple(sorted(UNDOABLE)),
    )
