"""The verbs of desk and moderation over HTTP, undo, and questions typed in for somebody."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.fair import AC, AC_ROBO, BAU, GE, ROBO, Fair, new_key
from tests.support.windows import Desk, Listen, Window


@pytest.fixture
def question(fair: Fair) -> int:
    return fair.ask(ROBO)


@pytest.fixture(params=["presenter", "moderator"])
def staff(request: pytest.FixtureRequest, fair: Fair) -> Desk:
    """First the desk, then the moderation."""
    return Desk(fair, request.param, ROBO if request.param == "presenter" else GE)


def error(answer: Any) -> tuple[int, str]:
    """Status and word of a refusal, which always has a sentence, too."""
    assert set(answer.json) == {"error", "message"}
    assert answer.json["message"]
    return answer.status_code, answer.json["error"]


def changed(answer: TestResponse) -> int:
    """The number of the change that was made."""
    assert answer.json
    return int(answer.json["change"])


def test_a_verb_answers_version_revision_and_change(staff: Desk, question: int, fair: Fair) -> None:
    answer = staff.use("shortlist", question)
    scope = ("stand", ROBO) if "present" in staff.base else ("moderate", GE)
    assert answer.status_code == 200
    assert answer.json == {
        "version": 2,
        "revision": fair.revisions()[scope],
        "change": fair.rows("changes")[-1]["id"],
    }
    assert fair.status(question) == "shortlisted"


def test_who_did_it_is_in_the_log(staff: Desk, question: int, fair: Fair) -> None:
    staff.use("answer", question)
    row = fair.rows("changes")[-1]
    role = "presenter" if "present" in staff.base else "moderator"
    place = ROBO if role == "presenter" else GE
    assert (row["role"], row["pass_id"]) == (role, fair.pass_id(role, place))
    assert row["stand_id"] == (fair.stand_id(ROBO) if role == "presenter" else None)


def test_as_a_form_it_leads_back_to_the_page(staff: Desk, question: int, fair: Fair) -> None:
    answer = staff.post(f"{staff.base}/questions/{question}/shortlist", version=1)
    assert (answer.status_code, answer.headers["Location"]) == (303, staff.base)
    assert fair.status(question) == "shortlisted"


def test_a_repeated_key_is_the_same_answer_before_anything_else_is_looked_at(
    staff: Desk, question: int, fair: Fair
) -> None:
    key = new_key()
    first = staff.use("answer", question, key=key, version=1, answer="Ja.")
    staff.use("reopen", question)
    before = fair.everything()
    again = staff.use("answer", question, key=key, version=1, answer="Ja.")
    assert (again.status_code, again.json) == (200, first.json)
    assert fair.everything() == before


def test_somebody_else_was_quicker(staff: Desk, question: int, fair: Fair) -> None:
    fair.act(question, "shortlist")
    before = fair.everything()
    for version in (1, 0, 99, None):
        assert error(staff.use("answer", question, version=version)) == (409, "quicker")
    assert fair.everything() == before


def test_of_two_who_click_at_once_one_is_told_so(
    desk: Desk, moderation: Desk, question: int
) -> None:
    assert desk.use("answer", question, version=1).status_code == 200
    assert error(moderation.use("decline", question, version=1, reason="Nein.")) == (409, "quicker")


@pytest.mark.parametrize(
    ("verb", "given", "expected"),
    [
        ("decline", {}, (422, "reason_missing")),
        ("decline", {"reason": "a" * 301}, (422, "too_long")),
        ("answer", {"how": "in_writing"}, (422, "answer_missing")),
        ("answer", {"how": "laut"}, (422, "how")),
        ("answer", {"answer": "a\x00"}, (400, "characters")),
        ("owe", {"until": "gestern"}, (422, "until")),
        ("publish", {}, (422, "status")),
        ("redact", {"text": " "}, (422, "empty")),
        ("delete", {}, (404, "unknown")),
        ("answer", {"version": "eins"}, (400, "unreadable")),
        ("answer", {"version": "--1"}, (400, "unreadable")),
        ("answer", {"version": "9" * 30}, (400, "unreadable")),
        ("answer", {"version": "²"}, (400, "unreadable")),
        ("answer", {"key": "kein-uuid"}, (400, "key")),
        ("answer", {"key": ""}, (400, "key")),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(
    fair: Fair, verb: str, given: dict[str, str], expected: tuple[int, str]
) -> None:
    question = fair.ask()
    windows = (Desk(fair, "presenter", ROBO), Desk(fair, "moderator", GE))
    before = fair.everything()
    for window in windows:
        assert error(window.use(verb, question, **given)) == expected
    assert fair.everything() == before


@pytest.mark.parametrize(
    ("verb", "given", "expected"),
    [
        ("merge", {}, (422, "head")),
        ("merge", {"head": "999"}, (422, "head")),
        ("merge", {"head_number": "999"}, (422, "head")),
        ("merge", {"head": "x"}, (400, "unreadable")),
        ("split", {}, (422, "not_merged")),
        ("assign", {"stand": "NIX"}, (422, "stand")),
        ("assign", {"stand": AC_ROBO}, (422, "stand")),
        ("move", {"position": "1"}, (422, "status")),
        ("live", {"key": "x"}, (400, "key")),
    ],
)
def test_the_moderators_own_verbs_are_refused_with_their_reasons(
    moderation: Desk, question: int, verb: str, given: dict[str, str], expected: tuple[int, str]
) -> None:
    assert error(moderation.use(verb, question, **given)) == expected


@pytest.mark.parametrize("verb", ["live", "merge", "split", "move", "assign", "edit", "withdraw"])
def test_a_desk_does_not_moderate(desk: Desk, question: int, verb: str) -> None:
    assert error(desk.use(verb, question)) == (403, "not_yours")


def test_a_question_of_another_stand_or_event_is_not_there(
    fair: Fair, desk: Desk, moderation: Desk
) -> None:
    next_door, next_city = fair.ask(BAU), fair.ask(AC_ROBO)
    before = fair.everything()
    assert error(desk.use("answer", next_door)) == (404, "unknown")
    assert error(desk.use("answer", next_city)) == (404, "unknown")
    assert error(moderation.use("answer", next_city)) == (404, "unknown")
    for number in ("999999", "9" * 30):
        answer = moderation.send(f"/moderate/{GE}/questions/{number}/answer", key=new_key())
        assert error(answer) == (404, "unknown")
    assert fair.everything() == before


def test_a_question_is_merged_by_the_number_that_is_called_out(
    moderation: Desk, fair: Fair
) -> None:
    fair.ask(AC_ROBO)
    head, follower = fair.ask(ROBO), fair.ask(BAU)
    number = fair.card(head).number
    assert moderation.use("merge", follower, head_number=number).status_code == 200
    merged = fair.card(follower).head
    assert merged is not None
    assert merged.id == head


def test_a_click_that_is_repeated_after_the_question_was_moved_away_gets_its_answer(
    desk: Desk, question: int, fair: Fair
) -> None:
    key = new_key()
    first = desk.use("answer", question, key=key)
    fair.act(question, "assign", stand=BAU)
    again = desk.use("answer", question, key=key, version=1)
    assert (again.status_code, again.json) == (200, first.json)


# Undo


def test_what_was_done_is_taken_back(staff: Desk, question: int, fair: Fair) -> None:
    change = changed(staff.use("shortlist", question))
    answer = staff.undo(change)
    assert answer.status_code == 200
    assert answer.json
    assert set(answer.json) == {"version", "revision", "change"}
    assert fair.status(question) == "open"
    assert error(staff.undo(change)) == (422, "undone")


def test_a_repeated_undo_is_the_same_answer(staff: Desk, question: int, fair: Fair) -> None:
    key, change = new_key(), changed(staff.use("shortlist", question))
    first = staff.undo(change, key=key)
    before = fair.everything()
    assert staff.undo(change, key=key).json == first.json
    assert fair.everything() == before


def test_a_desk_takes_back_only_what_it_did(desk: Desk, moderation: Desk, question: int) -> None:
    change = changed(moderation.use("shortlist", question))
    assert error(desk.undo(change)) == (403, "not_yours")
    own = changed(desk.use("answer", question))
    assert moderation.undo(own).status_code == 200


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("999", (422, "unknown")),
        (None, (422, "unknown")),
        ("x", (400, "unreadable")),
        ("--1", (400, "unreadable")),
    ],
)
def test_a_change_that_never_was(
    staff: Desk, change: str | None, expected: tuple[int, str]
) -> None:
    status = 404 if expected[1] == "unknown" else expected[0]
    answer = staff.send(f"{staff.base}/undo", key=new_key(), change=change)
    assert error(answer) == (status, expected[1])


def test_a_change_of_another_event_is_not_there(
    as_moderator: Callable[[str], Desk], moderation: Desk, question: int, fair: Fair
) -> None:
    change = changed(moderation.use("shortlist", question))
    assert error(as_moderator(AC).undo(change)) == (404, "unknown")
    assert fair.status(question) == "shortlisted"


def test_as_a_form_undo_leads_back(staff: Desk, question: int, fair: Fair) -> None:
    change = changed(staff.use("shortlist", question))
    answer = staff.post(f"{staff.base}/undo", change=change)
    assert (answer.status_code, answer.headers["Location"]) == (303, staff.base)
    assert fair.status(question) == "open"


# Typed in


def test_a_desk_types_in_what_was_asked_aloud(desk: Desk, fair: Fair) -> None:
    key = new_key()
    path = f"/present/{ROBO}/questions"
    answer = desk.send(path, key=key, text="Wer pflegt das?", name="Stadt Waltrop")
    assert (answer.status_code, answer.json) == (201, {"key": key, "number": 1, "status": "open"})
    again = desk.send(path, key=key, text="Wer pflegt das?", name="Stadt Waltrop")
    assert (again.status_code, again.json) == (200, answer.json)
    (card,) = fair.cards()
    assert (card.origin.value, card.stand.code, card.name) == ("presenter", ROBO, "Stadt Waltrop")
    assert fair.rows("participants") == []


@pytest.mark.parametrize(("stand", "at"), [(None, "GE0"), ("2", BAU), ("bau", BAU), ("0", "GE0")])
def test_the_moderation_types_in_what_comes_from_the_floor(
    moderation: Desk, fair: Fair, stand: str | None, at: str
) -> None:
    answer = moderation.send(
        f"/moderate/{GE}/questions", key=new_key(), text="Wer pflegt das?", stand=stand
    )
    assert answer.status_code == 201
    (card,) = fair.cards()
    assert (card.origin.value, card.stand.code) == ("moderator", at)


@pytest.mark.parametrize("stand", ["NIX", AC_ROBO, "99", "\ud800"])
def test_the_moderation_types_in_for_its_own_stands_only(
    moderation: Desk, fair: Fair, stand: str
) -> None:
    answer = moderation.client.post(
        f"/moderate/{GE}/questions",
        json={"key": new_key(), "text": "Wer pflegt das?", "stand": stand},
        headers={"Sec-Fetch-Site": "same-origin", "Accept": "application/json"},
    )
    expected = (400, "characters") if stand == "\ud800" else (422, "stand")
    assert error(answer) == expected
    assert fair.cards() == []


def test_staff_are_outside_the_attendees_limits_and_moderation(staff: Desk, fair: Fair) -> None:
    fair.set_moderation_first(True)
    for _ in range(10):
        answer = staff.send(f"{staff.base}/questions", key=new_key(), text="Wer pflegt das?")
        assert (answer.status_code, answer.json and answer.json["status"]) == (201, "open")


def test_a_typed_in_question_as_a_form_leads_back(staff: Desk, fair: Fair) -> None:
    answer = staff.post(f"{staff.base}/questions", key=new_key(), text="Wer pflegt das?")
    assert (answer.status_code, answer.headers["Location"]) == (303, staff.base)
    assert len(fair.cards()) == 1


def test_what_was_typed_in_and_refused_is_given_back(staff: Desk) -> None:
    answer = staff.post(f"{staff.base}/questions", key="kaputt", text="Mein <langer> Text?")
    assert answer.status_code == 400
    assert "Mein &lt;langer&gt; Text?" in answer.text


# Who hears


def test_a_verb_is_heard_where_the_question_is_shown_and_next_door_nothing(
    desk: Desk, question: int, listen: Listen
) -> None:
    hearers = [listen("desk", ROBO), listen("moderate", GE), listen("stand", ROBO)]
    hall = [listen("screen", GE), listen("event", GE)]
    neighbours = [
        listen(*room)
        for room in (
            ("desk", BAU),
            ("stand", BAU),
            ("desk", AC_ROBO),
            ("moderate", AC),
            ("screen", AC),
        )
    ]
    desk.use("answer", question, answer="Ja, ab Mai.")
    for ear in hearers:
        (push,) = ear.heard()
        assert "Ja, ab Mai." in push["html"]
        assert (push["previous"], push["revision"]) == (ear.revision, ear.revision + 1)
    assert [ear.heard() for ear in (*hall, *neighbours)] == [[]] * 7


def test_a_question_that_goes_live_is_heard_by_the_hall(
    moderation: Desk, phone: Window, listen: Listen
) -> None:
    question = phone.ask(ROBO, "Was kostet der Betrieb?")
    hall = [listen("screen", GE), listen("event", GE), listen("mine", GE, phone)]
    neighbours = [listen("screen", AC), listen("event", AC), listen("stand", BAU)]
    moderation.use("live", question)
    for ear in hall:
        assert "Was kostet der Betrieb?" in ear.html()
    assert [ear.heard() for ear in neighbours] == [[], [], []]


def test_a_question_that_is_moved_leaves_one_desk_for_another(
    moderation: Desk, question: int, listen: Listen
) -> None:
    old, new, phones = listen("desk", ROBO), listen("desk", BAU), listen("stand", ROBO)
    moderation.use("assign", question, stand=BAU)
    assert "data-gone" in old.html()
    assert "data-gone" in phones.html()
    assert f'id="question-{question}"' in new.html()


def test_a_ready_reason_is_read_in_each_readers_language(phone: Window, fair: Fair) -> None:
    ready, typed = phone.ask(ROBO, "Warum so teuer?"), phone.ask(ROBO, "Wer zahlt das?")
    english = Desk(fair, "moderator", GE)
    page = english.get(f"/moderate/{GE}?lang=en").text
    assert 'value="Wurde schon beantwortet">Has been answered already<' in page
    assert english.use("decline", ready, reason="Wurde schon beantwortet").status_code == 200
    assert english.use("decline", typed, reason="Ask the mayor.").status_code == 200
    for language, word in (("de", "Wurde schon beantwortet"), ("en", "Has been answered already")):
        mine = phone.get(f"/s/{ROBO}?lang={language}").text
        assert word in mine
        assert "Ask the mayor." in mine
