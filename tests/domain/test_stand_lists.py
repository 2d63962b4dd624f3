"""Stand lists as organisers send them: what is read of a file, and what must be looked at."""

import csv
import datetime as dt
import io
import math
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st

from exchange.domain.refusals import Refused
from exchange.domain.stand_lists import cells, sentences, task
from exchange.domain.stand_lists.cells import read_cell
from exchange.domain.stand_lists.columns import find_columns
from exchange.domain.stand_lists.delimited import DELIMITERS, read_delimited
from exchange.domain.stand_lists.rows import StandList, StandRow, read_list
from exchange.domain.stand_lists.tables import Cell, Row, Sheet, read_sheets, read_text
from exchange.models.labels import label_key

LISTS = Path(__file__).parents[1] / "data" / "stand_lists"

GOOD = (
    *("stands-comma-bom.csv", "stands-excel-de.csv", "stands-office.xlsx", "stands.xls"),
    *("stands.ods", "stands.xlsx", "stands-pasted.tsv", "stands-name-parts.csv"),
    *("stands-en-booths.csv", "stands-broken-utf16.csv", "stands-broken-xlsx-renamed.csv"),
)
"""Lists of the same twelve projects; the last two are readable whatever their names say."""


def read(name: str) -> StandList:
    return whole(read_sheets((LISTS / name).read_bytes())[0])


def whole(sheet: Sheet) -> StandList:
    return read_list(sheet, find_columns(sheet))


def table(*rows: tuple[Cell, ...]) -> Sheet:
    return Sheet("", tuple(Row(number, cells) for number, cells in enumerate(rows, 1)))


def by_title(found: StandList) -> dict[str, StandRow]:
    return {row.project: row for row in found.rows}


def moment(*parts: int) -> dt.datetime:
    """As spreadsheets have it: of no time zone."""
    return dt.datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


# Whole lists


@pytest.mark.parametrize("name", GOOD)
def test_every_good_list_has_the_twelve_projects_whole(name: str) -> None:
    expected, found = by_title(read("stands.csv")), by_title(read(name))
    assert found.keys() == expected.keys()
    for title, row in found.items():
        assert row.problems == [], title
        for meaning, value in row.values.items():
            if meaning in expected[title].values:
                assert same(meaning, value, expected[title].values[meaning]), (title, meaning)
        if name != "stands-en-booths.csv":
            assert row.labels == expected[title].labels


def same(meaning: str, one: str | None, other: str | None) -> bool:
    if meaning == "phone":
        # As a number it has no blanks any more.
        return (one or "").replace(" ", "") == (other or "").replace(" ", "")
    return " ".join((one or "").split()) == " ".join((other or "").split())


def test_the_first_list_is_read_to_the_letter() -> None:
    row = read("stands.csv").rows[1]
    assert row.labels == ("2",)
    assert row.values == {
        "project": "Serviceportal 24/7",
        "partner": "Stadt Emscherfurt; Kreis Wesenau",
        "summary": "Gemeinsames Portal für 34 Verwaltungsleistungen, rund um die Uhr erreichbar.",
        "person": "Dr. Paul Portalinski",
        "function": "Projektleiter",
        "email": "paul.portalinski@emscherfurt.example.org",
        "phone": "0221 4710102",
        "field": "E-Government",
        "pitch": "10:10",
    }


def test_an_office_list_has_its_header_further_down_and_a_hidden_row() -> None:
    found = read("stands-office.xlsx")
    assert found.columns.row == 4
    assert found.hidden == (7,)
    assert by_title(found)["Open-Data-Portal"].partner == "Stadt Emscherfurt"
    assert by_title(found)["Hundesteuer online"].partner == "Gemeinde Haardstätten"
    sheets = read_sheets((LISTS / "stands-office.xlsx").read_bytes())
    assert [sheet.name for sheet in sheets] == ["Stände", "Hinweise"]


def test_what_excel_made_of_what_was_typed_is_said_with_what_was_meant() -> None:
    problems = {
        (row.number, problem.field): problem
        for row in read("stands-excel-dates.xlsx").rows
        for problem in row.problems
    }
    assert {place: (one.word, one.meant) for place, one in problems.items()} == {
        (3, "label"): ("label_date", "3-4"),
        (4, "pitch"): ("time_date", "10:25"),
        (5, "pitch"): ("time_number", "10:30"),
    }


