"""Projects: what is shown and taken over, whom to call about it, what its partner says of it."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from exchange.models import checks, codes, lengths
from exchange.models.base import Base, UtcDateTime, now, words
from exchange.models.fair import Series
from exchange.models.questions import Facet


class ContactRole(enum.Enum):
    """For what somebody is the one to call."""

    EXPERT = "expert"
    TECHNICAL = "technical"
    CONTRACT = "contract"


class Basis(enum.Enum):
    """On what ground a contact's name is shown (*Grundlage*)."""

    PUBLIC_FUNCTION = "public_function"
    """A public function with outside contact: name, function, service phone and mail may be
    published without consent (BVerwG 2 B 131.07)."""
    CONSENT = "consent"
    HIDDEN = "hidden"
    """The name is not shown: the function alone."""


class Project(Base):
    """What is shown and taken over; belongs to the series, outlives the event."""

    __tablename__ = "projects"
    __table_args__ = (
        Index(
            "uq_projects_series_id_key",
            "series_id",
            "key",
            unique=True,
            sqlite_where=text("NOT archived"),
            postgresql_where=text("NOT archived"),
        ),
        *checks.of_codes(codes.PROJECT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), index=True)
    code: Mapped[str] = mapped_column(String(codes.PROJECT.longest), unique=True)
    key: Mapped[str | None] = mapped_column(String(lengths.PROJECT_KEY))
    """What the organiser's lists call it, whatever its title becomes."""
    title: Mapped[str] = mapped_column(String(lengths.TITLE))
    partner: Mapped[str] = mapped_column(String(lengths.PARTNER))
    summary: Mapped[str | None] = mapped_column(String(lengths.SUMMARY))
    status: Mapped[str | None] = mapped_column(String(lengths.PROJECT_STATUS))
    """How far it is, in its partner's words: "im Pilotbetrieb"."""
    since: Mapped[str | None] = mapped_column(String(lengths.SINCE))
    """Since when: "2024", "Herbst 2025"."""
    licence: Mapped[str | None] = mapped_column(String(lengths.LICENCE))
    links: Mapped[str | None] = mapped_column(String(lengths.LINKS))
    """Addresses, one a line."""
    field: Mapped[str | None] = mapped_column(String(lengths.FIELD))
    archived: Mapped[bool] = mapped_column(default=False)

    series: Mapped[Series] = relationship(back_populates="projects")
    contacts: Mapped[list["Contact"]] = relationship(
        back_populates="project", order_by="(Contact.position, Contact.id)"
    )

    @validates("code")
    def _require_code(self, _: str, code: str) -> str:
        return codes.PROJECT.require(code)


class Contact(Base):
    """Whom to call about a project: function first, person optional. One is replaced by another,
    never overwritten: who answered what stays true.
    """

    __tablename__ = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    function: Mapped[str | None] = mapped_column(String(lengths.FUNCTION))
    person: Mapped[str | None] = mapped_column(String(lengths.PERSON))
    email: Mapped[str | None] = mapped_column(String(lengths.EMAIL))
    phone: Mapped[str | None] = mapped_column(String(lengths.PHONE))
    role: Mapped[ContactRole | None] = mapped_column(words(ContactRole))
    basis: Mapped[Basis] = mapped_column(words(Basis), default=Basis.PUBLIC_FUNCTION)
    position: Mapped[int] = mapped_column(default=0)
    """Its place among the project's contacts: the first is whom to call."""
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it ceased to be one; None: it is one."""
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))

    project: Mapped[Project] = relationship(back_populates="contacts")


class PreparedAnswer(Base):
    """What a project answers to a standard question, before anybody asks."""

    __tablename__ = "prepared_answers"
    __table_args__ = (UniqueConstraint("project_id", "facet"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    facet: Mapped[Facet] = mapped_column(words(Facet))
    text: Mapped[str] = mapped_column(String(lengths.ANSWER))


class Proposal(Base):
    """What a partner would like its entry to say, until the organiser has taken or left it."""

    __tablename__ = "proposals"
    __table_args__ = (
        Index(
            "uq_proposals_project_id_field",
            "project_id",
            "field",
            unique=True,
            sqlite_where=text("decided IS NULL"),
            postgresql_where=text("decided IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    field: Mapped[str] = mapped_column(String(30))
    """A field of the entry: `summary`, `contacts`, `prepared.kosten`."""
    value: Mapped[Any] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    pass_id: Mapped[int | None] = mapped_column(ForeignKey("passes.id"))
    decided: Mapped[str | None] = mapped_column(String(8))
    """`taken` or `left`; None: it waits."""
