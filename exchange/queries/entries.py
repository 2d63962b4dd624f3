"""Entries: what partners say of their projects, what they would like to say, what is still empty.

For partners and organisers. Names of contacts that are not to be shown are among it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from exchange.database.connections import db
from exchange.models import (
    Basis,
    ChangeRecord,
    ChangeRow,
    Contact,
    ContactRole,
    Event,
    Facet,
    Phase,
    PreparedAnswer,
    Project,
    Proposal,
    Series,
    Stand,
)
from exchange.queries import lists
from exchange.queries.lists import Part, Wanted

MOST_PROJECTS = 200
"""How many entries a page shows at most."""


@dataclass(frozen=True)
class ContactDetails:
    """A contact, whole: also a name that is not to be shown."""

    id: int
    function: str | None
    person: str | None
    email: str | None
    phone: str | None
    role: ContactRole | None
    basis: Basis


@dataclass(frozen=True)
class ProposalLine:
    """What a partner would like a field of the entry to say."""

    id: int
    field: str
    value: Any
    at: datetime
    decided: str | None
    """`taken` or `left`; None: it waits."""


@dataclass(frozen=True)
class Entry:
    """What stands of a project: what everybody reads, with the contacts' names."""

    project_id: int
    code: str
    title: str
    partner: str
    archived: bool
    series_id: int
    summary: str | None
    status: str | None
    since: str | None
    licence: str | None
    links: str | None
    standard_questions: Mapping[str, str]
    """Those of its series, where they are not the usual ones."""
    contacts: Sequence[ContactDetails] = ()
    answers: Mapping[Facet, str] = field(default_factory=dict)
    """What it answered beforehand; no facet without an answer."""
    labels: Sequence[str] = ()
    """Of its stands, at the event that was asked about."""
    proposals: Sequence[ProposalLine] = ()
    """What waits to be taken or left, in the order in which it came."""

    @property
    def unanswered(self) -> list[Facet]:
        """The facets whose standard question it has not answered."""
        return [facet for facet in Facet if facet not in self.answers]

    @property
    def without_text(self) -> list[str]:
        """The fields that say nothing yet."""
        names = ("summary", "status", "since", "licence", "links")
        return [name for name in names if not getattr(self, name)]


@dataclass(frozen=True)
class Showing:
    """An event that shows a project, as far as it decides whether the entry may be changed."""

    event_id: int
    phase: Phase
    entries_open: bool


@dataclass(frozen=True)
class Gaps:
    """What of an entry is still empty, and what waits."""

    answers: int
    """Standard questions without an answer."""
    texts: int
    contacts: int
    """0 when there is none to call."""
    waiting: int
    """Changes that the organiser has not looked at yet."""


_ENTRIES = select(
    Project.id,
    Project.code,
    Project.title,
    Project.partner,
    Project.archived,
    Project.series_id,
    Project.summary,
    Project.status,
    Project.since,
    Project.licence,
    Project.links,
    Series.standard_questions,
).join(Series, Project.series_id == Series.id)


def entry_of(project_id: int) -> Entry | None:
    """What stands of a project, without proposals."""
    row: Any = db.session.execute(_ENTRIES.where(Project.id == project_id)).one_or_none()
    if row is None:
        return None
    return replace(
        Entry(*row),
        contacts=_contacts([project_id]).get(project_id, ()),
        answers=_answers([project_id]).get(project_id, {}),
    )


def latest_proposals(project_id: int) -> dict[str, ProposalLine]:
    """The latest proposal for each field that a project's partner ever proposed something for."""
    latest = (
        select(func.max(Proposal.id))
        .where(Proposal.project_id == project_id)
        .group_by(Proposal.field)
    )
    rows = db.session.execute(
        select(Proposal.id, Proposal.field, Proposal.value, Proposal.at, Proposal.decided).where(
            Proposal.id.in_(latest)
        )
    )
    return {row[1]: ProposalLine(*row) for row in rows}


