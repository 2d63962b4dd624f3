"""A list against what stands: what each row would change, and what must be asked first.

1. Rows of one project are one entry: two contacts, or one project at two stands.
2. Each entry is matched with a project of the series: as somebody answered, else by key, else by
   title and partner, else by title alone, else by the label it stands at. Two that could be meant
   are asked.
3. Its stands are matched by label; those that are left over go to the labels that are left over:
   they move, with all that belongs to them.
4. Field by field: what differs is a change, as the mode says.

Pure functions over plain data; nothing here knows the database.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from exchange.domain.stand_lists.cells import Problem
from exchange.domain.stand_lists.rows import StandRow, note_labels_twice, title_key
from exchange.domain.stand_lists.standing import (
    OF_CONTACT,
    OF_PROJECT,
    OF_STAND,
    Standing,
    StandingContact,
    StandingProject,
    StandingStand,
    Values,
)
from exchange.models.labels import GENERAL, label_key

MODES = ("fill", "overwrite", "clear")
"""What a list may do to what is there. All take what it says; `fill` leaves what partners or
organisers have mended by hand, `overwrite` does not, `clear` also lets blanks erase."""
ACTIONS = ("new", "changed", "same", "moved", "refused")
SKIP = "skip"
"""The answer that leaves a row out."""
_NAMING = frozenset({"person", "function", "email"})
"""By these contacts are told apart: a list without them says nothing of who is none any more."""
_NEVER_ERASED = frozenset({"project", "key"})
"""By these a project is known again."""

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


@dataclass
class _Entry:
    """The rows of one project."""

    rows: list[StandRow]
    values: Values = field(default_factory=dict)
    said_by: dict[str, int] = field(default_factory=dict)
    """{field: the number of the row that says it first}."""
    labels: dict[str, tuple[str, StandRow]] = field(default_factory=dict)
    """By their keys, in the order of the list."""
    project: StandingProject | None = None
    asked: Asked | None = None
    new: bool = False
    """As somebody answered."""
    stands: dict[str, StandingStand | None] = field(default_factory=dict)
    """By label the stand that will be there; None: a new one."""

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


def key_of(key: str | None) -> str:
    """What makes two keys the same: neither case nor blanks."""
    return "".join((key or "").split()).casefold()


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
    return _Comparison(rows, standing, mode, dict(answers or {}), set(map(label_key, freed))).plan()


class _Comparison:
    def __init__(
        self,
        rows: Sequence[StandRow],
        standing: Standing,
        mode: str,
        answers: dict[int, str],
        freed: set[str],
    ) -> None:
        self.mode, self.answers, self.freed = mode, answers, freed
        self.standing = standing
        self.fields = {name for row in rows for name in row.values}
        self.left_out = [row for row in rows if answers.get(row.number) == SKIP]
        rows = [row for row in rows if answers.get(row.number) != SKIP]
        note_labels_twice(rows)
        self.rows = {row.number: _row_plan(row) for row in rows}
        self.projects = {one.id: one for one in standing.projects}
        self.at = {label_key(one.label): one for one in standing.stands if not one.archived}
        self.stands_of: dict[int, list[StandingStand]] = defaultdict(list)
        for stand in standing.stands:
            if stand.project_id is not None:
                self.stands_of[stand.project_id].append(stand)
        self.here = {
            project_id
            for project_id, stands in self.stands_of.items()
            if any(not stand.archived for stand in stands)
        }
        self.taken: set[int] = set()
        self._labels: set[str] | None = None
        self.entries = self._grouped(rows)
        self.operations = Operations()
        self.leaving: list[StandingStand] = []

    def plan(self) -> Plan:
        self._match()
        for entry in self.entries:
            self._place(entry)
        self._look_for_collisions()
        for entry in self.entries:
            self._compare(entry)
        self._look_for_keys()
        for row in self.rows.values():
            if row.problems:
                row.action = "refused"
        for stand in self.leaving:
            self.operations.stands.append(
                {"id": stand.id, "before": {"label": stand.label}, "set": {"archived": True}}
            )
        for left_out in self.left_out:
            plan = _row_plan(left_out)
            plan.left_out, plan.problems = True, []
            self.rows[plan.number] = plan
        return Plan(
            rows=sorted(self.rows.values(), key=lambda row: row.number),
            missing=self._missing(),
            leaving=[stand.label for stand in self.leaving],
            operations=self.operations,
        )

    # 1. Rows of one project

    def _grouped(self, rows: Sequence[StandRow]) -> list[_Entry]:
        entries: list[_Entry] = []
        by: dict[tuple[str, ...], _Entry] = {}
        for row in rows:
            names = _names_of(row)
            entry = next(
                (by[name] for name in names if name in by and _is_one(by[name], row, name[0])), None
            )
            if entry is None:
                entry = _Entry([])
                entries.append(entry)
            again = next((one for one in entry.rows if _say_the_same(one, row)), None)
            if again is not None:
                self.rows[row.number].same_as = again.number
                continue
            entry.rows.append(row)
            for name in names:
                by.setdefault(name, entry)
            self._gather(entry, row)
        return entries

    def _gather(self, entry: _Entry, row: StandRow) -> None:
        """What a row says of its project and its stands; what contradicts is a problem."""
        for name in OF_PROJECT:
            value = row.values.get(name)
            if not value:
                continue
            if entry.values.get(name) is None:
                entry.values[name], entry.said_by[name] = value, row.number
            elif not same(name, entry.values[name], value):
                self._contradicts(row, name, value, entry.said_by[name])
        for label in row.labels:
            if label_key(label) == GENERAL:
                self.rows[row.number].problems.append(Problem("label", "label_reserved", label))
                continue
            _, first = entry.labels.setdefault(label_key(label), (label, row))
            for name in OF_STAND:
                value = row.values.get(name)
                if first is not row and value and not same(name, first.values.get(name), value):
                    if first.values.get(name):
                        self._contradicts(row, name, value, first.number)
                    else:
                        first.values[name] = value

    def _contradicts(self, row: StandRow, name: str, value: str, other: int) -> None:
        problem = Problem(name, "contradicts", value[:60], row=other)
        self.rows[row.number].problems.append(problem)

    # 2. Which project is meant

    def _match(self) -> None:
        by_key: dict[str, list[StandingProject]] = defaultdict(list)
        by_both: dict[tuple[str, str], list[StandingProject]] = defaultdict(list)
        by_title: dict[str, list[StandingProject]] = defaultdict(list)
        for project in self.standing.projects:
            if project.values.get("key"):
                by_key[key_of(project.values["key"])].append(project)
            by_both[title_key(project.title), title_key(project.partner)].append(project)
            by_title[title_key(project.title)].append(project)
        titles: dict[str, int] = defaultdict(int)
        for entry in self.entries:
            titles[title_key(entry.title)] += 1

        self._each(self._as_answered)

        def key_against_title(entry: _Entry) -> None:
            keyed = by_key[entry.key] if entry.key else []
            named = by_both[title_key(entry.title), title_key(entry.partner)]
            if (
                keyed
                and named
                and entry.partner
                and not set(map(_id, keyed)) & set(map(_id, named))
            ):
                found = [one for one in (*keyed, *named) if one.id not in self.taken]
                if len(found) > 1:
                    self._ask(entry, Asked("which", self._choices(found), may_be_new=False))

        self._each(key_against_title)
        self._each(lambda entry: self._among(entry, by_key[entry.key] if entry.key else []))
        self._each(
            lambda entry: self._among(
                entry,
                by_both[title_key(entry.title), title_key(entry.partner)]
                if entry.title and entry.partner
                else [],
            )
        )

        def by_title_alone(entry: _Entry) -> None:
            found = by_title[title_key(entry.title)] if titles[title_key(entry.title)] == 1 else []
            if entry.title:
                self._among(entry, [one for one in found if not (entry.partner and one.partner)])

        self._each(by_title_alone)
        self._each(self._by_label)

        def with_another_partner(entry: _Entry) -> None:
            found = [
                one
                for one in by_title[title_key(entry.title)]
                if one.id in self.here and self._free(entry, one)
            ]
            if entry.title and found:
                self._ask(entry, Asked("partner", self._choices(found)))

        self._each(with_another_partner)
        self._each(self._by_what_is_gone)
        for entry in self.entries:
            # Of a row without a title or a stand it has been said that this is missing.
            if entry.open and not entry.title and not self._troubled(entry, "project"):
                self._problem(entry, Problem("project", "missing", ""))

    def _each(self, look: Callable[[_Entry], None]) -> None:
        for entry in self.entries:
            if entry.open:
                look(entry)

    def _free(self, entry: _Entry, project: StandingProject) -> bool:
        """Whether a project is no other row's, nor one under another key."""
        if project.id in self.taken:
            return False
        return not _keys_differ(entry.key, key_of(project.values.get("key")))

    def _take(self, entry: _Entry, project: StandingProject) -> None:
        entry.project, entry.asked = project, None
        self.taken.add(project.id)

    def _among(self, entry: _Entry, found: list[StandingProject]) -> None:
        """Take the one that is meant: of those here, else of the series, else of the archive."""
        free = [one for one in found if self._free(entry, one)]
        for tier in (0, 1, 2):
            likely = [one for one in free if self._tier(one) == tier]
            if len(likely) > 1 and tier == 2:
                # Nobody can tell archived ones apart: the latest.
                likely = [max(likely, key=lambda one: one.id)]
            if len(likely) > 1:
                at_its_label = [one for one in likely if self._stands_there(entry, one)]
                likely = at_its_label if len(at_its_label) == 1 else likely
            if len(likely) == 1:
                self._take(entry, likely[0])
            elif likely:
                self._ask(entry, Asked("which", self._choices(likely)))
            if likely:
                return

    def _tier(self, project: StandingProject) -> int:
        if project.archived:
            return 2
        return 0 if project.id in self.here else 1

    def _stands_there(self, entry: _Entry, project: StandingProject) -> bool:
        return any(
            label_key(stand.label) in entry.labels
            for stand in self.stands_of[project.id]
            if not stand.archived
        )

    def _as_answered(self, entry: _Entry) -> None:
        answer = next(
            (self.answers[one.number] for one in entry.rows if one.number in self.answers), ""
        )
        kind, _, name = answer.partition(":")
        if kind == "new":
            entry.new = True
            self.freed |= entry.labels.keys()
            return
        project: StandingProject | None = None
        if kind == "stand":
            stand = self.at.get(label_key(name))
            project = self.projects.get(stand.project_id or 0) if stand else None
        elif kind == "project" and name.isdecimal():
            project = self.projects.get(int(name))
        if project is not None and project.id not in self.taken:
            self._take(entry, project)
        elif answer:
            self._problem(entry, Problem("project", "answer", name))

    def _by_label(self, entry: _Entry) -> None:
        """The project at its stand: renamed, if the partner is the same; else it is asked."""
        found: list[StandingProject] = []
        for label in entry.labels:
            stand = self.at.get(label)
            project = self.projects.get(stand.project_id or 0) if stand else None
            if project is not None and project.id not in self.taken and project not in found:
                found.append(project)
        if not found or not entry.title:
            return
        if len(found) == 1 and self._free(entry, found[0]):
            same_title = title_key(found[0].title) == title_key(entry.title)
            if same_title or (
                entry.partner and title_key(found[0].partner) == title_key(entry.partner)
            ):
                self._take(entry, found[0])
                return
        self._ask(entry, Asked("renamed", self._choices(found)))

    def _by_what_is_gone(self, entry: _Entry) -> None:
        """Renamed and moved at once: nobody can tell, so it is asked, but only where it matters.

        The stand of a project of the same partner has questions, and the list does not have it.
        """
        if not entry.title or not entry.partner:
            return
        mentioned = self._mentioned()
        gone = {
            stand.project_id
            for label, stand in self.at.items()
            if stand.asked and label not in mentioned and stand.project_id not in self.taken
        }
        found = [
            one
            for one in self.standing.projects
            if one.id in gone
            and title_key(one.partner) == title_key(entry.partner)
            and self._free(entry, one)
        ]
        if found:
            self._ask(entry, Asked("gone", self._choices(sorted(found, key=_id))))

    def _mentioned(self) -> set[str]:
        """The labels that the list has, also in rows that are left out."""
        if self._labels is None:
            self._labels = {label for entry in self.entries for label in entry.labels}
            self._labels |= {label_key(label) for row in self.left_out for label in row.labels}
        return self._labels

    def _choices(self, found: Iterable[StandingProject]) -> tuple[Choice, ...]:
        return tuple(
            Choice(
                f"project:{one.id}",
                ", ".join(stand.label for stand in self.stands_of[one.id] if not stand.archived),
                one.title,
                one.partner,
            )
            for one in found
        )

    def _ask(self, entry: _Entry, asked: Asked) -> None:
        entry.asked = asked
        row = self.rows[entry.rows[0].number]
        row.asked = asked
        names = "; ".join(map(_named_whole if asked.word == "which" else _named, asked.choices))
        self._problem(
            entry, Problem("project", f"asked_{asked.word}", names, meant=_labels_of(asked))
        )

    def _problem(self, entry: _Entry, problem: Problem) -> None:
        self.rows[entry.rows[0].number].problems.append(problem)

    def _troubled(self, entry: _Entry, name: str) -> bool:
        return any(
            problem.field == name
            for row in entry.rows
            for problem in self.rows[row.number].problems
        )

    # 3. Which stand it has

    def _place(self, entry: _Entry) -> None:
        """By their labels; what is left over moves to the labels that are left over."""
        if entry.asked is not None or _says_nothing(entry):
            return
        stands = self.stands_of[entry.project.id] if entry.project else []
        left = {stand.id: stand for stand in stands if not stand.archived}
        for label in entry.labels:
            found = next((one for one in left.values() if label_key(one.label) == label), None)
            if found is not None:
                entry.stands[label] = left.pop(found.id)
        archived = [stand for stand in stands if stand.archived]
        for label in entry.labels:
            if label in entry.stands:
                continue
            if left:
                entry.stands[label] = left.pop(next(iter(left)))
                continue
            # One that was taken out comes back, with its code: it may be printed.
            back = next((one for one in archived if label_key(one.label) == label), None)
            back = back or next(iter(archived), None)
            if back is not None:
                archived.remove(back)
            entry.stands[label] = back

    def _look_for_collisions(self) -> None:
        """A label that another project has, which neither moves nor leaves, is asked for."""
        going = {
            stand.id
            for entry in self.entries
            for label, stand in entry.stands.items()
            if stand is not None and label_key(stand.label) != label
        }
        for entry in self.entries:
            for label, stand in entry.stands.items():
                there = self.at.get(label)
                if there is None or there.id in going or there is stand:
                    continue
                project = self.projects.get(there.project_id or 0)
                row = self.rows[entry.labels[label][1].number]
                if any(problem.field == "label" for problem in row.problems):
                    continue
                name = project.title if project else ""
                if there.asked:
                    row.problems.append(Problem("label", "place_asked", there.label, meant=name))
                elif label in self.freed:
                    self.leaving.append(there)
                else:
                    row.problems.append(Problem("label", "place_taken", there.label, meant=name))
                    choice = Choice(f"free:{there.label}", there.label, name, "")
                    row.asked = row.asked or Asked("place", (choice,), may_be_new=False)

    def _missing(self) -> list[str]:
        mentioned = self._mentioned()
        kept = {stand.id for stand in self.leaving}
        for entry in self.entries:
            kept |= {stand.id for stand in entry.stands.values() if stand is not None}
            if entry.project is not None and not entry.labels:
                # Its row is refused for its label: the stand is in the list all the same.
                kept |= {stand.id for stand in self.stands_of[entry.project.id]}
        return [
            stand.label
            for label, stand in self.at.items()
            if stand.id not in kept and label not in mentioned
        ]

    # 4. What differs

    def _compare(self, entry: _Entry) -> None:
        if entry.asked is not None or _says_nothing(entry):
            return
        is_here = entry.project is not None and entry.project.id in self.here
        for row in entry.rows:
            plan = self.rows[row.number]
            if entry.project is not None and not is_here:
                plan.known = "back" if entry.project.archived else "series"
        project = self._compare_project(entry, is_here=is_here)
        self._compare_stands(entry, project, is_here=is_here)
        self._compare_contacts(entry, project)
        for row in entry.rows:
            plan = self.rows[row.number]
            stands = [
                entry.stands[label_key(one)] for one in row.labels if label_key(one) in entry.stands
            ]
            if stands and all(stand is None or stand.archived for stand in stands):
                plan.action = "new"
            elif any(
                stand is not None and label_key(stand.label) not in entry.labels for stand in stands
            ):
                plan.action = "moved"
            elif plan.changes:
                plan.action = "changed"

    def _compare_project(self, entry: _Entry, *, is_here: bool) -> int | str:
        """The id of its project, or the name of a new one."""
        old = entry.project
        if old is None:
            new = f"new {len(self.operations.new_projects)}"
            values = {name: entry.values.get(name) for name in OF_PROJECT}
            self.operations.new_projects.append({"name": new, "set": values})
            for name, value in values.items():
                if value:
                    self._changed(entry, name, None, value)
            return new
        found: Values = {}
        for name in OF_PROJECT:
            if name not in self.fields:
                continue
            before, value = old.values.get(name), entry.values.get(name)
            if self._differs(name, before, value):
                if name in old.mended and self.mode == "fill":
                    self.rows[self._row_of(entry, name)].kept[name] = [before, value]
                    continue
                found[name] = value
                self._changed(entry, name, before, value)
            elif not is_here and value:
                self._changed(entry, name, None, value)
        if found or old.archived:
            were = {name: old.values.get(name) for name in found}
            operation: dict[str, object] = {"id": old.id, "before": were, "set": found}
            if old.archived:
                operation["back"] = True
            self.operations.projects.append(operation)
        return old.id

    def _look_for_keys(self) -> None:
        """No two projects of a series that are not archived have one key."""
        given_another = {
            entry.project.id for entry in self.entries if entry.project and entry.values.get("key")
        }
        kept = {
            key_of(project.values.get("key")): project
            for project in self.standing.projects
            if not project.archived and project.id not in given_another
        }
        first: dict[str, _Entry] = {}
        for entry in self.entries:
            if entry.asked is not None or _says_nothing(entry):
                continue
            old = entry.project
            said = entry.values.get("key") or (old.values.get("key") if old else None)
            key = key_of(said)
            if not key:
                continue
            other = first.setdefault(key, entry)
            stays = kept.get(key)
            if other is not entry:
                taken = other.title or (other.project.title if other.project else "")
            elif stays is not None and stays is not old:
                taken = stays.title
            else:
                continue
            row = self.rows[self._row_of(entry, "key")]
            row.problems.append(Problem("key", "key_taken", said or "", meant=taken))

    def _row_of(self, entry: _Entry, name: str) -> int:
        return entry.said_by.get(name, entry.rows[0].number)

    def _changed(self, entry: _Entry, name: str, old: str | None, new: str | None) -> None:
        self.rows[self._row_of(entry, name)].changes[name] = [old, new]

    def _compare_stands(self, entry: _Entry, project: int | str, *, is_here: bool) -> None:
        first_of_row: set[int] = set()
        for label, stand in entry.stands.items():
            typed, row = entry.labels[label]
            plan = self.rows[row.number]
            # A project at two stands is pitched once.
            is_first = row.number not in first_of_row
            first_of_row.add(row.number)
            values = {
                name: row.values.get(name)
                for name in OF_STAND
                if name in self.fields and (is_first or name == "place")
            }
            if stand is None or stand.archived:
                self._new_stand(plan, typed, values, stand, project)
                continue
            found: Values = {}
            moves = label_key(stand.label) != label
            if moves:
                found["label"] = typed
            for name, value in values.items():
                if not self._differs(name, stand.values.get(name), value):
                    continue
                # Where it stands is another place when it moves.
                stays = name in stand.mended and not (moves and name == "place")
                if stays and self.mode == "fill":
                    plan.kept[name] = [stand.values.get(name), value]
                    continue
                found[name] = value
                plan.changes[name] = [stand.values.get(name), value]
            if found:
                before = {"label": stand.label} | {
                    name: stand.values.get(name) for name in found if name != "label"
                }
                self.operations.stands.append({"id": stand.id, "before": before, "set": found})
        for row in entry.rows:
            self._note_labels(entry, row)

    def _new_stand(
        self,
        plan: RowPlan,
        label: str,
        values: Values,
        back: StandingStand | None,
        project: int | str,
    ) -> None:
        for name, value in values.items():
            if value:
                plan.changes[name] = [None, value]
        if back is None:
            self.operations.new_stands.append(
                {"project": project, "set": {"label": label} | values}
            )
            return
        found: dict[str, object] = {"label": label, "archived": False}
        found |= {
            name: value
            for name, value in values.items()
            if self._differs(name, back.values.get(name), value)
        }
        before = {"label": back.label} | {
            name: back.values.get(name) for name in found if name in OF_STAND
        }
        self.operations.stands.append({"id": back.id, "before": before, "set": found})

    def _note_labels(self, entry: _Entry, row: StandRow) -> None:
        """The labels of a row, if they are others than before."""
        before = []
        for label in map(label_key, row.labels):
            stand = entry.stands.get(label)
            if stand is not None and not stand.archived and stand.label not in before:
                before.append(stand.label)
        if {label_key(one) for one in before} != {label_key(one) for one in row.labels}:
            plan = self.rows[row.number]
            plan.changes = {"label": [", ".join(before) or None, plan.label], **plan.changes}

    def _differs(self, name: str, old: str | None, new: str | None) -> bool:
        if not new:
            return bool(old) and self.mode == "clear" and name not in _NEVER_ERASED
        return not same(name, old, new)

    # Contacts

    def _compare_contacts(self, entry: _Entry, project: int | str) -> None:
        """By e-mail, else by person, else by function at the same place in the list; where the row
        says no function, by that place alone.

        Another person at the same function replaces the one who was it: the old row ends.
        """
        if not self.fields & set(OF_CONTACT):
            return
        known = entry.project.contacts if entry.project else []
        present = [one for one in known if not one.ended]
        left = [*present]
        told = self._told_contacts(entry)
        matched: dict[int, StandingContact] = {}
        for alike in (_same_email, _same_person, _same_function):
            for place, (_, values) in enumerate(told):
                if place in matched:
                    continue
                likely = [one for one in left if alike(values, one.values)]
                if alike is _same_function:
                    likely = [one for one in likely if present.index(one) == place] or likely
                if likely:
                    matched[place] = likely[0]
                    left.remove(likely[0])
        gone = [one for one in known if one.ended]
        order: list[int | str] = []
        for place, (row, values) in enumerate(told):
            plan = self.rows[row.number]
            if place in matched:
                order.append(self._change_contact(plan, matched[place], values, project))
                continue
            ended = next(
                (
                    one
                    for one in gone
                    if _same_email(values, one.values) or _same_person(values, one.values)
                ),
                None,
            )
            if ended is not None and self.mode == "fill":
                # Somebody replaced or ended this contact by hand.
                now = left[0].values.get("person") if left else None
                plan.kept["person"] = [now, values.get("person")]
                continue
            order.append(self._new_contact(project, values, None))
            for name, value in values.items():
                if value:
                    plan.changes[name] = [None, value]
        if self.mode == "clear" and self.fields & _NAMING:
            for one in left:
                self.operations.contacts.append(
                    {"id": one.id, "before": dict(one.values), "set": {}, "end": True}
                )
                for name, value in one.values.items():
                    if value:
                        self.rows[entry.rows[0].number].changes.setdefault(name, [value, None])
            left = []
        self._order_contacts(known, order, left)

    def _told_contacts(self, entry: _Entry) -> list[tuple[StandRow, Values]]:
        """The contacts that an entry's rows name. Two rows of a project at two stands name one."""
        told: list[tuple[StandRow, Values]] = []
        for row in entry.rows:
            values: Values = {name: row.values.get(name) for name in OF_CONTACT}
            # A list that has nothing but numbers may erase one.
            erases = self.mode == "clear" and not self.fields & _NAMING
            if not any(values.values()) and not (erases and not told):
                continue
            again = next((one for _, one in told if _is_one_person(one, values)), None)
            if again is None:
                told.append((row, values))
            else:
                again.update({name: value for name, value in values.items() if value})
        return told

    def _new_contact(self, project: int | str, values: Values, replaces: int | None) -> str:
        name = f"new {len(self.operations.new_contacts)}"
        self.operations.new_contacts.append(
            {"name": name, "project": project, "set": dict(values), "replaces": replaces}
        )
        return name

    def _change_contact(
        self, plan: RowPlan, old: StandingContact, values: Values, project: int | str
    ) -> int | str:
        told = {name: value for name, value in values.items() if name in self.fields}
        found: Values = {}
        for name, value in told.items():
            if not self._differs(name, old.values.get(name), value):
                continue
            if name in old.mended and self.mode == "fill":
                plan.kept[name] = [old.values.get(name), value]
                continue
            found[name] = value
        _leave_a_name(old, found)
        before_person, person = old.values.get("person"), found.get("person")
        if before_person and person and title_key(before_person) != title_key(person):
            said = {name: value for name, value in told.items() if value} | found
            return self._replace_contact(plan, old, said, project)
        for name, value in found.items():
            plan.changes[name] = [old.values.get(name), value]
        if found:
            before = {name: old.values.get(name) for name in found}
            self.operations.contacts.append({"id": old.id, "before": before, "set": found})
        return old.id

    def _replace_contact(
        self, plan: RowPlan, old: StandingContact, said: Values, project: int | str
    ) -> str:
        """Another person: function, role and telephone stay with the function, an address does so
        where it is an office's.
        """
        values = {name: old.values.get(name) for name in ("function", "role", "phone")} | said
        if "email" not in said and _is_of_a_function(old.values):
            values["email"] = old.values.get("email")
        values = {name: values.get(name) for name in OF_CONTACT}
        for name in OF_CONTACT:
            if old.values.get(name) != values[name]:
                plan.changes[name] = [old.values.get(name), values[name]]
        return self._new_contact(project, values, old.id)

    def _order_contacts(
        self, known: list[StandingContact], order: list[int | str], left: list[StandingContact]
    ) -> None:
        """New ones stand where the list has them; those that it does not have come last."""
        if not any(isinstance(one, str) for one in order):
            return
        positions = {one.id: one.position for one in known}
        for place, one in enumerate([*order, *(contact.id for contact in left)]):
            if isinstance(one, str):
                # Named by its place among them.
                self.operations.new_contacts[int(one.removeprefix("new "))]["position"] = place
            elif positions[one] != place:
                self.operations.contacts.append(
                    {"id": one, "before": {}, "set": {}, "position": place}
                )


