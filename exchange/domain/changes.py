"""A change: the frame of every verb. It is made, logged, committed and then announced.

One change is one transaction, one row in the log, one undo. A verb cannot store and stay silent,
and nothing is said before it is on disk.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import insert, select, true
from sqlalchemy.orm import Session

from exchange import digests, rendering, rooms
from exchange.config import Settings
from exchange.database import erasing
from exchange.database.statements import RawConnection
from exchange.database.transactions import writing
from exchange.domain import before_images, records
from exchange.domain.refusals import Refused
from exchange.extensions import pause
from exchange.live import broadcasts, revisions
from exchange.live.arrivals import announce
from exchange.live.broadcasts import Audience, News
from exchange.models import (
    Base,
    ChangeQuestion,
    ChangeRecord,
    ChangeRow,
    Event,
    Question,
    Stand,
    Status,
)
from exchange.models.base import now
from exchange.rooms import Scope


@dataclass(frozen=True)
class Actor:
    """Who does it: a role, and the pass or the participant that stands behind it."""

    role: str
    pass_id: int | None = None
    stand_id: int | None = None
    participant_id: int | None = None


@dataclass(frozen=True)
class Subject:
    """What a verb is used on: a question, an event, a change, a pass, a stand ..."""

    kind: str
    id: int


@dataclass(frozen=True)
class Outcome:
    """What the client is told: the question's new version, its page's revision, the change."""

    version: int
    revision: int
    change: int


_ON_STAGE = frozenset({Status.LIVE, Status.SHORTLISTED})
"""The hall sees the live question, and how many wait and which come next."""
_STAGE_OF_EVENT = (
    "phase",
    "before_id",
    "message_id",
    "clock_until",
    "picture",
    "moderation_first",
    "pitch_id",
    "pitch_since",
)
"""The columns of an event that the hall and its moderation see."""


_AT_ONCE = 1000
"""So many before-images are written in a statement; more, of a long stand list, let others run
between two."""


class Change:
    """One change under way. A verb calls `touch` before it changes a question."""

    def __init__(self, session: Session, event: Event | None, subject: Subject, by: Actor) -> None:
        self.session = session
        self.subject = subject
        self.by = by
        self.repeated: Outcome | None = None
        """Set when this key has been here before: the verb must do nothing."""
        self.nothing_done = False
        """Set by a verb that found nothing to change: no row in the log, no news."""
        self.undoes: ChangeRow | None = None
        self.erases = False
        """Set by a verb that erased text: what the database's files still hold of it goes, too."""
        self.questions: dict[int, Question] = {}
        self.moved: list[tuple[int, int]] = []
        self._event = event
        self._outcome: Outcome | None = None
        self._before: dict[int, dict[str, Any]] = {}
        self._event_before = before_images.dump_event(event) if event else {}
        self._mentioned: set[int] = set()
        self._for_askers: set[int] = set()
        self._records: dict[tuple[str, int], dict[str, Any] | None] = {}
        self._redrawn: set[Scope] = set()

    @property
    def event(self) -> Event:
        """The event that is changed; its row is locked."""
        if self._event is None:
            raise RuntimeError("This change belongs to a series and has no event.")
        return self._event

    @property
    def counts(self) -> bool:
        """Whether it is a change: neither a repetition, nor nothing."""
        return self.repeated is None and not self.nothing_done

    def touch(self, question: Question) -> None:
        """Remember how `question` was; its pages will hear of it, undo will put it back."""
        if question.id not in self.questions:
            self.questions[question.id] = question
            self._before[question.id] = before_images.dump(question)

    def remember(self, record: Base) -> None:
        """Remember how a record of the organiser's was, before it is changed: undo puts it back."""
        image = (records.kind_of(record), records.id_of(record))
        if image not in self._records:
            self._records[image] = records.dump(record)

    def before(self, record: Base) -> dict[str, Any] | None:
        """How a record was, if it was remembered; None for one that this change made."""
        if record is self._event:
            return self._event_before
        return self._records.get((records.kind_of(record), records.id_of(record)))

    def made(self, record: Base) -> None:
        """Note that this change made `record`: undo archives it."""
        self.session.flush()
        self._records[records.kind_of(record), records.id_of(record)] = None

    def made_all(self, kind: str, ids: Iterable[int]) -> None:
        """The same for many that were inserted at once; `kind`: as `records.KINDS` has it."""
        self._records.update({(kind, of): None for of in ids})

    def redraw(self, *scopes: Scope) -> None:
        """The pages that show these will read themselves again."""
        self._redrawn.update(scopes)

    def mention(self, question_id: int) -> None:
        """Its pages will hear of it though it does not change itself (a head's followers)."""
        self._mentioned.add(question_id)

    def mention_to_askers(self, question_ids: Iterable[int]) -> None:
        """Their askers alone will hear of them: what an asker may do has changed."""
        self._for_askers.update(question_ids)

    def leave(self, question: Question, stand_id: int) -> None:
        """The pages of `stand_id` will hear that `question` is no longer there."""
        self.moved.append((question.id, stand_id))

    @property
    def outcome(self) -> Outcome:
        """What the client is told, the first time and every time its key is repeated."""
        outcome = self.repeated or self._outcome
        if outcome is None:
            raise RuntimeError("The change is not finished.")
        return outcome

    @property
    def told(self) -> Outcome | None:
        """The same; None when nothing was done, and so nothing can be taken back."""
        return None if self.nothing_done else self.outcome

    def finish(self, verb: str, series_id: int, stored_key: str | None) -> News:
        """Move the counters of what was touched and write the log."""
        event_changes = self._event_changes()
        for question in self.questions.values():
            question.version += 1
        self._redraw_askers()
        audiences, for_askers = self._audiences()
        stage = self._changes_stage(event_changes)
        raw = RawConnection.of(self.session)
        scopes = self._scopes(audiences, for_askers, stage=stage)
        moderation_first = "moderation_first" in event_changes
        if moderation_first:
            scopes |= self._desks()
        moved_on = revisions.bump(raw, scopes | self._redrawn, self._redrawn)
        shown_at = [(audience.question_id, audience.stand_id) for audience in audiences]
        revisions.note_pending_news(raw, moved_on, shown_at + self.moved)
        self._log(verb, series_id, stored_key, event_changes, moved_on)
        return News(
            event_id=self._event.id if self._event else None,
            revisions=moved_on,
            audiences=audiences,
            for_askers=for_askers,
            moved=self.moved,
            stage=stage,
            moderation_first=moderation_first,
            redrawn=frozenset(self._redrawn),
        )

    def _desks(self) -> set[Scope]:
        """Every stand's: each desk says whether questions are checked first."""
        with self.session.no_autoflush:
            stands = self.session.scalars(select(Stand.id).where(Stand.event_id == self.event.id))
            return {rooms.stand(stand_id) for stand_id in stands}

    def _event_changes(self) -> dict[str, list[Any]]:
        if self._event is None:
            return {}
        after = before_images.dump_event(self._event)
        return {
            name: [before, after[name]]
            for name, before in self._event_before.items()
            if after[name] != before
        }

    def _of_this_event(self) -> Iterator[Question]:
        """What was touched of the event. Pages of others are redrawn and hear nothing of it."""
        return (
            question
            for question in self.questions.values()
            if self._event is None or question.event_id == self._event.id
        )

    def _redraw_askers(self) -> None:
        """Whose question of another event was touched reads it anew."""
        event_id = self._event.id if self._event else None
        self.redraw(
            *(
                rooms.mine(question.participant_id)
                for question in self.questions.values()
                if question.event_id != event_id and question.participant_id is not None
            )
        )

    def _audiences(self) -> tuple[list[Audience], list[Audience]]:
        """Whose pages show what was touched or mentioned, and what follows it."""
        touched = [
            Audience(question.id, question.stand_id, question.participant_id)
            for question in self._of_this_event()
        ]
        heads = self.questions.keys() | self._mentioned
        if not heads and not self._for_askers:
            return [], []
        # Nothing but what was touched has changed: the others stand in the database as they are.
        with self.session.no_autoflush:
            rows = self.session.execute(
                select(Question.id, Question.stand_id, Question.participant_id).where(
                    Question.event_id == self._event.id if self._event else true(),
                    Question.id.in_(self._mentioned | self._for_askers)
                    | Question.head_id.in_(heads),
                )
            ).all()
        others = [Audience(*row) for row in rows if row[0] not in self.questions]
        return (
            touched
            + [audience for audience in others if audience.question_id not in self._for_askers],
            [audience for audience in others if audience.question_id in self._for_askers],
        )

    def _changes_stage(self, event_changes: Mapping[str, object]) -> bool:
        """Whether the hall sees another picture: derived from what the change touched.

        1. What the hall sees of the event itself.
        2. A question that is or was live, in the run list, or the one that was live before.
        3. A question that follows or followed the live one or the one before: it is named there.
        """
        if any(name in event_changes for name in _STAGE_OF_EVENT):
            return True
        heads: set[int | None] = set()
        for question in self.questions.values():
            before = self._before[question.id]
            if question.status in _ON_STAGE or Status(before["status"]) in _ON_STAGE:
                return True
            heads |= {
                question.id,
                *(head for head in (before["head_id"], question.head_id) if head),
            }
        if not heads or self._event is None:
            return False
        if self._event.before_id in heads:
            return True
        followed = heads - self.questions.keys() - {None}
        if not followed:
            return False
        with self.session.no_autoflush:
            live = self.session.scalar(
                select(Question.id).where(Question.id.in_(followed), Question.status == Status.LIVE)
            )
        return live is not None

    def _scopes(
        self, audiences: list[Audience], for_askers: list[Audience], *, stage: bool
    ) -> set[Scope]:
        if self._event is None:
            return set()
        found = broadcasts.scopes(self._event.id, audiences, self.moved, stage=stage)
        askers = {audience.participant_id for audience in for_askers} - {None}
        return found | {rooms.mine(asker) for asker in askers if asker is not None}

    def _log(
        self,
        verb: str,
        series_id: int,
        stored_key: str | None,
        event_changes: dict[str, list[Any]],
        moved_on: Mapping[Scope, int],
    ) -> None:
        answered = self._answered(moved_on)
        with self.session.no_autoflush:
            change_id = self.session.execute(
                insert(ChangeRow).returning(ChangeRow.id),
                {
                    "series_id": series_id,
                    "event_id": self._event.id if self._event else None,
                    "at": now(),
                    "verb": verb,
                    "subject": self.subject.kind,
                    "subject_id": self.subject.id,
                    "role": self.by.role,
                    "pass_id": self.by.pass_id,
                    "stand_id": self.by.stand_id,
                    "key": stored_key,
                    "event_before": event_changes,
                    "answered": answered,
                },
            ).scalar_one()
            if self._before:
                self.session.execute(
                    insert(ChangeQuestion).values(
                        [
                            {"change_id": change_id, "question_id": question_id, "before": before}
                            for question_id, before in self._before.items()
                        ]
                    )
                )
            images = [
                {"change_id": change_id, "kind": kind, "record_id": of, "before": before}
                for (kind, of), before in self._records.items()
            ]
            for start in range(0, len(images), _AT_ONCE):
                if start:
                    pause(0)
                self.session.execute(insert(ChangeRecord), images[start : start + _AT_ONCE])
        if self.undoes is not None:
            self.undoes.undone_by = change_id
        else:
            for question in self.questions.values():
                question.last_change_id = change_id
        self._outcome = Outcome(change=change_id, **answered)

    def _answered(self, moved_on: Mapping[Scope, int]) -> dict[str, int]:
        subject = self.questions.get(self.subject.id) if self.subject.kind == "question" else None
        version = subject.version if subject else 0
        if self._event is None:
            return {"version": version, "revision": 0}
        scope = rooms.moderate(self._event.id)
        if self.by.stand_id is not None:
            scope = rooms.stand(self.by.stand_id)
        return {"version": version, "revision": moved_on.get(scope) or revisions.read(scope)}


