"""The table of faults names tests that are there."""

import re

from simulation.servers import ROOT

NAMED = re.compile(r"`((?:[\w/]+/)?test_\w+\.py)::(test_\w+)`")
PAGE = (ROOT / "docs" / "reliability.md").read_text()


def test_every_test_that_the_table_names_is_there() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > 20
    for file, test in named:
        path = ROOT / file if "/" in file else ROOT / "tests" / "faults" / file
        assert path.exists(), file
        assert re.search(rf"^def {test}\(", path.read_text(), re.MULTILINE), f"{file}::{test}"


def test_every_fault_has_its_test() -> None:
    lines = PAGE.splitlines()
    first = lines.index("|---|---|---|---|---|") + 1
    for line in lines[first:]:
        if not line.startswith("|"):
            break
        cells = line.strip("|").split("|")
        assert len(cells) == 5, line
        assert NAMED.search(cells[4]), line
