"""A new question, from wherever it comes: exactly once, numbered, and many of them at once.

Questions that come in the same instant are written together: one lock, one wait for the disk, one
push to each room. That is what a hall does when the moderator says "ask now".
"""

import hashlib
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from flask import current_app
from sqlalchemy import bindparam, update
from sqlalchemy.exc import IntegrityError

from exchange.domain import fair, people, texts
from exchange.domain.changes import Actor, Arrived, arrivals, change
from exchange.domain.refusals import Refused
from exchange.extensions import db, pause
from exchange.models import Event, Facet, Origin, Phase, Question, Status
from exchange.models.base import now
from exchange.prepared import Driver, Prepared, inserting
from exchange.queries import questions as question_queries
from exchange.queries.fair import StandLine
from exchange.queries.live import Hearer

MOST_TOGETHER = 50
"""How many questions share a transaction at most: it must not hold up the hall."""


@dataclass(frozen=True)
class Asked:
    """What the asker is told: never more than the key's owner may know."""

    key: str
    number: int
    status: str
    created: bool


def ask(
    stand: StandLine,
    *,
    key: str,
    text: str,
    facet: str | None = None,
    name: str | None = None,
    by: Actor,
    participant: str | None = None,
    admit: Callable[[], None] = lambda: None,
    by_form: bool = False,
) -> Asked:
    """A new question at a stand, or the same answer again when its key has been here before.

    `key`: the client's UUID, canonical. `participant`: the digest of the asker's cookie at this
    event. `admit`: asked, except for a repetition, whether one more may come in now; it refuses
    by raising. A repetition binds the question to the cookie it came with: the first answer may
    have been lost on the way, and the cookie with it.
    `by_form`: sent without scripts. Who goes back finds the words in the field and, in some
    browsers, a fresh key beside them: the same words of the same person are one question then.
    Refuses what `texts` refuses; `facet`; `not_yet` and `closed` by phase; `key_reused`.
    """
    digest = _digest(stand.code, text, facet, name)
    if question_queries.key_is_known(key):
        return _asked_again(key, digest, by, participant)
    if by_form and participant is not None:
        same = question_queries.same_of(stand.event_id, participant, digest)
        if same is not None:
            return Asked(key, same.number, same.status.value, created=False)
    new = _New(
        stand=stand,
        key=key,
        digest=digest,
        text=texts.clean_question(text),
        facet=_facet(facet),
        name=texts.clean_line(name, limit=texts.NAME_LIMIT),
        by=by,
        participant=participant,
    )
    admit()
    event_id = stand.event_id
    try:
        return _write_together(event_id, new)
    except IntegrityError:
        if not question_queries.key_is_known(key):
            raise
        # Between looking for the key and taking the lock the same post came in.
        return _asked_again(key, digest, by, participant)


@dataclass
class _New:
    """A question on its way into the database, and what became of it."""

    stand: StandLine
    key: str
    digest: str
    text: str
    facet: Facet | None
    name: str | None
    by: Actor
    participant: str | None
    asked: Asked | None = None
    error: Exception | None = None


@dataclass
class _Batch:
    """Questions of one event that will be written together by whoever came first."""

    waiting: list[_New] = field(default_factory=list)
    written: threading.Event = field(default_factory=threading.Event)


@dataclass
class _Doorway:
    """The batch of each event that still takes questions in, in one process."""

    open: dict[int, _Batch] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def join(self, event_id: int, new: _New) -> tuple[_Batch, bool]:
        """The batch that `new` goes with, and whether its bringer is the one to write it."""
        with self.lock:
            batch = self.open.get(event_id)
            leads = batch is None or len(batch.waiting) >= MOST_TOGETHER
            if batch is None or leads:
                batch = self.open[event_id] = _Batch()
            batch.waiting.append(new)
            return batch, leads

    def close(self, event_id: int, batch: _Batch) -> None:
        """Whoever comes from now on goes with the next batch."""
        with self.lock:
            if self.open.get(event_id) is batch:
                del self.open[event_id]


def _write_together(event_id: int, new: _New) -> Asked:
    doorway: _Doorway = current_app.extensions.setdefault("doorway", _Doorway())
    # Nobody waits with a connection in the hand.
    db.session.rollback()
    batch, leads = doorway.join(event_id, new)
    if leads:
        # Whoever leads may be ended at any point; nobody shall wait for him.
        try:
            try:
                # Everybody who has already come gets through the door before it is closed.
                pause(0)
            finally:
                doorway.close(event_id, batch)
            _write_all(event_id, batch.waiting)
        finally:
            batch.written.set()
    else:
        batch.written.wait()
    if new.error is not None:
        raise new.error
    if new.asked is None:
        raise RuntimeError("The one who should have written this question was ended.")
    return new.asked


