"""Partners mend their entry; the organiser sees the differences and takes or leaves each."""

import html
import re
from typing import Any

import pytest

from tests.support.entries import answer_beforehand, entry, prepared_at, propose
from tests.support.fair import (
    AC,
    AC_ROBO,
    BAU,
    ELSEWHERE,
    GE,
    OTHER_TOUR,
    ROBO,
    TOUR,
    Fair,
    new_key,
)
from tests.support.statements import counting_statements
from tests.support.windows import SAME_ORIGIN, Window

ENTRY = f"/present/{ROBO}/entry"
CONTACT = "/contact/robo"
ENTRIES = f"/organise/{GE}/entries"
QUESTIONS = f"/organise/series/{TOUR}/questions"


@pytest.fixture
def partner(fair: Fair) -> Window:
    """A partner with the pass of stand 1, before the day."""
    for event in (GE, AC):
        fair.enter("preparing", event)
    return Window(fair).enter("presenter", ROBO)


@pytest.fixture
def organiser(fair: Fair) -> Window:
    return Window(fair).enter("organiser", TOUR)


def form_of(page: str) -> dict[str, str]:
    """The entry's form, as a browser would send it; without a button."""
    form = page[page.index("data-entry") : page.index("</form>", page.index("data-entry"))]
    found = {}
    for name, value in re.findall(r'<input [^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', form):
        found[name] = html.unescape(value)
    for name, value in re.findall(
        r'<textarea [^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL
    ):
        found[name] = html.unescape(value)
    for name, options in re.findall(r'<select [^>]*name="([^"]+)">(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def send(window: Window, path: str, fields: dict[str, str]) -> Any:
    return window.client.post(path, data=fields, headers=SAME_ORIGIN)


def test_what_was_filled_in_waits_and_is_shown_as_such(fair: Fair, partner: Window) -> None:
    fields = form_of(partner.get(ENTRY).text) | {
        "status": "im Einsatz",
        "prepared.kosten": "Rund 60.000 €.\n\nDanach weniger.",
        "contact-1-phone": "0209 22",
        "do": "save",
    }
    answer = send(partner, ENTRY, fields)
    assert answer.status_code == 303
    page = partner.get(answer.headers["Location"]).text
    assert "Gespeichert." in page
    assert page.count("liegt der Organisation vor</span>") == 3
    kept = form_of(page)
    assert kept["status"] == "im Einsatz"
    assert kept["contact-1-phone"] == "0209 22"
    assert kept["prepared.kosten"] == "Rund 60.000 €.\n\nDanach weniger."
    assert entry(fair).status is None
    assert "im Einsatz" not in Window(fair).get(f"/s/{ROBO}").text


def test_saving_the_form_as_it_is_changes_nothing(fair: Fair, partner: Window) -> None:
    before = fair.everything()
    answer = send(partner, ENTRY, form_of(partner.get(ENTRY).text) | {"do": "save"})
    assert answer.headers["Location"].endswith("saved=0")
    assert fair.everything() == before


def test_bad_input_gets_a_sentence_and_nothing_typed_is_lost(fair: Fair, partner: Window) -> None:
    fields = form_of(partner.get(ENTRY).text) | {
        "summary": "Was es wirklich ist.",
        "links": "nirgendwo",
        "contact-1-email": "kein Klammeraffe",
        "do": "save",
    }
    answer = send(partner, ENTRY, fields)
    assert answer.status_code == 422
    kept = form_of(answer.text)
    assert (kept["summary"], kept["links"]) == ("Was es wirklich ist.", "nirgendwo")
    assert kept["contact-1-email"] == "kein Klammeraffe"
    assert "2 Felder brauchen noch etwas" in answer.text
    assert answer.text.count('aria-invalid="true"') == 2
    assert "keine Adresse einer Seite: „nirgendwo“" in answer.text
    assert fair.rows("proposals") == []


def test_contacts_are_added_moved_and_removed_without_scripts(partner: Window) -> None:
    fields = form_of(partner.get(ENTRY).text) | {"summary": "Noch nicht gespeichert."}
    page = send(partner, ENTRY, fields | {"do": "add"})
    assert page.status_code == 200
    fields = form_of(page.text) | {"contact-2-function": "Technik"}
    page = send(partner, ENTRY, fields | {"do": "up-2"})
    fields = form_of(page.text)
    assert [fields[f"contact-{n}-function"] for n in (1, 2)] == ["Technik", "Geschäftsstelle"]
    page = send(partner, ENTRY, fields | {"do": "remove-1"})
    fields = form_of(page.text)
    assert fields["contact-1-function"] == "Geschäftsstelle"
    assert "contact-2-function" not in fields
    assert fields["summary"] == "Noch nicht gespeichert."


def test_there_is_an_end_of_contacts(partner: Window) -> None:
    page = partner.get(ENTRY).text
    fields = form_of(page)
    for _ in range(10):
        page = send(partner, ENTRY, fields | {"do": "add"}).text
        fields = form_of(page)
    assert 'value="add"' not in page
    assert "contact-8-function" in fields
    assert "contact-9-function" not in fields


def test_a_program_sends_the_fields_that_it_means(fair: Fair, partner: Window) -> None:
    answer = partner.send(ENTRY, key=new_key(), licence="EUPL")
    assert (answer.status_code, list(answer.json or ())) == (200, ["change", "revision", "version"])
    assert [row["field"] for row in fair.rows("proposals")] == ["licence"]
    answer = partner.send(ENTRY, key=new_key(), licence="EUPL")
    assert answer.json == {"change": None}
    answer = partner.send(ENTRY, key=new_key(), links="nirgendwo")
    assert answer.status_code == 422
    told: Any = answer.json
    assert (told["error"], list(told["fields"])) == ("fields", ["links"])


def test_the_same_key_again_is_the_same_save(fair: Fair, partner: Window) -> None:
    key = "5b0f6a60-3a3f-4c0e-9a53-7f4f0a2d1c11"
    first = partner.send(ENTRY, licence="EUPL", key=key)
    changes = len(fair.rows("changes"))
    assert partner.send(ENTRY, licence="EUPL", key=key).json == first.json
    assert len(fair.rows("changes")) == changes


@pytest.mark.parametrize("path", [ENTRY, CONTACT])
def test_nobody_else_gets_there(fair: Fair, path: str) -> None:
    strangers = [
        Window(fair),
        Window(fair).enter("presenter", BAU),
        Window(fair).enter("presenter", AC_ROBO),
        Window(fair).enter("moderator", GE),
        Window(fair).enter("organiser", OTHER_TOUR),
        contact_of(fair, "bau"),
    ]
    for window in strangers:
        answer = window.send(path, "GET")
        assert (answer.status_code, answer.json and answer.json["error"]) == (403, "not_yours")
        assert window.send(path, licence="EUPL").status_code == 403
    assert fair.rows("proposals") == []


def test_a_contact_mends_it_without_a_stand(fair: Fair, partner: Window) -> None:
    window = contact_of(fair, "robo")
    assert window.send(CONTACT, key=new_key(), licence="EUPL").status_code == 200
    assert form_of(partner.get(ENTRY).text)["licence"] == "EUPL"
    assert window.get("/contact/nowhere").status_code == 404
    assert f'href="{CONTACT}"' in window.get("/projects/robo").text
    assert f'href="{CONTACT}"' not in Window(fair).get("/projects/robo").text


def contact_of(fair: Fair, project: str) -> Window:
    window = Window(fair)
    answer = window.post("/pass", secret=fair.secret("contact", project))
    assert answer.status_code == 303
    return window


def test_stand_0_has_no_entry(fair: Fair) -> None:
    window = Window(fair).enter("presenter", "GE0")
    assert window.get("/present/GE0/entry").status_code == 404
    assert 'class="panel desk-entry"' not in window.get("/present/GE0").text


def test_closed_it_is_read_and_says_who_opens_it(
    fair: Fair, partner: Window, organiser: Window
) -> None:
    fields = form_of(partner.get(ENTRY).text) | {"licence": "EUPL", "do": "save"}
    fair.enter("pitches")
    page = partner.get(ENTRY).text
    assert "data-entry" not in page
    assert "Der Eintrag ist geschlossen" in page
    assert "Erika Muster" in page
    answer = send(partner, ENTRY, fields)
    assert answer.status_code == 422
    assert form_of(answer.text)["licence"] == "EUPL"
    assert partner.send(ENTRY, key=new_key(), licence="EUPL").json["error"] == "entry_closed"  # type: ignore[index]
    assert organiser.post(f"{ENTRIES}/open", on="1").status_code == 303
    assert send(partner, ENTRY, fields).status_code == 303


def test_the_desk_opens_with_it_before_the_day_and_not_while_the_hall_asks(
    fair: Fair, partner: Window, organiser: Window
) -> None:
    page = partner.get(f"/present/{ROBO}").text
    assert f'href="{ENTRY}"' in page
    assert "6 von sechs Fragen vorab" in page
    fair.enter("fair")
    assert f'href="{ENTRY}"' not in partner.get(f"/present/{ROBO}").text
    organiser.post(f"{ENTRIES}/open", on="1")
    assert f'href="{ENTRY}"' in partner.get(f"/present/{ROBO}").text


# The organiser


def test_differences_are_shown_in_words_and_each_is_taken_or_left(
    fair: Fair, partner: Window, organiser: Window
) -> None:
    propose(fair, summary="Was es wird.", status="im Einsatz", prepared_kosten="Viel.")
    page = organiser.get(ENTRIES).text
    assert "3 Änderungen liegen vor." in page
    for words in ("Was es ist.", "Was es wird.", "Bisher", "Neu", "Viel.", "nichts"):
        assert words in page
    found = proposals(page)
    one, two, three = found
    answer = organiser.post(ENTRIES, do="take", **one)
    assert re.fullmatch(rf"{ENTRIES}\?change=\d+", answer.headers["Location"])
    assert "Rückgängig" in organiser.get(answer.headers["Location"]).text
    assert organiser.post(ENTRIES, do="leave", **two).status_code == 303
    assert (entry(fair).summary, entry(fair).status) == ("Was es wird.", None)
    mine = partner.get(ENTRY).text
    assert 'data-state="taken"' in mine
    assert "Nicht übernommen wurde:" in mine
    assert organiser.send(ENTRIES, key=new_key(), do="take", **three).status_code == 200
    assert prepared_at(fair, ROBO) == {"kosten": "Viel."}
    assert "Schon beantwortet" in Window(fair).get(f"/s/{ROBO}").text
    assert "vorab beantwortet" in Window(fair).get("/projects/robo").text
    answer = organiser.send(ENTRIES, key=new_key(), do="take", **one)
    assert (answer.status_code, answer.json and answer.json["error"]) == (409, "entry_changed")


def proposals(page: str) -> list[dict[str, str]]:
    return [
        {"proposal": number, "seen": html.unescape(seen)}
        for number, seen in re.findall(
            r'name="proposal" value="(\d+)">\s*<input type="hidden" name="seen" value="([^"]+)"',
            page,
        )
    ]


def test_what_was_changed_meanwhile_is_looked_at_again(
    fair: Fair, partner: Window, organiser: Window
) -> None:
    propose(fair, summary="Erst so.")
    (one,) = proposals(organiser.get(ENTRIES).text)
    propose(fair, summary="Dann anders.")
    assert organiser.post(ENTRIES, do="take", **one).status_code == 409
    assert entry(fair).summary == "Was es ist."


def test_all_of_a_project_and_all_at_once(fair: Fair, partner: Window, organiser: Window) -> None:
    propose(fair, "robo", summary="A", licence="B")
    propose(fair, "bau", summary="C")
    assert "Alle dieses Projekts übernehmen" in organiser.get(ENTRIES).text
    organiser.post(ENTRIES, do="take", project="robo")
    assert (entry(fair).summary, entry(fair, "bau").summary) == ("A", "Was es ist.")
    organiser.post(ENTRIES, do="take")
    assert entry(fair, "bau").summary == "C"
    assert organiser.post(ENTRIES, do="take").headers["Location"].endswith("change=0")


def test_what_is_empty_is_listed(fair: Fair, organiser: Window) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    fair.make_project("leer")
    fair.make_stand("LEER", label="3", project="leer")
    fair.sql("DELETE FROM contacts WHERE project_id = (SELECT id FROM projects WHERE code='leer')")
    page = organiser.get(ENTRIES).text
    empty = page[page.index('id="entry-leer"') :]
    assert "<b>fehlt</b>" in empty
    assert "Recht, Kosten, Technik, Organisation, Betrieb, Kontakt" in empty
    filled = page[page.index('id="entry-robo"') : page.index('id="entry-bau"')]
    assert "Recht, Technik, Organisation, Betrieb, Kontakt" in filled


def test_only_its_organiser_opens_it(fair: Fair) -> None:
    for window in (
        Window(fair),
        Window(fair).enter("presenter", ROBO),
        Window(fair).enter("moderator", GE),
        Window(fair).enter("organiser", OTHER_TOUR),
    ):
        assert window.send(ENTRIES, "GET").status_code == 403
        assert window.send(ENTRIES, do="take").status_code == 403
        assert window.send(f"{ENTRIES}/open", on="1").status_code == 403
        assert window.send(QUESTIONS, "GET").status_code == 403
        assert window.send(QUESTIONS, kosten="Wie viel?").status_code == 403
    assert (
        Window(fair)
        .enter("organiser", OTHER_TOUR)
        .get(f"/organise/{ELSEWHERE}/entries")
        .status_code
        == 200
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"do": "eat"},
        {"do": "take", "proposal": "one"},
        {"do": "take", "seen": "yesterday"},
        {"do": "take", "seen": "2026-01-01"},
    ],
)
def test_what_makes_no_sense_is_refused(organiser: Window, fields: dict[str, str]) -> None:
    assert organiser.send(ENTRIES, **fields).status_code == 400


