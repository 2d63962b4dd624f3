"""A fair late in a long day: thousands of questions, written as rows, for what it costs to read.

Verbs would take a minute for what these statements do at once; the rows are as verbs leave them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from exchange.access import PARTICIPANT_COOKIE
from exchange.database.connections import db
from exchange.domain import passes
from exchange.models import (
    Answer,
    Event,
    How,
    MeToo,
    Origin,
    Participant,
    Question,
    Revision,
    Status,
)
from tests.support.fair import AC_ROBO, BAU, GE, GENERAL, KEY, ROBO, Fair, new_key
from tests.support.windows import Window

QUESTIONS = 2000
"""At one event: ten times the largest fair so far."""
BY_ONE = 500
"""By one participant, all at one stand."""
VOTERS = 100
MERGED = 40
"""Questions that follow one head."""
COOKIE = "b" * 22
"""The participant cookie of whoever asked so much."""

_BEGAN = datetime(2026, 5, 4, 10, tzinfo=UTC)
# As long as a question may be, with letters that fold to others (ß, Ä).
_TEXT = "Was kostet der Betrieb der Straßenbeleuchtung in Ängelheim jährlich, Nummer {}? "
_ANSWER = "Das hängt von der Größe der Gemeinde ab und wird je Leuchte abgerechnet. "


@dataclass(frozen=True)
class _Batch:
    """Questions that are written together, dealt out over `stands`."""

    event: int
    stands: list[int]
    numbers: range
    participant: int | None = None


def fill(fair: Fair, questions: int = QUESTIONS) -> None:
    """Put `questions` at one event: a quarter by one person at one stand; four of five answered,
    every tenth at full length; one with forty followers; two that a hundred voted for. And 300 in
    the next city.
    """
    event, next_event = fair.event_id(GE), fair.event_id("AC")
    stands = [fair.stand_id(code) for code in (ROBO, BAU, GENERAL)]
    neighbour = fair.stand_id(AC_ROBO)
    by_one = min(BY_ONE, questions // 4)
    with fair.app.app_context(), db.engine.begin() as connection:
        asker = _participant(connection, event, passes.participant_digest(COOKIE, event, KEY))
        voters = [_participant(connection, event, f"voter {n}") for n in range(VOTERS)]
        _ask(connection, _Batch(event, stands[:1], range(1, by_one + 1), asker))
        _ask(connection, _Batch(event, stands, range(by_one + 1, questions + 1)))
        _ask(connection, _Batch(next_event, [neighbour], range(1, min(300, questions) + 1)))
        _merge_and_vote(connection, event, voters)


def asker_of_many(fair: Fair) -> Window:
    """The browser that asked all the questions of one person."""
    window = Window(fair)
    window.client.set_cookie(PARTICIPANT_COOKIE, COOKIE)
    return window


def _participant(connection: Connection, event: int, digest: str) -> int:
    row = {"event_id": event, "digest": digest, "at": _BEGAN}
    made = connection.execute(insert(Participant).values(row).returning(Participant.id))
    id_ = int(made.scalar_one())
    counter = {"kind": "mine", "owner_id": id_, "revision": 1, "flushed": 0, "voted": False}
    connection.execute(insert(Revision).values(counter))
    return id_


def _ask(connection: Connection, batch: _Batch) -> None:
    connection.execute(insert(Question), list(map(_row_in(batch), batch.numbers)))
    asked = Question.event_id == batch.event, Question.number >= batch.numbers.start
    found = connection.execute(select(Question.id, Question.number).where(*asked)).all()
    answered = [(id_, number) for id_, number in found if number % 5]
    connection.execute(insert(Answer), list(_answers(answered)))
    connection.execute(
        text(
            "UPDATE questions SET status = 'answered',"
            " answer_id = (SELECT id FROM answers WHERE question_id = questions.id)"
            " WHERE event_id = :event AND number >= :first AND number % 5 <> 0"
        ),
        {"event": batch.event, "first": batch.numbers.start},
    )
    after = update(Event).where(Event.id == batch.event)
    connection.execute(after.values(next_number=batch.numbers.stop))


def _row_in(batch: _Batch) -> Any:
    def row(number: int) -> dict[str, Any]:
        return {
            "event_id": batch.event,
            "stand_id": batch.stands[number % len(batch.stands)],
            "number": number,
            "key": new_key(),
            "digest": f"{number:064}",
            "text": (_TEXT.format(number) * 8)[:500],
            "name": "Frau Müßig aus der Nachbarstadt",
            "origin": Origin.ATTENDEE,
            "participant_id": batch.participant,
            "status": Status.OPEN,
            "since": _BEGAN,
            "version": 1,
            "owed_until": date(2026, 6, 1),
            "redacted": False,
            "asked_at": _BEGAN + timedelta(seconds=number),
        }

    return row


def _answers(questions: Iterable[tuple[int, int]]) -> Iterable[dict[str, Any]]:
    for id_, number in questions:
        yield {
            "question_id": id_,
            "how": How.IN_WRITING,
            "text": (_ANSWER * 30)[: 2000 if number % 10 == 1 else 300],
            "by": "presenter",
            "at": _BEGAN + timedelta(hours=1),
            "corrects": False,
        }


def _merge_and_vote(connection: Connection, event: int, voters: list[int]) -> None:
    """The last open question leads forty others; everybody voted for it and for the first one."""
    waiting = select(Question.id).where(Question.event_id == event, Question.status == Status.OPEN)
    ids = list(connection.scalars(waiting.order_by(Question.id.desc())))
    head, followers = ids[0], ids[1 : MERGED + 1]
    connection.execute(update(Question).where(Question.id.in_(followers)).values(head_id=head))
    votes = [
        {"participant_id": voter, "question_id": question}
        for voter in voters
        for question in (head, ids[-1])
    ]
    connection.execute(insert(MeToo), votes)
