"""One cell, read as a field: its text, or the problem that a person must look at.

Spreadsheets turn what people type into something else: a stand "3-4" into a day in April, a pitch
at "10.25" into a month, a telephone number into a number without its first 0. What was probably
meant is said beside the problem; nothing is put right silently that could have been meant.
"""

import datetime as dt
import math
import re
from dataclasses import dataclass

from exchange.domain import texts
from exchange.domain.refusals import Refused
from exchange.domain.stand_lists.tables import Cell
from exchange.models import lengths
from exchange.models.labels import fits, label_key

LIMITS = {
    "label": lengths.LABEL,
    "place": lengths.PLACE,
    "project": lengths.TITLE,
    "key": lengths.PROJECT_KEY,
    "partner": lengths.PARTNER,
    "summary": lengths.SUMMARY,
    "status": lengths.PROJECT_STATUS,
    "field": lengths.FIELD,
    "links": lengths.LINKS,
    "person": lengths.PERSON,
    "function": lengths.FUNCTION,
    "email": lengths.EMAIL,
    "phone": lengths.PHONE,
    "role": 40,
}
"""Characters, as the tables have them."""
ROLES = {
    "expert": re.compile(r"fach|inhalt|expert|subject"),
    "technical": re.compile(r"techn|it\b|entwickl|develop"),
    "contract": re.compile(r"vertr|nachnutz|recht|contract|legal|reuse"),
}
"""For what a contact is the one to call."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell: a word, what stands there, and what was probably meant.

    `row`: the other one, where two contradict each other.
    """

    field: str
    word: str
    found: str
    meant: str = ""
    row: int | None = None


@dataclass(frozen=True)
class Read:
    """A cell as a field: its values (a label may name several stands), problems, remarks."""

    values: tuple[str, ...] = ()
    problem: Problem | None = None
    remark: str = ""
    """A word for what was put right and should be looked at."""


