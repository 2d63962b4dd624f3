"""The municipality of an asker: a field of its own, apart from the name; and what it suggests."""

import re

import pytest

from tests.support.fair import AC, BAU, ELSEWHERE, GE, ROBO, Fair, new_key
from tests.support.windows import SAME_ORIGIN, Desk, Listen, Window

ASK = f"/s/{ROBO}/questions"
WORDS = "Was kostet der Betrieb im Jahr?"


def test_a_municipality_is_kept_apart_from_the_name(phone: Window, fair: Fair) -> None:
    phone.ask(ROBO, WORDS, name="Erika Muster", municipality="  Stadt   Marl ")
    card = fair.cards()[0]
    assert (card.name, card.municipality) == ("Erika Muster", "Stadt Marl")


def test_json_takes_it_too(phone: Window, fair: Fair) -> None:
    answer = phone.client.post(
        ASK,
        json={"key": new_key(), "text": WORDS, "municipality": "Stadt Marl"},
        headers=SAME_ORIGIN | {"Accept": "application/json"},
    )
    assert answer.status_code == 201
    assert fair.cards()[0].municipality == "Stadt Marl"


@pytest.mark.parametrize("given", [None, "", "   ", "\u200b"])
def test_without_one_there_is_none(phone: Window, fair: Fair, given: str | None) -> None:
    phone.ask(ROBO, WORDS, municipality=given)
    assert fair.cards()[0].municipality is None


@pytest.mark.parametrize(
    ("typed", "status", "word", "sentence"),
    [
        ("a" * 81, 422, "too_long", "Der Name der Kommune ist zu lang: höchstens 80 Zeichen"),
        ("a" * 5000, 422, "too_long", "Der Name der Kommune ist zu lang"),
        ("Marl\x00", 400, "characters", "Der Name der Kommune enthält Zeichen"),
        ("Marl\uffff", 400, "characters", "Der Name der Kommune enthält Zeichen"),
        ("a" + "\u0301" * 9, 400, "characters", "Der Name der Kommune enthält Zeichen"),
    ],
)
def test_what_no_municipality_is_called_is_refused_in_words(
    phone: Window, fair: Fair, *, typed: str, status: int, word: str, sentence: str
) -> None:
    answer = phone.send(ASK, key=new_key(), text=WORDS, municipality=typed)
    assert answer.status_code == status
    assert answer.json
    assert answer.json["error"] == word
    assert sentence in answer.json["message"]
    assert fair.cards() == []


def test_the_plain_form_says_it_beside_the_field_and_keeps_what_was_typed(phone: Window) -> None:
    page = phone.post(ASK, key=new_key(), text=WORDS, name="Ida", municipality="b" * 81)
    assert page.status_code == 422
    field = re.search(r'<input[^>]*name="municipality"[^>]*>', page.text)
    assert field
    assert 'aria-invalid="true"' in field[0]
    assert f'value="{"b" * 81}"' in field[0]
    assert "ask-municipality-error" in field[0]
    assert re.search(r'id="ask-municipality-error"[^>]*>Der Name der Kommune', page.text)
    assert re.search(r'id="ask-error"[^>]*></p>', page.text)
    assert 'value="Ida"' in page.text
    assert WORDS in page.text


@pytest.mark.parametrize(
    ("name", "municipality", "shown"),
    [
        ("Erika Muster", "Stadt Marl", '<span dir="auto">Erika Muster, Stadt Marl</span>'),
        (None, "Stadt Marl", '<span dir="auto">Stadt Marl</span>'),
        ("Erika Muster", None, '<span dir="auto">Erika Muster</span>'),
        ("<b>", "Stadt <i>", '<span dir="auto">&lt;b&gt;, Stadt &lt;i&gt;</span>'),
    ],
)
def test_it_stands_wherever_the_name_does(
    phone: Window,
    desk: Desk,
    moderation: Desk,
    fair: Fair,
    *,
    name: str | None,
    municipality: str | None,
    shown: str,
) -> None:
    phone.ask(ROBO, WORDS, name=name, municipality=municipality)
    pages = [
        desk.get(f"/present/{ROBO}"),
        desk.get(f"/present/{ROBO}/questions/1"),
        moderation.get(f"/moderate/{GE}"),
        Window(fair).get(f"/s/{ROBO}"),
    ]
    fair.enter("follow_up")
    pages.append(Window(fair).get(f"/e/{GE}/minutes"))
    for page in pages:
        assert shown in page.text


def test_the_news_shows_it(phone: Window, listen: Listen) -> None:
    ears = [listen("desk", ROBO), listen("stand", ROBO), listen("moderate", GE)]
    phone.ask(ROBO, WORDS, municipality="Stadt Marl")
    for ear in ears:
        assert "Stadt Marl" in ear.html()


def test_it_is_found(phone: Window) -> None:
    phone.ask(ROBO, "Wer zahlt?", municipality="Stadt Marl")
    phone.ask(ROBO, "Wer pflegt das?", municipality="Stadt Dorsten")
    found = phone.get(f"/e/{GE}?q=marl").text
    assert "Wer zahlt?" in found
    assert "Wer pflegt das?" not in found


