"""Questions as pages and fragments show them: everything about the question, nothing about
who is looking.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Executable,
    Integer,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import QueryableAttribute, aliased

from exchange.database.connections import db
from exchange.database.statements import CompiledStatement
from exchange.models import (
    Answer,
    ChangeRow,
    Event,
    Facet,
    How,
    MeToo,
    Origin,
    Participant,
    Phase,
    Project,
    Question,
    Reason,
    Stand,
    Status,
    codes,
)
from exchange.queries import placement, promises
from exchange.queries.fair import STAND_COLUMNS, STAND_LINES, EventLine, StandLine
from exchange.queries.placement import A_VOTE, Order, Placement

PUBLIC = frozenset({Status.OPEN, Status.SHORTLISTED, Status.LIVE, Status.ANSWERED, Status.OWED})
"""The statuses in which everybody may read a question."""

ASKED = Question.origin != Origin.PREPARED
"""What somebody asked on the day: the lists of staff, and whatever is counted, hold only these."""

IS_MERGED = Question.head_id.is_not(None)
"""What follows another question; its head speaks for it, and is counted for it."""

UNACCOUNTED = frozenset({Status.PENDING, Status.OPEN, Status.SHORTLISTED, Status.LIVE})
"""The statuses that must have become another when the day ends."""


@dataclass(frozen=True)
class QuestionRef:
    """A question that another one names."""

    id: int
    number: int


@dataclass(frozen=True)
class Follower:
    """A question that follows another one, as it stands under it."""

    id: int
    number: int
    votes: int
    """Of its own."""
    text: str
    """Its beginning."""


@dataclass(frozen=True)
class QuestionPlace:
    """Where a question was asked, and by whom."""

    id: int
    event_id: int
    stand: str
    """The code of its stand."""
    participant_id: int | None


@dataclass(frozen=True)
class AnswerLine:
    """The answer that counts."""

    text: str | None
    how: How
    by: str
    at: datetime
    corrected: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What staff ever wrote to a question and is not erased, whether it counts or not."""

    answers: bool
    reasons: bool


NOTHING_WRITTEN = Written(answers=False, reasons=False)


@dataclass(frozen=True)
class Card:
    """One question, as every view shows it.

    `shown`, `answer`, `owed_until`, `reason` and `votes` are the head's when it was merged.
    """

    id: int
    number: int
    text: str
    facet: Facet | None
    name: str | None
    municipality: str | None
    status: Status
    shown: Status
    version: int
    position: float | None
    stand: StandLine
    asked_at: datetime
    since: datetime
    votes: int
    head: QuestionRef | None
    followers: tuple[Follower, ...]
    answer: AnswerLine | None
    owed_until: date | None
    reason: str | None
    origin: Origin
    redacted: bool
    written: Written
    phase: Phase
    """Its event's: what may be done follows from it, too."""
    moderation_first: bool

    @property
    def overdue(self) -> bool:
        """Whether its answer was promised for a day that is over."""
        until = self.owed_until if self.shown is Status.OWED else None
        return until is not None and promises.is_overdue(until)

    @property
    def merged(self) -> bool:
        """Whether it follows another question."""
        return self.head is not None

    @property
    def prepared(self) -> bool:
        """Whether it is a standard question that its project answered before the day."""
        return self.origin is Origin.PREPARED

    @property
    def asked_by(self) -> str:
        """Name and municipality of the asker, as far as they were given: "Ida, Stadt Marl"."""
        return ", ".join(filter(None, (self.name, self.municipality)))

    @property
    def for_staff(self) -> Placement:
        """Where it stands at its stand's desk and in the moderation."""
        return placement.for_staff(self)

    @property
    def public(self) -> bool:
        """Whether everybody may read it: neither it nor its head is kept back."""
        return self.status in PUBLIC and self.shown in PUBLIC


@dataclass(frozen=True)
class Coming:
    """A question to come, as the hall may know it: never its text."""

    number: int
    stand: StandLine


@dataclass(frozen=True)
class Stage:
    """What the hall sees."""

    live: Card | None
    before: Card | None
    coming: tuple[Coming, ...]
    waiting: int
    message: str | None
    clock_until: datetime | None
    picture: bool
    crowded: bool
    """Whether new questions are checked first because too many newcomers wrote."""


