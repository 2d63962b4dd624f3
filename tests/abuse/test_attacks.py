"""One anonymous phone attacks; the hall beside it must hardly notice.

`python -m bench.abuse` measures the same at leisure; docs/security.md has its table.
"""

import asyncio

import pytest

from simulation.attacks import ATTACKS
from simulation.hall import Times, attack, ratio
from simulation.waiting import played
from tests.support.target import LEAST_MS, SECONDS, TIMES, Target

pytestmark = pytest.mark.live

TRIES = 3
"""A neighbour on the same machine may be what was slow."""


@pytest.mark.parametrize("name", ATTACKS)
def test_the_hall_hardly_notices(target: Target, name: str) -> None:
    number = 1 + list(ATTACKS).index(name)
    told = []
    for once_more in range(TRIES):
        if target.alone is None or once_more:
            target.alone = played(target.asked(number))
        attacked = played(_attacked(target, number, name))
        assert (attacked.lost, attacked.refused) == (0, []), attacked
        told.append(f"alone {target.alone}; beside it {attacked}")
        if ratio(target.alone, attacked, LEAST_MS) <= TIMES:
            return
    pytest.fail("\n".join(told))


async def _attacked(target: Target, number: int, name: str) -> Times:
    hall = target.hall(number)
    try:
        await hall.open()
        with attack(name, target.port, target.stand(number), "1", seconds=60) as is_going:
            await asyncio.sleep(0.5)
            attacked = await hall.ask_for(SECONDS)
            assert is_going()
            return attacked
    finally:
        hall.close()


def test_rotating_cookies_take_no_stand_away_and_decide_no_run_list(target: Target) -> None:
    stand, before = target.stand(12), target.count("SELECT count(*) FROM me_toos")
    spam = "SELECT count(*) FROM questions WHERE text LIKE 'Kaufen%'"
    stored = target.count(spam)
    with (
        attack("rotating_askers", target.port, stand, seconds=60),
        attack("rotating_voters", target.port, stand, "2", seconds=60),
    ):
        times = played(target.asked(12))
    assert (times.lost, times.refused) == (0, [])
    assert 0 < target.count(spam) - stored <= 30
    assert target.count("SELECT count(*) FROM me_toos") - before <= 10
