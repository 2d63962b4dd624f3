"""A server that is attacked."""

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulation.hall import Hall, Times
from simulation.servers import DATABASE, Running

SECONDS = 5.0
"""So long a hall asks, with and without an attack."""
TIMES = 3.0
"""So much longer may it take at p95."""
LEAST_MS = 40.0
"""What is quicker than this counts as this: less is the machine's noise."""


@dataclass
class Target:
    """A running server with the demo fair. Each attack takes a stand of its own."""

    running: Running
    instance: Path
    fair: dict[str, Any]
    alone: Times | None = None
    """What its hall is like without an attack, once that was measured."""

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

    async def asked(self, number: int, seconds: float = SECONDS) -> Times:
        """What a hall at this stand meets that asks for so long."""
        hall = self.hall(number)
        try:
            await hall.open()
            return await hall.ask_for(seconds)
        finally:
            hall.close()

    def count(self, statement: str) -> int:
        """What a select of one number says, of the database as it is."""
        with contextlib.closing(sqlite3.connect(self.instance / DATABASE, timeout=30)) as file:
            return int(file.execute(statement).fetchone()[0])

    def _stand(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = next(one for one in self.fair["stands"] if one["number"] == number)
        return found
