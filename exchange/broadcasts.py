"""Which scopes a change touches and what each room hears. The only place that emits.

Nothing here writes: it is told what was committed, reads the database again and renders the same
partials that draw the pages, once a language. A room that cannot be reached never turns a kept
change into an error.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import and_

from exchange import faults, rooms
from exchange.extensions import pause, sio_server, socketio
from exchange.models import Question, Status
from exchange.queries import fair, questions
from exchange.queries.live import Hearer
from exchange.queries.questions import Card
from exchange.rendering import draw, render
from exchange.rooms import Room, Scope, ScopeKind

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class News:
    """What one committed change means to those who watch."""

    event_id: int
    revisions: dict[Scope, int]
    """The new revision of each scope that the change touched; the one before is one less."""
    hearers: list[Hearer] = field(default_factory=list)
    departed: list[tuple[int, int]] = field(default_factory=list)
    """(question id, id of the stand that it left)."""
    stage: bool = False
    """Whether the hall sees another picture."""
    new: list[Callable[[], Card]] | None = None
    """New questions, by whoever wrote them; everything else is read again."""


@dataclass(frozen=True)
class Gathered:
    """What a stand's phones hear at once instead of one by one."""

    event_id: int
    stand_id: int
    revision: int
    previous: int
    touched: list[int]
    voted: bool
    revisions: dict[Scope, int]
    """The scopes that moved on because of votes."""


def scopes(
    event_id: int, hearers: Iterable[Hearer], departed: Iterable[tuple[int, int]], *, stage: bool
) -> set[Scope]:
    """The scopes that a change touches: exactly these counters move."""
    found = {rooms.moderate(event_id)}
    if stage:
        found.add(rooms.public(event_id))
    for hearer in hearers:
        found.add(rooms.stand(hearer.stand_id))
        if hearer.participant_id is not None:
            found.add(rooms.mine(hearer.participant_id))
    return found | {rooms.stand(stand_id) for _, stand_id in departed}


def announce(news: News) -> None:
    """Tell desks, moderation, screen, event page and askers what was committed."""
    # Read once, and only if somebody is listening.
    cards = cache(partial(_cards, news))
    # Desks first: there somebody stands and waits. News of one question leaves before more is
    # drawn; in a crowd that would only make the groups smaller that are written together.
    desks = {scope for scope in news.revisions if scope.kind is ScopeKind.STAND}
    for scope in desks:
        desk = partial(_for_desk, news, cards, scope.owner_id)
        _tell(Room.DESK, scope, news.revisions[scope], desk)
    if desks and len(news.hearers) == 1:
        pause(0)
    for scope in news.revisions.keys() - desks:
        revision = news.revisions[scope]
        if scope.kind is ScopeKind.MODERATE:
            _tell(Room.MODERATE, scope, revision, partial(_for_moderation, news, cards))
        elif scope.kind is ScopeKind.PUBLIC:
            _tell(Room.EVENT, scope, revision, partial(_for_event_page, scope.owner_id))
            _tell(Room.SCREEN, scope, revision, partial(_for_screen, scope.owner_id))
        else:
            _tell(Room.MINE, scope, revision, partial(_for_asker, news, cards, scope.owner_id))


def _cards(news: News) -> list[Card]:
    if news.new is not None:
        return [card() for card in news.new]
    ids = [hearer.question_id for hearer in news.hearers]
    return questions.cards(Question.id.in_(ids)) if ids else []


def announce_gathered(gathered: Gathered) -> None:
    """Tell a stand's phones what came since they last heard; and votes to all who show them."""
    scope = rooms.stand(gathered.stand_id)
    at_stand = Question.stand_id == gathered.stand_id
    _tell(
        Room.STAND,
        scope,
        gathered.revision,
        partial(_for_phones, gathered),
        previous=gathered.previous,
        counts=partial(_public_counts, gathered.stand_id) if gathered.voted else None,
    )
    if not gathered.voted:
        return
    counts = cache(lambda: questions.counts(at_stand))
    _tell(Room.DESK, scope, gathered.revision, str, counts=counts)
    for voted, revision in gathered.revisions.items():
        if voted.kind is ScopeKind.MODERATE:
            _tell(Room.MODERATE, voted, revision, str, counts=counts)
        else:
            for room in (Room.EVENT, Room.SCREEN):
                _tell(room, voted, revision, str, counts=partial(_live_counts, gathered.event_id))


