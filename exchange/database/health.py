"""Whether the database takes changes: a health check, and a probe while it does not.

Whoever had to refuse something because of the database records it here. The log hears of the first
one and of the end, not of the hundred posts between.
"""

import errno
import logging
import os
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import select, text

from exchange.config import Settings
from exchange.database.connections import db
from exchange.database.engine import database_file
from exchange.database.errors import UNAVAILABLE_ERRORS, Unavailable, classify
from exchange.database.transactions import try_write_lock, writing
from exchange.extensions import pause, socketio

log = logging.getLogger(__name__)

PROBE_EVERY_S = 2.0
"""How often it is tried, during an outage, whether a change can be made again."""
ROOM_BYTES = 256 * 1024
"""What a disk must have left: some hundred questions, until somebody has made room."""
ANSWER_WITHIN_S = 1.0
"""How long the health check waits for the write lock."""


@dataclass
class Outage:
    """What this process knows of its database; `reason` is None while all is well."""

    reason: Unavailable | None = None
    since: float = 0.0
    refused: int = 0
    told: set[Unavailable] = field(default_factory=set)
    guard: threading.Lock = field(default_factory=threading.Lock)


def record(error: BaseException) -> bool:
    """Whether the error is about the database's state; if so, the log hears of it, once."""
    reason = classify(error)
    if reason is None:
        return False
    outage = _outage()
    with outage.guard:
        began = outage.reason is None
        if began:
            outage.since, outage.refused = time.monotonic(), 0
            outage.told.clear()
        outage.reason = reason
        outage.refused += 1
    _say_once(outage, reason)
    if began:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        if not app.testing:
            socketio.start_background_task(_probe_until_over, app)
    return True


def check() -> Unavailable | None:
    """Why no question can be taken now, or None. Writes nothing."""
    known = _outage().reason
    if known is not None:
        return known
    try:
        db.session.execute(select(1))
        db.release()
        try_write_lock(ANSWER_WITHIN_S)
    except UNAVAILABLE_ERRORS as error:
        reason = classify(error)
        if reason is None:
            raise
        return reason
    file = _file()
    if file is None:
        return None
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        return Unavailable.READ_ONLY
    return Unavailable.FULL if shutil.disk_usage(file.parent).free < ROOM_BYTES else None


def _probe_until_over(app: Flask) -> None:
    while True:
        pause(PROBE_EVERY_S)
        with app.app_context():
            outage = _outage()
            reason = _probe()
            if reason is None:
                break
            outage.reason = reason
            _say_once(outage, reason)
    with outage.guard:
        outage.reason = None
        lasted, refused = time.monotonic() - outage.since, outage.refused
    log.warning(
        "The database takes changes again, after %.0f s; %d times somebody was told to try later.",
        lasted,
        refused,
    )


def _say_once(outage: Outage, reason: Unavailable) -> None:
    """Each reason once an outage: a disk that is full says so in more than one way."""
    with outage.guard:
        first, new = not outage.told, reason not in outage.told
        outage.told.add(reason)
    if first:
        log.error(
            "The database takes no changes: %s. It is tried again by itself.", reason.sentence
        )
    elif new:
        log.error("The database still takes no changes: %s.", reason.sentence)


def _probe() -> Unavailable | None:
    """Make a change that changes nothing, where there is room for the next questions, too."""
    file = _file()
    without_room = _room_in(file.parent) if file else None
    if without_room:
        return without_room
    try:
        with writing() as session:
            session.execute(text("UPDATE alembic_version SET version_num = version_num"))
    except Exception as error:
        reason = classify(error)
        if reason is None:
            log.exception("Whether the database takes changes could not be tried.")
        return reason or Unavailable.AWAY
    return None


def _room_in(folder: Path) -> Unavailable | None:
    """Asks the disk by writing: a quota is in no figure of free space."""
    try:
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(bytes(ROOM_BYTES))
            trial.flush()
    except OSError as error:
        return _OF_A_FOLDER.get(error.errno or 0, Unavailable.UNREADABLE)
    return None


_OF_A_FOLDER = {
    errno.ENOSPC: Unavailable.FULL,
    errno.EDQUOT: Unavailable.FULL,
    errno.EFBIG: Unavailable.FULL,
    errno.EROFS: Unavailable.READ_ONLY,
    errno.EACCES: Unavailable.READ_ONLY,
    errno.EPERM: Unavailable.READ_ONLY,
    errno.ENOENT: Unavailable.GONE,
    errno.ENOTDIR: Unavailable.GONE,
}


def _file() -> Path | None:
    settings: Settings = current_app.extensions["process"].settings
    return database_file(settings.database_url)


def _outage() -> Outage:
    outage: Outage = current_app.extensions["process"].outage
    return outage
