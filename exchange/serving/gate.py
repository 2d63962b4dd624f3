"""What happens to every request before the app sees it: everybody's turn, the real address."""

import ipaddress
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from exchange.serving.admission import Connections, Network, is_among

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_FULL = [("Retry-After", "5"), ("Connection", "close"), ("Content-Length", "0")]


class Gate:
    """The outermost WSGI application.

    `give_way`: one connection may hold a hundred requests that were sent at once; after each of
    them everybody else gets a turn. `holds_pass`: whether a request brings a valid pass; asked for
    the last places only.
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

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        self._give_way()
        peer, port = environ.get("REMOTE_ADDR", ""), int(environ.get("REMOTE_PORT") or 0)
        if self.connections.is_reserved(peer, port) and not self._holds_pass(environ):
            start_response("503 Service Unavailable", _FULL)
            return []
        environ["REMOTE_ADDR"] = client_address(
            peer, environ.get("HTTP_X_FORWARDED_FOR", ""), self.connections.proxies
        )
        return self.app(environ, start_response)


def client_address(peer: str, forwarded: str, proxies: Iterable[Network]) -> str:
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
