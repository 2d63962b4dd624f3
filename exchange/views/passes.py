"""The door: a pass's link opens it, and the page posts the secret, so that it is in no log."""

from urllib.parse import quote

from flask import Blueprint, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from exchange import access
from exchange.domain import passes
from exchange.models import Role
from exchange.queries import people
from exchange.queries.people import PassLine
from exchange.views.pages import posted, render_page
from exchange.views.refusing import wants_json

bp = Blueprint("passes", __name__)


@bp.get("/pass")
def door() -> str:
    """Reads the secret from the address's fragment, which browsers never send, and posts it."""
    access.know_browser()
    return render_page("passes/door.html", left="left" in request.args)


@bp.post("/pass")
def enter() -> ResponseReturnValue:
    """Take the pass into this browser's cookie and go where it leads."""
    secret = passes.secret_in(posted().get("secret", ""))
    return redirect(_leads_to(access.open_pass(secret)), 303)


@bp.get("/pass#<secret>")
@bp.get("/pass%23<secret>")
@bp.get("/pass/#<secret>")
@bp.get("/pass/%23<secret>")
def encoded(secret: str) -> ResponseReturnValue:
    """A link whose # a mail program wrote as %23: to the same page, with the secret behind its #.

    A look at a link redeems no pass: programs look at links, too.
    """
    return redirect(f"/pass#{quote(passes.secret_in(secret), safe='')}", 302)


@bp.post("/pass/leave")
def leave() -> ResponseReturnValue:
    """Log out: this browser's passes end here, and so do its pages' sockets."""
    access.leave()
    return jsonify(left=True) if wants_json() else redirect("/pass?left", 303)


_PAGES = {
    Role.MODERATOR: "/moderate/",
    Role.SCREEN: "/screen/",
    Role.PRESENTER: "/present/",
    Role.CONTACT: "/projects/",
}


def _leads_to(pass_: PassLine) -> str:
    code = people.code_opened_by(pass_.id)
    return f"{_PAGES[pass_.role]}{code}" if pass_.role in _PAGES and code else "/organise"
