"""The server: picks the async mode, patches first, makes the app, serves it.

`bin/run` starts it with --prepare, which also migrates the database, loads the demo fair into an
empty one and prints every link. eventlet and gevent are named here and nowhere else.
"""

import os
import sys
import warnings

ASYNC_MODE = os.environ.get("EXCHANGE_ASYNC_MODE") or "eventlet"

if ASYNC_MODE == "eventlet":
    # Read at psycopg's import: waiting in C, it would stop every green thread.
    os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_select")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
        import eventlet
    eventlet.monkey_patch()
elif ASYNC_MODE == "gevent":
    try:
        from gevent import monkey
    except ModuleNotFoundError:
        sys.exit("EXCHANGE_ASYNC_MODE is gevent, and gevent is not installed: pip install gevent")
    monkey.patch_all()

import contextlib
import errno
import gc
import io
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.wsgi import ClosingIterator

from exchange import access, create_app, logs
from exchange.assets import AssetsMissing
from exchange.config import MAX_SOCKET_MESSAGE_BYTES, SettingRefused, readable
from exchange.database import erasing
from exchange.extensions import sio_server
from exchange.instance import lock_instance, prepare, say, warn_of_old_python
from exchange.process import Process
from exchange.serving.admission import Connections
from exchange.serving.gate import Gate

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# All of a hall connects at once when the moderator says so.
BACKLOG = 2048
# eventlet's own default lets 1,024 in; the next socket and every ordinary page would hang.
MAX_CONNECTIONS = 20_000
# The database, the log, what is open for a moment.
FILES_OF_OURS = 100
# New objects after which the garbage collector looks at them: some two hundred posts, 5 ms.
COLLECT_EVERY = 10_000
# What a request under way may still take when the server is told to stop.
FAREWELL_S = 3.0
# What it may take to tell every socket, after that.
GOODBYE_S = 1.0


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    stop_signal = StopSignal()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal without umlauts or blocks gets question marks, not a traceback.
        sys.stdout.reconfigure(errors="replace")
    try:
        app = create_app(serving=True)
        process: Process = app.extensions["process"]
        settings = process.settings
        lock = lock_instance(settings.instance)
        listener = listen(settings.host, settings.port)
        if "--prepare" in sys.argv[1:]:
            prepare(app)
        process.erasures.in_thread = IN_THREAD[settings.async_mode]
        erasing.purge_left_behind(app)
        process.assets.refresh()
    except (SettingRefused, AssetsMissing) as refused:
        sys.exit(str(refused))
    warn_of_old_python()
    open_files = raise_open_files()
    counter = RequestCounter(app.wsgi_app)
    logs.start(settings.instance, access.contents)
    connections = Connections(
        an_address=settings.connections_an_address,
        in_all=min(MAX_CONNECTIONS, open_files - FILES_OF_OURS),
        proxies=settings.proxies,
    )
    spare_collector()
    let_others = GIVE_WAY[settings.async_mode]
    app.wsgi_app = Gate(  # type: ignore[method-assign]
        counter,
        connections,
        give_way=let_others,
        holds_pass=partial(access.request_holds_pass, app),
    )
    admit = partial(
        connections.admit, give_way=let_others, longest_message=MAX_SOCKET_MESSAGE_BYTES
    )
    stop_accepting = SERVERS[settings.async_mode](listener, app, admit)
    print(
        say(
            f"Exchange läuft auf {readable(settings.public_url)} ({settings.async_mode}, "
            f"bis zu {open_files} offene Dateien). Strg-C beendet.",
            f"Exchange is running on {readable(settings.public_url)} ({settings.async_mode}, "
            f"up to {open_files} open files). Ctrl-C ends it.",
        ),
        flush=True,
    )
    stop_signal.wait()
    stop_accepting()
    # Whoever comes now is refused at once instead of waiting for an answer that never comes.
    listener.close()
    counter.wait_until_idle(FAREWELL_S)
    send_sockets_away(GOODBYE_S)
    erasing.purge_if_due(app)
    # The last connection that is closed moves what was written into the database's one file.
    process.database.engine.dispose()
    lock.close()


