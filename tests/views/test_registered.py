"""Municipalities that registered: `/organise/<event>/registered`."""

import io
import re
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.support.fair import AC, ELSEWHERE, GE, OTHER_TOUR, ROBO, TOUR, Fair
from tests.support.statements import counting_statements
from tests.support.windows import SAME_ORIGIN, Desk, Listen, Window

PAGE = f"/organise/{GE}/registered"
LIST = (
    "Kommune;Name;Anzahl\nStadt Waltrop;;2\nKreis Borken;;1\nGemeinde Hünxe;;3\nStadt Dorsten;;1\n"
)


def names(fair: Fair, event: str = GE) -> dict[str, int | None]:
    event_id = fair.event_id(event)
    rows = fair.rows("registrations")
    return {row["municipality"]: row["people"] for row in rows if row["event_id"] == event_id}


def upload(window: Window, data: bytes, name: str = "liste.csv", **fields: str) -> TestResponse:
    given = {"file": (io.BytesIO(data), name), "list": "", "mode": "add"} | fields
    return window.client.post(
        PAGE, data=given, headers=SAME_ORIGIN, content_type="multipart/form-data"
    )


def in_the_field(page: str) -> str:
    found = re.search(r'<textarea[^>]*name="list"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found
    return found[1].removeprefix("\n")


def test_a_list_is_shown_first_and_taken_when_it_is_confirmed(
    organiser: Window, fair: Fair
) -> None:
    before = fair.everything()
    page = organiser.post(PAGE, list=LIST, mode="add")
    assert page.status_code == 200
    assert "4 Kommunen, 7 Personen" in page.text
    assert fair.everything() == before
    answer = organiser.post(PAGE, list=in_the_field(page.text), mode="add", confirm="1")
    assert (answer.status_code, answer.location) == (303, f"{PAGE}?taken=4")
    assert names(fair) == {
        "Stadt Waltrop": 2,
        "Kreis Borken": 1,
        "Gemeinde Hünxe": 3,
        "Stadt Dorsten": 1,
    }
    shown = organiser.get(str(answer.location)).text
    assert "Die Liste ist übernommen." in shown
    assert shown.index("Gemeinde Hünxe") < shown.index("Kreis Borken") < shown.index("Stadt Wal")
    assert organiser.get(f"/e/{GE}/municipalities").json == {
        "municipalities": ["Gemeinde Hünxe", "Kreis Borken", "Stadt Dorsten", "Stadt Waltrop"]
    }


def test_a_file_is_read_as_what_was_pasted_is(organiser: Window, fair: Fair) -> None:
    page = upload(organiser, LIST.encode("cp1252"))
    assert page.status_code == 200
    assert "Gemeinde Hünxe\t3" in in_the_field(page.text)
    assert names(fair) == {}
    # What was confirmed is what was shown, whatever file is chosen by then.
    organiser.post(PAGE, list=in_the_field(page.text), mode="replace", confirm="1")
    assert len(names(fair)) == 4


def test_a_list_adds_or_replaces(organiser: Window, fair: Fair) -> None:
    organiser.post(PAGE, list=LIST, mode="add", confirm="1")
    more = "Kommune;Anzahl\nSTADT WALTROP;5\nKreis Borken;\nStadt Marl;1\n"
    assert "davon 1 neu" in organiser.post(PAGE, list=more, mode="add").text
    organiser.post(PAGE, list=more, mode="add", confirm="1")
    assert names(fair) == {
        "Stadt Waltrop": 5,
        "Kreis Borken": 1,
        "Gemeinde Hünxe": 3,
        "Stadt Dorsten": 1,
        "Stadt Marl": 1,
    }
    organiser.post(PAGE, list=more, mode="replace", confirm="1")
    assert names(fair) == {"Stadt Waltrop": 5, "Kreis Borken": None, "Stadt Marl": 1}


def test_the_same_list_again_changes_nothing(organiser: Window, fair: Fair) -> None:
    organiser.post(PAGE, list=LIST, mode="add", confirm="1")
    before = fair.everything()
    for mode in ("add", "replace"):
        assert organiser.post(PAGE, list=LIST, mode=mode, confirm="1").status_code == 303
    assert fair.everything() == before


def test_the_list_can_be_deleted(organiser: Window, fair: Fair) -> None:
    organiser.post(PAGE, list=LIST, mode="add", confirm="1")
    answer = organiser.post(f"{PAGE}/clear")
    assert "Die Liste ist gelöscht." in organiser.get(str(answer.location)).text
    assert names(fair) == {}


def test_it_is_a_change_that_open_pages_hear_of(
    organiser: Window, fair: Fair, listen: Listen
) -> None:
    ears = [listen("stand", ROBO), listen("desk", ROBO)]
    next_door = listen("event", AC)
    organiser.post(PAGE, list=LIST, mode="add", confirm="1")
    for ear in ears:
        push = ear.heard()[0]
        assert (push["html"], push["previous"]) == ("", push["revision"])
    assert next_door.heard() == []
    (row,) = fair.rows("changes")
    assert (row["verb"], row["role"]) == ("registered", "organiser")
    assert "Waltrop" not in str(row)
    answer = organiser.send(f"/organise/{GE}/undo", change=row["id"], key=None)
    assert answer.status_code in (400, 422)


# What is wrong


def test_rows_that_cannot_be_taken_are_told_and_left_out(organiser: Window, fair: Fair) -> None:
    wrong = "Kommune;Anzahl\nStadt Marl;2\n;3\nSumme;5\nStadt <b>Bold</b>;viele\n"
    page = organiser.post(PAGE, list=wrong, mode="replace", confirm="1")
    assert page.status_code == 422
    for words in (
        "Zeile 3: Hier fehlt die Kommune.",
        "Zeile 4: „Summe“ ist eine Summe und keine Kommune.",
        "Zeile 5: „viele“ ist keine Anzahl von Personen von 1 bis 500.",
    ):
        assert words in page.text
    assert "<b>Bold" not in page.text
    assert names(fair) == {}
    assert re.search(r'value="replace" checked', page.text)
    # What remains can be taken as it stands.
    organiser.post(PAGE, list=in_the_field(page.text), mode="replace", confirm="1")
    assert names(fair) == {"Stadt Marl": 2}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Diese Liste ist leer."),
        ("Kommune;Anzahl\n", "Diese Liste ist leer."),
        ("Name;Telefon\nErika;0209\n", "keine Spalte „Kommune“ zu finden"),
        ('Kommune;Anzahl\n"Marl;1\nB;2\nC;3\n', "In Zeile 2 beginnt ein Anführungszeichen"),
        ("Kommune\n" + "\n".join(f"Ort {n}" for n in range(1001)), "höchstens 1000 Zeilen"),
    ],
)
def test_a_list_that_is_none_is_refused_and_stays_in_the_field(
    organiser: Window, fair: Fair, typed: str, sentence: str
) -> None:
    page = organiser.post(PAGE, list=typed, mode="replace", confirm="1")
    assert page.status_code == 422
    assert sentence in page.text
    assert in_the_field(page.text).replace("&#34;", '"') == typed.removeprefix("\n")
    assert re.search(r'value="replace" checked', page.text)
    assert names(fair) == {}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"%PDF-1.7 1 0 obj", "Das ist keine Tabelle."),
        (b"PK\x03\x04 cut off in the middle", "Diese Datei ist beschädigt"),
        (bytes(range(256)) * 16, "Das ist keine Tabelle."),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    organiser: Window, fair: Fair, data: bytes, sentence: str
) -> None:
    page = upload(organiser, data, "liste.xlsx", list="Stadt Marl", mode="replace")
    assert page.status_code == 422
    assert sentence in page.text
    assert in_the_field(page.text) == "Stadt Marl"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(organiser: Window) -> None:
    page = organiser.client.post(
        PAGE,
        data=b"--x",
        headers=SAME_ORIGIN,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(100 * 1024 * 1024)},
    )
    assert page.status_code == 413
    assert "höchstens 2 MB" in page.text


