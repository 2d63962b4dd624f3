"""The passes of an event: redeemed when, several for a stand, all at once; the hand-out file."""

import csv
import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from exchange.domain import passes
from exchange.queries import passes as pass_queries
from tests.support.fair import (
    AC,
    AC_ROBO,
    BAU,
    ELSEWHERE,
    GE,
    GENERAL,
    KEY,
    OTHER_TOUR,
    ROBO,
    TOUR,
    Fair,
    new_key,
)
from tests.support.statements import counting_statements
from tests.support.windows import Ear, Window, connect

PASSES = f"/organise/{GE}/passes"


@pytest.fixture
def organiser(fair: Fair) -> Window:
    return Window(fair).enter("organiser", TOUR)


def row_of(fair: Fair, pass_id: int) -> dict[str, Any]:
    return next(row for row in fair.rows("passes") if row["id"] == pass_id)


def secrets_of(fair: Fair, stand: str) -> list[str]:
    """Those of all passes of a stand, by their age."""
    with fair.app.app_context():
        return [
            passes.secret_of(pass_, KEY)
            for one in next(iter(pass_queries.in_parts(fair.event_id())))[0]
            if one.stand.code == stand
            for pass_ in one.passes
        ]


def changes(fair: Fair) -> list[str]:
    return [row["verb"] for row in fair.rows("changes")]


# When it was redeemed


def test_a_pass_that_was_redeemed_says_when_and_one_that_was_not_says_so(
    organiser: Window, fair: Fair
) -> None:
    pass_id = fair.pass_id("presenter", ROBO)
    assert row_of(fair, pass_id)["redeemed"] is None
    Window(fair).enter("presenter", ROBO)
    assert row_of(fair, pass_id)["redeemed"]
    page = organiser.get(PASSES).text
    at_stand = page[page.index(f'id="stand-{ROBO}"') : page.index(f'id="stand-{BAU}"')]
    assert "zuletzt eingelöst am" in at_stand
    assert "noch nie eingelöst" in page[page.index(f'id="stand-{BAU}"') :]


@pytest.mark.sqlite
def test_a_pass_that_is_redeemed_again_at_once_is_not_written_again(fair: Fair) -> None:
    Window(fair).enter("presenter", ROBO)
    with counting_statements(fair.app) as counted:
        Window(fair).enter("presenter", ROBO)
    assert not [one for one in counted if one.startswith("UPDATE")]
    fair.sql("UPDATE passes SET redeemed = '2026-01-01 00:00:00.000000'")
    Window(fair).enter("presenter", ROBO)
    assert not row_of(fair, fair.pass_id("presenter", ROBO))["redeemed"].startswith("2026-01-01")


def test_a_wrong_secret_and_a_revoked_pass_are_not_redeemed(organiser: Window, fair: Fair) -> None:
    pass_id = fair.pass_id("presenter", ROBO)
    secret = fair.secret("presenter", ROBO)
    organiser.post(f"/organise/passes/{pass_id}/revoke")
    assert Window(fair).post("/pass", secret=secret).status_code == 403
    assert row_of(fair, pass_id)["redeemed"] is None