NOTHING = Read()
_NOTHING = re.compile(
    r"[-–—/.?]+|n\.? ?n\.?|n/a|k\.? ?a\.?|keine?r?|entfällt|none|tbd|tba", re.IGNORECASE
)
"""What people write where there is nothing to be written."""
_TO_COME = re.compile(
    r"(?:noch )?offen|folgt(?: noch)?|wird (?:noch )?(?:nachgereicht|benannt|ergänzt)"
    r"|(?:noch )?unbekannt|(?:noch )?unklar|auf anfrage|siehe (?:oben|mail|e-mail)"
    r"|to be (?:announced|confirmed)|to follow|x{2,}",
    re.IGNORECASE,
)
_MAY_COME = frozenset({"person", "function", "email", "phone", "pitch", "minutes", "place"})
"""Where such words say that nobody knows yet; a project's status may well be open."""
_HALL = re.compile(r"(?:halle|hall|raum|room|ebene|etage|zelt)\b", re.IGNORECASE)
"""Halle 2, Stand 5 is one label, not two."""
_BEFORE_A_NUMBER = re.compile(
    r"^(?:#|(?:stand(?:platz)?|tisch|booth|table)?[\s-]*(?:nr\.?|no\.?|nummer|number)"
    r"|stand(?:platz)?|tisch|booth|table)[\s:]*(?=\d)",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\s*(?:[,;&+]|\bund\b|\band\b)\s*")
_SLASHED = re.compile(r"(?:[A-Za-z]{0,2}[-. ]?\d+)(?:\s*/\s*[A-Za-z]{0,2}[-. ]?\d+)+")
_CLOCK = re.compile(
    r"(?:um |ab |ca\. )?(\d{1,2})(?:\s*(?:[:.h]|uhr)\s*(\d{2}))?(?:[:.]\d{2})?"
    r"\s*(uhr|h|am|pm|a\.m\.|p\.m\.)?"
    r"(?:\s*(?:-|–|bis|to)\s*(\d{1,2})[:.h](\d{2})\s*(?:uhr|h)?)?",
    re.IGNORECASE,
)
_MINUTES = re.compile(r"(\d{1,3})\s*(?:min\.?|minuten?|minutes?|mins|')?", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]{2,}")
_IN_BRACKETS = re.compile(r"<([^<>]+)>")
_PHONE = re.compile(
    r"[+\d(][\d\s()/.\-–x]*(?:(?:durchwahl|ext\.?|dw)\s*\d+)?(?:\s*\([^()\d]*\))?",
    re.IGNORECASE,
)
_EPOCH = (dt.date(1899, 12, 30), dt.date(1899, 12, 31), dt.date(1900, 1, 1), dt.date(1904, 1, 1))
"""The day 0 of spreadsheets: a time alone, written as a moment."""


def read_cell(name: str, cell: Cell) -> Read:
    """A cell as the field `name`."""
    if isinstance(cell, float) and not math.isfinite(cell):
        # There is no such number to reckon with: it is what stands there as text.
        cell = str(cell)
    if cell is None or (isinstance(cell, str) and _says_nothing(name, cell.strip())):
        return NOTHING
    special = {"label": _label, "pitch": _pitch, "minutes": _minutes, "phone": _phone}.get(name)
    if special is not None:
        return special(cell)
    text = as_text(cell)
    try:
        if name in ("summary", "links"):
            text = texts.clean(text, limit=LIMITS[name])
        else:
            text = texts.clean_line(text, limit=LIMITS[name]) or ""
    except Refused as refused:
        return Read(problem=Problem(name, refused.word, text[:60]))
    if not text:
        return NOTHING
    further = {"email": _email, "links": _links, "role": _role}.get(name)
    return further(text) if further is not None else Read((text,))


def _says_nothing(name: str, text: str) -> bool:
    return bool(_NOTHING.fullmatch(text)) or (name in _MAY_COME and is_to_come(text))


def is_to_come(text: str) -> bool:
    """Whether somebody wrote that this will be known later: to a list that is an empty cell."""
    return bool(_TO_COME.fullmatch(text.strip().rstrip(".")))


def as_text(cell: Cell) -> str:
    """A cell as its program would show it to a German reader."""
    match cell:
        case None:
            return ""
        case bool():
            return "ja" if cell else "nein"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case float():
            return str(cell).replace(".", ",")
        case dt.datetime() if cell.time() != dt.time():
            return f"{cell:%d.%m.%Y %H:%M}"
        case dt.date():
            return f"{cell:%d.%m.%Y}"
        case dt.time():
            return f"{cell:%H:%M}"
        case dt.timedelta():
            return _clock_of(cell)
    return str(cell)


def _label(cell: Cell) -> Read:
    match cell:
        case bool():
            return _wrong("label", "label_odd", cell)
        case float() if not cell.is_integer():
            # 10.25 could be anything.
            whole, _, part = str(cell).partition(".")
            return _wrong("label", "label_number", cell, f"{whole}-{part}")
        case dt.datetime() | dt.date():
            return _wrong("label", "label_date", cell, _typed_as_date(cell))
        case dt.time() | dt.timedelta():
            return _wrong("label", "label_odd", cell)
    text = as_text(cell)
    if _SLASHED.fullmatch(text.strip()):
        split = re.split(r"\s*/\s*", text)
    else:
        split = [text] if _HALL.match(text.strip()) else _SEVERAL.split(text)
    labels: list[str] = []
    for part in split:
        try:
            label = texts.clean_line(part, limit=LIMITS["label"])
        except Refused as refused:
            return Read(problem=Problem("label", refused.word, text[:60]))
        if label:
            label = _BEFORE_A_NUMBER.sub("", label)
            label = label.lstrip("0") or "0" if label.isdecimal() else label
            if not fits(label):
                return _wrong("label", "label_odd", label)
            if label_key(label) not in map(label_key, labels):
                labels.append(label)
    return Read(tuple(labels))


def _typed_as_date(day: dt.date) -> str:
    """What somebody typed that became this day: 3-4 a day in April, 10-25 a month of 2025."""
    if day.day == 1 and day.year % 100 > 12:
        return f"{day.month}-{day.year % 100}"
    return f"{day.day}-{day.month}"


def _pitch(cell: Cell) -> Read:
    match cell:
        case bool():
            return _wrong("pitch", "time", cell)
        case dt.time():
            return Read((f"{cell:%H:%M}",))
        case dt.timedelta():
            return (
                Read((_clock_of(cell),))
                if cell < dt.timedelta(days=1)
                else _wrong("pitch", "time", cell)
            )
        case dt.datetime() if cell.date() in _EPOCH or cell.time() != dt.time():
            return Read((f"{cell:%H:%M}",))
        case dt.date():
            # 10.25 became a month of 2025, 10.11 a day in November.
            hour, minute = (
                (cell.month, cell.year % 100)
                if cell.day == 1 and cell.year % 100 > 12
                else (cell.day, cell.month)
            )
            return _wrong("pitch", "time_date", cell, _clock(hour, minute))
        case int() | float() if 0 < cell < 1:
            return Read((_clock_of(dt.timedelta(days=float(cell))),))
        case int() | float():
            # 10.3 is what became of 10.30; as a number it could be another thing.
            hour = int(cell)
            return _wrong("pitch", "time_number", cell, _clock(hour, round((cell - hour) * 100)))
    text = " ".join(str(cell).split())
    if re.fullmatch(r"\d{3,4}", text):
        return _wrong("pitch", "time_number", cell, _clock(int(text[:-2]), int(text[-2:])))
    found = _CLOCK.fullmatch(text)
    if found is None:
        return _wrong("pitch", "time", cell)
    hour, minute, half = (
        int(found[1]),
        int(found[2] or 0),
        (found[3] or "").lower().replace(".", ""),
    )
    if found[2] is None and not half:
        return _wrong("pitch", "time_number", cell, _clock(hour, 0))
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:
            return _wrong("pitch", "time", cell)
        hour = hour % 12 + (12 if half == "pm" else 0)
    clock = _clock(hour, minute)
    return Read((clock,)) if clock else _wrong("pitch", "time", cell)


def _clock(hour: int, minute: int) -> str:
    return f"{hour:02}:{minute:02}" if 0 <= hour < 24 and 0 <= minute < 60 else ""


def _clock_of(duration: dt.timedelta) -> str:
    minutes = round(duration.total_seconds() / 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _minutes(cell: Cell) -> Read:
    match cell:
        case bool() | dt.datetime() | dt.date():
            return _wrong("minutes", "minutes", cell)
        case dt.time():
            # 00:03, or 3:00 from a program that takes hours for minutes.
            count = cell.minute if not cell.hour else cell.hour if not cell.minute else 0
        case dt.timedelta():
            count = round(cell.total_seconds() / 60)
        case int() | float():
            count = int(cell) if cell == int(cell) else 0
        case _:
            text = " ".join(str(cell).split())
            found = _MINUTES.fullmatch(text) or re.fullmatch(r"0{1,2}:(\d{2})(?::00)?", text)
            count = int(found[1]) if found else 0
    return Read((str(count),)) if 1 <= count <= 240 else _wrong("minutes", "minutes", cell)


def _phone(cell: Cell) -> Read:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        digits = as_text(cell)
        if not digits.isdecimal() or len(digits) < 3:
            return _wrong("phone", "phone", cell)
        if digits.startswith("49") and len(digits) > 10:
            return Read((f"+{digits}",), remark="phone_number")
        # As a number it lost the 0 of its area code.
        return Read((f"0{digits}",), remark="phone_number")
    try:
        text = texts.clean_line(as_text(cell), limit=LIMITS["phone"])
    except Refused as refused:
        return Read(problem=Problem("phone", refused.word, as_text(cell)[:60]))
    text = re.sub(
        r"^(?:tel\.?|telefon|fon|mobil|phone)\s*:?\s*", "", text or "", flags=re.IGNORECASE
    )
    if not _PHONE.fullmatch(text) or sum(one.isdigit() for one in text) < 3:
        return _wrong("phone", "phone", cell)
    return Read((text,))


def _email(text: str) -> Read:
    text = re.sub(r"^mailto:", "", text, flags=re.IGNORECASE)
    text = re.sub(r"\s*[(\[]\s*(?:at|ät)\s*[)\]]\s*", "@", text, flags=re.IGNORECASE)
    text = re.sub(r"\s*\([^()@]*\)$", "", text)
    inner = _IN_BRACKETS.search(text)
    address = (inner[1] if inner else text).strip().rstrip(".;,")
    return Read((address,)) if _EMAIL.fullmatch(address) else _wrong("email", "email", text)


def _links(text: str) -> Read:
    found = []
    for word in re.split(r"[\s,;|]+", text):
        if not word:
            continue
        link = f"https://{word}" if re.match(r"(?!\w+://)[\w-]+(\.[\w-]+)+", word) else word
        if not re.fullmatch(r"https?://[\w.-]+\.[a-z]{2,}(:\d+)?([/?#]\S*)?", link, re.IGNORECASE):
            return _wrong("links", "link", text)
        found.append(link)
    return Read(("\n".join(found),))


def _role(text: str) -> Read:
    plain = text.casefold()
    found = next((role for role, words in ROLES.items() if words.search(plain)), None)
    return Read((found,)) if found else _wrong("role", "role", text)


def _wrong(name: str, word: str, cell: Cell, meant: str = "") -> Read:
    return Read(problem=Problem(name, word, as_text(cell)[:60], meant))
