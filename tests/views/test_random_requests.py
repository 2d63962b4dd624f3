"""Three thousand random requests over all forms and commands: whatever arrives, none is a fault.

The map of addresses is walked, so that a new form is covered without a line here. What is refused
leaves every table as it was; what is taken leaves a fair in which the rules hold.
"""

import json
import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from exchange.access import PARTICIPANT_COOKIE, PASSES_COOKIE
from exchange.domain.moves import MOVES
from exchange.models import Phase
from simulation.servers import DATABASE
from tests.support.apps import restart
from tests.support.fair import AC, GE, ROBO, TOUR, Fair
from tests.support.hypotheses import REPEATABLE
from tests.support.windows import SAME_ORIGIN, Ear, Window, connect

pytestmark = pytest.mark.sqlite

TIMES, AT_ONCE = 100, 30

ROLES = {
    "nobody": None,
    "asker": None,
    "presenter": ("presenter", ROBO),
    "moderator": ("moderator", GE),
    "screen": ("screen", GE),
    "organiser": ("organiser", TOUR),
}
STATUSES = ("pending", "open", "shortlisted", "live", "answered", "owed", "declined", "withdrawn")

KEYS = [f"00000000-0000-4000-8000-{number:012}" for number in range(40)]
ODD = [
    *("", "0", "-1", "1.5", "9" * 30, "٣", "null", "NaN", "None", "../..", "%00", "a" * 3000),
    *("' OR 1=1 --", "{{ 7*7 }}", "<b>", "\x00", "\x1b[2J", "\u202e", "\ufffd", "ß" * 500),
]
WORDS = ["Was kostet der Betrieb?", "Wen rufen wir an?", "Größe " * 100, "e\u0301" * 300]
FIELDS: dict[str, list[str]] = {
    "version": ["1", "2", "3"],
    "head": ["1", "2", "3", "4"],
    "head_number": ["1", "2", "3"],
    "change": ["1", "2", "3", "9"],
    "before": ["1", "2"],
    "after": ["1", "2"],
    "stand": [ROBO, "2"],
    "facet": ["cost", "contact"],
    "phase": [phase.value for phase in Phase],
    "value": ["", "5", "on", "off", "1", "0", "Gleich geht es weiter."],
    "first": ["0", "1"],
    "on": ["0", "1"],
    "of_browser": ["1"],
    "until": ["2030-01-01"],
    "generation": ["1", "2"],
    "secret": ["A" * 22],
    "do": ["save", "add", "up-1", "remove-1", "take", "leave"],
    "proposal": ["1", "2"],
    "seen": ["2030-01-01T00:00:00+00:00"],
    "contacts": ["1"],
    "contact-1-id": ["1", "2"],
    "contact-1-role": ["expert"],
    "label": ["1", "01", "A-12", "Foyer", "0"],
    "place": ["Halle 1", ""],
    "project": ["robo", "bau", ""],
    "title": ["Neuer Titel", ""],
    "city": ["Herne"],
    "date": ["2030-01-01", "1.2.2030", ""],
    "closes": ["16:00"],
    "question_length": ["50", "500"],
    "function": ["Amt 61"],
    "person": ["Erika Muster"],
    "email": ["a@example.org"],
    "links": ["www.example.org"],
    "basis": ["hidden", "consent"],
    "code": ["BOH", "GE"],
    "copy": ["GE", ""],
    "second": ["2", "1"],
    "me_too": ["0", "1"],
}
TEXTS = (
    "text",
    "name",
    "answer",
    "reason",
    "question",
    "summary",
    "contact-1-function",
    "contact-2-email",
    "prepared.kosten",
)

PLACES = {
    "event": [GE, GE, GE, AC],
    "stand": [ROBO, ROBO, ROBO, "BAU"],
    "project": ["robo"],
    "series": ["tour", "other-tour"],
    "question": [str(number) for number in range(1, 10)],
    "number": [str(number) for number in range(1, 10)],
    "pass_id": ["1", "2", "3"],
    "contact": ["1", "2", "3"],
    "pending": ["0123456789abcdef"],
    "kind": ["S", "E", "s", "e"],
    "code": [ROBO, GE, "R0B0"],
    "secret": ["A" * 22, "#"],
    "name": ["attendee.css"],
    "filename": ["attendee.css"],
}
VERBS = [*MOVES, "clock", "message", "picture", "moderation", "start-round", "end-round"]
SET_UP_VERBS = ["archive", "restore", "edit", "replace", "up", "down"]
PASS_VERBS = ["rotate", "revoke", "restore", "one-browser", "free"]

text = st.text(max_size=40) | st.sampled_from(ODD) | st.sampled_from(WORDS)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)

T = TypeVar("T")


