"""The pages of pitches: the organiser's list, the moderation's panel, the screen, the phones."""

import re

import pytest

from tests.support.fair import AC, BAU, ELSEWHERE, GE, OTHER_TOUR, ROBO, TOUR, Fair, new_key
from tests.support.statements import counting_statements
from tests.support.windows import Window

LIST = f"/organise/{GE}/pitches"
LONG = ("Digitale Baugenehmigung " * 17)[:400]


@pytest.fixture
def organiser(fair: Fair) -> Window:
    return Window(fair).enter("organiser", TOUR)


@pytest.fixture
def moderator(fair: Fair) -> Window:
    return Window(fair).enter("moderator", GE)


def order(page: str) -> list[str]:
    return re.findall(r'<li class="pitch" id="pitch-(\w+)"', page)


def times(page: str) -> list[str]:
    return re.findall(r"<time>(\d\d:\d\d)</time>", page)


# The organiser's list


def test_times_are_given_to_all_and_taken_back(organiser: Window, fair: Fair) -> None:
    answer = organiser.post(LIST, start="10:30", minutes="5", pause="2")
    assert answer.status_code == 303
    assert re.fullmatch(rf"{LIST}\?change=\d+", answer.headers["Location"])
    page = organiser.get(answer.headers["Location"]).text
    assert times(page) == ["10:30", "10:37"]
    change = re.search(r'name="change" value="(\d+)"', page)
    assert change
    back = organiser.post(f"/organise/{GE}/undo", change=change[1], back=LIST)
    assert back.headers["Location"] == f"{LIST}?done=undone"
    assert times(organiser.get(LIST).text) == []


def test_a_row_is_moved_by_its_buttons_and_the_page_comes_back_at_it(organiser: Window) -> None:
    page = organiser.get(LIST).text
    assert order(page) == [ROBO, BAU]
    answer = organiser.post(f"{LIST}/{BAU.lower()}/move", position=1)
    assert answer.headers["Location"].endswith(f"#pitch-{BAU}")
    assert order(organiser.get(LIST).text) == [BAU, ROBO]


@pytest.mark.parametrize(
    ("path", "fields", "sentence"),
    [
        ("", {"start": "halb elf", "minutes": "5", "pause": "1"}, "Uhrzeit"),
        ("", {"start": "10:00", "minutes": "viele", "pause": "1"}, "Dauer"),
        ("", {"start": "10:00", "minutes": "5", "pause": "999"}, "Pause"),
        (f"/{ROBO}/time", {"start": "99:99", "minutes": "5"}, "Uhrzeit"),
        (f"/{ROBO}/move", {"position": "17"}, "Platz"),
    ],
)
def test_what_is_refused_stays_in_its_form_beside_the_sentence(
    organiser: Window, fair: Fair, path: str, fields: dict[str, str], sentence: str
) -> None:
    before = fair.everything()
    answer = organiser.post(f"{LIST}{path}", **fields)
    assert answer.status_code == 422
    for name, value in fields.items():
        assert re.search(rf'name="{name}" value="{value}"', answer.text)
    error = re.search(r'id="([\w-]+-error)" role="alert">([^<]+)<', answer.text)
    assert error
    assert f'aria-describedby="{error[1]}"' in answer.text
    assert sentence in error[2]
    assert fair.everything() == before


def test_programs_get_the_word_of_a_refusal(organiser: Window) -> None:
    answer = organiser.send(LIST, key=new_key(), start="x", minutes="5", pause="0")
    assert (answer.status_code, answer.get_json()["error"]) == (422, "pitch_time")
    answer = organiser.send(f"{LIST}/NONE/move", key=new_key(), position="1")
    assert (answer.status_code, answer.get_json()["error"]) == (422, "stand")


def test_an_overlap_is_said_and_nothing_else_is_done_about_it(organiser: Window) -> None:
    organiser.post(LIST, start="10:30", minutes="5", pause="0")
    assert "Beginnt, bevor" not in organiser.get(LIST).text
    organiser.post(f"{LIST}/{ROBO}/time", start="10:30", minutes="9")
    assert organiser.get(LIST).text.count("Beginnt, bevor") == 1


