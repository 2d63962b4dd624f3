"""The dashboard: what it says, to whom it is told, and that it is drawn for nobody else."""

import re
from datetime import timedelta
from typing import Any

import pytest

from exchange.database.transactions import writing
from exchange.domain import events
from exchange.live import dashboard, presence
from exchange.live.dashboard import look_once
from exchange.models.base import now
from exchange.queries import dashboard as queries
from exchange.queries.dashboard import MINUTES_SHOWN, STANDS_SHOWN, Figures
from exchange.rendering import render
from tests.support.crowds import fill
from tests.support.fair import (
    AC,
    AC_ROBO,
    BAU,
    ELSEWHERE,
    GE,
    OTHER_TOUR,
    ROBO,
    TOUR,
    XX_STAND,
    Fair,
)
from tests.support.statements import counting_statements
from tests.support.windows import Desk, Ear, Listen, Window, ids

PAGE = f"/organise/{GE}/live"


def figure(html: str, part: str) -> int:
    """The number of one of the gauges."""
    found = re.search(rf'data-part="{part}">.*?<b>(\d+)</b>', html, re.DOTALL)
    assert found, part
    return int(found[1])


def told(fair: Fair, ear: Ear) -> dict[str, Any]:
    """The one push of the next look."""
    look_once(fair.app)
    (push,) = ear.heard()
    return push


def row(html: str, stand: str) -> list[str]:
    """A stand's row: questions, open, desk."""
    found = re.search(rf'id="stand-row-{stand}".*?</tr>', html, re.DOTALL)
    assert found
    cells = re.findall(r"<td[^>]*>(.*?)</td>", found[0], re.DOTALL)
    return [re.sub(r"<time.*?</time>|<[^>]*>", "", cell).strip() for cell in cells]


def figures(fair: Fair, moment: Any = None) -> Figures:
    with fair.app.app_context():
        event_id = fair.event_id(GE)
        return queries.figures(event_id, queries.stands_of(event_id), moment)


# What it says


def test_the_page_says_how_the_day_stands(organiser: Window, fair: Fair) -> None:
    for status in ("open", "shortlisted", "answered", "owed", "declined", "withdrawn", "pending"):
        fair.asked_as(status)
    fair.ask(BAU)
    page = organiser.get(PAGE).text
    said = {part: figure(page, part) for part in ("phones", "desks", "open", "answered", "owed")}
    assert said == {"phones": 0, "desks": 0, "open": 4, "answered": 1, "owed": 1}
    assert "1 davon warten auf Prüfung." in page
    assert "Abgelehnt: 1" in page
    assert row(page, ROBO) == ["6", "3", "nein"]
    assert row(page, BAU) == ["1", "1", "nein"]
    assert row(page, "GE0") == ["0", "0", ""]
    # The withdrawn one came as well, and counts no more.
    assert "7 Fragen in den letzten 30 Minuten" in page


def test_a_group_is_counted_once_where_its_head_stands(fair: Fair) -> None:
    head, follower = fair.ask(ROBO), fair.ask(BAU, asker="Bert")
    fair.act(follower, "merge", head=head)
    fair.act(head, "answer")
    found = figures(fair)
    assert (found.answered, found.total.open, found.total.total) == (1, 0, 1)


def test_the_oldest_open_question_is_named_with_its_stand(organiser: Window, fair: Fair) -> None:
    first, _, third = fair.ask(BAU), fair.ask(ROBO), fair.ask(BAU)
    fair.act(first, "answer")
    page = organiser.get(PAGE).text
    assert "Frage 2, Stand 1" in page
    found = figures(fair)
    assert (found.total.oldest_number, found.stands[1].stand.code) == (2, ROBO)
    by_stand = {one.stand.code: one.tally for one in found.stands}
    assert by_stand[BAU].oldest_number == fair.card(third).number
    assert by_stand[BAU].oldest == fair.card(third).asked_at


def test_an_empty_day_says_so(organiser: Window) -> None:
    page = organiser.get(PAGE).text
    assert "In den letzten 30 Minuten kam keine Frage." in page
    assert "keine Frage" in page


def test_questions_are_counted_by_the_minute(fair: Fair) -> None:
    moment = now().replace(second=30)
    for ago, questions in ((0, 1), (1, 3), (29, 2), (30, 4), (300, 1)):
        for _ in range(questions):
            question = fair.ask()
            at = (moment - timedelta(minutes=ago)).isoformat(" ").removesuffix("+00:00")
            fair.sql(f"UPDATE questions SET asked_at = '{at}' WHERE id = {question}")
    minutes = figures(fair, moment).minutes
    assert len(minutes) == MINUTES_SHOWN
    assert [minute.questions for minute in minutes[-2:]] == [3, 1]
    assert minutes[0].questions == 2
    assert sum(minute.questions for minute in minutes) == 6
    assert minutes[-1].begins == moment.replace(second=0, microsecond=0)


def test_what_is_asked_in_another_city_is_in_no_minute_here(fair: Fair) -> None:
    fair.ask(AC_ROBO)
    assert sum(minute.questions for minute in figures(fair).minutes) == 0


