"""HTTP to verbs and back, one module an audience; nothing more."""

from flask import Flask

from exchange.views import (
    attendee,
    health,
    moderator,
    organiser,
    passes,
    presenter,
    refusing,
    screen,
)

_AUDIENCES = (attendee, presenter, moderator, screen, organiser, passes, health)


def init_app(app: Flask) -> None:
    """Register every audience's blueprint, and how refusals are said."""
    refusing.init_app(app)
    for audience in _AUDIENCES:
        app.register_blueprint(audience.bp)
