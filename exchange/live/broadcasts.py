"""Which scopes a change touches and what each room hears. The only place that emits.

Nothing here writes: it is told what was committed, reads the database again and renders the same
partials that draw the pages, once a language. A room that cannot be reached never turns a kept
change into an error.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import Any

from babel import Locale
from flask import current_app
from flask_babel import force_locale
from sqlalchemy import and_

from exchange import rooms
from exchange.database import errors
from exchange.database.connections import db
from exchange.extensions import pause, sio_server, socketio
from exchange.live import revisions
from exchange.live.revisions import Announced
from exchange.models import Question, Status
from exchange.paper import qr
from exchange.queries import fair, lists, pitches, questions
from exchange.queries.fair import EventLine
from exchange.queries.own import own_cards
from exchange.queries.pitches import PitchState
from exchange.queries.questions import Card, Stage, Summary
from exchange.rendering import render, render_each
from exchange.rooms import Room, Scope, ScopeKind

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Audience:
    """Whose pages show a question: its stand's, and its asker's."""

    question_id: int
    stand_id: int
    participant_id: int | None


@dataclass(frozen=True)
class News:
    """What one committed change means to those who watch."""

    event_id: int | None
    """None: the change belongs to a series."""
    revisions: dict[Scope, int]
    """The new revision of each scope that the change touched; the one before is one less."""
    audiences: list[Audience] = field(default_factory=list)
    moved: list[tuple[int, int]] = field(default_factory=list)
    """(question id, id of the stand that it left)."""
    stage: bool = False
    """Whether the hall sees another picture."""
    moderation_first: bool = False
    """Whether new questions are checked first, or no longer."""
    new: list[Callable[[], Card]] | None = None
    """New questions, by whoever wrote them; everything else is read again."""
    for_askers: list[Audience] = field(default_factory=list)
    """What only the askers' own pages show differently."""
    redrawn: frozenset[Scope] = frozenset()
    """What changed as a whole: its pages read themselves again."""


@dataclass(frozen=True)
class CoalescedNews:
    """What a stand's phones hear at once instead of one by one."""

    event_id: int
    stand_id: int
    revision: int
    previous: int
    question_ids: list[int]
    voted: bool
    revisions: dict[Scope, int]
    """The scopes that moved on because of votes."""


def scopes(
    event_id: int, audiences: Iterable[Audience], moved: Iterable[tuple[int, int]], *, stage: bool
) -> set[Scope]:
    """The scopes that a change touches: exactly these counters move."""
    found = {rooms.moderate(event_id)}
    if stage:
        found.add(rooms.public(event_id))
    for audience in audiences:
        found.add(rooms.stand(audience.stand_id))
        if audience.participant_id is not None:
            found.add(rooms.mine(audience.participant_id))
    return found | {rooms.stand(stand_id) for _, stand_id in moved}


def announce(news: News) -> None:
    """Tell desks, moderation, screen, event page and askers what was committed."""
    # Before anybody else has a turn: elsewhere.py tells what has not been noted here.
    _announced().note(news.revisions)
    for number, scope in enumerate(news.redrawn, 1):
        _redraw(scope, news.revisions[scope])
        if number % _BEFORE_A_TURN == 0:
            pause(0)
    if news.event_id is None:
        return
    read = _Reader(news, news.event_id)
    # Desks first: there somebody stands and waits. With one question its news leaves before more
    # is rendered; with several we do not yield: it would split the next batch.
    told = news.revisions.keys() - news.redrawn
    desks = {scope for scope in told if scope.kind is ScopeKind.STAND}
    for scope in desks:
        _tell(Room.DESK, scope, news.revisions[scope], partial(_for_desk, read, scope.owner_id))
    if desks and len(news.audiences) == 1:
        _release()
        pause(0)
    for scope in told - desks:
        revision = news.revisions[scope]
        if scope.kind is ScopeKind.MODERATE:
            _tell(Room.MODERATE, scope, revision, partial(_for_moderation, read))
        elif scope.kind is ScopeKind.PUBLIC:
            _tell(Room.EVENT, scope, revision, partial(_for_event_page, read))
            _tell(Room.SCREEN, scope, revision, partial(_for_screen, read))
            _tell(Room.SEARCH, scope, revision, str)
        else:
            _tell(Room.MINE, scope, revision, partial(_for_asker, read, scope.owner_id))
    _release()


_BEFORE_A_TURN = 100
"""So many scopes are looked through before others have a turn."""


