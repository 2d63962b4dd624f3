"""What an organiser sets up, as the log keeps it: how a record was before a change, for undo."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from exchange.domain import before_images
from exchange.models import (
    Base,
    ChangeRecord,
    ChangeRow,
    Contact,
    Event,
    Pass,
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
}


def kind_of(record: Base) -> str:
    """The word under which the log knows a record."""
    return _KIND_OF[type(record)]


def id_of(record: Base) -> int:
    """The id of a record that is in its table."""
    return int(inspect(record).mapper.primary_key_from_instance(record)[0])


def dump(record: Base) -> dict[str, Any]:
    """A record as it is now, as JSON holds it."""
    return {
        name: before_images.dump_value(getattr(record, name)) for name in _columns(type(record))
    }


def put_back(session: Session, row: ChangeRow) -> list[Base]:
    """Let the records that a change made or changed be as before it; answers them.

    What it made is archived, or has ended: codes and passes are never given again.
    """
    restored: list[Base] = []
    # What frees a label or a key goes first: a database looks after each statement.
    found = sorted(_images(session, row), key=lambda one: one[1] is not None)
    for record, before in found:
        if before is None:
            _take_out(session, record)
        elif isinstance(record, Stand):
            # Two that change places: neither may be in the other's way.
            record.sort_key = f"undone {record.id}"
        elif isinstance(record, Project):
            record.key = None
        session.flush()
        restored.append(record)
    for record, before in found:
        for name, value in (before or {}).items():
            setattr(record, name, _load(type(record), name, value))
    session.flush()
    return restored


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
    images = _images(session, row)
    touched = {(type(record), id_of(record)) for record, _ in images}
    for record, before in images:
        if before is None or before.get("archived"):
            continue
        taken: Any = None
        if isinstance(record, Stand):
            taken = select(Stand.id).where(
                Stand.event_id == record.event_id,
                Stand.sort_key == before["sort_key"],
                Stand.archived.is_(False),
            )
        elif isinstance(record, Project) and before["key"]:
            taken = select(Project.id).where(
                Project.series_id == record.series_id,
                Project.key == before["key"],
                Project.archived.is_(False),
            )
        if taken is not None:
            others = {(type(record), other) for other in session.scalars(taken)}
            if others - touched:
                return True
    return False


def made_by(session: Session, row: ChangeRow) -> list[Base]:
    """The records that a change made."""
    return [record for record, before in _images(session, row) if before is None]


def _images(session: Session, row: ChangeRow) -> list[tuple[Base, dict[str, Any] | None]]:
    rows = session.execute(
        select(ChangeRecord.kind, ChangeRecord.record_id, ChangeRecord.before).where(
            ChangeRecord.change_id == row.id
        )
    ).all()
    found: list[tuple[Base, dict[str, Any] | None]] = []
    for kind in KINDS:
        images = {record_id: before for of_kind, record_id, before in rows if of_kind == kind}
        if images:
            model: Any = KINDS[kind]
            records = session.scalars(select(model).where(model.id.in_(images)).order_by(model.id))
            found += [(record, images[record.id]) for record in records]
    return found


def _take_out(session: Session, record: Base) -> None:
    if isinstance(record, Series | Event | Stand | Project):
        record.archived = True
    elif isinstance(record, Contact):
        record.until = now()
    elif isinstance(record, Pass):
        record.revoked = True
    else:
        session.delete(record)


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
