"""Which sockets are open, and how they lose their rooms with their pass."""

import pytest

from exchange import rooms
from exchange.extensions import sio_server, socketio
from exchange.live.presence import look_once
from tests.support.fair import AC, BAU, GE, ROBO, Fair
from tests.support.windows import Listen, Window


@pytest.mark.parametrize("verb", ["revoke", "rotate"])
def test_a_lapsed_pass_disconnects_its_sockets_only(
    organiser: Window, listen: Listen, fair: Fair, verb: str
) -> None:
    window = Window(fair).enter("presenter", ROBO)
    gone = [listen("desk", ROBO, window), listen("desk", ROBO, window, lang="en")]
    stays = [listen("desk", BAU), listen("moderate", GE), listen("stand", ROBO, Window(fair))]
    organiser.post(f"/organise/passes/{fair.pass_id('presenter', ROBO)}/{verb}")
    assert [ear.connected for ear in gone] == [False, False]
    assert [ear.connected for ear in stays] == [True] * 3
    fair.ask()
    assert [len(ear.heard()) for ear in stays] == [0, 1, 1]
    assert listen("desk", ROBO, window).answer == {"ok": False, "error": "not_yours"}


@pytest.mark.parametrize("lapse", ["revoked = TRUE", "generation = generation + 1"])
def test_a_pass_lapsed_in_another_process_disconnects_its_sockets(
    listen: Listen, fair: Fair, lapse: str
) -> None:
    gone, stays = listen("moderate", GE), listen("moderate", AC)
    look_once(fair.app)
    assert gone.connected
    fair.sql(f"UPDATE passes SET {lapse} WHERE id = {fair.pass_id('moderator', GE)}")
    look_once(fair.app)
    assert (gone.connected, stays.connected) == (False, True)
    look_once(fair.app)


def test_a_client_cannot_fake_connect_or_disconnect(listen: Listen, fair: Fair) -> None:
    """`connect` and `disconnect` are the library's own words; a browser may send them, too."""
    ear = listen("moderate", GE)
    for command in ("disconnect", "connect", "disconnect"):
        ear.socket.emit(command, "transport close")
    fair.sql("UPDATE passes SET revoked = TRUE")
    look_once(fair.app)
    assert not ear.connected


def test_a_disconnected_socket_is_forgotten(listen: Listen, fair: Fair) -> None:
    ear = listen("desk", ROBO)
    watchers = fair.app.extensions["process"].watchers
    assert len(watchers.locales) == len(watchers.passes) == 1
    ear.socket.disconnect()
    assert (watchers.locales, watchers.passes) == ({}, {})
    name = rooms.name(rooms.Room.DESK, fair.stand_id(ROBO), "de")
    assert list(sio_server().manager.get_participants("/", name)) == []


def test_an_unreachable_socket_keeps_the_change(
    listen: Listen, fair: Fair, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    listen("desk", ROBO)
    monkeypatch.setattr(socketio, "emit", lambda *_, **__: 1 / 0)
    question = fair.ask()
    assert fair.status(question) == "open"
    assert "could not be told" in caplog.text
