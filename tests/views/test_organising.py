"""The organiser's pages: what is missing, forms that keep what was typed, undo, long lists."""

import re
from html import unescape

import pytest

from exchange.domain import projects, stands
from exchange.domain.changes import Actor
from exchange.models import Facet
from exchange.queries.organising import MOST_CHOICES, SHOWN
from tests.support.fair import AC, BAU, GE, GENERAL, OTHER_TOUR, ROBO, TOUR, Fair, new_key
from tests.support.windows import Window, unmarked

BY = Actor("organiser")


def missing(organiser: Window, event: str = GE) -> list[tuple[str, str]]:
    """What the overview says is missing, each with where it is mended."""
    page = organiser.get(f"/organise/{event}").text
    lines = re.findall(
        r'<li class="missing-line"><p>(.*?)</p> <a class="[\w -]+" href="(.*?)">', page
    )
    return [(unescape(sentence), address) for sentence, address in lines]


def words(organiser: Window, event: str = GE) -> str:
    return " ".join(sentence for sentence, _ in missing(organiser, event))


def make_ready(fair: Fair) -> None:
    """Nothing is missing, but for the address: tests are on localhost."""
    fair.sql("UPDATE passes SET redeemed = '2026-01-01 00:00:00'")
    fair.sql("UPDATE events SET sheets_printed = '2100-01-01 00:00:00'")
    for facet in Facet:
        fair.sql(
            "INSERT INTO prepared_answers (project_id, facet, text)"
            f" SELECT id, '{facet.value}', 'Steht fest.' FROM projects"
        )


# What is missing


def test_a_new_event_says_what_to_do_first(fair: Fair, organiser: Window) -> None:
    organiser.post(f"/organise/series/{TOUR}/events/new", city="Bocholt", code="BOH")
    told = missing(organiser, "BOH")
    assert told[:2] == [
        ("Der Termin steht noch nicht fest.", "/organise/BOH/settings#event-date"),
        ("Es gibt noch keinen Stand.", "/organise/BOH/stands#new-label"),
    ]
    # Each link leads to a field that is there.
    for _, address in told[:2]:
        path, _, field = address.partition("#")
        assert f'id="{field}"' in organiser.get(path).text


def test_stands_without_project_or_contact_are_named_with_the_way(
    fair: Fair, organiser: Window
) -> None:
    fair.make_stand("BARE", label="7")
    fair.sql("UPDATE contacts SET until = '2026-01-01 00:00:00' WHERE project_id = 2")
    told = missing(organiser)
    assert ("Stand 7 hat noch kein Projekt.", f"/organise/{GE}/stands/BARE#stand-project") in told
    assert ("Stand 2 hat keine Anlaufstelle.", "/organise/projects/bau#contact-function") in told
    for _, address in told[:2]:
        path, _, field = address.partition("#")
        assert f'id="{field}"' in organiser.get(path).text
    assert "Anlaufstelle" not in words(organiser, AC)


def test_many_of_a_kind_are_counted(fair: Fair, organiser: Window) -> None:
    for number in range(10, 18):
        fair.make_stand(f"BARE{number}", label=str(number))
    told = words(organiser)
    assert told.count("hat noch kein Projekt") == 5
    assert "3 weitere Stände haben kein Projekt." in told


def test_sheets_that_are_older_than_the_list_are_missing_until_printed(
    fair: Fair, organiser: Window
) -> None:
    assert "noch nicht gedruckt" in words(organiser)
    assert "Noch nicht als gedruckt gemerkt" in organiser.get(f"/organise/{GE}/sheets").text
    assert organiser.post(f"/organise/{GE}/sheets/printed").status_code == 303
    assert "Aushänge" not in words(organiser)
    organiser.post(f"/organise/{GE}/stands/{ROBO}", label="9")
    assert "Seit dem Druck der Aushänge" in words(organiser)
    organiser.post(f"/organise/{GE}/sheets/printed")
    organiser.post(f"/organise/{GE}/settings", me_too="0")
    assert "Aushänge" not in words(organiser)
    assert "noch nicht gedruckt" in words(organiser, AC)


def test_passes_are_missing_until_somebody_redeems_them(fair: Fair, organiser: Window) -> None:
    assert "Moderation, Leinwand, Stand 1, Stand 2." in words(organiser)
    Window(fair).enter("presenter", ROBO)
    Window(fair).enter("screen", GE)
    assert "eingelöst hat: Moderation, Stand 2." in words(organiser)


