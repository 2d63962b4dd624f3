"""Every status, every verb, every role, against the table as it was agreed."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from exchange.domain.refusals import Refused
from exchange.models.base import today
from tests.support.fair import AC_ROBO, BAU, FAIR_DAY, GE, ROBO, Fair, IntegrityError, new_key

STATUSES = ["pending", "open", "shortlisted", "live", "answered", "owed", "declined", "withdrawn"]

# Written down from the agreement, not from the code: verb, who, from where, where to.
TABLE = """
publish    presenter   pending                                                  open
publish    moderator   pending                                                  open
shortlist  presenter   pending open owed answered                               shortlisted
shortlist  moderator   pending open owed answered live                          shortlisted
live       moderator   open shortlisted                                         live
answer     presenter   pending open shortlisted live answered owed              answered
answer     moderator   pending open shortlisted live answered owed              answered
owe        presenter   pending open shortlisted                                 owed
owe        moderator   pending open shortlisted live                            owed
decline    presenter   pending open shortlisted owed declined                   declined
decline    moderator   pending open shortlisted live owed declined              declined
reopen     presenter   shortlisted owed answered declined                       open
reopen     moderator   shortlisted owed answered declined                       open
merge      moderator   pending open shortlisted answered owed declined          unchanged
redact     presenter   pending open shortlisted live answered owed declined withdrawn unchanged
redact     moderator   pending open shortlisted live answered owed declined withdrawn unchanged
move       moderator   shortlisted                                              unchanged
assign     moderator   pending open shortlisted answered owed declined withdrawn unchanged
edit       attendee    pending open                                             unchanged
withdraw   attendee    pending open shortlisted                                 withdrawn
"""
ALLOWED = {
    (verb, role, status): to
    for verb, role, *statuses, to in map(str.split, TABLE.strip().splitlines())
    for status in statuses
}
VERBS = sorted({verb for verb, _, _ in ALLOWED})
ROLES = ["presenter", "moderator", "attendee"]
WHO = {verb: {role for that, role, _ in ALLOWED if that == verb} for verb in VERBS}

# What each verb is given so that nothing but the table can be in its way.
GIVEN: dict[str, dict[str, Any]] = {
    "decline": {"reason": "Doppelt."},
    "redact": {"text": "Was kostet es?"},
    "edit": {"text": "Was kostet es denn?"},
    "move": {"position": 1},
    "assign": {"stand": BAU},
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("verb", VERBS)
def test_the_table_decides(fair: Fair, verb: str, status: str) -> None:
    other = fair.ask(BAU, "Wer pflegt das?", asker="Bert")
    for role in ROLES:
        question = fair.asked_as(status)
        given = GIVEN.get(verb, {}) | ({"head": other} if verb == "merge" else {})
        before = fair.everything()
        to = ALLOWED.get((verb, role, status))
        if to is None:
            with pytest.raises(Refused) as refused:
                fair.act(question, verb, by=role, **given)
            assert refused.value.word == ("status" if role in WHO[verb] else "not_yours")
            assert fair.everything() == before
        else:
            outcome = fair.act(question, verb, by=role, **given)
            assert fair.status(question) == (status if to == "unchanged" else to)
            assert outcome.version == fair.version(question)
            assert len(fair.rows("changes")) == len(before["changes"]) + 1
        if fair.status(question) == "live":
            fair.act(question, "decline", reason="Platz für die nächste.")


@pytest.mark.parametrize("role", ["organiser", "screen", "contact"])
def test_nobody_else_has_a_verb(fair: Fair, role: str) -> None:
    question = fair.ask()
    for verb in [*VERBS, "split"]:
        refuse(fair, "not_yours", question, verb, by=role)


@pytest.mark.parametrize("status", STATUSES)
def test_only_the_moderator_splits_and_only_what_was_merged(fair: Fair, status: str) -> None:
    question = fair.asked_as(status)
    refuse(fair, "not_merged", question, "split")
    for role in set(ROLES) - {"moderator"}:
        refuse(fair, "not_yours", question, "split", by=role)


def refuse(fair: Fair, word: str, question: int, verb: str, **given: Any) -> Refused:
    """The verb is refused with this word and leaves no trace."""
    before = fair.everything()
    with pytest.raises(Refused) as refused:
        fair.act(question, verb, **given)
    assert refused.value.word == word
    assert fair.everything() == before
    return refused.value


def test_an_unknown_verb_and_an_unknown_question_are_refused(fair: Fair) -> None:
    question = fair.ask()
    refuse(fair, "unknown", question, "delete")
    refuse(fair, "unknown", question + 1, "answer")


def test_a_desk_acts_on_the_questions_of_its_own_stand(fair: Fair) -> None:
    question = fair.ask(BAU)
    refuse(fair, "unknown", question, "answer", by="presenter", desk=ROBO)
    refuse(fair, "unknown", question, "answer", by="presenter", desk=AC_ROBO)
    fair.act(question, "answer", by="presenter", desk=BAU)


# Asking


def test_a_question_gets_the_next_number_of_its_event(fair: Fair) -> None:
    first, second = fair.ask(ROBO), fair.ask(BAU)
    neighbour = fair.ask(AC_ROBO)
    assert [fair.card(one).number for one in (first, second, neighbour)] == [1, 2, 1]


def test_a_question_is_open_with_all_that_was_said(fair: Fair) -> None:
    question = fair.ask(ROBO, " Was  kostet es? ", facet="kosten", name=" Stadt  Waltrop ")
    card = fair.card(question)
    assert (card.text, card.name, card.version) == ("Was kostet es?", "Stadt Waltrop", 1)
    assert card.facet is not None
    assert card.facet.value == "kosten"
    assert (card.status.value, card.origin.value, card.stand.code) == ("open", "attendee", ROBO)


def test_where_moderation_is_first_attendees_wait_and_staff_do_not(fair: Fair) -> None:
    fair.set_moderation_first(True)
    assert fair.status(fair.ask()) == "pending"
    assert fair.status(fair.ask(role="presenter")) == "open"
    assert fair.status(fair.ask(role="moderator")) == "open"
    assert fair.status(fair.ask(AC_ROBO)) == "open"


def test_what_is_asked_in_the_follow_up_is_owed_by_the_contact(fair: Fair) -> None:
    fair.enter("follow_up")
    card = fair.card(fair.ask())
    assert card.status.value == "owed"
    assert card.owed_until == FAIR_DAY + timedelta(days=14)


@pytest.mark.parametrize(("phase", "word"), [("preparing", "not_yet"), ("closed", "closed")])
def test_outside_the_day_nothing_is_asked(fair: Fair, phase: str, word: str) -> None:
    question = fair.ask()
    fair.enter(phase)
    before = fair.everything()
    for role in ("attendee", "presenter", "moderator"):
        with pytest.raises(Refused) as refused:
            fair.ask(role=role)
        assert refused.value.word == word
    assert fair.everything() == before
    refuse(fair, word, question, "edit", by="attendee", text="Anders gefragt?")


@pytest.mark.parametrize("phase", ["pitches", "fair", "round"])
def test_on_the_day_everything_is_asked(fair: Fair, phase: str) -> None:
    fair.enter(phase)
    assert fair.status(fair.ask()) == "open"


def test_a_repeated_key_gets_the_same_answer_and_no_second_question(fair: Fair) -> None:
    key = new_key()
    first = fair.tell(key=key, facet="recht")
    told = (first.key, first.number, first.status)
    fair.act(fair.cards()[0].id, "answer")
    before = fair.everything()
    second = fair.tell(key=key, facet="recht")
    assert (first.created, second.created) == (True, False)
    assert (second.key, second.number, second.status) == (key, 1, "open") == told
    assert fair.everything() == before


@pytest.mark.parametrize(
    "other",
    [
        {"words": "Etwas anderes?"},
        {"stand": BAU},
        {"stand": AC_ROBO},
        {"facet": "recht"},
        {"name": "Bert"},
        {"role": "presenter"},
    ],
)
def test_a_key_belongs_to_one_question(fair: Fair, other: dict[str, str]) -> None:
    key = new_key()
    fair.tell(key=key)
    before = fair.everything()
    with pytest.raises(Refused) as refused:
        fair.tell(key=key, **other)
    assert refused.value.word == "key_reused"
    assert fair.everything() == before


def test_a_repeated_key_binds_the_question_to_the_cookie_it_came_with(fair: Fair) -> None:
    key = new_key()
    fair.tell(key=key, asker="the lost cookie")
    fair.tell(key=key, asker="the new cookie")
    people = {row["id"]: row["digest"] for row in fair.rows("participants")}
    assert [people[row["participant_id"]] for row in fair.rows("questions")] == ["the new cookie"]


def test_a_repeated_key_answers_even_when_the_event_is_closed(fair: Fair) -> None:
    key = new_key()
    fair.tell(key=key)
    fair.enter("closed")
    assert fair.tell(key=key).number == 1


def test_an_unknown_facet_is_refused(fair: Fair) -> None:
    with pytest.raises(Refused) as refused:
        fair.ask(facet="geld")
    assert (refused.value.word, refused.value.field) == ("facet", "facet")


# What the verbs do


def test_the_one_that_was_live_goes_back_to_the_head_of_the_run_list(fair: Fair) -> None:
    first, second, third = (fair.asked_as("shortlisted") for _ in range(3))
    fair.act(third, "live")
    assert fair.run_list() == [1, 2]
    fair.act(second, "live")
    assert (fair.status(third), fair.status(second)) == ("shortlisted", "live")
    assert fair.run_list() == [3, 1]
    assert fair.status(first) == "shortlisted"


def test_the_one_that_was_live_and_has_an_answer_is_answered(fair: Fair) -> None:
    answered = fair.asked_as("answered")
    fair.act(answered, "shortlist")
    fair.act(answered, "live")
    fair.act(fair.ask(), "live")
    assert fair.status(answered) == "answered"


def test_taking_back_puts_the_live_question_at_the_head_of_the_run_list(fair: Fair) -> None:
    fair.asked_as("shortlisted")
    live = fair.asked_as("live")
    fair.act(live, "shortlist")
    assert fair.run_list() == [2, 1]


def test_two_events_have_a_live_question_each(fair: Fair) -> None:
    fair.act(fair.ask(ROBO), "live")
    fair.act(fair.ask(AC_ROBO), "live")
    assert [row["status"] for row in fair.rows("questions")] == ["live", "live"]


@pytest.mark.parametrize("phase", ["preparing", "follow_up", "closed"])
def test_nothing_goes_live_when_nobody_is_in_the_hall(fair: Fair, phase: str) -> None:
    question = fair.ask()
    fair.enter(phase)
    refuse(fair, "no_round", question, "live")


@pytest.mark.parametrize("column", ["position", "owed_until", "answer_id"])
def test_a_status_without_what_belongs_to_it_is_refused_by_the_database(
    fair: Fair, column: str
) -> None:
    status = {"position": "shortlisted", "owed_until": "owed", "answer_id": "answered"}[column]
    fair.asked_as(status)
    with pytest.raises(IntegrityError):
        fair.sql(f"UPDATE questions SET {column} = NULL")


def test_the_database_refuses_a_second_live_question(fair: Fair) -> None:
    fair.asked_as("live")
    fair.ask()
    with pytest.raises(IntegrityError):
        fair.sql("UPDATE questions SET status = 'live' WHERE number = 2")


@pytest.mark.parametrize("column", ["key", "number"])
def test_the_database_refuses_a_second_key_and_a_second_number(fair: Fair, column: str) -> None:
    fair.ask()
    fair.ask()
    first = fair.rows("questions")[0][column]
    with pytest.raises(IntegrityError):
        fair.sql(f"UPDATE questions SET {column} = '{first}'")


def test_the_database_refuses_a_second_me_too(fair: Fair) -> None:
    fair.me_too(fair.ask())
    with pytest.raises(IntegrityError):
        fair.sql(
            "INSERT INTO me_toos (participant_id, question_id)"
            " SELECT participant_id, question_id FROM me_toos"
        )


def test_the_database_refuses_a_question_that_follows_itself(fair: Fair) -> None:
    fair.ask()
    with pytest.raises(IntegrityError):
        fair.sql("UPDATE questions SET head_id = id")


@pytest.mark.parametrize(
    ("status", "role", "given", "how"),
    [
        ("open", "presenter", {}, "at_stand"),
        ("open", "presenter", {"answer": "Ja."}, "at_stand"),
        ("open", "moderator", {"answer": "Ja."}, "in_writing"),
        ("live", "moderator", {}, "in_round"),
        ("live", "presenter", {}, "in_round"),
        ("live", "moderator", {"how": "at_stand"}, "at_stand"),
        ("open", "presenter", {"how": "in_round"}, "in_round"),
        ("open", "presenter", {"how": "in_writing", "answer": "Ja."}, "in_writing"),
    ],
)
def test_how_it_was_answered(
    fair: Fair, status: str, role: str, given: dict[str, Any], how: str
) -> None:
    question = fair.asked_as(status)
    fair.act(question, "answer", by=role, **given)
    answer = fair.card(question).answer
    assert answer is not None
    assert (answer.how.value, answer.text, answer.by) == (how, given.get("answer"), role)
    assert answer.corrected is False


def test_a_written_answer_needs_its_text(fair: Fair) -> None:
    question = fair.ask()
    refused = refuse(fair, "answer_missing", question, "answer", how="in_writing", answer=" \n ")
    assert refused.field == "answer"
    refuse(fair, "how", question, "answer", how="by_pigeon")
    refuse(fair, "too_long", question, "answer", answer="a" * 2001)


def test_an_answer_that_is_corrected_stays_as_history(fair: Fair) -> None:
    question = fair.ask()
    fair.act(question, "answer", by="presenter", answer="62 Prozent.")
    fair.act(question, "answer", by="moderator", answer="26 Prozent.")
    answer = fair.card(question).answer
    assert answer is not None
    assert (answer.text, answer.by, answer.corrected) == ("26 Prozent.", "moderator", True)
    assert [row["text"] for row in fair.rows("answers")] == ["62 Prozent.", "26 Prozent."]


def test_a_reopened_question_has_no_answer_but_its_history(fair: Fair) -> None:
    question = fair.asked_as("answered")
    fair.act(question, "reopen")
    assert fair.card(question).answer is None
    assert len(fair.rows("answers")) == 1


def test_what_is_owed_is_owed_until_the_day_the_event_says(fair: Fair) -> None:
    question = fair.asked_as("owed")
    assert fair.card(question).owed_until == FAIR_DAY + timedelta(days=14)


def test_what_is_owed_may_be_owed_until_another_day(fair: Fair) -> None:
    question = fair.ask()
    day = today() + timedelta(days=3)
    fair.act(question, "owe", until=day.isoformat())
    assert fair.card(question).owed_until == day


@pytest.mark.parametrize("until", ["2020-01-01", "morgen", "31.12.2030"])
def test_a_day_that_is_past_or_none_is_refused(fair: Fair, until: str) -> None:
    assert refuse(fair, "until", fair.ask(), "owe", until=until).field == "until"


@pytest.mark.parametrize("reason", [None, "", "  \n "])
def test_declining_needs_a_reason(fair: Fair, reason: str | None) -> None:
    assert refuse(fair, "reason_missing", fair.ask(), "decline", reason=reason).field == "reason"


def test_what_belonged_to_the_old_status_goes_with_it(fair: Fair) -> None:
    question = fair.asked_as("declined")
    assert fair.card(question).reason == "Gehört nicht hierher."
    fair.act(question, "reopen")
    assert fair.card(question).reason is None
    fair.act(question, "owe")
    fair.act(question, "shortlist")
    card = fair.card(question)
    assert (card.owed_until, card.position) == (None, 1.0)
    fair.act(question, "reopen")
    assert fair.card(question).position is None


def test_redacting_takes_the_name_too_and_is_told(fair: Fair) -> None:
    question = fair.ask(words="Warum grüßt Herr Meier nie?", name="Herr Müller")
    fair.act(question, "redact", by="presenter", text="Warum grüßt man nicht?")
    card = fair.card(question)
    assert (card.text, card.name, card.redacted) == ("Warum grüßt man nicht?", None, True)
    kept = str(fair.everything())
    assert "Meier" not in kept
    assert "Müller" not in kept


@pytest.mark.parametrize("verb", ["redact", "edit"])
@pytest.mark.parametrize(
    ("words", "word"), [("", "empty"), ("?!", "no_words"), ("a" * 501, "too_long")]
)
def test_a_text_is_needed(fair: Fair, verb: str, words: str, word: str) -> None:
    role = "attendee" if verb == "edit" else "moderator"
    refuse(fair, word, fair.ask(), verb, by=role, text=words)


@pytest.mark.parametrize(
    ("number", "place", "order"),
    [(3, 1, [3, 1, 2, 4]), (1, 4, [2, 3, 4, 1]), (4, 2, [1, 4, 2, 3]), (2, 2, [1, 2, 3, 4])],
)
def test_the_run_list_is_ordered_by_hand(
    fair: Fair, number: int, place: int, order: list[int]
) -> None:
    asked = [fair.asked_as("shortlisted") for _ in range(4)]
    fair.act(asked[number - 1], "move", position=place)
    assert fair.run_list() == order


def test_a_place_outside_the_run_list_is_refused(fair: Fair) -> None:
    question = fair.asked_as("shortlisted")
    fair.asked_as("shortlisted")
    for place in (None, 0, 3, -1):
        assert refuse(fair, "position", question, "move", position=place).field == "position"


def test_the_run_list_can_be_ordered_for_ever(fair: Fair) -> None:
    asked = [fair.asked_as("shortlisted") for _ in range(3)]
    for turn in range(60):
        fair.act(asked[1 + turn % 2], "move", position=2)
        assert fair.run_list()[0] == 1
        assert fair.run_list()[1] == 2 + turn % 2


def test_taking_back_a_move_restores_the_order_when_the_list_was_numbered_anew(
    fair: Fair,
) -> None:
    first, *_ = (fair.asked_as("shortlisted") for _ in range(4))
    fair.act(first, "move", position=4)
    # Two neighbours with nothing between them.
    fair.sql("UPDATE questions SET position = 2.0000000000000004 WHERE number = 3")
    assert fair.run_list() == [2, 3, 4, 1]
    change = fair.act(first, "move", position=2).change
    assert fair.run_list() == [2, 1, 3, 4]
    fair.undo(change)
    assert fair.run_list() == [2, 3, 4, 1]


def test_a_question_is_assigned_to_another_stand_by_code_or_number(fair: Fair) -> None:
    question = fair.ask(ROBO)
    fair.act(question, "assign", stand="bau")
    assert fair.card(question).stand.code == BAU
    fair.act(question, "assign", stand="0")
    assert fair.card(question).stand.general


@pytest.mark.parametrize("stand", ["NIX", AC_ROBO, "99", "", None, "²"])
def test_a_question_stays_in_its_event(fair: Fair, stand: str | None) -> None:
    assert refuse(fair, "stand", fair.ask(), "assign", stand=stand).field == "stand"


def test_somebody_else_was_quicker(fair: Fair) -> None:
    question = fair.ask()
    seen = fair.version(question)
    fair.act(question, "shortlist", by="presenter", version=seen)
    refused = refuse(fair, "quicker", question, "answer", version=seen)
    assert refused.details == {"number": 1}


def test_votes_are_no_version(fair: Fair) -> None:
    question = fair.ask()
    seen = fair.version(question)
    fair.me_too(question)
    fair.act(question, "shortlist", version=seen)


# Merging


def merged(fair: Fair) -> tuple[int, int]:
    """A question at the second stand that follows one at the first."""
    head = fair.ask(ROBO, "Was kostet es?", asker="Anna")
    follower = fair.ask(BAU, "Wie teuer ist das?", asker="Bert")
    fair.act(follower, "merge", head=head)
    return head, follower


def test_what_is_merged_is_owed_with_its_head(fair: Fair) -> None:
    head, follower = fair.ask(ROBO), fair.ask(BAU)
    fair.act(follower, "owe")
    assert fair.owed_by(BAU) == [follower]
    fair.act(follower, "merge", head=head)
    fair.act(head, "answer")
    assert fair.owed_by(BAU) == []


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"redact", "withdraw"}))
def test_a_merged_question_names_its_head(fair: Fair, verb: str) -> None:
    head, follower = merged(fair)
    given = GIVEN.get(verb, {}) | ({"head": head} if verb == "merge" else {})
    for role in WHO[verb]:
        refused = refuse(fair, "follows", follower, verb, by=role, **given)
        assert refused.details == {"number": 2, "head": 1}


def test_a_merged_question_is_shown_as_its_head_and_keeps_what_is_its_own(fair: Fair) -> None:
    head, follower = merged(fair)
    fair.act(head, "answer", answer="Nichts.")
    card = fair.card(follower)
    assert (card.status.value, card.shown.value) == ("open", "answered")
    assert card.answer is not None
    assert card.answer.text == "Nichts."
    assert (card.number, card.stand.code, card.text) == (2, BAU, "Wie teuer ist das?")


def test_votes_of_a_group_are_distinct_people(fair: Fair) -> None:
    head, follower = merged(fair)
    fair.me_too(head, "Clara")
    assert fair.me_too(follower, "Clara") == 1
    assert fair.me_too(follower, "Dora") == 2
    assert (fair.card(head).votes, fair.card(follower).votes) == (2, 2)
    fair.act(follower, "split")
    assert (fair.card(head).votes, fair.card(follower).votes) == (1, 2)


def test_a_head_brings_its_followers(fair: Fair) -> None:
    head, _ = merged(fair)
    greater = fair.ask(BAU)
    fair.act(head, "merge", head=greater)
    assert [row["head_id"] for row in fair.rows("questions")] == [greater, greater, None]


@pytest.mark.parametrize("status", ["pending", "open", "shortlisted", "answered", "owed"])
def test_split_gives_back_what_was(fair: Fair, status: str) -> None:
    question = fair.asked_as(status)
    before = fair.rows("questions")[0]
    head = fair.ask(BAU)
    fair.act(question, "merge", head=head)
    fair.act(head, "decline", reason="Nein.")
    fair.act(question, "split")
    after = fair.rows("questions")[0]
    for growing in ("version", "last_change_id"):
        del before[growing], after[growing]
    assert after == before


def test_nothing_is_merged_into_itself_a_stranger_a_follower_or_what_is_gone(fair: Fair) -> None:
    head, follower = merged(fair)
    question = fair.ask()
    gone = fair.asked_as("withdrawn")
    for no in (question, fair.ask(AC_ROBO), gone, 999, None):
        assert refuse(fair, "head", question, "merge", head=no).field == "head"
    refuse(fair, "follows", question, "merge", head=follower)
    refuse(fair, "follows", head, "merge", head=follower)


READABLE = ["open", "shortlisted", "answered", "owed"]
"""From these a question can be merged, and in these everybody may read it."""


@pytest.mark.parametrize("status", READABLE)
@pytest.mark.parametrize(
    ("kept_back", "word"), [("pending", "head_pending"), ("declined", "head_declined")]
)
def test_what_everybody_may_read_does_not_vanish_under_a_head_that_is_kept_back(
    fair: Fair, status: str, kept_back: str, word: str
) -> None:
    question, head = fair.asked_as(status), fair.asked_as(kept_back, BAU)
    refused = refuse(fair, word, question, "merge", head=head)
    assert (refused.field, refused.details) == ("head", {"number": 1, "head": 2})
    assert fair.card(question).public
    fair.act(head, "publish" if kept_back == "pending" else "reopen")
    fair.act(question, "merge", head=head)
    assert fair.card(question).public


def test_a_head_with_followers_that_everybody_may_read_is_not_brought_under_one_that_is_kept_back(
    fair: Fair,
) -> None:
    head, follower = merged(fair)
    kept_back = fair.asked_as("pending")
    refuse(fair, "head_pending", head, "merge", head=kept_back)
    assert fair.card(follower).public


@pytest.mark.parametrize("status", ["pending", "declined"])
@pytest.mark.parametrize("head_status", ["pending", "declined", "open"])
def test_what_nobody_reads_yet_may_be_merged_with_anything(
    fair: Fair, status: str, head_status: str
) -> None:
    question, head = fair.asked_as(status), fair.asked_as(head_status, BAU)
    fair.act(question, "merge", head=head)
    assert not fair.card(question).public


def test_publishing_cannot_be_taken_back_once_others_were_merged_there(fair: Fair) -> None:
    head, follower = fair.asked_as("pending"), fair.ask(BAU)
    change = fair.act(head, "publish").change
    fair.act(follower, "merge", head=head)
    with pytest.raises(Refused) as refused:
        fair.undo(change)
    assert refused.value.word == "built_upon"
    assert fair.card(follower).public


def test_a_split_cannot_be_taken_back_once_the_head_is_kept_back(fair: Fair) -> None:
    head, follower = fair.asked_as("pending"), fair.ask(BAU)
    published = fair.act(head, "publish").change
    fair.act(follower, "merge", head=head)
    split = fair.act(follower, "split").change
    fair.undo(published)
    with pytest.raises(Refused) as refused:
        fair.undo(split)
    assert refused.value.word == "built_upon"
    assert fair.card(follower).public


def test_the_heir_of_a_withdrawn_head_is_one_that_everybody_may_read(fair: Fair) -> None:
    head, hidden, public = fair.ask(), fair.asked_as("pending", BAU), fair.ask(BAU, asker="Bert")
    fair.act(hidden, "merge", head=head)
    fair.act(public, "merge", head=head)
    fair.act(head, "withdraw", by="attendee")
    assert [row["head_id"] for row in fair.rows("questions")] == [public, public, None]
    assert fair.card(public).public


def test_a_merged_question_is_not_in_the_run_list_and_goes_live_with_its_head(fair: Fair) -> None:
    head, follower = fair.ask(ROBO), fair.asked_as("shortlisted", BAU)
    fair.act(follower, "merge", head=head)
    assert fair.run_list() == []
    fair.act(head, "live")
    assert fair.card(follower).shown.value == "live"
    assert fair.status(follower) == "shortlisted"


def test_a_withdrawn_head_passes_to_its_oldest_follower(fair: Fair) -> None:
    head = fair.asked_as("shortlisted")
    fair.asked_as("shortlisted")
    second, third = fair.ask(BAU, asker="Bert"), fair.ask(BAU, asker="Clara")
    fair.act(third, "merge", head=head)
    fair.act(second, "merge", head=head)
    fair.me_too(head, "Dora")
    assert fair.run_list() == [1, 2]
    fair.act(head, "withdraw", by="attendee")
    assert [row["head_id"] for row in fair.rows("questions")] == [second, None, None, second]
    assert fair.run_list() == [3, 2]
    assert fair.card(second).votes == 1
    assert fair.card(head).shown.value == "withdrawn"
    assert [one.id for one in fair.card(second).followers] == [third]


def test_a_withdrawn_follower_is_not_an_heir(fair: Fair) -> None:
    head, follower = merged(fair)
    fair.act(follower, "withdraw", by="attendee")
    fair.act(head, "withdraw", by="attendee")
    assert fair.status(head) == "withdrawn"
    assert fair.rows("questions")[0]["head_id"] is None


def test_a_merged_question_can_be_redacted_and_withdrawn(fair: Fair) -> None:
    _, follower = merged(fair)
    fair.act(follower, "redact", text="Was kostet es alle?")
    fair.act(follower, "withdraw", by="attendee")
    assert fair.card(follower).shown.value == "withdrawn"


# Undo


@pytest.mark.parametrize("status", STATUSES[:-1])
@pytest.mark.parametrize("verb", sorted({*VERBS, "split"} - {"redact", "edit", "withdraw"}))
def test_undo_gives_back_the_question_as_it_was(fair: Fair, verb: str, status: str) -> None:
    question = fair.asked_as(status)
    other = fair.ask(BAU)
    given = GIVEN.get(verb, {}) | ({"head": other} if verb == "merge" else {})
    if verb == "split":
        if status == "live":
            return
        fair.act(question, "merge", head=other)
    elif (verb, "moderator", status) not in ALLOWED:
        return
    before = comparable(fair)
    change = fair.act(question, verb, **given).change
    fair.undo(change)
    assert comparable(fair) == before


def comparable(fair: Fair) -> list[dict[str, object]]:
    """Questions and events without what only ever grows."""
    rows = [*fair.rows("questions"), *fair.rows("events")]
    return [{name: value for name, value in row.items() if name != "version"} for row in rows]


def test_undo_of_going_live_brings_back_the_one_before(fair: Fair) -> None:
    first, second = fair.asked_as("live"), fair.asked_as("shortlisted")
    before = comparable(fair)
    change = fair.act(second, "live").change
    fair.undo(change)
    assert comparable(fair) == before
    assert (fair.status(first), fair.status(second)) == ("live", "shortlisted")


def test_undo_goes_back_step_by_step(fair: Fair) -> None:
    question = fair.ask()
    states, changes = [], []
    for verb in ("shortlist", "live", "answer", "reopen"):
        states.append(comparable(fair))
        changes.append(fair.act(question, verb).change)
    while changes:
        fair.undo(changes.pop())
        assert comparable(fair) == states.pop()


def refuse_undo(fair: Fair, word: str, change: int, **by: str) -> None:
    before = fair.everything()
    with pytest.raises(Refused) as refused:
        fair.undo(change, **by)
    assert refused.value.word == word
    assert fair.everything() == before


def test_undo_is_refused_when_something_was_built_upon_it(fair: Fair) -> None:
    question = fair.ask()
    change = fair.act(question, "shortlist").change
    fair.act(question, "answer")
    refuse_undo(fair, "built_upon", change)


def test_undo_is_refused_when_another_question_is_live(fair: Fair) -> None:
    question = fair.asked_as("live")
    change = fair.act(question, "answer").change
    fair.act(fair.ask(), "live")
    refuse_undo(fair, "another_live", change)


def test_undo_is_refused_for_what_was_withdrawn_or_erased(fair: Fair) -> None:
    question = fair.ask()
    shortlisted = fair.act(question, "shortlist").change
    withdrawn = fair.act(question, "withdraw", by="attendee").change
    refuse_undo(fair, "erased", withdrawn)
    refuse_undo(fair, "erased", shortlisted)
    redacted = fair.act(fair.ask(), "redact", text="Kurz?").change
    refuse_undo(fair, "erased", redacted)


def test_undo_is_refused_twice_and_for_what_never_was(fair: Fair) -> None:
    change = fair.act(fair.ask(), "shortlist").change
    undone = fair.undo(change).change
    refuse_undo(fair, "undone", change)
    refuse_undo(fair, "not_undoable", undone)
    refuse_undo(fair, "unknown", 999)
    refuse_undo(fair, "unknown", change, event="AC")
    asked = next(row["id"] for row in fair.rows("changes") if row["verb"] == "ask")
    refuse_undo(fair, "not_undoable", asked)


def test_a_desk_takes_back_what_it_did_itself(fair: Fair) -> None:
    own = fair.act(fair.ask(), "answer", by="presenter", desk=ROBO).change
    others = fair.act(fair.ask(BAU), "answer", by="presenter", desk=BAU).change
    moderators = fair.act(fair.ask(), "shortlist").change
    refuse_undo(fair, "not_yours", others, by="presenter")
    refuse_undo(fair, "not_yours", moderators, by="presenter")
    fair.undo(own, by="presenter")
    fair.undo(others)


def test_undo_puts_back_a_merger_with_its_followers(fair: Fair) -> None:
    head, _ = merged(fair)
    greater = fair.ask(BAU)
    before = comparable(fair)
    change = fair.act(head, "merge", head=greater).change
    fair.undo(change)
    assert comparable(fair) == before


def test_undo_never_makes_a_chain_of_followers(fair: Fair) -> None:
    head, follower = merged(fair)
    split = fair.act(follower, "split").change
    fair.act(fair.ask(), "merge", head=follower)
    refuse_undo(fair, "built_upon", split)

    head, follower = merged(fair)
    split = fair.act(follower, "split").change
    fair.act(head, "merge", head=fair.ask())
    refuse_undo(fair, "built_upon", split)


def test_what_was_checked_cannot_become_something_else_unread(fair: Fair) -> None:
    pending = fair.asked_as("pending")
    published = fair.ask(words="Was kostet das?")
    fair.set_moderation_first(True)
    fair.act(pending, "edit", by="attendee", text="Noch nicht gelesen?")
    refuse(fair, "published", published, "edit", by="attendee", text="Etwas ganz anderes?")
    fair.set_moderation_first(False)
    fair.act(published, "edit", by="attendee", text="Was kostet das im Jahr?")


def test_an_answer_after_another_round_corrects_the_earlier_one(fair: Fair) -> None:
    question = fair.asked_as("answered")
    fair.act(question, "shortlist")
    fair.act(question, "answer", answer="Doch anders.")
    answer = fair.card(question).answer
    assert answer is not None
    assert answer.corrected is True


# The event itself


@pytest.mark.parametrize(
    ("verb", "phase", "allowed"),
    [
        ("start-round", "preparing", False),
        ("start-round", "pitches", True),
        ("start-round", "fair", True),
        ("start-round", "follow_up", True),
        ("start-round", "closed", False),
        ("end-round", "preparing", False),
        ("end-round", "fair", True),
        ("end-round", "round", True),
        ("end-round", "follow_up", False),
        ("end-round", "closed", False),
    ],
)
def test_the_moderation_neither_opens_nor_reopens_a_day(
    fair: Fair, verb: str, phase: str, allowed: bool
) -> None:
    fair.enter(phase)
    if allowed:
        fair.conduct(verb)
        return
    with pytest.raises(Refused) as refused:
        fair.conduct(verb)
    assert refused.value.word == "phase_first"
    assert fair.rows("events")[0]["phase"] == phase


def test_ending_the_round_takes_the_live_question_off_the_stage_and_undo_brings_it_back(
    fair: Fair,
) -> None:
    fair.conduct("start-round")
    fair.conduct("clock", "30")
    live = fair.asked_as("live")
    before = comparable(fair)
    change = fair.conduct("end-round").change
    event = fair.rows("events")[0]
    assert (event["phase"], event["clock_until"]) == ("follow_up", None)
    assert fair.status(live) == "shortlisted"
    fair.undo(change)
    assert comparable(fair) == before


def rounds_end(fair: Fair, how: str) -> int:
    """End the round as the moderation does, or as the organiser: by another phase."""
    return (fair.conduct(how) if how == "end-round" else fair.enter(how)).change


def hall(fair: Fair) -> tuple[object, str | None]:
    """Clock and message."""
    return fair.rows("events")[0]["clock_until"], fair.line_in_the_hall()


@pytest.mark.parametrize("how", ["end-round", "follow_up", "closed", "fair", "preparing"])
def test_whoever_ends_the_round_takes_clock_and_message_away(fair: Fair, how: str) -> None:
    fair.conduct("start-round")
    fair.conduct("clock", "30")
    fair.conduct("message", "Noch zwei Fragen")
    rounds_end(fair, how)
    assert hall(fair) == (None, None)
    # Starting it again does not bring an old clock back.
    fair.enter("round")
    assert hall(fair) == (None, None)


def test_undoing_the_end_of_the_round_puts_clock_and_message_back(fair: Fair) -> None:
    fair.conduct("start-round")
    fair.conduct("clock", "30")
    fair.conduct("message", "Noch zwei Fragen")
    before = hall(fair)
    change = fair.conduct("end-round").change
    logged = next(row for row in fair.rows("changes") if row["id"] == change)
    assert {"phase", "clock_until", "message_id"} <= set(json.loads(logged["event_before"]))
    fair.undo(change)
    assert hall(fair) == before
    assert None not in before


def test_what_was_said_after_the_round_outlives_the_closing(fair: Fair) -> None:
    fair.enter("follow_up")
    fair.conduct("message", "Kaffee im Foyer")
    fair.enter("closed")
    assert fair.line_in_the_hall() == "Kaffee im Foyer"


def test_starting_the_round_keeps_the_clock_that_was_set_for_it(fair: Fair) -> None:
    fair.conduct("clock", "30")
    before = hall(fair)
    fair.conduct("start-round")
    assert hall(fair) == before


def test_the_moderator_sets_the_hall_and_takes_it_back(fair: Fair) -> None:
    before = comparable(fair)
    said = fair.conduct("message", " Noch  fünf Minuten ").change
    shown = fair.conduct("picture", "1").change
    assert fair.line_in_the_hall() == "Noch fünf Minuten"
    assert {row["code"]: row["picture"] for row in fair.rows("events")}[GE] == 1
    assert [fair.line_in_the_hall(event) for event in ("AC", "XX")] == [None, None]
    fair.undo(shown)
    fair.undo(said)
    assert comparable(fair) == before


@pytest.mark.parametrize("minutes", [None, "", "-1", "241", "zehn", "1.5", "9" * 5000])
def test_a_clock_of_no_minutes_is_refused(fair: Fair, minutes: str | None) -> None:
    before = fair.everything()
    with pytest.raises(Refused) as refused:
        fair.conduct("clock", minutes)
    assert refused.value.word == "minutes"
    assert fair.everything() == before


def test_the_clock_is_stopped_with_nought(fair: Fair) -> None:
    fair.conduct("clock", "240")
    assert fair.rows("events")[0]["clock_until"]
    fair.conduct("clock", "0")
    assert fair.rows("events")[0]["clock_until"] is None


def test_what_the_moderator_did_to_the_event_is_not_taken_back_when_it_changed_since(
    fair: Fair,
) -> None:
    change = fair.conduct("message", "Pause").change
    fair.conduct("message", "Weiter")
    refuse_undo(fair, "built_upon", change)


def test_an_event_has_no_other_verbs(fair: Fair) -> None:
    with pytest.raises(Refused) as refused:
        fair.conduct("phase", "closed")
    assert refused.value.word == "unknown"


# Words


def test_a_refusal_is_a_sentence_in_either_language(fair: Fair) -> None:
    question = fair.asked_as("withdrawn")
    with fair.app.test_request_context("/?lang=de"), pytest.raises(Refused) as refused:
        fair.act(question, "answer")
    with fair.app.test_request_context("/?lang=de"):
        assert refused.value.message == (
            "Frage 1 steht jetzt auf „zurückgezogen“. Von dort aus geht das nicht."
        )


def test_every_word_of_refusal_has_a_calm_sentence(fair: Fair) -> None:
    from exchange.domain.refusals import _SENTENCES

    with fair.app.test_request_context("/?lang=de"):
        for word, sentence in _SENTENCES.items():
            assert re.fullmatch(r"[A-ZÄÖÜ%].*[.s]", str(sentence)), word
            assert "!" not in str(sentence)