def test_what_was_prepared_before_the_day_is_no_question_of_it(fair: Fair) -> None:
    question = fair.ask()
    fair.ask()
    fair.sql(f"UPDATE questions SET origin = 'prepared' WHERE id = {question}")
    found = figures(fair)
    assert (found.total.total, found.minutes[-1].questions + found.minutes[-2].questions) == (1, 1)


def test_passes_that_nobody_has_redeemed_are_named(organiser: Window, fair: Fair) -> None:
    page = organiser.get(PAGE).text
    everybody = figure(page, "passes")
    # Moderation, screen, and one for each of two stands; *Allgemein* needs no presenters.
    assert everybody == 4
    assert "Moderation, Leinwand, Stand 1, Stand 2" in page
    moment = now().isoformat(" ").removesuffix("+00:00")
    for role, place in (("moderator", GE), ("presenter", ROBO)):
        fair.sql(f"UPDATE passes SET redeemed = '{moment}' WHERE id = {fair.pass_id(role, place)}")
    fair.sql(f"UPDATE passes SET revoked = TRUE WHERE id = {fair.pass_id('presenter', BAU)}")
    page = organiser.get(PAGE).text
    assert figure(page, "passes") == 1
    assert "Leinwand\n" in page


# Who is here


def test_sockets_that_open_and_close_are_told(listen: Listen, fair: Fair) -> None:
    board = listen("organise", GE)
    assert figure(told(fair, board)["html"], "phones") == 0
    phones = [listen("stand", ROBO, Window(fair)) for _ in range(50)]
    assert figure(told(fair, board)["html"], "phones") == 50
    for phone in phones[:20]:
        phone.socket.disconnect()
    assert figure(told(fair, board)["html"], "phones") == 30
    for phone in phones[20:]:
        phone.socket.disconnect()
    assert figure(told(fair, board)["html"], "phones") == 0


def test_a_phone_counts_once_whatever_rooms_its_page_has(listen: Listen, fair: Fair) -> None:
    board = listen("organise", GE)
    ear = listen("stand", ROBO, Window(fair))
    for room, code in (("event", GE), ("stand", BAU), ("event", GE)):
        ear.say("watch", {"room": room, "code": code})
    assert figure(told(fair, board)["html"], "phones") == 1


def test_staff_and_other_cities_are_no_phones(listen: Listen, fair: Fair) -> None:
    board = listen("organise", GE)
    for room, code in (("desk", ROBO), ("moderate", GE), ("screen", GE)):
        listen(room, code)
    for room, code in (("event", AC), ("stand", XX_STAND)):
        listen(room, code, Window(fair))
    assert figure(told(fair, board)["html"], "phones") == 0


def test_open_desks_are_told(listen: Listen, fair: Fair) -> None:
    board = listen("organise", GE)
    html = told(fair, board)["html"]
    assert (figure(html, "desks"), row(html, ROBO)[2]) == (0, "nein")
    assert "Noch an keinem Stand." in html
    desk = listen("desk", ROBO)
    html = told(fair, board)["html"]
    assert (figure(html, "desks"), row(html, ROBO)[2], row(html, BAU)[2]) == (1, "ja", "nein")
    assert "Noch keines an Stand 2" in html
    desk.socket.disconnect()
    assert figure(told(fair, board)["html"], "desks") == 0


# Who is told, and when


def test_a_push_is_a_whole_picture(listen: Listen, fair: Fair, organiser: Window) -> None:
    board = listen("organise", GE)
    fair.ask()
    push = told(fair, board)
    assert set(push) == {"room", "html", "revision", "previous", "whole"}
    assert (push["room"], push["previous"], push["whole"]) == ("organise", 0, True)
    assert push["revision"] == fair.revisions()["moderate", GE] == board.watch()["revision"]
    sections = [one for one in ids(push["html"]) if one in ("now", "per-minute", "by-stand")]
    assert sections == ["now", "per-minute", "by-stand"]
    page = organiser.get(PAGE).text
    without_time = re.compile(r"\s+")
    assert without_time.sub("", push["html"]) in without_time.sub("", page)


def test_many_questions_are_one_push_and_nothing_is_none(listen: Listen, fair: Fair) -> None:
    board = listen("organise", GE)
    look_once(fair.app)
    board.heard()
    for _ in range(7):
        fair.ask()
    assert board.heard() == []
    assert figure(told(fair, board)["html"], "open") == 7
    look_once(fair.app)
    assert board.heard() == []


