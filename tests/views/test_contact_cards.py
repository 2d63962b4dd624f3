"""`/projects/<project>.vcf`: whom to call, for an address book."""

from tests.support.entries import decide, entry, propose
from tests.support.fair import AC, GE, ROBO, Fair
from tests.support.vcards import read
from tests.support.windows import Window

CARD = "/projects/robo.vcf"


def contact(**changed: object) -> dict[str, object]:
    usual = dict.fromkeys(("id", "person", "email", "phone", "role"))
    return {**usual, "function": "Technik", "basis": "public_function", **changed}


def take_contacts(fair: Fair, *contacts: dict[str, object]) -> None:
    for event in (GE, AC):
        fair.enter("preparing", event)
    propose(fair, contacts=list(contacts))
    decide(fair)


def test_anybody_may_keep_a_projects_contacts(fair: Fair) -> None:
    answer = Window(fair).get(CARD)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/vcard; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="robo.vcf"'
    assert "Set-Cookie" not in answer.headers
    (card,) = read(answer.data)
    assert (card["FN"], card["ORG"], card["NOTE"]) == (
        "Geschäftsstelle",
        "Stadt robo",
        "Projekt robo",
    )
    assert card["URL"].endswith("/projects/robo")


def test_unchanged_it_is_not_sent_again(fair: Fair) -> None:
    first = Window(fair).get(CARD)
    again = Window(fair).get(CARD, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


def test_a_hidden_name_does_not_leave_the_house(fair: Fair) -> None:
    old = entry(fair).contacts[0]
    take_contacts(
        fair,
        contact(id=old.id, function="Leitung", person="Erika Muster", basis="hidden"),
        contact(),
    )
    for path in (CARD, "/projects/robo", f"/s/{ROBO}"):
        assert "Muster" not in Window(fair).get(path).text
    names = [card["FN"] for card in read(Window(fair).get(CARD).data)]
    assert names == ["Leitung", "Technik"]


def test_a_changed_contact_keeps_its_id_and_says_that_it_changed(fair: Fair) -> None:
    (before,) = read(Window(fair).get(CARD).data)
    old = entry(fair).contacts[0]
    person = {"function": "Geschäftsstelle", "person": "Erika Muster"}
    take_contacts(fair, contact(id=old.id, phone="0209 99", **person))
    (after,) = read(Window(fair).get(CARD).data)
    assert after["UID"] == before["UID"]
    assert after["REV"] > before["REV"]


def test_without_a_contact_there_is_a_sentence(fair: Fair) -> None:
    window = Window(fair)
    take_contacts(fair)
    answer = window.send(CARD, "GET")
    assert answer.status_code == 404
    assert answer.json
    assert answer.json["error"] == "no_contact"
    assert "keine Anlaufstelle" in window.get(CARD).text
    for path in ("/projects/robo", f"/s/{ROBO}"):
        assert ".vcf" not in window.get(path).text


def test_an_archived_project_has_none_any_more(fair: Fair) -> None:
    fair.sql("UPDATE projects SET archived = TRUE WHERE code = 'robo'")
    assert Window(fair).get(CARD).status_code == 404
    assert Window(fair).get("/projects/bau.vcf").status_code == 200
    assert Window(fair).get("/projects/nowhere.vcf").status_code == 404


def test_the_link_to_it_speaks_both_languages(fair: Fair) -> None:
    for path in ("/projects/robo", f"/s/{ROBO}"):
        assert "Kontakt speichern" in Window(fair).get(path).text
        assert "Save contact" in Window(fair).get(path, Accept_Language="en").text
