"""Passes: secret links. The secret carries the pass's id and an HMAC of id and generation under
the instance's key: never stored, printable again, rotated by the generation, revocable. When they
end: `PassLine.last_day`.
"""

import base64
import hmac
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import or_, select, update

from exchange import digests, logs, rooms
from exchange.database.errors import UNAVAILABLE_ERRORS, classify
from exchange.database.transactions import writing
from exchange.domain import field_values, texts
from exchange.domain.changes import Actor, Change, Outcome, Subject, change, change_of_series
from exchange.domain.questions import stand_named
from exchange.domain.refusals import Refused
from exchange.live import presence
from exchange.models import Pass, Role, Stand, lengths
from exchange.models.base import now
from exchange.queries import people
from exchange.queries.people import PassLine

_ID_BYTES = 4
_LARGEST_ID = 2**31 - 1
"""Of what a database numbers; to look for a larger one is an error to PostgreSQL."""
_REMEMBERED = 50
"""How many earlier generations of a pass are told from a wrong secret, for the security log."""
_MAC_BYTES = 12  # 96 bits: more than can be guessed, short enough for a QR code

MOST_OF_A_STAND = 20
"""How many passes a stand has at most, revoked ones included."""
NOTED_EVERY = timedelta(minutes=1)
"""A pass that is redeemed again so soon is not written down anew."""

_COOKIE_BYTES = 10
"""80 bits that tell browsers apart; the other 48 of a participant's cookie say that it is ours."""


def secret_of(pass_: Pass | PassLine, instance_key: str) -> str:
    """The pass's secret: 22 characters that fit in a link."""
    number = pass_.id.to_bytes(_ID_BYTES, "big")
    return (
        base64.urlsafe_b64encode(number + _mac(pass_.id, pass_.generation, instance_key))
        .rstrip(b"=")
        .decode()
    )


def link(pass_: Pass | PassLine, public_url: str, instance_key: str) -> str:
    """The link that opens the pass. The secret is in the fragment, which no browser sends and no
    server logs.
    """
    return f"{public_url}/pass#{secret_of(pass_, instance_key)}"


_MOST_TYPED = 2_000
"""Characters that are looked at: a mail program's own link around ours is as long."""
_FRAGMENT = re.compile("#|%(?:25)*23")
_A_SECRET = re.compile(r"(?<![\w-])[A-Za-z0-9_-]{22}(?![\w-])")


def secret_in(typed: str) -> str:
    """The secret in what somebody pasted: alone, with its #, the whole link, or that of a mail
    program around it; with a full stop, blanks or unseen characters. Else what was typed.
    """
    text = unicodedata.normalize("NFKC", texts.seen(typed[:_MOST_TYPED])).replace("\u2013", "-")
    behind = _FRAGMENT.split(text)[-1]
    found = _A_SECRET.fullmatch("".join(behind.split())) or _A_SECRET.search(behind)
    return found[0] if found else typed.strip()


def id_in(secret: str) -> int | None:
    """The pass's id that a secret claims, or None when it cannot be one."""
    raw = _decoded(secret)
    number = int.from_bytes(raw[:_ID_BYTES], "big") if raw else 0
    return number if 0 < number <= _LARGEST_ID else None


def is_genuine(pass_: Pass | PassLine | None, secret: str, instance_key: str) -> bool:
    """Whether `secret` is this pass's own, of its present generation.

    Takes as long for a pass that is not there: who tries ids learns nothing from the clock.
    """
    raw = _decoded(secret)
    if raw is None:
        return False
    number = int.from_bytes(raw[:_ID_BYTES], "big")
    mac = _mac(number, pass_.generation if pass_ else 1, instance_key)
    return hmac.compare_digest(raw[_ID_BYTES:], mac) and pass_ is not None


def was_genuine(pass_: PassLine | None, secret: str, instance_key: str) -> bool:
    """Whether `secret` was this pass's own before it was renewed; of its latest generations.

    As many comparisons for each pass and for none: see above.
    """
    raw = _decoded(secret)
    if raw is None:
        return False
    number, present = int.from_bytes(raw[:_ID_BYTES], "big"), pass_.generation if pass_ else 1
    macs = (_mac(number, present - back, instance_key) for back in range(1, _REMEMBERED + 1))
    # Generations begin with 1: what is signed before that was never given to anybody.
    return any(hmac.compare_digest(raw[_ID_BYTES:], mac) for mac in macs) and pass_ is not None


def why_closed(pass_: PassLine, browser: str | None, days: int) -> Refused | None:
    """Why a pass opens nothing, though its secret is right; None: it opens.

    `browser`: the digest of the browser that holds it (`browser_digest`). `days`: how long passes
    outlive their event. `pass`: revoked; `pass_ended`; `pass_bound`: for one browser, and not this.
    """
    if pass_.revoked:
        return Refused("pass")
    if pass_.ended(days):
        return Refused("pass_ended", date=pass_.last_day(days))
    if pass_.one_browser and (pass_.bound_to is None or pass_.bound_to != browser):
        return Refused("pass_bound")
    return None


