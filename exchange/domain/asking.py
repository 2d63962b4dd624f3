"""A new question, from wherever it comes: exactly once, numbered, and many of them at once.

Questions that come in the same instant are written together (group commit): one lock, one fsync,
one push to each room. That is what a hall does when the moderator says "ask now".
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import current_app
from sqlalchemy import bindparam, update
from sqlalchemy.exc import IntegrityError

from exchange import digests
from exchange.config import Settings
from exchange.database.connections import db
from exchange.database.group_commit import GroupCommit, Take
from exchange.database.statements import CompiledStatement, RawConnection, compiled_insert
from exchange.domain import participants, texts
from exchange.domain.changes import Actor, Subject, change
from exchange.domain.phases import require_asking
from exchange.domain.refusals import Refused
from exchange.live.arrivals import Arrived, arrivals
from exchange.live.broadcasts import Audience
from exchange.models import Event, Facet, Origin, Phase, Question, Status, lengths
from exchange.models.base import now
from exchange.queries import promises
from exchange.queries import questions as question_queries
from exchange.queries.fair import StandLine

BATCH_LIMIT = 50
"""How many questions share a transaction at most: it must not hold up the hall."""


@dataclass(frozen=True)
class Asked:
    """What the asker is told: never more than the key's owner may know."""

    key: str
    number: int
    status: str
    created: bool


def stand_for(code: str, key: str | None) -> tuple[StandLine, bool]:
    """The stand with this code, and whether a question arrived under this key before; both in one
    select. `key`: as for `ask`; None for one that is none. Refuses `unknown`.
    """
    settings: Settings = current_app.extensions["process"].settings
    stored_key = digests.question_key(key, settings.secret_key) if key else ""
    found = question_queries.stand_and_key(code, stored_key)
    if found is None:
        raise Refused("unknown")
    return found


def ask(
    stand: StandLine,
    *,
    key: str,
    text: str,
    facet: str | None = None,
    name: str | None = None,
    municipality: str | None = None,
    by: Actor,
    participant: str | None = None,
    admit: Callable[[], None] = lambda: None,
    by_form: bool = False,
    key_is_known: bool | None = None,
) -> Asked:
    """A new question at a stand, or the same answer again when its key has been here before.

    `key`: the client's UUID, canonical. `participant`: the digest of the asker's cookie at this
    event. `admit`: asked, except for a repetition, whether one more may come in now; it refuses
    by raising. A repetition binds the question to the cookie it came with: the first answer may
    have been lost on the way, and the cookie with it.
    `by_form`: sent without scripts. Who goes back finds the words in the field and, in some
    browsers, a fresh key beside them: the same words of the same person are one question then.
    `key_is_known`: what `stand_for` answered, None where it was not asked.
    Refuses what `texts` refuses; `facet`; `not_yet` and `closed` by phase; `key_reused`;
    `stand_gone` where the stand was taken out of the fair.
    """
    texts.measure(text, limit=stand.question_length)
    texts.measure(name or "", limit=lengths.NAME)
    cleaned_municipality = _municipality(municipality)
    settings: Settings = current_app.extensions["process"].settings
    stored_key = digests.question_key(key, settings.secret_key)
    digest = digests.content(
        key, _as_it_arrived(stand.code, text, facet, name, municipality), settings.secret_key
    )
    if key_is_known is None:
        key_is_known = question_queries.key_is_known(stored_key)
    if key_is_known:
        return _asked_again(key, stored_key, digest, by, participant)
    if stand.archived:
        raise Refused("stand_gone")
    new = New(
        stand=stand,
        key=key,
        stored_key=stored_key,
        digest=digest,
        text=texts.clean_question(text, limit=stand.question_length),
        facet=_facet(facet) if stand.facets else None,
        name=texts.clean_line(name, limit=lengths.NAME),
        municipality=cleaned_municipality,
        by=by,
        participant=participant,
    )
    if by_form and participant is not None:
        same = question_queries.same_of(
            stand,
            participant,
            new.text,
            facet=new.facet,
            name=new.name,
            municipality=new.municipality,
        )
        if same is not None:
            return Asked(key, same.number, same.status.value, created=False)
    # Last: what is refused for its text does not count. Measured texts are cheap to clean.
    process = current_app.extensions["process"]
    keys: set[str] = process.keys_under_way
    is_first = stored_key not in keys
    if is_first:
        # The same key that comes again meanwhile is the same question, and counts once.
        admit()
        keys.add(stored_key)
    batches: GroupCommit[New, Asked] = process.new_questions
    event_id = stand.event_id
    try:
        # The session's connection is given back before waiting for the batch.
        db.release()
        return batches.submit(event_id, new, partial(_write, event_id))
    except IntegrityError:
        if not question_queries.key_is_known(stored_key):
            raise
        # Between looking for the key and taking the lock the same post came in.
        return _asked_again(key, stored_key, digest, by, participant)
    finally:
        if is_first:
            keys.discard(stored_key)


