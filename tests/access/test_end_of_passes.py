"""Passes end: with their event, with logging out, with the one browser that they are for."""

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from exchange.access import PASSES_COOKIE
from exchange.config import SettingRefused, read
from exchange.domain import events, passes
from exchange.domain.changes import Actor
from exchange.live.presence import look_once
from exchange.models.base import today
from exchange.queries import people
from tests.support.fair import AC, BAU, GE, KEY, ROBO, TOUR, Fair, new_key
from tests.support.windows import Desk, Listen, Window

PASSES = {
    "presenter": (ROBO, f"/present/{ROBO}"),
    "moderator": (GE, f"/moderate/{GE}"),
    "screen": (GE, f"/screen/{GE}"),
}
DAYS = 7


def since(fair: Fair, days: int, event: str = GE) -> None:
    """The present phase began so many days ago, and all answers were due before."""
    then = f"{today() - timedelta(days=days)} 12:00:00+00:00"
    fair.sql(
        f"UPDATE events SET phase_since = '{then}', owed_until = '{today() - timedelta(days=90)}'"
        f" WHERE code = '{event}'"
    )


def contact_secret(fair: Fair, project: str) -> str:
    projects = {row["id"]: row["code"] for row in fair.rows("projects")}
    row = next(
        row
        for row in fair.rows("passes")
        if row["role"] == "contact" and projects[row["project_id"]] == project
    )
    with fair.app.app_context():
        return passes.secret_of(people.passes_by_id([row["id"]])[row["id"]], KEY)


# With their event


@pytest.mark.parametrize("role", PASSES)
def test_an_events_passes_end_some_days_after_its_closing(fair: Fair, role: str) -> None:
    place, path = PASSES[role]
    holder = Window(fair).enter(role, place)
    neighbour = Window(fair).enter("moderator", AC)
    fair.enter("closed")
    since(fair, DAYS)
    assert holder.get(path).status_code == 200
    since(fair, DAYS + 1)
    for lang, words in (("de", "galt bis zum"), ("en", "was valid until")):
        page = holder.get(path, Accept_Language=lang)
        assert page.status_code == 403
        assert words in page.text
    told = holder.post("/pass", secret=fair.secret(role, place))
    assert (told.status_code, "galt bis zum" in told.text) == (403, True)
    assert neighbour.get(f"/moderate/{AC}").status_code == 200


@pytest.mark.parametrize("role", PASSES)
def test_passes_of_an_archived_event_open_nothing(fair: Fair, role: str) -> None:
    place, path = PASSES[role]
    holder = Window(fair).enter(role, place)
    fair.enter("closed")
    assert holder.get(path).status_code == 200
    with fair.app.app_context():
        events.set_archived(fair.event_id(), True, by=Actor("organiser"))
    assert holder.get(path).status_code == 403


def test_an_ended_pass_writes_nothing(fair: Fair, desk: Desk) -> None:
    question = fair.ask()
    fair.enter("closed")
    since(fair, DAYS + 1)
    before = fair.everything()
    answer = desk.use("shortlist", question)
    assert (answer.status_code, answer.json and answer.json["error"]) == (403, "pass_ended")
    assert fair.everything() == before


def test_an_event_that_nobody_closes_counts_as_closed_when_its_answers_are_due(
    fair: Fair, moderation: Desk
) -> None:
    for due, wanted in ((-DAYS, 200), (-DAYS - 1, 403), (0, 200)):
        since(fair, 90)
        fair.sql(f"UPDATE events SET owed_until = '{today() + timedelta(days=due)}'")
        assert moderation.get(f"/moderate/{GE}").status_code == wanted


def test_reopening_the_event_makes_its_passes_valid_again(
    fair: Fair, organiser: Window, moderation: Desk
) -> None:
    fair.enter("closed")
    since(fair, 300)
    assert moderation.get(f"/moderate/{GE}").status_code == 403
    assert organiser.post(f"/organise/{GE}/phase", phase="follow_up").status_code == 303
    assert moderation.get(f"/moderate/{GE}").status_code == 200
    assert organiser.post(f"/organise/{GE}/phase", phase="closed").status_code == 303
    assert moderation.get(f"/moderate/{GE}").status_code == 200


