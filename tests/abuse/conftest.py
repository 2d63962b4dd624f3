"""The demo fair on the shipped server, in each async mode, to be attacked."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulation.servers import launch
from tests.support.target import Target


@pytest.fixture(scope="module", params=["eventlet", pytest.param("gevent", marks=pytest.mark.slow)])
def target(
    request: pytest.FixtureRequest,
    loaded: tuple[Path, dict[str, Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Target]:
    """It must live through everything, and end as it should."""
    folder, fair = loaded
    instance = tmp_path_factory.mktemp("attacked") / "instance"
    shutil.copytree(folder, instance)
    running = launch(instance, mode=request.param)
    try:
        running.wait_until_serving()
        yield Target(running, instance, fair)
        assert running.stop() == 0
    finally:
        running.finish()
