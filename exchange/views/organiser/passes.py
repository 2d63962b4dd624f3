"""The passes of an event: who has redeemed which, all at once, and a file to hand them out by."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Response, jsonify, make_response, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext

from exchange import access, jobs, logs, sentences
from exchange.domain import passes
from exchange.domain.refusals import Refused
from exchange.exports.mailto import mailto
from exchange.exports.task import WRITERS
from exchange.extensions import pause
from exchange.queries import fair
from exchange.queries import passes as pass_queries
from exchange.queries.fair import ContactLine, EventLine, EventRef, StandLine
from exchange.queries.passes import ProjectPass, StandPasses
from exchange.views.organiser.blueprint import (
    PassLink,
    bp,
    link_of,
    organised_event,
    pass_link,
    saved,
)
from exchange.views.organiser.forms import number_in
from exchange.views.pages import posted, render_page, staff_key, whole
from exchange.views.refusing import status_of, wants_json
from exchange.wording import contact_names

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class ContactMail:
    """A contact with the mail that would bring the links."""

    contact: ContactLine
    link: str | None
    """A `mailto:` link; None where there is no address."""


@dataclass(frozen=True)
class ProjectCard:
    """A project with its contacts' pass and the mails to them."""

    stand: StandLine
    pass_: PassLink | None
    contacts: list[ContactMail]


@dataclass(frozen=True)
class Added:
    """A name that was refused for a further pass, and why."""

    stand: str = ""
    name: str = ""
    error: str = ""


@bp.get("/organise/<event>/passes")
def pass_list(event: str) -> Response:
    """Passes by role and stand, with when each was redeemed last."""
    found, _ = organised_event(event)
    return _page(found, Added())


@bp.post("/organise/<event>/passes/add")
def add_pass(event: str) -> ResponseReturnValue:
    """One more pass for the stand with the code `stand`, called `name`."""
    found, by = organised_event(event)
    fields = posted()
    stand, name = fields.get("stand", ""), fields.get("name", "")
    part = number_in(fields, "page", 1)
    try:
        outcome = passes.add(found.id, stand, name, by=by, key=staff_key(fields))
    except Refused as refused:
        if wants_json() or refused.field != "name":
            raise
        page = _page(found, Added(stand.upper(), name, refused.message), part)
        return page, status_of(refused)
    if wants_json():
        return saved(outcome, _address(found))
    address = f"{_address(found)}?change={outcome.change}&page={number_in(fields, 'page', 1)}"
    return redirect(f"{address}#stand-{stand.upper()}", 303)


@bp.post(
    "/organise/<event>/passes/<any('renew-all', 'revoke-all', 'restore-all'):verb>",
)
def change_passes(event: str, verb: str) -> ResponseReturnValue:
    """All of an event at once: the presenters' new (`contacts=1`: the contacts', too; `seen`: the
    sum of the generations that are to lapse), or the presenters', moderation's and screen's
    revoked or valid again.
    """
    found, by = organised_event(event)
    if verb == "renew-all":
        fields = posted()
        many = passes.renew_all(
            found.id,
            contacts=fields.get("contacts") == "1",
            by=by,
            seen=whole(fields.get("seen")),
        )
    else:
        many = passes.set_all_revoked(found.id, verb == "revoke-all", by=by)
    if wants_json():
        return jsonify({"passes": many})
    return redirect(f"{_address(found)}?changed={many}", 303)


@bp.get("/organise/<event>/passes/hand-out")
def hand_out(event: str) -> str:
    """What the file is, before anybody has it: a bunch of keys."""
    found, _ = organised_event(event)
    return render_page("organiser/hand_out.html", event=fair.event_line(found.id))


