"""Taking a stand list in: what stands is written down, a child compares, and once it is confirmed
all of it is written as one change with one undo.

1. `write_standing`: the stands of the event and the projects of its series, as plain lines in a
   folder; a part at a time, so that nobody waits.
2. `compare`: `exchange/jobs.py` reads the list and compares (`stand_lists/task.py`); the rows and
   the operations are files in that folder.
3. `take_in`: nothing may have changed meanwhile, neither in the log nor in what is overwritten;
   then operations are written, some hundred in a statement. Between two statements others run, but
   for writers: they queue for the write lock as always.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import String, cast, insert, literal, select, update
from sqlalchemy.orm import Session

from exchange import jobs
from exchange.database.connections import db
from exchange.domain import events, prepared, projects, records, set_up
from exchange.domain.changes import Actor, Change, Outcome, Subject, change
from exchange.domain.refusals import Refused
from exchange.domain.stand_lists import sentences, standing, task
from exchange.domain.stand_lists.columns import FIELDS
from exchange.domain.stand_lists.modes import MODES
from exchange.domain.stand_lists.sameness import title_key
from exchange.domain.stand_lists.standing import (
    StandingContact,
    StandingProject,
    StandingStand,
)
from exchange.extensions import pause
from exchange.files import open_private
from exchange.models import Base, Basis, Contact, ContactRole, Pass, Project, Role, Series, Stand
from exchange.models.base import now
from exchange.models.labels import label_key, sort_key
from exchange.queries import standing as facts
from exchange.queries.standing import ContactFacts, Image

_TASK = "exchange.domain.stand_lists.task:compare"
_COLUMN = {"project": "title"}
"""Fields of a list that a project's column calls otherwise."""
_STAND_COLUMN = {"minutes": "pitch_minutes"}
_MOST_COLUMNS = 200
"""So many names of columns a series remembers."""


@dataclass(frozen=True)
class Said:
    """What a person said of a list: its sheet, its columns, how to read it, what is meant."""

    sheet: str | None = None
    columns: Mapping[str, str] | None = None
    mode: str = "fill"
    answers: Mapping[str, str] | None = None
    """{number of a row: `new`, `stand:<label>` or `project:<id>`}."""
    freed: tuple[str, ...] = ()
    """Labels whose projects may leave the event."""


def require_sayable(said: Said) -> None:
    """Refuses `list_mode` and `list_field` for what no list knows."""
    if said.mode not in MODES:
        raise Refused("list_mode", field="mode")
    odd = next((one for one in (said.columns or {}).values() if one and one not in FIELDS), None)
    if odd is not None:
        raise Refused("list_field", field="columns", name=odd, fields=", ".join(FIELDS))


def compare(
    event_id: int,
    series_id: int,
    data: bytes,
    said: Said,
    folder: Path,
    *,
    progress: Callable[[float], None] = lambda _share: None,
) -> dict[str, Any]:
    """What a list would do to an event: `task.compare`'s summary, with `position`, the place in the
    log from which on nothing may have changed. The files of the plan come into `folder`.

    Refuses what `task.compare` does, `list_memory` and `list_time`.
    """
    require_sayable(said)
    position = write_standing(event_id, series_id, folder)
    remembered = facts.list_columns(series_id)
    db.release()
    try:
        found: dict[str, Any] = jobs.run(
            _TASK,
            data,
            pause=pause,
            progress=progress,
            folder=str(folder),
            sheet=said.sheet,
            told=dict(said.columns or {}),
            remembered=remembered,
            mode=said.mode,
            answers=dict(said.answers or {}),
            freed=list(said.freed),
        )
    except jobs.JobFailed as failed:
        word = {"memory": "list_memory", "time": "list_time"}.get(failed.reason, "list_damaged")
        return {"refused": word, "sentence": "", "details": {}, "columns": {}, "sheets": []}
    return found | {"position": position}


def refusal(found: Mapping[str, Any]) -> Refused | None:
    """Why a list cannot be read at all; None: it can."""
    if "refused" not in found:
        return None
    details = dict(found["details"])
    if details.get("meaning") in sentences.NAMES:
        details["meaning"] = str(sentences.NAMES[details["meaning"]])
    return Refused(found["refused"], sentence=found.get("sentence", ""), **details)


