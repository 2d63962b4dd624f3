"""The hall's Wi-Fi between browsers and the server: it loses, cuts, delays and lies as told.

    with Proxy(server.port) as line:           # browsers use line.url, line.port
        line.inflict(Fault.DROP_ANSWER)        # the next write is stored, and nobody hears of it
        line.inflict(Fault.PORTAL, times=None, where=anything)   # until line.heal()
        line.inflict(Fault.RESET_AFTER, times=3, chance=0.5)     # dice of the proxy's seed
        line.inflict(Fault.DROP_ANSWER, then=venue.kill)  # between commit and answer
        line.wait_until_suffered(1)            # the fault has come to pass
        line.slow(200)                         # bytes a second; slow(None): as fast as it goes
        line.freeze() ... line.thaw()          # half open: nothing moves, nothing is closed
        line.forget()                          # the router forgot its lines: what is open goes
                                               # silent for ever, what is new goes through
        line.cut()                             # every open connection is reset
        line.off() ... line.on()               # no Wi-Fi at all: connections are refused

It runs in a thread with a loop of its own, so that a test may block. It is plain TCP underneath:
WebSockets pass through. Only requests are read, each on its connection, kept alive or not.

A browser repeats by itself, at once and for any method, what was reset on a connection that had
served before (Chromium does); a test that wants a fault to be seen says `times=2` or more.
"""

import asyncio
import contextlib
import random
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Any, TypeVar

from simulation.servers import free_port
from simulation.waiting import wait_until

T = TypeVar("T")
Where = Callable[[str, str], bool]
"""Of a request's method and path: whether a fault is meant for it."""

LARGEST = 256 * 1024
"""Bytes of the longest head that is read."""

PORTAL_PAGE = (
    b"<!doctype html><html><head><title>Willkommen im WLAN</title></head>"
    b"<body><h1>Bitte stimmen Sie den Nutzungsbedingungen zu.</h1></body></html>"
)
GATEWAY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


class Fault(Enum):
    """What may happen to one request."""

    DROP_ANSWER = "answer dropped after it came from the server"
    RESET_BEFORE = "reset before the body"
    RESET_DURING = "reset during the body"
    RESET_AFTER = "reset after the body, before the answer"
    BAD_GATEWAY = "502 in place of asking the server"
    BAD_GATEWAY_LATE = "502 in place of the server's answer"
    PORTAL = "a captive portal's 200"
    HOLD_REQUEST = "request held back until released"
    HOLD_ANSWER = "answer held back until released"


def writes(method: str, path: str) -> bool:
    """What changes something, by a page or a program."""
    return method in ("POST", "PUT", "DELETE") and not path.startswith("/socket.io")


def pages(method: str, path: str) -> bool:
    """What is read."""
    return method == "GET" and not path.startswith(("/socket.io", "/static"))


def anything(_method: str, _path: str) -> bool:
    """Whatever comes, the socket's handshake too."""
    return True


@dataclass
class Order:
    """A fault that was switched on, and for how many requests yet."""

    fault: Fault
    left: int | None
    where: Where
    chance: float
    then: Callable[[], object] | None


@dataclass(frozen=True)
class Request:
    """One request as it came in, and what became of it."""

    method: str
    path: str
    at: float
    fault: Fault | None = None


