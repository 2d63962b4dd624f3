"""For everybody: what a checker finds, small screens, keyboards, forced colours, no motion."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from tests.support.browsing import Demo, Serve
from tests.support.played import AHEAD, IN_ROUND, OVER, UNDER_WAY, Hand, play

pytestmark = pytest.mark.browser

# Each language with the light that its first look is in.
LANGUAGES: dict[str, dict[str, Any]] = {
    "de": {"locale": "de-DE", "color_scheme": "light"},
    "en": {"locale": "en-GB", "color_scheme": "dark"},
}
# Off by default, being new in WCAG 2.2.
RULES = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
COLOURS = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
WIDE: ViewportSize = {"width": 1280, "height": 720}
NARROW: ViewportSize = {"width": 320, "height": 640}
TOUCH: ViewportSize = {"width": 820, "height": 1180}

Do = Callable[[Page], None]


@dataclass(frozen=True)
class State:
    """A page, and what to do there before it is looked at."""

    path: str
    do: Do = lambda page: None


def press_ask_with_nothing(page: Page) -> None:
    page.locator("form[data-ask] button[type=submit]").click()
    expect(page.locator("form[data-ask] [data-error]")).not_to_be_empty()


def open_everything(page: Page) -> None:
    """What is folded, and in each question another one of its panels."""
    page.evaluate(
        """() => {
          for (const one of document.querySelectorAll('details')) one.open = true;
          for (const [n, row] of document.querySelectorAll('[data-verbs]').entries()) {
            const openers = [...row.querySelectorAll('[data-opens]')];
            openers[n % openers.length]?.click();
            const rarer = [...row.querySelectorAll('.more-verbs > [data-opens]')];
            if (rarer.length && n % 3) rarer[n % rarer.length].click();
          }
        }"""
    )


def open_all_at_length(page: Page) -> None:
    """The same on a window so long that no list scrolls: half a button at its end is no target."""
    page.set_viewport_size({"width": 1440, "height": 12_000})
    open_everything(page)


def open_first_passes(page: Page) -> None:
    """A few passes with all that is folded away in them; the others are like them."""
    page.evaluate(
        """() => {
          for (const one of [...document.querySelectorAll('.pass')].slice(0, 4)) {
            for (const part of [one, ...one.querySelectorAll('details')]) part.open = true;
          }
        }"""
    )


def add_a_stand_that_is_there(page: Page) -> None:
    page.get_by_label("Standnummer").or_(page.get_by_label("Stand number")).fill("01")
    page.locator(".two-forms form").first.get_by_role("button").click()
    expect(page.locator("#new-label-error")).not_to_be_empty()


def save_a_link_that_is_none(page: Page) -> None:
    page.get_by_label("Links").fill("nirgendwo")
    page.locator(".entry-save button").click()
    expect(page.locator("#links-error")).not_to_be_empty()


def read_registered(page: Page) -> None:
    """A list with a row that cannot be taken."""
    page.locator("[name=list]").fill("Kommune\tAnzahl\nStadt Marl\t2\nSumme\t2\n")
    page.locator(".registered-form button").last.click()
    expect(page.locator("#preview")).to_be_visible()


def open_help(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()


def filter_for_nothing(page: Page) -> None:
    page.locator("#filter-q").fill("xyz")
    expect(page.locator("#filter-said")).to_be_visible()


def choose_a_row(page: Page) -> None:
    page.keyboard.press("j")
    expect(page.locator("[data-my-current]")).to_be_focused()


STATES = {
    "home": State("/"),
    "home, unknown code": State("/?code=ZZZ"),
    "home, several stands": State("/?code=Stand+1"),
    "event": State(f"/e/{UNDER_WAY}"),
    "event, found": State(f"/e/{UNDER_WAY}?q=Punkt"),
    "event, nothing found": State(f"/e/{UNDER_WAY}?q=xyz"),
    "event, stands found": State(f"/e/{UNDER_WAY}?stand=stadt"),
    "event, no stand found": State(f"/e/{UNDER_WAY}?stand=xyz"),
    "event, not yet": State(f"/e/{AHEAD}"),
    "event, over": State(f"/e/{OVER}"),
    "event, the latest found": State(f"/e/{UNDER_WAY}?q=Punkt&sort=new"),
    "event, in its round": State(f"/e/{IN_ROUND}"),
    "stand, empty": State(f"/s/{UNDER_WAY}9"),
    "stand, with questions": State(f"/s/{UNDER_WAY}1", open_everything),
    "stand, refused": State(f"/s/{UNDER_WAY}9", press_ask_with_nothing),
    "stand, in its round": State(f"/s/{IN_ROUND}1"),
    "stand, not yet": State(f"/s/{AHEAD}1"),
    "stand, closed": State(f"/s/{OVER}1"),
    "project": State("/projects/digitaler-bauantrag"),
    "minutes": State(f"/e/{OVER}/minutes"),
    "door": State("/pass"),
    "refused": State("/present/XXX"),
    "desk, empty": State(f"/present/{UNDER_WAY}9"),
    "desk, full": State(f"/present/{UNDER_WAY}1"),
    "desk, all open": State(f"/present/{IN_ROUND}1", open_everything),
    "moderation": State(f"/moderate/{UNDER_WAY}"),
    "moderation, empty": State(f"/moderate/{AHEAD}"),
    "moderation, in its round": State(f"/moderate/{IN_ROUND}"),
    "moderation, all open": State(f"/moderate/{IN_ROUND}", open_all_at_length),
    "moderation, filtered": State(f"/moderate/{UNDER_WAY}", filter_for_nothing),
    "moderation, chosen": State(f"/moderate/{UNDER_WAY}", choose_a_row),
    "question at the desk": State(f"/present/{UNDER_WAY}1/questions/1"),
    "question in the moderation": State(f"/moderate/{UNDER_WAY}/questions/2"),
    "organise, passes": State(f"/organise/{UNDER_WAY}/passes", open_first_passes),
    "organise, hand out": State(f"/organise/{UNDER_WAY}/passes/hand-out"),
    "organise, pitches": State(f"/organise/{UNDER_WAY}/pitches"),
    "organise, import": State(f"/organise/{UNDER_WAY}/import", open_everything),
    "moderation, help": State(f"/moderate/{IN_ROUND}", open_help),
    "screen, idle": State(f"/screen/{UNDER_WAY}"),
    "screen, live": State(f"/screen/{IN_ROUND}"),
    "organise": State("/organise", open_everything),
    "organise, event": State(f"/organise/{UNDER_WAY}", open_first_passes),
    "organise, event ahead": State(f"/organise/{AHEAD}"),
    "organise, stands": State(f"/organise/{UNDER_WAY}/stands"),
    "organise, stands, refused": State(f"/organise/{UNDER_WAY}/stands", add_a_stand_that_is_there),
    "organise, stand": State(f"/organise/{UNDER_WAY}/stands/{UNDER_WAY}1"),
    "organise, settings": State(f"/organise/{UNDER_WAY}/settings"),
    "organise, project": State("/organise/projects/digitaler-bauantrag", open_everything),
    "organise, projects": State("/organise/series/modellregionen/projects"),
    "organise, series": State("/organise/series/modellregionen/settings"),
    "organise, new event": State(f"/organise/series/modellregionen/events/new?copy={UNDER_WAY}"),
    "entry": State(f"/present/{AHEAD}1/entry"),
    "entry, refused": State(f"/present/{AHEAD}2/entry", save_a_link_that_is_none),
    "entry, closed": State(f"/present/{UNDER_WAY}1/entry"),
    "entries": State(f"/organise/{AHEAD}/entries"),
    "standard questions": State("/organise/series/modellregionen/questions"),
    "live": State(f"/organise/{UNDER_WAY}/live", open_everything),
    "live, before the day": State(f"/organise/{AHEAD}/live"),
    "registered": State(f"/organise/{UNDER_WAY}/registered"),
    "registered, read": State(f"/organise/{UNDER_WAY}/registered", read_registered),
    "sheets": State(f"/organise/{UNDER_WAY}/sheets"),
}
NOT_FOR_PHONES = ("screen", "sheets")


@pytest.fixture(scope="module")
def fair(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """One server for all looks. By its number: Playwright's own requests know no LAN name."""
    instance = tmp_path_factory.mktemp("access") / "instance"
    return serve(instance, "127.0.0.1")


