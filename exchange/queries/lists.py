"""The lists of a page. Each has an end: a hundred questions, then more for whoever asks for more.

Which questions a list holds, and in which order, is found out from a few columns of all of them;
only what is shown is then read whole.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, select

from exchange.database.connections import db
from exchange.models import Event, Question, Stand, Status
from exchange.queries import placement, questions
from exchange.queries.placement import Placed, Placement
from exchange.queries.questions import PUBLIC, Card

LENGTH = 100
"""How many questions a list shows, unless more are asked for."""
MOST = 500
"""How many it shows at most: a page is drawn while everybody else waits."""

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Wanted:
    """Which part of its lists a page was asked for."""

    name: str = ""
    """The list that begins behind `after`, a place in it."""
    after: float | None = None
    lengths: Mapping[str, int] = field(default_factory=dict)
    """How many questions of a list are to be shown, by its name."""


USUAL = Wanted()


@dataclass(frozen=True)
class Part(Generic[T]):
    """A list as far as it is shown."""

    name: str
    ascending: bool
    """Whether the places of its questions rise from one to the next."""
    shown: Sequence[T]
    last: float
    """The place of the last one shown."""
    before: int
    """How many stand before the first one shown."""
    rest: int
    """How many stand behind the last one shown."""
    length: int
    """How many are shown at most."""

    @property
    def total(self) -> int:
        """How many stand in the list."""
        return self.before + len(self.shown) + self.rest

    def of(self, whole: Mapping[T, U]) -> "Part[U]":
        """The same with what its ids stand for. What has just gone is left out."""
        shown = [whole[one] for one in self.shown if one in whole]
        return Part(
            self.name, self.ascending, shown, self.last, self.before, self.rest, self.length
        )


def part_of(
    name: str, placed: Iterable[tuple[float, T]], wanted: Wanted, *, ascending: bool = False
) -> Part[T]:
    """The part of a list that is wanted; `placed`: what stands in it, with its places."""
    every = sorted(placed, key=lambda one: one[0], reverse=not ascending)
    before = 0
    if wanted.name == name and wanted.after is not None:
        after = wanted.after
        before = sum(place <= after if ascending else place >= after for place, _ in every)
    length = min(max(wanted.lengths.get(name, LENGTH), LENGTH), MOST)
    shown = every[before : before + length]
    return Part(
        name=name,
        ascending=ascending,
        shown=[one for _, one in shown],
        last=shown[-1][0] if shown else 0.0,
        before=before,
        rest=len(every) - before - len(shown),
        length=length,
    )


def in_moderation(event_id: int, wanted: Wanted = USUAL) -> dict[str, Part[Card]]:
    """All lists of an event's moderation, by name."""
    condition = Question.event_id == event_id
    names = [*_SHOWN_TO_STAFF, "merged"]
    return _lists(
        condition, placement.in_moderation, names, placement.ASCENDING_IN_MODERATION, wanted
    )


def at_desk(stand_id: int, wanted: Wanted = USUAL) -> dict[str, Part[Card]]:
    """All lists of a stand's desk, by name."""
    condition = Question.stand_id == stand_id
    return _lists(
        condition, placement.at_desk, _SHOWN_TO_STAFF, placement.ASCENDING_AT_DESK, wanted
    )


_SHOWN_TO_STAFF = [status.value for status in Status if status is not Status.WITHDRAWN]


def public_at(stand_id: int, wanted: Wanted = USUAL) -> Part[Card]:
    """What everybody may read at a stand, the latest first."""
    condition = questions.public_at(stand_id)
    return _lists(condition, placement.in_public, ["public"], frozenset(), wanted)["public"]


def asked_by(participant_id: int, wanted: Wanted = USUAL) -> Part[Card]:
    """What one participant asked at an event, the latest first."""
    condition = Question.participant_id == participant_id
    return _lists(condition, placement.at_asker, ["mine"], frozenset(), wanted)["mine"]


NOTHING_ASKED: Part[Card] = part_of("mine", (), USUAL)
"""The same list of somebody who never wrote here."""


def found(event_id: int, words: str, wanted: Wanted = USUAL) -> Part[Card]:
    """What everybody may read of an event and is found by number or words, by number."""
    every = questions.search(event_id, words)
    return part_of("found", ((one.number, one) for one in every), wanted, ascending=True)


def answered_about(project_id: int, wanted: Wanted = USUAL) -> Part[tuple[str, Card]]:
    """What was answered about a project, in whichever city: (city, question), newest first."""
    rows = db.session.execute(
        select(Question.id, Event.city)
        .join(Stand, Question.stand_id == Stand.id)
        .join(Event, Question.event_id == Event.id)
        .where(
            Stand.project_id == project_id,
            Question.status == Status.ANSWERED,
            Question.head_id.is_(None),
        )
    )
    cities = {question_id: city for question_id, city in rows}
    part = part_of("answered", ((float(one), one) for one in cities), wanted)
    return part.of({id_: (cities[id_], card) for id_, card in _cards(part.shown).items()})


def minutes(event_id: int, wanted: Wanted = USUAL) -> Part[Card]:
    """What everybody may read of an event's questions, stand by stand; merged ones with their
    heads.
    """
    rows = db.session.execute(
        select(Question.id)
        .join(Stand, Question.stand_id == Stand.id)
        .where(
            Question.event_id == event_id,
            Question.head_id.is_(None),
            Question.status.in_(PUBLIC),
        )
        .order_by(Stand.number, Question.number)
    )
    placed = ((float(place), row[0]) for place, row in enumerate(rows, start=1))
    part = part_of("minutes", placed, wanted, ascending=True)
    return part.of(_cards(part.shown))


def _lists(
    condition: ColumnElement[bool],
    place: Callable[[Placed], Placement],
    names: Iterable[str],
    ascending: Collection[str],
    wanted: Wanted,
) -> dict[str, Part[Card]]:
    every: dict[str, list[tuple[float, int]]] = {name: [] for name in names}
    for placed in questions.places(condition):
        name, order = place(placed)
        if name in every:
            every[name].append((order, placed.id))
    parts = [
        part_of(name, placed_there, wanted, ascending=name in ascending)
        for name, placed_there in every.items()
    ]
    cards = _cards([id_ for part in parts for id_ in part.shown])
    return {part.name: part.of(cards) for part in parts}


def _cards(ids: Collection[int]) -> dict[int, Card]:
    return {card.id: card for card in questions.cards(Question.id.in_(ids))}
