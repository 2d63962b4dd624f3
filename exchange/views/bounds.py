"""How much a request may bring along: refused before anything reads it.

Choosing a language or a form of answer, parsing a form or a cookie takes longer the more there is
of it, and the whole hall waits meanwhile. A browser sends a twentieth of what is allowed here.
"""

import binascii
import re
from typing import IO, Any

from flask import Flask, Request
from flask import request as current_request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from exchange.config import MAX_FORM_FIELDS
from exchange.domain.refusals import Refused

MOST_PATH = 1_000
MOST_QUERY = 2_000
"""Characters of an address: a hundred letters of search are twelve hundred, percent-encoded."""
MOST_HEADERS = 100
MOST_OF_ALL_HEADERS = 16 * 1024
MOST_COOKIES = 150
"""Cookies know no ports: those of whatever else runs under this name come along."""
MOST_OF_HEADER = {
    "HTTP_ACCEPT": 1_000,
    "HTTP_ACCEPT_LANGUAGE": 500,
    "HTTP_ACCEPT_ENCODING": 500,
    "HTTP_ACCEPT_CHARSET": 500,
    "HTTP_IF_NONE_MATCH": 2_000,
    "HTTP_IF_MATCH": 2_000,
    "HTTP_RANGE": 500,
    "HTTP_COOKIE": 8 * 1024,
    "CONTENT_TYPE": 500,
}
"""Characters of the headers that are taken apart; of others only the sum counts."""

_BOUNDED = MOST_OF_HEADER.keys()

_NO_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class BoundedForms(FormDataParser):
    """Refuses (413) more fields than any form of ours has; the library counts those of a multipart
    body alone. What is not UTF-8 becomes U+FFFD, and the form says so (`Form`).
    """

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> "tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]":
        """The form of a body that is not longer than the app's limit."""
        if mimetype != "application/x-www-form-urlencoded":
            return super().parse(stream, mimetype, content_length, options)
        body = stream.read()
        # Of a body in chunks, whose length nobody said, this is not its end but the limit: the next
        # read says so (413).
        stream.read(1)
        if body.count(b"&") >= MAX_FORM_FIELDS:
            raise RequestEntityTooLarge
        pairs = (pair.partition(b"=") for pair in body.split(b"&") if pair)
        form = Form()
        for name, _, value in pairs:
            form.add(_plain(name).decode(errors="replace"), form.decoded(_plain(value)))
        return stream, form, MultiDict()


class Form(MultiDict[str, str]):
    """The fields of a form."""

    is_utf8 = True
    """Whether every value was. U+FFFD alone does not tell: people copy that, too."""

    def decoded(self, plain: bytes) -> str:
        """A value; the form remembers where it was not UTF-8."""
        try:
            return plain.decode()
        except UnicodeDecodeError:
            self.is_utf8 = False
            return plain.decode(errors="replace")


def _plain(encoded: bytes) -> bytes:
    """What a name or a value of a form says.

    Decoded as quoted-printable, after its escapes have been written so: in C, a tenth of what
    urllib takes, which would hold the loop for 100 ms for as many escapes as a body has room for.
    """
    plain = encoded.replace(b"+", b" ")
    if b"%" not in plain:
        return plain
    plain = plain.replace(b"=", b"=3D")
    return binascii.a2b_qp(_NO_ESCAPE.sub(b"=25", plain).replace(b"%", b"="))


class BoundedRequest(Request):
    """A request that holds nothing beyond the bounds: `beyond` says what was left out of it.

    Left out here, so that whoever says the refusal (in which language, as which kind of answer)
    does not read it either.
    """

    form_data_parser_class = BoundedForms

    def __init__(self, environ: dict[str, Any], *arguments: Any, **options: Any) -> None:
        self.beyond = _beyond(environ)
        if self.beyond:
            environ = _within(environ)
        super().__init__(environ, *arguments, **options)


def init_app(app: Flask) -> None:
    """Refuse `unknown`, `long_address` and `headers`, before anything else looks at a request."""
    app.request_class = BoundedRequest
    app.before_request(_require_bounds)


def _require_bounds() -> None:
    beyond = getattr(current_request, "beyond", None)
    if beyond:
        raise Refused(beyond)


def _beyond(environ: dict[str, Any]) -> str | None:
    """The word of the refusal, None for a request within the bounds."""
    if len(environ.get("PATH_INFO", "")) > MOST_PATH:
        return "unknown"  # no page has such an address
    if len(environ.get("QUERY_STRING", "")) > MOST_QUERY:
        return "long_address"
    headers = [value for name, value in environ.items() if name.startswith("HTTP_")]
    if (
        len(headers) > MOST_HEADERS
        or sum(map(len, headers)) > MOST_OF_ALL_HEADERS
        or any(len(environ[name]) > MOST_OF_HEADER[name] for name in _BOUNDED & environ.keys())
        or environ.get("HTTP_COOKIE", "").count(";") >= MOST_COOKIES
    ):
        return "headers"
    return None


_KEPT = ("HTTP_HOST", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE")
"""What a refusal is said by."""


def _within(environ: dict[str, Any]) -> dict[str, Any]:
    """The same request without what is beyond the bounds."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith("HTTP_")
        or (name in _KEPT and len(value) <= MOST_OF_HEADER.get(name, MOST_OF_HEADER["HTTP_RANGE"]))
    }
    # What is asked for does not matter any more, and would be looked up in the map of addresses.
    kept |= {"PATH_INFO": "/", "QUERY_STRING": "", "RAW_URI": "/", "REQUEST_URI": "/"}
    if len(kept.get("CONTENT_TYPE", "")) > MOST_OF_HEADER["CONTENT_TYPE"]:
        kept["CONTENT_TYPE"] = ""
    return kept
