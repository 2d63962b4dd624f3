"""What attendees read of many questions: the most wanted or the latest, ten first, then more."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest

from exchange.queries import lists
from tests.support.crowds import fill
from tests.support.fair import BAU, GE, ROBO, Fair
from tests.support.statements import counting_statements
from tests.support.windows import Listen, Window

FIRST = 10
MANY = 25
STAND = f"/s/{ROBO}"
FOUND = f"/e/{GE}?q=nummer"
PROJECT = "/projects/robo"
PLACES = [STAND, FOUND, PROJECT]


def shown(page: str) -> list[int]:
    """The numbers of the questions of a page's list, in its order."""
    return [
        int(number) for number in re.findall(r'data-list="public"[^>]*data-order="(\d+)"', page)
    ]


def link(page: str, words: str) -> str:
    """Where a link with these words leads."""
    (found,) = re.findall(rf'<a [^>]*href="([^"]*)"[^>]*>{words}<', page)
    return unescape(found)


def chosen(page: str) -> list[str]:
    """The orders that are marked as the one in force."""
    return re.findall(r'<a [^>]*aria-current="true"[^>]*>([^<]*)<', page)


def follow(phone: Window, path: str, words: str) -> str:
    """The page behind a link of a page."""
    to = urlsplit(link(phone.get(path).text, words))
    return f"{to.path or urlsplit(path).path}?{to.query}"


@pytest.fixture
def crowded(fair: Fair) -> Fair:
    """Questions 1 to 25, all answered; three want 3, two want 7, one wants 12."""
    asked = [fair.ask(ROBO, f"Frage Nummer {n}?", role="presenter") for n in range(1, MANY + 1)]
    for wanted, many in ((3, 3), (7, 2), (12, 1)):
        for voter in range(many):
            fair.me_too(asked[wanted - 1], f"Person {voter}")
    for question in asked:
        fair.act(question, "answer", by="presenter", desk=ROBO, answer="Ja.")
    return fair


MOST_WANTED = [3, 7, 12, 25, 24, 23, 22, 21, 20, 19]


@pytest.mark.parametrize("path", PLACES)
def test_the_ten_most_wanted_come_first_and_the_latest_before_others_of_as_many(
    crowded: Fair, phone: Window, path: str
) -> None:
    page = phone.get(path).text
    assert shown(page) == MOST_WANTED
    assert chosen(page) == ["Meistgefragt"]
    nonsense = phone.get(f"{path}{'&' if '?' in path else '?'}sort=upwards").text
    assert shown(nonsense) == MOST_WANTED


@pytest.mark.parametrize("path", PLACES)
def test_the_latest_come_first_for_whoever_asks_for_them(
    crowded: Fair, phone: Window, path: str
) -> None:
    newest = follow(phone, path, "Neueste")
    page = phone.get(newest).text
    assert shown(page) == list(range(MANY, MANY - FIRST, -1))
    assert chosen(page) == ["Neueste"]
    # And back; English readers have the same choice.
    assert shown(phone.get(follow(phone, newest, "Meistgefragt")).text) == MOST_WANTED
    english = phone.get(path, Accept_Language="en").text
    assert chosen(english) == ["Most wanted"]
    assert "sort=new" in link(english, "Latest")


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("order", ["Meistgefragt", "Neueste"])
def test_more_are_shown_below_the_first_ten_in_the_same_order(
    crowded: Fair, phone: Window, path: str, order: str
) -> None:
    path = follow(phone, path, order)
    first = phone.get(path).text
    more = follow(phone, path, f"{MANY - FIRST} weitere zeigen")
    page = phone.get(more).text
    assert shown(page)[:FIRST] == shown(first)
    assert sorted(shown(page)) == list(range(1, MANY + 1))
    assert chosen(page) == [order]
    # One goes on reading where one was.
    fragment = urlsplit(link(first, f"{MANY - FIRST} weitere zeigen")).fragment
    assert fragment == re.findall(r'id="(question-\d+)"', first)[FIRST - 1]


def test_a_merged_question_counts_with_its_group_as_its_card_says(
    fair: Fair, phone: Window
) -> None:
    head, single = fair.ask(ROBO, "Der Kopf?"), fair.ask(ROBO, "Allein?", asker="Bert")
    follower = fair.ask(BAU, "Dasselbe?", asker="Carla")
    fair.act(follower, "merge", head=head)
    fair.me_too(single, "Dora")
    for voter in ("Emil", "Frieda"):
        fair.me_too(follower, voter)
    fair.me_too(head, "Emil")
    assert [fair.card(one).votes for one in (head, follower, single)] == [2, 2, 1]
    assert shown(phone.get(STAND).text) == [1, 2]
    own = fair.ask(BAU, "Noch eine?", asker="Gerd")
    fair.me_too(own, "Dora")
    assert shown(phone.get(f"/s/{BAU}").text) == [3, 4]


