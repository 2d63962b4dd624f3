"""What a page holds that lives by pushes, as a program: by the rules of static/js/live/updates.js.

Cheap enough for hundreds: pushes are kept as they come and put together when somebody looks.
What a page knows of its own reader (my votes) is not news and is left to the browser's tests.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

_WATCH = re.compile(r"data-watch='([^']*)'")
_TAG = re.compile(r"<([a-z][a-z0-9]*)\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')
_VOTES = re.compile(r'(<[a-z]+ [^>]*\bdata-votes="(\d+)"[^>]*>)([^<]*)(</)')
_LISTS = re.compile(r'\bdata-lists="([^"]*)"')

REGIONS = ("phase", "live", "stage", "summary", "conduct")
"""What has no list and is replaced whole."""


@dataclass(frozen=True)
class Piece:
    """An element of a page or a push, without its votes: they travel alone."""

    id: str
    list: str | None
    version: int
    gone: bool
    html: str
    votes: dict[str, str]


def pieces(html: str) -> Iterator[Piece]:
    """The elements that news is about, in a page as in a push."""
    at = 0
    while found := _TAG.search(html, at):
        at = found.end()
        attributes = dict(_ATTRIBUTE.findall(found[2]))
        id_ = attributes.get("id", "")
        listed = bool(id_ and attributes.get("data-list"))
        if not (listed or "data-gone" in attributes or id_ in REGIONS):
            continue
        # The moderation calls a zone of its page like the screen's picture.
        if "data-zone" in attributes:
            continue
        end = _end_of(html, found)
        whole = html[found.start() : end]
        at = end
        yield Piece(
            id_,
            attributes.get("data-list"),
            int(attributes.get("data-version") or 0),
            "data-gone" in attributes,
            " ".join(_VOTES.sub(r"\1\4", whole).split()),
            {question: text for _, question, text, _ in _VOTES.findall(whole)},
        )


def _end_of(html: str, start: re.Match[str]) -> int:
    """Where the element ends that begins with this tag."""
    depth = 0
    for tag in re.compile(rf"<(/?){start[1]}\b").finditer(html, start.start()):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return html.index(">", tag.start()) + 1
    raise ValueError(html[start.start() : start.start() + 200])


@dataclass
class Content:
    """A page put together: what it shows, by id."""

    shown: dict[str, Piece]
    lists: set[str]
    votes: dict[str, str]

    @classmethod
    def of(cls, html: str) -> "Content":
        lists = {name for names in _LISTS.findall(html) for name in names.split()}
        made = cls({}, lists, {})
        for piece in pieces(html):
            made.shown[piece.id] = piece
            made.votes.update(piece.votes)
        return made

    def place(self, html: str) -> None:
        """As live/placing.js does."""
        for piece in pieces(html):
            present = self.shown.get(piece.id)
            if piece.gone:
                self.shown.pop(piece.id, None)
            elif present and present.version > piece.version:
                continue
            elif piece.list is None:
                if present:
                    self._show(piece)
            elif piece.list in self.lists:
                self._show(piece)
            else:
                self.shown.pop(piece.id, None)

    def count(self, counts: dict[str, int]) -> None:
        """As live/vote-counts.js does."""
        for question, votes in counts.items():
            if question in self.votes:
                self.votes[question] = str(votes or "")

    def _show(self, piece: Piece) -> None:
        self.shown[piece.id] = piece
        self.votes.update(piece.votes)

    def compared(self) -> dict[str, tuple[str | None, int, str]]:
        """For two contents to be compared: id to list, version and html; votes among them."""
        known = {one.id: (one.list, one.version, one.html) for one in self.shown.values()}
        counted = {question for one in self.shown.values() for question in one.votes}
        return known | {
            f"votes of {question}": (None, 0, self.votes[question]) for question in counted
        }


@dataclass
class Held:
    """One page: the reading that it stands on and what it was told since."""

    html: str = ""
    revisions: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    pushes: list[dict[str, Any]] = field(default_factory=list)
    reading: bool = False
    waiting: list[dict[str, Any]] = field(default_factory=list)

    def read(self, html: str) -> set[str]:
        """The page was read anew; the rooms that are new in it."""
        found = _WATCH.search(html)
        if not found:
            raise ValueError("Not one of our pages.")
        watch = json.loads(unescape(found[1]))
        new = {one["room"] for one in watch} - self.codes.keys()
        self.html, self.pushes = html, []
        self.revisions = {one["room"]: one["revision"] for one in watch}
        self.codes = {one["room"]: one["code"] for one in watch}
        return new

    def hear(self, push: dict[str, Any]) -> bool:
        """A push has come; whether the page must be read again."""
        if self.reading:
            self.waiting.append(push)
            return False
        known = self.revisions.get(push["room"])
        if known is None or push["revision"] <= known:
            return False
        if push["previous"] > known:
            return True
        self.revisions[push["room"]] = push["revision"]
        self.pushes.append(push)
        return False

    def content(self) -> Content:
        """What it shows now."""
        made = Content.of(self.html)
        for push in self.pushes:
            if push.get("html"):
                made.place(push["html"])
            if push.get("counts"):
                made.count(push["counts"])
        return made


def is_ours(html: str) -> bool:
    """Whether this is one of our live pages."""
    return _WATCH.search(html) is not None


def difference(held: Content, fresh: Content) -> list[str]:
    """What is not the same, in words; empty if the page is right."""
    left, right = held.compared(), fresh.compared()
    said = [f"{id_} is missing" for id_ in right.keys() - left.keys()]
    said += [f"{id_} should not be there" for id_ in left.keys() - right.keys()]
    said += [
        f"{id_} is {left[id_]!r} and should be {right[id_]!r}"
        for id_ in left.keys() & right.keys()
        if left[id_] != right[id_]
    ]
    return sorted(said)
