"""A contact of whom neither function nor person is known is called by its e-mail address, and by
words where there is none: no page has an empty heading, none says "None".
"""

import re

import pytest

from tests.support.fair import AC, BAU, GE, ROBO, TOUR, Fair, new_key
from tests.support.vcards import read
from tests.support.windows import Window, unmarked

NAMELESS = [("'amt@example.org'", "amt@example.org"), ("NULL", "ohne Namen")]


@pytest.fixture(params=NAMELESS, ids=["with an address", "without one"])
def called(fair: Fair, request: pytest.FixtureRequest) -> str:
    email, called = request.param
    fair.sql(f"UPDATE contacts SET function = NULL, person = NULL, email = {email}, phone = NULL")
    return str(called)


def test_attendees_read_whom_to_write_to(fair: Fair, called: str) -> None:
    window = Window(fair)
    assert f"Anlaufstelle:</span> {called}</span>" in unmarked(window.get(f"/s/{ROBO}").text)
    for path in (f"/s/{ROBO}", "/projects/robo"):
        assert f"<dt>Anlaufstelle</dt>\n<dd>{called}</dd>" in unmarked(window.get(path).text)


def test_an_address_book_has_a_name_for_it(fair: Fair, called: str) -> None:
    (card,) = read(Window(fair).get("/projects/robo.vcf").data)
    assert card["FN"] == called
    assert "TITLE" not in card


def test_it_is_called_so_in_the_readers_language(fair: Fair) -> None:
    fair.sql("UPDATE contacts SET function = NULL, person = NULL, email = NULL")
    answer = Window(fair).get("/projects/robo.vcf", Accept_Language="en")
    (card,) = read(answer.data)
    assert card["FN"] == "no name given"


def test_the_organisers_lists_have_it_and_do_not_ask_for_one(
    fair: Fair, organiser: Window, called: str
) -> None:
    stands = unmarked(organiser.get(f"/organise/{GE}/stands").text)
    assert f"<span>{called}</span>" in stands
    assert "#contact-function" not in stands
    projects = unmarked(organiser.get(f"/organise/series/{TOUR}/projects").text)
    assert called in projects
    assert "noch ohne Anlaufstelle" not in projects


def test_the_projects_page_of_the_organiser_names_it(
    fair: Fair, organiser: Window, called: str
) -> None:
    page = unmarked(organiser.get("/organise/projects/robo").text)
    assert f'<p class="desk-project">{called}</p>' in page
    assert "None" not in page
    (contact, *_) = (row for row in fair.rows("contacts") if row["project_id"] == 1)
    archive = f"/organise/projects/robo/contacts/{contact['id']}/archive"
    assert organiser.send(archive, key=new_key()).status_code == 200
    page = unmarked(organiser.get("/organise/projects/robo").text)
    assert f'<div class="row-words"><p>{called}</p>' in page
    assert f'Zurückholen<span class="visually-hidden"> {called}</span>' in page


def test_passes_name_whom_a_mail_goes_to(fair: Fair, organiser: Window, called: str) -> None:
    page = unmarked(organiser.get(f"/organise/{GE}/passes").text)
    mails = re.findall(r'<ul class="pass-mails">\s*<li>([^<:(]*)', page)
    assert [mail.strip() for mail in mails] == [called, called]


def test_the_hand_out_file_has_it_in_its_column(fair: Fair, organiser: Window, called: str) -> None:
    answer = organiser.post(f"/organise/{GE}/passes/hand-out", kind="csv")
    rows = answer.data.decode("utf-8-sig").splitlines()[1:]
    assert sum(f";{called};" in row for row in rows) >= 2


def test_a_closed_entry_reads_it(fair: Fair, called: str) -> None:
    fair.enter("fair", AC)
    page = unmarked(Window(fair).enter("presenter", BAU).get(f"/present/{BAU}/entry").text)
    assert f"<dt>Anlaufstelle 1</dt>\n<dd>{called}</dd>" in page
