"""The lists of a page. Each has an end: a hundred questions for staff, ten for attendees, then more
for whoever asks for more.

Which questions a list of staff holds, and in which order, is found out from a few columns of all
of them; only what is shown is then read whole. The lists that everybody may ask for are put in
order by the database, which counts them and reads what is shown, however many there are.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, and_, case, func, literal, select

from exchange.database.connections import db
from exchange.models import Event, Origin, Question, Stand, Status
from exchange.queries import placement, questions, search
from exchange.queries.own import OwnCard, own_cards
from exchange.queries.placement import Order
from exchange.queries.questions import PUBLIC, Card, place_in

LENGTH = 100
"""How many questions a list shows, unless more are asked for; and how many more that are."""
FIRST = 10
"""How many it shows at first where attendees read it: a phone's screen holds two of them."""
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
    order: Order = Order.VOTES
    """In which order attendees want to read."""


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
    first: int = LENGTH
    """How many are shown unless more are asked for."""
    order: Order | None = None
    """The order that was wanted, where the reader has the choice."""

    @property
    def ordered(self) -> str:
        """What a page is asked for its order, as the beginning of a query: "" for the usual one."""
        return f"sort={self.order}&" if self.order not in (None, Wanted.order) else ""

    @property
    def further(self) -> str:
        """What it is asked for to show what stands behind the end, as the rest of a query: for a
        longer list, or for a part behind this one.
        """
        if self.first == LENGTH:
            return f"list={self.name}&after={self.last}"
        if not self.before and self.length < self.most:
            return f"{self.name}={min(self.length + LENGTH, self.most)}"
        return f"list={self.name}&after={self.last}&{self.name}={self.length}"

    @property
    def total(self) -> int:
        """How many stand in the list."""
        return self.before + len(self.shown) + self.rest

    def of(self, whole: Mapping[T, U]) -> "Part[U]":
        """The same with what its ids stand for. What has just gone is left out."""
        return self.showing([whole[one] for one in self.shown if one in whole])

    def showing(self, shown: Sequence[U]) -> "Part[U]":
        """The same with other things in the place of its own."""
        return Part(
            name=self.name,
            ascending=self.ascending,
            shown=shown,
            last=self.last,
            before=self.before,
            rest=self.rest,
            length=self.length,
            most=self.most,
            first=self.first,
            order=self.order,
        )


def part_of(
    name: str,
    placed: Iterable[tuple[float, T]],
    wanted: Wanted,
    *,
    ascending: bool = False,
    most: int | None = None,
    first: int = LENGTH,
    order: Order | None = None,
) -> Part[T]:
    """The part of a list that is wanted; `placed`: what stands in it, with its places."""
    every = sorted(placed, key=lambda one: one[0], reverse=not ascending)
    before = 0
    after = _after(name, wanted)
    if after is not None:
        before = sum(place <= after if ascending else place >= after for place, _ in every)
    length = _length(name, wanted, most, first)
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
        first=first,
        order=order,
    )


def _after(name: str, wanted: Wanted) -> float | None:
    return wanted.after if wanted.name == name else None


def _length(name: str, wanted: Wanted, most: int | None = None, first: int = LENGTH) -> int:
    length = min(max(wanted.lengths.get(name, first), first), MOST)
    return length if most is None else min(length, most)


def _for_all(
    name: str,
    condition: ColumnElement[bool],
    wanted: Wanted,
    *,
    order: Order | None = None,
    most: int = MOST_FOR_ALL,
) -> Part[Card]:
    """The wanted part of a list that attendees read: in `order`, None for the latest first."""
    after = _after(name, wanted)
    sorted_by = order or Order.NEW
    total, before = questions.count_from(condition, sorted_by, after)
    length = _length(name, wanted, most, FIRST)
    shown = questions.cards_in_order(condition, sorted_by, after=after, many=length)
    last = shown[-1] if shown else None
    return Part(
        name=name,
        ascending=False,
        shown=shown,
        last=float(placement.in_order(sorted_by, last.votes, last.number)) if last else 0.0,
        before=before,
        rest=total - before - len(shown),
        length=length,
        most=most,
        first=FIRST,
        order=order,
    )


def in_moderation(event_id: int, wanted: Wanted = USUAL) -> dict[str, Part[Card]]:
    """All lists of an event's moderation, by name."""
    condition = and_(Question.event_id == event_id, questions.ASKED)
    return _lists(condition, placement.ASCENDING_IN_MODERATION, wanted)


SORTS = ("oldest", "votes")
"""How a desk may want what waits, instead of with the newest first."""
_SORTED = frozenset({Status.PENDING.value, Status.OPEN.value})


