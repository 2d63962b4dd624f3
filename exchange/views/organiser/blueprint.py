"""What the organiser's pages share: their blueprint, who may open them, passes with their links."""

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime

from flask import Blueprint, current_app, jsonify, redirect
from flask.typing import ResponseReturnValue

from exchange import access
from exchange.domain import passes
from exchange.domain import undo as undoing
from exchange.domain.changes import Actor, Outcome
from exchange.domain.refusals import Refused
from exchange.models import Role, Series, codes
from exchange.queries import people
from exchange.queries.fair import EventRef
from exchange.queries.people import PassLine
from exchange.views.pages import posted, same_place, staff_event, staff_key, whole
from exchange.views.refusing import wants_json

bp = Blueprint("organiser", __name__)

_OWN_PAGE = re.compile(r"/organise(?:/[A-Za-z0-9-]{1,60})*(?:\?page=[0-9]{1,5})?")


@dataclass(frozen=True)
class PassLink:
    """A pass with its link. Whoever reads the link can act: it goes to organisers only."""

    id: int
    role: Role
    generation: int
    link: str
    revoked: bool
    last_day: date | None
    """The last day on which it opens something; None when it has no end."""
    ended: bool
    one_browser: bool
    bound: bool
    """Whether a browser has redeemed it, where it is for one only."""
    name: str | None
    """What tells several of one stand apart."""
    redeemed: datetime | None
    """When a browser last redeemed it; None: never."""


def pass_of_series(pass_id: int) -> tuple[Actor, PassLine]:
    """A pass of a series that this browser organises, and who that is."""
    pass_ = people.passes_by_id([pass_id]).get(pass_id)
    by = access.organiser_of(people.series_of_pass(pass_id) or access.NOWHERE)
    if pass_ is None:
        raise Refused("not_yours")
    return by, pass_


def series_id_of(event: EventRef) -> int:
    """Whose organiser an event's pages are for."""
    return event.series_id


def pass_link(pass_: PassLine) -> PassLink:
    """A pass as the organiser's pages show it."""
    last = access.last_day(pass_)
    return PassLink(
        id=pass_.id,
        role=pass_.role,
        generation=pass_.generation,
        link=link_of(pass_),
        revoked=pass_.revoked,
        last_day=last,
        ended=access.has_ended(pass_),
        one_browser=pass_.one_browser,
        bound=pass_.bound_to is not None,
        name=pass_.name,
        redeemed=pass_.redeemed,
    )


def link_of(pass_: PassLine) -> str:
    """The link that opens a pass."""
    return passes.link(pass_, public_url(), secret_key())


def public_url() -> str:
    """The address at which phones reach this server."""
    url: str = current_app.extensions["process"].settings.public_url
    return url


def secret_key() -> str:
    """The instance's key."""
    key: str = current_app.extensions["process"].settings.secret_key
    return key


def organised_event(code: str) -> tuple[EventRef, Actor]:
    """The event with this code and its organiser, for whoever holds that pass. Refuses `unknown`,
    and `not_yours`.
    """
    return staff_event(code, access.organiser_of, series_id_of)


def saved(
    outcome: Outcome | None, back: str, *, at: str = "", said: str = ""
) -> ResponseReturnValue:
    """The answer to what an organiser changed: to a form the page again, with a way to undo it.

    `outcome`: None when nothing was changed. `back`, `at`: as in `same_place`. `said`: what was
    done, if there is a sentence for it (`organiser/_saved.html`).
    """
    if wants_json():
        return jsonify(asdict(outcome) if outcome else {"change": None})
    change = outcome.change if outcome else 0
    return redirect(same_place(back, at, change=change, done=said), 303)


@bp.post("/organise/<event>/undo")
def undo(event: str) -> ResponseReturnValue:
    """Take back a change of one of the event's pages: `change`, and `back`, the page's address."""
    found, by = organised_event(event)
    fields = posted()
    change = whole(fields.get("change")) or 0
    outcome = undoing.undo(found.id, change, by=by, key=staff_key(fields))
    return saved_back(outcome, fields, f"/organise/{found.code}")


@bp.post("/organise/series/<series>/undo")
def undo_of_series(series: str) -> ResponseReturnValue:
    """The same for what belongs to no event."""
    found, by = organised(series)
    fields = posted()
    change = whole(fields.get("change")) or 0
    outcome = undoing.undo_of_series(found.id, change, by=by, key=staff_key(fields))
    return saved_back(outcome, fields, "/organise")


def organised(code: str) -> tuple[Series, Actor]:
    """The series with this code, in whatever case, and its organiser, for whoever holds that pass.
    Refuses `not_yours`.
    """
    kept = codes.SERIES.read(code)
    found = next((one for one in access.organised_series() if one.code == kept), None)
    if found is None:
        raise Refused("not_yours")
    return found, access.organiser_of(found.id)


def saved_back(outcome: Outcome, fields: dict[str, str], otherwise: str) -> ResponseReturnValue:
    """To the page that an undo was pressed on, if it is one of ours, and to the same part of it."""
    if wants_json():
        return jsonify(asdict(outcome))
    back = own_page(fields.get("back"), otherwise)
    return redirect(same_place(back, done="undone"), 303)


def own_page(back: str | None, otherwise: str) -> str:
    """The address that a form names to return to, if it is one of the organiser's pages."""
    return back if back and _OWN_PAGE.fullmatch(back) else otherwise
