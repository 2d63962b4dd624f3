"""A whole hall on a bad day: many phones ask, the desks and the moderation work, and everything
that can go wrong with line, server and database goes wrong at random. Then it is counted.

Phones are programs that do what the attendee's outbox does: a key before the first byte, the same
key again with growing pauses, `Retry-After` heeded, and an entry goes only when our server's JSON
repeats its key. Their pages live by pushes as live/updates.js has it (held.py). What they were told
is compared with the database, and every page with a fresh one.
"""

import asyncio
import json
import random
import re
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from picows import WSError

from exchange import digests
from exchange.domain.passes import participant_cookie, participant_digest
from simulation.clients import Poster, Watcher
from simulation.held import Held, is_ours, wrong_with
from simulation.proxy import Fault, anything, writes
from simulation.venue import Venue

PARTICIPANT = "exchange_participant"
ACK_WITHIN_S, CONNECT_WITHIN_S = 5.0, 8.0
SILENT_S = 15.0
"""Interval and timeout of the pings: a line that says nothing for so long is dead."""
STAFF_CHECK_S = 10.0
WITHIN_S = 3.0
"""Over how long phones spread their readings; as live/updates.js does."""
SETTLE_WITHIN_S = 150.0
Lost = (OSError, EOFError, TimeoutError, ValueError, WSError)


@dataclass(frozen=True)
class Scale:
    """How large a day."""

    phones: int
    questions: int
    me_toos: int
    faults: int
    seconds: float
    """Over how much time all of this is spread."""
    longest_pause_s: float = 20.0
    """Of a phone between two tries."""
    patience_s: float = 15.0
    """How long a phone waits for an answer; as outbox/post.js and live/updates.js do."""
    phone_check_s: float = 60.0
    deep: float = 1.0
    """How long faults last, as a multiple."""


SHORT = Scale(40, 160, 400, 9, 20, longest_pause_s=4, patience_s=5, phone_check_s=5, deep=0.5)
"""Half a minute, for every day."""


def long(minutes: float) -> Scale:
    """In five minutes 2,000 questions, 5,000 me toos and 30 faults."""
    return Scale(
        phones=200,
        questions=int(400 * minutes),
        me_toos=int(1000 * minutes),
        faults=max(1, int(6 * minutes)),
        seconds=60 * minutes,
    )


@dataclass
class Report:
    """What came of it."""

    seed: int
    seconds: float = 0
    faults: Counter[str] = field(default_factory=Counter)
    suffered: int = 0
    """Single requests that a fault came to."""
    asked: int = 0
    told: int = 0
    me_toos: int = 0
    staff: int = 0
    repeated: int = 0
    """Posts that were sent again."""
    pages: int = 0
    readings: int = 0
    pushes: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not (self.lost or self.doubled or self.wrong)

    def __str__(self) -> str:
        survived = sum(self.faults.values())
        each = ", ".join(f"{many} × {name}" for name, many in sorted(self.faults.items()))
        lines = [
            f"Seed {self.seed}, {self.seconds:.0f} s.",
            f"{survived} faults ({each}); {self.suffered} requests suffered singly.",
            f"{self.asked} questions, {self.told} told their number; {self.me_toos} me toos; "
            f"{self.staff} acts of staff; {self.repeated} posts sent again.",
            f"{self.pages} pages, {self.pushes} pushes, {self.readings} readings.",
            f"Lost {len(self.lost)}, doubled {len(self.doubled)}, wrong {len(self.wrong)}.",
        ]
        return "\n".join(lines + self.lost[:20] + self.doubled[:20] + self.wrong[:20])


@dataclass
class Entry:
    """One thing in a phone's outbox, until its key comes back."""

    method: str
    path: str
    fields: dict[str, str]
    on_told: Callable[[dict[str, Any]], None]
    on_refused: Callable[[], None] = lambda: None
    key: str = field(default_factory=lambda: str(uuid.uuid4()))


