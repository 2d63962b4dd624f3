"""Files that are taken away: what was written is read again by another program, sign by sign."""

import csv
import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from exchange import jobs
from exchange.exports.mailto import LONGEST, mailto
from exchange.exports.tables import Table, as_csv, as_ods, as_xlsx
from tests.support.hypotheses import REPEATABLE

HEADER = ("Stand", "Projekt", "E-Mail")
ODD = [
    "=1+1",
    '=HYPERLINK("http://example.org";"hier")',
    "+1+1",
    "-2",
    "@SUM(A1:A9)",
    "+49 209 1234",
    "+492091234",
    "007",
    "3-4",
    "10.25",
    "1e5",
    "Straße; \"Halle\" <2> & 'so'",
    "zwei\nZeilen",
    "http://example.org/pass#AAAA",
    "ẞ 日本 🎪",
    "TRUE",
    "",
    " außen leer ",
]


def table(*cells: str) -> Table:
    return Table("Zugangskarten GE", HEADER, [(cell, "Projekt", "a@example.org") for cell in cells])


def read(data: bytes) -> list[list[object]]:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]


@pytest.mark.parametrize("write", [as_xlsx, as_ods])
def test_every_cell_of_a_workbook_is_the_text_that_was_meant(
    write: Callable[[Table], bytes],
) -> None:
    rows = read(write(table(*ODD)))
    assert rows[0] == list(HEADER)
    assert [row[0] for row in rows[1:]] == ODD
    assert all(isinstance(cell, str) for row in rows for cell in row)


@pytest.mark.parametrize("write", [as_xlsx, as_ods])
def test_no_workbook_holds_a_formula_or_a_link(write: Callable[[Table], bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(write(table(*ODD)))) as packed:
        told = b"".join(
            packed.read(name)
            for name in packed.namelist()
            if "content" in name.lower() or "sheet1" in name
        )
    for sign in (b"<f>", b"<f ", b"table:formula", b"hyperlink", b"text:a "):
        assert sign not in told


any_text = st.text(
    alphabet=st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"
    ),
    max_size=30,
)


@settings(REPEATABLE, max_examples=60)
@given(cells=st.lists(any_text | st.sampled_from(ODD), min_size=1, max_size=6))
def test_any_text_comes_back_from_both_workbooks(cells: list[str]) -> None:
    for write in (as_xlsx, as_ods):
        assert [row[0] for row in read(write(table(*cells)))[1:]] == cells


@pytest.mark.parametrize("write", [as_xlsx, as_ods])
def test_what_xml_cannot_hold_leaves_the_file_readable(write: Callable[[Table], bytes]) -> None:
    assert read(write(table("a\x00b\x1fc\ufffe")))[1][0] == "abc"


def test_an_ods_says_what_it_is_in_its_first_bytes() -> None:
    made = as_ods(table("7"))
    assert made[30:38] == b"mimetype"
    assert made[38:84] == b"application/vnd.oasis.opendocument.spreadsheet"


def test_a_csv_is_as_a_german_excel_opens_it() -> None:
    made = as_csv(table("7", 'Halle "Nord"; oben'))
    assert made.startswith(b"\xef\xbb\xbfStand;Projekt;E-Mail\r\n")
    assert made.endswith(b'"Halle ""Nord""; oben";Projekt;a@example.org\r\n')


def test_a_csv_holds_nothing_that_is_computed_and_phones_keep_their_plus() -> None:
    lines = as_csv(table("=1+1", "+1+1", "-2", "@A1", "+49 209 1234", "7")).decode("utf-8-sig")
    first = [line.split(";")[0] for line in lines.splitlines()[1:]]
    assert first == ["'=1+1", "'+1+1", "'-2", "'@A1", "\t+49 209 1234", "7"]


def test_nothing_is_computed_behind_a_blank_or_in_a_heading() -> None:
    cells = ["\t=1+1", "\r=1+1", "\n=1+1"]
    made = as_csv(Table("7", ["=1+1"], [[cell] for cell in cells])).decode("utf-8-sig")
    told = list(csv.reader(io.StringIO(made, newline=""), delimiter=";"))
    assert told == [["'=1+1"], *([f"'{cell}"] for cell in cells)]


def test_five_thousand_rows_are_written_by_a_child(tmp_path: object) -> None:
    import base64
    import json

    rows = [[str(number), "Projekt", "=x"] for number in range(5000)]
    told = json.dumps({"title": "t", "header": HEADER, "rows": rows}).encode()
    for kind in ("xlsx", "ods"):
        made = base64.b64decode(jobs.run("exchange.exports.task:write", told, kind=kind))
        assert read(made)[1:] == rows


def test_a_mail_is_encoded_and_never_too_long() -> None:
    link = mailto("ä b@example.org", "Ihr Zugang & mehr", "Größe?\nZwei", "kurz")
    assert link == (
        "mailto:%C3%A4%20b@example.org?subject=Ihr%20Zugang%20%26%20mehr"
        "&body=Gr%C3%B6%C3%9Fe%3F%0D%0AZwei"
    )
    assert mailto("a@example.org", "x", "ß" * 400, "http://x/pass#A") == (
        "mailto:a@example.org?body=http%3A%2F%2Fx%2Fpass%23A"
    )
    assert len(mailto("a@example.org", "x", "a" * 1900, "kurz")) < LONGEST


def test_nobody_is_addressed_by_what_is_hidden_in_an_address() -> None:
    link = mailto("a@example.org?bcc=all@example.org&x=", "x", "y", "z")
    assert link.startswith("mailto:a@example.org%3Fbcc%3Dall@example.org%26x%3D?subject=")
