"""How much may come in: moving windows, in memory or, for several processes, in Redis.

In memory they are our own. The library's memory is emptied by a timer, started anew every ten
milliseconds while people write; in a hall that asks, that was a tenth of the work.
"""

import math
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from exchange.redis_bus import RedisBreaker

SWEEP_EVERY = 5000
"""After how many hits what has expired is forgotten."""


class Limiter(Protocol):
    """Counts hits; knows when there were too many."""

    def hit(self, limit: RateLimitItem, kind: str, who: str) -> int:
        """One more by `who`. 0: it may come in; else the seconds after which it may."""


@dataclass
class InMemory:
    """Moving windows of one process."""

    windows: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    until_sweep: int = SWEEP_EVERY
    guard: threading.Lock = field(default_factory=threading.Lock)
    """Threads would change the dictionary while another one sweeps it."""

    def hit(self, limit: RateLimitItem, kind: str, who: str) -> int:
        """One more by `who`; what was refused does not count."""
        with self.guard:
            return self._hit(limit, kind, who)

    def _hit(self, limit: RateLimitItem, kind: str, who: str) -> int:
        now, length = time.monotonic(), limit.get_expiry()
        window = self.windows.setdefault((kind, who), deque())
        while window and window[0] <= now - length:
            window.popleft()
        if len(window) >= limit.amount:
            return max(1, math.ceil(window[0] + length - now))
        window.append(now)
        self.until_sweep -= 1
        if self.until_sweep <= 0:
            self._sweep(now - length)
        return 0

    def _sweep(self, before: float) -> None:
        self.until_sweep = SWEEP_EVERY
        self.windows = {who: hits for who, hits in self.windows.items() if hits[-1] > before}


class InRedis:
    """Moving windows that several processes share; each has its own while Redis is away."""

    def __init__(self, redis: RedisBreaker) -> None:
        pool = redis.client.connection_pool
        storage = RedisStorage("redis://", connection_pool=pool, key_prefix=f"{redis.name}-limits")
        self.redis = redis
        self.windows = MovingWindowRateLimiter(storage)
        self.meanwhile = InMemory()

    def hit(self, limit: RateLimitItem, kind: str, who: str) -> int:
        """One more by `who`."""
        return self.redis.call(
            lambda: self._hit(limit, kind, who), lambda: self.meanwhile.hit(limit, kind, who)
        )

    def _hit(self, limit: RateLimitItem, kind: str, who: str) -> int:
        if self.windows.hit(limit, kind, who):
            return 0
        reset = self.windows.get_window_stats(limit, kind, who).reset_time
        return max(1, math.ceil(reset - time.time()))


def limiter(redis: RedisBreaker | None) -> Limiter:
    """The limiter of an app, alone or among several."""
    return InRedis(redis) if redis else InMemory()


def a_minute(amount: int) -> RateLimitItem:
    """A limit of so many a minute."""
    return RateLimitItemPerMinute(amount)
