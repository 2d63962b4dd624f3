"""The organiser: one module a page, all of one blueprint."""

from exchange.views.organiser import entries, overview, standard_questions
from exchange.views.organiser.blueprint import bp

__all__ = ["bp", "entries", "overview", "standard_questions"]