@dataclass(frozen=True)
class Summary:
    """How the day's questions stand, by the lists of staff."""

    counts: dict[str, int]

    @property
    def total(self) -> int:
        """All questions that were not withdrawn; a group is one."""
        apart = (Status.WITHDRAWN.value, placement.MERGED)
        return sum(n for name, n in self.counts.items() if name not in apart)

    @property
    def merged(self) -> int:
        """How many follow another one."""
        return self.counts[placement.MERGED]

    @property
    def open_count(self) -> int:
        """How many are still unaccounted for; 0 ends the day."""
        return sum(self.counts.get(status.value, 0) for status in UNACCOUNTED)


_Head = aliased(Question, name="head")


_SHOWN = case(
    (Question.status == Status.WITHDRAWN, Question.status),
    (_Head.id.is_not(None), _Head.status),
    else_=Question.status,
)
"""The status a question is shown in: a merged one follows its head until it is withdrawn."""


def _followed(column: str) -> ColumnElement[Any]:
    """The head's value for a merged question, its own for any other."""
    return case((_Head.id.is_not(None), getattr(_Head, column)), else_=getattr(Question, column))


_Asked = aliased(Question, name="asked")
_Follower = aliased(Question, name="follower")
_GROUP = func.coalesce(Question.head_id, Question.id)
"""The head's id: whoever follows the same head is one group."""
_VOTES = (
    select(func.count(MeToo.participant_id.distinct()))
    .join(_Asked, MeToo.question_id == _Asked.id)
    .where(or_(_Asked.id == _GROUP, _Asked.head_id == _GROUP))
    .correlate(Question)
    .scalar_subquery()
)
"""How many distinct participants a group is of interest to."""
_FIELD, _ROW = "\x1f", "\x1e"
"""Between the parts of a follower and between followers: no text may hold either."""
_FOLLOWER_TEXT = 160
_FOLLOWER_VOTES = (
    select(func.count())
    .select_from(MeToo)
    .where(MeToo.question_id == _Follower.id)
    .correlate(_Follower)
    .scalar_subquery()
)
_FOLLOWERS = (
    select(
        func.aggregate_strings(
            cast(_Follower.id, String)
            + _FIELD
            + cast(_Follower.number, String)
            + _FIELD
            + cast(_FOLLOWER_VOTES, String)
            + _FIELD
            + func.substr(_Follower.text, 1, _FOLLOWER_TEXT),
            _ROW,
        )
    )
    .where(_Follower.head_id == Question.id, _Follower.status != Status.WITHDRAWN)
    .correlate(Question)
    .scalar_subquery()
)
"""What follows a question, in a column, so that cards are one select; `_followers` reads it."""


def _written(kind: type[Answer] | type[Reason]) -> ColumnElement[bool]:
    of_its_own = aliased(kind)
    return (
        select(of_its_own.id)
        .where(of_its_own.question_id == Question.id, of_its_own.text.is_not(None))
        .correlate(Question)
        .exists()
    )


_CARDS = (
    select(
        Question.id,
        Question.number,
        Question.text,
        Question.facet,
        Question.name,
        Question.status,
        _SHOWN,
        Question.version,
        Question.position,
        Question.asked_at,
        Question.since,
        _Head.id,
        _Head.number,
        _followed("owed_until"),
        Reason.text,
        Question.origin,
        Question.redacted,
        Question.municipality,
        *STAND_COLUMNS,
        Answer.text,
        Answer.how,
        Answer.by,
        Answer.at,
        Answer.corrects,
        Event.phase,
        Event.moderation_first,
        _VOTES,
        _FOLLOWERS,
        _written(Answer),
        _written(Reason),
    )
    .join(Stand, Question.stand_id == Stand.id)
    .join(Event, Question.event_id == Event.id)
    .outerjoin(Project, Stand.project_id == Project.id)
    .outerjoin(_Head, Question.head_id == _Head.id)
    .outerjoin(Answer, Answer.id == _followed("answer_id"))
    .outerjoin(Reason, Reason.id == _followed("reason_id"))
    .order_by(Question.number)
)


def cards(condition: ColumnElement[bool]) -> list[Card]:
    """The questions that meet `condition`, by number. One select, however many they are."""
    return [_card(tuple(row)) for row in _read(_CARDS.where(condition))]


def cards_of(question_ids: Collection[int]) -> list[Card]:
    """The same of the questions with these ids; compiled, for it is read for all news."""
    if not question_ids:
        return []
    ids = list(question_ids)
    # Filled up with the last one: so there are few statements, of 1, 2, 4 ids and so on.
    many = 1 << (len(ids) - 1).bit_length()
    ids += ids[-1:] * (many - len(ids))
    named = {f"id{place}": id_ for place, id_ in enumerate(ids)}
    with db.reading() as connection:
        rows = _cards_of_statement(many).rows(connection, **named)
    return [_card(row) for row in rows]