def test_redeeming_is_noted_at_most_once_a_minute(fair: Fair) -> None:
    window = Window(fair).enter("presenter", ROBO)
    pass_id = fair.pass_id("presenter", ROBO)

    def noted() -> object:
        return next(row["redeemed"] for row in fair.rows("passes") if row["id"] == pass_id)

    first = noted()
    assert first
    window.enter("presenter", ROBO)
    assert noted() == first
    fair.sql(f"UPDATE passes SET redeemed = '2026-01-01 00:00:00' WHERE id = {pass_id}")
    window.enter("presenter", ROBO)
    assert str(noted()) > "2026-01-02"


def test_an_address_that_phones_cannot_reach_is_said(fair: Fair, organiser: Window) -> None:
    make_ready(fair)
    assert missing(organiser)[0][0].startswith("Telefone erreichen")


def test_what_partners_propose_and_leave_empty_is_said(fair: Fair, organiser: Window) -> None:
    make_ready(fair)
    fair.sql("DELETE FROM prepared_answers WHERE facet = 'kosten'")
    fair.sql("UPDATE events SET phase = 'preparing'")
    Window(fair).enter("presenter", ROBO).post(f"/present/{ROBO}/entry", summary="Neu.")
    said = words(organiser)
    assert "1 Änderung eines Projektpartners wartet auf Sie" in said
    assert "2 Projekte haben noch nicht alle sechs Fragen vorab beantwortet" in said


