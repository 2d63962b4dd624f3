"""Proposals to merge: the same words, whatever their endings, and always the same answer."""

import json
from collections import Counter
from pathlib import Path

import pytest

from exchange.domain import merging
from exchange.domain.likeness import PROPOSED, likest
from exchange.queries import questions
from tests.support.fair import BAU, ROBO, Fair

DEMO = Path(merging.__file__).parents[1] / "demo/questions.jsonl"

ASKED = {
    1: "Was kostet der laufende Betrieb im Jahr?",
    2: "Wer hat Zugriff auf die Daten?",
    3: "Wie hoch sind die Betriebskosten?",
    4: "Gibt es Schulungen für die Beschäftigten?",
    5: "Läuft das auch auf Tablets?",
}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Welche Kosten entstehen im laufenden Betrieb?", 1),
        ("Wurden die Mitarbeitenden geschult?", 4),
        ("DATENZUGRIFF: wer?", 2),
        ("Kann man es am Tablet benutzen?", 5),
    ],
)
def test_the_same_words_are_found_whatever_their_endings(text: str, first: int) -> None:
    assert likest(text, ASKED)[0] == first


def test_what_has_no_word_in_common_is_not_proposed() -> None:
    assert likest("Seit wann?", {2: "Wer hat Zugriff auf die Daten?"}) == []
    assert likest("?!", ASKED) == []
    assert likest("Was kostet es?", {}) == []


def test_three_are_proposed_at_most_and_of_equals_the_older_first() -> None:
    same = dict.fromkeys((9, 4, 7, 2, 5), "Was kostet der Betrieb im Jahr?")
    assert likest("Was kostet der Betrieb?", same | {1: "Wer haftet?"}) == [2, 4, 5]
    assert PROPOSED == 3


def test_of_the_demo_fairs_questions_four_in_five_find_one_that_asks_the_same() -> None:
    asked = [json.loads(line) for line in DEMO.read_text().splitlines()]
    twins = Counter((one["stand"], one["cluster"]) for one in asked if one["cluster"])
    tried = found = 0
    for place, one in enumerate(asked):
        if twins[one["stand"], one["cluster"]] < 2:
            continue
        others = {
            n: other
            for n, other in enumerate(asked)
            if n != place and other["stand"] == one["stand"]
        }
        likest_ones = likest(one["text"], {n: other["text"] for n, other in others.items()})
        tried += 1
        found += any(others[n]["cluster"] == one["cluster"] for n in likest_ones)
    assert tried > 200
    assert found / tried > 0.8


def test_only_what_could_be_its_head_is_proposed(fair: Fair) -> None:
    text = "Was kostet der Betrieb?"
    question, twin = fair.ask(ROBO, text), fair.ask(BAU, text, asker="Bert")
    pending, answered = (fair.asked_as(status, words=text) for status in ("pending", "answered"))
    follower = fair.ask(BAU, text, asker="Clara")
    fair.act(follower, "merge", head=twin)

    def proposed(asked: int) -> list[int]:
        with fair.app.app_context():
            card = questions.card(asked)
            assert card
            return [head.id for head in merging.proposals(card)]

    # What everybody may read must not vanish under what is kept back.
    assert proposed(question) == [twin]
    assert proposed(pending) == [question, twin]
    assert answered not in proposed(question)
