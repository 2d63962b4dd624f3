"""New questions on their way into the database: what happens most, hence without a session."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from exchange.database.statements import RawConnection, compiled_insert
from exchange.database.transactions import writing_raw
from exchange.live import broadcasts, revisions
from exchange.live.broadcasts import Audience, News
from exchange.live.flush import flush_soon
from exchange.models import ChangeRow
from exchange.models.base import now
from exchange.queries.questions import Card
from exchange.rooms import ScopeKind


@dataclass(frozen=True)
class Arrived:
    """A new question that was just written: who hears of it, and how it looks."""

    audience: Audience
    card: Callable[[], Card]
    status: str
    """What the asker is told, beside key and number."""
    role: str
    pass_id: int | None
    at_desk: int | None
    """The stand at whose desk it was typed in."""


@dataclass
class Arrivals:
    """New questions of one event that are being written in one transaction."""

    connection: RawConnection
    arrived: list[Arrived] = field(default_factory=list)
    series_id: int = 0


@contextmanager
def arrivals(event_id: int) -> Iterator[Arrivals]:
    """A change that is new questions: written, logged, committed and then announced.

    The caller writes them over the raw connection, says whose series it is and adds each to
    `arrived`. There is nothing to undo and nothing on the stage; their keys stand with the
    questions. Each has its own row in the log. Raises DatabaseBusy.
    """
    with writing_raw(event_id) as connection:
        written = Arrivals(connection)
        yield written
        audiences = [arrived.audience for arrived in written.arrived]
        moved_on = revisions.bump(
            connection, broadcasts.scopes(event_id, audiences, [], stage=False)
        )
        revisions.note_pending_news(
            connection,
            moved_on,
            [(audience.question_id, audience.stand_id) for audience in audiences],
        )
        moment = now()
        rows: list[dict[str, Any]] = [
            {
                "series_id": written.series_id,
                "event_id": event_id,
                "at": moment,
                "verb": "ask",
                "subject": "question",
                "subject_id": arrived.audience.question_id,
                "role": arrived.role,
                "pass_id": arrived.pass_id,
                "stand_id": arrived.at_desk,
                "event_before": {},
                "answered": {"status": arrived.status},
            }
            for arrived in written.arrived
        ]
        _LOG.do(connection, *rows)
        cards = [arrived.card for arrived in written.arrived]
        news = News(event_id, moved_on, audiences, new=cards)
    announce(news)


_LOG = compiled_insert(
    ChangeRow,
    "series_id",
    "event_id",
    "at",
    "verb",
    "subject",
    "subject_id",
    "role",
    "pass_id",
    "stand_id",
    "event_before",
    "answered",
)


def announce(news: News) -> None:
    """Tell everybody what was committed: staff at once, phones with the next flush."""
    broadcasts.announce(news)
    for scope in news.revisions:
        # Phones whose page reads itself again have nothing more to hear.
        if scope.kind is ScopeKind.STAND and scope not in news.redrawn:
            flush_soon(scope.owner_id)
