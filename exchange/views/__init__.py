"""HTTP to verbs and back, one module an audience; nothing more."""

from flask import Flask
from werkzeug.routing import IntegerConverter

from exchange.views import (
    attendee,
    entries,
    health,
    language_link,
    moderator,
    organiser,
    passes,
    presenter,
    refusing,
    screen,
)

_AUDIENCES = (attendee, presenter, entries, moderator, screen, organiser, passes, health)


class Id(IntegerConverter):
    """An id in an address: longer ones than a database can hold are not there."""

    regex = r"\d{1,9}"


def init_app(app: Flask) -> None:
    """Register every audience's blueprint, and how refusals are said."""
    app.url_map.converters["int"] = Id
    refusing.init_app(app)
    language_link.init_app(app)
    for audience in _AUDIENCES:
        app.register_blueprint(audience.bp)