def test_a_pass_that_had_ended_is_kept_for_the_day_that_is_reopened(
    fair: Fair, moderation: Desk
) -> None:
    fair.enter("closed")
    since(fair, DAYS + 1)
    moderation.enter("moderator", AC)
    assert moderation.get(f"/moderate/{GE}").status_code == 403
    fair.enter("fair")
    assert moderation.get(f"/moderate/{GE}").status_code == 200


def test_switching_to_the_phase_that_is_there_moves_no_end(fair: Fair) -> None:
    fair.enter("closed")
    since(fair, DAYS + 1)
    before = [row["phase_since"] for row in fair.rows("events")]
    fair.enter("closed")
    assert [row["phase_since"] for row in fair.rows("events")] == before


def test_sockets_end_with_their_pass(fair: Fair, listen: Listen) -> None:
    gone, stays = listen("moderate", GE), listen("moderate", AC)
    fair.enter("closed")
    look_once(fair.app)
    assert gone.connected
    since(fair, DAYS + 1)
    look_once(fair.app)
    assert (gone.connected, stays.connected) == (False, True)


def test_an_organisers_pass_does_not_end(fair: Fair, organiser: Window) -> None:
    for event in (GE, AC):
        fair.enter("closed", event)
        since(fair, 3000, event)
    page = organiser.get(f"/organise/{GE}")
    assert page.status_code == 200
    assert "Karte abgelaufen" in page.text


def test_a_contacts_pass_lasts_until_its_answers_are_due_and_some_days(fair: Fair) -> None:
    secret = contact_secret(fair, "robo")
    holder = Window(fair)
    question = fair.asked_as("owed")
    later = today() + timedelta(days=30)
    for event in (GE, AC):
        since(fair, 90, event)
    fair.sql(f"UPDATE questions SET owed_until = '{later}' WHERE id = {question}")
    assert holder.post("/pass", secret=secret).status_code == 303
    assert "Hier wird noch auf Ihre Antwort gewartet" in holder.get("/projects/robo").text
    for due, wanted in ((DAYS, 303), (DAYS + 1, 403)):
        day = today() - timedelta(days=due)
        fair.sql(f"UPDATE questions SET owed_until = '{day}' WHERE id = {question}")
        assert holder.post("/pass", secret=secret).status_code == wanted
    page = holder.get("/projects/robo")
    # The page is for everybody; what is owed is not.
    assert page.status_code == 200
    assert "Hier wird noch auf Ihre Antwort gewartet" not in page.text


def test_a_contact_whose_project_is_shown_nowhere_yet_may_come(fair: Fair) -> None:
    fair.make_project("new")
    assert Window(fair).post("/pass", secret=contact_secret(fair, "new")).status_code == 303


def test_the_page_says_until_when(fair: Fair, desk: Desk, organiser: Window) -> None:
    fair.sql("UPDATE events SET owed_until = '2031-05-01'")
    assert "Zugangskarte gilt bis 8. Mai 2031" in desk.get(desk.base).text
    assert "Pass valid until 8 May 2031" in desk.get(desk.base, Accept_Language="en").text
    assert "Gilt bis 8. Mai 2031" in organiser.get(f"/organise/{GE}").text


@pytest.mark.parametrize("days", ["-1", "3651", "some", "1.5", "²"])
def test_a_number_of_days_that_is_none_is_refused(days: str) -> None:
    with pytest.raises(SettingRefused, match="EXCHANGE_PASS_DAYS"):
        read({"EXCHANGE_PASS_DAYS": days}, Path(), lambda _: "key")
    told = read({"EXCHANGE_PASS_DAYS": "0"}, Path(), lambda _: "key")
    assert told.pass_days == 0


# Logging out


