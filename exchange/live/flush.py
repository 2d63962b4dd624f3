"""Flush: a stand's phones hear at once, and no more often than once a second, what has changed.

What they have not heard stands in the database (`pending_news`), not in this process: whoever
comes first claims it, and what a killed process left behind is told by the next.
"""

import logging
from dataclasses import dataclass, field

from flask import Flask, current_app
from sqlalchemy import bindparam, select, update

from exchange.database import errors
from exchange.database.connections import db
from exchange.database.statements import CompiledStatement
from exchange.database.transactions import writing_raw
from exchange.extensions import pause, socketio
from exchange.live import broadcasts, revisions
from exchange.live.broadcasts import CoalescedNews
from exchange.models import PendingNews, Question, Revision, Stand, Status
from exchange.rooms import Scope, ScopeKind, moderate, public

log = logging.getLogger(__name__)


@dataclass
class FlushTimers:
    """The stands whose flush is due within the interval, in one process."""

    due: set[int] = field(default_factory=set)


def flush_soon(stand_id: int) -> None:
    """Let a stand's phones hear within the flush interval, and no more often."""
    interval: float = current_app.config["FLUSH_INTERVAL_S"]
    timers: FlushTimers = current_app.extensions["process"].flush_timers
    if interval <= 0:
        flush(stand_id)
    elif stand_id not in timers.due:
        timers.due.add(stand_id)
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        socketio.start_background_task(_flush_later, app, timers, stand_id, interval)


def flush_left_behind() -> None:
    """Let phones hear what a process that was killed had stored and not yet told."""
    with db.reading() as connection:
        left = [stand_id for (stand_id,) in _LEFT_BEHIND.rows(connection)]
    for stand_id in left:
        flush_soon(stand_id)


_LEFT_BEHIND = CompiledStatement(
    select(Revision.owner_id).where(
        Revision.kind == ScopeKind.STAND.value,
        Revision.voted | (Revision.flushed < Revision.revision),
    )
)


def flush(stand_id: int) -> None:
    """Coalesce what a stand's phones have not heard and tell them once.

    1. Claim the stand's row; whoever finds it up to date has nothing to tell.
    2. If me toos came in, move the counters of all who show their number.
    3. Commit, and only then tell.
    """
    with writing_raw() as connection:
        found = _CLAIM.one(connection, stand=stand_id)
        if found is None:
            return
        event_id, revision, previous, voted = found
        if previous >= revision and not voted:
            return
        moved: dict[Scope, int] = {}
        if voted:
            revision += 1
            scopes = {moderate(event_id)}
            if _IS_ON_STAGE.one(connection, event=event_id, stand=stand_id) is not None:
                scopes.add(public(event_id))
            moved = revisions.bump(connection, scopes)
        _CLAIMED.do(connection, {"stand": stand_id, "heard": revision})
        pending = [
            question_id
            for (question_id,) in _PENDING.rows(connection, stand=stand_id, since=previous)
        ]
        news = CoalescedNews(
            event_id=event_id,
            stand_id=stand_id,
            revision=revision,
            previous=previous,
            question_ids=pending,
            voted=voted,
            revisions=moved,
        )
    broadcasts.announce_coalesced(news)


_OF_STAND = (Revision.kind == ScopeKind.STAND.value) & (Revision.owner_id == bindparam("stand"))
_CLAIM = CompiledStatement(
    select(Stand.event_id, Revision.revision, Revision.flushed, Revision.voted)
    .join(Stand, Stand.id == Revision.owner_id)
    .where(_OF_STAND)
    .with_for_update(of=Revision)
)
_CLAIMED = CompiledStatement(
    update(Revision)
    .where(_OF_STAND)
    .values(revision=bindparam("heard"), flushed=bindparam("heard"), voted=False)
)

_PENDING = CompiledStatement(
    select(PendingNews.question_id).where(
        PendingNews.stand_id == bindparam("stand"), PendingNews.revision > bindparam("since")
    )
)

_IS_ON_STAGE = CompiledStatement(
    select(Question.id).where(
        Question.event_id == bindparam("event"),
        Question.status == Status.LIVE,
        Question.stand_id == bindparam("stand"),
    )
)


def _flush_later(app: Flask, timers: FlushTimers, stand_id: int, interval: float) -> None:
    pause(interval)
    # Clear the flag before flushing, so that a change during the flush schedules another one.
    timers.due.discard(stand_id)
    with app.app_context():
        try:
            flush(stand_id)
        except Exception as error:
            if errors.classify(error):
                # Busy or away: whatever the phones have to hear stays noted in the database.
                flush_soon(stand_id)
                return
            log.exception("A stand's phones could not be told; they learn by the slow check.")
