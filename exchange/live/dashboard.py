"""Dashboards: the running event at a glance, told to whoever looks at it, drawn for nobody else.

Nothing here stands in the way of a question. While somebody watches, a process looks every
LOOK_EVERY_S whether something is different (the moderation's counter, its sockets, the minute) and
tells its own watchers a whole picture. Among several processes each says in Redis how many sockets
it serves at the events that are watched; what it says lapses by itself.
"""

import json
import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Flask, current_app

from exchange import rooms
from exchange.database import errors
from exchange.database.connections import db
from exchange.extensions import pause, sio_server, socketio
from exchange.live import broadcasts, revisions
from exchange.models.base import now
from exchange.queries import dashboard as queries
from exchange.queries import fair
from exchange.queries.dashboard import Figures
from exchange.queries.fair import EventLine
from exchange.redis_bus import RedisBreaker
from exchange.rendering import render
from exchange.rooms import LOCALES, Room

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
"""How often it is looked whether a dashboard is different, and told at most."""
SHARED_FOR_S = 10
"""How long Redis keeps what a process said of its sockets."""


@dataclass(frozen=True)
class Present:
    """Who is connected to an event."""

    phones: int
    """Sockets of pages that everybody may open: a stand's, the event's."""
    desks: frozenset[int]
    """The ids of the stands with an open desk."""
    counted: str
    """Where: `here` (this process, which is alone), `everywhere`, or `apart` (this process only,
    though there are others: Redis does not answer)."""


@dataclass(frozen=True)
class Dashboard:
    """What a dashboard shows."""

    event: EventLine
    figures: Figures
    present: Present
    at: datetime

    @property
    def most_a_minute(self) -> int:
        """Of the minutes that are shown."""
        return max(minute.questions for minute in self.figures.minutes)

    @property
    def most_at_a_stand(self) -> int:
        """Of the stands that are shown."""
        return max((one.tally.total for one in self.figures.stands), default=0)

    @property
    def asked_lately(self) -> int:
        """In all minutes that are shown."""
        return sum(minute.questions for minute in self.figures.minutes)

    @property
    def with_project(self) -> int:
        """How many of the stands that are shown have a project, and so a desk to be opened."""
        return sum(not one.stand.general for one in self.figures.stands)

    @property
    def without_desk(self) -> list[str]:
        """The labels of those among them whose desk nobody has open."""
        return [
            one.stand.label
            for one in self.figures.stands
            if not one.stand.general and one.stand.id not in self.present.desks
        ]


@dataclass
class Dashboards:
    """The dashboards that are open at this process."""

    name: str = field(default_factory=lambda: secrets.token_hex(8))
    """What tells this process from others in Redis."""
    watched: set[int] = field(default_factory=set)
    """The events whose dashboard somebody watches here."""
    told: dict[int, tuple[int, Present, datetime]] = field(default_factory=dict)
    """What its watchers were told last: revision, sockets, minute."""
    looking: bool = False


def dashboards() -> Dashboards:
    """Those of the current app's process."""
    found: Dashboards = current_app.extensions["process"].dashboards
    return found


def read(event_id: int) -> Dashboard:
    """An event's dashboard as it is now."""
    stand_ids = queries.stands_of(event_id)
    moment = now()
    found = queries.figures(event_id, stand_ids, moment)
    event = fair.event_line(event_id)
    # Whoever asks Redis waits without a connection.
    db.release()
    return Dashboard(event, found, present(event_id, stand_ids), moment)


def joined(event_id: int, sid: str) -> None:
    """A browser watches an event's dashboard; if it did not before, it is told within a look."""
    if sid in _sids(Room.DASHBOARD, event_id):
        return
    known = dashboards()
    known.watched.add(event_id)
    known.told.pop(event_id, None)
    start_looking()


def revision(event_id: int) -> int:
    """The revision that watchers have been told; what has come since is told with the next look."""
    told = dashboards().told.get(event_id)
    return told[0] if told else revisions.read_anew(rooms.moderate(event_id))


def present(event_id: int, stand_ids: Iterable[int]) -> Present:
    """Who is connected to an event, at all processes as far as Redis tells."""
    phones, desks = _here(event_id, stand_ids)
    redis: RedisBreaker | None = current_app.extensions["process"].redis
    if redis is None:
        return Present(phones, frozenset(desks), "here")
    others = redis.call(lambda: _others(redis, event_id), lambda: None)
    if others is None:
        return Present(phones, frozenset(desks), "apart")
    for one in others:
        phones += one["phones"]
        desks |= set(one["desks"])
    return Present(phones, frozenset(desks), "everywhere")


def look_once(app: Flask) -> None:
    """Tell the watchers of each dashboard, if it is different; share what others wait for."""
    with app.app_context():
        known = dashboards()
        for event_id in list(known.watched):
            if not _sids(Room.DASHBOARD, event_id):
                known.watched.discard(event_id)
                known.told.pop(event_id, None)
                continue
            _tell(known, event_id)
        _share()