class Proxy:
    """A line to the server on `upstream`, with a port of its own."""

    def __init__(self, upstream: int, *, seed: int = 0, port: int | None = None) -> None:
        self.upstream = upstream
        self.port = port or free_port()
        self.seen: list[Request] = []
        """Every request that came in, in order."""
        self.rate: int | None = None
        self.connections: set[_Connection] = set()
        self._dice = random.Random(seed)
        self._orders: list[Order] = []
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: socket.socket | None = None
        self._door: asyncio.Task[None] | None = None
        # Made on the loop that they are waited for on.
        self.flowing = asyncio.Event()
        self.released = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def suffered(self) -> list[Request]:
        """The requests that a fault came to."""
        return [one for one in self.seen if one.fault]

    # Faults of single requests

    def inflict(
        self,
        fault: Fault,
        *,
        times: int | None = 1,
        where: Where = writes,
        chance: float = 1,
        then: Callable[[], object] | None = None,
    ) -> None:
        """Let the next `times` requests suffer this; None: all of them until `heal`.

        `then` is called when it comes to pass, in a thread of its own, and waited for.
        """
        with self._lock:
            self._orders.append(Order(fault, times, where, chance, then))

    def heal(self) -> None:
        """Switch off all faults of single requests and let go of what was held."""
        with self._lock:
            self._orders.clear()
        self.release()

    def release(self) -> None:
        """Let go of what is held back, and of nothing that comes later."""
        self._do(self._release())

    def wait_until_suffered(self, times: int) -> None:
        """Until faults came to this many requests, from the beginning on."""
        self.wait_until(lambda: len(self.suffered) >= times)

    def wait_until(self, true: Callable[[], bool]) -> None:
        """Until this is so; what came in is told if it does not come to be."""
        wait_until(true, lambda: self.seen[-20:])

    # Faults of the whole line

    def slow(self, bytes_per_second: int | None) -> None:
        """Let each connection carry no more than this, in either direction."""
        self.rate = bytes_per_second

    def freeze(self) -> None:
        """Half open: everything is accepted, nothing moves, nothing is closed."""
        self._loop.call_soon_threadsafe(self.flowing.clear)

    def thaw(self) -> None:
        """Let everything move again, what waited first."""
        self._loop.call_soon_threadsafe(self.flowing.set)

    def forget(self) -> None:
        """Let what is open go silent for ever; what is new goes through."""
        self._do(self._forget())

    def cut(self) -> None:
        """Reset every open connection."""
        self._do(self._cut())

    def off(self) -> None:
        """No line: what is open is reset, what is new is refused."""
        self._do(self._close())

    def on(self) -> None:
        """The line is back."""
        self._do(self._listen())

    # Its life

    def __enter__(self) -> "Proxy":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        self._thread.start()
        self.thaw()
        self.on()

    def stop(self) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _do(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _listen(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port), backlog=1024)
            self._listener.setblocking(False)
            self._door = asyncio.ensure_future(self._let_in(self._listener))

    async def _let_in(self, listener: socket.socket) -> None:
        """By hand: asyncio's own server forgets, unclosed, whom it lets in while it is closed."""
        while True:
            end, _ = await self._loop.sock_accept(listener)
            try:
                await self._loop.connect_accepted_socket(self._connection, end)
            except OSError:
                # Gone before it was let in.
                end.close()

    def _connection(self) -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(limit=LARGEST), self._accept)

    async def _close(self) -> None:
        if self._listener is not None and self._door is not None:
            self._door.cancel()
            await asyncio.gather(self._door, return_exceptions=True)
            self._listener.close()
            self._listener = None
        await self._cut()

    async def _cut(self) -> None:
        for one in list(self.connections):
            one.reset()

    async def _forget(self) -> None:
        for one in self.connections:
            one.forgotten = True

    async def _release(self) -> None:
        self.released.set()
        self.released = asyncio.Event()

    async def _end(self) -> None:
        await self._close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # Aborted transports are closed in the loop's next round.
        await asyncio.sleep(0.01)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(_Connection(self, reader, writer).serve())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def judge(self, method: str, path: str) -> Order | None:
        """What is to become of this request; it is noted with it."""
        chosen = None
        with self._lock:
            for order in self._orders:
                if order.where(method, path) and self._dice.random() < order.chance:
                    chosen = order
                    break
            if chosen is not None and chosen.left is not None:
                chosen.left -= 1
                if chosen.left <= 0:
                    self._orders.remove(chosen)
        fault = chosen.fault if chosen else None
        self.seen.append(Request(method, path, time.monotonic(), fault))
        return chosen


class Cut(Exception):
    """This connection is to end."""


