"""What an organiser sets up: stands, projects, contacts, events, series; and how that is undone."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from exchange.domain import contacts, events, projects, series, stands, undo
from exchange.domain.changes import Actor, Outcome
from exchange.domain.refusals import Refused
from exchange.queries import fair as fair_queries
from tests.support.fair import AC, BAU, GE, GENERAL, OTHER_TOUR, ROBO, TOUR, Fair, bumped, new_key

BY = Actor("organiser")


def do(fair: Fair, verb: Callable[..., Outcome | None], *at: Any, **more: Any) -> int:
    """Use a verb; the change that it was, 0 for none."""
    with fair.app.app_context():
        outcome = verb(*at, by=BY, **more)
    return outcome.change if outcome else 0


def row(fair: Fair, table: str, **wanted: Any) -> dict[str, Any]:
    (found,) = (
        one for one in fair.rows(table) if all(one[name] == value for name, value in wanted.items())
    )
    return found


def id_of(fair: Fair, table: str, code: str) -> int:
    return int(row(fair, table, code=code)["id"])


def take_back(fair: Fair, change: int, tour: str = TOUR) -> None:
    """Undo what belongs to the tour and to none of its events."""
    with fair.app.app_context():
        undo.undo_of_series(id_of(fair, "series", tour), change, by=BY)


def labels(fair: Fair, event: str = GE) -> list[str]:
    with fair.app.app_context():
        return [line.label for line in fair_queries.stand_lines(fair.event_id(event))]


# Stands


def test_a_new_stand_has_a_code_a_pass_and_its_place_in_the_list(fair: Fair) -> None:
    before = fair.revisions()
    change = do(
        fair,
        stands.add,
        fair.event_id(),
        {"label": " A-2 ", "place": "Halle 1", "project": "bau"},
    )
    made = row(fair, "stands", label="A-2")
    assert made["place"] == "Halle 1"
    assert len(made["code"]) == 5
    assert row(fair, "passes", stand_id=made["id"])["role"] == "presenter"
    assert row(fair, "changes", id=change)["verb"] == "set-up"
    do(fair, stands.add, fair.event_id(), {"label": "A-10"})
    do(fair, stands.add, fair.event_id(), {"label": "10"})
    assert labels(fair) == ["0", "1", "2", "10", "A-2", "A-10"]
    # Everybody at this event, nobody at the next.
    moved = {place for _, place in bumped(fair, before)}
    assert {GE, ROBO, BAU, GENERAL} < moved
    assert AC not in moved
    assert row(fair, "events", code=GE)["stands_changed"]
    assert not row(fair, "events", code=AC)["stands_changed"]


def test_a_new_stand_that_is_taken_back_is_archived(fair: Fair) -> None:
    change = do(fair, stands.add, fair.event_id(), {"label": "7"})
    fair.undo(change, by="organiser")
    assert labels(fair) == ["0", "1", "2"]
    assert row(fair, "stands", label="7")["archived"]
    with pytest.raises(Refused, match="undone"):
        fair.undo(change, by="organiser")


@pytest.mark.parametrize("role", ["moderator", "presenter"])
def test_only_organisers_take_back_what_they_set_up(fair: Fair, role: str) -> None:
    change = do(fair, stands.add, fair.event_id(), {"label": "7"})
    with pytest.raises(Refused, match="not_yours"):
        fair.undo(change, by=role)


@pytest.mark.parametrize(
    ("label", "word"),
    [
        ("", "missing"),
        ("  ", "missing"),
        ("0", "label_reserved"),
        ("00", "label_reserved"),
        ("1", "label_taken"),
        ("01", "label_taken"),
        (" 1 ", "label_taken"),
        ("a-12", "label_taken"),
        ("A - 012", "label_taken"),
        ("–", "label"),
        ("x" * 41, "too_long"),
    ],
)
def test_a_label_that_cannot_be_is_refused_at_its_field(fair: Fair, label: str, word: str) -> None:
    do(fair, stands.add, fair.event_id(), {"label": "A-12"})
    before = fair.everything()
    with pytest.raises(Refused, match=f"^{word}$") as refused:
        do(fair, stands.add, fair.event_id(), {"label": label})
    assert refused.value.field == "label"
    assert fair.everything() == before


def test_the_neighbour_event_may_have_the_same_label(fair: Fair) -> None:
    do(fair, stands.add, fair.event_id(AC), {"label": "2"})
    assert labels(fair, AC) == ["0", "1", "2"]


def test_a_stand_is_edited_and_keeps_its_code_and_questions(fair: Fair) -> None:
    question = fair.ask(ROBO)
    robo = fair.stand_id(ROBO)
    change = do(fair, stands.edit, fair.event_id(), robo, {"label": "Foyer", "place": "Eingang"})
    assert fair.card(question).stand.label == "Foyer"
    assert row(fair, "stands", code=ROBO)["place"] == "Eingang"
    fair.undo(change, by="organiser")
    assert fair.card(question).stand.label == "1"
    assert row(fair, "stands", code=ROBO)["place"] is None


def test_what_changes_nothing_leaves_no_row_and_no_news(fair: Fair) -> None:
    before = fair.everything()
    assert not do(fair, stands.edit, fair.event_id(), fair.stand_id(), {"label": "1"})
    assert fair.everything() == before


def test_a_label_can_be_written_another_way(fair: Fair) -> None:
    do(fair, stands.add, fair.event_id(), {"label": "a-1"})
    stand = int(row(fair, "stands", label="a-1")["id"])
    do(fair, stands.edit, fair.event_id(), stand, {"label": "A-01"})
    assert row(fair, "stands", id=stand)["label"] == "A-01"


def test_a_stand_that_was_asked_shows_no_other_project(fair: Fair) -> None:
    edit = (stands.edit, fair.event_id(), fair.stand_id(ROBO), {"project": "bau"})
    change = do(fair, *edit)
    fair.undo(change, by="organiser")
    fair.ask(ROBO)
    with pytest.raises(Refused, match="asked") as refused:
        do(fair, *edit)
    assert refused.value.field == "project"


def test_a_project_is_named_by_code_key_or_title_and_only_in_its_series(fair: Fair) -> None:
    with fair.app.app_context():
        made = series.add(id_of(fair, "series", TOUR), {"name": "Dritte"}, by=BY)
    assert made
    do(fair, projects.add, id_of(fair, "series", TOUR), {"title": "Neu", "project_key": "K-1"})
    for number, word in enumerate(("neu", "K-1", "Neu"), 20):
        do(fair, stands.add, fair.event_id(), {"label": str(number), "project": word})
        assert row(fair, "stands", label=str(number))["project_id"] == id_of(
            fair, "projects", "neu"
        )
    for event, word in ((GE, "Gibt es nicht"), ("XX", "robo")):
        with pytest.raises(Refused, match="project"):
            do(fair, stands.add, fair.event_id(event), {"label": "30", "project": word})


def test_an_archived_stand_keeps_questions_and_code_and_takes_no_more(fair: Fair) -> None:
    question = fair.ask(ROBO)
    change = do(fair, stands.archive, fair.event_id(), fair.stand_id())
    assert labels(fair) == ["0", "2"]
    assert fair.card(question).stand.code == ROBO
    before = fair.everything()
    for role in ("attendee", "moderator"):
        with pytest.raises(Refused, match="stand_gone"):
            fair.ask(ROBO, role=role)
    assert fair.everything() == before
    fair.undo(change, by="organiser")
    assert fair.ask(ROBO)


def test_a_question_sent_again_to_an_archived_stand_gets_the_answer_of_then(fair: Fair) -> None:
    key = new_key()
    fair.tell(ROBO, key=key)
    do(fair, stands.archive, fair.event_id(), fair.stand_id())
    assert not fair.tell(ROBO, key=key).created


def test_a_stand_is_brought_back_unless_its_label_has_gone(fair: Fair) -> None:
    event, robo = fair.event_id(), fair.stand_id()
    do(fair, stands.archive, event, robo)
    change = do(fair, stands.add, event, {"label": "1"})
    with pytest.raises(Refused, match="label_taken"):
        do(fair, stands.bring_back, event, robo)
    fair.undo(change, by="organiser")
    do(fair, stands.bring_back, event, robo)
    assert labels(fair) == ["0", "1", "2"]


def test_an_undo_whose_label_has_gone_is_refused(fair: Fair) -> None:
    event = fair.event_id()
    change = do(fair, stands.edit, event, fair.stand_id(), {"label": "9"})
    do(fair, stands.add, event, {"label": "01"})
    with pytest.raises(Refused, match="built_upon"):
        fair.undo(change, by="organiser")


def test_the_general_stand_stays(fair: Fair) -> None:
    event, general = fair.event_id(), fair.stand_id(GENERAL)
    for verb, more in (
        (stands.archive, ()),
        (stands.edit, ({"label": "5"},)),
        (stands.edit, ({"project": "robo"},)),
    ):
        with pytest.raises(Refused, match="general"):
            do(fair, verb, event, general, *more)
    do(fair, stands.edit, event, general, {"label": "0", "place": "Foyer", "project": ""})
    assert row(fair, "stands", code=GENERAL)["place"] == "Foyer"


def test_two_stands_change_labels_and_places_in_one_step(fair: Fair) -> None:
    event = fair.event_id()
    do(fair, stands.edit, event, fair.stand_id(ROBO), {"place": "Halle 1"})
    change = do(fair, stands.swap, event, "1", "2")
    assert row(fair, "stands", code=ROBO)["label"] == "2"
    assert row(fair, "stands", code=BAU)["label"] == "1"
    assert row(fair, "stands", code=BAU)["place"] == "Halle 1"
    fair.undo(change, by="organiser")
    assert row(fair, "stands", code=ROBO)["label"] == "1"
    assert row(fair, "stands", code=ROBO)["place"] == "Halle 1"
    for first, second, word in (("1", "9", "stand"), ("0", "1", "general"), ("", "1", "stand")):
        with pytest.raises(Refused, match=word):
            do(fair, stands.swap, event, first, second)


def test_a_stand_of_another_event_is_out_of_reach(fair: Fair) -> None:
    before = fair.everything()
    for verb, more in ((stands.archive, ()), (stands.edit, ({"label": "9"},))):
        with pytest.raises(Refused, match="unknown"):
            do(fair, verb, fair.event_id(AC), fair.stand_id(ROBO), *more)
    assert fair.everything() == before


def test_the_same_click_makes_one_stand(fair: Fair) -> None:
    key = new_key()
    one = do(fair, stands.add, fair.event_id(), {"label": "7"}, key=key)
    assert do(fair, stands.add, fair.event_id(), {"label": "7"}, key=key) == one
    assert labels(fair) == ["0", "1", "2", "7"]


# Projects


def test_a_project_is_made_edited_and_both_taken_back(fair: Fair) -> None:
    tour = id_of(fair, "series", TOUR)
    made = do(fair, projects.add, tour, {"title": "Robo für Ämter", "partner": "Stadt A"})
    again = do(fair, projects.add, tour, {"title": "Robo für Ämter"})
    assert again
    assert id_of(fair, "projects", "robo-fuer-aemter-2")
    project = id_of(fair, "projects", "robo-fuer-aemter")
    written = {
        "title": "Robo",
        "status": "im Pilotbetrieb",
        "since": "2024",
        "licence": "EUPL",
        "links": "www.stadt.de\nhttps://a.example/b",
        "project_key": "P-1",
        "summary": "Erstens.\n\nZweitens.",
    }
    change = do(fair, projects.edit, project, written)
    found = row(fair, "projects", id=project)
    assert found["links"] == "https://www.stadt.de\nhttps://a.example/b"
    assert (found["status"], found["partner"]) == ("im Pilotbetrieb", "Stadt A")
    with pytest.raises(Refused, match="built_upon"):
        take_back(fair, made)
    take_back(fair, change)
    found = row(fair, "projects", id=project)
    assert (found["title"], found["links"], found["key"]) == ("Robo für Ämter", None, None)
    take_back(fair, made)
    assert row(fair, "projects", id=project)["archived"]


@pytest.mark.parametrize(
    ("values", "word", "field"),
    [
        ({"title": ""}, "missing", "title"),
        ({"title": "x" * 401}, "too_long", "title"),
        ({"project_key": "TAKEN"}, "project_key_taken", "project_key"),
        ({"links": "javascript:alert(1)"}, "link", "links"),
        ({"links": "ftp://a.example"}, "link", "links"),
        ({"links": "nichts"}, "link", "links"),
        ({"summary": "x" * 2001}, "too_long", "summary"),
        ({"summary": "a\x00"}, "characters", "summary"),
    ],
)
def test_what_a_project_cannot_say_is_refused_at_its_field(
    fair: Fair, values: dict[str, str], word: str, field: str
) -> None:
    do(fair, projects.edit, id_of(fair, "projects", "bau"), {"project_key": "TAKEN"})
    before = fair.everything()
    with pytest.raises(Refused, match=f"^{word}$") as refused:
        do(fair, projects.edit, id_of(fair, "projects", "robo"), values)
    assert refused.value.field == field
    assert fair.everything() == before


def test_a_projects_pages_hear_of_it_at_every_event_that_shows_it(fair: Fair) -> None:
    before = fair.revisions()
    do(fair, projects.edit, id_of(fair, "projects", "robo"), {"title": "Neuer Titel"})
    moved = {place for _, place in bumped(fair, before)}
    assert {GE, AC, ROBO, "ACROBO"} <= moved
    assert not {"XX", "XXONE"} & moved
    before = fair.revisions()
    do(fair, projects.edit, id_of(fair, "projects", "bau"), {"title": "Neuer Titel"})
    assert AC not in {place for _, place in bumped(fair, before)}


def test_a_project_is_archived_once_it_stands_nowhere(fair: Fair) -> None:
    bau = id_of(fair, "projects", "bau")
    with pytest.raises(Refused, match="project_shown"):
        do(fair, projects.archive, bau)
    fair.enter("closed")
    change = do(fair, projects.archive, bau)
    assert row(fair, "projects", id=bau)["archived"]
    take_back(fair, change)
    assert not row(fair, "projects", id=bau)["archived"]
    do(fair, projects.archive, bau)
    do(fair, projects.bring_back, bau)
    assert not row(fair, "projects", id=bau)["archived"]


# Contacts


def contact(fair: Fair, **wanted: Any) -> dict[str, Any]:
    return row(fair, "contacts", **wanted)


def test_contacts_are_several_with_an_order(fair: Fair) -> None:
    robo = id_of(fair, "projects", "robo")
    change = do(
        fair,
        contacts.add,
        robo,
        {"function": "IT", "role": "technical", "basis": "hidden", "email": "it@stadt.de"},
    )
    made = contact(fair, function="IT")
    assert (made["role"], made["basis"], made["position"]) == ("technical", "hidden", 1)
    moved = do(fair, contacts.move, robo, made["id"], up=True)
    with fair.app.app_context():
        assert [one.function for one in fair_queries.contacts_of(robo)] == [
            "IT",
            "Geschäftsstelle",
        ]
    take_back(fair, moved)
    with fair.app.app_context():
        assert next(one.function for one in fair_queries.contacts_of(robo)) == "Geschäftsstelle"
    assert not do(fair, contacts.move, robo, made["id"], up=False)
    take_back(fair, change)
    assert contact(fair, function="IT")["until"]


def test_the_first_contact_of_a_project_makes_its_pass(fair: Fair) -> None:
    do(fair, projects.add, id_of(fair, "series", TOUR), {"title": "Neu"})
    project = id_of(fair, "projects", "neu")
    assert not [one for one in fair.rows("passes") if one["project_id"] == project]
    for function in ("Eins", "Zwei"):
        do(fair, contacts.add, project, {"function": function})
    assert row(fair, "passes", project_id=project)["role"] == "contact"


def test_a_contact_is_replaced_and_stays_in_the_history(fair: Fair) -> None:
    robo = id_of(fair, "projects", "robo")
    former = contact(fair, project_id=robo)
    change = do(fair, contacts.replace, robo, former["id"], {"person": "Neu", "function": "Amt"})
    made = contact(fair, person="Neu")
    was = contact(fair, id=former["id"])
    assert (was["person"], was["replaced_by_id"]) == ("Erika Muster", made["id"])
    assert was["until"]
    assert made["position"] == former["position"]
    take_back(fair, change)
    assert contact(fair, id=former["id"])["until"] is None
    assert contact(fair, id=made["id"])["until"]
    do(fair, contacts.bring_back, robo, made["id"])
    assert contact(fair, id=made["id"])["position"] == 1
    do(fair, contacts.archive, robo, made["id"])
    for verb in (contacts.archive, contacts.edit, contacts.replace):
        more = () if verb is contacts.archive else ({"function": "X"},)
        with pytest.raises(Refused, match="unknown"):
            do(fair, verb, robo, made["id"], *more)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({}, "contact"),
        ({"function": " ", "person": ""}, "contact"),
        ({"person": "Erika", "basis": "hidden"}, "function"),
        ({"function": "Amt", "email": "ohne Klammeraffe"}, "email"),
        ({"function": "Amt", "email": "a@b"}, "email"),
        ({"function": "Amt", "phone": "intern"}, "phone"),
        ({"function": "Amt", "phone": "auf Anfrage"}, "phone"),
        ({"function": "Amt", "email": "wird nachgereicht"}, "email"),
        ({"function": "Amt", "role": "chief"}, "unreadable"),
        ({"function": "x" * 201}, "too_long"),
    ],
)
def test_a_contact_that_cannot_be_called_is_refused(
    fair: Fair, values: dict[str, str], word: str
) -> None:
    robo = id_of(fair, "projects", "robo")
    before = fair.everything()
    with pytest.raises(Refused, match=f"^{word}$") as refused:
        do(fair, contacts.add, robo, values)
    assert refused.value.field
    assert fair.everything() == before


def test_a_contact_of_another_project_is_out_of_reach(fair: Fair) -> None:
    mine = contact(fair, project_id=id_of(fair, "projects", "robo"))
    with pytest.raises(Refused, match="unknown"):
        do(fair, contacts.edit, id_of(fair, "projects", "bau"), mine["id"], {"function": "X"})


# Events and series


def test_an_event_is_made_and_taken_back_until_something_was_done_there(fair: Fair) -> None:
    tour = id_of(fair, "series", TOUR)
    change = do(fair, events.add, tour, {"city": "Bocholt", "date": "9.12.2026", "code": "boh"})
    made = row(fair, "events", code="BOH")
    assert (made["city"], str(made["date"]), made["title"]) == (
        "Bocholt",
        "2026-12-09",
        "Die Reihe tour",
    )
    assert labels(fair, "BOH") == ["0"]
    do(fair, stands.add, made["id"], {"label": "1"})
    with pytest.raises(Refused, match="built_upon"):
        take_back(fair, change)
    other = do(fair, events.add, tour, {"city": "Bottrop", "code": "BOT"})
    take_back(fair, other)
    assert row(fair, "events", code="BOT")["archived"]
    with pytest.raises(Refused, match="code_taken"):
        do(fair, events.add, tour, {"city": "Bottrop", "code": "BOT"})


@pytest.mark.parametrize(
    ("values", "word", "field"),
    [
        ({"city": ""}, "missing", "city"),
        ({"date": "morgen"}, "date", "date"),
        ({"date": "31.2.2026"}, "date", "date"),
        ({"date": "2026-13-01"}, "date", "date"),
        ({"code": "GE"}, "code_taken", "code"),
        ({"code": ROBO}, "code_taken", "code"),
        ({"code": "series"}, "code_taken", "code"),
        ({"code": "1234"}, "event_code", "code"),
        ({"code": "A B"}, "event_code", "code"),
        ({"code": "Ä1"}, "event_code", "code"),
        ({"code": "X" * 13}, "event_code", "code"),
    ],
)
def test_an_event_that_cannot_be_is_refused_at_its_field(
    fair: Fair, values: dict[str, str], word: str, field: str
) -> None:
    before = fair.everything()
    with pytest.raises(Refused, match=f"^{word}$") as refused:
        do(fair, events.add, id_of(fair, "series", TOUR), {"city": "Bocholt"} | values)
    assert refused.value.field == field
    assert fair.everything() == before


def test_the_longest_code_still_has_a_general_stand(fair: Fair) -> None:
    do(fair, events.add, id_of(fair, "series", TOUR), {"city": "B", "code": "ABCDEFGHIJKL"})
    assert labels(fair, "ABCDEFGHIJKL") == ["0"]


def test_settings_are_changed_and_taken_back_without_the_day_going_back(fair: Fair) -> None:
    before = fair.revisions()
    change = do(
        fair,
        events.edit,
        fair.event_id(),
        {
            "city": "Herne",
            "opens": "9.30",
            "closes": "16:00 Uhr",
            "language": "en",
            "moderation_first": "1",
            "me_too": "0",
            "facets": "0",
            "question_length": "140",
            "owed_until": "1.1.2100",
            "date": "",
        },
    )
    found = row(fair, "events", code=GE)
    assert (found["city"], found["opens"], found["closes"]) == ("Herne", "09:30", "16:00")
    assert (found["language"], found["question_length"]) == ("en", 140)
    assert (found["me_too"], found["facets"], found["moderation_first"]) == (0, 0, 1)
    assert found["date"] is None
    assert found["stands_changed"]
    moved = {place for _, place in bumped(fair, before)}
    assert {GE, ROBO} <= moved
    assert AC not in moved
    fair.enter("round")
    fair.undo(change, by="organiser")
    found = row(fair, "events", code=GE)
    assert (found["city"], found["phase"], found["question_length"]) == ("Stadt GE", "round", 500)
    assert (found["me_too"], found["moderation_first"], found["opens"]) == (1, 0, None)
    assert found["date"]


@pytest.mark.parametrize(
    ("values", "word", "field"),
    [
        ({"title": ""}, "missing", "title"),
        ({"opens": "25:00"}, "time", "opens"),
        ({"opens": "10:00", "closes": "9:00"}, "closes", "closes"),
        ({"language": "fr"}, "unreadable", "language"),
        ({"me_too": "ja"}, "unreadable", "me_too"),
        ({"question_length": "49"}, "number", "question_length"),
        ({"question_length": "501"}, "number", "question_length"),
        ({"question_length": "viel"}, "number", "question_length"),
        ({"owed_until": "1.1.2020"}, "owed_early", "owed_until"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_at_its_field(
    fair: Fair, values: dict[str, str], word: str, field: str
) -> None:
    before = fair.everything()
    with pytest.raises(Refused, match=f"^{word}$") as refused:
        do(fair, events.edit, fair.event_id(), values)
    assert refused.value.field == field
    assert fair.everything() == before


def test_an_event_is_archived_before_or_after_its_day_only(fair: Fair) -> None:
    event = fair.event_id()
    with pytest.raises(Refused, match="event_running"):
        do(fair, events.set_archived, event, True)
    fair.enter("closed")
    change = do(fair, events.set_archived, event, True)
    with fair.app.app_context():
        assert GE not in [line.code for line in fair_queries.event_lines()]
    fair.undo(change, by="organiser")
    assert not row(fair, "events", code=GE)["archived"]
    do(fair, events.set_archived, event, True)
    do(fair, events.set_archived, event, False)
    assert not row(fair, "events", code=GE)["archived"]


def test_the_next_city_begins_as_this_one_did_without_its_questions(fair: Fair) -> None:
    event, tour = fair.event_id(), id_of(fair, "series", TOUR)
    do(fair, stands.edit, event, fair.stand_id(ROBO), {"label": "A-12", "place": "Halle 1"})
    do(fair, stands.edit, event, fair.stand_id(GENERAL), {"place": "Foyer"})
    do(fair, stands.add, event, {"label": "9"})
    do(fair, stands.archive, event, fair.stand_id(BAU))
    fair.sql(f"UPDATE stands SET pitch = '14:10', pitch_minutes = 3 WHERE code = '{ROBO}'")
    settings = {"me_too": "0", "language": "en", "question_length": "200", "entries_open": "1"}
    do(fair, events.edit, event, settings)
    fair.ask(ROBO)
    before = fair.everything()
    change = do(
        fair, events.add, tour, {"city": "Bocholt", "code": "BOH", "date": "2026-12-09"}, like="ge"
    )
    made = row(fair, "events", code="BOH")
    assert labels(fair, "BOH") == ["0", "9", "A-12"]
    copied = row(fair, "stands", event_id=made["id"], label="A-12")
    assert (copied["place"], copied["pitch"], copied["pitch_minutes"]) == ("Halle 1", "14:10", 3)
    assert copied["project_id"] == id_of(fair, "projects", "robo")
    assert copied["code"] not in {one["code"] for one in before["stands"]}
    assert row(fair, "stands", event_id=made["id"], label="0")["place"] == "Foyer"
    assert (made["me_too"], made["language"], made["question_length"]) == (0, "en", 200)
    assert (made["phase"], made["entries_open"], made["title"]) == (
        "preparing",
        0,
        "Digitale Modellregionen",
    )
    assert made["owed_until"] > made["date"]
    after = fair.everything()
    for table in ("questions", "projects", "contacts", "answers"):
        assert after[table] == before[table]
    known = {one["id"] for one in before["passes"]}
    fresh = [one for one in after["passes"] if one["id"] not in known]
    assert sorted(one["role"] for one in fresh) == ["moderator"] + ["presenter"] * 3 + ["screen"]
    take_back(fair, change)
    assert row(fair, "events", code="BOH")["archived"]


def test_what_is_copied_belongs_to_the_same_series(fair: Fair) -> None:
    for code in ("XX", "NOPE"):
        with pytest.raises(Refused, match="copy_unknown"):
            do(fair, events.add, id_of(fair, "series", TOUR), {"city": "B"}, like=code)


def test_a_series_is_made_renamed_and_folded_away(fair: Fair) -> None:
    tour = id_of(fair, "series", TOUR)
    made = do(fair, series.add, tour, {"name": "Die Reihe Köln"})
    assert row(fair, "passes", series_id=id_of(fair, "series", "die-reihe-koeln"))
    take_back(fair, made)
    assert row(fair, "series", code="die-reihe-koeln")["archived"]
    before = fair.revisions()
    change = do(fair, series.edit, tour, {"name": "Anders"})
    assert "XX" not in {place for _, place in bumped(fair, before)}
    assert GE in {place for _, place in bumped(fair, before)}
    take_back(fair, change)
    assert row(fair, "series", id=tour)["name"] == "Die Reihe tour"
    change = do(fair, series.set_archived, tour, True)
    take_back(fair, change)
    assert not row(fair, "series", id=tour)["archived"]
    with pytest.raises(Refused, match="missing"):
        do(fair, series.edit, tour, {"name": ""})


def test_a_change_of_another_tour_is_out_of_reach(fair: Fair) -> None:
    change = do(fair, projects.edit, id_of(fair, "projects", "robo"), {"title": "Neu"})
    with pytest.raises(Refused, match="unknown"):
        take_back(fair, change, OTHER_TOUR)


# What settings do


def test_a_question_may_be_as_long_as_its_event_allows(fair: Fair) -> None:
    do(fair, events.edit, fair.event_id(), {"question_length": "50"})
    with pytest.raises(Refused, match="too_long") as refused:
        fair.ask(ROBO, "x" * 51)
    assert refused.value.details["limit"] == 50
    question = fair.ask(ROBO, "x" * 50)
    assert fair.ask("ACROBO", "x" * 500)
    with pytest.raises(Refused, match="too_long"):
        fair.act(question, "edit", by="attendee", text="x" * 51)


def test_facets_and_me_too_can_be_done_without(fair: Fair) -> None:
    do(fair, events.edit, fair.event_id(), {"facets": "0", "me_too": "0"})
    question = fair.ask(ROBO, facet="kosten")
    assert fair.card(question).facet is None
    with pytest.raises(Refused, match="no_votes"):
        fair.me_too(question)
    other = fair.ask("ACROBO", facet="kosten")
    assert fair.card(other).facet
    assert fair.me_too(other) == 1


def test_the_day_of_a_new_event_gives_the_day_of_owed_answers(fair: Fair) -> None:
    do(
        fair,
        events.add,
        id_of(fair, "series", TOUR),
        {"city": "B", "code": "BB", "date": "2099-12-09"},
    )
    assert str(row(fair, "events", code="BB")["owed_until"]) == str(date(2099, 12, 23))
