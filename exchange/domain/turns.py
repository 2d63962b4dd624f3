"""Whose turn it is to write, among all who want to in one process.

SQLite lets one write and tells the others to try again: who tries at a bad moment each time comes
last, however early they came. Here they stand in line, and only the first one tries.
"""

import threading
from collections import deque


class Turns:
    """A line of writers; the one in front writes. Green threads wait as green threads do."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._writer: object = None
        self._line: deque[tuple[object, threading.Event]] = deque()

    def take(self, who: object, at_most_s: float) -> bool:
        """Wait for one's turn. Whoever got it gives it back."""
        with self._guard:
            if self._writer is who:
                raise RuntimeError("A change within a change: it would wait for itself.")
            if self._writer is None:
                self._writer = who
                return True
            called = threading.Event()
            self._line.append((who, called))
        try:
            if called.wait(at_most_s):
                return True
        except BaseException:
            # Ended while waiting: nobody must wait for somebody who is gone.
            if not self._leave(who, called):
                self.give_back()
            raise
        return not self._leave(who, called)

    def give_back(self) -> None:
        """The next in line may write."""
        with self._guard:
            self._writer = None
            if self._line:
                self._writer, called = self._line.popleft()
                called.set()

    def _leave(self, who: object, called: threading.Event) -> bool:
        """Leave the line; impossible for who was called in this very moment."""
        with self._guard:
            if called.is_set():
                return False
            self._line.remove((who, called))
            return True
