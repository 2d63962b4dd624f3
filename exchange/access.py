"""Who is at this browser; what they may open, change and watch.

Everything that reads a cookie or a header to decide something stands here. Views and socket
handlers ask; they never decide.
"""

import json
import re
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from flask import Flask, Request, Response, current_app, g, has_request_context, request
from werkzeug.datastructures import LanguageAccept

from exchange import logs, quotas, rooms
from exchange.config import Settings, readable
from exchange.database.errors import UNAVAILABLE_ERRORS
from exchange.domain import passes
from exchange.domain.changes import Actor
from exchange.domain.refusals import Refused
from exchange.live import presence
from exchange.models import Role, Series
from exchange.queries import fair, people
from exchange.queries.people import PassLine
from exchange.queries.questions import QuestionPlace
from exchange.quotas import Visitor
from exchange.rooms import LOCALES, Room, Scope
from exchange.serving.admission import place_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PASSES_COOKIE = "exchange_passes"
PARTICIPANT_COOKIE = "exchange_participant"
LOCALE_COOKIE = "exchange_lang"

# One laptop opens all views of a fair; a cookie holds 4 KB, a secret 22 characters. Another
# instance on this host (cookies know no ports) keeps its own in the same one.
MOST_PASSES = 100
MOST_FOREIGN = 60
PASSES_DAYS = 90
# As long as contacts have for what they owe, with time to read it.
PARTICIPANT_DAYS = 60

_UNSAFE = frozenset({"POST", "PUT", "DELETE", "PATCH"})
_PARTICIPANT = re.compile(r"[A-Za-z0-9_-]{22}")
_SECRET = _PARTICIPANT
NOWHERE = 0
"""No event, stand, series or question has this id: no pass is for it."""
_STAFF_ROOMS = frozenset({Room.DESK, Room.MODERATE, Room.SCREEN, Room.DASHBOARD})

SOCKET_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""What pages say of themselves, as far as it holds for the answers of a socket that polls."""


def init_app(app: Flask) -> None:
    """Guard every request: the right address, the right origin; and keep the cookies."""
    app.before_request(_require_address)
    app.before_request(_require_origin)
    app.before_request(_limit_reads)
    app.after_request(_keep_cookies)


def locale() -> str:
    """The reader's language: as chosen, else as the browser asks, else its event's, else German."""
    if not has_request_context():
        return LOCALES[0]
    language: str = g.get("event_language") or LOCALES[0]
    word = request.args.get("lang")
    if word in LOCALES:
        return word
    if g.get("speaks_event_language"):
        return language
    word = _cookie(LOCALE_COOKIE)
    if word in LOCALES:
        return word
    accepted: LanguageAccept = request.accept_languages
    return accepted.best_match(LOCALES) or language


def query_of_referrer(path: str) -> list[tuple[str, str]]:
    """What the page at `path` was asked for when a form on it was sent; empty where the browser
    does not say, or the form stood on another page.
    """
    came_from = _referrer()
    # Codes are found in any case.
    if came_from.netloc != request.host or came_from.path.lower() != path.lower():
        return []
    try:
        return parse_qsl(came_from.query[:_LONGEST_QUERY], max_num_fields=20)
    except ValueError:
        return []


_LONGEST_QUERY = 600


def _referrer() -> SplitResult:
    """Where the browser says that it was; nowhere, if that is no address."""
    try:
        return urlsplit(request.referrer or "")
    except ValueError:
        return urlsplit("")


def speak(language: str | None, *, to_the_hall: bool = False) -> None:
    """The language of the event that is asked for: of a page whose reader wants neither of ours.

    `to_the_hall`: of this page in any case, unless its address names another: many read it.
    None: the organiser has not said any.
    """
    g.event_language = language
    g.speaks_event_language = to_the_hall and language is not None


# Who somebody is


@dataclass(frozen=True)
class Held:
    """A pass whose secret is in this browser's cookie, and why it opens nothing, if so."""

    pass_: PassLine
    secret: str
    closed: Refused | None


def passes_held() -> list[PassLine]:
    """The valid passes in this browser's cookie."""
    return [held.pass_ for held in _held() if held.closed is None]


