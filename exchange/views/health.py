"""Whether the server is ready to take questions, and whether it lives at all."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from exchange.database import health

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 while questions can be taken; 503 with the reason's word while they cannot."""
    reason = health.check()
    if reason is None:
        return jsonify(status="ok")
    return jsonify(status="not_ready", reason=reason.value), 503


@bp.get("/healthz/alive")
def alive() -> ResponseReturnValue:
    """200 while the process serves: to start it anew would not help a full disk."""
    return jsonify(status="alive")