# Repetitions


def test_another_municipality_is_another_question(phone: Window, fair: Fair) -> None:
    key = new_key()
    first = phone.send(ASK, key=key, text=WORDS, municipality="Stadt Marl")
    again = phone.send(ASK, key=key, text=WORDS, municipality="Stadt Marl")
    assert (again.status_code, again.json) == (200, first.json)
    for other in (None, "Stadt Dorsten"):
        answer = phone.send(ASK, key=key, text=WORDS, municipality=other)
        assert (answer.status_code, (answer.json or {})["error"]) == (409, "key_reused")
    # Neither is a name that says the same.
    assert phone.send(ASK, key=key, text=WORDS, name="Stadt Marl").status_code == 409
    assert len(fair.cards()) == 1


def test_what_was_sent_before_there_was_a_municipality_is_still_a_repetition(
    phone: Window, fair: Fair
) -> None:
    """Written by the version before this field, as the instance's key signed it then."""
    key = "5f0c8f6e-6a53-4f0f-8f3e-0a54f5f6c001"
    first = phone.send(ASK, key=key, text=WORDS, name="Ida", facet="kosten")
    digest = "b5f7b60e134f7f0cd2c03b4088ee74c76a022360b18224cb07102275edb495ae"
    assert fair.rows("questions")[0]["digest"] == digest
    for empty in (None, ""):
        again = phone.send(ASK, key=key, text=WORDS, name="Ida", facet="kosten", municipality=empty)
        assert (again.status_code, again.json) == (200, first.json)


def test_a_form_that_is_sent_twice_is_one_question_if_all_of_it_is_the_same(
    phone: Window, fair: Fair
) -> None:
    for municipality in ("Stadt Marl", "Stadt Marl", "Stadt Dorsten", ""):
        answer = phone.post(ASK, key=new_key(), text=WORDS, municipality=municipality)
        assert answer.status_code == 303
    assert [card.municipality for card in fair.cards()] == ["Stadt Marl", "Stadt Dorsten", None]


# Typed in


def test_staff_type_it_in(desk: Desk, moderation: Desk, fair: Fair) -> None:
    for who, path in ((desk, f"/present/{ROBO}"), (moderation, f"/moderate/{GE}")):
        answer = who.send(f"{path}/questions", key=new_key(), text=WORDS, municipality="Stadt Marl")
        assert answer.status_code == 201
        page = who.get(path).text
        assert re.search(r'<input[^>]*id="type-in-municipality"[^>]*name="municipality"', page)
    assert [card.municipality for card in fair.cards()] == ["Stadt Marl"] * 2


# Suggestions


def registered(fair: Fair, number: int, event: str = GE) -> list[str]:
    names = [f"Stadt Nummer {one:03}" for one in range(number)]
    event_id = fair.event_id(event)
    for one, name in enumerate(names):
        fair.sql(
            "INSERT INTO registrations (event_id, municipality, people)"
            f" VALUES ({event_id}, '{name}', {one})"
        )
    return names


def test_a_few_are_suggested_by_the_page_itself(phone: Window, fair: Fair) -> None:
    names = registered(fair, 3)
    registered(fair, 7, AC)
    page = phone.get(f"/s/{ROBO}").text
    assert re.findall(r'<option value="([^"]*)">', page) == names
    assert "data-suggest" not in page
    assert phone.get(f"/s/{BAU}").text.count("<option") == 3


def test_many_are_asked_for_when_they_are_needed(phone: Window, fair: Fair) -> None:
    before = len(phone.get(f"/s/{ROBO}").text)
    names = registered(fair, 300)
    page = phone.get(f"/s/{ROBO}").text
    assert "<option" not in page
    assert len(page) < before + 200
    address = re.search(r'data-suggest="([^"]*)"', page)
    assert address
    answer = phone.get(address[1])
    # Those that send the most people; in the order of their names.
    assert answer.json == {"municipalities": names[100:]}
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    unchanged = phone.get(address[1], If_None_Match=answer.headers["ETag"])
    assert unchanged.status_code == 304


def test_a_page_never_grows_by_more_than_two_kilobytes(phone: Window, fair: Fair) -> None:
    before = len(phone.get(f"/s/{ROBO}").data)
    for number in range(60):
        registered_one(fair, f"Stadt Öhringen-Nord {number}")
        assert len(phone.get(f"/s/{ROBO}").data) <= before + 2100


def registered_one(fair: Fair, name: str) -> None:
    fair.sql(
        f"INSERT INTO registrations (event_id, municipality) VALUES ({fair.event_id(GE)}, '{name}')"
    )


def test_what_others_typed_is_suggested_to_nobody(phone: Window) -> None:
    phone.ask(ROBO, WORDS, municipality="Stadt Marl")
    assert phone.get(f"/e/{GE}/municipalities").json == {"municipalities": []}


def test_a_neighbours_list_is_its_own(phone: Window, fair: Fair) -> None:
    registered(fair, 2, ELSEWHERE)
    assert phone.get(f"/e/{GE}/municipalities").json == {"municipalities": []}
    assert phone.get("/e/NIX/municipalities").status_code == 404
