"""What happens to every request before the app sees it: everybody's turn, addresses that are read
as they were meant.
"""

import ipaddress
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from exchange.serving.admission import FULL_HEADERS, FULL_TEXT, Connections, Network, is_among

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PAGES_AT_ONCE = 2
"""Another one while the first waits for its database."""
PAGE_WAIT_S = 5.0
MOST_TURNS = 12
QUIET_S = 0.0003
"""What giving way takes when there is nobody to give way to."""
_ASCII = "".join(map(chr, range(128)))


class Gate:
    """The outermost WSGI application.

    `give_way`: one connection may hold a hundred requests that were sent at once; before each but
    the first everybody else gets a turn. Nobody else gives way here: between the leader of a group
    commit and those who would join it, a turn makes the groups smaller. `holds_pass`: whether a
    request brings a valid pass.

    Pages for people without a pass are made PAGES_AT_ONCE, in the order in which they were asked
    for. A page takes ten milliseconds, a question two: whoever asks for pages on many connections
    at once would else have one made on each of them before a question has its next turn.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        connections: Connections,
        *,
        give_way: Callable[[], None],
        holds_pass: Callable[["WSGIEnvironment"], bool],
    ) -> None:
        self.app = app
        self.connections = connections
        self._give_way = give_way
        self._holds_pass = holds_pass
        self._pages = threading.Semaphore(PAGES_AT_ONCE)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        peer, port = environ.get("REMOTE_ADDR", ""), int(environ.get("REMOTE_PORT") or 0)
        environ["REMOTE_ADDR"] = client_address(
            peer, environ.get("HTTP_X_FORWARDED_FOR", ""), self.connections.proxies
        )
        environ["QUERY_STRING"] = percent_encoded(environ.get("QUERY_STRING", ""))
        if environ.get("HTTP_TRANSFER_ENCODING", "").strip().lower() == "chunked":
            # All servers take such a body apart; not each of them says so, and then Werkzeug would
            # read nothing of it.
            environ["wsgi.input_terminated"] = True
        reserved = self.connections.is_reserved(peer, port)
        queues = is_page(environ)
        has_pass = (reserved or queues) and "HTTP_COOKIE" in environ and self._holds_pass(environ)
        if reserved and not has_pass:
            start_response("503 Service Unavailable", list(FULL_HEADERS))
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [FULL_TEXT]
        if not queues or has_pass:
            if self.connections.is_sent_ahead(peer, port):
                self._give_way()
            return self.app(environ, start_response)
        # After so long there is something else wrong than a queue.
        waited = self._pages.acquire(timeout=PAGE_WAIT_S)
        try:
            self._let_others_finish()
            # Read here, so that the page is made before the next one begins.
            answer = self.app(environ, start_response)
            try:
                return list(answer)
            finally:
                if hasattr(answer, "close"):
                    answer.close()
        finally:
            if waited:
                self._pages.release()

    def _let_others_finish(self) -> None:
        """Give way until nobody else has anything to do at once.

        A question gives way several times itself (it joins a batch, it is told to the desk before
        the moderation): with one page in each of these gaps it would take ten pages' time.
        """
        for _ in range(MOST_TURNS):
            began = time.monotonic()
            self._give_way()
            if time.monotonic() - began < QUIET_S:
                return


def is_page(environ: "WSGIEnvironment") -> bool:
    """Whether a request is for a page: what is sent from memory, the socket and health are none.

    A secret that opens nothing is answered with a page, too.
    """
    if environ["PATH_INFO"] == "/pass":
        return True
    return environ["REQUEST_METHOD"] in ("GET", "HEAD") and not environ["PATH_INFO"].startswith(
        ("/static/", "/socket.io", "/healthz")
    )


def percent_encoded(query: str) -> str:
    """A query as browsers send it (URL Standard, "query state"): nothing but ASCII.

    Werkzeug decodes what an address says in escapes leniently, and other bytes strictly: one of
    them would be a fault.
    """
    return query if query.isascii() else quote(query, safe=_ASCII, encoding="latin-1")


def client_address(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """Who sent a request. `forwarded`: the header X-Forwarded-For.

    Each proxy adds at the end whom it heard. Only what trusted proxies wrote is believed: from the
    end, the first address that is not one of theirs.
    """
    address = peer
    for word in reversed(forwarded.split(",")):
        if not is_among(address, proxies):
            break
        try:
            address = str(ipaddress.ip_address(word.strip()))
        except ValueError:
            break
    return address