def drawn(strategy: st.SearchStrategy[T], many: int) -> list[T]:
    """So many values of a strategy, the same each time."""
    found: list[T] = []

    @settings(REPEATABLE, max_examples=many)
    @given(strategy)
    def keep(value: T) -> None:
        found.append(value)

    keep()
    return found


@dataclass(frozen=True)
class Values:
    """What is chosen from where anything may stand."""

    texts: list[str] = field(default_factory=lambda: drawn(st.text(max_size=40), 400))
    json: list[Any] = field(default_factory=lambda: drawn(json_values, 300))
    binary: list[bytes] = field(default_factory=lambda: drawn(st.binary(max_size=200), 100))


class Dice(random.Random):
    """What a request is made of. Values are hypothesis', drawn once: to draw each in its place
    costs as much as to answer all the requests.
    """

    def __init__(self, values: Values, seed: int) -> None:
        super().__init__(seed)
        self._values = values

    def one_in(self, many: int) -> bool:
        return not self.randrange(many)

    def text(self) -> str:
        return self.choice(self.choice([self._values.texts, ODD, WORDS]))

    def json(self) -> Any:
        return self.choice(self._values.json)

    def some(self, names: list[str], most: int) -> list[str]:
        return self.sample(names, self.randint(0, most))

    def fields(self) -> dict[str, str]:
        """Fields as a form has them, most of them such as could be meant."""
        told = {}
        if not self.one_in(10):
            told["key"] = self.choice(KEYS)
            told["version"] = self.choice(FIELDS["version"])
        for name in self.some([*FIELDS, *TEXTS], 6):
            told[name] = self.text() if self.one_in(4) else self.choice(FIELDS.get(name, WORDS))
        if self.one_in(6):
            told[self.text()] = self.text()
        return told

    def body(self) -> tuple[bytes, str]:
        """A body and its kind: forms, JSON, and what is neither."""
        told = self.fields()
        match self.randrange(10):
            case 0:
                kinds = ["application/json", "text/plain", "multipart/form-data", "a/b"]
                return self.choice(self._values.binary), self.choice(kinds)
            case 1 | 2:
                odd: dict[str, Any] = dict(told)
                for name in self.some([*FIELDS, *TEXTS, "key"], 2):
                    odd[name] = self.json()
                return json.dumps(odd).encode(), "application/json"
            case 3:
                return json.dumps(self.json()).encode(), "application/json"
            case 4:
                parts = "".join(
                    f'--x\r\nContent-Disposition: form-data; name="{quote(name)}"'
                    f"\r\n\r\n{value}\r\n"
                    for name, value in told.items()
                )
                whole = (parts + "--x--").encode(errors="replace")
                return whole, "multipart/form-data; boundary=x"
        joined = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in told.items())
        return joined.encode(), "application/x-www-form-urlencoded"

    def address(self, rules: list[Rule]) -> tuple[str, str]:
        """A method and an address that a rule answers to, most with what is there."""
        writes = [rule for rule in rules if (rule.methods or set()) & {"POST", "PUT", "DELETE"}]
        rule = self.choice(rules if self.one_in(4) else writes)
        methods = sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
        path = rule.rule
        for name in sorted(rule.arguments):
            known = PLACES.get(name) or (PASS_VERBS if "passes" in path else VERBS)
            value = self.text() if self.one_in(20) else self.choice(known)
            start = path.index("<", path.rindex("/", 0, path.index(f"{name}>")))
            path = path[:start] + _quoted(value) + path[path.index(f"{name}>") + len(name) + 1 :]
        return self.choice(["GET", "POST", "PUT"] if self.one_in(10) else methods), path


def _quoted(value: str) -> str:
    return quote(value.encode(errors="surrogatepass"))


