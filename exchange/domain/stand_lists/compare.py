"""A list against what stands: what each row would change, and what must be asked first.

1. Rows of one project are put together: two contacts, or one project at two stands (`listed`).
2. Each listed project is matched with a project of the series, or it is asked (`matching`).
3. Its stands are matched by label; those that are left over go to the labels that are left over:
   they move, with all that belongs to them (`placing`).
4. Field by field: what differs is a change (`differences`, `contacts`), as the mode says (`modes`).

Pure functions over plain data; nothing here knows the database.
"""

from collections.abc import Iterable, Mapping, Sequence

from exchange.domain.stand_lists.cells import Problem
from exchange.domain.stand_lists.contacts import compare_contacts
from exchange.domain.stand_lists.differences import compare_project, compare_stands
from exchange.domain.stand_lists.listed import ListedProject, group
from exchange.domain.stand_lists.matching import match
from exchange.domain.stand_lists.modes import Mode
from exchange.domain.stand_lists.placing import free_labels, missing_labels, place
from exchange.domain.stand_lists.plans import SKIP, Operations, Plan, RowPlan
from exchange.domain.stand_lists.rows import StandRow, note_labels_twice
from exchange.domain.stand_lists.sameness import key_of
from exchange.domain.stand_lists.standing import Standing, StandingIndex, StandingProject
from exchange.models.labels import label_key


def compare(
    rows: Sequence[StandRow],
    standing: Standing,
    *,
    mode: str = "fill",
    answers: Mapping[int, str] | None = None,
    freed: Iterable[str] = (),
) -> Plan:
    """What the rows of a list would do to what stands.

    `answers`: by a row's number `new`, `stand:<label>` or `project:<id>`: which project it means;
    `skip`: the row is left out.
    `freed`: labels whose projects may leave the event for those that the list puts there.
    """
    answers = answers or {}
    left_out = [row for row in rows if answers.get(row.number) == SKIP]
    taken_in = [row for row in rows if answers.get(row.number) != SKIP]
    note_labels_twice(taken_in)
    plans = {row.number: RowPlan.of(row) for row in taken_in}
    index = StandingIndex(standing)

    all_listed = group(taken_in, plans)
    mentioned = {label for listed in all_listed for label in listed.labels}
    mentioned |= {label_key(label) for row in left_out for label in row.labels}

    match(all_listed, index, answers, mentioned)
    clear = [listed for listed in all_listed if listed.clear]

    for listed in clear:
        place(listed, index)
    may_leave = {label_key(label) for label in freed}
    # Whoever says that a project is a new one has seen what stands there.
    may_leave |= {label for listed in all_listed if listed.new for label in listed.labels}
    leaving = free_labels(all_listed, index, may_leave)

    operations = Operations()
    compared = Mode(mode, frozenset(name for row in rows for name in row.values))
    for listed in clear:
        _compare(listed, index, compared, operations)
    _note_keys_taken(all_listed, index.projects)
    for plan in plans.values():
        if plan.problems:
            plan.action = "refused"
    for stand in leaving:
        operations.stands.append(
            {"id": stand.id, "before": {"label": stand.label}, "set": {"archived": True}}
        )
    all_plans = [*plans.values(), *map(RowPlan.without, left_out)]
    return Plan(
        rows=sorted(all_plans, key=lambda plan: plan.number),
        missing=missing_labels(all_listed, index, leaving, mentioned),
        leaving=[stand.label for stand in leaving],
        operations=operations,
    )


def _compare(
    listed: ListedProject, index: StandingIndex, mode: Mode, operations: Operations
) -> None:
    """What differs of a project, its stands and its contacts, and what its rows do by that."""
    is_here = listed.project is not None and listed.project.id in index.here
    if listed.project is not None and not is_here:
        for plan in listed.plans.values():
            plan.known = "back" if listed.project.archived else "series"
    project = compare_project(listed, mode, operations, is_here=is_here)
    compare_stands(listed, project, mode, operations)
    compare_contacts(listed, project, mode, operations)
    for row in listed.rows:
        plan = listed.plans[row.number]
        plan.action = _action(listed, row, plan)


def _action(listed: ListedProject, row: StandRow, plan: RowPlan) -> str:
    stands = [
        listed.stands[label] for label in map(label_key, row.labels) if label in listed.stands
    ]
    if stands and all(stand is None or stand.archived for stand in stands):
        return "new"
    if any(stand is not None and label_key(stand.label) not in listed.labels for stand in stands):
        return "moved"
    return "changed" if plan.changes else "same"


def _note_keys_taken(
    all_listed: Sequence[ListedProject], projects: Iterable[StandingProject]
) -> None:
    """No two projects of a series that are not archived have one key."""
    given_another = {
        listed.project.id for listed in all_listed if listed.project and listed.values.get("key")
    }
    kept = {
        key_of(project.values.get("key")): project
        for project in projects
        if not project.archived and project.id not in given_another
    }
    first: dict[str, ListedProject] = {}
    for listed in all_listed:
        if not listed.clear:
            continue
        old = listed.project
        said = listed.values.get("key") or (old.values.get("key") if old else None)
        key = key_of(said)
        if not key:
            continue
        other = first.setdefault(key, listed)
        stays = kept.get(key)
        if other is not listed:
            taken = other.title or (other.project.title if other.project else "")
        elif stays is not None and stays is not old:
            taken = stays.title
        else:
            continue
        listed.saying("key").problems.append(Problem("key", "key_taken", said or "", meant=taken))
