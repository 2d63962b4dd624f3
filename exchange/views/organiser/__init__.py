"""The organiser: one module a page, all of one blueprint."""

from exchange.views.organiser import live, overview, registered
from exchange.views.organiser.blueprint import bp

__all__ = ["bp", "live", "overview", "registered"]
