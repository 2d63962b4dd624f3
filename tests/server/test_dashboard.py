"""Real sockets come and go while an organiser looks: the dashboard is told of them."""

import asyncio
import re
from typing import Any

import pytest

from simulation.clients import Watcher
from simulation.servers import Running
from simulation.waiting import HANGS_S, played
from tests.support.fair import AC, BAU, GE, ROBO, TOUR, Fair
from tests.support.loopback import ask, enter

pytestmark = pytest.mark.live

SOCKETS = 50


class Board:
    """A dashboard, and how many phones it was told of, push by push."""

    def __init__(self) -> None:
        self.phones: list[int] = []
        self.pushes: list[dict[str, Any]] = []
        self.news = asyncio.Event()

    def hear(self, push: dict[str, Any], _came: float) -> None:
        found = re.search(r'data-part="phones">.*?<b>(\d+)</b>', push["html"], re.DOTALL)
        assert found
        self.phones.append(int(found[1]))
        self.pushes.append(push)
        self.news.set()

    async def until(self, phones: int) -> None:
        async with asyncio.timeout(HANGS_S):
            while not self.phones or self.phones[-1] != phones:
                self.news.clear()
                await self.news.wait()


def test_fifty_sockets_that_open_and_close_show(server: Running, passes: Fair) -> None:
    cookie = enter(server, passes, "organiser", TOUR)

    async def play() -> tuple[Board, Board]:
        here, there = Board(), Board()
        port = server.port
        board = await Watcher.connect(port, cookie=cookie, heard=here.hear)
        neighbour = await Watcher.connect(port, cookie=cookie, heard=there.hear)
        assert (await board.watch("organise", GE))["ok"]
        assert (await neighbour.watch("organise", AC))["ok"]
        await here.until(0)
        await there.until(0)
        sockets = [await Watcher.connect(port) for _ in range(SOCKETS)]
        for number, one in enumerate(sockets):
            room = [("stand", ROBO), ("event", GE), ("stand", BAU)][number % 3]
            assert (await one.watch(*room))["ok"]
        await here.until(SOCKETS)
        for one in sockets:
            one.close()
        await here.until(0)
        before = len(here.pushes)
        for _ in range(5):
            await asyncio.to_thread(ask, server)
        while "Frage 1" not in here.pushes[-1]["html"]:
            here.news.clear()
            async with asyncio.timeout(HANGS_S):
                await here.news.wait()
        # Together, not one by one: two looks may have parted them.
        assert len(here.pushes) - before <= 3
        board.close()
        neighbour.close()
        return here, there

    here, there = played(play())
    rising = here.phones[: here.phones.index(SOCKETS) + 1]
    assert rising == sorted(rising)
    assert set(there.phones) == {0}
    assert all(
        before["revision"] <= after["revision"]
        for before, after in zip(here.pushes, here.pushes[1:], strict=False)
    )


def test_a_revoked_pass_is_sent_away(server: Running, passes: Fair) -> None:
    cookie = enter(server, passes, "moderator", GE)

    async def play() -> Any:
        stranger = await Watcher.connect(server.port, cookie=cookie)
        answer = await stranger.watch("organise", GE)
        stranger.close()
        return answer

    assert played(play()) == {"ok": False, "error": "not_yours"}