def test_a_paste_of_two_hundred_thousand_cells_is_refused_and_stays(
    organiser: Window, fair: Fair
) -> None:
    typed = "Kommune;Anzahl\n" + "Stadt Marl;1\n" * 100_000
    part = f'--x\r\nContent-Disposition: form-data; name="list"\r\n\r\n{typed}\r\n--x--\r\n'
    answer = organiser.client.post(
        PAGE,
        data=part.encode(),
        headers=SAME_ORIGIN,
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 422
    assert "höchstens 10000 Zeilen" in answer.text
    assert answer.text.count("Stadt Marl;1") == 100_000


def test_stand_lists_of_offices_are_refused_or_read_and_never_a_fault(organiser: Window) -> None:
    for file in sorted(Path("tests/data/stand_lists").iterdir()):
        page = upload(organiser, file.read_bytes(), file.name)
        assert page.status_code in (200, 422), file.name


def test_no_more_than_a_thousand_come_together(organiser: Window, fair: Fair) -> None:
    first = "Kommune\n" + "\n".join(f"Ort {n}" for n in range(1000))
    assert organiser.post(PAGE, list=first, mode="add", confirm="1").status_code == 303
    page = organiser.post(PAGE, list="Stadt Marl", mode="add", confirm="1")
    assert page.status_code == 422
    assert "höchstens 1000 Zeilen" in page.text
    assert len(names(fair)) == 1000
    shown = organiser.get(PAGE).text
    assert "Und 800 weitere." in shown


def test_programs_are_told_in_json(organiser: Window, fair: Fair) -> None:
    told = organiser.send(PAGE, list="Kommune;Anzahl\nMarl;2\n;1\n", mode="add")
    assert told.status_code == 422
    assert told.json == {
        "municipalities": 1,
        "new": 1,
        "people": 2,
        "problems": [{"row": 3, "word": "missing", "message": "Hier fehlt die Kommune."}],
        "change": None,
    }
    key = "00000000-0000-4000-8000-000000000001"
    told = organiser.send(PAGE, list="Marl", mode="add", confirm="1", key=key)
    assert told.status_code == 200
    assert told.json
    assert told.json["change"]
    again = organiser.send(PAGE, list="Marl", mode="add", confirm="1", key=key)
    assert again.json
    assert again.json["change"] == told.json["change"]
    refused = organiser.send(PAGE, list="", mode="add")
    assert (refused.status_code, (refused.json or {})["error"]) == (422, "list_empty")


# Who may


def test_nobody_else_may(
    fair: Fair, phone: Window, desk: Desk, moderation: Desk, as_organiser: object
) -> None:
    others = [phone, desk, moderation, Window(fair).enter("organiser", OTHER_TOUR)]
    for other in others:
        assert other.get(PAGE).status_code == 403
        for path in (PAGE, f"{PAGE}/clear"):
            answer = other.send(path, list=LIST, mode="add", confirm="1")
            assert (answer.status_code, (answer.json or {})["error"]) == (403, "not_yours")
    organiser = Window(fair).enter("organiser", TOUR)
    assert organiser.get(f"/organise/{ELSEWHERE}/registered").status_code == 403
    assert organiser.get("/organise/NIX/registered").status_code == 404
    assert names(fair) == {}


def test_another_citys_list_stays_as_it_is(organiser: Window, fair: Fair) -> None:
    organiser.post(f"/organise/{AC}/registered", list="Stadt Aachen", mode="add", confirm="1")
    organiser.post(PAGE, list=LIST, mode="replace", confirm="1")
    organiser.post(f"{PAGE}/clear")
    assert names(fair, AC) == {"Stadt Aachen": None}
    assert names(fair) == {}


@pytest.mark.sqlite
def test_a_thousand_are_read_in_as_many_statements_as_one(organiser: Window, fair: Fair) -> None:
    def statements() -> int:
        with counting_statements(fair.app) as counted:
            assert organiser.get(PAGE).status_code == 200
        return len(counted)

    organiser.post(PAGE, list="Stadt Marl", mode="add", confirm="1")
    one = statements()
    many = "Kommune\n" + "\n".join(f"Ort {n}" for n in range(900))
    organiser.post(PAGE, list=many, mode="add", confirm="1")
    assert statements() == one <= 8


@pytest.mark.parametrize("text", ["PK\x03\x04", "PK\x03\x04" + "Marl\n" * 1700, "PK\x05\x06 Marl"])
def test_no_paste_is_taken_for_a_workbook(organiser: Window, fair: Fair, text: str) -> None:
    """A short one is read in the server's process, outside the bounds of a child."""
    answer = organiser.send(PAGE, list=text, mode="add")
    assert (answer.status_code, (answer.json or {})["error"]) == (422, "list_kind")
    assert text[:2] in organiser.post(PAGE, list=text, mode="add").text


def test_the_english_hint_names_columns_that_are_read(organiser: Window, fair: Fair) -> None:
    page = unescape(organiser.get(PAGE, Accept_Language="en").text)
    hint = re.search(r'id="registered-hint">(.*?)</p>', page)
    assert hint
    municipality, _, people, _ = re.findall("“(.*?)”", hint[1])
    organiser.post(PAGE, list=f"{municipality};{people}\nMarl;3\n", mode="add", confirm="1")
    assert names(fair) == {"Marl": 3}
