"""Clients that cost little: Socket.IO over picows, posts over plain asyncio streams."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

Heard = Callable[[dict[str, Any], float], None]
"""Told every fragment and when it came (time.perf_counter)."""


class Watcher(WSListener):
    """One Socket.IO connection that watches rooms."""

    def __init__(self, heard: Heard | None = None) -> None:
        self.heard = heard
        self.transport: WSTransport | None = None
        self.ready = asyncio.get_running_loop().create_future()
        self.ended = asyncio.Event()
        self.told_at = time.monotonic()
        """When the other side last said anything."""
        self._acks: dict[int, asyncio.Future[Any]] = {}
        self._number = 0

    @classmethod
    async def connect(
        cls, port: int, *, cookie: str = "", heard: Heard | None = None, within_s: float = 30
    ) -> "Watcher":
        """Open the connection and join the namespace."""
        headers = {"Cookie": cookie} if cookie else {}
        url = f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"
        watcher = cls(heard)
        await ws_connect(lambda: watcher, url, extra_headers=headers)
        try:
            async with asyncio.timeout(within_s):
                await watcher.ready
        except BaseException:
            watcher.close()
            raise
        return watcher

    async def watch(self, room: str, code: str, *, within_s: float = 60) -> Any:
        """Send `watch` and wait for its acknowledgement."""
        self._number += 1
        number = self._number
        ack = self._acks[number] = asyncio.get_running_loop().create_future()
        body = json.dumps(["watch", {"room": room, "code": code}])
        self._send(f"42{number}{body}")
        try:
            async with asyncio.timeout(within_s):
                return await ack
        finally:
            self._acks.pop(number, None)

    def close(self) -> None:
        """End the connection."""
        if self.transport is not None:
            self.transport.disconnect()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_disconnected(self, _transport: WSTransport) -> None:
        self.ended.set()
        for waiting in (self.ready, *self._acks.values()):
            if not waiting.done():
                waiting.set_exception(ConnectionError("The connection has ended."))

    def on_ws_frame(self, _transport: WSTransport, frame: WSFrame) -> None:
        self.told_at = time.monotonic()
        if frame.msg_type != WSMsgType.TEXT:
            return
        came, text = time.perf_counter(), frame.get_payload_as_utf8_text()
        if text.startswith("42"):
            if self.heard is not None:
                self.heard(json.loads(text[2:])[1], came)
        elif text.startswith("43"):
            number, _, body = text[2:].partition("[")
            waiting = self._acks.get(int(number))
            if waiting is not None and not waiting.done():
                waiting.set_result(json.loads("[" + body)[0])
        elif text == "2":
            self._send("3")
        elif text.startswith("0"):
            self._send('40{"lang":"de"}')
        elif text.startswith("40"):
            self.ready.set_result(None)

    def _send(self, text: str) -> None:
        if self.transport is not None:
            self.transport.send(WSMsgType.TEXT, text.encode())


class Poster:
    """One kept-open HTTP connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def post(
        self, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Post a form; answers status, headers (lower case) and body."""
        return await self.send("POST", path, fields, headers)

    async def send(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """The same with another method."""
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = urlencode(fields).encode()
        lines = {
            "Host": f"127.0.0.1:{self.port}",
            "Accept": "application/json",
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(body)),
        } | dict(headers or {})
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        return await self._answer(self._reader)

    def close(self) -> None:
        """End the connection."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = b""
        if head[0].split()[1] == "304":
            pass
        elif headers.get("transfer-encoding") == "chunked":
            while size := int(await reader.readline(), 16):
                body += await reader.readexactly(size)
                await reader.readline()
            await reader.readline()
        else:
            body = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return int(head[0].split()[1]), headers, body
