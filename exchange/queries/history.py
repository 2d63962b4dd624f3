"""What happened to a question: the log's changes of it, and its answers, earlier ones too."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from exchange.database.connections import db
from exchange.models import Answer, ChangeQuestion, ChangeRow, How, Question, Stand

LENGTH = 100
"""The latest steps; whoever needs more of them asks the log."""


@dataclass(frozen=True)
class Step:
    """One change that touched a question."""

    at: datetime
    verb: str
    role: str
    stand: str | None
    """The label of the stand at whose desk it was done, when it was done at one."""
    other: int | None
    """The number of the question that the verb was used on, when that was another one."""
    undone_verb: str | None
    """What was taken back, when that is what happened."""
    undone: bool
    """Whether it was taken back since."""


@dataclass(frozen=True)
class Given:
    """One answer that was given to a question."""

    text: str | None
    how: How
    by: str
    at: datetime
    corrects: bool
    counts: bool
    """Whether it is the one that counts now."""


def steps(question_id: int) -> list[Step]:
    """The changes that touched a question, the latest first."""
    other, undone = aliased(Question), aliased(ChangeRow)
    touched = select(ChangeQuestion.change_id).where(ChangeQuestion.question_id == question_id)
    rows = db.session.execute(
        select(
            ChangeRow.at,
            ChangeRow.verb,
            ChangeRow.role,
            Stand.label,
            other.number,
            undone.verb,
            ChangeRow.undone_by.is_not(None),
        )
        .outerjoin(Stand, ChangeRow.stand_id == Stand.id)
        .outerjoin(
            other,
            and_(
                ChangeRow.subject == "question",
                ChangeRow.subject_id == other.id,
                other.id != question_id,
            ),
        )
        .outerjoin(undone, and_(ChangeRow.subject == "change", ChangeRow.subject_id == undone.id))
        .where(
            or_(
                ChangeRow.id.in_(touched),
                # Of a new question there is nothing that was before.
                and_(
                    ChangeRow.subject == "question",
                    ChangeRow.subject_id == question_id,
                    ChangeRow.verb == "ask",
                ),
            )
        )
        .order_by(ChangeRow.id.desc())
        .limit(LENGTH)
    )
    return [Step(*row) for row in rows]


def answers(question_id: int) -> list[Given]:
    """The answers that were given to a question, the latest first."""
    rows = db.session.execute(
        select(
            Answer.text,
            Answer.how,
            Answer.by,
            Answer.at,
            Answer.corrects,
            Question.answer_id == Answer.id,
        )
        .join(Question, Answer.question_id == Question.id)
        .where(Answer.question_id == question_id)
        .order_by(Answer.id.desc())
        .limit(LENGTH)
    )
    return [Given(*row[:5], counts=bool(row[5])) for row in rows]
