"""Exchange, the live companion for exchange fairs. `create_app` is a table of contents."""

import os
from pathlib import Path

from flask import Flask

from exchange import access, assets, cli, config, extensions, sockets, views, wording
from exchange.config import Settings


def create_app(
    settings: Settings | None = None, *, serving: bool = False, **options: object
) -> Flask:
    """The application. Without `settings` they are read from the environment.

    `serving`: whether the async mode of the settings is in force; only `wsgi.py` has patched for
    it, everybody else gets threads. `options` override Flask's own configuration (tests: TESTING,
    FLUSH_INTERVAL_S).
    """
    app = Flask(__name__)
    settings = settings or config.read(os.environ, Path(app.instance_path))
    app.extensions["settings"] = settings
    app.config.from_mapping(config.flask_options(settings))
    app.config.from_mapping(options)

    app.session_interface = extensions.NoSessions()
    extensions.db.init_app(app, settings)
    extensions.bind_redis(app, settings)
    extensions.bind_babel(app, access.locale)
    assets.init_app(app)
    wording.init_app(app)
    access.init_app(app)
    views.init_app(app)
    sockets.init_app(app)
    cli.init_app(app)
    # Last: it wraps everything above.
    extensions.bind_socketio(app, settings, settings.async_mode if serving else "threading")
    return app