def project_at(stand_id: int) -> int | None:
    """The project that a stand shows; None for stand 0."""
    return db.session.scalar(select(Stand.project_id).where(Stand.id == stand_id))


def showings(project_id: int, event_id: int | None = None) -> list[Showing]:
    """The events that show a project, or the one that is asked about."""
    condition = and_(
        Stand.project_id == project_id, Stand.archived.is_(False), Event.archived.is_(False)
    )
    if event_id is not None:
        condition = and_(condition, Event.id == event_id)
    rows = db.session.execute(
        select(Event.id, Event.phase, Event.entries_open)
        .join(Stand, Stand.event_id == Event.id)
        .where(condition)
        .distinct()
    )
    return [Showing(*row) for row in rows]


def gaps_at(stand_id: int) -> Gaps | None:
    """What the entry of a stand's project lacks; None for stand 0. One select."""
    project = Stand.project_id
    row = db.session.execute(
        select(
            Project.summary,
            Project.status,
            Project.since,
            Project.licence,
            Project.links,
            _many(PreparedAnswer, and_(PreparedAnswer.project_id == project, _ANSWERED)),
            _many(Contact, and_(Contact.project_id == project, Contact.until.is_(None))),
            _many(Proposal, and_(Proposal.project_id == project, Proposal.decided.is_(None))),
        )
        .join(Stand, Stand.project_id == Project.id)
        .where(Stand.id == stand_id)
    ).one_or_none()
    if row is None:
        return None
    *texts, answered, contacts, waiting = row
    return Gaps(
        answers=len(Facet) - answered,
        texts=sum(not text for text in texts),
        contacts=contacts,
        waiting=waiting,
    )


@dataclass(frozen=True)
class Totals:
    """How the entries of an event stand."""

    projects: int
    waiting: int
    """Proposals that wait."""
    latest: datetime | None
    """When the latest of them came."""


def totals(event_id: int) -> Totals:
    """How many projects an event shows, and what waits of their partners' proposals."""
    projects = _projects_at(event_id)
    many = db.session.scalar(select(func.count()).select_from(projects.subquery())) or 0
    waiting, latest = db.session.execute(
        select(func.count(), func.max(Proposal.at)).where(
            Proposal.decided.is_(None), Proposal.project_id.in_(projects)
        )
    ).one()
    return Totals(many, waiting, latest)


def owed_by_partners(event_id: int) -> tuple[int, int]:
    """What an event's entries still want: proposals that wait for the organiser, and projects that
    have not answered every standard question.
    """
    shown = _projects_at(event_id)
    waiting = select(func.count()).select_from(Proposal)
    answers = (
        select(func.count())
        .select_from(PreparedAnswer)
        .where(PreparedAnswer.project_id == Project.id, _ANSWERED)
        .correlate(Project)
        .scalar_subquery()
    )
    unanswered = select(func.count()).select_from(Project)
    row = db.session.execute(
        select(
            waiting.where(
                Proposal.decided.is_(None), Proposal.project_id.in_(shown)
            ).scalar_subquery(),
            unanswered.where(Project.id.in_(shown), answers < len(Facet)).scalar_subquery(),
        )
    ).one()
    return row[0], row[1]


def entries_at(event_id: int, wanted: Wanted) -> Part[Entry]:
    """The entries of an event's projects, those with proposals first, then by stand."""
    rows = db.session.execute(
        select(Project.id, Stand.label, _many(Proposal, _WAITS))
        .join(Stand, Stand.project_id == Project.id)
        .where(Stand.event_id == event_id, Stand.archived.is_(False), Project.archived.is_(False))
        .order_by(Stand.sort_key)
    ).all()
    labels: dict[int, list[str]] = {}
    waiting: dict[int, int] = {}
    for project_id, label, many in rows:
        labels.setdefault(project_id, []).append(label)
        waiting[project_id] = many
    ranked = sorted(labels, key=lambda one: not waiting[one])
    part = lists.part_of(
        "entries",
        ((float(rank), project_id) for rank, project_id in enumerate(ranked, 1)),
        wanted,
        ascending=True,
        most=MOST_PROJECTS,
    )
    ids = list(part.shown)
    contacts, answers, proposals = _contacts(ids), _answers(ids), _waiting(ids)
    rows_of: Any = db.session.execute(_ENTRIES.where(Project.id.in_(ids)))
    found = {
        row[0]: replace(
            Entry(*row),
            contacts=contacts.get(row[0], ()),
            answers=answers.get(row[0], {}),
            labels=labels[row[0]],
            proposals=proposals.get(row[0], ()),
        )
        for row in rows_of
    }
    return part.of(found)


