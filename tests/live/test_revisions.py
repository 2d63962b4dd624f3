"""A change moves the counters of what shows it, by one, and no others."""

import pytest

from exchange.domain.refusals import Refused
from exchange.live.flush import flush
from tests.support.fair import BAU, GE, ROBO, Fair, bumped


def once(*scopes: tuple[str, str]) -> dict[tuple[str, str], int]:
    return dict.fromkeys(scopes, 1)


def test_a_question_bumps_its_stand_the_moderation_and_its_asker_by_one(fair: Fair) -> None:
    fair.ask(BAU, asker="Bert")
    before = fair.revisions()
    fair.ask(ROBO, asker="Anna")
    assert bumped(fair, before) == once(("moderate", GE), ("stand", ROBO), ("mine", "Anna@GE"))


@pytest.mark.parametrize("verb", ["answer", "owe", "decline"])
def test_a_verb_bumps_what_shows_the_question_and_nothing_else(fair: Fair, verb: str) -> None:
    question = fair.ask()
    fair.ask(BAU, asker="Bert")
    before = fair.revisions()
    fair.act(question, verb, by="presenter", reason="Nein.")
    assert bumped(fair, before) == once(("moderate", GE), ("stand", ROBO), ("mine", "Anna@GE"))


def test_who_typed_it_in_for_somebody_has_no_page_of_their_own(fair: Fair) -> None:
    before = fair.revisions()
    fair.ask(role="presenter")
    assert bumped(fair, before) == once(("moderate", GE), ("stand", ROBO))


def test_what_the_hall_sees_bumps_the_public_counter_too(fair: Fair) -> None:
    question = fair.ask()
    shown = once(("moderate", GE), ("stand", ROBO), ("mine", "Anna@GE"), ("public", GE))
    for verb in ("shortlist", "live", "redact", "answer"):
        before = fair.revisions()
        fair.act(question, verb, text="Was kostet es?")
        assert bumped(fair, before) == shown


def test_what_takes_another_off_the_stage_bumps_its_stand_and_asker_too(fair: Fair) -> None:
    fair.act(fair.ask(BAU, asker="Bert"), "live")
    question = fair.ask()
    before = fair.revisions()
    fair.act(question, "live")
    assert bumped(fair, before) == once(
        ("moderate", GE),
        ("public", GE),
        ("stand", ROBO),
        ("mine", "Anna@GE"),
        ("stand", BAU),
        ("mine", "Bert@GE"),
    )


def test_a_question_that_moves_bumps_the_stand_it_left(fair: Fair) -> None:
    question = fair.ask(ROBO)
    before = fair.revisions()
    fair.act(question, "assign", stand=BAU)
    assert bumped(fair, before) == once(
        ("moderate", GE), ("stand", ROBO), ("stand", BAU), ("mine", "Anna@GE")
    )


def test_what_happens_to_a_head_is_told_to_its_followers(fair: Fair) -> None:
    head, follower = fair.ask(ROBO, asker="Anna"), fair.ask(BAU, asker="Bert")
    fair.act(follower, "merge", head=head)
    before = fair.revisions()
    fair.act(head, "answer")
    assert bumped(fair, before) == once(
        ("moderate", GE), ("stand", ROBO), ("stand", BAU), ("mine", "Anna@GE"), ("mine", "Bert@GE")
    )


@pytest.mark.parametrize(
    ("verb", "value"), [("message", "Pause"), ("picture", "1"), ("clock", "5")]
)
def test_the_event_itself_bumps_no_stand(fair: Fair, verb: str, value: str) -> None:
    before = fair.revisions()
    fair.conduct(verb, value)
    assert bumped(fair, before) == once(("moderate", GE), ("public", GE))


def test_what_was_refused_bumps_nothing(fair: Fair) -> None:
    question = fair.asked_as("withdrawn")
    before = fair.revisions()
    with pytest.raises(Refused):
        fair.act(question, "answer")
    assert bumped(fair, before) == {}


def test_many_votes_bump_the_counters_once(fair: Fair, gathering: None) -> None:
    question = fair.ask()
    with fair.app.app_context():
        flush(fair.stand_id())
    before = fair.revisions()
    for person in range(20):
        fair.me_too(question, f"person {person}")
    new = {("mine", f"person {person}@GE") for person in range(20)}
    assert set(bumped(fair, before)) <= new
    with fair.app.app_context():
        flush(fair.stand_id())
    moved = bumped(fair, before)
    assert {scope: by for scope, by in moved.items() if scope not in new} == once(
        ("moderate", GE), ("stand", ROBO)
    )


def test_votes_for_what_is_live_are_told_to_the_hall(fair: Fair) -> None:
    question = fair.asked_as("live")
    before = fair.revisions()
    fair.me_too(question)
    assert bumped(fair, before).keys() >= {("public", GE), ("stand", ROBO), ("moderate", GE)}


def test_a_vote_is_told_wherever_its_group_is_shown(fair: Fair) -> None:
    head, follower = fair.ask(ROBO), fair.ask(BAU)
    fair.act(follower, "merge", head=head)
    for question in (head, follower):
        before = fair.revisions()
        fair.me_too(question, "Clara")
        assert bumped(fair, before).keys() >= {("stand", ROBO), ("stand", BAU)}


def test_who_joins_or_leaves_what_is_live_changes_the_picture(fair: Fair) -> None:
    live = fair.asked_as("live")
    follower = fair.ask(BAU, asker="Bert")
    for verb, role in (("merge", "moderator"), ("split", "moderator"), ("merge", "moderator")):
        before = fair.revisions()
        fair.act(follower, verb, by=role, head=live)
        assert ("public", GE) in bumped(fair, before)
    before = fair.revisions()
    fair.act(follower, "withdraw", by="attendee")
    assert ("public", GE) in bumped(fair, before)


@pytest.mark.parametrize("verb", ["merge", "split"])
def test_undo_is_told_wherever_the_group_is_shown(fair: Fair, verb: str) -> None:
    head, follower = fair.ask(ROBO, asker="Anna"), fair.ask(BAU, asker="Bert")
    change = fair.act(follower, "merge", head=head).change
    if verb == "split":
        change = fair.act(follower, "split").change
    before = fair.revisions()
    fair.undo(change)
    assert bumped(fair, before) == once(
        ("moderate", GE), ("stand", ROBO), ("stand", BAU), ("mine", "Anna@GE"), ("mine", "Bert@GE")
    )
