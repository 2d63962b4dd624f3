"""What differs, field by field, of a listed project and of its stands; contacts: `contacts`.

Each is noted in the plan of the row that says it, and becomes an operation.
"""

from exchange.domain.stand_lists.listed import ListedProject
from exchange.domain.stand_lists.modes import Mode
from exchange.domain.stand_lists.plans import Operations, RowPlan
from exchange.domain.stand_lists.rows import StandRow
from exchange.domain.stand_lists.standing import OF_PROJECT, OF_STAND, StandingStand, Values
from exchange.models.labels import label_key


def compare_project(
    listed: ListedProject, mode: Mode, operations: Operations, *, is_here: bool
) -> int | str:
    """The id of its project, or the name of a new one. `is_here`: whether the event shows it."""
    old = listed.project
    if old is None:
        return _new_project(listed, operations)
    found: Values = {}
    for name in OF_PROJECT:
        if name not in mode.fields:
            continue
        before, value = old.values.get(name), listed.values.get(name)
        if mode.changes(name, before, value):
            if mode.leaves(name, old.mended):
                listed.saying(name).kept[name] = [before, value]
                continue
            found[name] = value
            listed.note_change(name, before, value)
        elif not is_here and value:
            listed.note_change(name, None, value)
    if found or old.archived:
        were = {name: old.values.get(name) for name in found}
        operation: dict[str, object] = {"id": old.id, "before": were, "set": found}
        if old.archived:
            operation["back"] = True
        operations.projects.append(operation)
    return old.id


def _new_project(listed: ListedProject, operations: Operations) -> str:
    new = f"new {len(operations.new_projects)}"
    values = {name: listed.values.get(name) for name in OF_PROJECT}
    operations.new_projects.append({"name": new, "set": values})
    for name, value in values.items():
        if value:
            listed.note_change(name, None, value)
    return new


def compare_stands(
    listed: ListedProject, project: int | str, mode: Mode, operations: Operations
) -> None:
    """`project`: as `compare_project` named it."""
    first_of_row: set[int] = set()
    for label, stand in listed.stands.items():
        typed, row = listed.labels[label]
        plan = listed.plans[row.number]
        # A project at two stands is pitched once.
        is_first = row.number not in first_of_row
        first_of_row.add(row.number)
        values = {
            name: row.values.get(name)
            for name in OF_STAND
            if name in mode.fields and (is_first or name == "place")
        }
        if stand is None:
            _note_values(plan, values)
            operations.new_stands.append({"project": project, "set": {"label": typed} | values})
        elif stand.archived:
            _note_values(plan, values)
            operations.stands.append(_brought_back(stand, typed, values, mode))
        elif operation := _changed(plan, stand, typed, values, mode):
            operations.stands.append(operation)
    for row in listed.rows:
        _note_labels(listed, row)


def _note_values(plan: RowPlan, values: Values) -> None:
    plan.changes |= {name: [None, value] for name, value in values.items() if value}


def _brought_back(
    stand: StandingStand, label: str, values: Values, mode: Mode
) -> dict[str, object]:
    found: Values = {
        name: value
        for name, value in values.items()
        if mode.changes(name, stand.values.get(name), value)
    }
    before = {"label": stand.label} | {name: stand.values.get(name) for name in found}
    changed: dict[str, object] = {"label": label, "archived": False}
    return {"id": stand.id, "before": before, "set": changed | found}


def _changed(
    plan: RowPlan, stand: StandingStand, label: str, values: Values, mode: Mode
) -> dict[str, object] | None:
    """One that stays, or moves to this label. None: nothing is another."""
    moves = label_key(stand.label) != label_key(label)
    found: Values = {"label": label} if moves else {}
    for name, value in values.items():
        before = stand.values.get(name)
        if not mode.changes(name, before, value):
            continue
        # Where it stands is another place when it moves.
        if mode.leaves(name, stand.mended) and not (moves and name == "place"):
            plan.kept[name] = [before, value]
            continue
        found[name] = value
        plan.changes[name] = [before, value]
    if not found:
        return None
    were = {name: stand.values.get(name) for name in found if name != "label"}
    return {"id": stand.id, "before": {"label": stand.label} | were, "set": found}


def _note_labels(listed: ListedProject, row: StandRow) -> None:
    """The labels of a row, if they are others than before."""
    before = []
    for label in map(label_key, row.labels):
        stand = listed.stands.get(label)
        if stand is not None and not stand.archived and stand.label not in before:
            before.append(stand.label)
    if {label_key(one) for one in before} != {label_key(one) for one in row.labels}:
        plan = listed.plans[row.number]
        plan.changes = {"label": [", ".join(before) or None, plan.label], **plan.changes}
