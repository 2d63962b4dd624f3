"""A page's source as a tree: for what is asked of many pages, and needs no browser."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Union

_VOID = {"meta", "link", "input", "img", "br", "hr", "source", "rect", "path", "circle"}


@dataclass
class Node:
    """An element: its attributes, and what is in it."""

    tag: str
    marks: dict[str, str] = field(default_factory=dict)
    above: Union["Node", None] = None
    inside: list[Union["Node", str]] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        """All elements in it, in their order."""
        for one in self.inside:
            if isinstance(one, Node):
                yield one
                yield from one.walk()

    def around(self) -> Iterator["Node"]:
        """Itself, and the elements that it is in, inside out."""
        yield self
        if self.above:
            yield from self.above.around()

    def texts(self) -> Iterator[tuple[str, "Node"]]:
        """All texts in it, each with its element."""
        for one in self.inside:
            if isinstance(one, Node):
                yield from one.texts()
            else:
                yield one, self

    @property
    def text(self) -> str:
        return "".join(words for words, _ in self.texts())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("")
        self.at = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.inside.append(node)
        if tag not in _VOID:
            self.at = node

    def handle_endtag(self, tag: str) -> None:
        closed = next((one for one in self.at.around() if one.tag == tag), None)
        if closed and closed.above:
            self.at = closed.above

    def handle_data(self, data: str) -> None:
        self.at.inside.append(data)


def tree(page: str) -> Node:
    reader = _Reader()
    reader.feed(page)
    return reader.root


def name_of(element: Node, page: Node) -> str:
    """What is said of a button or a link: its label, or the texts in it and of its pictures."""
    if label := element.marks.get("aria-label"):
        return label
    if ids := element.marks.get("aria-labelledby", "").split():
        known = {one.marks.get("id"): one for one in page.walk()}
        told = [known[id_].text for id_ in ids if id_ in known]
        return " ".join(" ".join(told).split())
    pictures = [one.marks.get("alt", "") for one in element.walk() if one.tag == "img"]
    words = [words for words, at in element.texts() if at.marks.get("aria-hidden") != "true"]
    return " ".join(" ".join(["".join(words), *pictures]).split())
