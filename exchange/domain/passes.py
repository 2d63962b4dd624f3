"""Passes: secret links. The secret carries the pass's id and an HMAC of id and generation under
the instance's key: never stored, printable again, rotated by the generation, revocable.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager

from exchange.domain.changes import Actor, Change, Subject, change_of_series
from exchange.domain.refusals import Refused
from exchange.live import presence
from exchange.models import Pass
from exchange.queries import people
from exchange.queries.people import PassLine

_ID_BYTES = 4
_LARGEST_ID = 2**31 - 1
"""Of what a database numbers; to look for a larger one is an error to PostgreSQL."""
_MAC_BYTES = 12  # 96 bits: more than can be guessed, short enough for a QR code

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


def id_in(secret: str) -> int | None:
    """The pass's id that a secret claims, or None when it cannot be one."""
    raw = _decoded(secret)
    number = int.from_bytes(raw[:_ID_BYTES], "big") if raw else 0
    return number if 0 < number <= _LARGEST_ID else None


def opens(pass_: Pass | PassLine, secret: str, instance_key: str) -> bool:
    """Whether `secret` is this pass's own, of its present generation, and not revoked."""
    raw = _decoded(secret)
    return (
        raw is not None
        and not pass_.revoked
        and hmac.compare_digest(raw[_ID_BYTES:], _mac(pass_.id, pass_.generation, instance_key))
    )


def rotate(pass_id: int, *, by: Actor, seen: int | None = None) -> None:
    """Make a new secret; the old one lapses and its live sockets are closed.

    `seen`: the generation that is to lapse. If it has already, nothing is done: pressed twice, or
    asked twice for an answer that got lost, it is one new secret. Refuses `unknown`.
    """
    with _change_of(pass_id, "renew", by) as (under_way, pass_):
        under_way.nothing_done = seen not in (None, pass_.generation)
        if under_way.nothing_done:
            return
        pass_.generation += 1
    presence.dismiss(pass_id)


def set_revoked(pass_id: int, revoked: bool, *, by: Actor) -> None:
    """Let a pass lapse, or be valid again; its live sockets are closed when it lapses.

    Refuses `unknown`.
    """
    with _change_of(pass_id, "revoke" if revoked else "restore", by) as (under_way, pass_):
        under_way.nothing_done = pass_.revoked == revoked
        pass_.revoked = revoked
    if revoked:
        presence.dismiss(pass_id)


@contextmanager
def _change_of(pass_id: int, verb: str, by: Actor) -> Iterator[tuple[Change, Pass]]:
    series_id = people.series_of_pass(pass_id)
    if series_id is None:
        raise Refused("unknown")
    with change_of_series(series_id, verb, Subject("pass", pass_id), by) as under_way:
        yield under_way, under_way.session.get_one(Pass, pass_id)


def participant_cookie(key: str, instance_key: str) -> str:
    """The cookie of whoever had none when this write came: the same again if its answer, and the
    cookie with it, was lost. Nobody else knows the key.
    """
    made = _of_cookie(f"cookie {key}".encode(), instance_key)[:_COOKIE_BYTES]
    return base64.urlsafe_b64encode(made + _cookie_mac(made, instance_key)).rstrip(b"=").decode()


def is_participant_cookie(cookie: str, instance_key: str) -> bool:
    """Whether this instance made a cookie up, and not its browser."""
    raw = _decoded(cookie)
    return raw is not None and hmac.compare_digest(
        raw[_COOKIE_BYTES:], _cookie_mac(raw[:_COOKIE_BYTES], instance_key)
    )


def _cookie_mac(made: bytes, instance_key: str) -> bytes:
    return _of_cookie(b"made " + made, instance_key)[: 16 - _COOKIE_BYTES]


def _of_cookie(message: bytes, instance_key: str) -> bytes:
    return hmac.new(instance_key.encode(), message, hashlib.sha256).digest()


def participant_digest(cookie: str, event_id: int, instance_key: str) -> str:
    """What the tables keep of a participant's cookie: another value at every event."""
    message = f"participant {event_id} {cookie}".encode()
    return hmac.new(instance_key.encode(), message, hashlib.sha256).hexdigest()


def _mac(pass_id: int, generation: int, instance_key: str) -> bytes:
    message = f"pass {pass_id} {generation}".encode()
    return hmac.new(instance_key.encode(), message, hashlib.sha256).digest()[:_MAC_BYTES]


def _decoded(secret: str) -> bytes | None:
    if len(secret) != 22 or not secret.isascii():
        return None
    try:
        raw = base64.b64decode(secret + "==", altchars=b"-_", validate=True)
    except ValueError:
        return None
    return raw if len(raw) == _ID_BYTES + _MAC_BYTES else None
