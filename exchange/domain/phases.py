"""The phases of an event and what each allows. The table: docs/glossary.md."""

import datetime as dt

from exchange import wording
from exchange.domain.refusals import Refused
from exchange.models import ASKING, OVER, Event, Phase

VOTING = frozenset({Phase.PITCHES, Phase.FAIR, Phase.ROUND})
ON_STAGE = frozenset({Phase.PITCHES, Phase.FAIR, Phase.ROUND})
"""The phases in which a question may be on the screen."""
WITH_MINUTES = OVER
MAY_START_ROUND = ON_STAGE | {Phase.FOLLOW_UP}
"""Whence the moderation starts the round. Opening or reopening a day is for the organiser."""


def require_asking(phase: Phase, day: dt.date | None) -> None:
    """Refuses `not_yet` before the day of the event and `closed` after it."""
    if phase is Phase.PREPARING:
        raise Refused("not_yet", date=day) if day else Refused("not_yet", sentence="no_day")
    if phase not in ASKING:
        raise Refused("closed")


def require_voting(event: Event) -> None:
    """Refuses `no_votes` when nobody is in the hall, and where the event does without."""
    if event.phase not in VOTING:
        raise Refused("no_votes")
    if not event.me_too:
        raise Refused("no_votes", sentence="no_me_too")


def require_stage(phase: Phase) -> None:
    """Refuses `no_round` when no question may be on the screen."""
    if phase not in ON_STAGE:
        raise Refused("no_round")


def require_phase(event: Event, phases: frozenset[Phase]) -> None:
    """Refuses `phase_first`, naming the phase that the event is in."""
    if event.phase not in phases:
        raise Refused("phase_first", phase=wording.phase_word(event.phase))