def test_parts_of_a_name_are_a_person_and_an_address_is_no_place() -> None:
    found = read("stands-name-parts.csv")
    told = found.columns.told()
    assert (told["Titel"], told["Name"], told["Ort"], told["PLZ"]) == (
        "person",
        "person",
        None,
        None,
    )
    assert found.rows[1].values["person"] == "Dr. Paul Portalinski"
    assert found.rows[1].values["place"] == "Saal B"


def test_two_rows_of_one_stand_and_one_row_of_two_stands() -> None:
    two = read("stands-two-contacts.csv").rows
    assert [(one.labels, one.values["person"], one.problems) for one in two[:2]] == [
        (("1",), "Berta Bauplan", []),
        (("1",), "Vera Vertretung", []),
    ]
    places = by_title(read("stands-two-places.csv"))
    assert places["Smarte Straßenlaterne"].labels == ("3", "4")


def test_labels_of_two_projects_are_named_with_the_row_of_the_first() -> None:
    troubled = [
        (row.number, problem.word, problem.found, problem.row)
        for row in read("stands-broken-duplicate-numbers.csv").rows
        for problem in row.problems
    ]
    assert troubled == [
        (7, "label_twice", "4", 5),
        (11, "label_twice", "4", 5),
        (13, "label_twice", "1", 2),
    ]


def test_formulas_are_text_and_a_number_that_starts_with_plus_stays() -> None:
    rows = read("stands-broken-formula.csv").rows
    assert rows[0].project == "=1+1"
    phones = [row.values["phone"] or "" for row in rows]
    assert any(phone.startswith("+") for phone in phones)
    assert [problem for row in rows for problem in row.problems] == []


def test_blank_cells_and_strokes_are_nothing() -> None:
    rows = read("stands-blank-cells.csv").rows
    assert {row.values["summary"] for row in rows} == {None}
    assert rows[1].values["person"] is None


def test_without_a_column_for_projects_each_row_says_what_it_lacks() -> None:
    rows = read("stands-broken-missing-column.csv").rows
    assert {(one.field, one.word) for row in rows for one in row.problems} == {
        ("project", "missing")
    }


def test_a_header_alone_has_no_entries() -> None:
    assert read("stands-broken-header-only.csv").rows == []


def test_a_sheet_and_the_columns_may_be_told(tmp_path: Path) -> None:
    data = (LISTS / "stands-office.xlsx").read_bytes()
    (tmp_path / "standing").touch()

    def compare(**said: Any) -> dict[str, Any]:
        return task.compare(data, progress=lambda _share: None, folder=str(tmp_path), **said)

    told = compare(sheet="Stände", told={"Handlungsfeld": ""})
    assert told["columns"]["Handlungsfeld"] is None
    assert compare(sheet="Tabelle9") == {
        "sheets": ["Stände", "Hinweise"],
        "sheet": None,
        "columns": {},
        "unclear": {},
        "refused": "list_sheet",
        "sentence": "",
        "details": {"sheet": "Tabelle9"},
    }
    assert compare(sheet="Hinweise")["refused"] == "list_header"


# Files that are none


