"""Where the language link leads: to the page as it was asked for, in the other language.

What was searched, filtered, ordered and unfolded stands in the query. Only what our own pages ask
for is carried on, each as far as it can be meant: never a pass's secret or an address, whatever
somebody pasted where.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlencode

from flask import Flask, request

_WORDS = {
    "q": 100,
    "list": 20,
    "sort": 20,
    "facet": 20,
    "status": 20,
    "show": 20,
    # A stand is named by its code or label, or looked for by words.
    "stand": 100,
    "copy": 12,
    "code": 12,
}
"""What pages are asked for in words, and how long each may be."""
_NAME = re.compile(r"[a-z][a-z_-]{0,19}")
_NUMBER = re.compile(r"\d{1,9}")
"""How much of a list, which page of it, which change may be taken back, which question arrived."""
_PLACE = re.compile(r"-?\d{1,12}(?:\.\d{1,20})?")
_A_PASS = re.compile(r"/pass\b(?![\w-])", re.IGNORECASE)


def init_app(app: Flask) -> None:
    """Hand what is carried on to every template."""
    app.jinja_env.globals["kept_query"] = kept_query


def kept_query() -> str:
    """What of this page's query is carried on, to be followed by a further name: "q=a&"."""
    kept = carried(request.args.items())
    return f"{urlencode(kept)}&" if kept else ""


def carried(query: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What of a query is carried on; of a name that comes twice the first."""
    kept: dict[str, str] = {}
    for name, value in query:
        if _is_kept(name, value):
            kept.setdefault(name, value)
    return kept


def _is_kept(name: str, value: str) -> bool:
    if name in _WORDS:
        return len(value) <= _WORDS[name] and not _A_PASS.search(value)
    if name == "after":
        return _PLACE.fullmatch(value) is not None
    return _NAME.fullmatch(name) is not None and _NUMBER.fullmatch(value) is not None
