"""`event new`: what programs are told, and the one sentence of each refusal."""

import json
import re
from typing import Any

import pytest
from click.testing import Result

from tests.support.fair import AC, GE, ROBO, TOUR, Fair
from tests.support.windows import Window


def run(fair: Fair, *words: str) -> Result:
    return fair.app.test_cli_runner().invoke(args=["event", "new", *words])


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_new_event_answers_with_its_links_and_nothing_else(fair: Fair) -> None:
    answer = told(
        run(
            fair,
            *("--city", "Bocholt", "--date", "2026-12-09", "--code", "boh"),
            *("--series", TOUR, "--json"),
        )
    )
    assert list(answer) == ["event", "organiser", "moderator", "screen"]
    assert answer["event"] == "BOH"
    window = Window(fair)
    for role, path in (
        ("organiser", "/organise"),
        ("moderator", "/moderate/BOH"),
        ("screen", "/screen/BOH"),
    ):
        assert "/pass#" in answer[role]
        secret = answer[role].partition("#")[2]
        assert window.post("/pass", secret=secret).headers["Location"] == path


def test_a_code_is_made_up_and_the_only_series_need_not_be_named(fair: Fair) -> None:
    fair.sql("UPDATE series SET archived = true WHERE code != 'tour'")
    answer = told(run(fair, "--city", "Bocholt", "--date", "9.12.2026", "--json"))
    assert re.fullmatch("[A-Z0-9]{5}", answer["event"])
    (made,) = (row for row in fair.rows("events") if row["code"] == answer["event"])
    assert (made["city"], str(made["date"])) == ("Bocholt", "2026-12-09")


def test_a_copy_has_the_stands_and_no_questions(fair: Fair) -> None:
    fair.ask(ROBO)
    answer = told(run(fair, "--city", "Bocholt", "--date", "2026-12-09", "--copy", "ge", "--json"))
    (made,) = (row for row in fair.rows("events") if row["code"] == answer["event"])
    copied = [row for row in fair.rows("stands") if row["event_id"] == made["id"]]
    assert sorted(row["label"] for row in copied) == ["0", "1", "2"]
    assert {row["event_id"] for row in fair.rows("questions")} == {fair.event_id(GE)}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--code", GE, "--series", TOUR), "GE ist schon vergeben"),
        (("--code", ROBO, "--series", TOUR), "ROBO ist schon vergeben"),
        (("--code", "1", "--series", TOUR), "2 bis 12"),
        (("--date", "morgen", "--series", TOUR), "9.12.2026"),
        (("--date", "2026-02-31", "--series", TOUR), "9.12.2026"),
        (("--city", " ", "--series", TOUR), "Feld"),
        (("--series", "nirgends"), "Eine Reihe nirgends gibt es nicht"),
        ((), "mehrere Reihen: tour, other-tour"),
        (("--copy", "NOPE"), "NOPE gibt es in dieser Reihe nicht"),
        (("--copy", "XX", "--series", TOUR), "XX gibt es in dieser Reihe nicht"),
    ],
)
def test_what_cannot_be_made_is_one_sentence(
    fair: Fair, words: tuple[str, ...], sentence: str
) -> None:
    before = fair.everything()
    usual = {"--city": "Bocholt", "--date": "2026-12-09"}
    given = [word for name in usual if name not in words for word in (name, usual[name])]
    result = run(fair, *given, *words, "--json")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert sentence in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert fair.everything() == before


def test_without_json_people_read_links(fair: Fair) -> None:
    result = run(fair, "--city", "Bocholt", "--date", "2026-12-09", "--series", TOUR)
    assert result.exit_code == 0
    assert result.stdout.count("/pass#") == 3


def test_the_links_of_a_series_without_events_are_its_organisers(fair: Fair) -> None:
    fair.make_series("leer")
    printed = fair.app.test_cli_runner().invoke(args=["links"]).output
    assert fair.secret("organiser", "leer") in printed
    assert f"/e/{AC}" in printed
