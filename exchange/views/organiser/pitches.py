"""The pitches of an event: their order and times, and which one is on."""

from dataclasses import dataclass, field

from flask import Response, make_response, redirect
from flask.typing import ResponseReturnValue

from exchange.domain import pitches
from exchange.domain.changes import Outcome
from exchange.domain.refusals import Refused
from exchange.queries import fair
from exchange.queries import pitches as pitch_queries
from exchange.queries.fair import EventRef
from exchange.queries.pitches import DEFAULT_MINUTES, PitchLine
from exchange.views.organiser.blueprint import bp, organised_event, saved
from exchange.views.pages import done, posted, render_page, staff_key
from exchange.views.refusing import status_of, wants_json


@dataclass(frozen=True)
class Typed:
    """What was typed into a form that was refused, and why; the form shows both again."""

    stand: str = ""
    """The code of the stand whose form it was; "" for that of the plan."""
    fields: dict[str, str] = field(default_factory=dict)
    refused: Refused | None = None

    def of(self, stand: str, name: str, otherwise: object) -> str:
        """What a field of the form of this stand shows."""
        if self.refused is not None and self.stand == stand and name in self.fields:
            return self.fields[name]
        return "" if otherwise is None else str(otherwise)

    def why(self, stand: str, name: str) -> str:
        """What is wrong with that field, as a sentence; "" if nothing is."""
        if self.refused is None or self.stand != stand:
            return ""
        return self.refused.message if (self.refused.field or "start") == name else ""


@bp.get("/organise/<event>/pitches")
def pitch_list(event: str) -> Response:
    """The pitches in their order, each with the ways to change it."""
    found, _ = organised_event(event)
    return _page(found, Typed())


@bp.post("/organise/<event>/pitches")
def plan_pitches(event: str) -> ResponseReturnValue:
    """Give all of them their times: `start` of the first, `minutes` of each, `pause` between."""
    found, by = organised_event(event)
    fields = posted()
    try:
        outcome = pitches.plan(
            found.id,
            start=fields.get("start", ""),
            minutes=fields.get("minutes", ""),
            pause=fields.get("pause", ""),
            by=by,
            key=staff_key(fields),
        )
    except Refused as refused:
        return _refused(found, "", fields, refused)
    return saved(outcome, _address(found))


@bp.post("/organise/<event>/pitches/<stand>/time")
def set_pitch_time(event: str, stand: str) -> ResponseReturnValue:
    """Set one's `start` and `minutes`; with `following=1` those after it move along."""
    found, by = organised_event(event)
    fields = posted()
    try:
        outcome = pitches.set_time(
            found.id,
            stand,
            start=fields.get("start", ""),
            minutes=fields.get("minutes", ""),
            following=fields.get("following") == "1",
            by=by,
            key=staff_key(fields),
        )
    except Refused as refused:
        return _refused(found, stand, fields, refused)
    return _saved_at(outcome, found, stand)


@bp.post("/organise/<event>/pitches/<stand>/move")
def move_pitch(event: str, stand: str) -> ResponseReturnValue:
    """To the place that `position` names; 1 is first."""
    found, by = organised_event(event)
    fields = posted()
    try:
        position = _place(fields.get("position", ""))
        outcome = pitches.move(found.id, stand, position, by=by, key=staff_key(fields))
    except Refused as refused:
        return _refused(found, stand, fields, refused)
    return _saved_at(outcome, found, stand)


def _place(word: str) -> int:
    if not (word.isascii() and word.isdecimal() and len(word) < 6):
        raise Refused("pitch_place", field="position")
    return int(word)


@bp.post("/organise/<event>/pitches/call")
def call_pitch(event: str) -> ResponseReturnValue:
    """Call a pitch: that of `stand`, or `to` the `next`, `back`, to the `end`."""
    found, by = organised_event(event)
    fields = posted()
    outcome = pitches.call(
        found.id,
        stand=fields.get("stand", ""),
        to=fields.get("to", ""),
        by=by,
        key=staff_key(fields),
    )
    return done(outcome, f"{_address(found)}?change={outcome.change}#now")


def _page(found: EventRef, typed: Typed) -> Response:
    event = fair.event_line(found.id)
    lines = pitch_queries.pitches(found.id)
    return make_response(
        render_page(
            "organiser/pitches.html",
            event=event,
            lines=lines,
            late=_overlapping(lines),
            pitch=pitch_queries.state(event),
            typed=typed,
            default_minutes=DEFAULT_MINUTES,
            most=pitch_queries.MOST_PITCHES,
            longest=pitches.LONGEST,
        )
    )


def _overlapping(lines: list[PitchLine]) -> set[str]:
    """The codes of the stands whose pitch begins before the one before it is to end."""
    ended = 0
    found = set()
    for line in lines:
        if line.begins is None or line.ends is None:
            continue
        if line.begins < ended:
            found.add(line.stand.code)
        ended = max(ended, line.ends)
    return found


def _refused(
    found: EventRef, stand: str, fields: dict[str, str], refused: Refused
) -> ResponseReturnValue:
    """The page again, with what was typed and what is wrong with it."""
    if wants_json() or refused.word in ("stand", "key", "key_reused"):
        raise refused
    return _page(found, Typed(stand.upper(), fields, refused)), status_of(refused)


def _saved_at(outcome: Outcome | None, found: EventRef, stand: str) -> ResponseReturnValue:
    """As `saved`, at the row of this stand."""
    if wants_json():
        return saved(outcome, _address(found))
    change = outcome.change if outcome else 0
    return redirect(f"{_address(found)}?change={change}#pitch-{stand.upper()}", 303)


def _address(event: EventRef) -> str:
    return f"/organise/{event.code}/pitches"
