"""What an organiser sets up, as the log keeps it: how a record was before a change, for undo."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

from sqlalchemy import String, cast, delete, inspect, literal, select, update
from sqlalchemy.orm import Session

from exchange.domain import before_images
from exchange.extensions import pause
from exchange.models import (
    Base,
    ChangeRecord,
    ChangeRow,
    Contact,
    Event,
    Pass,
    Phase,
    PreparedAnswer,
    Project,
    Proposal,
    Series,
    Stand,
)
from exchange.models.base import now

KINDS: Mapping[str, type[Base]] = {
    "series": Series,
    "event": Event,
    "stand": Stand,
    "project": Project,
    "contact": Contact,
    "prepared": PreparedAnswer,
    "proposal": Proposal,
    "pass": Pass,
}
_KIND_OF = {model: kind for kind, model in KINDS.items()}
_OWN_COLUMNS: Mapping[type[Base], tuple[str, ...]] = {
    # The rest of an event and of a pass moves with the day, and has undos of its own.
    Event: before_images.OF_EVENT,
    Pass: ("name",),
    # What it learns of columns is no change of an organiser's (`imports.take_in`).
    Series: ("name", "standard_questions", "archived"),
}


def kind_of(record: Base) -> str:
    """The word under which the log knows a record."""
    return _KIND_OF[type(record)]


def kind_of_model(model: type[Base]) -> str:
    """The same by its class."""
    return _KIND_OF[model]


def id_of(record: Base) -> int:
    """The id of a record that is in its table."""
    return int(inspect(record).mapper.primary_key_from_instance(record)[0])


def dump(record: Base) -> dict[str, Any]:
    """A record as it is now, as JSON holds it."""
    return {
        name: before_images.dump_value(getattr(record, name)) for name in _columns(type(record))
    }


@dataclass(frozen=True)
class PutBack:
    """What an undo touched."""

    changed: list[Base]
    """The records that are as before again."""
    made: dict[str, list[int]]
    """By kind, what the change had made: archived, ended or deleted now."""


def put_back(session: Session, row: ChangeRow) -> PutBack:
    """Let the records that a change made or changed be as before it.

    What it made is archived, or has ended: codes and passes are never given again. A list of
    thousands is put back in parts, and others run between them.
    """
    made: dict[str, list[int]] = {}
    changed: list[tuple[Base, dict[str, Any]]] = []
    for part in _images(session, row):
        new = [record_id for _, record_id, before in part if before is None]
        kind = part[0][0]
        if new:
            # What frees a label or a key goes first: a database looks after each statement.
            _take_out(session, kind, new)
            made.setdefault(kind, []).extend(new)
        images = {record_id: before for _, record_id, before in part if before is not None}
        if images:
            model: Any = KINDS[kind]
            _out_of_the_way(session, model, list(images))
            found = session.scalars(
                select(model)
                .where(model.id.in_(images))
                .order_by(model.id)
                .execution_options(populate_existing=True)
            )
            changed += [(record, images[record.id]) for record in found]
    for number, (record, before) in enumerate(changed, 1):
        for name, value in before.items():
            setattr(record, name, _load(type(record), name, value))
        if number % PART == 0:
            session.flush()
            pause(0)
    session.flush()
    return PutBack([record for record, _ in changed], made)


def _out_of_the_way(session: Session, model: Any, ids: list[int]) -> None:
    """Two that change places, or keys: neither may be in the other's way."""
    if model is Stand:
        place = literal("undone ") + cast(Stand.id, String)
        session.execute(
            update(Stand).where(Stand.id.in_(ids)).values(sort_key=place),
            execution_options={"synchronize_session": False},
        )
    elif model is Project:
        session.execute(
            update(Project).where(Project.id.in_(ids), Project.key.is_not(None)).values(key=None),
            execution_options={"synchronize_session": False},
        )


def changed_since(session: Session, row: ChangeRow) -> bool:
    """Whether a later change that still counts touched anything that this one did."""
    mine = select(ChangeRecord.kind, ChangeRecord.record_id).where(ChangeRecord.change_id == row.id)
    touched = mine.subquery()
    later = (
        select(ChangeRecord.change_id)
        .join(
            touched,
            (touched.c.kind == ChangeRecord.kind) & (touched.c.record_id == ChangeRecord.record_id),
        )
        .join(ChangeRow, ChangeRow.id == ChangeRecord.change_id)
        .where(
            ChangeRecord.change_id > row.id,
            ChangeRow.undone_by.is_(None),
            ChangeRow.verb != "undo",
        )
    )
    return session.scalar(later.limit(1)) is not None


