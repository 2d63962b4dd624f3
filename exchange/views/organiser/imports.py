"""Stand lists: sent or pasted, compared, confirmed."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal

from exchange import access
from exchange.config import MAX_BODY_BYTES
from exchange.domain import imports, pending_lists
from exchange.domain.imports import Said
from exchange.domain.pending_lists import PAGE, PendingList
from exchange.domain.refusals import Refused
from exchange.domain.stand_lists import sentences, task
from exchange.domain.stand_lists.cells import Problem
from exchange.domain.stand_lists.columns import FIELDS
from exchange.domain.stand_lists.modes import MODES
from exchange.domain.stand_lists.plans import SKIP
from exchange.domain.stand_lists.tables import MOST_BYTES, MOST_ROWS
from exchange.extensions import pause
from exchange.queries import fair
from exchange.queries.fair import EventRef
from exchange.views.organiser.blueprint import bp, organised_event, saved
from exchange.views.pages import posted, render_page, staff_key
from exchange.views.refusing import status_of, wants_json, with_status

WITHIN_S = 2.5
"""So long an upload waits for its comparison before its page shows how far it is."""
MOST_GIVEN_BACK = 500_000
"""Characters of a pasted table that a refusing page gives back."""
MOST_COLUMNS = 80
"""So many columns can be mapped by hand: a form has no more fields."""
MOST_ASKED = 30
"""So many rows are asked for at once."""
_CHANGING = ("refused", "moved", "changed", "new")
_SHOWN = (*_CHANGING, "same", task.LEFT_OUT)
_ROW = re.compile(r"answer-(\d{1,6})")
_COLUMN = re.compile(r"column-(\d{1,3})")


@dataclass(frozen=True)
class Part:
    """A page of the rows: what stands before and behind it."""

    show: str
    rows: list[dict[str, Any]]
    start: int
    total: int

    @property
    def after(self) -> int | None:
        """Where the next page begins."""
        behind = self.start + len(self.rows)
        return behind if self.rows and behind < self.total else None


@bp.get("/organise/<event>/import")
def import_list(event: str) -> ResponseReturnValue:
    """Where a list is sent or pasted."""
    found, _ = organised_event(event)
    return _form(found)


@bp.post("/organise/<event>/import")
def send_list(event: str) -> ResponseReturnValue:
    """Take a list and compare it; nothing is written. `file` or `text`.

    Only here a request may bring along more than elsewhere, and only after its pass was looked at.
    """
    found, _ = organised_event(event)
    text = ""
    try:
        data, name, text = _sent()
        pending = pending_lists.put(found.id, data, name)
        pending_lists.start(pending, found.series_id, Said())
    except Refused as refused:
        return _form(found, refused, text)
    result = pending_lists.wait(pending, WITHIN_S)
    if result is not None and _is_hopeless(result):
        pending_lists.discard(pending)
        return _form(found, imports.refusal(result), text)
    return _answer(found, pending)


@bp.get("/organise/<event>/import/<pending>")
def pending_list(event: str, pending: str) -> ResponseReturnValue:
    """What a list would change, or how far the comparison is."""
    found, _ = organised_event(event)
    one = _pending(found, pending)
    return _page(found, one)


@bp.get("/organise/<event>/import/<pending>/progress")
def progress_of_list(event: str, pending: str) -> Response:
    """How far the comparison is, for the page's script."""
    found, _ = organised_event(event)
    one = _pending(found, pending)
    return jsonify(share=one.share, done=one.result is not None or one.is_stuck)


@bp.post("/organise/<event>/import/<pending>")
def compare_list(event: str, pending: str) -> ResponseReturnValue:
    """Compare again: `sheet`, `mode`, `column-<n>`, `answer-<row>` (empty: none), `leave_out`
    (`refused`: every row that is); what is not there stays.
    """
    found, _ = organised_event(event)
    one = _pending(found, pending)
    fields = posted()
    said = _said(one, fields)
    if fields.get("leave_out") == "refused" and one.result:
        said = replace(said, answers={**(said.answers or {}), **_left_out(one, one.result)})
    try:
        pending_lists.start(one, found.series_id, said)
    except Refused as refused:
        if wants_json():
            raise
        return _page(found, one, refused)
    pending_lists.wait(one, WITHIN_S)
    return _answer(found, one)