Admit = Callable[[socket.socket, tuple[str, int]], Any]
"""What the server's library is given for a connection that was accepted; None: turned away."""


def admit_all(connection: socket.socket, _address: tuple[str, int]) -> socket.socket:
    """Every connection as it is."""
    return connection


def give_way() -> None:
    """Let everybody else run who can; patched, it is the green threads' own."""
    time.sleep(0)


def give_way_on_gevent() -> None:
    """The same on gevent. After `sleep(0)` it goes on with what is ready, without a look at the
    sockets; to a timer, even one that is due at once, it comes back after that look.
    """
    time.sleep(1e-9)


GIVE_WAY: dict[str, Callable[[], None]] = {
    "eventlet": give_way,
    "gevent": give_way_on_gevent,
    "threading": give_way,
}
"""How a connection lets all others have their turn."""


def send_sockets_away(at_most_s: float) -> None:
    """Close every socket properly; browsers come back by themselves, each after its own while.

    Closed by engine.io, not by a command of the namespace: after that they would wait longer.
    """
    connections = sio_server().eio.sockets
    for connection in list(connections.values()):
        connection.close(wait=False)
    until = time.monotonic() + at_most_s
    while any(not one.queue.empty() for one in list(connections.values())):
        if time.monotonic() > until:
            return
        time.sleep(0.02)
    # What was taken from the queue has to leave the house.
    time.sleep(0.1)


def listen(host: str, port: int) -> socket.socket:
    """The one listening socket. Exits with a sentence when the port cannot be had.

    Made by hand: `eventlet.listen` shares a taken port silently, and its backlog is 50.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        if os.name != "nt":  # there it would share the port, too
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Inherited by every connection: small pushes leave at once.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        sys.exit(why_not_listening(host, port, error))
    return listener


def why_not_listening(host: str, port: int, error: OSError) -> str:
    """One sentence with what to do next."""
    if error.errno == errno.EADDRINUSE:
        return say(
            f"Port {port} ist belegt. Ein anderer geht so: EXCHANGE_PORT={port + 1} bin/run",
            f"Port {port} is taken. Use another one: EXCHANGE_PORT={port + 1} bin/run",
        )
    if error.errno == errno.EACCES:
        return say(
            f"Port {port} darf dieses Benutzerkonto nicht öffnen. Ab 1024 geht es: EXCHANGE_PORT.",
            f"This account may not open port {port}. From 1024 on it may: EXCHANGE_PORT.",
        )
    return say(
        f"Auf {host}, Port {port}, kann nicht gehört werden ({error.strerror}). "
        "Siehe EXCHANGE_HOST und EXCHANGE_PORT.",
        f"Cannot listen on {host}, port {port} ({error.strerror}). "
        "See EXCHANGE_HOST and EXCHANGE_PORT.",
    )


def raise_open_files() -> int:
    """Raise the soft limit of open files to the hard one; every connection is a file."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows has no such limit for sockets
        return MAX_CONNECTIONS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):  # macOS names a hard limit that it does not grant
        return soft
    return hard


