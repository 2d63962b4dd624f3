"""What a list would do to an event, row by row, and what is written for it.

Plain data, in the end lines of JSON: `task` writes it, pages and commands read it.
"""

from dataclasses import dataclass, field

from exchange.domain.stand_lists.cells import Problem
from exchange.domain.stand_lists.rows import StandRow

ACTIONS = ("new", "changed", "same", "moved", "refused")
SKIP = "skip"
"""The answer that leaves a row out."""

Changes = dict[str, list[str | None]]


@dataclass(frozen=True)
class Choice:
    """One that could be meant: `answer` is what is told to `compare` when it is."""

    answer: str
    label: str
    project: str
    partner: str


@dataclass(frozen=True)
class Asked:
    """What somebody must say before a row can be taken in.

    `word`: `renamed` (the project at this stand, or another one?), `which` (one of several, or the
    key says one and title and partner another), `partner` (the same title, another partner), `gone`
    (a project of the same partner, whose stand has questions and is not in the list), `place` (its
    stand is another project's, which the list does not have).
    """

    word: str
    choices: tuple[Choice, ...]
    may_be_new: bool = True


@dataclass
class RowPlan:
    """What a row would do."""

    number: int
    label: str
    project: str
    action: str = "same"
    changes: Changes = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)
    kept: Changes = field(default_factory=dict)
    """{field: [what stays, what the list says]}: mended by hand."""
    asked: Asked | None = None
    hidden: bool = False
    same_as: int | None = None
    """The number of the row that says exactly the same."""
    left_out: bool = False
    """Somebody said that it is not to be taken in. What stands there stays."""
    known: str = ""
    """`series`: the project is known from another event; `back`: it was taken out, and returns."""

    @classmethod
    def of(cls, row: StandRow) -> "RowPlan":
        """Nothing yet but what was found when it was read."""
        label = ", ".join(row.labels) or next(
            (problem.found for problem in row.problems if problem.field == "label"), ""
        )
        return cls(
            number=row.number,
            label=label,
            project=row.project,
            problems=list(row.problems),
            remarks=list(row.remarks),
            hidden=row.hidden,
        )

    @classmethod
    def without(cls, row: StandRow) -> "RowPlan":
        """A row that is left out: whatever is wrong with it is no matter."""
        plan = cls.of(row)
        plan.left_out, plan.problems = True, []
        return plan


@dataclass
class Operations:
    """What is written, in this order. `project`: an id, or the place of a new one."""

    projects: list[dict[str, object]] = field(default_factory=list)
    new_projects: list[dict[str, object]] = field(default_factory=list)
    stands: list[dict[str, object]] = field(default_factory=list)
    new_stands: list[dict[str, object]] = field(default_factory=list)
    contacts: list[dict[str, object]] = field(default_factory=list)
    new_contacts: list[dict[str, object]] = field(default_factory=list)


@dataclass
class Plan:
    """What a list would do to an event."""

    rows: list[RowPlan]
    missing: list[str]
    """Labels that stand and that the list does not have. They stay."""
    leaving: list[str]
    """Labels whose projects leave the event, as somebody said."""
    operations: Operations

    @property
    def summary(self) -> dict[str, int]:
        found = dict.fromkeys(ACTIONS, 0)
        for row in self.rows:
            found[row.action] += 1
        return found
