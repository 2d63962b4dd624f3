"""A partner mends the entry on a phone, without a pointer; the organiser takes it; a page hears."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import Demo, Windows, until_online

pytestmark = pytest.mark.browser

ANSWER = "Rund 70.000 € einmalig, danach 15.000 € im Jahr."
SMALL = {"width": 360, "height": 640}


def test_an_entry_goes_from_the_partners_keyboard_to_the_open_page(
    demo: Demo, windows: Windows
) -> None:
    guest = windows.phone(demo.stand(5))
    neighbour = windows.phone(demo.stand(6))
    until_online(guest, neighbour)
    expect(guest.get_by_role("heading", name="Schon beantwortet")).to_be_visible()
    guest.locator(".stand-prepared summary").click()
    of_neighbour = said_of_project(neighbour)

    organiser = windows.laptop(demo.link("organiser"))
    organiser.goto(f"{demo.base}/organise/GE/entries")
    organiser.get_by_role("button", name="Einträge wieder öffnen").click()
    expect(organiser.get_by_text("Die Einträge sind offen")).to_be_visible()

    partner = windows.open(demo.desk(5), viewport=SMALL)
    until_online(partner)
    tab_to(partner, "link", "Eintrag bearbeiten")
    partner.keyboard.press("Enter")
    partner.wait_for_url("**/entry")
    tab_to(partner, "textbox", "Umsetzungsstand")
    partner.keyboard.type("im Regelbetrieb")
    tab_to(partner, "textbox", "Links")
    partner.keyboard.type("nirgendwo")
    tab_to(partner, "textbox", "Was kosten Einführung und Betrieb bei 50.000 Einwohnern?")
    partner.keyboard.press("Control+A")
    partner.keyboard.type(ANSWER)
    windows.allow("422")
    tab_to(partner, "button", "Speichern")
    partner.keyboard.press("Enter")

    # Refused, with the sentence beside the field that has the focus, and all that was typed.
    links = partner.get_by_role("textbox", name="Links")
    expect(links).to_be_focused()
    expect(partner.locator("#links-error")).to_contain_text("keine Adresse")
    expect(partner.locator("#prepared-kosten")).to_have_value(ANSWER)
    partner.keyboard.press("Control+A")
    partner.keyboard.type("ratsinfo.example.org")
    tab_to(partner, "button", "Speichern")
    partner.keyboard.press("Enter")
    expect(partner.get_by_role("status").first).to_contain_text("Gespeichert.")
    expect(partner.get_by_text("liegt der Organisation vor", exact=True)).to_have_count(3)
    expect(guest.locator(".stand-prepared")).not_to_contain_text(ANSWER)

    organiser.reload()
    expect(organiser.get_by_text("3 Änderungen liegen vor.")).to_be_visible()
    entry = organiser.get_by_role("region", name="Ratsinformationssystem mobil")
    entry.get_by_role("button", name="Alle dieses Projekts übernehmen").click()
    expect(organiser.get_by_text("Nichts zu prüfen.")).to_be_visible()

    # By themselves: what was folded out stays so.
    expect(guest.locator(".stand-prepared")).to_contain_text(ANSWER)
    expect(guest.get_by_text(ANSWER)).to_be_visible()
    guest.locator(".stand-more summary").click()
    expect(guest.locator(".stand-more")).to_contain_text("im Regelbetrieb")
    expect(guest.get_by_role("link", name="ratsinfo.example.org")).to_be_visible()
    assert said_of_project(neighbour) == of_neighbour

    organiser.get_by_role("button", name="Rückgängig").click()
    expect(organiser.get_by_text("3 Änderungen liegen vor.")).to_be_visible()
    expect(guest.locator(".stand-prepared")).not_to_contain_text(ANSWER)


def test_contacts_are_kept_with_one_press(shared: Demo, windows: Windows) -> None:
    guest = windows.phone(shared.stand(1))
    guest.locator(".stand-more summary").click()
    with guest.expect_download() as loading:
        guest.get_by_role("link", name="Kontakte speichern").click()
    assert loading.value.suggested_filename == "digitaler-bauantrag.vcf"


def said_of_project(page: Page) -> list[str]:
    return page.locator("#about, .stand-prepared").all_inner_texts()


def tab_to(page: Page, role: str, name: str) -> None:
    """Go on with the tabulator until this has the focus; it is in sight then."""
    wanted = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
    for _ in range(80):
        if wanted.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(wanted).to_be_focused()
    expect(wanted).to_be_in_viewport()
