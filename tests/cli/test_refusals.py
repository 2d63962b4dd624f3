"""How every command refuses: exit 1, one sentence on stderr, nothing on stdout."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask

from exchange import create_app
from exchange.cli import COMMANDS
from exchange.config import Settings
from tests.support.fair import AC, KEY
from tests.support.lists import LISTS

LIST = str(LISTS / "stands.csv")


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


def every_command() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for one in COMMANDS:
        assert one.name
        yield (one.name,), one
        if isinstance(one, click.Group):
            yield from (((one.name, name), found) for name, found in one.commands.items())


def refusal(result: Result) -> str:
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    (sentence,) = result.stderr.strip().splitlines()
    assert "Usage" not in sentence
    assert not sentence.startswith("Error")
    assert sentence.endswith((".", ".)"))
    return sentence


@pytest.mark.parametrize("words", [words for words, _ in every_command()], ids=" ".join)
def test_an_option_that_no_command_has(app: Flask, words: tuple[str, ...]) -> None:
    assert "--nirgends" in refusal(run(app, *words, "--nirgends"))


@pytest.mark.parametrize(
    "words",
    [
        words
        for words, command in every_command()
        if any(parameter.required for parameter in command.params)
    ],
    ids=" ".join,
)
def test_what_is_needed_and_not_said(app: Flask, words: tuple[str, ...]) -> None:
    assert "fehlt" in refusal(run(app, *words))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("event", "new", "--city", "Bocholt"), "--date"),
        (("event", "new", "--date", "9.12.2026"), "--city"),
        (("event", "nwe"), "nwe"),
        (("event",), "command"),
        (("passes",), "EVENT"),
        (("passes", AC, "XX"), "XX"),
        (("import", LIST), "--event"),
        (("import", LIST, "--event", AC, "--mode", "alles"), "fill"),
        (("import", LIST, "--event", AC, "--new", "zwei"), "--new"),
        (("import", LIST, "--event", AC, "--same", "zwei"), "zwei"),
        (("import", LIST, "--event", AC, "--same", "a=b"), "--same"),
        (("import", LIST, "--event", AC, "--map", "Projekt"), "Projekt"),
        (("backup",), "TARGET"),
        (("restore", "--replace"), "ARCHIVE"),
    ],
)
def test_what_cannot_be_read(app: Flask, words: tuple[str, ...], named: str) -> None:
    assert named in refusal(run(app, *words))


@pytest.mark.parametrize("words", [("passes",), ("import", LIST, "--event")])
def test_an_event_that_is_none_is_named_alike(app: Flask, words: tuple[str, ...]) -> None:
    told = refusal(run(app, *words, "ZZ"))
    assert told == "Eine Veranstaltung mit dem Code ZZ gibt es nicht."


def test_help_is_no_refusal(app: Flask) -> None:
    for words, _ in every_command():
        result = run(app, *words, "--help")
        assert result.exit_code == 0
        assert "Usage" in result.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("links",),
        ("passes", AC),
        ("import", LIST, "--event", AC),
        ("event", "new", "--city", "Bocholt", "--date", "9.12.2026"),
        ("demo",),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("there", ["nothing", "empty", "no_database"])
def test_without_a_database_each_says_what_helps(
    tmp_path: Path, words: tuple[str, ...], there: str
) -> None:
    database = tmp_path / "exchange.db"
    tmp_path.chmod(0o700)
    if there != "nothing":
        database.write_bytes(b"" if there == "empty" else b"no database at all " * 50)
    app = create_app(Settings(tmp_path, f"sqlite:///{database}", KEY, async_mode="threading"))
    said = refusal(run(app, *words))
    assert ("bin/run" if there == "nothing" else "damaged") in said
