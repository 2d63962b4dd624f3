"""Data that an earlier version wrote is the same fair in this one, on both databases."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Date, DateTime, MetaData, create_engine, inspect, text

from exchange import digests
from exchange.config import Settings
from exchange.database import migrations
from exchange.domain import contacts as contact_verbs
from exchange.domain import stands as stand_verbs
from exchange.domain import undo
from exchange.domain.changes import Actor
from exchange.domain.refusals import Refused
from exchange.queries import fair as fair_queries
from exchange.queries.entrance import find
from simulation.servers import DATABASE
from tests.support.apps import dispose, make_app
from tests.support.fair import BAU, GE, KEY, ROBO, TOUR, Fair, IntegrityError
from tests.support.stores import Postgres
from tests.support.windows import Window

ROWS = Path(__file__).parent
CLICKS = [f"00000000-0000-4000-8000-{number:012d}" for number in range(40)]
"""The keys under which things were asked (0 to 7) and done (20 to 29)."""


BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)]


@pytest.fixture(params=BOTH)
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fair]:
    """A fair as version 0001 left it, opened by this version."""
    yield from left_by("0001", request.param, request, tmp_path)


@pytest.fixture(params=BOTH)
def with_words(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fair]:
    """A fair as version 0002 left it: reasons and lines to the hall in the log, a question redacted
    and one withdrawn, whose words stayed.
    """
    yield from left_by("0002", request.param, request, tmp_path)


@pytest.fixture(params=BOTH)
def with_ends(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fair]:
    """A fair as version 0004 left it: the same; a pass renewed, one bound to a browser, an event
    that was closed.
    """
    yield from left_by("0004", request.param, request, tmp_path)


BEFORE_LABELS = [
    *(("0003", "sqlite"), ("0004", "sqlite")),
    *(
        pytest.param((version, "postgresql"), marks=pytest.mark.servers)
        for version in ("0003", "0004")
    ),
]


@pytest.fixture(params=BEFORE_LABELS)
def before_labels(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Fair, dict[str, list[dict[str, Any]]]]]:
    """A fair as version 0003 and as 0004 left it, with numbers and one contact a project; and the
    rows that were written.
    """
    version, database = request.param
    written = json.loads((ROWS / f"rows_{version}.json").read_text("utf-8"))
    for fair in left_by(version, database, request, tmp_path):
        yield fair, written


@pytest.fixture(params=BOTH)
def with_codes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fair]:
    """A fair as version 0005 left it: made in Python, with codes that no address finds (`KÖ26`,
    `ess`, `DO/1`, `ge 9`, `Robo X`) and labels that nobody can say; questions, votes and changes.
    """
    yield from left_by("0005", request.param, request, tmp_path)


VERSIONS = ("0001", "0002", "0003", "0004", "0005")


@pytest.fixture(
    params=[
        *((version, "sqlite") for version in VERSIONS),
        *(pytest.param((version, "postgresql"), marks=pytest.mark.servers) for version in VERSIONS),
    ]
)
def misnamed(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Fair, dict[str, list[dict[str, Any]]]]]:
    """A fair as each version left it, with codes that no address finds; and what was written."""
    version, database = request.param
    written = json.loads((ROWS / f"rows_{version}.json").read_text("utf-8"))
    for fair in left_by(version, database, request, tmp_path, misname=True):
        yield fair, written


MISNAMED = [
    "UPDATE events SET code = 'KÖ/ 26' WHERE code = 'GE'",
    "UPDATE events SET code = 'ac' WHERE code = 'AC'",
    "UPDATE stands SET code = 'Robo' WHERE code = 'ROBO'",
    "UPDATE stands SET code = '' WHERE code = 'BAU'",
    # Nothing of it could be read, and this one is another stand's.
    "UPDATE stands SET code = 'äöü' WHERE code = 'GE0'",
    "UPDATE stands SET code = 'robo' WHERE code = 'ACROBO'",
    "UPDATE series SET code = 'Die Tour 2026' WHERE code = 'tour'",
    "UPDATE projects SET code = 'Größe' WHERE code = 'robo'",
]


def left_by(
    version: str,
    database: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    *,
    misname: bool = False,
) -> Iterator[Fair]:
    """A database of the test's own: a copy of one that was filled and migrated once."""
    name, settings = f"left_by_{version}" + ("_misnamed" if misname else ""), None
    postgres: Postgres | None = None
    if database == "postgresql":
        postgres = request.getfixturevalue("postgres")
        assert postgres
        migrated: set[str] = request.getfixturevalue("migrated")
        if name not in migrated:
            migrate(postgres.create(name), version, misname=misname)
            migrated.add(name)
        settings = Settings(tmp_path, postgres.create("earlier", name), KEY, async_mode="threading")
    else:
        file = request.getfixturevalue("folder") / f"{name}.sqlite3"
        if not file.exists():
            migrate(f"sqlite:///{file}", version, misname=misname)
        shutil.copy(file, tmp_path / DATABASE)
    app = make_app(tmp_path / DATABASE, settings=settings)
    app.extensions["postgres"] = None
    yield Fair(app)
    dispose(app)
    if postgres:
        postgres.drop("earlier")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where migrated files are kept, to be copied."""
    return tmp_path_factory.mktemp("migrated")


@pytest.fixture(scope="session")
def migrated() -> set[str]:
    """The databases of this worker's PostgreSQL that were migrated, to be copied."""
    return set()


