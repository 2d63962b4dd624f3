"""An organiser at a laptop without a mouse: stands, a project's contacts, the demo fair's end."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Demo, Windows, until_online

pytestmark = pytest.mark.browser

LONG = "Hall 2 - Booth 15"


def press_until(page: Page, name: str, most: int = 80) -> None:
    """Go on with the tabulator until what has this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        told = page.evaluate(
            """() => {
              const one = document.activeElement;
              return (one.labels?.[0] ?? one).innerText.replace(/\\s+/g, ' ').trim();
            }"""
        )
        if told.startswith(name):
            return
    raise AssertionError(f"The focus never came to {name}.")


def organiser_at(demo: Demo, windows: Windows, path: str) -> Page:
    page = windows.laptop(demo.link("organiser"))
    page.goto(f"{demo.base}{path}")
    return page


def test_stands_are_kept_by_keyboard_while_phones_look_on(demo: Demo, windows: Windows) -> None:
    windows.allow("the server responded with a status of 422")
    phone = windows.phone(demo.stand(11))
    until_online(phone)
    page = organiser_at(demo, windows, "/organise/GE/stands")

    # A label that is there already: the field says so, and keeps what was typed.
    press_until(page, "Standnummer")
    page.keyboard.type("011")
    page.keyboard.press("Enter")
    error = page.locator("#new-label-error")
    expect(error).to_contain_text("Stand 11 gibt es schon")
    field = page.get_by_label("Standnummer")
    expect(field).to_be_focused()
    expect(field).to_have_value("011")
    page.keyboard.press("Control+a")
    page.keyboard.type("A-12")
    page.keyboard.press("Enter")
    expect(page.locator(".saved")).to_contain_text("Gespeichert.")
    labels = page.locator("section .list-label .number")
    expect(labels.last).to_have_text("A-12")

    # Undone from the keyboard as well.
    press_until(page, "Rückgängig")
    page.keyboard.press("Enter")
    expect(labels.last).to_have_text("12")

    # A stand gets another label, and the page on a phone says it.
    press_until(page, "Bearbeiten Stand 11")
    page.keyboard.press("Enter")
    page.wait_for_url("**/stands/GE11")
    press_until(page, "Standnummer")
    page.keyboard.press("Control+a")
    page.keyboard.type(LONG)
    press_until(page, "Speichern")
    page.keyboard.press("Enter")
    expect(page.locator(".saved")).to_contain_text("Gespeichert.")
    expect(phone.locator(".stand-number")).to_contain_text(LONG)

    # Taken out: nobody asks there any more.
    page.goto(f"{demo.base}/organise/GE/stands/GE11")
    press_until(page, "Stand archivieren")
    page.keyboard.press("Enter")
    expect(page.locator(".saved")).to_contain_text("Gespeichert.")
    expect(phone.locator("#gone")).to_contain_text("gehört nicht mehr zur Veranstaltung")
    expect(phone.get_by_role("button", name="Frage stellen")).to_have_count(0)


def test_contacts_are_moved_and_replaced_by_keyboard(demo: Demo, windows: Windows) -> None:
    page = organiser_at(demo, windows, "/organise/projects/kita-navigator")
    press_until(page, "Funktion")
    page.keyboard.type("IT-Abteilung")
    page.keyboard.press("Enter")
    expect(page.locator(".contact-row")).to_have_count(2)
    press_until(page, "Nach oben IT-Abteilung")
    page.keyboard.press("Enter")
    expect(page.locator(".contact-row").first).to_contain_text("IT-Abteilung")
    press_until(page, "Ersetzen IT-Abteilung")
    page.keyboard.press("Enter")
    press_until(page, "Funktion")
    page.keyboard.type("Stabsstelle")
    page.keyboard.press("Enter")
    expect(page.locator(".contact-row").first).to_contain_text("Stabsstelle")
    expect(page.get_by_text("1 frühere Anlaufstelle")).to_be_visible()


def test_the_demo_fair_goes_and_the_organiser_stays(demo: Demo, windows: Windows) -> None:
    windows.allow("the server responded with a status of 4")
    phone = windows.phone(demo.stand(11))
    until_online(phone)
    page = organiser_at(demo, windows, "/organise")
    page.get_by_role("link", name="Demo-Markt entfernen").click()
    page.get_by_label("Zur Bestätigung").fill("Gelsenkirchen")
    page.get_by_role("button", name="Demo-Markt endgültig entfernen").click()
    expect(page.get_by_text("Hier ist noch keine Veranstaltung.")).to_be_visible()
    page.get_by_role("link", name="Neue Veranstaltung").click()
    page.get_by_label("Stadt").fill("Bocholt")
    page.get_by_role("button", name="Veranstaltung anlegen").click()
    expect(page.get_by_role("heading", name="Bocholt")).to_be_visible()
    expect(page.get_by_text("Es gibt noch keinen Stand.")).to_be_visible()
    # The old page may be coming in again by itself just now.
    again = windows.phone(demo.stand(11))
    expect(again.get_by_text("Das gibt es hier nicht.")).to_be_visible()


@pytest.mark.parametrize("width", [320, 412, 1280])
def test_long_labels_run_over_nowhere(demo: Demo, windows: Windows, width: int) -> None:
    page = organiser_at(demo, windows, "/organise/GE/stands/GE3")
    page.get_by_label("Standnummer").fill(LONG)
    page.get_by_label("Ort").fill("Obergeschoss, Foyer hinter der Garderobe")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator(".saved")).to_contain_text("Gespeichert.")
    desk = windows.open(demo.desk(3), viewport={"width": width, "height": 800})
    phone = windows.open(demo.stand(3), viewport={"width": width, "height": 800})
    page.set_viewport_size({"width": width, "height": 800})
    for one, paths in (
        (phone, ("/s/GE3", "/e/GE", "/projects/smarte-strassenlaterne")),
        (desk, ("/present/GE3",)),
        (page, ("/organise", "/organise/GE", "/organise/GE/stands", "/organise/GE/settings")),
    ):
        for path in paths:
            one.goto(f"{demo.base}{path}")
            assert one.evaluate(
                "document.scrollingElement.scrollWidth <= document.documentElement.clientWidth"
            ), path
