"""The log of changes, and what pages need to know that they are out of date."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from exchange.models.base import Base, UtcDateTime, now


class ChangeRow(Base):
    """One thing done by one person: one transaction, one row, one undo.

    It belongs to a series, and mostly to one of its events. Holds no text that anybody wrote.
    """

    __tablename__ = "changes"
    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        # Without an event the constraint above does not hold: NULL differs from NULL.
        Index(
            "uq_changes_series_id_key",
            "series_id",
            "key",
            unique=True,
            sqlite_where=text("event_id IS NULL"),
            postgresql_where=text("event_id IS NULL"),
        ),
        Index("ix_changes_subject_subject_id", "subject", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    verb: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(20))
    """What kind of thing the verb was used on: `question`, `event`, `change`, `pass` ..."""
    subject_id: Mapped[int]
    role: Mapped[str] = mapped_column(String(20))
    pass_id: Mapped[int | None] = mapped_column(ForeignKey("passes.id"))
    stand_id: Mapped[int | None] = mapped_column(ForeignKey("stands.id"))
    """The desk it was done at, when it was done at one."""
    key: Mapped[str | None] = mapped_column(String(36))
    """Of the UUID that a click carried, an HMAC (`exchange/digests.py`): the same click again gets
    the same answer."""
    event_before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What it changed in the event: {column: [before, after]}. Undo puts back the former."""
    answered: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the client was told: {"version", "revision"}; of a new question {"status"}."""
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("changes.id"))


class ChangeQuestion(Base):
    """A question as it was before a change touched it: its before-image, for undo."""

    __tablename__ = "change_questions"

    change_id: Mapped[int] = mapped_column(ForeignKey("changes.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(
        ForeignKey("questions.id"), primary_key=True, index=True
    )
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    """{column: value} of the columns that undo puts back (`domain/before_images.py`)."""


class ChangeRecord(Base):
    """Something that an organiser changed, as it was before: a stand, a project, a contact ...

    These hold texts, unlike those of questions: undo needs the former title.
    """

    __tablename__ = "change_records"
    __table_args__ = (Index("ix_change_records_kind_record_id", "kind", "record_id"),)

    change_id: Mapped[int] = mapped_column(ForeignKey("changes.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    """The name of its table's thing: `stand`, `project` (`domain/records.py`)."""
    record_id: Mapped[int] = mapped_column(primary_key=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """{column: value}; None: the change made it."""


class Revision(Base):
    """The counter of one scope: event (`moderate`), public event (`event`, `screen`),
    stand (`desk`, `stand`), participant (`mine`).

    `flushed` and `voted` are used by stands only: up to which revision phones have heard the
    news, and whether me toos came since.
    """

    __tablename__ = "revisions"

    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    owner_id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(default=0)
    flushed: Mapped[int] = mapped_column(default=0)
    voted: Mapped[bool] = mapped_column(default=False)


class PendingNews(Base):
    """Which question a stand's phones still have to hear of.

    It stays when a question goes to another stand: the phones of the old one must hear that too.
    """

    __tablename__ = "pending_news"

    stand_id: Mapped[int] = mapped_column(ForeignKey("stands.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(index=True)
