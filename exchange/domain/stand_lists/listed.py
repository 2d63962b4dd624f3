"""Rows of one project are one `ListedProject`: two contacts, or one project at two stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from exchange.domain.stand_lists.cells import Problem
from exchange.domain.stand_lists.plans import Asked, RowPlan
from exchange.domain.stand_lists.rows import StandRow, say_the_same
from exchange.domain.stand_lists.sameness import contradict, key_of, keys_differ, title_key
from exchange.domain.stand_lists.standing import (
    OF_PROJECT,
    OF_STAND,
    StandingProject,
    StandingStand,
    Values,
)
from exchange.models.labels import GENERAL, label_key


@dataclass
class ListedProject:
    """What a list says of one project, and which one of the series that turns out to be."""

    rows: list[StandRow] = field(default_factory=list)
    plans: dict[int, RowPlan] = field(default_factory=dict)
    """What its rows would do, by their numbers."""
    values: Values = field(default_factory=dict)
    said_by: dict[str, int] = field(default_factory=dict)
    """{field: the number of the row that says it first}."""
    labels: dict[str, tuple[str, StandRow]] = field(default_factory=dict)
    """By their keys, in the order of the list: as typed, and the row that has it first."""

    # As `matching` found it: one of these, or none where nobody can tell.
    project: StandingProject | None = None
    asked: Asked | None = None
    new: bool = False
    """As somebody answered."""

    # As `placing` found it.
    stands: dict[str, StandingStand | None] = field(default_factory=dict)
    """By the key of a label the stand that will be there; None: a new one."""

    @property
    def title(self) -> str:
        return self.values.get("project") or ""

    @property
    def partner(self) -> str:
        return self.values.get("partner") or ""

    @property
    def key(self) -> str:
        return key_of(self.values.get("key"))

    @property
    def open(self) -> bool:
        """Whether nothing has been found for it yet."""
        return self.project is None and self.asked is None and not self.new

    @property
    def clear(self) -> bool:
        """Whether it can be compared: a project was found for it, or it has a title and is new."""
        return self.asked is None and (self.project is not None or bool(self.title))

    @property
    def first(self) -> RowPlan:
        return self.plans[self.rows[0].number]

    def saying(self, name: str) -> RowPlan:
        """The row that says this field of the project, else the first one."""
        return self.plans[self.said_by.get(name, self.rows[0].number)]

    def note_change(self, name: str, old: str | None, new: str | None) -> None:
        """At the row that says it."""
        self.saying(name).changes[name] = [old, new]


def group(rows: Sequence[StandRow], plans: Mapping[int, RowPlan]) -> list[ListedProject]:
    """The projects that a list has, in its order. A row that repeats another one is in none."""
    found: list[ListedProject] = []
    by: dict[tuple[str, ...], ListedProject] = {}
    for row in rows:
        plan = plans[row.number]
        names = _names_of(row)
        listed = next(
            (by[name] for name in names if name in by and _is_one(by[name], row, name[0])), None
        )
        if listed is None:
            listed = ListedProject()
            found.append(listed)
        again = next((one for one in listed.rows if say_the_same(one, row)), None)
        if again is not None:
            plan.same_as = again.number
            continue
        listed.rows.append(row)
        listed.plans[row.number] = plan
        for name in names:
            by.setdefault(name, listed)
        _gather_project(listed, row, plan)
        _gather_stands(listed, row, plan)
    return found


def _names_of(row: StandRow) -> list[tuple[str, ...]]:
    """By what rows of one project are found, the surest first."""
    title = title_key(row.project)
    names: list[tuple[str, ...]] = []
    if row.values.get("key"):
        names.append(("key", key_of(row.values["key"])))
    if title:
        names.append(("both", title, title_key(row.partner)))
        names += [("label", label_key(label), title) for label in row.labels]
    return names


def _is_one(listed: ListedProject, row: StandRow, by: str) -> bool:
    """Whether a row is about the project that has its key, title or stand.

    Two with the same title and partner, at other stands and with other words, are two projects.
    """
    if by == "both" and any(
        contradict(name, listed.values.get(name), row.values.get(name)) for name in OF_PROJECT
    ):
        return False
    return not keys_differ(listed.key, key_of(row.values.get("key")))


def _gather_project(listed: ListedProject, row: StandRow, plan: RowPlan) -> None:
    """What a row says of its project; what contradicts an earlier one is a problem."""
    for name in OF_PROJECT:
        value = row.values.get(name)
        if not value:
            continue
        if listed.values.get(name) is None:
            listed.values[name], listed.said_by[name] = value, row.number
        elif contradict(name, listed.values[name], value):
            plan.problems.append(_contradicts(name, value, listed.said_by[name]))


def _gather_stands(listed: ListedProject, row: StandRow, plan: RowPlan) -> None:
    """What a row says of its stands; the first row of a stand gets what only later ones say."""
    for label in row.labels:
        if label_key(label) == GENERAL:
            plan.problems.append(Problem("label", "label_reserved", label))
            continue
        _, first = listed.labels.setdefault(label_key(label), (label, row))
        if first is row:
            continue
        for name in OF_STAND:
            value = row.values.get(name)
            if not value:
                continue
            if not first.values.get(name):
                first.values[name] = value
            elif contradict(name, first.values[name], value):
                plan.problems.append(_contradicts(name, value, first.number))


def _contradicts(name: str, value: str, other: int) -> Problem:
    return Problem(name, "contradicts", value[:60], row=other)
