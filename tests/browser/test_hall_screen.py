"""The hall reads the whole question: whatever is asked, no letter lies outside its box."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect

from simulation.waiting import HANGS_S
from tests.support.browsing import Demo, Serve, go
from tests.support.played import Hand, type_in

pytestmark = pytest.mark.browser

HARNESS = Path(__file__).parent / "hall.js"
PICTURES = [(1024, 768), (1280, 720), (1920, 1080), (3840, 2160)]
NORMAL, ALL = 200, 2000
LIST = "\n\n".join(f"{n}. Frage zum Punkt {n}?" for n in range(1, 8))

WORDS = [
    *("Wie", "hoch", "ist", "der", "Aufwand", "für", "eine", "kleine", "Gemeinde", "ohne", "IT"),
    *("und", "wer", "haftet", "dafür", "Rechtsgrundlage", "Datenschutz", "Kosten"),
]
COMPOUND = "Grundstücksverkehrsgenehmigungszuständigkeitsübertragungsverordnung"
FRAGMENTS: list[list[str]] = [
    WORDS,
    [COMPOUND, COMPOUND[:60], "Wohnraumförderungsbescheid", "und"],
    ["كم", "تكلفة", "التشغيل", "السنوي", "والاستضافة", "ه" * 60, "https://example.org/" + "a" * 40],
    ["ค่าใช้จ่ายในการดำเนินงานต่อปีเท่าไร", "ใคร", "รับผิดชอบ"],
    ["👩‍👩‍👧‍👦", "🏳️‍🌈", "👍🏽", "🇩🇪", "👨‍🚒" * 12],
    ["Z̷a̸l̵g̶o̴", "é" * 5, "ẍ̧̤" * 8, "नमस्ते", "가" * 12],
    ["https://www.kreis-example.de/digital/bauantrag?id=1234567890&schritt=zusammenfassung#ende"],
    ["如何分摊年度运营成本" * 3, "W" * 60, "i" * 80, "—", "1.", "•"],
]
BREAKS = ["\n", "\n\n", "\n\n\n\n", " \n \n ", "\r\n\r\n", "\n"]


def some_text(dice: random.Random, most: int, *, line: bool = False) -> str:
    """Words of one or two kinds with any line breaks between, up to `most` characters."""
    length = dice.choice([1, most, dice.randint(1, most), dice.randint(most * 2 // 3, most)])
    words = [word for kind in dice.sample(FRAGMENTS, dice.choice([1, 1, 2])) for word in kind]
    breaks = 0.0 if line else dice.choice([0, 0.1, 0.5, 1])
    text = ""
    while len(text) < length:
        text += dice.choice(words) + (dice.choice(BREAKS) if dice.random() < breaks else " ")
    return text[:length].strip() or "?"


def some_case(dice: random.Random, shows: str) -> dict[str, str]:
    message = some_text(dice, 200, line=True) if dice.random() < 0.6 else ""
    case = {".stage-message": message[: dice.choice([60, 200])]}
    if shows != "idle":
        case[".stage-text"] = some_text(dice, 400 if shows == "pitch" else 500)
    if shows == "before":
        case[".stage-answer"] = some_text(dice, dice.choice([200, 500, 2000]))
    if shows == "pitch":
        case[".stage-pitch-partner"] = some_text(dice, 300, line=True)
    elif shows != "idle" and dice.random() < 0.5:
        case[".stage-project"] = some_text(dice, 400, line=True)
        case[".stage-partner"] = some_text(dice, 300, line=True)
    if dice.random() < 0.2:
        case[".stage-next-project"] = some_text(dice, 400, line=True)
    if dice.random() < 0.2:
        case[".stage-stand b"] = some_text(dice, 40, line=True)
    if shows == "idle":
        case |= {".stage-series": some_text(dice, 200, line=True)}
        case |= {".stage-city": some_text(dice, 100, line=True)}
    return case


@pytest.fixture(scope="module")
def browser(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """One that sets letters on whole pixels, as some laptops do: a line does not shrink as its
    font does. The build with windows knows only the other way.
    """
    arguments = [*browser_type_launch_args["args"], "--font-render-hinting=full"]
    made = browser_type.launch(**(browser_type_launch_args | {"args": arguments}))
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """By its number: Playwright's own requests know no LAN name."""
    made = serve(tmp_path_factory.mktemp("hall") / "instance", "127.0.0.1")
    yield made
    made.server.finish()
    assert "Traceback" not in made.server.output


