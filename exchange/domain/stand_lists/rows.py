"""The rows of a list as they are meant: who stands where with what, and what is wrong with it."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from exchange.domain.stand_lists.cells import Problem, Read, as_text, read_cell
from exchange.domain.stand_lists.columns import FIELDS, Columns
from exchange.domain.stand_lists.sameness import key_of, title_key
from exchange.domain.stand_lists.tables import Cell, Row, Sheet
from exchange.models.labels import label_key

_SALUTATIONS = re.compile(r"herrn?|frau|herr/frau|mr\.?|mrs\.?|ms\.?|divers|-", re.IGNORECASE)


@dataclass
class StandRow:
    """One row: a project at its stands.

    `values` has the fields that the list has a column for; None is a blank cell.
    """

    number: int
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
    rows: list[StandRow]
    hidden: tuple[int, ...]
    """The rows that nobody sees who opens the list; they are read all the same, and said."""


def read_list(sheet: Sheet, columns: Columns) -> StandList:
    """The rows below the header; those that name neither stand nor project are left out."""
    header = next((row for row in sheet.rows if row.number == columns.row), None)
    rows = [
        read
        for row in sheet.rows
        if row.number > columns.row
        and not (header and _is_header_again(row, header))
        and (read := _read_row(row, columns)) is not None
    ]
    note_labels_twice(rows)
    return StandList(columns, rows, tuple(row.number for row in rows if row.hidden))


def _read_row(row: Row, columns: Columns) -> StandRow | None:
    cells: dict[str, list[Read]] = defaultdict(list)
    for place, meaning in enumerate(columns.meanings):
        if meaning is not None:
            cell = row.cells[place] if place < len(row.cells) else None
            of_a_name = meaning not in FIELDS
            cells[meaning].append(read_cell("person" if of_a_name else meaning, cell))
    _join_name(cells)
    read = StandRow(row.number, hidden=row.hidden)
    for name, found in cells.items():
        read.problems += [one.problem for one in found if one.problem]
        read.remarks += [(name, one.remark) for one in found if one.remark]
        values = [value for one in found for value in one.values]
        if name == "label":
            read.labels = tuple(values)
        else:
            read.values[name] = ", ".join(values) or None
    troubled = {problem.field for problem in read.problems}
    has_project = read.project or read.values.get("key") or "project" in troubled
    if not has_project and not read.labels and "label" not in troubled:
        return None
    if not has_project:
        read.problems.append(Problem("project", "missing", ""))
    if not read.labels and "label" not in troubled:
        read.problems.append(Problem("label", "missing", ""))
    return read


def _join_name(cells: dict[str, list[Read]]) -> None:
    """Salutation, degree, first and last name are one person."""
    parts = [cells.pop(part, []) for part in ("salutation", "degree", "first", "last")]
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
    cells["person"] = [Read((" ".join(words),)) if named and words else Read()]


def _is_header_again(row: Row, header: Row) -> bool:
    """Whether the names of the columns stand here once more, as above each part of a long list."""
    names = [
        (_as_name(cell), _as_name(header.cells[place]) if place < len(header.cells) else "")
        for place, cell in enumerate(row.cells)
        if _as_name(cell)
    ]
    return len(names) > 1 and all(here == above for here, above in names)


def _as_name(cell: Cell) -> str:
    return title_key(as_text(cell))


def note_labels_twice(rows: Iterable[StandRow]) -> None:
    """Two rows of one stand are two contacts of its project; two projects at one stand are none.

    What was noted before, when there were other rows, is noted no more.
    """
    first: dict[str, StandRow] = {}
    for row in rows:
        row.problems = [one for one in row.problems if one.word != "label_twice"]
        for label in row.labels:
            other = first.setdefault(label_key(label), row)
            if other is not row and not _same_project(other, row):
                row.problems.append(Problem("label", "label_twice", label, row=other.number))


def _same_project(one: StandRow, other: StandRow) -> bool:
    key, other_key = one.values.get("key"), other.values.get("key")
    if key and other_key:
        return key_of(key) == key_of(other_key)
    return title_key(one.project) == title_key(other.project)


def say_the_same(one: StandRow, other: StandRow) -> bool:
    """Whether a row says exactly what another one did."""
    return (
        list(map(label_key, one.labels)) == list(map(label_key, other.labels))
        and one.values == other.values
        and not one.problems
    )
