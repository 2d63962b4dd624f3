"""Whether the server lives and can reach its database."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from exchange.extensions import db

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """200 while questions can be taken; 503 `busy` while the database is away."""
    db.session.execute(select(1))
    return jsonify(status="ok")
