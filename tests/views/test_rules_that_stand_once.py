"""What one page takes no other refuses, and what one page says no other denies."""

import re
from html import unescape
from typing import Any

import pytest

from exchange.models import lengths
from tests.support.fair import GE, ROBO, Fair, new_key
from tests.support.windows import Desk, Window

CONTACT = {
    "contact-1-function": "",
    "contact-1-person": "Erika Muster",
    "contact-1-basis": "hidden",
}


def test_a_contact_without_a_name_to_be_shown_needs_a_function(
    fair: Fair, as_presenter: Any, organiser: Window
) -> None:
    fair.enter("preparing")
    desk = as_presenter(ROBO)
    refused = desk.send(f"/present/{ROBO}/entry", key=new_key(), contacts="1", **CONTACT)
    assert refused.status_code == 422
    assert set(refused.get_json()["fields"]) == {"contact-1-function"}
    other = organiser.send(
        "/organise/projects/robo/contacts", key=new_key(), person="Erika Muster", basis="hidden"
    )
    assert other.json
    assert other.json["message"] == refused.get_json()["fields"]["contact-1-function"]
    assert fair.rows("proposals") == []


def test_a_contact_of_whom_nothing_is_to_be_shown_is_still_one(fair: Fair, phone: Window) -> None:
    """As an earlier version could have kept it."""
    fair.sql("UPDATE contacts SET function = NULL, basis = 'hidden'")
    for path in ("/projects/robo", f"/s/{ROBO}"):
        page = phone.get(path).text
        assert "None" not in page
        assert "Erika" not in page


@pytest.mark.parametrize(
    "case",
    [
        ("phone", "0209/123-4 (Zentrale)", "0209/123-4 (Zentrale)"),
        ("phone", "Tel.: 0209 1234", "0209 1234"),
        ("phone", "+49 209 1234 Durchwahl 5", "+49 209 1234 Durchwahl 5"),
        ("email", "mailto:amt@example.org", "amt@example.org"),
        ("email", "Das Amt <amt@example.org>", "amt@example.org"),
    ],
)
def test_what_the_organiser_keeps_the_partners_form_takes(
    fair: Fair, organiser: Window, as_presenter: Any, case: tuple[str, str, str]
) -> None:
    name, typed, kept = case
    fair.enter("preparing")
    organiser.post("/organise/projects/robo/contacts/1/edit", **{name: typed})
    assert fair.rows("contacts")[0][name] == kept
    page = as_presenter(ROBO).get(f"/present/{ROBO}/entry").text
    fields = dict(re.findall(r'<input[^>]*name="(contact-1-[a-z]+)"[^>]*value="([^"]*)"', page))
    sent = {field: unescape(value) for field, value in fields.items()}
    answer = as_presenter(ROBO).send(
        f"/present/{ROBO}/entry", key=new_key(), contacts="1", summary="Neu.", **sent
    )
    assert answer.status_code == 200, answer.text
    assert [row["field"] for row in fair.rows("proposals")] == ["summary"]


@pytest.mark.parametrize("phone", ["fünf", "5", "ruf an"])
def test_what_is_no_number_is_refused_by_both(
    fair: Fair, organiser: Window, as_presenter: Any, phone: str
) -> None:
    fair.enter("preparing")
    one = organiser.send("/organise/projects/robo/contacts/1/edit", key=new_key(), phone=phone)
    other = as_presenter(ROBO).send(
        f"/present/{ROBO}/entry",
        key=new_key(),
        contacts="1",
        **{"contact-1-function": "Amt", "contact-1-phone": phone},
    )
    assert one.status_code == other.status_code == 422


def test_a_question_is_assigned_to_a_stand_by_whatever_it_is_called(
    fair: Fair, moderation: Desk
) -> None:
    fair.make_stand("FOY", GE, label="Foyer", project="bau")
    question = fair.ask()
    page = moderation.get(f"/moderate/{GE}/questions/1").text
    field = re.search(r'<input[^>]*id="assign-stand-[^"]*"[^>]*>', page)
    assert field
    assert 'type="text"' in field[0]
    assert f'maxlength="{lengths.LABEL}"' in field[0]
    answer = moderation.use("assign", question, stand="foyer", version=fair.version(question))
    assert answer.status_code == 200
    assert fair.card(question).stand.label == "Foyer"


def test_contacts_are_offered_where_they_can_be_kept(fair: Fair, phone: Window) -> None:
    assert "/projects/robo.vcf" in phone.get("/projects/robo").text
    assert phone.get("/projects/robo.vcf").status_code == 200
    fair.sql("UPDATE projects SET archived = TRUE WHERE code = 'robo'")
    page = phone.get("/projects/robo").text
    assert "/projects/robo.vcf" not in page
    assert "Geschäftsstelle" not in page


def test_an_archived_event_promises_nothing(fair: Fair, phone: Window, organiser: Window) -> None:
    fair.enter("preparing")
    assert "Beginnt am" in phone.get(f"/e/{GE}").text
    fair.sql(f"UPDATE events SET archived = TRUE WHERE code = '{GE}'")
    for path in (f"/e/{GE}", f"/s/{ROBO}"):
        page = phone.get(path).text
        assert "Beginnt am" not in page
        assert "wurde zurückgezogen" in page
    for page_of in ("stands", "passes", "settings", "pitches", "import", "entries"):
        assert (
            "Diese Veranstaltung ist archiviert" in organiser.get(f"/organise/{GE}/{page_of}").text
        )


@pytest.mark.parametrize("verb", [{"phase": "fair"}, {"first": "1"}])
def test_an_archived_event_is_not_switched(
    fair: Fair, organiser: Window, verb: dict[str, str]
) -> None:
    fair.sql(f"UPDATE events SET archived = TRUE WHERE code = '{GE}'")
    before = fair.everything()
    path = "phase" if "phase" in verb else "moderation"
    refused = organiser.send(f"/organise/{GE}/{path}", key=new_key(), **verb)
    assert refused.status_code == 422
    assert refused.json
    assert refused.json["error"] == "archived"
    assert fair.everything() == before


def test_every_page_of_an_event_marks_itself(organiser: Window) -> None:
    for page in ("", "/stands", "/import", "/entries", "/pitches", "/passes", "/settings", "/live"):
        nav = organiser.get(f"/organise/{GE}{page}").text.partition('class="event-nav"')[2]
        marked = re.findall(r'href="([^"]+)" aria-current="page"', nav.partition("</nav>")[0])
        assert marked == [f"/organise/{GE}{page}"]
