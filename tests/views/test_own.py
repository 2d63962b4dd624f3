"""The asker's own: `POST /questions/<id>/edit` and `/withdraw`."""

import pytest

from tests.support.fair import AC, AC_ROBO, BAU, GE, ROBO, Fair, new_key
from tests.support.windows import Desk, Listen, Window


@pytest.fixture
def question(phone: Window) -> int:
    return phone.ask(ROBO, "Was kostet es?")


def test_an_asker_words_it_anew(phone: Window, question: int, fair: Fair) -> None:
    answer = phone.send(f"/questions/{question}/edit", text=" Was kostet es im Jahr? ")
    assert (answer.status_code, answer.json and answer.json["version"]) == (200, 2)
    assert fair.card(question).text == "Was kostet es im Jahr?"


def test_an_asker_takes_it_back(phone: Window, question: int, fair: Fair) -> None:
    assert phone.send(f"/questions/{question}/withdraw").status_code == 200
    assert fair.status(question) == "withdrawn"
    page = phone.get(f"/s/{ROBO}").text
    assert f'id="mine-question-{question}"' in page
    assert f'id="question-{question}"' not in page


def test_as_forms_they_lead_back(phone: Window, question: int, fair: Fair) -> None:
    for verb in ("edit", "withdraw"):
        answer = phone.post(f"/questions/{question}/{verb}", text="Anders gefragt?")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/s/{ROBO}#mine")


@pytest.mark.parametrize("verb", ["edit", "withdraw"])
def test_nobody_else_may(
    question: int, fair: Fair, moderation: Desk, desk: Desk, verb: str
) -> None:
    stranger = Window(fair)
    stranger.ask(BAU)
    before = fair.everything()
    for window in (Window(fair), stranger, moderation, desk):
        answer = window.send(f"/questions/{question}/{verb}", text="Etwas anderes?")
        assert (answer.status_code, answer.json and answer.json["error"]) == (403, "not_yours")
    assert fair.everything() == before


@pytest.mark.parametrize("phase", ["pitches", "fair", "round", "follow_up", "closed"])
@pytest.mark.parametrize("moderated", [False, True])
@pytest.mark.parametrize("status", ["pending", "open", "shortlisted", "answered"])
def test_the_page_offers_to_word_it_anew_exactly_where_that_will_be_taken(
    phone: Window, fair: Fair, phase: str, moderated: bool, status: str
) -> None:
    fair.set_moderation_first(status == "pending")
    question = phone.ask(ROBO, "Was kostet es?")
    if status not in ("pending", "open"):
        fair.bring(question, status)
    fair.set_moderation_first(moderated)
    fair.enter(phase)
    offered = f"/questions/{question}/edit" in phone.get(f"/s/{ROBO}").text
    answer = phone.send(f"/questions/{question}/edit", text="Was kostet es im Jahr?")
    assert offered == (answer.status_code == 200)


def test_what_follows_another_is_not_worded_anew(phone: Window, fair: Fair) -> None:
    head, question = fair.ask(), phone.ask(ROBO, "Was kostet es?")
    fair.act(question, "merge", head=head)
    assert f"/questions/{question}/edit" not in phone.get(f"/s/{ROBO}").text
    assert phone.send(f"/questions/{question}/edit", text="Anders?").status_code == 422


def test_the_same_person_at_another_event_is_nobody(phone: Window, fair: Fair) -> None:
    question = phone.ask("ACROBO")
    elsewhere = Window(fair)
    elsewhere.ask(ROBO)
    assert elsewhere.send(f"/questions/{question}/withdraw").status_code == 403


@pytest.mark.parametrize(
    ("words", "status", "word"),
    [
        ("", 422, "empty"),
        ("👍", 422, "no_words"),
        ("a" * 501, 422, "too_long"),
        ("a\x00", 400, "characters"),
    ],
)
def test_the_new_wording_is_looked_at_like_the_first(
    phone: Window, fair: Fair, words: str, status: int, word: str
) -> None:
    question = phone.ask(ROBO)
    before = fair.everything()
    answer = phone.send(f"/questions/{question}/edit", text=words)
    assert (answer.status_code, answer.json and answer.json["error"]) == (status, word)
    assert fair.everything() == before


@pytest.mark.parametrize("verb", ["edit", "withdraw"])
def test_what_the_fair_has_taken_up_stays(
    phone: Window, question: int, fair: Fair, verb: str
) -> None:
    fair.act(question, "live")
    before = fair.everything()
    answer = phone.send(f"/questions/{question}/{verb}", text="Zu spät?")
    assert (answer.status_code, answer.json and answer.json["error"]) == (422, "status")
    assert fair.everything() == before


