"""The demo fair on the shipped server, in each async mode, to be attacked."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulation.hall import Hall
from simulation.servers import Running, launch


@dataclass
class Target:
    """A running server with the demo fair. Each attack takes a stand of its own."""

    running: Running
    instance: Path
    fair: dict[str, Any]

    @property
    def port(self) -> int:
        return self.running.port

    def stand(self, number: int) -> str:
        return str(self._stand(number)["code"])

    def desk_secret(self, number: int) -> str:
        return str(self._stand(number)["presenter"]).partition("#")[2]

    @property
    def moderator_secret(self) -> str:
        return str(self.fair["moderator"]).partition("#")[2]

    def hall(self, number: int) -> Hall:
        """An honest hall at this stand."""
        return Hall(
            self.port,
            str(self.fair["event"]),
            self.stand(number),
            self.desk_secret(number),
            self.moderator_secret,
        )

    def _stand(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = next(one for one in self.fair["stands"] if one["number"] == number)
        return found


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
