"""Whatever an organiser or a partner typed comes back with the sentence, and with a way back."""

import re
from html import unescape
from typing import Any

import pytest

from tests.support.fair import BAU, GE, ROBO, TOUR, Fair, new_key
from tests.support.windows import Window

WORDS = "Wie es wirklich war: 900 Leuchten."
ODD = f"{WORDS} \x00"


def way_back(page: str) -> object:
    main = page.partition("<main")[2].partition("</main")[0]
    return next(iter(re.findall(r'href="([^"]+)"', main)), "")


@pytest.mark.parametrize(
    ("path", "name", "leads_to"),
    [
        ("/organise/projects/robo", "summary", "/organise"),
        ("/organise/projects/robo/contacts", "function", "/organise"),
        (f"/organise/{GE}/settings", "title", f"/organise/{GE}"),
        (f"/organise/{GE}/stands", "place", f"/organise/{GE}"),
        (f"/organise/series/{TOUR}/questions", "kosten", "/organise"),
    ],
)
def test_what_cannot_be_read_is_given_back(
    organiser: Window, path: str, name: str, leads_to: str
) -> None:
    answer = organiser.post(path, **{name: ODD})
    assert answer.status_code == 400
    assert WORDS in unescape(answer.text)
    assert way_back(answer.text) == leads_to


def test_a_list_that_cannot_be_read_stays_in_its_field(organiser: Window) -> None:
    answer = organiser.post(f"/organise/{GE}/registered", list=ODD)
    assert answer.status_code == 400
    assert re.search(rf"<textarea[^>]*>\s*{WORDS}", unescape(answer.text))


def test_an_entry_that_cannot_be_read_is_given_back_and_no_key_with_it(
    fair: Fair, as_presenter: Any
) -> None:
    fair.enter("preparing")
    desk = as_presenter(ROBO)
    key = new_key()
    answer = desk.post(f"/present/{ROBO}/entry", summary=ODD, key=key, **{"contact-1-id": "17"})
    assert WORDS in unescape(answer.text)
    assert key not in answer.text
    assert way_back(answer.text) == f"/present/{ROBO}"


def test_a_secret_is_given_back_to_nobody(phone: Window) -> None:
    assert "AAAABBBBCCCCDDDD" not in phone.post("/pass", secret="AAAABBBBCCCCDDDD \x00").text


@pytest.mark.parametrize("name", ["", "x" * 201])
def test_a_series_without_a_fitting_name_is_refused_at_its_field(
    fair: Fair, organiser: Window, name: str
) -> None:
    before = fair.everything()
    answer = organiser.post("/organise/series", name=name)
    assert answer.status_code == 422
    assert re.search(r'<input[^>]*name="name"[^>]*aria-invalid="true"', answer.text)
    assert name in answer.text
    assert fair.everything() == before


@pytest.mark.parametrize("place", ["abc", "1.5", "-", "99999999999"])
def test_a_place_in_the_order_that_is_none_is_refused_at_its_field(
    organiser: Window, place: str
) -> None:
    answer = organiser.post(f"/organise/{GE}/pitches/{ROBO}/move", position=place)
    assert answer.status_code == 422
    assert re.search(r'<input[^>]*name="position"[^>]*aria-invalid="true"', answer.text)
    assert f'value="{place}"' in answer.text


def test_too_long_a_name_of_a_pass_is_refused_at_its_field(organiser: Window) -> None:
    answer = organiser.post(f"/organise/{GE}/passes/add", stand=ROBO, name="x" * 81)
    assert answer.status_code == 422
    assert "x" * 81 in answer.text
    assert "Zu lang" in answer.text or "zu lang" in answer.text
    assert f"/organise/{GE}/pitches" in answer.text


def test_a_second_undo_leads_back_to_the_page(organiser: Window) -> None:
    page = f"/organise/{GE}/stands"
    saved = organiser.post(f"/organise/{GE}/stands/{BAU}", label="77")
    change = saved.headers["Location"].partition("change=")[2]
    organiser.post(f"/organise/{GE}/undo", change=change, back=page)
    answer = organiser.post(f"/organise/{GE}/undo", change=change, back=page)
    assert answer.status_code == 422
    assert way_back(answer.text) == page


def test_nobody_is_led_back_to_another_site(organiser: Window) -> None:
    answer = organiser.post(f"/organise/{GE}/undo", change="1", back="https://example.org/")
    assert "example.org" not in answer.text
