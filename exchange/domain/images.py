"""What undo remembers: columns of questions and events, as the log keeps them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from exchange.models import Event, Phase, Question, Status

REMEMBERED = (
    "status",
    "since",
    "position",
    "head_id",
    "stand_id",
    "answer_id",
    "owed_until",
    "reason",
    "last_change_id",
)
"""The columns of a question that undo puts back. Never its text: what was erased stays erased."""

REMEMBERED_OF_EVENT = ("phase", "message", "clock_until", "picture", "before_id")

_READ: Mapping[str, Callable[[Any], Any]] = {
    "status": Status,
    "phase": Phase,
    "since": datetime.fromisoformat,
    "clock_until": datetime.fromisoformat,
    "owed_until": date.fromisoformat,
}


def of_question(question: Question) -> dict[str, Any]:
    """A question as it is now."""
    return {name: plain(getattr(question, name)) for name in REMEMBERED}


def of_event(event: Event) -> dict[str, Any]:
    """An event as it is now."""
    return {name: plain(getattr(event, name)) for name in REMEMBERED_OF_EVENT}


def read(image: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an image as columns hold them."""
    return {
        name: _READ[name](value) if name in _READ and value is not None else value
        for name, value in image.items()
    }


def plain(value: Any) -> Any:
    """A column's value as the log keeps it."""
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | datetime) else value
