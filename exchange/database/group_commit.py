"""Group commit: items that come in the same instant share one transaction and one fsync."""

import copy
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from sqlalchemy.exc import IntegrityError

from exchange.database.connections import db
from exchange.extensions import pause

T = TypeVar("T")
R = TypeVar("R")
Take = Callable[[], Sequence[T]]
"""Closes a batch and answers its items."""
Write = Callable[[Take[T]], Sequence[R]]
"""Writes what it takes; one result for each item."""


@dataclass
class _Outcome(Generic[R]):
    """What became of one item: its result, or the error that its bringer raises."""

    result: R | None = None
    error: Exception | None = None


@dataclass
class _Batch(Generic[T, R]):
    items: list[T] = field(default_factory=list)
    outcomes: list[_Outcome[R]] = field(default_factory=list)
    written: threading.Event = field(default_factory=threading.Event)


class GroupCommit(Generic[T, R]):
    """Collects items by key; the first of a batch (the leader) writes it, the others wait.

    1. Whoever finds no open batch, or a full one, opens one and leads it; others join.
    2. The leader yields once, so that requests that are already readable join too.
    3. It waits for the write lock and takes the items only when it has it: whoever comes meanwhile
       joins. On a slow disk batches grow; many small ones would queue longer than anybody waits.
    4. It writes all items in one transaction; nobody else holds a connection meanwhile.
    5. If that violates a constraint, each item is written alone, so that only its own bringer is
       refused.
    6. Everybody gets the result of the own item, or a fresh copy of its error: an exception
       that is raised in two threads would carry one reader's traceback and language to the other.
    """

    def __init__(self, most: int) -> None:
        """`most`: how many items share a transaction; it must not hold up the hall."""
        self.most = most
        self._open: dict[Hashable, _Batch[T, R]] = {}
        self._guard = threading.Lock()

    def submit(self, key: Hashable, item: T, write: Write[T, R]) -> R:
        """Have `item` written, together with others of the same key. Raises what `write` raises.

        `write` is given `take`. It calls it once it holds the write lock, and answers one result
        for each of the items, in their order.
        """
        db.require_none_held()
        batch, place, is_leader = self._join(key, item)
        if is_leader:
            # The leader's green thread may be killed at any point: followers must still be woken.
            try:
                pause(0)
                batch.outcomes = _write(partial(self._take, key, batch), write)
            finally:
                self._take(key, batch)
                batch.written.set()
        else:
            batch.written.wait()
        if place >= len(batch.outcomes):
            raise RuntimeError("The leader of this batch was killed before it was written.")
        outcome = batch.outcomes[place]
        if outcome.error is not None:
            own = copy.copy(outcome.error)
            own.__cause__ = outcome.error.__cause__
            raise own
        return outcome.result  # type: ignore[return-value]  # None only if R is optional

    def _join(self, key: Hashable, item: T) -> tuple[_Batch[T, R], int, bool]:
        """The batch that `item` goes with, its place there, and whether it is the leader's."""
        with self._guard:
            batch = self._open.get(key)
            is_leader = batch is None or len(batch.items) >= self.most
            if batch is None or is_leader:
                batch = self._open[key] = _Batch()
            batch.items.append(item)
            return batch, len(batch.items) - 1, is_leader

    def _take(self, key: Hashable, batch: _Batch[T, R]) -> Sequence[T]:
        """The batch's items. Whoever comes from now on goes with the next batch."""
        with self._guard:
            if self._open.get(key) is batch:
                del self._open[key]
        return batch.items


def _write(take: Take[T], write: Write[T, R]) -> list[_Outcome[R]]:
    try:
        return [_Outcome(result) for result in write(take)]
    except IntegrityError as error:
        items = take()
        if len(items) == 1:
            return [_Outcome(error=error)]
        return [_write(partial(_just, item), write)[0] for item in items]
    except Exception as error:
        return [_Outcome(error=error) for _ in take()]


def _just(item: T) -> Sequence[T]:
    return [item]