@dataclass
class _Head:
    raw: bytes
    first: list[str]
    fields: dict[str, str]

    @classmethod
    async def read(cls, reader: asyncio.StreamReader) -> "_Head":
        raw = await reader.readuntil(b"\r\n\r\n")
        first, *lines = raw.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines if line)
        return cls(raw, first.split(" "), {n.lower(): v.strip() for n, _, v in pairs})

    @property
    def closes(self) -> bool:
        return self.fields.get("connection", "").lower() == "close"

    async def body(
        self, reader: asyncio.StreamReader, *, to_the_end: bool = False
    ) -> AsyncIterator[bytes]:
        """The body as it comes, in the pieces in which it comes."""
        if self.fields.get("transfer-encoding", "").lower() == "chunked":
            while True:
                size = await reader.readuntil(b"\r\n")
                length = int(size.split(b";")[0], 16)
                yield size + await reader.readexactly(length + 2)
                if length == 0:
                    return
        elif "content-length" in self.fields:
            left = int(self.fields["content-length"])
            while left:
                piece = await reader.read(min(left, 65536))
                if not piece:
                    raise Cut
                left -= len(piece)
                yield piece
        elif to_the_end:
            while piece := await reader.read(65536):
                yield piece


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Connection:
    """One browser's connection, and the one to the server that belongs to it."""

    def __init__(
        self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.proxy = proxy
        self.near: Stream = (reader, writer)
        self.far: Stream | None = None
        self.forgotten = False

    async def serve(self) -> None:
        self.proxy.connections.add(self)
        try:
            while await self._one_request():
                pass
        except (Cut, OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            self.reset()
        finally:
            self.proxy.connections.discard(self)
            for stream in (self.near, self.far):
                if stream:
                    with contextlib.suppress(OSError):
                        stream[1].close()

    def reset(self) -> None:
        """End it the hard way, on both sides."""
        for stream in (self.near, self.far):
            if stream:
                _reset(stream[1])

    async def _one_request(self) -> bool:
        """Carry one request and its answer; whether another may follow."""
        reader, writer = self.near
        try:
            head = await _Head.read(reader)
        except asyncio.IncompleteReadError as ended:
            if ended.partial:
                raise
            return False
        method, path = head.first[0], head.first[1]
        await self._flow()
        order = self.proxy.judge(method, path)
        fault = order.fault if order else None
        if order and order.then and fault not in _AFTER_THE_ANSWER:
            await self._call(order.then)
        if fault is Fault.RESET_BEFORE:
            raise Cut
        if fault in (Fault.BAD_GATEWAY, Fault.PORTAL):
            async for _ in head.body(reader):
                pass
            await self._send(writer, PORTAL if fault is Fault.PORTAL else BAD_GATEWAY)
            return not head.closes
        if fault is Fault.HOLD_REQUEST:
            await self.proxy.released.wait()
        far = await self._reach()
        await self._send(far[1], head.raw)
        await self._carry_body(head, far[1], fault)
        if fault is Fault.RESET_AFTER:
            raise Cut
        if head.fields.get("upgrade", "").lower() == "websocket":
            await self._pass_through(far)
            return False
        return await self._carry_answer(head, far, order) and not head.closes

    async def _carry_body(self, head: _Head, to: asyncio.StreamWriter, fault: Fault | None) -> None:
        if fault is Fault.RESET_DURING:
            # Half of it, whatever the pieces.
            length = int(head.fields.get("content-length", "0"))
            await self._send(to, await self.near[0].readexactly(length // 2))
            raise Cut
        async for piece in head.body(self.near[0]):
            await self._send(to, piece)

    async def _carry_answer(self, asked: _Head, far: Stream, order: Order | None) -> bool:
        answer = await _Head.read(far[0])
        while answer.first[1].startswith("1"):
            await self._send(self.near[1], answer.raw)
            answer = await _Head.read(far[0])
        bodiless = asked.first[0] == "HEAD" or answer.first[1] in ("204", "304")
        framed = "content-length" in answer.fields or "transfer-encoding" in answer.fields
        pieces = answer.body(far[0], to_the_end=not framed)
        if order and order.fault in _AFTER_THE_ANSWER:
            if not bodiless:
                async for _ in pieces:
                    pass
            if order.then:
                await self._call(order.then)
            if order.fault is Fault.DROP_ANSWER:
                raise Cut
            await self._send(self.near[1], BAD_GATEWAY)
            return True
        if order and order.fault is Fault.HOLD_ANSWER:
            await self.proxy.released.wait()
        await self._send(self.near[1], answer.raw)
        if not bodiless:
            async for piece in pieces:
                await self._send(self.near[1], piece)
        return not answer.closes and (bodiless or framed)

    async def _reach(self) -> Stream:
        """The server's end; anew when the server has hung up meanwhile."""
        if self.far and (self.far[0].at_eof() or self.far[1].is_closing()):
            self.far[1].close()
            self.far = None
        if self.far is None:
            self.far = await asyncio.open_connection(
                "127.0.0.1", self.proxy.upstream, limit=LARGEST
            )
        return self.far

    async def _pass_through(self, far: Stream) -> None:
        """Both ways, whatever it is, until one side ends."""
        ways = [
            asyncio.ensure_future(self._pump(self.near[0], far[1])),
            asyncio.ensure_future(self._pump(far[0], self.near[1])),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            await self._send(writer, piece)
        # That it has ended is news, too: on a dead line it does not arrive.
        await self._flow()

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """As fast as the line is just now."""
        while data:
            await self._flow()
            rate = self.proxy.rate
            part = data if rate is None else data[: max(1, rate // 10)]
            data = data[len(part) :]
            if rate is not None:
                await asyncio.sleep(len(part) / rate)
            writer.write(part)
            await writer.drain()

    async def _flow(self) -> None:
        await self.proxy.flowing.wait()
        if self.forgotten:
            # Until somebody else ends it.
            await asyncio.Event().wait()

    @staticmethod
    async def _call(then: Callable[[], object]) -> None:
        await asyncio.get_running_loop().run_in_executor(None, then)


_AFTER_THE_ANSWER = (Fault.DROP_ANSWER, Fault.BAD_GATEWAY_LATE)


def _page(status: str, body: bytes) -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


PORTAL = _page("200 OK", PORTAL_PAGE)
BAD_GATEWAY = _page("502 Bad Gateway", GATEWAY_PAGE)


def _reset(writer: asyncio.StreamWriter) -> None:
    end = writer.get_extra_info("socket")
    if end is not None:
        with contextlib.suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
