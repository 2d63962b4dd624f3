"""Whatever happened: every count on every page is of the rows that it names, and a group is one."""

import random
import re
from collections import Counter

import pytest

from exchange.domain.refusals import Refused
from tests.support.fair import BAU, GE, GENERAL, ROBO, TOUR, Fair
from tests.support.windows import Desk, Listen, Window

WAITING = ("pending", "open", "shortlisted", "live")
VERBS = (
    *("shortlist", "live", "answer", "owe", "decline", "reopen", "publish", "assign"),
    *("merge", "merge", "merge", "split", "withdraw", "undo"),
)


def history(fair: Fair, seed: int, steps: int = 40) -> None:
    """A random day: questions at three stands, what becomes of them, and some of it taken back."""
    dice = random.Random(seed)
    fair.enter("round")
    asked: list[int] = []
    changes: list[int] = []
    for step in range(steps):
        if len(asked) < 4 or step % 5 == 0:
            fair.set_moderation_first(dice.random() < 0.2)
            stand = dice.choice([ROBO, BAU, GENERAL])
            asked.append(fair.ask(stand, f"Frage {step}?", asker=dice.choice("ABC")))
            continue
        verb = dice.choice(VERBS)
        question = dice.choice(asked)
        by = "attendee" if verb == "withdraw" else "moderator"
        try:
            if verb == "undo":
                fair.undo(dice.choice(changes or [0]))
                continue
            outcome = fair.act(
                question,
                verb,
                by=by,
                head=dice.choice(asked),
                reason="Doppelt.",
                stand=dice.choice([ROBO, BAU]),
            )
            changes.append(outcome.change)
        except Refused:
            pass


def rows_of(page: str) -> Counter[str]:
    """How many questions each list shows."""
    return Counter(re.findall(r'<article class="question[^>]* data-list="([a-z]+)"', page))


def counted(page: str) -> list[tuple[list[str], int]]:
    """Every count beside a heading or in a jump: (the lists it names, what it says)."""
    found = re.findall(r'data-count-of="([a-z ]+)">(\d+)<', page)
    return [(names.split(), int(count)) for names, count in found]


def gauge(page: str, part: str) -> int:
    found = re.search(rf'data-part="{part}">.*?<b>(\d+)</b>', page, re.DOTALL)
    return int(found[1]) if found else 0


def sum_of(rows: Counter[str], names: tuple[str, ...] | list[str]) -> int:
    return sum(rows[name] for name in names)


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 60))]
)
def test_every_count_is_of_the_rows_that_it_names(fair: Fair, seed: int) -> None:
    history(fair, seed)
    page = Desk(fair, "moderator", GE).get(f"/moderate/{GE}").text
    rows = rows_of(page)
    heads = sum(count for name, count in rows.items() if name != "merged")
    waiting = sum_of(rows, WAITING)

    # The moderation: headings, jumps and the strip.
    assert counted(page)
    for names, count in counted(page):
        assert count == sum_of(rows, names), names
    strip = page[page.index('id="summary"') : page.index("</ul>", page.index('id="summary"'))]
    assert f'data-open="{waiting}"' in strip
    said = dict(re.findall(r'data-part="(\w+)">[^<]*<b>(\d+)</b>', strip))
    assert said.pop("total") == str(heads)
    assert said == {name: str(count) for name, count in rows.items() if count}

    # The desks: their own headings, and all of them together the moderation.
    at_desks: Counter[str] = Counter()
    by_stand: dict[str, Counter[str]] = {}
    for stand in (ROBO, BAU, GENERAL):
        desk = Desk(fair, "presenter", stand).get(f"/present/{stand}").text
        by_stand[stand] = rows_of(desk)
        at_desks += by_stand[stand]
        for names, count in counted(desk):
            assert count == sum_of(by_stand[stand], names), (stand, names)
    assert at_desks == rows

    # The organiser: the running event in numbers, the overview, the series.
    organiser = Window(fair).enter("organiser", TOUR)
    board = organiser.get(f"/organise/{GE}/live").text
    gauges = {part: gauge(board, part) for part in ("open", "answered", "owed")}
    expected = {"open": waiting, "answered": rows["answered"], "owed": rows["owed"]}
    assert gauges == expected
    for stand, here in by_stand.items():
        cells = re.search(rf'id="stand-row-{stand}".*?</tr>', board, re.DOTALL)
        assert cells
        figures = re.findall(r'class="figure">(\d+)', cells[0])
        total = sum(count for name, count in here.items() if name != "merged")
        assert figures == [str(total), str(sum_of(here, WAITING))], stand
    for path in (f"/organise/{GE}", "/organise"):
        assert re.search(rf"\b{heads} Fragen?, {waiting} offen", organiser.get(path).text), path


def test_what_follows_stands_under_its_head_with_number_words_and_votes(
    fair: Fair, moderation: Desk
) -> None:
    head = fair.ask(ROBO, "Was kostet es?")
    here = fair.ask(ROBO, "Wie teuer | ist: es, im Jahr?", asker="Bert")
    there = fair.ask(BAU, "Kosten <b>?</b>", asker="Clara")
    fair.me_too(here, "Dora")
    fair.me_too(here, "Emil")
    for question in (here, there):
        fair.act(question, "merge", head=head)
    for page in (
        moderation.get(moderation.base).text,
        Desk(fair, "presenter", ROBO).get(f"/present/{ROBO}").text,
    ):
        (card,) = re.findall(rf'<article[^>]*id="question-{head}".*?</article>', page, re.DOTALL)
        lines = re.findall(r"<li>(.*?)</li>", card, re.DOTALL)
        words = [re.sub(r"<[^>]*>", "", line) for line in lines]
        assert words == [
            "2 Wie teuer | ist: es, im Jahr? auch interessiert +2",
            "3 Kosten &lt;b&gt;?&lt;/b&gt;",
        ]


def test_a_desk_whose_question_follows_one_elsewhere_finds_it_as_merged(fair: Fair) -> None:
    head, follower = fair.ask(BAU), fair.ask(ROBO, asker="Bert")
    fair.act(follower, "merge", head=head)
    page = Desk(fair, "presenter", ROBO).get(f"/present/{ROBO}").text
    assert rows_of(page) == {"merged": 1}
    assert "Folgt Frage 1 und wird mit ihr beantwortet." in page


def test_a_head_is_told_when_what_follows_it_is_redacted(
    fair: Fair, moderation: Desk, listen: Listen
) -> None:
    head, follower = fair.ask(BAU), fair.ask(ROBO, "Weiß das Frau Lang?", asker="Bert")
    fair.act(follower, "merge", head=head)
    assert moderation.get(moderation.base).text.count("Frau Lang") == 2
    ears = (listen("moderate", GE, moderation), listen("desk", BAU, Desk(fair, "presenter", BAU)))
    fair.act(follower, "redact", text="Wer weiß das?")
    for ear in ears:
        assert f'id="question-{head}"' in (told := ear.html())
        assert "Wer weiß das?" in told
    assert "Frau Lang" not in moderation.get(moderation.base).text