def _says_nothing(entry: _Entry) -> bool:
    """Whether nobody can tell which project is meant; that has been said."""
    return entry.project is None and not entry.title


def _row_plan(row: StandRow) -> RowPlan:
    label = ", ".join(row.labels) or next(
        (problem.found for problem in row.problems if problem.field == "label"), ""
    )
    return RowPlan(
        number=row.number,
        label=label,
        project=row.project,
        problems=list(row.problems),
        remarks=list(row.remarks),
        hidden=row.hidden,
    )


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


def _is_one(entry: _Entry, row: StandRow, by: str) -> bool:
    """Whether a row is about the project of an entry that has its key, title or stand.

    Two with the same title and partner, at other stands and with other words, are two projects.
    """
    if by == "both" and any(
        row.values.get(name)
        and entry.values.get(name)
        and not same(name, entry.values[name], row.values[name])
        for name in OF_PROJECT
    ):
        return False
    return not _keys_differ(entry.key, key_of(row.values.get("key")))


def _keys_differ(one: str, other: str) -> bool:
    return bool(one and other) and one != other


def _id(project: StandingProject) -> int:
    return project.id


def _named(choice: Choice) -> str:
    return choice.project


def _named_whole(choice: Choice) -> str:
    """With what tells it from others of the same title."""
    words = [f"„{choice.project}“"]
    words += [f"({choice.partner})"] if choice.partner else []
    words += [f"[{choice.label}]"] if choice.label else []
    return " ".join(words)


