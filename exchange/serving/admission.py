"""Which connections are let in: not more than the machine can hold, nor than one address may have.

A hall is one address: three hundred phones with a socket and a few requests each. Hence the limit
is a setting, and the last places are kept for those who hold a pass: whoever fills the hall with
idle connections must not lock out the moderator.
"""

import ipaddress
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock
from weakref import WeakValueDictionary

from exchange.serving.client_socket import ClientSocket

ADDRESSES = 4096
"""How many are kept as they were read."""
RESERVE = 0.1
"""The share of the connections that only browsers with a pass may have."""
FULL_TEXT = (
    b"Gerade ist hier sehr viel los. Bitte laden Sie die Seite in 5 Sekunden neu.\n"
    b"It is very busy here at the moment. Please reload the page in 5 seconds.\n"
)
"""In both languages: nothing of the request has been read that would tell which one."""
FULL_HEADERS = [
    ("Retry-After", "5"),
    ("Connection", "close"),
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Length", str(len(FULL_TEXT))),
]
_FULL = b"".join(
    (
        b"HTTP/1.1 503 Service Unavailable\r\n",
        *(f"{name}: {value}\r\n".encode() for name, value in FULL_HEADERS),
        b"\r\n",
        FULL_TEXT,
    )
)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
"""As the settings name proxies."""


@dataclass
class Connections:
    """The open connections of a process, by address.

    `an_address`, `in_all`: how many there may be. `proxies`: whose connections are many people's;
    they are counted together only.
    """

    an_address: int
    in_all: int
    proxies: tuple[Network, ...] = ()
    _open: Counter[str] = field(default_factory=Counter)
    _sockets: WeakValueDictionary[tuple[str, int], ClientSocket] = field(
        default_factory=WeakValueDictionary
    )
    _reserved: set[tuple[str, int]] = field(default_factory=set)
    _guard: Lock = field(default_factory=Lock)

    def admit(
        self,
        connection: socket.socket,
        address: tuple[str, int],
        *,
        give_way: Callable[[], None],
        longest_message: int,
    ) -> ClientSocket | None:
        """A connection that was accepted, to be given to the server's library.

        None, and it is closed with 503, when its address or the machine has no place left.
        """
        who, port = place_of(address[0]), address[1]
        with self._guard:
            in_all = self._open.total()
            here = 0 if is_among(address[0], self.proxies) else self._open[who]
            if in_all >= self.in_all or here >= self.an_address:
                _turn_away(connection)
                return None
            self._open[who] += 1
            if in_all >= self.in_all * (1 - RESERVE) or here >= self.an_address * (1 - RESERVE):
                self._reserved.add((address[0], port))

        def closed() -> None:
            with self._guard:
                self._open[who] -= 1
                if self._open[who] <= 0:
                    del self._open[who]
                self._reserved.discard((address[0], port))

        admitted = ClientSocket(
            connection, give_way=give_way, longest_message=longest_message, closed=closed
        )
        self._sockets[(address[0], port)] = admitted
        return admitted

    def is_sent_ahead(self, address: str, port: int) -> bool:
        """Whether a connection's request came together with the one before."""
        admitted = self._sockets.get((address, port))
        return admitted is not None and admitted.sent_ahead

    def is_reserved(self, address: str, port: int) -> bool:
        """Whether a connection has one of the last places."""
        return (address, port) in self._reserved


@lru_cache(ADDRESSES)
def place_of(address: str) -> str:
    """What counts as one address: in IPv6 a network of 64 bits, which one household has."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)


def is_among(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address belongs to one of these networks."""
    if not networks:
        return False
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in networks)


def _turn_away(connection: socket.socket) -> None:
    """Say 503 if that can be said without waiting."""
    try:
        connection.settimeout(0)
        connection.send(_FULL)
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    finally:
        connection.close()