@pytest.mark.sqlite
def test_it_takes_as_many_statements_with_one_project_as_with_thirty(
    fair: Fair, partner: Window, organiser: Window
) -> None:
    def counted(*paths: str) -> list[int]:
        numbers = []
        for path in paths:
            window = organiser if path.startswith("/organise") else partner
            with counting_statements(fair.app) as statements:
                assert window.get(path).status_code == 200
            numbers.append(len(statements))
        return numbers

    paths = (
        ENTRIES,
        ENTRY,
        f"/present/{ROBO}",
        f"/s/{ROBO}",
        "/projects/robo",
        "/projects/robo.vcf",
    )
    propose(fair, summary="Neu.", contacts=[])
    answer_beforehand(fair, "robo", kosten="Viel.")
    counted(*paths)
    one = counted(*paths)
    for number in range(30):
        fair.make_project(f"more-{number}")
        fair.make_stand(f"MORE{number}", label=str(10 + number), project=f"more-{number}")
        fair.make_stand(f"AGAIN{number}", label=str(100 + number), project="robo")
        propose(fair, f"more-{number}", summary="Neu.", status="Neu.")
    facets = ("recht", "kosten", "technik", "organisation", "betrieb", "kontakt")
    answer_beforehand(fair, "robo", **dict.fromkeys(facets, "Ja."))
    assert counted(*paths) == one
    assert max(one) <= 16


