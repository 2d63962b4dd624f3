"""Small screens and large letters: whatever was typed, nothing runs over the edge or is cut off."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from simulation.servers import DATABASE
from tests.support.browsing import Demo, Serve
from tests.support.played import AHEAD, IN_ROUND, OVER, UNDER_WAY, Hand, play

pytestmark = pytest.mark.browser

WORD = "Überschwemmungsgebietsverordnungsänderungsverfahrensbeschleunigungsgesetzentwurf"
assert len(WORD) == 80
PLACES = {
    "home": "/",
    "home, several": "/?code=Stand+100",
    "event": f"/e/{UNDER_WAY}",
    "event, found": f"/e/{UNDER_WAY}?q=Punkt",
    "event, nothing found": f"/e/{UNDER_WAY}?q={WORD}",
    "event, in its round": f"/e/{IN_ROUND}",
    "stand": f"/s/{UNDER_WAY}1",
    "stand, in its round": f"/s/{IN_ROUND}1",
    "stand, not yet": f"/s/{AHEAD}1",
    "stand 0": f"/s/{UNDER_WAY}0",
    "project": "/projects/digitaler-bauantrag",
    "minutes": f"/e/{OVER}/minutes",
    "door": "/pass",
    "refused": "/present/XXX",
    "desk": f"/present/{UNDER_WAY}1",
    "desk, in its round": f"/present/{IN_ROUND}1",
    "question at the desk": f"/present/{UNDER_WAY}1/questions/1201",
    "moderation": f"/moderate/{UNDER_WAY}",
    "moderation, in its round": f"/moderate/{IN_ROUND}",
    "question in the moderation": f"/moderate/{UNDER_WAY}/questions/1202",
    "organise": "/organise",
    "organise, event": f"/organise/{UNDER_WAY}",
    "organise, stands": f"/organise/{UNDER_WAY}/stands",
    "organise, stand": f"/organise/{UNDER_WAY}/stands/{UNDER_WAY}1",
    "organise, settings": f"/organise/{UNDER_WAY}/settings",
    "organise, passes": f"/organise/{UNDER_WAY}/passes",
    "organise, hand out": f"/organise/{UNDER_WAY}/passes/hand-out",
    "organise, pitches": f"/organise/{UNDER_WAY}/pitches",
    "organise, project": "/organise/projects/digitaler-bauantrag",
    "organise, projects": "/organise/series/modellregionen/projects",
    "organise, series": "/organise/series/modellregionen/settings",
    "organise, new event": f"/organise/series/modellregionen/events/new?copy={UNDER_WAY}",
    "organise, import": f"/organise/{UNDER_WAY}/import",
    "entry": f"/present/{AHEAD}1/entry",
    "entry, closed": f"/present/{UNDER_WAY}1/entry",
    "entries": f"/organise/{AHEAD}/entries",
    "standard questions": "/organise/series/modellregionen/questions",
    "live": f"/organise/{UNDER_WAY}/live",
    "registered": f"/organise/{UNDER_WAY}/registered",
    "sheets": f"/organise/{UNDER_WAY}/sheets?stand={UNDER_WAY}1",
}
LONG = (
    f"UPDATE series SET name = '{WORD}'",
    f"UPDATE events SET title = '{WORD}', city = '{WORD[:60]}', venue = '{WORD}'",
    f"UPDATE projects SET title = '{WORD}', partner = '{WORD}', summary = '{WORD}',"
    f" status = '{WORD}', since = '{WORD[:40]}', licence = '{WORD}', field = '{WORD}',"
    f" links = 'https://www.example.org/{WORD}'",
    f"UPDATE contacts SET function = '{WORD}', person = '{WORD}',"
    f" email = '{WORD[:60]}@example.org'",
    f"UPDATE stands SET place = '{WORD}' WHERE label <> '0'",
    "UPDATE stands SET label = label || '00' WHERE label <> '0'",
    f"UPDATE questions SET text = '{WORD}' || number, name = '{WORD[:60]}',"
    f" municipality = '{WORD}', number = number + 1200",
    f"UPDATE answers SET text = 'https://www.example.org/{WORD}' WHERE text IS NOT NULL",
    f"UPDATE reasons SET text = '{WORD}'",
)


@pytest.fixture(scope="module")
def typed(serve: Serve, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A fair where every field holds one long word, and numbers have three and four digits."""
    folder = tmp_path_factory.mktemp("narrow")
    fair = serve(folder / "instance", "127.0.0.1")
    context = browser.new_context(locale="de-DE", reduced_motion="reduce")
    hand = Hand(fair.base, context.request)
    hand.enter_all(fair.link("organiser").partition("#")[2])
    play(hand)
    hand.write(f"/moderate/{IN_ROUND}/message", value=WORD)
    with closing(sqlite3.connect(folder / "instance" / DATABASE)) as file, file:
        for statement in LONG:
            file.execute(statement)
    yield fair, context
    context.close()
    fair.server.finish()