def test_each_order_has_a_tag_of_its_own_and_votes_end_it(crowded: Fair, phone: Window) -> None:
    newest = f"{STAND}?sort=new"
    tags = {path: phone.get(path).headers["ETag"] for path in (STAND, newest)}
    assert len(set(tags.values())) == 2
    for path, tag in tags.items():
        assert phone.get(path, If_None_Match=tag).status_code == 304
    question = crowded.cards()[14].id
    for voter in range(5):
        crowded.me_too(question, f"Voter {voter}")
    for path, tag in tags.items():
        assert phone.get(path, If_None_Match=tag).status_code == 200
    assert shown(phone.get(STAND).text)[0] == 15


@pytest.mark.parametrize(("query", "sort"), [("", "votes"), ("?sort=new", "desc")])
def test_a_list_says_its_order_in_the_words_of_the_protocol(
    crowded: Fair, phone: Window, query: str, sort: str
) -> None:
    page = phone.get(f"/s/{ROBO}{query}").text
    assert re.findall(r'data-lists="public" data-sort="(\w+)"', page) == [sort]


def test_phones_are_told_how_many_a_list_holds_beyond_its_end(fair: Fair, listen: Listen) -> None:
    ear = listen(room="stand", code=ROBO)
    asked = [fair.ask(ROBO, f"Frage {n}?", role="presenter") for n in range(12)]
    assert [push.get("total") for push in ear.heard()] == [*[None] * 10, 11, 12]
    fair.act(asked[0], "decline", reason="Doppelt.")
    (push,) = ear.heard()
    assert push["total"] == 11
    # Votes alone tell of no list.
    fair.me_too(asked[1])
    assert ["total" in push for push in ear.heard()] == [False]


@pytest.mark.parametrize("order", ["votes", "new"])
def test_a_list_of_hundreds_is_read_part_by_part_in_either_order(
    fair: Fair, phone: Window, order: str
) -> None:
    fill(fair, 700)
    page = phone.get(f"{STAND}?sort={order}&public=200").text
    total = len(shown(page)) + int(re.findall(r'id="others"[^>]*data-rest="(\d+)"', page)[0])
    seen = shown(page)
    while more := re.findall(r'<p class="more-of" data-part="more"><a[^>]*href="([^"]*)"', page):
        assert len(seen) < total
        page = phone.get(STAND + unescape(more[-1]).partition("#")[0]).text
        assert f'data-before="{len(seen)}"' in page
        seen += shown(page)
    assert len(seen) == len(set(seen)) == total
    if order == "new":
        assert seen == sorted(seen, reverse=True)


@pytest.mark.sqlite
def test_either_order_takes_as_many_statements_with_one_question_as_with_many(
    fair: Fair, phone: Window
) -> None:
    def read() -> list[int]:
        counted = []
        for path in (STAND, f"{STAND}?sort=new", FOUND, f"{FOUND}&sort=new", PROJECT):
            with counting_statements(fair.app) as statements:
                assert phone.get(path).status_code == 200
            counted.append(len(statements))
        return counted

    fair.ask(ROBO, "Frage Nummer eins?")
    read()
    one = read()
    for number in range(30):
        fair.me_too(fair.ask(ROBO, f"Nummer {number}?", role="presenter"), f"Person {number}")
    assert read() == one


def test_a_vote_without_scripts_leads_back_to_the_same_order_and_length(
    crowded: Fair, phone: Window
) -> None:
    question = crowded.cards()[1].id
    host = phone.get(STAND).request.host_url.rstrip("/")
    # Its cookie is there: a first vote would be sent twice.
    phone.send(f"/questions/{question}/me-too", "PUT")
    for query, kept in (
        ("sort=new&public=110", "?sort=new&public=110"),
        ("asked=5&public=110", "?public=110"),
        ("", ""),
    ):
        answer = phone.client.post(
            f"/questions/{question}/me-too",
            data={"on": "1"},
            headers={
                "Sec-Fetch-Site": "same-origin",
                "Referer": f"{host}{STAND}?{query}",
            },
        )
        assert answer.headers["Location"] == f"{STAND}{kept}#question-{question}"
    long = f"{host}{STAND}?{'&'.join(f'x{n}=1' for n in range(40))}"
    for elsewhere in (f"{host}/s/GE2?sort=new", "http://[", f"{STAND}?q=geheim", long):
        answer = phone.client.post(
            f"/questions/{question}/me-too",
            data={"on": "1"},
            headers={"Sec-Fetch-Site": "same-origin", "Referer": elsewhere},
        )
        assert answer.headers["Location"] == f"{STAND}#question-{question}"


def test_what_staff_and_the_minutes_show_is_not_shortened(crowded: Fair, phone: Window) -> None:
    crowded.enter("closed")
    assert len(shown(phone.get(f"/e/{GE}/minutes").text)) == MANY
    assert lists.LENGTH == 100
