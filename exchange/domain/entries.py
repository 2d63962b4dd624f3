"""Entries: partners say how theirs should read, the organiser takes or leaves it.

What a partner saves is a proposal for each field that is to read differently. Nothing that anybody
else reads changes until the organiser takes it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.domain import field_values, prepared, set_up
from exchange.domain.changes import (
    Actor,
    Change,
    Outcome,
    Subject,
    change,
    change_of_series,
)
from exchange.domain.contacts import ensure_pass, require_named
from exchange.domain.refusals import Refused
from exchange.models import (
    Base,
    Basis,
    Contact,
    ContactRole,
    Facet,
    Phase,
    PreparedAnswer,
    Project,
    Proposal,
    Stand,
    codes,
    lengths,
)
from exchange.models.base import now
from exchange.queries import entries
from exchange.queries.entries import ContactDetails, Entry, Showing

LIMITS: Mapping[str, int] = {
    "summary": lengths.SUMMARY,
    "status": lengths.PROJECT_STATUS,
    "since": lengths.SINCE,
    "licence": lengths.LICENCE,
    "links": lengths.LINKS,
}
"""The texts of an entry, and how long each may be, in characters."""
CONTACT_LIMITS: Mapping[str, int] = {
    "function": lengths.FUNCTION,
    "person": lengths.PERSON,
    "email": lengths.EMAIL,
    "phone": lengths.PHONE,
}
CONTACTS = "contacts"
_PREPARED = "prepared."
MOST_CONTACTS = 8
"""How many a project may have: with their fields a form stays within what a request may bring."""


_ID = re.compile("[0-9]{1,9}")


def prepared_field(facet: Facet) -> str:
    """The field of an entry that answers the standard question of this facet."""
    return f"{_PREPARED}{facet.value}"


FIELDS: tuple[str, ...] = (*LIMITS, CONTACTS, *(prepared_field(facet) for facet in Facet))
"""What an entry holds, in the order in which it is shown."""


def facet_of(name: str) -> Facet | None:
    """The facet whose standard question a field answers."""
    return Facet(name.removeprefix(_PREPARED)) if name.startswith(_PREPARED) else None


def limit_of(name: str) -> int:
    """How long a text of the entry may be, in characters."""
    return LIMITS.get(name, lengths.ANSWER)


@dataclass(frozen=True)
class TypedContact:
    """A contact as it was typed. `id`: of the one that stands there; empty for a new one."""

    id: str = ""
    function: str = ""
    person: str = ""
    email: str = ""
    phone: str = ""
    role: str = ""
    basis: str = Basis.PUBLIC_FUNCTION.value

    @property
    def empty(self) -> bool:
        """Whether nothing was typed that names or reaches anybody."""
        return not any(getattr(self, name).strip() for name in CONTACT_LIMITS)


@dataclass(frozen=True)
class Typed:
    """An entry as it was typed; what was not sent is None and stays as it is."""

    texts: Mapping[str, str]
    contacts: Sequence[TypedContact] | None


@dataclass(frozen=True)
class Read:
    """What was typed, as it would be kept; and what is wrong with it, by the name of its input."""

    values: Mapping[str, Any]
    problems: Mapping[str, str]


# What stands


def value_of(entry: Entry, name: str) -> Any:
    """What a field of an entry says now, as a proposal would hold it."""
    if name == CONTACTS:
        return [_contact_value(contact) for contact in entry.contacts]
    facet = facet_of(name)
    return entry.answers.get(facet) if facet else getattr(entry, name)


def _contact_value(contact: ContactDetails) -> dict[str, Any]:
    return {
        "id": contact.id,
        "function": contact.function,
        "person": contact.person,
        "email": contact.email,
        "phone": contact.phone,
        "role": contact.role.value if contact.role else None,
        "basis": contact.basis.value,
    }


def is_open(shown_at: Collection[Showing]) -> bool:
    """Whether partners may change an entry: until the pitches of an event that shows it begin, or
    while its organiser lets them.
    """
    return any(one.phase is Phase.PREPARING or one.entries_open for one in shown_at)


# What a partner would like it to say


def read(typed: Typed) -> Read:
    """Read an entry as it was typed, with a sentence for each input that cannot be taken."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, text in typed.texts.items():
        try:
            values[name] = _text(name, text)
        except Refused as refused:
            problems[name] = refused.message
    if typed.contacts is not None:
        values[CONTACTS] = _read_contacts(typed.contacts, problems)
    return Read(values, problems)


