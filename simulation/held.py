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
_LIMITED = re.compile(
    r'data-lists="(\w+)" data-sort="(asc|desc)" data-rest="(\d+)" data-limit="(\d+)"'
)
_PLACED = re.compile(
    r'id="((?:mine-)?question-\d+)" '
    r'(?:data-gone|data-list="(\w+)" data-version="(\d+)" data-order="([-\d.]+)")'
)
_PHASE = re.compile(r'id="conduct"[^>]* data-phase="(\w+)"')
_LEFT = 0.8
"""So much of a list must be left, or it is filled up again."""

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
class End:
    """One list that has an end: how much of it is shown."""

    sign: int
    limit: int
    rest: int
    shown: dict[str, float] = field(default_factory=dict)
    """The places of the questions that are shown, by id, as they follow one another."""


class Ends:
    """As list-ends.js keeps them: what is shown of each list, and how much is not."""

    def __init__(self, html: str) -> None:
        self.lists = {
            name: End(-1 if sort == "desc" else 1, int(limit), int(rest))
            for name, sort, rest, limit in _LIMITED.findall(html)
        }
        self._versions: dict[str, int] = {}
        for id_, name, version, order in _PLACED.findall(html):
            if name in self.lists:
                self._put(id_, name, int(version), float(order))

    def place(self, html: str, total: int | None = None) -> bool:
        """News; whether only the server knows what stands behind an end now. `total`: how many
        questions the list at a stand holds, where that was told.
        """
        cut = any(one.rest for one in self.lists.values())
        missed = False
        for id_, name, version, order in _PLACED.findall(html):
            known = id_ in self._versions
            if known and version and int(version) < self._versions[id_]:
                continue
            missed |= cut and not known and (not version or int(version) > 1)
            self._take(id_)
            if name not in self.lists:
                continue
            end = self.lists[name]
            place = end.sign * float(order)
            if end.rest and end.shown and place > max(end.shown.values()):
                end.rest += 1
                missed |= not known
            else:
                self._put(id_, name, int(version), float(order))
        for end in self.lists.values():
            while len(end.shown) > end.limit:
                self._take(max(end.shown, key=end.shown.__getitem__))
                end.rest += 1
        if total is not None and "public" in self.lists:
            self.lists["public"].rest = total - len(self.lists["public"].shown)
        short = any(
            end.rest > 0 and len(end.shown) < end.limit * _LEFT for end in self.lists.values()
        )
        return short or (missed and total is None)

    def within(self, fresh: "Ends") -> set[str]:
        """Which questions of a fresh page this one need not show: a list is filled up again only
        when it has become short (list-ends.js), until then its end comes earlier.
        """
        beyond: set[str] = set()
        for name, end in self.lists.items():
            there = fresh.lists.get(name)
            if there is not None and end.rest:
                beyond.update(sorted(there.shown, key=there.shown.__getitem__)[len(end.shown) :])
        return beyond

    def totals(self) -> dict[str, int]:
        """How many questions each list has, shown or not."""
        return {name: len(end.shown) + end.rest for name, end in self.lists.items()}

    def shows(self, piece: Piece) -> bool:
        """Whether a piece is to be seen, as far as ends decide that."""
        return piece.list not in self.lists or piece.id in self._versions

    def _put(self, id_: str, name: str, version: int, order: float) -> None:
        self._versions[id_] = version
        self.lists[name].shown[id_] = self.lists[name].sign * order

    def _take(self, id_: str) -> None:
        self._versions.pop(id_, None)
        for end in self.lists.values():
            end.shown.pop(id_, None)


@dataclass
class Held:
    """One page: the reading that it stands on and what it was told since."""

    html: str = ""
    revisions: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    pushes: list[dict[str, Any]] = field(default_factory=list)
    reading: bool = False
    waiting: list[dict[str, Any]] = field(default_factory=list)
    ends: Ends = field(default_factory=lambda: Ends(""))
    phase: str = ""

    def read(self, html: str) -> set[str]:
        """The page was read anew; the rooms that are new in it."""
        found = _WATCH.search(html)
        if not found:
            raise ValueError("Not one of our pages.")
        watch = json.loads(unescape(found[1]))
        new = {one["room"] for one in watch} - self.codes.keys()
        self.html, self.pushes, self.ends = html, [], Ends(html)
        self.phase = _phase_in(html) or ""
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
        html = push.get("html") or ""
        # Which verbs are offered follows from the phase, too (staff/phase.js).
        turned = _phase_in(html) not in (None, self.phase)
        return self.ends.place(html, push.get("total")) or turned

    def content(self) -> Content:
        """What it shows now."""
        made = Content.of(self.html)
        for push in self.pushes:
            if push.get("html"):
                made.place(push["html"])
            if push.get("counts"):
                made.count(push["counts"])
        made.shown = {id_: piece for id_, piece in made.shown.items() if self.ends.shows(piece)}
        return made


def _phase_in(html: str) -> str | None:
    found = _PHASE.search(html)
    return found[1] if found else None


def is_ours(html: str) -> bool:
    """Whether this is one of our live pages."""
    return _WATCH.search(html) is not None


def wrong_with(held: Held, html: str) -> list[str]:
    """What a page does not show as a fresh one does (`html`), in words; empty if it is right."""
    ends, fresh = Ends(html), Content.of(html)
    beyond = held.ends.within(ends)
    fresh.shown = {id_: piece for id_, piece in fresh.shown.items() if id_ not in beyond}
    counted, there = held.ends.totals(), ends.totals()
    said = [
        f"{name} has {counted[name]} and should have {there[name]}"
        for name in counted.keys() & there.keys()
        if counted[name] != there[name]
    ]
    return said + difference(held.content(), fresh)


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