SHOWN = {"idle": "WUP", "pitch": "AC", "live": "GE", "before": "GE"}
"""What a screen shows, and at which event."""


class Hall:
    """Screens led to where they show what is wanted, with message, clock and what is to come.

    One page for all texts of an event: a new one for each would take minutes.
    """

    def __init__(self, hand: Hand, context: BrowserContext) -> None:
        self._hand, self._context = hand, context
        self._pages: dict[str, Page] = {}
        self._live = 0

    def show(self, shows: str, size: tuple[int, int] = PICTURES[0]) -> Page:
        event = SHOWN[shows]
        if event not in self._pages:
            self._pages[event] = self._open(event, "pitches" if shows == "pitch" else "round")
        page = self._pages[event]
        resize(page, size)
        if page.locator("#stage").get_attribute("data-shows") != shows:
            self._lead(event, shows)
            expect(page.locator("#stage")).to_have_attribute("data-shows", shows)
            page.evaluate("hall.start()")
        return page

    def _open(self, event: str, phase: str) -> Page:
        hand = self._hand
        hand.write(f"/organise/{event}/phase", phase=phase)
        hand.write(f"/moderate/{event}/message", value="Nachricht an den Saal")
        hand.write(f"/moderate/{event}/clock", value="30")
        for stand in range(1, 5):
            asked = type_in(hand, event, "Was kommt danach?", stand=str(stand))
            hand.act(event, asked, "shortlist")
        page = self._context.new_page()
        go(page, f"{hand.base}/screen/{event}")
        page.evaluate(HARNESS.read_text("utf-8"))
        page.evaluate("hall.start()")
        return page

    def _lead(self, event: str, shows: str) -> None:
        hand = self._hand
        if shows == "pitch":
            hand.write(f"/organise/{event}/pitches/call", stand=f"{event}3")
        if shows == "live" or (shows == "before" and not self._live):
            self._live = type_in(hand, event, "Was kostet der Betrieb im Jahr?", stand="1")
            hand.act(event, self._live, "live")
        if shows == "before":
            hand.act(event, self._live, "answer", how="in_round", answer="Ja.")


@pytest.fixture(scope="module")
def hall(shared: Demo, browser: Browser) -> Iterator[Hall]:
    """With every pass: of the organiser, the moderations, the screens."""
    context = browser.new_context(locale="de-DE", reduced_motion="reduce")
    context.set_default_timeout(HANGS_S * 1000)
    hand = Hand(shared.base, context.request)
    hand.enter_all(shared.link("organiser").partition("#")[2])
    yield Hall(hand, context)
    context.close()


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


def size_of(page: Page, part: str) -> float:
    """Of its letters, as a part of the picture's height."""
    return float(page.evaluate("(part) => hall.sizes()[part]", part))


@pytest.mark.parametrize("shows", SHOWN)
def test_what_has_room_is_neither_cut_nor_smaller(hall: Hall, shows: str) -> None:
    for size in PICTURES:
        page = hall.show(shows, size)
        page.evaluate("hall.place({})")
        whole = page.locator(".stage-room, .stage-from, .stage-message, .stage-idle")
        shown = "".join(whole.all_inner_texts())
        assert "…" not in shown
        assert page.locator(".stage-whole").is_hidden()
        assert page.evaluate("hall.outside()") == []
        if shows == "idle":
            assert size_of(page, "stage-city") > 0.06
        else:
            assert size_of(page, "stage-words") > 0.07


QR = "document.querySelector('.way-in-code').getBoundingClientRect().height / innerHeight"
FAR = 0.046
"""Small letters are half as high: 2.3 % of the picture's height is read from the last row."""