def test_nothing_missing_is_one_calm_line(
    fair: Fair, organiser: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ready(fair)
    monkeypatch.setattr("exchange.config.only_local", lambda _: False)
    assert "Es fehlt nichts für den Tag" in organiser.get(f"/organise/{GE}").text
    fair.enter("closed")
    page = organiser.get(f"/organise/{GE}").text
    assert "fehlt" not in page


def test_a_date_in_the_past_is_said_while_preparing(fair: Fair, organiser: Window) -> None:
    fair.enter("preparing")
    organiser.post(f"/organise/{GE}/settings", date="2020-01-02", owed_until="")
    assert "Der Termin am 2. Januar 2020 ist vorbei" in words(organiser)


# Forms keep what was typed


@pytest.mark.parametrize(
    ("path", "fields", "field"),
    [
        (f"/organise/{GE}/stands", {"label": "01", "place": "Halle <9>"}, "new-label"),
        (f"/organise/{GE}/stands", {"label": "A", "project": "nirgends"}, "new-project"),
        (f"/organise/{GE}/stands/{ROBO}", {"label": "0", "place": "Halle <9>"}, "stand-label"),
        (f"/organise/{GE}/swap", {"first": "1", "second": "99"}, "swap-second"),
        (f"/organise/{GE}/settings", {"city": "Halle <9>", "opens": "später"}, "event-opens"),
        (f"/organise/{GE}/settings", {"question_length": "7"}, "event-question-length"),
        (f"/organise/series/{TOUR}/settings", {"name": ""}, "series-name"),
        (
            f"/organise/series/{TOUR}/events/new",
            {"city": "Halle <9>", "code": "GE", "copy": "AC"},
            "event-code",
        ),
        (
            f"/organise/series/{TOUR}/projects",
            {"title": "", "partner": "Halle <9>"},
            "project-title",
        ),
        ("/organise/projects/robo", {"title": "Halle <9>", "links": "x"}, "project-links"),
        (
            "/organise/projects/robo/contacts",
            {"function": "Halle <9>", "email": "a@b", "role": "technical", "basis": "consent"},
            "contact-email",
        ),
        (
            "/organise/projects/robo/contacts/1/edit",
            {"function": "Halle <9>", "phone": "ohne Ziffern"},
            "edit-1-phone",
        ),
        (
            "/organise/projects/robo/contacts/1/replace",
            {"function": "", "person": ""},
            "replace-1-function",
        ),
    ],
)
def test_what_is_refused_is_said_at_its_field_and_nothing_typed_is_lost(
    fair: Fair, organiser: Window, path: str, fields: dict[str, str], field: str
) -> None:
    before = fair.everything()
    answer = organiser.post(path, **fields)
    assert answer.status_code == 422
    wrong = re.search(r'<(?:input|textarea|select)[^>]*aria-invalid="true"[^>]*>', answer.text)
    assert wrong
    assert f'id="{field}"' in wrong[0]
    assert f'aria-describedby="{field}-error' in wrong[0]
    said = re.search(rf'id="{field}-error" role="alert">([^<]+)<', answer.text)
    assert said
    if "Halle <9>" in fields.values():
        assert "Halle &lt;9&gt;" in answer.text
    for value in fields.values():
        if value and value not in ("nirgends", "x"):
            assert unescape(value) in unescape(answer.text)
    # A program is told the word.
    told = organiser.send(path, key=new_key(), **fields)
    assert told.status_code == 422
    assert told.json
    assert told.json["message"] == unescape(said[1])
    assert fair.everything() == before


def test_what_no_field_can_mend_is_a_page_of_its_own(fair: Fair, organiser: Window) -> None:
    for path in (f"/organise/{GE}/archive", "/organise/projects/robo/archive"):
        answer = organiser.post(path)
        assert answer.status_code == 422
        assert "läuft" in answer.text or "steht noch in" in answer.text
    assert organiser.post(f"/organise/{GE}/stands/{GENERAL}/archive").status_code == 422


def test_a_phase_is_not_switched_at_an_archived_event(fair: Fair, organiser: Window) -> None:
    fair.enter("closed")
    assert organiser.post(f"/organise/{GE}/archive").status_code == 303
    assert organiser.post(f"/organise/{GE}/phase", phase="fair").status_code == 422
    page = organiser.get(f"/organise/{GE}").text
    assert "archiviert" in page
    assert 'name="phase"' not in page
    organiser.post(f"/organise/{GE}/restore")
    assert 'name="phase"' in organiser.get(f"/organise/{GE}").text


# Saved, and undone from the same page


@pytest.mark.parametrize(
    ("path", "fields", "back"),
    [
        (f"/organise/{GE}/stands", {"label": "7"}, f"/organise/{GE}/stands"),
        (f"/organise/{GE}/stands/{ROBO}", {"label": "8"}, f"/organise/{GE}/stands"),
        (f"/organise/{GE}/stands/{BAU}/archive", {}, f"/organise/{GE}/stands"),
        (f"/organise/{GE}/swap", {"first": "1", "second": "2"}, f"/organise/{GE}/stands"),
        (f"/organise/{GE}/settings", {"city": "Herne"}, f"/organise/{GE}/settings"),
        (
            f"/organise/series/{TOUR}/settings",
            {"name": "Neu"},
            f"/organise/series/{TOUR}/settings",
        ),
        ("/organise/projects/robo", {"title": "Neu"}, "/organise/projects/robo"),
        ("/organise/projects/robo/contacts", {"function": "IT"}, "/organise/projects/robo"),
        (
            "/organise/projects/robo/contacts/1/replace",
            {"function": "IT"},
            "/organise/projects/robo",
        ),
    ],
)
def test_what_was_saved_can_be_taken_back_on_the_page_that_follows(
    fair: Fair, organiser: Window, path: str, fields: dict[str, str], back: str
) -> None:
    answer = organiser.post(path, **fields)
    assert answer.status_code == 303
    at, _, change = answer.headers["Location"].partition("?change=")
    assert at == back
    page = organiser.get(answer.headers["Location"]).text
    form = re.search(r'<form class="saved" method="post" action="([^"]+)"', page)
    assert form
    assert organiser.post(form[1], change=change, back=back).status_code == 303
    (row,) = (row for row in fair.rows("changes") if row["id"] == int(change))
    assert row["undone_by"]
    # Not twice, and by nobody else.
    assert organiser.post(form[1], change=change, back=back).status_code == 422
    other = Window(fair).enter("organiser", OTHER_TOUR)
    assert other.post(form[1], change=change, back=back).status_code == 403


def test_what_changes_nothing_says_so(organiser: Window) -> None:
    answer = organiser.post(f"/organise/{GE}/stands/{ROBO}", label="1", place="", project="robo")
    assert answer.headers["Location"].endswith("?change=0")
    assert "Es war nichts zu ändern" in organiser.get(answer.headers["Location"]).text
    told = organiser.send(f"/organise/{GE}/stands/{ROBO}", key=new_key(), label="1")
    assert told.json == {"change": None}


def test_a_new_event_and_a_new_project_lead_to_their_pages(organiser: Window) -> None:
    answer = organiser.post(f"/organise/series/{TOUR}/events/new", city="Bocholt", code="boh")
    assert answer.headers["Location"].startswith("/organise/BOH?change=")
    answer = organiser.post(f"/organise/series/{TOUR}/projects", title="Neues Projekt")
    assert answer.headers["Location"].startswith("/organise/projects/neues-projekt?change=")


def test_the_next_city_is_copied_in_one_step(fair: Fair, organiser: Window) -> None:
    fair.ask()
    form = organiser.get(f"/organise/series/{TOUR}/events/new?copy={GE.lower()}").text
    assert f'<option value="{GE}" selected>' in unmarked(form)
    organiser.post(f"/organise/series/{TOUR}/events/new", city="Bocholt", code="BOH", copy=GE)
    page = organiser.get("/organise/BOH/stands").text
    assert "Projekt robo" in page
    assert "1 Frage" not in page


def test_a_new_series_is_open_in_this_browser_at_once(fair: Fair, organiser: Window) -> None:
    assert organiser.post("/organise/series", name="Zweite Reihe").status_code == 303
    page = organiser.get("/organise").text
    assert "Zweite Reihe" in page
    assert "noch keine Veranstaltung" in page
    assert organiser.get("/organise/series/zweite-reihe/settings").status_code == 200
    assert Window(fair).enter("organiser", OTHER_TOUR).get(
        "/organise/series/zweite-reihe/settings"
    ).status_code == (403)


# Lists


def test_lists_have_an_end_and_can_be_searched(fair: Fair, organiser: Window) -> None:
    with fair.app.app_context():
        series_id = next(row["id"] for row in fair.rows("series") if row["code"] == TOUR)
        for number in range(SHOWN + 5):
            projects.add(series_id, {"title": f"Ämterlauf {number:03}"}, by=BY)
            stands.add(fair.event_id(), {"label": f"A-{number + 1}"}, by=BY)
    path = f"/organise/series/{TOUR}/projects"
    first = organiser.get(path).text
    assert first.count('href="/organise/projects/') == SHOWN
    assert f'href="{path}?from={SHOWN}"' in first
    rest = organiser.get(f"{path}?from={SHOWN}").text
    assert rest.count('href="/organise/projects/') == 7
    found = organiser.get(f"{path}?q=ämter+042").text
    assert found.count('href="/organise/projects/') == 1
    assert "Kein Projekt gefunden" in organiser.get(f"{path}?q=gibtsnicht").text
    assert organiser.get(f"{path}?from=99999").status_code == 200
    page = organiser.get(f"/organise/{GE}/stands").text
    labels = re.findall(r'<b class="number">([^<]+)</b>', page)
    assert labels[:5] == ["0", "1", "2", "A-1", "A-2"]
    assert len(labels) == SHOWN
    assert organiser.get(f"/organise/{GE}/stands?q=a-105").text.count('<b class="number">') == 1


def test_many_projects_are_named_rather_than_chosen(fair: Fair, organiser: Window) -> None:
    page = organiser.get(f"/organise/{GE}/stands").text
    assert '<option value="robo">Projekt robo (Stadt robo)</option>' in unmarked(page)
    for number in range(MOST_CHOICES):
        fair.make_project(f"p{number}")
    page = organiser.get(f"/organise/{GE}/stands").text
    assert "<option" not in page
    organiser.post(f"/organise/{GE}/stands", label="7", project="Projekt p7")
    assert "Projekt p7" in organiser.get(f"/organise/{GE}/stands").text


def test_a_name_that_is_not_to_be_shown_is_the_organisers_alone(
    fair: Fair, organiser: Window, phone: Window
) -> None:
    organiser.post("/organise/projects/robo/contacts/1/edit", basis="hidden")
    assert "Erika Muster" in organiser.get("/organise/projects/robo").text
    for path in (f"/s/{ROBO}", "/projects/robo"):
        page = phone.get(path).text
        assert "Erika Muster" not in page
        assert "Geschäftsstelle" in page


def test_an_archived_stand_is_brought_back_or_says_why_not(fair: Fair, organiser: Window) -> None:
    organiser.post(f"/organise/{GE}/stands/{ROBO}/archive")
    assert "1 archivierter Stand" in organiser.get(f"/organise/{GE}/stands").text
    organiser.post(f"/organise/{GE}/stands", label="1")
    answer = organiser.post(f"/organise/{GE}/stands/{ROBO}/restore")
    assert answer.status_code == 422
    assert "Stand 1 gibt es schon" in answer.text
