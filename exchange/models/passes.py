"""Passes: secret links, each of which opens one role at one place."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange.models import lengths
from exchange.models.base import Base, UtcDateTime, words
from exchange.models.fair import Event, Series, Stand
from exchange.models.projects import Project


class Role(enum.Enum):
    """The roles a pass can open."""

    ORGANISER = "organiser"
    MODERATOR = "moderator"
    SCREEN = "screen"
    PRESENTER = "presenter"
    CONTACT = "contact"


class Pass(Base):
    """Opens one role: organiser (series), moderator or screen (event), presenter (stand),
    contact (project). The secret is computed (`domain/passes.py`), never stored.
    """

    __tablename__ = "passes"
    __table_args__ = (
        CheckConstraint(
            "(role = 'organiser') = (series_id IS NOT NULL)"
            " AND (role IN ('moderator', 'screen')) = (event_id IS NOT NULL)"
            " AND (role = 'presenter') = (stand_id IS NOT NULL)"
            " AND (role = 'contact') = (project_id IS NOT NULL)",
            name="opens_one_place",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[Role] = mapped_column(words(Role))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"), index=True)
    stand_id: Mapped[int | None] = mapped_column(ForeignKey("stands.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), index=True)
    generation: Mapped[int] = mapped_column(default=1)
    """Rotating a pass makes a new secret and lets the old one lapse."""
    revoked: Mapped[bool] = mapped_column(default=False)
    one_browser: Mapped[bool] = mapped_column(default=False)
    """Whether it opens in one browser only: the first that redeems it."""
    bound_to: Mapped[str | None] = mapped_column(String(64))
    """The digest of that browser's mark (`domain/passes.py`); None until one has redeemed it."""
    name: Mapped[str | None] = mapped_column(String(lengths.NAME))
    """What tells several of one stand apart: "Tablet 2"."""
    redeemed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When a browser last redeemed it; None: never."""

    series: Mapped[Series | None] = relationship()
    event: Mapped[Event | None] = relationship()
    stand: Mapped[Stand | None] = relationship()
    project: Mapped[Project | None] = relationship()