@bp.post("/organise/<event>/passes/hand-out")
def download(event: str) -> Response:
    """The file, of the `kind` xlsx, ods or csv, with its headings in the reader's language.

    Written by a child process, which is given the ready rows and no key.
    """
    found, by = organised_event(event)
    kind = posted().get("kind", "")
    if kind not in WRITERS:
        raise Refused("file_kind", field="kind")
    access.hold_secret()
    told = {
        "title": gettext("Zugangskarten %(event)s", event=found.code),
        "header": [
            gettext("Stand"),
            gettext("Projekt"),
            gettext("Anlaufstelle"),
            gettext("E-Mail"),
            gettext("Link"),
            gettext("Wofür"),
        ],
        "rows": list(_rows(found.id)),
    }
    logs.security_event("hand-out", event=found.id, kind=kind, by=by.role, by_pass=by.pass_id)
    try:
        written = jobs.run(
            "exchange.exports.task:write", json.dumps(told).encode(), pause=pause, kind=kind
        )
    except jobs.JobFailed as failed:
        raise Refused("busy") from failed
    answer = Response(base64.b64decode(written), content_type=_TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="passes-{found.code}.{kind}"'
    return answer


def _rows(event_id: int) -> Iterator[list[str]]:
    """A row for each link that is handed out: presenters' by stand, then the contacts' of it."""
    for stands, projects in pass_queries.in_parts(event_id):
        by_stand = {one.stand.id: one for one in projects}
        for stand in stands:
            yield from _rows_of(stand, by_stand.get(stand.stand.id))
        pause(0)


def _rows_of(one: StandPasses, project: ProjectPass | None) -> Iterator[list[str]]:
    stand = one.stand
    title = gettext("Allgemein") if stand.general else stand.project or ""
    first = project.contacts[0] if project and project.contacts else None
    for pass_ in one.passes:
        if not pass_.revoked:
            use = pass_.name or gettext("Fragen am Stand")
            yield [stand.label, title, _called(first), _email(first), link_of(pass_), use]
    if project and project.pass_ and not project.pass_.revoked:
        link = link_of(project.pass_)
        for contact in project.contacts:
            use = gettext("Antworten nach der Veranstaltung")
            yield [stand.label, title, _called(contact), _email(contact), link, use]


def _called(contact: ContactLine | None) -> str:
    return ", ".join(contact_names(contact)) if contact else ""


def _email(contact: ContactLine | None) -> str:
    return (contact.email if contact else None) or ""


def _page(found: EventRef, added: Added, page: int | None = None) -> Response:
    # Links that open everything.
    access.hold_secret()
    event = fair.event_line(found.id)
    shown = pass_queries.passes_page(found.id, page or number_in(request.args, "page", 1))
    return make_response(
        render_page(
            "organiser/passes.html",
            event=event,
            shown=shown,
            of_event=[
                pass_link(pass_) for pass_ in (shown.moderator, shown.screen) if pass_ is not None
            ],
            stands=[
                (one.stand, [pass_link(pass_) for pass_ in one.passes]) for one in shown.stands
            ],
            projects=[_card(event, one) for one in shown.projects if one.pass_ or one.contacts],
            added=added,
        )
    )


def _card(event: EventLine, one: ProjectPass) -> ProjectCard:
    return ProjectCard(
        one.stand,
        pass_link(one.pass_) if one.pass_ else None,
        [
            ContactMail(contact, _mail(event, one, contact.email) if contact.email else None)
            for contact in one.contacts
        ],
    )


def _mail(event: EventLine, one: ProjectPass, to: str) -> str | None:
    """A mail to a contact with the links of stand and project, in the event's language."""
    at_stand = link_of(one.own) if one.own and not one.own.revoked else None
    later = link_of(one.pass_) if one.pass_ and not one.pass_.revoked else None
    if at_stand is None and later is None:
        return None
    with force_locale(event.language or "de"):
        day = sentences.day(event.date) if event.date else ""
        where = ", ".join(word for word in (event.city, day) if word)
        parts = [gettext("Guten Tag,")]
        if at_stand:
            parts.append(
                gettext(
                    "mit diesem Link beantworten Sie am Stand %(label)s (%(project)s) die Fragen"
                    " der Gäste, auf Tablet oder Telefon:",
                    label=one.stand.label,
                    project=one.stand.project or "",
                )
                + f"\n{at_stand}"
            )
        if later:
            parts.append(
                gettext("Was danach offen bleibt, beantworten Sie mit diesem Link:") + f"\n{later}"
            )
        parts.append(
            gettext(
                "Wer diese Links hat, kann für Sie antworten. Bitte geben Sie sie nicht weiter."
            )
        )
        parts.append(gettext("Freundliche Grüße"))
        subject = gettext("Austauschbörse %(where)s: Ihr Zugang", where=where)
    links = "\n".join(link for link in (at_stand, later) if link)
    return mailto(to, subject, "\n\n".join(parts), links)


def _address(event: EventRef) -> str:
    return f"/organise/{event.code}/passes"
