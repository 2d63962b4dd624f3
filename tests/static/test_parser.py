"""Our parser of Socket.IO's packets and the server's read each other."""

from typing import Any

import pytest
from playwright.sync_api import Error, Page
from socketio.packet import (
    ACK,
    CONNECT,
    CONNECT_ERROR,
    DISCONNECT,
    EVENT,
    Packet,
)

pytestmark = pytest.mark.browser

FROM_THE_SERVER = [
    (CONNECT, None, {"sid": "4ak9"}),
    (CONNECT_ERROR, None, {"message": "Nicht hier."}),
    (CONNECT_ERROR, None, "Nicht hier."),
    (DISCONNECT, None, None),
    (EVENT, None, ["fragment", {"html": "<p>Zwei\u2028Zeilen,\n[1] und 2</p>", "revision": 12}]),
    (EVENT, 7, ["fragment", 8]),
    (ACK, 12, [{"ok": True, "revision": 3}]),
    (ACK, 0, []),
]
FROM_THE_PAGE = [
    (CONNECT, None, {"lang": "de"}),
    (DISCONNECT, None, None),
    (EVENT, 0, ["watch", {"room": "stand", "code": "GE1"}]),
    (EVENT, 31, ["watch", {"room": "stände", "code": "7,[{"}]),
]
DECODE = """async (text) => {
  const { Decoder } = await import("/live/parser.js");
  const decoder = new Decoder();
  const heard = [];
  decoder.on("decoded", (packet) => heard.push(packet));
  decoder.add(text);
  return heard.map(({ type, nsp, id, data }) => [type, nsp, id ?? null, data ?? null]);
}"""
ENCODE = """async (packet) => {
  const { Encoder } = await import("/live/parser.js");
  return new Encoder().encode(packet);
}"""


@pytest.mark.parametrize("nsp", ["/", "/hall"])
@pytest.mark.parametrize(("kind", "id_", "data"), FROM_THE_SERVER)
def test_the_page_reads_what_the_server_writes(
    modules: Page, kind: int, id_: int | None, data: Any, nsp: str
) -> None:
    text = Packet(kind, data=data, namespace=nsp, id=id_).encode()
    assert modules.evaluate(DECODE, text) == [[kind, nsp, id_, data]]


@pytest.mark.parametrize("nsp", ["/", "/hall"])
@pytest.mark.parametrize(("kind", "id_", "data"), FROM_THE_PAGE)
def test_the_server_reads_what_the_page_writes(
    modules: Page, kind: int, id_: int | None, data: Any, nsp: str
) -> None:
    given = {"type": kind, "nsp": nsp} | ({} if id_ is None else {"id": id_})
    given |= {} if data is None else {"data": data}
    [text] = modules.evaluate(ENCODE, given)
    read = Packet(encoded_packet=text)
    heard = (read.packet_type, read.namespace or "/", read.id, read.data)
    assert heard == (kind, nsp, id_, data)


@pytest.mark.parametrize("text", ["", "9", "51-[]", "hello", "2[", "2{'a'}"])
def test_what_is_no_packet_is_a_parse_error(modules: Page, text: str) -> None:
    with pytest.raises(Error, match=r"parse error|SyntaxError"):
        modules.evaluate(DECODE, text)
