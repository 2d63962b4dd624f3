"""What the linters cannot hold: one commit, one emit, one file that knows the server."""

import ast
import json
import re
import subprocess
import tomllib
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "exchange"


def calls_of(method: str) -> set[str]:
    """The files of the house in which `something.method(...)` is called."""
    return {
        str(path.relative_to(ROOT))
        for path in HOUSE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == method
    }


def test_only_a_change_commits() -> None:
    assert calls_of("commit") == {"exchange/database/transactions.py"}
    by_hand = {path for path in HOUSE.rglob("*.py") if '"COMMIT"' in path.read_text()}
    assert {str(path.relative_to(ROOT)) for path in by_hand} == {
        "exchange/database/transactions.py"
    }


def test_only_broadcasts_emit() -> None:
    assert calls_of("emit") == {"exchange/live/broadcasts.py"}


def test_raw_connections_are_taken_in_database_and_live_only() -> None:
    takers = calls_of("raw_connection") | {
        str(path.relative_to(ROOT))
        for path in HOUSE.rglob("*.py")
        if re.search(r"\bwriting_raw\(|RawConnection\.open\(", path.read_text("utf-8"))
    }
    assert {path.split("/")[1] for path in takers} == {"database", "live"}


def test_no_view_builds_sql() -> None:
    importing = {
        path.name
        for path in (HOUSE / "views").glob("*.py")
        if "sqlalchemy" in imported_packages(path)
    }
    # It answers for the errors of the database.
    assert importing == {"refusing.py"}


def test_the_state_of_a_process_is_one_object() -> None:
    """Nothing else is hung into `app.extensions`."""
    hung = {
        str(path.relative_to(ROOT))
        for path in HOUSE.rglob("*.py")
        if re.search(
            r"extensions\[[\"'](?!process)|extensions\.setdefault", path.read_text("utf-8")
        )
    }
    assert hung == set()


def test_only_the_server_file_imports_the_server() -> None:
    importing = {
        str(path.relative_to(ROOT))
        for path in [*HOUSE.rglob("*.py"), *ROOT.glob("*.py")]
        if imported_packages(path) & {"eventlet", "gevent"}
    }
    assert importing == {"wsgi.py"}


def test_only_config_tells_the_names_of_the_async_modes() -> None:
    naming = {
        str(path.relative_to(ROOT))
        for path in HOUSE.rglob("*.py")
        if re.search(r"eventlet|gevent", path.read_text("utf-8"))
    }
    assert naming == {"exchange/config.py"}


@pytest.mark.parametrize(
    ("folder", "others"),
    [
        ("exchange", {"simulation", "tests", "bench", "assets"}),
        ("simulation", {"tests", "bench"}),
        ("bench", {"tests"}),
        ("tests", {"bench"}),
    ],
)
def test_tests_and_benchmarks_share_the_simulation_and_nothing_else(
    folder: str, others: set[str]
) -> None:
    importing = [
        str(path.relative_to(ROOT))
        for path in (ROOT / folder).rglob("*.py")
        if imported_packages(path) & others
    ]
    assert importing == []


def test_what_tests_share_stands_in_support() -> None:
    """No test module and no conftest is imported by another."""
    shared = {
        name
        for path in (ROOT / "tests").rglob("*.py")
        for name in imported_modules(path)
        if name.startswith("tests.")
    }
    assert [name for name in sorted(shared) if not name.startswith("tests.support.")] == []


def test_no_test_judges_by_seconds() -> None:
    """A machine with busy neighbours is slow, not broken: a count, an order or a ratio tells."""
    by_the_clock = re.compile(
        r"assert\b[^\n]*\b(?:monotonic|perf_counter|time)\(\)[^\n]*<=?\s*[\d.]+\s*$", re.MULTILINE
    )
    judging = [
        f"{path.relative_to(ROOT)}: {found}"
        for path in (ROOT / "tests").rglob("*.py")
        for found in by_the_clock.findall(path.read_text("utf-8"))
    ]
    assert judging == []


def imported_packages(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported_modules(path)}


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


LISTS = (
    "requirements.txt",
    "requirements-many.txt",
    "requirements-dev.txt",
    "requirements-build.txt",
    "requirements-node.txt",
)
OF_THE_BUILD = ("requirements-build.txt", "requirements-node.txt")
"""Installed apart from all others: what they pin may be pinned there as well."""


def pins(name: str) -> dict[str, str]:
    """The versions that a list pins, by package."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    told = [line for line in lines if re.match("[A-Za-z0-9]", line)]
    return dict(re.split(r"[ ;\\]", line.lower().replace("_", "-"))[0].split("==") for line in told)


def digests(name: str) -> dict[str, list[str]]:
    """The digests that a list gives for each of its packages."""
    found: dict[str, list[str]] = {}
    package = ""
    for line in (ROOT / name).read_text("utf-8").splitlines():
        if re.match("[A-Za-z0-9]", line):
            package = line.partition("==")[0].lower().replace("_", "-")
            found[package] = []
        elif match := re.fullmatch(r"    --hash=sha256:([0-9a-f]{64})( \\)?", line):
            found[package].append(match[1])
    return found


def test_every_requirement_is_pinned_once() -> None:
    for one, other in combinations(map(pins, set(LISTS) - set(OF_THE_BUILD)), 2):
        assert not one.keys() & other.keys()


def test_no_list_pins_another_version_than_the_others() -> None:
    for one, other in combinations(map(pins, LISTS), 2):
        for package in one.keys() & other.keys():
            assert one[package] == other[package], package


@pytest.mark.parametrize("name", LISTS)
def test_every_pin_has_its_digests(name: str) -> None:
    found = digests(name)
    assert found.keys() == pins(name).keys()
    assert [package for package, known in found.items() if not known] == []
    # A name of a host would send whoever has a registry of his own to another one.
    assert not re.search(r"://|--(extra-)?index|--find", (ROOT / name).read_text("utf-8"))


def test_the_build_is_pinned_too() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    built_with = pins("requirements-build.txt")
    assert dict(need.split("==") for need in wanted).items() <= built_with.items()
    hook = (ROOT / "assets" / "build_hook.py").read_text("utf-8")
    assert re.findall('^NODE = "(.*)"$', hook, re.MULTILINE) == [
        f"{package}=={version}" for package, version in pins("requirements-node.txt").items()
    ]


def test_nothing_is_installed_without_its_digest() -> None:
    for script in ("bin/setup", "bin/assets"):
        lines = (ROOT / script).read_text("utf-8").splitlines()
        for line in (
            line for line in lines if re.search(r"(^|\W)(pip_install|install_list) ", line)
        ):
            assert "--require-hashes" in line or "install_list" in line or "--no-deps" in line, line
            assert "--editable" not in line or "--no-build-isolation" in line, line


def test_what_the_package_asks_for_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {
        re.split(r"[<>=]", need)[0].lower().replace("_", "-") for need in project["dependencies"]
    }
    assert asked <= pins("requirements.txt").keys()
    wanted = [need for extra in project["optional-dependencies"].values() for need in extra]
    extras = {re.split(r"[<>=\[]", need)[0].lower() for need in wanted}
    assert extras <= pins("requirements-many.txt").keys() | pins("requirements-dev.txt").keys()


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


def test_nothing_of_others_is_committed() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], check=False, cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    foreign = r"\.min\.(js|css)$|node_modules/|\.woff2?$|/static/build/|\.mo$"
    assert [name for name in listed.stdout.splitlines() if re.search(foreign, name)] == []
