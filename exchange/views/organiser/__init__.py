"""The organiser: one module a page, all of one blueprint."""

from exchange.views.organiser import overview, registered
from exchange.views.organiser.blueprint import bp

__all__ = ["bp", "overview", "registered"]
