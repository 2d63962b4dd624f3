"""The door: a pass's link opens it, and the page posts the secret, so that it is in no log."""

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from exchange import access
from exchange.models import Pass, Role
from exchange.views.pages import posted, render_page

bp = Blueprint("passes", __name__)


@bp.get("/pass")
def door() -> str:
    """Reads the secret from the address's fragment, which browsers never send, and posts it."""
    return render_page("passes/door.html")


@bp.post("/pass")
def enter() -> ResponseReturnValue:
    """Take the pass into this browser's cookie and go where it leads."""
    return redirect(_leads_to(access.open_pass(posted().get("secret", "").strip())), 303)


def _leads_to(one: Pass) -> str:
    if one.role is Role.MODERATOR and one.event is not None:
        return f"/moderate/{one.event.code}"
    if one.role is Role.SCREEN and one.event is not None:
        return f"/screen/{one.event.code}"
    if one.role is Role.PRESENTER and one.stand is not None:
        return f"/present/{one.stand.code}"
    if one.role is Role.CONTACT and one.project is not None:
        return f"/projects/{one.project.code}"
    return "/organise"
