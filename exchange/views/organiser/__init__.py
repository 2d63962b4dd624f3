"""The organiser: one module a page, all of one blueprint."""

from exchange.views.organiser import (
    entries,
    imports,
    live,
    overview,
    passes,
    pitches,
    projects,
    registered,
    series,
    settings,
    standard_questions,
    stands,
)
from exchange.views.organiser.blueprint import bp

__all__ = [
    "bp",
    "entries",
    "imports",
    "live",
    "overview",
    "passes",
    "pitches",
    "projects",
    "registered",
    "series",
    "settings",
    "standard_questions",
    "stands",
]
