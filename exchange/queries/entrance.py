"""From what somebody typed, scanned or copied to the stand or the event that is meant.

People give codes as they saw or heard them: `ge 1`, `GEO` for `GE0`, `Stand 1`, the whole printed
address, the letters of a Japanese keyboard. What can be meant by one thing only leads there; what
could be several is asked; and nobody is led somewhere by half a guess.
"""

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from exchange.database.connections import db
from exchange.models import Event, Phase, Stand, lengths
from exchange.models.labels import sort_key
from exchange.queries.fair import STAND_LINES, StandLine

MOST_TYPED = 200
"""Characters that are looked at: a long address is shorter."""
MOST_CHOICES = 12
"""So many places are offered where several could be meant."""
_MOST_READINGS = 64
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_ADDRESS = re.compile(r"(?:^|/)[se]/+([^/?#]+)", re.IGNORECASE)
_QUERY = re.compile(r"[?&]code=([^&#\s]+)", re.IGNORECASE)
_WORDS = re.compile(
    r"^(?:(?:stand[- ]?|qr[- ]?)?code|stand(?:platz)?|booth|tisch|table|veranstaltung|event)\b"
    r"(?:\s*(?:nr|no|nummer|number)\b\.?)?[\s:.#-]*",
    re.IGNORECASE,
)
_NAMES_A_STAND = re.compile(r"^(?:stand(?:platz)?|booth|tisch|table)\b(?!-?\s*code)", re.IGNORECASE)
_SIGNS = re.compile(r"[^0-9A-Z-]")
_ALIKE = {"0": "0O", "O": "0O", "1": "1IL", "I": "1IL", "L": "1IL"}
"""Signs that look the same on paper: a second try, when nothing has the code as it was typed."""
_RUNNING = (Phase.PITCHES, Phase.FAIR, Phase.ROUND)


@dataclass(frozen=True)
class Place:
    """A stand or an event that is meant, or could be."""

    path: str
    city: str
    stand: StandLine | None = None
    """None: the event as a whole."""


@dataclass(frozen=True)
class Typed:
    """What can be read in what somebody typed."""

    codes: tuple[str, ...]
    """As it stands, then without signs between."""
    alike: tuple[str, ...]
    """With signs that look the same in each other's place."""
    label: str
    """The label of a stand, if it is one."""
    names_stand: bool
    """Whether it says that it is a stand's: *Stand 1* is no code."""


def read(typed: str) -> Typed:
    """What `typed` could mean; in time proportional to its length."""
    text = _UNSEEN.sub("", unicodedata.normalize("NFKC", typed[:MOST_TYPED]))
    # No database is asked for what no column can hold.
    text = "".join(sign for sign in text if sign.isprintable()).strip()
    address = _ADDRESS.search(text) or _QUERY.search(text)
    if address:
        text = address[1]
    names_stand = bool(_NAMES_A_STAND.match(text)) and not address
    rest = _WORDS.sub("", text)
    word = (rest or text).strip(" \t\n.,;:!?\"'()[]<>„“”«»/")
    plain = _SIGNS.sub("", word.upper())
    # Behind an address there may be more words.
    first = _SIGNS.sub("", word.upper().split()[0]) if address and word else ""
    codes = tuple(dict.fromkeys(one for one in (plain, plain.replace("-", ""), first) if one))
    return Typed(
        codes=codes,
        alike=_alike(plain.replace("-", "")),
        label=word if 0 < len(word) <= lengths.LABEL else "",
        names_stand=names_stand,
    )


def _alike(code: str) -> tuple[str, ...]:
    signs = [_ALIKE.get(sign, sign) for sign in code]
    count = 1
    for sign in signs:
        count *= len(sign)
    if count > _MOST_READINGS:
        return ()
    return tuple("".join(one) for one in itertools.product(*signs) if "".join(one) != code)


def find(typed: str) -> list[Place]:
    """The places that `typed` can mean: one, if it is clear; none, if nobody knows it.

    A code as it was typed comes first; then the label of a stand, at the events that are under way
    or else at all that are not archived; then codes that look alike.
    """
    said = read(typed)
    if said.names_stand:
        return _labelled(said.label) or _with_code(said.codes) or _with_codes(said.alike)
    return _with_code(said.codes) or _labelled(said.label) or _with_codes(said.alike)


def _with_code(codes: Sequence[str]) -> list[Place]:
    """What has the first of these codes that anything has."""
    return next(filter(None, (_with_codes([code]) for code in codes)), [])


def _with_codes(codes: Sequence[str]) -> list[Place]:
    if not codes:
        return []
    rows = db.session.execute(
        STAND_LINES.add_columns(Event.city).where(Stand.code.in_(codes)).limit(MOST_CHOICES)
    ).all()
    stands = [_at_stand(row) for row in rows]
    events = db.session.execute(select(Event.code, Event.city).where(Event.code.in_(codes)))
    return stands + [Place(f"/e/{code}", city) for code, city in events]


def _labelled(label: str) -> list[Place]:
    """The stands with a label: those of events under way; if none is, of all not archived."""
    if not label:
        return []
    present = select(Event.id).where(Event.archived.is_(False))
    under_way = present.where(Event.phase.in_(_RUNNING))
    if db.session.scalar(under_way.limit(1)) is not None:
        present = under_way
    rows = db.session.execute(
        STAND_LINES.add_columns(Event.city)
        .where(
            # By the index of events and labels: there may be many thousand stands.
            Stand.event_id.in_(present),
            Stand.sort_key == sort_key(label),
            Stand.archived.is_(False),
        )
        .order_by(Event.date.desc(), Event.id.desc())
        .limit(MOST_CHOICES)
    ).all()
    return [_at_stand(row) for row in rows]


def _at_stand(row: Sequence[object]) -> Place:
    *columns, city = row
    stand = StandLine(*columns)  # type: ignore[arg-type]
    return Place(f"/s/{stand.code}", str(city), stand)