def open_pass(secret: str) -> PassLine:
    """Take a pass into this browser's cookie. Refuses `pass` when it opens nothing, `pass_ended`,
    and `pass_bound` when it is for one browser and another one was first.
    """
    known = people.passes_by_id([passes.id_in(secret) or 0])
    pass_ = next(iter(known.values()), None)
    if pass_ is None or not passes.is_genuine(pass_, secret, _key()):
        quotas.count_wrong_pass(_address())
        was = pass_ if passes.was_genuine(pass_, secret, _key()) else None
        _note_refusal("renewed" if was else "wrong", was)
        raise Refused("pass")
    mark = _mark() or secrets.token_urlsafe(16)
    browser = passes.browser_digest(mark, pass_.id, _key())
    try:
        closed = passes.why_closed(
            # Of a pass that is free the first browser has it.
            replace(pass_, bound_to=pass_.bound_to or browser),
            browser,
            _settings().pass_days,
        )
        if closed:
            raise closed
        if pass_.one_browser:
            passes.bind(pass_, browser)
    except Refused as refused:
        _note_refusal(refused.word, pass_)
        raise
    passes.note_redeemed(pass_)
    # What opens nothing now may do so again: an event is reopened, a pass restored.
    others = [held for held in _held() if held.pass_.id != pass_.id]
    ours = sorted(others, key=lambda held: held.closed is not None)
    g.passes_cookie = _cookie_of([secret, *(held.secret for held in ours)], mark)
    return pass_


def request_holds_pass(app: Flask, environ: "WSGIEnvironment") -> bool:
    """Whether a request that has not come to the app yet brings a valid pass."""
    with app.request_context(environ):
        try:
            return bool(passes_held())
        except UNAVAILABLE_ERRORS:
            return False


def know_browser() -> None:
    """Give this browser its mark, if it has none, before it redeems a pass.

    A pass for one browser only is bound to the mark: an answer that got lost must not lock the
    browser out that redeemed it.
    """
    if _mark() is None:
        g.passes_cookie = _cookie_of([held.secret for held in _held()], secrets.token_urlsafe(16))


def leave() -> None:
    """Log out: this browser's passes end here, and its sockets lose what they were let in to.

    The mark stays: it opens nothing, and a pass that is bound to it can be redeemed again.
    """
    mark = _mark()
    presence.dismiss(rooms.browser_room(browser_mark()))
    g.passes_cookie = _cookie_of([], mark)
    for pass_ in passes_held():
        logs.security_event("leave", pass_id=pass_.id, role=pass_.role.value)


def browser_mark() -> str:
    """What tells this browser's sockets from another's; its whole cookie while it has no mark."""
    return _mark() or _cookie(PASSES_COOKIE)


def pass_in_use() -> PassLine | None:
    """The pass by which this page is shown, None for one that anybody may read."""
    found: PassLine | None = g.get("pass_in_use")
    return found


def last_day(pass_: PassLine) -> date | None:
    """The last day on which a pass opens something; None when it has no end."""
    return pass_.last_day(_settings().pass_days)


def has_ended(pass_: PassLine) -> bool:
    """Whether that day is over."""
    return pass_.ended(_settings().pass_days)


def hold_secret() -> None:
    """This page holds a secret: its answer is not compressed, or its length would tell of it."""
    g.holds_secret = True


def holds_secret() -> bool:
    """Whether the answer to this request holds a secret."""
    return bool(g.get("holds_secret"))


def participant(event_id: int) -> str | None:
    """The digest of this browser's participant cookie at an event, or None without a cookie."""
    cookie = _cookie(PARTICIPANT_COOKIE)
    if not _PARTICIPANT.fullmatch(cookie):
        return None
    return passes.participant_digest(cookie, event_id, _key())


def participant_or_new(event_id: int, key: str | None = None) -> str:
    """The same, and with the first write a fresh cookie; for the same write sent again the same.

    Else a me too whose answer was lost would count twice: by a participant who never was.
    """
    known = participant(event_id)
    if known is not None:
        return known
    if "participant_cookie" not in g:
        g.participant_cookie = passes.participant_cookie(key or secrets.token_urlsafe(16), _key())
    return passes.participant_digest(g.participant_cookie, event_id, _key())


