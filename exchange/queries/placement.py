"""Where a question stands on a page: in which list, and at which place of it.

Pages, fragments and the ends of lists ask here, so that all of them agree.
"""

import enum
from datetime import datetime
from typing import NamedTuple, Protocol

from exchange.models import Status

_BY_THE_LAST = frozenset({Status.ANSWERED, Status.DECLINED})
"""The latest to get there stands first; elsewhere it is the number that counts."""
MERGED = "merged"
"""The list of what follows another question."""


A_VOTE = 2**31
"""What a vote weighs in a place: more than any number or id. A float holds four million of them
exactly, and placing.js reckons with the same."""


class Order(enum.StrEnum):
    """In which order everybody may read questions; the first is the usual one.

    Why: docs/decisions/orders.md.
    """

    VOTES = "votes"
    """The most wanted first; of those that are wanted alike the latest."""
    NEW = "new"
    """The latest first."""


class Placed(Protocol):
    """What decides where a question stands."""

    @property
    def number(self) -> int: ...
    @property
    def shown(self) -> Status: ...
    @property
    def merged(self) -> bool: ...
    @property
    def position(self) -> float | None: ...
    @property
    def since(self) -> datetime: ...


class Placement(NamedTuple):
    """A list's name and a place in it."""

    list: str
    order: float


def list_name(shown: Status, *, merged: bool) -> str:
    """The list of staff that a question stands in. Whatever is counted is counted by it: a head
    for its group, and merged ones, wherever their heads stand, as merged and nowhere else.
    """
    return MERGED if merged and shown is not Status.WITHDRAWN else shown.value


def for_staff(question: Placed) -> Placement:
    """Where it stands at a desk and in the moderation."""
    name = list_name(question.shown, merged=question.merged)
    if name == MERGED:
        return Placement(name, question.number)
    if question.shown in _BY_THE_LAST:
        return Placement(name, question.since.timestamp())
    return Placement(name, _place(question))


def in_public(question: Placed) -> Placement:
    """What everybody may read at a stand is one list."""
    return Placement("public", question.number)


def in_order(order: Order, votes: int, number: int) -> int:
    """The place of a question in a list that everybody may read; the highest stands first.
    `number`: its number, or its id in a list of several events.
    """
    return number + (votes * A_VOTE if order is Order.VOTES else 0)


def at_asker(question: Placed) -> Placement:
    """A person's own questions at an event are one list."""
    return Placement("mine", question.number)


def _place(question: Placed) -> float:
    position = question.position
    return position if position is not None else question.number


ASCENDING_IN_MODERATION = frozenset({"pending", "shortlisted"})
ASCENDING_AT_DESK = frozenset({"shortlisted"})
"""All other lists begin with what came last."""
