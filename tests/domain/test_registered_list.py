"""The list of municipalities that registered: whatever offices send as one."""

import datetime as dt

import pytest

from exchange.domain import registered_list
from exchange.domain.refusals import Refused
from exchange.domain.registered_list import RegisteredList, Registrant, as_list
from exchange.domain.stand_lists.tables import Row, Sheet
from tests.support.workbooks import workbook

FROM_AN_OFFICE = """Kommune;Name;Anzahl
Stadt Waltrop;;2
Kreis Borken;;1
Gemeinde Hünxe;;3
Stadt Dorsten;;1
"""
AS_IT_SAYS = [
    Registrant("Stadt Waltrop", 2),
    Registrant("Kreis Borken", 1),
    Registrant("Gemeinde Hünxe", 3),
    Registrant("Stadt Dorsten", 1),
]


def read(data: bytes | str) -> RegisteredList:
    data = data.encode() if isinstance(data, str) else data
    return registered_list.loaded(registered_list.read(data, progress=lambda _share: None))


def pasted(text: str) -> RegisteredList:
    told = registered_list.read(text.encode(), progress=lambda _share: None, pasted=True)
    return registered_list.loaded(told)


def refused(data: bytes | str) -> Refused:
    with pytest.raises(Refused) as found:
        read(data)
    return found.value


def problems(told: RegisteredList) -> list[tuple[int, str]]:
    return [(one.row, one.word) for one in told.problems]


@pytest.mark.parametrize(
    "data",
    [
        FROM_AN_OFFICE.encode(),
        b"\xef\xbb\xbf" + FROM_AN_OFFICE.encode(),
        FROM_AN_OFFICE.replace("\n", "\r\n").encode("cp1252"),
        FROM_AN_OFFICE.encode("utf-16"),
        FROM_AN_OFFICE.replace(";", "\t").encode(),
        FROM_AN_OFFICE.replace(";", ",").encode(),
        FROM_AN_OFFICE.replace(";", "|").encode(),
        ("sep=;\n" + FROM_AN_OFFICE).encode(),
        ("Anmeldungen\n\nStand: heute\n" + FROM_AN_OFFICE).encode(),
    ],
    ids=["utf-8", "bom", "windows", "utf-16", "tabs", "commas", "bars", "sep", "titles"],
)
def test_a_list_comes_in_however_it_was_saved(data: bytes) -> None:
    told = read(data)
    assert told.registrants == AS_IT_SAYS
    assert (told.people, told.problems) == (7, [])


def test_a_workbook_is_a_list() -> None:
    def row(number: int, *cells: str) -> str:
        return f'<row r="{number}">{"".join(cells)}</row>'

    def text(place: str, words: str) -> str:
        return f'<c r="{place}" t="inlineStr"><is><t>{words}</t></is></c>'

    told = read(
        workbook(
            row(1, text("A1", "Anmeldungen"))
            + row(3, text("B3", "Kommune"), text("C3", "Anzahl"))
            + row(4, text("B4", "Stadt Waltrop"), '<c r="C4"><v>2</v></c>')
        )
    )
    assert told.registrants == [Registrant("Stadt Waltrop", 2)]


def test_of_several_sheets_the_one_with_municipalities_is_read() -> None:
    notes = Sheet("Hinweise", (Row(1, ("Bitte lesen",)), Row(2, ("Danke",))))
    table = Sheet(
        "Liste", (Row(1, ("Kommune", "Anzahl")), Row(2, ("Stadt Marl", 2.0), hidden=True))
    )
    told = registered_list.read_registered([notes, table])
    assert (told.registrants, told.hidden) == ([Registrant("Stadt Marl", 2)], [2])


def test_one_column_needs_no_header() -> None:
    told = read("Stadt Marl\n\nKreis Borken\nStadt Marl\n")
    assert told.registrants == [
        Registrant("Stadt Marl", None),
        Registrant("Kreis Borken", None),
    ]
    assert told.people == 0


@pytest.mark.parametrize(
    "header",
    [
        "Kommune;Anzahl",
        "kommune:;ANZAHL PERSONEN",
        "Stadt/Gemeinde;Teilnehmende",
        "Name der Kommune;TN",
        "Municipality;Number of people",
        "Organisation;Personen",
        "Kommune / Kreis *;#",
    ],
)
def test_columns_are_known_by_many_names(header: str) -> None:
    assert read(f"{header}\nStadt Marl;2\n").registrants == [Registrant("Stadt Marl", 2)]


def test_the_likeliest_of_several_columns_is_taken() -> None:
    told = read("Ort;Organisation;Kommune;Anzahl\nHalle;Amt;Stadt Marl;2\n")
    assert told.registrants == [Registrant("Stadt Marl", 2)]