def migrate(url: str, version: str, *, misname: bool) -> None:
    """What that version wrote, as this version has it."""
    migrations.upgrade(_sync(url), KEY, version)
    fill(_sync(url), version)
    if misname:
        engine = create_engine(_sync(url))
        with engine.begin() as connection:
            for statement in MISNAMED:
                connection.execute(text(statement))
        engine.dispose()
    migrations.upgrade(_sync(url), KEY)


def _sync(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")


def fill(url: str, version: str) -> None:
    """Write the rows that were written by that version's own code."""
    tables: dict[str, list[dict[str, Any]]] = json.loads(
        (ROWS / f"rows_{version}.json").read_text("utf-8")
    )
    engine = create_engine(url)
    known = MetaData()
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # The rows name each other in circles.
            connection.execute(text("SET session_replication_role = replica"))
        known.reflect(connection)
        for name, rows in tables.items():
            table = known.tables[name]
            connection.execute(
                table.insert(),
                [{c: read(table.c[c].type, value) for c, value in row.items()} for row in rows],
            )
            if engine.dialect.name == "postgresql" and "id" in table.c:
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{name}', 'id'),"
                        f" (SELECT max(id) FROM {name}))"
                    )
                )
    engine.dispose()


def read(kind: object, value: Any) -> Any:
    """A value as SQLite wrote it, as this column takes it."""
    if value is None:
        return None
    readers: list[tuple[type, Callable[[Any], Any]]] = [
        (Boolean, bool),
        (DateTime, lambda told: datetime.fromisoformat(f"{told}+00:00")),
        (Date, date.fromisoformat),
    ]
    for known, reader in readers:
        if isinstance(kind, known):
            return reader(value)
    is_json = type(kind).__name__ == "JSON"
    return json.loads(value) if is_json else value


def changes(fair: Fair) -> dict[str, dict[str, Any]]:
    """By the clicks' own keys, of which the log has only an HMAC."""
    named = {digests.change_key(click, KEY): click for click in CLICKS}
    return {named[row["key"]]: row for row in fair.rows("changes") if row["key"]}


def before_images(fair: Fair, change: int) -> dict[int, Any]:
    found = (row for row in fair.rows("change_questions") if row["change_id"] == change)
    return {row["question_id"]: loaded(row["before"]) for row in found}


def loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def test_every_change_is_there_with_what_it_touched(earlier: Fair) -> None:
    rows = earlier.rows("changes")
    assert len(rows) == 21
    assert {row["series_id"] for row in rows if row["event_id"] == 1} == {1}
    assert {row["subject"] for row in rows} == {"question", "event", "change"}
    by_key = changes(earlier)
    merge = by_key[CLICKS[20]]
    assert (merge["verb"], merge["subject"], merge["subject_id"]) == ("merge", "question", 2)
    assert list(before_images(earlier, merge["id"])) == [2]
    # Whatever was live left the stage with the change that put another one there.
    live = before_images(earlier, by_key[CLICKS[24]]["id"])
    assert {question: image["status"] for question, image in live.items()} == {
        1: "live",
        3: "open",
    }
    assert loaded(by_key[CLICKS[24]]["event_before"]) == {"before_id": [None, 1]}
    undo = by_key[CLICKS[29]]
    assert (undo["subject"], undo["subject_id"]) == ("change", by_key[CLICKS[28]]["id"])
    assert by_key[CLICKS[28]]["undone_by"] == undo["id"]


