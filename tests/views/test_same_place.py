"""After an organiser's form: what was done, the way back, and the same place on the page."""

import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from tests.support.fair import GE, new_key
from tests.support.windows import SAME_ORIGIN, Desk, Window


def follow(organiser: Window, answer: TestResponse) -> str:
    """The page that a form leads to."""
    return organiser.get(answer.headers["Location"].partition("#")[0]).text


def undo_form(page: str) -> dict[str, str]:
    """The fields of the undo that a page offers."""
    form = re.search(r'<form class="saved" .*?</form>', page, re.DOTALL)
    assert form
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))


def test_a_switched_phase_is_told_and_taken_back(organiser: Window) -> None:
    answer = organiser.post(f"/organise/{GE}/phase", phase="round")
    assert answer.headers["Location"].endswith("&done=phase#phase-round")
    page = follow(organiser, answer)
    assert "Jetzt gilt: Schlussrunde." in page
    # Where the focus goes: what was pressed is no button any more.
    assert '<p class="phase-name" id="phase-round" tabindex="-1">' in page
    back = organiser.post(f"/organise/{GE}/undo", **undo_form(page))
    page = follow(organiser, back)
    assert "Zurückgenommen." in page
    assert '<p class="phase-name" id="phase-fair" tabindex="-1">' in page


def test_checking_first_is_told_and_taken_back(organiser: Window) -> None:
    page = follow(organiser, organiser.post(f"/organise/{GE}/moderation", first="1"))
    assert "Neue Fragen werden erst geprüft." in page
    page = follow(organiser, organiser.post(f"/organise/{GE}/undo", **undo_form(page)))
    assert "Fragen sind sofort für alle sichtbar." in page


def test_a_moderator_takes_no_phase_back(
    organiser: Window, as_moderator: Callable[[str], Desk]
) -> None:
    switched = organiser.send(f"/organise/{GE}/phase", key=new_key(), phase="closed")
    assert switched.json
    change = switched.json["change"]
    answer = as_moderator(GE).send(f"/moderate/{GE}/undo", key=new_key(), change=change)
    assert (answer.status_code, answer.json and answer.json["error"]) == (403, "not_yours")


@pytest.mark.parametrize(
    ("at", "query", "kept"),
    [
        (f"/organise/{GE}/stands", "from=50&q=a", "from=50&q=a&"),
        (f"/organise/{GE}/stands", "from=50&change=3&done=undone&lang=en", "from=50&"),
        (f"/organise/{GE}/passes", "page=2", ""),
        ("/elsewhere", "from=50", ""),
    ],
)
def test_a_form_returns_to_the_part_of_the_list_that_it_stood_on(
    organiser: Window, at: str, query: str, kept: str
) -> None:
    host = organiser.get("/pass").request.host_url.rstrip("/")
    came = SAME_ORIGIN | {"Referer": f"{host}{at}?{query}"}
    address = f"/organise/{GE}/stands"
    answer = organiser.client.post(address, data={"label": "77"}, headers=came)
    assert answer.headers["Location"].startswith(f"{address}?{kept}change=")
    change = answer.headers["Location"].rpartition("=")[2]
    undo = {"change": change, "back": address}
    back = organiser.client.post(f"/organise/{GE}/undo", data=undo, headers=came)
    assert back.headers["Location"] == f"{address}?{kept}done=undone"


@pytest.mark.parametrize("referer", ["http://[", "http://[::1", "//\u2100", "x" * 5000])
def test_a_form_from_nowhere_that_can_be_read_returns_to_the_list(
    organiser: Window, referer: str
) -> None:
    came = SAME_ORIGIN | {"Referer": referer}
    address = f"/organise/{GE}/stands"
    answer = organiser.client.post(address, data={"label": "77"}, headers=came)
    assert answer.headers["Location"].startswith(f"{address}?change=")