@contextmanager
def change(
    event_id: int, verb: str, subject: Subject, by: Actor, *, key: str | None = None
) -> Iterator[Change]:
    """One change to an event, under its write lock.

    With a `key` that has been here before, `repeated` is set and nothing may be done.
    Refuses `key_reused` when that key belonged to something else. Raises DatabaseBusy.
    """
    stored_key = _stored(key)
    with writing(event_id) as session:
        event = session.execute(
            select(Event).where(Event.id == event_id).with_for_update()
        ).scalar_one()
        under_way = Change(session, event, subject, by)
        same_place = ChangeRow.event_id == event_id
        under_way.repeated = _answer_of(session, same_place, verb, subject, stored_key)
        yield under_way
        news = under_way.finish(verb, event.series_id, stored_key) if under_way.counts else None
    if news is not None:
        announce(news)
    if under_way.erases:
        rendering.forget_drawn()
        erasing.purge_soon()


@contextmanager
def change_of_series(
    series_id: int, verb: str, subject: Subject, by: Actor, *, key: str | None = None
) -> Iterator[Change]:
    """One change to a series that belongs to none of its events: a pass is renewed. As `change`."""
    stored_key = _stored(key)
    with writing() as session:
        under_way = Change(session, None, subject, by)
        same_place = (ChangeRow.series_id == series_id) & ChangeRow.event_id.is_(None)
        under_way.repeated = _answer_of(session, same_place, verb, subject, stored_key)
        yield under_way
        news = under_way.finish(verb, series_id, stored_key) if under_way.counts else None
    if news is not None and news.redrawn:
        announce(news)


def _stored(key: str | None) -> str | None:
    """What the log keeps of a client's key."""
    settings: Settings = current_app.extensions["process"].settings
    return digests.change_key(key, settings.secret_key) if key else None


def _answer_of(
    session: Session, same_place: Any, verb: str, subject: Subject, stored_key: str | None
) -> Outcome | None:
    """What the client was told when this key was here before."""
    if stored_key is None:
        return None
    row = session.scalar(select(ChangeRow).where(same_place, ChangeRow.key == stored_key))
    if row is None:
        return None
    if (row.verb, row.subject, row.subject_id) != (verb, subject.kind, subject.id):
        raise Refused("key_reused")
    return Outcome(change=row.id, **row.answered)
