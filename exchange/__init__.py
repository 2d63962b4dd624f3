"""Exchange, the live companion for exchange fairs."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from exchange.config import Settings

__all__ = ["create_app"]


def create_app(
    settings: "Settings | None" = None, *, serving: bool = False, **options: object
) -> "Flask":
    """The application, as `exchange/app.py` makes it.

    Imported when it is called: a child process (`exchange/jobs.py`) imports this package too, and
    needs none of it.
    """
    from exchange import app

    return app.create_app(settings, serving=serving, **options)