def test_logging_out_ends_this_browsers_passes_and_sockets_alone(
    fair: Fair, listen: Listen
) -> None:
    mine, other = Window(fair), Window(fair)
    for window in (mine, other):
        window.get("/pass")
        window.enter("moderator", GE).enter("presenter", ROBO)
    gone = [listen("moderate", GE, mine), listen("desk", ROBO, mine)]
    stays = [listen("moderate", GE, other), listen("stand", ROBO, mine)]
    kept = mine.cookie(PASSES_COOKIE)
    answer = mine.post("/pass/leave")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/pass?left")
    assert "abgemeldet" in mine.get("/pass?left").text
    assert [ear.connected for ear in gone] == [False, False]
    assert [ear.connected for ear in stays] == [True, True]
    fair.ask()
    assert [len(ear.heard()) for ear in stays] == [1, 1]
    for path in (f"/moderate/{GE}", f"/present/{ROBO}"):
        assert mine.get(path).status_code == 403
        assert other.get(path).status_code == 200
    left = mine.cookie(PASSES_COOKIE) or ""
    assert not any(len(word) == 22 for word in left.split("."))
    assert kept != left


def test_logging_out_keeps_who_asked(fair: Fair, phone: Window) -> None:
    question = phone.ask(ROBO)
    phone.enter("presenter", ROBO)
    assert phone.send("/pass/leave").json == {"left": True}
    assert phone.send(f"/questions/{question}/edit", text="Neu gefasst?").status_code == 200


def test_nobody_is_logged_out_from_elsewhere(desk: Desk) -> None:
    answer = desk.client.post("/pass/leave", headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert desk.get(desk.base).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        f"/present/{ROBO}",
        f"/present/{ROBO}/questions/1",
        f"/moderate/{GE}",
        f"/moderate/{GE}/questions/1",
        f"/screen/{GE}",
        "/organise",
        f"/organise/{GE}/sheets",
    ],
)
def test_every_staff_page_lets_go_at_one_press(fair: Fair, path: str) -> None:
    window = Window(fair).enter("presenter", ROBO).enter("moderator", GE).enter("organiser", TOUR)
    fair.ask()
    for lang, word in (("de", "Abmelden"), ("en", "Log out")):
        page = window.get(path, Accept_Language=lang)
        assert 'action="/pass/leave"' in page.text
        assert word in page.text
        assert page.headers["Cache-Control"].startswith("no-store")
    assert "pass/leave" not in window.get(f"/s/{ROBO}").text


def test_a_contacts_page_lets_go_too(fair: Fair, phone: Window) -> None:
    assert "pass/leave" not in phone.get("/projects/robo").text
    phone.post("/pass", secret=contact_secret(fair, "robo"))
    page = phone.get("/projects/robo")
    assert 'action="/pass/leave"' in page.text
    assert page.headers["Cache-Control"] == "no-store"


# For one browser only


@pytest.fixture
def bound(fair: Fair, organiser: Window) -> int:
    """The presenters' pass of the first stand, for one browser only."""
    pass_id = fair.pass_id("presenter", ROBO)
    assert organiser.post(f"/organise/passes/{pass_id}/one-browser", on=1).status_code == 303
    return pass_id


def redeem(window: Window, fair: Fair) -> str | None:
    window.get("/pass")
    answer = window.send("/pass", secret=fair.secret("presenter", ROBO))
    return answer.json["error"] if answer.status_code == 403 and answer.json else None


def test_the_first_browser_that_redeems_it_has_it(
    fair: Fair, organiser: Window, bound: int, as_attendee: Callable[[], Window]
) -> None:
    first, second = as_attendee(), as_attendee()
    assert redeem(first, fair) is None
    assert redeem(second, fair) == "pass_bound"
    # Redeemed again, after an answer that got lost, it is the same browser.
    assert redeem(first, fair) is None
    assert first.get(f"/present/{ROBO}").status_code == 200
    # A cookie with the secret alone is not the browser.
    second.client.set_cookie(PASSES_COOKIE, fair.secret("presenter", ROBO))
    refused = second.get(f"/present/{ROBO}")
    assert refused.status_code == 403
    assert "nur in dem Browser" in refused.text
    page = organiser.get(f"/organise/{GE}").text
    assert "Ein Browser hat diese Karte eingelöst" in page
    assert organiser.post(f"/organise/passes/{bound}/free").status_code == 303
    assert first.get(f"/present/{ROBO}").status_code == 403
    assert redeem(second, fair) is None
    assert redeem(first, fair) == "pass_bound"
    verbs = [row["verb"] for row in fair.rows("changes")]
    assert verbs == ["one-browser", "bind", "free", "bind"]
    assert fair.secret("presenter", ROBO) not in str(fair.rows("changes"))


