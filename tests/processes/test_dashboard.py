"""One dashboard over two servers: the phones of both are counted, as long as Redis tells."""

import re
from contextlib import ExitStack

import pytest

from simulation.servers import Running
from simulation.waiting import wait_until
from tests.support.fair import BAU, GE, ROBO, TOUR, Fair
from tests.support.loopback import Page, ask, enter, page, send
from tests.support.stores import Redis

pytestmark = [pytest.mark.live, pytest.mark.servers]

Two = tuple[Running, Running]


def until_told(board: Page, words: str) -> str:
    """The next picture in which this is found."""
    while True:
        html = str(board.hear()["html"])
        if re.search(words, html, re.DOTALL):
            return html


def test_the_phones_and_desks_of_both_are_counted(two: Two, fair: Fair, redis: Redis) -> None:
    here, there = two
    laptop, tablet = enter(here, fair, "organiser", TOUR), enter(there, fair, "presenter", BAU)
    with ExitStack() as opened:
        board = opened.enter_context(page(here, laptop))
        assert board.watch("organise", GE)["ok"] is True
        for server, stand in ((here, ROBO), (there, ROBO), (there, BAU)):
            phone = opened.enter_context(page(server))
            assert phone.watch("stand", stand)["ok"] is True
        desk = opened.enter_context(page(there, tablet))
        assert desk.watch("desk", BAU)["ok"] is True
        html = until_told(board, r'data-part="phones">.*?<b>3</b>.*data-part="desks">.*?<b>1</b>')
        assert "an allen Servern gezählt" in html
        # The page says the same, whichever server draws it.
        wait_until(lambda: all("<b>3</b>" in shown(server, laptop) for server in two))
        ask(there)
        until_told(board, r'data-part="open">.*?<b>1</b>')
        redis.stop()
        try:
            html = until_told(board, "nur an diesem Server gezählt")
            assert re.search(r'data-part="phones">.*?<b>1</b>', html, re.DOTALL)
        finally:
            redis.start()
        until_told(board, r'data-part="phones">.*?<b>3</b>.*an allen Servern gezählt')


def shown(server: Running, cookie: str) -> str:
    status, html, _ = send(f"{server.url}/organise/{GE}/live", cookie=cookie)
    assert status == 200
    return str(html)
