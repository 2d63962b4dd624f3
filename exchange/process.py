"""The state of one process, in one typed object.

Made in `create_app`, kept as `app.extensions["process"]`. Each part belongs to the module that
defines its type, which is the only one to use it; lower layers read their part from the current
app.
"""

from dataclasses import dataclass, field

from jinja2 import Environment

from exchange.assets import Assets
from exchange.config import Settings
from exchange.database.connections import Database
from exchange.database.erasing import Erasures
from exchange.database.group_commit import GroupCommit
from exchange.database.health import Outage
from exchange.domain.asking import BATCH_LIMIT, Asked, New
from exchange.limits import Limiter
from exchange.live.dashboard import Dashboards
from exchange.live.elsewhere import LogTail
from exchange.live.flush import FlushTimers
from exchange.live.presence import Watchers
from exchange.live.revisions import Announced
from exchange.queries.lists import Minutes
from exchange.queries.people import FirstWrites
from exchange.redis_bus import RedisBreaker
from exchange.rendering import Drawn


@dataclass
class Process:
    """What a process knows beside the database: nothing that another process needs."""

    settings: Settings
    assets: Assets
    database: Database
    redis: RedisBreaker | None
    """None for a lone process."""
    limiter: Limiter
    environments: dict[str, Environment] = field(default_factory=dict)
    """Templates compiled for each language."""
    first_writes: FirstWrites = field(default_factory=FirstWrites)
    minutes: Minutes = field(default_factory=Minutes)
    drawn: Drawn = field(default_factory=Drawn)
    outage: Outage = field(default_factory=Outage)
    erasures: Erasures = field(default_factory=Erasures)
    new_questions: GroupCommit[New, Asked] = field(default_factory=lambda: GroupCommit(BATCH_LIMIT))
    keys_under_way: set[str] = field(default_factory=set)
    """Of questions that are being written at this moment."""
    flush_timers: FlushTimers = field(default_factory=FlushTimers)
    watchers: Watchers = field(default_factory=Watchers)
    announced: Announced = field(default_factory=Announced)
    log_tail: LogTail = field(default_factory=LogTail)
    dashboards: Dashboards = field(default_factory=Dashboards)
    lists_under_way: list[str] = field(default_factory=list)
    """Stand lists that a child reads at this moment."""
