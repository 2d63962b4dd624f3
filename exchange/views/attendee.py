"""What attendees see and say: the entrance, an event, a stand, a project, the minutes."""

import uuid
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from exchange import access, rooms
from exchange.domain import asking, questions, votes
from exchange.domain import fair as rules
from exchange.domain.changes import Actor
from exchange.domain.questions import Fields
from exchange.domain.refusals import Refused
from exchange.extensions import db
from exchange.models import ASKING, Facet, Question, Stand
from exchange.paper import qr
from exchange.queries import fair, live
from exchange.queries import questions as question_queries
from exchange.rooms import Room
from exchange.views.pages import (
    asked,
    event_or_refuse,
    live_page,
    posted,
    render_page,
    stand_or_refuse,
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
    error: str = ""


@bp.get("/")
def home() -> ResponseReturnValue:
    """Enter a code; a stand's or an event's."""
    code = request.args.get("code", "").strip()
    if code:
        stand = fair.stand_by_code(code)
        if stand is not None:
            return redirect(f"/s/{stand.code}", 303)
        event = fair.event_by_code(code)
        if event is not None:
            return redirect(f"/e/{event.code}", 303)
    page = render_page("attendee/home.html", events=fair.event_lines(), unknown=code or None)
    return page, 404 if code else 200


@bp.get("/e/<event>")
def event(event: str) -> Response:
    """An event: its stands, its phase, search, and in the round what is live."""
    found = event_or_refuse(event)
    words = request.args.get("q", "").strip()[:100]

    def build() -> dict[str, Any]:
        return {
            "event": fair.event_line(found.id),
            "stage": question_queries.stage(found.id),
            "stands": fair.stand_lines(found.id),
            "q": words,
            "found": question_queries.search(found.id, words) if words else None,
        }

    # What is found changes with every question, and the public counter knows of few of them.
    personal = live.revision(rooms.moderate(found.id)) if words else ""
    return live_page(
        "attendee/event.html",
        [(Room.EVENT, found.code, rooms.public(found.id))],
        build,
        personal=personal,
    )


@bp.get("/s/<stand>")
def stand(stand: str) -> Response:
    """A stand: whose it is, the question field, mine, and what others asked."""
    return _stand_page(stand_or_refuse(stand), AskForm(key=str(uuid.uuid4())))


@bp.post("/s/<stand>/questions")
def ask(stand: str) -> ResponseReturnValue:
    """A question arrives; the same key again gets the same answer."""
    found = fair.stand_at(stand)
    if found is None:
        raise Refused("unknown")
    fields = posted()
    try:
        key = access.uuid_in(fields.get("key"))
        digest = access.participant_or_new(found.event_id, key)
        answer = asking.ask(
            found,
            key=key,
            text=fields.get("text", ""),
            facet=fields.get("facet"),
            name=fields.get("name"),
            by=Actor("attendee"),
            participant=digest,
            admit=partial(access.limit_asks, found.id, digest),
            by_form=not wants_json(),
        )
    except Refused as refused:
        if wants_json():
            raise
        form = AskForm(
            key=str(uuid.uuid4()),
            text=fields.get("text", ""),
            facet=fields.get("facet", ""),
            name=fields.get("name", ""),
            error=refused.message,
        )
        return with_status(_stand_page(stand_or_refuse(stand), form), refused)
    return asked(answer, f"/s/{found.code}?asked={answer.number}#mine")


@bp.get("/s/<stand>/qr.svg")
def code(stand: str) -> Response:
    """The stand's QR code, for whoever makes a poster of his own."""
    found = stand_or_refuse(stand)
    svg = qr.svg(_public(f"/s/{found.code}"))
    return Response(svg, mimetype="image/svg+xml", headers={"Cache-Control": "no-cache"})


@bp.route("/questions/<int:question>/me-too", methods=["PUT", "DELETE", "POST"])
def me_too(question: int) -> ResponseReturnValue:
    """Say or take back *me too*."""
    on = request.method == "PUT"
    fields = posted()
    if request.method == "POST":
        word = fields.get("on")
        if word not in ("0", "1"):
            raise Refused("unreadable")
        on = word == "1"
    found = _question(question)
    echo = _echo(fields)
    digest = access.participant_or_new(found.event_id, echo.get("key"))
    count = votes.set_me_too(question, participant=digest, on=on)
    if request.method == "POST" and not wants_json():
        return redirect(f"/s/{found.stand.code}#question-{question}", 303)
    return jsonify(votes=count, on=on, **echo)


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
        contact=fair.contact_of(found.id),
        answered=question_queries.answered_about(found.id),
        owed=question_queries.owed_by(found.id) if access.contact_of(found) else None,
        stands=fair.stands_of(found.id),
    )


@bp.get("/e/<event>/minutes")
def minutes(event: str) -> str:
    """What was asked and answered, by stand; published when the day is over."""
    found = event_or_refuse(event)
    return render_page(
        "attendee/minutes.html",
        event=fair.event_line(found.id),
        groups=question_queries.minutes(found.id),
        published=found.phase in rules.WITH_MINUTES,
    )


def _stand_page(found: Stand, form: AskForm) -> Response:
    event_id = found.event_id
    mine = access.participant_id(event_id)
    me_too = question_queries.my_votes(mine) if mine else set()
    watch = [
        (Room.STAND, found.code, rooms.stand(found.id)),
        (Room.EVENT, found.event.code, rooms.public(event_id)),
    ]
    if mine:
        watch.append((Room.MINE, found.event.code, rooms.mine(mine)))

    def build() -> dict[str, Any]:
        event = fair.event_line(event_id)
        return {
            "event": event,
            "stand": fair.stand_page(found.id),
            "stage": question_queries.stage(event_id),
            "mine": question_queries.asked_by(mine) if mine else [],
            "cards": question_queries.cards(question_queries.public_at(found.id)),
            "me_too": me_too,
            "may_ask": event.phase in ASKING,
            "may_vote": event.phase in rules.VOTING,
            "form": form,
            "facets": list(Facet),
            "short_address": qr.short_address(_public(f"/s/{found.code}")),
        }

    return live_page(
        "attendee/stand.html", watch, build, personal=(sorted(me_too), form.text, form.error)
    )


def _own(question: int, verb: str, fields: dict[str, str], given: Fields) -> ResponseReturnValue:
    found = _question(question)
    echo = _echo(fields)
    outcome = questions.act(
        question, verb, by=access.asker_of(found), key=echo.get("key"), fields=given
    )
    if wants_json():
        return jsonify(version=outcome.version, revision=outcome.revision, **echo)
    return redirect(f"/s/{found.stand.code}#mine", 303)


def _echo(fields: dict[str, str]) -> dict[str, str]:
    """The key of a write that brings one: its answer repeats it. Refuses `key`."""
    return {"key": access.uuid_in(fields["key"])} if fields.get("key") else {}


def _question(question: int) -> Question:
    found = db.session.get(Question, question)
    if found is None:
        raise Refused("unknown")
    return found


def _public(path: str) -> str:
    return f"{current_app.extensions['settings'].public_url}{path}"
