"""What an event's settings do to the pages that everybody reads; stands that are no more."""

import re
from typing import Any

import pytest

from exchange.domain import events, stands
from exchange.domain.changes import Actor
from tests.support.fair import AC, AC_ROBO, GE, ROBO, Fair, new_key
from tests.support.windows import Desk, Listen, Window

BY = Actor("organiser")
ASKS_FOR_FACET = r'id="type-in-facet"|type="radio" name="facet"'


def settle(fair: Fair, event: str = GE, **values: str) -> None:
    with fair.app.app_context():
        events.edit(fair.event_id(event), values, by=BY)


def put_away(fair: Fair, stand: str = ROBO, event: str = GE) -> None:
    with fair.app.app_context():
        stands.archive(fair.event_id(event), fair.stand_id(stand), by=BY)


@pytest.mark.parametrize(
    ("asks", "speaks"), [("en", "en"), ("fr", "en"), ("", "en"), ("de-AT", "de")]
)
def test_a_page_speaks_the_events_language_to_those_who_want_neither_of_ours(
    fair: Fair, phone: Window, asks: str, speaks: str
) -> None:
    settle(fair, language="en")
    for path in (f"/s/{ROBO}", f"/e/{GE}"):
        assert f'<html lang="{speaks}">' in phone.get(path, Accept_Language=asks).text
    assert '<html lang="de">' in phone.get(f"/s/{AC_ROBO}", Accept_Language="fr").text


def test_what_somebody_chose_holds(fair: Fair, phone: Window) -> None:
    settle(fair, language="en")
    phone.get("/?lang=de")
    assert '<html lang="de">' in phone.get(f"/s/{ROBO}", Accept_Language="en").text


def test_the_screen_speaks_the_events_language(fair: Fair, as_screen: Any) -> None:
    screen = as_screen(GE)
    # Nobody has said any.
    assert '<html lang="en">' in screen.get(f"/screen/{GE}", Accept_Language="en").text
    for said, other in (("en", "de"), ("de", "en")):
        settle(fair, language=said)
        assert f'<html lang="{said}">' in screen.get(f"/screen/{GE}", Accept_Language=other).text
    assert '<html lang="de">' in screen.get(f"/screen/{GE}?lang=de").text


def test_me_too_is_neither_offered_nor_taken_where_it_is_off(fair: Fair, phone: Window) -> None:
    question = fair.ask(ROBO)
    assert 'data-voting="yes"' in phone.get(f"/s/{ROBO}").text
    settle(fair, me_too="0")
    assert 'data-voting="no"' in phone.get(f"/s/{ROBO}").text
    refused = phone.send(f"/questions/{question}/me-too", "PUT")
    assert refused.status_code == 422
    assert refused.json
    assert refused.json["error"] == "no_votes"
    assert "ausgeschaltet" in refused.json["message"]
    assert fair.rows("me_toos") == []
    assert 'data-voting="yes"' in phone.get(f"/s/{AC_ROBO}").text


def test_facets_are_neither_asked_for_nor_kept_where_they_are_off(
    fair: Fair, phone: Window, desk: Desk, moderation: Desk
) -> None:
    pages = (f"/s/{ROBO}", desk.base, moderation.base)
    for window, path in zip((phone, desk, moderation), pages, strict=True):
        assert re.search(ASKS_FOR_FACET, window.get(path).text)
    settle(fair, facets="0")
    for window, path in zip((phone, desk, moderation), pages, strict=True):
        assert not re.search(ASKS_FOR_FACET, window.get(path).text)
    question = phone.ask(ROBO, facet="kosten")
    assert fair.card(question).facet is None


def test_a_questions_length_is_said_at_the_field_and_kept_by_the_server(
    fair: Fair, phone: Window, desk: Desk
) -> None:
    settle(fair, question_length="80")
    assert 'name="text" rows="4" maxlength="80"' in phone.get(f"/s/{ROBO}").text
    assert 'maxlength="80"' in desk.get(desk.base).text
    for window, path in ((phone, f"/s/{ROBO}/questions"), (desk, f"{desk.base}/questions")):
        refused = window.send(path, key=new_key(), text="x" * 81)
        assert refused.status_code == 422
        assert refused.json
        assert refused.json["message"] == "Das ist zu lang: höchstens 80 Zeichen, es sind 81."
    phone.ask(ROBO, "x" * 80)
    assert 'maxlength="80"' in phone.get(f"/s/{ROBO}").text.partition('id="mine"')[2]


