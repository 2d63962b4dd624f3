"""What is done to the event itself: its phases, the round, clock, message and picture."""

from datetime import datetime, timedelta

from sqlalchemy import select

from exchange.domain import phases, prepared, texts
from exchange.domain.changes import Actor, Change, Outcome, Subject, change
from exchange.domain.moves import may_be_edited
from exchange.domain.refusals import Refused
from exchange.domain.run_list import take_off_stage
from exchange.models import ASKING, ChangeRow, Event, Message, Phase, Question, Status, lengths
from exchange.models.base import now

CONDUCT = ("clock", "message", "picture", "moderation", "start-round", "end-round")
"""What a moderator may do to the event itself."""

LONGEST_CLOCK_MIN = 240


def conduct(
    event_id: int, verb: str, *, value: str | None, by: Actor, key: str | None = None
) -> Outcome:
    """Set the clock (`value`: minutes from now, 0 to stop it), the hall's message (empty: none)
    or the idle picture ("1", "0"); let new questions wait until they are published ("1", "0");
    start or end the round.

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
                _say(under_way, texts.clean_line(value, limit=lengths.MESSAGE))
            elif verb == "picture":
                event.picture = value == "1"
            elif verb == "moderation":
                switch_moderation_first(under_way, value == "1")
            elif verb == "start-round":
                phases.require_phase(event, phases.MAY_START_ROUND)
                _enter(under_way, Phase.ROUND)
            else:
                phases.require_phase(event, phases.ON_STAGE)
                _enter(under_way, Phase.FOLLOW_UP)
    return under_way.outcome


def set_phase(event_id: int, phase: Phase, *, by: Actor, key: str | None = None) -> Outcome:
    """Switch an event's phase, in any direction: people press the wrong button.

    Refuses `archived`.
    """
    with change(event_id, "phase", Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            _require_present(under_way.event)
            reopened = under_way.event.phase is Phase.CLOSED and phase is not Phase.CLOSED
            _enter(under_way, phase)
            if reopened:
                # What entries say now; a closed day stays as it was.
                prepared.sync_event(under_way, event_id)
    return under_way.outcome


def set_moderation_first(event_id: int, on: bool, *, by: Actor, key: str | None = None) -> Outcome:
    """Whether attendees' questions wait as *pending* until somebody publishes them.

    Those that are waiting or published already stay as they are. Refuses `archived`.
    """
    with change(event_id, "moderation", Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            _require_present(under_way.event)
            switch_moderation_first(under_way, on)
    return under_way.outcome


def _require_present(event: Event) -> None:
    if event.archived:
        raise Refused("archived")


SERVER = Actor("server")
"""Who switches something when nobody did."""
UNDONE_FOR = timedelta(minutes=30)
"""What a person has switched back stays so for a while, whatever comes."""


def put_moderation_first(event_id: int) -> None:
    """Let new questions wait because more newcomers wrote than may: everybody is told, and one
    press of the moderation takes it back. Nothing when that was done a while ago.
    """
    with change(event_id, "moderation", Subject("event", event_id), SERVER) as under_way:
        event = under_way.event
        last = under_way.session.scalar(
            select(ChangeRow.at)
            .where(ChangeRow.event_id == event_id, ChangeRow.verb == "moderation")
            .order_by(ChangeRow.id.desc())
            .limit(1)
        )
        recently = last is not None and now() - last < UNDONE_FOR
        under_way.nothing_done = event.moderation_first or recently or event.phase not in ASKING
        if not under_way.nothing_done:
            switch_moderation_first(under_way, True)


def switch_moderation_first(under_way: Change, on: bool) -> None:
    """Within a change: let new questions wait, or not; whoever may edit one no longer is told."""
    event = under_way.event
    before, event.moderation_first = event.moderation_first, on
    tell_who_may_edit(under_way, event.phase, moderated_before=before)


def _enter(under_way: Change, phase: Phase) -> None:
    """Go to `phase`; what is live leaves the stage when the phase has none.

    Clock and message were for what ends with it, the round or the day in the hall: they go too,
    whoever ends it. What is said to the hall after that stays.
    """
    event = under_way.event
    before, event.phase = event.phase, phase
    if phase is not before:
        event.phase_since = now()
    tell_who_may_edit(under_way, before, moderated_before=event.moderation_first)
    ends_round = before is Phase.ROUND and phase is not before
    if ends_round or (before in phases.ON_STAGE and phase not in phases.ON_STAGE):
        event.clock_until = None
        _say(under_way, None)
    if phase not in phases.ON_STAGE:
        take_off_stage(under_way)


def tell_who_may_edit(under_way: Change, phase_before: Phase, *, moderated_before: bool) -> None:
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


def _say(under_way: Change, line: str | None) -> None:
    """Show this line to the hall, or none. The log names its row and holds no text."""
    event = under_way.event
    if line is None:
        event.message_id = None
    elif event.message is None or event.message.text != line:
        said = Message(event_id=event.id, text=line)
        under_way.session.add(said)
        under_way.session.flush()
        event.message_id = said.id


def _clock(value: str | None) -> datetime | None:
    if not value or not value.isdecimal() or len(value) > 3 or int(value) > LONGEST_CLOCK_MIN:
        raise Refused("minutes", field="value")
    return now() + timedelta(minutes=int(value)) if int(value) else None
