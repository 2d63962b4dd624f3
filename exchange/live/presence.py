"""Presence: which sockets this process serves, by which passes they were let in, and their end.

A pass that is renewed or revoked, and a browser that logs out, lose their sockets at once; in other
processes as soon as Redis tells them, a pass's within LOOK_EVERY_S in any case. What ends with its
day, or with a pass's binding, is found by the same look.
"""

import logging
import time
from dataclasses import dataclass, field

from flask import Flask, current_app

from exchange.database import errors
from exchange.extensions import pause, sio_server, socketio
from exchange.live.elsewhere import tell_what_others_set_up
from exchange.live.flush import flush_left_behind
from exchange.queries import people
from exchange.queries.people import PassLine

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
"""How often revoked passes and idle connections are looked for."""
JOIN_WITHIN_S = 20.0
"""How long a connection may stay open without joining the namespace."""


@dataclass
class Watchers:
    """Who is connected to this process."""

    locales: dict[str, str] = field(default_factory=dict)
    passes: dict[str, set[PassLine]] = field(default_factory=dict)
    """By which passes, each as it was then, a socket was let in."""
    first_seen: dict[str, float] = field(default_factory=dict)
    looking: bool = False


def watchers() -> Watchers:
    """The sockets of the current app's process."""
    found: Watchers = current_app.extensions["process"].watchers
    return found


def joined(sid: str, locale: str) -> None:
    """A socket is there; from the first one on, revoked passes are looked for."""
    watchers().locales[sid] = locale
    _start_looking()


def left(sid: str) -> None:
    """Forget a socket."""
    watchers().locales.pop(sid, None)
    watchers().passes.pop(sid, None)


def let_in(sid: str, pass_: PassLine) -> None:
    """A socket was let in by a pass."""
    watchers().passes.setdefault(sid, set()).add(pass_)


def dismiss(room: str) -> None:
    """Close every socket in the room of a pass or of a browser, in all processes.

    Never fails: what they were let in by has been changed already.
    """
    try:
        manager = sio_server().manager
        for sid, _ in list(manager.get_participants("/", room)):
            sio_server().disconnect(sid)
        # Among several processes it is told to the others (redis_bus.py).
        manager.close_room(room, "/")
    except Exception:
        log.exception("Sockets could not be closed; a pass's are within seconds.")


def look_once(app: Flask) -> None:
    """Disconnect those whose pass has lapsed, wherever that happened, and idle connections; tell
    what others set up and what was left untold.
    """
    with app.app_context():
        known = watchers()
        let_in_by = {held for of_one in known.passes.values() for held in of_one}
        days = current_app.extensions["process"].settings.pass_days
        lapsed = people.lapsed_among(let_in_by, days) if let_in_by else set()
        for sid, of_one in list(known.passes.items()):
            if of_one & lapsed:
                sio_server().disconnect(sid)
        _close_idle(known)
        # First whole pages, then phones: these are told of questions only.
        tell_what_others_set_up()
        flush_left_behind()


def _close_idle(known: Watchers) -> None:
    """A connection that never joins the namespace would stay open for ever."""
    server, now = sio_server(), time.monotonic()
    connections = dict(server.eio.sockets)
    known.first_seen = {
        eio_sid: known.first_seen.get(eio_sid, now)
        for eio_sid in connections
        if server.manager.sid_from_eio_sid(eio_sid, "/") is None
    }
    for eio_sid, seen in known.first_seen.items():
        if now - seen > JOIN_WITHIN_S:
            connections[eio_sid].close(wait=False)


def _start_looking() -> None:
    """Begun with the first connection: only then is there a server whose loop it can run on."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    known = watchers()
    if not known.looking and not app.testing:
        known.looking = True
        socketio.start_background_task(_look, app)


def _look(app: Flask) -> None:
    while True:
        pause(LOOK_EVERY_S)
        try:
            look_once(app)
        except Exception as error:
            if errors.classify(error):
                continue  # whoever wants to do something meanwhile records it
            log.exception("Revoked passes could not be looked for; trying again.")