def _redraw(scope: Scope, revision: int, *, here: bool = False) -> None:
    """Let the pages of a scope read themselves again: they miss what led to this revision."""
    for room in Room:
        if room.scope_kind is scope.kind:
            _tell(room, scope, revision, str, previous=revision, here=here)


def redraw_here(scope: Scope, revision: int) -> None:
    """The same for those at this process: each process looks for its own."""
    _redraw(scope, revision, here=True)


class _Reader:
    """What one announcement reads: each thing once, and only if somebody listens."""

    def __init__(self, news: News, event_id: int) -> None:
        self.news = news
        self.event_id = event_id

    @cached_property
    def cards(self) -> list[Card]:
        if self.news.new is not None:
            return [card() for card in self.news.new]
        return questions.cards_of({audience.question_id for audience in self.news.audiences})

    @property
    def asked(self) -> list[Card]:
        """Those that staff's lists hold: not what was answered before the day."""
        return [card for card in self.cards if not card.prepared]

    @cached_property
    def for_askers(self) -> list[Card]:
        return questions.cards_of({audience.question_id for audience in self.news.for_askers})

    @cached_property
    def event(self) -> EventLine:
        return fair.event_line(self.event_id)

    @cached_property
    def stage(self) -> Stage:
        return questions.stage(self.event)

    @cached_property
    def pitch(self) -> PitchState | None:
        return pitches.state(self.event)

    @cached_property
    def summary(self) -> Summary:
        return questions.summary(self.event_id)


def announce_coalesced(news: CoalescedNews) -> None:
    """Tell a stand's phones what came since they last heard; and votes to all who show them."""
    scope = rooms.stand(news.stand_id)
    if news.voted:
        # Without votes phones hear what desks have heard, and no counter moves.
        _announced().note({**news.revisions, scope: news.revision})
    at_stand = Question.stand_id == news.stand_id
    public = cache(partial(_public_counts, news.stand_id))
    _tell(
        Room.STAND,
        scope,
        news.revision,
        partial(_for_phones, news),
        previous=news.previous,
        counts=public if news.voted else None,
        # A phone shows ten of them: how many there are beyond it must be told.
        total=partial(questions.public_total, news.stand_id) if news.question_ids else None,
    )
    if news.voted:
        _tell_searching(news.event_id, public)
        counts = cache(lambda: questions.counts(at_stand))
        _tell(Room.DESK, scope, news.revision, str, counts=counts)
        live = partial(_live_counts, news.event_id)
        for voted, revision in news.revisions.items():
            if voted.kind is ScopeKind.MODERATE:
                _tell(Room.MODERATE, voted, revision, str, counts=counts)
            else:
                for room in (Room.EVENT, Room.SCREEN):
                    _tell(room, voted, revision, str, counts=live)
    _release()


def _tell_searching(event_id: int, counts: Callable[[], dict[str, int]]) -> None:
    """Tell votes to those who search an event: what they found may stand anywhere in it.

    Whole, for no counter moves: that of the event would have all of its phones told.
    """
    if any(_somebody_in(rooms.name(Room.SEARCH, event_id, locale)) for locale in rooms.LOCALES):
        scope = rooms.public(event_id)
        with _kept():
            revision = revisions.read(scope)
            _tell(Room.SEARCH, scope, revision, str, previous=0, counts=counts, whole=True)


def announce_dashboard(event_id: int, revision: int, draw: Callable[[], str]) -> None:
    """Tell a whole picture to those who watch an event's dashboard at this process: each process
    draws for its own.
    """
    manager = sio_server().manager
    with _kept():
        for locale in rooms.LOCALES:
            name = rooms.name(Room.DASHBOARD, event_id, locale)
            if not any(True for _ in manager.get_participants("/", name)):
                continue
            with force_locale(locale):
                html = draw()
            # As new as what the page has is new enough: sockets and minutes move no counter.
            payload = {"room": Room.DASHBOARD.value, "html": html, "whole": True}
            payload |= {"revision": revision, "previous": 0}
            socketio.emit("fragment", payload, to=name, ignore_queue=True)  # type: ignore[call-arg]


def _for_event_page(read: _Reader) -> str:
    return render("attendee/_phase.html", event=read.event, pitch=read.pitch) + render(
        "attendee/_live.html", stage=read.stage, event=read.event
    )


def _for_screen(read: _Reader) -> str:
    return render("screen/_stage.html", **screen_context(read.event, read.stage, read.pitch))


