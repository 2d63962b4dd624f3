"""Whoever has to wait is told why and when it goes on: by what he did, the newcomers, the hall."""

import re
from typing import Any

import pytest

from exchange import quotas
from exchange.limits import a_minute
from exchange.serving.gate import Gate
from tests.support.fair import ROBO, Fair, new_key
from tests.support.windows import Window

ASK = f"/s/{ROBO}/questions"
WORDS = "Was kostet der Betrieb im Jahr?"


def once_too_often(window: Window, lang: str = "de") -> str:
    """What a browser is told when it asks until it is refused."""
    for _ in range(10):
        answer = window.send(f"{ASK}?lang={lang}", key=new_key(), text=WORDS)
        if answer.status_code == 429:
            assert answer.json
            assert answer.headers["Retry-After"] in re.findall(r"\d+", answer.json["message"])
            return str(answer.json["message"])
    raise AssertionError("It was never refused.")


@pytest.fixture
def sentences(as_attendee: Any, fair: Fair, monkeypatch: pytest.MonkeyPatch) -> Any:
    def read(lang: str) -> dict[str, str]:
        told = {"own": once_too_often(as_attendee(), lang)}
        for kind, name in (("newcomers", "NEWCOMERS_AT_A_STAND"), ("hall", "WRITES_AN_ADDRESS")):
            with monkeypatch.context() as small:
                small.setattr(quotas, name, a_minute(0))
                told[kind] = once_too_often(as_attendee(), lang)
        known = as_attendee()
        known.ask(ROBO)
        fair.sql("UPDATE participants SET at = '2020-01-01 00:00:00'")
        with monkeypatch.context() as small:
            small.setattr(quotas, "ASKS_A_STAND", a_minute(1))
            told["stand"] = once_too_often(known, lang)
        return told

    return read


@pytest.mark.parametrize(
    ("lang", "own", "busy"), [("de", "Sie haben", "sehr viel los"), ("en", "You have", "very busy")]
)
def test_each_measure_has_its_own_sentence(sentences: Any, lang: str, own: str, busy: str) -> None:
    told = sentences(lang)
    assert [kind for kind, sentence in told.items() if own in sentence] == ["own"]
    assert [kind for kind, sentence in told.items() if busy in sentence] == ["hall", "stand"]
    assert told["newcomers"] not in (told["own"], told["hall"])


def test_wrong_cards_have_a_sentence_of_their_own(
    phone: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "WRONG_PASSES_AN_ADDRESS", a_minute(1))
    phone.send("/pass", secret="x" * 22)
    refused = phone.send("/pass", secret="x" * 22)
    assert refused.status_code == 429
    assert refused.json
    assert "Zugangskarten" in refused.json["message"]
    assert refused.headers["Retry-After"] in refused.json["message"]


def test_a_page_that_has_to_wait_says_so_too(
    phone: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotas, "READS_AN_ADDRESS", a_minute(1))
    phone.get(f"/s/{ROBO}")
    page = phone.get(f"/s/{ROBO}")
    assert page.status_code == 429
    assert "sehr viel los" in page.text
    assert re.search(rf"\b{page.headers['Retry-After']} s\b", page.text)


def test_a_server_that_is_full_says_so_and_when_to_come_back() -> None:
    class Full:
        proxies = ()

        def is_reserved(self, _address: str, _port: int) -> bool:
            return True

    told: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
        told.update(status=status, headers=dict(headers))

    gate = Gate(
        lambda *_: [],
        Full(),  # type: ignore[arg-type]
        give_way=lambda: None,
        holds_pass=lambda _: False,
    )
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/s/ROBO", "REMOTE_ADDR": "192.0.2.1"}
    body = b"".join(gate(environ, start)).decode()
    assert told["status"].startswith("503")
    assert told["headers"]["Content-Length"] == str(len(body.encode()))
    assert told["headers"]["Retry-After"] in body
    assert "sehr viel los" in body
    assert "very busy" in body
