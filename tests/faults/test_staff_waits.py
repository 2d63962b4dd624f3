"""Desk and moderation without a line: what was pressed waits, and is done once; no word is lost."""

import contextlib

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from simulation.proxy import Fault
from simulation.venue import Venue
from tests.support.browsing import Windows, until_online, verb

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINE_DOWN = ("ERR_INTERNET_DISCONNECTED", "WebSocket connection", "net::ERR")


def test_a_press_while_offline_is_sent_once_later(venue: Venue, windows: Windows) -> None:
    windows.allow(*LINE_DOWN)
    tablet = windows.tablet(venue.links.desk(1))
    until_online(tablet)
    card, number = first_open(tablet)
    without_line(tablet)

    card.get_by_role("button", name="+ Satz").click()
    words = card.get_by_role("textbox", name="Was Sie geantwortet haben")
    words.fill("Ja, seit dem Frühjahr.")
    card.get_by_role("button", name="Beantwortet, mit diesem Satz").click()
    waiting = card.locator(".waits")
    expect(waiting).to_contain_text("„Beantwortet, mit diesem Satz“ wartet auf die Verbindung.")
    expect(waiting).to_contain_text("Ja, seit dem Frühjahr.")
    expect(words).to_be_hidden()

    # What surely has not been sent can be taken back, and the words are where they were.
    waiting.get_by_role("button", name="Doch nicht senden").click()
    expect(waiting).to_have_count(0)
    expect(words).to_have_value("Ja, seit dem Frühjahr.")
    card.get_by_role("button", name="Beantwortet, mit diesem Satz").click()
    # Another one meanwhile, and the first once more: it is the same press.
    other = tablet.locator("#list-open > article").nth(1)
    other_number = other.get_attribute("data-number")
    for _ in range(2):
        other.get_by_role("button", name="Schlussrunde").click()
        expect(other.locator(".waits")).to_have_count(1)

    # The browser is closed in despair, and opened again where there is a line.
    address = tablet.url
    tablet.goto("about:blank")
    tablet.context.set_offline(False)
    tablet.goto(address)
    expect(question(tablet, number)).to_have_attribute("data-list", "answered")
    expect(question(tablet, number)).to_contain_text("Ja, seit dem Frühjahr.")
    expect(question(tablet, other_number)).to_have_attribute("data-list", "shortlisted")
    expect(tablet.locator(".waits")).to_have_count(0)
    assert changes(venue, number) == ["answer"]
    assert changes(venue, other_number) == ["shortlist"]
    # The way back is there as after every press.
    expect(tablet.locator("#undo")).to_contain_text(f"Frage {other_number}")


def test_two_presses_on_one_question_go_in_their_order(venue: Venue, windows: Windows) -> None:
    windows.allow(*LINE_DOWN)
    page = windows.laptop(venue.links.link("moderator"))
    until_online(page)
    row, number = first_open(page)
    run_list = page.locator("#list-shortlisted > article")
    last = run_list.last
    moved = last.get_attribute("data-number")
    places = run_list.count()
    assert places >= 3
    without_line(page)

    verb(row, "Ablauf").click()
    expect(row.locator(".waits")).to_have_count(1)
    verb(row, "Leinwand").click()
    expect(row.locator(".waits")).to_have_count(2)
    # Two places up, by two presses: the second starts from where the first will have led.
    for place in (places - 1, places - 2):
        last.locator("[data-part=up]").click()
        expect(last.locator(".waits").last).to_contain_text(f"Auf Platz {place}")

    page.context.set_offline(False)
    expect(row.or_(question(page, number))).to_have_attribute("data-list", "live")
    expect(page.locator(".waits")).to_have_count(0)
    expect(page.locator("#list-shortlisted > article").nth(places - 3)).to_have_attribute(
        "data-number", str(moved)
    )
    assert changes(venue, number) == ["shortlist", "live"]
    assert changes(venue, moved) == ["move", "move"]


