"""Erased text leaves the database's files, too: the pages it stood on, and the write-ahead log.

`secure_delete` (engine.py) overwrites what is deleted, but not the copies that SQLite leaves in
the gaps of pages when it splits them; and the log keeps whole pages as they were. Hence what was
erased is followed by a purge: the database is written anew, and the log is cut to nothing.
"""

import logging
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import text

from exchange.config import Settings
from exchange.database.connections import db
from exchange.database.engine import database_file
from exchange.database.errors import UNAVAILABLE_ERRORS
from exchange.database.transactions import write_lock
from exchange.extensions import pause, socketio

log = logging.getLogger(__name__)

AT_MOST_EVERY_S = 10.0
"""A purge writes the whole database, and whoever asks may withdraw: many share one."""
RETRY_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""How long to wait after each purge that was prevented; the last one for all further ones."""
TELL_AFTER_S = 15.0
"""How long it may be prevented until the log hears of it, once."""
LOCK_WITHIN_S = 3.0
ROOM_BYTES = 4 * 1024**2
_TABLES = ("questions", "answers", "reasons")
"""The tables that text is erased from."""

Work = Callable[[], bool]


def here(work: Work) -> bool:
    """Do it at once: each request has a thread of its own, and SQLite lets others go on."""
    return work()


@dataclass
class Erasures:
    """What this process knows of text that was erased and may still stand in the files."""

    in_thread: Callable[[Work], bool] = here
    """Runs work outside of the loop; with green threads `wsgi.py` says how."""
    due: bool = False
    """Whether a purge is on its way."""
    again: bool = False
    """Whether more was erased since it began."""
    to_rewrite: bool = True
    """Whether the database must be written anew; else only its log has to be cut."""
    last: float = float("-inf")
    """When the last one ended (time.monotonic)."""


def purge_soon() -> None:
    """Purge within a second, or ten seconds after the last one; many erasures share one purge."""
    interval: float = current_app.config["FLUSH_INTERVAL_S"]
    erasures = _erasures()
    erasures.to_rewrite = True
    if interval <= 0:
        purge()
    elif erasures.due:
        erasures.again = True
    else:
        erasures.due = True
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        socketio.start_background_task(_purge_later, app, erasures, interval)


def purge_left_behind(app: Flask) -> None:
    """Purge what a killed process, or an earlier version, may have left in the files."""
    with app.app_context():
        file = _file()
        if file is not None and file.exists() and not purge():
            purge_soon()


def purge_if_due(app: Flask) -> None:
    """Purge what was erased so shortly before the server's end that it was still waiting."""
    if app.extensions["process"].erasures.due:
        with app.app_context():
            purge()


def purge() -> bool:
    """Write the files anew without what was erased; False if somebody was in the way.

    1. Take this process's write lock: else our own writers would wait inside SQLite, and the loop
       with them.
    2. Outside of the loop, on a connection of its own that waits for nobody: write the database
       anew, if that was not done since the last erasure, and cut the log. Readers may go on; what
       they still need of the log stays until they have read it, and this answers False.
    """
    if db.dialect == "postgresql":
        return _vacuum_postgresql()
    file = _file()
    if file is None:  # in memory: there are no files
        return True
    try:
        with write_lock(LOCK_WITHIN_S):
            erasures = _erasures()
            return erasures.in_thread(lambda: _rewrite(file, erasures))
    except UNAVAILABLE_ERRORS:
        return False


def _rewrite(file: Path, erasures: Erasures) -> bool:
    """Runs in a thread of the system: nothing of the app, its session or its greenlets."""
    try:
        with closing(
            sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None)
        ) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA synchronous = FULL")
            # No copy of the fair in a folder for temporary files.
            connection.execute("PRAGMA temp_store = MEMORY")
            if erasures.to_rewrite and _room_for(file):
                connection.execute("VACUUM")
                erasures.to_rewrite = False
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except (sqlite3.Error, OSError):
        return False
    return not busy and not erasures.to_rewrite


def _room_for(file: Path) -> bool:
    """Whether the disk takes the database once more, and in the log; else questions would stop."""
    return shutil.disk_usage(file.parent).free > 3 * file.stat().st_size + ROOM_BYTES


def _vacuum_postgresql() -> bool:
    """As far as it goes: dead rows can be read by no statement then (decisions/redaction.md)."""
    db.release()
    try:
        with db.engine.connect() as plain:
            connection = plain.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text(f"VACUUM {', '.join(_TABLES)}"))
    except UNAVAILABLE_ERRORS:
        return False
    return True


def _purge_later(app: Flask, erasures: Erasures, interval: float) -> None:
    pause(max(interval, erasures.last + AT_MOST_EVERY_S - time.monotonic()))
    while True:
        # Clear the flag before purging: what is erased meanwhile wants another one.
        erasures.again = False
        with app.app_context():
            purge_until_done()
        erasures.last = time.monotonic()
        if not erasures.again:
            break
        pause(AT_MOST_EVERY_S)
    erasures.due = False


def purge_until_done() -> None:
    """Purge, however often it takes; the log hears of it when it takes long."""
    began, told, tries = time.monotonic(), False, 0
    while not purge():
        if not told and time.monotonic() - began > TELL_AFTER_S:
            told = True
            log.warning(
                "Erased text could not yet be removed from the database's files, because somebody"
                " reads or writes them without end, or the disk is full. It is tried again."
            )
        pause(RETRY_S[min(tries, len(RETRY_S) - 1)])
        tries += 1
    if told:
        log.warning("Erased text has been removed from the database's files.")


def _file() -> Path | None:
    settings: Settings = current_app.extensions["process"].settings
    return database_file(settings.database_url)


def _erasures() -> Erasures:
    erasures: Erasures = current_app.extensions["process"].erasures
    return erasures
