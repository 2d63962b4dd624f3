"""Reading a list as a job (`exchange/jobs.py`): bytes come in, plain data goes out."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from exchange.domain.refusals import Refused
from exchange.domain.stand_lists.columns import Columns, find_columns
from exchange.domain.stand_lists.rows import StandRow, read_list
from exchange.domain.stand_lists.tables import Sheet, read_sheets


def read(
    data: bytes,
    *,
    progress: Callable[[float], None],
    sheet: str | None = None,
    told: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What a list says. `sheet`: its name, else the longest one with a header.

    `told`: what a person said of columns, {name: field or ""}.
    A refusal is {"refused": word, "details": {...}}: its sentence is made where it is read.
    """
    try:
        sheets = read_sheets(data)
        progress(0.3)
        chosen, columns = _chosen(sheets, sheet, dict(told or {}))
        found = read_list(chosen, columns)
        progress(0.9)
    except Refused as refused:
        return {"refused": refused.word, "details": refused.details}
    return {
        "sheets": [one.name for one in sheets],
        "sheet": chosen.name,
        "columns": columns.told(),
        "unclear": {name: list(places) for name, places in columns.unclear.items()},
        "hidden": list(found.hidden),
        "rows": [_plain(row) for row in found.rows],
    }


def _chosen(sheets: list[Sheet], wanted: str | None, told: dict[str, str]) -> tuple[Sheet, Columns]:
    """The sheet that was named, else the longest one with a header. Refuses `list_sheet`."""
    if wanted is not None:
        named = next((one for one in sheets if one.name == wanted), None)
        if named is None:
            raise Refused("list_sheet", sheet=wanted)
        return named, find_columns(named, told)
    refused = Refused("list_header")
    for one in sorted(sheets, key=lambda one: len(one.rows), reverse=True):
        try:
            return one, find_columns(one, told)
        except Refused as why:
            refused = why
    raise refused


def _plain(row: StandRow) -> dict[str, Any]:
    return {
        "row": row.number,
        "labels": list(row.labels),
        "values": row.values,
        "problems": [asdict(problem) for problem in row.problems],
        "remarks": [list(remark) for remark in row.remarks],
        "hidden": row.hidden,
    }
