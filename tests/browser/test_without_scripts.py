"""A browser without JavaScript can do what an attendee does, and staff can work in a pinch."""

import pytest
from playwright.sync_api import expect

from tests.support.browsing import Demo, Windows

pytestmark = pytest.mark.browser


def test_an_attendee_asks_changes_and_withdraws(shared: Demo, windows: Windows) -> None:
    phone = windows.phone(shared.stand(6), java_script_enabled=False)
    phone.get_by_label("Ihre Frage").fill("Welche Fragen kann Lotte nicht beantworten?")
    phone.get_by_text("Aspekt, Name oder Kommune angeben").click()
    phone.get_by_label("Betrieb").check()
    phone.get_by_label("Kommune", exact=False).last.fill("Stadt Waltrop")
    phone.get_by_role("button", name="Frage stellen").click()

    mine = phone.locator("#mine article")
    expect(phone.get_by_role("status").filter(has_text="Angekommen")).to_be_visible()
    expect(mine).to_contain_text("Welche Fragen kann Lotte nicht beantworten?")
    expect(mine).to_contain_text("offen")

    mine.locator("summary", has_text="Ändern").click()
    mine.get_by_role("textbox").fill("Welche Themen kennt Lotte noch nicht?")
    mine.get_by_role("button", name="Änderung speichern").click()
    expect(mine.locator(".question-text")).to_have_text("Welche Themen kennt Lotte noch nicht?")
    # The others read it, too.
    other = windows.phone(shared.stand(6), java_script_enabled=False)
    expect(other.locator("#others")).to_contain_text("Welche Themen kennt Lotte noch nicht?")

    mine.locator("summary", has_text="Zurückziehen").click()
    mine.get_by_role("button", name="Frage zurückziehen").click()
    expect(mine).to_contain_text("zurückgezogen")
    other.reload()
    expect(other.locator("#others")).not_to_contain_text("Welche Themen kennt Lotte noch nicht?")


def test_a_refused_question_stays_in_its_field(shared: Demo, windows: Windows) -> None:
    windows.allow("the server responded with a status of 422")
    phone = windows.phone(shared.stand(6), java_script_enabled=False)
    phone.get_by_label("Ihre Frage").fill("?!?")
    phone.get_by_role("button", name="Frage stellen").click()
    expect(phone.get_by_role("alert").first).to_contain_text("in Worten")
    expect(phone.get_by_label("Ihre Frage")).to_have_value("?!?")
    phone.get_by_label("Ihre Frage").fill("Und in Worten?")
    phone.get_by_role("button", name="Frage stellen").click()
    expect(phone.locator("#mine")).to_contain_text("Und in Worten?")


def test_a_second_press_and_the_way_back_ask_nothing_twice(shared: Demo, windows: Windows) -> None:
    phone = windows.phone(shared.stand(10), java_script_enabled=False)
    field = phone.locator("#ask-text")
    button = phone.get_by_role("button", name="Frage stellen")
    field.fill("Kommt das nur einmal an?")
    button.dblclick()
    mine = phone.locator("#mine article").filter(has_text="Kommt das nur einmal an?")
    expect(mine).to_have_count(1)
    landed = phone.url
    # Back to the form, whatever the browser has put into it, and sent again.
    phone.go_back()
    if field.input_value():
        button.click()
        expect(phone).to_have_url(landed)
    phone.goto(shared.stand(10))
    expect(mine).to_have_count(1)
    # And loaded anew where it has arrived.
    phone.goto(landed)
    phone.reload()
    expect(mine).to_have_count(1)


def test_an_attendee_is_interested_too_and_takes_it_back(shared: Demo, windows: Windows) -> None:
    phone = windows.phone(shared.stand(1), java_script_enabled=False)
    question = phone.locator("#others article").first
    before = int(question.locator("[data-votes]").first.inner_text() or 0)
    question.get_by_role("button", name="Interessiert mich auch").click()
    expect(question.locator("[data-votes]").first).to_have_text(str(before + 1))
    expect(phone.locator("#my-votes")).to_contain_text("interessiert Sie auch")
    phone.locator("#my-votes").get_by_role("button", name="Zurücknehmen").click()
    expect(phone.locator("#my-votes li")).to_have_count(0)
    expect(question.locator("[data-votes]").first).to_have_text(str(before or ""))


def test_presenters_enter_by_typing_the_card_and_answer(shared: Demo, windows: Windows) -> None:
    door, _, secret = shared.desk(1).partition("#")
    tablet = windows.tablet(door, java_script_enabled=False)
    tablet.get_by_label("Text auf der Karte").fill(secret)
    tablet.get_by_role("button", name="Öffnen").click()
    card = tablet.locator("#list-open article").first
    number = card.get_attribute("data-number")
    # At one press; with words on the page of the question.
    tablet.locator("#list-open article").nth(1).get_by_role("button", name="Schlussrunde").click()
    expect(tablet.locator("#list-open article").first).to_have_attribute("data-number", str(number))
    card.get_by_role("link", name="Mehr").click()
    expect(tablet.get_by_role("heading", name="Verlauf")).to_be_visible()
    tablet.get_by_label("Antwort", exact=True).fill("Ja, seit dem Frühjahr.")
    tablet.get_by_role("button", name="Antwort speichern").click()
    expect(tablet.locator("#list-answered article").first).to_have_attribute(
        "data-number", str(number)
    )
    phone = windows.phone(shared.stand(1), java_script_enabled=False)
    answered = phone.locator("#others article").filter(has_text="Ja, seit dem Frühjahr.")
    expect(answered.locator(".question-stub")).to_contain_text(str(number))


def test_the_moderation_works_in_a_pinch(shared: Demo, windows: Windows) -> None:
    door, _, secret = shared.link("moderator").partition("#")
    page = windows.laptop(door, java_script_enabled=False)
    page.get_by_label("Text auf der Karte").fill(secret)
    page.get_by_role("button", name="Öffnen").click()
    moderation = page.url
    open_ones = page.locator("#list-open article")
    first, second = (open_ones.nth(n).get_attribute("data-number") for n in range(2))

    open_ones.first.get_by_role("button", name="Ablauf").click()
    row = page.locator(f"#list-shortlisted article[data-number='{first}']")
    expect(row).to_be_visible()
    row.get_by_role("link", name="Mehr").click()
    page.get_by_label("Platz im Ablauf").fill("1")
    page.get_by_role("button", name="Umstellen").click()
    expect(page.locator("#list-shortlisted article").first).to_have_attribute(
        "data-number", str(first)
    )
    # Merged with what is called out, and split again.
    question = page.locator(f"article[data-number='{second}']")
    question.get_by_role("link", name="Mehr").click()
    page.get_by_label("Mit Frage Nummer").fill(str(first))
    page.get_by_role("button", name="Zusammenlegen").click()
    page.goto(moderation)
    page.locator("[data-done=merged] > summary").click()
    question.get_by_role("button", name="Trennen").click()
    expect(page.locator(f"#list-open article[data-number='{second}']")).to_be_visible()
