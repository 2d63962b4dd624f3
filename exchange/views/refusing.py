"""How a refusal is said: as JSON to programs, as a page to people, in the reader's language."""

import gzip
import re
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, make_response, request
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from exchange import access
from exchange.database import errors, health
from exchange.database.errors import DatabaseBusy, NoConnectionFree
from exchange.domain.refusals import Refused
from exchange.rendering import render

_STATUS = {
    "key": 400,
    "unreadable": 400,
    "characters": 400,
    "not_yet": 403,
    "closed": 403,
    "stand_gone": 403,
    "origin": 403,
    "pass": 403,
    "pass_ended": 403,
    "pass_bound": 403,
    "not_yours": 403,
    "no_cookies": 403,
    "unknown": 404,
    "no_contact": 404,
    "method": 405,
    "quicker": 409,
    "entry_changed": 409,
    "key_reused": 409,
    "not_published": 404,
    "too_large": 413,
    "list_large": 413,
    "long_address": 414,
    "type": 415,
    "address": 421,
    "slow_down": 429,
    "headers": 431,
    "broken": 500,
    "busy": 503,
}
"""Every word that is not here is 422: understood, and the rules say no."""

_WORDS = {
    400: "unreadable",
    404: "unknown",
    405: "method",
    413: "too_large",
    415: "type",
    500: "broken",
}

_JSON = "application/json"
GZIP_LEVEL = 6

# What nobody typed: marks, choices, and the secret of a pass.
_NOT_TYPED = frozenset(
    (
        *("key", "version", "change", "back", "plan", "seen", "secret", "verb", "do", "to"),
        *("stand", "project", "copy", "facet", "phase", "status", "how", "kind", "mode"),
        *("language", "sheet", "role", "basis"),
    )
)
_NOT_TYPED_AT = re.compile(r".+-(id|role|basis)|(column|answer|same|free)-.*")
_A_WORD = re.compile(r"[^\W\d_]{2}")
_STAFF_PAGE = re.compile(r"/(?:organise|present|moderate)(?:/[A-Za-z0-9-]{1,60})*")
"""The pages that a person who is refused can go back to."""
_ONE_PAGE = frozenset(("passes", "projects", "series"))
"""Below `/organise/` these are no events."""


def init_app(app: Flask) -> None:
    """Answer refusals, the framework's own errors and a database that is away."""
    app.register_error_handler(Refused, refuse)
    app.register_error_handler(HTTPException, _translate)
    for error in errors.UNAVAILABLE_ERRORS:
        app.register_error_handler(error, _database_away)
    app.after_request(_protect)
    app.log_exception = _log_exception  # type: ignore[method-assign]


def _log_exception(exc_info: Any) -> None:
    """By the name of the address's rule: the address itself was made by whoever sent it."""
    current_app.logger.error("Exception in %s.", request.endpoint, exc_info=exc_info)


def wants_json() -> bool:
    """Whether the client asked for JSON rather than for a page. The answer varies with it."""
    if "asked_for" not in g:
        # What our scripts send needs no weighing.
        g.asked_for = request.headers.get("Accept") == _JSON or (
            request.accept_mimetypes.best_match(["text/html", _JSON]) == _JSON
        )
    wanted: bool = g.asked_for
    return wanted


def status_of(refused: Refused) -> int:
    """The HTTP status of a refusal."""
    return _STATUS.get(refused.word, 422)


def _typed() -> list[str]:
    """What a person wrote into the form that is refused: it is given back."""
    return [
        value
        for name, value in _form().items()
        if name not in _NOT_TYPED and not _NOT_TYPED_AT.fullmatch(name) and _A_WORD.search(value)
    ]


def _way_back() -> str | None:
    """The page of the staff's on which the form stood, if it was on one of theirs."""
    back: str = _form().get("back", "")
    if _STAFF_PAGE.fullmatch(back):
        return back
    if request.method != "POST" or not _STAFF_PAGE.fullmatch(request.path):
        return None
    audience, *rest = request.path.strip("/").split("/")
    place = rest[0] if rest and rest[0] not in _ONE_PAGE else ""
    return f"/{audience}/{place}".rstrip("/")


def refuse(refused: Refused) -> Response:
    """The whole answer to a request that was refused."""
    if wants_json():
        response = jsonify(error=refused.word, message=refused.message)
    else:
        response = make_response(
            render(
                "page/refused.html",
                request=request,
                refused=refused,
                status=status_of(refused),
                typed=_typed(),
                back=_way_back() if status_of(refused) != HTTPStatus.FORBIDDEN else None,
            )
        )
    return with_status(response, refused)


