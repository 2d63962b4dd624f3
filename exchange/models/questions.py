"""Questions, their answers and their me toos."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.models import lengths
from exchange.models.base import Base, UtcDateTime, now, words
from exchange.models.fair import Event, Stand
from exchange.models.people import Participant


class Status(enum.Enum):
    """Where a question stands. What may follow what: `domain/moves.py`."""

    PENDING = "pending"
    OPEN = "open"
    SHORTLISTED = "shortlisted"
    LIVE = "live"
    ANSWERED = "answered"
    OWED = "owed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Facet(enum.Enum):
    """What a question is about. The words are German because the fair's are."""

    RECHT = "recht"
    KOSTEN = "kosten"
    TECHNIK = "technik"
    ORGANISATION = "organisation"
    BETRIEB = "betrieb"
    KONTAKT = "kontakt"


class How(enum.Enum):
    """How a question was answered."""

    AT_STAND = "at_stand"
    IN_ROUND = "in_round"
    IN_WRITING = "in_writing"


class Origin(enum.Enum):
    """Whose browser a question came through."""

    ATTENDEE = "attendee"
    PRESENTER = "presenter"
    MODERATOR = "moderator"
    PREPARED = "prepared"
    """Nobody's: a standard question, answered by the project before the day."""


class Question(Base):
    """A question at a stand. Its status is assigned in one place, `domain/moves.py`."""

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        # At most one live question an event: the database refuses the second.
        Index(
            "uq_questions_one_live_an_event",
            "event_id",
            unique=True,
            sqlite_where=text("status = 'live'"),
            postgresql_where=text("status = 'live'"),
        ),
        # Answers "how many stand where" without reading a question.
        Index("ix_questions_event_id_status_head_id", "event_id", "status", "head_id"),
        CheckConstraint("head_id <> id", name="no_head_of_itself"),
        CheckConstraint("(status = 'shortlisted') = (position IS NOT NULL)", name="run_list"),
        CheckConstraint("status <> 'owed' OR owed_until IS NOT NULL", name="owed_by_a_day"),
        CheckConstraint("status <> 'answered' OR answer_id IS NOT NULL", name="answered_somehow"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    stand_id: Mapped[int] = mapped_column(ForeignKey("stands.id"), index=True)
    number: Mapped[int]
    key: Mapped[str] = mapped_column(String(36), unique=True)
    """Of the UUID its client made, an HMAC (`exchange/digests.py`). Whoever holds the UUID is the
    asker: it appears in nothing we show or keep."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of what first arrived: tells a repetition from another question under the same key. Without
    the client's own key nobody can try texts against it."""
    text: Mapped[str] = mapped_column(String(lengths.QUESTION))
    """Empty once the question is withdrawn."""
    facet: Mapped[Facet | None] = mapped_column(words(Facet))
    name: Mapped[str | None] = mapped_column(String(lengths.NAME))
    municipality: Mapped[str | None] = mapped_column(String(lengths.MUNICIPALITY))
    """Where the asker comes from."""
    origin: Mapped[Origin] = mapped_column(words(Origin))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"), index=True)
    status: Mapped[Status] = mapped_column(words(Status))
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    """Since when it has had this status."""
    version: Mapped[int] = mapped_column(default=1)
    """Counts moves and text, never votes."""
    position: Mapped[float | None]
    """Its place in the run list, between those of its neighbours; None outside of it."""
    head_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"), index=True)
    """The question it was merged into and now follows."""
    answer_id: Mapped[int | None] = mapped_column(
        ForeignKey("answers.id", use_alter=True, name="fk_questions_answer_id")
    )
    """The answer that counts; earlier ones stay as history."""
    owed_until: Mapped[date | None]
    reason_id: Mapped[int | None] = mapped_column(
        ForeignKey("reasons.id", use_alter=True, name="fk_questions_reason_id")
    )
    """Why it was declined; earlier reasons stay for undo, until they are erased."""
    redacted: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_change_id: Mapped[int | None]
    """The change that last touched it; undo is refused when it is another."""

    event: Mapped[Event] = relationship(foreign_keys=event_id)
    stand: Mapped[Stand] = relationship()
    participant: Mapped[Participant | None] = relationship()
    head: Mapped["Question | None"] = relationship(remote_side=id, foreign_keys=head_id)
    answer: Mapped["Answer | None"] = relationship(foreign_keys=answer_id, post_update=True)


class Answer(Base):
    """One answer to a question. A correction is a further one; none is overwritten."""

    __tablename__ = "answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    how: Mapped[How] = mapped_column(words(How))
    text: Mapped[str | None] = mapped_column(String(lengths.ANSWER))
    by: Mapped[str] = mapped_column(String(20))
    """The role that gave it."""
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("contacts.id", use_alter=True, name="fk_answers_contact_id")
    )
    """Who was the project's contact when a contact answered."""
    corrects: Mapped[bool] = mapped_column(default=False)
    """Whether another answer counted before this one."""


class Reason(Base):
    """Why a question was declined. In rows of its own, so that the log can name it without holding
    it, and so that erasing it is whole: an undo finds the row, and no text.
    """

    __tablename__ = "reasons"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    text: Mapped[str | None] = mapped_column(String(lengths.REASON))
    """None once it was erased."""


class MeToo(Base):
    """An attendee's vote: one a participant and question."""

    __tablename__ = "me_toos"
    __table_args__ = (UniqueConstraint("participant_id", "question_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