def _text(name: str, text: str) -> str | None:
    typed = {name: text}
    if facet_of(name):
        return field_values.paragraphs(typed, name, lengths.ANSWER)
    if name == "links":
        return field_values.links(typed, name, LIMITS[name])
    if name == "summary":
        return field_values.paragraphs(typed, name, LIMITS[name])
    return field_values.line(typed, name, LIMITS[name])


_READERS = {"email": field_values.email, "phone": field_values.phone}


def _read_contacts(typed: Sequence[TypedContact], problems: dict[str, str]) -> list[dict[str, Any]]:
    found = []
    for place, one in enumerate(typed, 1):
        if one.empty:
            continue
        value: dict[str, Any] = {"id": int(one.id) if _ID.fullmatch(one.id) else None}
        for name, limit in CONTACT_LIMITS.items():
            text = getattr(one, name)
            value[name] = None
            read_field = _READERS.get(name, field_values.line)
            try:
                value[name] = read_field({name: text}, name, limit)
            except Refused as refused:
                problems[contact_input(place, name)] = refused.message
        value["role"] = one.role if one.role in {role.value for role in ContactRole} else None
        known = {basis.value for basis in Basis}
        value["basis"] = one.basis if one.basis in known else Basis.PUBLIC_FUNCTION.value
        try:
            require_named(value["function"], value["person"], Basis(value["basis"]))
        except Refused as refused:
            problems.setdefault(contact_input(place, "function"), refused.message)
        found.append(value)
    if len(found) > MOST_CONTACTS:
        problems[CONTACTS] = Refused("contacts_many", limit=MOST_CONTACTS).message
    return found


def contact_input(place: int, name: str) -> str:
    """The name of an input of the contact at this place, from 1."""
    return f"contact-{place}-{name}"


def save(
    project_id: int,
    values: Mapping[str, Any],
    *,
    by: Actor,
    event_id: int | None = None,
    key: str | None = None,
) -> Outcome | None:
    """What a partner would like the entry to say: a proposal for each field that would read
    differently, in place of the one that still waits; none where it reads so already.

    `event_id`: where it is done, at a stand; None for a contact, who stands at none. Answers None
    when nothing was to be changed. Refuses `unknown`, `entry_closed`.
    """
    entry = entries.entry_of(project_id)
    if entry is None:
        raise Refused("unknown")
    subject = Subject("project", project_id)
    with change_of_series(entry.series_id, "entry", subject, by, key=key) as under_way:
        if under_way.repeated is None:
            # One after the other: a field has one proposal that waits.
            under_way.session.execute(
                select(Project.id).where(Project.id == project_id).with_for_update()
            )
            entry = entries.entry_of(project_id)
            if entry is None or entry.archived:
                raise Refused("unknown")
            if not is_open(entries.showings(project_id, event_id)):
                raise Refused("entry_closed")
            under_way.nothing_done = not _propose(under_way, entry, values)
    return under_way.told