@pytest.fixture(scope="module")
def cookies(fair: Demo, browser: Browser) -> Any:
    """Those of a browser that asked a lot and holds every pass."""
    context = browser.new_context(locale="de-DE")
    hand = Hand(fair.base, context.request)
    hand.enter_all(fair.link("organiser").partition("#")[2])
    play(hand)
    kept = context.storage_state()
    context.close()
    return kept


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """One that pages are looked at in."""
    return str(request.param)


@pytest.fixture(scope="module")
def tab(language: str, cookies: Any, browser: Browser) -> Iterator[Page]:
    """One for all looks in a language: to open another costs more than to look."""
    made = browser.new_context(
        **LANGUAGES[language], storage_state=cookies, reduced_motion="reduce"
    )
    yield made.new_page()
    made.close()


@pytest.fixture
def page(tab: Page, language: str) -> Iterator[Page]:
    """The tab as if nothing had been looked at before; what is opened is a document of its own."""
    tab.set_viewport_size(WIDE)
    tab.emulate_media(color_scheme=LANGUAGES[language]["color_scheme"])
    yield tab
    tab.evaluate("sessionStorage.clear()")


Special = Callable[..., Page]


@pytest.fixture(scope="module")
def special(cookies: Any, browser: Browser) -> Iterator[Special]:
    """A page of such a size in a browser with wishes of its own, one for all who wish the same."""
    made: dict[str, Page] = {}

    def open_page(viewport: ViewportSize = WIDE, **wishes: Any) -> Page:
        if repr(wishes) not in made:
            context = browser.new_context(locale="de-DE", storage_state=cookies, **wishes)
            made[repr(wishes)] = context.new_page()
        page = made[repr(wishes)]
        page.set_viewport_size(viewport)
        return page

    yield open_page
    for page in made.values():
        page.context.close()