def require_cookie(event_id: int, key: str | None) -> None:
    """Refuses `no_cookies` when this browser brings no participant cookie where it should have one,
    and gives it one more, with the refusal: the one that it had may just have ended.
    """
    if participant(event_id) is None:
        participant_or_new(event_id, key)
        g.gives_cookie_refused = True
        raise Refused("no_cookies")


def participant_id(event_id: int) -> int | None:
    """The id of this browser's participant at an event, once it has written something there."""
    digest = participant(event_id)
    return people.participant_by_digest(event_id, digest) if digest else None


def viewer() -> str:
    """What makes this browser's page another than its neighbour's; part of its ETag."""
    return "|".join(
        (
            _cookie(PARTICIPANT_COOKIE),
            _cookie(PASSES_COOKIE),
        )
    )


# What they may do


def presenter_of(stand_id: int) -> Actor:
    """The presenters of a stand. Refuses `not_yours`."""
    pass_ = _holding(Role.PRESENTER, stand_id)
    return Actor(role="presenter", pass_id=pass_.id, stand_id=stand_id)


def moderator_of(event_id: int) -> Actor:
    """The moderators of an event. Refuses `not_yours`."""
    return Actor(role="moderator", pass_id=_holding(Role.MODERATOR, event_id).id)


def organiser_of(series_id: int) -> Actor:
    """The organisers of a series. Refuses `not_yours`."""
    return Actor(role="organiser", pass_id=_holding(Role.ORGANISER, series_id).id)


def may_see_screen(event_id: int) -> PassLine:
    """The hall screen's pass; the moderation may look at it too. Refuses `not_yours`."""
    refused = _no_pass()
    for role in (Role.SCREEN, Role.MODERATOR):
        try:
            return _holding(role, event_id)
        except Refused as why:
            refused = why if refused.word == "not_yours" else refused
    raise refused


def organised_series() -> list[Series]:
    """The series that this browser organises. Refuses `not_yours` when there is none."""
    held = [pass_ for pass_ in passes_held() if pass_.role is Role.ORGANISER]
    if not held:
        raise _no_pass()
    g.pass_in_use = held[0]
    return list(people.series_of({pass_.series_id for pass_ in held if pass_.series_id}))


def is_contact_of(project_id: int) -> bool:
    """Whether this browser holds the pass of a project's contact."""
    for pass_ in passes_held():
        if pass_.role is Role.CONTACT and pass_.project_id == project_id:
            g.pass_in_use = pass_
            return True
    return False


def contact_of(project_id: int) -> Actor:
    """The contacts of a project. Refuses `not_yours`."""
    return Actor(role="contact", pass_id=_holding(Role.CONTACT, project_id).id)


def asker_of(question: QuestionPlace | None) -> Actor:
    """The one who asked a question. Refuses `not_yours`, also for a question that is not there:
    whoever tries ids learns nothing of others' questions.
    """
    known = participant_id(question.event_id if question else NOWHERE)
    if question is None or known is None or question.participant_id != known:
        raise Refused("not_yours", sentence="not_asker")
    return Actor(role="attendee", participant_id=known)


def watched(command: object) -> tuple[Room, Scope, PassLine | None]:
    """Which room a `watch` command opens, and the pass that opens it, if one is needed.

    Refuses `unreadable`, `unknown`, `not_yours`, and `no_participant` for *mine* before the first
    write.
    """
    room, code = _read_watch(command)
    if room in _STAFF_ROOMS:
        return _watched_by_staff(room, code)
    if room is Room.STAND:
        stand = fair.stand_at(code)
        if stand is None:
            raise Refused("unknown")
        return room, rooms.stand(stand.id), None
    event_id = _event_named(code)
    if event_id is None:
        raise Refused("unknown")
    if room in (Room.EVENT, Room.SEARCH):
        return room, rooms.public(event_id), None
    known = participant_id(event_id)
    if known is None:
        raise Refused("no_participant")
    return room, rooms.mine(known), None


