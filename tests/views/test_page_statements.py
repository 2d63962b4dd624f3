"""What a page asks of the database: the same with one row and with thirty."""

from collections.abc import Callable

import pytest

from tests.support.fair import AC_ROBO, BAU, GE, ROBO, Fair
from tests.support.pages import OF_ONE, PAGES, reader_of_all
from tests.support.statements import counting_statements
from tests.support.windows import Window

MOST = 12
MANY = 30
READ = [*PAGES, *OF_ONE, f"/e/{GE}?q=kosten"]

pytestmark = pytest.mark.sqlite


def add_questions(fair: Fair, number: int) -> None:
    """A question in each list, a follower, me toos, answers; and one in the next city."""
    head, follower = fair.ask(ROBO, "Welche Kosten?"), fair.ask(BAU, asker=f"Bert {number}")
    fair.act(follower, "merge", head=head)
    for status in ("shortlisted", "answered", "owed", "declined", "pending"):
        fair.asked_as(status)
    fair.me_too(head, f"Clara {number}")
    fair.ask(AC_ROBO)


def add_stand(fair: Fair, number: int) -> None:
    """One more project at one more stand, and what was asked there."""
    fair.make_project(f"more-{number}")
    fair.make_stand(f"MORE{number}", label=str(100 + number), project=f"more-{number}")
    fair.ask(f"MORE{number}")


def add_city(fair: Fair, number: int) -> None:
    """One more city of the tour, with the same project and what was asked there."""
    code = f"C{number}"
    fair.make_event(code)
    fair.make_stand(f"{code}ROBO", code, label="1", project="robo")
    fair.act(fair.ask(f"{code}ROBO"), "answer", answer="Ja.")


@pytest.mark.parametrize("add", [add_questions, add_stand, add_city])
def test_a_page_takes_as_many_statements_with_one_row_as_with_thirty(
    add: Callable[[Fair, int], None], fair: Fair
) -> None:
    reader = reader_of_all(fair)

    def read() -> dict[str, list[str]]:
        return {path: statements_of(reader, path) for path in READ}

    fair.ask()
    add(fair, 0)
    read()  # what is remembered from the first time on
    one = read()
    for number in range(1, MANY):
        add(fair, number)
    thirty = read()
    for path, statements in thirty.items():
        assert len(statements) == len(one[path]), (path, *statements)
        assert len(statements) <= MOST, (path, *statements)


def statements_of(reader: Window, path: str) -> list[str]:
    # The minutes are withheld during the day.
    reader.fair.enter("follow_up" if path.endswith("/minutes") else "fair")
    with counting_statements(reader.fair.app) as counted:
        assert reader.get(path).status_code == 200
    reader.fair.enter("fair")
    return counted
