"""The moderation: all stands in one inbox, the run list, what is live, the event itself."""

import uuid
from typing import Any

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from exchange import access, rooms
from exchange.domain import pitches, questions, round
from exchange.domain import undo as undoing
from exchange.models import Facet
from exchange.queries import fair, lists
from exchange.queries import pitches as pitch_queries
from exchange.queries import questions as question_queries
from exchange.rooms import Room
from exchange.views.pages import (
    done,
    live_page,
    posted,
    question_page,
    staff_event,
    staff_key,
    typed_in,
    verb_fields,
    wanted,
    whole,
)

bp = Blueprint("moderator", __name__)


@bp.get("/moderate/<event>")
def moderation(event: str) -> Response:
    """All questions of an event, by where they stand."""
    found, _ = staff_event(event, access.moderator_of)

    def build() -> dict[str, Any]:
        event = fair.event_line(found.id)
        return {
            "event": event,
            "stage": question_queries.stage(event),
            "pitch": pitch_queries.state(event),
            "summary": question_queries.summary(found.id),
            "stands": fair.stand_lines(found.id),
            "lists": lists.in_moderation(found.id, wanted()),
            "facets": list(Facet),
            # For a question that is typed in without scripts; a script makes its own.
            "key": str(uuid.uuid4()),
        }

    return live_page(
        "moderator/moderation.html",
        [(Room.MODERATE, found.code, rooms.moderate(found.id))],
        build,
    )


@bp.post("/moderate/<event>/questions")
def ask(event: str) -> ResponseReturnValue:
    """A question from the floor is typed in, for a stand or for none (stand 0)."""
    found, by = staff_event(event, access.moderator_of)
    fields = posted()
    stand = questions.stand_named(found.id, fields.get("stand") or "0")
    return typed_in(stand.code, by, fields, f"/moderate/{found.code}")


@bp.get("/moderate/<event>/questions/<int:number>")
def question(event: str, number: int) -> Response:
    """One question with its history and all its forms; the way without scripts."""
    found, _ = staff_event(event, access.moderator_of)
    watch = [(Room.MODERATE, found.code, rooms.moderate(found.id))]
    return question_page("moderator", found.id, number, watch, back=f"/moderate/{found.code}")


@bp.post("/moderate/<event>/questions/<int:question>/<verb>")
def act(event: str, question: int, verb: str) -> ResponseReturnValue:
    """Use a verb on a question of this event."""
    found, by = staff_event(event, access.moderator_of)
    fields = posted()
    if fields.get("head_number"):
        # People know questions by their numbers.
        number = whole(fields["head_number"]) or 0
        fields["head"] = str(question_queries.id_by_number(found.id, number) or 0)
    outcome = questions.act(
        question,
        verb,
        by=by,
        event_id=found.id,
        key=staff_key(fields),
        version=whole(fields.get("version")) or 0,
        fields=verb_fields(fields),
    )
    return done(outcome, f"/moderate/{found.code}")


@bp.post("/moderate/<event>/undo")
def undo(event: str) -> ResponseReturnValue:
    """Take back a change, the desks' included."""
    found, by = staff_event(event, access.moderator_of)
    fields = posted()
    outcome = undoing.undo(found.id, whole(fields.get("change")) or 0, by=by, key=staff_key(fields))
    return done(outcome, f"/moderate/{found.code}")


@bp.post(
    "/moderate/<event>/<any(clock, message, picture, moderation, 'start-round', 'end-round'):verb>"
)
def conduct(event: str, verb: str) -> ResponseReturnValue:
    """What the moderator does to the event itself."""
    found, by = staff_event(event, access.moderator_of)
    fields = posted()
    outcome = round.conduct(found.id, verb, value=fields.get("value"), by=by, key=staff_key(fields))
    return done(outcome, f"/moderate/{found.code}")


@bp.post("/moderate/<event>/pitch")
def pitch(event: str) -> ResponseReturnValue:
    """Call a pitch: that of `stand`, or `to` the `next`, `back`, to the `end`."""
    found, by = staff_event(event, access.moderator_of)
    fields = posted()
    outcome = pitches.call(
        found.id,
        stand=fields.get("stand", ""),
        to=fields.get("to", ""),
        by=by,
        key=staff_key(fields),
    )
    return done(outcome, f"/moderate/{found.code}")
