"""The passes of an event, by role and stand, with whom to hand them to."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from exchange.database.connections import db
from exchange.models import Event, Pass, Project, Role, Stand
from exchange.models.labels import GENERAL
from exchange.queries import fair, people
from exchange.queries.fair import STAND_COLUMNS, ContactLine, StandLine
from exchange.queries.people import PassLine

STANDS_A_PAGE = 50
_READ_AT_ONCE = 100
"""How many stands are read before everybody else has a turn."""


@dataclass(frozen=True)
class StandPasses:
    """A stand with its presenters' passes, its own before the others."""

    stand: StandLine
    passes: list[PassLine]


@dataclass(frozen=True)
class ProjectPass:
    """A project of an event with its contacts and their pass."""

    stand: StandLine
    """Where it is shown; the first, if there are several."""
    pass_: PassLine | None
    own: PassLine | None
    """That of the stand's presenters."""
    contacts: list[ContactLine]


@dataclass(frozen=True)
class PassesPage:
    """The passes of some stands of an event, and how all of them are."""

    moderator: PassLine | None
    screen: PassLine | None
    stands: list[StandPasses]
    projects: list[ProjectPass]
    page: int
    pages: int
    presenters: int
    """How many passes presenters hold, as `handed_out`."""
    never_redeemed: int
    """How many of those nobody has redeemed yet."""
    revoked: int
    """How many of the event's passes are revoked; those of contacts are not counted."""
    generations: int
    """The sum of the presenters' generations: what a renewal of all of them lets lapse."""


def handed_out(event_id: int) -> ColumnElement[bool]:
    """Which passes somebody is to hold on the day, of those of an event and of its stands (joined):
    none that is revoked, none of an archived stand, and none of stand 0, which needs no presenters.
    """
    return Pass.revoked.is_(False) & or_(
        Pass.event_id == event_id,
        (Stand.event_id == event_id) & Stand.archived.is_(False) & (Stand.label != GENERAL),
    )


def passes_page(event_id: int, page: int = 1) -> PassesPage:
    """One page of an event's passes; 1 is the first. As many statements for each."""
    of_event = {pass_.role: pass_ for pass_ in people.passes_of_event(event_id) if pass_.event_id}
    of_stand = (Pass.role == Role.PRESENTER) & handed_out(event_id)
    counted = db.session.execute(
        select(
            func.count(Pass.id).filter(of_stand),
            func.count(Pass.id).filter(of_stand, Pass.redeemed.is_(None)),
            func.count(Pass.id).filter(Pass.revoked.is_(True)),
            func.coalesce(func.sum(Pass.generation).filter(Pass.role == Role.PRESENTER), 0),
        )
        .outerjoin(Stand, Pass.stand_id == Stand.id)
        .where((Pass.event_id == event_id) | (Stand.event_id == event_id))
    ).one()
    total = (
        db.session.scalar(
            select(func.count(Stand.id)).where(
                Stand.event_id == event_id, Stand.archived.is_(False)
            )
        )
        or 0
    )
    pages = max(1, -(-total // STANDS_A_PAGE))
    page = min(max(1, page), pages)
    stands, projects = _some(event_id, (page - 1) * STANDS_A_PAGE, STANDS_A_PAGE)
    return PassesPage(
        of_event.get(Role.MODERATOR),
        of_event.get(Role.SCREEN),
        stands,
        projects,
        page,
        pages,
        *counted,
    )


def in_parts(event_id: int) -> Iterator[tuple[list[StandPasses], list[ProjectPass]]]:
    """All stands of an event with their passes and projects, some at a time, in natural order.

    Between two parts no connection is held: whoever reads on lets others have their turn.
    A project that is shown at several stands comes with the first.
    """
    told: set[str] = set()
    for first in range(0, 1_000_000, _READ_AT_ONCE):
        stands, projects = _some(event_id, first, _READ_AT_ONCE)
        db.release()
        if not stands:
            return
        fresh = [one for one in projects if one.stand.project_code not in told]
        told |= {one.stand.project_code for one in fresh if one.stand.project_code}
        yield stands, fresh


def _some(event_id: int, first: int, many: int) -> tuple[list[StandPasses], list[ProjectPass]]:
    rows = db.session.execute(
        select(*STAND_COLUMNS, Stand.project_id)
        .join(Event, Stand.event_id == Event.id)
        .outerjoin(Project, Stand.project_id == Project.id)
        .where(Stand.event_id == event_id, Stand.archived.is_(False))
        .order_by(Stand.sort_key)
        .offset(first)
        .limit(many)
    ).all()
    lines = [StandLine(*row[:-1]) for row in rows]
    held = people.passes_of_stands([line.id for line in lines])
    own = people.own_passes(held)
    by_stand: dict[int, list[PassLine]] = {}
    for pass_ in sorted(held, key=lambda pass_: own[pass_.stand_id or 0].id != pass_.id):
        by_stand.setdefault(pass_.stand_id or 0, []).append(pass_)
    projects: dict[int, StandLine] = {}
    for line, row in zip(lines, rows, strict=True):
        if row[-1] is not None:
            projects.setdefault(row[-1], line)
    contacts = fair.contacts_of_projects(projects)
    of_project = people.passes_of_projects(projects)
    return (
        [StandPasses(line, by_stand.get(line.id, [])) for line in lines],
        [
            ProjectPass(
                stand, of_project.get(project), own.get(stand.id), contacts.get(project, [])
            )
            for project, stand in projects.items()
        ],
    )
