"""Scopes and the names of their rooms.

A scope is what one kind of page shows; it has one counter. A room is who hears about it, in one
language. `desk` and `stand` share a scope but not a room: desks hear at once, phones gathered.
"""

import enum
import hashlib
from dataclasses import dataclass

LOCALES = ("de", "en")


class ScopeKind(enum.StrEnum):
    """What has a counter of its own."""

    MODERATE = "moderate"
    PUBLIC = "public"
    STAND = "stand"
    MINE = "mine"


class Room(enum.StrEnum):
    """What a browser may watch; the word of the `watch` command."""

    STAND = "stand"
    DESK = "desk"
    MODERATE = "moderate"
    EVENT = "event"
    SEARCH = "search"
    SCREEN = "screen"
    MINE = "mine"
    DASHBOARD = "organise"

    @property
    def scope_kind(self) -> ScopeKind:
        """Whose counter this room's pushes carry."""
        return _SCOPE_KINDS[self]


_SCOPE_KINDS = {
    Room.STAND: ScopeKind.STAND,
    Room.DESK: ScopeKind.STAND,
    Room.MODERATE: ScopeKind.MODERATE,
    Room.EVENT: ScopeKind.PUBLIC,
    # Votes of what was found move no counter there: they are told whole.
    Room.SEARCH: ScopeKind.PUBLIC,
    Room.SCREEN: ScopeKind.PUBLIC,
    Room.MINE: ScopeKind.MINE,
    # Whatever becomes of a question moves it.
    Room.DASHBOARD: ScopeKind.MODERATE,
}


@dataclass(frozen=True)
class Scope:
    """One counter: its kind and the id of the event, stand or participant it belongs to."""

    kind: ScopeKind
    owner_id: int


def moderate(event_id: int) -> Scope:
    """What the moderation of an event shows."""
    return Scope(ScopeKind.MODERATE, event_id)


def public(event_id: int) -> Scope:
    """What everybody in the hall may see of an event: its page and the screen."""
    return Scope(ScopeKind.PUBLIC, event_id)


def stand(stand_id: int) -> Scope:
    """What a stand's desk and its phones show."""
    return Scope(ScopeKind.STAND, stand_id)


def mine(participant_id: int) -> Scope:
    """What one participant asked."""
    return Scope(ScopeKind.MINE, participant_id)


def name(room: Room, owner_id: int, locale: str) -> str:
    """The Socket.IO room of those who watch `room` in `locale`."""
    return f"{room.value}:{owner_id}:{locale}"


def stand_in(name: str) -> tuple[Room, int]:
    """Which of a stand's rooms has this name, and the stand's id; 0 for any other room."""
    word, _, rest = name.partition(":")
    if word not in (Room.STAND, Room.DESK):
        return Room.STAND, 0
    return Room(word), int(rest.partition(":")[0])


def pass_room(pass_id: int) -> str:
    """The room of all sockets that were let in by one pass; it is closed when the pass is."""
    return f"pass:{pass_id}"


def browser_room(mark: str) -> str:
    """The room of all of a browser's sockets that a pass let in; it is closed with logging out.

    Its name goes through Redis: it holds a digest, for the mark would be a key.
    """
    return f"browser:{hashlib.sha256(mark.encode()).hexdigest()[:32]}"