def test_what_was_done_before_can_be_taken_back_now(earlier: Fair) -> None:
    decline = changes(earlier)[CLICKS[25]]
    assert earlier.status(6) == "declined"
    earlier.undo(decline["id"])
    assert earlier.status(6) == "open"
    with pytest.raises(Refused, match="undone"):
        earlier.undo(decline["id"])
    with pytest.raises(Refused, match="built_upon"):
        earlier.undo(changes(earlier)[CLICKS[21]]["id"])


def test_a_click_that_is_sent_again_gets_the_answer_of_then(earlier: Fair) -> None:
    decline = changes(earlier)[CLICKS[25]]
    before = earlier.everything()
    again = earlier.act(6, "decline", key=CLICKS[25], reason="Gehört nicht zu diesem Projekt")
    assert again.change == decline["id"]
    assert loaded(decline["answered"]) == {"version": again.version, "revision": again.revision}
    assert earlier.everything() == before


def test_a_question_that_is_sent_again_gets_the_answer_of_then(earlier: Fair) -> None:
    told = earlier.tell(words="Was kostet es?", asker="Anna", key=CLICKS[0])
    assert (told.number, told.status, told.created) == (1, "open", False)


def test_what_phones_had_not_heard_is_still_noted(earlier: Fair) -> None:
    written = json.loads((ROWS / "rows_0001.json").read_text("utf-8"))["touches"]
    noted = earlier.rows("pending_news")
    assert sorted(map(str, noted)) == sorted(map(str, written))


def test_the_day_goes_on(earlier: Fair) -> None:
    assert earlier.card(3).status.value == "live"
    question = earlier.ask(words="Und was kostet der Betrieb?")
    assert earlier.card(question).number == 8
    earlier.act(question, "live")
    assert earlier.run_list() == [3, 1]
    with earlier.app.app_context():
        engine = earlier.app.extensions["process"].database.engine
    assert "touches" not in inspect(engine).get_table_names()
    assert GE in {row["code"] for row in earlier.rows("events")}


# What version 0002 kept of words and keys

ERASED = ["Kunze", "0209 12345", "Clara Vogt"]
"""What was withdrawn or redacted in the fair of 0002; of the first, words and name had stayed."""
WRITTEN = [*ERASED, "Frau Meier", "Herr Schulz", "Bitte Platz nehmen"]
"""What stood in its log."""


def test_words_leave_the_log_and_what_was_withdrawn_loses_its_own(with_words: Fair) -> None:
    tables = with_words.everything()
    assert [word for word in ERASED if word in str(tables)] == []
    log = str([tables["changes"], tables["change_questions"]])
    assert [word for word in WRITTEN if word in log] == []
    (withdrawn,) = (row for row in tables["questions"] if row["status"] == "withdrawn")
    assert (withdrawn["text"], withdrawn["name"]) == ("", None)
    assert len(tables["changes"]) == 21


@pytest.mark.sqlite
def test_the_file_of_an_earlier_version_is_written_anew(tmp_path: Path) -> None:
    file = tmp_path / DATABASE
    migrations.upgrade(f"sqlite:///{file}", KEY, "0002")
    fill(f"sqlite:///{file}", "0002")
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode = WAL")
    migrations.upgrade(f"sqlite:///{file}", KEY)
    content = file.read_bytes()
    assert [word for word in ERASED if word.encode() in content] == []
    assert [click for click in CLICKS if click.encode() in content] == []
    assert not any(one.stat().st_size for one in tmp_path.iterdir() if one != file)


def test_no_key_of_a_client_can_be_read(with_words: Fair) -> None:
    tables = str(with_words.everything())
    assert [click for click in CLICKS if click in tables] == []
    written = json.loads((ROWS / "rows_0002.json").read_text("utf-8"))
    assert [row for row in written["questions"] if row["digest"] in tables] == []