def start_looking() -> None:
    """Look from now on, as long as somebody watches; among several processes for ever."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    known = dashboards()
    if not known.looking and not app.testing:
        known.looking = True
        socketio.start_background_task(_look, app, known)


def start_sharing() -> None:
    """Among several processes: say how many sockets this one serves, whenever somebody asks."""
    if current_app.extensions["process"].redis is not None:
        start_looking()


def _tell(known: Dashboards, event_id: int) -> None:
    scope = rooms.moderate(event_id)
    stand_ids = _stand_ids(event_id)
    who = present(event_id, stand_ids)
    moment = now()
    stamp = (revisions.read_anew(scope), who, moment.replace(second=0, microsecond=0))
    if known.told.get(event_id) == stamp:
        return
    # The revision first: what is committed while the rest is read is told with the next look.
    (revision,) = revisions.begin_page([scope])
    found = Dashboard(
        fair.event_line(event_id),
        queries.figures(event_id, stand_ids, moment),
        who,
        moment,
    )
    db.release()
    broadcasts.announce_dashboard(
        event_id, revision, lambda: render("organiser/_dashboard.html", board=found)
    )
    known.told[event_id] = (revision, who, stamp[2])


def _stand_ids(event_id: int) -> list[int]:
    found = queries.stands_of(event_id)
    db.release()
    return found


def _here(event_id: int, stand_ids: Iterable[int]) -> tuple[int, set[int]]:
    """How many phones this process serves at an event, and the stands with an open desk."""
    phones, desks, wanted = _sids(Room.EVENT, event_id), set(), set(stand_ids)
    # By the rooms that there are: an event may have more stands than this process has sockets.
    for name in list(sio_server().manager.rooms.get("/", ())):
        room, stand_id = rooms.stand_in(name or "")
        if stand_id not in wanted:
            continue
        if room is Room.STAND:
            phones |= _sids(Room.STAND, stand_id)
        else:
            desks.add(stand_id)
    return len(phones), desks


def _sids(room: Room, owner_id: int) -> set[str]:
    """The sockets in a room at this process, in whichever language."""
    manager = sio_server().manager
    return {
        sid
        for locale in LOCALES
        for sid, _ in manager.get_participants("/", rooms.name(room, owner_id, locale))
    }


def _share() -> None:
    """Say which dashboards are watched here, and who is here of those that are watched anywhere."""
    redis: RedisBreaker | None = current_app.extensions["process"].redis
    if redis is None:
        return
    known = dashboards()
    nothing: list[int] = []
    for event_id in redis.call(lambda: _wanted(redis, known.watched), lambda: nothing):
        phones, desks = _here(event_id, _stand_ids(event_id))
        said = json.dumps({"phones": phones, "desks": sorted(desks)})
        redis.call(_saying(redis, event_id, known.name, said), lambda: None)


def _wanted(redis: RedisBreaker, watched: set[int]) -> list[int]:
    """The events whose dashboards are watched at any process."""
    client: Any = redis.client
    key = f"{redis.name}-dashboards"
    if watched:
        client.sadd(key, *watched)
        client.expire(key, SHARED_FOR_S)
    return sorted(int(event_id) for event_id in client.smembers(key))


def _saying(redis: RedisBreaker, event_id: int, name: str, said: str) -> Callable[[], None]:
    client: Any = redis.client
    key = f"{redis.name}-present-{event_id}"

    def say() -> None:
        client.set(f"{key}-{name}", said, ex=SHARED_FOR_S)
        client.sadd(key, name)
        client.expire(key, 10 * SHARED_FOR_S)

    return say


def _others(redis: RedisBreaker, event_id: int) -> list[dict[str, Any]]:
    """What the other processes say of an event, as long as it holds; asks them to say it."""
    client: Any = redis.client
    client.sadd(f"{redis.name}-dashboards", event_id)
    client.expire(f"{redis.name}-dashboards", SHARED_FOR_S)
    key, own = f"{redis.name}-present-{event_id}", dashboards().name
    names = [name for one in client.smembers(key) if (name := one.decode()) != own]
    said = client.mget([f"{key}-{name}" for name in names]) if names else []
    lapsed = [name for name, words in zip(names, said, strict=True) if words is None]
    if lapsed:
        client.srem(key, *lapsed)
    return [json.loads(words) for words in said if words is not None]


def _look(app: Flask, known: Dashboards) -> None:
    while True:
        pause(LOOK_EVERY_S)
        try:
            look_once(app)
        except Exception as error:
            if errors.classify(error):
                continue  # whoever wants to do something meanwhile records it
            log.exception("A dashboard could not be told; trying again.")
        if not known.watched and app.extensions["process"].redis is None:
            known.looking = False
            return