def rotate(pass_id: int, *, by: Actor, seen: int | None = None) -> None:
    """Make a new secret; the old one lapses and its live sockets are closed.

    `seen`: the generation that is to lapse. If it has already, nothing is done: pressed twice, or
    asked twice for an answer that got lost, it is one new secret. Refuses `unknown`.
    """
    with _change_of(pass_id, "renew", by) as (under_way, pass_):
        under_way.nothing_done = seen not in (None, pass_.generation)
        if under_way.nothing_done:
            return
        _renew(pass_)
    _ended(pass_id)


def renew_all(event_id: int, *, contacts: bool = False, by: Actor, seen: int | None = None) -> int:
    """Make new secrets for all presenters of an event, as one change; answers how many.

    `contacts`: for the contacts of its projects, too, who hold one for all events. `seen`: the sum
    of the presenters' generations that are to lapse; if another one, nothing is done, as in
    `rotate`.
    """
    with _change_of_all(event_id, "renew-all", by) as (under_way, found):
        held = [pass_ for pass_ in found if pass_.role is Role.PRESENTER]
        generations = sum(pass_.generation for pass_ in held)
        under_way.nothing_done = not held or seen not in (None, generations)
        renewed = [] if under_way.nothing_done else held
        if contacts and renewed:
            shown = select(Stand.project_id).where(
                Stand.event_id == event_id, Stand.archived.is_(False)
            )
            renewed += under_way.session.scalars(select(Pass).where(Pass.project_id.in_(shown)))
        for pass_ in renewed:
            _renew(pass_)
        ids = [pass_.id for pass_ in renewed]
    for pass_id in ids:
        _ended(pass_id)
    return len(ids)


def set_all_revoked(event_id: int, revoked: bool, *, by: Actor) -> int:
    """Let all passes of an event lapse, presenters', moderation's and screen's, or be valid again,
    as one change; answers how many. Those of contacts stay: they answer after the fair.
    """
    verb = "revoke-all" if revoked else "restore-all"
    with _change_of_all(event_id, verb, by) as (under_way, found):
        changed = [pass_ for pass_ in found if pass_.revoked is not revoked]
        under_way.nothing_done = not changed
        for pass_ in changed:
            pass_.revoked = revoked
        ids = [pass_.id for pass_ in changed]
    for pass_id in ids if revoked else []:
        _ended(pass_id)
    return len(ids)


