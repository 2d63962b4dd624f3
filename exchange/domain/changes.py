"""One change: whole or not at all. The only commit.

It takes the write lock, lets a verb change what it likes, bumps the revisions of exactly the
scopes that were touched, writes the log, commits, and then announces. A verb cannot store and
stay silent, and nothing is said before it is on disk.
"""

import contextlib
import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from flask import Flask, current_app
from flask.globals import app_ctx
from sqlalchemy import Integer, String, bindparam, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from exchange import broadcasts, faults, rooms
from exchange.broadcasts import Gathered, News
from exchange.domain import images
from exchange.domain.refusals import Refused
from exchange.domain.turns import Turns
from exchange.extensions import db, pause, socketio
from exchange.faults import Reason
from exchange.models import ChangeRow, Event, Question, Revision, Stand
from exchange.models.base import now
from exchange.prepared import Driver, Prepared, inserting
from exchange.queries import live
from exchange.queries.live import Hearer
from exchange.queries.questions import Card
from exchange.rooms import Scope, ScopeKind

log = logging.getLogger(__name__)

LOCK_PATIENCE_S = 3.0
"""How long a change waits for the database before it is refused as `busy`."""


@dataclass(frozen=True)
class Actor:
    """Who does it: a role, and the pass or the participant that stands behind it."""

    role: str
    pass_id: int | None = None
    stand_id: int | None = None
    participant_id: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What the client is told: the question's new version, its page's revision, the change."""

    version: int
    revision: int
    change: int


class Change:
    """One change under way. Verbs say what they touch *before* they touch it."""

    def __init__(self, row: ChangeRow, event: Event, by: Actor) -> None:
        self.row = row
        self.event = event
        self.by = by
        self.repeated: Outcome | None = None
        """Set when this key has been here before: the verb must do nothing."""
        self.questions: dict[int, Question] = {}
        self.departed: list[tuple[int, int]] = []
        self._mentioned: set[int] = set()
        self._event_before = images.of_event(event)

    def touch(self, question: Question) -> None:
        """Remember how `question` was; its pages will hear of it, undo will put it back."""
        if question.id not in self.questions:
            self.questions[question.id] = question
            self.row.before = self.row.before | {
                f"question {question.id}": images.of_question(question)
            }

    def mention(self, question_id: int) -> None:
        """Its pages will hear of it though it does not change itself (a head's followers)."""
        self._mentioned.add(question_id)

    def leave(self, question: Question, stand_id: int) -> None:
        """The pages of `stand_id` will hear that `question` is no longer there."""
        self.departed.append((question.id, stand_id))

    @property
    def outcome(self) -> Outcome:
        """What the client is told, the first time and every time its key is repeated."""
        return self.repeated or Outcome(**self.row.answered)

    def _finish(self, session: Session, stage_before: object) -> News:
        for question in self.questions.values():
            if self.row.verb != "undo":
                question.last_change_id = self.row.id
            question.version += 1
        event_after = images.of_event(self.event)
        changed = {
            name: [before, event_after[name]]
            for name, before in self._event_before.items()
            if event_after[name] != before
        }
        if changed:
            self.row.before = self.row.before | {"event": changed}
        session.flush()
        hearers = live.hearers(self.questions.keys() | self._mentioned)
        stage = live.stage_mark(self.event.id) != stage_before
        touched = broadcasts.scopes(self.event.id, hearers, self.departed, stage=stage)
        revisions = _bump(Driver.of(session), touched)
        at_stands = [(hearer.question_id, hearer.stand_id) for hearer in hearers]
        _note(Driver.of(session), revisions, at_stands + self.departed)
        self.row.answered = asdict(self._told(revisions))
        return News(self.event.id, revisions, hearers, self.departed, stage)

    def _told(self, revisions: dict[Scope, int]) -> Outcome:
        word, _, number = self.row.subject.partition(" ")
        subject = self.questions.get(int(number)) if word == "question" else None
        scope = rooms.moderate(self.event.id)
        if self.by.stand_id is not None:
            scope = rooms.stand(self.by.stand_id)
        return Outcome(
            version=subject.version if subject else 0,
            revision=revisions.get(scope) or live.revision(scope),
            change=self.row.id,
        )


@contextlib.contextmanager
def change(
    event_id: int, verb: str, subject: str, by: Actor, *, key: str | None = None
) -> Iterator[Change]:
    """One change to an event, under its write lock.

    With a `key` that has been here before, `repeated` is set and nothing may be done.
    Refuses `key_reused` when that key belonged to something else, and `busy` when the lock cannot
    be had for LOCK_PATIENCE_S.
    """
    news: News | None = None
    with writing() as session:
        event = session.execute(
            select(Event).where(Event.id == event_id).with_for_update()
        ).scalar_one()
        earlier = _earlier(session, event_id, key)
        if earlier is not None:
            if (earlier.verb, earlier.subject) != (verb, subject):
                raise Refused("key_reused")
            repeated = Change(earlier, event, by)
            repeated.repeated = Outcome(**earlier.answered)
            yield repeated
            return
        row = ChangeRow(
            event_id=event_id,
            verb=verb,
            subject=subject,
            role=by.role,
            pass_id=by.pass_id,
            stand_id=by.stand_id,
            key=key,
            before={},
            answered={},
        )
        session.add(row)
        session.flush()
        stage_before = live.stage_mark(event_id)
        under_way = Change(row, event, by)
        yield under_way
        news = under_way._finish(session, stage_before)
    _announce(news)


@dataclass(frozen=True)
class Arrived:
    """A new question that was just written: who hears of it, and how it looks."""

    hearer: Hearer
    by: Actor
    card: Callable[[], Card]
    answered: dict[str, Any]
    """What the asker is told, beside key and number."""


@contextlib.contextmanager
def arrivals(event_id: int) -> Iterator[tuple[Driver, list[Arrived]]]:
    """A change that is new questions: what happens most, hence with the least between them and
    the disk.

    Whoever writes them over the driver adds each to the list. There is nothing to undo and
    nothing on the stage to compare; their keys stand with the questions. Questions that come in
    the same instant share transaction and push; each has its own row in the log.
    Refuses `busy`.
    """
    arrived: list[Arrived] = []
    with _writing_driver() as driver:
        yield driver, arrived
        hearers = [one.hearer for one in arrived]
        revisions = _bump(driver, broadcasts.scopes(event_id, hearers, [], stage=False))
        _note(
            driver,
            revisions,
            [(hearer.question_id, hearer.stand_id) for hearer in hearers],
        )
        moment = now()
        rows: list[dict[str, Any]] = [
            {
                "event_id": event_id,
                "at": moment,
                "verb": "ask",
                "subject": f"question {one.hearer.question_id}",
                "role": one.by.role,
                "pass_id": one.by.pass_id,
                "stand_id": one.by.stand_id,
                "before": {},
                "answered": one.answered,
            }
            for one in arrived
        ]
        _LOG_NEW.do(driver, *rows)
        news = News(event_id, revisions, hearers, new=[one.card for one in arrived])
    _announce(news)


_LOG_NEW = inserting(
    ChangeRow,
    "event_id",
    "at",
    "verb",
    "subject",
    "role",
    "pass_id",
    "stand_id",
    "before",
    "answered",
)


def _announce(news: News) -> None:
    broadcasts.announce(news)
    for scope in news.revisions:
        if scope.kind is ScopeKind.STAND:
            flush_soon(scope.owner_id)


@contextlib.contextmanager
def writing(*, alone: bool = False) -> Iterator[Session]:
    """A transaction that writes: committed whole, or not at all.

    For what has no log and no undo: me toos, passes, making a fair. Everything else is a `change`.
    `alone`: nobody else is making a fair meanwhile, in whichever process.
    """
    session = db.session
    # What was read so far was read in another transaction; it is read anew under the lock.
    session.rollback()
    with _turn() as give_up:
        _take_lock(session, give_up)
        try:
            if alone and db.engine.dialect.name == "postgresql":
                # SQLite has one writer at a time anyway.
                session.execute(_ALONE, {"number": MAKING_A_FAIR})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


MAKING_A_FAIR = 0x45784368
"""The number of a lock in PostgreSQL; any will do that nobody else uses."""
_ALONE = text("SELECT pg_advisory_xact_lock(:number)")


@contextlib.contextmanager
def _writing_driver() -> Iterator[Driver]:
    """The same without a session, for what comes by the hundred."""
    with _turn() as give_up:
        driver = db.driver()
        try:
            _patiently(driver.begin_writing, driver.rollback, give_up)
            yield driver
            driver.run("COMMIT")
        except BaseException:
            driver.rollback()
            raise
        finally:
            driver.close()


def try_lock(patience_s: float) -> None:
    """Take the write lock and give it back; nothing is written. Refuses `busy`."""
    with _turn(patience_s) as give_up:
        driver = db.driver()
        try:
            _patiently(driver.begin_writing, driver.rollback, give_up)
        finally:
            driver.rollback()
            driver.close()


def mark_votes(session: Session, stand_ids: set[int]) -> None:
    """Note that me toos came in at these stands; their next flush bumps once for all of them."""
    session.execute(
        update(Revision)
        .where(Revision.kind == ScopeKind.STAND.value, Revision.owner_id.in_(stand_ids))
        .values(voted=True)
    )


def open_scope(session: Session, scope: Scope) -> None:
    """Start the counter of a new event, stand or participant."""
    session.add(Revision(kind=scope.kind.value, owner_id=scope.owner_id, revision=0))


_waiting: set[int] = set()


def flush_soon(stand_id: int) -> None:
    """Let a stand's phones hear within the flush interval, and no more often."""
    interval: float = current_app.config["FLUSH_INTERVAL_S"]
    if interval <= 0:
        flush(stand_id)
    elif stand_id not in _waiting:
        _waiting.add(stand_id)
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        socketio.start_background_task(_flush_later, app, stand_id, interval)


def flush_left_behind() -> None:
    """Let phones hear what a process that was killed had stored and not yet told."""
    with db.reading() as driver:
        left = [stand_id for (stand_id,) in _LEFT_BEHIND.rows(driver)]
    for stand_id in left:
        flush_soon(stand_id)


def flush(stand_id: int) -> None:
    """Gather what a stand's phones have not heard and tell them once.

    Any process may claim the stand; its row decides, so that one wins and nothing is told twice.
    """
    with _writing_driver() as driver:
        found = _CLAIM.one(driver, stand=stand_id)
        if found is None:
            return
        event_id, revision, previous, voted = found
        if previous >= revision and not voted:
            return
        revisions: dict[Scope, int] = {}
        if voted:
            revision += 1
            scopes = {rooms.moderate(event_id)}
            if live.on_stage(driver, event_id, stand_id):
                scopes.add(rooms.public(event_id))
            revisions = _bump(driver, scopes)
        _CLAIMED.do(driver, {"stand": stand_id, "heard": revision})
        gathered = Gathered(
            event_id=event_id,
            stand_id=stand_id,
            revision=revision,
            previous=previous,
            touched=live.touched_since(driver, stand_id, previous),
            voted=voted,
            revisions=revisions,
        )
    broadcasts.announce_gathered(gathered)


_OF_STAND = (Revision.kind == ScopeKind.STAND.value) & (Revision.owner_id == bindparam("stand"))
_CLAIM = Prepared(
    select(Stand.event_id, Revision.revision, Revision.flushed, Revision.voted)
    .join(Stand, Stand.id == Revision.owner_id)
    .where(_OF_STAND)
    .with_for_update(of=Revision)
)
_LEFT_BEHIND = Prepared(
    select(Revision.owner_id).where(
        Revision.kind == ScopeKind.STAND.value,
        Revision.voted | (Revision.flushed < Revision.revision),
    )
)
_CLAIMED = Prepared(
    update(Revision)
    .where(_OF_STAND)
    .values(revision=bindparam("heard"), flushed=bindparam("heard"), voted=False)
)


def _flush_later(app: Flask, stand_id: int, interval: float) -> None:
    pause(interval)
    # First out of the set, then to work: what comes in meanwhile sets the timer anew.
    _waiting.discard(stand_id)
    with app.app_context():
        try:
            flush(stand_id)
        except Exception as error:
            if isinstance(error, Refused) or faults.reason(error):
                # The database is busy or away: whatever the phones have to hear stays noted there.
                flush_soon(stand_id)
                return
            log.exception("A stand's phones could not be told; they learn by the slow check.")


@contextlib.contextmanager
def _turn(patience_s: float | None = None) -> Iterator[float]:
    """This process's turn to write, and until when the database may be waited for."""
    patience_s = LOCK_PATIENCE_S if patience_s is None else patience_s
    give_up = time.monotonic() + patience_s
    if db.engine.dialect.name != "sqlite":
        # It keeps its own lines, one for each row.
        yield give_up
        return
    turns: Turns = current_app.extensions.setdefault("turns", Turns())
    who = app_ctx._get_current_object()  # type: ignore[attr-defined]
    if not turns.take(who, patience_s):
        raise Refused("busy")
    try:
        yield give_up
    finally:
        turns.give_back()


def _take_lock(session: Session, give_up: float) -> None:
    """Begin as a writer. SQLite is waited for outside of any transaction, and cooperatively:
    inside, its waiting would stop every other request of this process.
    """
    _patiently(
        lambda: session.connection(execution_options={"writer": True}),
        session.rollback,
        give_up,
    )


def _patiently(begin: Callable[[], object], give_back: Callable[[], None], give_up: float) -> None:
    while True:
        try:
            begin()
        except DBAPIError as error:
            give_back()
            why = faults.reason(error)
            if why is None:
                raise
            if why is not Reason.LOCKED or time.monotonic() > give_up:
                raise Refused("busy") from error
            pause(random.uniform(0.01, 0.05))
        else:
            return


def _earlier(session: Session, event_id: int, key: str | None) -> ChangeRow | None:
    if key is None:
        return None
    return session.scalar(
        select(ChangeRow).where(ChangeRow.event_id == event_id, ChangeRow.key == key)
    )


def _bump(driver: Driver, scopes: set[Scope]) -> dict[Scope, int]:
    """Move each counter on by one, in one statement; a participant's begins with it.

    Always in the same order, stands before what all stands share: a flush holds its stand when
    it comes here, and two who wait for each other would wait for ever.
    """
    values: dict[str, object] = {}
    for number, scope in enumerate(sorted(scopes, key=_stands_first)):
        values |= {f"kind{number}": scope.kind.value, f"owner{number}": scope.owner_id}
    rows = _bumping(len(scopes)).rows(driver, **values)
    return {Scope(ScopeKind(kind), owner_id): revision for kind, owner_id, revision in rows}


def _stands_first(scope: Scope) -> tuple[bool, str, int]:
    return scope.kind is not ScopeKind.STAND, scope.kind.value, scope.owner_id


@cache
def _bumping(number: int) -> Prepared:
    """The form for so many counters; both dialects know ON CONFLICT, SQLAlchemy by dialect."""
    counters = ", ".join(f"(:kind{n}, :owner{n}, 1, 0, FALSE)" for n in range(number))
    upsert = text(
        "INSERT INTO revisions (kind, owner_id, revision, flushed, voted)"  # noqa: S608 (bound)
        f" VALUES {counters}"
        " ON CONFLICT (kind, owner_id) DO UPDATE SET revision = revisions.revision + 1"
        " RETURNING kind, owner_id, revision"
    )
    return Prepared(upsert.columns(kind=String, owner_id=Integer, revision=Integer))


def _note(driver: Driver, revisions: dict[Scope, int], touched: Sequence[tuple[int, int]]) -> None:
    """Note what the phones of each stand have to hear of: (question id, stand id)."""
    if not touched:
        return
    rows = (
        {
            "stand": stand_id,
            "question": question_id,
            "revision": revisions[rooms.stand(stand_id)],
        }
        for question_id, stand_id in touched
    )
    _TOUCH.do(driver, *rows)


_TOUCH = Prepared(
    text(
        "INSERT INTO touches (stand_id, question_id, revision)"
        " VALUES (:stand, :question, :revision)"
        " ON CONFLICT (stand_id, question_id) DO UPDATE SET revision = excluded.revision"
    )
)