@bp.post("/organise/<event>/import/<pending>/apply")
def apply_list(event: str, pending: str) -> ResponseReturnValue:
    """Write what the list changes: all or none. `plan`: the one that was seen."""
    found, by = organised_event(event)
    fields = posted()
    one = pending_lists.find(found.id, pending)
    key = staff_key(fields)
    back = f"/organise/{found.code}/import"
    if one is None:
        # Pressed twice: the same answer. Else it is gone.
        return saved(imports.take_in(found.id, None, 0, by=by, key=key), back)
    try:
        result = one.result
        if result is None or result.get("digest") != fields.get("plan"):
            raise Refused("list_stale")
        if result["summary"]["refused"]:
            raise Refused("list_asked")
        outcome = imports.take_in(
            found.id,
            one.plan(result),
            result["position"],
            by=by,
            key=key,
            columns=one.said.columns,
        )
    except Refused as refused:
        if wants_json():
            raise
        return _page(found, one, refused)
    pending_lists.discard(one)
    return saved(outcome, back)


@bp.post("/organise/<event>/import/<pending>/discard")
def discard_list(event: str, pending: str) -> ResponseReturnValue:
    """Throw a list away; nothing of it is left."""
    found, _ = organised_event(event)
    one = pending_lists.find(found.id, pending)
    if one is not None:
        pending_lists.discard(one)
    return redirect(f"/organise/{found.code}/import", 303)


