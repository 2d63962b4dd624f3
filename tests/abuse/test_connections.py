"""Connections end, and the last ones are kept for those who hold a pass."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exchange.serving.client_socket import HEADER_S
from simulation.clients import Poster
from simulation.hall import entered
from simulation.servers import Running, free_port, launch
from simulation.waiting import played, wait_until
from tests.support.target import Target

pytestmark = pytest.mark.live

FEW = 60
MODES = ["eventlet", "gevent", "threading"]


@pytest.fixture
def few(
    request: pytest.FixtureRequest, loaded: tuple[Path, dict[str, Any]], tmp_path: Path
) -> Iterator[Target]:
    """A server that lets one address have sixty connections."""
    folder, fair = loaded
    shutil.copytree(folder, tmp_path / "instance")
    running = launch(
        tmp_path / "instance", mode=request.param, EXCHANGE_CONNECTIONS_AN_ADDRESS=str(FEW)
    )
    try:
        running.wait_until_serving()
        yield Target(running, tmp_path / "instance", fair)
        assert running.stop() == 0
    finally:
        running.finish()


@pytest.mark.parametrize("few", MODES, indirect=True)
def test_who_fills_the_hall_with_silence_does_not_lock_out_the_moderator(few: Target) -> None:
    moderator = played(entered(few.port, few.moderator_secret))
    with contextlib.ExitStack() as open_:
        silent = [open_.enter_context(_connect(few.port)) for _ in range(FEW - 2)]
        attendee = _get(few.port, f"/s/{few.stand(1)}")
        assert attendee.startswith(b"HTTP/1.1 503 ")
        assert b"Retry-After" in attendee
        path = f"/moderate/{few.fair['event']}"
        assert _get(few.port, path, moderator).startswith(b"HTTP/1.1 200 ")
        # Half a header is no more than silence, and neither lasts.
        for number, one in enumerate(silent):
            with contextlib.suppress(OSError):
                one.sendall(b"GET / HT" if number % 2 else b"")
        began = time.monotonic()
        for one in silent:
            one.settimeout(max(0.1, began + 2 * HEADER_S + 20 - time.monotonic()))
            # Until its end: some servers say 400 or 408 before.
            while one.recv(1000):
                pass
    wait_until(lambda: _get(few.port, f"/s/{few.stand(1)}").startswith(b"HTTP/1.1 200 "))


@pytest.mark.parametrize("few", MODES, indirect=True)
def test_an_oversized_polling_post_is_answered(few: Target) -> None:
    async def post() -> int:
        poster = Poster(few.port)
        try:
            _, _, body = await poster.send("GET", "/socket.io/?EIO=4&transport=polling", {})
            sid = body.decode().partition('"sid":"')[2].partition('"')[0]
            path = f"/socket.io/?EIO=4&transport=polling&sid={sid}"
            status, _, _ = await poster.send("POST", path, {"x": "4" * 300_000})
            return status
        finally:
            poster.close()

    assert played(post()) == 400


@pytest.mark.servers
@pytest.mark.parametrize("few", ["eventlet"], indirect=True)
def test_behind_a_real_proxy_each_phone_has_its_own_address(
    few: Target, tmp_path: Path, loaded: tuple[Path, dict[str, Any]]
) -> None:
    port, behind = free_port(), free_port()
    instance = tmp_path / "proxied"
    shutil.copytree(loaded[0], instance)
    running = launch(
        instance,
        mode="eventlet",
        port=behind,
        EXCHANGE_PUBLIC_URL=f"http://127.0.0.1:{port}",
        EXCHANGE_PROXIES="127.0.0.1",
        EXCHANGE_CONNECTIONS_AN_ADDRESS=str(FEW),
    )
    with _haproxy(tmp_path, port, behind):
        try:
            running.wait_until_serving()
            _wrong_passes_lock_out_their_own_address_only(port, running, few.moderator_secret)
        finally:
            running.finish()


def _wrong_passes_lock_out_their_own_address_only(port: int, running: Running, secret: str) -> None:
    def post(secret: str, source: str) -> bytes:
        body = f"secret={secret}".encode()
        head = (
            f"POST /pass HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            # What a visitor claims is not believed: the proxy adds whom it heard.
            "X-Forwarded-For: 198.51.100.9\r\nConnection: close\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", port), 10, source_address=(source, 0)) as one:
            one.sendall(head.encode() + body)
            return b"".join(iter(lambda: one.recv(65536), b""))

    def wait_for_proxy() -> bool:
        with contextlib.suppress(OSError):
            return post("x", "127.0.0.3").startswith(b"HTTP/1.1 403")
        return False

    wait_until(wait_for_proxy, lambda: running.output)
    told = [post("x" * 22, "127.0.0.1")[9:12] for _ in range(32)]
    assert told[:30] == [b"403"] * 30
    assert told[30:] == [b"429"] * 2
    assert post("x" * 22, "127.0.0.2")[9:12] == b"403"
    # The right secret opens, whoever else tried wrong ones from there.
    assert post(secret, "127.0.0.1")[9:12] == b"303"


@contextlib.contextmanager
def _haproxy(folder: Path, port: int, behind: int) -> Iterator[None]:
    config = folder / "haproxy.cfg"
    config.write_text(
        "defaults\n  mode http\n  timeout connect 5s\n  timeout client 30s\n  timeout server 30s\n"
        f"frontend hall\n  bind 127.0.0.1:{port}\n  option forwardfor\n  default_backend fair\n"
        f"backend fair\n  server one 127.0.0.1:{behind}\n"
    )
    with subprocess.Popen(
        [shutil.which("haproxy") or "/usr/sbin/haproxy", "-f", str(config), "-db"]
    ) as process:
        try:
            yield
        finally:
            process.terminate()


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def _get(port: int, path: str, cookie: str = "") -> bytes:
    """The beginning of the answer; what refuses at once may refuse before it is asked."""
    with _connect(port) as connection:
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        if cookie:
            head += f"Cookie: {cookie}\r\n"
        with contextlib.suppress(OSError):
            connection.sendall(f"{head}\r\n".encode())
        with contextlib.suppress(OSError):
            return connection.recv(4096)
    return b""
