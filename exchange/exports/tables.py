"""Tables as files: XLSX, ODS and CSV, of text cells alone.

What a cell holds is text, whatever it looks like: no program that opens the file computes it. A
phone number keeps its +, a leading zero stays.
"""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

Rows = Sequence[Sequence[str]]

# XML 1.0 has no place for these; a workbook with one in it does not open.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_PHONE = re.compile(r"\+[0-9][0-9 ()/.\-]*")
_NAMES_NOT = re.compile(r"[\[\]:*?/\\']")
_FOLDED = re.compile("\t|^ +| +$| {2,}")
_WIDEST = 60


@dataclass(frozen=True)
class Table:
    """A heading for each column, and the rows below; all of the same length."""

    title: str
    header: Sequence[str]
    rows: Rows


def as_csv(table: Table) -> bytes:
    """As a German Excel opens it: UTF-8 with its mark, semicolons, CRLF.

    CSV knows no text cells. What a program might compute begins with an apostrophe; a phone number
    with a tab, for it computes nothing and is to be dialled.
    """
    told = io.StringIO()
    writer = csv.writer(told, delimiter=";", lineterminator="\r\n")
    writer.writerow(_not_computed(cell) for cell in table.header)
    for row in table.rows:
        writer.writerow(_not_computed(cell) for cell in row)
    return b"\xef\xbb\xbf" + told.getvalue().encode()


def as_xlsx(table: Table) -> bytes:
    """As an Excel workbook of one sheet; its first row stays in sight."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.set_properties({"title": table.title})
    sheet = book.add_worksheet(_sheet_name(table.title))
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"num_format": "@", "bold": True})
    for number, width in enumerate(_widths(table)):
        sheet.set_column(number, number, width, text)
    for column, cell in enumerate(table.header):
        sheet.write_string(0, column, _for_xml(cell), head)
    for line, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row):
            # Never `write`: that makes formulas, numbers and links of what looks like one.
            sheet.write_string(line, column, _for_xml(cell), text)
    sheet.freeze_panes(1, 0)
    book.close()
    return made.getvalue()


def as_ods(table: Table) -> bytes:
    """As an OpenDocument spreadsheet of one sheet."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        # The first of all, and as it is: by this programs know what it is.
        packed.writestr(zipfile.ZipInfo("mimetype"), _ODS, zipfile.ZIP_STORED)
        packed.writestr("META-INF/manifest.xml", _MANIFEST)
        packed.writestr("content.xml", _content(table))
    return made.getvalue()


def _not_computed(cell: str) -> str:
    if not cell.startswith(_FORMULA):
        return cell
    return f"\t{cell}" if _PHONE.fullmatch(cell) else f"'{cell}"


def _for_xml(cell: str) -> str:
    return _NO_XML.sub("", cell)


def _sheet_name(title: str) -> str:
    return _NAMES_NOT.sub(" ", _for_xml(title)).strip()[:31] or "1"


def _widths(table: Table) -> list[int]:
    """How wide each column is, in signs."""
    longest = [len(cell) for cell in table.header]
    for row in table.rows:
        longest = [max(pair) for pair in zip(longest, map(len, row), strict=True)]
    return [min(width, _WIDEST) + 2 for width in longest]


_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    ' manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
_URN = "urn:oasis:names:tc:opendocument:xmlns"


def _content(table: Table) -> str:
    widths = _widths(table)
    columns = "".join(
        f'<style:style style:name="c{number}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width * 0.2:.1f}cm"/></style:style>'
        for number, width in enumerate(widths)
    )
    lines = [_row(table.header, ' table:style-name="head"'), *(_row(row) for row in table.rows)]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<office:document-content xmlns:office="{_URN}:office:1.0"'
        f' xmlns:table="{_URN}:table:1.0" xmlns:text="{_URN}:text:1.0"'
        f' xmlns:style="{_URN}:style:1.0"'
        f' xmlns:fo="{_URN}:xsl-fo-compatible:1.0" office:version="1.3">'
        f"<office:automatic-styles>{columns}"
        '<style:style style:name="head" style:family="table-cell">'
        '<style:text-properties fo:font-weight="bold"/></style:style>'
        "</office:automatic-styles><office:body><office:spreadsheet>"
        f"<table:table table:name={quoteattr(_sheet_name(table.title))}>"
        + "".join(f'<table:table-column table:style-name="c{n}"/>' for n in range(len(widths)))
        + "".join(lines)
        + "</table:table></office:spreadsheet></office:body></office:document-content>"
    )


def _row(cells: Sequence[str], style: str = "") -> str:
    return (
        "<table:table-row>"
        + "".join(
            f'<table:table-cell{style} office:value-type="string">'
            f"{_paragraphs(cell)}</table:table-cell>"
            for cell in cells
        )
        + "</table:table-row>"
    )


def _paragraphs(cell: str) -> str:
    """A paragraph a line; blanks that the format would fold, and tabs, by their names in it."""
    lines = escape(_for_xml(cell)).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "".join(f"<text:p>{_FOLDED.sub(_blanks, line)}</text:p>" for line in lines)


def _blanks(found: re.Match[str]) -> str:
    if found[0] == "\t":
        return "<text:tab/>"
    return f'<text:s text:c="{len(found[0])}"/>'