def with_status(response: Response, refused: Refused) -> Response:
    """`response` with the status of a refusal, and when to try again."""
    response.status_code = status_of(refused)
    if response.status_code in (429, 503):
        response.headers["Retry-After"] = str(refused.details["seconds"])
    return response


def _form() -> Any:
    """The form, unless the body was refused for its size before it could be read."""
    try:
        return request.form
    except HTTPException:
        return {}


def sent_as(name: str) -> str:
    """A field of the form as it was sent, whatever it was refused for; "" where there is none."""
    sent: str = _form().get(name, "")
    return sent


def _translate(error: HTTPException) -> Response | HTTPException:
    if error.code not in _WORDS:
        return error
    response = refuse(Refused(_WORDS[error.code]))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.allow.update(error.valid_methods)
    return response


def _database_away(error: DatabaseBusy | DBAPIError | NoConnectionFree) -> Response:
    """Its state is said as `busy`; any other error of the database is a fault of ours."""
    if not health.record(error):
        raise error
    return refuse(Refused("busy"))


def _protect(response: Response) -> Response:
    """What browsers are told to hold us to."""
    headers, kind = response.headers, response.mimetype
    https = current_app.extensions["process"].settings.public_url.startswith("https:")
    said = {name.lower() for name, _ in headers}
    # Added at once: Werkzeug's `setdefault` looks through all headers several times for each.
    headers.extend([one for one in _policies(kind, https=https) if one[0].lower() not in said])
    if kind in _PARTS_OF_PAGES:
        return response
    is_page = kind == "text/html"
    if access.pass_in_use() is not None:
        # Staff's pages stay in no cache, neither the browser's nor a proxy's, nor behind "Back"
        # once somebody has logged out.
        headers["Cache-Control"] = "no-store, no-transform" if access.holds_secret() else "no-store"
    if is_page or response.status_code == 304 or response.status_code >= 400:
        response.vary.update(("Cookie", "Accept-Language"))
    if "asked_for" in g:
        response.vary.add("Accept")
    if is_page and not access.holds_secret():
        _compress(response)
    return response


@lru_cache(64)
def _policies(kind: str | None, *, https: bool) -> list[tuple[str, str]]:
    """What every answer of this MIME type says, unless its view has said otherwise."""
    policies = [
        ("X-Content-Type-Options", "nosniff"),
        # Not no-referrer: form posts would send Origin: null and be refused.
        ("Referrer-Policy", "same-origin"),
    ]
    # What follows holds for documents; beside a script or a stylesheet it would only weigh.
    if kind in _PARTS_OF_PAGES:
        return policies
    policies += [
        ("Content-Security-Policy", _CSP),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
    if https:
        policies += [("Strict-Transport-Security", _HSTS)]
    if kind == "text/html":
        if https:
            # On plain http browsers ignore it, and complain of it in every console.
            policies += [("Cross-Origin-Opener-Policy", "same-origin")]
        policies += [
            ("Permissions-Policy", _PERMISSIONS),
            ("Cache-Control", "private, no-cache"),
        ]
    return policies


def _compress(response: Response) -> None:
    """A page of 25 KB travels as 5: on a hall's Wi-Fi that is the difference.

    No such page holds a secret beside what its reader typed, so its length gives none away; a page
    that does says so (`access.hold_secret`) and stays as it is, behind a proxy, too.
    """
    if response.status_code == 304:
        response.vary.add("Accept-Encoding")
        return
    if response.is_streamed or not response.content_length or response.content_length < 1000:
        return
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"]:
        response.set_data(gzip.compress(response.get_data(), GZIP_LEVEL, mtime=0))
        response.content_encoding = "gzip"


_PARTS_OF_PAGES = ("text/css", "text/javascript")
_HSTS = "max-age=31536000"
"""A year, for this name alone: what else the domain has is not ours to bind."""
# What the screen (fullscreen, wake lock), the organiser (clipboard) and staff (sound) use is left
# to ourselves, as browsers have it; nothing here has ever used the rest.
_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "camera",
        "microphone",
        "geolocation",
        "display-capture",
        "payment",
        "usb",
        "serial",
        "hid",
        "midi",
        "accelerometer",
        "gyroscope",
        "magnetometer",
    )
)
_CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types exchange",
    )
)
