"""Me too: an attendee's vote, one a participant and question."""

from sqlalchemy import delete, or_, select

from exchange.database.statements import RawConnection
from exchange.database.transactions import writing
from exchange.domain import participants
from exchange.domain.phases import require_voting
from exchange.domain.refusals import Refused
from exchange.live.flush import flush_soon
from exchange.live.revisions import mark_votes
from exchange.models import Event, MeToo, Origin, Question
from exchange.queries import questions as question_queries


def set_me_too(question_id: int, *, participant: str, on: bool) -> int:
    """Say or take back *me too*; both can be repeated. Answers the votes of the group.

    It bumps nothing: it marks the stand, whose flush counts once for all of them.
    Refuses `unknown` (also what attendees cannot see), `own`, `no_votes` by phase,
    and `prepared`: nobody waits for an answer to it.
    """
    with writing() as session:
        question = session.get(Question, question_id)
        card = question_queries.card(question_id) if question else None
        if question is None or card is None or not card.public:
            raise Refused("unknown")
        # The same lock that a change takes, so that a closing event closes the vote too.
        event = session.execute(
            select(Event).where(Event.id == question.event_id).with_for_update()
        ).scalar_one()
        require_voting(event)
        if question.origin is Origin.PREPARED:
            raise Refused("prepared", number=question.number)
        person = participants.find_or_create(
            RawConnection.of(session), question.event_id, participant
        )
        if person is None or question.participant_id == person:
            raise Refused("own")
        vote = session.scalar(
            select(MeToo.id).where(MeToo.participant_id == person, MeToo.question_id == question_id)
        )
        if on and vote is None:
            session.add(MeToo(participant_id=person, question_id=question_id))
        elif not on and vote is not None:
            session.execute(delete(MeToo).where(MeToo.id == vote))
        session.flush()
        group = question.head_id or question.id
        # Every question of the group shows the group's votes.
        stands = set(
            session.scalars(
                select(Question.stand_id).where(
                    or_(Question.id == group, Question.head_id == group)
                )
            )
        )
        mark_votes(session, stands)
        votes = question_queries.votes_of({group}).get(group, 0)
    for stand_id in stands:
        flush_soon(stand_id)
    return votes
