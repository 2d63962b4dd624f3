"""The organiser: phases, passes, and a sheet to print for each stand."""

from flask import Blueprint, Response, current_app, redirect, render_template
from flask.typing import ResponseReturnValue

from exchange import access
from exchange.domain import passes, round
from exchange.domain.refusals import Refused
from exchange.extensions import db
from exchange.models import Pass, Phase
from exchange.paper import qr
from exchange.queries import fair, people
from exchange.views.pages import done, event_or_refuse, posted, staff_key

bp = Blueprint("organiser", __name__)


@bp.get("/organise")
def organise() -> str:
    """Every event of the series with its phase, its stands and its passes."""
    series = access.organised_series()
    return render_template(
        "organiser/organise.html",
        series=series,
        events={one.id: fair.event_lines(one.id) for one in series},
        stands={
            line.id: fair.stand_lines(line.id)
            for one in series
            for line in fair.event_lines(one.id)
        },
        passes=[one for owner in series for one in people.passes_of_series(owner.id)],
        link_of=_link,
        phases=list(Phase),
    )


@bp.post("/organise/<event>/phase")
def phase(event: str) -> ResponseReturnValue:
    """Switch an event's phase."""
    found = event_or_refuse(event)
    by = access.organiser_of(found.series_id)
    fields = posted()
    try:
        wanted = Phase(fields.get("phase"))
    except ValueError:
        raise Refused("phase") from None
    outcome = round.set_phase(found.id, wanted, by=by, key=staff_key(fields))
    return done(outcome, f"/organise#{found.code}")


@bp.get("/organise/<event>/sheets")
def sheets(event: str) -> str:
    """A sheet for each stand, to print from the browser."""
    found = event_or_refuse(event)
    access.organiser_of(found.series_id)
    public_url = current_app.extensions["settings"].public_url
    return render_template(
        "organiser/sheets.html",
        event=fair.event_line(found.id),
        sheets=[
            (fair.stand_page(line.id), qr.short_address(f"{public_url}/s/{line.code}"))
            for line in fair.stand_lines(found.id)
        ],
    )


@bp.get("/organise/passes/<int:pass_id>/qr.svg")
def code(pass_id: int) -> Response:
    """A pass's link as a QR code, for a presenter's tablet. Never cached."""
    svg = qr.svg(_link(_pass(pass_id)))
    return Response(svg, mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})


@bp.post("/organise/passes/<int:pass_id>/<any(rotate, revoke, restore):verb>")
def change_pass(pass_id: int, verb: str) -> ResponseReturnValue:
    """Give a pass a new secret, let it lapse, or let it be valid again."""
    one = _pass(pass_id)
    if verb == "rotate":
        passes.rotate(one.id)
    else:
        passes.set_revoked(one.id, verb == "revoke")
    return redirect(f"/organise#pass-{pass_id}", 303)


def _pass(pass_id: int) -> Pass:
    """A pass of a series that this browser organises."""
    one = db.session.get(Pass, pass_id)
    if one is None:
        raise Refused("unknown")
    access.organiser_of(access.series_of_pass(one))
    return one


def _link(one: Pass) -> str:
    settings = current_app.extensions["settings"]
    return passes.link(one, settings.public_url, settings.secret_key)
