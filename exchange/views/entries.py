"""A project's entry, for its partner: at its stand, or by its contact's pass."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, jsonify, make_response, redirect
from flask.typing import ResponseReturnValue

from exchange import access
from exchange.domain import entries, prepared
from exchange.domain.changes import Actor
from exchange.domain.entries import CONTACTS, FIELDS, Typed, TypedContact, contact_input
from exchange.domain.refusals import Refused
from exchange.models import Basis, ContactRole, Facet
from exchange.queries import entries as entry_queries
from exchange.queries import fair
from exchange.queries.entries import Entry, ProposalLine
from exchange.views.pages import posted, render_page, staff_key, staff_stand
from exchange.views.refusing import wants_json, with_status

bp = Blueprint("entries", __name__)

_CONTACT_INPUT = re.compile(r"contact-([0-9]{1,2})-([a-z]{1,10})")
_MOVE = re.compile(r"(up|down|remove)-([0-9]{1,2})")


@dataclass(frozen=True)
class Place:
    """Where an entry is changed: by whom, and what lies around it."""

    project_id: int
    by: Actor
    address: str
    back: str
    """The page that it is reached from."""
    event_id: int | None
    """The event of the stand; None for a contact, who stands at none."""


@dataclass(frozen=True)
class Field:
    """A text of the entry, as its form shows it."""

    name: str
    text: str
    limit: int
    problem: str
    state: str
    """`waiting`, `taken`, `left`, or empty where nothing was proposed."""
    left: str
    """What was proposed and not taken."""
    question: str = ""
    """The standard question that it answers."""
    facet: Facet | None = None


@bp.get("/present/<stand>/entry")
def at_stand(stand: str) -> ResponseReturnValue:
    """The entry of a stand's project, for its presenters."""
    return _page(_at_stand(stand))


@bp.post("/present/<stand>/entry")
def save_at_stand(stand: str) -> ResponseReturnValue:
    """Say how it should read; or change the form's list of contacts, without scripts."""
    return _save(_at_stand(stand))


@bp.get("/contact/<project>")
def of_contact(project: str) -> ResponseReturnValue:
    """The same for a project's contact, wherever it is shown."""
    return _page(_of_contact(project))


@bp.post("/contact/<project>")
def save_of_contact(project: str) -> ResponseReturnValue:
    """The same."""
    return _save(_of_contact(project))


def _at_stand(code: str) -> Place:
    stand, by = staff_stand(code)
    project_id = entry_queries.project_at(stand.id)
    if project_id is None:
        raise Refused("unknown")
    desk = f"/present/{stand.code}"
    return Place(project_id, by, f"{desk}/entry", desk, stand.event_id)


def _of_contact(code: str) -> Place:
    project = fair.project_by_code(code)
    if project is None:
        raise Refused("unknown")
    by = access.contact_of(project.id)
    return Place(
        project.id, by, f"/contact/{project.code}", f"/projects/{project.code}", event_id=None
    )


def _save(place: Place) -> ResponseReturnValue:
    fields = posted()
    typed = _typed(fields)
    move = fields.get("do", "")
    if move == "add":
        typed = entries.with_another(typed)
        return _page(place, typed, focus=contact_input(len(typed.contacts or ()), "function"))
    if found := _MOVE.fullmatch(move):
        return _page(place, _moved(typed, found[1], int(found[2])), focus="contacts")
    read = entries.read(typed)
    if read.problems:
        if wants_json():
            sentence = next(iter(read.problems.values()))
            return jsonify(error="fields", message=sentence, fields=read.problems), 422
        return _page(place, typed, problems=read.problems, focus=next(iter(read.problems))), 422
    try:
        outcome = entries.save(
            place.project_id,
            read.values,
            by=place.by,
            event_id=place.event_id,
            key=staff_key(fields),
        )
    except Refused as refused:
        if wants_json():
            raise
        page = make_response(_page(place, typed, refusal=refused.message))
        return with_status(page, refused)
    if wants_json():
        return jsonify(asdict(outcome) if outcome else {"change": None})
    return redirect(f"{place.address}?saved={1 if outcome else 0}", 303)


