"""The organiser: one module a page, all of one blueprint."""

from exchange.views.organiser import (
    entries,
    overview,
    passes,
    pitches,
    projects,
    series,
    settings,
    standard_questions,
    stands,
)
from exchange.views.organiser.blueprint import bp

__all__ = [
    "bp",
    "entries",
    "overview",
    "passes",
    "pitches",
    "projects",
    "series",
    "settings",
    "standard_questions",
    "stands",
]
