"""Which errors of SQLite are about the database's state; they are made, not imitated."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from exchange.database.errors import Unavailable, classify

pytestmark = pytest.mark.sqlite


def engine(file: Path, mode: str = "rwc") -> Engine:
    return create_engine(f"sqlite:///file:{file}?mode={mode}&uri=true")


def locked(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        write(engine(file))


def read_only(file: Path) -> None:
    write(engine(file, "ro"))


def gone(file: Path) -> None:
    write(engine(file.with_name("nowhere"), "rw"))


def no_database(file: Path) -> None:
    file.write_bytes(b"This is no database. " * 1000)
    write(engine(file))


def damaged(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(1024)
        opened.write(bytes([0xFF]) * 3072)
    write(engine(file))


def too_full(file: Path) -> None:
    write(engine(file), "PRAGMA max_page_count = 2", "INSERT INTO told VALUES (zeroblob(99999))")


def unknown_table(file: Path) -> None:
    write(engine(file), "INSERT INTO nothing VALUES (1)")


def twice_the_same(file: Path) -> None:
    write(engine(file), "INSERT INTO told VALUES (1)", "INSERT INTO told VALUES (1)")


def write(made: Engine, *statements: str) -> None:
    with made.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        for statement in statements or ("INSERT INTO told VALUES (1)",):
            connection.execute(text(statement))


@pytest.mark.parametrize(
    ("do", "reason"),
    [
        (locked, Unavailable.LOCKED),
        (read_only, Unavailable.READ_ONLY),
        (gone, Unavailable.GONE),
        (no_database, Unavailable.DAMAGED),
        (damaged, Unavailable.DAMAGED),
        (too_full, Unavailable.FULL),
        (unknown_table, None),
        (twice_the_same, None),
    ],
)
def test_driver_errors_are_classified(
    tmp_path: Path, do: Callable[[Path], None], reason: Unavailable | None
) -> None:
    file = tmp_path / "small.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA page_size = 1024")
        database.execute("CREATE TABLE told (what UNIQUE)")
    with pytest.raises(DBAPIError) as raised:
        do(file)
    assert classify(raised.value) is reason


def test_every_reason_has_its_sentence() -> None:
    assert all(reason.sentence for reason in Unavailable)