# What stands


def write_standing(event_id: int, series_id: int, folder: Path) -> int:
    """Write down what stands; answers the place in the log that it is true of."""
    position = facts.log_position()
    by_hand = _images(series_id)
    with open_private(folder / "standing") as file:
        for part in _stands(event_id, by_hand):
            file.writelines(standing.lines(part))
        for projects_ in _projects(series_id, by_hand):
            file.writelines(standing.lines(projects_))
    return position


_Images = Mapping[tuple[str, int], list[Image]]


def _images(series_id: int) -> _Images:
    """How the records that somebody changed by hand were before each change, by kind and id."""
    found: dict[tuple[str, int], list[Image]] = {}
    for kind, ids in facts.touched_by_hand(series_id).items():
        for part in records.parts(ids):
            images = facts.images_of(series_id, kind, part)
            found |= {(kind, of): of_record for of, of_record in images.items()}
            db.release()
    return found


def _stands(event_id: int, by_hand: _Images) -> Iterator[list[StandingStand]]:
    after = 0
    while found := facts.stands_after(event_id, after):
        after = found[-1].id
        yield [
            StandingStand(
                id=one.id,
                label=one.label,
                project_id=one.project_id,
                values=(
                    values := {
                        "place": one.place,
                        "pitch": one.pitch,
                        "minutes": str(one.minutes) if one.minutes is not None else None,
                    }
                ),
                asked=one.asked,
                archived=one.archived,
                mended=_mended(by_hand.get(("stand", one.id)), values, _STAND_COLUMN),
            )
            for one in found
        ]
        db.release()
        pause(0)


def _projects(series_id: int, by_hand: _Images) -> Iterator[list[StandingProject]]:
    after = 0
    while found := facts.projects_after(series_id, after):
        after = found[-1].id
        yield [
            StandingProject(
                id=one.id,
                values=(
                    values := {
                        "project": one.title,
                        "key": one.key,
                        "partner": one.partner or None,
                        "summary": one.summary,
                        "status": one.status,
                        "field": one.field,
                        "links": one.links,
                    }
                ),
                contacts=_contacts(one.contacts, by_hand),
                mended=_mended(by_hand.get(("project", one.id)), values, _COLUMN),
                archived=one.archived,
            )
            for one in found
        ]
        db.release()
        pause(0)


def _contacts(found: list[ContactFacts], by_hand: _Images) -> list[StandingContact]:
    """Those that are contacts now, and those that somebody ended by hand."""
    told = []
    for one in found:
        images = by_hand.get(("contact", one.id))
        if one.ended and not _decided_by_hand(images, lambda before: bool(before["until"]), True):
            continue
        values = {
            "person": one.person,
            "function": one.function,
            "email": one.email,
            "phone": one.phone,
            "role": one.role,
        }
        told.append(
            StandingContact(
                id=one.id,
                values=values,
                position=one.position,
                mended=_mended(images, values, {}),
                ended=one.ended,
                hidden=one.hidden,
            )
        )
    return told


def _mended(
    images: list[Image] | None, values: Mapping[str, str | None], columns: Mapping[str, str]
) -> tuple[str, ...]:
    """The fields that are as somebody wrote them by hand: no list has changed them since."""

    def was(column: str) -> Callable[[Mapping[str, Any]], str | None]:
        return lambda before: _written(before[column])

    return tuple(
        name
        for name, value in values.items()
        if _decided_by_hand(images, was(columns.get(name, name)), _written(value))
    )


