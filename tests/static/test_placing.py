"""Whatever is pushed and read again, in any order, the page equals a fresh one and keeps its words.

Played in Chromium with the modules that place news, on a page that is made up for it.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

JS = Path(__file__).parents[2] / "exchange" / "static" / "js"
HOST = "http://127.0.0.1:1"

LISTS = ("pending", "open", "answered")
PARTS = (
    '<p class="text">{words}</p>',
    "<p>{words}</p>",
    "<!-- {words} -->",
    '<p class="text long" data-say="{words}">Siehe <b>{words}</b> und <i>mehr</i></p>',
    '<button class="me-too" name="on" value="{words}">{words}</button>',
    '<form data-part="answer" action="/answer"><input type="hidden" name="v" value="{version}">'
    '<textarea id="answer-{number}">{words}</textarea><button>{words}</button></form>',
    '<form action="/edit-{number}"><input id="edit-{number}" type="text" value="{words}"></form>',
    '<form data-part="plain" action="/answer"><button disabled>{words}</button></form>',
    '<details><summary>{words}</summary><p id="more-{number}">{words}</p></details>',
    '<section id="sent-{number}" data-keep><p>{words}</p></section>',
    '<div data-part="one">{odd}</div><div data-part="two">{even}</div>',
)
FIELDS = ("answer", "edit")

HARNESS = Path(__file__).parent / "placing.js"


@dataclass(frozen=True)
class Question:
    number: int
    version: int
    list: str
    order: float
    parts: tuple[int, ...]
    words: str

    def html(self) -> str:
        given: dict[str, object] = {"number": self.number, "version": self.version}
        given |= {"words": self.words, "odd": "", "even": ""}
        # What stands in one part of the question or in the other.
        given["odd" if self.version % 2 else "even"] = f'<p id="either-{self.number}">Hier.</p>'
        body = "\n".join(PARTS[part].format(**given) for part in self.parts)
        place = f'data-list="{self.list}" data-order="{self.order}"'
        return (
            f'<article class="question q-{self.list}" id="question-{self.number}" {place}'
            f' data-version="{self.version}" tabindex="-1">\n{body}\n</article>'
        )

    @property
    def gone(self) -> str:
        return f'<article id="question-{self.number}" data-gone></article>'


@dataclass
class Fair:
    """What the server has, and what it tells a page."""

    questions: dict[int, Question] = field(default_factory=dict)
    phase: str = "fair"
    backwards: bool = False

    def html(self) -> str:
        lists = "\n".join(self._list(name) for name in LISTS)
        return (
            f'<!doctype html><main id="main" data-rescued="Ihr Text" data-close="Schließen">'
            f'{self.banner()}<section id="lists" data-live>{lists}</section></main>'
        )

    def banner(self) -> str:
        closed = "<b>Geschlossen</b>" if self.phase == "closed" else ""
        return f'<p id="phase" data-live data-phase="{self.phase}">{self.phase}{closed}</p>'

    def _list(self, name: str) -> str:
        # One of the lists has the latest on top.
        downwards = name == "open"
        here = [one for one in self.questions.values() if one.list == name]
        here.sort(key=lambda one: one.order, reverse=downwards)
        cards = "\n".join(one.html() for one in here)
        sort = ' data-sort="desc"' if downwards else ""
        return f'<div data-lists="{name}"{sort}>{cards}<p class="empty">Nichts.</p></div>'


NUMBERS = st.integers(1, 6)
WORDS = st.text("abc", min_size=1, max_size=3)
HOW = st.sampled_from(["pushed", "pushed", "twice", "lost", "overtaken"])
CONTENTS = st.fixed_dictionaries(
    {
        "list": st.sampled_from([*LISTS, "nowhere"]),
        "order": st.integers(1, 9),
        "parts": st.lists(st.sampled_from(range(len(PARTS))), unique=True, max_size=5).map(tuple),
        "words": WORDS,
    }
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("change"), NUMBERS, CONTENTS, HOW),
        st.tuples(st.just("gone"), NUMBERS, st.none(), HOW),
        st.tuples(st.just("phase"), st.sampled_from(["fair", "round", "closed"]), st.none(), HOW),
        st.tuples(st.just("read"), st.none(), st.none(), st.none()),
        st.tuples(st.just("type"), NUMBERS, st.sampled_from(FIELDS), st.none()),
        st.tuples(st.just("open"), NUMBERS, st.none(), st.none()),
    ),
    max_size=25,
)


def played(steps: list[tuple[str, Any, Any, Any]]) -> tuple[str, list[tuple[str, Any]], str]:
    """The first page, what happens to it, and the page as it is in the end."""
    fair = Fair({number: first(number) for number in (1, 2, 3)})
    before = fair.html()
    told: list[tuple[str, Any]] = []
    missed = False
    for index, (what, which, rest, how) in enumerate(steps):
        pushes: list[str] = []
        if what == "change":
            former = fair.questions.get(which, first(which))
            # No two have the same place, as on the server.
            contents = rest | {"order": rest["order"] + which / 10}
            changed = replace(former, version=index + 2, **contents)
            pushes = [changed.html()]
            if changed.list in LISTS:
                fair.questions[which] = changed
                if how == "overtaken":
                    pushes.append(former.html())
            else:
                fair.questions.pop(which, None)
        elif what == "gone" and which in fair.questions:
            pushes = [fair.questions.pop(which).gone]
        elif what == "phase":
            fair.phase = which
            pushes = [fair.banner()]
        elif what == "read":
            told.append(("read", fair.html()))
            missed = False
        elif what == "type":
            told.append(("type", [f"{rest}-{which}", f"von Hand {index}"]))
        elif what == "open":
            told.append(("open", f"#question-{which} details"))
        if how == "lost":
            missed = missed or bool(pushes)
        else:
            told += [("push", html) for html in (pushes * 2 if how == "twice" else pushes)]
    if missed:
        told.append(("read", fair.html()))
    return before, told, fair.html()


def first(number: int) -> Question:
    return Question(number, 1, "open", number + number / 10, (0, 5, 6), "erst")


@pytest.fixture
def page(modules: Page) -> Page:
    """A page with the harness loaded, which brings the modules that place news."""
    modules.add_script_tag(path=Path(__file__).parent / "placing.js", type="module")
    modules.wait_for_function("() => globalThis.play")
    return modules


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_a_page_that_was_pushed_to_equals_a_fresh_one(
    page: Page, steps: list[tuple[str, Any, Any, Any]]
) -> None:
    before, told, after = played(steps)
    end = page.evaluate("([first, steps, last]) => play(first, steps, last)", [before, told, after])
    assert end["page"] == end["fresh"]
    assert end["doubled"] == []
    # What stays is the same element, with all that hangs on it.
    assert end["swapped"] == []
    assert end["forgotten"] == []
