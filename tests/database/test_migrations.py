"""The tables that migrations make are the tables that the models describe."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import create_engine, inspect, text

from exchange import create_app
from exchange.config import Settings
from exchange.database import migrations
from exchange.database.connections import db
from exchange.extensions import socketio
from exchange.models import Base
from simulation.servers import ROOT
from tests.support.fair import KEY, Fair
from tests.support.stores import Postgres


def test_the_migrated_tables_are_those_of_the_models(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/fresh.sqlite3"
    migrations.upgrade(url, KEY)
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_the_migrated_checks_and_indexes_are_those_of_the_models(tmp_path: Path) -> None:
    """What the comparison above does not see on SQLite."""
    described = create_engine("sqlite://")
    Base.metadata.create_all(described)
    migrations.upgrade(f"sqlite:///{tmp_path}/fresh.sqlite3", KEY)
    migrated = create_engine(f"sqlite:///{tmp_path}/fresh.sqlite3")
    for table in Base.metadata.tables:
        for look in ("get_check_constraints", "get_indexes", "get_unique_constraints"):
            one, other = (
                sorted(getattr(inspect(engine), look)(table), key=str)
                for engine in (described, migrated)
            )
            assert [plain(rule) for rule in one] == [plain(rule) for rule in other], (table, look)
    described.dispose()
    migrated.dispose()


def plain(rule: dict[str, object]) -> dict[str, object]:
    """A rule with its SQL as text."""
    options = rule.get("dialect_options")
    told = {name: str(sql) for name, sql in options.items()} if isinstance(options, dict) else {}
    return rule | {"dialect_options": told}


def test_migrating_twice_changes_nothing(app: Flask, fair: Fair) -> None:
    fair.ask()
    before = fair.everything()
    result = app.test_cli_runner().invoke(args=["migrate"])
    assert (result.exit_code, result.output) == (0, "")
    assert fair.everything() == before


def test_a_newer_schema_is_refused_in_one_sentence(app: Flask, fair: Fair) -> None:
    fair.sql("UPDATE alembic_version SET version_num = '9999'")
    result = app.test_cli_runner().invoke(args=["migrate"])
    assert result.exit_code == 1
    assert "neueren Version" in result.output
    assert "newer version" in result.output
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)


def test_a_database_that_cannot_be_written_is_one_clear_sentence(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = replace(
        app.extensions["process"].settings,
        database_url=f"sqlite:///{tmp_path}/missing/exchange.sqlite3",
    )
    monkeypatch.setattr(app.extensions["process"], "settings", nowhere)
    result = app.test_cli_runner().invoke(args=["migrate"])
    assert result.exit_code == 1
    assert "EXCHANGE_INSTANCE" in result.output
    assert "Traceback" not in result.output


def test_the_database_keeps_what_was_acknowledged(app: Flask, tmp_path: Path) -> None:
    """Write-ahead log, every commit on the disk, foreign keys held, no long wait inside SQLite."""
    bound = dict(vars(socketio))
    url = f"sqlite:///{tmp_path}/fresh.sqlite3"
    migrations.upgrade(url, KEY)
    made = create_app(Settings(tmp_path, url, KEY, async_mode="threading"))
    with made.app_context():
        pragmas = {
            name: db.session.scalar(text(f"PRAGMA {name}"))
            for name in (
                *("journal_mode", "synchronous", "foreign_keys", "busy_timeout"),
                "secure_delete",
            )
        }
        db.session.close()
        db.engine.dispose()
    vars(socketio).update(bound)
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 50,
        "secure_delete": 1,
    }


@pytest.mark.servers
def test_the_migrated_tables_are_those_of_the_models_on_postgresql(postgres: Postgres) -> None:
    described, migrated = (create_engine(postgres.create(name)) for name in ("models", "steps"))
    Base.metadata.create_all(described)
    # Two processes may start at once.
    program = (
        "import sys; from exchange.database import migrations; migrations.upgrade(*sys.argv[1:])"
    )
    command = [sys.executable, "-c", program, postgres.url("steps"), KEY]
    both = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    looks = (
        "get_check_constraints",
        "get_foreign_keys",
        "get_indexes",
        "get_pk_constraint",
        "get_unique_constraints",
    )
    for table in Base.metadata.tables:
        for look in looks:
            one, other = (
                sorted(map(str, [getattr(inspect(engine), look)(table)]))
                for engine in (described, migrated)
            )
            assert one == other, (table, look)
    with migrated.connect() as connection:
        names = set(connection.scalars(text("SELECT conname FROM pg_constraint")))
        assert {"fk_events_before_id", "fk_questions_answer_id"} <= names
    (live,) = (
        index
        for index in inspect(migrated).get_indexes("questions")
        if index["name"] == "uq_questions_one_live_an_event"
    )
    assert live["unique"] is True
    assert "live" in live["dialect_options"]["postgresql_where"]
    described.dispose()
    migrated.dispose()
