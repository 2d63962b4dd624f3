"""Words from the right, and German names in English pages: no element holds them unmarked."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from tests.support.entries import answer_beforehand, propose
from tests.support.fair import AC_ROBO, BAU, GE, GENERAL, ROBO, TOUR, Fair
from tests.support.pages import MINUTES, OF_ONE, PAGES, reader_of_all
from tests.support.windows import Window

SAID = "שאלה"
"""In each text that somebody wrote on the day."""
NAME = "שם"
"""In each name that was set up, which is German elsewhere."""
FROM_THE_RIGHT = re.compile("[\u0590-\u08ff]")
ISOLATED = re.compile("\u2068[^\u2069]*\u2069")
UNMARKED = {"title", "script", "style"}
VOID = {"meta", "link", "input", "img", "br", "hr", "source", "rect", "path", "circle"}
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


@dataclass
class Element:
    """One that is open, and the text in it so far."""

    tag: str
    marks: dict[str, str]
    text: list[str] = field(default_factory=list)


class Reader(HTMLParser):
    """What a page holds: its texts with the elements round them, and its fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[Element] = []
        self.texts: list[tuple[str, list[Element]]] = []
        self.fields: list[dict[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = {name: value or "" for name, value in attrs}
        if tag == "textarea" or (tag == "input" and marks.get("type", "") in TYPED):
            self.fields.append(marks)
        if tag not in VOID:
            self.open.append(Element(tag, marks))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for one in self.open:
            one.text.append(data)
        self.texts.append((data, list(self.open)))


def in_direction(words: str, around: list[Element]) -> bool:
    """Whether they run as their letters say: marked, or the first words of what is."""
    if not FROM_THE_RIGHT.search(ISOLATED.sub("", words)):
        return True
    marked = next((one for one in reversed(around) if "dir" in one.marks), None)
    if not marked:
        return False
    first = re.search(r"[^\W\d_]", "".join(marked.text))
    return marked.tag == "option" or bool(first and FROM_THE_RIGHT.match(first[0]))


def wrong(page: str, english: bool) -> list[str]:
    """The texts and fields of a page that nothing marks."""
    found = []
    reader = Reader(page)
    for words, around in reader.texts:
        tags = " ".join(one.tag for one in around)
        if any(one.tag in UNMARKED for one in around):
            continue
        if not in_direction(words, around):
            found.append(f"no dir: {tags}: {words.strip()}")
        german = next((one.marks["lang"] for one in reversed(around) if "lang" in one.marks), "")
        if english and NAME in ISOLATED.sub("", words) and german != "de":
            found.append(f"no lang: {tags}: {words.strip()}")
    for marks in reader.fields:
        number = marks.get("inputmode") == "numeric" or marks.get("placeholder") == "10:30"
        if not marks.get("dir") and not number:
            found.append(f"no dir: field {marks.get('name')} {marks.get('id')}")
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
