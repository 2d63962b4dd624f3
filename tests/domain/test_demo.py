"""The demo fair is loaded once, whoever asks for it and however many at once."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from simulation.demo import load


def test_two_who_load_the_demo_fair_at_once_make_one(tmp_path: Path) -> None:
    environ = os.environ | {"EXCHANGE_INSTANCE": str(tmp_path)}
    flask = [sys.executable, "-m", "flask", "--app", "exchange"]
    subprocess.run([*flask, "migrate"], env=environ, check=True, timeout=60)
    loaders = [subprocess.Popen([*flask, "demo"], env=environ) for _ in range(2)]
    assert [loader.wait(60) for loader in loaders] == [0, 0]
    with closing(sqlite3.connect(tmp_path / "exchange.sqlite3")) as database:
        series = database.execute("SELECT count(*) FROM series").fetchone()
        numbers = database.execute(
            "SELECT event_id, number FROM questions WHERE origin <> 'prepared'"
        ).fetchall()
        prepared = database.execute(
            "SELECT event_id, number FROM questions WHERE origin = 'prepared'"
        ).fetchall()
    assert series == (1,)
    assert len(numbers) == len(set(numbers)) == 34
    # In the three cities that are not over yet, behind what was asked there.
    assert len(prepared) == len({*numbers, *prepared}) - 34 > 90


def test_an_empty_database_is_given_a_series_where_no_demo_is_wanted(tmp_path: Path) -> None:
    environ = os.environ | {"EXCHANGE_INSTANCE": str(tmp_path), "EXCHANGE_DEMO": "no"}
    flask = [sys.executable, "-m", "flask", "--app", "exchange"]
    for command in (["migrate"], ["demo", "--if-empty"], ["demo", "--if-empty"]):
        subprocess.run([*flask, *command], env=environ, check=True, timeout=60)
    told = subprocess.run(
        [*flask, "links"], env=environ, check=True, timeout=60, capture_output=True, text=True
    ).stdout
    assert told.count("/pass#") == 1
    assert "Organisation" in told
    with closing(sqlite3.connect(tmp_path / "exchange.sqlite3")) as database:
        counted = [
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("series", "events", "projects", "passes")
        ]
    assert counted == [1, 0, 0, 1]


def test_its_links_are_the_same_each_time(tmp_path: Path) -> None:
    links = load(tmp_path)
    assert load(tmp_path) == links
    assert links["event"] == "GE"
    assert [stand["code"] for stand in links["stands"]] == [f"GE{n}" for n in range(13)]
    passes = [links[role] for role in ("moderator", "screen", "organiser")]
    passes += [stand["presenter"] for stand in links["stands"]]
    assert all("/pass#" in one for one in passes)
    assert len(set(passes)) == len(passes)
