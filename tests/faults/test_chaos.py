"""Everything at once, for half a minute: nothing is lost, nothing doubled, every page is right.

The long one is `python -m bench.chaos --minutes N`.
"""

import pytest

from simulation.chaos import SHORT, Day
from simulation.venue import Venue

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


def test_a_hall_on_a_bad_day_loses_and_doubles_nothing(venue: Venue, seed: int) -> None:
    report = Day(venue, SHORT, seed).run()
    assert report.sound, str(report)
    assert report.told == report.asked == SHORT.questions
    assert sum(report.faults.values()) == SHORT.faults
