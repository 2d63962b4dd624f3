"""Finding a question by its number or by words, however people write them."""

import re

import pytest

from tests.support.fair import AC, GE, ROBO, Fair
from tests.support.windows import Window


def found(phone: Window, words: str, event: str = GE) -> list[int]:
    page = phone.client.get(f"/e/{event}", query_string={"q": words}).text
    return [int(number) for number in re.findall(r'id="question-(\d+)"', page)]


@pytest.mark.parametrize(
    "typed",
    [
        "{}",
        " {} ",
        "#{}",
        "# {}",
        "Frage {}",
        "frage {}?",
        "Nr. {}",
        "Nr {}",
        "nr.{}",
        "Nummer {}",
        "Frage Nr. {}",
        "question {}",
        "Question No. {}",
        "{}.",
        "{},",
    ],
)
def test_a_number_is_found_as_people_say_it(phone: Window, fair: Fair, typed: str) -> None:
    fair.ask(ROBO, "Was kostet es im Jahr?")
    wanted = fair.ask(ROBO, "Wer betreibt es?")
    assert found(phone, typed.format(fair.card(wanted).number)) == [wanted]


@pytest.mark.parametrize(
    "typed",
    [
        "kölner",
        "Kölner,",
        "„Kölner“",
        "(kölner)",
        "KÖLNER!",
        "koelner",
        "Kölner",
        "kölner?",
        "größe",
        "groesse",
        "GRÖSSE",
        "GRÖẞE",
        "Größe der kölner",
    ],
)
def test_a_word_is_found_however_it_is_written(phone: Window, fair: Fair, typed: str) -> None:
    fair.ask(ROBO, "Wer betreibt es?")
    wanted = fair.ask(ROBO, "Passt es zur Größe der Kölner Verwaltung?")
    assert found(phone, typed) == [wanted]


@pytest.mark.parametrize("stored", ["Die GRÖSSE zählt", "Die Groesse zaehlt", "Die Größe zählt"])
@pytest.mark.parametrize("typed", ["größe", "groesse zaehlt", "Grösse", "zählt"])
def test_both_ways_to_write_it_find_each_other(
    phone: Window, fair: Fair, stored: str, typed: str
) -> None:
    wanted = fair.ask(ROBO, stored)
    assert found(phone, typed) == [wanted]


def test_what_a_question_is_about_is_found(phone: Window, fair: Fair) -> None:
    about = fair.ask(ROBO, "Ist das teuer?", facet="kosten")
    fair.ask(ROBO, "Wer betreibt es?", facet="betrieb")
    assert found(phone, "Kosten") == [about]
    assert found(phone, "kost teuer") == [about]
    english = phone.client.get(f"/e/{GE}?q=costs", headers={"Accept-Language": "en"}).text
    assert f'id="question-{about}"' in english
    assert found(phone, "te") == [about]  # "teuer"


def test_signs_stand_for_themselves(phone: Window, fair: Fair) -> None:
    wanted = fair.ask(ROBO, "Sind 100% der Daten in a_b nötig, oder C++?")
    fair.ask(ROBO, "Sind 1000 Daten in aXb nötig?")
    assert found(phone, "100% a_b") == [wanted]
    assert found(phone, "c++") == [wanted]
    assert found(phone, "%") == [wanted]


def test_no_other_events_and_no_hidden_question_is_found(phone: Window, fair: Fair) -> None:
    fair.ask(ROBO, "Größe hier?")
    hidden = fair.asked_as("pending", words="Größe geheim?")
    assert found(phone, "groesse", AC) == []
    assert hidden not in found(phone, "groesse")


def test_a_word_of_many_umlauts_is_found_in_both_ways(phone: Window, fair: Fair) -> None:
    wanted = fair.ask(ROBO, "Gibt es Übergrößenzuschläge für Bürgerbüros?")
    assert found(phone, "Uebergroessenzuschlaege") == [wanted]
    assert found(phone, "übergrößenzuschläge buergerbueros") == [wanted]
