"""The lists of a page. Each has an end: a hundred questions, then more for whoever asks for more.

Which questions a list of staff holds, and in which order, is found out from a few columns of all
of them; only what is shown is then read whole. The lists that everybody may ask for are in the
order of their numbers: the database counts them and reads what is shown, however many there are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, and_, case, func, select

from exchange.database.connections import db
from exchange.models import Event, Origin, Question, Stand, Status
from exchange.queries import placement, questions, search
from exchange.queries.questions import PUBLIC, Card

LENGTH = 100
"""How many questions a list shows, unless more are asked for."""
MOST = 500
"""How many it shows at most: a page is drawn while everybody else waits."""
MOST_FOR_ALL = 200
"""How many at most on a page that needs no pass: anybody may ask for it again and again."""

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
    most: int = MOST
    """How many may be asked for; what is behind them is shown as a further part."""

    @property
    def total(self) -> int:
        """How many stand in the list."""
        return self.before + len(self.shown) + self.rest

    def of(self, whole: Mapping[T, U]) -> "Part[U]":
        """The same with what its ids stand for. What has just gone is left out."""
        shown = [whole[one] for one in self.shown if one in whole]
        return Part(
            name=self.name,
            ascending=self.ascending,
            shown=shown,
            last=self.last,
            before=self.before,
            rest=self.rest,
            length=self.length,
            most=self.most,
        )


def part_of(
    name: str,
    placed: Iterable[tuple[float, T]],
    wanted: Wanted,
    *,
    ascending: bool = False,
    most: int | None = None,
) -> Part[T]:
    """The part of a list that is wanted; `placed`: what stands in it, with its places."""
    every = sorted(placed, key=lambda one: one[0], reverse=not ascending)
    before = 0
    after = _after(name, wanted)
    if after is not None:
        before = sum(place <= after if ascending else place >= after for place, _ in every)
    length = _length(name, wanted, most)
    shown = every[before : before + length]
    return Part(
        name=name,
        ascending=ascending,
        shown=[one for _, one in shown],
        last=shown[-1][0] if shown else 0.0,
        before=before,
        rest=len(every) - before - len(shown),
        length=length,
        most=MOST if most is None else most,
    )


def _after(name: str, wanted: Wanted) -> float | None:
    return wanted.after if wanted.name == name else None


def _length(name: str, wanted: Wanted, most: int | None = None) -> int:
    length = min(max(wanted.lengths.get(name, LENGTH), LENGTH), MOST)
    return length if most is None else min(length, most)


def _latest(
    name: str, condition: ColumnElement[bool], wanted: Wanted, most: int = MOST_FOR_ALL
) -> Part[Card]:
    """The wanted part of a list that begins with the highest number."""
    after = _after(name, wanted)
    total, before = questions.count_from(condition, after)
    length = _length(name, wanted, most)
    further = condition if after is None else and_(condition, Question.number < after)
    shown = questions.latest_cards(further, length)
    return Part(
        name=name,
        ascending=False,
        shown=shown,
        last=float(shown[-1].number) if shown else 0.0,
        before=before,
        rest=total - before - len(shown),
        length=length,
        most=most,
    )


def in_moderation(event_id: int, wanted: Wanted = USUAL) -> dict[str, Part[Card]]:
    """All lists of an event's moderation, by name."""
    condition = and_(Question.event_id == event_id, questions.ASKED)
    return _lists(condition, placement.ASCENDING_IN_MODERATION, wanted)


def at_desk(stand_id: int, wanted: Wanted = USUAL) -> dict[str, Part[Card]]:
    """All lists of a stand's desk, by name."""
    condition = and_(Question.stand_id == stand_id, questions.ASKED)
    return _lists(condition, placement.ASCENDING_AT_DESK, wanted)


_SHOWN_TO_STAFF = [
    *(status.value for status in Status if status is not Status.WITHDRAWN),
    placement.MERGED,
]


def public_at(stand_id: int, wanted: Wanted = USUAL, most: int = MOST_FOR_ALL) -> Part[Card]:
    """What was asked at a stand and everybody may read, the latest first."""
    return _latest("public", questions.public_at(stand_id), wanted, most)


def asked_by(participant_id: int, wanted: Wanted = USUAL) -> Part[Card]:
    """What one participant asked at an event, the latest first."""
    return _latest("mine", Question.participant_id == participant_id, wanted)


NOTHING_ASKED: Part[Card] = part_of("mine", (), USUAL)
"""The same list of somebody who never wrote here."""