def add(event_id: int, stand_code: str, name: str, *, by: Actor, key: str | None = None) -> Outcome:
    """One more pass for a stand's presenters: another tablet. Its undo revokes it.

    Refuses `stand`; `pass_name` without a name or with that of another; `too_long`; `passes_many`.
    """
    called = field_values.line({"name": name}, "name", lengths.NAME)
    with change(event_id, "set-up", Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            stand = stand_named(event_id, stand_code)
            held = under_way.session.scalars(select(Pass).where(Pass.stand_id == stand.id)).all()
            if called is None or any(pass_.name == called and not pass_.revoked for pass_ in held):
                raise Refused("pass_name", field="name")
            if len(held) >= MOST_OF_A_STAND:
                raise Refused("passes_many", field="name", limit=MOST_OF_A_STAND)
            pass_ = Pass(role=Role.PRESENTER, stand_id=stand.id, name=called)
            under_way.session.add(pass_)
            under_way.made(pass_)
    return under_way.outcome


def note_redeemed(pass_: PassLine) -> None:
    """Write down that a browser has just redeemed a pass; at most once a minute for each.

    Whoever opens a pass is let in all the same when the database takes nothing now.
    """
    if pass_.redeemed is not None and now() - pass_.redeemed < NOTED_EVERY:
        return
    try:
        with writing() as session:
            session.execute(update(Pass).where(Pass.id == pass_.id).values(redeemed=now()))
    except UNAVAILABLE_ERRORS as error:
        if classify(error) is None:
            raise


def _renew(pass_: Pass) -> None:
    pass_.generation += 1
    pass_.bound_to = None
    # Of the new secret nobody has made use yet.
    pass_.redeemed = None


def set_revoked(pass_id: int, revoked: bool, *, by: Actor) -> None:
    """Let a pass lapse, or be valid again; its live sockets are closed when it lapses.

    Refuses `unknown`.
    """
    with _change_of(pass_id, "revoke" if revoked else "restore", by) as (under_way, pass_):
        under_way.nothing_done = pass_.revoked == revoked
        pass_.revoked = revoked
    if revoked:
        _ended(pass_id)


def set_one_browser(pass_id: int, on: bool, *, by: Actor) -> None:
    """Let a pass open in one browser only, or in any. Whoever has it open redeems it anew.

    Refuses `unknown`.
    """
    with _change_of(pass_id, "one-browser" if on else "any-browser", by) as (under_way, pass_):
        under_way.nothing_done = pass_.one_browser == on
        if not under_way.nothing_done:
            pass_.one_browser, pass_.bound_to = on, None
    if on and not under_way.nothing_done:
        _ended(pass_id)


def free(pass_id: int, *, by: Actor) -> None:
    """Take a pass off its browser: the next one that redeems it has it. Refuses `unknown`."""
    with _change_of(pass_id, "free", by) as (under_way, pass_):
        under_way.nothing_done = pass_.bound_to is None
        pass_.bound_to = None
    _ended(pass_id)


def bind(pass_: PassLine, browser: str) -> None:
    """Bind a pass that is for one browser only to the first that redeems it.

    Refuses `pass_bound` when another one was quicker.
    """
    by = Actor(role=pass_.role.value, pass_id=pass_.id)
    with _change_of(pass_.id, "bind", by) as (under_way, row):
        under_way.nothing_done = row.bound_to == browser or not row.one_browser
        if row.bound_to not in (None, browser):
            raise Refused("pass_bound")
        if not under_way.nothing_done:
            row.bound_to = browser


def _ended(pass_id: int) -> None:
    presence.dismiss(rooms.pass_room(pass_id))


@contextmanager
def _change_of(pass_id: int, verb: str, by: Actor) -> Iterator[tuple[Change, Pass]]:
    """A change to a pass; done, it stands in the security log too."""
    series_id = people.series_of_pass(pass_id)
    if series_id is None:
        raise Refused("unknown")
    with change_of_series(series_id, verb, Subject("pass", pass_id), by) as under_way:
        pass_ = under_way.session.get_one(Pass, pass_id)
        role = pass_.role.value
        yield under_way, pass_
    if under_way.counts:
        logs.security_event(verb, pass_id=pass_id, role=role, by=by.role, by_pass=by.pass_id)


@contextmanager
def _change_of_all(event_id: int, verb: str, by: Actor) -> Iterator[tuple[Change, list[Pass]]]:
    """A change to an event's passes: the presenters', the moderation's and the screen's."""
    series_id = people.series_of_event(event_id)
    with change_of_series(series_id, verb, Subject("event", event_id), by) as under_way:
        found = under_way.session.scalars(
            select(Pass)
            .outerjoin(Stand, Pass.stand_id == Stand.id)
            .where(or_(Pass.event_id == event_id, Stand.event_id == event_id))
            .order_by(Pass.id)
        )
        yield under_way, list(found)
    if under_way.counts:
        logs.security_event(verb, event=event_id, by=by.role, by_pass=by.pass_id)


def browser_digest(mark: str, pass_id: int, instance_key: str) -> str:
    """What a pass's row keeps of the mark of the browser that it is bound to."""
    return digests.mac(f"browser {pass_id} {mark}".encode(), instance_key).hex()


def participant_cookie(key: str, instance_key: str) -> str:
    """The cookie of whoever had none when this write came: the same again if its answer, and the
    cookie with it, was lost. Nobody else knows the key.
    """
    made = digests.mac(f"cookie {key}".encode(), instance_key)[:_COOKIE_BYTES]
    return base64.urlsafe_b64encode(made + _cookie_mac(made, instance_key)).rstrip(b"=").decode()


def is_participant_cookie(cookie: str, instance_key: str) -> bool:
    """Whether this instance made a cookie up, and not its browser."""
    raw = _decoded(cookie)
    return raw is not None and hmac.compare_digest(
        raw[_COOKIE_BYTES:], _cookie_mac(raw[:_COOKIE_BYTES], instance_key)
    )


def _cookie_mac(made: bytes, instance_key: str) -> bytes:
    return digests.mac(b"made " + made, instance_key)[: 16 - _COOKIE_BYTES]


def participant_digest(cookie: str, event_id: int, instance_key: str) -> str:
    """What the tables keep of a participant's cookie: another value at every event."""
    return digests.mac(f"participant {event_id} {cookie}".encode(), instance_key).hex()


def _mac(pass_id: int, generation: int, instance_key: str) -> bytes:
    return digests.mac(f"pass {pass_id} {generation}".encode(), instance_key)[:_MAC_BYTES]


def _decoded(secret: str) -> bytes | None:
    if len(secret) != 22 or not secret.isascii():
        return None
    try:
        raw = base64.b64decode(secret + "==", altchars=b"-_", validate=True)
    except ValueError:
        return None
    return raw if len(raw) == _ID_BYTES + _MAC_BYTES else None
