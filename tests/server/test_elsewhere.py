"""A list that is taken in on the command line, heard by the pages that are open at the server."""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from simulation.servers import Running
from tests.support.fair import AC, AC_ROBO, BAU, GE, KEY, ROBO, Fair
from tests.support.lists import SWAPPED, SWAPPED_BACK, take_in_elsewhere
from tests.support.loopback import enter, page

pytestmark = pytest.mark.live

WITHIN_S = 10.0
"""A look every 5 s, on a machine under load; a phone's next check is 48 s away at the least."""


@pytest.mark.parametrize(
    "server",
    ["eventlet", *(pytest.param(mode, marks=pytest.mark.slow) for mode in ("gevent", "threading"))],
    indirect=True,
)
def test_a_list_taken_in_by_another_process_is_heard_within_seconds(
    server: Running, folder: Path, passes: Fair
) -> None:
    desk, laptop = enter(server, passes, "presenter", BAU), enter(server, passes, "moderator", GE)
    watched = [("desk", BAU, desk), ("moderate", GE, laptop), ("screen", GE, laptop)]
    watched += [("stand", ROBO, ""), ("event", GE, "")]
    with ExitStack() as opened:
        ears = [opened.enter_context(page(server, cookie)) for _, _, cookie in watched]
        neighbour = opened.enter_context(page(server))
        assert neighbour.watch("stand", AC_ROBO)["ok"] is True
        assert neighbour.watch("event", AC)["ok"] is True
        known = [
            ear.watch(room, code)["revision"]
            for ear, (room, code, _) in zip(ears, watched, strict=True)
        ]
        for data in (SWAPPED, SWAPPED_BACK):
            take_in_elsewhere(data, EXCHANGE_INSTANCE=str(folder), EXCHANGE_SECRET_KEY=KEY)
            began = time.monotonic()
            for number, ear in enumerate(ears):
                push = ear.hear()
                # Nothing to be placed: the page reads itself again.
                assert (push["html"], push["previous"]) == ("", push["revision"])
                assert push["revision"] == known[number] + 1
                known[number] = push["revision"]
            assert time.monotonic() - began < WITHIN_S
        # Another look later nothing more has come.
        assert ears[0].hear_until_silent(6) == []
        assert [ear.hear_until_silent(0) for ear in (*ears, neighbour)] == [[]] * 6