def archive(**parts: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in parts.items():
            written.writestr(name.replace("__", "/"), data)
    return packed.getvalue()


def test_what_is_no_list_is_refused_in_a_word() -> None:
    office = (LISTS / "stands-office.xlsx").read_bytes()
    sheet = (LISTS / "stands.ods").read_bytes()
    refused = {
        "nothing": (b"", "list_empty"),
        "blanks": (b" \r\n\t\r\n", "list_empty"),
        "delimiters": (b";;;\r\n;;;\r\n", "list_empty"),
        "a picture": ((LISTS / "stands-broken-binary.csv").read_bytes(), "list_kind"),
        "a PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "list_kind"),
        "an archive": (archive(readme=b"text"), "list_kind"),
        "zeros": (b"\0" * 5000, "list_kind"),
        "a cut XLSX": (office[: len(office) // 2], "list_damaged"),
        "a cut ODS": (sheet[:-30], "list_damaged"),
        "a cut XLS": ((LISTS / "stands.xls").read_bytes()[:3000], "list_damaged"),
        "an encrypted XLSX": (
            b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            "list_encrypted",
        ),
        "a bomb as XLSX": (archive(**{"xl__workbook.xml": b"0" * 90_000_000}), "list_large"),
        "a bomb as ODS": (archive(**{"content.xml": b"0" * 90_000_000}), "list_large"),
        "11 MB": (b"a;b\n" * 2_900_000, "list_large"),
        "200,000 cells in 20,000 rows": (b"a;b;c;d;e;f;g;h;i;j\n" * 20_000, "list_rows"),
        "an open quotation mark": (
            (LISTS / "stands-broken-unclosed-quote.csv").read_bytes(),
            "list_quote",
        ),
        "one that nothing closes": (b'Stand;Projekt\n1;"Alles\n2;Nichts\n', "list_quote"),
    }
    told = {}
    for name, (data, _) in refused.items():
        with pytest.raises(Refused) as why:
            read_sheets(data)
        told[name] = why.value.word
    assert told == {name: word for name, (_, word) in refused.items()}


def test_a_bomb_is_said_to_be_too_large_unpacked(app: Flask) -> None:
    with pytest.raises(Refused) as refused:
        read_sheets(archive(**{"content.xml": b"0" * 90_000_000}))
    with app.test_request_context("/?lang=de"):
        assert "Ausgepackt" in refused.value.message


def test_the_row_of_an_open_quotation_mark_is_said() -> None:
    with pytest.raises(Refused) as refused:
        read("stands-broken-unclosed-quote.csv")
    assert refused.value.details == {"row": 7}


@pytest.mark.parametrize(
    "text", ["", "nur ein Satz", "a;b\n1;2", "Stand: 14.10.2026\nBitte ausfüllen"]
)
def test_a_table_without_a_header_is_refused(text: str) -> None:
    sheet = table(*((line,) for line in text.split("\n")))
    with pytest.raises(Refused) as refused:
        find_columns(sheet)
    assert refused.value.word == "list_header"


# Text


cell = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20).map(
    lambda text: " ".join(text.split())
)


@given(
    st.sampled_from(DELIMITERS),
    st.integers(2, 6).flatmap(
        lambda width: st.lists(st.lists(cell, min_size=width, max_size=width), min_size=2)
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_program_writes_is_read_whole(
    delimiter: str, rows: list[list[str]], end: str
) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator=end).writerows(rows)
    # As Excel says it; else a cell of other delimiters could be taken for several.
    found = read_delimited(f"sep={delimiter}{end}{written.getvalue()}")
    assert [cells for _, cells in found] == [cells for cells in rows if any(cells)]


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_the_delimiter_and_the_encoding_are_found(delimiter: str, encoding: str) -> None:
    lines = ["Stand", "Projekt", "Größe"], ["1", "Ärger; mit, Trennern", "12,5"], ["2", "Öl", "„5“"]
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(lines)
    (sheet,) = read_sheets(written.getvalue().encode(encoding))
    assert [list(row.cells) for row in sheet.rows] == list(lines)


def test_marks_that_somebody_typed_are_no_quotation() -> None:
    (sheet,) = read_text('Stand;Projekt;Partner\n1;"Lotte" am Telefon;Stadt A\n2;12" Rohre;Stadt B')
    assert [row.cells[1] for row in sheet.rows[1:]] == ['"Lotte" am Telefon', '12" Rohre']


def test_a_cell_may_have_lines_and_rows_keep_their_numbers() -> None:
    (sheet,) = read_text('Stand;Projekt\n\n1;"Eins\nund noch\neins"\n2;Zwei')
    assert [(row.number, row.cells[1]) for row in sheet.rows] == [
        (1, "Projekt"),
        (3, "Eins\nund noch\neins"),
        (6, "Zwei"),
    ]


# Columns


_WITH_WORDS = ["label", "project", "status", "summary"]


@pytest.mark.parametrize(
    ("names", "meanings"),
    [
        (["Stand", "Titel", "Kommune"], ["label", "project", "partner"]),
        (["Nr.", "Stand", "Projekt"], [None, "label", "project"]),
        (["Nr.", "Projekt", "Ort"], ["label", "project", "place"]),
        (["Nr.", "Projekt", "PLZ", "Ort"], ["label", "project", None, None]),
        (["Stand", "Projekt", "Name", "E-Mail"], ["label", "project", "person", "email"]),
        (["Stand", "Name", "Stadt"], ["label", "project", "partner"]),
        (["Booth No.", "Title", "First Name", "Last Name"], ["label", "project", "first", "last"]),
        (
            ["Stand", "Thema", "Titel", "Vorname", "Name"],
            ["label", "project", "degree", "first", "last"],
        ),
        (["STAND-NR.", "PROJEKTTITEL", "Tel. (dienstl.)"], ["label", "project", "phone"]),
        (["Stand", "Projekt", "Telefon", "Mobil"], ["label", "project", "phone", None]),
        (["Stand", "Projekt", "Umsetzungsstand", "Status"], ["label", "project", "status", None]),
        (["Tisch", "Vorhaben", "Ansprechpartner/in"], ["label", "project", "person"]),
        (["Stand", "Projekt", "Halle", "Raum"], ["label", "project", "place", "place"]),
        (["Stand", "Projekt", "Funktion", "Rolle"], ["label", "project", "function", "role"]),
        (["Stand", "Projekt", "Bemerkung"], ["label", "project", None]),
        (["Standplatz", "Titel des Vorhabens", "City"], ["label", "project", "partner"]),
        (["Messestand", "Lösung", "Gebietskörperschaft"], ["label", "project", "partner"]),
        (["Stand #", "Bezeichnung", "Landkreis/Stadt"], ["label", "project", "partner"]),
        (["Stand", "Projekt", "Bezeichnung"], ["label", "project", None]),
        (["lfd. Nr.", "Titel", "Kommune"], ["label", "project", "partner"]),
        (["Lfd. Nr.", "Stand", "Projekt"], [None, "label", "project"]),
        (["Stand", "Platz", "Projekt"], ["label", "place", "project"]),
        (["Platz", "Projekt", "Raum"], ["label", "project", "place"]),
        (["Stand", "Projekt-Nr.", "Projekt"], ["label", "key", "project"]),
        (["Stand", "Projekt", "Projektleiter/in"], ["label", "project", "person"]),
        (["Stand", "Projekt", "Verantwortliche Person"], ["label", "project", "person"]),
        (["Stand", "Projekt", "Gesprächspartner*innen"], ["label", "project", "person"]),
        (["Stand", "Projekt", "Name, Vorname", "eMail"], ["label", "project", "person", "email"]),
        (["Stand", "Projekt", "Fon", "Telefax"], ["label", "project", "phone", None]),
        (["Stand", "Projekt", "Fax-Nr.", "Kontakt-Mail"], ["label", "project", None, "email"]),
        (["Stand", "Projekt", "Zeitslot", "Pitchdauer"], ["label", "project", "pitch", "minutes"]),
        (["Stand", "Projekt", "Slot", "Dauer Pitch"], ["label", "project", "pitch", "minutes"]),
        (["Stand", "Projekt", "Reifegrad", "Projektinhalt"], _WITH_WORDS),
    ],
)
def test_columns_are_known_by_name_and_neighbours(
    names: list[str], meanings: list[str | None]
) -> None:
    assert list(find_columns(table(tuple(names), ("1", "x"))).meanings) == meanings


@pytest.mark.parametrize(
    ("values", "meaning"),
    [(["bestätigt", "angemeldet"], None), (["im Betrieb", "Pilot"], "status")],
)
def test_status_is_the_projects_unless_it_says_who_comes(
    values: list[str], meaning: str | None
) -> None:
    rows = [("Stand", "Projekt", "Status"), *(("1", "x", value) for value in values)]
    assert find_columns(table(*rows)).meanings[2] == meaning


def test_a_contact_column_full_of_addresses_is_the_email() -> None:
    rows = [("Stand", "Projekt", "Kontakt"), ("1", "x", "a@b.de"), ("2", "y", "c@d.de")]
    assert find_columns(table(*rows)).meanings[2] == "email"


def test_two_columns_of_one_name_are_asked_and_told_apart() -> None:
    found = find_columns(table(("Stand", "Projekt", "Telefon", "Telefon"), ("1", "x", "1", "2")))
    assert found.names[2:] == ("Telefon", "Telefon (2)")
    assert found.unclear == {"phone": ("Telefon", "Telefon (2)")}


def test_what_a_person_said_of_a_column_decides() -> None:
    sheet = table(("Stand", "Was", "Projekt", "Wer"), ("1", "x", "y", "z"))
    told = {"Was": "project", "Projekt": "", "Wer": "partner"}
    assert list(find_columns(sheet, told).meanings) == ["label", "project", None, "partner"]
    with pytest.raises(Refused) as refused:
        find_columns(sheet, {"Nirgends": "project"})
    assert (refused.value.word, refused.value.details) == ("list_column", {"column": "Nirgends"})


def test_halls_and_rooms_are_one_place() -> None:
    found = whole(table(("Stand", "Projekt", "Halle", "Raum"), ("1", "x", "Halle 2", "Foyer")))
    assert found.rows[0].values["place"] == "Halle 2, Foyer"


# Cells


@pytest.mark.parametrize(
    ("name", "cell_", "values"),
    [
        ("label", 1.0, ("1",)),
        ("label", "01", ("1",)),
        ("label", " A-12 ", ("A-12",)),
        ("label", "Stand 7", ("7",)),
        ("label", "Hall 2 - Booth 15", ("Hall 2 - Booth 15",)),
        ("label", "3-4", ("3-4",)),
        ("label", "3, 4", ("3", "4")),
        ("label", "3/4", ("3", "4")),
        ("label", "3 und 4", ("3", "4")),
        ("label", "Foyer/Nord", ("Foyer/Nord",)),
        ("label", "3, 03", ("3",)),
        ("label", "A-101 / A-102", ("A-101", "A-102")),
        ("label", "Halle 2, Stand 5", ("Halle 2, Stand 5",)),
        ("label", "#4", ("4",)),
        ("label", "Stand Nr. 12", ("12",)),
        ("label", "Standplatz 4", ("4",)),
        ("label", "Tisch-Nr.: 07", ("7",)),
        ("label", "Standard", ("Standard",)),
        ("pitch", "10:05", ("10:05",)),
        ("pitch", "10 Uhr 05", ("10:05",)),
        ("pitch", "noch offen", ()),
        ("person", "wird nachgereicht", ()),
        ("person", "Wird noch benannt.", ()),
        ("phone", "auf Anfrage", ()),
        ("status", "offen", ("offen",)),
        ("email", "a (at) b.example.org", ("a@b.example.org",)),
        ("email", "a@b.example.org (dienstlich)", ("a@b.example.org",)),
        ("pitch", "10.25 Uhr", ("10:25",)),
        ("pitch", "10.25", ("10:25",)),
        ("pitch", "9 Uhr", ("09:00",)),
        ("pitch", "9h30", ("09:30",)),
        ("pitch", "2:15 PM", ("14:15",)),
        ("pitch", "12 am", ("00:00",)),
        ("pitch", "10:05 - 10:08 Uhr", ("10:05",)),
        ("pitch", "10:05:00", ("10:05",)),
        ("pitch", dt.time(10, 5), ("10:05",)),
        ("pitch", dt.timedelta(hours=10, minutes=5), ("10:05",)),
        ("pitch", moment(1899, 12, 31, 10, 5), ("10:05",)),
        ("pitch", 0.5, ("12:00",)),
        ("minutes", "3 min", ("3",)),
        ("minutes", 3.0, ("3",)),
        ("minutes", dt.time(0, 3), ("3",)),
        ("minutes", "00:03", ("3",)),
        ("phone", 2214710101.0, ("02214710101",)),
        ("phone", 492214710101, ("+492214710101",)),
        ("phone", "+49 221 4710101", ("+49 221 4710101",)),
        ("phone", "Tel.: (0221) 471-0101", ("(0221) 471-0101",)),
        ("email", "mailto:a@b.example.org", ("a@b.example.org",)),
        ("email", "Berta <a@b.example.org>", ("a@b.example.org",)),
        (
            "links",
            "www.example.org, https://example.com/x",
            ("https://www.example.org\nhttps://example.com/x",),
        ),
        ("role", "Fachliche Ansprechperson", ("expert",)),
        ("role", "Nachnutzung und Vertrag", ("contract",)),
        ("project", 24.0, ("24",)),
        ("summary", "Eins\r\nzwei", ("Eins\nzwei",)),
        ("person", "N.N.", ()),
        ("person", "–", ()),
        ("email", "k. A.", ()),
        ("project", "x" * 300, ("x" * 300,)),
        ("project", "a\x1b[31m", ("a[31m",)),
        ("summary", "Eins\x0bzwei", ("Eins\nzwei",)),
    ],
)
def test_cells_are_read(name: str, cell_: Cell, values: tuple[str, ...]) -> None:
    found = read_cell(name, cell_)
    assert (found.values, found.problem) == (values, None)


@pytest.mark.parametrize(
    ("name", "cell_", "word", "meant"),
    [
        ("label", dt.date(2026, 4, 3), "label_date", "3-4"),
        ("label", moment(2025, 10, 1), "label_date", "10-25"),
        ("label", 10.25, "label_number", "10-25"),
        ("label", dt.time(3, 4), "label_odd", ""),
        ("label", "x" * 50, "too_long", ""),
        ("pitch", dt.date(2025, 10, 1), "time_date", "10:25"),
        ("pitch", dt.date(2026, 11, 10), "time_date", "10:11"),
        ("pitch", 10.3, "time_number", "10:30"),
        ("pitch", 10, "time_number", "10:00"),
        ("pitch", "1005", "time_number", "10:05"),
        ("pitch", "nach der Pause", "time", ""),
        ("email", "a@b.example.org; c@d.example.org", "email", ""),
        ("email", "a b@example.org", "email", ""),
        ("pitch", "25:00", "time", ""),
        ("minutes", "lang", "minutes", ""),
        ("minutes", 0, "minutes", ""),
        ("phone", "intern", "phone", ""),
        ("email", "berta bei example.org", "email", ""),
        ("email", "a@b.de; c@d.de", "email", ""),
        ("links", "siehe Broschüre", "link", ""),
        ("links", "javascript:alert(1)", "link", ""),
        ("role", "nett", "role", ""),
        ("project", "x" * 500, "too_long", ""),
        ("project", "a\uffff", "characters", ""),
    ],
)
def test_what_must_be_looked_at(name: str, cell_: Cell, word: str, meant: str) -> None:
    found = read_cell(name, cell_)
    assert found.values == ()
    assert found.problem
    assert (found.problem.field, found.problem.word, found.problem.meant) == (name, word, meant)


@pytest.mark.parametrize(
    ("one", "other"), [("7", "07"), ("A-12", "a - 12"), ("Foyer", " FOYER "), ("3–4", "3-4")]
)
def test_labels_that_differ_in_blanks_or_case_are_the_same(one: str, other: str) -> None:
    assert label_key(one) == label_key(other)


def test_labels_that_are_others_stay_others() -> None:
    assert len({label_key(one) for one in ("1", "10", "100", "A-1", "A-10", "1A", "A1")}) == 7


def test_every_problem_has_a_sentence_in_both_languages(app: Flask) -> None:
    found = [
        read_cell("label", dt.date(2026, 4, 3)).problem,
        read_cell("pitch", dt.date(2025, 10, 1)).problem,
        read_cell("project", "x" * 500).problem,
    ]
    for lang, words in (
        ("de", ("vermutlich 3-4", "10:25", "400")),
        ("en", ("probably 3-4", "10:25", "400")),
    ):
        with app.test_request_context(f"/?lang={lang}"):
            told = [sentences.sentence(problem) for problem in found if problem]
        assert all(word in sentence for word, sentence in zip(words, told, strict=True)), told


def test_every_word_of_a_problem_has_its_sentence() -> None:
    folder = Path(cells.__file__).parent
    source = "".join(module.read_text() for module in folder.glob("*.py"))
    words = set(re.findall(r'(?:_wrong|Problem)\(\s*(?:"\w+"|name),\s*"(\w+)"', source))
    asked = {f"asked_{word}" for word in re.findall(r'_ask\(listed, "(\w+)"', source)}
    # With those that `texts` refuses.
    assert words | asked | {"too_long", "characters"} == sentences.WORDS


@given(
    st.sampled_from(["label", "pitch", "minutes", "phone", "email", "links", "role", "project"]),
    st.none()
    | st.text(max_size=60)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.timedeltas(),
)
@example("pitch", math.inf)
@example("pitch", math.nan)
@example("minutes", -math.inf)
@example("minutes", 10**400)
@example("pitch", -(10**400))
def test_no_cell_is_a_fault(name: str, cell_: Cell) -> None:
    found = read_cell(name, cell_)
    assert found.values == () or found.problem is None
    if found.problem:
        assert found.problem.word in sentences.WORDS
