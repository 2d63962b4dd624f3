"""`flask --app exchange import`: to the letter of the contract that other programs rely on."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from tests.support.fair import AC, Fair
from tests.support.lists import BO, LISTS

FIELDS = {
    *("label", "place", "project", "key", "partner", "summary", "status", "field", "links"),
    *("person", "function", "email", "phone", "role", "pitch", "minutes"),
}


@pytest.fixture
def empty(fair: Fair) -> str:
    fair.make_event(BO)
    return BO


def run(app: Flask, *words: str, stdin: bytes | None = None) -> Result:
    return app.test_cli_runner().invoke(args=["import", *words], input=stdin)


def told(result: Result) -> Any:
    return json.loads(result.stdout)


def test_a_list_is_compared_applied_and_then_the_same(app: Flask, fair: Fair, empty: str) -> None:
    words = (str(LISTS / "stands.csv"), "--event", empty, "--json")
    before = fair.everything()
    seen = run(app, *words)
    assert (seen.exit_code, seen.stderr) == (0, "")
    assert fair.everything() == before
    found = told(seen)
    assert {*found} >= {"rows", "missing", "columns", "summary", "applied", "change"}
    assert (found["applied"], found["change"], found["missing"]) == (False, None, [])
    assert found["summary"] == {"new": 12, "changed": 0, "same": 0, "moved": 0, "refused": 0}
    assert found["columns"]["Kommune / Partner"] == "partner"
    first = found["rows"][0]
    assert {*first} >= {"row", "label", "project", "action", "changes", "problems"}
    assert (first["row"], first["label"], first["project"]) == (2, "1", "Digitaler Bauantrag")
    assert first["changes"]["email"] == [None, "berta.bauplan@emscherfurt.example.org"]
    assert {field for row in found["rows"] for field in row["changes"]} <= FIELDS

    applied = told(run(app, *words, "--apply"))
    assert applied["applied"] is True
    assert [row["id"] for row in fair.rows("changes") if row["verb"] == "import"] == [
        applied["change"]
    ]
    again = told(run(app, *words, "--apply"))
    assert (again["summary"]["same"], again["applied"], again["change"]) == (12, True, None)


def test_a_refused_row_lets_nothing_in_and_the_object_is_printed(
    app: Flask, fair: Fair, empty: str
) -> None:
    before = fair.everything()
    name = str(LISTS / "stands-excel-dates.xlsx")
    result = run(app, name, "--event", empty, "--apply", "--json")
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) == 1
    found = told(result)
    assert (found["applied"], found["change"], found["summary"]["refused"]) == (False, None, 3)
    problem = found["rows"][1]["problems"][0]
    assert (problem["field"], problem["word"]) == ("label", "label_date")
    assert "3-4" in problem["message"]
    assert fair.everything() == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("stands-broken-empty.csv",), "leer"),
        (("stands-broken-binary.csv",), "keine Tabelle"),
        (("stands-broken-missing-column.csv",), "keine Spalte mit den Projekten"),
        (("stands-broken-header-only.csv",), "Unter den Überschriften"),
        (("stands-broken-unclosed-quote.csv",), "Anführungszeichen"),
        (("stands.xlsx", "--sheet", "Nirgends"), "Blatt"),
        (("stands.csv", "--map", "Nirgends=label"), "Nirgends"),
        (("stands.csv", "--map", "Projekt=titel"), "Ein Feld „titel“"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    app: Flask, empty: str, words: tuple[str, ...], sentence: str
) -> None:
    name, *options = words
    result = run(app, str(LISTS / name), "--event", empty, "--json", *options)
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.strip().splitlines()) == 1
    assert sentence in result.stderr


def test_a_file_that_is_not_there_and_an_event_that_is_none(app: Flask, empty: str) -> None:
    assert run(app, "nirgends.csv", "--event", empty).exit_code == 1
    assert run(app, str(LISTS / "stands.csv"), "--event", "NONE").exit_code == 1


def test_stdin_mapped_columns_modes_and_answers(app: Flask, fair: Fair, tmp_path: Path) -> None:
    data = b"Wo;Was;Wer\n1;Projekt neu;Stadt neu\n"
    words = (
        "-",
        "--event",
        AC,
        "--map",
        "Wo=label",
        "--map",
        "Was=project",
        "--map",
        "Wer=partner",
    )
    asked = run(app, *words, "--json", stdin=data)
    assert asked.exit_code == 1
    problem = told(asked)["rows"][0]["problems"][0]
    assert (problem["field"], problem["word"]) == ("project", "asked_renamed")
    renamed = told(run(app, *words, "--same", "2=1", "--json", stdin=data))
    assert renamed["rows"][0]["changes"]["project"] == ["Projekt robo", "Projekt neu"]
    new = told(run(app, *words, "--new", "2", "--mode", "overwrite", "--json", stdin=data))
    assert new["rows"][0]["action"] == "new"
    assert new["leaving"] == ["1"]


def test_a_row_may_be_left_out(app: Flask, empty: str) -> None:
    data = b"Stand;Projekt;Pitch\n1;Alpha;35 Uhr\n2;Beta;10:00"
    found = told(run(app, "-", "--event", empty, "--skip", "2", "--apply", "--json", stdin=data))
    assert (found["left_out"], found["applied"]) == ([2], True)
    assert found["summary"] == {"new": 1, "changed": 0, "same": 1, "moved": 0, "refused": 0}
    assert (found["rows"][0]["action"], found["rows"][0]["problems"]) == ("same", [])


def test_people_read_what_would_change(app: Flask, empty: str) -> None:
    result = run(app, str(LISTS / "stands.csv"), "--event", empty)
    assert "12 neu" in result.stdout
    assert "--apply" in result.stdout