def _propose(under_way: Change, entry: Entry, values: Mapping[str, Any]) -> bool:
    """Whether anything is proposed differently than before."""
    session = under_way.session
    latest: dict[str, Proposal] = {}
    for proposal in session.scalars(
        select(Proposal).where(Proposal.project_id == entry.project_id).order_by(Proposal.id)
    ):
        latest[proposal.field] = proposal
    changed = False
    for name, value in values.items():
        before = latest.get(name)
        waits = before if before is not None and before.decided is None else None
        stands = same(name, value, value_of(entry, name))
        if waits is not None and not stands and same(name, value, waits.value):
            continue
        if stands and waits is None:
            continue
        changed = True
        if before is not None:
            # An undo must not let two proposals for one field wait.
            under_way.remember(before)
        if stands:
            session.delete(waits)
        elif waits is not None:
            waits.value, waits.at, waits.pass_id = value, now(), under_way.by.pass_id
        else:
            proposal = Proposal(
                project_id=entry.project_id,
                field=name,
                value=value,
                at=now(),
                pass_id=under_way.by.pass_id,
            )
            session.add(proposal)
            under_way.made(proposal)
    return changed


def same(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a field read the same; a contact that is new has no id yet."""
    if name == CONTACTS:
        one, other = (
            [{**contact, "id": None} for contact in contacts or ()] for contacts in (one, other)
        )
    return bool((one or None) == (other or None))


# What the organiser makes of it


def decide(
    event_id: int,
    *,
    take: bool,
    by: Actor,
    proposal_id: int | None = None,
    project: str | None = None,
    seen: datetime | None = None,
    key: str | None = None,
) -> Outcome | None:
    """Take or leave what waits: one proposal, all of a project (its code), or all of the event's.

    `seen`: when the latest of those came that the organiser has read. What came since is not
    decided on; if that is the one that was meant, `entry_changed` is refused. Answers None when
    nothing was to be decided. Refuses `unknown` for what no project of this event proposes.
    """
    subject = Subject("proposal", proposal_id) if proposal_id else Subject("event", event_id)
    with change(event_id, "set-up", subject, by, key=key) as under_way:
        if under_way.repeated is None:
            waiting = _waiting(under_way.session, event_id, proposal_id, project)
            if proposal_id is not None and not waiting:
                raise Refused("entry_changed")
            known = [one for one in waiting if seen is None or one.at <= seen]
            if proposal_id is not None and not known:
                raise Refused("entry_changed")
            under_way.nothing_done = not known
            changed: list[Base] = []
            for proposal in known:
                under_way.remember(proposal)
                proposal.decided = "taken" if take else "left"
                if take:
                    changed += _take(under_way, proposal)
            if changed:
                set_up.redraw(under_way, changed)
                prepared.sync(
                    under_way,
                    {one.project_id for one in changed if isinstance(one, PreparedAnswer)},
                )
    return under_way.told


def _waiting(
    session: Session, event_id: int, proposal_id: int | None, project: str | None
) -> Sequence[Proposal]:
    """What waits of an event's projects, each row locked. Refuses `unknown`."""
    shown = select(Stand.project_id).where(
        Stand.event_id == event_id, Stand.archived.is_(False), Stand.project_id.is_not(None)
    )
    statement = select(Proposal).where(Proposal.project_id.in_(shown))
    if proposal_id is not None:
        statement = statement.where(Proposal.id == proposal_id)
        if session.scalar(statement) is None:
            raise Refused("unknown")
    if project is not None:
        found = session.scalar(
            select(Project.id).where(
                Project.code == codes.PROJECT.read(project), Project.id.in_(shown)
            )
        )
        if found is None:
            raise Refused("unknown")
        statement = statement.where(Proposal.project_id == found)
    return session.scalars(
        statement.where(Proposal.decided.is_(None)).order_by(Proposal.id).with_for_update()
    ).all()


def _take(under_way: Change, proposal: Proposal) -> list[Base]:
    """Let the entry read as proposed; answers what has changed."""
    facet = facet_of(proposal.field)
    if facet is not None:
        return [prepared.set_answer(under_way, proposal.project_id, facet, proposal.value or "")]
    project = under_way.session.get_one(Project, proposal.project_id)
    if proposal.field == CONTACTS:
        return _take_contacts(under_way, project, proposal.value or [])
    if proposal.field not in LIMITS:
        return []
    under_way.remember(project)
    setattr(project, proposal.field, proposal.value)
    return [project]


def _take_contacts(under_way: Change, project: Project, wanted: list[dict[str, Any]]) -> list[Base]:
    """One who takes another's place is a row of its own; a new telephone number is not.

    Who answered what stays true: whoever is no contact any more has ended, and is kept.
    """
    session = under_way.session
    standing = {
        contact.id: contact
        for contact in session.scalars(
            select(Contact).where(Contact.project_id == project.id, Contact.until.is_(None))
        )
    }
    changed: list[Base] = []
    ids = {value["id"] for value in wanted}
    for position, value in enumerate(wanted):
        columns = {
            "function": value["function"],
            "person": value["person"],
            "email": value["email"],
            "phone": value["phone"],
            "role": ContactRole(value["role"]) if value["role"] else None,
            "basis": Basis(value["basis"]),
            "position": position,
        }
        old = standing.pop(value["id"] or 0, None) or next(
            (one for one in standing.values() if one.id not in ids and _is_same_one(one, value)),
            None,
        )
        if old is not None:
            standing.pop(old.id, None)
        if old is not None and _is_same_one(old, value):
            if any(getattr(old, name) != column for name, column in columns.items()):
                under_way.remember(old)
                for name, column in columns.items():
                    setattr(old, name, column)
                changed.append(old)
            continue
        new = Contact(project_id=project.id, **columns)
        session.add(new)
        under_way.made(new)
        changed.append(new)
        if old is not None:
            _end(under_way, old, new)
            changed.append(old)
    for old in standing.values():
        _end(under_way, old, None)
        changed.append(old)
    if wanted:
        ensure_pass(under_way.session, project.id)
    return changed


def _is_same_one(contact: Contact, value: Mapping[str, Any]) -> bool:
    """Whether it is still the same person, or the same function where no person is named."""
    if contact.person or value["person"]:
        return _plain(contact.person) == _plain(value["person"])
    return _plain(contact.function) == _plain(value["function"])


def _plain(words: str | None) -> str:
    return " ".join((words or "").casefold().split())


def _end(under_way: Change, contact: Contact, replaced_by: Contact | None) -> None:
    under_way.remember(contact)
    contact.until = now()
    contact.replaced_by_id = replaced_by.id if replaced_by else None


def typed_as(entry: Entry, proposals: Mapping[str, Any]) -> Typed:
    """An entry as its form begins: what was proposed and waits, else what stands."""

    def text_of(name: str) -> str:
        return (proposals[name] if name in proposals else value_of(entry, name)) or ""

    contacts = proposals.get(CONTACTS, value_of(entry, CONTACTS)) or []
    return Typed(
        {name: text_of(name) for name in FIELDS if name != CONTACTS},
        [_typed_contact(contact) for contact in contacts],
    )


def _typed_contact(value: Mapping[str, Any]) -> TypedContact:
    return TypedContact(**{name: str(word or "") for name, word in value.items()})


def moved(contacts: Sequence[TypedContact], place: int, by: int) -> list[TypedContact]:
    """The contacts with the one at `place` (from 1) moved by so many places."""
    order = list(contacts)
    if 1 <= place <= len(order):
        one = order.pop(place - 1)
        order.insert(max(0, min(len(order), place - 1 + by)), one)
    return order


def without(contacts: Sequence[TypedContact], place: int) -> list[TypedContact]:
    """The contacts without the one at `place` (from 1)."""
    return [one for number, one in enumerate(contacts, 1) if number != place]


def with_another(typed: Typed) -> Typed:
    """The same with one more, empty contact, while there is room for one."""
    contacts = list(typed.contacts or ())
    if len(contacts) < MOST_CONTACTS:
        contacts.append(TypedContact())
    return replace(typed, contacts=contacts)