def test_an_outdated_press_is_refused_in_words(venue: Venue, windows: Windows) -> None:
    windows.allow(*LINE_DOWN, "409")
    tablet = windows.tablet(venue.links.desk(1))
    moderation = windows.laptop(venue.links.link("moderator"))
    until_online(tablet, moderation)
    card, number = first_open(tablet)
    without_line(tablet)
    card.get_by_role("button", name="+ Satz").click()
    card.get_by_role("textbox", name="Was Sie geantwortet haben").fill(
        "Das haben wir gerade besprochen."
    )
    card.get_by_role("button", name="Beantwortet, mit diesem Satz").click()
    expect(card.locator(".waits")).to_be_visible()
    verb(question(moderation, number), "Ablauf").click()
    expect(question(moderation, number)).to_have_attribute("data-list", "shortlisted")

    tablet.context.set_offline(False)
    tablet.locator("details.later", has_text="Für die Schlussrunde").locator("summary").click()
    refused = question(tablet, number).locator(".waits[data-state=refused]")
    expect(refused).to_contain_text(f"Jemand war schneller: Frage {number}")
    kept = refused.get_by_role("textbox", name="Ihr Text")
    expect(kept).to_have_value("Das haben wir gerade besprochen.")
    assert changes(venue, number) == ["shortlist"]

    # It stays over a reload, and is sent again by somebody who has seen how things are now.
    tablet.reload()
    until_online(tablet)
    expect(tablet.locator(".waits-shelf .waits")).to_contain_text(f"Frage {number}")
    tablet.get_by_role("button", name="Erneut senden").click()
    expect(question(tablet, number)).to_have_attribute("data-list", "answered")
    assert changes(venue, number) == ["shortlist", "answer"]
    expect(tablet.locator(".waits")).to_have_count(0)


def test_an_answer_that_got_lost_is_asked_for_again(venue: Venue, windows: Windows) -> None:
    windows.allow(*LINE_DOWN, "502")
    tablet = windows.tablet(venue.links.desk(1))
    until_online(tablet)
    card, number = first_open(tablet)
    # Done, but nobody hears of it; and then the server is killed.
    venue.line.inflict(Fault.DROP_ANSWER, times=None)
    card.get_by_role("button", name="Hier beantwortet").click()
    expect(tablet.locator(".waits")).to_contain_text("Vielleicht ist es schon angekommen")
    # Nobody claims that it could still be stopped.
    expect(tablet.get_by_role("button", name="Doch nicht senden")).to_have_count(0)
    venue.kill()
    venue.line.heal()
    venue.start()
    expect(tablet.locator(".waits")).to_have_count(0)
    expect(question(tablet, number)).to_have_attribute("data-list", "answered")
    assert changes(venue, number) == ["answer"]


@pytest.mark.parametrize("fault", [Fault.PORTAL, Fault.BAD_GATEWAY])
def test_foreign_answers_do_not_count_for_staff(
    venue: Venue, windows: Windows, fault: Fault
) -> None:
    windows.allow(*LINE_DOWN, "502")
    page = windows.laptop(venue.links.link("moderator"))
    until_online(page)
    venue.line.inflict(fault, times=None)
    page.locator("#message").fill("Pause bis drei")
    page.get_by_role("button", name="Zeigen", exact=True).click()
    expect(page.locator("#conduct .waits")).to_contain_text("„Zeigen“ wartet auf die Verbindung.")
    expect(page.locator("#conduct .waits")).to_contain_text("Pause bis drei")
    venue.line.heal()
    expect(page.locator(".waits")).to_have_count(0)
    expect(page.locator("#message")).to_have_value("Pause bis drei")
    assert venue.rows("SELECT verb FROM changes WHERE verb = 'message'") == [{"verb": "message"}]


def test_undo_waits_as_well(venue: Venue, windows: Windows) -> None:
    windows.allow(*LINE_DOWN)
    tablet = windows.tablet(venue.links.desk(1))
    until_online(tablet)
    card, number = first_open(tablet)
    card.get_by_role("button", name="Hier beantwortet").click()
    expect(question(tablet, number)).to_have_attribute("data-list", "answered")
    without_line(tablet)
    undo = tablet.locator("#undo").get_by_role("button")
    undo.click()
    expect(tablet.locator(".desk-bar .waits")).to_contain_text("wartet auf die Verbindung")
    undo.click()
    tablet.context.set_offline(False)
    expect(question(tablet, number)).to_have_attribute("data-list", "open")
    expect(tablet.locator(".waits")).to_have_count(0)
    expect(tablet.locator("#undo")).to_be_hidden()
    assert changes(venue, number) == ["answer"]
    assert len(venue.rows("SELECT id FROM changes WHERE verb = 'undo'")) == 1


