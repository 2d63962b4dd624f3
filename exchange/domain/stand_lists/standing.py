"""What stands before a list comes in: the stands of an event, the projects of its series.

Plain data, written and read line by line: a child process compares with it and has no database.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from exchange.models.labels import label_key

OF_PROJECT = ("project", "key", "partner", "summary", "status", "field", "links")
OF_STAND = ("place", "pitch", "minutes")
OF_CONTACT = ("person", "function", "email", "phone", "role")
"""The fields of a list, by what they belong to; the label is a stand's as well."""

Values = dict[str, str | None]


@dataclass(frozen=True)
class StandingContact:
    """Whom to call about a project now; `ended`: no longer, as somebody decided by hand."""

    id: int
    values: Values
    position: int = 0
    mended: tuple[str, ...] = ()
    """See `StandingProject`."""
    ended: bool = False
    hidden: bool = False
    """Whether the name is not to be shown: then somebody must read a function."""


@dataclass(frozen=True)
class StandingProject:
    """A project of the series, shown at this event or not."""

    id: int
    values: Values
    contacts: list[StandingContact] = field(default_factory=list)
    mended: tuple[str, ...] = ()
    """The fields that are as somebody wrote them by hand: no list has changed them since."""
    archived: bool = False

    @property
    def title(self) -> str:
        return self.values.get("project") or ""

    @property
    def partner(self) -> str:
        return self.values.get("partner") or ""


@dataclass(frozen=True)
class StandingStand:
    """A stand of the event, archived ones included; without *Allgemein*."""

    id: int
    label: str
    project_id: int | None
    values: Values
    asked: bool = False
    """Whether it has questions: it is never taken out."""
    archived: bool = False
    mended: tuple[str, ...] = ()
    """The fields that are as somebody wrote them by hand; see `StandingProject`."""


@dataclass
class Standing:
    """All of it."""

    stands: list[StandingStand] = field(default_factory=list)
    projects: list[StandingProject] = field(default_factory=list)


class StandingIndex:
    """What stands, to be looked up by what a list says."""

    def __init__(self, standing: Standing) -> None:
        self.projects = standing.projects
        self.stands_at = {label_key(one.label): one for one in standing.stands if not one.archived}
        """By the key of their label."""
        self.here: set[int] = set()
        """The ids of the projects that are shown at this event."""
        self._project = {one.id: one for one in standing.projects}
        self._stands: dict[int, list[StandingStand]] = defaultdict(list)
        for stand in standing.stands:
            if stand.project_id is not None:
                self._stands[stand.project_id].append(stand)
                if not stand.archived:
                    self.here.add(stand.project_id)

    def project(self, project_id: int | None) -> StandingProject | None:
        return self._project.get(project_id or 0)

    def project_at(self, label: str) -> StandingProject | None:
        """Whose stand has this label now; `label`: its key."""
        stand = self.stands_at.get(label)
        return self.project(stand.project_id) if stand else None

    def stands_of(self, project: StandingProject) -> list[StandingStand]:
        """Its stands at this event, archived ones included."""
        return self._stands.get(project.id, [])

    def labels_of(self, project: StandingProject) -> list[str]:
        """Where it stands now."""
        return [stand.label for stand in self.stands_of(project) if not stand.archived]


def lines(found: Iterable[StandingStand | StandingProject]) -> Iterator[str]:
    """Each as a line of JSON."""
    for one in found:
        # Not `asdict`: it copies each value, which takes longer than all the rest.
        if isinstance(one, StandingStand):
            told = {"kind": "stand", **vars(one)}
        else:
            contacts = [vars(contact) for contact in one.contacts]
            told = {"kind": "project", **vars(one), "contacts": contacts}
        yield json.dumps(told) + "\n"


def read(written: Iterable[str]) -> Standing:
    """What `lines` wrote."""
    standing = Standing()
    for line in written:
        told: dict[str, Any] = json.loads(line)
        kind = told.pop("kind")
        if kind == "stand":
            told["mended"] = tuple(told["mended"])
            standing.stands.append(StandingStand(**told))
        else:
            told["contacts"] = [
                StandingContact(**{**one, "mended": tuple(one["mended"])})
                for one in told["contacts"]
            ]
            told["mended"] = tuple(told["mended"])
            standing.projects.append(StandingProject(**told))
    return standing
