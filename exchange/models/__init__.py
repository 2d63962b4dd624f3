"""Columns, constraints, relationships; no verbs."""

from exchange.models.base import Base
from exchange.models.changes import ChangeQuestion, ChangeRow, PendingNews, Revision
from exchange.models.fair import ASKING, Contact, Event, Message, Phase, Project, Series, Stand
from exchange.models.passes import Pass, Role
from exchange.models.people import Participant
from exchange.models.questions import Answer, Facet, How, MeToo, Origin, Question, Reason, Status

__all__ = [
    "ASKING",
    "Answer",
    "Base",
    "ChangeQuestion",
    "ChangeRow",
    "Contact",
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
    "Project",
    "Question",
    "Reason",
    "Revision",
    "Role",
    "Series",
    "Stand",
    "Status",
]