def _sent() -> tuple[bytes, str, str]:
    """The list, its name, and what was pasted. Refuses `list_large` before it is read."""
    too_large = Refused("list_large", field="file", limit=MOST_BYTES // 1024 // 1024)
    most = MOST_BYTES + MAX_BODY_BYTES
    if (request.content_length or 0) > most:
        raise too_large
    request.max_content_length = most
    request.max_form_memory_size = most
    file = request.files.get("file")
    if file is not None and file.filename:
        data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise too_large
        if not data:
            raise Refused("list_empty", field="file")
        return data, _file_name(file.filename), request.form.get("text", "")
    text = request.form.get("text", "")
    if not text.strip():
        raise Refused("list_nothing", field="file")
    return text.encode(errors="replace"), "", text


def _file_name(name: str) -> str:
    """The last part of it, in one line and seen: some browsers send a whole path."""
    last = re.split(r"[\\/]", name)[-1]
    return " ".join("".join(one if one.isprintable() else " " for one in last).split())[:100]


def _pending(event: EventRef, name: str) -> PendingList:
    """Refuses `list_gone`: it was applied, thrown away, or is older than a day."""
    found = pending_lists.find(event.id, name)
    if found is None:
        raise Refused("list_gone")
    return found


def _said(pending: PendingList, fields: dict[str, str]) -> Said:
    """What has been said of a list, with what a form says now."""
    said, result = pending.said, pending.result or {}
    if "sheet" in fields and fields["sheet"] != result.get("sheet"):
        # Another table: what was said of the former one's columns and rows says nothing of it.
        said = Said(sheet=fields["sheet"], mode=said.mode)
        fields = {name: value for name, value in fields.items() if name == "mode"}
    if "mode" in fields:
        said = replace(said, mode=fields["mode"])
    names = list(result.get("columns") or {})
    unclear = {name for several in (result.get("unclear") or {}).values() for name in several}
    columns, answers, freed = dict(said.columns or {}), dict(said.answers or {}), [*said.freed]
    for field, value in fields.items():
        column, row = _COLUMN.fullmatch(field), _ROW.fullmatch(field)
        if column and int(column[1]) < len(names):
            name = names[int(column[1])]
            if name in unclear or value != (result["columns"][name] or ""):
                columns[name] = value
        elif row and value.startswith("free:"):
            freed.append(value.partition(":")[2])
        elif row and value:
            answers[row[1]] = value
        elif row:
            answers.pop(row[1], None)
    return replace(said, columns=columns, answers=answers, freed=tuple(dict.fromkeys(freed)))


def _answer(event: EventRef, pending: PendingList) -> ResponseReturnValue:
    """To the page of the list; to a program what the comparison came to."""
    if not wants_json():
        return redirect(f"/organise/{event.code}/import/{pending.name}", 303)
    return _to_program(pending)


def _to_program(pending: PendingList) -> ResponseReturnValue:
    """What the comparison came to: 200, or 202 while it is under way. Raises why it cannot be."""
    result = pending.result
    refused = imports.refusal(result) if result else None
    if refused is not None:
        raise refused
    return jsonify(_told(pending, result)), 200 if result else 202


def _told(pending: PendingList, result: dict[str, Any] | None) -> dict[str, Any]:
    if result is None:
        return {"list": pending.name, "share": pending.share}
    told = ("columns", "summary", "missing", "leaving", "left_out", "hidden", "sheet", "sheets")
    return {"list": pending.name, "plan": result["digest"]} | {name: result[name] for name in told}


def _is_hopeless(result: dict[str, Any]) -> bool:
    """Whether nothing can be mended here: neither a sheet nor a column can be chosen."""
    return "refused" in result and not result.get("columns") and len(result["sheets"]) < 2


def _form(event: EventRef, refused: Refused | None = None, text: str = "") -> ResponseReturnValue:
    if refused is not None and wants_json():
        raise refused
    pending_lists.sweep()
    access.hold_secret()
    waiting = [
        {
            "name": one.name,
            "file": one.about.get("file"),
            "at": datetime.fromtimestamp(one.about.get("at", 0), UTC),
        }
        for one in pending_lists.of_event(event.id)
        if not _is_hopeless(one.result or {})
    ]
    page = make_response(
        render_page(
            "organiser/import.html",
            event=fair.event_line(event.id),
            refused=refused,
            text=text if len(text) <= MOST_GIVEN_BACK else "",
            waiting=waiting,
            most_mb=MOST_BYTES // 1024 // 1024,
            most_bytes=MOST_BYTES,
            most_rows=format_decimal(MOST_ROWS),
            names=sentences.NAMES,
        )
    )
    return with_status(page, refused) if refused is not None else page


def _page(
    event: EventRef, pending: PendingList, refused: Refused | None = None
) -> ResponseReturnValue:
    """The comparison, or how far it is."""
    access.hold_secret()
    result = pending.result
    if result is None and not pending.is_stuck and request.method == "GET":
        result = pending_lists.wait(pending, 0.3)
    if wants_json() and refused is None:
        return _to_program(pending)
    line = fair.event_line(event.id)
    about = {"name": pending.name, "file": pending.about.get("file")}
    if result is None and not pending.is_stuck:
        return render_page(
            "organiser/import_wait.html", event=line, pending=about, share=pending.share
        )
    if result is None:
        refused, result = Refused("list_gone"), {"columns": {}, "sheets": []}
    whole = imports.refusal(result)
    if whole is not None and refused is None and _is_hopeless(result):
        return _form(event, whole, "" if about["file"] else pending.text)
    page = make_response(
        render_page(
            "organiser/import_list.html",
            event=line,
            pending=about,
            result=result,
            said=pending.said,
            refused=refused,
            whole=whole,
            columns=list((result.get("columns") or {}).items())[:MOST_COLUMNS],
            unclear={one for several in (result.get("unclear") or {}).values() for one in several},
            part=None if whole or "plan" not in result else _part(pending, result),
            asked=[] if whole or not result.get("asked") else _asked(pending, result),
            fields=FIELDS,
            modes=MODES,
            names=sentences.NAMES,
            actions=sentences.ACTION,
            remarks=sentences.REMARK,
            sentence=lambda problem: sentences.sentence(Problem(**problem)),
        )
    )
    if refused is not None:
        page.status_code = status_of(refused)
    return page


def _part(pending: PendingList, result: dict[str, Any]) -> Part:
    """The rows that were asked for: by default those that change something."""
    show = request.args.get("show", "")
    begin = request.args.get("from", "")
    start = int(begin) if re.fullmatch(r"\d{1,6}", begin) else 0
    actions = (show,) if show in _SHOWN else _CHANGING
    rows, total = pending_lists.rows(pending, result, actions, start)
    return Part(show if len(actions) == 1 else "", rows, start, total)


def _left_out(pending: PendingList, result: dict[str, Any]) -> dict[str, str]:
    """The answers that leave out every row that cannot be taken."""
    found: dict[str, str] = {}
    total = result["summary"]["refused"]
    for start in range(0, total, PAGE):
        rows, _ = pending_lists.rows(pending, result, ("refused",), start)
        found |= {str(row["number"]): SKIP for row in rows}
        pause(0)
    return found


def _asked(pending: PendingList, result: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that wait for an answer, the first ones."""
    found: list[dict[str, Any]] = []
    start = 0
    while len(found) < MOST_ASKED:
        rows, total = pending_lists.rows(pending, result, ("refused",), start)
        found += [row for row in rows if row["asked"]]
        start += PAGE
        if start >= total:
            break
    return found[:MOST_ASKED]
