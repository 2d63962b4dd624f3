"""From an empty database to the next city: a list in Excel, a partner, the evening before."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from simulation.demo import LAN_NAME
from simulation.servers import ROOT, Running, launch
from tests.support.browsing import Windows, ask, until_online

pytestmark = pytest.mark.browser

LISTS = ROOT / "tests" / "data" / "stand_lists"
EMPTY = {"EXCHANGE_DEMO": "no"}
LAMP, PARKING = "Smarte Straßenlaterne", "Parkraumsensorik"


class House:
    """A server that was started on an empty folder, and what its command line says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._flask("migrate")
        self._flask("demo", "--if-empty")
        self.server: Running = launch(folder, name=LAN_NAME, EXCHANGE_DEMO="no")
        self.server.wait_until_serving()
        self.base = f"http://{LAN_NAME}:{self.server.port}"

    def organiser(self) -> str:
        """The organiser's link."""
        words = self._flask("links").split()
        return self.base + next(word for word in words if "/pass#" in word).partition("5000")[2]

    def passes(self, event: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self._flask("passes", event, "--json"))["passes"]
        return found

    def desk(self, event: str, label: str) -> str:
        """The presenters' link of a stand."""
        link = next(
            one["link"]
            for one in self.passes(event)
            if (one["role"], one["label"]) == ("presenter", label)
        )
        return f"{self.base}/pass#{link.partition('#')[2]}"

    def _flask(self, *words: str) -> str:
        told = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "exchange", *words],
            check=True,
            cwd=ROOT,
            env=os.environ | EMPTY | {"EXCHANGE_INSTANCE": str(self.folder)},
            capture_output=True,
            text=True,
        )
        return told.stdout


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "instance")
    yield made
    made.server.finish()
    assert "Traceback" not in made.server.output


def take_in(page: Page, list_name: str, words: str) -> None:
    """Upload a list, read what it would change, and confirm."""
    page.get_by_role("link", name="Einlesen").click()
    page.get_by_label("Datei").set_input_files(LISTS / list_name)
    page.get_by_role("button", name="Liste ansehen").click()
    page.get_by_role("button", name=f"Übernehmen: {words}").click()
    expect(page.locator(".saved")).to_contain_text("Gespeichert.")


def stand_of(page: Page, base: str, project: str) -> str:
    """The address of the stand that shows this project, as the event's own page links it."""
    page.goto(f"{base}/e/GE")
    address = page.get_by_role("link", name=project).first.get_attribute("href")
    assert address
    return f"{base}{address}"


def test_a_fair_stands_changes_and_goes_on_to_the_next_city(house: House, windows: Windows) -> None:
    organiser = windows.laptop(house.organiser())
    organiser.wait_for_url("**/organise**")
    expect(organiser.get_by_text("Hier ist noch keine Veranstaltung.")).to_be_visible()
    organiser.get_by_role("link", name="Neue Veranstaltung").click()
    organiser.get_by_label("Stadt").fill("Gelsenkirchen")
    organiser.get_by_label("Kürzel").fill("GE")
    organiser.get_by_role("button", name="Veranstaltung anlegen").click()
    organiser.wait_for_url("**/organise/GE**")
    expect(organiser.get_by_text("Der Termin steht noch nicht fest.")).to_be_visible()
    expect(organiser.get_by_text("Es gibt noch keinen Stand.")).to_be_visible()

    # The list as the office sends it.
    take_in(organiser, "stands-office.xlsx", "12 neu")

    # A partner mends the entry, the organiser takes it.
    partner = windows.tablet(house.desk("GE", "3"))
    partner.wait_for_url("**/present/**")
    partner.get_by_role("link", name="Eintrag bearbeiten").click()
    partner.get_by_label("Umsetzungsstand").fill("im Regelbetrieb")
    partner.get_by_label("Was kosten Einführung und Betrieb").fill("Rund 900 € je Leuchte.")
    partner.get_by_role("button", name="Speichern").click()
    expect(partner.get_by_role("status").first).to_contain_text("Gespeichert.")
    organiser.get_by_role("link", name="Einträge", exact=True).click()
    organiser.get_by_role("button", name="Alle dieses Projekts übernehmen").click()
    expect(organiser.get_by_text("Nichts zu prüfen.")).to_be_visible()

    # The fair runs.
    organiser.get_by_role("link", name="Übersicht").click()
    organiser.get_by_role("button", name="Austauschbörse").click()
    expect(organiser.locator(".phase-step[aria-current]")).to_contain_text("Austauschbörse")
    phone = windows.phone(f"{house.base}/e/GE")
    lamp = stand_of(phone, house.base, LAMP)
    parking = stand_of(phone, house.base, PARKING)
    phone.goto(lamp)
    until_online(phone)
    expect(phone.locator("#prepared")).to_contain_text("Rund 900 € je Leuchte.")
    ask(phone, "Halten die Leuchten einen Winter aus?")
    other = windows.phone(parking)
    until_online(other)
    expect(phone.locator(".stand-number")).to_contain_text("3")
    expect(other.locator(".stand-number")).to_contain_text("7")

    # The evening before: two change places, one is new. Open pages hear of it.
    take_in(organiser, "stands-evening-before.csv", "1 neu, 2 ziehen um, 1 geändert")
    expect(phone.locator(".stand-number")).to_contain_text("7")
    expect(other.locator(".stand-number")).to_contain_text("3")
    expect(phone.get_by_role("heading", level=1)).to_have_text(LAMP)
    expect(phone.locator("#mine")).to_contain_text("einen Winter")
    assert stand_of(phone, house.base, LAMP) == lamp
    desk = windows.tablet(house.desk("GE", "7"))
    desk.wait_for_url("**/present/**")
    expect(desk.get_by_text("Halten die Leuchten einen Winter aus?")).to_be_visible()

    # All of it back with one press.
    phone.goto(lamp)
    until_online(phone)
    organiser.get_by_role("button", name="Rückgängig").click()
    expect(phone.locator(".stand-number")).to_contain_text("3")
    expect(other.locator(".stand-number")).to_contain_text("7")
    expect(phone.locator("#mine")).to_contain_text("einen Winter")
    organiser.get_by_role("link", name="Stände", exact=True).click()
    # What the list had made is archived: codes are never given again.
    expect(organiser.get_by_text("Nachzügler: Digitale Fundkiste")).not_to_be_visible()
    expect(organiser.get_by_text("1 archivierter Stand")).to_be_visible()

    # The next city: the same stands under other codes, and no question.
    organiser.goto(f"{house.base}/organise")
    organiser.get_by_role("link", name="Neue Veranstaltung").click()
    organiser.get_by_label("Stadt").fill("Aachen")
    organiser.get_by_label("Kürzel").fill("AC")
    organiser.get_by_label("Wie eine andere beginnen?").select_option("GE")
    organiser.get_by_role("button", name="Veranstaltung anlegen").click()
    organiser.wait_for_url("**/organise/AC**")
    phone.goto(f"{house.base}/e/AC")
    copy = phone.get_by_role("link", name=LAMP).first.get_attribute("href")
    assert copy
    assert f"{house.base}{copy}" != lamp
    phone.goto(f"{house.base}{copy}")
    expect(phone.locator("#prepared")).to_contain_text("Rund 900 € je Leuchte.")
    expect(phone.get_by_text("einen Winter")).to_have_count(0)
    secrets = {event: {one["link"] for one in house.passes(event)} for event in ("GE", "AC")}
    contacts = {one["link"] for one in house.passes("AC") if one["role"] == "contact"}
    assert secrets["GE"] & secrets["AC"] == contacts