@cache
def _cards_of_statement(many: int) -> CompiledStatement:
    named = [bindparam(f"id{place}", None, type_=Integer) for place in range(many)]
    return CompiledStatement(_CARDS.where(Question.id.in_(named)))


_Whole = ColumnElement[int] | QueryableAttribute[int]
_StatusColumn = ColumnElement[Status] | QueryableAttribute[Status]


def place_in(order: Order, number: _Whole) -> _Whole:
    """`placement.in_order` for the database; `number`: the column of the number or the id."""
    return number + _VOTES * literal(A_VOTE, BigInteger) if order is Order.VOTES else number


def cards_in_order(
    condition: ColumnElement[bool], order: Order, *, after: float | None, many: int
) -> list[Card]:
    """`many` at most of the questions that meet `condition`, in `order`: from the beginning, or
    what stands behind the place `after`.
    """
    place = place_in(order, Question.number)
    # Chosen first: what is sorted is sorted with all its columns, votes counted for each row.
    chosen = (
        select(Question.id)
        .outerjoin(_Head, Question.head_id == _Head.id)
        .where(condition if after is None else and_(condition, place < after))
        .order_by(place.desc())
        .limit(many)
        .correlate(None)
    )
    return sorted(
        cards(Question.id.in_(chosen)),
        key=lambda card: placement.in_order(order, card.votes, card.number),
        reverse=True,
    )


def count_from(
    condition: ColumnElement[bool], order: Order = Order.NEW, after: float | None = None
) -> tuple[int, int]:
    """How many questions meet `condition`, and how many of them stand before what stands behind
    the place `after` (0 without one).
    """
    place = place_in(order, Question.number)
    from_there = case((place >= after, 1)) if after is not None else None
    row = _read(
        select(func.count(), func.count(from_there) if from_there is not None else literal(0))
        .select_from(Question)
        .outerjoin(_Head, Question.head_id == _Head.id)
        .where(condition)
    )[0]
    return int(row[0]), int(row[1])


def _read(statement: Executable) -> Sequence[Any]:
    """Rows, without what the session does to give objects; it takes half as long."""
    db.session.flush()
    return db.session.connection().execute(statement).all()


def card(question_id: int) -> Card | None:
    """One question, or None when there is none of this id."""
    found = cards(Question.id == question_id)
    return found[0] if found else None


def card_by_number(event_id: int, number: int) -> Card | None:
    """The question that is called out as `number` at an event, or None."""
    found = cards(and_(Question.event_id == event_id, Question.number == number))
    return found[0] if found else None


def new_card(
    question_id: int,
    row: Mapping[str, Any],
    stand: StandLine,
    *,
    phase: Phase,
    moderation_first: bool,
) -> Card:
    """A question that was just written: nobody voted, followed or answered yet."""
    return Card(
        id=question_id,
        number=row["number"],
        text=row["text"],
        facet=row["facet"],
        name=row["name"],
        municipality=row.get("municipality"),
        status=row["status"],
        shown=row["status"],
        version=row["version"],
        position=None,
        stand=stand,
        asked_at=row["asked_at"],
        since=row["since"],
        votes=0,
        head=None,
        followers=(),
        answer=None,
        owed_until=row["owed_until"],
        reason=None,
        origin=row["origin"],
        redacted=False,
        written=NOTHING_WRITTEN,
        phase=phase,
        moderation_first=moderation_first,
    )


_StandId = int | BindParameter[Any]


def shown_at(stand_id: _StandId) -> ColumnElement[bool]:
    """The questions that everybody may read at a stand, prepared ones too."""
    return and_(
        Question.stand_id == stand_id,
        _readable(Question.status),
        or_(_Head.id.is_(None), _readable(_Head.status)),
    )


def _readable(status: _StatusColumn) -> ColumnElement[bool]:
    """`status.in_(PUBLIC)`, which a statement that is compiled once can hold, too."""
    return or_(*(status == one for one in Status if one in PUBLIC))


def public_at(stand_id: _StandId) -> ColumnElement[bool]:
    """What was asked at a stand and everybody may read."""
    return and_(shown_at(stand_id), ASKED)


_PUBLIC_TOTAL = CompiledStatement(
    select(func.count())
    .select_from(Question)
    .outerjoin(_Head, Question.head_id == _Head.id)
    .where(public_at(bindparam("stand")))
)