class Browser:
    """Cookies, and connections for reading and writing."""

    def __init__(self, day: "Day", port: int | None = None) -> None:
        self.day = day
        self.cookies: dict[str, str] = {}
        self._writing = Poster(port or day.port)
        self._reading = Poster(port or day.port)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def write(
        self, method: str, path: str, fields: dict[str, str]
    ) -> tuple[int, dict[str, str], Any]:
        """The JSON of our server, or raises."""
        status, headers, body = await self._ask(self._writing, method, path, fields, {})
        if not headers.get("content-type", "").startswith("application/json"):
            raise ValueError(status)
        told = json.loads(body)
        if not isinstance(told, dict) or (status >= 400 and "error" not in told):
            raise ValueError(status)
        return status, headers, told

    async def read(self, path: str, etag: str) -> tuple[int, dict[str, str], str]:
        """A page."""
        headers = {"Accept": "text/html", "Accept-Language": "de"}
        if etag:
            headers["If-None-Match"] = etag
        status, told, body = await self._ask(self._reading, "GET", path, {}, headers)
        return status, told, body.decode()

    def close(self) -> None:
        self._writing.close()
        self._reading.close()

    async def _ask(
        self,
        poster: Poster,
        method: str,
        path: str,
        fields: dict[str, str],
        headers: dict[str, str],
    ) -> tuple[int, dict[str, str], bytes]:
        if self.cookies:
            headers = headers | {"Cookie": self.cookie}
        try:
            async with asyncio.timeout(self.day.scale.patience_s):
                status, told, body = await poster.send(method, path, fields, headers)
        except BaseException:
            poster.close()
            raise
        for name, morsel in SimpleCookie(told.get("set-cookie", "")).items():
            self.cookies[name] = morsel.value
        return status, told, body


