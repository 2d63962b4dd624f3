"""The windows through which people see the fair: browsers, and the news that their pages hear."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exchange.extensions import socketio
from tests.support.fair import Fair, new_key, stored

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def unmarked(page: str) -> str:
    """A page's source without the marks of direction and language at people's words."""
    return re.sub('</?bdi[^>]*>| lang="de"(?= dir)| dir="auto"', "", page)


class Window:
    """One browser. What it writes says that it comes from our own page."""

    def __init__(self, fair: Fair) -> None:
        self.fair = fair
        self.client: FlaskClient = fair.app.test_client()

    def enter(self, role: str, place: str) -> "Window":
        """Through the door, with the pass of this role."""
        answer = self.post("/pass", secret=self.fair.secret(role, place))
        assert answer.status_code == 303, answer.text
        return self

    def get(self, path: str, /, **headers: str) -> TestResponse:
        """`headers` with underscores: Accept_Language="en"."""
        return self.client.get(path, headers=named(headers))

    def post(self, path: str, /, **fields: object) -> TestResponse:
        """A form, as it is sent without scripts."""
        return self.client.post(path, data=given(fields), headers=SAME_ORIGIN)

    def send(self, path: str, method: str = "POST", /, **fields: object) -> TestResponse:
        """A form, as a script sends it."""
        headers = SAME_ORIGIN | {"Accept": "application/json"}
        return self.client.open(path, method=method, data=given(fields), headers=headers)

    def ask(self, stand: str, words: str = "Was kostet es?", **more: object) -> int:
        """A question; its id."""
        key = str(more.pop("key", new_key()))
        answer = self.send(f"/s/{stand}/questions", key=key, text=words, **more)
        assert answer.status_code == 201, answer.text
        rows = self.fair.rows("questions")
        return next(int(row["id"]) for row in rows if row["key"] == stored(key))

    def cookie(self, name: str) -> str | None:
        found = self.client.get_cookie(name)
        return found.value if found else None


class Desk(Window):
    """Whoever uses verbs: a presenter at a stand, a moderator at an event."""

    def __init__(self, fair: Fair, role: str, place: str) -> None:
        super().__init__(fair)
        self.base = {"presenter": "/present", "moderator": "/moderate"}[role] + f"/{place}"
        self.enter(role, place)

    def use(self, verb: str, question: int, **fields: object) -> TestResponse:
        """A verb with a fresh key and the version that the page shows, unless said otherwise."""
        told = {"key": new_key(), "version": self.fair.version(question)} | fields
        return self.send(f"{self.base}/questions/{question}/{verb}", **told)

    def undo(self, change: int, **fields: object) -> TestResponse:
        told = {"key": new_key(), "change": change} | fields
        return self.send(f"{self.base}/undo", **told)


@dataclass
class Ear:
    """One page's socket, and what it has heard since it was last asked."""

    socket: Any
    room: str
    code: str
    revision: int = 0
    answer: dict[str, Any] = field(default_factory=dict)

    def watch(self) -> dict[str, Any]:
        """Say what the page shows; at first, and as the slow check."""
        self.answer = self.say("watch", {"room": self.room, "code": self.code})
        self.revision = self.answer.get("revision", 0)
        return self.answer

    def say(self, command: str, *arguments: object) -> Any:
        """Send a command; what was acknowledged."""
        return self.socket.emit(command, *arguments, callback=True)

    def heard(self) -> list[dict[str, Any]]:
        """The pushes that came since the last time this was asked."""
        received = self.socket.get_received()
        assert {one["name"] for one in received} <= {"fragment"}
        return [one["args"][0] for one in received]

    def html(self) -> str:
        """All that was heard, as one text."""
        return "\n".join(str(push["html"]) for push in self.heard())

    @property
    def connected(self) -> bool:
        return bool(self.socket.is_connected())


Listen = Callable[..., Ear]
"""What the fixture `listen` is."""


def connect(app: Flask, window: Window, *, lang: str | None = "de") -> Any:
    """A socket of this browser's page in this language."""
    auth = {"lang": lang} if lang else None
    return socketio.test_client(app, flask_test_client=window.client, auth=auth)


def given(fields: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in fields.items() if value is not None}


def named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def elements(html: str) -> list[dict[str, str]]:
    """The elements of a page or fragment that have an id, with their attributes."""
    found = re.findall(r'<[a-z]+\b[^>]*\bid="[^>]*>', html)
    return [dict(re.findall(r'([a-z-]+)="([^"]*)"', tag)) for tag in found]


def ids(html: str) -> list[str]:
    """The ids of a page's or fragment's elements, in their order."""
    return [one["id"] for one in elements(html)]