def contents() -> list[str]:
    """What the request under way holds, so that no log repeats it; nothing while there is none."""
    if not has_request_context():
        return []
    # What has been read of the body: reading it here could fail like what is being told.
    form = vars(request._get_current_object()).get("form", {})  # type: ignore[attr-defined]
    body = request.get_json(silent=True) if request.is_json else None
    values: list[object] = [request.path, request.remote_addr, *form.values()]
    values += [*request.args.values(), *request.cookies.values(), *request.headers.values()]
    values += body.values() if isinstance(body, dict) else [body]
    return [str(value) for value in values if value]


# How much and in which form


def visitor(event_id: int, digest: str) -> Visitor:
    """Who wants to write, to be counted. `digest`: what `participant_or_new` answered."""
    cookie = _cookie(PARTICIPANT_COOKIE)
    # One without a cookie got the digest of the cookie that he will be given.
    has_cookie = _PARTICIPANT.fullmatch(cookie) is not None
    is_ours = has_cookie and passes.is_participant_cookie(cookie, _key())
    return Visitor(event_id, _address(), digest, has_cookie, is_ours)


def uuid_or_none(word: object) -> str | None:
    """A client's UUID in its canonical form, None for what is none."""
    try:
        return str(uuid.UUID(str(word)))
    except ValueError:
        return None


def uuid_in(word: object) -> str:
    """A client's UUID in its canonical form. Refuses `key`."""
    found = uuid_or_none(word)
    if found is None:
        raise Refused("key")
    return found


def _read_watch(command: object) -> tuple[Room, str]:
    if not isinstance(command, dict):
        raise Refused("unreadable")
    word, code = command.get("room"), command.get("code")
    if not isinstance(word, str) or not isinstance(code, str) or len(code) > 40:
        raise Refused("unreadable")
    # A code is ASCII; half a character would not even get through to the database.
    if word not in {room.value for room in Room} or not (code.isascii() and code.isprintable()):
        raise Refused("unknown")
    return Room(word), code


def _watched_by_staff(room: Room, code: str) -> tuple[Room, Scope, PassLine | None]:
    event = fair.event_at(code) if room is Room.DASHBOARD else None
    stand = fair.stand_at(code) if room is Room.DESK else None
    place_id = stand.id if stand else None if room is Room.DESK else _event_named(code)
    if place_id is None or (room is Room.DASHBOARD and event is None):
        raise Refused("unknown")
    try:
        if event is not None:
            return room, rooms.moderate(event.id), _holding(Role.ORGANISER, event.series_id)
        if room is Room.DESK:
            return room, rooms.stand(place_id), _holding(Role.PRESENTER, place_id)
        if room is Room.MODERATE:
            return room, rooms.moderate(place_id), _holding(Role.MODERATOR, place_id)
        return room, rooms.public(place_id), may_see_screen(place_id)
    except Refused:
        # The socket's one word for it; the page, read again, says why.
        raise Refused("not_yours") from None


def _event_named(code: str) -> int | None:
    """The event with this code, or that of the stand with it."""
    event = fair.event_at(code)
    if event is not None:
        return event.id
    stand = fair.stand_at(code)
    return stand.event_id if stand else None


def _holding(role: Role, place_id: int) -> PassLine:
    """The pass of this role at this place (NOWHERE: at none). Refuses `not_yours`, `pass_ended`,
    `pass_bound`.
    """
    refused = _no_pass()
    for held in _held():
        pass_ = held.pass_
        # A pass opens one place: all its other ids are None.
        opened = pass_.series_id or pass_.event_id or pass_.stand_id or pass_.project_id
        if pass_.role is not role or opened != place_id:
            continue
        if held.closed is None:
            g.pass_in_use = pass_
            return pass_
        _note_refusal(held.closed.word, pass_)
        if held.closed.word != "pass":
            refused = held.closed
    raise refused


def _no_pass() -> Refused:
    """`not_yours`, in the sentence that fits: a browser that keeps no cookies is let in at the door
    and comes back without a pass. The door gives every browser a mark, so that one that comes from
    there without any keeps none. What is written from a page of ours was written with a pass that
    is no longer kept; programs name no page. What is not there is refused in the same words.
    """
    came_from = _referrer().path
    if _cookie(PASSES_COOKIE) or (request.method in _UNSAFE and not came_from):
        return Refused("not_yours")
    return Refused("not_yours", sentence="pass_not_kept" if came_from == "/pass" else "no_pass")


