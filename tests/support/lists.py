"""Stand lists in tests: compared and taken in, in this process or as the server does it."""

import csv
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exchange import jobs
from exchange.domain import imports, undo
from exchange.domain.changes import Actor, Outcome
from exchange.domain.imports import Said
from exchange.domain.refusals import Refused
from exchange.domain.stand_lists import task
from exchange.queries import fair as fair_queries
from simulation.servers import ROOT
from simulation.waiting import HANGS_S
from tests.support.fair import GE, Fair

LISTS = Path(__file__).parents[1] / "data" / "stand_lists"
BO = "BO"
"""An event of the tour without any stand."""


def in_this_process(_task: str, data: bytes, *, pause: Any, progress: Any, **options: Any) -> Any:
    """In place of `jobs.run`, where a child for each list would take minutes."""
    return json.loads(json.dumps(task.compare(data, progress=progress, **options)))


def of_file(name: str) -> bytes:
    return (LISTS / name).read_bytes()


def table(*rows: str) -> bytes:
    """A list with semicolons, a row a string."""
    return "\n".join(rows).encode()


def expected() -> list[dict[str, str]]:
    """The twelve projects to the letter, by the columns of their list."""
    text = of_file("stands.csv").decode()
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@dataclass
class Compared:
    """What a list would do."""

    found: dict[str, Any]
    rows: list[dict[str, Any]]
    folder: Path

    @property
    def refused(self) -> Refused | None:
        return imports.refusal(self.found)

    @property
    def summary(self) -> dict[str, int]:
        """Only what is not nought."""
        return {action: many for action, many in self.found["summary"].items() if many}

    def row(self, number: int) -> dict[str, Any]:
        return next(row for row in self.rows if row["number"] == number)

    def words(self) -> dict[int, list[tuple[str, str]]]:
        """By row what must be looked at, as (field, word)."""
        return {
            row["number"]: [(one["field"], one["word"]) for one in row["problems"]]
            for row in self.rows
            if row["problems"]
        }


class Office:
    """An organiser's office with its lists."""

    def __init__(self, fair: Fair, folder: Callable[[], Path]) -> None:
        self.fair = fair
        self._folder = folder

    def compare(self, data: bytes, event: str = BO, **said: Any) -> Compared:
        folder = self._folder()
        with self.fair.app.app_context():
            found_event = fair_queries.event_at(event)
            assert found_event
            found = imports.compare(
                found_event.id, found_event.series_id, data, Said(**said), folder
            )
        rows = []
        if "refused" not in found:
            text = (folder / task.ROWS).read_text(encoding="utf-8")
            rows = [json.loads(line) for line in text.splitlines()]
        return Compared(found, rows, folder)

    def confirm(self, compared: Compared, event: str = BO, **more: Any) -> Outcome | None:
        with self.fair.app.app_context():
            return imports.take_in(
                self.fair.event_id(event),
                compared.folder,
                compared.found["position"],
                by=Actor("organiser"),
                **more,
            )

    def take_in(self, data: bytes, event: str = BO, **said: Any) -> Outcome | None:
        compared = self.compare(data, event, **said)
        assert compared.refused is None, compared.refused
        assert compared.words() == {}
        return self.confirm(compared, event)

    def undo(self, outcome: Outcome | None, event: str = BO) -> Outcome:
        assert outcome
        with self.fair.app.app_context():
            return undo.undo(self.fair.event_id(event), outcome.change, by=Actor("organiser"))

    def stands(self, event: str = BO) -> dict[str, dict[str, Any]]:
        """What stands, by label: its columns, its project's, and `contacts`."""
        now = self.fair.everything()
        event_id = self.fair.event_id(event)
        projects = {one["id"]: one for one in now["projects"]}
        return {
            stand["label"]: {
                **projects.get(stand["project_id"], {}),
                **stand,
                "contacts": sorted(
                    (
                        one
                        for one in now["contacts"]
                        if one["project_id"] == stand["project_id"] and one["until"] is None
                    ),
                    key=lambda one: (one["position"], one["id"]),
                ),
            }
            for stand in now["stands"]
            if stand["event_id"] == event_id and not stand["archived"] and stand["label"] != "0"
        }


def office(fair: Fair, monkeypatch: Any, *, child: bool = False) -> Office:
    """An office at an event without stands; `child`: lists are read as the server reads them."""
    fair.make_event(BO, phase="fair")
    if not child:
        monkeypatch.setattr(jobs, "run", in_this_process)
    return Office(fair, lambda: Path(tempfile.mkdtemp(prefix="exchange-test-")))


SWAPPED = "Stand;Projekt\n2;Projekt robo\n1;Projekt bau\n"
"""A list in which the two projects of Gelsenkirchen have each other's places."""
SWAPPED_BACK = "Stand;Projekt\n1;Projekt robo\n2;Projekt bau\n"


def take_in_elsewhere(data: str, event: str = GE, **environ: str) -> None:
    """Take a list in on the command line: a process of its own, on this instance."""
    command = ("-m", "flask", "--app", "exchange", "import", "-", "--event", event)
    told = subprocess.run(
        (sys.executable, *command, "--apply", "--json"),
        cwd=ROOT,
        env=os.environ | environ,
        input=data,
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert json.loads(told.stdout)["applied"] is True
