"""What attendees see and say: the entrance, an event, a stand, a project, the minutes."""

import re
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, current_app, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from exchange import access, digests, quotas, rooms
from exchange.domain import asking, prepared, questions, round, votes
from exchange.domain.changes import Actor
from exchange.domain.moves import Fields
from exchange.domain.phases import VOTING, WITH_MINUTES
from exchange.domain.refusals import Refused
from exchange.exports import vcard
from exchange.live import revisions
from exchange.models import ASKING, Facet, Phase, Project
from exchange.paper import qr
from exchange.queries import entrance, fair, lists, pitches, registrations
from exchange.queries import entries as entry_queries
from exchange.queries import questions as question_queries
from exchange.queries.fair import ContactLine, EventLine, StandLine
from exchange.queries.lists import Minutes
from exchange.queries.questions import QuestionPlace
from exchange.queries.search import SEARCHED, stands_named
from exchange.rooms import Room
from exchange.views.language_link import carried
from exchange.views.pages import (
    asked,
    event_or_refuse,
    live_page,
    posted,
    public_code,
    render_page,
    stand_or_refuse,
    wanted,
)
from exchange.views.refusing import wants_json, with_status

bp = Blueprint("attendee", __name__)


@dataclass(frozen=True)
class AskForm:
    """The form as it stands: a fresh key, and whatever was typed before it was refused."""

    key: str
    text: str = ""
    facet: str = ""
    name: str = ""
    municipality: str = ""
    error: str = ""
    wrong: str = "text"
    """The field that the error is about."""


@bp.get("/")
def home() -> ResponseReturnValue:
    """Enter a code; a stand's or an event's, or whatever leads there (`queries/entrance.py`)."""
    code = " ".join(request.args.get("code", "").split())[: entrance.MOST_TYPED]
    places = entrance.find(code) if code else []
    if len(places) == 1:
        return redirect(places[0].path, 303)
    page = render_page(
        "attendee/home.html", events=fair.event_lines(), typed=code or None, places=places
    )
    return page, 404 if code and not places else 200


@bp.get("/<any(S, E):kind>/<code>", strict_slashes=False)
@bp.get("/<any(s, e):kind>/<code>/")
def nearly(kind: str, code: str) -> ResponseReturnValue:
    """An address as it was typed from paper: capitals, a slash too many."""
    return _led_to(f"{kind}/{code}")


def _led_to(typed: str) -> ResponseReturnValue:
    """To the one place that is meant. Refuses `unknown`."""
    places = entrance.find(typed)
    if len(places) != 1:
        raise Refused("unknown")
    return redirect(places[0].path, 302)


@bp.get("/e/<event>")
def event(event: str) -> ResponseReturnValue:
    """An event: the way to ask, its stands, its phase, search, and in the round what is live."""
    found = fair.event_at(event)
    if found is None:
        return _led_to(f"e/{event}")
    access.speak(found.language)
    words = request.args.get("q", "").strip()[:100]
    typed = " ".join(request.args.get("stand", "").split())[:100]
    known = access.participant_id(found.id)
    # Who searches wants to see what is found, not what he asked himself.
    mine, searching = (None, known) if words else (known, None)
    me_too: set[int] = set()
    watch = [(Room.EVENT, found.code, rooms.public(found.id))]
    if mine:
        watch.append((Room.MINE, found.code, rooms.mine(mine)))
    if words:
        watch.append((Room.SEARCH, found.code, rooms.public(found.id)))

    def personal() -> object:
        # What is found changes with every question, and the public counter knows of few of them.
        if searching:
            me_too.update(question_queries.my_votes(searching))
        return (revisions.read(rooms.moderate(found.id)), sorted(me_too)) if words else ""

    def build() -> dict[str, Any]:
        event = fair.event_line(found.id)
        part, only_latest = lists.found(found.id, words, wanted()) if words else (None, False)
        stands = fair.stand_lines(found.id)
        general = next((stand for stand in stands if stand.general), None)
        return {
            "event": event,
            "stage": question_queries.stage(event),
            "pitch": pitches.state(event),
            "stands": stands,
            "typed": typed,
            "named": stands_named(stands, typed),
            "q": words,
            "found": part,
            "own": question_queries.asked_by(searching) if searching else set(),
            "me_too": me_too,
            "may_vote": event.phase in VOTING and event.me_too,
            "mine": lists.asked_by(mine, wanted()) if mine else lists.NOTHING_ASKED,
            "only_latest": SEARCHED if only_latest else None,
            **_asking(event, general, AskForm(key=str(uuid.uuid4()))),
        }

    return live_page("attendee/event.html", watch, build, personal=personal)


