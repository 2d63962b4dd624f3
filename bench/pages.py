"""What the staff's pages weigh and cost, and how soon a slow laptop can use them.

    .venv/bin/python -m bench.pages             (some minutes; Chromium must be there)
    .venv/bin/python -m bench.pages --no-browser

The server is started as the README says and filled over HTTP. A page's price is the processor time
that the server takes for it, over many requests; a page is usable once a press on a question's verb
is answered by the page itself, measured from the start of the navigation by the page's own clock.
"""

import argparse
import gzip
import http.client
import json
import os
import statistics
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

from bench import grounds
from bench.grounds import ROOT, Ground

SIZES = (60, 200, 490)
"""How many questions the moderation has, the demo fair's included."""
REQUESTS = 60
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
CHROMIUM = "/usr/bin/chromium"
VISITS = 3
RUNS = ((60, 4), (200, 4), (490, 1))
"""(questions, how many times slower the processor is made)."""

# One in so many of the questions that come in beside the demo fair's, by what becomes of it.
FATES: tuple[tuple[int, str, dict[str, str]], ...] = (
    (4, "answer", {"how": "at_stand", "answer": "Ja, seit dem Frühjahr, und es bleibt dabei."}),
    (9, "owe", {}),
    (11, "shortlist", {}),
    (13, "decline", {"reason": "Wurde schon beantwortet"}),
)