class Page:
    """A page that lives by pushes: its socket, its slow check, its readings."""

    def __init__(
        self, day: "Day", browser: Browser, path: str, check_s: float, within_s: float = 0
    ) -> None:
        self.day = day
        self.within_s = within_s
        """Phones read within so many seconds, not all at once; staff at once."""
        self.browser = browser
        self.path = path
        self.check_s = check_s
        self.held = Held()
        self.line: Watcher | None = None
        self.right = False
        """Whether the last check found nothing missing."""
        self._etag = ""
        self._kept = ""
        self._again = self._catching_up = False
        self._failures = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def live(self) -> None:
        """Until it is closed."""
        self.held.reading = True
        await self._reading()
        tries = 0
        while True:
            try:
                self.line = await Watcher.connect(
                    self.day.port,
                    cookie=self.browser.cookie,
                    heard=self._hear,
                    within_s=CONNECT_WITHIN_S,
                )
            except Lost:
                tries += 1
                pause = min(0.5 * 2**tries, self.day.scale.longest_pause_s, 8)
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))
                continue
            tries = 0
            try:
                await self._stay(self.line)
            finally:
                self.line.close()
                self.line = None

    async def _stay(self, line: Watcher) -> None:
        """As long as this socket lasts."""
        checked = 0.0
        while not line.ended.is_set():
            if time.monotonic() - checked > self.check_s:
                checked = time.monotonic()
                if not await self.check():
                    return
            if time.monotonic() - line.told_at > SILENT_S:
                return
            try:
                async with asyncio.timeout(1):
                    await line.ended.wait()
            except TimeoutError:
                continue

    async def check(self) -> bool:
        """Ask for every room; False: the line is dead."""
        line, right = self.line, True
        if line is None:
            self.right = False
            return False
        for room, code in dict(self.held.codes).items():
            try:
                ack = await line.watch(room, code, within_s=ACK_WITHIN_S)
            except Lost:
                self.right = False
                self.read_again()
                return False
            if not ack.get("ok") or ack["revision"] != self.held.revisions.get(room):
                right = False
                self.catch_up()
        self.right = right and not self.held.reading and not self._catching_up
        return True

    def catch_up(self) -> None:
        """Something was missed, maybe by everybody."""
        if not self.within_s:
            self.read_again()
        elif not self._catching_up:
            self._catching_up = True
            self._go(self._catch_up())

    async def _catch_up(self) -> None:
        await asyncio.sleep(random.uniform(0, self.within_s))
        self._catching_up = False
        self.read_again()

    def read_again(self) -> None:
        """Several calls become one or two readings."""
        if self.held.reading:
            self._again = True
            return
        self.held.reading = True
        self._go(self._reading())

    def _go(self, what: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(what)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self.line is not None:
            self.line.close()

    async def _reading(self) -> None:
        while True:
            self._again = False
            done = await self._read()
            self.held.reading = False
            waiting, self.held.waiting = self.held.waiting, []
            for push in waiting:
                if self.held.hear(push):
                    self._again = True
            if done and not self._again:
                return
            self.held.reading = True
            await asyncio.sleep(random.uniform(0.3, 1) if done else self._pause())

    async def _read(self) -> bool:
        self.day.report.readings += 1
        try:
            status, headers, html = await self.browser.read(self.path, self._etag)
        except Lost:
            self._failures += 1
            return False
        if status == 304:
            # As a browser does: the page that it has kept.
            html = self._kept
        elif status != 200 or not is_ours(html):
            self._failures += 1
            return False
        self._failures = 0
        self._etag, self._kept = headers.get("etag", ""), html
        if self.held.read(html) and self.line is not None:
            # A room of one's own, since the first write: in again, with the cookie for it.
            self.line.close()
        return True

    def _pause(self) -> float:
        most = min(30.0, self.day.scale.longest_pause_s)
        return min(2.0**self._failures, most) * random.uniform(0.75, 1.25)

    def _hear(self, push: dict[str, Any], _came: float) -> None:
        self.day.report.pushes += 1
        if self.held.hear(push):
            self.catch_up()


class Phone:
    """One attendee at one stand."""

    def __init__(self, day: "Day", stand: str, dice: random.Random) -> None:
        self.day = day
        self.stand = stand
        self.dice = dice
        self.browser = Browser(day)
        # By number: there news and a reading make the same order; by votes a reading makes it.
        path = f"/s/{stand}?sort=new"
        self.page = Page(day, self.browser, path, day.scale.phone_check_s, WITHIN_S)
        self.sent: dict[str, str] = {}
        """Every question that was ever on the line: key to text."""
        self.told: dict[str, int] = {}
        self.votes: dict[int, bool] = {}
        self.unsure: set[tuple[str, int]] = set()
        """Me toos that may have been stored before the question was gone for attendees: key and
        question. If it was the first write, its cookie was lost with its answer."""
        self.outbox: asyncio.Queue[Entry] = asyncio.Queue()
        self.busy = False

    @property
    def idle(self) -> bool:
        return self.outbox.empty() and not self.busy

    async def deliver(self) -> None:
        """Send what is in the outbox, one after the other, each until it is answered."""
        while True:
            entry = await self.outbox.get()
            self.busy = True
            tries = 0
            while not await self._send(entry, tries):
                tries += 1
            self.busy = False

    async def _send(self, entry: Entry, tries: int) -> bool:
        after = 0.0
        self.day.report.repeated += tries > 0
        try:
            status, headers, told = await self.browser.write(
                entry.method, entry.path, entry.fields | {"key": entry.key}
            )
        except Lost:
            pass
        else:
            if status < 300 and told.get("key") == entry.key:
                entry.on_told(told)
                return True
            if status < 500 and status != 429:
                self.day.refused[told["error"]] += 1
                entry.on_refused()
                return True
            after = float(headers.get("retry-after", 0))
        pause = min(0.5 * 1.6**tries, self.day.scale.longest_pause_s) * self.dice.uniform(0.75, 1.5)
        await asyncio.sleep(max(after, pause))
        return False

    def ask(self) -> None:
        words = f"Was kostet der Betrieb im Jahr, bei {self.dice.randrange(10**9)} Fällen?"

        def on_told(told: dict[str, Any]) -> None:
            self.told[entry.key] = told["number"]
            if "mine" not in self.page.held.codes:
                self.page.read_again()

        entry = Entry("POST", f"/s/{self.stand}/questions", {"text": words}, on_told)
        self.sent[entry.key] = words
        self.day.report.asked += 1
        self.outbox.put_nowait(entry)

    def me_too(self) -> bool:
        """Say it of a question that the page shows, or take it back; whether there is a page."""
        html = self.page.held.html + "".join(
            push.get("html", "") for push in self.page.held.pushes[-20:]
        )
        shown = [int(id_) for id_ in _PUBLIC.findall(html) if f"mine-question-{id_}" not in html]
        if not shown:
            return bool(html)
        question = self.dice.choice(shown)
        on = not self.votes.get(question, False) or self.dice.random() < 0.2

        def on_told(_told: dict[str, Any]) -> None:
            self.votes[question] = on
            self.day.report.me_toos += 1

        path = f"/questions/{question}/me-too"
        entry = Entry("PUT" if on else "DELETE", path, {}, on_told)
        entry.on_refused = lambda: self.unsure.add((entry.key, question))
        self.outbox.put_nowait(entry)
        return True


_PUBLIC = re.compile(r'id="question-(\d+)" data-list="public"')


class Staff:
    """A desk or the moderation: their page, and somebody who works at it."""

    def __init__(self, day: "Day", link: str, path: str, dice: random.Random) -> None:
        self.day = day
        self.dice = dice
        self.path = path
        self.secret = urlsplit(link).fragment
        self.browser = Browser(day)
        self.page = Page(day, self.browser, path, STAFF_CHECK_S)
        self.told: dict[str, int] = {}

    async def enter(self) -> None:
        """Through the door, before the storm."""
        status, _, _ = await self.browser._ask(
            self.browser._writing, "POST", "/pass", {"secret": self.secret}, {}
        )
        if status != 303:
            raise RuntimeError(f"The door answered {status}.")

    async def work(self, every_s: float) -> None:
        """Act on what the page shows, now and then, each act until it is answered."""
        while not self.day.over.is_set():
            await self._act()
            try:
                async with asyncio.timeout(self.dice.uniform(0.5, 1.5) * every_s):
                    await self.day.over.wait()
            except TimeoutError:
                continue

    async def _act(self) -> None:
        found = _CARD.findall(self.page.held.html)
        if not found:
            return
        question, status, version = self.dice.choice(found)
        verbs = _VERBS.get(status, [])
        if not verbs:
            return
        verb, fields = self.dice.choice(verbs)
        if verb == "live" and self.path.startswith("/present"):
            return
        key, tries = str(uuid.uuid4()), 0
        while True:
            self.day.report.repeated += tries > 0
            after = 0.0
            try:
                status, headers, told = await self.browser.write(
                    "POST",
                    f"{self.path}/questions/{question}/{verb}",
                    fields | {"key": key, "version": version},
                )
            except Lost:
                pass
            else:
                if status == 200 and "change" in told:
                    self.told[key] = told["change"]
                    self.day.report.staff += 1
                    break
                if status < 500 and status != 429:
                    self.day.refused[told["error"]] += 1
                    break
                after = float(headers.get("retry-after", 0))
            tries += 1
            await asyncio.sleep(max(after, min(0.5 * 1.6**tries, self.day.scale.longest_pause_s)))


_CARD = re.compile(r'id="question-(\d+)" data-list="(\w+)" data-version="(\d+)"')
_VERBS: dict[str, list[tuple[str, dict[str, str]]]] = {
    "pending": [("publish", {})],
    "open": [
        ("shortlist", {}),
        ("answer", {"how": "in_writing", "answer": "Etwa 2.000 Euro im Jahr."}),
        ("answer", {"how": "at_stand"}),
        ("decline", {"reason": "Gehört nicht zu diesem Projekt"}),
        ("live", {}),
    ],
    "shortlisted": [("live", {}), ("reopen", {}), ("answer", {"how": "in_round"})],
    "live": [("answer", {"how": "in_round"})],
    "answered": [("reopen", {})],
    "declined": [("reopen", {})],
}


class Day:
    """The whole of it."""

    def __init__(
        self, venue: Venue, scale: Scale, seed: int, say: Callable[[str], None] = lambda _: None
    ) -> None:
        self.venue = venue
        self.scale = scale
        self.say = say
        self.dice = random.Random(seed)
        self.port = venue.line.port
        self.report = Report(seed)
        self.refused: Counter[str] = Counter()
        self.over = asyncio.Event()
        stands = [one for one in venue.fair["stands"] if one["number"] > 0][:12]
        event = venue.fair["event"]
        self.phones = [
            Phone(self, stands[n % len(stands)]["code"], random.Random(f"{seed} {n}"))
            for n in range(scale.phones)
        ]
        self.desks = [
            Staff(self, one["presenter"], f"/present/{one['code']}", random.Random(f"{seed} {n}"))
            for n, one in enumerate(stands)
        ]
        self.moderation = Staff(
            self, venue.fair["moderator"], f"/moderate/{event}", random.Random(f"{seed} m")
        )
        self.screen = Staff(
            self, venue.fair["screen"], f"/screen/{event}", random.Random(f"{seed} s")
        )
        self.staff = [*self.desks, self.moderation, self.screen]
        guest = Browser(self)
        self.pages = [
            *(phone.page for phone in self.phones),
            *(one.page for one in self.staff),
            Page(self, guest, f"/e/{event}", scale.phone_check_s, WITHIN_S),
        ]
        self.last_question = self._one("SELECT max(id) FROM questions")
        self.last_vote = self._one("SELECT max(id) FROM me_toos")
        self.event_id = self._one("SELECT id FROM events WHERE code = ?", event)

    def run(self) -> Report:
        """Play it, in a thread of its own: the caller's may have a loop already."""
        with ThreadPoolExecutor(1) as alone:
            return alone.submit(asyncio.run, self._play()).result()

    async def _play(self) -> Report:
        began = time.monotonic()
        for one in self.staff:
            await one.enter()
        living = [asyncio.ensure_future(page.live()) for page in self.pages]
        living += [asyncio.ensure_future(phone.deliver()) for phone in self.phones]
        working = [asyncio.ensure_future(one.work(6)) for one in self.desks]
        working.append(asyncio.ensure_future(self.moderation.work(2)))
        wishing = [
            asyncio.ensure_future(self._wish(phone, n)) for n, phone in enumerate(self.phones)
        ]
        try:
            await self._storm()
            await asyncio.gather(*wishing)
            self.over.set()
            self.say("The storm is over; waiting for everybody.")
            await self._settle(working)
            self.report.seconds = time.monotonic() - began
        finally:
            for page in self.pages:
                page.close()
            for task in (*living, *working, *wishing):
                task.cancel()
            await asyncio.gather(*living, *working, *wishing, return_exceptions=True)
            for browser in {page.browser for page in self.pages}:
                browser.close()
            await asyncio.sleep(0.1)
        # Nobody is there any more: what each page held is compared with a fresh one.
        await self._compare()
        return self.report

    # What people do

    async def _wish(self, phone: Phone, n: int) -> None:
        """Ask and say me too, at times of one's own."""
        many = self.scale.phones
        asks = self.scale.questions // many + (n < self.scale.questions % many)
        me_toos = self.scale.me_toos // many + (n < self.scale.me_toos % many)
        wishes: list[Callable[[], bool | None]] = [phone.ask] * asks + [phone.me_too] * me_toos
        phone.dice.shuffle(wishes)
        moments = sorted(phone.dice.uniform(0, self.scale.seconds) for _ in wishes)
        began = time.monotonic()
        for moment, wish in zip(moments, wishes, strict=True):
            await asyncio.sleep(max(0, began + moment - time.monotonic()))
            while wish() is False:
                # Nothing to be seen yet.
                await asyncio.sleep(1)

    # What goes wrong

    async def _storm(self) -> None:
        deck: list[str] = []
        began, many = time.monotonic(), self.scale.faults
        for n in range(many):
            if not deck:
                deck = sorted(FAULTS)
                self.dice.shuffle(deck)
            at = began + self.scale.seconds * (n + self.dice.random() * 0.5) / many
            await asyncio.sleep(max(0, at - time.monotonic()))
            name = deck.pop()
            self.say(f"{time.monotonic() - began:6.1f} s: {name}")
            await FAULTS[name](self)
            self.report.faults[name] += 1
        await asyncio.sleep(max(0, began + self.scale.seconds - time.monotonic()))
        self.report.suffered = len(self.venue.line.suffered)
        self.venue.line.heal()

    async def for_a_while(self, low: float, high: float) -> None:
        """As long as this fault lasts."""
        await asyncio.sleep(self.dice.uniform(low, high) * self.scale.deep)

    # What came of it

    async def _settle(self, working: list[asyncio.Task[None]]) -> None:
        """Until every outbox is empty and every page has found nothing missing."""
        give_up = time.monotonic() + SETTLE_WITHIN_S
        await asyncio.wait(working, timeout=SETTLE_WITHIN_S)
        while time.monotonic() < give_up and not all(phone.idle for phone in self.phones):
            await asyncio.sleep(0.2)
        self.say("Every outbox is empty; waiting for pages.")
        # A stand's news goes out within a second; then everybody looks once more.
        await asyncio.sleep(2)
        for page in self.pages:
            page.right = False
        while time.monotonic() < give_up:
            left = [page for page in self.pages if not page.right]
            if not left:
                return
            await asyncio.gather(*(page.check() for page in left))
            await asyncio.sleep(0.5)
        self.report.wrong += [
            f"{page.path} did not come to rest" for page in self.pages if not page.right
        ]

    async def _compare(self) -> None:
        self._compare_questions()
        self._compare_votes()
        self._compare_changes()
        for page in self.pages:
            fresh = Browser(self, self.venue.server.port)
            fresh.cookies = page.browser.cookies
            try:
                status, _, html = await fresh.read(page.path, "")
            except Lost as lost:
                self.report.wrong.append(f"{page.path} cannot be read: {lost!r}")
                continue
            finally:
                fresh.close()
            if status != 200:
                self.report.wrong.append(f"{page.path} answers {status}")
                continue
            self.report.pages += 1
            self.report.wrong += [f"{page.path}: {said}" for said in wrong_with(page.held, html)]

    def _compare_questions(self) -> None:
        report, rows = (
            self.report,
            self.venue.rows(
                "SELECT key, number, text FROM questions WHERE id > ?", self.last_question
            ),
        )
        stored = Counter(row["key"] for row in rows)
        numbers = {row["key"]: row["number"] for row in rows}
        sent: set[str] = set()
        for phone in self.phones:
            report.told += len(phone.told)
            for key in phone.sent:
                kept = digests.question_key(key, self._instance_key())
                sent.add(kept)
                if stored[kept] == 0:
                    report.lost.append(f"The question {key} is not there.")
                elif key not in phone.told:
                    report.lost.append(f"The phone that asked {key} was never told.")
                elif numbers[kept] != phone.told[key]:
                    report.wrong.append(f"{key} is {numbers[kept]}, told {phone.told[key]}.")
        report.doubled += [f"{key} is there {n} times." for key, n in stored.items() if n > 1]
        report.doubled += [
            f"Nobody asked {row['key']}: {row['text']}" for row in rows if row["key"] not in sent
        ]
        twice = Counter(row["text"] for row in rows)
        report.doubled += [f"{n} times: {text}" for text, n in twice.items() if n > 1]
        shared = Counter(self._all("SELECT number FROM questions WHERE event_id = ?"))
        report.doubled += [
            f"Number {number} is given {n} times." for number, n in shared.items() if n > 1
        ]

    def _compare_votes(self) -> None:
        key = self._instance_key()
        rows = self.venue.rows(
            "SELECT digest, question_id FROM me_toos JOIN participants ON participants.id = "
            "participant_id WHERE me_toos.id > ?",
            self.last_vote,
        )
        stored = Counter((row["digest"], row["question_id"]) for row in rows)
        meant, unsure = set(), set()

        def digest(cookie: str) -> str:
            return participant_digest(cookie, self.event_id, key)

        for phone in self.phones:
            known = digest(phone.browser.cookies.get(PARTICIPANT, ""))
            meant |= {(known, question) for question, on in phone.votes.items() if on}
            for first, question in phone.unsure:
                unsure |= {(known, question), (digest(participant_cookie(first, key)), question)}
        self.report.lost += [
            f"A me too for {vote[1]} is not there." for vote in meant - unsure - stored.keys()
        ]
        self.report.doubled += [
            f"Nobody said the me too for {vote[1]} that is there."
            for vote in stored.keys() - meant - unsure
        ]

    def _compare_changes(self) -> None:
        rows = self.venue.rows("SELECT id, key FROM changes WHERE key IS NOT NULL")
        stored = {row["key"]: row["id"] for row in rows}
        for one in self.staff:
            for key, change in one.told.items():
                kept = digests.change_key(key, self._instance_key())
                if kept not in stored:
                    self.report.lost.append(f"The act {key} is not there.")
                elif stored[kept] != change:
                    self.report.wrong.append(f"The act {key} is {stored[kept]}, told {change}.")

    def _instance_key(self) -> str:
        return (self.venue.instance / "secret.key").read_text().strip()

    def _one(self, statement: str, *values: object) -> int:
        (row,) = self.venue.rows(statement, *values)
        return int(next(iter(row.values())) or 0)

    def _all(self, statement: str) -> list[int]:
        rows = self.venue.rows(statement, self.event_id)
        return [int(next(iter(row.values()))) for row in rows]


# The faults


async def _some(day: Day, fault: Fault) -> None:
    day.venue.line.inflict(fault, times=day.dice.randint(3, 15), chance=0.7)
    await day.for_a_while(1, 4)


async def _a_while(day: Day, fault: Fault) -> None:
    """Whoever comes meets it, pages and sockets, too."""
    day.venue.line.inflict(fault, times=None, where=anything)
    await day.for_a_while(2, 6)
    day.venue.line.heal()


async def _slow(day: Day) -> None:
    day.venue.line.slow(day.dice.choice([1_000, 4_000, 16_000]))
    await day.for_a_while(2, 6)
    day.venue.line.slow(None)


async def _half_open(day: Day) -> None:
    day.venue.line.freeze()
    await day.for_a_while(3, 12)
    day.venue.line.thaw()


async def _forgotten(day: Day) -> None:
    day.venue.line.forget()


async def _cut(day: Day) -> None:
    day.venue.line.cut()


async def _off(day: Day) -> None:
    await asyncio.to_thread(day.venue.line.off)
    await day.for_a_while(1, 8)
    await asyncio.to_thread(day.venue.line.on)


async def _killed(day: Day) -> None:
    await asyncio.to_thread(day.venue.kill)
    await day.for_a_while(0, 3)
    await asyncio.to_thread(day.venue.start)


async def _killed_before_the_answer(day: Day) -> None:
    """What was just stored is on disk, and whoever wrote it does not know."""
    line, venue = day.venue.line, day.venue
    gone = asyncio.Event()
    loop = asyncio.get_running_loop()

    def kill() -> None:
        venue.kill()
        loop.call_soon_threadsafe(gone.set)

    line.inflict(Fault.DROP_ANSWER, where=writes, then=kill)
    try:
        async with asyncio.timeout(10):
            await gone.wait()
    except TimeoutError:
        line.heal()
        await asyncio.to_thread(venue.kill)
    await asyncio.to_thread(venue.start)


async def _stopped(day: Day) -> None:
    await asyncio.to_thread(day.venue.pause)
    await day.for_a_while(3, 20)
    day.venue.resume()


async def _locked(day: Day) -> None:
    seconds = day.dice.uniform(4, 10) * day.scale.deep

    def hold() -> None:
        with day.venue.locked():
            time.sleep(seconds)

    await asyncio.to_thread(hold)


def _named(
    how: Callable[[Day, Fault], Awaitable[None]], fault: Fault
) -> Callable[[Day], Awaitable[None]]:
    return lambda day: how(day, fault)


FAULTS: dict[str, Callable[[Day], Awaitable[None]]] = {
    "answers dropped after commit": _named(_some, Fault.DROP_ANSWER),
    "reset before the body": _named(_some, Fault.RESET_BEFORE),
    "reset during the body": _named(_some, Fault.RESET_DURING),
    "reset after the body": _named(_some, Fault.RESET_AFTER),
    "502 in place of the answer": _named(_some, Fault.BAD_GATEWAY_LATE),
    "502 for everything": _named(_a_while, Fault.BAD_GATEWAY),
    "captive portal": _named(_a_while, Fault.PORTAL),
    "slow line": _slow,
    "half-open line": _half_open,
    "forgotten lines": _forgotten,
    "cut lines": _cut,
    "no line": _off,
    "SIGKILL": _killed,
    "SIGKILL between commit and answer": _killed_before_the_answer,
    "SIGSTOP": _stopped,
    "database locked": _locked,
}
