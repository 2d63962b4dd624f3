"""Where a question stands on a page: in which list, and at which place of it.

Pages, fragments and the ends of lists ask here, so that all of them agree.
"""

from datetime import datetime
from typing import NamedTuple, Protocol

from exchange.models import Status

_BY_THE_LAST = frozenset({Status.ANSWERED, Status.DECLINED})
"""The latest to get there stands first; elsewhere it is the number that counts."""
_MERGED_LAST = 100_000.0
"""More than any number: at a desk merged questions stand behind all others of their list."""


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


def in_moderation(question: Placed) -> Placement:
    """Merged ones stand apart, wherever their heads stand."""
    if question.merged and question.shown is not Status.WITHDRAWN:
        return Placement("merged", question.number)
    if question.shown in _BY_THE_LAST:
        return Placement(question.shown.value, question.since.timestamp())
    return Placement(question.shown.value, _place(question))


def at_desk(question: Placed) -> Placement:
    """Merged ones stand at the end of the list that their heads are in."""
    name = question.shown.value
    if question.merged:
        last = 1 if name in ASCENDING_AT_DESK else -1
        return Placement(name, question.number + last * _MERGED_LAST)
    if question.shown in _BY_THE_LAST:
        return Placement(name, question.since.timestamp())
    return Placement(name, _place(question))


def in_public(question: Placed) -> Placement:
    """What everybody may read at a stand is one list."""
    return Placement("public", question.number)


def at_asker(question: Placed) -> Placement:
    """A person's own questions at an event are one list."""
    return Placement("mine", question.number)


def _place(question: Placed) -> float:
    position = question.position
    return position if position is not None else question.number


ASCENDING_IN_MODERATION = frozenset({"pending", "shortlisted"})
ASCENDING_AT_DESK = frozenset({"shortlisted"})
"""All other lists begin with what came last."""
