"""Revisions: one counter a scope, read before a page and moved by every change.

A page carries the revisions that it shows. They are read first, on the connection on which the
page then reads everything else: what is committed in between is newer than what the page claims,
and comes as news or with the slow check.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Integer, String, bindparam, or_, select, text, update
from sqlalchemy.orm import Session

from exchange.database.connections import db
from exchange.database.statements import CompiledStatement, RawConnection
from exchange.extensions import pause
from exchange.models import Revision
from exchange.rooms import Scope, ScopeKind


def begin_page(scopes: Sequence[Scope]) -> list[int]:
    """The revisions of what a page shows, in one select that begins the page's transaction.

    Whatever was read before (who is it, which stand) belongs to an earlier one.
    """
    db.release()
    if not scopes:
        return []
    wanted: dict[str, list[int]] = {}
    for scope in scopes:
        wanted.setdefault(scope.kind.value, []).append(scope.owner_id)
    # Kind by kind: for a list of pairs SQLite would read the whole table.
    rows = db.session.connection().execute(
        select(Revision.kind, Revision.owner_id, Revision.revision).where(
            or_(
                *(
                    (Revision.kind == kind) & Revision.owner_id.in_(owners)
                    for kind, owners in wanted.items()
                )
            )
        )
    )
    found = {(kind, owner_id): revision for kind, owner_id, revision in rows}
    return [found.get((scope.kind.value, scope.owner_id), 0) for scope in scopes]


def read(scope: Scope) -> int:
    """Where a scope's counter stands; 0 when nothing ever happened."""
    with db.reading() as connection:
        found = _REVISION.one(connection, kind=scope.kind.value, owner=scope.owner_id)
    return found[0] if found else 0


def read_anew(scope: Scope) -> int:
    """The same as of now, whatever was read before; for `watch`, which every page sends again and
    again, on a raw connection.
    """
    db.release()
    return read(scope)


@dataclass
class Announced:
    """Up to which revision the pages that are open at this process have been told, by scope.

    Without participants': what is theirs stands on pages that watch a stand or an event as well.
    """

    revisions: dict[Scope, int] = field(default_factory=dict)

    def follow(self, scope: Scope, revision: int) -> None:
        """Somebody watches this from here on, and knows of this revision."""
        if scope.kind is not ScopeKind.MINE:
            self.revisions.setdefault(scope, revision)

    def note(self, told: Mapping[Scope, int]) -> None:
        """Whoever watches these is being told."""
        for scope, revision in told.items():
            if self.revisions.get(scope, revision) < revision:
                self.revisions[scope] = revision


_REVISION = CompiledStatement(
    select(Revision.revision).where(
        Revision.kind == bindparam("kind"), Revision.owner_id == bindparam("owner")
    )
)


def open_scope(session: Session, scope: Scope) -> None:
    """Start the counter of a new event, stand or participant."""
    session.add(Revision(kind=scope.kind.value, owner_id=scope.owner_id, revision=0))


def mark_votes(session: Session, stand_ids: set[int]) -> None:
    """Note that me toos came in at these stands; their next flush bumps once for all of them."""
    session.execute(
        update(Revision)
        .where(Revision.kind == ScopeKind.STAND.value, Revision.owner_id.in_(stand_ids))
        .values(voted=True)
    )


def bump(
    connection: RawConnection, scopes: set[Scope], redrawn: Set[Scope] = frozenset()
) -> dict[Scope, int]:
    """Move each counter on by one, a hundred in one statement; a participant's begins with it.

    Phones have nothing more to hear of what is `redrawn`: their pages read themselves again. Who
    missed that finds a gap before the next news.
    Always in the same order, stands before what all stands share: a flush holds its stand's row
    when it comes here, and two transactions in opposite orders would deadlock.
    """
    moved_on: dict[Scope, int] = {}
    in_order = sorted(scopes, key=_stands_first)
    for start in range(0, len(in_order), _AT_ONCE):
        if start:
            # A list with thousands of stands; nobody's page waits for all of them.
            pause(0)
        values: dict[str, object] = {}
        part = in_order[start : start + _AT_ONCE]
        for number, scope in enumerate(part):
            values |= {f"kind{number}": scope.kind.value, f"owner{number}": scope.owner_id}
            values[f"redrawn{number}"] = int(scope in redrawn)
        rows = _bump_statement(len(part)).rows(connection, **values)
        moved_on |= {Scope(ScopeKind(kind), of): revision for kind, of, revision in rows}
    return moved_on


_AT_ONCE = 100
"""So many counters move in one statement."""


def _stands_first(scope: Scope) -> tuple[bool, str, int]:
    return scope.kind is not ScopeKind.STAND, scope.kind.value, scope.owner_id


@cache
def _bump_statement(number: int) -> CompiledStatement:
    """The statement for so many counters; both dialects know ON CONFLICT."""
    counters = ", ".join(f"(:kind{n}, :owner{n}, 1, :redrawn{n}, FALSE)" for n in range(number))
    upsert = text(
        "INSERT INTO revisions (kind, owner_id, revision, flushed, voted)"  # noqa: S608 (bound)
        f" VALUES {counters}"
        " ON CONFLICT (kind, owner_id) DO UPDATE SET revision = revisions.revision + 1,"
        " flushed = CASE excluded.flushed WHEN 0 THEN revisions.flushed"
        " ELSE revisions.revision + 1 END"
        " RETURNING kind, owner_id, revision"
    )
    return CompiledStatement(upsert.columns(kind=String, owner_id=Integer, revision=Integer))


def note_pending_news(
    connection: RawConnection, revisions: dict[Scope, int], shown_at: Iterable[tuple[int, int]]
) -> None:
    """Note what the phones of each stand have to hear of: (question id, stand id)."""
    values: dict[str, object] = {}
    noted = list(dict.fromkeys(shown_at))
    for number, (question_id, stand_id) in enumerate(noted):
        values[f"stand{number}"] = stand_id
        values[f"question{number}"] = question_id
        values[f"revision{number}"] = revisions[Scope(ScopeKind.STAND, stand_id)]
    if noted:
        _note_statement(len(noted)).do(connection, values)


@cache
def _note_statement(number: int) -> CompiledStatement:
    rows = ", ".join(f"(:stand{n}, :question{n}, :revision{n})" for n in range(number))
    return CompiledStatement(
        text(
            "INSERT INTO pending_news (stand_id, question_id, revision)"  # noqa: S608 (bound)
            f" VALUES {rows}"
            " ON CONFLICT (stand_id, question_id) DO UPDATE SET revision = excluded.revision"
        )
    )
