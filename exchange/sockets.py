"""What browsers may say over the socket: one command, `watch`. Writes go over HTTP."""

from typing import Any

from flask import current_app, request
from flask_socketio import join_room

from exchange import access, rooms
from exchange.database import health
from exchange.database.errors import UNAVAILABLE_ERRORS
from exchange.domain.refusals import Refused
from exchange.extensions import sio_server, socketio
from exchange.live import dashboard, presence, revisions
from exchange.models.base import now


@socketio.on("connect")
def on_connect(auth: object = None) -> None:
    """Remember the page's language: a browser's headers may name another than the page has."""
    word = auth.get("lang") if isinstance(auth, dict) else None
    presence.joined(_sid(), word if word in rooms.LOCALES else access.locale())
    dashboard.start_sharing()


@socketio.on("disconnect")
def on_disconnect(_reason: object = None) -> None:
    """Forget the browser."""
    if sio_server().manager.is_connected(_sid(), "/"):
        # A command of this name: who is still here must still be found when a pass is revoked.
        return
    presence.left(_sid())


@socketio.on("watch")
def on_watch(command: object = None, *_rest: object) -> dict[str, Any]:
    """Join a room and say where its counter stands. Repeatable; then it is the slow check.

    Joins first, reads the revision then: a change in between is heard, or seen in the number.
    """
    try:
        room, scope, pass_ = access.watched(command)
        if pass_ is not None:
            join_room(rooms.pass_room(pass_.id))
            join_room(rooms.browser_room(access.browser_mark()))
            presence.let_in(_sid(), pass_)
        locale = presence.watchers().locales.get(_sid(), access.locale())
        if room is rooms.Room.DASHBOARD:
            dashboard.joined(scope.owner_id, _sid())
            join_room(rooms.name(room, scope.owner_id, locale))
            return _ok(dashboard.revision(scope.owner_id), command)
        join_room(rooms.name(room, scope.owner_id, locale))
        revision = revisions.read_anew(scope)
        current_app.extensions["process"].announced.follow(scope, revision)
        return _ok(revision, command)
    except Refused as refused:
        return {"ok": False, "error": refused.word}
    except UNAVAILABLE_ERRORS as error:
        if not health.record(error):
            raise
        return {"ok": False, "error": "busy"}


def _ok(revision: int, command: object) -> dict[str, Any]:
    """The answer to `watch`; with the time for whoever asks for it, as pages do, for a browser's
    own clock may be wrong.
    """
    answer: dict[str, Any] = {"ok": True, "revision": revision}
    if isinstance(command, dict) and command.get("now"):
        answer["now"] = round(now().timestamp() * 1000)
    return answer


def on_unknown(*_arguments: object) -> dict[str, Any]:
    """Any other command."""
    return {"ok": False, "error": "unknown"}


# Flask-SocketIO's own decorator stumbles over a command that is called `*`.
socketio.handlers.append(("*", on_unknown, "/"))  # type: ignore[attr-defined]


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]
