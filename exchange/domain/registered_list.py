"""The list of municipalities that registered for an event, as organisers send it.

Read in a child process (`exchange/jobs.py`). Of a row the municipality and how many people come
are kept; whatever else stands there, names above all, is not even handed back.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from exchange.domain import texts
from exchange.domain.refusals import Refused
from exchange.domain.stand_lists.cells import as_text
from exchange.domain.stand_lists.tables import Cell, Row, Sheet, read_sheets, read_text
from exchange.models import lengths
from exchange.sentences import Sentence
from exchange.sentences import later as _l

MOST = 1_000
"""Municipalities at one event: more than a state has."""
MOST_PEOPLE = 500
"""From one municipality."""
MOST_PROBLEMS = 50
"""So many rows that must be looked at are told one by one."""
TASK = "exchange.domain.registered_list:read"
_HEADER_WITHIN = 20
"""Rows with titles that may stand above the header."""

_MUNICIPALITY: Mapping[str, int] = {
    **dict.fromkeys(("kommune", "kommunen", "municipality", "municipalities"), 0),
    **dict.fromkeys(
        ("stadt", "städte", "gemeinde", "gemeinden", "kreis", "kreise", "landkreis"), 1
    ),
    **dict.fromkeys(("gebietskörperschaft", "city", "town", "council", "authority"), 1),
    **dict.fromkeys(("behörde", "verwaltung", "organisation", "institution", "einrichtung"), 2),
    **dict.fromkeys(("organization", "herkunft", "ort"), 3),
}
"""Words of a header, the likeliest first."""
_BESIDE = frozenset(
    {"name", "der", "die", "ihre", "ihrer", "oder", "und", "of", "the", "or", "local"}
)
_PEOPLE = re.compile(
    r"anzahl.*|personen(?:zahl)?|teilnehmer.*|teilnehmende.*|tn|plätze|anmeldungen|zahl"
    r"|(?:number of )?(?:people|persons|participants|attendees)|count|seats|#"
)
_PERSON = re.compile(
    r"name|vor- und nachname|vorname|nachname|(?:ansprech)?person|first name|last name"
)
_COUNT = re.compile(
    r"(\d{1,4})\s*(?:x|personen|person|pers\.?|teilnehmende|tn|people|persons?)?", re.IGNORECASE
)
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f]")
_SUM = re.compile(r"(?:gesamt|summe|insgesamt|total|sum)\b.*", re.IGNORECASE)

_SENTENCES: Mapping[str, Sentence] = {
    "missing": _l("Hier fehlt die Kommune."),
    "number": _l("„%(found)s“ ist eine Zahl und keine Kommune."),
    "date": _l("„%(found)s“ ist ein Datum und keine Kommune."),
    "sum": _l("„%(found)s“ ist eine Summe und keine Kommune."),
    "count": _l("„%(found)s“ ist keine Anzahl von Personen von 1 bis %(limit)s."),
    "too_long": _l("Der Name der Kommune ist zu lang. Er beginnt mit „%(found)s“."),
    "characters": _l(
        "Der Name der Kommune enthält Zeichen, die nicht angezeigt werden können: „%(found)s“."
    ),
}
WORDS = frozenset(_SENTENCES)


@dataclass(frozen=True)
class Registrant:
    """A municipality that comes, and how many people it sends; None where nobody said."""

    municipality: str
    people: int | None


@dataclass(frozen=True)
class Problem:
    """A row that is not taken, and why."""

    row: int
    word: str
    found: str


@dataclass(frozen=True)
class RegisteredList:
    """What a list says."""

    registrants: list[Registrant]
    """Each municipality once, in the order in which they came."""
    problems: list[Problem]
    hidden: list[int]
    """Rows that its program does not show and that were read nevertheless."""

    @property
    def people(self) -> int:
        """How many come, as far as the list says."""
        return sum(one.people or 0 for one in self.registrants)


def sentence(problem: Problem) -> str:
    """A problem, in the language of whoever reads it."""
    return str(_SENTENCES[problem.word]) % {"found": problem.found, "limit": MOST_PEOPLE}


def read(data: bytes, *, progress: Callable[[float], None], pasted: bool = False) -> dict[str, Any]:
    """The task: what a list says, as plain data; `loaded` makes of it what it was.

    `pasted`: it is text in UTF-8 and read as such, however it begins. A short one is read without a
    child process, where no workbook may be opened.
    """
    try:
        sheets = _read_pasted(data.decode()) if pasted else read_sheets(data)
        progress(0.5)
        found = read_registered(sheets)
    except Refused as refused:
        return {
            "refused": refused.word,
            "sentence": refused.sentence,
            "details": refused.details,
        }
    return asdict(found)


def _read_pasted(text: str) -> list[Sheet]:
    """Refuses `list_empty`, and `list_kind` for what begins as no text does."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise Refused("list_empty")
    if _NO_TEXT.search(text[:4]):
        raise Refused("list_kind")
    return read_text(text)


def loaded(told: Mapping[str, Any]) -> RegisteredList:
    """What the task told. Refuses what it refused."""
    if "refused" in told:
        raise Refused(told["refused"], sentence=told["sentence"], **told["details"])
    return RegisteredList(
        [Registrant(**one) for one in told["registrants"]],
        [Problem(**problem) for problem in told["problems"]],
        list(told["hidden"]),
    )


