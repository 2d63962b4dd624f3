"""Lists have an end: a hundred questions for staff, ten for attendees (test_orders.py), then more
for whoever asks for more.
"""

import re
from collections.abc import Callable

import pytest

from exchange.queries import lists
from tests.support.crowds import asker_of_many, fill
from tests.support.fair import BAU, GE, ROBO, Fair, new_key
from tests.support.windows import Desk, Window, elements

MANY = 120


@pytest.fixture
def crowded(fair: Fair) -> Fair:
    """A hundred and twenty questions at one stand, all open."""
    for number in range(1, MANY + 1):
        fair.ask(ROBO, f"Frage Nummer {number}?", role="presenter")
    return fair


def numbers(page: str, name: str) -> list[int]:
    """The numbers of the questions in a list, in its order."""
    shown = re.findall(rf'data-list="{name}"[^>]*data-number="(\d+)"', page)
    if name in ("public", "mine"):
        shown = re.findall(rf'data-list="{name}"[^>]*data-order="(\d+)"', page)
    return [int(number) for number in shown]


def end_of(page: str, name: str) -> tuple[int, str | None]:
    """How many stand behind the end of a list, and where the link to them leads."""
    (container,) = re.findall(rf'<div [^>]*data-lists="{name}"[^>]*>', page)
    rest = int(re.findall(r'data-rest="(\d+)"', container)[0])
    link = re.search(
        rf'<p class="more-of"( data-part="more")?( hidden)?><a class="button-quiet" '
        rf'[^>]*href="([^"]*)"[^>]* data-more="{name}"[^>]*>([^<]*)<',
        page,
    )
    assert link
    assert bool(link[2]) == (rest == 0)
    if rest:
        assert link[4] == f"{rest} weitere zeigen"
    return rest, link[3].replace("&amp;", "&") if rest else None


