"""Columns, constraints, relationships; no verbs.

The tables are loaded together, with the first one that is asked for. Whoever only wants to know how
long a label may be (`lengths`, `labels`: a child process that reads a list) loads none.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exchange.models.base import Base
    from exchange.models.changes import (
        ChangeQuestion,
        ChangeRecord,
        ChangeRow,
        PendingNews,
        Revision,
    )
    from exchange.models.fair import (
        ASKING,
        OVER,
        Event,
        Message,
        Phase,
        Registration,
        Series,
        Stand,
    )
    from exchange.models.passes import Pass, Role
    from exchange.models.people import Participant
    from exchange.models.projects import (
        Basis,
        Contact,
        ContactRole,
        PreparedAnswer,
        Project,
        Proposal,
    )
    from exchange.models.questions import (
        Answer,
        Facet,
        How,
        MeToo,
        Origin,
        Question,
        Reason,
        Status,
    )

__all__ = [
    "ASKING",
    "OVER",
    "Answer",
    "Base",
    "Basis",
    "ChangeQuestion",
    "ChangeRecord",
    "ChangeRow",
    "Contact",
    "ContactRole",
    "Event",
    "Facet",
    "How",
    "MeToo",
    "Message",
    "Origin",
    "Participant",
    "Pass",
    "PendingNews",
    "Phase",
    "PreparedAnswer",
    "Project",
    "Proposal",
    "Question",
    "Reason",
    "Registration",
    "Revision",
    "Role",
    "Series",
    "Stand",
    "Status",
]

if not TYPE_CHECKING:
    _MODULES = ("base", "fair", "projects", "people", "questions", "passes", "changes")

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        for module in _MODULES:
            loaded = importlib.import_module(f"{__name__}.{module}")
            globals().update({one: found for one, found in vars(loaded).items() if one in __all__})
        return globals()[name]
