"""What a search found says where it stands, leads there, and takes votes that are counted live."""

import re
from urllib.parse import urlsplit

import pytest

from exchange.models import Phase
from tests.support.fair import AC, AC_ROBO, BAU, GE, GENERAL, ROBO, Fair
from tests.support.windows import SAME_ORIGIN, Listen, Window


def result(page: str, question: int) -> str:
    """The card of a question on a page."""
    found = re.search(rf'<article [^>]*id="question-{question}".*?</article>', page, re.DOTALL)
    assert found, page
    return found[0]


def search(window: Window, words: str = "kosten", event: str = GE, **headers: str) -> str:
    return window.get(f"/e/{event}?q={words}", **headers).text


def place(card: str) -> tuple[str, str]:
    """Where a card leads, and the words of that link."""
    (found,) = re.findall(r'<a class="[^"]*question-place" href="([^"]*)">(.*?)</a>', card)
    return found[0].replace("&amp;", "&"), re.sub(r"<[^>]*>", "", found[1])


def test_each_result_leads_to_the_question_at_its_stand(phone: Window, fair: Fair) -> None:
    asked = {stand: fair.ask(stand, f"Kosten, {stand}?") for stand in (ROBO, BAU, GENERAL)}
    for language, names in (
        ("de", ("Stand 1, Projekt robo", "Stand 2, Projekt bau", "Allgemein")),
        ("en", ("Stand 1, Projekt robo", "Stand 2, Projekt bau", "General")),
    ):
        page = search(phone, Accept_Language=language)
        for (stand, question), name in zip(asked.items(), names, strict=True):
            link, words = place(result(page, question))
            assert words.startswith(name)
            # Said apart from the other results' links.
            assert str(fair.card(question).number) in words
            address = urlsplit(link)
            assert (address.path, address.fragment) == (f"/s/{stand}", f"question-{question}")
            assert f'id="question-{question}"' in phone.get(link).text


def test_the_stands_page_begins_with_a_question_of_long_ago(phone: Window, fair: Fair) -> None:
    first = fair.ask(ROBO, "Kosten zuerst?")
    for number in range(12):
        fair.me_too(fair.ask(ROBO, f"Anderes {number}?"), "Clara")
    page = phone.get(place(result(search(phone), first))[0]).text
    assert re.findall(r'id="question-(\d+)"', page)[0] == str(first)


def test_a_merged_and_a_prepared_question_lead_to_their_own_stand(
    phone: Window, fair: Fair
) -> None:
    head, follower = fair.ask(ROBO, "Welche Kosten?"), fair.ask(BAU, "Kosten im Jahr?")
    fair.act(follower, "merge", head=head)
    page = search(phone)
    assert place(result(page, follower))[0].startswith(f"/s/{BAU}")
    assert 'name="on"' in result(page, follower)


def test_a_result_can_be_voted_for_with_scripts_and_without(phone: Window, fair: Fair) -> None:
    question = fair.ask(BAU, "Kosten?")
    page = search(phone)
    assert 'data-voting="yes"' in page
    assert 'id="my-votes"' in page
    (action,) = re.findall(r'<form [^>]*action="([^"]*)"', result(page, question))
    # As a browser without scripts sends it: back to what was found.
    headers = SAME_ORIGIN | {"Referer": f"http://localhost/e/{GE}?q=kosten&x=y"}
    assert phone.send(action, "POST", on="0").json == {"votes": 0, "on": False}  # with its cookie
    answer = phone.client.post(action, data={"on": "1"}, headers=headers)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/e/{GE}?q=kosten#question-{question}"
    assert fair.card(question).votes == 1
    page = search(phone)
    assert f'data-ids="{question}"' in page
    assert "Zurücknehmen" in page
    assert re.search(rf'data-votes="{question}"[^>]*>1<', result(page, question))
    # As a script sends it.
    assert phone.send(action, "POST", on="0").json == {"votes": 0, "on": False}
    assert 'data-ids=""' in search(phone)


