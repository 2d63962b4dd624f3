"""Phones that are not told by themselves."""

from collections.abc import Iterator

import pytest
from flask import Flask


@pytest.fixture
def gathering(app: Flask) -> Iterator[None]:
    """Phones are told once in a while, which in this test never comes."""
    app.config["FLUSH_INTERVAL_S"] = 3600
    app.extensions["process"].flush_timers.due.update(range(100))
    yield
    app.config["FLUSH_INTERVAL_S"] = 0
    app.extensions["process"].flush_timers.due.clear()