@pytest.fixture(scope="module")
def page(typed: tuple[Demo, BrowserContext]) -> Page:
    return typed[1].new_page()


@pytest.fixture(scope="module")
def line(page: Page) -> CDPSession:
    return page.context.new_cdp_session(page)


OPEN = "() => { for (const one of document.querySelectorAll('details')) one.open = true; }"
OUTSIDE = """async () => {
  await new Promise(requestAnimationFrame);
  const found = [];
  const source = (one) => one.outerHTML.slice(0, 150);
  const clips = (one) => ['hidden', 'clip'].includes(getComputedStyle(one).overflowX)
    || ['hidden', 'clip'].includes(getComputedStyle(one).overflowY);
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth > width) {
    const far = [...document.querySelectorAll('body *')].filter((one) => {
      for (let out = one.parentElement; out && out !== document.body; out = out.parentElement)
        if (getComputedStyle(out).overflowX !== 'visible') return false;
      return one.getBoundingClientRect().right > width + 1;
    });
    found.push('scrolls sideways: ' + far.slice(-3).map(source).join(' | '));
  }
  // Shortened with a sign, and whole elsewhere.
  const short = `.visually-hidden, .masthead-where, .undo-what, .long, .by-stand-name,
    .row-q, option, .follower-text, .sub[data-my-empty] + .sub > h3`;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const own = text.parentElement;
    if (!text.nodeValue.trim() || own.closest(short) || !own.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const lines = [...range.getClientRects()].filter((one) => one.width > 1);
    let box = own;
    while (getComputedStyle(box).display === 'inline') box = box.parentElement;
    const edge = box.getBoundingClientRect();
    if (lines.some((one) => one.left < edge.left - 1 || one.right > edge.right + 1))
      found.push('leaves its box: ' + source(box));
    for (let out = box; out; out = out.parentElement) {
      if (!clips(out)) continue;
      const frame = out.getBoundingClientRect();
      if (!lines.some((one) => one.right > frame.right + 1 || one.left < frame.left - 1
        || one.bottom > frame.bottom + 2 || one.top < frame.top - 2)) continue;
      found.push('is cut off: ' + source(box));
      break;
    }
  }
  return [...new Set(found)];
}"""


SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
  word-spacing: .16em !important } p { margin-block-end: 2em !important }"""
"""WCAG 1.4.12."""
SPACE = """(rules) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  document.adoptedStyleSheets = [sheet];
}"""


@pytest.mark.parametrize("place", PLACES)
def test_whatever_was_typed_nothing_runs_over_or_is_cut(
    typed: tuple[Demo, BrowserContext], page: Page, line: CDPSession, place: str
) -> None:
    page.set_viewport_size({"width": 412, "height": 839})
    page.goto(f"{typed[0].base}{PLACES[place]}", wait_until="domcontentloaded")
    page.evaluate(OPEN)
    found = [f"412: {one}" for one in page.evaluate(OUTSIDE)]
    # As the browser's setting does it: widths that are said in letters count as well.
    line.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    found += [f"letters of twice the size: {one}" for one in page.evaluate(OUTSIDE)]
    line.send("Page.setFontSizes", {"fontSizes": {"standard": 16}})
    page.set_viewport_size({"width": 320, "height": 800})
    found += [f"320: {one}" for one in page.evaluate(OUTSIDE)]
    page.evaluate(SPACE, SPACED)
    for width in (412, 1280):
        page.set_viewport_size({"width": width, "height": 839})
        found += [f"more room, {width}: {one}" for one in page.evaluate(OUTSIDE)]
    assert found == [], "\n" + "\n".join(found)
