"""The extensions of Flask that every layer may use: made here, bound in `create_app`."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Request, Response, current_app, url_for
from flask.sessions import NullSession, SessionInterface, SessionMixin
from flask_babel import Babel, get_locale
from flask_socketio import SocketIO
from werkzeug.local import LocalProxy

from exchange import sentences
from exchange.config import MAX_SOCKET_MESSAGE_BYTES, TIME_ZONE, Settings

_HALL = ZoneInfo(TIME_ZONE)

socketio = SocketIO()
babel = Babel()


class NoSessions(SessionInterface):
    """Flask's own session is not used: cookies of ours say who somebody is (access.py)."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        """Nothing to be read."""
        return NullSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Nothing to be written."""


def bind_socketio(
    app: Flask, settings: Settings, *, async_mode: str, client_manager: Any = None
) -> None:
    """Bind `socketio` in this async mode; access.py stands before it.

    `client_manager`: carries messages between several processes; None for a lone one.
    """
    socketio.init_app(
        app,
        async_mode=async_mode,  # type: ignore[arg-type]
        # Its own check and its CORS headers are off: access.py decides who may connect.
        cors_allowed_origins=[],
        client_manager=client_manager,
        max_http_buffer_size=MAX_SOCKET_MESSAGE_BYTES,
        # The whole server has one rhythm: a dead line shows within 15 s.
        ping_interval=10,
        ping_timeout=5,
        # Cookies of our own say who somebody is; engine.io's would be one more to explain.
        cookie=None,
        manage_session=False,
    )
    eio = sio_server().eio
    eio.disconnect = partial(_disconnect, eio)


def _disconnect(eio: Any, sid: str | None = None) -> None:
    """Engine.IO's own `disconnect`, without waiting until the client has read all that is queued.

    It is called while a bad polling post is being answered. Who posts and does not poll would
    never get the answer, and keep a thread for ever. What is closed is forgotten by Engine.IO's
    service task.
    """
    for one in [eio.sockets.get(sid)] if sid is not None else list(eio.sockets.values()):
        if one is not None:
            one.close(wait=False, reason=eio.reason.SERVER_DISCONNECT)


def sio_server() -> Any:
    """The Socket.IO server behind `socketio`; its types are not published."""
    return socketio.server  # type: ignore[attr-defined]


def pause(seconds: float) -> None:
    """Wait cooperatively: everything else goes on."""
    socketio.sleep(seconds)  # type: ignore[arg-type]  # fractions are fine, its hint is not


def in_background(work: Callable[[], None]) -> None:
    """Let `work` go on by itself, in a context of the current app."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def run() -> None:
        with app.app_context():
            work()

    socketio.start_background_task(run)


def bind_babel(app: Flask, locale: Callable[[], str]) -> None:
    """Bind `babel`; `locale` says the language of the reader who is being answered."""
    babel.init_app(app, locale_selector=locale)
    app.jinja_env.filters["clock"] = _clock
    app.jinja_env.filters["dateformat"] = _day
    app.jinja_env.globals["locale"] = LocalProxy(lambda: str(get_locale() or "de"))
    # Addresses without host and port: pages and fragments share them, whoever renders.
    app.jinja_env.globals["path_for"] = partial(url_for, _external=False)


def _clock(moment: datetime) -> str:
    """The time in the hall: 24 hours, as on its clocks and in its programme, in any language."""
    return moment.astimezone(_HALL).strftime("%H:%M")


def _day(value: date | datetime, form: str = "long") -> str:
    """A day in the reader's form; of a moment, the hall's day."""
    in_the_hall = value.astimezone(_HALL) if isinstance(value, datetime) else value
    return sentences.day(in_the_hall, form)
