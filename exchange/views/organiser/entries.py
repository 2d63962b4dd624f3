"""What partners would like their entries to say: taken or left, by the organiser."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask.typing import ResponseReturnValue

from exchange import access
from exchange.domain import entries, events, prepared
from exchange.domain.entries import CONTACTS
from exchange.domain.refusals import Refused
from exchange.models import Facet
from exchange.queries import entries as entry_queries
from exchange.queries import fair
from exchange.queries.entries import Entry, ProposalLine
from exchange.queries.lists import Part
from exchange.views.organiser.blueprint import bp, organised_event, saved
from exchange.views.pages import posted, render_page, staff_key, wanted, whole
from exchange.wording import basis_word, contact_role_word


@dataclass(frozen=True)
class Line:
    """A line of what a field says: a paragraph, or a contact."""

    text: str
    kept: bool
    """Whether the other side has it too."""


@dataclass(frozen=True)
class Difference:
    """A field that would read differently."""

    id: int
    field: str
    question: str
    """The standard question that it answers; empty for any other field."""
    facet: Facet | None
    at: datetime
    old: list[Line]
    new: list[Line]


@dataclass(frozen=True)
class Row:
    """A project with what its partner proposes, and what it still lacks."""

    entry: Entry
    differences: list[Difference]
    latest: datetime | None


_CODE = re.compile("[a-z0-9-]{1,60}")
"""A project's, as its row on the page is called by it."""


@bp.get("/organise/<event>/entries")
def entries_page(event: str) -> str:
    """All entries of an event: what partners propose, and what is still empty."""
    found, _ = organised_event(event)
    part = entry_queries.entries_at(found.id, wanted())
    return render_page(
        "organiser/entries.html",
        event=fair.event_line(found.id),
        totals=entry_queries.totals(found.id),
        entries=part,
        rows=_rows(part),
        series=next(one.code for one in access.organised_series() if one.id == found.series_id),
    )


@bp.post("/organise/<event>/entries")
def decide(event: str) -> ResponseReturnValue:
    """Take or leave (`do`) one `proposal`, all of a `project`, or all; `seen`: as of then."""
    found, by = organised_event(event)
    fields = posted()
    if fields.get("do") not in ("take", "leave"):
        raise Refused("unreadable")
    outcome = entries.decide(
        found.id,
        take=fields["do"] == "take",
        by=by,
        proposal_id=whole(fields.get("proposal")),
        project=fields.get("project") or None,
        seen=_moment(fields.get("seen")),
        key=staff_key(fields),
    )
    entry = fields.get("entry", "")
    at = f"entry-{entry}" if _CODE.fullmatch(entry) else ""
    return saved(outcome, f"/organise/{found.code}/entries", at=at)


@bp.post("/organise/<event>/entries/open")
def open_entries(event: str) -> ResponseReturnValue:
    """Let partners change their entries though the pitches have begun (`on`: 1), or not (0)."""
    found, by = organised_event(event)
    fields = posted()
    if fields.get("on") not in ("0", "1"):
        raise Refused("unreadable")
    outcome = events.edit(found.id, {"entries_open": fields["on"]}, by=by, key=staff_key(fields))
    return saved(outcome, f"/organise/{found.code}/entries")


def _moment(word: str | None) -> datetime | None:
    if not word:
        return None
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        raise Refused("unreadable") from None
    if moment.tzinfo is None:
        raise Refused("unreadable")
    return moment


def _rows(part: Part[Entry]) -> list[Row]:
    return [
        Row(
            entry,
            [_difference(entry, one) for one in entry.proposals],
            max((one.at for one in entry.proposals), default=None),
        )
        for entry in part.shown
    ]


def _difference(entry: Entry, proposal: ProposalLine) -> Difference:
    facet = entries.facet_of(proposal.field)
    old = _lines(proposal.field, entries.value_of(entry, proposal.field))
    new = _lines(proposal.field, proposal.value)
    questions = prepared.standard_questions(entry.standard_questions, access.locale())
    return Difference(
        id=proposal.id,
        field=proposal.field,
        question=questions[facet] if facet else "",
        facet=facet,
        at=proposal.at,
        old=[Line(line, line in new) for line in old],
        new=[Line(line, line in old) for line in new],
    )


def _lines(name: str, value: Any) -> list[str]:
    if name == CONTACTS:
        return [_contact(contact) for contact in value or ()]
    return [line for line in (value or "").split("\n") if line]


def _contact(contact: Mapping[str, Any]) -> str:
    """A contact in one line, with all that can differ."""
    said = [contact[name] for name in ("function", "person", "email", "phone")]
    if contact["role"]:
        said.append(str(contact_role_word(contact["role"])))
    said.append(str(basis_word(contact["basis"])))
    return " · ".join(word for word in said if word)
