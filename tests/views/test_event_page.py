"""The event's page, where the hall's code leads: it begins with the way to ask."""

import re

import pytest

from tests.support.fair import AC, BAU, GE, GENERAL, ROBO, Fair, new_key
from tests.support.windows import Window

PAGE = f"/e/{GE}"
ASKING = ["pitches", "fair", "round", "follow_up"]
SILENT = ["preparing", "closed"]


def found(phone: Window, typed: str, **headers: str) -> list[str]:
    """The codes of the stands that a page shows for what was typed, in their order."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    page = phone.client.get(PAGE, query_string={"stand": typed}, headers=headers).text
    shown = page.partition('id="stand-found"')[2].partition("</div>")[0]
    return re.findall(r'<a class="row" href="/s/(\w+)">', shown)


@pytest.fixture
def hall(fair: Fair) -> Fair:
    """Stands with umlauts, in letters and numbers, at places; and one without a project."""
    for code, label, title, partner, place in (
        ("BUERGER", "A-12", "Bürgerbüro für alle", "Stadt Köln", "Großer Saal"),
        ("MUELL", "12", "Muelltonnen-Melder", "Kreis Höxter", "Foyer"),
        ("PORTAL", "13", "Serviceportal 24/7", "Gemeinde Ést", "Halle 2"),
    ):
        fair.make_project(code.lower())
        fair.make_stand(code, label=label, project=code.lower())
        fair.sql(
            f"UPDATE projects SET title = '{title}', partner = '{partner}'"
            f" WHERE code = '{code.lower()}'"
        )
        fair.sql(f"UPDATE stands SET place = '{place}' WHERE code = '{code}'")
    fair.make_stand("LEER", label="14")
    return fair


@pytest.mark.parametrize("phase", ASKING)
def test_the_page_has_a_field_for_questions_to_no_project_while_asking_is_possible(
    fair: Fair, phone: Window, phase: str
) -> None:
    fair.enter(phase)
    page = phone.get(PAGE).text
    (form,) = re.findall(r"<form[^>]*data-ask[^>]*>", page)
    assert f'action="/s/{GENERAL}/questions"' in form
    # Before whatever there is to read; one filled button, and that is the one to ask with.
    assert page.index('id="stand"') < page.index("<textarea") < page.index('id="live"')
    assert re.findall(r'<(?:button|a) class="button(?: [\w-]+)?"[^>]*>([^<]*)<', page) == [
        "Frage stellen"
    ]
    key = re.findall(r'name="key" value="([^"]*)"', page)[0]
    answer = phone.post(f"/s/{GENERAL}/questions", key=key, text="Wer zahlt das?")
    assert answer.status_code == 303
    assert "Wer zahlt das?" in phone.get(answer.headers["Location"]).text


@pytest.mark.parametrize("phase", SILENT)
@pytest.mark.parametrize("lang", ["de", "en"])
def test_where_nobody_may_ask_it_says_so_and_offers_to_read(
    fair: Fair, phone: Window, phase: str, lang: str
) -> None:
    fair.enter(phase)
    page = phone.get(PAGE, Accept_Language=lang).text
    assert "<textarea" not in page
    says = {
        ("preparing", "de"): "Fragen sind ab dann möglich",
        ("closed", "de"): "Neue Fragen sind nicht mehr möglich",
        ("preparing", "en"): "from then on",
        ("closed", "en"): "no longer",
    }
    assert says[phase, lang] in page.replace("\n", " ")
    primary = re.findall(r'<(button|a) class="button(?: [\w-]+)?"([^>]*)>', page)
    assert len(primary) == 1
    if phase == "closed":
        assert f'href="{PAGE}/minutes"' in primary[0][1]
    assert 'id="stand"' in page


def test_the_general_stand_keeps_its_rules_there(fair: Fair, phone: Window) -> None:
    fair.sql("UPDATE events SET question_length = 60, facets = false")
    page = phone.get(PAGE).text
    assert 'maxlength="60"' in page
    assert 'name="facet"' not in page
    # Its own event's, whatever else there is.
    assert f"/s/{GENERAL}/questions" not in phone.get(f"/e/{AC}").text


@pytest.mark.parametrize("phase", [*ASKING, *SILENT])
def test_the_screen_promises_what_the_page_holds(fair: Fair, phone: Window, phase: str) -> None:
    fair.enter(phase)
    screen = Window(fair).enter("screen", GE).get(f"/screen/{GE}").text
    promised = bool(re.search("gleich hier|fragen können Sie weiter", screen))
    has_field = "<textarea" in phone.get(PAGE).text
    assert has_field or not promised
    if phase in ("pitches", "fair", "round"):
        assert promised


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ro", ROBO),
        ("PROJEKT ROBO", ROBO),
        ("robo projekt", ROBO),
        ("1", ROBO),
        ("Stand 1", ROBO),
        (ROBO.lower(), ROBO),
        ("12", "MUELL"),
        ("A-12", "BUERGER"),
        ("a12", "BUERGER"),
        ("a 12", "BUERGER"),
        ("bür", "BUERGER"),
        ("buer", "BUERGER"),
        ("bur", "BUERGER"),
        ("BU\u0308R", "BUERGER"),
        ("büro", "BUERGER"),
        ("köln", "BUERGER"),
        ("koeln,", "BUERGER"),
        ("großer", "BUERGER"),
        ("GROSSER SAAL", "BUERGER"),
        ("müll", "MUELL"),
        ("mü", "MUELL"),
        ("melder", "MUELL"),
        ("foyer", "MUELL"),
        ("höxt", "MUELL"),
        ("24/7", "PORTAL"),
        ("est", "PORTAL"),
        ("halle 2", "PORTAL"),
        ("14", "LEER"),
        ("allgemein", GENERAL),
        ("allg", GENERAL),
    ],
)
def test_a_stand_is_found_by_what_people_type_of_it(
    hall: Fair, phone: Window, typed: str, first: str
) -> None:
    assert found(phone, typed)[0] == first


def test_what_begins_a_word_comes_before_what_stands_within_one(hall: Fair, phone: Window) -> None:
    assert found(phone, "me") == ["MUELL", "PORTAL", GENERAL]
    # Stand 1 before 12, 13 and 14, and A-12 behind those whose words begin so.
    assert found(phone, "1")[:2] == [ROBO, "MUELL"]
    # Within words, in the order of their labels, and what belongs to no project last.
    assert found(phone, "er") == ["MUELL", "PORTAL", "LEER", "BUERGER", GENERAL]
    assert found(phone, "general", Accept_Language="en") == [GENERAL]


@pytest.mark.parametrize("typed", ["xyzzy", "robo xyzzy", "?!", "\u0000", "💡", "a" * 5000])
def test_what_names_no_stand_is_said(hall: Fair, phone: Window, typed: str) -> None:
    answer = phone.client.get(PAGE, query_string={"stand": typed[:1900]})
    assert answer.status_code == 200
    assert found(phone, typed[:1900]) == []
    assert re.search(r'role="status">Kein Stand gefunden', answer.text)


def test_without_a_word_no_stand_is_said_to_be_missing(hall: Fair, phone: Window) -> None:
    for typed in ("", "  "):
        page = phone.client.get(PAGE, query_string={"stand": typed}).text
        assert re.search(r'id="stand-found"[^>]* hidden>', page)
        assert f'href="/s/{BAU}"' in page


def test_a_stand_that_was_taken_out_is_not_found(hall: Fair, phone: Window) -> None:
    hall.sql("UPDATE stands SET archived = true WHERE code = 'MUELL'")
    assert found(phone, "melder") == []


def test_a_refused_question_from_there_is_given_back(fair: Fair, phone: Window) -> None:
    answer = phone.post(f"/s/{GENERAL}/questions", key=new_key(), text="?!?")
    assert answer.status_code == 422
    assert "?!?</textarea>" in answer.text