@dataclass(frozen=True)
class New:
    """A question on its way into the database."""

    stand: StandLine
    key: str
    """The client's own, for the answer only."""
    stored_key: str
    digest: str
    text: str
    facet: Facet | None
    name: str | None
    municipality: str | None
    by: Actor
    participant: str | None


def _write(event_id: int, take: Take[New]) -> list[Asked]:
    """Write questions of one event in one transaction; one answer for each.

    1. Under the write lock, take the questions that have come together.
    2. Take as many numbers, and with them the event's row: another process waits here.
    3. Ask the phase, which may have changed since the page was read.
    4. Insert each question with its participant.
    5. On leaving: counters, log, commit, and then the news.
    """
    asked: list[Asked] = []
    with arrivals(event_id) as written:
        connection = written.connection
        items = take()
        taken = _TAKE_NUMBERS.one(connection, event=event_id, many=len(items))
        if taken is None:
            raise Refused("unknown")
        number, phase, day, moderated, owed_until, written.series_id = taken
        require_asking(phase, day)
        moment = now()
        for new in items:
            status = _first_status(phase, moderated=moderated and new.by.role == "attendee")
            participant_id = participants.find_or_create(
                connection, event_id, new.participant, moment
            )
            row = {
                "event_id": event_id,
                "stand_id": new.stand.id,
                "number": number,
                "key": new.stored_key,
                "digest": new.digest,
                "text": new.text,
                "facet": new.facet,
                "name": new.name,
                "municipality": new.municipality,
                "origin": Origin(new.by.role),
                "participant_id": participant_id,
                "status": status,
                "version": 1,
                "owed_until": promises.due_day(owed_until) if status is Status.OWED else None,
                "since": moment,
                "asked_at": moment,
                "redacted": False,
            }
            (id_,) = _NEW_QUESTION.rows(connection, **row)[0]
            card = partial(
                question_queries.new_card,
                id_,
                row,
                new.stand,
                phase=phase,
                moderation_first=moderated,
            )
            audience = Audience(id_, new.stand.id, participant_id)
            by = new.by
            written.arrived.append(
                Arrived(audience, card, status.value, by.role, by.pass_id, by.stand_id)
            )
            asked.append(Asked(new.key, number, status.value, created=True))
            number += 1
    return asked


_TAKE_NUMBERS = CompiledStatement(
    update(Event)
    .where(Event.id == bindparam("event"))
    .values(next_number=Event.next_number + bindparam("many"))
    .returning(
        Event.next_number - bindparam("many"),
        Event.phase,
        Event.date,
        Event.moderation_first,
        Event.owed_until,
        Event.series_id,
    )
)
_NEW_QUESTION = compiled_insert(
    Question,
    "event_id",
    "stand_id",
    "number",
    "key",
    "digest",
    "text",
    "facet",
    "name",
    "municipality",
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


def _asked_again(
    key: str, stored_key: str, digest: str, by: Actor, participant: str | None
) -> Asked:
    """The same answer as the first time; the asker's cookie is bound anew if it is another."""
    question = question_queries.question_by_key(stored_key)
    if question is None or question.digest != digest or question.origin != Origin(by.role):
        raise Refused("key_reused")
    known = question.participant.digest if question.participant else None
    if by.role == "attendee" and known != participant:
        event_id, subject = question.event_id, Subject("question", question.id)
        with change(event_id, "bind", subject, by) as under_way:
            connection = RawConnection.of(under_way.session)
            question.participant_id = participants.find_or_create(connection, event_id, participant)
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


def _municipality(typed: str | None) -> str | None:
    """Refuses `too_long` and `characters`, in sentences that name this field."""
    if not typed:
        return None
    try:
        return texts.clean_line(typed, limit=lengths.MUNICIPALITY)
    except Refused as refused:
        raise Refused(
            refused.word,
            field="municipality",
            sentence=f"municipality_{refused.word}",
            **refused.details,
        ) from None


def _as_it_arrived(
    stand: str, text: str, facet: str | None, name: str | None, municipality: str | None
) -> str:
    """All of it, before cleaning, so that a repetition matches to the letter.

    Without a municipality as before there was one: phones may still send again what they sent then.
    """
    arrived = [stand, text, facet or "", name or ""]
    return json.dumps(arrived + ([municipality] if municipality else []), ensure_ascii=False)