def test_what_was_asked_in_0002_gets_the_answer_of_then(with_words: Fair) -> None:
    """Also what was redacted and withdrawn since; and other words are still told from it."""
    asked = [
        (ROBO, "Was kostet es?", "Anna", "Anna Beispiel", "kosten", 1),
        (ROBO, "Warum grüßt Herr Vogt (0209 12345) nicht?", "Clara", "Clara Vogt", None, 3),
        (BAU, "Mein Chef heißt Kunze, darf er das?", "Kai", "Kai Kunze", None, 4),
    ]
    for stand, words, asker, name, facet, number in asked:
        key = CLICKS[number - 1]
        told = with_words.tell(stand, words, asker=asker, key=key, name=name, facet=facet)
        assert (told.number, told.status, told.created) == (number, "open", False)
        with pytest.raises(Refused, match="key_reused"):
            with_words.tell(stand, "Anderes?", asker=asker, key=key, name=name, facet=facet)


def test_what_was_declined_in_0002_can_be_taken_back_and_redacted(with_words: Fair) -> None:
    # Kunze's reason went with the withdrawn question.
    assert sorted(str(row["text"]) for row in with_words.rows("reasons")) == [
        "Frau Meier ist krank",
        "Gehört nicht hierher.",
        "Herr Schulz ist krank",
        "None",
    ]
    assert with_words.card(6).reason == "Gehört nicht hierher."
    with_words.undo(changes(with_words)[CLICKS[22]]["id"])
    assert with_words.status(2) == "declined"
    assert with_words.card(2).reason == "Herr Schulz ist krank"
    with_words.undo(changes(with_words)[CLICKS[21]]["id"])
    assert with_words.card(2).reason == "Frau Meier ist krank"
    with_words.act(2, "redact-reason", reason="")
    assert with_words.card(2).reason is None
    assert "krank" not in str(with_words.everything())


def test_the_line_to_the_hall_of_0002_can_be_taken_back(with_words: Fair) -> None:
    lines = [row for row in with_words.rows("changes") if row["verb"] == "message"]
    assert with_words.line_in_the_hall() == "Frau Meier bitte zum Empfang."
    with_words.undo(lines[1]["id"])
    assert with_words.line_in_the_hall() == "Bitte Platz nehmen."
    with_words.undo(lines[0]["id"])
    assert with_words.line_in_the_hall() is None


def test_a_phase_began_with_the_change_that_the_log_tells_of(earlier: Fair) -> None:
    told = [row for row in earlier.rows("changes") if "phase" in loaded(row["event_before"])]
    assert told
    began = {row["id"]: moment(row["phase_since"]) for row in earlier.rows("events")}
    for event_id in {row["event_id"] for row in told}:
        assert began.pop(event_id) == max(
            moment(row["at"]) for row in told if row["event_id"] == event_id
        )
    # Of the others nobody knows: not later than now, so that none of them lasts for ever.
    assert began
    assert all(since <= datetime.now(UTC) for since in began.values())


def test_passes_go_on_for_any_browser(earlier: Fair) -> None:
    assert {(row["one_browser"], row["bound_to"]) for row in earlier.rows("passes")} == {(0, None)}
    window = Window(earlier)
    earlier.sql("UPDATE events SET owed_until = '2100-01-01'")
    for role, place, path in (
        ("moderator", GE, f"/moderate/{GE}"),
        ("organiser", TOUR, "/organise"),
    ):
        assert window.enter(role, place).get(path).status_code == 200


def moment(told: Any) -> datetime:
    """As a database told it: SQLite in text and without a zone."""
    found = datetime.fromisoformat(told) if isinstance(told, str) else told
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# What versions 0003 and 0004 knew of numbers and of one contact

Written = tuple[Fair, dict[str, list[dict[str, Any]]]]


def test_numbers_of_stands_are_their_labels_in_natural_order(before_labels: Written) -> None:
    fair, written = before_labels
    stands = {row["code"]: row for row in fair.rows("stands")}
    assert {code: row["label"] for code, row in stands.items()} == {
        row["code"]: str(row["number"]) for row in written["stands"]
    }
    assert stands["ZEHN"]["label"] == "10"
    assert not any(row["archived"] for row in stands.values())
    with fair.app.app_context():
        listed = fair_queries.stand_lines(fair.event_id(GE))
    assert [line.label for line in listed] == ["0", "1", "2", "10"]
    assert [line.general for line in listed] == [True, False, False, False]
    # As it is today when one is renamed.
    with fair.app.app_context():
        stand_verbs.edit(
            fair.event_id(GE), fair.stand_id("ZEHN"), {"label": "9"}, by=Actor("organiser")
        )
        with pytest.raises(Refused, match="label_taken"):
            stand_verbs.add(fair.event_id(GE), {"label": "01"}, by=Actor("organiser"))