def in_the_way(session: Session, row: ChangeRow) -> bool:
    """Whether something else has meanwhile got the label or the key that would be given back."""
    of_event: Any = Stand.event_id == row.event_id
    of_series: Any = Project.series_id == row.series_id
    for model, of_these, column in (
        (Stand, of_event, Stand.sort_key),
        (Project, of_series, Project.key),
    ):
        touched: set[int] = set()
        wanted: set[str] = set()
        for part in _images(session, row, kind_of_model(model)):
            touched |= {record_id for _, record_id, _ in part}
            wanted |= {
                before[column.key]
                for _, _, before in part
                if before and not before["archived"] and before[column.key]
            }
        for some in parts(wanted):
            holders = session.scalars(
                select(model.id).where(of_these, column.in_(some), model.archived.is_(False))
            )
            if not touched.issuperset(holders):
                return True
    return False


def made(session: Session, row: ChangeRow, kind: str) -> list[int]:
    """The ids of what a change made of a kind."""
    return [
        record_id
        for part in _images(session, row, kind)
        for _, record_id, before in part
        if before is None
    ]


def stands_alone(session: Session, row: ChangeRow) -> bool:
    """Whether a stand would show a project that is archived, of those that a change touched."""
    for model in (Stand, Project):
        touched = [
            one for part in _images(session, row, kind_of_model(model)) for _, one, _ in part
        ]
        for some in parts(touched):
            lonely = (
                select(Stand.id)
                .join(Project, Stand.project_id == Project.id)
                .join(Event, Stand.event_id == Event.id)
                .where(
                    model.id.in_(some),
                    Stand.archived.is_(False),
                    Project.archived,
                    Event.archived.is_(False),
                    Event.phase != Phase.CLOSED,
                )
            )
            if session.scalar(lonely.limit(1)) is not None:
                return True
    return False


def stands_given(session: Session, row: ChangeRow) -> tuple[list[int], list[int]]:
    """The stands that a change made, and those that it brought back."""
    made: list[int] = []
    back: list[int] = []
    for part in _images(session, row, "stand"):
        made += [record_id for _, record_id, before in part if before is None]
        back += [record_id for _, record_id, before in part if before and before["archived"]]
    return made, back


PART = 200
"""How many records one statement takes."""

K = TypeVar("K", int, str)


def parts(found: Iterable[K]) -> Iterator[list[K]]:
    """Some hundred at a time: what one statement takes. Others run between two of them."""
    wanted = sorted(found)
    for start in range(0, len(wanted), PART):
        if start:
            pause(0)
        yield wanted[start : start + PART]


_Image = tuple[str, int, "dict[str, Any] | None"]


def _images(session: Session, row: ChangeRow, only: str | None = None) -> Iterator[list[_Image]]:
    """The images of a change, in parts of one kind."""
    for kind in [only] if only else KINDS:
        after = 0
        while True:
            rows = session.execute(
                select(ChangeRecord.record_id, ChangeRecord.before)
                .where(
                    ChangeRecord.change_id == row.id,
                    ChangeRecord.kind == kind,
                    ChangeRecord.record_id > after,
                )
                .order_by(ChangeRecord.record_id)
                .limit(PART)
            ).all()
            if not rows:
                break
            after = rows[-1][0]
            yield [(kind, record_id, before) for record_id, before in rows]
            if len(rows) == PART:
                pause(0)


def _take_out(session: Session, kind: str, ids: list[int]) -> None:
    model: Any = KINDS[kind]
    of_these = model.id.in_(ids)
    if model in (Series, Event, Stand, Project):
        statement: Any = update(model).where(of_these).values(archived=True)
    elif model is Contact:
        statement = update(Contact).where(of_these).values(until=now())
    elif model is Pass:
        statement = update(Pass).where(of_these).values(revoked=True)
    else:
        statement = delete(model).where(of_these)
    # The session's copies are read anew after the commit, as all are.
    session.execute(statement, execution_options={"synchronize_session": False})


def _columns(model: type[Base]) -> tuple[str, ...]:
    own = _OWN_COLUMNS.get(model)
    if own is not None:
        return own
    return tuple(
        attribute.key
        for attribute in inspect(model).column_attrs
        if not attribute.columns[0].primary_key
    )


def _load(model: type[Base], name: str, value: Any) -> Any:
    """A value as its column holds it."""
    if not isinstance(value, str):
        return value
    column = inspect(model).column_attrs[name].columns[0].type
    # A type of our own says nothing of what it holds; the one that it is made of does.
    kind = getattr(column, "impl_instance", column).python_type
    if issubclass(kind, Enum):
        return kind(value)
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    return value