@pytest.mark.parametrize("name", STATES)
def test_a_page_is_for_everybody(fair: Demo, page: Page, name: str) -> None:
    """A checker finds nothing, by day and by night; and nothing runs over at 320 pixels."""
    show(page, fair, name)
    found = findings(page, RULES)
    if page.locator("html[lang=de]").count():
        # Colours are the same in every language: once is enough.
        page.emulate_media(color_scheme="dark")
        settle(page)
        found += findings(page, COLOURS)
    if not name.startswith(NOT_FOR_PHONES):
        page.set_viewport_size(NARROW)
        settle(page)
        found += "".join(f"\nruns over: {one}" for one in page.evaluate(RUNS_OVER))
    if page.locator("html[lang=de]").count():
        found += "".join(f"\ntoo small: {one}" for one in too_small(page))
    assert found == "", found


# Each with the forms that ask for something.
ASKING_FOR_SOMETHING = [
    *("event", "stand, empty", "door", "moderation", "question at the desk"),
    *("question in the moderation", "organise, stands", "organise, stand", "organise, settings"),
    *("organise, project", "organise, series", "organise, new event", "organise, pitches"),
    "organise, passes",
]


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKING_FOR_SOMETHING)
def test_a_form_that_is_refused_is_for_everybody(fair: Demo, page: Page, name: str) -> None:
    """Each one sent empty, past the scripts, as a browser without them would."""
    show(page, fair, name)
    forms = page.evaluate(REQUIRING)
    assert forms, "Nothing is asked for here."
    found = ""
    # What is half under the bar at the top is not too small: nothing scrolls here.
    page.set_viewport_size({"width": 1280, "height": 6000})
    for form in forms:
        show(page, fair, name)
        with page.expect_navigation() as answered:
            page.evaluate(SEND_EMPTY, form)
        assert answered.value.status == (403 if name == "door" else 422), form
        found += findings(page, RULES)
    assert found == "", found


REQUIRING = """() => {
  const forms = [...document.querySelectorAll('form[method=post]')];
  // Of those that differ in whom they are about alone, one.
  const kinds = new Map(forms.map((form, n) => [
    `${form.getAttribute('action')} ${form.className}`.replace(/\\d+|[A-Z]{2,}\\w*/g, '*'), n]));
  return [...kinds.values()].filter((n) =>
    [...forms[n].elements].some((one) => one.required && one.type !== 'hidden'));
}"""
SEND_EMPTY = """(n) => {
  const form = document.querySelectorAll('form[method=post]')[n];
  for (const one of form.elements) if (one.required && 'value' in one) one.value = '';
  HTMLFormElement.prototype.submit.call(form);
}"""


WITHOUT_SCRIPTS = [
    *("home", "event", "event, found", "event, stands found", "stand, with questions"),
    *("stand, in its round", "stand, closed", "project", "door", "desk, full", "moderation"),
    *("moderation, in its round", "question at the desk", "question in the moderation"),
    *("screen, live", "organise", "organise, event", "organise, stands", "organise, import"),
    *("organise, passes", "organise, pitches", "organise, settings", "entry", "registered", "live"),
]