Place = Callable[[Fair], tuple[Window, str, str]]
PLACES: dict[str, Place] = {
    "moderation": lambda fair: (Desk(fair, "moderator", GE), f"/moderate/{GE}", "open"),
    "desk": lambda fair: (Desk(fair, "presenter", ROBO), f"/present/{ROBO}", "open"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_list_ends_after_a_hundred_and_its_link_leads_on(crowded: Fair, place: str) -> None:
    window, path, name = PLACES[place](crowded)
    page = window.get(path).text
    everything = list(range(MANY, 0, -1))
    assert numbers(page, name) == everything[:100]
    rest, way = end_of(page, name)
    assert rest == MANY - 100
    further = window.get(path + str(way)).text
    assert numbers(further, name) == everything[100:]
    assert end_of(further, name) == (0, None)
    # The count is of all of them, on whichever part.
    if name == "open":
        for part in (page, further):
            assert f'data-count-of="open">{MANY}<' in part


@pytest.mark.parametrize("place", PLACES)
def test_as_much_is_shown_as_is_asked_for_but_not_without_end(
    crowded: Fair, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, path, name = PLACES[place](crowded)
    assert len(numbers(window.get(f"{path}?{name}=200").text, name)) == MANY
    monkeypatch.setattr(lists, "MOST", 110)
    assert len(numbers(window.get(f"{path}?{name}=9999").text, name)) == 110
    for nonsense in (f"{name}=0", f"{name}=-5", f"{name}=viele", "list=x&after=1", "list=open"):
        assert len(numbers(window.get(f"{path}?{nonsense}").text, name)) == 100
    for nowhere in ("nan", "inf", "1e999", "", "%00"):
        page = window.get(f"{path}?list={name}&after={nowhere}")
        assert (page.status_code, len(numbers(page.text, name))) == (200, 100)


def test_who_has_no_pass_sees_two_hundred_of_a_list_and_goes_on_by_its_link(fair: Fair) -> None:
    fill(fair, 700)
    phone, asker = Window(fair), asker_of_many(fair)
    page = phone.get(f"/s/{ROBO}?sort=new&public=500").text
    shown = numbers(page, "public")
    assert len(shown) == lists.MOST_FOR_ALL
    assert 'data-limit="200"' in page
    _, way = end_of(page, "public")
    assert way
    further = numbers(phone.get(f"/s/{ROBO}{way}").text, "public")
    assert 0 < len(further) <= 200
    assert max(further) < min(shown)
    # A page with two lists shows three hundred of both together.
    own = asker.get(f"/s/{ROBO}?public=500&mine=500").text
    assert len(numbers(own, "mine")) + len(numbers(own, "public")) <= 300


def test_ones_own_questions_have_an_end_too(crowded: Fair) -> None:
    asker, neighbour = Window(crowded), Window(crowded)
    asker.ask(ROBO)
    crowded.sql("UPDATE questions SET participant_id = (SELECT max(id) FROM participants)")
    page = asker.get(f"/s/{ROBO}").text
    everything = list(range(MANY + 1, 0, -1))
    assert numbers(page, "mine") == everything[:10]
    rest, way = end_of(page, "mine")
    assert (rest, way) == (MANY + 1 - 10, "?mine=110#mine")
    page = asker.get(f"/s/{ROBO}{way}").text
    assert numbers(page, "mine") == everything[:110]
    assert end_of(page, "mine") == (MANY + 1 - 110, "?mine=200#mine")
    assert len(numbers(asker.get(f"/s/{ROBO}?mine=200").text, "mine")) == MANY + 1
    assert numbers(neighbour.get(f"/s/{ROBO}").text, "mine") == []


def test_each_list_has_its_own_order_and_its_own_end(fair: Fair, moderation: Desk) -> None:
    asked = [fair.ask(ROBO, f"Frage {n}?", role="presenter") for n in range(104)]
    for verb, name in (
        ("shortlist", "shortlisted"),
        ("answer", "answered"),
        ("decline", "declined"),
    ):
        for question in asked:
            fair.act(question, verb, reason="Doppelt.")
        page = moderation.get(moderation.base).text
        # The run list is called out from its head; what has ended is told from its end.
        expected = list(range(1, 105))
        if name != "shortlisted":
            expected.reverse()
        assert numbers(page, name) == expected[:100], name
        rest, way = end_of(page, name)
        assert rest == 4
        assert numbers(moderation.get(moderation.base + str(way)).text, name) == expected[100:]
        if name != "declined":
            for question in asked:
                fair.act(question, "reopen")


def test_merged_ones_stand_in_a_list_of_their_own_at_a_desk(fair: Fair, desk: Desk) -> None:
    head = fair.ask(BAU)
    merged = [fair.ask(ROBO, f"Auch {n}?", asker=f"Anna {n}") for n in range(3)]
    for question in merged:
        fair.act(question, "merge", head=head)
    late = fair.ask(ROBO, "Zuletzt?")
    page = desk.get(desk.base).text
    expected = [fair.card(question).number for question in reversed(merged)]
    assert numbers(page, "open") == [fair.card(late).number]
    assert numbers(page, "merged") == expected
    after = [one["data-order"] for one in elements(page) if one["id"] == f"question-{merged[2]}"]
    part = desk.get(f"{desk.base}?list=merged&after={after[0]}").text
    assert numbers(part, "merged") == expected[1:]


def test_the_minutes_have_an_end_too(crowded: Fair, phone: Window) -> None:
    for row in crowded.rows("questions"):
        crowded.act(row["id"], "answer", by="presenter", desk=ROBO)
    crowded.enter("closed")
    page = phone.get(f"/e/{GE}/minutes").text
    shown = re.findall(r'id="question-(\d+)"', page)
    assert len(shown) == 100
    (way,) = re.findall(r'href="(\?[^"]*after=[^"]*)"', page)
    further = phone.get(f"/e/{GE}/minutes" + way.replace("&amp;", "&")).text
    others = re.findall(r'id="question-(\d+)"', further)
    assert len(others) == MANY - 100
    assert not set(others) & set(shown)


def test_a_row_is_small(fair: Fair, moderation: Desk, desk: Desk) -> None:
    for status in ("pending", "open", "shortlisted", "live", "answered", "owed", "declined"):
        fair.asked_as(status, words="Was kostet der laufende Betrieb in einem Jahr? " * 3)
    for window in (moderation, desk):
        page = window.get(window.base).text
        rows = re.findall(r'<article class="question.*?</article>', page, re.DOTALL)
        assert len(rows) == 7
        for row in rows:
            assert len(row.encode()) < 2_000, row
            assert not re.search("<(form|label|input|textarea|select)", row)


def test_two_hundred_questions_are_350_kilobytes_at_most(fair: Fair, moderation: Desk) -> None:
    empty = len(moderation.get(moderation.base).data)
    for _ in range(20):
        fair.ask(ROBO, "Was kostet der laufende Betrieb im Jahr, und wer trägt ihn danach weiter?")
    rows = len(moderation.get(moderation.base).data) - empty
    assert empty + 10 * rows < 350_000


@pytest.mark.parametrize("sort", ["", "oldest", "votes", "nonsense"])
def test_a_desk_is_put_in_order_without_scripts(
    desk: Desk, phone: Window, as_attendee: Callable[[], Window], sort: str
) -> None:
    """The page without scripts, and the way to the rest of a list in the same order."""
    first, second, third = (phone.ask(ROBO, f"Frage nach Punkt {n}?") for n in range(3))
    as_attendee().send(f"/questions/{second}/me-too", key=new_key(), on="1")
    page = desk.get(f"/present/{ROBO}?sort={sort}").text
    part = page[page.index('id="list-open"') : page.index('class="desk-later"')]
    found = [int(number) for number in re.findall(r'id="question-(\d+)"', part)]
    wanted = {"oldest": [first, second, third], "votes": [second, third, first]}
    assert found == wanted.get(sort, [third, second, first])
    chosen = re.findall(r'data-sort-by="(\w*)" aria-current="true"', page)
    assert chosen == [sort if sort in wanted else ""]
