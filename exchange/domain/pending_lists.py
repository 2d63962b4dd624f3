"""Stand lists that wait to be confirmed: files in the instance folder, for their owner only.

    imports/<event's id>-<name>/list        what was sent
                                about       its name, when it came
                                said        sheet, columns, mode, answers
                                result      what the comparison came to, and in which plan
                                progress    how far it is, from 0 to 1
                                plan-*/     its files (`stand_lists/task.py`)

In files and not in memory: whichever process is asked next finds them. For a day at most, a few for
an event; applied or thrown away, nothing of them is left.
"""

import json
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flask import current_app

from exchange.config import Settings
from exchange.domain import imports
from exchange.domain.imports import Said
from exchange.domain.refusals import Refused
from exchange.domain.stand_lists import task
from exchange.extensions import in_background, pause
from exchange.files import make_private_folder, write_private

KEPT_S = 24 * 3600
MOST_OF_EVENT = 3
MOST_AT_ONCE = 2
"""So many children read lists at a time."""
GIVEN_UP_S = 150.0
"""A comparison that has not ended by then never will: its process has ended."""
PAGE = 100
"""So many rows are shown at once."""
_NAME = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class PendingList:
    """A list that waits. `name`: nobody can guess it."""

    event_id: int
    name: str
    folder: Path

    @property
    def about(self) -> dict[str, Any]:
        """`file`: what it was called; `at`: when it came, in seconds since 1970."""
        return _read(self.folder / "about") or {}

    @property
    def text(self) -> str:
        """What was pasted."""
        return (self.folder / "list").read_bytes().decode(errors="replace")

    @property
    def said(self) -> Said:
        """What has been said of it until now."""
        told = _read(self.folder / "said") or {}
        return Said(**{**told, "freed": tuple(told.get("freed", ()))})

    @property
    def result(self) -> dict[str, Any] | None:
        """What the comparison came to; None while it is under way."""
        return _read(self.folder / "result")

    @property
    def share(self) -> float:
        """How much of the comparison is done."""
        return float((_read(self.folder / "progress") or {}).get("share", 0))

    @property
    def is_stuck(self) -> bool:
        """Whether nobody compares it any more, though it has no result."""
        try:
            return time.time() - (self.folder / "progress").stat().st_mtime > GIVEN_UP_S
        except OSError:
            return True

    def plan(self, result: Mapping[str, Any]) -> Path:
        """The folder of a result's files."""
        return self.folder / str(result["plan"])


def put(event_id: int, data: bytes, file: str) -> PendingList:
    """Keep a list that came in; the oldest of the event's others go."""
    sweep()
    for old in of_event(event_id)[MOST_OF_EVENT - 1 :]:
        discard(old)
    name = secrets.token_hex(8)
    pending = PendingList(event_id, name, _root() / f"{event_id}-{name}")
    make_private_folder(_root())
    make_private_folder(pending.folder)
    write_private(pending.folder / "list", data)
    _write(pending.folder / "about", {"file": file, "at": time.time()})
    return pending


def find(event_id: int, name: str) -> PendingList | None:
    """The list of this event with this name."""
    folder = _root() / f"{event_id}-{name}"
    if not _NAME.fullmatch(name) or not (folder / "about").is_file():
        return None
    return PendingList(event_id, name, folder)


def of_event(event_id: int) -> list[PendingList]:
    """Those of an event, the latest first."""
    found = [
        pending
        for folder in _root().glob(f"{event_id}-*")
        if (pending := find(event_id, folder.name.partition("-")[2]))
    ]
    return sorted(found, key=lambda one: float(one.about.get("at", 0)), reverse=True)


def discard(pending: PendingList) -> None:
    """Nothing of it is left."""
    shutil.rmtree(pending.folder, ignore_errors=True)


def sweep() -> None:
    """Throw away what is older than a day."""
    for folder in _root().glob("*-*"):
        try:
            if time.time() - folder.stat().st_mtime > KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def start(pending: PendingList, series_id: int, said: Said) -> None:
    """Compare it, with what was said, in the background; its former result is none any more.

    Refuses as `imports.require_sayable`.
    """
    imports.require_sayable(said)
    _write(pending.folder / "said", {**asdict(said), "freed": list(said.freed)})
    (pending.folder / "result").unlink(missing_ok=True)
    _write(pending.folder / "progress", {"share": 0})
    plan = f"plan-{secrets.token_hex(4)}"
    # The last comparison that was begun is the one that counts.
    _write(pending.folder / "begun", {"plan": plan})
    in_background(lambda: _compare(pending, series_id, said, plan))


def wait(pending: PendingList, seconds: float) -> dict[str, Any] | None:
    """Its result, if it comes within so many seconds."""
    until = time.monotonic() + seconds
    while (result := pending.result) is None and time.monotonic() < until:
        pause(0.02)
    return result


def _compare(pending: PendingList, series_id: int, said: Said, plan: str) -> None:
    under_way: list[str] = current_app.extensions["process"].lists_under_way
    while len(under_way) >= MOST_AT_ONCE:
        pause(0.05)
    under_way.append(plan)
    try:
        folder = pending.folder / plan
        make_private_folder(folder)
        result = imports.compare(
            pending.event_id,
            series_id,
            (pending.folder / "list").read_bytes(),
            said,
            folder,
            progress=lambda share: _write(pending.folder / "progress", {"share": share}),
        )
    except Exception as error:
        if not (pending.folder / "about").exists():
            # Thrown away meanwhile.
            return
        current_app.logger.error("A list could not be compared: %s.", type(error).__name__)
        result = {"refused": "broken", "sentence": "", "details": {}, "columns": {}, "sheets": []}
    finally:
        under_way.remove(plan)
    if (_read(pending.folder / "begun") or {}).get("plan") != plan:
        shutil.rmtree(pending.folder / plan, ignore_errors=True)
        return
    _write(pending.folder / "result", {**result, "plan": plan})
    for old in pending.folder.glob("plan-*"):
        if old.name != plan:
            shutil.rmtree(old, ignore_errors=True)


def rows(
    pending: PendingList, result: Mapping[str, Any], actions: tuple[str, ...], start: int = 0
) -> tuple[list[dict[str, Any]], int]:
    """A page of the rows with these actions, in the order of these; and how many there are."""
    plan = pending.plan(result)
    index = _read(plan / task.INDEX) or {}
    places = [place for action in actions for place in index.get(action, ())]
    found = []
    try:
        with (plan / task.ROWS).open("rb") as file:
            for place in places[start : start + PAGE]:
                file.seek(place)
                found.append(json.loads(file.readline()))
    except OSError as error:
        raise Refused("list_gone") from error
    return found, len(places)


def _root() -> Path:
    settings: Settings = current_app.extensions["process"].settings
    return settings.instance / "imports"


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found


def _write(path: Path, told: Mapping[str, Any]) -> None:
    if path.parent.exists():
        write_private(path, json.dumps(told).encode())
