"""The oldest Python that a hall should run on, named in one place and told at start."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from exchange.instance import SAFE_PYTHON, warn_of_old_python

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 11, 7), "3.11.16"),
        ((3, 11, 16), None),
        ((3, 12, 13), "3.12.14"),
        ((3, 13, 99), None),
        ((3, 14, 0), "3.14.7"),
        ((3, 15, 0), None),
        ((4, 0, 0), None),
    ],
)
@pytest.mark.parametrize("lang", ["de_DE.UTF-8", "C"])
def test_an_old_python_is_told_in_one_sentence_in_the_terminals_language(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    version: tuple[int, int, int],
    safe: str | None,
    lang: str,
) -> None:
    monkeypatch.setenv("LC_ALL", lang)
    warn_of_old_python(version)
    told = capsys.readouterr().out.splitlines()
    if safe is None:
        assert told == []
    else:
        assert len(told) == 1
        assert ".".join(map(str, version)) in told[0]
        assert safe in told[0]
        assert ("Sicherheitslücken" if lang.startswith("de") else "known holes") in told[0]


def test_each_python_that_may_run_this_and_has_holes_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    oldest = int(project["requires-python"].removeprefix(">=3."))
    assert list(SAFE_PYTHON) == [(3, minor) for minor in range(oldest, 15)]


def test_docs_name_the_same_releases() -> None:
    named = re.findall(r"3\.(1[0-9])\.([0-9]+)", _python_section())
    assert {(3, int(minor)): int(patch) for minor, patch in named} == SAFE_PYTHON


def _python_section() -> str:
    text = (ROOT / "docs" / "security.md").read_text("utf-8")
    found: list[str] = re.findall(r"The oldest safe releases are (.*?)\.\n", text, re.DOTALL)
    return found[0]


@pytest.mark.live
def test_the_server_tells_it_at_start(tmp_path: Path) -> None:
    from simulation.servers import launch

    running = launch(tmp_path)
    try:
        running.wait_until_serving()
        oldest = SAFE_PYTHON.get(sys.version_info[:2], 0)
        assert ("Sicherheitslücken" in running.output or "known holes" in running.output) is (
            sys.version_info[2] < oldest
        )
    finally:
        running.finish()
