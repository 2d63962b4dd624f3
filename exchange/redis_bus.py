"""Several processes as one fair: what they share through Redis, and how they do without it.

Redis makes news quicker and limits common; nothing is kept in it. While it is away, changes are
made as ever, each process tells its own pages, and all others learn by the slow check. Hence
nobody waits for it: neither the library's own manager nor the Redis client's defaults can be had
that way (a frozen Redis holds up the request for ever, one that is back is found after a minute).
"""

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from socketio.pubsub_manager import PubSubManager

if TYPE_CHECKING:
    from redis import Redis

log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 0.5
"""Redis stands beside us: what takes longer is an outage."""
TRY_AGAIN_S = 2.0
"""How long nobody asks Redis anything after it did not answer."""

_T = TypeVar("_T")


class RedisBreaker:
    """A circuit breaker: the client of Redis, and whether it may be called at the moment."""

    def __init__(self, url: str, key: str) -> None:
        import redis
        from redis.backoff import NoBackoff
        from redis.exceptions import RedisError
        from redis.retry import Retry

        # Two fairs may share one Redis: what belongs to one is named after its key.
        name = hmac.new(key.encode(), b"redis", hashlib.sha256).hexdigest()[:16]
        self.name = f"exchange-{name}"
        self.client: Redis = redis.Redis.from_url(
            url,
            socket_connect_timeout=ANSWER_WITHIN_S,
            socket_timeout=ANSWER_WITHIN_S,
            socket_keepalive=True,
            # Whoever asks goes on without it. Once more at once: Redis may have closed a
            # connection that nobody used.
            retry=Retry(NoBackoff(), 1),
        )
        self.errors: tuple[type[Exception], ...] = (RedisError, OSError)
        self._away_until = 0.0

    def call(self, command: Callable[[], _T], fallback: Callable[[], _T]) -> _T:
        """What `command` answers, or `fallback` while Redis is away."""
        if time.monotonic() < self._away_until:
            return fallback()
        try:
            return command()
        except self.errors as error:
            self._away_until = time.monotonic() + TRY_AGAIN_S
            # Not the error's own words: they may hold the address.
            log.warning("Redis does not answer (%s); going on without it.", type(error).__name__)
            return fallback()


class RedisManager(PubSubManager):  # type: ignore[misc]  # published without types
    """Carries what one process says to the sockets of the others."""

    name = "redis"

    def __init__(self, redis: RedisBreaker) -> None:
        super().__init__(channel=f"{redis.name}-news")
        self.redis = redis

    def _handle_close_room(self, message: dict[str, Any]) -> None:
        """A pass lapsed or a browser logged out, in whichever process: its sockets end."""
        for sid, _ in list(self.get_participants("/", message.get("room"))):
            self.server.disconnect(sid, ignore_queue=True)
        super()._handle_close_room(message)

    def _publish(self, data: dict[str, Any]) -> None:
        message = json.dumps(data)
        self.redis.call(lambda: self.redis.client.publish(self.channel, message), lambda: None)

    def _listen(self) -> Iterator[bytes]:
        """What the others say, for ever."""
        while True:
            try:
                yield from self._listen_while_it_answers()
            except self.redis.errors:
                self.server.sleep(TRY_AGAIN_S)

    def _listen_while_it_answers(self) -> Iterator[bytes]:
        listening: Any = self.redis.client
        with listening.pubsub(ignore_subscribe_messages=True) as heard:
            heard.subscribe(self.channel)
            asked = False
            while True:
                message = heard.get_message(timeout=TRY_AGAIN_S)
                if message is None:
                    # No message may mean a half-open connection: ping before believing it.
                    if asked:
                        raise TimeoutError
                    heard.ping()
                    asked = True
                    continue
                asked = False
                if message["type"] == "message":
                    yield message["data"]