def test_it_can_be_for_any_browser_again(
    fair: Fair, organiser: Window, bound: int, as_attendee: Callable[[], Window]
) -> None:
    first, second = as_attendee(), as_attendee()
    assert redeem(first, fair) is None
    organiser.post(f"/organise/passes/{bound}/one-browser", on=0)
    assert redeem(second, fair) is None
    for window in (first, second):
        assert window.get(f"/present/{ROBO}").status_code == 200


def test_who_had_it_open_before_redeems_it_anew(
    fair: Fair, organiser: Window, desk: Desk, listen: Listen
) -> None:
    open_page, neighbour = listen("desk", ROBO, desk), listen("desk", BAU)
    organiser.post(f"/organise/passes/{fair.pass_id('presenter', ROBO)}/one-browser", on=1)
    assert (open_page.connected, neighbour.connected) == (False, True)
    assert desk.get(desk.base).status_code == 403
    assert redeem(desk, fair) is None
    assert desk.get(desk.base).status_code == 200


@pytest.mark.parametrize("change", ["bound_to = NULL", "bound_to = 'another'"])
def test_a_pass_that_was_freed_in_another_process_ends_its_sockets(
    fair: Fair, bound: int, phone: Window, listen: Listen, change: str
) -> None:
    assert redeem(phone, fair) is None
    ear = listen("desk", ROBO, phone)
    look_once(fair.app)
    assert ear.connected
    fair.sql(f"UPDATE passes SET {change} WHERE id = {bound}")
    look_once(fair.app)
    assert not ear.connected


def test_logging_out_does_not_lock_its_own_browser_out(
    fair: Fair, bound: int, phone: Window
) -> None:
    assert redeem(phone, fair) is None
    phone.post("/pass/leave")
    assert phone.get(f"/present/{ROBO}").status_code == 403
    assert redeem(phone, fair) is None


def test_an_organisers_own_pass_stays_for_every_browser(organiser: Window, fair: Fair) -> None:
    pass_id = fair.pass_id("organiser", TOUR)
    for verb in ("one-browser", "free"):
        assert organiser.post(f"/organise/passes/{pass_id}/{verb}", on=1).status_code == 404


# One answer for what is not there and for what is another's


def seen(answer: TestResponse) -> tuple[object, ...]:
    headers = sorted((name, value) for name, value in answer.headers if name != "Date")
    return answer.status_code, headers, answer.data


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(
    ("theirs", "nowhere"),
    [
        (f"/present/{BAU}/questions/1", f"/present/{BAU}/questions/9"),
        (f"/moderate/{AC}/questions/1", f"/moderate/{AC}/questions/9"),
        ("/organise/passes/{pass}/qr.svg", "/organise/passes/9999/qr.svg"),
    ],
)
def test_pages_of_others_look_as_if_they_were_not_there(
    fair: Fair, theirs: str, nowhere: str, accept: str
) -> None:
    window = Window(fair).enter("presenter", ROBO).enter("moderator", GE).enter("organiser", TOUR)
    fair.ask(BAU)
    theirs = theirs.replace("{pass}", str(fair.pass_id("moderator", "XX")))
    for reader in (window, Window(fair)):
        found = [seen(reader.get(path, Accept=accept)) for path in (theirs, nowhere)]
        assert found[0] == found[1]
        assert found[0][0] == 403