def test_whoever_was_a_contact_is_the_first_one(before_labels: Written) -> None:
    fair, written = before_labels
    known = {row["id"]: row for row in fair.rows("contacts")}
    assert known.keys() == {row["id"] for row in written["contacts"]}
    for row in written["contacts"]:
        now = known[row["id"]]
        assert {name: now[name] for name in row} == row
        assert (now["position"], now["basis"], now["role"]) == (0, "public_function", None)
        assert now["until"] is None
    with fair.app.app_context():
        (first,) = fair_queries.contacts_of(1)
    assert first.person == written["contacts"][0]["person"]


def test_nothing_that_was_written_is_lost(before_labels: Written) -> None:
    fair, written = before_labels
    now = fair.everything()
    for table, rows in written.items():
        assert len(now[table]) == len(rows), table
    for table in ("questions", "answers", "reasons", "messages", "participants", "me_toos"):
        known = [{name: str(row[name]) for name in written[table][0]} for row in now[table]]
        for row in written[table]:
            told = {name for name, value in row.items() if isinstance(value, int | str)}
            texts = told - {name for name in told if name in DAYS}
            assert any(
                all(one[name] in (str(row[name]), str(bool(row[name]))) for name in texts)
                for one in known
            ), (table, row)
    for row in now["events"]:
        assert (row["language"], row["question_length"]) == (None, 500)
        assert (bool(row["me_too"]), bool(row["facets"]), bool(row["archived"])) == (
            *(True, True),
            False,
        )


DAYS = ("asked_at", "since", "at", "owed_until")
"""Columns that a database tells in its own form."""


def test_what_was_done_before_labels_can_be_taken_back(before_labels: Written) -> None:
    fair, _ = before_labels
    done = changes(fair)
    assert fair.status(4) == "declined"
    fair.undo(done[CLICKS[21]]["id"])
    assert fair.status(4) == "open"
    fair.undo(done[CLICKS[23]]["id"])
    assert fair.status(3) == "open"
    fair.undo(done[CLICKS[22]]["id"])
    assert fair.card(2).head is None
    message = next(row for row in fair.rows("changes") if row["verb"] == "message")
    assert fair.line_in_the_hall() == "Bitte Platz nehmen."
    fair.undo(message["id"])
    assert fair.line_in_the_hall() is None


def test_a_day_goes_on_with_labels(before_labels: Written) -> None:
    fair, _ = before_labels
    told = fair.tell(
        words="Was kostet es?", asker="Anna", key=CLICKS[0], facet="kosten", name="Anna Beispiel"
    )
    assert (told.number, told.created) == (1, False)
    question = fair.ask("ZEHN", "Und was kostet der Betrieb?")
    assert fair.card(question).stand.label == "10"
    with fair.app.app_context():
        change = contact_verbs.replace(1, 1, {"function": "Amt 61"}, by=Actor("organiser"))
        assert change
        assert fair_queries.contacts_of(1)[0].function == "Amt 61"
        undo.undo_of_series(1, change.change, by=Actor("organiser"))
        assert fair_queries.contacts_of(1)[0].person == "Erika Muster"


def test_passes_of_0004_keep_generation_and_browser(with_ends: Fair) -> None:
    written = json.loads((ROWS / "rows_0004.json").read_text("utf-8"))["passes"]
    now = {row["id"]: row for row in with_ends.rows("passes")}
    for row in written:
        assert now[row["id"]]["generation"] == row["generation"]
        assert bool(now[row["id"]]["one_browser"]) == bool(row["one_browser"])
        assert now[row["id"]]["redeemed"] is None
    assert {row["generation"] for row in written} == {1, 2}
    with_ends.sql("UPDATE events SET owed_until = '2100-01-01'")
    window = Window(with_ends).enter("presenter", ROBO)
    assert window.get(f"/present/{ROBO}").status_code == 200


# What versions up to 0005 took for codes and labels


