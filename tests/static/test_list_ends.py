"""Lists that have an end: news keeps what is shown and what is counted as a fresh page has it."""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

LIMIT = 3
"""So few that a list which has lost one is filled up again at once."""
# One grows at its end, the other at its head.
DESCENDING = {"pending": False, "open": True}


@dataclass
class Fair:
    """Questions by number: their list ("" for none), their version."""

    questions: dict[int, tuple[str, int]] = field(default_factory=dict)

    def card(self, number: int) -> str:
        name, version = self.questions[number]
        return (
            f'<article id="question-{number}" data-list="{name}" data-version="{version}"'
            f' data-order="{number}" tabindex="-1"><p>{name} {version}</p></article>'
        )

    def html(self) -> str:
        lists = "\n".join(self._list(name, descending) for name, descending in DESCENDING.items())
        return f'<!doctype html><main id="main"><div id="lists" data-live>{lists}</div></main>'

    def _list(self, name: str, descending: bool) -> str:
        here = sorted(
            (n for n, one in self.questions.items() if one[0] == name), reverse=descending
        )
        rest = max(0, len(here) - LIMIT)
        cards = "\n".join(self.card(number) for number in here[:LIMIT])
        hidden = "" if rest else " hidden"
        return (
            f'<div id="list-{name}" data-lists="{name}" data-limit="{LIMIT}" data-rest="{rest}"'
            f' data-sort="{"desc" if descending else "asc"}">{cards}<p class="empty">Nichts.</p>'
            f'<p data-part="more"{hidden}><a data-more="{name}" data-sentence="{{n}} weitere">'
            f"{rest} weitere</a></p></div>"
        )


STEPS = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(["pending", "open", "open", "gone"])),
    max_size=30,
)


@pytest.fixture
def page(modules: Page) -> Page:
    modules.add_script_tag(path="tests/static/placing.js", type="module")
    modules.wait_for_function("() => globalThis.play")
    return modules


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(begun=st.integers(0, 8), steps=STEPS)
def test_news_keeps_the_ends_of_lists_true(
    page: Page, begun: int, steps: list[tuple[int, str]]
) -> None:
    fair = Fair(dict.fromkeys(range(1, begun + 1), ("open", 1)))
    before = fair.html()
    told: list[tuple[str, list[str]]] = []
    for number, what in steps:
        if what == "gone":
            if fair.questions.pop(number, None) is None:
                continue
            push = f'<i id="question-{number}" data-gone></i>'
        else:
            version = fair.questions.get(number, ("", 0))[1] + 1
            # Whoever was here before and comes back is no new question.
            fair.questions[number] = (what, version if version > 1 or number > 8 else 2)
            push = fair.card(number)
        told.append(("placed", [push, fair.html()]))
    end = page.evaluate(
        "([first, steps, last]) => play(first, steps, last)", [before, told, fair.html()]
    )
    assert end["page"] == end["fresh"]
    assert end["doubled"] == []
