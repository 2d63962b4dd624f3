"""Sheets of XLSX, XLS and ODS files, by python-calamine.

Whoever calls this is a child process with a bound on its memory (`exchange/jobs.py`): a file of a
few kilobytes can name a cell so far out that no machine holds the table.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from exchange.domain.refusals import Refused
from exchange.domain.stand_lists.tables import Cell, Row, Sheet, require_bounds

MOST_UNPACKED = 80 * 1024 * 1024
"""Of all parts of a file together."""
_CHUNK = 1024 * 1024

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_XLSX_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_ATTRIBUTE = re.compile(rb'\b(?:\w+:)?([\w-]+)="([^"]*)"')
_ODS_PART = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)\b([^>]*?)(/?)>")

Merged = list[tuple[tuple[int, int], tuple[int, int]]]
"""First and last cell of each range, as (row, column) from 0."""


def read_zip(data: bytes) -> list[Sheet]:
    """The sheets of an XLSX or ODS file. Refuses as `tables.read_sheets`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _require_size(archive)
            names = archive.namelist()
            if "content.xml" in names:
                hidden, merged = _ods_marks(archive.read("content.xml"))
            elif "xl/workbook.xml" in names:
                hidden, merged = _xlsx_hidden(archive), {}
            elif "EncryptedPackage" in names:
                raise Refused("list_encrypted")
            else:
                raise Refused("list_kind")
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise Refused("list_damaged") from error
    except RuntimeError as error:
        # zipfile's own for a part that wants a password.
        raise Refused("list_encrypted") from error
    return _sheets(data, hidden, merged)


def read_ole(data: bytes) -> list[Sheet]:
    """The sheets of an XLS file. Refuses as `tables.read_sheets`."""
    if _ENCRYPTED in data:
        raise Refused("list_encrypted")
    return _sheets(data, {}, {})


def _sheets(data: bytes, hidden: dict[str, set[int]], merged: dict[str, Merged]) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            found = []
            for name in workbook.sheet_names:
                sheet = workbook.get_sheet_by_name(name)
                require_bounds(sheet.height * sheet.width, sheet.height)
                cells = sheet.to_python(skip_empty_area=False)
                _fill_merged(cells, merged.get(name) or sheet.merged_cell_ranges or [])
                found.append(_sheet(name, cells, hidden.get(name, set())))
            return found
    except PasswordError as error:
        raise Refused("list_encrypted") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("list_damaged") from error


def _sheet(name: str, cells: list[list[Any]], hidden: set[int]) -> Sheet:
    rows = (
        Row(number, tuple(map(_cell, row)), number in hidden) for number, row in enumerate(cells, 1)
    )
    return Sheet(name, tuple(row for row in rows if any(cell is not None for cell in row.cells)))


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return value.strip() or None
    cell: Cell = value
    return cell


def _fill_merged(cells: list[list[Any]], merged: Merged) -> None:
    """Merged cells hold their value in the first one only; it stands for all their rows.

    Not for their columns: a title across the table belongs to no column.
    """
    for (top, left), (bottom, right) in merged:
        if right == left and top < len(cells) and left < len(cells[top]):
            for row in cells[top + 1 : bottom + 1]:
                row[left] = cells[top][left]


def _require_size(archive: zipfile.ZipFile) -> None:
    """Refuses `list_large` for what unpacks to more than any list has.

    Unpacked for that, as sizes that a file tells of itself may be made up; `zipfile` finds out.
    """
    left = MOST_UNPACKED
    too_large = Refused("list_large", sentence="list_unpacked", limit=MOST_UNPACKED // 1024 // 1024)
    if sum(part.file_size for part in archive.infolist()) > left:
        raise too_large
    for part in archive.infolist():
        with archive.open(part) as unpacked:
            while chunk := unpacked.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise too_large


def _xlsx_hidden(archive: zipfile.ZipFile) -> dict[str, set[int]]:
    """The hidden rows of each sheet, by their numbers; python-calamine does not tell them."""
    targets = {
        told["Id"]: told["Target"]
        for told in _elements(archive, "xl/_rels/workbook.xml.rels", rb"Relationship")
        if "Id" in told and "Target" in told
    }
    hidden: dict[str, set[int]] = {}
    for told in _elements(archive, "xl/workbook.xml", rb"sheet"):
        path = targets.get(told.get("id", ""), "")
        path = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
        if path in archive.namelist():
            hidden[told.get("name", "")] = set(_hidden_numbers(archive.read(path)))
    return hidden


def _hidden_numbers(sheet: bytes) -> Iterator[int]:
    number = 0
    for row in _XLSX_ROW.finditer(sheet):
        told = _attributes(row[1])
        number = int(told["r"]) if told.get("r", "").isdigit() else number + 1
        if told.get("hidden") in ("1", "true"):
            yield number


def _ods_marks(content: bytes) -> tuple[dict[str, set[int]], dict[str, Merged]]:
    """The hidden rows and the merged ranges of each sheet."""
    hidden: dict[str, set[int]] = {}
    merged: dict[str, Merged] = {}
    name, row, column, next_row = "", 0, 0, 0
    for kind, written, _closed in (found.groups() for found in _ODS_PART.finditer(content)):
        told = _attributes(written)
        if kind == b"table":
            name, next_row = told.get("name", ""), 0
            hidden[name], merged[name] = set(), []
        elif kind == b"table-row":
            row, column = next_row, 0
            times = _count(told, "number-rows-repeated")
            next_row = row + times
            if told.get("visibility") in ("collapse", "filter") and row < _LAST_ROW:
                hidden.setdefault(name, set()).update(range(row + 1, min(next_row, _LAST_ROW) + 1))
        else:
            down = _count(told, "number-rows-spanned")
            across = _count(told, "number-columns-spanned")
            if down > 1 or across > 1:
                last = (row + down - 1, column + across - 1)
                merged.setdefault(name, []).append(((row, column), last))
            column += _count(told, "number-columns-repeated")
    return hidden, merged


_LAST_ROW = 100_000
"""No list goes on so far; a sheet ends with a million hidden blank ones."""


def _count(told: dict[str, str], name: str) -> int:
    return int(told[name]) if told.get(name, "").isdigit() else 1


def _elements(archive: zipfile.ZipFile, path: str, name: bytes) -> Iterator[dict[str, str]]:
    if path in archive.namelist():
        for found in re.finditer(rb"<(?:\w+:)?" + name + rb"\b([^>]*)>", archive.read(path)):
            yield _attributes(found[1])


def _attributes(written: bytes) -> dict[str, str]:
    return {
        name.decode(): _unescaped(value.decode("utf-8", "replace"))
        for name, value in _ATTRIBUTE.findall(written)
    }


def _unescaped(value: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'")):
        value = value.replace(entity, character)
    return value.replace("&amp;", "&")
