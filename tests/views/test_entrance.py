"""Codes, labels and addresses as people give them lead to the stand or the event that is meant."""

import pytest

from tests.support.fair import AC, ELSEWHERE, GE, ROBO, Fair
from tests.support.statements import counting_statements
from tests.support.windows import Window


@pytest.fixture
def hall(fair: Fair) -> Fair:
    """A fair under way whose codes have signs that look alike: HE, and HE0, HE1, HE15 ..."""
    fair.make_event("HE", phase="fair")
    for label in ("1", "15", "A-12", "Foyer"):
        fair.make_stand(f"HE{label.replace('-', '').upper()}", "HE", label=label, project="robo")
    for event in (AC, GE, ELSEWHERE):
        fair.enter("closed", event)
    return fair


TYPED = {
    "HE1": "/s/HE1",
    "he1": "/s/HE1",
    " HE 1 ": "/s/HE1",
    "HE-1": "/s/HE1",
    "HE1.": "/s/HE1",
    "„HE1“": "/s/HE1",
    "HE 15": "/s/HE15",
    "HEl": "/s/HE1",
    "HEI": "/s/HE1",
    "HEO": "/s/HE0",
    "heo": "/s/HE0",
    "\uff28\uff25\uff11": "/s/HE1",
    "HE\u200b1": "/s/HE1",
    "Code: HE1": "/s/HE1",
    "Stand-Code HE1": "/s/HE1",
    "s/HE1": "/s/HE1",
    "/s/HE1/": "/s/HE1",
    "S/HE1": "/s/HE1",
    "http://börse.example.org/s/HE1": "/s/HE1",
    "https://boerse.example.org/s/he1?utm=1#mine": "/s/HE1",
    "boerse.example.org/s/HE1.": "/s/HE1",
    "boerse.example.org/s/HE1 (Stand 1)": "/s/HE1",
    "https://boerse.example.org/?code=HE1": "/s/HE1",
    "1": "/s/HE1",
    "Stand 1": "/s/HE1",
    "stand nr. 1": "/s/HE1",
    "Stand Nr 01": "/s/HE1",
    "Booth A-12": "/s/HEA12",
    "a-12": "/s/HEA12",
    "Foyer": "/s/HEFOYER",
    "HE": "/e/HE",
    "e/he": "/e/HE",
    "Veranstaltung HE": "/e/HE",
    GE: f"/e/{GE}",
    ROBO: f"/s/{ROBO}",
}


@pytest.mark.parametrize("typed", TYPED)
def test_what_can_mean_one_place_leads_there(hall: Fair, phone: Window, typed: str) -> None:
    answer = phone.client.get("/", query_string={"code": typed})
    assert (answer.status_code, answer.headers.get("Location")) == (303, TYPED[typed])


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/s/HE1/", "/s/HE1"),
        ("/S/HE1", "/s/HE1"),
        ("/S/he1/", "/s/HE1"),
        ("/s/HE1.", "/s/HE1"),
        ("/s/HE1,", "/s/HE1"),
        ("/s/HE%201", "/s/HE1"),
        ("/s/HEl", "/s/HE1"),
        ("/s/%EF%BC%A8E1", "/s/HE1"),
        ("/e/HE/", "/e/HE"),
        ("/E/HE", "/e/HE"),
        ("/e/HE.", "/e/HE"),
        ("/e/HE1", "/s/HE1"),
        ("/s/HE", "/e/HE"),
    ],
)
def test_addresses_near_the_right_one_lead_to_it(
    hall: Fair, phone: Window, path: str, leads_to: str
) -> None:
    answer = phone.get(path)
    assert (answer.status_code, answer.headers.get("Location")) == (302, leads_to)


@pytest.mark.parametrize("typed", ["HE2", "Stand 2", "HEX", "s/", "/s//", "?", "\x00", "Ä"])
def test_what_means_nothing_is_said_and_stays_in_the_field(
    hall: Fair, phone: Window, typed: str
) -> None:
    answer = phone.client.get("/", query_string={"code": typed})
    assert answer.status_code == 404
    assert "kennen wir nicht" in answer.text


def test_a_label_of_several_fairs_under_way_is_asked(hall: Fair, phone: Window) -> None:
    hall.enter("fair", GE)
    answer = phone.client.get("/", query_string={"code": "Stand 1"})
    assert answer.status_code == 200
    assert "Welcher Stand ist gemeint?" in answer.text
    assert 'href="/s/HE1"' in answer.text
    assert f'href="/s/{ROBO}"' in answer.text
    assert "kennen wir nicht" not in answer.text


def test_codes_that_look_alike_lead_nowhere_by_half_a_guess(hall: Fair, phone: Window) -> None:
    hall.make_stand("XO1", "HE", label="31", project="robo")
    hall.make_stand("X0L", "HE", label="32", project="robo")
    answer = phone.client.get("/", query_string={"code": "XOI"})
    assert answer.status_code == 200
    assert 'href="/s/XO1"' in answer.text
    assert 'href="/s/X0L"' in answer.text
    assert phone.get("/s/XOI").status_code == 404
    exact = phone.client.get("/", query_string={"code": "XO1"})
    assert exact.headers["Location"] == "/s/XO1"


def test_the_field_takes_a_whole_address(phone: Window) -> None:
    assert 'maxlength="200"' in phone.get("/").text


def test_nobody_waits_for_what_cannot_be_found(hall: Fair, phone: Window) -> None:
    with counting_statements(hall.app) as used:
        phone.client.get("/", query_string={"code": "0O1IL" * 40})
    assert len(used) <= 6, used
