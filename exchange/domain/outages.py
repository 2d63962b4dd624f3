"""When the database takes no changes: said once, tried again, and said when it is over.

Whoever had to refuse something for it notes that here. The log hears of the first one and of the
end, not of the hundred posts between.
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
from sqlalchemy.exc import DBAPIError

from exchange import faults
from exchange.config import Settings
from exchange.domain.changes import try_lock, writing
from exchange.domain.refusals import Refused
from exchange.extensions import database_file, db, pause, socketio
from exchange.faults import NoConnectionFree, Reason

log = logging.getLogger(__name__)

TRY_EVERY_S = 2.0
"""How often it is tried, during an outage, whether a change can be made again."""
ROOM_BYTES = 256 * 1024
"""What a disk must have left: some hundred questions, until somebody has made room."""
ANSWER_WITHIN_S = 1.0
"""How long the health check waits for the write lock."""

CANNOT = (Refused, DBAPIError, NoConnectionFree)
"""What is raised when the database does not do what it should."""


@dataclass
class Outage:
    """What this process knows of its database; `reason` is None while all is well."""

    reason: Reason | None = None
    since: float = 0.0
    refused: int = 0
    told: set[Reason] = field(default_factory=set)
    guard: threading.Lock = field(default_factory=threading.Lock)


def why(error: BaseException | None) -> Reason | None:
    """Why the database cannot be used, or None when the error is not about its state."""
    if isinstance(error, Refused):
        if error.word != "busy":
            return None
        return faults.reason(error.__cause__) or Reason.WAITING
    return faults.reason(error)


def note(error: BaseException) -> bool:
    """Whether the error is about the database's state; if so, the log hears of it, once."""
    reason = why(error)
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
            socketio.start_background_task(_try_until_over, app)
    return True


def standing() -> Reason | None:
    """Why no question can be taken now, or None. Writes nothing."""
    known = _outage().reason
    if known is not None:
        return known
    try:
        db.session.execute(select(1))
        db.session.rollback()
        try_lock(ANSWER_WITHIN_S)
    except CANNOT as error:
        reason = why(error)
        if reason is None:
            raise
        return reason
    file = _file()
    if file is None:
        return None
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        return Reason.READ_ONLY
    return Reason.FULL if shutil.disk_usage(file.parent).free < ROOM_BYTES else None


def _try_until_over(app: Flask) -> None:
    while True:
        pause(TRY_EVERY_S)
        with app.app_context():
            outage = _outage()
            reason = _tried()
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


def _say_once(outage: Outage, reason: Reason) -> None:
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


def _tried() -> Reason | None:
    """Make a change that changes nothing, where there is room for the next questions, too."""
    file = _file()
    without_room = _room_in(file.parent) if file else None
    if without_room:
        return without_room
    try:
        with writing() as session:
            session.execute(text("UPDATE alembic_version SET version_num = version_num"))
    except Exception as error:
        reason = why(error)
        if reason is None:
            log.exception("Whether the database takes changes could not be tried.")
        return reason or Reason.AWAY
    return None


def _room_in(folder: Path) -> Reason | None:
    """Asks the disk by writing: a quota is in no figure of free space."""
    try:
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(bytes(ROOM_BYTES))
            trial.flush()
    except OSError as error:
        return _OF_A_FOLDER.get(error.errno or 0, Reason.UNREADABLE)
    return None


_OF_A_FOLDER = {
    errno.ENOSPC: Reason.FULL,
    errno.EDQUOT: Reason.FULL,
    errno.EFBIG: Reason.FULL,
    errno.EROFS: Reason.READ_ONLY,
    errno.EACCES: Reason.READ_ONLY,
    errno.EPERM: Reason.READ_ONLY,
    errno.ENOENT: Reason.GONE,
    errno.ENOTDIR: Reason.GONE,
}


def _file() -> Path | None:
    settings: Settings = current_app.extensions["settings"]
    return database_file(settings.database_url)


def _outage() -> Outage:
    outage: Outage = current_app.extensions.setdefault("outage", Outage())
    return outage