def _say_the_same(one: StandRow, other: StandRow) -> bool:
    return (
        list(map(label_key, one.labels)) == list(map(label_key, other.labels))
        and one.values == other.values
        and not one.problems
    )


def _labels_of(asked: Asked) -> str:
    return ", ".join(one.label for one in asked.choices if one.label)


def same(name: str, old: str | None, new: str | None) -> bool:
    """Whether two values of a field are the same to a reader."""
    if not old or not new:
        return not old and not new
    if old == new:
        return True
    match name:
        case "email":
            return old.casefold() == new.casefold()
        case "key":
            return key_of(old) == key_of(new)
        case "phone":
            # As a number it has no blanks any more.
            return re.sub(r"[\s()/.–-]+", "", old) == re.sub(r"[\s()/.–-]+", "", new)
        case "links":
            return old.split() == new.split()
    return " ".join(old.split()) == " ".join(new.split())


def _same_email(told: Values, known: Values) -> bool:
    return bool(told.get("email")) and same("email", known.get("email"), told.get("email"))


def _same_person(told: Values, known: Values) -> bool:
    person = title_key(told.get("person") or "")
    return bool(person) and person == title_key(known.get("person") or "")


def _same_function(told: Values, known: Values) -> bool:
    """Also where the row says no function: who comes at this place of the list is meant."""
    function = title_key(told.get("function") or "")
    return not function or function == title_key(known.get("function") or "")


def _is_one_person(one: Values, other: Values) -> bool:
    """Whether two rows name one contact: they say the same, or one says more of the same person."""
    alike = all(same(name, one.get(name), other.get(name)) for name in OF_CONTACT)
    fits = all(
        not one.get(name) or not other.get(name) or same(name, one[name], other[name])
        for name in OF_CONTACT
    )
    return alike or (fits and (_same_email(one, other) or _same_person(one, other)))


def _leave_a_name(old: StandingContact, found: Values) -> None:
    """Blanks erase neither both names of somebody nor the one that may be read."""
    after = {**old.values, **found}
    if not after.get("function") and (old.hidden or not after.get("person")):
        for name in ("function", "person"):
            if name in found and not found[name]:
                del found[name]


def _is_of_a_function(values: Values) -> bool:
    """Whether an address is an office's, not a person's: no part of the name is in it."""
    address = title_key((values.get("email") or "").partition("@")[0])
    return not any(
        title_key(part) in address for part in (values.get("person") or "").split() if len(part) > 2
    )
