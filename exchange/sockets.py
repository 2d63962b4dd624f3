"""What browsers may say over the socket: one command, `watch`. Writes go over HTTP."""

import logging
import time
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, request
from flask_socketio import join_room
from sqlalchemy.exc import DBAPIError

from exchange import access, rooms
from exchange.domain import changes, outages
from exchange.domain.refusals import Refused
from exchange.extensions import pause, sio_server, socketio
from exchange.faults import NoConnectionFree
from exchange.queries import live, people

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
"""How often revoked passes and idle connections are looked for."""
JOIN_WITHIN_S = 20.0
"""How long a connection may stay open without joining the namespace."""


@dataclass
class Watchers:
    """Who is connected to this process."""

    locales: dict[str, str] = field(default_factory=dict)
    passes: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    """By which passes, each of which generation, a socket was let in."""
    first_seen: dict[str, float] = field(default_factory=dict)
    looking: bool = False


def init_app(app: Flask) -> None:
    """Give this app's process its list of watchers."""
    app.extensions["watchers"] = Watchers()


@socketio.on("connect")
def on_connect(auth: object = None) -> None:
    """Remember the page's language: a browser's headers may name another than the page has."""
    word = auth.get("lang") if isinstance(auth, dict) else None
    _watchers().locales[_sid()] = word if word in rooms.LOCALES else access.locale()
    _start_looking()


@socketio.on("disconnect")
def on_disconnect(_reason: object = None) -> None:
    """Forget the browser."""
    if sio_server().manager.is_connected(_sid(), "/"):
        # A command of this name: who is still here must still be found when a pass is revoked.
        return
    _watchers().locales.pop(_sid(), None)
    _watchers().passes.pop(_sid(), None)


@socketio.on("watch")
def on_watch(command: object = None, *_rest: object) -> dict[str, Any]:
    """Join a room and say where its counter stands. Repeatable; then it is the slow check.

    Joins first, reads the revision then: a change in between is heard, or seen in the number.
    """
    try:
        room, scope, one = access.watched(command)
        if one is not None:
            join_room(rooms.pass_room(one.id))
            _watchers().passes.setdefault(_sid(), set()).add((one.id, one.generation))
        locale = _watchers().locales.get(_sid(), access.locale())
        join_room(rooms.name(room, scope.owner_id, locale))
        return {"ok": True, "revision": live.revision(scope)}
    except Refused as refused:
        return {"ok": False, "error": refused.word}
    except (DBAPIError, NoConnectionFree) as error:
        if not outages.note(error):
            raise
        return {"ok": False, "error": "busy"}


def on_unknown(*_arguments: object) -> dict[str, Any]:
    """Any other command."""
    return {"ok": False, "error": "unknown"}


# Flask-SocketIO's own decorator stumbles over a command that is called `*`.
socketio.handlers.append(("*", on_unknown, "/"))  # type: ignore[attr-defined]


def look_once(app: Flask) -> None:
    """Disconnect those whose pass was revoked, wherever that happened, and idle connections; tell
    what was left untold.
    """
    watchers: Watchers = app.extensions["watchers"]
    with app.app_context():
        let_in = {held for of_one in watchers.passes.values() for held in of_one}
        revoked = people.revoked_among(let_in) if let_in else set()
        for sid, of_one in list(watchers.passes.items()):
            if of_one & revoked:
                sio_server().disconnect(sid)
        _reap(watchers)
        changes.flush_left_behind()


def _reap(watchers: Watchers) -> None:
    """A connection that never joins the namespace would stay open for ever."""
    server, now = sio_server(), time.monotonic()
    connections = dict(server.eio.sockets)
    watchers.first_seen = {
        eio_sid: watchers.first_seen.get(eio_sid, now)
        for eio_sid in connections
        if server.manager.sid_from_eio_sid(eio_sid, "/") is None
    }
    for eio_sid, seen in watchers.first_seen.items():
        if now - seen > JOIN_WITHIN_S:
            connections[eio_sid].close(wait=False)


def _start_looking() -> None:
    """Begun with the first connection: only then is there a server whose loop it can run on."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    watchers = _watchers()
    if not watchers.looking and not app.testing:
        watchers.looking = True
        socketio.start_background_task(_look, app)


def _look(app: Flask) -> None:
    while True:
        pause(LOOK_EVERY_S)
        try:
            look_once(app)
        except Exception as error:
            if outages.why(error):
                continue  # whoever wants to do something meanwhile notes it
            log.exception("Revoked passes could not be looked for; trying again.")


def _watchers() -> Watchers:
    watchers: Watchers = current_app.extensions["watchers"]
    return watchers


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]