def _moved(typed: Typed, deed: str, number: int) -> Typed:
    contacts = typed.contacts or ()
    if deed == "remove":
        return Typed(typed.texts, entries.without(contacts, number))
    return Typed(typed.texts, entries.moved(contacts, number, -1 if deed == "up" else 1))


def _typed(fields: Mapping[str, str]) -> Typed:
    """What a form or a program sent; of what it did not send nothing is changed."""
    texts = {name: fields[name] for name in FIELDS if name != CONTACTS and name in fields}
    rows: dict[int, dict[str, str]] = {}
    for name, text in fields.items():
        found = _CONTACT_INPUT.fullmatch(name)
        if found and found[2] in TypedContact.__dataclass_fields__:
            rows.setdefault(int(found[1]), {})[found[2]] = text
    if not rows and CONTACTS not in fields:
        return Typed(texts, None)
    return Typed(texts, [TypedContact(**rows[number]) for number in sorted(rows)])


def _page(
    place: Place,
    typed: Typed | None = None,
    *,
    problems: Mapping[str, str] | None = None,
    refusal: str = "",
    focus: str = "",
) -> str:
    """The entry as it may be changed, with what was typed; closed, as it stands."""
    entry = entry_queries.entry_of(place.project_id)
    if entry is None or entry.archived:
        raise Refused("unknown")
    latest = entry_queries.latest_proposals(place.project_id)
    waiting = {name: one.value for name, one in latest.items() if one.decided is None}
    begins = entries.typed_as(entry, waiting)
    is_open = entries.is_open(entry_queries.showings(place.project_id, place.event_id))
    shown = Typed(
        {**begins.texts, **(typed.texts if typed else {})},
        begins.contacts if typed is None or typed.contacts is None else typed.contacts,
    )
    problems = problems or {}
    questions = prepared.standard_questions(entry.standard_questions, access.locale())
    fields = [
        _field(
            name,
            entry,
            latest.get(name),
            text=shown.texts[name],
            problem=problems.get(name, ""),
            questions=questions,
        )
        for name in FIELDS
        if name != CONTACTS
    ]
    return render_page(
        "partner/entry.html",
        place=place,
        entry=entry,
        # What was typed and refused stays in its fields, closed or not.
        is_open=is_open or typed is not None,
        texts=[field for field in fields if not field.facet],
        answers=[field for field in fields if field.facet],
        contacts=shown.contacts,
        contacts_state=_state(entry, CONTACTS, latest.get(CONTACTS)),
        contact_limits=entries.CONTACT_LIMITS,
        contact_input=contact_input,
        most_contacts=entries.MOST_CONTACTS,
        problems=problems,
        refusal=refusal,
        focus=focus,
        waiting=len(waiting),
        roles=list(ContactRole),
        bases=list(Basis),
        questions=questions,
        key=str(uuid.uuid4()),
    )


def _field(
    name: str,
    entry: Entry,
    latest: ProposalLine | None,
    *,
    text: str,
    problem: str,
    questions: Mapping[Facet, str],
) -> Field:
    facet = entries.facet_of(name)
    state = _state(entry, name, latest)
    return Field(
        name=name,
        text=text,
        limit=entries.limit_of(name),
        problem=problem,
        state=state,
        left=str(latest.value or "") if latest and state == "left" else "",
        question=questions[facet] if facet else "",
        facet=facet,
    )


def _state(entry: Entry, name: str, latest: ProposalLine | None) -> str:
    if latest is None:
        return ""
    if latest.decided is None:
        return "waiting"
    reads_so: Any = entries.same(name, latest.value, entries.value_of(entry, name))
    if latest.decided == "taken":
        return "taken" if reads_so else ""
    return "" if reads_so else "left"