def at_desk(stand_id: int, wanted: Wanted = USUAL, sort: str = "") -> dict[str, Part[Card]]:
    """All lists of a stand's desk, by name; what waits in the order `sort` (one of `SORTS`)."""
    condition = and_(Question.stand_id == stand_id, questions.ASKED)
    return _lists(condition, placement.ASCENDING_AT_DESK, wanted, sort)


_SHOWN_TO_STAFF = [
    *(status.value for status in Status if status is not Status.WITHDRAWN),
    placement.MERGED,
]


def public_at(stand_id: int, wanted: Wanted = USUAL, most: int = MOST_FOR_ALL) -> Part[Card]:
    """What was asked at a stand and everybody may read, in the order that is wanted."""
    condition = questions.public_at(stand_id)
    return _for_all("public", condition, wanted, order=wanted.order, most=most)


def asked_by(participant_id: int, wanted: Wanted = USUAL) -> Part[OwnCard]:
    """What one participant asked at an event, the latest first."""
    part = _for_all("mine", Question.participant_id == participant_id, wanted)
    return part.showing(own_cards(part.shown))


NOTHING_ASKED: Part[OwnCard] = part_of("mine", (), USUAL, first=FIRST)
"""The same list of somebody who never wrote here."""


def beside(other: Part[T]) -> int:
    """How many a page for everybody shows at most in a list beside another one."""
    return max(LENGTH, MOST_FOR_ALL - len(other.shown))


def found(event_id: int, words: str, wanted: Wanted = USUAL) -> tuple[Part[Card], bool]:
    """What everybody may read of an event and is found by number or words, in the order that is
    wanted; and whether only the latest questions were looked through.
    """
    result = search.search(event_id, words, wanted.order)
    part = part_of(
        "found", result.places, wanted, most=MOST_FOR_ALL, first=FIRST, order=wanted.order
    )
    return part.of(_cards(part.shown)), result.only_latest


def answered_about(project_id: int, wanted: Wanted = USUAL) -> Part[tuple[str, Card]]:
    """What was asked and answered about a project, in whichever city: (city, question), in the
    order that is wanted. What it answered beforehand is the same in all of them
    (`entries.prepared_answers`).
    """
    after = _after("answered", wanted)
    # Numbers begin anew in each city.
    place = place_in(wanted.order, Question.id)
    condition = and_(
        questions.ASKED,
        Stand.project_id == project_id,
        Question.status == Status.ANSWERED,
        Question.head_id.is_(None),
    )
    before = func.count(case((place >= after, 1))) if after is not None else literal(0)
    counted = db.session.execute(
        select(func.count(), before)
        .select_from(Question)
        .join(Stand, Question.stand_id == Stand.id)
        .where(condition)
    ).one()
    length = _length("answered", wanted, MOST_FOR_ALL, FIRST)
    rows = db.session.execute(
        select(Question.id, Event.city, place)
        .join(Stand, Question.stand_id == Stand.id)
        .join(Event, Question.event_id == Event.id)
        .where(condition if after is None else and_(condition, place < after))
        .order_by(place.desc())
        .limit(length)
    ).all()
    part = Part(
        name="answered",
        ascending=False,
        shown=[id_ for id_, _, _ in rows],
        last=float(rows[-1][2]) if rows else 0.0,
        before=counted[1],
        rest=counted[0] - counted[1] - len(rows),
        length=length,
        most=MOST_FOR_ALL,
        first=FIRST,
        order=wanted.order,
    )
    cities = {id_: city for id_, city, _ in rows}
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
    condition: ColumnElement[bool], ascending: Collection[str], wanted: Wanted, sort: str = ""
) -> dict[str, Part[Card]]:
    """All lists of staff, by name."""
    every: dict[str, list[tuple[float, int]]] = {name: [] for name in _SHOWN_TO_STAFF}
    for placed in questions.places(condition):
        name, order = placement.for_staff(placed)
        if name in every:
            every[name].append((order, placed.id))
    if sort == "oldest":
        ascending = {*ascending, *_SORTED}
    elif sort == "votes":
        _sort_by_votes(every)
    parts = [
        part_of(name, placed_there, wanted, ascending=name in ascending)
        for name, placed_there in every.items()
    ]
    cards = _cards([id_ for part in parts for id_ in part.shown])
    return {part.name: part.of(cards) for part in parts}


def _sort_by_votes(every: dict[str, list[tuple[float, int]]]) -> None:
    """Among as many votes the newest first: the same places as in `staff/order.js`."""
    votes = questions.votes_of([id_ for name in _SORTED for _, id_ in every[name]])
    for name in _SORTED:
        every[name] = [(votes.get(id_, 0) + order / 100_000, id_) for order, id_ in every[name]]


def _cards(ids: Collection[int]) -> dict[int, Card]:
    return {card.id: card for card in questions.cards(Question.id.in_(ids))}
