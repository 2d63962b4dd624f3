"""Desk and moderation in many hands: nothing jumps, nothing typed is lost, all is undone."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browsing import Demo, Windows, ask, rarer, until_online, verb

pytestmark = pytest.mark.browser

STILL_PX = 2


def test_news_does_not_move_what_somebody_writes_in(demo: Demo, windows: Windows) -> None:
    phone = windows.phone(demo.stand(1))
    tablet = windows.tablet(demo.desk(1), viewport={"width": 820, "height": 700})
    other = windows.tablet(demo.desk(1))
    until_online(phone, tablet, other)
    card = tablet.locator("#list-open > article").last
    number = card.get_attribute("data-number")
    card.get_by_role("button", name="+ Satz").click()
    words = card.get_by_role("textbox", name="Was Sie geantwortet haben")
    words.click()
    tablet.keyboard.type("Halb gesch")
    expect(words).to_be_focused()
    before = top_of(words)

    asked = ask(phone, "Kommt diese Frage leise?")
    expect(question(tablet, asked)).to_be_attached()
    assert abs(top_of(words) - before) < STILL_PX
    expect(words).to_be_focused()
    tablet.keyboard.type("rieben")
    expect(words).to_have_value("Halb geschrieben")

    # Somebody else answers it: the words stand in the page, to be copied.
    question(other, number).get_by_role("button", name="Hier beantwortet").click()
    expect(question(tablet, number)).to_have_attribute("data-list", "answered")
    expect(tablet.locator(".rescued textarea")).to_have_value("Halb geschrieben")


def test_a_press_leaves_a_trace_that_leads_back(demo: Demo, windows: Windows) -> None:
    windows.allow("422")
    tablet = windows.tablet(demo.desk(1))
    moderation = windows.laptop(demo.link("moderator"))
    until_online(tablet, moderation)
    card = tablet.locator("#list-open > article").first
    number = card.get_attribute("data-number")

    card.get_by_role("button", name="Hier beantwortet").click()
    trace = tablet.locator("#list-open > .trace")
    expect(trace).to_contain_text(f"Frage {number} ist beantwortet.")
    expect(question(moderation, number)).to_have_attribute("data-list", "answered")
    trace.get_by_role("button", name="Rückgängig").click()
    expect(question(tablet, number)).to_have_attribute("data-list", "open")

    # A sentence for what was answered by a press alone.
    question(tablet, number).get_by_role("button", name="Hier beantwortet").click()
    trace.get_by_role("button", name="Satz dazu").click()
    tablet.keyboard.type("Mit dem Antrag zusammen.")
    tablet.keyboard.press("Control+Enter")
    expect(question(moderation, number)).to_contain_text("Mit dem Antrag zusammen.")

    # Built upon by somebody else: refused in words, and offered no more.
    tablet.reload()
    until_online(tablet)
    moderation.locator("[data-done=answered] > summary").click()
    answered = question(moderation, number)
    verb(answered, "Ablauf").click()
    expect(question(tablet, number)).to_have_attribute("data-list", "shortlisted")
    tablet.locator("#undo").get_by_role("button").click()
    expect(tablet.locator("#toasts")).to_contain_text("Darauf folgten schon weitere Schritte")


def test_two_moderators_meet_in_words_and_numbers(demo: Demo, windows: Windows) -> None:
    windows.allow("409", "422")
    one, two = (windows.laptop(demo.link("moderator")) for _ in range(2))
    until_online(one, two)
    newest, second, third = (
        one.locator("#list-open > article").nth(place).get_attribute("data-number")
        for place in range(3)
    )

    # The slower one is told so, and sees what is true now.
    question(two, newest).locator("[name=version]").evaluate_all(
        "presses => presses.forEach((press) => { press.value = '0'; })"
    )
    verb(question(two, newest), "Ablauf").click()
    expect(two.locator("#toasts")).to_contain_text(f"Jemand war schneller: Frage {newest}")

    # Merged by number, shown as it is typed; and split again.
    rarer(question(one, second), "Zusammenlegen")
    field = question(one, second).get_by_role("spinbutton", name="Mit Frage Nummer")
    field.fill("999")
    expect(question(one, second)).to_contain_text("steht nicht auf dieser Seite")
    field.fill(str(third))
    text = question(one, third).locator(".question-text").inner_text()
    expect(question(one, second).locator(".found").first).to_contain_text(text[:40])
    field.press("Enter")
    expect(question(two, second)).to_have_attribute("data-list", "merged")
    expect(question(two, third)).to_contain_text(f"Gilt auch für Frage {second}")
    two.locator("[data-done=merged] > summary").click()
    verb(question(two, second), "Trennen").click()
    expect(question(one, second)).to_have_attribute("data-list", "open")

    # Dragged to another place; both see it.
    places = one.locator("#list-shortlisted > article")
    last = places.last.get_attribute("data-number")
    handle, first = places.last.locator("[data-handle]"), places.first
    handle.scroll_into_view_if_needed()
    start, goal = handle.bounding_box(), first.bounding_box()
    assert start
    assert goal
    one.mouse.move(start["x"] + 8, start["y"] + 8)
    one.mouse.down()
    one.mouse.move(start["x"] + 8, start["y"] - 60, steps=4)
    one.mouse.move(goal["x"] + 20, goal["y"] + 4, steps=8)
    one.mouse.up()
    for window in (one, two):
        expect(window.locator("#list-shortlisted > article").first).to_have_attribute(
            "data-number", str(last)
        )


def test_a_question_that_goes_live_is_seen_from_its_start(demo: Demo, windows: Windows) -> None:
    page = windows.laptop(demo.link("moderator"), viewport={"width": 1280, "height": 600})
    other = windows.laptop(demo.link("moderator"))
    until_online(page, other)
    rows = other.locator("#list-shortlisted > article")
    first, second = (rows.nth(place).get_attribute("data-number") for place in (0, 1))
    stage = page.locator("#stage")

    # Whoever presses, and wherever the column was scrolled to.
    for number, moderator in ((first, other), (second, page)):
        stage.evaluate("stage => { stage.scrollTop = stage.scrollHeight; }")
        assert stage.evaluate("stage => stage.scrollTop") > 0
        verb(question(moderator, number), "Auf die Leinwand").click()
        row = question(page, number)
        expect(row).to_have_attribute("data-list", "live")
        expect(row.locator(".question-stub")).to_be_in_viewport(ratio=0.1)
        assert top_of(row) >= bottom_of(stage.locator(".zone-head"))

    # Columns scroll, the page with its strip never does.
    text = page.locator("#list-live .question-text")
    text.evaluate("(text) => { text.textContent = 'Lang. '.repeat(400); }")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")

    # Who writes to the hall goes on writing.
    line = stage.get_by_role("textbox", name="Mitteilung an den Saal")
    line.fill("Gleich geht es wei")
    before = top_of(line)
    verb(question(other, first), "Auf die Leinwand").click()
    expect(question(page, first)).to_have_attribute("data-list", "live")
    assert abs(top_of(line) - before) < STILL_PX


def test_the_filter_stays_and_holds_for_what_comes_in(demo: Demo, windows: Windows) -> None:
    page = windows.laptop(demo.link("moderator"))
    phones = [windows.phone(demo.stand(number)) for number in (1, 3)]
    until_online(page, *phones)
    page.locator("#filter-stand").select_option("3")
    ours = ask(phones[1], "Eine an Stand drei?")
    others = ask(phones[0], "Eine an Stand eins?")
    expect(question(page, ours)).to_be_visible()
    expect(question(page, others)).to_be_attached()
    expect(question(page, others)).to_be_hidden()

    page.reload()
    assert "stand=3" in page.url
    expect(question(page, ours)).to_be_visible()
    expect(question(page, others)).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("DREI stand")
    expect(page.locator("#filter-said")).to_contain_text("1 Frage passt zum Filter.")
    page.get_by_role("button", name="Filter aufheben").click()
    expect(question(page, others)).to_be_visible()


def question(page: Page, number: int | str | None) -> Locator:
    """A question on a desk or in the moderation, wherever it stands."""
    return page.locator(f"article[data-number='{number}']")


def top_of(element: Locator) -> float:
    """How far below the window's edge it is."""
    box = element.bounding_box()
    assert box is not None
    return box["y"]


