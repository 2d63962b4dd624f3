"""Removing a series whole, questions included: final, and therefore for the demo fair only."""

from dataclasses import dataclass
from itertools import product

from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from exchange import rooms
from exchange.live import presence
from exchange.models import (
    Answer,
    ChangeQuestion,
    ChangeRecord,
    ChangeRow,
    Contact,
    Event,
    Message,
    MeToo,
    Participant,
    Pass,
    PendingNews,
    PreparedAnswer,
    Project,
    Proposal,
    Question,
    Reason,
    Registration,
    Revision,
    Series,
    Stand,
    Status,
)
from exchange.queries.lists import Minutes
from exchange.queries.people import FirstWrites
from exchange.rooms import LOCALES, Room, ScopeKind


@dataclass(frozen=True)
class Removed:
    """The ids of what is no more: whoever has its pages open is to be told."""

    events: frozenset[int]
    stands: frozenset[int]
    passes: frozenset[int]


def remove_series(session: Session, series_id: int) -> Removed:
    """Delete a series and everything of it from every table, within the caller's transaction.

    1. Find out whose rows they are.
    2. Let go of what points in circles: databases look after each statement.
    3. Delete from the leaves to the root.

    Ids may be given again (SQLite does): make what takes its place before calling this.
    """
    events = select(Event.id).where(Event.series_id == series_id)
    projects = select(Project.id).where(Project.series_id == series_id)
    stands = select(Stand.id).where(Stand.event_id.in_(events))
    questions = select(Question.id).where(Question.event_id.in_(events))
    participants = select(Participant.id).where(Participant.event_id.in_(events))
    changes = select(ChangeRow.id).where(ChangeRow.series_id == series_id)
    passes = select(Pass.id).where(
        (Pass.series_id == series_id)
        | Pass.event_id.in_(events)
        | Pass.stand_id.in_(stands)
        | Pass.project_id.in_(projects)
    )
    removed = Removed(
        frozenset(session.scalars(events)),
        frozenset(session.scalars(stands)),
        frozenset(session.scalars(passes)),
    )
    loose = {"message_id": None, "before_id": None, "pitch_id": None}
    # A question without an answer is not an answered one.
    bound = {"status": Status.OPEN} | dict.fromkeys(
        ("position", "head_id", "answer_id", "reason_id", "last_change_id")
    )
    untold = {"synchronize_session": False}
    for statement in (
        update(Event).where(Event.series_id == series_id).values(loose),
        update(Question).where(Question.event_id.in_(events)).values(bound),
        update(Contact).where(Contact.project_id.in_(projects)).values(replaced_by_id=None),
        update(ChangeRow).where(ChangeRow.series_id == series_id).values(undone_by=None),
        delete(ChangeQuestion).where(ChangeQuestion.change_id.in_(changes)),
        delete(ChangeRecord).where(ChangeRecord.change_id.in_(changes)),
        delete(ChangeRow).where(ChangeRow.series_id == series_id),
        delete(PendingNews).where(PendingNews.stand_id.in_(stands)),
        delete(MeToo).where(MeToo.question_id.in_(questions)),
        delete(Answer).where(Answer.question_id.in_(questions)),
        delete(Reason).where(Reason.question_id.in_(questions)),
        *(
            delete(Revision).where(Revision.kind == kind.value, Revision.owner_id.in_(owners))
            for kind, owners in (
                (ScopeKind.MODERATE, events),
                (ScopeKind.PUBLIC, events),
                (ScopeKind.STAND, stands),
                (ScopeKind.MINE, participants),
            )
        ),
        delete(Question).where(Question.event_id.in_(events)),
        delete(Participant).where(Participant.event_id.in_(events)),
        delete(Proposal).where(Proposal.project_id.in_(projects)),
        delete(PreparedAnswer).where(PreparedAnswer.project_id.in_(projects)),
        delete(Registration).where(Registration.event_id.in_(events)),
        delete(Message).where(Message.event_id.in_(events)),
        delete(Pass).where(Pass.id.in_(removed.passes)),
        delete(Contact).where(Contact.project_id.in_(projects)),
        delete(Stand).where(Stand.event_id.in_(events)),
        delete(Project).where(Project.series_id == series_id),
        delete(Event).where(Event.series_id == series_id),
        delete(Series).where(Series.id == series_id),
    ):
        session.execute(statement, execution_options=untold)
    session.expunge_all()
    return removed


def forget(removed: Removed) -> None:
    """After the commit: close the pages of what is no more, and remember nothing of it."""
    process = current_app.extensions["process"]
    process.minutes = Minutes()
    process.first_writes = FirstWrites()
    for pass_id in removed.passes:
        presence.dismiss(rooms.pass_room(pass_id))
    of_events = product(
        (Room.MODERATE, Room.EVENT, Room.SEARCH, Room.SCREEN), removed.events, LOCALES
    )
    of_stands = product((Room.DESK, Room.STAND), removed.stands, LOCALES)
    for room, owner, locale in (*of_events, *of_stands):
        presence.dismiss(rooms.name(room, owner, locale))