def test_what_was_typed_is_given_back_when_it_cannot_be_kept(
    phone: Window, question: int, fair: Fair
) -> None:
    fair.enter("closed")
    page = phone.post(f"/questions/{question}/edit", text="Mein <neuer> Text?")
    assert page.status_code == 403
    assert "Mein &lt;neuer&gt; Text?" in page.text


def test_a_withdrawn_question_may_be_withdrawn_no_further(phone: Window, question: int) -> None:
    phone.send(f"/questions/{question}/withdraw")
    assert phone.send(f"/questions/{question}/withdraw").status_code == 422


@pytest.mark.parametrize("verb", ["edit", "withdraw"])
def test_what_is_sent_again_because_its_answer_was_lost_is_done_once(
    phone: Window, question: int, fair: Fair, verb: str
) -> None:
    path, key = f"/questions/{question}/{verb}", new_key()
    first = phone.send(path, key=key, text="Was kostet es im Jahr?")
    assert (first.status_code, first.json and first.json["key"]) == (200, key)
    done = fair.everything()
    fair.enter("closed")
    before = fair.everything()
    again = phone.send(path, key=key.upper(), text="Was kostet es im Jahr?")
    assert (again.status_code, again.json) == (200, first.json)
    assert done["questions"] == fair.everything()["questions"]
    assert fair.everything() == before


def test_a_key_of_another_change_is_not_used_again(phone: Window, question: int) -> None:
    key = new_key()
    phone.send(f"/questions/{question}/edit", key=key, text="Was kostet es im Jahr?")
    answer = phone.send(f"/questions/{question}/withdraw", key=key)
    assert (answer.status_code, answer.json and answer.json["error"]) == (409, "key_reused")


@pytest.mark.parametrize("verb", ["edit", "withdraw", "me-too"])
def test_what_is_no_key_is_refused(phone: Window, question: int, fair: Fair, verb: str) -> None:
    before = fair.everything()
    answer = phone.send(f"/questions/{question}/{verb}", key="no-uuid", text="Anders?", on=1)
    assert (answer.status_code, answer.json and answer.json["error"]) == (400, "key")
    assert fair.everything() == before


def test_everybody_who_sees_it_hears(phone: Window, question: int, listen: Listen) -> None:
    stand, desk, own = listen("stand", ROBO), listen("desk", ROBO), listen("mine", GE, phone)
    neighbours = [listen("stand", BAU), listen("desk", BAU), listen("event", GE)]
    phone.send(f"/questions/{question}/edit", text="Was kostet es im Jahr?")
    for ear in (stand, desk, own):
        assert "Was kostet es im Jahr?" in ear.html()
    phone.send(f"/questions/{question}/withdraw")
    (push,) = stand.heard()
    assert "data-gone" in push["html"]
    assert "im Jahr" not in push["html"]
    assert 'data-list="withdrawn"' in desk.html()
    assert f'id="mine-question-{question}"' in own.html()
    assert [ear.heard() for ear in neighbours] == [[], [], []]


def test_switching_the_check_on_takes_the_offer_to_word_it_anew_away(
    phone: Window, question: int, fair: Fair, organiser: Window, listen: Listen
) -> None:
    """From the page that the browser keeps, and from the one that is open."""
    neighbour = Window(fair)
    neighbour.ask(AC_ROBO)
    offer = f"/questions/{question}/edit"
    page = phone.get(f"/s/{ROBO}")
    assert offer in page.text
    mine, theirs = listen("mine", GE, phone), listen("mine", AC, neighbour)
    for first, offered in (("1", False), ("0", True)):
        organiser.send(f"/organise/{GE}/moderation", key=new_key(), first=first)
        again = phone.get(f"/s/{ROBO}", If_None_Match=page.headers["ETag"])
        assert (again.status_code, offer in again.text) == (200, offered)
        (push,) = mine.heard()
        assert (offer in push["html"]) is offered
        page = again
    assert theirs.heard() == []


def test_whoever_may_word_nothing_anew_any_more_is_told_so(
    phone: Window, question: int, fair: Fair, listen: Listen
) -> None:
    mine = listen("mine", GE, phone)
    fair.enter("closed")
    assert f"/questions/{question}/edit" not in mine.heard()[-1]["html"]