def bottom_of(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_a_name_in_an_answer_is_redacted_where_it_stands(demo: Demo, windows: Windows) -> None:
    tablet = windows.tablet(demo.desk(1))
    moderation = windows.laptop(demo.link("moderator"))
    until_online(tablet, moderation)
    card = tablet.locator("#list-open > article").first
    number = card.get_attribute("data-number")
    card.get_by_role("button", name="+ Satz").click()
    card.get_by_role("textbox", name="Was Sie geantwortet haben").fill("Frau Lang weiß es.")
    card.get_by_role("button", name="Beantwortet, mit diesem Satz").click()
    row = question(moderation, number)
    expect(row).to_contain_text("Frau Lang weiß es.")

    moderation.locator("[data-done=answered] > summary").click()
    rarer(row, "Persönliches entfernen")
    field = row.get_by_role("textbox", name="Aus der Antwort entfernen")
    expect(field).to_have_value("Frau Lang weiß es.")
    # There is no reason to be redacted.
    expect(row.get_by_role("textbox", name="Aus dem Grund entfernen")).to_have_count(0)
    field.fill("Das Amt weiß es.")
    row.get_by_role("button", name="Neue Antwort speichern").click()
    expect(question(tablet, number)).to_contain_text("Das Amt weiß es.")
    expect(question(tablet, number)).not_to_contain_text("Frau Lang")
    expect(moderation.locator("#said")).to_have_text(
        f"Persönliches ist aus der Antwort zu Frage {number} entfernt."
    )
    # It cannot be taken back.
    expect(moderation.locator("#undo")).to_be_hidden()
