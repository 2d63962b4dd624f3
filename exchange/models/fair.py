"""The fair: a series holds projects and events; a stand is a project's place at one event."""

import datetime as dt
import enum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.models import lengths
from exchange.models.base import Base, UtcDateTime, now, words


class Phase(enum.Enum):
    """Where an event is in its day; what attendees may do follows from it (`domain/phases.py`)."""

    PREPARING = "preparing"
    PITCHES = "pitches"
    FAIR = "fair"
    ROUND = "round"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"


ASKING = frozenset({Phase.PITCHES, Phase.FAIR, Phase.ROUND, Phase.FOLLOW_UP})
"""The phases in which questions are taken."""


class Series(Base):
    """The tour; holds projects and events."""

    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))

    events: Mapped[list["Event"]] = relationship(back_populates="series", order_by="Event.date")
    projects: Mapped[list["Project"]] = relationship(back_populates="series")


class Event(Base):
    """The fair on one day in one city."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    city: Mapped[str] = mapped_column(String(100))
    venue: Mapped[str | None] = mapped_column(String(200))
    date: Mapped[dt.date]
    phase: Mapped[Phase] = mapped_column(words(Phase), default=Phase.PREPARING)
    phase_since: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    """When the present phase began: a closed event's passes end so many days later."""
    moderation_first: Mapped[bool] = mapped_column(default=False)
    """Whether questions wait as *pending* until somebody publishes them."""
    owed_until: Mapped[dt.date]
    """The day by which contacts answer what they owe, unless the verb names another."""
    next_number: Mapped[int] = mapped_column(default=1)
    """The number the next question gets; taken in the transaction that writes the question."""
    message_id: Mapped[int | None] = mapped_column(
        ForeignKey("messages.id", use_alter=True, name="fk_events_message_id")
    )
    """The line to the hall that is shown on the screen; earlier ones stay for undo."""
    clock_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    """When the round's time is up; None while no clock runs."""
    picture: Mapped[bool] = mapped_column(default=False)
    """Whether the screen shows the idle picture whatever is live."""
    before_id: Mapped[int | None] = mapped_column(
        ForeignKey("questions.id", use_alter=True, name="fk_events_before_id")
    )
    """The question that was live before the one that is live now."""

    message: Mapped["Message | None"] = relationship(foreign_keys=message_id)
    series: Mapped[Series] = relationship(back_populates="events")
    stands: Mapped[list["Stand"]] = relationship(back_populates="event", order_by="Stand.number")


class Message(Base):
    """A line to the hall. In rows of its own, so that the log can name it without holding it."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    text: Mapped[str] = mapped_column(String(lengths.MESSAGE))


class Project(Base):
    """What is shown and taken over; belongs to the series, outlives the event."""

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[str] = mapped_column(String(400))
    partner: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str | None] = mapped_column(String(2000))
    field: Mapped[str | None] = mapped_column(String(100))

    series: Mapped[Series] = relationship(back_populates="projects")
    contact: Mapped["Contact | None"] = relationship(back_populates="project")


class Contact(Base):
    """Whom to call about a project: function first, person optional."""

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), unique=True)
    function: Mapped[str] = mapped_column(String(200))
    person: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(60))

    project: Mapped[Project] = relationship(back_populates="contact")


class Stand(Base):
    """A project's place at one event; has a number and a code; owns the QR code.

    Stand 0, *Allgemein*, has no project: it takes the questions to none.
    """

    __tablename__ = "stands"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), index=True)
    number: Mapped[int]
    code: Mapped[str] = mapped_column(String(12), unique=True)
    pitch: Mapped[str | None] = mapped_column(String(5))
    """When the pitch begins, local time, HH:MM."""

    event: Mapped[Event] = relationship(back_populates="stands")
    project: Mapped[Project | None] = relationship()