def screen_context(event: EventLine, stage: Stage, pitch: PitchState | None) -> dict[str, Any]:
    """What the hall's picture is drawn from, for the page and for a push."""
    public_url: str = current_app.extensions["process"].settings.public_url
    shown = pitch.current if pitch else None
    return {
        "event": event,
        "stage": stage,
        "pitch": pitch,
        "pitch_address": qr.short_address(f"{public_url}/s/{shown.stand.code}") if shown else None,
    }


def _for_moderation(read: _Reader) -> str:
    html = render_each("questions/_row.html", read.asked) + render(
        "moderator/_summary.html", summary=read.summary
    )
    if read.news.stage:
        html += render(
            "moderator/_conduct.html", stage=read.stage, event=read.event, pitch=read.pitch
        ) + render("moderator/_clock.html", stage=read.stage)
    return html


def _for_desk(read: _Reader, stand_id: int) -> str:
    here = [card for card in read.asked if card.stand.id == stand_id]
    gone = [question_id for question_id, left in read.news.moved if left == stand_id]
    html = render_each("questions/_card.html", here) + "".join(map(_gone, gone))
    if read.news.moderation_first:
        html += render("presenter/_moderation_first.html", event=read.event)
    return html


def _for_asker(read: _Reader, participant_id: int) -> str:
    news = read.news
    asked = {
        audience.question_id
        for audience in news.audiences
        if audience.participant_id == participant_id
    }
    own = [card for card in read.cards if card.id in asked]
    others = {
        audience.question_id
        for audience in news.for_askers
        if audience.participant_id == participant_id
    }
    if others:
        own += [card for card in read.for_askers if card.id in others]
    if not own:
        return ""
    # The notice beside the field is about the question that was asked last: a page that shows the
    # state of a later one ignores this.
    latest = max(own, key=lambda card: card.number)
    return render_each("questions/_mine.html", own_cards(own)) + render_each(
        "attendee/_told.html", [latest]
    )


def _for_phones(news: CoalescedNews) -> str:
    if not news.question_ids:
        return ""
    found = questions.cards_of(set(news.question_ids))
    shown = [card for card in found if card.stand.id == news.stand_id and card.public]
    gone = set(news.question_ids) - {card.id for card in shown}
    return render_each("questions/_public.html", shown) + "".join(map(_gone, sorted(gone)))


def _public_counts(stand_id: int) -> dict[str, int]:
    return questions.counts(questions.shown_at(stand_id))


def _live_counts(event_id: int) -> dict[str, int]:
    return questions.counts(and_(Question.event_id == event_id, Question.status == Status.LIVE))


_PARSED = {word: Locale.parse(word) for word in rooms.LOCALES}
"""To parse one, Babel looks whether its file is there."""


def _tell(
    room: Room,
    scope: Scope,
    revision: int,
    render: Callable[[], str],
    *,
    previous: int | None = None,
    counts: Callable[[], dict[str, int]] | None = None,
    total: Callable[[], int] | None = None,
    here: bool = False,
    whole: bool = False,
) -> None:
    """One push to a room, rendered once for each language that somebody listens in.

    `here`: to nobody at another process. `whole`: it is applied by whoever is as new already.
    """
    with _kept():
        for locale in rooms.LOCALES:
            name = rooms.name(room, scope.owner_id, locale)
            if not _somebody_in(name):
                continue
            with force_locale(_PARSED[locale]):
                payload: dict[str, Any] = {
                    "room": room.value,
                    "html": render(),
                    "revision": revision,
                    "previous": revision - 1 if previous is None else previous,
                }
            if counts is not None:
                payload["counts"] = counts()
            if total is not None and (count := total()) > lists.FIRST:
                payload["total"] = count
            if whole:
                payload["whole"] = True
            socketio.emit("fragment", payload, to=name, ignore_queue=here)  # type: ignore[call-arg]


def _announced() -> Announced:
    found: Announced = current_app.extensions["process"].announced
    return found


def _release() -> None:
    """Give back the connection on which news was read: nobody yields or ends with one."""
    with _kept():
        db.release()


def _somebody_in(name: str) -> bool:
    """Whether anybody may be listening. Only a lone process can know that nobody is."""
    if current_app.extensions["process"].redis:
        return True
    return any(True for _ in sio_server().manager.get_participants("/", name))


def _gone(question_id: int) -> str:
    return render("questions/_gone.html", id=question_id)


@contextlib.contextmanager
def _kept() -> Iterator[None]:
    """What goes wrong in here is logged; the change that it tells of is kept."""
    try:
        yield
    except Exception as error:
        if errors.classify(error):
            # Nothing to be mended here: the database is away, and the log hears it from
            # whoever is refused for it.
            return
        log.exception("A room could not be told; its pages learn by the slow check.")
