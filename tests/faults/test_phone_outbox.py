"""What an attendee has written reaches the stand, once, whatever line, portal or phone does."""

import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from simulation.proxy import Fault
from simulation.venue import Venue, staying
from simulation.waiting import HANGS_S
from tests.support.browsing import Windows, ask, until_online

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEPT = "Auf diesem Gerät gespeichert"


@pytest.fixture(scope="module")
def hall(
    loaded: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Venue]:
    """One fair for all stories here that ask their own questions."""
    folder, fair = loaded
    instance = tmp_path_factory.mktemp("hall") / "instance"
    shutil.copytree(folder, instance)
    yield from staying(Venue.open(instance, fair=fair))


@pytest.fixture
def phone(hall: Venue, windows: Windows) -> Iterator[Page]:
    """A phone at a stand; whatever befell the line is over when its story is."""
    windows.allow("net::ERR", "WebSocket", "Failed to load resource")
    page = windows.phone(hall.links.stand(3))
    until_online(page)
    yield page
    hall.line.on()
    hall.line.heal()


@pytest.mark.parametrize(
    "fault",
    [
        Fault.RESET_BEFORE,
        Fault.RESET_DURING,
        Fault.RESET_AFTER,
        Fault.DROP_ANSWER,
        Fault.BAD_GATEWAY,
        Fault.BAD_GATEWAY_LATE,
        Fault.PORTAL,
    ],
)
def test_a_post_under_any_fault_arrives_once(hall: Venue, phone: Page, fault: Fault) -> None:
    text = f"Was geschieht bei {fault.name}?"
    hall.line.inflict(fault, times=None)
    write(phone, text)
    expect(item(phone, text)).to_contain_text(KEPT)
    expect(field(phone)).to_have_value("")
    hall.line.heal()
    expect(item(phone, text)).to_contain_text(re.compile(r"Angekommen um \d\d:\d\d, Nr\. \d+"))
    (row,) = stored(hall, text)
    expect(item(phone, text)).to_contain_text(f"Nr. {row['number']}")
    expect(mine(phone, text)).to_have_count(1)
    assert outbox(phone) == []


def test_several_wait_without_a_line_and_leave_from_another_page(hall: Venue, phone: Page) -> None:
    phone.context.set_offline(True)
    texts = ["Zuerst diese?", "Dann diese?", "Und diese?"]
    for text in texts:
        write(phone, text)
        expect(item(phone, text)).to_contain_text(f"{KEPT}, wird gesendet, sobald")
    assert [stored(hall, text) for text in texts] == [[], [], []]
    # The page is closed without a line, and the fair is opened somewhere else.
    phone.goto("about:blank")
    phone.context.set_offline(False)
    phone.goto(hall.links.at("/e/GE"))
    for text in texts:
        expect(item(phone, text)).to_contain_text("Angekommen um")
        expect(item(phone, text).get_by_role("link", name="Stand 3")).to_be_visible()
    assert [len(stored(hall, text)) for text in texts] == [1, 1, 1]


def test_a_slow_answer_is_waited_for_in_the_list_and_the_next_may_be_asked(
    hall: Venue, phone: Page
) -> None:
    hall.line.inflict(Fault.HOLD_ANSWER)
    write(phone, "Dauert das lange?")
    expect(item(phone, "Dauert das lange?")).to_contain_text("wird gesendet …")
    write(phone, "Und inzwischen?")
    expect(item(phone, "Und inzwischen?")).to_be_visible()
    hall.line.heal()
    for text in ("Dauert das lange?", "Und inzwischen?"):
        expect(item(phone, text)).to_contain_text("Angekommen um")
        assert len(stored(hall, text)) == 1


