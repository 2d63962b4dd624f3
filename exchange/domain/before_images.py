"""Before-images: the columns of questions and events that undo puts back, as the log keeps them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from exchange.models import Event, Phase, Question, Status

OF_QUESTION = (
    "status",
    "since",
    "position",
    "head_id",
    "stand_id",
    "answer_id",
    "owed_until",
    "reason_id",
    "last_change_id",
)
"""The columns of a question that undo puts back. Never a text: what was erased stays erased."""

OF_EVENT = (
    "phase",
    "phase_since",
    "message_id",
    "clock_until",
    "picture",
    "before_id",
    "moderation_first",
    "title",
    "city",
    "venue",
    "date",
    "opens",
    "closes",
    "language",
    "me_too",
    "facets",
    "question_length",
    "entries_open",
    "owed_until",
    "pitch_id",
    "pitch_since",
    "archived",
)
"""The columns of an event that undo puts back."""

_LOAD: Mapping[str, Callable[[Any], Any]] = {
    "status": Status,
    "phase": Phase,
    "since": datetime.fromisoformat,
    "phase_since": datetime.fromisoformat,
    "clock_until": datetime.fromisoformat,
    "pitch_since": datetime.fromisoformat,
    "date": date.fromisoformat,
    "owed_until": date.fromisoformat,
}


def dump(question: Question) -> dict[str, Any]:
    """A question as it is now, as JSON holds it."""
    return {name: dump_value(getattr(question, name)) for name in OF_QUESTION}


def dump_event(event: Event) -> dict[str, Any]:
    """An event as it is now, as JSON holds it."""
    return {name: dump_value(getattr(event, name)) for name in OF_EVENT}


def load(image: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an image as columns hold them."""
    return {
        name: _LOAD[name](value) if name in _LOAD and value is not None else value
        for name, value in image.items()
    }


def dump_value(value: Any) -> Any:
    """A column's value as JSON holds it."""
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | datetime) else value
