"""Sheets of cells, from whatever file a list comes in. What it is, its bytes say, not its name."""

import codecs
import datetime as dt
from dataclasses import dataclass

from exchange.domain.refusals import Refused
from exchange.domain.stand_lists.delimited import read_delimited

MOST_BYTES = 10 * 1024 * 1024
"""Of a file: the largest list of 5,000 rows that we have seen has 3 MB."""
MOST_ROWS = 10_000
MOST_CELLS = 400_000
"""Of all sheets together."""
MOST_CHARACTERS = 10_000
"""Of a cell; what is longer is no field of a list."""

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
"""As the program that wrote the file had it; None where there was nothing."""


@dataclass(frozen=True)
class Row:
    """A row under the number by which its program calls it, from 1."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table with its name; `""` for a file that holds a single one without."""

    name: str
    rows: tuple[Row, ...]


_WORKBOOKS = {b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"\xd0\xcf\x11\xe0": "ole"}
_OTHERS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc",
)
"""Begins of files that hold no table: documents, pictures, archives."""


def read_sheets(data: bytes) -> list[Sheet]:
    """The sheets of a file.

    Takes CSV and TSV in UTF-8, UTF-16 and Windows-1252, XLSX, XLS and ODS. Refuses `list_empty`,
    `list_large`, `list_kind` for what is no list, `list_encrypted`, `list_damaged`, `list_quote`
    (with the row) for a quotation mark that is never closed.
    """
    if len(data) > MOST_BYTES:
        raise Refused("list_large", limit=MOST_BYTES // 1024 // 1024)
    if not data.strip():
        raise Refused("list_empty")
    container = _WORKBOOKS.get(data[:4])
    if container is not None:
        # Its library is loaded by those alone who read a workbook.
        from exchange.domain.stand_lists import workbooks

        sheets = workbooks.read_zip(data) if container == "zip" else workbooks.read_ole(data)
    elif data.startswith(_OTHERS):
        raise Refused("list_kind")
    else:
        sheets = read_text(_decoded(data))
    if not any(cell is not None for sheet in sheets for row in sheet.rows for cell in row.cells):
        raise Refused("list_empty")
    return sheets


def read_text(text: str) -> list[Sheet]:
    """The one sheet of a text file, or of what was pasted. Refuses as `read_sheets`."""
    # What is too long need not be read to its end.
    rows = read_delimited(text, 2 * MOST_ROWS)
    require_bounds(sum(len(cells) for _, cells in rows), len(rows))
    return [Sheet("", tuple(Row(number, tuple(map(_text_cell, cells))) for number, cells in rows))]


def require_bounds(cells: int, rows: int) -> None:
    """Refuses `list_rows` for more than anybody reads through."""
    if rows > MOST_ROWS or cells > MOST_CELLS:
        raise Refused("list_rows", limit=MOST_ROWS)


def _text_cell(text: str) -> Cell:
    return text[:MOST_CHARACTERS] or None


def _decoded(data: bytes) -> str:
    """Refuses `list_kind` for bytes that are no text."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return _require_text(data[len(mark) :].decode(encoding, "replace"))
    without_mark = _utf16_without_mark(data)
    if without_mark is not None:
        return _require_text(data.decode(without_mark, "replace"))
    try:
        return _require_text(data.decode())
    except UnicodeDecodeError:
        # Every byte means something there, or next to nothing: what Excel calls "CSV".
        return _require_text(data.decode("cp1252", "replace"))


def _utf16_without_mark(data: bytes) -> str | None:
    """In a list in UTF-16 every second byte of most letters is 0."""
    start = data[:1000]
    if len(start) < 4:
        return None
    even, odd = start[::2].count(0) / len(start[::2]), start[1::2].count(0) / len(start[1::2])
    if odd > 0.6 and even < 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 and odd < 0.1 else None


def _require_text(text: str) -> str:
    start = text[:10_000]
    odd = sum(
        character == "\ufffd" or (character < " " and character not in "\t\n\r\x0b\x0c\x1f")
        for character in start
    )
    if "\0" in text or odd > len(start) / 50:
        raise Refused("list_kind")
    return text
