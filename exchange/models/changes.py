"""The log of changes, and what pages need to know that they are out of date."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exchange.models.base import Base, Moment, now


class ChangeRow(Base):
    """One thing done by one person: one transaction, one row, one undo."""

    __tablename__ = "changes"
    __table_args__ = (UniqueConstraint("event_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    verb: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(40))
    """What the verb was used on: `question 12`, `event`, `change 7`."""
    role: Mapped[str] = mapped_column(String(20))
    pass_id: Mapped[int | None] = mapped_column(ForeignKey("passes.id"))
    stand_id: Mapped[int | None] = mapped_column(ForeignKey("stands.id"))
    """The desk it was done at, when it was done at one."""
    key: Mapped[str | None] = mapped_column(String(36))
    """The UUID that the staff's click carried: the same click again gets the same answer."""
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What undo puts back: {"question 12": {column: value}, "event": {...}}. Holds no text."""
    answered: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the client was told: {"version", "revision", "change"}; of a new question {"status"}."""
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("changes.id"))


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


class Touch(Base):
    """Which question a stand's phones still have to hear of.

    It stays when a question goes to another stand: the phones of the old one must hear that too.
    """

    __tablename__ = "touches"

    stand_id: Mapped[int] = mapped_column(ForeignKey("stands.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(index=True)