def test_names_are_counted_and_not_kept() -> None:
    told = read("Vorname;Nachname;Kommune\nErika;Muster;Stadt Marl\nMax;Muster;stadt marl\n")
    assert told.registrants == [Registrant("Stadt Marl", 2)]
    assert "Muster" not in str(told)


def test_two_rows_of_one_municipality_come_together() -> None:
    told = read("Kommune;Anzahl\nStadt Marl;2\nSTADT  MARL;\nStadt Marl;3 Personen\n")
    assert told.registrants == [Registrant("Stadt Marl", 5)]


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (";2", "missing"),
        ("-;2", "missing"),
        ("45768;2", "number"),
        ("Summe;7", "sum"),
        ("Gesamt:;7", "sum"),
        ("Stadt Marl;viele", "count"),
        ("Stadt Marl;0", "count"),
        ("Stadt Marl;-1", "count"),
        ("Stadt Marl;2,5", "count"),
        ("Stadt Marl;501", "count"),
        ("a" * 81 + ";2", "too_long"),
        ("Marl an der Lippe und am Kanal\uffff;2", "characters"),
    ],
)
def test_a_row_that_cannot_be_taken_is_told_and_the_others_are(row: str, word: str) -> None:
    told = read(f"Kommune;Anzahl\nStadt Dorsten;1\n{row}\n")
    assert told.registrants == [Registrant("Stadt Dorsten", 1)]
    assert problems(told) == [(3, word)]


def test_every_problem_has_its_sentence() -> None:
    assert registered_list.WORDS
    for word in registered_list.WORDS:
        said = registered_list.sentence(registered_list.Problem(3, word, "Marl"))
        assert said.endswith(".")
        assert "%" not in said


def test_what_excel_made_a_date_is_none() -> None:
    rows = (Row(1, ("Kommune", None)), Row(2, (dt.date(2026, 4, 3), 1)), Row(3, (7.0, 1)))
    assert problems(registered_list.read_registered([Sheet("", rows)])) == [
        (2, "date"),
        (3, "number"),
    ]


def test_a_formula_is_text() -> None:
    told = read('Kommune;Anzahl\n"=HYPERLINK(""x"")";1\n+Marl;1\n@Marl;\n')
    assert [one.municipality for one in told.registrants] == [
        '=HYPERLINK("x")',
        "+Marl",
        "@Marl",
    ]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "list_empty"),
        (b" \n\n", "list_empty"),
        (b"Kommune;Anzahl\n", "list_empty"),
        (b"%PDF-1.7\n1 0 obj", "list_kind"),
        (bytes(range(256)) * 8, "list_kind"),
        (b"PK\x03\x04 cut off in the middle", "list_damaged"),
        (b'Kommune;Anzahl\n"Stadt Marl;2\nKreis Borken;1\nA;1\nB;1\n', "list_quote"),
        (b"Name;Telefon\nErika;0209\n", "list_header"),
        (b"Stadt Marl;2\nKreis Borken;1\n", "list_header"),
        (("Kommune\n" + "\n".join(map(str, range(1100))).replace("1", "Ort 1")).encode(), ""),
        (("Kommune\n" + "\n".join(f"Ort {n}" for n in range(1001))).encode(), "list_rows"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes, word: str) -> None:
    if word:
        assert refused(data).word == word
    else:
        assert read(data).problems


def test_a_list_without_the_column_says_which_one_is_missing() -> None:
    assert "Kommune" in refused("Name;Telefon\nErika;0209\n").message


def test_what_was_read_is_read_back_as_it_was() -> None:
    for registrants in (
        AS_IT_SAYS,
        [
            Registrant("Marl, Stadt", None),
            Registrant('Stadt "M"', 3),
            Registrant("A;B|C", None),
        ],
        [Registrant("Stadt Marl", None), Registrant('"Marl"', None)],
    ):
        assert read(as_list(registrants)).registrants == registrants


def test_what_was_pasted_is_read_as_text_and_as_nothing_else() -> None:
    assert pasted(FROM_AN_OFFICE) == read(FROM_AN_OFFICE)
    # Copied from an editor, with its mark of the order of bytes.
    assert pasted("\ufeff" + FROM_AN_OFFICE) == read(FROM_AN_OFFICE)
    for text, word in (
        ("PK\x03\x04", "list_kind"),
        ("PK\x03\x04Kommune;Anzahl\nMarl;2\n", "list_kind"),
        ("PK\x05\x06Marl", "list_kind"),
        ("", "list_empty"),
        (" \n\t", "list_empty"),
        ("Kommune\n", "list_empty"),
        ("Projekt;Stand\nA;1\n", "list_header"),
        ('Kommune;Anzahl\n"Marl;2\nHerne;3\n', "list_quote"),
    ):
        with pytest.raises(Refused) as found:
            pasted(text)
        assert found.value.word == word, text