@pytest.mark.parametrize(
    "referrer",
    [
        "",
        "http://localhost/s/BAU",
        "http://localhost/e/GE",
        "http://localhost/e/GE?list=found",
        "https://evil.example//evil.example/e/GE?q=a",
        "//evil.example/e/GE?q=a",
        "http://localhost/e/..%2F?q=a",
    ],
)
def test_a_vote_from_elsewhere_leads_to_the_stand(phone: Window, fair: Fair, referrer: str) -> None:
    question = fair.ask(BAU)
    headers = SAME_ORIGIN | {"Referer": referrer}
    phone.send(f"/questions/{question}/me-too", "DELETE")  # its cookie
    answer = phone.client.post(f"/questions/{question}/me-too", data={"on": "1"}, headers=headers)
    assert answer.headers["Location"] == f"/s/{BAU}#question-{question}"


def test_nobody_is_offered_a_vote_for_a_question_of_his_own(phone: Window, fair: Fair) -> None:
    own = phone.ask(ROBO, "Kosten, von mir?")
    other = fair.ask(ROBO, "Kosten, von anderen?")
    page = search(phone)
    assert "me-too" not in result(page, own)
    assert "Ihre eigene Frage" in result(page, own)
    link, _ = place(result(page, own))
    assert link == f"/s/{ROBO}#mine-question-{own}"
    assert f'id="mine-question-{own}"' in phone.get(link).text
    assert "me-too" in result(page, other)
    # Others may.
    assert "me-too" in result(search(Window(fair)), own)


@pytest.mark.parametrize("phase", [Phase.PREPARING, Phase.FOLLOW_UP, Phase.CLOSED])
def test_no_vote_is_offered_where_none_is_taken(phone: Window, fair: Fair, phase: Phase) -> None:
    fair.ask(ROBO, "Kosten?")
    fair.sql(f"UPDATE events SET phase = '{phase.value}' WHERE code = '{GE}'")
    assert 'data-voting="no"' in search(phone)


def test_no_vote_is_offered_where_the_organiser_wants_none_or_the_stand_is_gone(
    phone: Window, fair: Fair
) -> None:
    question = fair.ask(ROBO, "Kosten?")
    fair.sql(f"UPDATE stands SET archived = true WHERE code = '{ROBO}'")
    assert "me-too" not in result(search(phone), question)
    fair.sql("UPDATE events SET me_too = false")
    assert 'data-voting="no"' in search(phone)


def test_votes_are_told_to_those_who_search(fair: Fair, listen: Listen) -> None:
    robo, bau = fair.ask(ROBO, "Kosten?"), fair.ask(BAU, "Kosten im Jahr?")
    fair.act(bau, "merge", head=robo)
    elsewhere = fair.ask(AC_ROBO, "Kosten in Aachen?")
    ear, other = listen("search", GE), listen("search", AC)
    before = fair.revisions()
    fair.me_too(bau, "Clara")
    pushes = ear.heard()
    counted: dict[str, int] = {}
    for push in pushes:
        assert (push["room"], push["html"], push["whole"]) == ("search", "", True)
        assert push["previous"] <= ear.revision <= push["revision"]
        counted |= push["counts"]
    assert counted == {str(robo): 1, str(bau): 1}
    assert other.heard() == []
    # The event's phones, which find nothing, hear nothing of it.
    assert all(fair.revisions()[scope] == before[scope] for scope in before if "public" in scope)
    fair.me_too(elsewhere, "Clara")
    assert ear.heard() == []


def test_a_search_goes_on_with_the_event(fair: Fair, listen: Listen) -> None:
    question = fair.ask(ROBO, "Kosten?")
    ear = listen("search", GE)
    fair.act(question, "live")
    (push,) = ear.heard()
    assert (push["html"], push["previous"]) == ("", ear.revision)
    assert ear.watch()["revision"] == push["revision"]


def test_only_a_search_is_watched_as_one(phone: Window, fair: Fair) -> None:
    fair.ask(ROBO, "Kosten?")
    assert '"room": "search"' in search(phone).replace("&#34;", '"')
    assert '"room": "search"' not in phone.get(f"/e/{GE}").text.replace("&#34;", '"')