@st.composite
def addresses(draw: st.DrawFn, app: Flask) -> tuple[str, str]:
    """A method and an address that a rule answers to, most with what is there."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    writes = [rule for rule in rules if (rule.methods or set()) & {"POST", "PUT", "DELETE"}]
    rule = draw(st.sampled_from(writes if draw(st.integers(0, 3)) else rules))
    methods = sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
    path = rule.rule
    for name in rule.arguments:
        known = PLACES.get(name) or _verbs_at(path)
        value = draw(st.sampled_from(known)) if draw(st.integers(0, 19)) else draw(text)
        start = path.index("<", path.rindex("/", 0, path.index(f"{name}>")))
        path = path[:start] + _quoted(value) + path[path.index(f"{name}>") + len(name) + 1 :]
    method = draw(st.sampled_from(methods if draw(st.integers(0, 9)) else ["GET", "POST", "PUT"]))
    return method, path


def _verbs_at(path: str) -> list[str]:
    if path.startswith("/organise"):
        return PASS_VERBS if "passes" in path else SET_UP_VERBS
    return VERBS


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("full") / DATABASE


@pytest.fixture
def windows(app: Flask, full: Path) -> dict[str, Window]:
    """A browser of each role, and a fair with a question of each status, kept to begin with."""
    fair = Fair(app)
    asker = Window(fair)
    asker.ask(ROBO, "Und wer zahlt das am Ende?")
    for status in STATUSES:
        fair.asked_as(status)
    opened = {role: Window(fair).enter(*at) if at else Window(fair) for role, at in ROLES.items()}
    opened["asker"] = asker
    fair.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    settings_ = app.extensions["process"].settings
    shutil.copy((settings_.instance / DATABASE).resolve(), full)
    return opened


def test_no_request_is_a_fault_and_what_is_refused_leaves_nothing(
    app: Flask, windows: dict[str, Window], full: Path
) -> None:
    told: Counter[int] = Counter()
    taken = 0
    values = Values()
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    for seed in range(TIMES):
        dice = Dice(values, seed)
        restart(app, full)
        fair = Fair(app)
        # As they came in: one of thirty requests logs out.
        browsers = {role: _another(window) for role, window in windows.items()}
        before = fair.everything()
        for _ in range(AT_ONCE):
            method, path = dice.address(rules)
            role = dice.choice([*ROLES, *[_likely(path)] * 20])
            body = dice.body()
            wanted = dice.choice(["application/json", "text/html"])
            answer = _sent(browsers[role], (method, path), body, wanted)
            told[answer.status_code] += 1
            taken += method != "GET" and answer.status_code < 400
            assert answer.status_code < 500, (seed, method, path, body)
            now = fair.everything()
            if answer.status_code >= 400 or method == "GET":
                assert now == before, (seed, method, path, body, answer.status_code)
            _require_rules(now)
            before = now

    assert told.total() >= TIMES * AT_ONCE
    # Random, and still many that are taken: else the rules of what is stored were not tried.
    assert taken > TIMES * AT_ONCE // 20, told


def _another(window: Window) -> Window:
    """A browser with the same cookies."""
    copied = Window(window.fair)
    for name in (PASSES_COOKIE, PARTICIPANT_COOKIE):
        if value := window.cookie(name):
            copied.client.set_cookie(name, value)
    return copied


def _likely(path: str) -> str:
    """Who would send something there."""
    audience = {"present": "presenter", "moderate": "moderator", "organise": "organiser"}
    return audience.get(path.split("/")[1], "asker")


def _sent(
    window: Window, asked: tuple[str, str], body: tuple[bytes, str], wanted: str
) -> TestResponse:
    (method, path), (data, kind) = asked, body
    headers = SAME_ORIGIN | {"Accept": wanted}
    if method == "GET":
        return window.client.get(path, headers=headers, query_string=quote(data, "&=%"))
    return window.client.open(path, method=method, data=data, content_type=kind, headers=headers)


def _require_rules(now: dict[str, list[dict[str, Any]]]) -> None:
    live = [row["event_id"] for row in now["questions"] if row["status"] == "live"]
    assert len(live) == len(set(live))
    heads = {row["id"]: row["head_id"] for row in now["questions"]}
    assert all(heads[head] is None for head in heads.values() if head is not None)
    changes = {row["id"] for row in now["changes"]}
    assert {row["change_id"] for row in now["change_questions"]} <= changes
    assert {row["question_id"] for row in now["change_questions"]} <= heads.keys()


def test_no_command_of_a_socket_is_a_fault(app: Flask, windows: dict[str, Window]) -> None:
    rooms = st.sampled_from(["stand", "event", "desk", "moderate", "screen", "own"]) | text
    codes = st.sampled_from([GE, AC, ROBO]) | text
    commands = st.fixed_dictionaries({"room": rooms | json_values, "code": codes | json_values})
    fair = Fair(app)
    before = fair.everything()
    ears = [Ear(connect(app, window), "stand", ROBO) for window in windows.values()]

    @settings(REPEATABLE, max_examples=300)
    @given(st.data())
    def say(data: st.DataObject) -> None:
        ear = data.draw(st.sampled_from(ears))
        name = data.draw(st.sampled_from(["watch", "watch", "ask", "disconnect", "*"]) | text)
        arguments = data.draw(st.lists(commands | json_values, max_size=2))
        answer = ear.say(name, *arguments)
        assert (
            not answer
            or answer["ok"]
            or answer["error"] in (*("unknown", "unreadable", "not_yours", "no_participant"),)
        ), (name, arguments, answer)

    try:
        say()
    finally:
        for ear in ears:
            if ear.connected:
                ear.socket.disconnect()
    assert fair.everything() == before
