"""An event's first page for its organiser: what is missing, phases, passes; and a sheet to print
for each stand.
"""

from flask import Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from exchange import access
from exchange.domain import events, passes, readiness, round
from exchange.domain.refusals import Refused
from exchange.models import Phase, Role
from exchange.paper import qr
from exchange.queries import fair, organising, people
from exchange.queries import questions as question_queries
from exchange.queries.people import PassLine
from exchange.views.organiser.blueprint import (
    bp,
    link_of,
    organised_event,
    own_page,
    pass_link,
    pass_of_series,
    public_url,
    saved,
    secret_key,
)
from exchange.views.pages import done, posted, render_page, staff_key, whole
from exchange.views.refusing import wants_json

CARDS = 60
"""For so many stands the overview holds a pass; the page of passes has them all."""


@bp.get("/organise/<event>")
def event_overview(event: str) -> str:
    """One event: what is still missing for the day, its phase, its views, its stands' passes."""
    found, _ = organised_event(event)
    # Links that open everything of the event.
    access.hold_secret()
    held = people.passes_at_event(found.id)
    of_event = {pass_.role: pass_link(pass_) for pass_ in held if pass_.event_id}
    at_stand = {stand: pass_link(pass_) for stand, pass_ in people.own_passes(held).items()}
    stands = fair.stand_lines(found.id)
    return render_page(
        "organiser/event.html",
        event=fair.event_line(found.id),
        state=organising.event_state(found.id),
        here="",
        missing=readiness.missing(found.id),
        summary=question_queries.summary(found.id),
        moderator=of_event.get(Role.MODERATOR),
        screen=of_event.get(Role.SCREEN),
        stands=[(stand, at_stand.get(stand.id)) for stand in stands[:CARDS]],
        stand_count=len(stands),
        phases=list(Phase),
        public_url=public_url(),
        undo_path=f"/organise/{found.code}/undo",
    )


@bp.post("/organise/<event>/phase")
def phase(event: str) -> ResponseReturnValue:
    """Switch an event's phase."""
    found, by = organised_event(event)
    fields = posted()
    try:
        wanted = Phase(fields.get("phase"))
    except ValueError:
        raise Refused("phase") from None
    outcome = round.set_phase(found.id, wanted, by=by, key=staff_key(fields))
    return saved(outcome, f"/organise/{found.code}", at=f"phase-{wanted.value}", said="phase")


@bp.post("/organise/<event>/moderation")
def moderation(event: str) -> ResponseReturnValue:
    """Let questions wait until they are published (`first=1`), or not (`first=0`)."""
    found, by = organised_event(event)
    fields = posted()
    if fields.get("first") not in ("0", "1"):
        raise Refused("unreadable")
    outcome = round.set_moderation_first(
        found.id, fields["first"] == "1", by=by, key=staff_key(fields)
    )
    return saved(outcome, f"/organise/{found.code}", at="moderation-first", said="moderation")


@bp.get("/organise/<event>/sheets")
def sheets(event: str) -> str:
    """A sheet for each stand, or for one of them, to print from the browser."""
    found, _ = organised_event(event)
    only = request.args.get("stand", "").upper()
    chosen = [line for line in fair.stand_lines(found.id) if only in ("", line.code)]
    if not chosen:
        raise Refused("unknown")
    return render_page(
        "organiser/sheets.html",
        event=fair.event_line(found.id),
        state=organising.event_state(found.id),
        only=bool(only),
        sheets=[(line, qr.short_address(f"{public_url()}/s/{line.code}")) for line in chosen],
    )


@bp.post("/organise/<event>/sheets/printed")
def sheets_printed(event: str) -> ResponseReturnValue:
    """Note that all sheets were printed as they are now."""
    found, by = organised_event(event)
    outcome = events.note_sheets_printed(found.id, by=by, key=staff_key(posted()))
    return done(outcome, f"/organise/{found.code}/sheets")


@bp.get("/organise/passes/<int:pass_id>/qr.svg")
def code(pass_id: int) -> Response:
    """A pass's link as a QR code, for a presenter's tablet. Never cached."""
    svg = qr.svg(link_of(pass_of_series(pass_id)[1]))
    return Response(svg, mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})


@bp.post("/organise/passes/<int:pass_id>/<any(rotate, revoke, restore, 'one-browser', free):verb>")
def change_pass(pass_id: int, verb: str) -> ResponseReturnValue:
    """Give a pass a new secret, let it lapse, let it be valid again; bind it to the first browser
    that redeems it (`one-browser`: `on`) or free it for another. `back`: the page it was done on.
    """
    by, pass_ = pass_of_series(pass_id)
    if verb == "rotate":
        passes.rotate(pass_.id, by=by, seen=whole(posted().get("generation")))
        if pass_.role is Role.ORGANISER:
            # Whoever changes the lock keeps a key.
            renewed = people.passes_by_id([pass_.id])[pass_.id]
            access.open_pass(passes.secret_of(renewed, secret_key()))
    elif pass_.role is Role.ORGANISER:
        # Nobody could let it be valid again: that page needs it.
        raise Refused("unknown")
    elif verb == "one-browser":
        on = posted().get("on")
        if on not in ("0", "1"):
            raise Refused("unreadable")
        passes.set_one_browser(pass_.id, on == "1", by=by)
    elif verb == "free":
        passes.free(pass_.id, by=by)
    else:
        passes.set_revoked(pass_.id, verb == "revoke", by=by)
    if wants_json():
        return jsonify({"pass": pass_.id})
    return redirect(f"{own_page(posted().get('back'), _page_of(pass_))}#pass-{pass_id}", 303)


def _page_of(pass_: PassLine) -> str:
    """The organiser's page on which a pass stands."""
    if pass_.role is Role.ORGANISER:
        return "/organise"
    code = people.code_opened_by(pass_.id) or ""
    if pass_.role is Role.CONTACT:
        return f"/organise/projects/{code}"
    if pass_.role is Role.PRESENTER:
        stand = fair.stand_at(code)
        code = stand.event if stand else ""
    return f"/organise/{code}"
