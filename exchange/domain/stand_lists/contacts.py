"""Whom a list names as contacts of a project: who is meant, who is replaced, in which order.

A contact is known again by e-mail, else by person, else by function at the same place in the list;
where the row says no function, by that place alone. Another person at the same function replaces
the one who was it: the old row ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from exchange.domain.stand_lists.listed import ListedProject
from exchange.domain.stand_lists.modes import Mode
from exchange.domain.stand_lists.plans import Operations, RowPlan
from exchange.domain.stand_lists.sameness import (
    same_contact,
    same_email,
    same_function,
    same_person,
    title_key,
)
from exchange.domain.stand_lists.standing import OF_CONTACT, StandingContact, Values


def compare_contacts(
    listed: ListedProject, project: int | str, mode: Mode, operations: Operations
) -> None:
    """`project`: its id, or the name of a new one."""
    if not mode.fields & set(OF_CONTACT):
        return
    known = listed.project.contacts if listed.project else []
    ended = [one for one in known if one.ended]
    told = _told(listed, mode)
    matched, left = _matched([values for _, values in told], known)
    writer = _Writer(project, mode, operations)
    order: list[int | str] = []
    for place, (plan, values) in enumerate(told):
        if place in matched:
            order.append(writer.change(plan, matched[place], values))
        elif not mode.brings_ended_back and _is_one_of(ended, values):
            # Somebody replaced or ended this contact by hand.
            now = left[0].values.get("person") if left else None
            plan.kept["person"] = [now, values.get("person")]
        else:
            order.append(writer.add(values))
            plan.changes |= {name: [None, value] for name, value in values.items() if value}
    if mode.ends_contacts:
        for one in left:
            writer.end(listed.first, one)
        left = []
    writer.put_in_order(known, order, left)


def _told(listed: ListedProject, mode: Mode) -> list[tuple[RowPlan, Values]]:
    """The contacts that its rows name. Two rows of a project at two stands name one."""
    told: list[tuple[RowPlan, Values]] = []
    for row in listed.rows:
        values: Values = {name: row.values.get(name) for name in OF_CONTACT}
        if not any(values.values()) and (told or not mode.blanks_are_contacts):
            continue
        again = next((one for _, one in told if same_contact(one, values)), None)
        if again is None:
            told.append((listed.plans[row.number], values))
        else:
            again.update({name: value for name, value in values.items() if value})
    return told


def _matched(
    told: Sequence[Values], known: Sequence[StandingContact]
) -> tuple[dict[int, StandingContact], list[StandingContact]]:
    """Who is meant, by the place in what was told; and those who are contacts now and are not."""
    present = [one for one in known if not one.ended]
    left = [*present]
    matched: dict[int, StandingContact] = {}
    for alike in (same_email, same_person, same_function):
        for place, values in enumerate(told):
            if place in matched:
                continue
            likely = [one for one in left if alike(values, one.values)]
            if alike is same_function:
                likely = [one for one in likely if present.index(one) == place] or likely
            if likely:
                matched[place] = likely[0]
                left.remove(likely[0])
    return matched, left


def _is_one_of(contacts: Sequence[StandingContact], told: Values) -> bool:
    return any(same_email(told, one.values) or same_person(told, one.values) for one in contacts)


@dataclass(frozen=True)
class _Writer:
    """Makes operations of what becomes of one project's contacts."""

    project: int | str
    mode: Mode
    operations: Operations

    def add(self, values: Values, replaces: int | None = None) -> str:
        """The name of a new one."""
        name = f"new {len(self.operations.new_contacts)}"
        self.operations.new_contacts.append(
            {"name": name, "project": self.project, "set": dict(values), "replaces": replaces}
        )
        return name

    def change(self, plan: RowPlan, old: StandingContact, values: Values) -> int | str:
        """The id of the one who is meant, or the name of the one who replaces."""
        told = {name: value for name, value in values.items() if name in self.mode.fields}
        found: Values = {}
        for name, value in told.items():
            if not self.mode.changes(name, old.values.get(name), value):
                continue
            if self.mode.leaves(name, old.mended):
                plan.kept[name] = [old.values.get(name), value]
                continue
            found[name] = value
        _leave_a_name(old, found)
        before_person, person = old.values.get("person"), found.get("person")
        if before_person and person and title_key(before_person) != title_key(person):
            said = {name: value for name, value in told.items() if value} | found
            return self._replace(plan, old, said)
        before = {name: old.values.get(name) for name in found}
        plan.changes |= {name: [before[name], value] for name, value in found.items()}
        if found:
            self.operations.contacts.append({"id": old.id, "before": before, "set": found})
        return old.id

    def _replace(self, plan: RowPlan, old: StandingContact, said: Values) -> str:
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
        return self.add(values, replaces=old.id)

    def end(self, plan: RowPlan, old: StandingContact) -> None:
        """One whom the list does not have."""
        self.operations.contacts.append(
            {"id": old.id, "before": dict(old.values), "set": {}, "end": True}
        )
        for name, value in old.values.items():
            if value:
                plan.changes.setdefault(name, [value, None])

    def put_in_order(
        self,
        known: Sequence[StandingContact],
        order: Sequence[int | str],
        left: Sequence[StandingContact],
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