def spare_collector() -> None:
    """Leave what was loaded so far out of the garbage collector, and run it less often.

    By default it runs for every 700 objects, and now and then over all that was ever imported:
    with three hundred sockets that took 180 ms, in which nobody got an answer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY, 20, 20)


class StopSignal:
    """SIGINT and SIGTERM, to be waited for.

    Python writes a byte to a socket when a signal comes. Waiting for that byte is cooperative in
    every async mode, where an exception out of a handler would hit whatever runs just then.
    """

    def __init__(self) -> None:
        self._waiting, self._written = socket.socketpair()
        self._written.setblocking(False)
        signal.set_wakeup_fd(self._written.fileno())
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)

    def wait(self) -> None:
        """Return when one has come, at once if it came before."""
        self._waiting.recv(1)


class RequestCounter:
    """Counts the requests under way, those of the socket apart: they never end by themselves."""

    def __init__(self, app: "WSGIApplication") -> None:
        self.app = app
        self.under_way = 0

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/socket.io"):
            return self.app(environ, start_response)
        self.under_way += 1
        return ClosingIterator(self.app(environ, start_response), self._answered)

    def _answered(self) -> None:
        self.under_way -= 1

    def wait_until_idle(self, at_most_s: float) -> None:
        """Let the requests under way be answered."""
        until = time.monotonic() + at_most_s
        while self.under_way and time.monotonic() < until:
            time.sleep(0.02)


def serve_on_eventlet(
    listener: socket.socket, app: Flask, admit: Admit = admit_all
) -> Callable[[], None]:
    import eventlet.wsgi
    from eventlet.event import Event

    left = Event()
    closing = False

    class ListeningSocket:
        """The listening socket. Once it is closed nobody comes in, and nobody is thrown out:
        eventlet's server, at its own end, cuts off every WebSocket without a word.
        """

        def __getattr__(self, name: str) -> Any:
            return getattr(listener, name)

        def accept(self) -> Any:
            while True:
                try:
                    connection, address = listener.accept()
                except OSError:
                    if closing:
                        left.send()
                        eventlet.sleep(3600)  # until the process ends
                    raise
                admitted = admit(connection, address)
                if admitted is not None:
                    return admitted, address
                give_way()

    def close() -> None:
        nonlocal closing
        closing = True
        # Whoever waits at the door is woken first: its number may be the next thing's that is
        # opened, and the loop would find somebody still waiting there.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
            left.wait(timeout=1)
        listener.close()

    # It warns of what is told below; names of headers are written as the RFCs write them already.
    warnings.filterwarnings("ignore", message="capitalize_response_headers is disabled")
    eventlet.spawn(
        eventlet.wsgi.server,
        ListeningSocket(),
        app,
        max_size=MAX_CONNECTIONS,
        log_output=False,
        debug=False,
        capitalize_response_headers=False,
    )
    return close


def serve_on_gevent(
    listener: socket.socket, app: Flask, admit: Admit = admit_all
) -> Callable[[], None]:
    from gevent.pywsgi import WSGIServer

    class Server(WSGIServer):  # type: ignore[misc]
        def handle(self, connection: socket.socket, address: tuple[str, int]) -> None:
            admitted = admit(connection, address)
            if admitted is not None:
                # Who hangs up while a refusal is written is no fault of ours.
                with contextlib.closing(admitted), contextlib.suppress(ConnectionError):
                    super().handle(admitted, address)

    server = Server(listener, app, log=None)
    server.start()
    stop: Callable[[], None] = server.close
    return stop


def serve_on_threads(
    listener: socket.socket, app: Flask, admit: Admit = admit_all
) -> Callable[[], None]:
    from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

    class SilentHandler(WSGIRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            pass

    class Server(ThreadedWSGIServer):
        def get_request(self) -> Any:
            connection, address = super().get_request()
            admitted = admit(connection, address)
            if admitted is None:
                raise OSError("This connection was turned away.")
            return admitted, address

    host, port = listener.getsockname()[:2]
    server = Server(host, port, app, SilentHandler, fd=listener.fileno())
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def stop() -> None:
        server.shutdown()
        server.server_close()  # its copy of the listening socket

    return stop


def in_thread_beside_eventlet(work: erasing.Work) -> bool:
    from eventlet import tpool

    tpool.set_num_threads(1)
    return bool(tpool.execute(work))


def in_thread_beside_gevent(work: erasing.Work) -> bool:
    from gevent import get_hub

    return bool(get_hub().threadpool.apply(work))


IN_THREAD: dict[str, Callable[[erasing.Work], bool]] = {
    "eventlet": in_thread_beside_eventlet,
    "gevent": in_thread_beside_gevent,
    "threading": erasing.here,
}
"""How what would hold the loop is done outside of it."""


SERVERS: dict[str, Callable[..., Callable[[], None]]] = {
    "eventlet": serve_on_eventlet,
    "gevent": serve_on_gevent,
    "threading": serve_on_threads,
}


if __name__ == "__main__":
    main()
