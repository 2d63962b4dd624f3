"""Who is let in, and who a request is from."""

import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_network

import pytest

from exchange.serving.admission import Connections, place_of
from exchange.serving.client_socket import ClientSocket
from exchange.serving.gate import client_address, percent_encoded

PROXIES = (ip_network("127.0.0.1/32"), ip_network("10.1.0.0/16"), ip_network("fd00::/8"))


ComeIn = Callable[[Connections, str, int], tuple[ClientSocket | None, socket.socket]]


@pytest.fixture
def come_in() -> Iterator[ComeIn]:
    """Somebody connects; both ends."""
    made: list[socket.socket] = []

    def connect(
        connections: Connections, address: str, port: int
    ) -> tuple[ClientSocket | None, socket.socket]:
        ours, theirs = socket.socketpair()
        theirs.settimeout(5)
        made.extend((ours, theirs))
        admitted = connections.admit(
            ours, (address, port), give_way=lambda: None, longest_message=1000
        )
        return admitted, theirs

    yield connect
    for one in made:
        one.close()


def test_an_address_has_so_many_and_its_neighbour_too(come_in: ComeIn) -> None:
    connections = Connections(an_address=10, in_all=1000)
    there = [come_in(connections, "192.0.2.1", port) for port in range(10)]
    assert all(admitted for admitted, _ in there)
    refused, theirs = come_in(connections, "192.0.2.1", 11)
    assert refused is None
    assert theirs.recv(1000).startswith(b"HTTP/1.1 503 ")
    assert theirs.recv(1000) == b""
    assert come_in(connections, "192.0.2.2", 1)[0]
    first = there[0][0]
    assert first
    first.close()
    assert come_in(connections, "192.0.2.1", 12)[0]


def test_the_last_places_are_kept_for_passes(come_in: ComeIn) -> None:
    connections = Connections(an_address=100, in_all=1000)
    there = [come_in(connections, "192.0.2.1", port) for port in range(95)]
    assert not connections.is_reserved("192.0.2.1", 89)
    assert connections.is_reserved("192.0.2.1", 90)
    last = there[90][0]
    assert last
    last.close()
    assert not connections.is_reserved("192.0.2.1", 90)


def test_the_machine_has_an_end_too_and_a_proxy_is_no_address(come_in: ComeIn) -> None:
    connections = Connections(an_address=5, in_all=20, proxies=PROXIES)
    there = [come_in(connections, "127.0.0.1", port) for port in range(20)]
    assert all(admitted for admitted, _ in there)
    assert come_in(connections, "127.0.0.1", 21)[0] is None
    assert come_in(connections, "192.0.2.1", 1)[0] is None


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_a_household_is_one_address(address: str, place: str) -> None:
    assert place_of(address) == place


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        # Nobody may say who he is but a proxy that is trusted.
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7, 10.1.2.3", "198.51.100.7"),
        ("127.0.0.1", "10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "\x1b[31m, 198.51.100.7", "198.51.100.7"),
        ("::ffff:127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("fd00::1", " 198.51.100.7 ", "198.51.100.7"),
    ],
)
def test_who_a_request_is_from(peer: str, forwarded: str, client: str) -> None:
    assert client_address(peer, forwarded, PROXIES) == client


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("q=kosten&x=%41%", "q=kosten&x=%41%"),
        # As the server's library gives bytes: each is one character.
        ("q=gr\u00c3\u00b6\u00c3\u009fe", "q=gr%C3%B6%C3%9Fe"),
        ("\u00ff=\x00 ", "%FF=\x00 "),
        ("", ""),
    ],
)
def test_a_query_has_only_what_addresses_may_have(sent: str, meant: str) -> None:
    assert percent_encoded(sent) == meant
