"""What pages offer for a question, and what is then taken: the same, wherever it is offered."""

import re

import pytest

from exchange.models import Phase, lengths
from tests.support.fair import BAU, GE, ROBO, Fair
from tests.support.windows import Desk, Window, elements

STATUSES = ["pending", "open", "shortlisted", "live", "answered", "owed", "declined", "withdrawn"]
ALONE_AND_MERGED = [(status, merged) for status in STATUSES for merged in (False, True)]
STAFF = ["publish", "shortlist", "live", "answer", "owe", "decline", "reopen", "merge", "split"]
STAFF += ["redact", "redact-answer", "redact-reason", "move", "assign"]
OWN = ["edit", "withdraw"]
GIVEN: dict[str, dict[str, str]] = {
    "decline": {"reason": "Doppelt."},
    "redact": {"text": "Was kostet es?"},
    "redact-answer": {"answer": "Das Amt."},
    "redact-reason": {"reason": "Anderswo."},
    "move": {"position": "1"},
    "assign": {"stand": BAU},
    "edit": {"text": "Was kostet es denn?"},
}


def brought(fair: Fair, status: str, *, merged: bool, question: int | None = None) -> int | None:
    """A question of ROBO in this status, if there is such a one."""
    if merged and status == "live":
        return None
    if question is None:
        asked = {"pending": "pending"}.get(status, "open")
        question = fair.asked_as(asked)
    if status not in ("pending", "open", "withdrawn") or (status == "withdrawn" and not merged):
        fair.bring(question, status)
    if merged:
        fair.act(question, "merge", head=fair.ask(BAU, "Und der Kopf?", asker="Bert"))
        if status == "withdrawn":
            fair.act(question, "withdraw", by="attendee")
    return question


def in_list(page: str, question: int) -> set[str] | None:
    """What a row or card offers; None when it is not there."""
    found = [one for one in elements(page) if one["id"] == f"question-{question}"]
    if not found:
        return None
    return {verb.replace("correct", "answer") for verb in found[0]["data-verbs"].split()}


def addressed(page: str, question: int) -> set[str]:
    """The verbs whose addresses a page holds for this question, in forms and presses."""
    return set(re.findall(rf'action="[^"]*/questions/{question}/([a-z-]+)"', page))


@pytest.mark.parametrize("role", ["presenter", "moderator"])
@pytest.mark.parametrize(("status", "merged"), ALONE_AND_MERGED)
def test_staff_are_offered_what_is_taken_and_nothing_else(
    fair: Fair, role: str, status: str, merged: bool
) -> None:
    window = Desk(fair, role, ROBO if role == "presenter" else GE)
    other = fair.ask(BAU, "Mit dieser?", asker="Clara")
    # A question for each verb, all on one page; of those that are live there is one at a time.
    for verbs in [[verb] for verb in STAFF] if status == "live" else [STAFF]:
        questions = {verb: brought(fair, status, merged=merged) for verb in verbs}
        page = window.get(window.base).text
        for verb, question in questions.items():
            if question is None:
                return
            of_its_own = window.get(f"{window.base}/questions/{fair.card(question).number}").text
            offered = in_list(page, question)
            assert (offered is None) == (status == "withdrawn")
            forms = addressed(of_its_own, question)
            assert offered in (None, forms)
            # A row shows what is pressed most, and nothing that it does not offer.
            assert addressed(page, question) <= forms

            given = {"head": str(other)} if verb == "merge" else GIVEN.get(verb, {})
            answer = window.use(verb, question, **given)
            assert answer.status_code in (200, 403, 422), answer.text
            assert (verb in forms) == (answer.status_code == 200), verb
            if fair.status(question) == "live":
                fair.act(question, "decline", reason="Platz für die nächste.")


@pytest.mark.parametrize(("status", "merged"), ALONE_AND_MERGED)
def test_askers_are_offered_what_is_taken_and_nothing_else(
    fair: Fair, status: str, merged: bool
) -> None:
    for verb in OWN:
        phone = Window(fair)
        fair.set_moderation_first(status == "pending")
        question = brought(fair, status, merged=merged, question=phone.ask(ROBO))
        fair.set_moderation_first(False)
        if question is None:
            return
        offered = addressed(phone.get(f"/s/{ROBO}").text, question) - {"me-too"}
        answer = phone.send(f"/questions/{question}/{verb}", **GIVEN.get(verb, {}))
        assert (verb in offered) == (answer.status_code == 200), verb
        if fair.status(question) == "live":
            fair.act(question, "decline", reason="Platz für die nächste.")


@pytest.mark.parametrize("phase", [phase.value for phase in Phase])
def test_the_screen_is_offered_in_the_phases_that_have_one(
    fair: Fair, moderation: Desk, phase: str
) -> None:
    question = fair.ask()
    fair.enter(phase)
    offered = in_list(moderation.get(moderation.base).text, question)
    assert offered is not None
    answer = moderation.use("live", question)
    assert ("live" in offered) == (answer.status_code == 200)


def test_a_field_takes_as_much_as_is_taken(fair: Fair, desk: Desk, moderation: Desk) -> None:
    question = fair.ask()
    number = fair.card(question).number
    pages = [
        *(window.get(window.base).text for window in (desk, moderation)),
        *(window.get(f"{window.base}/questions/{number}").text for window in (desk, moderation)),
    ]
    most = {"answer": lengths.ANSWER, "reason": lengths.REASON, "text": lengths.QUESTION}
    for page in pages:
        fields = re.findall(r'<(?:textarea|input)[^>]*\bname="(\w+)"[^>]*maxlength="(\d+)"', page)
        assert {name for name, _ in fields} >= most.keys()
        for name, longest in fields:
            assert int(longest) == most.get(name, int(longest)), name


def test_what_can_be_taken_back_is_what_pages_say(fair: Fair, moderation: Desk) -> None:
    page = moderation.get(moderation.base).text
    found = re.search(r'data-undoable="([^"]*)"', page)
    assert found
    for verb in STAFF:
        question = brought(fair, "shortlisted", merged=verb == "split")
        other = fair.ask(BAU, "Mit dieser?", asker="Clara")
        assert question
        given = {"head": str(other)} if verb == "merge" else GIVEN.get(verb, {})
        done = moderation.use(verb, question, **given)
        if done.status_code == 200 and done.json:
            taken = moderation.undo(done.json["change"])
            assert (taken.status_code == 200) == (verb in found[1].split()), verb
