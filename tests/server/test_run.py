"""bin/run on a fresh machine: a new clone, an empty home, no npm on the path."""

import os
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from simulation.servers import ROOT, Running, Start, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

FRESH_START_S = 300
# What set-up, migration and links may cost when there is nothing to do.
EXTRA_S = 5

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
    first.wait_until_serving(at_most_s=FRESH_START_S)
    stand = next(word for word in first.output.split() if "/s/" in word)
    with urllib.request.urlopen(stand, timeout=5) as page:
        html = page.read().decode()
    script = next(word for word in html.split('"') if word.startswith("/static/build/"))
    with urllib.request.urlopen(f"{first.url}{script}", timeout=5) as asset:
        assert asset.status == 200
    assert first.stop() == 0

    second, took = timed(start, "bin/run", port=port, cwd=clone, **fresh_machine)
    assert links(second.lines) == links(first.lines) != []
    assert second.stop() == 0
    bare, bare_took = timed(
        start, str(clone / ".venv/bin/python"), "wsgi.py", port=port, cwd=clone, **fresh_machine
    )
    assert took < bare_took + EXTRA_S
    assert bare.stop() == 0


def timed(start: Start, *command: str, **how: Any) -> tuple[Running, float]:
    before = time.monotonic()
    running = start(*command, **how)
    running.wait_until_serving()
    return running, time.monotonic() - before


def links(lines: list[str]) -> list[str]:
    return [line for line in lines if "http://" in line]


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
