"""Erasing words: each stands in one row and nowhere else, so that no undo finds it again."""

from sqlalchemy import select, update

from exchange.domain.changes import Change
from exchange.domain.refusals import Refused
from exchange.models import Answer, Question, Reason


def erase_all(under_way: Change, question: Question) -> None:
    """All that was written in a question, about it and to it: it is withdrawn."""
    question.text, question.name, question.municipality = "", None, None
    for kind in (Answer, Reason):
        _erase(under_way, kind, question.id)
    under_way.erases = True


def redact_rows(
    under_way: Change,
    kind: type[Answer] | type[Reason],
    question: Question,
    counts: int | None,
    text: str | None,
) -> None:
    """The answer or reason that counts, else the latest one, reads `text` now (None: nothing);
    all others of the question are erased. Refuses `nothing_written`.
    """
    written = list(
        under_way.session.execute(
            select(kind.id, kind.text).where(kind.question_id == question.id).order_by(kind.id)
        )
    )
    if not any(words for _, words in written):
        raise Refused("nothing_written", number=question.number)
    kept = counts or written[-1].id
    _erase(under_way, kind, question.id)
    under_way.session.execute(update(kind).where(kind.id == kept).values(text=text))
    under_way.erases = True


def _erase(under_way: Change, kind: type[Answer] | type[Reason], question_id: int) -> None:
    under_way.session.execute(update(kind).where(kind.question_id == question_id).values(text=None))