def _note_refusal(why: str, pass_: PassLine | None) -> None:
    """A pass was tried in vain: a security event. Neither the secret nor the address is noted."""
    reason = {"pass": "revoked", "pass_ended": "ended", "pass_bound": "bound"}.get(why, why)
    logs.security_event(
        "refused",
        reason=reason,
        pass_id=pass_.id if pass_ else None,
        role=pass_.role.value if pass_ else None,
    )


def _held() -> list[Held]:
    """This browser's passes: those whose secrets are genuine, whether or not they open."""
    # A socket outlives its handshake: what it may do is looked up each time it asks.
    if "passes" not in g:
        g.passes = _read_passes()
    found: list[Held] = g.passes
    return found


def _read_passes() -> list[Held]:
    claimed = {word: passes.id_in(word) for word in _words()}
    if not claimed:
        # Nearly everybody: the rest costs a twentieth of a question.
        return []
    known = people.passes_by_id({id_ for id_ in claimed.values() if id_ is not None})
    mark = _mark() or ""
    return [
        Held(
            pass_,
            word,
            passes.why_closed(
                pass_,
                passes.browser_digest(mark, pass_.id, _key()) if pass_.one_browser else None,
                _settings().pass_days,
            ),
        )
        for word, id_ in claimed.items()
        if (pass_ := known.get(id_ or 0)) and passes.is_genuine(pass_, word, _key())
    ]


def _words() -> list[str]:
    """The secrets in the cookie, whichever instance they belong to."""
    words = _cookie(PASSES_COOKIE).split(".")[: MOST_PASSES + MOST_FOREIGN + 1]
    return [word for word in words if _SECRET.fullmatch(word)]


def _mark() -> str | None:
    """The mark that tells this browser from others; it stands among the passes, behind a `~`."""
    found = (word[1:] for word in _cookie(PASSES_COOKIE).split(".") if word.startswith("~"))
    return next((word for word in found if _SECRET.fullmatch(word)), None)


def _cookie_of(ours: list[str], mark: str | None) -> str:
    """The cookie with these secrets of ours, the newest first, and those of others as they were.

    Cookies know no ports: another instance on this host keeps its passes in the same one. Ours is
    what our key has signed, revoked or not.
    """
    signed = {held.secret for held in _held()} | set(ours)
    foreign = [word for word in _words() if word not in signed]
    kept = ours[:MOST_PASSES] + foreign[:MOST_FOREIGN]
    return ".".join(kept + ([f"~{mark}"] if mark else []))


def _cookie(name: str) -> str:
    """A cookie of ours; behind https under its own name, else under the one it had before.

    Until the former ones have ended by themselves (PASSES_DAYS) an upgrade logs nobody out.
    """
    # A plain dictionary: Werkzeug's own raises and catches an HTTP error for what is not there.
    cookies = request.cookies.to_dict()
    return cookies.get(_cookie_name(name)) or cookies.get(name, "")


def _cookie_name(name: str) -> str:
    """Behind https a name that browsers take from this very host over https only."""
    return f"__Host-{name}" if _behind_https() else name


def _behind_https() -> bool:
    return _settings().public_url.startswith("https:")


def _address() -> str:
    """What counts as the address of a request; behind a trusted proxy that of its client."""
    return place_of(request.remote_addr or "")


def _require_address() -> None:
    """Under a foreign name a page could be read but not written from: say the right one."""
    settings = _settings()
    if request.host.lower() not in settings.allowed_hosts and not _asks_for_health():
        raise Refused("address", url=readable(settings.public_url))


def _asks_for_health() -> bool:
    return request.path in ("/healthz", "/healthz/alive")


def _require_origin() -> None:
    """Writes from elsewhere are refused; browsers say where they come from."""
    if request.method not in _UNSAFE:
        return
    if not _comes_from_us(request, _settings()):
        raise Refused("origin")
    # Wrong secrets have a limit of their own. Nobody who holds a pass is locked out by others.
    if request.path != "/pass" and not passes_held():
        quotas.count_write(_address())


