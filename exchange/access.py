"""Who is at this browser; what they may open, change and watch.

Everything that reads a cookie or a header to decide something stands here. Views and socket
handlers ask; they never decide.
"""

import re
import secrets
import uuid
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, g, has_request_context, request
from werkzeug.datastructures import LanguageAccept

from exchange import quotas, rooms
from exchange.config import Settings
from exchange.database.errors import UNAVAILABLE_ERRORS
from exchange.domain import passes
from exchange.domain.changes import Actor
from exchange.domain.refusals import Refused
from exchange.models import Role, Series
from exchange.queries import fair, people
from exchange.queries.people import PassLine
from exchange.queries.questions import QuestionPlace
from exchange.quotas import Visitor
from exchange.rooms import LOCALES, Room, Scope
from exchange.serving.admission import place_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PASSES_COOKIE = "exchange_passes"
PARTICIPANT_COOKIE = "exchange_participant"
LOCALE_COOKIE = "exchange_lang"

# One laptop opens all views of a fair; a cookie holds 4 KB, a secret 22 characters.
MOST_PASSES = 100
PASSES_DAYS = 90
# As long as contacts have for what they owe, with time to read it.
PARTICIPANT_DAYS = 60

_UNSAFE = frozenset({"POST", "PUT", "DELETE", "PATCH"})
_PARTICIPANT = re.compile(r"[A-Za-z0-9_-]{22}")


def init_app(app: Flask) -> None:
    """Guard every request: the right address, the right origin; and keep the cookies."""
    app.before_request(_require_address)
    app.before_request(_require_origin)
    app.before_request(_limit_reads)
    app.after_request(_keep_cookies)


def locale() -> str:
    """The reader's language: as chosen, else as the browser asks, else German."""
    if not has_request_context():
        return LOCALES[0]
    for word in (request.args.get("lang"), request.cookies.get(LOCALE_COOKIE)):
        if word in LOCALES:
            return word
    accepted: LanguageAccept = request.accept_languages
    return accepted.best_match(LOCALES) or LOCALES[0]


# Who somebody is


def passes_held() -> list[PassLine]:
    """The valid passes in this browser's cookie."""
    if "passes" not in g:
        # A socket outlives its handshake: what it may do is looked up each time it asks.
        found = _valid(request.cookies.get(PASSES_COOKIE, "").split("."))
        g.passes = [pass_ for pass_, _ in found]
    known: list[PassLine] = g.passes
    return known


def open_pass(secret: str) -> PassLine:
    """Take a pass into this browser's cookie. Refuses `pass` when it opens nothing."""
    found = _valid([secret])
    if not found:
        quotas.count_wrong_pass(_address())
        raise Refused("pass")
    pass_ = found[0][0]
    others = [
        (other, kept)
        for other, kept in _valid(request.cookies.get(PASSES_COOKIE, "").split("."))
        if other.id != pass_.id
    ]
    g.passes_cookie = ".".join([secret, *(kept for _, kept in others)][:MOST_PASSES])
    return pass_


def request_holds_pass(app: Flask, environ: "WSGIEnvironment") -> bool:
    """Whether a request that has not come to the app yet brings a valid pass."""
    with app.request_context(environ):
        try:
            return bool(passes_held())
        except UNAVAILABLE_ERRORS:
            return False


def participant(event_id: int) -> str | None:
    """The digest of this browser's participant cookie at an event, or None without a cookie."""
    cookie = request.cookies.get(PARTICIPANT_COOKIE, "")
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


def participant_id(event_id: int) -> int | None:
    """The id of this browser's participant at an event, once it has written something there."""
    digest = participant(event_id)
    return people.participant_by_digest(event_id, digest) if digest else None


