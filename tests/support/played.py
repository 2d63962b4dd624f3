"""A fair in all its states, to be looked at: every phase and status, full lists and empty ones."""

import re
import uuid
from typing import Any

from playwright.sync_api import APIRequestContext

HEADERS = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}
SECRET = re.compile(r"/pass#([\w-]+)")
EVENT = re.compile(r'href="(/organise/[A-Z0-9]+)"')
ROW = re.compile(r'id="question-(\d+)"[^>]*data-version="(\d+)"[^>]*data-number="(\d+)"')

# Gelsenkirchen's exchange is under way, Wuppertal is in its round and reads before it publishes,
# Aachen is ahead, Lippbrück is over.
UNDER_WAY, IN_ROUND, AHEAD, OVER = "GE", "WUP", "AC", "LIP"


class Hand:
    """One browser's writes without its pages; cookies go to the windows that share its context."""

    def __init__(self, base: str, line: APIRequestContext) -> None:
        self.base = base
        self._line = line
        self._known: dict[tuple[str, int], tuple[str, str]] = {}

    def read(self, path: str) -> str:
        answer = self._line.get(f"{self.base}{path}")
        assert answer.ok, (path, answer.status)
        return answer.text()

    def write(self, path: str, **fields: str) -> Any:
        form: dict[str, str | float | bool] = {"key": str(uuid.uuid4()), **fields}
        answer = self._line.post(f"{self.base}{path}", form=form, headers=HEADERS)
        assert answer.ok, (path, answer.text())
        return answer.json()

    def enter(self, secret: str) -> None:
        """Open a pass."""
        answer = self._line.post(f"{self.base}/pass", form={"secret": secret}, headers=HEADERS)
        assert answer.ok, answer.status

    def enter_all(self, organiser: str) -> None:
        """Open the organiser's pass and every other one that stands on the events' pages."""
        self.enter(organiser)
        first = self.read("/organise")
        pages = [first, *map(self.read, dict.fromkeys(EVENT.findall(first)))]
        for secret in dict.fromkeys(SECRET.findall("".join(pages))):
            self.enter(secret)

    def ask(self, stand: str, text: str, **fields: str) -> int:
        """A question's number."""
        return int(self.write(f"/s/{stand}/questions", text=text, **fields)["number"])

    def act(self, event: str, number: int, verb: str, **fields: str) -> None:
        """The moderator does something to the question with this number."""
        if (event, number) not in self._known:
            page = self.read(f"/moderate/{event}")
            for id_, version, found in ROW.findall(page):
                self._known[event, int(found)] = (id_, version)
        id_, version = self._known[event, number]
        told = self.write(f"/moderate/{event}/questions/{id_}/{verb}", version=version, **fields)
        self._known[event, number] = (id_, str(told["version"]))


def play(hand: Hand) -> None:
    """Lead both events of the day to where all their states can be seen."""
    ask_and_act(hand, UNDER_WAY, f"{UNDER_WAY}1")
    hand.write(f"/organise/{IN_ROUND}/phase", phase="round")
    hand.write(f"/organise/{IN_ROUND}/moderation", first="1")
    ask_and_act(hand, IN_ROUND, f"{IN_ROUND}1")
    texts = ("Zuerst diese?", "Danach diese?", "Und diese?", "Und noch eine?")
    for number in [type_in(hand, IN_ROUND, text, stand="2") for text in texts]:
        hand.act(IN_ROUND, number, "shortlist")
    live = hand.ask(f"{IN_ROUND}3", "Wie hoch ist der Aufwand für eine kleine Gemeinde im Alltag?")
    hand.act(IN_ROUND, live, "publish")
    hand.act(IN_ROUND, live, "live")
    hand.write(f"/moderate/{IN_ROUND}/message", value="Es folgt die Schlussrunde im Saal 1")
    hand.write(f"/moderate/{IN_ROUND}/clock", value="20")


def ask_and_act(hand: Hand, event: str, stand: str) -> None:
    """A question of this browser in every status that its asker can read of."""
    fates: list[tuple[str, dict[str, str]]] = [
        ("", {}),
        ("shortlist", {}),
        ("answer", {"how": "at_stand", "answer": "Ja, seit dem Frühjahr in drei Ämtern."}),
        ("owe", {}),
        ("decline", {"reason": "Wurde schon beantwortet"}),
    ]
    numbers = [
        hand.ask(stand, f"Was ist mit Punkt {place}?", facet="kosten", name="Gemeinde Hünxe")
        for place, _ in enumerate(fates, 1)
    ]
    for number, (verb, fields) in zip(numbers, fates, strict=True):
        if verb:
            hand.act(event, number, verb, **fields)
    # A neighbour's question follows the one for the round.
    follower = type_in(hand, event, "Und Punkt 2?", stand="1")
    hand.act(event, follower, "merge", head_number=str(numbers[1]))


def type_in(hand: Hand, event: str, text: str, *, stand: str) -> int:
    """A question from the floor; its number. Outside the limits of those who ask."""
    return int(hand.write(f"/moderate/{event}/questions", text=text, stand=stand)["number"])