def test_the_page_of_a_stand_that_is_no_more_says_where_its_project_is(
    fair: Fair, phone: Window
) -> None:
    fair.ask(ROBO, "Was bleibt?")
    put_away(fair)
    page = phone.get(f"/s/{ROBO}")
    assert page.status_code == 200
    assert "gehört nicht mehr zur Veranstaltung" in page.text
    assert "Was bleibt?" in page.text
    assert "data-ask " not in page.text
    # The next city; at the same event nearer.
    assert f'href="/s/{AC_ROBO}"' in page.text
    fair.make_stand("NEWROBO", label="Foyer", project="robo")
    page = phone.get(f"/s/{ROBO}")
    assert 'href="/s/NEWROBO"' in page.text
    assert "Das Projekt steht jetzt an Stand Foyer" in page.text
    assert f'href="/s/{AC_ROBO}"' not in page.text


def test_a_stand_without_a_project_elsewhere_says_whom_to_ask(fair: Fair, phone: Window) -> None:
    put_away(fair, "BAU")
    assert "weiß die Moderation" in phone.get("/s/BAU").text


def test_asking_there_is_refused_and_the_text_stays(fair: Fair, phone: Window) -> None:
    put_away(fair)
    refused = phone.post(f"/s/{ROBO}/questions", key=new_key(), text="Wohin damit?")
    assert refused.status_code == 403
    assert "Wohin damit?" in refused.text
    refused = phone.send(f"/s/{ROBO}/questions", key=new_key(), text="Wohin damit?")
    assert refused.json
    assert refused.json["error"] == "stand_gone"
    assert fair.rows("questions") == []


def test_its_presenters_pass_opens_nothing_until_it_is_back(fair: Fair, desk: Desk) -> None:
    put_away(fair)
    assert desk.get(desk.base).status_code == 403
    with fair.app.app_context():
        stands.bring_back(fair.event_id(), fair.stand_id(), by=BY)
    assert desk.get(desk.base).status_code == 200


def test_open_pages_read_themselves_again_and_the_neighbours_do_not(
    fair: Fair, listen: Listen
) -> None:
    ears = [listen(*at) for at in (("stand", ROBO), ("desk", "BAU"), ("event", GE), ("screen", GE))]
    ears.append(listen("moderate", GE))
    elsewhere = [listen("event", AC), listen("stand", AC_ROBO), listen("event", "XX")]
    with fair.app.app_context():
        stands.edit(fair.event_id(), fair.stand_id(), {"label": "A-12"}, by=BY)
    for ear in ears:
        assert {push["html"] for push in ear.heard()} == {""}, ear.room
    assert [ear.heard() for ear in elsewhere] == [[], [], []]


def test_a_place_stands_wherever_a_stand_is_looked_for(
    fair: Fair, phone: Window, desk: Desk, organiser: Window
) -> None:
    with fair.app.app_context():
        stands.edit(
            fair.event_id(),
            fair.stand_id(),
            {"label": "Hall 2 - Booth 15", "place": "Halle 2, hinten"},
            by=BY,
        )
    for window, path in (
        (phone, f"/s/{ROBO}"),
        (phone, f"/e/{GE}"),
        (phone, "/projects/robo"),
        (desk, desk.base),
        (organiser, f"/organise/{GE}/sheets"),
        (organiser, f"/organise/{GE}/stands"),
    ):
        page = window.get(path).text
        assert "Halle 2, hinten" in page, path
        assert "Hall 2 - Booth 15" in page, path


@pytest.mark.parametrize("word", ["Hall 2 - Booth 15", "hall2-booth 015", ROBO])
def test_staff_name_a_stand_as_they_say_it(fair: Fair, moderation: Desk, word: str) -> None:
    with fair.app.app_context():
        stands.edit(fair.event_id(), fair.stand_id(), {"label": "Hall 2 - Booth 15"}, by=BY)
    question = fair.ask("BAU")
    answer = moderation.use("assign", question, stand=word)
    assert answer.status_code == 200, answer.text
    assert fair.card(question).stand.code == ROBO


def test_an_event_whose_day_is_open_is_shown_everywhere(
    fair: Fair, phone: Window, organiser: Window, as_screen: Any
) -> None:
    settle(fair, date="")
    screen = as_screen(GE)
    assert screen.get(f"/screen/{GE}").status_code == 200
    for path in ("/", f"/e/{GE}", f"/s/{ROBO}", "/projects/robo"):
        assert phone.get(path).status_code == 200
    for path in ("/organise", f"/organise/{GE}", f"/organise/{GE}/sheets"):
        assert organiser.get(path).status_code == 200
