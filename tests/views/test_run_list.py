"""The run list without scripts: its head at a press, a place that is typed; and skip links."""

import re

from tests.support.fair import ROBO, Fair
from tests.support.windows import Desk


def listed(fair: Fair, many: int) -> list[int]:
    asked = [fair.ask(ROBO, f"Frage {n}?", asker=f"Anna {n}") for n in range(many)]
    for question in asked:
        fair.act(question, "shortlist")
    return asked


def test_a_row_of_the_run_list_goes_to_its_head_at_a_press(fair: Fair, moderation: Desk) -> None:
    *_, last = listed(fair, 3)
    page = moderation.get(moderation.base).text
    assert re.search(r'<form id="first"[^>]*><input [^>]*name="position" value="1">', page)
    (row,) = re.findall(rf'<article[^>]*id="question-{last}".*?</article>', page, re.DOTALL)
    press = re.search(
        r'<button form="first" name="version" value="(\d+)" formaction="([^"]*)"', row
    )
    assert press
    # What a browser sends without scripts.
    answer = moderation.post(press[2], version=press[1], position=1)
    assert answer.status_code == 303
    assert fair.run_list() == [3, 1, 2]
    answer = moderation.post(press[2], version=press[1], position=2)
    assert answer.status_code == 409
    assert fair.run_list() == [3, 1, 2]


def test_the_page_of_a_question_says_its_place_and_of_how_many(
    fair: Fair, moderation: Desk
) -> None:
    first, second, _ = listed(fair, 3)
    fair.asked_as("open")
    pages = {
        question: moderation.get(f"{moderation.base}/questions/{fair.card(question).number}").text
        for question in (first, second)
    }
    for place, question in enumerate((first, second), start=1):
        assert f'name="position" type="number" min="1" max="3" value="{place}"' in pages[question]
        assert '<span id="move-of-' in pages[question]
        assert ">von 3</span>" in pages[question]
    assert "Als Nächste</button>" in pages[second]
    assert "Als Nächste</button>" not in pages[first]
    assert "Platz im Ablauf" not in moderation.get(f"{moderation.base}/questions/4").text


def test_skip_links_lead_to_the_zones_and_lists(fair: Fair, moderation: Desk) -> None:
    desk = Desk(fair, "presenter", ROBO)
    for window, expected in (
        (moderation, ["main", "inbox", "run-list", "stage"]),
        (desk, ["main", "open", "later", "type-in"]),
    ):
        page = window.get(window.base).text
        links = re.findall(r'<a class="skip-link" href="#([\w-]+)"', page)
        assert links == expected
        for name in links:
            assert re.search(rf'<[^>]*\bid="{name}"', page), name