def test_a_quick_answer_shows_no_waiting_list(phone: Page) -> None:
    # By the page's own clock no answer is slow, however busy the machine.
    phone.clock.install()
    phone.reload()
    until_online(phone)
    phone.clock.pause_at(phone.evaluate("Date.now()") / 1000 + 1)
    phone.evaluate(
        """() => {
          const list = document.querySelector('#outbox');
          new MutationObserver(() => { if (!list.hidden) document.body.dataset.seen = 'yes'; })
            .observe(list, {attributes: true, childList: true});
        }"""
    )
    number = ask(phone, "Geht das leise?")
    told = phone.locator("[data-ask-state]")
    expect(told).to_contain_text(re.compile(rf"Angekommen um \d\d:\d\d: .* {number}\."))
    phone.clock.resume()
    expect(phone.locator("#said")).to_have_text(told.inner_text().strip())
    expect(phone.locator("#outbox")).to_be_hidden()
    assert phone.locator("body").get_attribute("data-seen") is None


def test_every_state_survives_a_reload(hall: Venue, phone: Page) -> None:
    # Typed.
    field(phone).fill("Nur ein Entwurf?")
    phone.reload()
    expect(field(phone)).to_have_value("Nur ein Entwurf?")
    # Just sent: its answer is still on the way.
    hall.line.inflict(Fault.HOLD_ANSWER)
    send(phone)
    hall.line.wait_until_suffered(len(hall.line.suffered) or 1)
    hall.line.inflict(Fault.PORTAL, times=None)
    phone.reload()
    # Waiting.
    expect(item(phone, "Nur ein Entwurf?")).to_contain_text(KEPT)
    expect(field(phone)).to_have_value("")
    phone.reload()
    expect(item(phone, "Nur ein Entwurf?")).to_contain_text(KEPT)
    hall.line.heal()
    # Arrived.
    expect(item(phone, "Nur ein Entwurf?")).to_contain_text("Angekommen um")
    phone.reload()
    expect(mine(phone, "Nur ein Entwurf?")).to_have_count(1)
    expect(phone.locator("#outbox")).to_be_hidden()
    expect(field(phone)).to_have_value("")
    assert len(stored(hall, "Nur ein Entwurf?")) == 1


