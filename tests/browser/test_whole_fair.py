"""The whole fair with its windows: asked at the stand, answered before everybody."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Demo, Windows, ask, eavesdrop, until_online, verb

pytestmark = pytest.mark.browser

# Without umlauts: on the line they are written otherwise, and would be looked for in vain.
QUESTION = "Rechnet sich der Betrieb auch ohne Zuschuss?"
ANSWER = "Ja, nach dem dritten Jahr aus den Gebühren."


def test_a_question_goes_from_the_phone_to_the_hall_and_its_answer_comes_back(
    demo: Demo, windows: Windows
) -> None:
    phone = windows.phone(demo.stand(2))
    tablet = windows.tablet(demo.desk(2))
    moderation = windows.laptop(demo.link("moderator"))
    screen = windows.projector(demo.link("screen"))
    neighbour = windows.tablet(demo.desk(3))
    told_to_screen, told_to_neighbour = listen_anew(screen), listen_anew(neighbour)
    until_online(phone, tablet, moderation, screen, neighbour)
    of_neighbour = neighbour.locator("main").inner_text()

    number = ask(phone, QUESTION)
    mine = phone.locator("#mine article").filter(has_text=QUESTION)
    expect(mine).to_contain_text("offen")

    card = tablet.get_by_role("article", name=f"Frage {number}", exact=True)
    expect(card).to_contain_text(QUESTION)
    card.get_by_role("button", name="Schlussrunde").click()
    expect(mine).to_contain_text("für die Schlussrunde")

    run_list = moderation.get_by_role("region", name="Ablauf")
    row = run_list.get_by_role("article", name=f"Frage {number}", exact=True)
    expect(row).to_contain_text(QUESTION)
    expect(screen.get_by_text(QUESTION)).to_have_count(0)
    row.get_by_role("button", name="Auf die Leinwand").click()

    expect(screen.get_by_role("heading", name=QUESTION)).to_be_visible()
    expect(screen.locator("#stage")).to_contain_text(re.compile(rf"Frage\s*{number}"))
    expect(mine).to_contain_text("jetzt in der Runde")
    expect(phone.get_by_role("region", name="Schlussrunde")).to_contain_text(QUESTION)

    on_stage = moderation.get_by_role("region", name="Auf der Leinwand")
    on_stage.get_by_role("textbox", name="Antwort in Stichworten").fill(ANSWER)
    on_stage.get_by_role("button", name="Beantwortet").click()

    expect(mine).to_contain_text("beantwortet")
    expect(mine).to_contain_text(ANSWER)
    expect(screen.get_by_text(QUESTION)).to_have_count(0)

    assert neighbour.locator("main").inner_text() == of_neighbour
    assert QUESTION not in "".join(told_to_neighbour)
    assert QUESTION in "".join(told_to_screen)


def test_the_tablet_sees_a_question_before_the_phones_beside_it(
    demo: Demo, windows: Windows
) -> None:
    phone, beside = windows.phone(demo.stand(2)), windows.phone(demo.stand(2))
    tablet = windows.tablet(demo.desk(2))
    until_online(phone, beside, tablet)
    for page in (tablet, beside):
        page.evaluate(REMEMBER_WHEN_SEEN, QUESTION)
    ask(phone, QUESTION)
    # Phones are told with the next flush, a second later: what is sooner was sent at once.
    assert tablet.evaluate("seenAt") < beside.evaluate("seenAt")


def test_the_screen_is_told_the_text_of_the_live_question_only(
    demo: Demo, windows: Windows
) -> None:
    phone = windows.phone(demo.stand(4))
    moderation = windows.laptop(demo.link("moderator"))
    screen = windows.projector(demo.link("screen"))
    told = listen_anew(screen)
    until_online(phone, moderation, screen)
    secret, first, second = (f"Wozu steht hier {tree}?" for tree in ("Ahorn", "Birke", "Eibe"))
    numbers = [ask(phone, text) for text in (secret, first, second)]
    rows = [moderation.get_by_role("article", name=f"Frage {n}", exact=True) for n in numbers]
    for row in rows:
        verb(row, "Ablauf").click()
        expect(row).to_have_attribute("data-list", "shortlisted")
    for row, text in ((rows[1], first), (rows[2], second)):
        row.get_by_role("button", name="Auf die Leinwand").click()
        expect(screen.get_by_role("heading", name=text)).to_be_visible()
    assert secret not in "".join(told)
    assert second not in next(frame for frame in told if first in frame)
    assert secret not in screen.content()
    # Read anew, it says no more.
    screen.reload()
    expect(screen.get_by_role("heading", name=second)).to_be_visible()
    assert secret not in screen.content()


def listen_anew(page: Page) -> list[str]:
    """From its first word on."""
    heard = eavesdrop(page)
    page.reload()
    return heard


REMEMBER_WHEN_SEEN = """(text) => { globalThis.seenAt = new Promise((seen) => {
  new MutationObserver((_, watch) => {
    if (!document.getElementById('main').textContent.includes(text)) return;
    watch.disconnect();
    requestAnimationFrame(() => seen(Date.now()));
  }).observe(document.getElementById('main'), {childList: true, subtree: true});
}); }"""
"""By the clock that all windows share."""
