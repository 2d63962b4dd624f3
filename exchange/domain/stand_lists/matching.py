"""Which project of the series a list means, or what must be asked.

1. As somebody answered.
2. By key; where the key says one and title and partner another, it is asked.
3. By title and partner.
4. By title alone, where the list has it once and one side names no partner.
5. By the label it stands at: it was renamed, if the partner is the same; else it is asked.
6. The same title with another partner is asked.
7. So is a project of the same partner that the list does not have, where its stand has questions.

Each rule goes through the whole list before the next, weaker one: nobody takes by a title what
another row has the key of. A project is taken once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set

from exchange.domain.stand_lists.cells import Problem
from exchange.domain.stand_lists.listed import ListedProject
from exchange.domain.stand_lists.plans import Asked, Choice
from exchange.domain.stand_lists.sameness import key_of, keys_differ, title_key
from exchange.domain.stand_lists.standing import StandingIndex, StandingProject
from exchange.models.labels import label_key


def match(
    all_listed: Sequence[ListedProject],
    index: StandingIndex,
    answers: Mapping[int, str],
    mentioned: Set[str],
) -> None:
    """Say of each listed project which one it is, or what is asked.

    `answers`: by a row's number what somebody said; `mentioned`: keys of all labels of the list.
    """
    matching = _Matching(all_listed, index, answers, mentioned)
    for rule in (
        matching.as_answered,
        matching.ask_where_key_and_title_differ,
        matching.by_key,
        matching.by_title_and_partner,
        matching.by_title_alone,
        matching.by_label,
        matching.ask_with_another_partner,
        matching.ask_for_what_is_gone,
    ):
        for listed in all_listed:
            if listed.open:
                rule(listed)
    for listed in all_listed:
        # Of a row without a title or a stand it has been said that this is missing.
        if listed.open and not listed.title and not _has_problem_with_project(listed):
            listed.first.problems.append(Problem("project", "missing", ""))


class _Names:
    """The projects of the series by what a list may call them."""

    def __init__(self, projects: Iterable[StandingProject]) -> None:
        self._by_key: dict[str, list[StandingProject]] = defaultdict(list)
        self._by_both: dict[tuple[str, str], list[StandingProject]] = defaultdict(list)
        self._by_title: dict[str, list[StandingProject]] = defaultdict(list)
        for project in projects:
            title = title_key(project.title)
            if project.values.get("key"):
                self._by_key[key_of(project.values["key"])].append(project)
            self._by_both[title, title_key(project.partner)].append(project)
            self._by_title[title].append(project)

    def keyed(self, listed: ListedProject) -> list[StandingProject]:
        return self._by_key.get(listed.key, []) if listed.key else []

    def titled(self, listed: ListedProject) -> list[StandingProject]:
        return self._by_title.get(title_key(listed.title), []) if listed.title else []

    def titled_with_partner(self, listed: ListedProject) -> list[StandingProject]:
        both = title_key(listed.title), title_key(listed.partner)
        return self._by_both.get(both, []) if listed.partner else []


class _Matching:
    """The rules, and which projects are taken already."""

    def __init__(
        self,
        all_listed: Sequence[ListedProject],
        index: StandingIndex,
        answers: Mapping[int, str],
        mentioned: Set[str],
    ) -> None:
        self.index, self.answers = index, answers
        self.names = _Names(index.projects)
        self.titles = Counter(title_key(listed.title) for listed in all_listed)
        self.taken: set[int] = set()
        self.gone = self._gone_by_partner(mentioned)

    def _gone_by_partner(self, mentioned: Set[str]) -> Mapping[str, list[StandingProject]]:
        """Projects whose stands have questions and whose labels the list does not have."""
        found: dict[str, dict[int, StandingProject]] = defaultdict(dict)
        for label, stand in self.index.stands_at.items():
            project = self.index.project_at(label)
            if stand.asked and label not in mentioned and project is not None:
                found[title_key(project.partner)][project.id] = project
        return {partner: list(projects.values()) for partner, projects in found.items()}

    # The rules

    def as_answered(self, listed: ListedProject) -> None:
        answer = next(
            (self.answers[row.number] for row in listed.rows if row.number in self.answers), ""
        )
        kind, _, name = answer.partition(":")
        if kind == "new":
            listed.new = True
            return
        project: StandingProject | None = None
        if kind == "stand":
            project = self.index.project_at(label_key(name))
        elif kind == "project" and name.isdecimal():
            project = self.index.project(int(name))
        if project is not None and project.id not in self.taken:
            self._take(listed, project)
        elif answer:
            listed.first.problems.append(Problem("project", "answer", name))

    def ask_where_key_and_title_differ(self, listed: ListedProject) -> None:
        keyed, named = self.names.keyed(listed), self.names.titled_with_partner(listed)
        if not keyed or not named or {one.id for one in keyed} & {one.id for one in named}:
            return
        found = [one for one in (*keyed, *named) if one.id not in self.taken]
        if len(found) > 1:
            self._ask(listed, "which", found, may_be_new=False)

    def by_key(self, listed: ListedProject) -> None:
        self._among(listed, self.names.keyed(listed))

    def by_title_and_partner(self, listed: ListedProject) -> None:
        if listed.title:
            self._among(listed, self.names.titled_with_partner(listed))

    def by_title_alone(self, listed: ListedProject) -> None:
        if self.titles[title_key(listed.title)] == 1:
            found = self.names.titled(listed)
            self._among(listed, [one for one in found if not (listed.partner and one.partner)])

    def by_label(self, listed: ListedProject) -> None:
        """The project at its stand: renamed, if the partner is the same; else it is asked."""
        found: list[StandingProject] = []
        for label in listed.labels:
            project = self.index.project_at(label)
            if project is not None and project.id not in self.taken and project not in found:
                found.append(project)
        if not found or not listed.title:
            return
        if len(found) == 1 and self._free(listed, found[0]):
            same_title = title_key(found[0].title) == title_key(listed.title)
            if same_title or (listed.partner and _same_partner(found[0], listed)):
                self._take(listed, found[0])
                return
        self._ask(listed, "renamed", found)

    def ask_with_another_partner(self, listed: ListedProject) -> None:
        found = [
            one
            for one in self.names.titled(listed)
            if one.id in self.index.here and self._free(listed, one)
        ]
        if found:
            self._ask(listed, "partner", found)

    def ask_for_what_is_gone(self, listed: ListedProject) -> None:
        """Renamed and moved at once: nobody can tell, so it is asked, but only where it matters.

        The stand of a project of the same partner has questions, and the list does not have it.
        """
        if not listed.title or not listed.partner:
            return
        of_partner = self.gone.get(title_key(listed.partner), ())
        found = [one for one in of_partner if self._free(listed, one)]
        if found:
            self._ask(listed, "gone", found)

    # What they share

    def _among(self, listed: ListedProject, found: Sequence[StandingProject]) -> None:
        """Take the one that is meant: of those here, else of the series, else of the archive."""
        free = [one for one in found if self._free(listed, one)]
        for tier in (0, 1, 2):
            likely = [one for one in free if self._tier(one) == tier]
            if len(likely) > 1 and tier == 2:
                # Nobody can tell archived ones apart: the latest.
                likely = [max(likely, key=lambda one: one.id)]
            if len(likely) > 1:
                at_its_label = [one for one in likely if self._stands_there(listed, one)]
                likely = at_its_label if len(at_its_label) == 1 else likely
            if len(likely) == 1:
                self._take(listed, likely[0])
            elif likely:
                self._ask(listed, "which", likely)
            if likely:
                return

    def _tier(self, project: StandingProject) -> int:
        if project.archived:
            return 2
        return 0 if project.id in self.index.here else 1

    def _stands_there(self, listed: ListedProject, project: StandingProject) -> bool:
        return any(label_key(label) in listed.labels for label in self.index.labels_of(project))

    def _free(self, listed: ListedProject, project: StandingProject) -> bool:
        """Whether a project is no other row's, nor one under another key."""
        if project.id in self.taken:
            return False
        return not keys_differ(listed.key, key_of(project.values.get("key")))

    def _take(self, listed: ListedProject, project: StandingProject) -> None:
        listed.project = project
        self.taken.add(project.id)

    def _ask(
        self,
        listed: ListedProject,
        word: str,
        found: Iterable[StandingProject],
        *,
        may_be_new: bool = True,
    ) -> None:
        """See `Asked`."""
        choices = tuple(self._choice(one) for one in found)
        listed.asked = listed.first.asked = Asked(word, choices, may_be_new)
        named = _named_whole if word == "which" else _named
        listed.first.problems.append(
            Problem(
                "project",
                f"asked_{word}",
                "; ".join(map(named, choices)),
                meant=", ".join(one.label for one in choices if one.label),
            )
        )

    def _choice(self, project: StandingProject) -> Choice:
        labels = ", ".join(self.index.labels_of(project))
        return Choice(f"project:{project.id}", labels, project.title, project.partner)


def _same_partner(project: StandingProject, listed: ListedProject) -> bool:
    return title_key(project.partner) == title_key(listed.partner)


def _named(choice: Choice) -> str:
    return choice.project


def _named_whole(choice: Choice) -> str:
    """With what tells it from others of the same title."""
    words = [f"„{choice.project}“"]
    words += [f"({choice.partner})"] if choice.partner else []
    words += [f"[{choice.label}]"] if choice.label else []
    return " ".join(words)


def _has_problem_with_project(listed: ListedProject) -> bool:
    return any(
        problem.field == "project" for plan in listed.plans.values() for problem in plan.problems
    )