def viewer() -> str:
    """What makes this browser's page another than its neighbour's; part of its ETag."""
    return "|".join(
        (
            request.cookies.get(PARTICIPANT_COOKIE, ""),
            request.cookies.get(PASSES_COOKIE, ""),
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
    for role in (Role.SCREEN, Role.MODERATOR):
        try:
            return _holding(role, event_id)
        except Refused:
            continue
    raise Refused("not_yours")


def organised_series() -> list[Series]:
    """The series that this browser organises. Refuses `not_yours` when there is none."""
    ids = {
        pass_.series_id
        for pass_ in passes_held()
        if pass_.role is Role.ORGANISER and pass_.series_id
    }
    if not ids:
        raise Refused("not_yours")
    return list(people.series_of(ids))


def is_contact_of(project_id: int) -> bool:
    """Whether this browser holds the pass of a project's contact."""
    return any(
        pass_.role is Role.CONTACT and pass_.project_id == project_id for pass_ in passes_held()
    )


def asker_of(question: QuestionPlace) -> Actor:
    """The one who asked a question. Refuses `not_yours`."""
    known = participant_id(question.event_id)
    if known is None or question.participant_id != known:
        raise Refused("not_yours")
    return Actor(role="attendee", participant_id=known)


def watched(command: object) -> tuple[Room, Scope, PassLine | None]:
    """Which room a `watch` command opens, and the pass that opens it, if one is needed.

    Refuses `unreadable`, `unknown`, `not_yours`, and `no_participant` for *mine* before the
    first write.
    """
    room, code = _read_watch(command)
    if room in (Room.STAND, Room.DESK):
        stand = fair.stand_at(code)
        if stand is None:
            raise Refused("unknown")
        pass_ = None
        if room is Room.DESK:
            pass_ = _holding(Role.PRESENTER, stand.id)
        return room, rooms.stand(stand.id), pass_
    event = fair.event_at(code)
    event_id = event.id if event else _event_of_stand(code)
    if event_id is None:
        raise Refused("unknown")
    if room is Room.MODERATE:
        pass_ = _holding(Role.MODERATOR, event_id)
        return room, rooms.moderate(event_id), pass_
    if room is Room.SCREEN:
        return room, rooms.public(event_id), may_see_screen(event_id)
    if room is Room.EVENT:
        return room, rooms.public(event_id), None
    known = participant_id(event_id)
    if known is None:
        raise Refused("no_participant")
    return room, rooms.mine(known), None


# How much and in which form


def visitor(event_id: int, digest: str) -> Visitor:
    """Who wants to write, to be counted. `digest`: what `participant_or_new` answered."""
    cookie = request.cookies.get(PARTICIPANT_COOKIE, "")
    has_cookie = participant(event_id) == digest
    is_ours = has_cookie and passes.is_participant_cookie(cookie, _key())
    return Visitor(event_id, _address(), digest, has_cookie, is_ours)


def uuid_in(word: object) -> str:
    """A client's UUID in its canonical form. Refuses `key`."""
    try:
        return str(uuid.UUID(str(word)))
    except ValueError:
        raise Refused("key") from None


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


def _event_of_stand(code: str) -> int | None:
    stand = fair.stand_at(code)
    return stand.event_id if stand else None


def _holding(role: Role, place_id: int) -> PassLine:
    for pass_ in passes_held():
        # A pass opens one place: all its other ids are None.
        opened = pass_.series_id or pass_.event_id or pass_.stand_id or pass_.project_id
        if pass_.role is role and opened == place_id:
            return pass_
    raise Refused("not_yours")


def _valid(words: list[str]) -> list[tuple[PassLine, str]]:
    """The passes that these secrets open, each with its secret."""
    claimed = {word: passes.id_in(word) for word in words[:MOST_PASSES] if word}
    known = people.passes_by_id({id_ for id_ in claimed.values() if id_ is not None})
    return [
        (known[id_], word)
        for word, id_ in claimed.items()
        if id_ in known and passes.opens(known[id_], word, _key())
    ]


def _address() -> str:
    """What counts as the address of a request; behind a trusted proxy that of its client."""
    return place_of(request.remote_addr or "")


def _require_address() -> None:
    """Under a foreign name a page could be read but not written from: say the right one."""
    settings = _settings()
    if request.host.lower() not in settings.allowed_hosts and not _asks_for_health():
        raise Refused("address", url=settings.public_url)


def _asks_for_health() -> bool:
    return request.path in ("/healthz", "/healthz/alive")


def _require_origin() -> None:
    """Writes from elsewhere are refused; browsers say where they come from.

    On plain http in a LAN they send no Sec-Fetch-Site, hence the Origin.
    """
    if request.method not in _UNSAFE:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    allowed = origin is not None and origin.lower() in _settings().allowed_origins
    if site not in ("same-origin", "none") and not allowed:
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


def _keep_cookies(response: Response) -> Response:
    options: dict[str, Any] = {
        "httponly": True,
        "samesite": "Lax",
        "secure": _settings().public_url.startswith("https:"),
    }
    if "participant_cookie" in g and response.status_code < 400:
        response.set_cookie(
            PARTICIPANT_COOKIE,
            g.participant_cookie,
            max_age=PARTICIPANT_DAYS * 24 * 3600,
            **options,
        )
    if "passes_cookie" in g:
        response.set_cookie(
            PASSES_COOKIE, g.passes_cookie, max_age=PASSES_DAYS * 24 * 3600, **options
        )
    chosen = request.args.get("lang")
    if chosen in LOCALES:
        response.set_cookie(LOCALE_COOKIE, chosen, max_age=PARTICIPANT_DAYS * 24 * 3600, **options)
    return response


def _settings() -> Settings:
    settings: Settings = current_app.extensions["process"].settings
    return settings


def _key() -> str:
    return _settings().secret_key