@pytest.mark.slow
@pytest.mark.parametrize("name", WITHOUT_SCRIPTS)
def test_a_page_without_scripts_is_for_everybody(fair: Demo, page: Page, name: str) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setScriptExecutionDisabled", {"value": True})
    page.goto(f"{fair.base}{STATES[name].path}")
    # The checker may; of the page's own nothing has run.
    devtools.send("Emulation.setScriptExecutionDisabled", {"value": False})
    devtools.detach()
    assert page.locator("html[data-js]").count() == 0
    found = findings(page, RULES)
    if not name.startswith(NOT_FOR_PHONES):
        page.set_viewport_size(NARROW)
        settle(page)
        found += "".join(f"\nruns over: {one}" for one in page.evaluate(RUNS_OVER))
    assert found == "", found


def too_small(page: Page) -> list[str]:
    """What a finger misses, on a narrow touch screen and on a tablet."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    found: list[str] = []
    for size in (NARROW, TOUCH):
        page.set_viewport_size(size)
        settle(page)
        assert page.evaluate("matchMedia('(pointer: coarse)').matches")
        found += (f"{size['width']} px: {one}" for one in page.evaluate(TOO_SMALL))
    devtools.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    devtools.detach()
    return found


# A finger's target: 44 px each way, by its box, by that of its label, or by where a press counts.
TOO_SMALL = """() => {
  const LEAST = 43.5;
  const inText = (one) => one.localName === 'a' && getComputedStyle(one).display === 'inline'
    && one.parentElement.textContent.trim().length > one.textContent.trim().length + 3;
  const isLarge = (box) => box.width >= LEAST && box.height >= LEAST;
  const takes = (one, x, y) => {
    const hit = document.elementFromPoint(x, y);
    return hit && (one.contains(hit) || hit.closest('label')?.control === one);
  };
  return [...document.querySelectorAll(
    'button, summary, select, textarea, input:not([type=hidden]), a[href]')]
    .filter((one) => one.checkVisibility({visibilityProperty: true, opacityProperty: false}))
    .filter((one) => !one.matches('.skip-link, .visually-hidden') && !inText(one))
    .filter((one) => ![one, ...(one.labels ?? [])].some((part) =>
      isLarge(part.getBoundingClientRect())))
    .filter((one) => {
      one.scrollIntoView({block: 'center', behavior: 'instant'});
      const box = one.getBoundingClientRect();
      const x = box.left + box.width / 2;
      const y = box.top + box.height / 2;
      return ![[0, -21], [0, 21], [-21, 0], [21, 0]].every(([right, down]) =>
        takes(one, x + right, y + down));
    })
    .map((one) => {
      const box = one.getBoundingClientRect();
      const name = (one.innerText || one.name || one.id).trim().replace(/\\s+/g, ' ').slice(0, 40);
      const size = `${Math.round(box.width)}x${Math.round(box.height)}`;
      return `${size} ${one.localName}.${one.className} '${name}'`;
    });
}"""


RUNS_OVER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > width + 1)
    .map((one) => one.outerHTML.slice(0, 150));
}"""


