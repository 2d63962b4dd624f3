"""Elsewhere: what another process set up is told to the pages that are open at this one.

Who takes a list in on the command line commits and ends: nobody hears of it. Hence each process
that has sockets looks at the log, in the loop of presence.py, whether an organiser has changed
something. Only then it compares the counters of what its own pages show with what they have been
told, and lets those that moved on read themselves again. Why so: docs/decisions/elsewhere.md.
"""

from dataclasses import dataclass

from flask import current_app
from sqlalchemy import Integer, bindparam, exists, func, select

from exchange import rooms
from exchange.database.connections import db
from exchange.database.statements import CompiledStatement
from exchange.extensions import pause, sio_server
from exchange.live import broadcasts, revisions
from exchange.live.revisions import Announced
from exchange.models import ChangeRow
from exchange.rooms import LOCALES, Room, Scope

ANNOUNCED_WITHIN_S = 0.5
"""How soon this process tells what it has committed itself."""
_AT_ONCE = 100
"""So many counters are read in one select."""


@dataclass
class LogTail:
    """How far the log has been looked at: its newest entry at the last look and the one before."""

    last: int = 0
    before: int = 0


def tell_what_others_set_up() -> None:
    """Let pages that are open here read themselves again where others changed what they show.

    1. Has an organiser changed anything since the look before the last one? PostgreSQL gives out
       numbers before it commits: what came in late is found by the next look.
    2. Which of the counters that are watched here are not what has been told?
    3. Wait for what this process has committed and is about to tell; without a connection.
    4. Tell the others' rooms.
    """
    tail: LogTail = current_app.extensions["process"].log_tail
    with db.reading() as connection:
        found = _LOOK.one(connection, since=tail.before)
    newest, changed = found or (0, False)
    # Where the demo fair was removed, numbers may be given again.
    if changed or newest < tail.last:
        announced: Announced = current_app.extensions["process"].announced
        moved = _moved(announced)
        if moved:
            pause(ANNOUNCED_WITHIN_S)
        for scope, (told, revision) in moved.items():
            if announced.revisions.get(scope) == told:
                announced.revisions[scope] = revision
                broadcasts.redraw_here(scope, revision)
                pause(0)
    # Only now: what could not be read is looked at again.
    tail.before, tail.last = min(tail.last, newest), newest


_NEWEST = select(func.coalesce(func.max(ChangeRow.id), 0)).scalar_subquery()
_BY_ORGANISERS = exists().where(
    ChangeRow.id > bindparam("since", type_=Integer), ChangeRow.role == "organiser"
)
_LOOK = CompiledStatement(select(_NEWEST.label("newest"), _BY_ORGANISERS.label("changed")))


def _moved(announced: Announced) -> dict[Scope, tuple[int, int]]:
    """What is watched here and does not stand where it was told: (told, stands at)."""
    moved: dict[Scope, tuple[int, int]] = {}
    known = list(announced.revisions)
    for start in range(0, len(known), _AT_ONCE):
        part = [scope for scope in known[start : start + _AT_ONCE] if _is_watched(scope)]
        for scope in set(known[start : start + _AT_ONCE]) - set(part):
            announced.revisions.pop(scope, None)
        told = [announced.revisions[scope] for scope in part]
        for scope, before, now in zip(part, told, revisions.begin_page(part), strict=True):
            if before != now:
                moved[scope] = (before, now)
        db.release()
        pause(0)
    return moved


def _is_watched(scope: Scope) -> bool:
    here = sio_server().manager.rooms.get("/", {})
    return any(
        rooms.name(room, scope.owner_id, locale) in here
        for room in Room
        if room.scope_kind is scope.kind
        for locale in LOCALES
    )
