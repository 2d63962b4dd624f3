"""Merging: questions that follow a head, share its answer, and come loose again."""

from sqlalchemy import select

from exchange.domain.changes import Change
from exchange.domain.erasing import erase_all
from exchange.domain.likeness import likest
from exchange.domain.moves import Fields, assign_status
from exchange.domain.refusals import Refused
from exchange.models import Question, Status
from exchange.queries import questions
from exchange.queries.questions import PUBLIC, Card, Head


def proposals(card: Card) -> list[Head]:
    """The questions, not yet answered or answered beforehand at its stand, that ask most likely the
    same as this one.
    """
    heads = {head.id: head for head in questions.possible_heads(card)}
    found = likest(card.text, {id_: head.text for id_, head in heads.items()})
    return [heads[id_] for id_ in found]


def merge(under_way: Change, question: Question, fields: Fields) -> None:
    """Let `question`, and all that follow it, follow `fields.head`.

    Refuses `head`, `follows`, `head_pending`, `head_declined`.
    """
    head = under_way.session.get(Question, fields.head) if fields.head else None
    if (
        head is None
        or head.event_id != question.event_id
        or head.id == question.id
        or head.status is Status.WITHDRAWN
    ):
        raise Refused("head", field="head")
    if head.head is not None:
        raise Refused("follows", number=head.number, head=head.head.number)
    # A group is shown as its head is: what everybody may read must not vanish by being merged.
    # A follower that everybody may read has such a head, so that this one speaks for its group.
    if question.status in PUBLIC and head.status not in PUBLIC:
        word = "head_pending" if head.status is Status.PENDING else "head_declined"
        raise Refused(word, field="head", number=question.number, head=head.number)
    for follower in followers_of(under_way, question.id):
        under_way.touch(follower)
        follower.head_id = head.id
    question.head_id = head.id
    under_way.mention(head.id)


def split(under_way: Change, question: Question, fields: Fields) -> None:
    """Let `question` stand by itself again. Refuses `not_merged`."""
    if question.head_id is None:
        raise Refused("not_merged", number=question.number)
    under_way.mention(question.head_id)
    question.head_id = None


def withdraw(under_way: Change, question: Question, fields: Fields) -> None:
    """Taken back by its asker: its words are gone. A head's group goes to an heir.

    The oldest follower that everybody may read, else the oldest, becomes the head.
    """
    followers = followers_of(under_way, question.id)
    if question.head_id is not None:
        under_way.mention(question.head_id)
    staying = [other for other in followers if other.status is not Status.WITHDRAWN]
    public = [other for other in staying if other.status in PUBLIC]
    heir = next(iter(public or staying), None)
    if heir is not None:
        _pass_on_head(under_way, question, heir, followers)
    assign_status(under_way, question, Status.WITHDRAWN)
    erase_all(under_way, question)


def _pass_on_head(
    under_way: Change, question: Question, heir: Question, followers: list[Question]
) -> None:
    """`heir` becomes the head, and takes the place in the run list: others wait for an answer to
    it. The withdrawn one follows, so that no vote of the group is lost.
    """
    place = question.position
    for follower in followers:
        under_way.touch(follower)
        follower.head_id = None if follower is heir else heir.id
    question.head_id = heir.id
    if question.status is Status.SHORTLISTED and heir.status is Status.OPEN:
        assign_status(under_way, heir, Status.SHORTLISTED, position=place)


def followers_of(under_way: Change, question_id: int) -> list[Question]:
    """What follows a question, oldest first."""
    return list(
        under_way.session.scalars(
            select(Question).where(Question.head_id == question_id).order_by(Question.number)
        )
    )
