"""On a phone: the event's page, where the hall's code leads; and a stand with many questions."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Demo, Windows, ask, until_online

pytestmark = pytest.mark.browser

PHONE = {"width": 412, "height": 915}
SHOWN = """() => [...document.querySelectorAll("#stand-found:not([hidden]) a")]
  .map((link) => link.pathname)"""
SERVER = "async (typed) => (await fetch(`?${new URLSearchParams({ stand: typed })}`)).text()"
TYPE_IN = """async () => {
  for (let n = 10; n < 21; n += 1) {
    const told = { key: `00000000-0000-4000-8000-0000000000${n}`, text: `Wie lange dauert ${n}?` };
    const headers = { Accept: "application/json" };
    await fetch("/present/GE4/questions",
      { method: "POST", headers, body: new URLSearchParams(told) });
  }
}"""
ORDER = """() => [...document.querySelectorAll("#others > [data-order]")]
  .map((one) => Number(one.dataset.order))"""


def shown(page: Page) -> list[str]:
    """The stands that the field has found, by the ends of their addresses."""
    links: list[str] = page.evaluate(SHOWN)
    return [link.rpartition("/")[2] for link in links]


def test_a_stand_is_found_as_one_types_and_nothing_is_asked_for(
    shared: Demo, windows: Windows
) -> None:
    phone = windows.phone(f"{shared.base}/e/GE", viewport=PHONE)
    until_online(phone)
    requests: list[str] = []
    phone.on("request", lambda request: requests.append(request.url))
    field = phone.get_by_label("Zu welchem Projekt?")
    for typed, first in (
        ("di", "GE1"),
        ("straße", "GE3"),
        ("STRASSEN", "GE3"),
        ("buerger", "GE6"),
        ("bu\u0308rger", "GE6"),
        ("burger", "GE6"),
        ("24/7", "GE2"),
        ("Stand 1", "GE1"),
        ("1", "GE1"),
        ("ge4", "GE4"),
        ("haard", "GE5"),
        ("allg", "GE0"),
    ):
        field.fill(typed)
        assert shown(phone)[:1] == [first], typed
    field.fill("t")
    assert len(shown(phone)) == 6
    expect(phone.locator("#stand-found [role=status]")).to_contain_text("hier die ersten 6")
    field.fill("xyzzy")
    expect(phone.locator("#stand-found [role=status]")).to_contain_text("Kein Stand gefunden")
    field.fill("")
    expect(phone.locator("#stand-found")).to_be_hidden()
    assert requests == []
    field.fill("bauantrag")
    field.press("Enter")
    phone.wait_for_url("**/s/GE1")


def test_the_field_finds_what_the_server_finds(shared: Demo, windows: Windows) -> None:
    phone = windows.phone(f"{shared.base}/e/GE")
    field = phone.get_by_label("Zu welchem Projekt?")
    typed = [
        "di",
        "straße",
        "STRASSE",
        "buerger",
        "1",
        "12",
        "Stand 1",
        "24/7",
        "t",
        "xyzzy",
        "ge4",
    ]
    for one in typed:
        field.fill(one)
        page = phone.evaluate(SERVER, one).partition('id="stand-found"')[2].partition("</ul>")[0]
        assert shown(phone) == re.findall(r'href="/s/(\w+)"', page)[:6], one


@pytest.mark.parametrize("scripts", [True, False])
def test_a_question_to_no_project_is_asked_right_there(
    shared: Demo, windows: Windows, scripts: bool
) -> None:
    phone = windows.phone(f"{shared.base}/e/GE", viewport=PHONE, java_script_enabled=scripts)
    assert phone.locator("main .button:visible").all_inner_texts() == ["Frage stellen"]
    expect(phone.locator("main .button")).to_be_in_viewport()
    words = f"Gibt es Kaffee, {'mit' if scripts else 'ohne'} Skripte?"
    if scripts:
        until_online(phone)
        # Half a word in the other field is not in the way, nor lost when the page reads itself.
        phone.get_by_label("Zu welchem Projekt?").fill("di")
        number = ask(phone, words)
        expect(phone.locator("[data-ask-state]")).to_contain_text(f"Nummer {number}")
        expect(phone.get_by_label("Ihre Frage").first).to_have_value("")
        assert shown(phone)[:1] == ["GE1"]
    else:
        phone.get_by_label("Ihre Frage").fill(words)
        phone.get_by_role("button", name="Frage stellen").click()
        expect(phone.get_by_role("status").filter(has_text="Angekommen")).to_be_visible()
    phone.goto(shared.stand(0))
    expect(phone.locator("#mine")).to_contain_text(words)


def test_a_long_list_is_read_in_either_order_and_nothing_moves_meanwhile(
    shared: Demo, windows: Windows
) -> None:
    reader, asker = windows.phone(shared.stand(4)), windows.phone(shared.stand(4))
    until_online(reader, asker)
    # Eleven more, typed in at the desk.
    windows.tablet(shared.desk(4)).evaluate(TYPE_IN)
    more = reader.locator("#others [data-more]")
    reader.reload()
    first = reader.evaluate(ORDER)
    assert len(first) == 10
    expect(more).to_be_visible()
    # A vote changes the number, not the place.
    last = reader.locator("#others > article").nth(9)
    last.get_by_role("button", name="Interessiert mich auch").click()
    expect(last.locator("[data-votes]").first).to_have_text("1")
    number = ask(asker, "Kommt das hinzu?")
    expect(reader.locator(f"#others > [data-order='{number}']")).to_be_attached()
    assert [one for one in reader.evaluate(ORDER) if one != number] == first
    rest = int(more.inner_text().split()[0])
    reader.get_by_role("link", name="Neueste").click()
    expect(reader.get_by_role("link", name="Neueste")).to_have_attribute("aria-current", "true")
    newest = reader.evaluate(ORDER)
    assert (newest[0], len(newest)) == (number, 10)
    more.click()
    expect(more).to_be_hidden()
    everything = reader.evaluate(ORDER)
    assert everything == sorted(everything, reverse=True)
    assert everything[:10] == newest
    assert len(everything) == 11 + rest
    expect(reader.locator(f"#others > [data-order='{newest[9]}']")).to_be_in_viewport()