def public_total(stand_id: int) -> int:
    """How many questions `public_at` holds: what phones have to be told at each new one."""
    with db.reading() as connection:
        return int(_PUBLIC_TOTAL.rows(connection, stand=stand_id)[0][0])


def prepared_at(stand_id: int) -> list[Card]:
    """What a stand's project answered before the day: a question a facet at most."""
    return cards(
        and_(
            Question.stand_id == stand_id,
            Question.origin == Origin.PREPARED,
            Question.status == Status.ANSWERED,
        )
    )


@dataclass(frozen=True, slots=True)
class Place:
    """As much of a question as tells where it stands."""

    id: int
    number: int
    shown: Status
    head_id: int | None
    position: float | None
    since: datetime

    @property
    def merged(self) -> bool:
        """Whether it follows another question."""
        return self.head_id is not None


def places(condition: ColumnElement[bool]) -> list[Place]:
    """Where the questions that meet `condition` stand. One select."""
    return [Place(*row) for row in _read(_PLACES.where(condition))]


_PLACES = (
    select(
        Question.id,
        Question.number,
        _SHOWN,
        Question.head_id,
        Question.position,
        Question.since,
    )
    .select_from(Question)
    .outerjoin(_Head, Question.head_id == _Head.id)
)


def owed_by(project_id: int) -> list[Card]:
    """What a project's contact still owes an answer to, the most urgent first.

    Merged questions are owed with their head, by its contact.
    """
    stands = select(Stand.id).where(Stand.project_id == project_id)
    found = cards(
        and_(
            Question.stand_id.in_(stands),
            Question.status == Status.OWED,
            Question.head_id.is_(None),
        )
    )
    return sorted(found, key=lambda one: (one.owed_until or date.max, one.number))


def votes_of(question_ids: Collection[int]) -> dict[int, int]:
    """How many distinct participants each group is of interest to; by its head's id."""
    if not question_ids:
        return {}
    group = func.coalesce(Question.head_id, Question.id)
    rows = _read(
        select(group, func.count(MeToo.participant_id.distinct()))
        .join(Question, MeToo.question_id == Question.id)
        .where(or_(Question.id.in_(question_ids), Question.head_id.in_(question_ids)))
        .group_by(group)
    )
    return {head_id: number for head_id, number in rows}


def counts(condition: ColumnElement[bool]) -> dict[str, int]:
    """The votes of the questions that meet `condition`, zero included; by the id as text."""
    rows = db.session.execute(
        select(Question.id, func.coalesce(Question.head_id, Question.id))
        .outerjoin(_Head, Question.head_id == _Head.id)
        .where(condition)
    ).all()
    votes = votes_of({head_id for _, head_id in rows})
    return {str(question_id): votes.get(head_id, 0) for question_id, head_id in rows}


def summary(event_id: int) -> Summary:
    """How many questions of an event stand where.

    Prepared ones are not among them: nobody asked them.
    """
    with db.reading() as connection:
        return _summary(_COUNT.rows(connection, event=event_id))


def _summary(counted: Iterable[tuple[Any, ...]]) -> Summary:
    """Of rows (status, whether merged, how many)."""
    found = dict.fromkeys((*(status.value for status in Status), placement.MERGED), 0)
    for status, merged, number in counted:
        found[placement.list_name(status, merged=bool(merged))] += number
    return Summary(found)


def summaries_of(series_ids: Collection[int]) -> dict[int, Summary]:
    """The same of every event of these series, by the event's id; none for events without
    questions.
    """
    merged = IS_MERGED.label("merged")
    rows = db.session.execute(
        select(Question.event_id, Question.status, merged, func.count())
        .join(Event, Question.event_id == Event.id)
        .where(Event.series_id.in_(series_ids), ASKED)
        .group_by(Question.event_id, Question.status, merged)
    )
    found: dict[int, list[tuple[Any, ...]]] = {}
    for event_id, *counted in rows:
        found.setdefault(event_id, []).append(tuple(counted))
    return {event_id: _summary(counted) for event_id, counted in found.items()}


NO_QUESTIONS = _summary(())


