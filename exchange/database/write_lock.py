"""A fair (FIFO) lock among the writers of one process.

SQLite lets one write and tells the others to try again: who tries at a bad moment each time comes
last, however early they came. Here they queue, and only the first one asks the database.
"""

import threading
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field


class FairLock:
    """A lock that is given in the order of asking. Green threads wait as green threads do."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._owner: object = None
        self._queue: deque[tuple[object, threading.Event]] = deque()

    def acquire(self, owner: object, timeout_s: float) -> bool:
        """Wait for the lock; False when the time is over. Whoever got it releases it."""
        with self._guard:
            if self._owner == owner and owner is not None:
                raise RuntimeError("A change within a change: it would wait for itself.")
            if self._owner is None:
                self._owner = owner
                return True
            granted = threading.Event()
            self._queue.append((owner, granted))
        try:
            if granted.wait(timeout_s):
                return True
        except BaseException:
            # Killed while waiting: nobody must wait for a green thread that is gone.
            if not self._leave_queue(owner, granted):
                self.release()
            raise
        return not self._leave_queue(owner, granted)

    def release(self) -> None:
        """Give it to the next in the queue."""
        with self._guard:
            self._owner = None
            if self._queue:
                self._owner, granted = self._queue.popleft()
                granted.set()

    def _leave_queue(self, owner: object, granted: threading.Event) -> bool:
        """False when the lock was granted in this very moment."""
        with self._guard:
            if granted.is_set():
                return False
            self._queue.remove((owner, granted))
            return True


@dataclass
class WriteLocks:
    """The locks of a process's writers: one for SQLite, one an event for PostgreSQL.

    PostgreSQL locks rows itself; but whoever waits there holds a connection, and thirty who wait
    for the same event would leave none for pages.
    """

    one_writer: bool
    _locks: dict[Hashable, FairLock] = field(default_factory=dict)

    def of(self, event_id: int | None) -> FairLock | None:
        """The lock that a writer of this event takes; None: no event's row is locked."""
        if self.one_writer:
            return self._locks.setdefault(None, FairLock())
        return None if event_id is None else self._locks.setdefault(event_id, FairLock())
