"""Words from the right, and German names in English pages: no element holds them unmarked."""

import re

import pytest

from tests.support.entries import answer_beforehand, propose
from tests.support.fair import AC_ROBO, BAU, GE, GENERAL, ROBO, TOUR, Fair
from tests.support.markup import Node, tree
from tests.support.pages import MINUTES, OF_ONE, PAGES, reader_of_all
from tests.support.windows import Window

SAID = "שאלה"
"""In each text that somebody wrote on the day."""
NAME = "שם"
"""In each name that was set up, which is German elsewhere."""
FROM_THE_RIGHT = re.compile("[\u0590-\u08ff]")
ISOLATED = re.compile("\u2068[^\u2069]*\u2069")
UNMARKED = {"title", "script", "style"}
TYPED = {"text", "search", "email", "tel", ""}
MORE = [
    f"/e/{GE}?q={SAID}",
    f"/?code={SAID}",
    "/?code=Stand+1",
    f"/s/{BAU}",
    f"/s/{AC_ROBO}",
    f"/organise/{GE}/stands?q={SAID}",
    f"/organise/series/{TOUR}/projects?q={SAID}",
    f"/organise/{GE}/import",
]
HALL = [f"/e/{GE}", f"/s/{ROBO}", f"/moderate/{GE}", f"/screen/{GE}", f"/organise/{GE}/pitches"]
PATHS = {
    "round": [path for path in [*PAGES, *OF_ONE, *MORE] if path != MINUTES],
    "preparing": [*HALL, f"/present/{ROBO}", f"/present/{ROBO}/entry"],
    "pitches": HALL,
    "follow_up": [*HALL, MINUTES, f"/present/{ROBO}/entry"],
}
"""What is read in which phase."""
NAMES = (
    f"UPDATE series SET name = '{NAME} סדרה'",
    f"UPDATE events SET title = '{NAME} אירוע', city = '{NAME} עיר', venue = '{NAME} אולם'",
    f"UPDATE stands SET place = '{NAME} מקום' WHERE label <> '0'",
    f"UPDATE projects SET title = '{NAME} מיזם' || id, partner = '{NAME} שותף',"
    f" summary = '{NAME} תקציר', status = '{NAME} מצב', since = '{NAME} מאז',"
    f" licence = '{NAME} רישיון', links = '{SAID} קישור', field = '{NAME} תחום', key = 'ק' || id",
    f"UPDATE contacts SET function = '{NAME} תפקיד', person = '{NAME} אדם'",
)


def in_direction(words: str, at: Node) -> bool:
    """Whether they run as their letters say: marked, or the first words of what is."""
    if not FROM_THE_RIGHT.search(ISOLATED.sub("", words)):
        return True
    marked = next((one for one in at.around() if "dir" in one.marks), None)
    if not marked:
        return False
    first = re.search(r"[^\W\d_]", marked.text)
    return marked.tag == "option" or bool(first and FROM_THE_RIGHT.match(first[0]))


def wrong(page: str, english: bool) -> list[str]:
    """The texts and fields of a page that nothing marks."""
    found = []
    root = tree(page)
    for words, at in root.texts():
        if at.tag in UNMARKED:
            continue
        if not in_direction(words, at):
            found.append(f"no dir: {at.tag} {at.marks}: {words.strip()}")
        german = next((one.marks["lang"] for one in at.around() if "lang" in one.marks), "")
        if english and NAME in ISOLATED.sub("", words) and german != "de":
            found.append(f"no lang: {at.tag} {at.marks}: {words.strip()}")
    for one in root.walk():
        if one.tag != "textarea" and (one.tag != "input" or one.marks.get("type", "") not in TYPED):
            continue
        number = one.marks.get("inputmode") == "numeric" or one.marks.get("placeholder") == "10:30"
        if "dir" not in one.marks and not number:
            found.append(f"no dir: field {one.marks.get('name')} {one.marks.get('id')}")
    return found


@pytest.fixture
def from_the_right(fair: Fair) -> Fair:
    """Everything that people type runs from the right, and every list holds some of it."""
    for number, status in enumerate(
        ("open", "pending", "shortlisted", "answered", "owed", "declined", "live")
    ):
        question = fair.asked_as(status if status != "live" else "open", words=f"{SAID} {number}")
        if status == "live":
            fair.act(question, "live")
    head = fair.ask(ROBO, f"{SAID} head", name=SAID, municipality=SAID)
    fair.act(fair.ask(BAU, f"{SAID} follows"), "merge", head=head)
    fair.ask(GENERAL, f"{SAID} general")
    fair.act(fair.ask(AC_ROBO, f"{SAID} there"), "answer", answer=SAID)
    fair.conduct("message", SAID)
    answer_beforehand(fair, "robo", kosten=f"{NAME} תשובה", recht=f"{NAME} תשובה")
    fair.sql("UPDATE events SET entries_open = true")
    propose(fair, "bau", summary=f"{NAME} חדש", prepared_kosten=f"{NAME} חדש")
    fair.sql(f"UPDATE answers SET text = '{SAID}' WHERE by <> 'prepared' AND text IS NOT NULL")
    fair.sql(f"UPDATE reasons SET text = '{SAID}'")
    for statement in NAMES:
        fair.sql(statement)
    return fair


@pytest.mark.sqlite
@pytest.mark.parametrize("language", ["de", "en"])
def test_no_words_of_people_stand_in_a_page_without_their_direction(
    from_the_right: Fair, language: str
) -> None:
    reader = reader_of_all(from_the_right)
    found = []
    for phase, paths in PATHS.items():
        from_the_right.sql(f"UPDATE events SET phase = '{phase}'")
        for path in paths:
            told = wrong(read(reader, path, language), language == "en")
            found += [f"{phase} {path}: {one}" for one in told]
    assert found == [], "\n".join(found)


def read(reader: Window, path: str, language: str) -> str:
    answer = reader.get(path, Accept_Language=language)
    assert answer.status_code == 200 or "?code=" in path, (path, answer.status_code)
    assert f'<html lang="{language}"' in answer.text
    return answer.text