@pytest.mark.parametrize(
    ("theirs", "nowhere"),
    [
        ("/questions/{q}/edit", "/questions/9999/edit"),
        ("/questions/{q}/withdraw", "/questions/9999/withdraw"),
        (f"/present/{ROBO}/questions/{{q}}/answer", f"/present/{ROBO}/questions/9999/answer"),
        ("/organise/passes/{pass}/rotate", "/organise/passes/9999/rotate"),
    ],
)
def test_writes_to_what_is_anothers_are_refused_as_if_it_were_not_there(
    fair: Fair, theirs: str, nowhere: str
) -> None:
    window = Window(fair).enter("presenter", ROBO).enter("moderator", GE).enter("organiser", TOUR)
    # Somebody who has asked here, and something of somebody else's.
    window.ask(ROBO)
    known = {"{q}": str(fair.ask(BAU)), "{pass}": str(fair.pass_id("moderator", "XX"))}
    for name, value in known.items():
        theirs = theirs.replace(name, value)
    fields = {"key": new_key(), "version": 1, "text": "Ganz anders?", "change": 1}
    assert seen(window.send(theirs, **fields)) == seen(window.send(nowhere, **fields))


def test_secrets_of_no_pass_and_of_a_revoked_one_get_one_answer(fair: Fair) -> None:
    revoked = fair.secret("moderator", AC)
    fair.sql(f"UPDATE passes SET revoked = {True} WHERE id = {fair.pass_id('moderator', AC)}")
    nobodys = "AAAnDw" + "A" * 16
    wrong = fair.secret("moderator", GE)[:6] + "A" * 16
    phone = Window(fair)
    answers = [seen(phone.post("/pass", secret=one)) for one in (revoked, nobodys, wrong, "x")]
    assert [one == answers[0] for one in answers] == [True] * 4


# Two instances on one host


def test_two_instances_on_one_host_leave_each_others_passes_alone(fair: Fair) -> None:
    phone = Window(fair).enter("moderator", GE)
    with fair.app.app_context():
        foreign = passes.secret_of(fair._pass("moderator", GE), "the other instance's key")
    phone.client.set_cookie(PASSES_COOKIE, f"{phone.cookie(PASSES_COOKIE)}.{foreign}")
    phone.enter("presenter", ROBO)
    assert foreign in (phone.cookie(PASSES_COOKIE) or "")
    assert phone.get(f"/moderate/{GE}").status_code == 200
    phone.post("/pass/leave")
    assert foreign in (phone.cookie(PASSES_COOKIE) or "")
    assert phone.get(f"/moderate/{GE}").status_code == 403


def test_what_others_keep_in_the_cookie_is_bounded(fair: Fair, phone: Window) -> None:
    words = [f"{number:022d}" for number in range(170)]
    phone.client.set_cookie(PASSES_COOKIE, ".".join([*words, "not a secret", "<script>"]))
    phone.enter("moderator", GE)
    assert len(phone.cookie(PASSES_COOKIE) or "") < 4000
    assert phone.get(f"/moderate/{GE}").status_code == 200


# The security log


def test_security_events_name_pass_and_role_and_no_secret(
    fair: Fair, organiser: Window, caplog: pytest.LogCaptureFixture
) -> None:
    pass_id = fair.pass_id("moderator", GE)
    old = fair.secret("moderator", GE)
    holder = Window(fair).enter("moderator", GE)
    with caplog.at_level(logging.INFO, "exchange.security"):
        organiser.post(f"/organise/passes/{pass_id}/rotate")
        assert Window(fair).post("/pass", secret=old).status_code == 403
        assert holder.get(f"/moderate/{GE}").status_code == 403
        holder.enter("moderator", GE).post("/pass/leave")
    told = [one.getMessage() for one in caplog.records if one.name == "exchange.security"]
    by = f"by=organiser by_pass={fair.pass_id('organiser', TOUR)}"
    known = f"pass={pass_id} role=moderator"
    assert told == [
        f"what=renew {known} {by}",
        f"what=refused reason=renewed {known}",
        f"what=leave {known}",
    ]
    assert not any(secret in caplog.text for secret in (old, fair.secret("moderator", GE)))