@bp.get("/s/<stand>")
def stand(stand: str) -> ResponseReturnValue:
    """A stand: whose it is, the question field, mine, and what others asked."""
    found = fair.stand_at(stand)
    if found is None:
        return _led_to(f"s/{stand}")
    access.speak(found.language)
    return _stand_page(found, AskForm(key=str(uuid.uuid4())))


@bp.post("/s/<stand>/questions")
def ask(stand: str) -> ResponseReturnValue:
    """A question arrives; the same key again gets the same answer."""
    try:
        fields = posted("text", "name", "municipality")
    except (Refused, HTTPException):
        # Where there is no stand that is said first, whatever was sent there.
        stand_or_refuse(stand)
        raise
    key = access.uuid_or_none(fields.get("key"))
    found, key_is_known = asking.stand_for(stand, key)
    try:
        if key is None:
            raise Refused("key")
        digest = access.participant_or_new(found.event_id, key)
        answer = asking.ask(
            found,
            key=key,
            text=fields.get("text", ""),
            facet=fields.get("facet"),
            name=fields.get("name"),
            municipality=fields.get("municipality"),
            by=Actor("attendee"),
            participant=digest,
            admit=lambda: quotas.count_ask(access.visitor(found.event_id, digest), found.id),
            by_form=not wants_json(),
            key_is_known=key_is_known,
        )
    except Refused as refused:
        if quotas.is_crowd(refused, found.event_id):
            round.put_moderation_first(found.event_id)
        if wants_json():
            raise
        form = AskForm(
            key=str(uuid.uuid4()),
            text=fields.get("text", ""),
            facet=fields.get("facet", ""),
            name=fields.get("name", ""),
            municipality=fields.get("municipality", ""),
            error=refused.message,
            wrong=refused.field or "text",
        )
        return with_status(_stand_page(found, form), refused)
    return asked(answer, f"/s/{found.code}?asked={answer.number}#mine")


@bp.get("/e/<event>/municipalities")
def municipalities(event: str) -> ResponseReturnValue:
    """The municipalities that registered, for the fields that ask where somebody comes from."""
    found = event_or_refuse(event)
    response = jsonify(municipalities=registrations.suggestions(found.id))
    response.headers["Cache-Control"] = "public, max-age=300"
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/s/<stand>/qr.svg")
def code(stand: str) -> Response:
    """The stand's QR code, for whoever makes a poster of his own."""
    found = stand_or_refuse(stand)
    return public_code(qr.svg(_public(f"/s/{found.code}")))


@bp.route("/questions/<int:question>/me-too", methods=["PUT", "DELETE", "POST"])
def me_too(question: int) -> ResponseReturnValue:
    """Say or take back *me too*. `again`: this browser has voted before, or has just been given a
    cookie; without one it is refused.
    """
    on = request.method == "PUT"
    fields = posted()
    if request.method == "POST":
        word = fields.get("on")
        if word not in ("0", "1"):
            raise Refused("unreadable")
        on = word == "1"
    found = _question(question)
    echo = _echo(fields)
    again = request.args.get("again") or fields.get("again")
    if again:
        access.require_cookie(found.event_id, echo.get("key"))
    elif request.args.get("form") and not wants_json() and not access.participant(found.event_id):
        # A form of our pages without a cookie is sent once more by the browser itself, with the
        # cookie that it is given here: whoever keeps none would vote anew with every press.
        access.participant_or_new(found.event_id, echo.get("key"))
        return redirect(f"/questions/{question}/me-too?again=1", 307)
    digest = access.participant_or_new(found.event_id, echo.get("key"))
    if on:
        quotas.count_me_too(access.visitor(found.event_id, digest), question)
    count = votes.set_me_too(question, participant=digest, on=on)
    if request.method == "POST" and not wants_json():
        place = _search_before() or _as_it_was(f"/s/{found.stand}")
        return redirect(f"{place}#question-{question}", 303)
    return jsonify(votes=count, on=on, **echo)