def _write_all(event_id: int, waiting: list[_New]) -> None:
    try:
        _write(event_id, waiting)
    except IntegrityError as error:
        # One of them came in before. Alone each of them learns whether it was that one.
        for new in waiting if len(waiting) > 1 else []:
            _write_all(event_id, [new])
        if len(waiting) == 1:
            waiting[0].error = error
    except Exception as error:
        for new in waiting:
            new.error = error


def _write(event_id: int, waiting: list[_New]) -> None:
    with arrivals(event_id) as (driver, arrived):
        # Takes the numbers, and with them the event's row: another process waits here.
        taken = _TAKE_NUMBERS.one(driver, event=event_id, many=len(waiting))
        if taken is None:
            raise Refused("unknown")
        number, phase, day, moderated, owed_until = taken
        fair.require_asking(phase, day)
        moment = now()
        asked: list[tuple[_New, Asked]] = []
        for new in waiting:
            status = _first_status(phase, moderated=moderated and new.by.role == "attendee")
            row = {
                "event_id": event_id,
                "stand_id": new.stand.id,
                "number": number,
                "key": new.key,
                "digest": new.digest,
                "text": new.text,
                "facet": new.facet,
                "name": new.name,
                "origin": Origin(new.by.role),
                "participant_id": people.meet(driver, event_id, new.participant),
                "status": status,
                "version": 1,
                "owed_until": owed_until if status is Status.OWED else None,
                "since": moment,
                "asked_at": moment,
                "redacted": False,
            }
            (id_,) = _NEW_QUESTION.rows(driver, **row)[0]
            may_edit = question_queries.may_be_edited(status, phase, moderated=moderated)
            card = partial(question_queries.new_card, id_, row, new.stand, may_edit=may_edit)
            hearer = Hearer(id_, new.stand.id, row["participant_id"])
            arrived.append(Arrived(hearer, new.by, card, {"status": status.value}))
            asked.append((new, Asked(new.key, number, status.value, created=True)))
            number += 1
    # Only now, when it is on disk.
    for new, answer in asked:
        new.asked = answer


_TAKE_NUMBERS = Prepared(
    update(Event)
    .where(Event.id == bindparam("event"))
    .values(next_number=Event.next_number + bindparam("many"))
    .returning(
        Event.next_number - bindparam("many"),
        Event.phase,
        Event.date,
        Event.moderation_first,
        Event.owed_until,
    )
)
_NEW_QUESTION = inserting(
    Question,
    "event_id",
    "stand_id",
    "number",
    "key",
    "digest",
    "text",
    "facet",
    "name",
    "origin",
    "participant_id",
    "status",
    "version",
    "owed_until",
    "since",
    "asked_at",
    "redacted",
    returning=Question.id,
)


def _asked_again(key: str, digest: str, by: Actor, participant: str | None) -> Asked:
    """The same answer as the first time; the asker's cookie is bound anew if it is another."""
    question = question_queries.question_by_key(key)
    if question is None or question.digest != digest or question.origin != Origin(by.role):
        raise Refused("key_reused")
    known = question.participant.digest if question.participant else None
    if by.role == "attendee" and known != participant:
        with change(question.event_id, "bind", f"question {question.id}", by) as under_way:
            driver = Driver.of(db.session)
            question.participant_id = people.meet(driver, question.event_id, participant)
            under_way.mention(question.id)
    first = question_queries.first_status(question)
    return Asked(key, question.number, first.value, created=False)


def _first_status(phase: Phase, *, moderated: bool) -> Status:
    if phase is Phase.FOLLOW_UP:
        return Status.OWED
    return Status.PENDING if moderated else Status.OPEN


def _facet(word: str | None) -> Facet | None:
    if not word:
        return None
    try:
        return Facet(word)
    except ValueError:
        raise Refused("facet", field="facet") from None


def _digest(stand: str, text: str, facet: str | None, name: str | None) -> str:
    """Of what first arrived: as it arrived, so that a repetition matches to the letter."""
    parts = json.dumps([stand, text, facet or "", name or ""], ensure_ascii=False)
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()