def beside(other: Part[Card]) -> int:
    """How many a page for everybody shows at most in a list beside another one."""
    return max(LENGTH, MOST_FOR_ALL - len(other.shown))


def found(event_id: int, words: str, wanted: Wanted = USUAL) -> tuple[Part[Card], bool]:
    """What everybody may read of an event and is found by number or words, by number; and whether
    only the latest questions were looked through.
    """
    result = search.search(event_id, words)
    part = part_of("found", result.places, wanted, ascending=True, most=MOST_FOR_ALL)
    return part.of(_cards(part.shown)), result.only_latest


def answered_about(project_id: int, wanted: Wanted = USUAL) -> Part[tuple[str, Card]]:
    """What was asked and answered about a project, in whichever city: (city, question), newest
    first. What it answered beforehand is the same in all of them (`entries.prepared_answers`).
    """
    after = _after("answered", wanted)
    condition = and_(
        questions.ASKED,
        Stand.project_id == project_id,
        Question.status == Status.ANSWERED,
        Question.head_id.is_(None),
    )
    counted = db.session.execute(
        select(func.count(), func.count(case((Question.id >= (after or 0), 1))))
        .select_from(Question)
        .join(Stand, Question.stand_id == Stand.id)
        .where(condition)
    ).one()
    total, before = counted[0], counted[1] if after is not None else 0
    length = _length("answered", wanted, MOST_FOR_ALL)
    rows = db.session.execute(
        select(Question.id, Event.city)
        .join(Stand, Question.stand_id == Stand.id)
        .join(Event, Question.event_id == Event.id)
        .where(condition if after is None else and_(condition, Question.id < after))
        .order_by(Question.id.desc())
        .limit(length)
    )
    cities = {question_id: city for question_id, city in rows}
    part = Part(
        name="answered",
        ascending=False,
        shown=list(cities),
        last=float(min(cities, default=0)),
        before=before,
        rest=total - before - len(cities),
        length=length,
        most=MOST_FOR_ALL,
    )
    return part.of({id_: (cities[id_], card) for id_, card in _cards(part.shown).items()})


class Minutes:
    """Minutes as they were read at a revision: who asks for them again costs no reading.

    Of one process, which keeps the latest `KEPT` parts; each holds cards, two hundred at most.
    """

    KEPT = 16

    def __init__(self) -> None:
        self._parts: dict[tuple[int, int, int, int], Part[Card]] = {}

    def part(self, event_id: int, revision: int, wanted: Wanted = USUAL) -> Part[Card]:
        """What everybody may read of an event's questions, stand by stand; merged ones with their
        heads. A place there is a rank, from 1. `revision`: that of the event's moderation, which
        every change of a question moves.
        """
        after = _after("minutes", wanted) or 0.0
        before = int(min(max(after, 0.0), _MOST_NUMBERED))
        length = _length("minutes", wanted, MOST_FOR_ALL)
        place = (event_id, revision, before, length)
        found = self._parts.get(place)
        if found is None:
            found = _minutes(event_id, before, length)
            # Threads may do this at once: each works on a copy, and the last one stays.
            latest = list(self._parts.items())[1 - self.KEPT :]
            self._parts = dict([*latest, (place, found)])
        return found


_MOST_NUMBERED = 2**31 - 1


def _minutes(event_id: int, before: int, length: int) -> Part[Card]:
    condition = and_(
        Question.event_id == event_id,
        Question.head_id.is_(None),
        Question.status.in_(PUBLIC),
    )
    total = db.session.scalar(select(func.count()).select_from(Question).where(condition)) or 0
    before = min(before, total)
    rows = db.session.execute(
        select(Question.id)
        .join(Stand, Question.stand_id == Stand.id)
        .where(condition)
        # What was answered before the day stands behind what was asked on it.
        .order_by(Stand.sort_key, Question.origin == Origin.PREPARED, Question.number)
        .offset(before)
        .limit(length)
    )
    ids = [row[0] for row in rows]
    part = Part(
        name="minutes",
        ascending=True,
        shown=ids,
        last=float(before + len(ids)),
        before=before,
        rest=total - before - len(ids),
        length=length,
        most=MOST_FOR_ALL,
    )
    return part.of(_cards(part.shown))


def _lists(
    condition: ColumnElement[bool], ascending: Collection[str], wanted: Wanted
) -> dict[str, Part[Card]]:
    """All lists of staff, by name."""
    every: dict[str, list[tuple[float, int]]] = {name: [] for name in _SHOWN_TO_STAFF}
    for placed in questions.places(condition):
        name, order = placement.for_staff(placed)
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
