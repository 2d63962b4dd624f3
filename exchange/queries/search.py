"""Finding an event's questions by number or words, in a time that has an end; and its stands.

Everybody may search, as often as he likes, while the hall asks. Hence the bounds: so many words,
so many ways to write them, the latest so many questions. The database looks for the words and
answers with numbers and ids; only what a page shows is then read whole.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import QueryableAttribute, aliased

from exchange.database.connections import db
from exchange.models import Answer, Event, Facet, Project, Question, Stand
from exchange.queries.fair import StandLine
from exchange.queries.placement import Order
from exchange.queries.questions import PUBLIC, place_in
from exchange.wording import facet_word

MOST_WORDS = 5
"""The longest ones are looked for; who types more finds whatever has these."""
MOST_WAYS = 9
"""In how many ways a word may be written: `groesse` is looked for as nine patterns."""
LEAST_OF_FACET = 4
"""So many letters of a facet's word mean it: *kost* is Kosten; *re* is in half of all words."""
SEARCHED = 2500
"""The latest so many questions of an event are looked through for words, ten times a large fair.
By its number any question is found."""

_HIGHEST = 2**31 - 1
_ESCAPE = "\\"
_NUMBER = re.compile(
    r"(?:(?:frage|nr|nummer|question|no|number)\b\s*\.?\s*)*#?\s*(\d{1,12})\s*[.,;:?!)]*",
    re.IGNORECASE,
)
_AROUND = ".,;:!?\"'()[]<>„“”‚‘’«»›‹…"
"""Signs around a word that nobody looks for; 100% and C++ keep theirs."""
_PIECES = re.compile("ss|ae|oe|ue|.", re.DOTALL)
_UMLAUTS = {"ae": "ä", "oe": "ö", "ue": "ü"}
_FORMS = {"ss": ("ss", "ß", "ẞ")} | {
    piece: (two, one, one.upper()) for two, one in _UMLAUTS.items() for piece in (one, two)
}
"""What stands for each other, in small letters and in capitals."""
_Head = aliased(Question, name="head")


@dataclass(frozen=True)
class Found:
    """What a search found."""

    places: list[tuple[float, int]]
    """The place in the wanted order and the id of each question."""
    only_latest: bool = False
    """Whether older questions were not looked through."""


def search(event_id: int, words: str, order: Order) -> Found:
    """The public questions of an event that have this number (`41`, `Nr. 41`, `Frage 41`), or all
    of these words.

    A word is found within others, in any case and with umlauts in either way, in the text, the
    answer that counts, the name, the municipality, the facet, the project and its partner.
    """
    as_number = _NUMBER.fullmatch(words.strip())
    if as_number:
        number = int(as_number[1])
        return Found(
            _places(event_id, Question.number == number, order) if number <= _HIGHEST else []
        )
    wanted = _wanted(words)
    if not wanted or "\0" in words:  # what no text holds, PostgreSQL refuses to look for
        return Found([])
    next_number = db.session.scalar(select(Event.next_number).where(Event.id == event_id)) or 1
    oldest = next_number - SEARCHED
    stands = _stands(event_id)
    has_all = and_(*(_has(word, stands) for word in wanted))
    found = and_(Question.number >= oldest, has_all)
    return Found(_places(event_id, found, order), oldest > 1)


def _wanted(words: str) -> list[str]:
    """The words that are looked for, folded, without signs around them, the longest first: what few
    questions have is looked for before what many have. A word that another one contains says
    nothing more.
    """
    folded = unicodedata.normalize("NFC", words).casefold().split()
    folded = [word.strip(_AROUND) or word for word in folded]
    found: list[str] = []
    for word in sorted(dict.fromkeys(folded), key=len, reverse=True):
        if not any(word in longer for longer in found):
            found.append(word)
    return found[:MOST_WORDS]


def _patterns(word: str) -> list[str]:
    """A folded word in each way that it may be written, for LIKE.

    Both databases take A for a by themselves. Not all of them take Ä for ä, and none ß for ss or ö
    for oe: such letters stand in each of their forms, and beyond `MOST_WAYS` any do.
    """
    places: list[tuple[str, ...]] = []
    many = 1
    for piece in _PIECES.findall(word):
        forms = _FORMS.get(piece) or tuple({piece: 0, piece.upper(): 0})
        if piece.isascii() and piece not in _FORMS:
            forms = (piece,)
        if many * len(forms) > MOST_WAYS:
            places.append(("%" if piece in _FORMS else "_",))
        else:
            many *= len(forms)
            places.append(tuple(map(_literal, forms)))
    return [f"%{''.join(pattern)}%" for pattern in product(*places)]


