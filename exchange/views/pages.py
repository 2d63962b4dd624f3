"""What live pages have in common: what they watch, when they are unchanged, what they post."""

import hashlib
import math
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from flask import Response, current_app, jsonify, make_response, redirect, request
from flask.typing import ResponseReturnValue

from exchange import access
from exchange.config import MAX_FORM_FIELDS
from exchange.domain import asking, merging
from exchange.domain.asking import Asked
from exchange.domain.changes import Actor, Outcome
from exchange.domain.moves import Fields
from exchange.domain.offers import verbs_for
from exchange.domain.refusals import Refused
from exchange.live.revisions import begin_page
from exchange.models.base import today
from exchange.queries import fair, history, questions
from exchange.queries.fair import EventRef, StandLine
from exchange.queries.lists import Wanted
from exchange.queries.placement import Order
from exchange.rendering import render
from exchange.rooms import Room, Scope
from exchange.views.bounds import Form
from exchange.views.refusing import wants_json

# JSON may hold halves of surrogate pairs.
_NOT_UTF8 = re.compile("[\ud800-\udfff]")
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
"""The same, and the one character that PostgreSQL can neither keep nor look for."""
_WHOLE = re.compile("-?[0-9]{1,9}")
_FEW_DIGITS = re.compile("[0-9]{1,4}")

T = TypeVar("T")


@dataclass(frozen=True)
class PageContext:
    """What a page watches, each with the revision that it shows; and the tag of this state.

    Staff's pages are stored by no browser (`no-store`), so none could ask whether its copy is still
    true. Their scripts ask by themselves, with the tag, and an unchanged page stays a 304.
    """

    watch: list[dict[str, Any]]
    etag: str


@dataclass(frozen=True)
class HeldPass:
    """The pass by which a page is shown: the last day on which it opens it, None without an end."""

    last_day: date | None


def live_page(
    template: str,
    watch: list[tuple[Room, str, Scope]],
    build: Callable[[], dict[str, Any]],
    *,
    personal: object = "",
) -> Response:
    """A page that changes, or 304 when its reader has it already.

    `watch`: what it shows, as (room, code, scope). `build` reads the rest, and only if needed.
    `personal`: whatever else makes it another page for this reader, or what reads it.
    """
    # The revisions are read first: what changes while the page is built is heard as news.
    revisions = begin_page([scope for _, _, scope in watch])
    personal = personal() if callable(personal) else personal
    etag = _etag(template, revisions, personal)
    if etag in request.if_none_match and request.method in ("GET", "HEAD"):
        response = Response(status=304)
    else:
        page = PageContext(
            [
                {"room": room.value, "code": code, "revision": revision}
                for (room, code, _), revision in zip(watch, revisions, strict=True)
            ],
            etag,
        )
        response = make_response(render_page(template, page=page, **build()))
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def question_page(
    role: str,
    event_id: int,
    number: int,
    watch: list[tuple[Room, str, Scope]],
    *,
    back: str,
    stand_id: int | None = None,
) -> Response:
    """The page of one question for staff: its history and all its forms.

    `back`: the address of the list that it is reached from; `stand_id`: the only stand whose
    questions it shows. Refuses `unknown`.
    """

    def build() -> dict[str, Any]:
        card = questions.card_by_number(event_id, number)
        if card is None or stand_id not in (None, card.stand.id):
            raise Refused("unknown")
        verbs = verbs_for(card, role)
        return {
            "event": fair.event_line(event_id),
            "card": card,
            "role": role,
            "verbs": verbs,
            "stands": fair.stand_lines(event_id) if "assign" in verbs else [],
            "alike": merging.proposals(card) if "merge" in verbs else [],
            "answers": history.answers(card.id),
            "steps": history.steps(card.id),
            "place": questions.place_in_run_list(card) if "move" in verbs else None,
            "back": back,
        }

    return live_page("staff/question.html", watch, build)


def render_page(template: str, **context: object) -> str:
    """A page in the reader's language; shown by a pass, it says until when and lets go of it."""
    pass_ = access.pass_in_use()
    held = HeldPass(access.last_day(pass_)) if pass_ else None
    return render(template, request=request, held=held, **context)


