"""The organiser's first page: phases, passes, and a sheet to print for each stand."""

from dataclasses import dataclass

from flask import Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from exchange import access
from exchange.domain import passes, round
from exchange.domain.refusals import Refused
from exchange.models import Phase, Role, Series
from exchange.paper import qr
from exchange.queries import fair, people
from exchange.queries import questions as question_queries
from exchange.queries.fair import ContactLine, EventLine, ProjectLine, StandLine
from exchange.queries.questions import NO_QUESTIONS, Summary
from exchange.views.organiser.blueprint import (
    PassLink,
    bp,
    link_of,
    own_page,
    pass_link,
    pass_of_series,
    public_url,
    secret_key,
    series_id_of,
)
from exchange.views.pages import done, posted, render_page, staff_event, staff_key, whole
from exchange.views.refusing import wants_json

_UNDER_WAY = (Phase.PITCHES, Phase.FAIR, Phase.ROUND)


@dataclass(frozen=True)
class EventDesk:
    """An event with all that its organiser hands out."""

    line: EventLine
    summary: Summary
    moderator: PassLink
    screen: PassLink
    stands: list[tuple[StandLine, PassLink]]


@dataclass(frozen=True)
class SeriesDesk:
    """A series with its events, the one under way first, and its projects' contacts."""

    code: str
    name: str
    organiser: PassLink
    events: list[EventDesk]
    contacts: list[tuple[ProjectLine, list[ContactLine], PassLink]]


@bp.get("/organise")
def organise() -> str:
    """Every event of the series with its phase, its stands and its passes."""
    # Links that open everything.
    access.hold_secret()
    return render_page(
        "organiser/organise.html",
        series=[_desk(series) for series in access.organised_series()],
        phases=list(Phase),
        public_url=public_url(),
    )


@bp.post("/organise/<event>/phase")
def phase(event: str) -> ResponseReturnValue:
    """Switch an event's phase."""
    found, by = staff_event(event, access.organiser_of, series_id_of)
    fields = posted()
    try:
        wanted = Phase(fields.get("phase"))
    except ValueError:
        raise Refused("phase") from None
    outcome = round.set_phase(found.id, wanted, by=by, key=staff_key(fields))
    return done(outcome, f"/organise#{found.code}")


@bp.post("/organise/<event>/moderation")
def moderation(event: str) -> ResponseReturnValue:
    """Let questions wait until they are published (`first=1`), or not (`first=0`)."""
    found, by = staff_event(event, access.organiser_of, series_id_of)
    fields = posted()
    if fields.get("first") not in ("0", "1"):
        raise Refused("unreadable")
    outcome = round.set_moderation_first(
        found.id, fields["first"] == "1", by=by, key=staff_key(fields)
    )
    return done(outcome, f"/organise#{found.code}")


@bp.get("/organise/<event>/sheets")
def sheets(event: str) -> str:
    """A sheet for each stand, or for one of them, to print from the browser."""
    found, _ = staff_event(event, access.organiser_of, series_id_of)
    only = request.args.get("stand", "").upper()
    chosen = [line for line in fair.stand_lines(found.id) if only in ("", line.code)]
    if not chosen:
        raise Refused("unknown")
    return render_page(
        "organiser/sheets.html",
        event=fair.event_line(found.id),
        only=bool(only),
        sheets=[(line, qr.short_address(f"{public_url()}/s/{line.code}")) for line in chosen],
    )


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
    return redirect(f"{own_page(posted().get('back'), '/organise')}#pass-{pass_id}", 303)


def _desk(series: Series) -> SeriesDesk:
    held = people.passes_of_series(series.id)
    at_stand = {stand: pass_link(pass_) for stand, pass_ in people.own_passes(held).items()}
    of_event = {(pass_.event_id, pass_.role): pass_link(pass_) for pass_ in held if pass_.event_id}
    of_project = {pass_.project_id: pass_link(pass_) for pass_ in held if pass_.project_id}
    summaries = question_queries.summaries(series.id)
    stands = fair.stand_lines_of_series(series.id)
    events = [
        EventDesk(
            line=line,
            summary=summaries.get(line.id, NO_QUESTIONS),
            moderator=of_event[line.id, Role.MODERATOR],
            screen=of_event[line.id, Role.SCREEN],
            stands=[(stand, at_stand[stand.id]) for stand in stands.get(line.id, [])],
        )
        for line in fair.event_lines(series.id)
    ]
    return SeriesDesk(
        code=series.code,
        name=series.name,
        organiser=next(pass_link(pass_) for pass_ in held if pass_.series_id),
        events=sorted(events, key=_urgency),
        contacts=[
            (project, contacts, of_project[project.id])
            for project, contacts in fair.contacts(series.id)
            if project.id in of_project
        ],
    )


def _urgency(desk: EventDesk) -> int:
    """What is under way first, then what comes, then what was; by their days within."""
    if desk.line.phase in _UNDER_WAY:
        return 0
    return 1 if desk.line.phase is Phase.PREPARING else 2
