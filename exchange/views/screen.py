"""The hall screen: reads, never writes."""

from typing import Any

from flask import Blueprint, Response, current_app

from exchange import access, rooms
from exchange.live.broadcasts import screen_context
from exchange.paper import qr
from exchange.queries import fair, pitches
from exchange.queries import questions as question_queries
from exchange.queries.fair import EventRef
from exchange.rooms import Room
from exchange.views.pages import event_or_refuse, live_page, public_code, staff_event

bp = Blueprint("screen", __name__)


@bp.get("/screen/<event>")
def screen(event: str) -> Response:
    """What is live, in letters for the last row."""
    found, _ = staff_event(event, access.may_see_screen)
    access.speak(found.language, to_the_hall=True)

    def build() -> dict[str, Any]:
        event = fair.event_line(found.id)
        stage, pitch = question_queries.stage(event), pitches.state(event)
        return screen_context(event, stage, pitch) | {
            "qr_url": f"/e/{found.code}/qr.svg",
            "address": qr.short_address(_address(found)),
        }

    return live_page(
        "screen/screen.html", [(Room.SCREEN, found.code, rooms.public(found.id))], build
    )


@bp.get("/e/<event>/qr.svg")
def code(event: str) -> Response:
    """The event's QR code."""
    found = event_or_refuse(event)
    return public_code(qr.svg(_address(found)))


def _address(event: EventRef) -> str:
    """Where the hall's phones find the event."""
    return f"{current_app.extensions['process'].settings.public_url}/e/{event.code}"