def public_code(svg: str) -> Response:
    """A QR code that anybody may show, in a page of the town's as well."""
    headers = {"Cache-Control": "no-cache", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(svg, mimetype="image/svg+xml", headers=headers)


def event_or_refuse(code: str) -> EventRef:
    """The event with this code. Refuses `unknown`."""
    event = fair.event_at(code)
    if event is None:
        raise Refused("unknown")
    access.speak(event.language)
    return event


def staff_event(
    code: str, may: Callable[[int], T], place: Callable[[EventRef], int] = lambda event: event.id
) -> tuple[EventRef, T]:
    """The event with this code, for whoever holds the pass: what `may` answers for its `place`.

    Refuses `unknown`: which events and stands there are everybody may know.
    """
    event = event_or_refuse(code)
    return event, may(place(event))


def staff_stand(code: str) -> tuple[StandLine, Actor]:
    """The stand with this code and its presenters, for whoever holds their pass. As above."""
    stand = stand_or_refuse(code)
    return stand, access.presenter_of(stand.id)


def stand_or_refuse(code: str) -> StandLine:
    """The stand with this code. Refuses `unknown`."""
    stand = fair.stand_at(code)
    if stand is None:
        raise Refused("unknown")
    access.speak(stand.language)
    return stand


def posted(*cleaned: str) -> dict[str, str]:
    """The fields of a form or a JSON object, as text.

    Refuses `type` for other kinds of bodies, `unreadable` for what is not text, `characters` for
    what cannot be shown, `too_large` for more fields than any form of ours has. `cleaned`: fields
    whose NUL is refused beside them by who reads them, and by which nothing is looked up.
    """
    if request.mimetype == "application/json":
        try:
            body = request.get_json(silent=True)
        except RecursionError:  # brackets in brackets in brackets
            body = None
        if not isinstance(body, dict):
            raise Refused("unreadable")
        if len(body) > MAX_FORM_FIELDS:
            raise Refused("too_large")
        if any(not isinstance(value, str | int | None) for value in body.values()):
            raise Refused("unreadable")
        fields = {name: str(value) for name, value in body.items() if value is not None}
    elif request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        fields = request.form.to_dict()
        if not _was_utf8(fields):
            raise Refused("characters")
    elif not request.content_length and "Transfer-Encoding" not in request.headers:
        # Without a body the type says nothing: some servers invent one.
        fields = {}
    else:
        raise Refused("type")
    if any(
        (_NOT_UTF8 if name in cleaned else _UNREADABLE).search(value)
        for name, value in fields.items()
    ):
        raise Refused("characters")
    return fields


def _was_utf8(fields: dict[str, str]) -> bool:
    """Whether a form was sent as UTF-8. Of a multipart one the library keeps only U+FFFD for what
    was not: no letter may vanish because its program wrote another encoding.
    """
    if isinstance(request.form, Form):
        return request.form.is_utf8
    return not any("\ufffd" in value for value in fields.values())


def verb_fields(fields: dict[str, str]) -> Fields:
    """What a verb was given, from a form. Refuses `unreadable` where a number is none."""
    return Fields(
        how=fields.get("how"),
        answer=fields.get("answer"),
        until=fields.get("until"),
        reason=fields.get("reason"),
        head=whole(fields.get("head")),
        text=fields.get("text"),
        position=whole(fields.get("position")),
        stand=fields.get("stand"),
        of_browser=fields.get("of_browser") == "1",
    )


def whole(word: str | None) -> int | None:
    """A whole number from a form, None for an empty field. Refuses `unreadable`."""
    if not word:
        return None
    if not _WHOLE.fullmatch(word):
        raise Refused("unreadable")
    return int(word)


def wanted() -> Wanted:
    """Which part of its lists the page was asked for; what makes no sense is as if not said.

    `list` and `after` begin a list behind a place in it; a list's own name says how many of it
    are to be shown; `sort` in which order attendees want to read.
    """
    said = request.args
    try:
        after = float(said.get("after", ""))
    except ValueError:
        after = math.nan
    lengths = {name: int(many) for name, many in said.items() if _FEW_DIGITS.fullmatch(many)}
    sort = said.get("sort", "")
    return Wanted(
        name=said.get("list", ""),
        after=after if math.isfinite(after) else None,
        lengths=lengths,
        order=Order(sort) if sort in set(Order) else Wanted.order,
    )


def staff_key(fields: dict[str, str]) -> str | None:
    """The click's UUID. A form without JavaScript has none; there the version guards."""
    if not fields.get("key") and not wants_json():
        return None
    return access.uuid_in(fields.get("key"))


def done(outcome: Outcome, back: str) -> ResponseReturnValue:
    """The answer to a staff verb: the outcome to a program, the page again to a form."""
    return jsonify(asdict(outcome)) if wants_json() else redirect(same_place(back), 303)


def same_place(back: str, at: str = "", **said: object) -> str:
    """The address to return to from a form: the same part of its lists, in the same order, as the
    page was that the form stood on. `at`: the element to return to; `said`: what to say there.
    """
    back, _, own_place = back.partition("#")
    at = at or own_place
    path, _, own = back.partition("?")
    query = dict(parse_qsl(own)) or {
        name: value for name, value in access.query_of_referrer(path) if name not in _SAID
    }
    query |= {name: str(value) for name, value in said.items() if value != ""}
    return path + (f"?{urlencode(query)}" if query else "") + (f"#{at}" if at else "")


_SAID = frozenset({"change", "done", "changed", "taken", "saved", "lang"})
"""What addresses say of the form before, or once: nothing of it is kept."""


def asked(answer: Asked, back: str) -> ResponseReturnValue:
    """The answer to a question that has arrived."""
    if not wants_json():
        return redirect(same_place(back), 303)
    body = {"key": answer.key, "number": answer.number, "status": answer.status}
    return jsonify(body), 201 if answer.created else 200


def typed_in(code: str, by: Actor, fields: dict[str, str], back: str) -> ResponseReturnValue:
    """A question that staff typed in for somebody: as *ask*, outside the attendees' limits."""
    stand = fair.stand_at(code)
    if stand is None:
        raise Refused("unknown")
    answer = asking.ask(
        stand,
        key=access.uuid_in(fields.get("key")),
        text=fields.get("text", ""),
        facet=fields.get("facet"),
        name=fields.get("name"),
        municipality=fields.get("municipality"),
        by=by,
    )
    return asked(answer, back)


def _etag(template: str, revisions: list[int], personal: object) -> str:
    build = current_app.extensions["process"].assets.build
    # The hall's day: what is overdue after midnight was not before, and no counter moves for it.
    state = (build, template, revisions, today())
    parts = (*state, access.locale(), access.viewer(), personal, request.url)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
