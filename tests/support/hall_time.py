"""The hall's clock, set for a test: what day it is there follows from it, and nothing else does."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from exchange.config import TIME_ZONE

SetHallClock = Callable[[str], None]
"""`"2026-11-27 00:52"`, as the hall's clock shows it."""


@pytest.fixture
def hall_clock(monkeypatch: pytest.MonkeyPatch) -> SetHallClock:
    """Set the clock from which the hall's day is read; what is stored keeps the machine's."""

    def put(shown: str) -> None:
        moment = datetime.fromisoformat(shown).replace(tzinfo=ZoneInfo(TIME_ZONE))
        monkeypatch.setattr("exchange.models.base.now", lambda: moment)

    return put
