"""Taking a stand list in from the command line: import."""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from exchange.cli.saying import Command, event_called, print_json
from exchange.domain import imports
from exchange.domain.changes import Actor
from exchange.domain.imports import Said
from exchange.domain.refusals import Refused
from exchange.domain.stand_lists import sentences, task
from exchange.domain.stand_lists.cells import Problem
from exchange.domain.stand_lists.modes import MODES
from exchange.domain.stand_lists.plans import ACTIONS, SKIP
from exchange.domain.stand_lists.tables import MOST_BYTES
from exchange.queries.fair import EventRef


@click.command("import", cls=Command)
@click.argument("file")
@click.option("--event", "code", required=True, help="The event's code.")
@click.option("--sheet", help="The sheet's name; else the longest one with a header.")
@click.option("--map", "columns", multiple=True, metavar="COLUMN=FIELD", help="What a column is.")
@click.option("--mode", type=click.Choice(MODES), default="fill", show_default=True)
@click.option("--same", multiple=True, metavar="ROW=LABEL", help="The row is the project there.")
@click.option("--new", multiple=True, type=int, metavar="ROW", help="The row is a new project.")
@click.option("--skip", multiple=True, type=int, metavar="ROW", help="The row is left out.")
@click.option("--free", multiple=True, metavar="LABEL", help="The project there may leave.")
@click.option("--apply", is_flag=True, help="Write it; without this nothing is written.")
@click.option("--json", "as_json", is_flag=True, help="Print one object for programs.")
@with_appcontext
def import_(
    *,
    file: str,
    code: str,
    sheet: str | None,
    columns: tuple[str, ...],
    mode: str,
    same: tuple[str, ...],
    new: tuple[int, ...],
    skip: tuple[int, ...],
    free: tuple[str, ...],
    apply: bool,
    as_json: bool,
) -> None:
    """Compare the stand list FILE (- reads stdin) with an event; with --apply take it in."""
    with force_locale("de"), tempfile.TemporaryDirectory() as folder:
        event = event_called(code)
        told = dict(map(_pair, columns))
        answers = {row: f"stand:{label}" for row, label in map(_pair, same)}
        if any(not row.isdecimal() for row in answers):
            raise click.BadParameter("ROW=LABEL", param_hint="--same")
        answers |= {str(row): "new" for row in new} | {str(row): SKIP for row in skip}
        said = Said(sheet=sheet, columns=told, mode=mode, answers=answers, freed=free)
        data = _read(file)
        found = imports.compare(event.id, event.series_id, data, said, Path(folder))
        refused = imports.refusal(found)
        if refused is not None:
            raise refused
        result = _result(found, Path(folder))
        wrong = result["summary"]["refused"]
        if apply and not wrong:
            outcome = imports.take_in(
                event.id,
                Path(folder),
                found["position"],
                by=Actor("organiser"),
                columns=told,
            )
            result |= {"applied": True, "change": outcome.change if outcome else None}
        if as_json:
            print_json(result)
        else:
            _print(result, event, apply=apply)
        if wrong:
            raise click.ClickException(Refused("list_asked").message)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.rpartition("=")
    if not equals or not name.strip():
        raise click.BadParameter(f"„{text}“: NAME=…")
    return name.strip(), value.strip()


def _read(name: str) -> bytes:
    """No more than a list may have, and one byte: a file of 100 MB is refused, not read."""
    try:
        if name == "-":
            return sys.stdin.buffer.read(MOST_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise click.ClickException(
            f"{name} kann nicht gelesen werden: {error.strerror}. (The file cannot be read.)"
        ) from error


def _result(found: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    return {
        "rows": [_row(row) for row in _rows(folder)],
        "missing": found["missing"],
        "columns": found["columns"],
        "summary": found["summary"],
        "applied": False,
        "change": None,
        "leaving": found["leaving"],
        "left_out": found["left_out"],
        "hidden": found["hidden"],
    }


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    with (folder / task.ROWS).open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "row": row["number"],
        "label": row["label"],
        "project": row["project"],
        "action": row["action"],
        "changes": row["changes"],
        "problems": [
            {
                "field": problem["field"],
                "word": problem["word"],
                "message": sentences.sentence(Problem(**problem)),
            }
            for problem in row["problems"]
        ],
        "kept": row["kept"],
    }


def _print(result: Mapping[str, Any], event: EventRef, *, apply: bool) -> None:
    """For people: what would change, and what must be looked at."""
    for row in result["rows"]:
        if row["action"] == "same":
            continue
        word = sentences.ACTION[row["action"]]
        click.echo(f"Zeile {row['row']}, Stand {row['label']}, {row['project'][:60]}: {word}")
        for field, (old, new) in row["changes"].items():
            click.echo(f"    {sentences.NAMES[field]}: {old or '–'} → {new or '–'}")
        for field, (mine, told) in row["kept"].items():
            click.echo(f"    {sentences.NAMES[field]} bleibt: {mine} (Liste: {told})")
        for problem in row["problems"]:
            click.echo(f"    ! {problem['message']}")
    counts = ", ".join(f"{result['summary'][one]} {sentences.ACTION[one]}" for one in ACTIONS)
    click.echo(f"{event.code}: {counts}.")
    if result["left_out"]:
        click.echo(f"Ausgelassen: Zeile {', '.join(map(str, result['left_out']))}.")
    if result["missing"]:
        click.echo(f"Nicht in der Liste, bleibt: Stand {', '.join(result['missing'])}.")
    if result["applied"]:
        click.echo("Übernommen.")
    elif not apply and not result["summary"]["refused"]:
        click.echo("Nichts geschrieben. Mit --apply wird die Liste übernommen.")
