"""Codes that an address finds, labels that can be said; the tables take no others.

A code that no address could find gets one that can: what the entrance reads when somebody types
the former one, else a new one. Everything that names the row by its id stays as it is, and so does
every code that could be found.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Collection
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import RowMapping

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_AT_ONCE = 1000
_LETTER = "[^ -/:-@[-`{-~]"
_IMAGES = sa.table(
    "change_records",
    sa.column("change_id", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("record_id", sa.Integer),
    sa.column("before", sa.JSON(none_as_null=True)),
)
_STANDS = sa.table(
    "stands",
    sa.column("id", sa.Integer),
    sa.column("event_id", sa.Integer),
    sa.column("code", sa.String),
    sa.column("label", sa.String),
    sa.column("sort_key", sa.String),
)


def upgrade() -> None:
    # Neither of the two tables may take a code that the other one has.
    _let_codes_be_found(("events", "stands"), 12, _short)
    _let_codes_be_found(("series",), 40, lambda code: _slug(code, "reihe", 40))
    _let_codes_be_found(("projects",), 60, lambda code: _slug(code, "projekt", 60))
    _let_labels_be_said()
    _check("events", 12, upper=True)
    _check("series", 40, upper=False)
    _check("projects", 60, upper=False)
    _check("stands", 12, upper=True, labels=True)
    _mend_images("stand", "stands")
    _mend_images("project", "projects")


def _let_codes_be_found(
    tables: tuple[str, ...], longest: int, readable: Callable[[str], str]
) -> None:
    connection = op.get_bind()
    upper = readable is _short
    fits = re.compile(f"[{'A-Z' if upper else 'a-z'}0-9-]{{1,{longest}}}")
    found = {}
    for name in tables:
        table = _coded(name)
        found[name] = connection.execute(
            sa.select(table.c.id, table.c.code).order_by(table.c.id)
        ).all()
    taken = {row.code for rows in found.values() for row in rows}
    for name, rows in found.items():
        table = _coded(name)
        for row in rows:
            if not fits.fullmatch(row.code):
                code = _free(readable(row.code), taken, longest, upper)
                taken.add(code)
                connection.execute(sa.update(table).where(table.c.id == row.id).values(code=code))


def _coded(name: str) -> sa.TableClause:
    return sa.table(name, sa.column("id", sa.Integer), sa.column("code", sa.String))


def _short(code: str) -> str:
    """As the entrance reads what is typed there: KÖ26 is K26, DO/1 is DO1."""
    return re.sub("[^0-9A-Z-]", "", unicodedata.normalize("NFKC", code).upper())


def _slug(code: str, otherwise: str, longest: int) -> str:
    plain = code.lower()
    for sign, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        plain = unicodedata.normalize("NFKC", plain).replace(sign, letters)
    return re.sub("[^0-9a-z]+", "-", plain).strip("-")[:longest].strip("-") or otherwise


def _free(wanted: str, taken: Collection[str], longest: int, upper: bool) -> str:
    """The code that was wanted, unless it is taken or none; else another one."""
    if 1 <= len(wanted) <= longest and wanted not in taken:
        return wanted
    number = 1
    while True:
        number += 1
        if upper:
            code = "".join(secrets.choice(_ALPHABET) for _ in range(5))
        else:
            code = f"{wanted[: longest - len(str(number)) - 1].strip('-')}-{number}"
        if code not in taken and not code.isdecimal():
            return code


def _let_labels_be_said() -> None:
    """Give stands that nobody can name the next number of their event."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(_STANDS).order_by(_STANDS.c.id)).all()
    used = {(row.event_id, row.sort_key) for row in rows}
    for row in rows:
        if _can_be_said(row.label, row.sort_key):
            continue
        number = 1
        while (row.event_id, f"{number:010d}") in used:
            number += 1
        used.add((row.event_id, f"{number:010d}"))
        connection.execute(
            sa.update(_STANDS)
            .where(_STANDS.c.id == row.id)
            .values(label=str(number), sort_key=f"{number:010d}")
        )


def _can_be_said(label: str, sort_key: str) -> bool:
    return 1 <= len(label) <= 40 and re.search(_LETTER, sort_key) is not None


def _check(table: str, longest: int, *, upper: bool, labels: bool = False) -> None:
    signs = f"{'A-Z' if upper else 'a-z'}0-9-"
    if op.get_bind().dialect.name == "sqlite":
        code = (
            f"length(code) BETWEEN 1 AND {longest}"
            " AND length(CAST(code AS BLOB)) = length(code)"
            f" AND code NOT GLOB '*[^{signs}]*'"
        )
        said = f"sort_key GLOB '*{_LETTER}*'"
    else:
        code = f"code COLLATE \"C\" ~ '^[{signs}]{{1,{longest}}}$'"
        said = f"sort_key ~ '{_LETTER}'"
    with op.batch_alter_table(table) as changed:
        changed.create_check_constraint(op.f(f"ck_{table}_code"), sa.text(code))
        if labels:
            changed.create_check_constraint(
                op.f(f"ck_{table}_label"), sa.text(f"length(label) BETWEEN 1 AND 40 AND {said}")
            )


def _mend_images(kind: str, name: str) -> None:
    """Undo puts back a record whole: with a code and a label that the table takes."""
    connection = op.get_bind()
    table = _STANDS if name == "stands" else _coded(name)
    now = {row["id"]: row for row in connection.execute(sa.select(table)).mappings()}
    place: tuple[int, int] = (0, 0)
    columns = (_IMAGES.c.change_id, _IMAGES.c.record_id)
    while True:
        rows = connection.execute(
            sa.select(_IMAGES)
            .where(_IMAGES.c.kind == kind, _IMAGES.c.before.is_not(None))
            .where(sa.tuple_(*columns) > place)
            .order_by(*columns)
            .limit(_AT_ONCE)
        ).all()
        if not rows:
            return
        place = (rows[-1].change_id, rows[-1].record_id)
        for row in rows:
            mended = _mended(row.before, now.get(row.record_id))
            if mended != row.before:
                connection.execute(
                    sa.update(_IMAGES)
                    .where(_IMAGES.c.kind == kind)
                    .where(columns[0] == row.change_id, columns[1] == row.record_id)
                    .values(before=mended)
                )


def _mended(image: dict[str, Any], now: RowMapping | None) -> dict[str, Any]:
    if now is None:
        return image
    mended = image | {"code": now["code"]}
    if "label" in image and not _can_be_said(image["label"], image.get("sort_key") or ""):
        mended |= {"label": now["label"], "sort_key": now["sort_key"]}
    return mended


def downgrade() -> None:
    for table in ("events", "series", "projects", "stands"):
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(op.f(f"ck_{table}_code"), type_="check")
    with op.batch_alter_table("stands") as stands:
        stands.drop_constraint(op.f("ck_stands_label"), type_="check")
