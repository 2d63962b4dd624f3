"""The demo fair: loaded into a folder, and the links to its pages."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from simulation.servers import ROOT

LAN_NAME = "fragen.lan"
"""As in a hall: plain http under a name that is not the machine itself."""


def load(folder: Path) -> dict[str, Any]:
    """Load the demo fair into an instance folder; its links."""
    flask = [sys.executable, "-m", "flask", "--app", "exchange"]
    environ = os.environ | {"EXCHANGE_INSTANCE": str(folder)}
    subprocess.run([*flask, "migrate"], check=True, cwd=ROOT, env=environ)
    told = subprocess.run(
        [*flask, "demo", "--json"], check=True, cwd=ROOT, env=environ, capture_output=True
    )
    links: dict[str, Any] = json.loads(told.stdout)
    return links


@dataclass(frozen=True)
class Links:
    """The demo fair's links, at the address where browsers reach it."""

    base: str
    links: dict[str, Any]

    def stand(self, number: int) -> str:
        """The page of a stand."""
        return self.at(str(self._stand(number)["url"]))

    def desk(self, number: int) -> str:
        """The link of a stand's pass."""
        return self.at(str(self._stand(number)["presenter"]))

    def link(self, role: str) -> str:
        """The link of the moderator's, the screen's or the organiser's pass."""
        return self.at(str(self.links[role]))

    def at(self, address: str) -> str:
        """The same path on this server."""
        parts = urlsplit(address)
        return f"{self.base}{parts.path}" + (f"#{parts.fragment}" if parts.fragment else "")

    def _stand(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = next(s for s in self.links["stands"] if s["number"] == number)
        return found
