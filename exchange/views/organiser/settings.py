"""The settings of an event; putting it away."""

from dataclasses import asdict

from flask.typing import ResponseReturnValue

from exchange.domain import events
from exchange.domain.events import SETTINGS, SHORTEST_LIMIT
from exchange.domain.refusals import Refused
from exchange.models import lengths
from exchange.queries import fair, organising
from exchange.queries.fair import EventLine, EventRef
from exchange.views.organiser.blueprint import bp, organised_event, saved
from exchange.views.organiser.forms import Form, again, refused_form
from exchange.views.pages import posted, render_page, staff_key


@bp.get("/organise/<event>/settings")
def event_settings(event: str) -> str:
    """Every setting of an event in one form."""
    found, _ = organised_event(event)
    return _page(found)


@bp.post("/organise/<event>/settings")
def edit_event(event: str) -> ResponseReturnValue:
    """Change settings; fields that are not sent stay as they are."""
    found, by = organised_event(event)
    fields = posted()
    try:
        outcome = events.edit(found.id, fields, by=by, key=staff_key(fields))
    except Refused as refused:
        form = refused_form("event", fields, refused)
        return again(refused, lambda: _page(found, form))
    return saved(outcome, f"/organise/{found.code}/settings")


@bp.post("/organise/<event>/<any(archive, restore):verb>")
def fold_event(event: str, verb: str) -> ResponseReturnValue:
    """Put an event away, or bring it back. Refuses `event_running`."""
    found, by = organised_event(event)
    archived = verb == "archive"
    outcome = events.set_archived(found.id, archived, by=by, key=staff_key(posted()))
    return saved(outcome, f"/organise/{found.code}/settings")


def _page(event: EventRef, form: Form | None = None) -> str:
    line = fair.event_line(event.id)
    return render_page(
        "organiser/settings.html",
        event=line,
        state=organising.event_state(event.id),
        here="settings",
        form=form or Form("event", _values(line)),
        shortest=SHORTEST_LIMIT,
        longest=lengths.QUESTION,
        undo_path=f"/organise/{event.code}/undo",
    )


def _values(line: EventLine) -> dict[str, str]:
    """The settings as fields hold them."""
    known = asdict(line)
    return {name: _as_written(known[name]) for name in SETTINGS}


def _as_written(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    # A day is written as fields of dates take it.
    return "" if value is None else str(value)