@dataclass
class Visitor:
    """Somebody with the moderation's pass, over one kept connection."""

    ground: Ground
    cookie: str = ""
    line: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", self.ground.port, timeout=60)
        headers = SAME_ORIGIN | {"Accept": "text/html"}
        self.ask("POST", "/pass", {"secret": self.ground.moderator_secret}, headers)

    def ask(
        self, method: str, path: str, fields: dict[str, str], headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """Send a request; the answer's status and body."""
        told = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        if self.cookie:
            told["Cookie"] = self.cookie
        self.line.request(method, path, urlencode(fields) if fields else None, told)
        answer = self.line.getresponse()
        body = answer.read()
        for cookie in answer.msg.get_all("Set-Cookie") or []:
            self.cookie = cookie.partition(";")[0]
        return answer.status, body

    def read(self, path: str) -> bytes:
        """A page."""
        status, body = self.ask("GET", path, {}, {"Accept": "text/html"})
        if status != 200:
            raise RuntimeError(f"{path} answers {status}")
        return body

    def write(self, path: str, **fields: str) -> dict[str, object]:
        """A write of staff's; what was told."""
        told = {"key": str(uuid.uuid4()), **fields}
        status, body = self.ask("POST", path, told, SAME_ORIGIN)
        if status >= 300:
            raise RuntimeError(f"{path} answers {status}: {body!r}")
        answer: dict[str, object] = json.loads(body)
        return answer


def fill(visitor: Visitor, until: int) -> None:
    """Ask until the moderation has so many questions, and deal with some of them."""
    base = f"/moderate/{visitor.ground.event}"
    texts = [
        json.loads(line)["text"]
        for line in (ROOT / "exchange/demo/questions.jsonl").read_text().splitlines()
    ]
    while True:
        page = visitor.read(base).decode()
        have = int(page.rpartition('data-part="total"><b>')[2].partition("<")[0])
        if have >= until:
            return
        number = have + 1
        text = f"{texts[number % len(texts)]} ({number})"
        stand = visitor.ground.stands[number % len(visitor.ground.stands)]
        visitor.write(f"{base}/questions", text=text[:500], stand=stand)
        fate = next(((verb, more) for every, verb, more in FATES if number % every == 0), None)
        if fate is not None:
            page = visitor.read(base).decode()
            id_ = max(int(one) for one in _ids(page))
            visitor.write(f"{base}/questions/{id_}/{fate[0]}", version="1", **fate[1])


def _ids(page: str) -> list[str]:
    return [
        part.partition('"')[0]
        for part in page.split('<article class="question')[1:]
        for part in part.split('id="question-')[1:2]
    ]


@dataclass(frozen=True)
class Weight:
    """What one page came to."""

    questions: int
    rows: int
    bytes: int
    zipped: int
    cpu_ms: float


def weigh(visitor: Visitor, questions: int) -> Weight:
    """The moderation as it is now: its size, and the processor time of a request."""
    path = f"/moderate/{visitor.ground.event}"
    body = visitor.read(path)
    rows = body.count(b'<article class="question')
    for _ in range(5):
        visitor.read(path)
    before = grounds.cpu_s(visitor.ground.process_id)
    for _ in range(REQUESTS):
        visitor.read(path)
    cpu = (grounds.cpu_s(visitor.ground.process_id) - before) / REQUESTS
    return Weight(questions, rows, len(body), len(gzip.compress(body)), cpu * 1000)


# As soon as scripts have begun, the first open question's first verb is pressed; the page has
# answered when it shows that, and has drawn it. A page that answered once may be busy again (a
# browser looks at forms when all else is done), so a clock ticks on: the page is usable from the
# moment on from which no tick comes late.
PRESS_AT_ONCE = """(() => {
  const told = { answered: 0, busyUntil: 0, longest: 0, now: 0 };
  globalThis.told = told;
  const look = () => {
    // Until then it is "early", and a press sends the form as without scripts.
    const button = document.documentElement?.dataset.js === ''
      && document.querySelector('#list-open button[formaction$="/shortlist"]');
    if (!button) return setTimeout(look, 5);
    const card = button.closest('[data-version]');
    button.click();
    const answered = () => {
      if (card.isConnected && !card.hasAttribute('data-my-busy')
        && card.closest('#list-open')) return setTimeout(answered, 5);
      requestAnimationFrame(() => requestAnimationFrame(() => {
        told.answered = performance.now();
      }));
    };
    answered();
  };
  look();
  let due = performance.now() + 20;
  setInterval(() => {
    const now = performance.now();
    if (now - due > 200) {
      told.busyUntil = now;
      told.longest = Math.max(told.longest, now - due);
    }
    due = now + 20;
    told.now = now;
  }, 20);
})()"""
QUIET_MS = 5000


@dataclass(frozen=True)
class Usable:
    """One visit, in milliseconds from the start of the navigation."""

    answered: float
    """When the first press was answered."""
    quiet: float
    """From when on the page answers at once."""
    longest: float
    """The longest time that it answered nothing."""


def usable(browser: Browser, visitor: Visitor, slower: int) -> list[Usable]:
    """How soon the moderation can be used, visit by visit."""
    name, _, value = visitor.cookie.partition("=")
    base = f"http://127.0.0.1:{visitor.ground.port}"
    found = []
    for _ in range(VISITS):
        context = browser.new_context(locale="de-DE", viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": name, "value": value, "url": base}])
        page = context.new_page()
        page.add_init_script(PRESS_AT_ONCE)
        line = context.new_cdp_session(page)
        line.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.goto(f"{base}/moderate/{visitor.ground.event}", wait_until="commit", timeout=120_000)
        found.append(_until_quiet(page))
        context.close()
    return found


def _until_quiet(page: Page) -> Usable:
    give_up = time.monotonic() + 120
    while time.monotonic() < give_up:
        # Seldom asked: to ask costs the page some of the time that is measured.
        page.wait_for_timeout(500)
        told: dict[str, float] = page.evaluate("globalThis.told ?? {}")
        quiet = max(told.get("answered", 0), told.get("busyUntil", 0))
        if told.get("answered") and told["now"] > quiet + QUIET_MS:
            return Usable(told["answered"], quiet, told["longest"])
    raise RuntimeError("The page never answered a press.")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--no-browser", action="store_true", help="only size and price")
    chosen = parser.parse_args(arguments)
    weights: list[Weight] = []
    times: list[tuple[int, int, list[Usable]]] = []
    with grounds.exchange() as ground, sync_playwright() as playwright:
        visitor = Visitor(ground)
        browser = None
        if not chosen.no_browser:
            program = os.environ.get("EXCHANGE_CHROMIUM", CHROMIUM)
            options = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=program, args=options)
        for size in SIZES:
            fill(visitor, size)
            weights.append(weigh(visitor, size))
            for questions, slower in RUNS:
                if browser is not None and questions == size:
                    times.append((size, slower, usable(browser, visitor, slower)))
        if browser is not None:
            browser.close()
    print("| questions | rows on the page | KB of HTML | KB gzipped | CPU ms a request |")
    print("|---|---|---|---|---|")
    for one in weights:
        print(
            f"| {one.questions} | {one.rows} | {one.bytes / 1000:.0f} | {one.zipped / 1000:.0f} "
            f"| {one.cpu_ms:.1f} |"
        )
    if times:
        print("\n| questions | processor | first press answered | quiet after | longest pause |")
        print("|---|---|---|---|---|")
        for size, slower, found in times:
            figures = " | ".join(
                f"{statistics.median(each):.0f} ({min(each):.0f} to {max(each):.0f})"
                for each in zip(
                    *((one.answered, one.quiet, one.longest) for one in found), strict=True
                )
            )
            print(f"| {size} | 1/{slower} | {figures} |")


if __name__ == "__main__":
    main()