def test_what_is_taken_back_is_the_last_press_even_before_it_is_answered(
    venue: Venue, windows: Windows
) -> None:
    page = windows.laptop(venue.links.link("moderator"))
    until_online(page)
    row, number = first_open(page)
    verb(row, "Leinwand").click()
    row = question(page, number)
    expect(row).to_have_attribute("data-list", "live")
    venue.line.inflict(Fault.HOLD_ANSWER)
    row.get_by_role("button", name="Beantwortet").click()
    # The news is here, the answer is not.
    expect(row).to_have_attribute("data-list", "answered")
    page.keyboard.press("u")
    venue.line.heal()
    expect(row).to_have_attribute("data-list", "live")
    expect(page.locator("#undo")).to_contain_text(f"Frage {number} ist auf der Leinwand")
    assert changes(venue, number) == ["live", "answer"]


def test_a_press_that_is_quicker_than_the_answer_before_it_comes_after_it(
    venue: Venue, windows: Windows
) -> None:
    page = windows.laptop(venue.links.link("moderator"))
    until_online(page)
    row, number = first_open(page)
    venue.line.inflict(Fault.HOLD_ANSWER)
    verb(row, "Ablauf").click()
    row = question(page, number)
    expect(row).to_have_attribute("data-list", "shortlisted")
    row.get_by_role("button", name="Auf die Leinwand").click()
    venue.line.heal()
    expect(row).to_have_attribute("data-list", "live")
    assert changes(venue, number) == ["shortlist", "live"]


def test_words_half_written_survive_a_crash(venue: Venue, windows: Windows) -> None:
    windows.allow("Target crashed", "crash")
    tablet = windows.tablet(venue.links.desk(1))
    moderation = windows.laptop(venue.links.link("moderator"))
    until_online(tablet, moderation)
    card, number = first_open(tablet)
    other = tablet.locator("#list-open > article").nth(1)
    other_number = other.get_attribute("data-number")
    for one, text in ((card, "Halb geschr"), (other, "Auch noch nicht fert")):
        one.get_by_role("button", name="+ Satz").click()
        one.get_by_role("textbox", name="Was Sie geantwortet haben").fill(text)

    address = tablet.url
    fresh = tablet.context.new_page()
    crash(tablet)
    # Meanwhile somebody else answers the second.
    verb(question(moderation, other_number), "Beantwortet").click()
    expect(question(moderation, other_number)).to_have_attribute("data-list", "answered")
    fresh.goto(address)
    until_online(fresh)
    words = question(fresh, number).get_by_role("textbox", name="Was Sie geantwortet haben")
    expect(words).to_be_visible()
    expect(words).to_have_value("Halb geschr")
    rescued = fresh.locator(".rescued")
    expect(rescued.locator("textarea")).to_have_value("Auch noch nicht fert")
    # There until somebody closes it.
    fresh.reload()
    expect(rescued.locator("textarea")).to_have_value("Auch noch nicht fert")
    rescued.get_by_role("button", name="Schließen").click()
    expect(rescued).to_have_count(0)
    fresh.reload()
    until_online(fresh)
    expect(words).to_have_value("Halb geschr")
    expect(rescued).to_have_count(0)


def test_two_windows_keep_each_others_words(venue: Venue, windows: Windows) -> None:
    tablet = windows.tablet(venue.links.desk(1))
    other = tablet.context.new_page()
    other.goto(tablet.url)
    until_online(tablet, other)
    number = first_open(tablet)[1]
    for page, words in ((tablet, "Aus dem einen Fenster."), (other, "Aus dem anderen.")):
        question(page, number).get_by_role("button", name="+ Satz").click()
        answer(page, number).fill(words)
    answer(other, number).fill("")
    tablet.reload()
    expect(answer(tablet, number)).to_have_value("Aus dem einen Fenster.")


def answer(page: Page, number: str) -> Locator:
    return question(page, number).get_by_role("textbox", name="Was Sie geantwortet haben")