def test_whatever_no_address_found_gets_a_code_that_one_finds(misnamed: Written) -> None:
    fair, written = misnamed
    reached = {name: {row["id"]: row["code"] for row in fair.rows(name)} for name in CODED}
    with fair.app.app_context():
        for name, find_one in CODED.items():
            assert len(set(reached[name].values())) == len(written[name])
            for row_id, code in reached[name].items():
                found = find_one(code)
                assert found, (name, code)
                assert found.id == row_id
    assert {"die-tour-2026"} <= {row["code"] for row in fair.rows("series")}
    assert reached["events"][1] == "K26"
    assert reached["events"][2] == "AC"
    assert reached["projects"][1] == "groesse"
    # The two that were like one another.
    assert sum(code == "ROBO" for code in reached["stands"].values()) == 1
    # What could be found is found under the same code.
    kept = {row["code"] for name in CODED for row in written[name]} - CHANGED
    assert kept <= {code for name in CODED for code in reached[name].values()}
    require_all_kept(fair, written)


CODED: dict[str, Callable[[str], Any]] = {
    "events": fair_queries.event_at,
    "stands": fair_queries.stand_at,
    "projects": fair_queries.project_by_code,
}
CHANGED = {"GE", "AC", "ROBO", "BAU", "GE0", "ACROBO", "robo"} | {
    *("KÖ26", "ess", "DO/1", "KÖ260", "ess0", "DO/10", "KÖ1", "ge 9", "leer", "DO/2"),
    *("Robo X", "Robo"),
}


def require_all_kept(fair: Fair, written: dict[str, list[dict[str, Any]]]) -> None:
    """Every row is there and hangs on what it hung on."""
    now = fair.everything()
    for table, rows in written.items():
        if table != "touches":
            assert len(now[table]) == len(rows), table
    for table in ("stands", "questions", "me_toos", "passes", "participants", "projects"):
        columns = [name for name in written[table][0] if name.endswith("id")]
        columns = [name for name in columns if name in now[table][0]]
        assert [[row[name] for name in columns] for row in now[table]] == [
            [row[name] for name in columns]
            for row in sorted(written[table], key=lambda row: int(row["id"]))
        ], table


def test_what_was_typed_before_still_leads_there(with_codes: Fair) -> None:
    with with_codes.app.app_context():
        for typed, city in (("KÖ26", "Stadt KÖ26"), ("DO/1", "Stadt DO/1"), ("KÖ1", "Stadt KÖ26")):
            (place,) = find(typed)
            assert place.city == city
    (event,) = (row for row in with_codes.rows("events") if row["city"] == "Stadt ess")
    # Somebody else has ESS.
    assert event["code"] not in ("ess", "ESS")
    page = Window(with_codes).get(f"/e/{event['code']}")
    assert page.status_code == 200
    # Stands that nobody could name have a number.
    with with_codes.app.app_context():
        lines = fair_queries.stand_lines(with_codes.event_id(GE))
    assert [line.label for line in lines] == ["0", "1", "2", "3", "4", "9"]


def test_undo_puts_back_what_had_a_code_that_no_address_found(with_codes: Fair) -> None:
    with with_codes.app.app_context():
        by = Actor("organiser")
        for change in (1, 2, 3):
            undo.undo(with_codes.event_id(GE), change, by=by)
        undo.undo_of_series(3, 4, by=by)
    stands = {row["id"]: row for row in with_codes.rows("stands")}
    assert [stands[one]["place"] for one in (13, 14, 2)] == [None, None, None]
    assert [stands[one]["code"] for one in (13, 14, 2)] == ["GE9", "LEER", ROBO]
    (project,) = (row for row in with_codes.rows("projects") if row["id"] == 3)
    assert (project["code"], project["title"]) == ("robo-x", "Projekt Robo X")


def test_the_tables_take_nothing_that_no_address_finds(with_codes: Fair) -> None:
    unreadable = ["KÖ26", "DO/1", "", "GE ", "GE\n", "ＧＥ", "a b", "Ä"]
    values = [
        *((table, f"code = '{code}'") for table in CODED for code in unreadable),
        *(("series", f"code = '{code}'") for code in unreadable),
        *((table, "code = 'ess'") for table in ("events", "stands")),
        *((table, "code = 'ESS'") for table in ("series", "projects")),
        # Nobody could name a stand so.
        *(("stands", f"label = '{label}', sort_key = ''") for label in ("", " ", ".")),
        ("stands", "label = '–', sort_key = '-'"),
    ]
    taken = []
    for table, value in values:
        try:
            with_codes.sql(f"UPDATE {table} SET {value} WHERE id = 2")
            taken.append((table, value))
        except IntegrityError:
            pass
    assert taken == []
