"""The stands of an event: the list, one of them, two that change places."""

from flask.typing import ResponseReturnValue

from exchange.domain import stands as verbs
from exchange.domain.changes import Actor
from exchange.domain.refusals import Refused
from exchange.queries import fair, organising
from exchange.queries.fair import EventRef, StandLine
from exchange.views.organiser.blueprint import bp, organised_event, saved
from exchange.views.organiser.forms import (
    Form,
    again,
    asked_start,
    asked_words,
    refused_form,
)
from exchange.views.pages import posted, render_page, staff_key


@bp.get("/organise/<event>/stands")
def stands(event: str) -> str:
    """The stands of an event in their natural order; the form of a new one."""
    found, _ = organised_event(event)
    return _list_page(found)


@bp.post("/organise/<event>/stands")
def add_stand(event: str) -> ResponseReturnValue:
    """A new stand: `label`, `place`, `project` (its code, key or title)."""
    found, by = organised_event(event)
    fields = posted()
    try:
        outcome = verbs.add(found.id, fields, by=by, key=staff_key(fields))
    except Refused as refused:
        form = refused_form("new", fields, refused)
        return again(refused, lambda: _list_page(found, new=form))
    return saved(outcome, f"/organise/{found.code}/stands")


@bp.post("/organise/<event>/swap")
def swap_stands(event: str) -> ResponseReturnValue:
    """Let two stands change labels and places: `first`, `second`, as people say them."""
    found, by = organised_event(event)
    fields = posted()
    try:
        outcome = verbs.swap(
            found.id,
            fields.get("first", ""),
            fields.get("second", ""),
            by=by,
            key=staff_key(fields),
        )
    except Refused as refused:
        form = refused_form("swap", fields, refused)
        return again(refused, lambda: _list_page(found, swap=form))
    return saved(outcome, f"/organise/{found.code}/stands")


@bp.get("/organise/<event>/stands/<stand>")
def organised_stand(event: str, stand: str) -> str:
    """One stand, to be edited."""
    found, _, line = _stand_of(event, stand)
    return _stand_page(found, line)


@bp.post("/organise/<event>/stands/<stand>")
def edit_stand(event: str, stand: str) -> ResponseReturnValue:
    """Another `label`, `place` or `project`."""
    found, by, line = _stand_of(event, stand)
    fields = posted()
    try:
        outcome = verbs.edit(found.id, line.id, fields, by=by, key=staff_key(fields))
    except Refused as refused:
        form = refused_form("stand", fields, refused)
        return again(refused, lambda: _stand_page(found, line, form))
    return saved(outcome, f"/organise/{found.code}/stands")


@bp.post("/organise/<event>/stands/<stand>/<any(archive, restore):verb>")
def fold_stand(event: str, stand: str, verb: str) -> ResponseReturnValue:
    """Take a stand out of the fair, or bring it back."""
    found, by, line = _stand_of(event, stand)
    key = staff_key(posted())
    act = verbs.archive if verb == "archive" else verbs.bring_back
    try:
        outcome = act(found.id, line.id, by=by, key=key)
    except Refused as refused:
        form = refused_form("stand", _values(line), refused)
        return again(refused, lambda: _stand_page(found, line, form))
    return saved(outcome, f"/organise/{found.code}/stands")


def _stand_of(event: str, stand: str) -> tuple[EventRef, Actor, StandLine]:
    """An event that this browser organises, and a stand of it. Refuses `unknown`."""
    found, by = organised_event(event)
    line = fair.stand_at(stand)
    if line is None or line.event_id != found.id:
        raise Refused("unknown")
    return found, by, line


def _list_page(event: EventRef, *, new: Form | None = None, swap: Form | None = None) -> str:
    return render_page(
        "organiser/stands.html",
        event=fair.event_line(event.id),
        here="stands",
        rows=organising.stand_rows(event.id, asked_words(), asked_start()),
        archived=organising.stand_rows(event.id, "", asked_start("archived"), archived=True),
        choices=organising.project_choices(event.series_id),
        series=organising.event_state(event.id).series_code,
        new=new or Form("new"),
        swap=swap or Form("swap"),
        undo_path=f"/organise/{event.code}/undo",
    )


def _stand_page(event: EventRef, line: StandLine, form: Form | None = None) -> str:
    return render_page(
        "organiser/stand.html",
        event=fair.event_line(event.id),
        here="stands",
        stand=line,
        choices=organising.project_choices(event.series_id),
        form=form or Form("stand", _values(line)),
        undo_path=f"/organise/{event.code}/undo",
    )


def _values(line: StandLine) -> dict[str, str]:
    return {
        "label": line.label,
        "place": line.place or "",
        "project": line.project_code or "",
    }
