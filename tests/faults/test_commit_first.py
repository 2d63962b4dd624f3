"""Nothing is said before it is on disk: what the disk refuses at the last moment is no news."""

import contextlib
from collections.abc import Callable

import pytest

from tests.support.fair import GE, ROBO, Fair, new_key
from tests.support.windows import Listen

pytestmark = pytest.mark.sqlite

ROOMS = (("desk", ROBO), ("stand", ROBO), ("moderate", GE), ("event", GE), ("screen", GE))


def refuse_commits(fair: Fair) -> None:
    """Each change leaves behind what the database only looks at when it is committed."""
    fair.sql(
        "CREATE TABLE orphans (stand_id INTEGER"
        " REFERENCES stands (id) DEFERRABLE INITIALLY DEFERRED)"
    )
    fair.sql(
        "CREATE TRIGGER refuse AFTER INSERT ON changes BEGIN INSERT INTO orphans VALUES (-1); END"
    )


@pytest.mark.parametrize("kind", ["a verb", "a new question"])
def test_a_failed_commit_is_broadcast_to_nobody(fair: Fair, listen: Listen, kind: str) -> None:
    # What is new has nothing before it: a fault must show in what was told, not on the way there.
    question = fair.ask() if kind == "a verb" else 0
    acts: dict[str, Callable[[], object]] = {
        "a verb": lambda: fair.act(question, "live"),
        "a new question": lambda: fair.tell(key=new_key()),
    }
    ears = [listen(room, code) for room, code in ROOMS]
    refuse_commits(fair)
    before = fair.rows("questions"), fair.revisions()
    with contextlib.suppress(Exception):
        acts[kind]()
    assert (fair.rows("questions"), fair.revisions()) == before
    assert [ear.heard() for ear in ears] == [[] for _ in ears]
    fair.sql("DROP TRIGGER refuse")
    acts[kind]()
    assert all(ear.heard() for ear in ears[:3])
