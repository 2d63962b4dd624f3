"""The running event at a glance, for its organiser."""

import secrets
from typing import Any

from flask import Response

from exchange import rooms
from exchange.live import dashboard
from exchange.rooms import Room
from exchange.views.organiser.blueprint import bp, organised_event
from exchange.views.pages import live_page


@bp.get("/organise/<event>/live")
def live(event: str) -> Response:
    """Who is here, what is asked, where nobody answers; told anew while it is open."""
    found, _ = organised_event(event)

    def build() -> dict[str, Any]:
        board = dashboard.read(found.id)
        return {"event": board.event, "board": board}

    return live_page(
        "organiser/live.html",
        [(Room.DASHBOARD, found.code, rooms.moderate(found.id))],
        build,
        # Sockets come and go, and minutes pass, without a revision.
        personal=secrets.token_hex(8),
    )