def prepared_answers(project_id: int) -> tuple[dict[str, str], dict[Facet, str]]:
    """What a project answered beforehand, by facet; and its series' own standard questions."""
    rows = db.session.execute(
        select(PreparedAnswer.facet, PreparedAnswer.text, Series.standard_questions)
        .join(Project, PreparedAnswer.project_id == Project.id)
        .join(Series, Project.series_id == Series.id)
        .where(Project.id == project_id, _ANSWERED)
    ).all()
    said = {facet: text for facet, text, _ in rows}
    return (rows[0][2] if rows else {}), {facet: said[facet] for facet in Facet if facet in said}


def changed_at(project_id: int) -> datetime | None:
    """When the project or one of its contacts was last changed; None since it was made."""
    contacts = select(Contact.id).where(Contact.project_id == project_id)
    of_it = or_(
        and_(ChangeRecord.kind == "project", ChangeRecord.record_id == project_id),
        and_(ChangeRecord.kind == "contact", ChangeRecord.record_id.in_(contacts)),
    )
    return db.session.scalar(
        select(func.max(ChangeRow.at))
        .join(ChangeRecord, ChangeRecord.change_id == ChangeRow.id)
        .where(of_it)
    )


_ANSWERED = PreparedAnswer.text != ""
_WAITS = and_(Proposal.project_id == Project.id, Proposal.decided.is_(None))


def _many(kind: Any, condition: ColumnElement[bool]) -> Any:
    return select(func.count(kind.id)).where(condition).correlate(Project, Stand).scalar_subquery()


def _projects_at(event_id: int) -> Any:
    return (
        select(Stand.project_id)
        .join(Project, Stand.project_id == Project.id)
        .where(Stand.event_id == event_id, Stand.archived.is_(False), Project.archived.is_(False))
        .distinct()
    )


def _contacts(project_ids: Collection[int]) -> dict[int, list[ContactDetails]]:
    rows = db.session.execute(
        select(
            Contact.project_id,
            Contact.id,
            Contact.function,
            Contact.person,
            Contact.email,
            Contact.phone,
            Contact.role,
            Contact.basis,
        )
        .where(Contact.project_id.in_(project_ids), Contact.until.is_(None))
        .order_by(Contact.position, Contact.id)
    )
    found: dict[int, list[ContactDetails]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(ContactDetails(*row[1:]))
    return found


def _answers(project_ids: Collection[int]) -> dict[int, dict[Facet, str]]:
    rows = db.session.execute(
        select(PreparedAnswer.project_id, PreparedAnswer.facet, PreparedAnswer.text).where(
            PreparedAnswer.project_id.in_(project_ids), _ANSWERED
        )
    )
    found: dict[int, dict[Facet, str]] = {}
    for project_id, facet, text in rows:
        found.setdefault(project_id, {})[facet] = text
    return found


def _waiting(project_ids: Collection[int]) -> dict[int, list[ProposalLine]]:
    rows = db.session.execute(
        select(
            Proposal.project_id,
            Proposal.id,
            Proposal.field,
            Proposal.value,
            Proposal.at,
            Proposal.decided,
        )
        .where(Proposal.project_id.in_(project_ids), Proposal.decided.is_(None))
        .order_by(Proposal.id)
    )
    found: dict[int, list[ProposalLine]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(ProposalLine(*row[1:]))
    return found
