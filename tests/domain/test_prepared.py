"""Six questions before the fair: each stand says what its project's entry says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.database.connections import db
from exchange.domain import prepared
from exchange.domain.changes import Actor, Outcome, Subject, change
from exchange.domain.refusals import Refused
from exchange.models import Facet, Project, Question
from exchange.queries import lists, questions
from exchange.queries.placement import Order
from exchange.queries.search import search
from tests.support.entries import answer_beforehand, prepared_at, project_id
from tests.support.fair import AC, AC_ROBO, BAU, ELSEWHERE, GE, ROBO, TOUR, XX_STAND, Fair
from tests.support.hypotheses import REPEATABLE


def test_an_answer_stands_at_each_stand_of_the_project_and_at_no_other(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Rund 60.000 € im Jahr.")
    for stand in (ROBO, AC_ROBO):
        assert prepared_at(fair, stand) == {"kosten": "Rund 60.000 € im Jahr."}
    for stand in (BAU, XX_STAND):
        assert prepared_at(fair, stand) == {}


def test_it_is_a_question_with_a_number_of_its_event(fair: Fair) -> None:
    asked = fair.card(fair.ask())
    answer_beforehand(fair, "robo", kosten="Viel.", recht="Einen Vertrag.")
    found = [card for card in fair.cards() if card.prepared]
    assert [card.number for card in found] == [asked.number + 1, asked.number + 2]
    assert [card.facet for card in found] == [Facet.RECHT, Facet.KOSTEN]
    assert found[1].text == prepared.STANDARD_QUESTIONS["de"][Facet.KOSTEN]
    assert found[1].answer
    assert (found[1].answer.by, found[1].answer.how.value) == ("contact", "in_writing")
    assert fair.card(fair.ask(words="Und danach?")).number == asked.number + 3


def test_its_contact_is_kept_with_the_answer(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    contact = next(row for row in fair.rows("contacts") if row["project_id"] == project_id(fair))
    given = [row for row in fair.rows("answers") if row["text"] == "Viel."]
    assert {row["contact_id"] for row in given} == {contact["id"]}


def test_another_answer_corrects_and_the_former_one_is_history(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    before = [card for card in fair.cards() if card.prepared]
    answer_beforehand(fair, "robo", kosten="Wenig.")
    after = [card for card in fair.cards() if card.prepared]
    assert [card.id for card in before] == [card.id for card in after]
    assert after[0].answer
    assert (after[0].answer.text, after[0].answer.corrected) == ("Wenig.", True)
    texts = [row["text"] for row in fair.rows("answers") if row["question_id"] == after[0].id]
    assert texts == ["Viel.", "Wenig."]


def test_what_is_emptied_is_withdrawn_and_comes_back_under_its_number(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    number = next(card.number for card in fair.cards() if card.prepared)
    answer_beforehand(fair, "robo", kosten="")
    assert prepared_at(fair, ROBO) == {}
    gone = next(card for card in fair.cards() if card.prepared)
    assert (gone.status.value, gone.text) == ("withdrawn", "")
    answer_beforehand(fair, "robo", kosten="Doch etwas.")
    assert prepared_at(fair, ROBO) == {"kosten": "Doch etwas."}
    assert [card.number for card in fair.cards() if card.prepared] == [number]


def test_doing_it_again_changes_nothing(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    before = fair.everything()
    with fair.app.app_context():
        event = fair.event_id()
        with change(event, "set-up", Subject("event", event), Actor("organiser")) as under_way:
            prepared.sync_event(under_way, event)
            prepared.sync(under_way, [project_id(fair)])
            under_way.nothing_done = True
    assert fair.everything() == before


def test_a_closed_event_stays_as_it_was(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    fair.enter("closed")
    answer_beforehand(fair, "robo", kosten="Wenig.", recht="Einen Vertrag.")
    assert prepared_at(fair, ROBO) == {"kosten": "Viel."}
    assert prepared_at(fair, AC_ROBO) == {"recht": "Einen Vertrag.", "kosten": "Wenig."}


def test_the_question_is_asked_in_the_events_language(fair: Fair) -> None:
    fair.sql(f"UPDATE events SET language = 'en' WHERE code = '{AC}'")
    answer_beforehand(fair, "robo", kosten="Viel.")
    here, there = (
        next(card.text for card in fair.cards(event) if card.prepared) for event in (GE, AC)
    )
    assert here == prepared.STANDARD_QUESTIONS["de"][Facet.KOSTEN]
    assert there == prepared.STANDARD_QUESTIONS["en"][Facet.KOSTEN]


def test_a_series_words_its_own_questions_and_takes_that_back(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    outcome = word(fair, TOUR, kosten="Was kostet es?")
    assert outcome
    assert [card.text for card in fair.cards() if card.prepared] == ["Was kostet es?"]
    fair.undo_of_series(outcome.change)
    usual = prepared.STANDARD_QUESTIONS["de"][Facet.KOSTEN]
    assert [card.text for card in fair.cards() if card.prepared] == [usual]
    assert word(fair, TOUR, kosten=usual) is None


def test_a_question_must_be_one(fair: Fair) -> None:
    with pytest.raises(Refused) as refused:
        word(fair, TOUR, recht="???")
    assert (refused.value.word, refused.value.field) == ("no_words", "recht")


def test_it_is_found_by_search_and_counted_nowhere(fair: Fair) -> None:
    fair.act(fair.ask(), "answer", by="presenter", answer="Ja.")
    with fair.app.app_context():
        before = questions.summary(fair.event_id()), questions.summaries_of([1])
    answer_beforehand(fair, "robo", kosten="Kostengünstig im Betrieb.")
    event, stand = fair.event_id(), fair.stand_id()
    with fair.app.app_context():
        assert (questions.summary(event), questions.summaries_of([1])) == before
        found = [id_ for _, id_ in search(event, "Kostengünstig", Order.NEW).places]
        assert [card.prepared for card in questions.cards(Question.id.in_(found))]
        assert len(found) == 1
        shown = [*lists.at_desk(stand).values(), *lists.in_moderation(event).values()]
        assert [card.prepared for part in shown for card in part.shown] == [False, False]
        assert [card.prepared for card in lists.public_at(stand).shown] == [False]
        assert [card.prepared for _, card in lists.answered_about(project_id(fair)).shown] == [
            False
        ]


def test_in_the_minutes_it_stands_behind_what_was_asked_there(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    asked = fair.card(fair.ask()).number
    with fair.app.app_context():
        part = lists.Minutes().part(fair.event_id(), 0)
    assert [(card.number, card.prepared) for card in part.shown] == [(asked, False), (1, True)]


@pytest.mark.parametrize("verb", ["answer", "shortlist", "redact", "decline", "reopen", "assign"])
def test_no_verb_is_used_on_it(fair: Fair, verb: str) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    card = next(card for card in fair.cards() if card.prepared)
    with pytest.raises(Refused) as refused:
        fair.act(card.id, verb, text="Anders", answer="Anders", reason="So", stand="2")
    assert refused.value.word == "prepared"
    with pytest.raises(Refused) as refused:
        fair.me_too(card.id)
    assert refused.value.word == "prepared"


def test_a_question_that_asks_the_same_is_answered_by_following_it(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    head = next(card for card in fair.cards() if card.prepared)
    asked = fair.ask(words="Was kostet das denn?")
    fair.act(asked, "merge", head=head.id)
    card = fair.card(asked)
    assert (card.shown.value, card.answer and card.answer.text) == ("answered", "Viel.")
    with fair.app.app_context():
        assert questions.summary(fair.event_id()).merged == 1
        assert questions.summary(fair.event_id()).open_count == 0


def test_what_a_stand_answered_beforehand_is_proposed_there_as_the_same(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    answer_beforehand(fair, "bau", kosten="Wenig.")
    usual = prepared.STANDARD_QUESTIONS["de"][Facet.KOSTEN]
    asked = fair.ask(words=usual)
    with fair.app.app_context():
        found = questions.possible_heads(fair.card(asked))
    assert [(head.text, head.stand.code) for head in found] == [(usual, ROBO)]


def test_when_its_head_is_emptied_a_question_stands_by_itself_again(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    head = next(card for card in fair.cards() if card.prepared)
    asked = fair.ask(words="Was kostet das denn?")
    fair.act(asked, "merge", head=head.id)
    change_id = answer_beforehand(fair, "robo", kosten="")
    assert (fair.card(asked).shown.value, fair.card(asked).head) == ("open", None)
    fair.undo(change_id, by="organiser")
    card = fair.card(asked)
    assert (card.shown.value, card.answer and card.answer.text) == ("answered", "Viel.")


def test_undo_puts_the_former_answer_back_at_every_stand(fair: Fair) -> None:
    answer_beforehand(fair, "robo", kosten="Viel.")
    change_id = answer_beforehand(fair, "robo", kosten="Wenig.", recht="Einen Vertrag.")
    fair.undo(change_id, by="organiser")
    for stand in (ROBO, AC_ROBO):
        assert prepared_at(fair, stand) == {"kosten": "Viel."}


def test_events_that_show_other_projects_are_left_alone(fair: Fair) -> None:
    before = {
        table: [row for row in rows if row.get("code") == ELSEWHERE]
        for table, rows in fair.everything().items()
    }
    answer_beforehand(fair, "robo", kosten="Viel.")
    assert {
        table: [row for row in rows if row.get("code") == ELSEWHERE]
        for table, rows in fair.everything().items()
    } == before
    assert [card for card in fair.cards(ELSEWHERE) if card.prepared] == []


words = st.sampled_from(["", "Ja.", "Nein.", "Vielleicht."])
steps = st.lists(
    st.tuples(
        st.sampled_from(["robo", "bau"]),
        st.dictionaries(st.sampled_from([facet.value for facet in Facet]), words, min_size=1),
    ),
    max_size=6,
)


@settings(REPEATABLE, max_examples=12)
@given(steps=steps)
def test_whatever_is_answered_each_stand_says_what_the_entry_says(
    fair: Fair, steps: list[tuple[str, dict[str, str]]]
) -> None:
    for project, answers in steps:
        answer_beforehand(fair, project, **answers)
    stands = {ROBO: "robo", AC_ROBO: "robo", BAU: "bau"}
    with fair.app.app_context():
        ids = {project.code: project.id for project in db.session.query(Project)}
    said = {
        (row["project_id"], row["facet"]): row["text"]
        for row in fair.rows("prepared_answers")
        if row["text"]
    }
    for stand, project in stands.items():
        assert prepared_at(fair, stand) == {
            facet: text for (of, facet), text in said.items() if of == ids[project]
        }
    numbers = [card.number for card in fair.cards()]
    assert len(numbers) == len(set(numbers))


def word(fair: Fair, series: str, **wanted: str) -> Outcome | None:
    with fair.app.app_context():
        return prepared.set_questions(
            fair.series_id(series),
            {Facet(facet): text for facet, text in wanted.items()},
            by=Actor("organiser"),
        )