@pytest.mark.sqlite
def test_a_pass_opens_though_the_database_takes_nothing_just_now(
    fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange.database.transactions.WRITE_LOCK_TIMEOUT_S", 0.05)
    with held(fair):
        window = Window(fair).enter("presenter", ROBO)
    assert window.get(f"/present/{ROBO}").status_code == 200
    assert row_of(fair, fair.pass_id("presenter", ROBO))["redeemed"] is None


@contextmanager
def held(fair: Fair) -> Iterator[None]:
    """Somebody else writes all the while."""
    import sqlite3

    from simulation.servers import DATABASE

    path = fair.app.extensions["process"].settings.instance / DATABASE
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_a_renewed_pass_has_not_been_redeemed(organiser: Window, fair: Fair) -> None:
    Window(fair).enter("presenter", ROBO)
    pass_id = fair.pass_id("presenter", ROBO)
    organiser.post(f"/organise/passes/{pass_id}/rotate")
    assert row_of(fair, pass_id)["redeemed"] is None


# Several for a stand


def test_a_further_pass_opens_the_same_desk_and_is_revoked_alone(
    organiser: Window, fair: Fair
) -> None:
    answer = organiser.post(f"{PASSES}/add", stand=ROBO, name=" Tablet  2 ")
    assert answer.status_code == 303
    own, further = secrets_of(fair, ROBO)
    window = Window(fair)
    assert window.post("/pass", secret=further).headers["Location"] == f"/present/{ROBO}"
    page = organiser.get(PASSES).text
    assert "Tablet 2" in page
    assert f"#{further}" in page
    change = re.search(r"change=(\d+)", answer.headers["Location"])
    assert change
    organiser.post(f"/organise/{GE}/undo", change=change[1], back=PASSES)
    assert window.get(f"/present/{ROBO}").status_code == 403
    assert Window(fair).post("/pass", secret=own).status_code == 303


def test_the_first_that_is_not_revoked_is_the_stands_own(organiser: Window, fair: Fair) -> None:
    own = fair.pass_id("presenter", ROBO)
    organiser.post(f"{PASSES}/add", stand=ROBO, name="Tablet 2")
    first, further = secrets_of(fair, ROBO)
    for page in (f"/organise/{GE}", PASSES):
        assert first in organiser.get(page).text
    links = fair.app.test_cli_runner().invoke(args=["links"]).output
    assert first in links
    assert further not in links
    organiser.post(f"/organise/passes/{own}/revoke")
    assert secrets_of(fair, ROBO) == [further, first]
    assert further in organiser.get(f"/organise/{GE}").text
    assert further in fair.app.test_cli_runner().invoke(args=["links"]).output


@pytest.mark.parametrize("name", ["", "   ", "Tablet 2", "x" * 81])
def test_a_name_that_tells_nothing_apart_is_refused_and_stays_in_its_field(
    organiser: Window, fair: Fair, name: str
) -> None:
    organiser.post(f"{PASSES}/add", stand=ROBO, name="Tablet 2")
    before = fair.rows("passes")
    answer = organiser.post(f"{PASSES}/add", stand=ROBO, name=name)
    assert answer.status_code == 422
    assert fair.rows("passes") == before
    told = organiser.send(f"{PASSES}/add", stand=ROBO, name=name, key=new_key())
    assert told.get_json()["error"] in ("pass_name", "too_long")
    if len(name) < 81:
        assert f'value="{name}"' in answer.text
        assert "Bitte geben Sie der Karte einen eigenen Namen" in answer.text


def test_a_stand_has_twenty_passes_at_most(organiser: Window, fair: Fair) -> None:
    for number in range(passes.MOST_OF_A_STAND - 1):
        answer = organiser.post(f"{PASSES}/add", stand=ROBO, name=f"Tablet {number}")
        assert answer.status_code == 303
    refused = organiser.send(f"{PASSES}/add", stand=ROBO, name="Eins noch", key=new_key())
    assert (refused.status_code, (refused.json or {})["error"]) == (422, "passes_many")
    assert len(secrets_of(fair, ROBO)) == 20


def test_the_name_of_a_revoked_pass_is_free_again(organiser: Window, fair: Fair) -> None:
    organiser.post(f"{PASSES}/add", stand=ROBO, name="Tablet")
    further = secrets_of(fair, ROBO)[-1]
    organiser.post(f"/organise/passes/{fair_pass(fair, further)}/revoke")
    assert organiser.post(f"{PASSES}/add", stand=ROBO, name="Tablet").status_code == 303
    assert len(secrets_of(fair, ROBO)) == 3


def test_a_stand_of_another_event_gets_no_pass_here(organiser: Window, fair: Fair) -> None:
    before = fair.rows("passes")
    answer = organiser.send(f"{PASSES}/add", stand=AC_ROBO, name="Tablet 2", key=new_key())
    assert (answer.status_code, answer.get_json()["error"]) == (422, "stand")
    assert fair.rows("passes") == before


def test_what_is_done_to_a_pass_leads_back_to_the_page_it_was_done_on(
    organiser: Window, fair: Fair
) -> None:
    pass_id = fair.pass_id("presenter", ROBO)
    for back, leads_to in (
        (PASSES, PASSES),
        (f"{PASSES}?page=2", f"{PASSES}?page=2"),
        ("https://example.org/", f"/organise/{GE}"),
        ("//example.org", f"/organise/{GE}"),
        (None, f"/organise/{GE}"),
    ):
        answer = organiser.post(f"/organise/passes/{pass_id}/rotate", back=back)
        assert answer.headers["Location"] == f"{leads_to}#pass-{pass_id}"


# All at once


def listening(fair: Fair, role: str, room: str, place: str) -> Ear:
    """A page that was opened by a pass, with its socket."""
    window = Window(fair).enter(role, place)
    ear = Ear(connect(fair.app, window), room, place)
    assert ear.watch()["ok"]
    return ear


def test_all_presenters_get_new_links_as_one_change_and_their_pages_are_closed(
    organiser: Window, fair: Fair
) -> None:
    old = {stand: fair.secret("presenter", stand) for stand in (ROBO, BAU, GENERAL, AC_ROBO)}
    moderator = fair.secret("moderator", GE)
    desk = listening(fair, "presenter", "desk", ROBO)
    next_city = listening(fair, "presenter", "desk", AC_ROBO)
    page = organiser.get(PASSES).text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    for _ in range(2):
        organiser.post(f"{PASSES}/renew-all", seen=seen[1])
    assert changes(fair).count("renew-all") == 1
    for stand in (ROBO, BAU, GENERAL):
        assert fair.secret("presenter", stand) != old[stand]
        assert row_of(fair, fair.pass_id("presenter", stand))["generation"] == 2
    assert fair.secret("presenter", AC_ROBO) == old[AC_ROBO]
    assert fair.secret("moderator", GE) == moderator
    assert not desk.connected
    assert next_city.connected


def test_contacts_get_new_links_only_when_that_is_asked_for(organiser: Window, fair: Fair) -> None:
    def generations() -> set[int]:
        return {row["generation"] for row in fair.rows("passes") if row["role"] == "contact"}

    organiser.post(f"{PASSES}/renew-all")
    assert generations() == {1}
    organiser.post(f"{PASSES}/renew-all", contacts="1")
    assert generations() == {2}


def test_all_passes_of_an_event_are_revoked_and_restored(organiser: Window, fair: Fair) -> None:
    kept = {role: Window(fair).enter(role, AC) for role in ("moderator", "screen")}
    here = {
        f"/present/{ROBO}": Window(fair).enter("presenter", ROBO),
        f"/moderate/{GE}": Window(fair).enter("moderator", GE),
        f"/screen/{GE}": Window(fair).enter("screen", GE),
    }
    desk = listening(fair, "presenter", "desk", BAU)
    organiser.post(f"{PASSES}/revoke-all")
    assert {window.get(path).status_code for path, window in here.items()} == {403}
    assert kept["moderator"].get(f"/moderate/{AC}").status_code == 200
    assert organiser.get(PASSES).status_code == 200
    assert not desk.connected
    contacts = [row for row in fair.rows("passes") if row["role"] == "contact"]
    assert not any(row["revoked"] for row in contacts)
    organiser.post(f"{PASSES}/restore-all")
    assert {window.get(path).status_code for path, window in here.items()} == {200}
    assert [verb for verb in changes(fair) if verb.endswith("-all")] == [
        "revoke-all",
        "restore-all",
    ]


@pytest.mark.parametrize(
    "role", [("organiser", OTHER_TOUR), ("moderator", GE), ("presenter", ROBO)]
)
def test_the_page_its_verbs_and_its_file_are_the_organisers_alone(
    fair: Fair, role: tuple[str, str]
) -> None:
    window = Window(fair).enter(*role)
    before = fair.rows("passes")
    for path in (PASSES, f"{PASSES}/hand-out"):
        assert window.get(path).status_code == 403
    for verb in ("renew-all", "revoke-all", "restore-all", "add", "hand-out"):
        answer = window.send(f"{PASSES}/{verb}", key=new_key(), kind="csv", stand=ROBO, name="x")
        assert (answer.status_code, answer.get_json()["error"]) == (403, "not_yours")
        assert "pass#" not in answer.text
    assert fair.rows("passes") == before


def test_a_page_of_links_stays_out_of_caches_and_shows_its_own_event(
    organiser: Window, fair: Fair
) -> None:
    answer = organiser.get(PASSES)
    assert answer.headers["Cache-Control"] == "no-store, no-transform"
    assert fair.secret("presenter", ROBO) in answer.text
    for role, place in (("presenter", AC_ROBO), ("moderator", AC), ("organiser", TOUR)):
        assert fair.secret(role, place) not in answer.text


def test_a_long_list_has_pages(organiser: Window, fair: Fair) -> None:
    for number in range(60):
        fair.make_stand(f"MORE{number}", label=f"B-{number}")
    first, second = organiser.get(PASSES).text, organiser.get(f"{PASSES}?page=2").text
    stands = re.compile(r'id="stand-(\w+)"')
    assert len(stands.findall(first)) == 50
    assert len(stands.findall(second)) == 13
    assert not set(stands.findall(first)) & set(stands.findall(second))
    assert "Seite 1 von 2" in first
    for odd in ("0", "99", "x", "-1", "٣"):
        assert organiser.get(f"{PASSES}?page={odd}").status_code == 200


# The file


def download(window: Window, kind: str, lang: str = "de") -> bytes:
    answer = window.post(f"{PASSES}/hand-out?lang={lang}", kind=kind)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"].startswith("no-store")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="passes-{GE}.{kind}"'
    return bytes(answer.data)


def expected(fair: Fair, own: str) -> list[list[str]]:
    def link(secret: str) -> str:
        url = fair.app.extensions["process"].settings.public_url
        return f"{url}/pass#{secret}"

    rows = [["0", "Allgemein", "", "", link(fair.secret("presenter", GENERAL)), "Fragen am Stand"]]
    contact = ["Geschäftsstelle, Erika Muster", "e@example.org"]
    with fair.app.app_context():
        of_project = {
            one.stand.code: passes.secret_of(one.pass_, KEY)
            for one in next(iter(pass_queries.in_parts(fair.event_id())))[1]
            if one.pass_
        }
    for label, code, project in (("1", ROBO, "robo"), ("2", BAU, "bau")):
        title = f"Projekt {project}"
        at_stand = own if code == ROBO else fair.secret("presenter", code)
        rows.append([label, title, *contact, link(at_stand), "Fragen am Stand"])
        later = "Antworten nach der Veranstaltung"
        rows.append([label, title, *contact, link(of_project[code]), later])
    return rows


def test_the_file_holds_a_row_a_link_the_same_in_each_kind(organiser: Window, fair: Fair) -> None:
    told = expected(fair, fair.secret("presenter", ROBO))
    header = ["Stand", "Projekt", "Anlaufstelle", "E-Mail", "Link", "Wofür"]
    for kind in ("xlsx", "ods"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(download(organiser, kind)))
        assert book.get_sheet_by_index(0).to_python() == [header, *told]
    lines = download(organiser, "csv").decode("utf-8-sig").splitlines()
    assert list(csv.reader(lines, delimiter=";")) == [header, *told]


def test_its_headings_are_in_the_readers_language(organiser: Window) -> None:
    first = download(organiser, "csv", "en").decode("utf-8-sig").splitlines()[0]
    assert first == "Stand;Project;Contact;Email;Link;What for"


def test_undo_leads_back_to_the_part_of_the_list_it_was_pressed_on(
    organiser: Window, fair: Fair
) -> None:
    answer = organiser.post(f"{PASSES}/add", stand=ROBO, name="Tablet 2", key=new_key(), page="2")
    page = organiser.get(answer.headers["Location"].partition("#")[0]).text
    form = page[page.index('<form class="saved"') :]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(.*?)">', form)[:2])
    assert fields["back"] == f"{PASSES}?page=2"
    undone = organiser.post(f"/organise/{GE}/undo", **fields)
    assert undone.headers["Location"] == f"{PASSES}?page=2&done=undone"


def test_a_further_pass_has_a_row_and_a_revoked_one_has_none(organiser: Window, fair: Fair) -> None:
    organiser.post(f"{PASSES}/add", stand=ROBO, name="=Tablet")
    own, further = secrets_of(fair, ROBO)
    told = download(organiser, "csv").decode("utf-8-sig")
    assert f"{further};'=Tablet\r\n" in told
    organiser.post(f"/organise/passes/{fair_pass(fair, further)}/revoke")
    told = download(organiser, "csv").decode("utf-8-sig")
    assert further not in told
    assert own in told


def test_a_revoked_link_is_in_no_file_and_in_no_mail(organiser: Window, fair: Fair) -> None:
    secrets = {
        role: fair.secret(role, place) for role, place in (("contact", "robo"), ("presenter", ROBO))
    }
    for secret in secrets.values():
        assert secret in download(organiser, "csv").decode()
        assert secret in mails(organiser)
        organiser.post(f"/organise/passes/{fair_pass(fair, secret)}/revoke")
        assert secret not in download(organiser, "csv").decode()
        assert secret not in mails(organiser)


def mails(organiser: Window) -> str:
    """All that the links to mails of the page would write."""
    found = re.findall(r'href="(mailto:[^"]+)"', organiser.get(PASSES).text)
    return unquote(" ".join(found))


def test_a_hidden_name_is_on_no_page_of_passes_and_in_no_file(
    organiser: Window, fair: Fair
) -> None:
    fair.sql("UPDATE contacts SET basis = 'hidden'")
    assert "Erika Muster" not in organiser.get(PASSES).text
    told = download(organiser, "csv").decode("utf-8-sig")
    assert "Geschäftsstelle" in told
    assert "Erika Muster" not in told


def fair_pass(fair: Fair, secret: str) -> int:
    found = passes.id_in(secret)
    assert found
    return found


def test_no_proxy_keeps_or_compresses_the_file(organiser: Window) -> None:
    answer = organiser.post(f"{PASSES}/hand-out", kind="csv")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store, no-transform"


def test_no_get_gives_the_file_and_no_kind_that_is_not_there(organiser: Window) -> None:
    page = organiser.get(f"{PASSES}/hand-out")
    assert page.mimetype == "text/html"
    assert "Schlüsselbund" in page.text
    assert "pass#" not in page.text
    answer = organiser.send(f"{PASSES}/hand-out", kind="exe")
    assert (answer.status_code, answer.get_json()["error"]) == (422, "file_kind")


def test_the_security_log_says_who_took_the_file_and_holds_no_secret(
    organiser: Window, fair: Fair, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "exchange.security"):
        download(organiser, "csv")
        organiser.post(f"{PASSES}/renew-all")
    by = f"by=organiser by_pass={fair.pass_id('organiser', TOUR)}"
    told = [one.getMessage() for one in caplog.records if one.name == "exchange.security"]
    event = fair.event_id()
    assert told == [
        f"what=hand-out event={event} kind=csv {by}",
        f"what=renew-all event={event} {by}",
    ]


def test_a_large_event_is_read_in_parts_that_hold_no_connection(fair: Fair) -> None:
    for number in range(230):
        fair.make_stand(f"N{number}", label=f"C-{number}")
    fair.make_stand("TWICE", label="D-1", project="robo")
    with fair.app.app_context():
        parts = list(pass_queries.in_parts(fair.event_id()))
    assert [len(stands) for stands, _ in parts] == [100, 100, 34]
    labels = [one.stand.label for stands, _ in parts for one in stands]
    assert labels[:5] == ["0", "1", "2", "C-0", "C-1"]
    # A project that is shown twice is told once.
    projects = [one.stand.project_code for _, projects in parts for one in projects]
    assert sorted(filter(None, projects)) == ["bau", "robo"]


# Mails


def test_a_mail_holds_both_links_in_the_events_language(organiser: Window, fair: Fair) -> None:
    fair.sql("UPDATE contacts SET email = 'e+x@example.org'")
    page = organiser.get(PASSES, Accept_Language="en").text
    found = re.findall(r'href="mailto:([^"]+)"', page)
    assert len(found) == 2
    assert all(len(one) < 2000 - len("mailto:") for one in found)
    to, _, rest = found[0].partition("?")
    assert to == "e%2Bx@example.org"
    body = unquote(rest.replace("&amp;", "&"))
    assert fair.secret("presenter", ROBO) in body
    assert "mit diesem Link beantworten Sie am Stand 1" in body
    fair.sql(f"UPDATE events SET language = 'en' WHERE code = '{GE}'")
    page = organiser.get(PASSES, Accept_Language="de").text
    found = re.findall(r'href="mailto:([^"]+)"', page)
    assert "with this link you answer visitors' questions at stand 1" in unquote(
        found[0].replace("&amp;", "&")
    )


# From the command line


def told_by(app: Flask, *words: str) -> Any:
    result = app.test_cli_runner().invoke(args=["passes", *words])
    assert result.exit_code == 0, result.output
    return result


def test_the_command_tells_every_pass_by_role_and_natural_order(fair: Fair) -> None:
    import json

    fair.make_stand("TEN", label="A-10")
    fair.make_stand("TWO", label="A-2")
    Window(fair).enter("presenter", ROBO)
    told = json.loads(told_by(fair.app, GE.lower(), "--json").stdout)
    assert set(told) == {"passes"}
    held = told["passes"]
    names = ("role", "label", "project", "email", "link", "redeemed", "revoked")
    assert {tuple(one) for one in held} == {names}
    assert [(one["role"], one["label"]) for one in held] == [
        ("moderator", None),
        ("screen", None),
        ("presenter", "0"),
        ("presenter", "1"),
        ("presenter", "2"),
        ("presenter", "A-2"),
        ("presenter", "A-10"),
        ("contact", "1"),
        ("contact", "2"),
    ]
    robo = held[3]
    assert robo["project"] == "Projekt robo"
    assert robo["link"].endswith(f"/pass#{fair.secret('presenter', ROBO)}")
    assert re.match(r"\d{4}-\d\d-\d\dT", robo["redeemed"])
    assert (held[4]["redeemed"], held[4]["revoked"]) == (None, False)
    assert held[-1]["email"] == "e@example.org"
    others = (fair.secret("presenter", AC_ROBO), fair.secret("moderator", ELSEWHERE))
    assert not any(secret in told_by(fair.app, GE).output for secret in others)


def test_a_person_reads_the_same_in_words(fair: Fair) -> None:
    told = told_by(fair.app, GE).stdout
    assert "Stand 1 · Projekt robo" in told
    assert fair.secret("presenter", ROBO) in told


@pytest.mark.parametrize("words", [["NONE"], ["NONE", "--json"], ["\x00"]])
def test_an_event_that_is_not_there_is_one_sentence_on_stderr(app: Flask, words: list[str]) -> None:
    result = app.test_cli_runner().invoke(args=["passes", *words])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1