def test_the_checker_finds_nothing_on_the_screen_after_an_answer(
    fair: Demo, special: Special
) -> None:
    page = special(viewport={"width": 1920, "height": 1080})
    show(page, fair, "screen, live")
    number = int(re.sub(r"\D", "", page.locator(".stage-number").inner_text()))
    hand = Hand(fair.base, page.context.request)
    hand.act(IN_ROUND, number, "answer", how="in_round", answer="Zwei Stunden in der Woche.")
    expect(page.locator("#stage")).to_have_attribute("data-shows", "before")
    found = findings(page, RULES)
    hand.act(IN_ROUND, number, "shortlist")
    hand.act(IN_ROUND, number, "live")
    assert found == "", found


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("stand, with questions", (412, 839)),
        ("desk, full", (820, 1180)),
        ("desk, full", (412, 839)),
        ("moderation", (1440, 900)),
        ("moderation", (820, 1180)),
    ],
)
def test_what_has_the_focus_is_never_covered(
    fair: Demo, special: Special, name: str, size: tuple[int, int]
) -> None:
    page = special(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    show(page, fair, name)
    covered = []
    for _ in range(70):
        page.keyboard.press("Tab")
        told = page.evaluate(COVERED)
        if told:
            covered.append(told)
    assert covered == []


SETTLE = """
  await new Promise(requestAnimationFrame);
  await Promise.allSettled(document.getAnimations().map((one) => one.finished));"""
"""Lets what glides come to rest."""

COVERED = (
    f"async () => {{{SETTLE}"
    + """
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  const box = (focused.matches('input[type=radio], input[type=checkbox]')
    ? focused.closest('label') ?? focused : focused).getBoundingClientRect();
  const points = [[.5, .5], [.1, .1], [.9, .1], [.1, .9], [.9, .9]].map(([x, y]) =>
    document.elementFromPoint(box.left + box.width * x, box.top + box.height * y));
  const seen = points.some((one) => one && (focused.contains(one) || one.contains(focused)));
  return seen ? null : focused.outerHTML.slice(0, 120);
}"""
)


@pytest.mark.parametrize(
    "name",
    [
        "stand, with questions",
        "minutes",
        "desk, full",
        "moderation",
        "screen, live",
        "organise, event",
        "organise, stands, refused",
        "entry",
        "live",
    ],
)
def test_forced_colours_leave_edges_and_focus(fair: Demo, special: Special, name: str) -> None:
    page = special(forced_colors="active")
    show(page, fair, name)
    bare = page.evaluate(WITHOUT_EDGE)
    assert bare == []
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


WITHOUT_EDGE = """() => [
    ...document.querySelectorAll(`.button, .button-quiet, .me-too, .input, .hall-full, .badge,
      .notice, .toast, .verb-panel, .saved, .phase-step, [aria-pressed="true"]`)]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && one.offsetWidth > 2)
  .filter((one) => {
    const style = getComputedStyle(one);
    const edged = style.borderStyle !== 'none' && parseFloat(style.borderWidth) > 0;
    return !edged && !style.textDecorationLine.includes('underline');
  }).map((one) => one.outerHTML.slice(0, 120))"""


def test_the_chosen_row_is_seen_where_colours_are_forced(fair: Demo, special: Special) -> None:
    page = special(forced_colors="active")
    show(page, fair, "moderation")
    page.keyboard.press("j")
    chosen = page.locator("[data-my-current]")
    expect(chosen).to_be_focused()
    style = chosen.evaluate(
        "(one) => [getComputedStyle(one).outlineStyle, getComputedStyle(one).outlineWidth]"
    )
    assert style == ["solid", "3px"]


@pytest.mark.parametrize("wishes", [{"forced_colors": "active"}, {"color_scheme": "dark"}])
def test_a_sheet_is_black_on_white_whatever_the_screen_is_told(
    fair: Demo, special: Special, wishes: dict[str, Any]
) -> None:
    page = special(**wishes)
    show(page, fair, "sheets")
    assert page.locator(".sheet").first.evaluate(COLOURS_OF) == [
        "rgb(0, 0, 0)",
        "rgb(255, 255, 255)",
    ]


COLOURS_OF = "(one) => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"


def test_minutes_are_printed_black_on_white_with_edges_at_what_became_of_a_question(
    fair: Demo, special: Special
) -> None:
    page = special(color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    show(page, fair, "minutes")
    assert page.evaluate(PRINTED) == []
    assert page.locator(".badge").count() > 2
    page.emulate_media(media="screen", color_scheme="dark")


PRINTED = """() => [...document.querySelectorAll('main, main *')]
  .filter((one) => one.checkVisibility())
  .filter((one) => {
    const {color, backgroundColor, borderTopStyle, borderTopWidth} = getComputedStyle(one);
    const edged = borderTopStyle !== 'none' && parseFloat(borderTopWidth) >= 1;
    return color !== 'rgb(0, 0, 0)'
      || !['rgba(0, 0, 0, 0)', 'rgb(255, 255, 255)'].includes(backgroundColor)
      || (one.matches('.badge') && !edged);
  }).map((one) => one.outerHTML.slice(0, 120))"""


def test_nothing_moves_for_those_who_ask_for_stillness(fair: Demo, special: Special) -> None:
    page = special(reduced_motion="reduce")
    show(page, fair, "desk, full")
    page.evaluate(WATCH_MOTION)
    before = page.locator("#list-open article").count()
    Hand(fair.base, page.context.request).write(
        f"/present/{UNDER_WAY}1/questions", text="Gleitet das herein?"
    )
    expect(page.locator("#list-open article")).to_have_count(before + 1)
    page.wait_for_timeout(300)
    assert page.evaluate("moved") == []


WATCH_MOTION = """() => {
  globalThis.moved = [];
  for (const kind of ['animationstart', 'transitionstart']) {
    addEventListener(kind, ({target}) => {
      for (const one of target.getAnimations()) {
        const lasts = Number(one.effect.getComputedTiming().activeDuration);
        if (lasts > 50) moved.push(target.outerHTML.slice(0, 99));
      }
    }, true);
  }
}"""


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (1024, 768)])
def test_the_question_fits_on_the_screen(
    fair: Demo, special: Special, size: tuple[int, int], motion: str
) -> None:
    page = special(viewport={"width": size[0], "height": size[1]}, reduced_motion=motion)
    show(page, fair, "screen, live")
    # As large as it goes, and no larger.
    part = page.evaluate(FILLED)
    assert 0.4 < part <= 1


