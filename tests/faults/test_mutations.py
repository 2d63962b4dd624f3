"""The tests can fail: each of these faults in the code turns one red.

A fault is put into a copy of the tree by one replacement; the tests named for it pass on the copy
without it and fail with it, by an assertion of their own.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from simulation.servers import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(600)]

COPIED = ("assets", "exchange", "simulation", "tests")
FILES = (
    "package.json",
    "package-lock.json",
    "pyproject.toml",
    "wsgi.py",
)


@dataclass(frozen=True)
class Mutation:
    """One fault: in this file, this in place of that; and the tests that must notice."""

    name: str
    file: str
    right: str
    wrong: str
    noticed_by: tuple[str, ...]


MUTATIONS = (
    Mutation(
        "trust response.ok",
        "exchange/static/js/outbox/post.js",
        """    const after = Number.parseInt(""",
        """    if (response.ok) return { ...lost, ours: true, ok: true, body: {} };
    const after = Number.parseInt(""",
        (
            "tests/faults/test_phone_outbox.py::test_a_post_under_any_fault_arrives_once[chromium-Fault.PORTAL]",
        ),
    ),
    Mutation(
        "delete the entry before sending",
        "exchange/static/js/outbox/sender.js",
        """    store.write({ ...write, maybe: true, tab, until: Date.now() + policy.lease });
""",
        """    store.erase(key);
""",
        (
            "tests/faults/test_phone_outbox.py"
            "::test_a_post_under_any_fault_arrives_once[chromium-Fault.RESET_AFTER]",
        ),
    ),
    Mutation(
        "emit before commit",
        "exchange/domain/changes.py",
        """ if under_way.counts else None
    if news is not None:
        announce(news)
""",
        """ if under_way.counts else None
        if news is not None:
            announce(news)
""",
        ("tests/faults/test_commit_first.py::test_a_failed_commit_is_broadcast_to_nobody[a verb]",),
    ),
    Mutation(
        "emit new questions before commit",
        "exchange/live/arrivals.py",
        """new=cards)
    announce(news)
""",
        """new=cards)
        announce(news)
""",
        (
            "tests/faults/test_commit_first.py"
            "::test_a_failed_commit_is_broadcast_to_nobody[a new question]",
        ),
    ),
    Mutation(
        "ignore the key",
        "exchange/domain/asking.py",
        """                "key": new.stored_key,
""",
        """                "key": __import__("uuid").uuid4().hex,
""",
        (
            "tests/faults/test_phone_keys.py"
            "::test_the_same_keys_at_the_same_time_are_one_question_each",
        ),
    ),
    Mutation(
        "skip the reading after a gap",
        "exchange/static/js/live/updates.js",
        """    catchUp();
    return;
  }
  known.revision = push.revision;
""",
        """  }
  known.revision = push.revision;
""",
        ("tests/faults/test_catch_up.py::test_news_in_any_order_makes_the_same_page[chromium]",),
    ),
    Mutation(
        "give the same write another cookie each time",
        "exchange/views/attendee.py",
        """digest = access.participant_or_new(found.event_id, echo.get("key"))""",
        """digest = access.participant_or_new(found.event_id)""",
        (
            "tests/views/test_me_too.py"
            "::test_one_whose_answer_was_lost_with_the_first_cookie_counts_once",
        ),
    ),
)


class Tree:
    """A copy of what the tests need, with assets of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            ignored = shutil.ignore_patterns("__pycache__", "build", "node_modules")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        for name in FILES:
            shutil.copy(ROOT / name, folder / name)
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
        self.build()

    def build(self) -> None:
        """Scripts, stylesheets and translations."""
        self._run("assets/build.py").check_returncode()

    def imports(self) -> str:
        """Where the app comes from in here."""
        return self._run("-c", "import exchange; print(exchange.__file__)").stdout.strip()

    def red(self, tests: list[str]) -> dict[str, str]:
        """Play these tests; those that failed, each with its message."""
        report = self.folder / "report.xml"
        report.unlink(missing_ok=True)
        played = self._run(
            "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *tests
        )
        assert report.exists(), played.stdout
        cases = list(ET.parse(report).iter("testcase"))
        assert len(cases) == len(tests), played.stdout
        found = {}
        for case in cases:
            assert case.find("skipped") is None, played.stdout
            for kind in ("failure", "error"):
                said = case.find(kind)
                if said is not None:
                    found[str(case.get("name"))] = f"{kind}: {said.get('message')}"
        return found

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTEST_", "EXCHANGE_")) or name == "EXCHANGE_CHROMIUM"
        }
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=environ | {"PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=400,
        )


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """A copy in which all of the named tests pass."""
    made = Tree(tmp_path_factory.mktemp("tree"))
    assert Path(made.imports()).is_relative_to(made.folder)
    named = sorted({test for one in MUTATIONS for test in one.noticed_by})
    red = made.red(named)
    # Once more what failed: on a machine under load a page may have been late.
    again = [test for test in named if test.rpartition("::")[2] in red]
    assert not again or made.red(again) == {}
    yield made
    shutil.rmtree(made.folder)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_a_fault_in_the_code_is_noticed(tree: Tree, mutation: Mutation) -> None:
    file = tree.folder / mutation.file
    code = file.read_text()
    assert code.count(mutation.right) == 1, f"{mutation.file} is not as it was"
    file.write_text(code.replace(mutation.right, mutation.wrong))
    try:
        if file.suffix == ".js":
            tree.build()
        red = tree.red(list(mutation.noticed_by))
    finally:
        file.write_text(code)
        if file.suffix == ".js":
            tree.build()
    assert len(red) == len(mutation.noticed_by)
    for said in red.values():
        assert said.startswith("failure: ")
        assert said.split(": ", 1)[1].lstrip().startswith(("AssertionError", "assert")), said
