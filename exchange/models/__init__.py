"""Columns, constraints, relationships; no verbs."""

from exchange.models.base import Base
from exchange.models.changes import ChangeQuestion, ChangeRecord, ChangeRow, PendingNews, Revision
from exchange.models.fair import ASKING, Event, Message, Phase, Registration, Series, Stand
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
from exchange.models.questions import Answer, Facet, How, MeToo, Origin, Question, Reason, Status

__all__ = [
    "ASKING",
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
