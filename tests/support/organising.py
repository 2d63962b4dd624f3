"""What an organiser does to a test's fair, by the verbs of the domain."""

from typing import Any

from exchange.domain.changes import Actor, Outcome
from tests.support.fair import Fair

BY = Actor("organiser")


def do(fair: Fair, verb: Any, *at: Any, **more: Any) -> int:
    """Use a verb, which must change something; the number of the change."""
    with fair.app.app_context():
        outcome: Outcome | None = verb(*at, by=BY, **more)
    assert outcome
    return outcome.change
