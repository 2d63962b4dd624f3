"""Pitches: their order, their times, and which one is on. Late is computed, never written.

What sets them up answers None where there was nothing to change.
"""

import re
from collections.abc import Sequence

from sqlalchemy import select

from exchange.domain import phases, set_up
from exchange.domain.changes import Actor, Change, Outcome, Subject, change
from exchange.domain.questions import stand_named
from exchange.domain.refusals import Refused
from exchange.models import Phase, Stand
from exchange.models.base import now
from exchange.queries.pitches import DEFAULT_MINUTES, IN_ORDER, MOST_PITCHES, minute_of, pitched

_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")
_DAY = 24 * 60
LONGEST = 240
"""Minutes of a pitch, and of the pause after one, at most."""
CALLS = ("next", "back", "end")
"""How a pitch is called without naming it."""


def plan(
    event_id: int, *, start: str, minutes: str, pause: str, by: Actor, key: str | None = None
) -> Outcome | None:
    """Give every pitch its time, in their order: the first at `start`, each `minutes` long, and
    `pause` minutes after each.

    Refuses `pitch_time`, `pitch_minutes`, `pitch_pause`, and `pitch_late` past midnight.
    """
    first = _minute(start, "start")
    each = _whole(minutes, "minutes", least=1)
    between = _whole(pause or "0", "pause", least=0)
    if first is None:
        raise Refused("pitch_time", field="start")
    with change(event_id, "set-up", Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            stands = in_order(under_way)
            if stands and first + len(stands) * each + (len(stands) - 1) * between > _DAY:
                raise Refused("pitch_late", field="start")
            changed = False
            for number, stand in enumerate(stands):
                changed |= _set(under_way, stand, first + number * (each + between), each)
            _finish(under_way, changed)
    return _outcome(under_way)


def set_time(
    event_id: int,
    word: str,
    *,
    start: str,
    minutes: str,
    following: bool,
    by: Actor,
    key: str | None = None,
) -> Outcome | None:
    """Set when one begins and how long it takes; empty: not said. `word`: its stand's code.

    `following`: those after it that have a time move by as much as its end does.
    Refuses `stand`, `pitch_time`, `pitch_minutes`, `pitch_late`.
    """
    begins = _minute(start, "start")
    takes = _whole(minutes, "minutes", least=1) if minutes.strip() else None
    with change(event_id, "set-up", Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            stands = in_order(under_way)
            stand = _among(stands, event_id, word)
            ended = _end(stand)
            place = stands.index(stand)
            changed = _set(under_way, stand, begins, takes)
            after = _end(stand)
            moved = 0 if ended is None or after is None else after - ended
            if following and moved:
                for other in stands[place + 1 :]:
                    at = minute_of(other.pitch)
                    if at is None:
                        continue
                    if not 0 <= at + moved < _DAY:
                        raise Refused("pitch_late", field="start")
                    changed |= _set(under_way, other, at + moved, other.pitch_minutes)
            _finish(under_way, changed)
    return _outcome(under_way)


def move(
    event_id: int, word: str, position: int, *, by: Actor, key: str | None = None
) -> Outcome | None:
    """To the place that `position` names; 1 is first. `word`: its stand's code.

    Those that it passes give it their time: whoever comes earlier begins when the first of them
    did, and the pauses between them stay. Refuses `stand`, `pitch_place`.
    """
    with change(event_id, "set-up", Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            stands = in_order(under_way)
            stand = _among(stands, event_id, word)
            if not 1 <= position <= len(stands):
                raise Refused("pitch_place", field="position")
            old = stands.index(stand)
            changed = old != position - 1
            if changed:
                _reorder(under_way, stands, old, position - 1)
            _finish(under_way, changed)
    return _outcome(under_way)


def call(
    event_id: int, *, stand: str = "", to: str = "", by: Actor, key: str | None = None
) -> Outcome:
    """Let a pitch be the one that is on: that of `stand` (its code), or `to` the `next`, `back`
    to the one before, or to the `end` of them.

    What is on already goes on: pressed twice, it is called once. Refuses `phase_first` outside of
    the phase *pitches*, `stand`, and `no_pitch` where none follows.
    """
    with change(event_id, "pitch", Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            event = under_way.event
            phases.require_phase(event, frozenset({Phase.PITCHES}))
            chosen = _called(under_way, stand, to)
            if event.pitch_id != chosen or event.pitch_since is None:
                # Without a pitch: since when they have ended.
                event.pitch_id, event.pitch_since = chosen, now()
    return under_way.outcome


def in_order(under_way: Change) -> list[Stand]:
    """The stands that are pitched, in their order."""
    return list(
        under_way.session.scalars(
            select(Stand).where(pitched(under_way.event.id)).order_by(*IN_ORDER).limit(MOST_PITCHES)
        )
    )


def _called(under_way: Change, word: str, to: str) -> int | None:
    if word:
        return _among(in_order(under_way), under_way.event.id, word).id
    if to not in CALLS:
        raise Refused("unreadable")
    if to == "end":
        return None
    stands = in_order(under_way)
    places = {stand.id: place for place, stand in enumerate(stands)}
    present = places.get(under_way.event.pitch_id or 0)
    wanted = (0 if present is None else present + 1) if to == "next" else (present or 0) - 1
    if not 0 <= wanted < len(stands):
        raise Refused("no_pitch")
    return stands[wanted].id


def _reorder(under_way: Change, stands: list[Stand], old: int, new: int) -> None:
    """Move one of them; the times of those between both places are dealt anew."""
    first, last = min(old, new), max(old, new)
    before = stands[first : last + 1]
    times = [minute_of(stand.pitch) for stand in before]
    pauses = [
        begins - (earlier + _minutes(stand))
        for earlier, begins, stand in zip(times, times[1:], before, strict=False)
        if earlier is not None and begins is not None
    ]
    moved = stands.pop(old)
    stands.insert(new, moved)
    _place(under_way, stands, moved, new)
    if len(pauses) != len(before) - 1 or times[0] is None:
        return
    begins = times[0]
    dealt: list[int] = []
    for stand, pause in zip(stands[first : last + 1], [*pauses, 0], strict=True):
        dealt.append(begins)
        begins += _minutes(stand) + pause
    if all(0 <= at < _DAY for at in dealt):
        for stand, at in zip(stands[first : last + 1], dealt, strict=True):
            _set(under_way, stand, at, stand.pitch_minutes)


def _place(under_way: Change, stands: Sequence[Stand], moved: Stand, new: int) -> None:
    """Give it a position between its neighbours'; all of them new ones where that is not enough."""
    before = stands[new - 1].pitch_position if new else None
    after = stands[new + 1].pitch_position if new + 1 < len(stands) else None
    everyone_has_one = all(
        stand.pitch_position is not None for stand in stands if stand is not moved
    )
    if everyone_has_one:
        if before is None:
            position = (after or 0.0) - 1.0
        else:
            position = before + 1.0 if after is None else (before + after) / 2
        if position not in (before, after):
            under_way.remember(moved)
            moved.pitch_position = position
            return
    # For the first time, or halving has used up the numbers between two neighbours.
    for number, stand in enumerate(stands, start=1):
        if stand.pitch_position != number:
            under_way.remember(stand)
            stand.pitch_position = float(number)


def _finish(under_way: Change, changed: bool) -> None:
    under_way.nothing_done = not changed
    if changed:
        # All that the event's pages show of it; on sheets stands no pitch.
        set_up.redraw(under_way, [under_way.event])


def _outcome(under_way: Change) -> Outcome | None:
    """What came of it; None: there was nothing to change."""
    return under_way.told


def _set(under_way: Change, stand: Stand, begins: int | None, minutes: int | None) -> bool:
    """Give it this time. Answers whether that is another one."""
    time = None if begins is None else f"{begins // 60:02}:{begins % 60:02}"
    if (stand.pitch, stand.pitch_minutes) == (time, minutes):
        return False
    under_way.remember(stand)
    stand.pitch, stand.pitch_minutes = time, minutes
    return True


def _among(stands: Sequence[Stand], event_id: int, word: str) -> Stand:
    """The one of these stands whose code this is. Refuses `stand`."""
    named = stand_named(event_id, word)
    found = next((stand for stand in stands if stand.id == named.id), None)
    if found is None:
        raise Refused("stand", field="stand")
    return found


def _minutes(stand: Stand) -> int:
    return stand.pitch_minutes or DEFAULT_MINUTES


def _end(stand: Stand) -> int | None:
    begins = minute_of(stand.pitch)
    return None if begins is None else begins + _minutes(stand)


def _minute(word: str, field: str) -> int | None:
    """A time of day in minutes, None for an empty field. Refuses `pitch_time`."""
    if not word.strip():
        return None
    found = _TIME.fullmatch(word.strip())
    if not found:
        raise Refused("pitch_time", field=field)
    return int(found[1]) * 60 + int(found[2])


def _whole(word: str, field: str, *, least: int) -> int:
    """Minutes. Refuses `pitch_minutes`, `pitch_pause`."""
    said = word.strip()
    if not re.fullmatch("[0-9]{1,3}", said) or not least <= int(said) <= LONGEST:
        raise Refused(f"pitch_{field}", field=field, least=least, most=LONGEST)
    return int(said)
