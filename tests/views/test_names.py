"""For those who hear a page: its outline, what its questions are called, and its buttons."""

import re
from collections import defaultdict

import pytest

from tests.support.entries import answer_beforehand, propose
from tests.support.fair import AC_ROBO, BAU, GE, GENERAL, ROBO, Fair
from tests.support.markup import Node, name_of, tree
from tests.support.pages import MINUTES, OF_ONE, PAGES, reader_of_all
from tests.support.windows import Window

MORE = [f"/e/{GE}?q=kosten", f"/s/{BAU}", f"/s/{AC_ROBO}", f"/organise/{GE}/import"]
READ = [path for path in [*PAGES, *OF_ONE, *MORE] if path != MINUTES]
HIDDEN = ("template", "datalist", "noscript")


@pytest.fixture
def asked(fair: Fair) -> Fair:
    """A fair with several questions in each list, at two stands, in two cities."""
    for _ in range(2):
        for status in ("open", "pending", "shortlisted", "answered", "owed", "declined"):
            fair.asked_as(status)
        fair.act(fair.ask(BAU, "Und die Kosten?"), "merge", head=fair.ask(ROBO, "Welche Kosten?"))
        fair.ask(GENERAL)
        fair.act(fair.ask(AC_ROBO), "answer", answer="Ja.")
    fair.act(fair.ask(), "live")
    answer_beforehand(fair, "robo", kosten="Nichts.", recht="Ja.")
    fair.sql("UPDATE events SET entries_open = true")
    for project in ("robo", "bau"):
        propose(fair, project, summary="Neu.", prepared_technik="Python.")
    fair.conduct("clock", "10")
    fair.conduct("message", "Gleich geht es weiter.")
    return fair


def pages(fair: Fair, language: str) -> dict[str, Node]:
    """All pages as they are served in the round, and the minutes after it."""
    reader = reader_of_all(fair)
    # What is asked in this browser, to be edited and withdrawn.
    for _ in range(2):
        reader.ask(ROBO)
    fair.sql("UPDATE events SET phase = 'round'")
    found = {path: read(reader, path, language) for path in READ}
    fair.sql("UPDATE events SET phase = 'follow_up'")
    return found | {MINUTES: read(reader, MINUTES, language)}


def read(reader: Window, path: str, language: str) -> Node:
    answer = reader.get(path, Accept_Language=language)
    assert answer.status_code == 200, path
    return tree(answer.text)


def is_hidden(element: Node) -> bool:
    marks = element.marks
    return element.tag in HIDDEN or "hidden" in marks or marks.get("aria-hidden") == "true"


def shown(page: Node) -> list[Node]:
    """What is not hidden, nor in a template."""
    return [one for one in page.walk() if not any(is_hidden(above) for above in one.around())]


def does(element: Node) -> str:
    """Where a link leads, what a button sends; for one that only opens something, which."""
    marks = element.marks
    if "href" in marks:
        return marks["href"]
    form = next((one for one in element.around() if one.tag == "form"), None)
    if (
        element.tag == "summary"
        or marks.get("type") == "button"
        or (not form and "form" not in marks)
    ):
        return str(id(element))
    address = marks.get("formaction") or (form.marks.get("action", "") if form else "")
    return f"{address} {marks.get('name')} {marks.get('value')}"


@pytest.mark.sqlite
@pytest.mark.parametrize("language", ["de", "en"])
def test_no_two_buttons_or_links_of_a_page_have_one_name_and_do_different_things(
    asked: Fair, language: str
) -> None:
    wrong = []
    for path, page in pages(asked, language).items():
        called = defaultdict(set)
        for one in shown(page):
            if one.tag in ("a", "button", "summary"):
                called[name_of(one, page).casefold()].add(does(one))
        wrong += [f"{path}: {name}: {all_}" for name, all_ in called.items() if len(all_) > 1]
        wrong += [f"{path}: without a name: {all_}" for name, all_ in called.items() if not name]
    assert wrong == [], "\n".join(wrong)


@pytest.mark.sqlite
def test_a_question_is_a_heading_in_the_outline_of_its_page_and_its_verbs_say_which(
    asked: Fair,
) -> None:
    wrong = []
    for path, page in pages(asked, "de").items():
        seen = shown(page)
        levels = [int(one.tag[1]) for one in seen if re.fullmatch("h[1-6]", one.tag)]
        deeper = any(
            after > before + 1 for before, after in zip([0, *levels], levels, strict=False)
        )
        if levels.count(1) != 1 or deeper:
            wrong.append(f"{path}: levels {levels}")
        ids = [one.marks["id"] for one in seen if "id" in one.marks]
        wrong += [f"{path}: id {id_} twice" for id_ in set(ids) if ids.count(id_) > 1]
        for question in [
            one
            for one in seen
            if one.marks.get("class", "").startswith("question ")
            or one.marks.get("class") == "question"
        ]:
            wrong += [f"{path}: {one}" for one in unnamed(question, page)]
    assert wrong == [], "\n".join(wrong)


def unnamed(question: Node, page: Node) -> list[str]:
    """What in a question does not say which one it is about."""
    name = name_of(question, page)
    stub = next(one for one in question.walk() if "question-stub" in one.marks.get("class", ""))
    if not re.fullmatch(r"Frage \d+", name) or name_of(stub, page) != name or stub.tag[0] != "h":
        return [f"{name}: {stub.tag} {stub.text}"]
    verbs = [one for one in question.walk() if one.tag in ("a", "button", "summary")]
    return [
        f"{name}: {name_of(one, page)}"
        for one in verbs
        if not name_of(one, page).endswith(f"zu {name}") and name not in name_of(one, page)
    ]
