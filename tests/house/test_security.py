"""The page on security names tests that are there, and every chapter of the standard."""

import re

from exchange.config import MAX_FORM_FIELDS
from exchange.queries import lists, search
from exchange.views import bounds
from simulation.servers import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")


def test_every_test_that_the_page_names_is_there() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > 40
    for file, test in named:
        path = ROOT / file
        assert path.exists(), file
        assert not test or re.search(rf"^def {test}\(", path.read_text("utf-8"), re.MULTILINE), test


def test_every_chapter_of_the_standard_is_there_once() -> None:
    assert re.findall(r"^\| V(\d+) ", PAGE, re.MULTILINE) == [str(n) for n in range(1, 18)]


def test_the_page_names_the_bounds_that_are_in_force() -> None:
    for number in (
        bounds.MOST_PATH,
        bounds.MOST_QUERY,
        bounds.MOST_HEADERS,
        bounds.MOST_COOKIES,
        MAX_FORM_FIELDS,
        search.SEARCHED,
        lists.MOST_FOR_ALL,
    ):
        assert f"{number:,}" in PAGE, number
    assert f"{search.MOST_WORDS}, {search.MOST_WAYS}, the latest" in PAGE
    assert f"{lists.MOST_FOR_ALL + lists.LENGTH} a page" in PAGE