def _written(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None


V = TypeVar("V")


def _decided_by_hand(
    images: list[Image] | None, value_of: Callable[[Mapping[str, Any]], V], now_is: V
) -> bool:
    """Whether the last change that altered a value was made by hand."""
    for image in reversed(images or ()):
        if image.before is None:
            # Made with what it says; what it has never said nobody has written.
            return image.by_hand and bool(now_is)
        before = value_of(image.before)
        if before != now_is:
            return image.by_hand
    return False


# Taking it in


def take_in(
    event_id: int,
    folder: Path | None,
    position: int,
    *,
    by: Actor,
    key: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> Outcome | None:
    """Write all that a confirmed list changes, as one change. None: there was nothing to change.

    `position`: the place in the log that the comparison was true of. `columns`: what was said of
    the list's columns; the series remembers it. `folder`: None when it is there no more; a key that
    was here before gets its answer all the same. Refuses `list_gone`, and `list_stale` when
    anything of what stands has changed since. Raises DatabaseBusy.
    """
    subject = Subject("event", event_id)
    with change(event_id, "import", subject, by, key=key) as under_way:
        if under_way.repeated is None:
            if folder is None:
                raise Refused("list_gone")
            if facts.set_up_since(under_way.event.series_id, position):
                raise Refused("list_stale")
            _remember_columns(under_way, columns or {})
            writer = _Writer(under_way, folder)
            writer.write()
            under_way.nothing_done = not writer.written
    return under_way.outcome if under_way.counts or under_way.repeated else None


def _remember_columns(under_way: Change, columns: Mapping[str, str]) -> None:
    """No record of the change: how an office calls its columns stays true when it is undone."""
    if columns:
        series = under_way.session.get_one(Series, under_way.event.series_id)
        known = {**series.list_columns, **columns}
        series.list_columns = dict(list(known.items())[-_MOST_COLUMNS:])


class _Writer:
    """Writes the operations of a plan, a batch in a statement."""

    def __init__(self, under_way: Change, folder: Path) -> None:
        self.under_way = under_way
        self.session: Session = under_way.session
        self.event = under_way.event
        self.folder = folder
        self.written = False
        self.ids: dict[object, int] = {}
        """Of new projects and contacts, by the names that the plan gives them."""
        self.changed_projects: set[int] = set()
        self.changed_stands: set[int] = set()
        self.made_stands: set[int] = set()
        self.with_contacts: set[int] = set()
        self._keyed: list[Project] = []

    def write(self) -> None:
        """In an order in which no label and no key is in another's way."""
        self._free_labels()
        self._free_keys()
        for kind, write in (
            ("projects", self._change_projects),
            ("new_projects", self._make_projects),
            ("stands", self._change_stands),
            ("new_stands", self._make_stands),
            ("new_contacts", self._make_contacts),
            ("contacts", self._change_contacts),
        ):
            for operations in self._batches(kind):
                self.written = True
                write(operations)
                self.session.flush()
                # Others run; whoever writes waits for the lock that this change holds.
                pause(0)
        if self.written:
            self._give_passes()
            if self.changed_stands or self.made_stands:
                prepared.sync_event(self.under_way, self.event.id)
            set_up.redraw_shown(
                self.under_way,
                events={self.event.id} if self.changed_stands or self.made_stands else set(),
                projects=self.changed_projects,
                stands=self.changed_stands,
                unseen=self.made_stands,
            )
            self.event.stands_changed = now()

    def _batches(self, kind: str) -> Iterator[list[dict[str, Any]]]:
        with (self.folder / task.OPERATIONS).open("rb") as file:
            for line in file:
                # The name stands at the line's head: the rest is read for this kind only.
                if line.startswith(b'{"kind": "%s"' % kind.encode()):
                    yield json.loads(line)["operations"]

    def _project_id(self, name: object) -> int:
        return self.ids[name] if isinstance(name, str) else int(str(name))

    def _records(self, model: type[Any], operations: list[dict[str, Any]]) -> dict[int, Any]:
        """The records that a batch changes, remembered for undo."""
        ids = [operation["id"] for operation in operations]
        found = {
            one.id: one for one in self.session.scalars(select(model).where(model.id.in_(ids)))
        }
        if found.keys() != set(ids):
            raise Refused("list_stale")
        for record in found.values():
            self.under_way.remember(record)
        return found

    # Projects

    def _change_projects(self, operations: list[dict[str, Any]]) -> None:
        found = self._records(Project, operations)
        for operation in operations:
            project = found[operation["id"]]
            _require_as_before(project, operation["before"], _COLUMN)
            for name, value in operation["set"].items():
                setattr(project, _COLUMN.get(name, name), _project_value(name, value))
            if operation.get("back"):
                project.archived = False
            self.changed_projects.add(project.id)

    def _make_projects(self, operations: list[dict[str, Any]]) -> None:
        codes = projects.new_codes(
            self.session, [operation["set"]["project"] for operation in operations]
        )
        made = self._insert(
            Project,
            [
                {"series_id": self.event.series_id, "code": code}
                | {
                    _COLUMN.get(name, name): _project_value(name, value)
                    for name, value in operation["set"].items()
                }
                for operation, code in zip(operations, codes, strict=True)
            ],
            "code",
        )
        for operation, new in zip(operations, made, strict=True):
            self.ids[operation["name"]] = new
        self.under_way.made_all("project", made)

    # Stands

    def _free_labels(self) -> None:
        """What moves or leaves gets a place of nobody's first: a database looks after each row."""
        for operations in self._batches("stands"):
            moving = [
                operation["id"]
                for operation in operations
                if "label" in operation["set"] or operation["set"].get("archived")
            ]
            if moving:
                # Before they are changed: remembered as they were.
                remembered = self._records(Stand, [{"id": one} for one in moving])
                place = literal("moving ") + cast(Stand.id, String)
                self.session.execute(
                    update(Stand).where(Stand.id.in_(moving)).values(sort_key=place),
                    execution_options={"synchronize_session": False},
                )
                for stand in remembered.values():
                    self.session.expire(stand, ["sort_key"])
                pause(0)

    def _free_keys(self) -> None:
        """Two projects may change keys; the same holds."""
        for operations in self._batches("projects"):
            keyed = [operation["id"] for operation in operations if "key" in operation["set"]]
            if keyed:
                remembered = self._records(Project, [{"id": one} for one in keyed])
                self.session.execute(
                    update(Project).where(Project.id.in_(keyed)).values(key=None),
                    execution_options={"synchronize_session": False},
                )
                # The session's copies still say what it was: that is compared once more.
                self._keyed += remembered.values()
                pause(0)

    def _change_stands(self, operations: list[dict[str, Any]]) -> None:
        found = self._records(Stand, operations)
        for operation in operations:
            stand, values = found[operation["id"]], operation["set"]
            before = dict(operation["before"])
            if label_key(stand.label) != label_key(before.pop("label")):
                raise Refused("list_stale")
            _require_as_before(stand, before, _STAND_COLUMN)
            if "archived" in values:
                stand.archived = values["archived"]
            if "label" in values or values.get("archived"):
                stand.rename(values.get("label", stand.label))
            for name, value in values.items():
                if name not in ("label", "archived"):
                    setattr(stand, _STAND_COLUMN.get(name, name), _stand_value(name, value))
            self.changed_stands.add(stand.id)

    def _make_stands(self, operations: list[dict[str, Any]]) -> None:
        codes = events.new_codes(self.session, len(operations))
        made = self._insert(
            Stand,
            [
                {
                    "event_id": self.event.id,
                    "project_id": self._project_id(operation["project"]),
                    "code": code,
                    "label": operation["set"]["label"],
                    "sort_key": sort_key(operation["set"]["label"]),
                    "place": operation["set"].get("place"),
                    "pitch": operation["set"].get("pitch"),
                    "pitch_minutes": _stand_value("minutes", operation["set"].get("minutes")),
                }
                for operation, code in zip(operations, codes, strict=True)
            ],
            "code",
        )
        events.open_stands(self.session, made)
        self.made_stands.update(made)
        self.under_way.made_all("stand", made)

    # Contacts

    def _make_contacts(self, operations: list[dict[str, Any]]) -> None:
        replaced = self._records(
            Contact, [{"id": one["replaces"]} for one in operations if one["replaces"]]
        )
        rows = [
            {
                "project_id": self._project_id(operation["project"]),
                "position": operation.get("position", 0),
                "basis": _basis_after(replaced.get(operation["replaces"])),
            }
            | {name: _contact_value(name, one) for name, one in operation["set"].items()}
            for operation in operations
        ]
        hidden = self._hidden_names({row["project_id"] for row in rows})
        for row in rows:
            row.update(_hidden_again(hidden, row))
        made = self._insert(Contact, rows, "project_id", "position")
        for operation, new in zip(operations, made, strict=True):
            before = replaced.get(operation["replaces"])
            if before is not None:
                if before.until is not None:
                    raise Refused("list_stale")
                before.until, before.replaced_by_id = now(), new
            project_id = self._project_id(operation["project"])
            self.with_contacts.add(project_id)
            if not isinstance(operation["project"], str):
                self.changed_projects.add(project_id)
        self.under_way.made_all("contact", made)

    def _change_contacts(self, operations: list[dict[str, Any]]) -> None:
        found = self._records(Contact, operations)
        hidden = self._hidden_names({contact.project_id for contact in found.values()})
        for operation in operations:
            contact = found[operation["id"]]
            _require_as_before(contact, operation["before"], {})
            for name, value in operation["set"].items():
                setattr(contact, name, _contact_value(name, value))
            if "person" in operation["set"]:
                one = {"project_id": contact.project_id, "person": contact.person}
                again = _hidden_again(hidden, one | {"function": contact.function})
                for name, value in again.items():
                    setattr(contact, name, value)
            if "position" in operation:
                contact.position = operation["position"]
            if operation.get("end"):
                contact.until = now()
            self.changed_projects.add(contact.project_id)

    def _hidden_names(self, projects: set[int]) -> dict[tuple[int, str], str]:
        """The function of everybody who was ever a contact of these projects and whose name is not
        to be shown, by project and name.
        """
        rows = self.session.execute(
            select(Contact.project_id, Contact.person, Contact.function)
            .where(Contact.project_id.in_(projects), Contact.basis == Basis.HIDDEN)
            .order_by(Contact.id)
        )
        return {
            (project_id, title_key(person)): function or ""
            for project_id, person, function in rows
            if person
        }

    def _give_passes(self) -> None:
        """A project with a contact has a pass for it."""
        wanted = sorted(self.with_contacts)
        for start in range(0, len(wanted), task.BATCH):
            part = wanted[start : start + task.BATCH]
            have = set(
                self.session.scalars(
                    select(Pass.project_id).where(
                        Pass.role == Role.CONTACT, Pass.project_id.in_(part)
                    )
                )
            )
            new = [{"role": Role.CONTACT, "project_id": one} for one in part if one not in have]
            if new:
                self.session.execute(insert(Pass), new)
            pause(0)

    def _insert(self, model: Any, rows: list[dict[str, Any]], *by: str) -> list[int]:
        """The ids of new rows, which `by` tells apart: a database need not answer in order, and
        one that must is asked row by row.
        """
        statement = insert(model).returning(model.id, *(getattr(model, name) for name in by))
        found = {tuple(row[1:]): row[0] for row in self.session.execute(statement, rows)}
        return [found[tuple(row[name] for name in by)] for row in rows]


def _require_as_before(
    record: Base, before: Mapping[str, str | None], columns: Mapping[str, str]
) -> None:
    """Refuses `list_stale` for what is not as it was when the list was compared."""
    for name, value in before.items():
        found = getattr(record, columns.get(name, name))
        if isinstance(found, ContactRole):
            found = found.value
        if (str(found) if found not in (None, "") else None) != value:
            raise Refused("list_stale")


def _project_value(name: str, value: str | None) -> str | None:
    return value or "" if name in ("partner", "project") else value


def _stand_value(name: str, value: str | None) -> str | int | None:
    return int(value) if name == "minutes" and value else value


def _contact_value(name: str, value: str | None) -> str | ContactRole | None:
    return ContactRole(value) if name == "role" and value else value


def _hidden_again(
    hidden: Mapping[tuple[int, str], str], contact: Mapping[str, Any]
) -> dict[str, Any]:
    """What a list may not bring back: a name that was once not to be shown stays so."""
    function = hidden.get((contact["project_id"], title_key(contact["person"] or "")))
    if function is None:
        return {}
    return {"basis": Basis.HIDDEN, "function": contact["function"] or function or None}


def _basis_after(before: Contact | None) -> Basis:
    """A name that is not shown stays so: nobody knows whether the next one may be."""
    return (
        Basis.HIDDEN
        if before is not None and before.basis is Basis.HIDDEN
        else Basis.PUBLIC_FUNCTION
    )
