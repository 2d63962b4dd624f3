"""What is done to the event itself: its phases, the round, clock, message and picture."""

from datetime import datetime, timedelta

from sqlalchemy import select

from exchange.domain import phases, texts
from exchange.domain.changes import Actor, Change, Outcome, Subject, change
from exchange.domain.moves import may_be_edited
from exchange.domain.refusals import Refused
from exchange.domain.run_list import take_off_stage
from exchange.models import Event, Phase, Question, Status, lengths
from exchange.models.base import now

CONDUCT = ("clock", "message", "picture", "start-round", "end-round")
"""What a moderator may do to the event itself."""

LONGEST_CLOCK_MIN = 240


def conduct(
    event_id: int, verb: str, *, value: str | None, by: Actor, key: str | None = None
) -> Outcome:
    """Set the clock (`value`: minutes from now, 0 to stop it), the hall's message (empty: none)
    or the idle picture ("1", "0"); start or end the round.

    Refuses `unknown`, `minutes`, and what the phase does not allow.
    """
    if verb not in CONDUCT:
        raise Refused("unknown")
    with change(event_id, verb, Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            event = under_way.event
            if verb == "clock":
                event.clock_until = _clock(value)
            elif verb == "message":
                event.message = texts.clean_line(value, limit=lengths.MESSAGE)
            elif verb == "picture":
                event.picture = value == "1"
            elif verb == "start-round":
                phases.require_phase(event, phases.MAY_START_ROUND)
                _enter(under_way, Phase.ROUND)
            else:
                phases.require_phase(event, phases.ON_STAGE)
                _enter(under_way, Phase.FOLLOW_UP)
                event.clock_until = None
    return under_way.outcome


def set_phase(event_id: int, phase: Phase, *, by: Actor, key: str | None = None) -> Outcome:
    """Switch an event's phase, in any direction: people press the wrong button."""
    with change(event_id, "phase", Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            _enter(under_way, phase)
    return under_way.outcome


def set_moderation_first(event_id: int, on: bool, *, by: Actor, key: str | None = None) -> Outcome:
    """Whether attendees' questions wait as *pending* until somebody publishes them.

    Those that are waiting or published already stay as they are.
    """
    with change(event_id, "moderation", Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            event = under_way.event
            before, event.moderation_first = event.moderation_first, on
            _tell_who_may_edit(under_way, event.phase, moderated_before=before)
    return under_way.outcome


def _enter(under_way: Change, phase: Phase) -> None:
    """Go to `phase`; what is live leaves the stage when the phase has none."""
    event = under_way.event
    before, event.phase = event.phase, phase
    if phase is not before:
        event.phase_since = now()
    _tell_who_may_edit(under_way, before, moderated_before=event.moderation_first)
    if phase not in phases.ON_STAGE:
        take_off_stage(under_way)


def _tell_who_may_edit(under_way: Change, phase_before: Phase, *, moderated_before: bool) -> None:
    """Whoever may edit a question no longer, or again, must see it on the own page."""
    event: Event = under_way.event
    changed = [
        status
        for status in (Status.PENDING, Status.OPEN)
        if may_be_edited(status, phase_before, moderated=moderated_before)
        != may_be_edited(status, event.phase, moderated=event.moderation_first)
    ]
    if changed:
        under_way.mention_to_askers(
            under_way.session.scalars(
                select(Question.id).where(
                    Question.event_id == event.id,
                    Question.status.in_(changed),
                    Question.head_id.is_(None),
                    Question.participant_id.is_not(None),
                )
            )
        )


def _clock(value: str | None) -> datetime | None:
    if not value or not value.isdecimal() or len(value) > 3 or int(value) > LONGEST_CLOCK_MIN:
        raise Refused("minutes", field="value")
    return now() + timedelta(minutes=int(value)) if int(value) else None
