"""Stands change places while pages are open: each page then says what a fresh one says."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Demo, Windows, ask, rarer, until_online
from tests.support.lists import take_in_elsewhere

pytestmark = pytest.mark.browser

SAID = """() => {
  const own = "time, script, style, #line, #said, #toasts, #toasts *, [data-count-of]";
  const read = ["aria-label", "title", "alt", "data-place", "data-stand", "data-say"];
  const of = (root) => [...root.querySelectorAll("*")].flatMap((one) => {
    // Of this page and this moment: how long ago, the line, what was sent just now.
    if (one.matches(`${own}, [data-ask-state] *`)) return [];
    const texts = [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    return [
      ...texts.map((node) => node.data.replace(/\\s+/g, " ").trim()),
      ...read.map((name) => one.getAttribute(name)),
      one instanceof HTMLOptionElement ? one.value : "",
      ...(one instanceof HTMLTemplateElement ? of(one.content) : []),
    ];
  }).filter(Boolean);
  return [document.title, ...of(document.body)];
}"""
"""All that a page says, seen or not: title, text, options, what is read out."""


def said(page: Page) -> Any:
    return page.evaluate(SAID)


def fresh(page: Page) -> Page:
    """The same page, opened anew in the same browser."""
    again = page.context.new_page()
    again.goto(page.url)
    until_online(again)
    return again


def project(demo: Demo, windows: Windows, stand: int) -> str:
    """The project at a stand, as its page calls it."""
    page = windows.phone(demo.stand(stand))
    return page.locator("h1").inner_text()


def test_every_open_page_follows_two_stands_that_change_places(
    demo: Demo, windows: Windows, tmp_path: Path
) -> None:
    first, other = (project(demo, windows, stand) for stand in (1, 7))
    phone = windows.phone(demo.stand(1))
    until_online(phone)
    number = ask(phone, "Wohin zieht dieser Stand um?")
    event = windows.phone(phone.locator(".footer a").first.evaluate("(link) => link.href"))
    desk = windows.tablet(demo.desk(1))
    moderation = windows.laptop(demo.link("moderator"))
    until_online(moderation)
    question = moderation.context.new_page()
    question.goto(f"{moderation.url}/questions/{number}")
    pages = {
        "phone": phone,
        "event": event,
        "desk": desk,
        "moderation": moderation,
        "question": question,
        "screen": windows.projector(demo.link("screen")),
    }
    until_online(*pages.values())

    # What staff have begun: a filter, a question for a stand, a panel with the label of one.
    moderation.locator("#filter-stand").select_option(label=f"1 · {first}")
    row = moderation.locator(f"#list-open [data-number='{number}']")
    rarer(row, "An einen anderen Stand")
    row.get_by_label("An Stand").fill("7")
    expect(row.locator("[data-found]").last).to_contain_text(other)
    moderation.locator("summary", has_text="Frage aus dem Saal").click()
    moderation.locator("#type-in-stand").select_option(label=f"7 · {other}")

    take_in_elsewhere(
        f'Stand;Projekt\n7;"{first}"\n1;"{other}"\n', EXCHANGE_INSTANCE=str(tmp_path / "instance")
    )
    expect(phone).to_have_title(f"{first} · Stand 7 · Austauschbörse")
    expect(phone.locator(".stand-number")).to_contain_text("7")
    expect(desk.locator(".desk-head .stand-number")).to_contain_text("7")
    expect(event.locator("#stands li").first).to_contain_text(other)
    expect(question.locator("article.question").first).to_contain_text("Stand 7")
    expect(row).to_contain_text("Stand 7")

    # What was begun is about the same stands as before.
    chosen = "(select) => select.selectedOptions[0].textContent"
    assert moderation.locator("#filter-stand").evaluate(chosen) == f"7 · {first}"
    assert moderation.locator("#type-in-stand").evaluate(chosen) == f"1 · {other}"
    expect(moderation).to_have_url(f"{question.url.partition('/questions')[0]}?stand=7")
    expect(row).to_be_visible()
    # The label was typed: whose it is now stands beside it.
    expect(row.locator("[data-found]").last).to_contain_text(first)
    row.get_by_label("An Stand").fill("")
    moderation.keyboard.press("Escape")

    wrong = {}
    for name, page in pages.items():
        if name == "moderation":
            page.locator("[data-filter-reset]").click()
            page.locator("body").click(position={"x": 1, "y": 1})
        there, here = said(fresh(page)), said(page)
        if there != here:
            wrong[name] = [set(here) - set(there), set(there) - set(here), len(here) - len(there)]
    assert wrong == {}
