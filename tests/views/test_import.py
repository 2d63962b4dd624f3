"""The page of stand lists: sent, compared, asked, confirmed; by organisers and nobody else."""

import io
import json
import os
import re
import shutil
import stat
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from werkzeug.test import TestResponse

from exchange import jobs
from exchange.domain import pending_lists
from tests.support.fair import AC, ELSEWHERE, GE, OTHER_TOUR, ROBO, TOUR, Fair, new_key
from tests.support.lists import BO, in_this_process, of_file
from tests.support.windows import SAME_ORIGIN, Window, unmarked

PAGE = f"/organise/{BO}/import"


@pytest.fixture
def at_office(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> Window:
    """An organiser's browser; lists are compared in this process."""
    monkeypatch.setattr(jobs, "run", in_this_process)
    for folder in folders(fair):
        # Of an earlier test; the app and its folder are one for all.
        shutil.rmtree(folder)
    fair.make_event(BO)
    return Window(fair).enter("organiser", TOUR)


def send(
    window: Window, data: bytes, name: str = "liste.csv", event: str = BO, *, json: bool = False
) -> TestResponse:
    headers = SAME_ORIGIN | ({"Accept": "application/json"} if json else {})
    fields = {"file": (io.BytesIO(data), name), "text": ""}
    return window.client.post(
        f"/organise/{event}/import",
        data=fields,
        content_type="multipart/form-data",
        headers=headers,
    )


def paste(window: Window, text: str, event: str = BO) -> TestResponse:
    return window.client.post(
        f"/organise/{event}/import",
        data={"text": text},
        content_type="multipart/form-data",
        headers=SAME_ORIGIN,
    )


def sent(window: Window, data: bytes, event: str = BO) -> str:
    """The address of the list's page."""
    answer = send(window, data, event=event)
    assert answer.status_code == 303, answer.text
    return answer.location


def page_of(window: Window, path: str) -> str:
    """The comparison, once it is there."""
    for _ in range(100):
        answer = window.get(path)
        if "data-list-progress" not in answer.text:
            return answer.text
        time.sleep(0.05)
    raise AssertionError("It was not compared.")


def plan_in(page: str) -> str:
    found = re.search(r'name="plan" value="([0-9a-f]+)"', page)
    assert found, page
    return found[1]


def titles(fair: Fair, event: str = BO) -> dict[str, str]:
    projects = {row["id"]: row["title"] for row in fair.rows("projects")}
    return {
        row["label"]: projects[row["project_id"]]
        for row in fair.rows("stands")
        if row["event_id"] == fair.event_id(event) and row["project_id"] and not row["archived"]
    }


def folders(fair: Fair) -> list[Path]:
    root = fair.app.extensions["process"].settings.instance / "imports"
    return sorted(root.iterdir()) if root.exists() else []


def test_a_list_is_sent_seen_taken_in_and_taken_back(at_office: Window, fair: Fair) -> None:
    path = sent(at_office, of_file("stands.csv"))
    page = page_of(at_office, path)
    assert "12 neu" in page
    assert titles(fair) == {}
    answer = at_office.post(f"{path}/apply", plan=plan_in(page))
    assert answer.status_code == 303
    assert titles(fair)["3"] == "Smarte Straßenlaterne"
    assert folders(fair) == []
    back = at_office.get(answer.location).text
    assert "Rückgängig" in back
    change = re.search(r'name="change" value="(\d+)"', back)
    assert change
    undone = at_office.post(f"/organise/{BO}/undo", change=change[1], back=f"/organise/{BO}/import")
    assert undone.status_code == 303
    assert titles(fair) == {}


def test_what_changes_comes_first_and_old_and_new_are_said(at_office: Window, fair: Fair) -> None:
    path = sent(at_office, of_file("stands.csv"))
    at_office.post(f"{path}/apply", plan=plan_in(page_of(at_office, path)))
    path = sent(at_office, of_file("stands-evening-before.csv"))
    page = page_of(at_office, path)
    assert "1 neu, 2 ziehen um, 1 geändert" in page
    assert "bleibt stehen: Stand 9" in page
    assert page.count("<tr data-action") == 4
    assert "Serviceportal" not in page
    unchanged = at_office.get(f"{path}?show=same").text
    assert unchanged.count("<tr data-action") == 8
    assert re.search(r"<del>.*bisher.*</span>3</del>", unmarked(page))
    assert re.search(r"<ins>.*neu.*</span>7</ins>", unmarked(page))


def test_a_pasted_table_is_a_list(at_office: Window, fair: Fair) -> None:
    answer = paste(at_office, of_file("stands-pasted.tsv").decode())
    assert answer.status_code == 303
    assert "12 neu" in page_of(at_office, answer.location)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("stands-broken-binary.csv", "keine Tabelle"),
        ("stands-broken-empty.csv", "leer"),
        ("stands-broken-unclosed-quote.csv", "Anführungszeichen"),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field(
    at_office: Window, fair: Fair, name: str, sentence: str
) -> None:
    answer = send(at_office, of_file(name))
    assert answer.status_code == 422
    error = re.search(r'id="file-error" role="alert">([^<]*)<', answer.text)
    assert error
    assert sentence in error[1]
    assert folders(fair) == []


def test_documents_archives_and_halves_are_refused(at_office: Window) -> None:
    whole = of_file("stands-office.xlsx")
    for data, status, sentence in (
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", 422, "keine Tabelle"),
        (whole[: len(whole) // 2], 422, "beschädigt"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), 422, "Kennwort"),
        (bomb("xl/workbook.xml"), 413, "Ausgepackt"),
        (bomb("content.xml"), 413, "Ausgepackt"),
    ):
        answer = send(at_office, data)
        assert answer.status_code == status
        assert sentence in answer.text


def bomb(part: str) -> bytes:
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, b"0" * 90_000_000)
    return packed.getvalue()


def test_a_large_file_is_refused_before_it_is_read(at_office: Window) -> None:
    class Unread(io.RawIOBase):
        def readinto(self, _buffer: Any) -> int:
            raise AssertionError("It was read.")

    answer = at_office.client.post(
        f"/organise/{BO}/import",
        headers=SAME_ORIGIN,
        environ_overrides={
            "wsgi.input": Unread(),
            "CONTENT_LENGTH": str(100 * 1024 * 1024),
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
        },
    )
    assert answer.status_code == 413
    assert "höchstens 10 MB" in answer.text


def test_a_name_of_a_file_is_shown_without_what_cannot_be_seen(at_office: Window) -> None:
    name = "C:\\\\Listen\\\\Liste\x00\u202e\x1b[31m.csv"
    page = send(at_office, of_file("stands.csv"), name)
    shown = at_office.get(page.headers["Location"]).text
    assert "<span>Liste" in unmarked(shown)
    assert not re.search("[\x00\u202e\x1b]", shown)


def test_only_here_and_only_for_organisers_a_request_may_be_large(
    at_office: Window, phone: Window
) -> None:
    body = b"x" * 300_000
    assert send(at_office, b"Stand;Projekt\n" + b"\n" * 300_000 + b"1;A").status_code == 303
    assert send(phone, body).status_code == 403
    at_stand = phone.client.post(
        f"/s/{ROBO}/questions", data={"key": new_key(), "text": body}, headers=SAME_ORIGIN
    )
    assert at_stand.status_code == 413


def test_200_000_pasted_cells_are_a_sentence_and_do_not_vanish(at_office: Window) -> None:
    text = "\n".join("\t".join("abcdefghij") for _ in range(20_000))
    answer = paste(at_office, text)
    assert answer.status_code == 422
    assert "zu lang" in answer.text
    assert "a\tb\tc\td" in answer.text


def test_without_a_file_or_a_table_nothing_is_begun(at_office: Window, fair: Fair) -> None:
    answer = paste(at_office, "  \n ")
    assert answer.status_code == 422
    assert "wählen Sie eine Datei" in answer.text
    assert folders(fair) == []


def test_columns_that_nobody_knows_are_mapped_by_hand_and_remembered(
    at_office: Window, fair: Fair
) -> None:
    data = b"Wo;Was\n1;Alpha\n2;Beta"
    path = sent(at_office, data)
    page = page_of(at_office, path)
    assert "keine Zeile mit Überschriften" in page
    assert at_office.post(path, **{"column-0": "label", "column-1": "project"}).status_code == 303
    page = page_of(at_office, path)
    assert "2 neu" in page
    at_office.post(f"{path}/apply", plan=plan_in(page))
    assert titles(fair) == {"1": "Alpha", "2": "Beta"}
    assert "Alles steht schon so" in page_of(at_office, sent(at_office, data))


def test_another_sheet_can_be_chosen(at_office: Window) -> None:
    path = sent(at_office, of_file("stands-office.xlsx"))
    assert "ausgeblendet" in page_of(at_office, path)
    at_office.post(path, sheet="Hinweise")
    page = page_of(at_office, path)
    assert "keine Zeile mit Überschriften" in page
    at_office.post(path, sheet="Stände")
    assert "12 neu" in page_of(at_office, path)


def test_what_was_said_of_one_sheets_columns_says_nothing_of_anothers(
    at_office: Window, fair: Fair
) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        for name, rows in (
            ("Alt", (("Wo", "Projekt", "Partner"), ("1", "Alpha", "A"), ("2", "Beta", "B"))),
            ("Neu", (("Stand", "Projekt"), ("7", "Gamma"))),
        ):
            sheet = book.add_worksheet(name)
            for number, cells in enumerate(rows):
                sheet.write_row(number, 0, cells)
    path = sent(at_office, made.getvalue())
    page_of(at_office, path)
    at_office.post(path, **{"column-0": "label"})
    assert "2 neu" in page_of(at_office, path)
    at_office.post(path, sheet="Neu")
    at_office.post(f"{path}/apply", plan=plan_in(page_of(at_office, path)))
    assert titles(fair) == {"7": "Gamma"}


def test_rows_that_their_program_hides_are_named(at_office: Window) -> None:
    told = send(at_office, of_file("stands-office.xlsx"), json=True).json
    assert told
    (number,) = told["hidden"]
    page = page_of(at_office, f"/organise/{BO}/import/{told['list']}")
    assert f"wird mitgelesen: Zeile {number}." in page


def test_two_that_could_be_meant_are_asked_and_answered(at_office: Window, fair: Fair) -> None:
    first = sent(at_office, b"Stand;Projekt;Partner\n1;Alpha;Stadt A\n2;Beta;Stadt B")
    at_office.post(f"{first}/apply", plan=plan_in(page_of(at_office, first)))
    path = sent(at_office, b"Stand;Projekt;Partner\n1;Gamma;Stadt C\n2;Beta;Stadt B")
    page = page_of(at_office, path)
    assert "Bitte entscheiden Sie" in page
    assert 'name="plan"' not in page
    choice = re.search(r'name="answer-2" value="(project:\d+)"', page)
    assert choice
    at_office.post(path, **{"answer-2": choice[1]})
    page = page_of(at_office, path)
    assert "1 geändert" in page
    at_office.post(f"{path}/apply", plan=plan_in(page))
    assert titles(fair) == {"1": "Gamma", "2": "Beta"}


def test_the_second_of_two_organisers_is_told_and_compares_again(
    at_office: Window, fair: Fair
) -> None:
    colleague = Window(fair).enter("organiser", TOUR)
    mine, theirs = (sent(window, of_file("stands.csv")) for window in (at_office, colleague))
    their_page = page_of(colleague, theirs)
    at_office.post(f"{mine}/apply", plan=plan_in(page_of(at_office, mine)))
    before = titles(fair)
    answer = colleague.post(f"{theirs}/apply", plan=plan_in(their_page))
    assert answer.status_code == 422
    assert "Inzwischen hat sich etwas geändert" in answer.text
    assert titles(fair) == before
    colleague.post(theirs)
    assert "Alles steht schon so" in page_of(colleague, theirs)


def test_another_plan_than_the_one_that_was_seen_is_not_written(
    at_office: Window, fair: Fair
) -> None:
    path = sent(at_office, of_file("stands.csv"))
    page_of(at_office, path)
    assert at_office.post(f"{path}/apply", plan="0" * 64).status_code == 422
    assert titles(fair) == {}


def test_pressed_twice_it_is_one_change(at_office: Window, fair: Fair) -> None:
    path = sent(at_office, of_file("stands.csv"))
    fields = {"plan": plan_in(page_of(at_office, path)), "key": new_key()}
    first, second = (at_office.send(f"{path}/apply", **fields) for _ in range(2))
    assert first.json == second.json
    assert len([row for row in fair.rows("changes") if row["verb"] == "import"]) == 1


def test_a_list_with_a_refused_row_is_not_taken_in(at_office: Window, fair: Fair) -> None:
    path = sent(at_office, of_file("stands-excel-dates.xlsx"))
    page = page_of(at_office, path)
    assert "3-4" in page
    assert 'name="plan"' not in page
    assert at_office.post(f"{path}/apply", plan="").status_code == 422
    assert titles(fair) == {}


def test_a_program_cannot_take_in_a_plan_with_a_refused_row(at_office: Window, fair: Fair) -> None:
    told = send(at_office, of_file("stands-excel-dates.xlsx"), json=True).json
    assert told
    path = f"/organise/{BO}/import/{told['list']}/apply"
    refused = at_office.send(path, plan=told["plan"], key=new_key())
    assert refused.json
    assert (refused.status_code, refused.json["error"]) == (422, "list_asked")
    assert titles(fair) == {}


def test_rows_that_cannot_be_taken_are_left_out_and_taken_up_again(
    at_office: Window, fair: Fair
) -> None:
    path = sent(at_office, b"Stand;Projekt;Pitch\n1;Alpha;35 Uhr\n2;Beta;10:00\n3;Gamma;mittags")
    page = page_of(at_office, path)
    assert "2 abgelehnte Zeilen auslassen" in page
    at_office.post(path, **{"answer-2": "skip"})
    assert "Ausgelassen: Zeile 2." in page_of(at_office, path)
    at_office.post(path, leave_out="refused")
    page = page_of(at_office, path)
    assert "Ausgelassen: Zeilen 2, 4." in page
    left_out = at_office.get(f"{path}?show=left_out").text
    assert 'name="answer-4" value=""' in left_out
    assert "Alpha" in left_out
    assert "Beta" not in left_out.split('class="diff"')[1]
    at_office.post(path, **{"answer-4": ""})
    assert 'name="plan"' not in page_of(at_office, path)
    at_office.post(path, leave_out="refused")
    at_office.post(f"{path}/apply", plan=plan_in(page_of(at_office, path)))
    assert titles(fair) == {"2": "Beta"}


def test_programs_hear_json(at_office: Window) -> None:
    answer = send(at_office, of_file("stands.csv"), json=True)
    assert answer.status_code == 200
    assert answer.json
    assert answer.json["summary"]["new"] == 12
    refused = send(at_office, b"%PDF-1.7", json=True)
    assert refused.json
    assert (refused.status_code, refused.json["error"]) == (422, "list_kind")


def test_a_comparison_that_takes_long_shows_how_far_it_is(
    at_office: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange.views.organiser.imports.WITHIN_S", 0.0)
    monkeypatch.setattr(jobs, "run", slowly)
    path = sent(at_office, of_file("stands.csv"))
    waiting = at_office.get(path).text
    assert "<progress" in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    told = at_office.get(f"{path}/progress").json
    assert told
    assert told["done"] is False
    assert "12 neu" in page_of(at_office, path)


def slowly(*arguments: Any, **options: Any) -> Any:
    time.sleep(1)
    return in_this_process(*arguments, **options)


def test_how_far_a_comparison_came_is_told(at_office: Window) -> None:
    path = sent(at_office, of_file("stands.csv"))
    page_of(at_office, path)
    told = at_office.get(f"{path}/progress").json
    assert told
    assert told["done"] is True
    assert told["share"] > 0.9


def test_no_more_than_two_lists_are_compared_at_a_time(
    at_office: Window, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    running: list[int] = []
    most: list[int] = []

    def counted(*arguments: Any, **options: Any) -> Any:
        running.append(1)
        most.append(len(running))
        time.sleep(0.4)
        running.pop()
        return in_this_process(*arguments, **options)

    monkeypatch.setattr("exchange.views.organiser.imports.WITHIN_S", 0.0)
    monkeypatch.setattr(jobs, "run", counted)
    paths = [sent(at_office, of_file("stands.csv")) for _ in range(3)]
    for path in paths:
        page_of(at_office, path)
    assert max(most) == pending_lists.MOST_AT_ONCE
    assert len(most) == 3


def test_a_comparison_that_was_begun_before_another_does_not_replace_it(
    at_office: Window, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_goes_on = threading.Event()
    modes: list[str] = []

    def the_first_takes_long(*arguments: Any, **options: Any) -> Any:
        modes.append(options["mode"])
        if len(modes) == 1:
            first_goes_on.wait(10)
        return in_this_process(*arguments, **options)

    monkeypatch.setattr("exchange.views.organiser.imports.WITHIN_S", 0.3)
    monkeypatch.setattr(jobs, "run", the_first_takes_long)
    path = sent(at_office, of_file("stands.csv"))
    at_office.post(path, mode="clear")
    page_of(at_office, path)
    first_goes_on.set()
    under_way = fair.app.extensions["process"].lists_under_way
    for _ in range(100):
        if not under_way:
            break
        time.sleep(0.05)
    assert modes == ["fill", "clear"]
    (folder,) = folders(fair)
    result, begun = (json.loads((folder / name).read_bytes()) for name in ("result", "begun"))
    assert result["plan"] == begun["plan"]
    assert [one.name for one in folder.glob("plan-*")] == [begun["plan"]]


def test_what_waits_is_for_its_owner_only_and_not_for_long(
    at_office: Window, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        page_of(at_office, sent(at_office, of_file("stands.csv")))
    kept = folders(fair)
    assert len(kept) == pending_lists.MOST_OF_EVENT
    for path in kept[0].rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path
    discarded = re.findall(
        r'action="([^"]+/discard)"', at_office.get(f"/organise/{BO}/import").text
    )
    assert len(discarded) == 3
    at_office.post(discarded[0])
    assert len(folders(fair)) == 2
    for folder in folders(fair):
        long_ago = time.time() - pending_lists.KEPT_S - 60
        os.utime(folder, (long_ago, long_ago))
    at_office.get(f"/organise/{BO}/import")
    assert folders(fair) == []


def test_a_list_that_is_gone_is_said(at_office: Window) -> None:
    answer = at_office.get(f"/organise/{BO}/import/{'0' * 16}")
    assert answer.status_code == 422
    assert "liegt hier nicht mehr" in answer.text


def test_nobody_else_sees_or_sends_lists(at_office: Window, fair: Fair) -> None:
    path = sent(at_office, of_file("stands.csv"))
    others = {
        "phone": Window(fair),
        "moderator": Window(fair).enter("moderator", BO),
        "presenter": Window(fair).enter("presenter", ROBO),
        "other organiser": Window(fair).enter("organiser", OTHER_TOUR),
    }
    for who, window in others.items():
        for address in (f"/organise/{BO}/import", path, f"{path}/progress"):
            assert window.get(address).status_code == 403, (who, address)
        for address in (path, f"{path}/apply", f"{path}/discard"):
            assert window.post(address, plan="").status_code == 403, (who, address)
        assert send(window, b"Stand;Projekt\n1;A").status_code == 403, who
    # Neither is another event's list anybody's at this one.
    elsewhere = path.replace(f"/{BO}/", f"/{AC}/")
    assert at_office.get(elsewhere).status_code == 422
    assert at_office.get(path.replace(f"/{BO}/", f"/{ELSEWHERE}/")).status_code == 403
    assert titles(fair) == {}


def test_open_pages_of_the_event_hear_of_it_and_no_others(
    at_office: Window, fair: Fair, as_moderator: Any
) -> None:
    from tests.support.fair import bumped

    path = sent(at_office, b"Stand;Projekt;Partner\n1;Projekt robo;Stadt robo", event=AC)
    assert "Alles steht schon so" in page_of(at_office, path)
    path = sent(at_office, b"Stand;Projekt;Partner\n4;Projekt robo;Stadt robo", event=AC)
    before = fair.revisions()
    at_office.post(f"{path}/apply", plan=plan_in(page_of(at_office, path)))
    moved = {place for _, place in bumped(fair, before)}
    assert moved == {"AC", "AC0", "ACROBO"}
    assert GE not in moved


def test_words_of_a_list_are_escaped(at_office: Window) -> None:
    path = sent(at_office, b"Stand;Projekt\n1;<script>alert(1)</script>")
    assert "<script>alert" not in page_of(at_office, path)


def test_a_long_list_is_shown_a_hundred_rows_at_a_time(at_office: Window) -> None:
    rows = "\n".join(f"{n};Projekt {n}" for n in range(1, 251))
    path = sent(at_office, f"Stand;Projekt\n{rows}".encode())
    page = page_of(at_office, path)
    assert page.count("<tr data-action") == 100
    assert "150 weitere zeigen" in page
    assert at_office.get(f"{path}?from=200").text.count("<tr data-action") == 50


def test_a_workbook_is_read_by_a_child(fair: Fair) -> None:
    fair.make_event(BO)
    window = Window(fair).enter("organiser", TOUR)
    assert "12 neu" in page_of(window, sent(window, of_file("stands-office.xlsx")))


def test_a_program_is_told_in_json_why_a_list_is_not_compared(at_office: Window) -> None:
    page = sent(at_office, b"Stand;Projekt\n1;Projekt robo\n")
    refused = at_office.send(page, key=new_key(), mode="wie immer")
    assert (refused.status_code, refused.mimetype) == (422, "application/json")
    assert refused.get_json()["error"] == "list_mode"


def test_a_program_is_told_that_a_list_cannot_be_read(at_office: Window) -> None:
    page = sent(at_office, b"Stand;Ort\n1;Halle\n2;Foyer\n")
    for _ in range(2):
        answer = at_office.get(page, Accept="application/json")
        assert (answer.status_code, answer.get_json()["error"]) == (422, "list_no_project")