def test_it_is_drawn_once_a_language_and_only_while_somebody_watches(
    listen: Listen, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def counted(template: str, **context: object) -> str:
        drawn.append(template)
        return render(template, **context)

    monkeypatch.setattr(dashboard, "render", counted)
    fair.ask()
    look_once(fair.app)
    assert drawn == []
    german, other, english = (listen("organise", GE, lang=lang) for lang in ("de", "de", "en"))
    look_once(fair.app)
    assert len(drawn) == 2
    assert "Telefone jetzt" in german.html()
    assert "Telefone jetzt" in other.html()
    assert "Phones now" in english.html()
    for ear in (german, other, english):
        ear.socket.disconnect()
    fair.ask()
    look_once(fair.app)
    assert len(drawn) == 2
    assert dashboard_of(fair).watched == set()


def dashboard_of(fair: Fair) -> dashboard.Dashboards:
    found: dashboard.Dashboards = fair.app.extensions["process"].dashboards
    return found


def test_whoever_comes_later_is_told_what_is_so(listen: Listen, fair: Fair) -> None:
    first = listen("organise", GE)
    look_once(fair.app)
    first.heard()
    second = listen("organise", GE)
    look_once(fair.app)
    assert figure(second.heard()[0]["html"], "phones") == 0
    # Watching again is the slow check, and no reason to draw.
    first.heard()
    assert second.watch()["ok"] is True
    look_once(fair.app)
    assert (first.heard(), second.heard()) == ([], [])


@pytest.mark.sqlite
def test_a_question_costs_no_statement_more_while_somebody_watches(
    listen: Listen, fair: Fair
) -> None:
    def statements() -> int:
        with counting_statements(fair.app) as counted:
            fair.ask()
        return len(counted)

    statements()
    before = statements()
    listen("organise", GE)
    look_once(fair.app)
    assert statements() == before


def test_the_neighbours_dashboard_hears_nothing(listen: Listen, fair: Fair) -> None:
    here, there = listen("organise", GE), listen("organise", AC)
    elsewhere = listen("organise", ELSEWHERE, Window(fair).enter("organiser", OTHER_TOUR))
    look_once(fair.app)
    for ear in (here, there, elsewhere):
        ear.heard()
    fair.ask(ROBO)
    listen("stand", ROBO, Window(fair))
    look_once(fair.app)
    assert figure(here.html(), "open") == 1
    assert (there.heard(), elsewhere.heard()) == ([], [])


def test_other_rooms_hear_nothing_of_it(listen: Listen, fair: Fair) -> None:
    listen("organise", GE)
    others = [listen(*one) for one in (("moderate", GE), ("screen", GE), ("desk", ROBO))]
    look_once(fair.app)
    assert [ear.heard() for ear in others] == [[], [], []]


def test_a_revoked_pass_ends_it(listen: Listen, fair: Fair) -> None:
    board = listen("organise", GE)
    fair.sql(f"UPDATE passes SET revoked = TRUE WHERE id = {fair.pass_id('organiser', TOUR)}")
    presence.look_once(fair.app)
    assert not board.connected
    fair.ask()
    look_once(fair.app)
    assert dashboard_of(fair).watched == set()


def test_a_changed_entry_lets_it_read_itself_again(
    listen: Listen, fair: Fair, organiser: Window
) -> None:
    board = listen("organise", GE)
    look_once(fair.app)
    board.heard()
    organiser.post(f"/organise/{GE}/registered", list="Stadt Marl", mode="add", confirm="1")
    assert [(push["html"], push["previous"] > 0) for push in board.heard()] == [("", True)]


def test_nobody_else_may_open_it(
    fair: Fair, phone: Window, desk: Desk, moderation: Desk, as_screen: Any
) -> None:
    others = [phone, desk, moderation, as_screen(GE), Window(fair).enter("organiser", OTHER_TOUR)]
    for other in others:
        answer = other.get(PAGE, Accept="application/json")
        assert (answer.status_code, (answer.json or {})["error"]) == (403, "not_yours")
    organiser = Window(fair).enter("organiser", TOUR)
    assert organiser.get(PAGE).headers["Cache-Control"] == "no-store"
    assert organiser.get(f"/organise/{ELSEWHERE}/live").status_code == 403
    assert organiser.get("/organise/NIX/live").status_code == 404


# How much


@pytest.mark.sqlite
def test_the_list_of_stands_has_an_end(organiser: Window, fair: Fair) -> None:
    with counting_statements(fair.app) as few:
        organiser.get(PAGE)
    with fair.app.app_context(), writing() as session:
        for number in range(3, 203):
            events.make_stand(
                session, fair.event_id(GE), label=str(number), project=None, code=f"S{number}"
            )
    fair.ask("S190", asker="Bert")
    with counting_statements(fair.app) as many:
        page = organiser.get(PAGE).text
    assert len(many) == len(few) <= 12
    assert page.count('id="stand-row-') == STANDS_SHOWN
    assert row(page, "S190") == ["1", "1", "nein"]
    assert f"{203 - STANDS_SHOWN} weitere Stände" in page
    assert len(page) < 80_000


@pytest.mark.sqlite
def test_thousands_of_questions_take_as_many_statements_as_one(
    organiser: Window, fair: Fair
) -> None:
    fair.ask()
    with counting_statements(fair.app) as one:
        organiser.get(PAGE)
    fair.sql("DELETE FROM change_questions")
    fair.sql("DELETE FROM questions")
    fill(fair)
    with counting_statements(fair.app) as many:
        page = organiser.get(PAGE).text
    assert len(many) == len(one) <= 12
    assert figure(page, "answered") == 1600
    assert not [statement for statement in many if "questions.text" in statement]