def test_a_spoken_question_that_another_window_was_refused_comes_back_to_its_field(
    venue: Venue, windows: Windows
) -> None:
    windows.allow(*LINE_DOWN)
    tablet = windows.tablet(venue.links.desk(1))
    until_online(tablet)
    other = tablet.context.new_page()
    other.goto(venue.links.at("/"))
    without_line(tablet)
    tablet.locator("summary", has_text="Frage eintragen").click()
    words = tablet.locator("form[data-ask] textarea")
    words.fill("Wer hat das am Stand gefragt?")
    words.locator("xpath=ancestor::form").locator("button[type=submit]").click()
    expect(words).not_to_be_editable()
    other.evaluate(
        """() => { for (const name of Object.keys(localStorage)) {
          if (!name.startsWith('exchange.outbox.')) continue;
          const entry = JSON.parse(localStorage.getItem(name));
          const refused = {word: 'closed', message: 'Hier wird nicht mehr gefragt.', status: 403};
          localStorage.setItem(name, JSON.stringify({...entry, refused}));
        } }"""
    )
    expect(words).to_be_editable()
    expect(words).to_have_value("Wer hat das am Stand gefragt?")
    expect(tablet.get_by_text("Hier wird nicht mehr gefragt.")).to_be_visible()


def test_a_refusal_without_a_message_stops_its_own_press_only(
    venue: Venue, windows: Windows
) -> None:
    windows.allow("Failed to load resource")
    tablet = windows.tablet(venue.links.desk(1))
    until_online(tablet)
    card, number = first_open(tablet)
    tablet.route("**/shortlist", lambda route: route.fulfill(status=204), times=1)
    card.get_by_role("button", name="Schlussrunde").click()
    expect(question(tablet, number)).to_have_attribute("data-list", "shortlisted")
    assert changes(venue, number) == ["shortlist"]


def first_open(page: Page) -> tuple[Locator, str]:
    """The uppermost open question, and its number."""
    number = page.locator("#list-open > article").first.get_attribute("data-number")
    assert number
    return question(page, number), number


def question(page: Page, number: int | str | None) -> Locator:
    """A question on a desk or in the moderation, wherever it stands."""
    return page.locator(f"article[data-number='{number}']")


def without_line(page: Page) -> None:
    """Cut it off, until it has noticed."""
    page.context.set_offline(True)
    expect(page.locator("#line")).to_contain_text("Offline")


def changes(venue: Venue, number: str | None) -> list[str]:
    """What was done to the question with this number of the event under way, in its order."""
    found = venue.rows(
        "SELECT c.verb FROM changes c"
        " JOIN questions q ON c.subject = 'question' AND c.subject_id = q.id "
        "JOIN events e ON e.id = q.event_id WHERE q.number = ? AND e.code = 'GE' "
        "AND c.key IS NOT NULL ORDER BY c.id",
        int(number or 0),
    )
    return [row["verb"] for row in found]


def crash(page: Page) -> None:
    """The tab is gone from one moment to the next, without saying goodbye."""
    line = page.context.new_cdp_session(page)
    with contextlib.suppress(Error):
        line.send("Page.crash", timeout=3000)


def test_the_organisers_presses_wait_as_well(venue: Venue, windows: Windows) -> None:
    windows.allow(*LINE_DOWN)
    page = windows.laptop(venue.links.link("organiser"))
    page.goto(f"{venue.links.base}/organise/GE")
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    step = page.locator("button#phase-round")
    step.click()
    waiting = page.locator(".waits")
    expect(waiting).to_contain_text("„Schlussrunde“ wartet auf die Verbindung.")
    step.click()
    page.context.set_offline(False)
    expect(page.locator("[aria-current=step]")).to_contain_text("Schlussrunde")
    expect(waiting).to_have_count(0)
    assert venue.rows("SELECT verb FROM changes WHERE verb = 'phase' AND key IS NOT NULL") == [
        {"verb": "phase"}
    ]

    # A new pass is made once, however often it is asked for.
    before = generations(venue)
    way = page.locator(".way", has_text="Moderation").first
    way.locator(".pass > summary").click()
    way.locator("summary", has_text="Neu ausstellen").click()
    venue.line.inflict(Fault.DROP_ANSWER, times=2)
    way.get_by_role("button", name="Jetzt neu ausstellen").click()
    page.wait_for_url("**/organise/GE#pass-*")
    venue.line.wait_until_suffered(2)
    expect(page.locator(".waits")).to_have_count(0)
    venue.line.wait_until(lambda: generations(venue) > before)
    assert generations(venue) == before + 1


def generations(venue: Venue) -> int:
    """How many secrets have been made anew, all passes together."""
    return int(venue.rows("SELECT sum(generation) AS n FROM passes")[0]["n"])