@pytest.mark.sqlite
def test_syncing_reads_as_often_for_one_stand_as_for_thirty(fair: Fair) -> None:
    def read(text: str) -> int:
        with counting_statements(fair.app) as statements:
            answer_beforehand(fair, "robo", kosten=text)
        # The flushes that follow read for each stand that has news.
        return len([one for one in statements if one[:6] == "SELECT" and "revision" not in one])

    one = read("Viel.")
    for number in range(30):
        fair.make_stand(f"AGAIN{number}", label=str(100 + number), project="robo")
    assert read("Wenig.") <= one + 1


# The questions of a series


def test_the_organiser_words_the_standard_questions(fair: Fair, organiser: Window) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    answer = organiser.post(QUESTIONS, kosten="Was kostet es genau?")
    assert answer.status_code == 303
    page = organiser.get(answer.headers["Location"]).text
    assert "Was kostet es genau?" in page
    assert 'Üblich ist: <bdi lang="de" dir="auto">Was kosten Einführung' in page
    assert "Was kostet es genau?" in Window(fair).get(f"/s/{ROBO}").text
    change = re.search(r"change=(\d+)", answer.headers["Location"])
    assert change
    undone = organiser.post(f"/organise/series/{TOUR}/undo", change=change[1], back=QUESTIONS)
    assert undone.headers["Location"] == f"{QUESTIONS}?done=undone"
    assert "Was kostet es genau?" not in Window(fair).get(f"/s/{ROBO}").text


def test_a_question_that_is_none_stays_in_its_field(organiser: Window) -> None:
    answer = organiser.post(QUESTIONS, kosten="???", recht="Und rechtlich?")
    assert answer.status_code == 422
    assert "Bitte stellen Sie die Frage in Worten." in answer.text
    for typed in ("???", "Und rechtlich?"):
        assert typed in answer.text
