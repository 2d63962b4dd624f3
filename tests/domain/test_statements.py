"""How much a verb asks of the database: at most fifteen statements, whoever listens apart."""

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from tests.support.fair import GE, ROBO, Fair, new_key
from tests.support.statements import counting_statements
from tests.support.windows import Desk, Listen

MOST = 15
VERBS: list[tuple[str, str, dict[str, object]]] = [
    ("open", "shortlist", {}),
    ("open", "live", {}),
    ("shortlisted", "live", {}),
    ("open", "answer", {"how": "at_stand", "answer": "Ja."}),
    ("live", "answer", {}),
    ("live", "shortlist", {}),
    ("open", "owe", {}),
    ("open", "decline", {"reason": "Anderswo."}),
    ("answered", "reopen", {}),
    ("pending", "publish", {}),
    ("shortlisted", "move", {"position": 1}),
    ("open", "redact", {"text": "Was kostet es?"}),
    ("open", "assign", {"stand": "2"}),
    ("open", "merge", {}),
]


@pytest.fixture(autouse=True)
def _phones_hear_later(fair: Fair) -> Iterator[None]:
    """A flush is no part of the verb: it comes once a second for all of them."""
    fair.app.config["FLUSH_INTERVAL_S"] = 3600
    yield
    fair.app.config["FLUSH_INTERVAL_S"] = 0


@pytest.mark.sqlite
@pytest.mark.parametrize(("status", "verb", "fields"), VERBS)
def test_a_staff_verb_takes_at_most_fifteen_statements(
    status: str, verb: str, fields: dict[str, object], fair: Fair, moderation: Desk
) -> None:
    head, other = fair.ask(), fair.asked_as("shortlisted")
    if status not in ("live", "shortlisted"):
        fair.act(other, "live")
    question = fair.asked_as(status)
    if verb == "merge":
        fields = {"head": head}
    version = fair.version(question)
    with counting_statements(fair.app) as statements:
        answer = press(moderation, verb, question, version=version, **fields)
    assert answer.status_code == 200, answer.text
    assert len(statements) <= MOST, "\n".join(statements)


@pytest.mark.sqlite
def test_telling_everybody_takes_five_more_however_many_listen(
    fair: Fair, moderation: Desk, listen: Listen
) -> None:
    first, silent, told = fair.ask(), fair.ask(), fair.ask()
    moderation.use("live", first)
    with counting_statements(fair.app) as alone:
        press(moderation, "live", silent, version=1)
    for room, code in (("desk", ROBO), ("moderate", GE), ("event", GE), ("screen", GE)):
        for lang in ("de", "en"):
            listen(room, code, lang=lang)
    with counting_statements(fair.app) as together:
        press(moderation, "live", told, version=1)
    assert len(together) - len(alone) == 5, "\n".join(together)


def press(moderation: Desk, verb: str, question: int, **fields: object) -> TestResponse:
    """Without looking up the version first, as `Desk.use` does."""
    path = f"/moderate/{GE}/questions/{question}/{verb}"
    return moderation.send(path, "POST", key=new_key(), **fields)