# In parts: all but the merged, and but those among which there are prepared ones, are counted by
# an index alone, at each new question.
_MAY_BE_PREPARED = or_(Question.status == Status.ANSWERED, Question.status == Status.WITHDRAWN)
_COUNT = CompiledStatement(
    union_all(
        select(Question.status, literal_column("0"), func.count())
        .where(
            Question.event_id == bindparam("event"),
            Question.head_id.is_(None),
            Question.status != Status.ANSWERED,
            Question.status != Status.WITHDRAWN,
        )
        .group_by(Question.status),
        select(Question.status, literal_column("0"), func.count())
        .where(
            Question.event_id == bindparam("event"),
            Question.head_id.is_(None),
            _MAY_BE_PREPARED,
            ASKED,
        )
        .group_by(Question.status),
        select(Question.status, literal_column("1"), func.count())
        .where(Question.event_id == bindparam("event"), IS_MERGED)
        .group_by(Question.status),
    )
)


def stage(event: EventLine) -> Stage:
    """What the hall sees of an event now."""
    # Two conditions that an index answers each: an event's questions are not gone through.
    shown = cards(
        or_(
            and_(Question.event_id == event.id, Question.status == Status.LIVE),
            Question.id == (event.before_id or 0),
        )
    )
    live = next((found for found in shown if found.status is Status.LIVE), None)
    before = next((found for found in shown if found is not live), None)
    coming, waiting = _coming(event.id, 3)
    return Stage(
        live=live,
        before=before if before and before.public else None,
        coming=tuple(coming),
        waiting=waiting,
        message=event.message,
        clock_until=event.clock_until,
        picture=event.picture,
        crowded=event.moderation_first and _switched_by_the_server(event.id),
    )


def _switched_by_the_server(event_id: int) -> bool:
    """Whether nobody but the server switched *check first* last."""
    last = db.session.scalar(
        select(ChangeRow.role)
        .where(ChangeRow.event_id == event_id, ChangeRow.verb == "moderation")
        .order_by(ChangeRow.id.desc())
        .limit(1)
    )
    return last == "server"


def run_list(event_id: int) -> list[Coming]:
    """The shortlisted questions of an event in their order, merged ones left out."""
    return _coming(event_id, None)[0]


def place_in_run_list(card: Card) -> tuple[int, int] | None:
    """Which place it has there, from 1, and of how many; None where it has none."""
    numbers = [coming.number for coming in run_list(card.stand.event_id)]
    return (numbers.index(card.number) + 1, len(numbers)) if card.number in numbers else None


def _coming(event_id: int, many: int | None) -> tuple[list[Coming], int]:
    """The first `many` of the run list, all for None; and how many there are."""
    rows = _read(
        select(Question.number, func.count().over(), *STAND_COLUMNS)
        .join(Stand, Question.stand_id == Stand.id)
        .join(Event, Question.event_id == Event.id)
        .outerjoin(Project, Stand.project_id == Project.id)
        .where(
            Question.event_id == event_id,
            Question.status == Status.SHORTLISTED,
            Question.head_id.is_(None),
        )
        .order_by(Question.position, Question.number)
        .limit(many)
    )
    return [Coming(row[0], StandLine(*row[2:])) for row in rows], rows[0][1] if rows else 0


@dataclass(frozen=True)
class Head:
    """A question that another one could follow."""

    id: int
    number: int
    text: str
    stand: StandLine


def possible_heads(card: Card) -> list[Head]:
    """The questions of the same event that this one could follow: those that are not yet answered,
    and what its own stand's project answered beforehand.

    What everybody may read can only follow what everybody may read, too.
    """
    statuses = UNACCOUNTED & PUBLIC if card.public else UNACCOUNTED
    rows = _read(
        select(Question.id, Question.number, Question.text, *STAND_COLUMNS)
        .join(Stand, Question.stand_id == Stand.id)
        .join(Event, Question.event_id == Event.id)
        .outerjoin(Project, Stand.project_id == Project.id)
        .where(
            Question.event_id == card.stand.event_id,
            Question.id != card.id,
            Question.head_id.is_(None),
            or_(
                Question.status.in_(statuses),
                and_(
                    Question.origin == Origin.PREPARED,
                    Question.status == Status.ANSWERED,
                    Question.stand_id == card.stand.id,
                ),
            ),
        )
        .order_by(Question.number)
    )
    return [Head(row[0], row[1], row[2], StandLine(*row[3:])) for row in rows]


def place_of(question_id: int) -> QuestionPlace | None:
    """Where a question was asked, or None when there is none of this id."""
    row = db.session.execute(
        select(Question.id, Question.event_id, Stand.code, Question.participant_id)
        .join(Stand, Question.stand_id == Stand.id)
        .where(Question.id == question_id)
    ).one_or_none()
    return QuestionPlace(*row) if row else None