_SEARCH = re.compile(r"https?://[^/?#]*/e/([A-Za-z0-9-]{1,12})\?([^#]{1,1000})")
"""The address of a page with what a search found."""


def _search_before() -> str | None:
    """The search on whose page the form stood that was sent; None: it stood on another page."""
    came = _SEARCH.fullmatch(request.referrer or "")
    query = carried(parse_qsl(came[2])) if came else {}
    return f"/e/{came[1]}?{urlencode(query)}" if came and query.get("q") else None


@bp.post("/questions/<int:question>/edit")
def edit(question: int) -> ResponseReturnValue:
    """The asker words the question anew."""
    fields = posted()
    return _own(question, "edit", fields, Fields(text=fields.get("text", "")))


@bp.post("/questions/<int:question>/withdraw")
def withdraw(question: int) -> ResponseReturnValue:
    """The asker takes the question back."""
    return _own(question, "withdraw", posted(), Fields())


@bp.get("/projects/<project>")
def project(project: str) -> str:
    """A project: whom to call, and what was answered in whichever city."""
    found = fair.project_by_code(project)
    if found is None:
        raise Refused("unknown")
    return render_page(
        "attendee/project.html",
        project=found,
        about=fair.about(found),
        contacts=_contacts_of(found),
        prepared=_prepared(found.id),
        answered=lists.answered_about(found.id, wanted()),
        owed=question_queries.owed_by(found.id) if access.is_contact_of(found.id) else None,
        stands=fair.stands_of(found.id),
    )


def _contacts_of(project: Project) -> list[ContactLine]:
    """Whom to call; nobody about a project that was taken out."""
    return [] if project.archived else fair.contacts_of(project.id)


@bp.get("/projects/<project>.vcf")
def contacts_card(project: str) -> Response:
    """A project's contacts, to be kept in an address book. Refuses `no_contact`."""
    found = fair.project_by_code(project)
    contacts = _contacts_of(found) if found else []
    if found is None or not contacts:
        raise Refused("no_contact")
    address = _public(f"/projects/{found.code}")
    since = entry_queries.changed_at(found.id)
    key = current_app.extensions["process"].settings.secret_key
    response = Response(
        vcard.cards(
            [
                vcard.Card(
                    uid=digests.contact_uid(contact.id, key),
                    function=contact.function,
                    person=contact.person,
                    organisation=found.partner,
                    email=contact.email,
                    phone=contact.phone,
                    url=address,
                    note=found.title,
                    since=since,
                )
                for contact in contacts
            ]
        ),
        content_type="text/vcard; charset=utf-8",
        headers={
            "Cache-Control": "no-cache",
            "Content-Disposition": f'attachment; filename="{found.code}.vcf"',
        },
    )
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.get("/e/<event>/minutes")
def minutes(event: str) -> Response:
    """What was asked and answered, by stand; published when the day is over.

    Refuses `not_published` before, without looking at a question.
    """
    found = event_or_refuse(event)
    if fair.event_line(found.id).phase not in WITH_MINUTES:
        raise Refused("not_published", event=found.code)
    read: Minutes = current_app.extensions["process"].minutes
    # Whatever becomes of a question moves the moderation's counter, and votes have ended by now.
    scope = rooms.moderate(found.id)
    revision = 0

    def personal() -> int:
        nonlocal revision
        revision = revisions.read(scope)
        return revision

    def build() -> dict[str, Any]:
        return {
            "event": fair.event_line(found.id),
            "minutes": read.part(found.id, revision, wanted()),
        }

    return live_page("attendee/minutes.html", [], build, personal=personal)


