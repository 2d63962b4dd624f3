"""The municipalities that registered for an event: a list comes in, is looked at, and taken."""

from dataclasses import dataclass
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue

from exchange import jobs
from exchange.domain import registered_list, registrations
from exchange.domain.refusals import Refused
from exchange.domain.registered_list import Problem, RegisteredList
from exchange.extensions import pause
from exchange.queries import fair
from exchange.queries import registrations as registered_queries
from exchange.queries.fair import EventRef
from exchange.queries.registrations import Registered
from exchange.views.organiser.blueprint import bp, organised_event
from exchange.views.pages import posted, render_page, staff_key
from exchange.views.refusing import sent_as, status_of, wants_json

MOST_MEGABYTES = 2
"""Of a file: a thousand municipalities are 60 KB as text. What is taken apart holds the loop."""
SHOWN = 200
"""So many rows of a list the page shows."""
WITHIN_S = 20.0
_SHORT = 8_000
"""Characters of a pasted list that is read at once."""


@dataclass(frozen=True)
class Preview:
    """A list that was read and not yet taken."""

    found: RegisteredList
    new: int
    """How many municipalities of it are not there yet."""

    @property
    def many(self) -> int:
        """How many municipalities it names."""
        return len(self.found.registrants)

    @property
    def problems(self) -> list[tuple[Problem, str]]:
        """What is wrong, each with its sentence."""
        return [(one, registered_list.sentence(one)) for one in self.found.problems]


@dataclass(frozen=True)
class Form:
    """What stands in the form: the list as it was pasted, or as it was read."""

    text: str = ""
    replace: bool = False
    error: str = ""


@bp.get("/organise/<event>/registered")
def registered(event: str) -> str:
    """Who registered, and the form by which a list comes in."""
    found, _ = organised_event(event)
    return _page(found, Form(), None)


@bp.post("/organise/<event>/registered")
def take_registered(event: str) -> ResponseReturnValue:
    """A list comes in, as `file` or pasted as `list`: shown as it was read, and with `confirm=1`
    taken, beside those that are there (`mode=add`) or in their place (`mode=replace`).

    A list with a row that cannot be taken is shown again, without that row.
    """
    found, by = organised_event(event)
    form = Form()
    try:
        _require_size()
        request.max_content_length = (MOST_MEGABYTES + 1) * 1024 * 1024
        # What was pasted goes back into the form, however long it is.
        request.max_form_memory_size = request.max_content_length
        fields = posted()
        form = Form(fields.get("list", ""), fields.get("mode") == "replace")
        preview = _preview(found, _read(form))
        change = None
        is_confirmed = fields.get("confirm") == "1" and not preview.found.problems
        if is_confirmed:
            outcome = registrations.take_in(
                found.id,
                preview.found.registrants,
                replace=form.replace,
                by=by,
                key=staff_key(fields),
            )
            change = outcome.change if outcome else None
    except (Refused, jobs.JobFailed) as why:
        refused = why if isinstance(why, Refused) else Refused("list_damaged")
        if wants_json():
            raise refused from None
        form = Form(form.text or sent_as("list"), form.replace, refused.message)
        return _page(found, form, None), status_of(refused)
    status = 422 if preview.found.problems else 200
    if wants_json():
        return _as_json(preview) | {"change": change}, status
    if is_confirmed:
        return redirect(f"/organise/{found.code}/registered?taken={preview.many}", 303)
    form = Form(registered_list.as_list(preview.found.registrants), form.replace)
    return _page(found, form, preview), status


@bp.post("/organise/<event>/registered/clear")
def clear_registered(event: str) -> ResponseReturnValue:
    """Nobody is registered any more: the list is deleted."""
    found, by = organised_event(event)
    fields = posted()
    outcome = registrations.take_in(found.id, [], replace=True, by=by, key=staff_key(fields))
    if wants_json():
        return {"change": outcome.change if outcome else None}
    return redirect(f"/organise/{found.code}/registered?taken=0", 303)


def _require_size() -> None:
    """Refuses `list_large` before anything of the body is read."""
    if (request.content_length or 0) > MOST_MEGABYTES * 1024 * 1024:
        raise Refused("list_large", limit=MOST_MEGABYTES)


def _read(form: Form) -> RegisteredList:
    """The file that was chosen, else what was pasted. Raises JobFailed."""
    file = request.files.get("file")
    data = file.read() if file is not None and file.filename else b""
    if data or len(form.text) > _SHORT:
        told = jobs.run(
            registered_list.TASK,
            data or form.text.encode(),
            pause=pause,
            within_s=WITHIN_S,
            pasted=not data,
        )
    else:
        # Taken apart sooner than a process is started, and no workbook: nothing is unpacked here.
        told = registered_list.read(form.text.encode(), progress=lambda _share: None, pasted=True)
    return registered_list.loaded(told)


def _preview(event: EventRef, told: RegisteredList) -> Preview:
    known = registered_queries.registered(event.id).lines
    there = {line.municipality.casefold() for line in known}
    return Preview(told, sum(one.municipality.casefold() not in there for one in told.registrants))


def _as_json(preview: Preview) -> dict[str, Any]:
    return {
        "municipalities": preview.many,
        "new": preview.new,
        "people": preview.found.people,
        "problems": [
            {"row": problem.row, "word": problem.word, "message": sentence}
            for problem, sentence in preview.problems
        ],
    }


def _page(found: EventRef, form: Form, preview: Preview | None) -> str:
    known: Registered = registered_queries.registered(found.id)
    return render_page(
        "organiser/registered.html",
        event=fair.event_line(found.id),
        known=known,
        form=form,
        preview=preview,
        shown=SHOWN,
        limit=MOST_MEGABYTES,
    )
