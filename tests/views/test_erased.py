"""No page shows what was withdrawn or redacted, whoever reads it and however it stood before."""

from collections.abc import Callable

import pytest

from tests.support.fair import BAU, GE, ROBO, Fair, new_key
from tests.support.windows import Desk, Window

MARK = "Vogtländer"
Staff = tuple[Desk, Desk, Window]


@pytest.fixture
def staff(desk: Desk, moderation: Desk, as_screen: Callable[[str], Window]) -> Staff:
    """The desk, the moderation and the screen."""
    return desk, moderation, as_screen(GE)


def pages(phone: Window, desk: Desk, moderation: Desk, screen: Window, number: int) -> str:
    """Everything that anybody can read of an event."""
    read = [
        *(phone.get(path) for path in (f"/s/{ROBO}", f"/e/{GE}", f"/e/{GE}?q=grüßt")),
        phone.get("/projects/robo"),
        *(one.get(one.base) for one in (desk, moderation)),
        *(one.get(f"{one.base}/questions/{number}") for one in (desk, moderation)),
        screen.get(f"/screen/{GE}"),
    ]
    assert {answer.status_code for answer in read} == {200}
    # Before they are published they are 404.
    minutes = phone.get(f"/e/{GE}/minutes")
    assert minutes.status_code in (200, 404)
    return "".join(answer.text for answer in (*read, minutes))


@pytest.mark.parametrize("before", ["open", "live", "head", "follower", "answered"])
def test_no_page_shows_what_was_withdrawn(
    fair: Fair, phone: Window, staff: Staff, before: str
) -> None:
    question = phone.ask(ROBO, f"Warum grüßt Herr {MARK} nie?", name=f"Clara {MARK}")
    number = fair.card(question).number
    other = fair.ask(BAU, "Wer pflegt das?", asker="Bert")
    if before == "live":
        fair.act(question, "live")
        fair.act(question, "shortlist")
    elif before == "head":
        fair.act(other, "merge", head=question)
    elif before == "follower":
        fair.act(question, "merge", head=other)
    elif before == "answered":
        fair.act(question, "answer", answer=f"Herr {MARK} weiß es.")
        fair.act(question, "reopen")
    everybody = (phone, *staff, number)
    assert MARK in pages(*everybody)
    assert phone.send(f"/questions/{question}/withdraw", key=new_key()).status_code == 200
    assert MARK not in pages(*everybody)
    assert "Der Text ist gelöscht" in phone.get(f"/s/{ROBO}").text
    english = phone.get(f"/s/{ROBO}?lang=en").text
    assert "The text has been deleted" in english
    fair.enter("follow_up")
    assert MARK not in pages(*everybody)


def test_no_page_shows_what_was_redacted(fair: Fair, phone: Window, staff: Staff) -> None:
    answered, declined = phone.ask(ROBO), phone.ask(ROBO, "Was kostet der Betrieb?")
    fair.act(answered, "answer", answer=f"Frau {MARK} weiß es.")
    fair.act(answered, "answer", answer=f"Das weiß {MARK}.")
    fair.act(declined, "decline", reason=f"Das fragt {MARK} immer.")
    read = [
        (fair.card(one).number, verb, field)
        for one, verb, field in (
            (answered, "redact-answer", "answer"),
            (declined, "redact-reason", "reason"),
        )
    ]
    desk, _, _ = staff
    for number, verb, field in read:
        assert MARK in pages(phone, *staff, number)
        question = next(row["id"] for row in fair.rows("questions") if row["number"] == number)
        done = desk.use(verb, question, **{field: "Das Amt weiß es."})
        assert done.status_code == 200, done.text
        assert done.json
        assert desk.undo(done.json["change"]).status_code == 422
        assert "Das Amt weiß es." in phone.get(f"/s/{ROBO}").text
    for number, _, _ in read:
        assert MARK not in pages(phone, *staff, number)


def test_a_redaction_is_refused_for_another_stands_question(fair: Fair, desk: Desk) -> None:
    other = fair.asked_as("answered", BAU)
    assert desk.use("redact-answer", other, answer="Nichts.").status_code == 404
    answer = fair.card(other).answer
    assert answer
    assert answer.text == "Im Rathaus fragen."


def test_redacting_nothing_says_so_in_both_languages(fair: Fair, moderation: Desk) -> None:
    question = fair.ask()
    done = moderation.use("redact-answer", question, answer="Nichts.")
    assert (done.status_code, done.json and done.json["error"]) == (422, "nothing_written")