def dismiss(pass_id: int) -> None:
    """Close every socket that was let in by a pass."""
    with _kept():
        room = rooms.pass_room(pass_id)
        for sid, _ in list(sio_server().manager.get_participants("/", room)):
            sio_server().disconnect(sid)


def _for_event_page(event_id: int) -> str:
    event, stage = fair.event_line(event_id), questions.stage(event_id)
    return render("attendee/_phase.html", event=event) + render(
        "attendee/_live.html", stage=stage, event=event
    )


def _for_screen(event_id: int) -> str:
    return render(
        "screen/_stage.html", stage=questions.stage(event_id), event=fair.event_line(event_id)
    )


def _for_moderation(news: News, cards: Callable[[], list[Card]]) -> str:
    html = _draw_all(cards(), "_row.html") + render(
        "moderator/_summary.html", summary=questions.summary(news.event_id)
    )
    if news.stage:
        stage, event = questions.stage(news.event_id), fair.event_line(news.event_id)
        html += render("moderator/_conduct.html", stage=stage, event=event)
    return html


def _for_desk(news: News, cards: Callable[[], list[Card]], stand_id: int) -> str:
    here = [card for card in cards() if card.stand.id == stand_id]
    gone = [question_id for question_id, left in news.departed if left == stand_id]
    return _draw_all(here, "_card.html") + "".join(map(_gone, gone))


def _for_asker(news: News, cards: Callable[[], list[Card]], participant_id: int) -> str:
    asked = {one.question_id for one in news.hearers if one.participant_id == participant_id}
    return _draw_all([card for card in cards() if card.id in asked], "_mine.html")


def _for_phones(gathered: Gathered) -> str:
    if not gathered.touched:
        return ""
    found = questions.cards(
        and_(Question.id.in_(gathered.touched), Question.stand_id == gathered.stand_id)
    )
    shown = [card for card in found if card.public]
    gone = set(gathered.touched) - {card.id for card in shown}
    return _draw_all(shown, "_public.html") + "".join(map(_gone, sorted(gone)))


def _public_counts(stand_id: int) -> dict[str, int]:
    return questions.counts(questions.public_at(stand_id))


def _live_counts(event_id: int) -> dict[str, int]:
    return questions.counts(and_(Question.event_id == event_id, Question.status == Status.LIVE))


def _tell(
    room: Room,
    scope: Scope,
    revision: int,
    render: Callable[[], str],
    *,
    previous: int | None = None,
    counts: Callable[[], dict[str, int]] | None = None,
) -> None:
    """One push to a room, rendered once for each language that somebody listens in."""
    with _kept():
        for locale in rooms.LOCALES:
            name = rooms.name(room, scope.owner_id, locale)
            if not _somebody_in(name):
                continue
            with force_locale(locale):
                payload: dict[str, Any] = {
                    "room": room.value,
                    "html": render(),
                    "revision": revision,
                    "previous": revision - 1 if previous is None else previous,
                }
            if counts is not None:
                payload["counts"] = counts()
            socketio.emit("fragment", payload, to=name)


def _somebody_in(name: str) -> bool:
    """Whether anybody may be listening. Only a lone process can know that nobody is."""
    if current_app.extensions["settings"].redis_url:
        return True
    return any(True for _ in sio_server().manager.get_participants("/", name))


def _draw_all(cards: list[Card], template: str) -> str:
    return "".join(draw(f"questions/{template}", card) for card in cards)


def _gone(question_id: int) -> str:
    return render("questions/_gone.html", id=question_id)


@contextlib.contextmanager
def _kept() -> Iterator[None]:
    """What goes wrong in here is logged; the change that it tells of is kept."""
    try:
        yield
    except Exception as error:
        if faults.reason(error):
            # Nothing to be mended here: the database is away, and the log hears it from
            # whoever is refused for it.
            return
        log.exception("A room could not be told; its pages learn by the slow check.")
