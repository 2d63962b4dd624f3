"""The organiser's page: phases at one press, passes with care."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.fair import AC, GE, KEY, OTHER_TOUR, ROBO, TOUR, XX_STAND, Fair

OF_EVENTS = (f"/organise/{GE}", f"/organise/{AC}")
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def entered(app: Flask, secret: str) -> FlaskClient:
    client = app.test_client()
    assert client.post("/pass", data={"secret": secret}, headers=SAME_ORIGIN).status_code == 303
    return client


@pytest.fixture
def organiser(app: Flask, fair: Fair) -> FlaskClient:
    """The tour's organiser at a browser."""
    return entered(app, fair.secret("organiser", TOUR))


def press(client: FlaskClient, address: str, **fields: str) -> int:
    return client.post(address, data=fields, headers=SAME_ORIGIN).status_code


def test_it_hands_out_every_link_of_its_own_tour_and_none_of_another(
    organiser: FlaskClient, fair: Fair
) -> None:
    pages = "".join(organiser.get(path).text for path in ("/organise", *OF_EVENTS))
    for role, place in (("moderator", GE), ("screen", AC), ("presenter", ROBO)):
        assert f"/pass#{fair.secret(role, place)}" in pages
    assert fair.secret("organiser", TOUR) in pages
    assert fair.secret("presenter", XX_STAND) not in pages
    assert fair.secret("organiser", OTHER_TOUR) not in pages


def test_a_page_of_links_stays_out_of_caches_and_is_the_organisers_alone(
    app: Flask, organiser: FlaskClient, fair: Fair
) -> None:
    for path in ("/organise", *OF_EVENTS):
        assert organiser.get(path).headers["Cache-Control"] == "no-store, no-transform"
        assert app.test_client().get(path).status_code == 403
        assert entered(app, fair.secret("moderator", GE)).get(path).status_code == 403


def test_what_is_under_way_stands_first_and_what_was_is_folded(
    organiser: FlaskClient, fair: Fair
) -> None:
    for code, phase in (("BOH", "preparing"), ("BOT", "closed"), ("OLD", "closed")):
        fair.make_event(code, phase=phase)
    fair.enter("round", AC)
    fair.enter("preparing", GE)
    fair.sql("UPDATE events SET archived = true WHERE code = 'OLD'")
    page = organiser.get("/organise").text
    shown = re.findall(r'data-phase="\w+" href="/organise/(\w+)"', page)
    assert shown == [AC, GE, "BOH", "BOT", "OLD"]
    assert "1 vergangene Veranstaltung<" in page
    assert "1 archivierte Veranstaltung<" in page
    # Where the addresses of earlier days lead.
    assert f'<li id="{GE}">' in page


def test_every_phase_but_the_present_one_can_be_pressed(organiser: FlaskClient, fair: Fair) -> None:
    fair.enter("closed", AC)
    assert press(organiser, f"/organise/{GE}/phase", phase="round") == 303
    desk = organiser.get(f"/organise/{GE}").text
    assert re.findall(r'name="phase" value="(\w+)"', desk) == [
        "preparing",
        "pitches",
        "fair",
        "follow_up",
        "closed",
    ]
    assert desk.count('aria-current="step"') == 1
    assert press(organiser, f"/organise/{GE}/phase", phase="party") == 422


def test_a_new_pass_ends_the_old_one(app: Flask, organiser: FlaskClient, fair: Fair) -> None:
    old = fair.secret("presenter", ROBO)
    address = f"/organise/passes/{fair.pass_id('presenter', ROBO)}/rotate"
    assert press(organiser, address) == 303
    fresh = fair.secret("presenter", ROBO)
    assert press(app.test_client(), "/pass", secret=old) == 403
    assert press(app.test_client(), "/pass", secret=fresh) == 303
    assert fresh in organiser.get(f"/organise/{GE}").text


def test_a_revoked_pass_is_not_shown_and_can_be_restored(
    app: Flask, organiser: FlaskClient, fair: Fair
) -> None:
    number, secret = fair.pass_id("presenter", ROBO), fair.secret("presenter", ROBO)
    assert press(organiser, f"/organise/passes/{number}/revoke") == 303
    assert secret not in organiser.get(f"/organise/{GE}").text
    assert press(app.test_client(), "/pass", secret=secret) == 403
    assert press(organiser, f"/organise/passes/{number}/restore") == 303
    assert press(app.test_client(), "/pass", secret=secret) == 303


def test_rotating_the_own_pass_keeps_the_organiser_in(
    app: Flask, organiser: FlaskClient, fair: Fair
) -> None:
    other = entered(app, fair.secret("organiser", TOUR))
    assert press(organiser, f"/organise/passes/{fair.pass_id('organiser', TOUR)}/rotate") == 303
    assert organiser.get("/organise").status_code == 200
    assert other.get("/organise").status_code == 403


def test_nobody_can_lock_the_organisers_out(organiser: FlaskClient, fair: Fair) -> None:
    assert press(organiser, f"/organise/passes/{fair.pass_id('organiser', TOUR)}/revoke") == 404
    assert organiser.get("/organise").status_code == 200


def test_a_neighbours_passes_are_out_of_reach(organiser: FlaskClient, fair: Fair) -> None:
    secret = fair.secret("presenter", XX_STAND)
    number = fair.pass_id("presenter", XX_STAND)
    for verb in ("rotate", "revoke", "restore"):
        assert press(organiser, f"/organise/passes/{number}/{verb}") == 403
    assert fair.secret("presenter", XX_STAND) == secret
    assert KEY not in organiser.get(f"/organise/{GE}").text


def test_a_pass_is_made_anew_once_however_often_it_is_asked_for(
    organiser: FlaskClient, fair: Fair
) -> None:
    pass_id = fair.pass_id("moderator", GE)
    secret = fair.secret("moderator", GE)
    page = organiser.get(f"/organise/{GE}").text
    form = page[page.index(f'action="/organise/passes/{pass_id}/rotate"') :]
    seen = re.search(r'name="generation" value="(\d+)"', form)
    assert seen
    headers = SAME_ORIGIN | {"Accept": "application/json"}
    for _ in range(2):
        answer = organiser.post(
            f"/organise/passes/{pass_id}/rotate",
            data={"generation": seen[1]},
            headers=headers,
        )
        assert answer.get_json() == {"pass": pass_id}
    assert fair.secret("moderator", GE) != secret
    assert one_generation(fair, pass_id) == int(seen[1]) + 1


def one_generation(fair: Fair, pass_id: int) -> int:
    return next(int(row["generation"]) for row in fair.rows("passes") if row["id"] == pass_id)
