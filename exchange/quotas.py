"""How much may come in: by participants, by newcomers, by an address.

Each kind of limit has a sentence of its own: whoever waits is told whether it is for what he did
himself (`slow_down`), for the many who write for the first time (`crowd`), or for all (`hall`).

A cookie is free, so a limit for each participant stops nobody who takes a new one with each write.
Hence newcomers share a measure of their own, by stand and address: they can use up neither the
stand's nor that of people who are known. Newcomers with a cookie that this server never made up
share a small one. All limits are moving windows of a minute; refused ones do not count.
"""

import enum
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from limits import RateLimitItem

from exchange.domain.refusals import Refused
from exchange.limits import Limiter, a_minute
from exchange.models.base import now
from exchange.queries import people

ASKS_A_PARTICIPANT = a_minute(6)
ASKS_A_STAND = a_minute(600)
"""By participants who are known."""
YOUNG_AT_A_STAND = a_minute(400)
"""Of those, by stand and address: by participants whose first write is not YOUNG ago. Somebody
may have collected their cookies for that."""
NEWCOMERS_AT_A_STAND = a_minute(330)
"""First questions, by stand and address: a whole hall of three hundred at one stand."""
NEWCOMERS_AT_AN_ADDRESS = a_minute(4_000)
INVENTED_AT_A_STAND = a_minute(30)
"""First questions under a cookie that is not ours, by stand and address."""
NEWCOMERS_AT_A_QUESTION = a_minute(60)
"""First writes that are a me too, by question and address: they must not decide the run list."""
YOUNG_AT_A_QUESTION = a_minute(120)
INVENTED_AT_A_QUESTION = a_minute(5)
WRITES_AN_ADDRESS = a_minute(12_000)
"""A whole hall stands behind one address: it only ends what no hall can be."""
READS_AN_ADDRESS = a_minute(12_000)
"""Pages: three hundred phones that look each half minute, twenty times over."""
WRONG_PASSES_AN_ADDRESS = a_minute(30)

CROWDS_AN_EVENT = a_minute(1)
"""How often an event is told that newcomers were refused: each time takes the write lock."""

YOUNG = timedelta(minutes=10)


class Standing(enum.Enum):
    """How well a participant is known at an event."""

    KNOWN = enum.auto()
    YOUNG = enum.auto()
    NEWCOMER = enum.auto()
    INVENTED = enum.auto()


@dataclass(frozen=True)
class Visitor:
    """Who wants to write. `address`: as `serving.admission.place_of` gives it."""

    event_id: int
    address: str
    digest: str
    """Of the participant's cookie at this event; of the one that will be given if there is none."""
    has_cookie: bool
    is_ours: bool
    """Whether this server made the cookie up."""

    def standing(self) -> Standing:
        """One select, if there is a cookie."""
        since = people.participant_since(self.event_id, self.digest) if self.has_cookie else None
        if since is not None:
            return Standing.YOUNG if now() - since < YOUNG else Standing.KNOWN
        return Standing.NEWCOMER if self.is_ours or not self.has_cookie else Standing.INVENTED


def count_ask(visitor: Visitor, stand_id: int) -> None:
    """One more question. Refuses `slow_down`, newcomers with the sentence `crowd`, those who are
    known with `hall` when the stand has no more room.
    """
    # Participants first: a spammer must not use up the stand's measure.
    _hit(ASKS_A_PARTICIPANT, "participant", visitor.digest)
    standing = visitor.standing()
    here = f"{stand_id} {visitor.address}"
    if standing is Standing.INVENTED:
        _hit(INVENTED_AT_A_STAND, "invented", here, sentence="crowd")
    elif standing is Standing.NEWCOMER:
        _hit(NEWCOMERS_AT_A_STAND, "newcomers", here, sentence="crowd")
        _hit(NEWCOMERS_AT_AN_ADDRESS, "newcomers", visitor.address, sentence="crowd")
    else:
        if standing is Standing.YOUNG:
            _hit(YOUNG_AT_A_STAND, "young", here, sentence="crowd")
        _hit(ASKS_A_STAND, "stand", str(stand_id), sentence="hall")


def count_me_too(visitor: Visitor, question_id: int) -> None:
    """One more me too. Refuses `slow_down`, newcomers with the sentence `crowd`."""
    here = f"{question_id} {visitor.address}"
    match visitor.standing():
        case Standing.INVENTED:
            _hit(INVENTED_AT_A_QUESTION, "invented me too", here, sentence="crowd")
        case Standing.NEWCOMER:
            _hit(NEWCOMERS_AT_A_QUESTION, "newcomers' me too", here, sentence="crowd")
            _hit(NEWCOMERS_AT_AN_ADDRESS, "newcomers", visitor.address, sentence="crowd")
        case Standing.YOUNG:
            _hit(YOUNG_AT_A_QUESTION, "young me too", here, sentence="crowd")
        case Standing.KNOWN:
            pass


def is_crowd(refused: Refused, event_id: int) -> bool:
    """Whether a refusal is of newcomers, and the first of its event within a minute."""
    if refused.sentence != "crowd":
        return False
    windows: Limiter = current_app.extensions["process"].limiter
    return not windows.hit(CROWDS_AN_EVENT, "crowd", str(event_id))


def count_write(address: str) -> None:
    """One more write of whatever kind. Refuses `slow_down`."""
    _hit(WRITES_AN_ADDRESS, "writes", address, sentence="hall")


def count_read(address: str) -> None:
    """One more page. Refuses `slow_down`."""
    _hit(READS_AN_ADDRESS, "reads", address, sentence="hall")


def count_wrong_pass(address: str) -> None:
    """One more secret that opens nothing. Refuses `slow_down`."""
    _hit(WRONG_PASSES_AN_ADDRESS, "wrong passes", address, sentence="wrong_passes")


def _hit(limit: RateLimitItem, kind: str, who: str, *, sentence: str = "") -> None:
    windows: Limiter = current_app.extensions["process"].limiter
    wait_s = windows.hit(limit, kind, who)
    if wait_s:
        raise Refused("slow_down", sentence=sentence, seconds=wait_s)