@pytest.mark.parametrize("shows", SHOWN)
def test_the_way_in_and_what_comes_next_are_read_from_the_last_row(hall: Hall, shows: str) -> None:
    for size in PICTURES:
        page = hall.show(shows, size)
        page.evaluate("hall.place({'.stage-message': ''})")
        if shows == "pitch":
            assert size_of(page, "stage-pitch-near") > 0
            near = page.locator(".stage-pitch-near dd").last
            assert near.evaluate(FONT) >= FAR * 0.99
        else:
            assert size_of(page, "way-in-address") >= FAR * 0.99
            assert page.evaluate(QR) >= 0.09
            assert size_of(page, "stage-next") >= FAR * 0.99


FONT = "(one) => parseFloat(getComputedStyle(one).fontSize) / innerHeight"


@pytest.mark.parametrize("size", PICTURES)
def test_a_list_with_blank_lines_keeps_its_lines_and_loses_none(
    hall: Hall, size: tuple[int, int]
) -> None:
    page = hall.show("live", size)
    page.evaluate("(case_) => hall.place(case_)", {".stage-text": LIST, ".stage-message": ""})
    assert page.locator(".stage-text").inner_text() == LIST.replace("\n\n", "\n")
    assert page.evaluate("hall.outside()") == []
    assert size_of(page, "stage-words") >= 0.036


def test_what_comes_next_goes_before_the_question_gets_small(hall: Hall) -> None:
    page = hall.show("live", (1024, 768))
    question = ("Wie hoch ist der Aufwand im laufenden Betrieb? " * 20)[:500].strip()
    case = {".stage-text": question, ".stage-message": "Wir beginnen in zehn Minuten. " * 2}
    page.evaluate("(case_) => hall.place(case_)", case)
    assert page.locator(".stage-text").inner_text() == question
    assert page.locator(".stage-next > li:visible").count() < 3
    assert size_of(page, "stage-words") >= 0.036
    # The next question has room again.
    page.evaluate("hall.place({})")
    assert page.locator(".stage-next > li:visible").count() == 3


def test_lines_become_separators_when_there_is_no_room_for_them(hall: Hall) -> None:
    page = hall.show("live", (1280, 720))
    case = {".stage-text": "\n".join(["Wer zahlt?", *["Punkt"] * 60]), ".stage-message": ""}
    page.evaluate("(case_) => hall.place(case_)", case)
    shown = page.locator(".stage-text").inner_text()
    assert shown == "Wer zahlt? " + " · ".join(["Punkt"] * 60)


def test_what_is_cut_says_so_and_is_whole_again_in_a_larger_picture(hall: Hall) -> None:
    page = hall.show("before", (1280, 720))
    case = {
        ".stage-text": "WIE WIRD GEHAFTET? " * 26,
        ".stage-answer": "MIT ALLEM VERMÖGEN. " * 100,
        ".stage-message": "Noch zwei Fragen. " * 11,
    }
    page.evaluate("(case_) => hall.place(case_)", case)
    answer = page.locator(".stage-answer")
    assert answer.inner_text().endswith(("MIT…", "ALLEM…", "VERMÖGEN.…"))
    assert page.get_by_text("Ganz auf dem Telefon").is_visible()
    assert page.locator(".stage-coming").is_hidden()
    # Wider than any projector's.
    resize(page, (3840, 1080))
    expect(answer).to_have_text(case[".stage-answer"].strip())


@pytest.mark.parametrize("shows", SHOWN)
@pytest.mark.parametrize(
    "texts", [NORMAL, pytest.param(ALL, marks=[pytest.mark.slow, pytest.mark.timeout(600)])]
)
def test_no_letter_lies_outside_its_box(
    hall: Hall, shows: str, texts: int, request: pytest.FixtureRequest
) -> None:
    seed = request.config.getoption("--seed") or 1126
    request.node.add_report_section("setup", "seed", f"Once more the same: --seed {seed}")
    dice = random.Random(f"{seed} {shows}")
    wrong = []
    for size in PICTURES:
        page = hall.show(shows, size)
        cases = [some_case(dice, shows) for _ in range(texts // len(SHOWN) // len(PICTURES) + 1)]
        for case, result in zip(cases, page.evaluate("hall.play", cases), strict=True):
            if result["faults"]:
                wrong.append((size, result["faults"], case))
    told = "\n".join(map(ascii, wrong[:3]))
    assert not wrong, f"{len(wrong)} of {texts // len(SHOWN)}, the first:\n{told}"