def read_registered(sheets: list[Sheet]) -> RegisteredList:
    """The municipalities of the first sheet that names them in a header; else of a list that has
    one column and no header. Refuses `list_header` where neither is found, `list_rows`.
    """
    for sheet in sheets:
        for place, row in enumerate(sheet.rows[:_HEADER_WITHIN]):
            columns = _columns(row)
            if columns is not None:
                return _read(sheet.rows[place + 1 :], *columns)
    for sheet in sheets:
        used = {
            column
            for row in sheet.rows
            for column, cell in enumerate(row.cells)
            if cell is not None
        }
        if len(used) == 1:
            return _read(sheet.rows, used.pop(), None, [])
    raise Refused("list_header", sentence="registered_header")


def as_list(registrants: list[Registrant]) -> str:
    """Municipalities as a list that is read back as it is: columns apart by tabs."""
    if all(one.people is None for one in registrants):
        return "\n".join(["Kommune", *(_quoted(one.municipality) for one in registrants)])
    lines = (
        f"{_quoted(one.municipality)}\t{'' if one.people is None else one.people}"
        for one in registrants
    )
    return "\n".join(["Kommune\tAnzahl", *lines])


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if '"' in text else text


def _columns(row: Row) -> tuple[int, int | None, list[int]] | None:
    """Where a header has the municipality, how many people, and names; None for no header."""
    names = [_plain(cell) for cell in row.cells]
    ranks = [(_rank(name), place) for place, name in enumerate(names)]
    named = [(rank, place) for rank, place in ranks if rank is not None]
    if not named:
        return None
    people = next((place for place, name in enumerate(names) if _PEOPLE.fullmatch(name)), None)
    persons = [place for place, name in enumerate(names) if _PERSON.fullmatch(name)]
    return min(named)[1], people, persons


def _rank(name: str) -> int | None:
    """How likely a column of this name holds municipalities; None for any other column."""
    words = [word for word in re.split(r"[\s/,()|&]+", name) if word]
    known = [_MUNICIPALITY[word] for word in words if word in _MUNICIPALITY]
    if not known or not all(word in _MUNICIPALITY or word in _BESIDE for word in words):
        return None
    return min(known)


def _plain(cell: Cell) -> str:
    """A cell of a header as names are compared."""
    return " ".join(cell.casefold().strip(" *:.").split()) if isinstance(cell, str) else ""


def _read(
    rows: tuple[Row, ...], municipality: int, people: int | None, persons: list[int]
) -> RegisteredList:
    found: dict[str, Registrant] = {}
    problems: list[Problem] = []
    hidden: list[int] = []
    for row in rows:
        if not any(_said(cell) for cell in row.cells):
            continue
        if row.hidden:
            hidden.append(row.number)
        one = _read_row(row, municipality, people, persons)
        if isinstance(one, Problem):
            problems.append(one)
            continue
        key = one.municipality.casefold()
        found[key] = _together(found[key], one) if key in found else one
        if len(found) > MOST:
            raise Refused("list_rows", limit=MOST)
    if not found and not problems:
        raise Refused("list_empty")
    return RegisteredList(list(found.values()), problems[:MOST_PROBLEMS], hidden[:MOST_PROBLEMS])


def _read_row(
    row: Row, municipality: int, people: int | None, persons: list[int]
) -> Registrant | Problem:
    cell = _at(row, municipality)
    text = as_text(cell).strip()
    shown = text[:60]
    match cell:
        case dt.date() | dt.time() | dt.timedelta():
            return Problem(row.number, "date", shown)
        case bool() | int() | float():
            return Problem(row.number, "number", shown)
    if not _said(cell):
        return Problem(row.number, "missing", "")
    if text.replace(" ", "").isdecimal():
        return Problem(row.number, "number", shown)
    if _SUM.fullmatch(text):
        return Problem(row.number, "sum", shown)
    try:
        name = texts.clean_line(text, limit=lengths.MUNICIPALITY)
    except Refused as refused:
        return Problem(row.number, refused.word, _showable(shown))
    if name is None:
        return Problem(row.number, "missing", "")
    told = _at(row, people) if people is not None else None
    if _said(told):
        count = _count(told)
        if count is None:
            return Problem(row.number, "count", as_text(told)[:60])
        return Registrant(name, count)
    named = any(_said(_at(row, person)) for person in persons)
    return Registrant(name, 1 if named else None)


def _together(one: Registrant, other: Registrant) -> Registrant:
    """Two rows of one municipality: both come."""
    told = [each.people for each in (one, other) if each.people is not None]
    return Registrant(one.municipality, min(sum(told), MOST_PEOPLE) if told else None)


def _count(cell: Cell) -> int | None:
    found = _COUNT.fullmatch(as_text(cell).strip()) if not isinstance(cell, bool) else None
    count = int(found[1]) if found else 0
    return count if 1 <= count <= MOST_PEOPLE else None


def _at(row: Row, column: int | None) -> Cell:
    return row.cells[column] if column is not None and column < len(row.cells) else None


def _said(cell: Cell) -> bool:
    return cell is not None and as_text(cell).strip() not in ("", "-", "–")


def _showable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)
