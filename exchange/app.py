"""How the application is made. `create_app` is a table of contents."""

import os
from pathlib import Path

from flask import Flask

from exchange import access, assets, cli, config, extensions, instance, sockets, views, wording
from exchange.config import Settings
from exchange.database.connections import Database
from exchange.domain import offers
from exchange.exports import mailto
from exchange.limits import limiter
from exchange.process import Process
from exchange.redis_bus import RedisBreaker, RedisManager
from exchange.views import bounds

__all__ = ["create_app", "sockets"]


def create_app(
    settings: Settings | None = None, *, serving: bool = False, **options: object
) -> Flask:
    """The application. Without `settings` they are read from the environment.

    `serving`: whether the async mode of the settings is in force; only `wsgi.py` has patched for
    it, everybody else gets threads. `options` override Flask's own configuration (tests: TESTING,
    FLUSH_INTERVAL_S).
    """
    app = Flask("exchange", static_folder=None)
    settings = settings or instance.settings(os.environ, Path(app.instance_path))
    app.config.from_mapping(config.flask_options(settings))
    app.config.from_mapping(options)

    redis = RedisBreaker(settings.redis_url, settings.secret_key) if settings.redis_url else None
    app.extensions["process"] = Process(
        settings=settings,
        assets=assets.init_app(app),
        database=Database.open(app, settings),
        redis=redis,
        limiter=limiter(redis),
    )
    app.session_interface = extensions.NoSessions()
    extensions.bind_babel(app, access.locale)
    wording.init_app(app)
    mailto.init_app(app)
    offers.init_app(app)
    # First: whoever looks at a request later finds nothing beyond the bounds.
    bounds.init_app(app)
    access.init_app(app)
    views.init_app(app)
    cli.init_app(app)
    pages = app.wsgi_app
    # Last: it wraps everything above.
    extensions.bind_socketio(
        app,
        settings,
        async_mode=settings.async_mode if serving else "threading",
        client_manager=RedisManager(redis) if redis else None,
    )
    access.guard_socket(app, pages)
    return app