def _limit_reads() -> None:
    """Pages are counted by address; what is answered from memory, and health, are not."""
    if (
        request.method in ("GET", "HEAD")
        and not request.path.startswith(("/static/", "/healthz"))
        and not passes_held()
    ):
        quotas.count_read(_address())


def _comes_from_us(request: Request, settings: Settings) -> bool:
    """Whether a page of ours sent a request: the one rule, for writes and for the socket.

    An Origin that is named decides, whatever `Sec-Fetch-Site` says. Without one (or with `null`,
    which names none) `Sec-Fetch-Site` does; on plain http in a LAN browsers send none.
    """
    origin = request.headers.get("Origin")
    if origin is not None and origin.lower() != "null":
        return origin.lower() in settings.allowed_origins
    return request.headers.get("Sec-Fetch-Site") in ("same-origin", "none")


class SocketGuard:
    """Stands before /socket.io, which Flask never sees: the same address and origin as for pages.

    All else goes to `pages` at once, not through the socket's middleware, which copies the environ.

    Programs that are no browsers name neither Origin nor Sec-Fetch-Site and may listen: no browser
    opens a socket or posts to one without saying where it comes from.
    """

    def __init__(
        self, sockets: "WSGIApplication", pages: "WSGIApplication", settings: Settings
    ) -> None:
        self.sockets = sockets
        self.pages = pages
        self.settings = settings

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Refuse what pages refuse; let the rest through, under our headers."""
        if not environ.get("PATH_INFO", "").startswith("/socket.io/"):
            return self.pages(environ, start_response)
        asked = Request(environ)
        word = self._refused(asked)
        if word is not None:
            status = 421 if word == "address" else 403 if word == "origin" else 400
            answer = Response(
                json.dumps({"error": word}), status, SOCKET_HEADERS, mimetype="application/json"
            )
            return answer(environ, start_response)

        def with_headers(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, headers + list(SOCKET_HEADERS.items()), *rest)

        return self.sockets(environ, with_headers)

    def _refused(self, asked: Request) -> str | None:
        if asked.host.lower() not in self.settings.allowed_hosts:
            return "address"
        named = "Origin" in asked.headers or "Sec-Fetch-Site" in asked.headers
        if named and not _comes_from_us(asked, self.settings):
            return "origin"
        # JSONP: an answer that any page may run as a script.
        return "unreadable" if "j" in asked.args else None


def guard_socket(app: Flask, pages: "WSGIApplication") -> None:
    """Put the guard before the socket; after it was bound, for it answers before Flask.

    `pages`: the app as it was before that.
    """
    settings: Settings = app.extensions["process"].settings
    app.wsgi_app = SocketGuard(app.wsgi_app, pages, settings)  # type: ignore[method-assign]


def _keep_cookies(response: Response) -> Response:
    given = response.status_code < 400 or "gives_cookie_refused" in g
    if "participant_cookie" in g and given:
        _set_cookie(response, PARTICIPANT_COOKIE, g.participant_cookie, PARTICIPANT_DAYS)
    if "passes_cookie" in g:
        if g.passes_cookie:
            _set_cookie(response, PASSES_COOKIE, g.passes_cookie, PASSES_DAYS)
        if not g.passes_cookie:
            response.delete_cookie(_cookie_name(PASSES_COOKIE), secure=_behind_https())
        if _behind_https() and PASSES_COOKIE in request.cookies:
            # All that it held is in the new one.
            response.delete_cookie(PASSES_COOKIE, secure=True)
    chosen = request.args.get("lang") if request.query_string else None
    if chosen in LOCALES:
        _set_cookie(response, LOCALE_COOKIE, chosen, PARTICIPANT_DAYS)
    return response


def _set_cookie(response: Response, name: str, value: str, days: int) -> None:
    response.set_cookie(
        _cookie_name(name),
        value,
        max_age=days * 24 * 3600,
        httponly=True,
        samesite="Lax",
        secure=_behind_https(),
    )


def _settings() -> Settings:
    settings: Settings = current_app.extensions["process"].settings
    return settings


def _key() -> str:
    return _settings().secret_key