FILLED = """async () => {
  await document.fonts.ready;
  await new Promise(requestAnimationFrame);
  const room = document.querySelector('[data-fit]');
  return room.firstElementChild.scrollHeight / room.clientHeight;
}"""


@pytest.mark.parametrize("size", [(1280, 800), (820, 1180), (412, 839)])
@pytest.mark.parametrize("name", ["desk, full", "moderation, in its round", "entry"])
def test_nothing_moves_when_script_and_typeface_arrive(
    fair: Demo, browser: Browser, cookies: Any, name: str, size: tuple[int, int]
) -> None:
    """The first second on a bad line: drawn, then the script comes, then the typeface."""
    viewport: ViewportSize = {"width": size[0], "height": size[1]}
    context = browser.new_context(locale="de-DE", storage_state=cookies, viewport=viewport)
    scripts: list[Route] = []
    typefaces: list[Route] = []
    # All but the one in the head, which stops the parser. The library marks plain functions only.
    late = re.compile(r"/build/(?!early)\w+\.\w+\.js$")
    context.route(late, lambda route: scripts.append(route))  # noqa: PLW0108
    context.route(re.compile(r"\.woff2$"), lambda route: typefaces.append(route))  # noqa: PLW0108
    context.add_init_script(WATCH_SHIFTS)
    page = context.new_page()
    page.goto(f"{fair.base}{STATES[name].path}", wait_until="commit")
    for held in (scripts, typefaces):
        page.evaluate(PAINTED)
        assert held
        for route in held:
            route.continue_()
        expect(page.locator("html")).to_have_attribute("data-js", "")
    shifts = page.evaluate(SHIFTS)
    context.close()
    assert sum(value for value, _ in shifts) < STILL, shifts


STILL = 0.01
WATCH_SHIFTS = """
globalThis.shifts = [];
new PerformanceObserver((list) => {
  for (const {hadRecentInput, sources, value} of list.getEntries()) {
    const moved = sources.map(({node}) => node?.id || node?.className || node?.nodeName);
    if (!hadRecentInput) shifts.push([value, moved.join(', ')]);
  }
}).observe({type: 'layout-shift', buffered: true});"""
PAINTED = """async () => {
  const painted = () => performance.getEntriesByName('first-contentful-paint').length;
  for (let n = 0; n < 3 || !painted(); n += 1) await new Promise(requestAnimationFrame);
}"""
SHIFTS = """async () => {
  await document.fonts.ready;
  for (let n = 0; n < 3; n += 1) await new Promise(requestAnimationFrame);
  return shifts;
}"""


def show(page: Page, fair: Demo, name: str) -> None:
    state = STATES[name]
    page.goto(f"{fair.base}{state.path}")
    line = page.locator("#line")
    if line.count():
        expect(line).to_have_attribute("data-state", "online")
    state.do(page)


def settle(page: Page) -> None:
    page.evaluate(f"async () => {{{SETTLE}}}")


def findings(page: Page, options: dict[str, Any]) -> str:
    """What axe found, one line a place."""
    # It stays in the document for the next question: its source is half a megabyte.
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(Axe().axe_script)
    violations = page.evaluate("async (options) => (await axe.run(options)).violations", options)
    return "".join(
        f"\n{one['id']}: {one['help']}\n    {node['target']} {node['html'][:160]}"
        f"\n    {node.get('failureSummary', '')[:300]}"
        for one in violations
        for node in one["nodes"]
    )
