"""Transactions that write: the only commit.

SQLite takes one writer at a time. Writers of this process queue for its lock (`write_lock.py`);
writers of other processes are waited for outside of any transaction and cooperatively, because
waiting inside SQLite would stop every other request of this process.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from exchange.database import errors
from exchange.database.connections import current_context, db
from exchange.database.errors import DatabaseBusy, Unavailable
from exchange.database.statements import RawConnection
from exchange.extensions import pause

WRITE_LOCK_TIMEOUT_S = 3.0
"""How long a change waits for the database before it is refused as `busy`."""


@contextmanager
def writing(event_id: int | None = None, *, exclusive: bool = False) -> Iterator[Session]:
    """A transaction that writes: committed whole, or not at all.

    What the session read before was read in another transaction and is read anew under the lock.
    `event_id`: the event whose row is locked, if one is. `exclusive`: nobody else makes a fair
    meanwhile, in whichever process. Raises DatabaseBusy.
    """
    session = db.session
    db.release()
    with _write_lock(event_id, WRITE_LOCK_TIMEOUT_S) as deadline:
        _retry_while_locked(
            lambda: session.connection(execution_options={"writer": True}),
            session.rollback,
            deadline,
        )
        try:
            if exclusive and db.dialect == "postgresql":
                # SQLite has one writer at a time anyway.
                session.execute(_EXCLUSIVE, {"number": MAKING_A_FAIR})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


MAKING_A_FAIR = 0x45784368
"""The number of an advisory lock in PostgreSQL; any will do that nobody else uses."""
_EXCLUSIVE = text("SELECT pg_advisory_xact_lock(:number)")


@contextmanager
def writing_raw(event_id: int | None = None) -> Iterator[RawConnection]:
    """The same on a raw connection, for the hot paths: questions that arrive, and flushes."""
    db.release()
    with _write_lock(event_id, WRITE_LOCK_TIMEOUT_S) as deadline:
        connection = db.raw_connection()
        try:
            _retry_while_locked(connection.begin_writing, connection.rollback, deadline)
            yield connection
            connection.run("COMMIT")
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.close()


def try_write_lock(timeout_s: float) -> None:
    """Take the write lock and give it back; nothing is written. Raises DatabaseBusy."""
    db.release()
    with _write_lock(None, timeout_s) as deadline:
        connection = db.raw_connection()
        try:
            _retry_while_locked(connection.begin_writing, connection.rollback, deadline)
        finally:
            connection.rollback()
            connection.close()


@contextmanager
def write_lock(timeout_s: float) -> Iterator[None]:
    """Hold this process's writers off, on SQLite; nothing is begun. Raises DatabaseBusy."""
    db.release()
    with _write_lock(None, timeout_s):
        yield


@contextmanager
def _write_lock(event_id: int | None, timeout_s: float) -> Iterator[float]:
    """This process's lock for a writer; yields the deadline for the database's own lock."""
    deadline = time.monotonic() + timeout_s
    db.require_none_held()
    lock = db.write_locks.of(event_id)
    if lock is None:
        yield deadline
        return
    if not lock.acquire(current_context(), timeout_s):
        raise DatabaseBusy
    try:
        yield deadline
    finally:
        lock.release()


def _retry_while_locked(
    begin: Callable[[], object], give_back: Callable[[], None], deadline: float
) -> None:
    """Begin as a writer; back off and try again while another process holds the lock."""
    while True:
        try:
            begin()
        except DBAPIError as error:
            give_back()
            why = errors.classify(error)
            if why is None:
                raise
            if why is not Unavailable.LOCKED or time.monotonic() > deadline:
                raise DatabaseBusy from error
            pause(random.uniform(0.01, 0.05))
        else:
            return