def _literal(letters: str) -> str:
    return re.sub(r"([%_\\])", r"\\\1", letters)


def _has(word: str, stands: list[tuple[int, str]]) -> ColumnElement[bool]:
    """Whether a question has a folded word, in whichever text."""
    plain = _with_two_letters(word)
    at_stands = [stand_id for stand_id, named in stands if plain in named]
    about = [facet for facet in Facet if len(word) >= LEAST_OF_FACET and _means(word, facet)]
    return or_(
        *(
            _like(column, pattern)
            for column in (Question.text, Question.name, Question.municipality, Answer.text)
            for pattern in _patterns(word)
        ),
        Question.stand_id.in_(at_stands),
        Question.facet.in_(about),
    )


def _means(word: str, facet: Facet) -> bool:
    """Whether a folded word is the beginning of a facet's, in German or as the reader reads it."""
    return any(str(one).casefold().startswith(word) for one in (facet.value, facet_word(facet)))


def _with_two_letters(folded: str) -> str:
    for two, one in _UMLAUTS.items():
        folded = folded.replace(one, two)
    return folded


def _like(column: QueryableAttribute[Any], pattern: str) -> ColumnElement[bool]:
    # SQLite's LIKE takes A for a; its ILIKE would copy each text in small letters first.
    if db.dialect == "sqlite":
        return column.like(pattern, escape=_ESCAPE)
    return column.ilike(pattern, escape=_ESCAPE)


def _stands(event_id: int) -> list[tuple[int, str]]:
    """The stands of an event, each with its project's and partner's names, folded, with umlauts as
    two letters.
    """
    rows = db.session.execute(
        select(Stand.id, Project.title, Project.partner)
        .join(Project, Stand.project_id == Project.id)
        .where(Stand.event_id == event_id)
    )
    return [
        (id_, _with_two_letters(f"{title}\n{partner}".casefold())) for id_, title, partner in rows
    ]


def _places(event_id: int, condition: ColumnElement[bool], order: Order) -> list[tuple[float, int]]:
    """The public questions of an event that meet `condition`: (place, id)."""
    counts = case((_Head.id.is_not(None), _Head.answer_id), else_=Question.answer_id)
    rows = db.session.execute(
        select(place_in(order, Question.number), Question.id)
        .outerjoin(_Head, Question.head_id == _Head.id)
        .outerjoin(Answer, Answer.id == counts)
        .where(
            Question.event_id == event_id,
            Question.status.in_(PUBLIC),
            or_(_Head.id.is_(None), _Head.status.in_(PUBLIC)),
            condition,
        )
    )
    return [(place, id_) for place, id_ in rows]


def stands_named(stands: Iterable[StandLine], typed: str) -> list[StandLine] | None:
    """Those of `stands` that have each word of `typed` in label, project, partner, place or code,
    umlauts in either way or none; None where no word was typed.

    The one whose label it is comes first, then those with words that begin so, then those that have
    it within a word. As one types static/js/stands.js finds the same.
    """
    words = _sounds(typed)
    if not typed.strip():
        return None
    ranked: list[tuple[int, StandLine]] = []
    for stand in stands:
        named = (stand.project, stand.partner, stand.place)
        names = ("Allgemein General",) if stand.general else named
        text = " ".join(filter(None, ("Stand", stand.label, *names, stand.code)))
        said = f" {_sounds(text)} {_sounds(text, umlauts=False)} {_joined(stand.label)}"
        if not words or not all(word in said for word in words.split()):
            continue
        if _joined(typed).removeprefix("stand") == _joined(stand.label):
            rank = 0
        else:
            rank = 1 if all(f" {word}" in said for word in words.split()) else 2
        ranked.append((rank, stand))
    return [stand for _, stand in sorted(ranked, key=lambda one: (one[0], one[1].general))]


def _sounds(text: str, *, umlauts: bool = True) -> str:
    """A text in small letters and numbers with one blank between words; ä is ae, or else a."""
    text = unicodedata.normalize("NFKC", text[:_MOST_OF_NAMES]).casefold()
    if umlauts:
        text = _with_two_letters(text)
    plain = (one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join("".join(one if one.isalnum() else " " for one in plain).split())


def _joined(text: str) -> str:
    return _sounds(text).replace(" ", "")


_MOST_OF_NAMES = 1_000
