"""Faults between people and the server, for browsers and for programs.

    def test_...(venue: Venue, windows: Windows) -> None:       # pytest.mark.browser
        phone = windows.phone(venue.links.stand(2))             # http://fragen.lan, by the line
        venue.line.inflict(Fault.DROP_ANSWER, times=2)          # proxy.py: all its faults
        venue.kill(); ...; venue.start()                        # SIGKILL, same folder and port
        venue.pause(); ...; venue.resume()                      # SIGSTOP, SIGCONT
        with venue.locked(): ...                                # the database, by this process
        venue.rows("SELECT number FROM questions WHERE key = ?", stored(key))

    def test_...(small: Venue, passes: Fair) -> None:           # pytest.mark.live
        ...                                                     # at small.url

Dice are those of `seed`. A test that fails tells it; `--seed N` plays the same faults again.
A browser complains on its console about requests that failed: `windows.allow("net::ERR", "502")`.
"""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from simulation.servers import DATABASE
from simulation.venue import Venue, staying
from tests.support.fair import KEY, Fair


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Of this test's dice; told when it fails."""
    given: int | None = request.config.getoption("--seed")
    chosen = random.randrange(1_000_000) if given is None else given
    request.node.add_report_section("setup", "seed", f"Once more the same: --seed {chosen}")
    return chosen


@pytest.fixture
def venue(loaded: tuple[Path, dict[str, Any]], tmp_path: Path, seed: int) -> Iterator[Venue]:
    """The demo fair behind the hall's Wi-Fi."""
    folder, fair = loaded
    shutil.copytree(folder, tmp_path / "instance")
    yield from staying(Venue.open(tmp_path / "instance", seed=seed, fair=fair))


@pytest.fixture
def small(prepared: Path, tmp_path: Path, seed: int) -> Iterator[Venue]:
    """The small fair behind the hall's Wi-Fi."""
    instance = tmp_path / "instance"
    instance.mkdir()
    shutil.copy(prepared, instance / DATABASE)
    yield from staying(Venue.open(instance, seed=seed, EXCHANGE_SECRET_KEY=KEY))


@pytest.fixture
def passes(app: Flask) -> Fair:
    """Knows the secrets of the small fair; its server has the same key."""
    return Fair(app)
