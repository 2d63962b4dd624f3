"""bin/run on a fresh machine: a new clone, an empty home, no npm on the path."""

import os
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest

from simulation.servers import ROOT, Running, Start, free_port
from simulation.waiting import HANGS_S

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FRESH_START_S = 300

# What POSIX promises and bin/ uses; npm, node and git are not among it.
TOOLS = "sh cat cksum dirname find pwd sort uname mkdir rm ls env"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What is committed, and nothing else of this folder."""
    target = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(target)], check=True)
    return target


@pytest.fixture
def fresh_machine(tmp_path: Path) -> dict[str, str]:
    """An empty home, and a path with Python and the shell's own tools."""
    home, path = tmp_path / "home", tmp_path / "path"
    home.mkdir()
    path.mkdir()
    for tool in TOOLS.split():
        found = shutil.which(tool)
        assert found, tool
        (path / tool).symlink_to(found)
    python = Path(os.path.realpath("/proc/self/exe"))
    (path / "python3").write_text(f'#!/bin/sh\nexec "{python}" "$@"\n')
    (path / "python3").chmod(0o755)
    return {"HOME": str(home), "PATH": str(path), "XDG_CACHE_HOME": "", "PYTHONWARNINGS": ""}


def test_one_command_serves_the_demo_fair_and_the_second_time_at_once(
    start: Start, clone: Path, fresh_machine: dict[str, str]
) -> None:
    port = free_port()
    first = start("bin/run", port=port, cwd=clone, **fresh_machine)
    first.wait_until_serving(hangs_s=FRESH_START_S)
    with urllib.request.urlopen(f"{first.url}/s/GE1", timeout=HANGS_S) as page:
        html = page.read().decode()
    script = next(word for word in html.split('"') if word.startswith("/static/build/"))
    with urllib.request.urlopen(f"{first.url}{script}", timeout=HANGS_S) as asset:
        assert asset.status == 200
    assert first.stop() == 0

    made = contents(clone)
    second = start("bin/run", port=port, cwd=clone, **fresh_machine)
    second.wait_until_serving()
    assert second.stop() == 0
    assert told(first) == told(second) != []
    # Nothing was installed or built again.
    assert contents(clone) == made


def told(running: Running) -> list[str]:
    """What it printed, apart from announced steps."""
    return [line for line in running.lines if not line.endswith("...")]


def contents(clone: Path) -> dict[Path, int]:
    """What setting up makes, and when it was made."""
    made = [clone / ".venv" / "bin" / "python", *clone.glob(".venv/*.stamp")]
    made += (clone / "exchange" / "static" / "build").iterdir()
    made += clone.glob(".venv/lib/*/site-packages/*")
    return {path: path.lstat().st_mtime_ns for path in made if path.name != "__pycache__"}


def test_a_machine_without_a_young_enough_python_is_told_so(
    clone: Path, fresh_machine: dict[str, str]
) -> None:
    python = Path(fresh_machine["PATH"]) / "python3"
    python.write_text("#!/bin/sh\nexit 1\n")
    refused = subprocess.run(
        ["bin/run"],
        cwd=clone,
        env=fresh_machine | {"LC_ALL": "de_DE.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert refused.stderr == (
        "Python 3.11 oder neuer wird gebraucht und wurde nicht gefunden (siehe python.org).\n"
    )