DENIED = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('denied', 'SecurityError'); } })"""
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"
FORGETFUL = "Storage.prototype.setItem = () => {}"


@pytest.mark.parametrize("storage", [DENIED, FULL, FORGETFUL], ids=["denied", "full", "forgetful"])
def test_a_phone_that_cannot_store_asks_to_be_left_open(
    hall: Venue, phone: Page, storage: str, request: pytest.FixtureRequest
) -> None:
    phone.add_init_script(storage)
    phone.reload()
    text = f"Auch ohne Speicher ({request.node.callspec.id})?"
    unload = "dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    assert phone.evaluate(unload) is True
    hall.line.inflict(Fault.BAD_GATEWAY, times=None)
    write(phone, text)
    expect(item(phone, text)).to_contain_text("kann nichts speichern")
    notice = phone.get_by_text("Bitte lassen Sie diese Seite offen")
    expect(notice).to_be_visible()
    assert phone.evaluate(unload) is False
    hall.line.heal()
    expect(item(phone, text)).to_contain_text("Angekommen um")
    expect(notice).to_be_hidden()
    assert phone.evaluate(unload) is True
    assert len(stored(hall, text)) == 1


def test_two_tabs_keep_each_others_questions(hall: Venue, phone: Page) -> None:
    other = phone.context.new_page()
    other.goto(hall.links.stand(3))
    until_online(other)
    hall.line.inflict(Fault.PORTAL, times=None)
    write(phone, "Aus dem einen Fenster?")
    write(other, "Aus dem anderen?")
    for tab in (phone, other):
        for text in ("Aus dem einen Fenster?", "Aus dem anderen?"):
            expect(item(tab, text)).to_contain_text(KEPT)
    hall.line.heal()
    for tab in (phone, other):
        for text in ("Aus dem einen Fenster?", "Aus dem anderen?"):
            expect(item(tab, text)).to_contain_text("Angekommen um")
            expect(mine(tab, text)).to_have_count(1)
    assert len(stored(hall, "Aus dem einen Fenster?")) == 1
    assert len(stored(hall, "Aus dem anderen?")) == 1
    # Who closes a tab in the middle of sending leaves it to the other one.
    hall.line.inflict(Fault.HOLD_REQUEST)
    write(phone, "Und wenn eines zugeht?")
    expect(item(phone, "Und wenn eines zugeht?")).to_be_visible()
    phone.close()
    expect(item(other, "Und wenn eines zugeht?")).to_contain_text("Angekommen um")
    hall.line.heal()
    assert len(stored(hall, "Und wenn eines zugeht?")) == 1


def test_a_retry_timer_that_fires_during_a_send_stops_no_entry(hall: Venue, phone: Page) -> None:
    phone.goto(hall.links.stand(1))
    until_online(phone)
    phone.route(
        "**/s/*/questions",
        lambda route: route.fulfill(
            status=503,
            headers={"Retry-After": "1"},
            json={"error": "busy", "message": "Bitte gleich noch einmal."},
        ),
        times=1,
    )
    # Rings while the wish after it is still waited for, which then turns out to be lost.
    write(phone, "Wacht das wieder auf?")
    phone.route("**/me-too", late_and_lost, times=1)
    phone.locator("[data-me-too]").first.click()
    expect(item(phone, "Wacht das wieder auf?")).to_contain_text("Angekommen um")
    assert len(stored(hall, "Wacht das wieder auf?")) == 1


def test_a_change_half_written_survives_a_reload(hall: Venue, phone: Page) -> None:
    ask(phone, "Was wird halb geändert?")
    card = mine(phone, "Was wird halb geändert?")
    card.locator("summary", has_text="Ändern").click()
    card.get_by_role("textbox").fill("Was wird gerade erst")
    phone.reload()
    words = mine(phone, "Was wird halb geändert?").get_by_role("textbox")
    expect(words).to_be_visible()
    expect(words).to_have_value("Was wird gerade erst")
    words.fill("Was wird ganz geändert?")
    mine(phone, "Was wird halb geändert?").get_by_role("button", name="speichern").click()
    expect(mine(phone, "Was wird ganz geändert?")).to_have_count(1)
    phone.reload()
    expect(mine(phone, "Was wird ganz geändert?").get_by_role("textbox")).to_be_hidden()


def test_two_tabs_keep_each_others_drafts(hall: Venue, phone: Page) -> None:
    other = phone.context.new_page()
    other.goto(hall.links.stand(3))
    until_online(other)
    field(phone).fill("Ein langer Satz, der noch")
    field(other).fill("Aus dem anderen, und gleich weg?")
    send(other)
    expect(mine(other, "Aus dem anderen, und gleich weg?")).to_have_count(1)
    phone.reload()
    expect(field(phone)).to_have_value("Ein langer Satz, der noch")


def test_a_wrong_device_clock_still_shows_the_servers_time(hall: Venue, phone: Page) -> None:
    shifted = """(hours) => { const real = Date; const by = hours * 3600e3;
      globalThis.Date = class extends real {
        constructor(...given) { given.length ? super(...given) : super(real.now() + by); }
        static now() { return real.now() + by; } }; }"""
    phone.add_init_script(f"({shifted})(29.5)")
    phone.reload()
    until_online(phone)
    hall.line.inflict(Fault.HOLD_REQUEST)
    write(phone, "Wie spät ist es hier?")
    expect(item(phone, "Wie spät ist es hier?")).to_contain_text(KEPT)
    # Another tab, opened after the clock was set right, need not wait until tomorrow.
    other = phone.context.new_page()
    other.goto(hall.links.stand(3))
    told = item(other, "Wie spät ist es hier?")
    expect(told).to_contain_text("Angekommen um")
    hall.line.heal()
    ask(phone, "Und jetzt?")
    now = phone.evaluate(
        """() => new Date(performance.timeOrigin + performance.now())
          .toLocaleTimeString('de-DE', {timeZone: 'Europe/Berlin'})"""
    )
    hour, minute = map(int, re.findall(r"(\d\d):(\d\d):", now)[0])
    sentence = phone.locator("[data-ask-state]").inner_text()
    shown = [int(part) for part in re.findall(r"um (\d\d):(\d\d):", sentence)[0]]
    assert abs((hour * 60 + minute) - (shown[0] * 60 + shown[1])) in (0, 1, 24 * 60 - 1)


def test_the_fair_closes_while_a_question_sleeps(hall: Venue, phone: Page) -> None:
    text = "Komme ich zu spät?"
    hall.line.inflict(Fault.PORTAL, times=None)
    write(phone, text)
    expect(item(phone, text)).to_contain_text(KEPT)
    phone.goto("about:blank")
    with phase(hall, "closed"):
        hall.line.heal()
        phone.goto(hall.links.stand(3))
        expect(item(phone, text)).to_contain_text("Fragen werden nicht mehr angenommen")
        phone.reload()
        expect(item(phone, text)).to_contain_text("Ihr Text bleibt hier stehen")
        item(phone, text).get_by_role("button", name="Text kopieren").click()
        assert phone.evaluate("getSelection().toString().trim()") == text
        assert stored(hall, text) == []
    item(phone, text).get_by_role("button", name="Erneut versuchen").click()
    expect(item(phone, text)).to_contain_text("Angekommen um")
    assert len(stored(hall, text)) == 1


def test_ten_questions_beyond_the_limit_all_arrive(venue: Venue, windows: Windows) -> None:
    windows.allow("net::ERR", "WebSocket", "Failed to load resource")
    phone = windows.phone(venue.links.stand(2))
    until_online(phone)
    texts = [f"Frage im Vorbeigehen, die {number}.?" for number in range(10)]
    for text in texts:
        expect(field(phone)).to_be_editable()
        write(phone, text)
    expect(phone.locator("#outbox li")).to_have_count(4)
    for text in texts[6:]:
        expect(item(phone, text)).to_contain_text("wird in Kürze von selbst gesendet")
    # The server has said when: nobody asks again before that.
    before = len(asks(venue))
    phone.evaluate("dispatchEvent(new Event('online'))")
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    phone.wait_for_timeout(2000)
    assert len(asks(venue)) == before == 7
    # A server that was started anew has forgotten whom it told to wait, and so has the page.
    venue.restart()
    phone.reload()
    expect(phone.locator("#mine article")).to_have_count(10)
    rows = [row for text in texts for row in stored(venue, text)]
    numbers = [row["number"] for row in rows]
    assert len(rows) == 10
    assert numbers == list(range(min(numbers), min(numbers) + 10))


def test_wishes_changes_and_withdrawals_wait_too(hall: Venue, phone: Page) -> None:
    first, second = ask(phone, "Wird das geändert?"), ask(phone, "Wird das zurückgezogen?")
    others = phone.locator("#others article:visible")
    votes = others.first.locator("[data-votes]").first
    before = int(votes.inner_text() or 0)
    liked = others.first.get_attribute("id")
    hall.line.inflict(Fault.PORTAL, times=None)

    too = others.first.get_by_role("button", name="Interessiert mich auch")
    too.click()
    expect(too).to_have_attribute("aria-pressed", "true")
    too.click()
    too.click()
    change = mine(phone, "Wird das geändert?")
    change.locator("summary", has_text="Ändern").click()
    change.get_by_role("textbox").fill("Wird das wirklich geändert?")
    change.get_by_role("button", name="Änderung speichern").click()
    back = mine(phone, "Wird das zurückgezogen?")
    back.locator("summary", has_text="Zurückziehen").click()
    back.get_by_role("button", name="Frage zurückziehen").click()

    expect(item(phone, "Wird das wirklich geändert?")).to_contain_text(KEPT)
    expect(item(phone, f"Änderung an Frage {first}")).to_contain_text(KEPT)
    expect(item(phone, f"Frage {second} zurückziehen")).to_contain_text(KEPT)
    expect(item(phone, "interessiert mich auch")).to_have_count(1)
    phone.reload()
    expect(phone.locator("#outbox li")).to_have_count(3)
    expect(too).to_have_attribute("aria-pressed", "true")
    hall.line.heal()
    expect(mine(phone, "Wird das wirklich geändert?")).to_be_visible()
    # Its words are gone.
    badge = mine(phone, f"Frage {second}").locator(".badge")
    expect(badge).to_have_text("zurückgezogen")
    expect(item(phone, "interessiert mich auch")).to_have_count(0)
    expect(phone.locator(f"#{liked} [data-votes]").first).to_have_text(str(before + 1))
    assert outbox(phone) == []
    log = hall.rows(
        "SELECT verb, count(*) AS times FROM changes JOIN questions ON"
        " changes.subject = 'question' AND changes.subject_id = questions.id"
        " WHERE questions.number IN (?, ?) AND verb IN ('edit', 'withdraw') GROUP BY verb",
        first,
        second,
    )
    assert {row["verb"]: row["times"] for row in log} == {"edit": 1, "withdraw": 1}


def test_a_change_that_came_too_late_keeps_its_words(
    hall: Venue, phone: Page, windows: Windows
) -> None:
    number = ask(phone, "Ist das schon beantwortet?")
    tablet = windows.tablet(hall.links.desk(3))
    hall.line.inflict(Fault.PORTAL, times=None, where=lambda _, path: path.endswith("/edit"))
    change = mine(phone, "Ist das schon beantwortet?")
    change.locator("summary", has_text="Ändern").click()
    change.get_by_role("textbox").fill("Ist das auch in Waltrop beantwortet?")
    change.get_by_role("button", name="Änderung speichern").click()
    late = item(phone, "Ist das auch in Waltrop beantwortet?")
    expect(late).to_contain_text(KEPT)
    card = tablet.locator(f"article[data-number='{number}']")
    card.get_by_role("button", name="Hier beantwortet").click()
    expect(mine(phone, "Ist das schon beantwortet?")).to_contain_text("beantwortet")
    hall.line.heal()
    expect(late).to_contain_text("Von dort aus geht das nicht")
    expect(late).to_contain_text("Ist das auch in Waltrop beantwortet?")
    late.get_by_role("button", name="Verwerfen").click()
    expect(late).to_have_count(0)


def test_what_waits_can_be_changed_or_discarded_and_doubt_is_told(hall: Venue, phone: Page) -> None:
    # Without any line it has surely not been sent.
    phone.context.set_offline(True)
    write(phone, "Wie teuer ist es?")
    waiting = item(phone, "Wie teuer ist es?")
    expect(waiting).to_contain_text("sobald die Verbindung steht")
    waiting.get_by_role("button", name="Ändern").click()
    expect(waiting).to_have_count(0)
    expect(field(phone)).to_have_value("Wie teuer ist es?")
    expect(field(phone)).to_be_focused()
    field(phone).fill("Wie teuer ist es im Jahr?")
    send(phone)
    waiting = item(phone, "Wie teuer ist es im Jahr?")
    expect(waiting).to_be_visible()
    waiting.get_by_role("button", name="Verwerfen").click()
    expect(waiting).to_have_count(0)
    phone.get_by_role("button", name="Rückgängig").click()
    expect(waiting).to_contain_text(KEPT)

    # Another text in the field is not written over.
    field(phone).fill("Etwas ganz anderes?")
    waiting.get_by_role("button", name="Ändern").click()
    expect(phone.locator("#toasts").get_by_text("Im Feld steht noch")).to_be_visible()
    expect(waiting).to_be_visible()
    field(phone).fill("")

    # With a line it may have arrived unheard.
    hall.line.inflict(Fault.BAD_GATEWAY_LATE, times=None)
    phone.context.set_offline(False)
    hall.line.wait_until(lambda: len(stored(hall, "Wie teuer ist es im Jahr?")) == 1)
    expect(waiting).to_contain_text("sobald die Verbindung steht")
    waiting.get_by_role("button", name="Ändern").click()
    expect(waiting).to_contain_text("kann schon angekommen sein")
    expect(waiting.get_by_role("button", name="Trotzdem ändern")).to_be_focused()
    waiting.get_by_role("button", name="Behalten").click()
    hall.line.heal()
    expect(waiting).to_contain_text("Angekommen um")
    assert len(stored(hall, "Wie teuer ist es im Jahr?")) == 1


def test_what_is_refused_late_comes_back_into_its_field(hall: Venue, phone: Page) -> None:
    hall.line.inflict(Fault.PORTAL, times=None)
    write(phone, "?!?")
    expect(item(phone, "?!?")).to_contain_text(KEPT)
    hall.line.heal()
    expect(phone.locator("#ask-error")).to_contain_text("in Worten")
    expect(field(phone)).to_have_value("?!?")
    expect(item(phone, "?!?")).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, '{"ok": true}'),
        (200, '{"key": "00000000-0000-4000-8000-000000000000", "number": 7}'),
        (403, '{"error": "blocked"}'),
        (200, "[]"),
    ],
)
def test_foreign_json_does_not_count_as_an_answer(phone: Page, status: int, body: str) -> None:
    def answer(route: Route) -> None:
        route.fulfill(status=status, content_type="application/json", body=body)

    phone.route("**/questions", answer)
    write(phone, "Wer antwortet da?")
    expect(item(phone, "Wer antwortet da?")).to_contain_text(KEPT)
    phone.unroute("**/questions", answer)
    expect(item(phone, "Wer antwortet da?")).to_contain_text("Angekommen um")


def test_the_waiting_list_is_accessible(hall: Venue, windows: Windows, phone: Page) -> None:
    narrow = windows.phone(
        hall.links.stand(3), viewport={"width": 320, "height": 640}, color_scheme="dark"
    )
    until_online(narrow)
    hall.line.inflict(Fault.BAD_GATEWAY_LATE, times=None)
    long = "Was kostet der Betrieb der Gesamtdokumentenmanagementanwendung im Jahr?"
    write(narrow, long)
    expect(item(narrow, long)).to_contain_text("sobald die Verbindung")
    # Said once, and calmly.
    expect(narrow.locator("#said")).to_contain_text(KEPT)
    discard = item(narrow, long).get_by_role("button", name="Verwerfen")
    discard.focus()
    narrow.keyboard.press("Enter")
    expect(item(narrow, long)).to_contain_text("kann schon angekommen sein")
    wide = narrow.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
    found = Axe().run(narrow, options={"resultTypes": ["violations"]})
    assert [str(one["nodes"]) for one in found.response["violations"]] == []
    narrow.keyboard.press("Enter")
    expect(item(narrow, long)).to_have_count(0)
    expect(field(narrow)).to_be_focused()


@contextmanager
def phase(venue: Venue, word: str) -> Iterator[None]:
    """Meanwhile the day is somewhere else, by another program's hand."""
    with closing(sqlite3.connect(venue.database, timeout=HANGS_S)) as file:
        file.execute("UPDATE events SET phase = ? WHERE code = 'GE'", (word,))
        file.commit()
        yield
        file.execute("UPDATE events SET phase = 'fair' WHERE code = 'GE'")
        file.commit()


def late_and_lost(route: Route) -> None:
    time.sleep(4)
    route.abort()


def field(page: Page) -> Locator:
    return page.locator("#ask-text")


def send(page: Page) -> None:
    page.locator("form[data-ask] button[type=submit]").click()


def write(page: Page, text: str) -> None:
    """Ask, and be done with it: it has arrived, or the list has it."""
    expect(field(page)).to_be_editable()
    field(page).fill(text)
    send(page)
    expect(field(page)).to_have_value("")


def item(page: Page, text: str) -> Locator:
    return page.locator("#outbox li").filter(has_text=text)


def mine(page: Page, text: str) -> Locator:
    return page.locator("#mine article").filter(has_text=text)


def outbox(page: Page) -> list[str]:
    """What is still written down on this phone."""
    names: list[str] = page.evaluate(
        "Object.keys(localStorage).filter((name) => name.startsWith('exchange.outbox'))"
    )
    return names


def stored(venue: Venue, text: str) -> list[dict[str, Any]]:
    return venue.rows("SELECT number FROM questions WHERE text = ?", text)


def asks(venue: Venue) -> list[str]:
    return [one.path for one in venue.line.seen if one.path.endswith("/questions")]