def id_by_number(event_id: int, number: int) -> int | None:
    """The id of the question that is called out as `number` at an event."""
    return db.session.scalar(
        select(Question.id).where(Question.event_id == event_id, Question.number == number)
    )


_KEY = CompiledStatement(select(Question.id).where(Question.key == bindparam("key")))


def key_is_known(stored_key: str) -> bool:
    """Whether a question arrived under this key before; `digests.question_key` makes it."""
    with db.reading() as connection:
        return _KEY.one(connection, key=stored_key) is not None


_STAND_AND_KEY = CompiledStatement(
    STAND_LINES.add_columns(
        select(Question.id).where(Question.key == bindparam("key")).exists()
    ).where(Stand.code == bindparam("code"))
)


def stand_and_key(code: str, stored_key: str) -> tuple[StandLine, bool] | None:
    """`fair.stand_at` and `key_is_known` in one statement; None when there is no such stand.

    To get a connection takes longer than either of them.
    """
    with db.reading() as connection:
        found = _STAND_AND_KEY.one(connection, code=codes.SHORT.read(code), key=stored_key)
    return (StandLine(*found[:-1]), bool(found[-1])) if found else None


def question_by_key(stored_key: str) -> Question | None:
    """The question that arrived under this key; `digests.question_key` makes it."""
    return db.session.scalar(select(Question).where(Question.key == stored_key))


def first_status(question: Question) -> Status:
    """The status that the asker was told when the question arrived."""
    told = db.session.scalar(
        select(ChangeRow.answered).where(
            ChangeRow.subject == "question",
            ChangeRow.subject_id == question.id,
            ChangeRow.verb == "ask",
        )
    )
    return Status(told["status"]) if told else question.status


def same_of(
    stand: StandLine,
    participant: str,
    text: str,
    *,
    facet: Facet | None,
    name: str | None,
    municipality: str | None,
) -> Question | None:
    """What a participant has asked in just these words at just this stand, and not withdrawn."""
    return db.session.scalar(
        select(Question)
        .join(Participant, Participant.id == Question.participant_id)
        .where(
            Participant.event_id == stand.event_id,
            Participant.digest == participant,
            Question.stand_id == stand.id,
            Question.text == text,
            Question.facet.is_(None) if facet is None else Question.facet == facet,
            Question.name.is_(None) if name is None else Question.name == name,
            Question.municipality.is_(None)
            if municipality is None
            else Question.municipality == municipality,
            Question.status != Status.WITHDRAWN,
        )
        .order_by(Question.id)
        .limit(1)
    )


def my_votes(participant_id: int) -> set[int]:
    """The ids of the questions that a participant said *me too* to."""
    return set(
        db.session.scalars(select(MeToo.question_id).where(MeToo.participant_id == participant_id))
    )


def asked_by(participant_id: int) -> set[int]:
    """The ids of the questions that a participant asked."""
    asked = select(Question.id).where(Question.participant_id == participant_id)
    return set(db.session.scalars(asked))


_AFTER_STAND = 18 + len(STAND_COLUMNS)


def _card(row: tuple[Any, ...]) -> Card:
    (id_, number, text, facet, name, status, shown, version, position, asked_at, since) = row[:11]
    (head_id, head_number, owed_until, reason, origin, redacted, municipality) = row[11:18]
    stand, rest = row[18:_AFTER_STAND], row[_AFTER_STAND:]
    answer_text, how, by, at, corrected, phase, moderated, votes, followers, answers, reasons = rest
    return Card(
        id=id_,
        number=number,
        text=text,
        facet=facet,
        name=name,
        municipality=municipality,
        status=status,
        shown=shown,
        version=version,
        position=position,
        stand=StandLine(*stand),
        asked_at=asked_at,
        since=since,
        votes=votes,
        head=QuestionRef(head_id, head_number) if head_id else None,
        followers=_followers(followers),
        answer=AnswerLine(answer_text, how, by, at, corrected) if how else None,
        owed_until=owed_until,
        reason=reason,
        origin=origin,
        redacted=redacted,
        written=Written(bool(answers), bool(reasons)),
        phase=phase,
        moderation_first=moderated,
    )


def _followers(aggregated: str | None) -> tuple[Follower, ...]:
    """What `_FOLLOWERS` says, by number."""
    found = []
    for row in aggregated.split(_ROW) if aggregated else ():
        id_, number, votes, text = row.split(_FIELD, 3)
        found.append(Follower(int(id_), int(number), int(votes), text))
    return tuple(sorted(found, key=lambda follower: follower.number))