def _stand_page(found: StandLine, form: AskForm) -> Response:
    event_id = found.event_id
    mine = access.participant_id(event_id)
    me_too: set[int] = set()
    watch = [
        (Room.STAND, found.code, rooms.stand(found.id)),
        (Room.EVENT, found.event, rooms.public(event_id)),
    ]
    if mine:
        watch.append((Room.MINE, found.event, rooms.mine(mine)))

    def personal() -> object:
        if mine:
            me_too.update(question_queries.my_votes(mine))
        return sorted(me_too), form.text, form.error

    def build() -> dict[str, Any]:
        event = fair.event_line(event_id)
        own = lists.asked_by(mine, wanted()) if mine else lists.NOTHING_ASKED
        return {
            "event": event,
            "stand": fair.stand_page(found.id),
            "stage": question_queries.stage(event),
            "pitch": pitches.state(event),
            "mine": own,
            "prepared": question_queries.prepared_at(found.id),
            "public": lists.public_at(found.id, wanted(), lists.beside(own)),
            "me_too": me_too,
            "asking": _shows_field(event, found, form),
            "now_at": fair.where_now(found.id) if found.archived else [],
            "may_vote": event.phase in VOTING and event.me_too and not found.archived,
            **_asking(event, found, form),
            "municipalities": _suggested(event_id),
            "short_address": qr.short_address(_public(f"/s/{found.code}")),
        }

    return live_page("attendee/stand.html", watch, build, personal=personal)


def _asking(event: EventLine, stand: StandLine | None, form: AskForm) -> dict[str, Any]:
    """What the question field of a stand is drawn from, on its own page and on its event's."""
    return {
        "line": stand,
        "may_ask": event.phase in ASKING and stand is not None and not stand.archived,
        "form": form,
        # None: they are asked for when the field gets the focus, as here where much else is read.
        "municipalities": None,
        "facets": list(Facet),
    }


def _shows_field(event: EventLine, stand: StandLine, form: AskForm) -> bool:
    """Whether the page has the question field: to ask, or to give back what was refused. When all
    is over a text is given back beside the contact.
    """
    if event.phase is Phase.CLOSED and not stand.archived:
        return False
    return (event.phase in ASKING and not stand.archived) or bool(form.text or form.error)


INLINE_BYTES = 2_000
"""What suggestions may add to a page; longer ones are asked for when the field gets the focus."""


def _suggested(event_id: int) -> tuple[str, ...] | None:
    """The municipalities that a page suggests by itself; None when they weigh too much."""
    names = registrations.suggestions(event_id)
    weight = sum(len(name.encode()) + len('<option value="">') for name in names)
    return names if weight <= INLINE_BYTES else None


def _as_it_was(path: str) -> str:
    """The address of a page with the order and the length of lists that it had when a form of its
    own was sent. Nothing else that the browser says of where it was is taken over.
    """
    kept = [one for one in access.query_of_referrer(path) if one[0] in _OF_LISTS]
    return f"{path}?{urlencode(kept)}" if kept else path


_OF_LISTS = frozenset({"sort", "list", "after", "public", "mine"})


def _own(question: int, verb: str, fields: dict[str, str], given: Fields) -> ResponseReturnValue:
    found = question_queries.place_of(question)
    by = access.asker_of(found)
    if found is None:
        raise Refused("not_yours")
    echo = _echo(fields)
    outcome = questions.act(question, verb, by=by, key=echo.get("key"), fields=given)
    if wants_json():
        return jsonify(version=outcome.version, revision=outcome.revision, **echo)
    return redirect(f"/s/{found.stand}#mine", 303)


def _echo(fields: dict[str, str]) -> dict[str, str]:
    """The key of a write that brings one: its answer repeats it. Refuses `key`."""
    return {"key": access.uuid_in(fields["key"])} if fields.get("key") else {}


def _question(question: int) -> QuestionPlace:
    found = question_queries.place_of(question)
    if found is None:
        raise Refused("unknown")
    return found


def _prepared(project_id: int) -> list[tuple[Facet, str, str]]:
    """What a project answered beforehand: the facet, the standard question, the answer."""
    own, answers = entry_queries.prepared_answers(project_id)
    questions = prepared.standard_questions(own, access.locale())
    return [(facet, questions[facet], text) for facet, text in answers.items()]


def _public(path: str) -> str:
    return f"{current_app.extensions['process'].settings.public_url}{path}"
