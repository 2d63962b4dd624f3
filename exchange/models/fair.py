"""The fair: a series holds projects and events; a stand is a project's place at one event."""

import datetime as dt
import enum
from typing import TYPE_CHECKING

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from exchange.models import checks, codes, labels, lengths
from exchange.models.base import Base, UtcDateTime, now, words
from exchange.models.labels import LONGEST_SORT_KEY, sort_key

if TYPE_CHECKING:
    from exchange.models.projects import Project


class Phase(enum.Enum):
    """Where an event is in its day; what attendees may do follows from it (`domain/phases.py`)."""

    PREPARING = "preparing"
    PITCHES = "pitches"
    FAIR = "fair"
    ROUND = "round"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"


ASKING = frozenset({Phase.PITCHES, Phase.FAIR, Phase.ROUND, Phase.FOLLOW_UP})
OVER = frozenset({Phase.FOLLOW_UP, Phase.CLOSED})
"""The phases in which questions are taken."""


class Series(Base):
    """The tour; holds projects and events."""

    __tablename__ = "series"
    __table_args__ = checks.of_codes(codes.SERIES)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(codes.SERIES.longest), unique=True)
    name: Mapped[str] = mapped_column(String(lengths.SERIES_NAME))
    standard_questions: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """{facet: question} that every project answers before the day, where they are not the usual
    ones (`domain/prepared.py`)."""
    list_columns: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """{column of a stand list: field, or "" for none}, as somebody said it once."""
    archived: Mapped[bool] = mapped_column(default=False)

    events: Mapped[list["Event"]] = relationship(back_populates="series", order_by="Event.date")
    projects: Mapped[list["Project"]] = relationship(back_populates="series")

    @validates("code")
    def _require_code(self, _: str, code: str) -> str:
        return codes.SERIES.require(code)


class Event(Base):
    """The fair on one day in one city."""

    __tablename__ = "events"
    __table_args__ = checks.of_codes(codes.SHORT)

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    code: Mapped[str] = mapped_column(String(codes.SHORT.longest), unique=True)
    title: Mapped[str] = mapped_column(String(lengths.EVENT_TITLE))
    city: Mapped[str] = mapped_column(String(lengths.CITY))
    venue: Mapped[str | None] = mapped_column(String(lengths.VENUE))
    date: Mapped[dt.date | None]
    """None while it is not settled."""
    opens: Mapped[str | None] = mapped_column(String(5))
    """When the doors open, local time, HH:MM."""
    closes: Mapped[str | None] = mapped_column(String(5))
    """When the fair ends, local time, HH:MM."""
    language: Mapped[str | None] = mapped_column(String(2))
    """What the screen speaks, and every page whose browser asks for neither: `de` or `en`. None:
    the screen speaks as its browser asks."""
    phase: Mapped[Phase] = mapped_column(words(Phase), default=Phase.PREPARING)
    phase_since: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    """When the present phase began: a closed event's passes end so many days later."""
    moderation_first: Mapped[bool] = mapped_column(default=False)
    """Whether questions wait as *pending* until somebody publishes them."""
    me_too: Mapped[bool] = mapped_column(default=True)
    """Whether attendees may say that a question interests them too."""
    facets: Mapped[bool] = mapped_column(default=True)
    """Whether attendees are asked what their question is about."""
    question_length: Mapped[int] = mapped_column(default=lengths.QUESTION)
    """How long a question may be, in characters; at most `lengths.QUESTION`."""
    entries_open: Mapped[bool] = mapped_column(default=False)
    """Whether partners may change their entries though the pitches have begun."""
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
    pitch_id: Mapped[int | None] = mapped_column(
        ForeignKey("stands.id", use_alter=True, name="fk_events_pitch_id")
    )
    """The stand whose project is being pitched."""
    pitch_since: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    """When that pitch began."""
    stands_changed: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    """When something last changed that is printed on a sheet."""
    sheets_printed: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    """When the organiser last said that sheets were printed."""
    archived: Mapped[bool] = mapped_column(default=False)

    message: Mapped["Message | None"] = relationship(foreign_keys=message_id)
    series: Mapped[Series] = relationship(back_populates="events")
    stands: Mapped[list["Stand"]] = relationship(
        back_populates="event", foreign_keys="Stand.event_id", order_by="Stand.sort_key"
    )

    @validates("code")
    def _require_code(self, _: str, code: str) -> str:
        return codes.SHORT.require(code)


class Message(Base):
    """A line to the hall. In rows of its own, so that the log can name it without holding it."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    text: Mapped[str] = mapped_column(String(lengths.MESSAGE))


class Stand(Base):
    """A project's place at one event; has a label and a code; owns the QR code.

    Stand 0, *Allgemein*, has no project: it takes the questions to none. When a project goes to
    another place, its stand goes with it, code, passes and questions: only the label changes.
    """

    __tablename__ = "stands"
    __table_args__ = (
        Index(
            "uq_stands_event_id_sort_key",
            "event_id",
            "sort_key",
            unique=True,
            sqlite_where=text("NOT archived"),
            postgresql_where=text("NOT archived"),
        ),
        *checks.of_codes(codes.SHORT),
        *checks.of_labels(),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), index=True)
    label: Mapped[str] = mapped_column(String(lengths.LABEL))
    """What it is called at this event: `7`, `A-12`, `Foyer`."""
    sort_key: Mapped[str] = mapped_column(
        String(LONGEST_SORT_KEY).with_variant(String(LONGEST_SORT_KEY, collation="C"), "postgresql")
    )
    """The label in its natural order, and what makes two labels the same (`models/labels.py`)."""
    place: Mapped[str | None] = mapped_column(String(lengths.PLACE))
    """Where it is: hall, room, floor."""
    code: Mapped[str] = mapped_column(String(codes.SHORT.longest), unique=True)
    """In its address, and printed: given once, never changed, never given again."""
    pitch: Mapped[str | None] = mapped_column(String(5))
    """When the pitch begins, local time, HH:MM."""
    pitch_minutes: Mapped[int | None]
    pitch_position: Mapped[float | None]
    """Its place among the pitches, between those of its neighbours; None: none was given."""
    archived: Mapped[bool] = mapped_column(default=False)
    """Taken out of the fair. Its questions and its code stay."""

    event: Mapped[Event] = relationship(back_populates="stands", foreign_keys=event_id)
    project: Mapped["Project | None"] = relationship()

    @validates("code")
    def _require_code(self, _: str, code: str) -> str:
        return codes.SHORT.require(code)

    @validates("label")
    def _require_label(self, _: str, label: str) -> str:
        return labels.require(label)

    def rename(self, label: str) -> None:
        """Give it this label, and the place in lists that belongs to it."""
        self.label, self.sort_key = label, sort_key(label)


class Registration(Base):
    """A municipality that registered for an event: suggested where people say where from."""

    __tablename__ = "registrations"
    __table_args__ = (UniqueConstraint("event_id", "municipality"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    municipality: Mapped[str] = mapped_column(String(lengths.MUNICIPALITY))
    people: Mapped[int | None]
