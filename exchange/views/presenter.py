"""The desk: what presenters see and do at their stand."""

import uuid
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from exchange import rooms
from exchange.domain import questions
from exchange.domain import undo as undoing
from exchange.models import Facet, Phase
from exchange.queries import entries, fair, lists
from exchange.rooms import Room
from exchange.views.pages import (
    done,
    live_page,
    posted,
    question_page,
    staff_key,
    staff_stand,
    typed_in,
    verb_fields,
    wanted,
    whole,
)

bp = Blueprint("presenter", __name__)


@bp.get("/present/<stand>")
def desk(stand: str) -> Response:
    """All questions of one stand, by where they stand."""
    found, _ = staff_stand(stand)
    # What makes no sense is as if not said.
    sort = next((one for one in lists.SORTS if one == request.args.get("sort")), "")

    def build() -> dict[str, Any]:
        event = fair.event_line(found.event_id)
        is_open = event.phase is Phase.PREPARING or event.entries_open
        return {
            "event": event,
            "stand": fair.stand_page(found.id),
            # Nobody looks for gaps in an entry while the hall asks.
            "gaps": entries.gaps_at(found.id) if is_open else None,
            "lists": lists.at_desk(found.id, wanted(), sort),
            "sort": sort,
            "facets": list(Facet),
            # For a question that is typed in without scripts; a script makes its own.
            "key": str(uuid.uuid4()),
        }

    return live_page("presenter/desk.html", [(Room.DESK, found.code, rooms.stand(found.id))], build)


@bp.post("/present/<stand>/questions")
def ask(stand: str) -> ResponseReturnValue:
    """A question asked aloud or on paper is typed in."""
    found, by = staff_stand(stand)
    return typed_in(found.code, by, posted(), f"/present/{found.code}")


@bp.get("/present/<stand>/questions/<int:number>")
def question(stand: str, number: int) -> Response:
    """One question with its history and all its forms; the way without scripts."""
    found, _ = staff_stand(stand)
    watch = [(Room.DESK, found.code, rooms.stand(found.id))]
    back = f"/present/{found.code}"
    return question_page("presenter", found.event_id, number, watch, back=back, stand_id=found.id)


@bp.post("/present/<stand>/questions/<int:question>/<verb>")
def act(stand: str, question: int, verb: str) -> ResponseReturnValue:
    """Use a verb on a question of this stand."""
    found, by = staff_stand(stand)
    fields = posted()
    outcome = questions.act(
        question,
        verb,
        by=by,
        event_id=found.event_id,
        key=staff_key(fields),
        version=whole(fields.get("version")) or 0,
        fields=verb_fields(fields),
    )
    return done(outcome, f"/present/{found.code}")


@bp.post("/present/<stand>/undo")
def undo(stand: str) -> ResponseReturnValue:
    """Take back a change that was made at this desk."""
    found, by = staff_stand(stand)
    fields = posted()
    outcome = undoing.undo(
        found.event_id, whole(fields.get("change")) or 0, by=by, key=staff_key(fields)
    )
    return done(outcome, f"/present/{found.code}")
