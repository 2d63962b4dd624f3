"""Reading and comparing a list as a job (`exchange/jobs.py`): bytes come in, files go out.

What a list of 5,000 rows would change is some megabytes: to load them at once would hold the loop.
So the child writes them into a folder, and whoever shows or applies them reads a part at a time.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from exchange.domain.refusals import Refused
from exchange.domain.stand_lists import standing
from exchange.domain.stand_lists.columns import Columns, find_columns, likely_names
from exchange.domain.stand_lists.compare import compare as compare_rows
from exchange.domain.stand_lists.plans import Operations, Plan, RowPlan
from exchange.domain.stand_lists.rows import StandList, read_list
from exchange.domain.stand_lists.tables import Sheet, read_sheets
from exchange.files import create_private, write_private

ROWS, INDEX, OPERATIONS = "rows", "index", "operations"
"""The files of a plan."""
LEFT_OUT = "left_out"
"""Where the index has the rows that somebody left out."""
BATCH = 100
"""So many operations are one line of their file, and one statement."""


def compare(
    data: bytes,
    *,
    progress: Callable[[float], None],
    folder: str,
    sheet: str | None = None,
    told: Mapping[str, str] | None = None,
    remembered: Mapping[str, str] | None = None,
    mode: str = "fill",
    answers: Mapping[str, str] | None = None,
    freed: Iterable[str] = (),
) -> dict[str, Any]:
    """What a list would do to what stands: its summary; the rows and operations as files.

    `folder`: has `standing` in it, as `standing.lines` wrote it, and gets the files of the plan.
    `remembered`: what somebody said of the columns of an earlier list. The rest: `compare.compare`.
    A refusal is {"refused": word, "sentence", "details"}, with the sheets and columns that were
    found until then.
    """
    found: dict[str, Any] = {"sheets": [], "sheet": None, "columns": {}, "unclear": {}}
    try:
        sheets = read_sheets(data)
        progress(0.3)
        found["sheets"] = [one.name for one in sheets]
        stand_list = _stand_list(sheets, sheet, dict(told or {}), dict(remembered or {}), found)
        progress(0.5)
    except Refused as refused:
        said = {"refused": refused.word, "sentence": refused.sentence, "details": refused.details}
        return found | said
    with Path(folder, "standing").open(encoding="utf-8") as file:
        what_stands = standing.read(file)
    progress(0.6)
    plan = compare_rows(
        stand_list.rows,
        what_stands,
        mode=mode,
        answers={int(row): answer for row, answer in (answers or {}).items()},
        freed=freed,
    )
    progress(0.8)
    digest = _write(plan, Path(folder))
    progress(0.95)
    return found | {
        "hidden": list(stand_list.hidden),
        "summary": plan.summary,
        "asked": sum(row.asked is not None for row in plan.rows),
        "missing": plan.missing,
        "leaving": plan.leaving,
        "left_out": [row.number for row in plan.rows if row.left_out],
        "digest": digest,
    }


def _stand_list(
    sheets: list[Sheet],
    wanted: str | None,
    told: dict[str, str],
    remembered: dict[str, str],
    found: dict[str, Any],
) -> StandList:
    """The rows of the sheet. Refuses what makes all of them useless, in one sentence."""
    try:
        chosen, columns = _chosen(sheets, wanted, told, remembered)
    except Refused as refused:
        if refused.word == "list_header":
            named = [one for one in sheets if one.name == wanted]
            longest = max(named or sheets, key=lambda one: len(one.rows))
            found["columns"] = {name: None for name in likely_names(longest) if name}
        raise
    found["sheet"] = chosen.name
    found["columns"] = columns.told()
    found["unclear"] = {name: list(places) for name, places in columns.unclear.items()}
    for meaning, names in found["unclear"].items():
        raise Refused("list_unclear", field=meaning, columns=" / ".join(names), meaning=meaning)
    if not {"project", "key"} & set(columns.meanings):
        raise Refused("list_no_project")
    if "label" not in columns.meanings:
        raise Refused("list_no_label")
    stand_list = read_list(chosen, columns)
    if not stand_list.rows:
        raise Refused("list_no_rows")
    return stand_list


def _write(plan: Plan, folder: Path) -> str:
    """The rows, where each of them begins by its action, and the operations; their digest."""
    index: dict[str, list[int]] = {}
    with create_private(folder / ROWS) as file:
        for row in plan.rows:
            shown_with = LEFT_OUT if row.left_out else row.action
            index.setdefault(shown_with, []).append(file.tell())
            file.write(json.dumps(_plain_plan(row)).encode() + b"\n")
    write_private(folder / INDEX, json.dumps(index).encode())
    digest = hashlib.sha256()
    with create_private(folder / OPERATIONS) as file:
        for line in _batches(plan.operations):
            digest.update(line)
            file.write(line)
    return digest.hexdigest()


def _batches(operations: Operations) -> Iterator[bytes]:
    for kind in fields(operations):
        all_of_them = getattr(operations, kind.name)
        for start in range(0, len(all_of_them), BATCH):
            batch = all_of_them[start : start + BATCH]
            yield json.dumps({"kind": kind.name, "operations": batch}).encode() + b"\n"


def _plain_plan(row: RowPlan) -> dict[str, Any]:
    plain = {**vars(row)}
    plain["problems"] = [asdict(problem) for problem in row.problems]
    plain["asked"] = asdict(row.asked) if row.asked else None
    return plain


def _chosen(
    sheets: list[Sheet],
    wanted: str | None,
    told: dict[str, str],
    remembered: dict[str, str],
) -> tuple[Sheet, Columns]:
    """The sheet that was named, else the longest one with a header. Refuses `list_sheet`."""
    if wanted is not None:
        named = next((one for one in sheets if one.name == wanted), None)
        if named is None:
            raise Refused("list_sheet", sheet=wanted)
        return named, find_columns(named, told, remembered)
    refused = Refused("list_header")
    for one in sorted(sheets, key=lambda one: len(one.rows), reverse=True):
        try:
            return one, find_columns(one, told, remembered)
        except Refused as why:
            refused = why
    raise refused
