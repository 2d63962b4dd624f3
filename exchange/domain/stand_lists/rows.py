"""The entries of a sheet: who stands where with what, and what is wrong with a row."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from exchange.domain.stand_lists.cells import Problem, Read, label_key, read_cell
from exchange.domain.stand_lists.columns import FIELDS, Columns
from exchange.domain.stand_lists.tables import Row, Sheet

_SALUTATIONS = re.compile(r"herrn?|frau|herr/frau|mr\.?|mrs\.?|ms\.?|divers|-", re.IGNORECASE)


@dataclass
class Entry:
    """One row. `values` has the fields that the list has a column for; None is a blank cell."""

    row: int
    labels: tuple[str, ...] = ()
    values: dict[str, str | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)
    """(field, word) of what was put right and should be looked at."""
    hidden: bool = False

    @property
    def project(self) -> str:
        return self.values.get("project") or ""

    @property
    def partner(self) -> str:
        return self.values.get("partner") or ""


@dataclass(frozen=True)
class StandList:
    """A list as it was read."""

    columns: Columns
    entries: list[Entry]
    hidden: tuple[int, ...]
    """The rows that nobody sees who opens the list; they are read all the same, and said."""


def read_list(sheet: Sheet, columns: Columns) -> StandList:
    """The entries below the header; rows that name neither stand nor project are left out."""
    entries = [
        entry
        for row in sheet.rows
        if row.number > columns.row and (entry := _entry(row, columns)) is not None
    ]
    _require_distinct_labels(entries)
    return StandList(columns, entries, tuple(one.row for one in entries if one.hidden))


def _entry(row: Row, columns: Columns) -> Entry | None:
    entry = Entry(row.number, hidden=row.hidden)
    read: dict[str, list[Read]] = defaultdict(list)
    for place, meaning in enumerate(columns.meanings):
        if meaning is not None:
            cell = row.cells[place] if place < len(row.cells) else None
            of_a_name = meaning not in FIELDS
            read[meaning].append(read_cell("person" if of_a_name else meaning, cell))
    _join_name(read)
    for name, found in read.items():
        entry.problems += [one.problem for one in found if one.problem]
        entry.remarks += [(name, one.remark) for one in found if one.remark]
        values = [value for one in found for value in one.values]
        if name == "label":
            entry.labels = tuple(values)
        else:
            entry.values[name] = ", ".join(values) or None
    if not entry.labels and not entry.project and not entry.values.get("key"):
        troubled = {problem.field for problem in entry.problems}
        if not troubled & {"label", "project"}:
            return None
    _require_whole(entry)
    return entry


def _join_name(read: dict[str, list[Read]]) -> None:
    """Salutation, degree, first and last name are one person."""
    parts = [read.pop(part, []) for part in ("salutation", "degree", "first", "last")]
    if not any(parts):
        return
    words = [
        value
        for part in parts
        for one in part
        for value in one.values
        if not _SALUTATIONS.fullmatch(value)
    ]
    # Only a name makes a person: "Frau Dr." alone is none.
    named = any(one.values for part in parts[2:] for one in part)
    read["person"] = [Read((" ".join(words),)) if named and words else Read()]


def _require_whole(entry: Entry) -> None:
    troubled = {problem.field for problem in entry.problems}
    if not entry.labels and "label" not in troubled:
        entry.problems.append(Problem("label", "missing", ""))
    if not entry.project and not entry.values.get("key") and "project" not in troubled:
        entry.problems.append(Problem("project", "missing", ""))


def _require_distinct_labels(entries: Iterable[Entry]) -> None:
    """Two rows of one stand are two contacts of its project; two projects at one stand are none."""
    first: dict[str, Entry] = {}
    for entry in entries:
        for label in entry.labels:
            other = first.setdefault(label_key(label), entry)
            if other is not entry and not _same_project(other, entry):
                entry.problems.append(Problem("label", "label_twice", label, str(other.row)))


def _same_project(one: Entry, other: Entry) -> bool:
    key, other_key = one.values.get("key"), other.values.get("key")
    if key and other_key:
        return key == other_key
    return title_key(one.project) == title_key(other.project)


def title_key(title: str) -> str:
    """What makes two titles the same: neither case nor signs nor blanks."""
    return "".join(one for one in title.casefold() if one.isalnum())
