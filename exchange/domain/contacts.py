"""Contacts of a project: whom to call, the first before all. One is replaced by another and stays
in the history: who answered what stays true.
"""

from contextlib import AbstractContextManager

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.domain import field_values, set_up
from exchange.domain.changes import Actor, Change, Outcome, Subject, change_of_series
from exchange.domain.field_values import Values
from exchange.domain.refusals import Refused
from exchange.domain.set_up import VERB
from exchange.models import Basis, Contact, ContactRole, Pass, Role, lengths
from exchange.models.base import now
from exchange.queries import people


def add(project_id: int, values: Values, *, by: Actor, key: str | None = None) -> Outcome | None:
    """One more contact, the last: `function`, `person`, `email`, `phone`, `role`, `basis`.

    The first one of a project makes its contact's pass. Refuses `unknown`, `contact` where neither
    function nor person is named, `function` where the name is not to be shown and nothing else is
    there, `email`, `phone`, `too_long`.
    """
    with _change_of(project_id, by, key) as under_way:
        if under_way.repeated is None:
            session = under_way.session
            contact = Contact(
                project_id=project_id,
                position=_last(session, project_id) + 1,
                basis=Basis.PUBLIC_FUNCTION,
            )
            _fill(contact, values)
            session.add(contact)
            under_way.made(contact)
            ensure_pass(session, project_id)
            set_up.redraw(under_way, [contact])
    return under_way.told


def edit(
    project_id: int, contact_id: int, values: Values, *, by: Actor, key: str | None = None
) -> Outcome | None:
    """Mend what is said of a contact that stays the same one; see `replace`. Refuses as `add`."""
    with _change_of(project_id, by, key) as under_way:
        if under_way.repeated is None:
            contact = _present(under_way.session, project_id, contact_id)
            before = _written(contact)
            under_way.remember(contact)
            _fill(contact, values)
            under_way.nothing_done = before == _written(contact)
            if not under_way.nothing_done:
                set_up.redraw(under_way, [contact])
    return under_way.told


def replace(
    project_id: int, contact_id: int, values: Values, *, by: Actor, key: str | None = None
) -> Outcome | None:
    """Put another one in the place of a contact, who stays in the history. Refuses as `add`."""
    with _change_of(project_id, by, key) as under_way:
        if under_way.repeated is None:
            session = under_way.session
            former = _present(session, project_id, contact_id)
            under_way.remember(former)
            contact = Contact(
                project_id=project_id,
                position=former.position,
                role=former.role,
                basis=Basis.PUBLIC_FUNCTION,
            )
            _fill(contact, values)
            session.add(contact)
            under_way.made(contact)
            former.until, former.replaced_by_id = now(), contact.id
            set_up.redraw(under_way, [contact])
    return under_way.told


def archive(
    project_id: int, contact_id: int, *, by: Actor, key: str | None = None
) -> Outcome | None:
    """Let somebody cease to be a contact. Refuses `unknown`."""
    with _change_of(project_id, by, key) as under_way:
        if under_way.repeated is None:
            contact = _present(under_way.session, project_id, contact_id)
            under_way.remember(contact)
            contact.until = now()
            set_up.redraw(under_way, [contact])
    return under_way.told


def bring_back(
    project_id: int, contact_id: int, *, by: Actor, key: str | None = None
) -> Outcome | None:
    """Let a former contact be one again, the last. Refuses `unknown`."""
    with _change_of(project_id, by, key) as under_way:
        if under_way.repeated is None:
            session = under_way.session
            contact = _contact_of(session, project_id, contact_id)
            under_way.nothing_done = contact.until is None
            if not under_way.nothing_done:
                under_way.remember(contact)
                contact.position = _last(session, project_id) + 1
                contact.until = contact.replaced_by_id = None
                ensure_pass(session, project_id)
                set_up.redraw(under_way, [contact])
    return under_way.told


def move(
    project_id: int, contact_id: int, *, up: bool, by: Actor, key: str | None = None
) -> Outcome | None:
    """Let a contact and its neighbour change places; the first is whom to call.

    Refuses `unknown`. At the end of the list nothing is done.
    """
    with _change_of(project_id, by, key) as under_way:
        if under_way.repeated is None:
            session = under_way.session
            contact = _present(session, project_id, contact_id)
            order = _in_order(session, project_id)
            place = order.index(contact)
            other = place - 1 if up else place + 1
            under_way.nothing_done = not 0 <= other < len(order)
            if not under_way.nothing_done:
                order[place], order[other] = order[other], order[place]
                for position, one in enumerate(order):
                    if one.position != position:
                        under_way.remember(one)
                        one.position = position
                set_up.redraw(under_way, [contact])
    return under_way.told


def ensure_pass(session: Session, project_id: int) -> None:
    """The contact's pass of a project, which goes to whoever is its contact."""
    known = select(Pass.id).where(Pass.project_id == project_id, Pass.role == Role.CONTACT)
    if session.scalar(known.limit(1)) is None:
        session.add(Pass(role=Role.CONTACT, project_id=project_id))


def _change_of(project_id: int, by: Actor, key: str | None) -> AbstractContextManager[Change]:
    series_id = people.series_of_project(project_id)
    if series_id is None:
        raise Refused("unknown")
    return change_of_series(series_id, VERB, Subject("project", project_id), by, key=key)


def _fill(contact: Contact, values: Values) -> None:
    if "function" in values:
        contact.function = field_values.line(values, "function", lengths.FUNCTION)
    if "person" in values:
        contact.person = field_values.line(values, "person", lengths.PERSON)
    if "email" in values:
        contact.email = field_values.email(values, "email", lengths.EMAIL)
    if "phone" in values:
        contact.phone = field_values.phone(values, "phone", lengths.PHONE)
    if "role" in values:
        contact.role = field_values.choice(values, "role", ContactRole)
    basis = field_values.choice(values, "basis", Basis)
    if basis is not None:
        contact.basis = basis
    require_named(contact.function, contact.person, contact.basis)


def require_named(function: str | None, person: str | None, basis: Basis) -> None:
    """Somebody to be called needs a function or a name, and the former where the latter is not to
    be shown. Refuses `contact` and `function`.
    """
    if not function and not person:
        raise Refused("contact", field="function")
    if basis is Basis.HIDDEN and not function:
        raise Refused("function", field="function")


def _written(contact: Contact) -> tuple[object, ...]:
    return (
        contact.function,
        contact.person,
        contact.email,
        contact.phone,
        contact.role,
        contact.basis,
    )


def _contact_of(session: Session, project_id: int, contact_id: int) -> Contact:
    contact = session.get(Contact, contact_id)
    if contact is None or contact.project_id != project_id:
        raise Refused("unknown")
    return contact


def _present(session: Session, project_id: int, contact_id: int) -> Contact:
    contact = _contact_of(session, project_id, contact_id)
    if contact.until is not None:
        raise Refused("unknown")
    return contact


def _in_order(session: Session, project_id: int) -> list[Contact]:
    return list(
        session.scalars(
            select(Contact)
            .where(Contact.project_id == project_id, Contact.until.is_(None))
            .order_by(Contact.position, Contact.id)
        )
    )


def _last(session: Session, project_id: int) -> int:
    return max((one.position for one in _in_order(session, project_id)), default=-1)
