"""What an organiser wrote into fields, made fit to be kept. Each refusal names its field."""

import datetime as dt
import re
from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from exchange.domain import texts
from exchange.domain.refusals import Refused
from exchange.domain.stand_lists.cells import is_to_come, read_cell

Values = Mapping[str, str]
"""What was written, by the names of the fields. A field that is missing stays as it is."""

E = TypeVar("E", bound=Enum)

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_GERMAN_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:\s?Uhr)?")
YEARS = range(2000, 2101)
"""What years a day may have: others are slips of the finger."""


def line(values: Values, name: str, limit: int) -> str | None:
    """One line, None for an empty one. Refuses `too_long` and `characters`."""
    try:
        return texts.clean_line(values.get(name), limit=limit)
    except Refused as refused:
        refused.field = name
        raise


def needed(values: Values, name: str, limit: int) -> str:
    """The same, and refuses `missing` for an empty one."""
    written = line(values, name, limit)
    if written is None:
        raise Refused("missing", field=name)
    return written


def paragraphs(values: Values, name: str, limit: int) -> str | None:
    """Text of several lines, None for none."""
    try:
        return texts.clean(values.get(name) or "", limit=limit) or None
    except Refused as refused:
        refused.field = name
        raise


def links(values: Values, name: str, limit: int) -> str | None:
    """Addresses, one a line, read as in a stand list. Refuses `link` for what is none."""
    told = _as_cell("links", paragraphs(values, name, limit), name)
    if told and len(told) > limit:
        raise Refused("too_long", field=name, limit=limit, length=len(told))
    return told


def email(values: Values, name: str, limit: int) -> str | None:
    """An e-mail address, read as in a stand list. Refuses `email` for what is none."""
    return _as_cell("email", line(values, name, limit), name)


def phone(values: Values, name: str, limit: int) -> str | None:
    """A telephone number, read as in a stand list. Refuses `phone` for what is none."""
    return _as_cell("phone", line(values, name, limit), name)


def _as_cell(kind: str, written: str | None, name: str) -> str | None:
    found = read_cell(kind, written)
    if found.problem is not None:
        raise Refused(found.problem.word, field=name, link=(written or "")[:60])
    if written and is_to_come(written):
        # In a form it would empty the field without a word.
        raise Refused(kind, field=name)
    return "".join(found.values) or None


def day(values: Values, name: str) -> dt.date | None:
    """A day, as fields of dates send it (2026-12-09) or as people write it (9.12.2026).

    Refuses `date`.
    """
    written = line(values, name, 40)
    if written is None:
        return None
    found = _DAY.fullmatch(written)
    german = _GERMAN_DAY.fullmatch(written)
    if found:
        year, month, date = (int(part) for part in found.groups())
    elif german:
        date, month, year = (int(part) for part in german.groups())
    else:
        raise Refused("date", field=name)
    try:
        read = dt.date(year, month, date)
    except ValueError:
        raise Refused("date", field=name) from None
    if read.year not in YEARS:
        raise Refused("date", field=name)
    return read


def time(values: Values, name: str) -> str | None:
    """A time of day as HH:MM. Refuses `time`."""
    written = line(values, name, 20)
    if written is None:
        return None
    found = _TIME.fullmatch(written)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise Refused("time", field=name)
    return f"{int(found[1]):02}:{found[2]}"


def whole(values: Values, name: str, least: int, most: int) -> int:
    """A whole number. Refuses `number`."""
    written = (values.get(name) or "").strip()
    if not (written.isascii() and written.isdecimal() and len(written) < 9):
        raise Refused("number", field=name, least=least, most=most)
    if not least <= int(written) <= most:
        raise Refused("number", field=name, least=least, most=most)
    return int(written)


def flag(values: Values, name: str) -> bool:
    """Yes (`1`) or no (`0`). Refuses `unreadable`."""
    if values.get(name) not in ("0", "1"):
        raise Refused("unreadable", field=name)
    return values[name] == "1"


def choice(values: Values, name: str, kind: type[E]) -> E | None:
    """One of a few words, None for none. Refuses `unreadable`."""
    word = values.get(name)
    try:
        return kind(word) if word else None
    except ValueError:
        raise Refused("unreadable", field=name) from None