@pytest.mark.parametrize(
    "role", [("moderator", GE), ("organiser", OTHER_TOUR), ("presenter", ROBO)]
)
def test_the_list_is_the_organisers_alone(fair: Fair, role: tuple[str, str]) -> None:
    window = Window(fair).enter(*role)
    before = fair.rows("stands")
    assert window.get(LIST).status_code == 403
    for path, fields in (
        ("", {"start": "10:00", "minutes": "5", "pause": "0"}),
        (f"/{ROBO}/move", {"position": "2"}),
        (f"/{ROBO}/time", {"start": "10:00"}),
        ("/call", {"to": "next"}),
    ):
        answer = window.send(f"{LIST}{path}", key=new_key(), **fields)
        assert (answer.status_code, answer.get_json()["error"]) == (403, "not_yours")
    assert fair.rows("stands") == before


def test_an_event_without_projects_says_what_will_fill_the_list(fair: Fair) -> None:
    page = Window(fair).enter("organiser", OTHER_TOUR).get(f"/organise/{ELSEWHERE}/pitches").text
    assert "Noch stellt sich hier niemand vor." in page
    assert order(page) == []


# Calling


def test_organiser_and_moderator_call_and_the_hall_sees_it(
    organiser: Window, moderator: Window, fair: Fair
) -> None:
    fair.enter("pitches")
    screen = Window(fair).enter("screen", GE)
    assert "Als Erstes" in screen.get(f"/screen/{GE}").text
    called = organiser.post(f"{LIST}/call", stand=ROBO)
    # The page comes back with the way to undo it.
    assert re.fullmatch(rf"{LIST}\?change=\d+#now", called.headers["Location"])
    page = screen.get(f"/screen/{GE}").text
    assert 'data-shows="pitch"' in page
    assert "Kurzvorstellung 1 von 2" in page
    assert f"localhost:8000/s/{ROBO}" in page or f"/s/{ROBO}<" in page
    answer = moderator.send(f"/moderate/{GE}/pitch", key=new_key(), to="next")
    assert answer.status_code == 200
    page = screen.get(f"/screen/{GE}").text
    assert "Kurzvorstellung 2 von 2" in page
    assert f'href="/s/{BAU}"' in Window(fair).get(f"/e/{GE}").text
    undone = moderator.send(
        f"/moderate/{GE}/undo", key=new_key(), change=answer.get_json()["change"]
    )
    assert undone.status_code == 200
    assert "Kurzvorstellung 1 von 2" in screen.get(f"/screen/{GE}").text


def test_a_question_on_the_screen_and_the_idle_picture_go_before_a_pitch(
    moderator: Window, fair: Fair
) -> None:
    fair.enter("pitches")
    screen = Window(fair).enter("screen", GE)
    moderator.post(f"/moderate/{GE}/pitch", to="next")
    question = fair.ask()
    fair.act(question, "live")
    assert 'data-shows="live"' in screen.get(f"/screen/{GE}").text
    fair.act(question, "answer", answer="Ja.")
    fair.conduct("picture", "1")
    assert 'data-shows="idle"' in screen.get(f"/screen/{GE}").text
    fair.conduct("picture", "0")
    assert 'data-shows="pitch"' in screen.get(f"/screen/{GE}").text


def test_the_moderation_offers_the_next_by_a_key_and_only_in_this_phase(
    moderator: Window, fair: Fair
) -> None:
    assert 'data-key="p"' not in moderator.get(f"/moderate/{GE}").text
    fair.enter("pitches")
    assert 'data-key="p" name="stand" value="ROBO"' in moderator.get(f"/moderate/{GE}").text
    moderator.post(f"/moderate/{GE}/pitch", stand=BAU)
    page = moderator.get(f"/moderate/{GE}").text
    assert 'data-key="p"' not in page
    assert 'name="stand" value="ROBO">Zurück' in page


def test_another_events_moderator_calls_nothing_here(fair: Fair) -> None:
    fair.enter("pitches")
    other = Window(fair).enter("moderator", AC)
    answer = other.send(f"/moderate/{GE}/pitch", key=new_key(), to="next")
    assert (answer.status_code, answer.get_json()["error"]) == (403, "not_yours")
    assert {row["pitch_id"] for row in fair.rows("events")} == {None}


@pytest.mark.sqlite
def test_a_pitch_takes_one_more_statement_of_the_pages_that_show_it(fair: Fair) -> None:
    fair.enter("pitches")
    Window(fair).enter("moderator", GE).post(f"/moderate/{GE}/pitch", to="next")
    window = Window(fair)
    counts = {}
    for phase in ("pitches", "fair"):
        fair.enter(phase)
        window.get(f"/e/{GE}")
        with counting_statements(fair.app) as counted:
            window.get(f"/e/{GE}")
        counts[phase] = len(counted)
    assert counts["pitches"] == counts["fair"] + 1
