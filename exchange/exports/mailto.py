"""Links that open a mail, or a call, in the reader's own program. We send none."""

import re
from urllib.parse import quote

from flask import Flask

LONGEST = 2000
"""Signs of an address that every mail program takes."""


def mailto(to: str, subject: str, body: str, shorter: str | None = None) -> str:
    """The link for a mail to somebody. `shorter`: the body where all of it would be too long;
    without one nothing is cut.
    """
    address = f"mailto:{quote(to, safe='@')}?subject={quote(subject, safe='')}&body="
    whole = address + _quoted(body)
    if shorter is None or len(whole) < LONGEST:
        return whole
    return f"mailto:{quote(to, safe='@')}?body={_quoted(shorter)}"


def tel(phone: str) -> str:
    """The link that calls a telephone number, as people write one (RFC 3966): `+49 (0)209 169-0`,
    `0209/169 0`. What stands behind a second number or a word is not dialled.
    """
    first = _NUMBER.search(re.split(r"\s/\s+(?=[+0])", phone)[0])
    written = first[0] if first else phone
    if written.startswith(("+", "00")):
        written = written.replace("(0)", "")
    return "tel:" + re.sub("[^+0-9]", "", written)


_NUMBER = re.compile(r"[+(]?[0-9][0-9 ()./\u2010-\u2015\xa0-]*")


def init_app(app: Flask) -> None:
    """Hand both to every template."""
    app.jinja_env.globals.update(mailto=mailto, tel=tel)


def _quoted(body: str) -> str:
    return quote(body.replace("\r\n", "\n").replace("\n", "\r\n"), safe="")
