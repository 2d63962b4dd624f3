"""Which scopes a change touches and what each room hears. The only place that emits.

Nothing here writes: it is told what was committed, reads the database again and renders the same
partials that draw the pages, once a language. A room that cannot be reached never turns a kept
change into an error.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import current_app
from flask_babel import force_locale
from markupsafe import Markup
from sqlalchemy import and_

from exchange import rooms
from exchange.extensions import sio_server, socketio
from exchange.models import Question, Status
from exchange.queries import fair, questions
from exchange.queries.live import Hearer
from exchange.queries.questions import Card
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
    ids = [hearer.question_id for hearer in news.hearers]
    with _kept():
        cards = questions.cards(Question.id.in_(ids)) if ids else []
        for scope, revision in news.revisions.items():
            if scope.kind is ScopeKind.MODERATE:
                _tell(Room.MODERATE, scope, revision, partial(_for_moderation, news, cards))
            elif scope.kind is ScopeKind.PUBLIC:
                _tell_hall(scope, revision)
            elif scope.kind is ScopeKind.STAND:
                at_stand = [card for card in cards if card.stand.id == scope.owner_id]
                gone = [id_ for id_, stand_id in news.departed if stand_id == scope.owner_id]
                _tell(Room.DESK, scope, revision, _for_desk(at_stand, gone))
            else:
                asked = {h.question_id for h in news.hearers if h.participant_id == scope.owner_id}
                own = [card for card in cards if card.id in asked]
                _tell(Room.MINE, scope, revision, partial(_render_all, own, "_mine.html"))


def announce_gathered(gathered: Gathered) -> None:
    """Tell a stand's phones what came since they last heard; and votes to all who show them."""
    scope = rooms.stand(gathered.stand_id)
    with _kept():
        counts = (
            questions.counts(questions.public_at(gathered.stand_id)) if gathered.voted else None
        )
        _tell(
            Room.STAND,
            scope,
            gathered.revision,
            _for_phones(gathered),
            previous=gathered.previous,
            counts=counts,
        )
        if not gathered.voted:
            return
        everything = questions.counts(Question.stand_id == gathered.stand_id)
        _tell(Room.DESK, scope, gathered.revision, str, counts=everything)
        for voted, revision in gathered.revisions.items():
            if voted.kind is ScopeKind.MODERATE:
                _tell(Room.MODERATE, voted, revision, str, counts=everything)
            elif voted.kind is ScopeKind.PUBLIC:
                shown = questions.counts(
                    and_(
                        Question.event_id == gathered.event_id,
                        Question.status == Status.LIVE,
                    )
                )
                for room in (Room.EVENT, Room.SCREEN):
                    _tell(room, voted, revision, str, counts=shown)


def dismiss(pass_id: int) -> None:
    """Close every socket that was let in by a pass."""
    with _kept():
        room = rooms.pass_room(pass_id)
        for sid, _ in list(sio_server().manager.get_participants("/", room)):
            sio_server().disconnect(sid)


def _tell_hall(scope: Scope, revision: int) -> None:
    event = fair.event_line(scope.owner_id)
    stage = questions.stage(scope.owner_id)
    _tell(
        Room.EVENT,
        scope,
        revision,
        lambda: (
            _render("attendee/_phase.html", event=event)
            + _render("attendee/_live.html", stage=stage, event=event)
        ),
    )
    _tell(
        Room.SCREEN,
        scope,
        revision,
        lambda: _render("screen/_stage.html", stage=stage, event=event),
    )


def _for_moderation(news: News, cards: list[Card]) -> str:
    event = fair.event_line(news.event_id)
    html = _render_all(cards, "_row.html") + _render(
        "moderator/_summary.html", summary=questions.summary(news.event_id), event=event
    )
    if news.stage:
        html += _render(
            "moderator/_conduct.html", stage=questions.stage(news.event_id), event=event
        )
    return html


def _for_desk(cards: list[Card], gone: list[int]) -> Callable[[], str]:
    return lambda: _render_all(cards, "_card.html") + "".join(map(_gone, gone))


def _for_phones(gathered: Gathered) -> Callable[[], str]:
    def render() -> str:
        if not gathered.touched:
            return ""
        found = questions.cards(
            and_(Question.id.in_(gathered.touched), Question.stand_id == gathered.stand_id)
        )
        shown = [card for card in found if card.public]
        gone = set(gathered.touched) - {card.id for card in shown}
        return _render_all(shown, "_public.html") + "".join(map(_gone, sorted(gone)))

    return render


def _tell(
    room: Room,
    scope: Scope,
    revision: int,
    render: Callable[[], str],
    *,
    previous: int | None = None,
    counts: dict[str, int] | None = None,
) -> None:
    """One push to a room, rendered once for each language that somebody listens in."""
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
            payload["counts"] = counts
        socketio.emit("fragment", payload, to=name)


def _somebody_in(name: str) -> bool:
    """Whether anybody may be listening. Only a lone process can know that nobody is."""
    if current_app.extensions["settings"].redis_url:
        return True
    return any(True for _ in sio_server().manager.get_participants("/", name))


def _render_all(cards: list[Card], template: str) -> str:
    return "".join(_render(f"questions/{template}", card=card) for card in cards)


def _gone(question_id: int) -> str:
    return _render("questions/_gone.html", id=question_id)


def _render(template: str, **context: object) -> str:
    """A partial without request, session or viewer: it must read the same to everybody."""
    return Markup(current_app.jinja_env.get_template(template).render(**context))


@contextlib.contextmanager
def _kept() -> Iterator[None]:
    """What goes wrong in here is logged; the change that it tells of is kept."""
    try:
        yield
    except Exception:
        log.exception("A room could not be told; its pages learn by the slow check.")
