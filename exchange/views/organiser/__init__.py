"""The organiser: one module a page, all of one blueprint."""

from exchange.views.organiser import imports, overview
from exchange.views.organiser.blueprint import bp

__all__ = ["bp", "imports", "overview"]
