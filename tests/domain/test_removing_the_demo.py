"""One press removes the demo fair, and nothing of it is left in any table."""

from typing import Any

import pytest

from exchange.domain import contacts, demo, projects
from exchange.domain.changes import Actor
from exchange.domain.refusals import Refused
from tests.support.fair import BAU, ELSEWHERE, GE, OTHER_TOUR, ROBO, TOUR, Fair, new_key
from tests.support.windows import Listen, Window


@pytest.fixture
def as_demo(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> Fair:
    """The tour of the tests, taken for the demo fair; with everything in it that there can be."""
    monkeypatch.setattr(demo, "SERIES_CODE", TOUR)
    head, follower = fair.ask(ROBO), fair.ask(BAU, asker="Bert")
    fair.act(follower, "merge", head=head)
    for status in ("answered", "declined", "live", "owed", "withdrawn", "pending"):
        fair.asked_as(status)
    fair.me_too(head, "Clara")
    fair.conduct("message", "Gleich geht es los.")
    change = fair.conduct("picture", "1").change
    fair.undo(change)
    event, project = fair.event_id(), 1
    fair.sql(f"UPDATE events SET pitch_id = {fair.stand_id()} WHERE id = {event}")
    fair.sql(f"INSERT INTO registrations (event_id, municipality) VALUES ({event}, 'Waltrop')")
    fair.sql(
        "INSERT INTO prepared_answers (project_id, facet, text)"
        f" VALUES ({project}, 'kosten', 'Wenig.')"
    )
    fair.sql(
        "INSERT INTO proposals (project_id, field, value, at, pass_id) VALUES"
        f" ({project}, 'summary', '\"Neu\"', '2026-01-01 00:00:00',"
        f" {fair.pass_id('presenter', ROBO)})"
    )
    organise(fair)
    return fair


def organise(fair: Fair) -> None:
    with fair.app.app_context():
        by = Actor("organiser")
        projects.edit(1, {"title": "Neu"}, by=by)
        contacts.replace(1, 1, {"function": "Amt"}, by=by)


def remove(fair: Fair, city: str = "Gelsenkirchen", code: str = TOUR) -> int:
    (series,) = (row for row in fair.rows("series") if row["code"] == code)
    with fair.app.app_context():
        return demo.remove(series["id"], city)


def beside(tables: dict[str, list[dict[str, Any]]]) -> dict[str, int]:
    return {name: len(rows) for name, rows in tables.items()}


def test_nothing_of_it_remains_in_any_table_and_the_neighbour_is_whole(as_demo: Fair) -> None:
    as_demo.ask("XXONE", "Und hier?")
    before = as_demo.everything()
    (neighbour,) = (row for row in before["series"] if row["code"] != TOUR)
    last_pass = max(row["id"] for row in before["passes"])
    made = remove(as_demo)
    after = as_demo.everything()
    assert [row["id"] for row in after["series"]] == sorted([neighbour["id"], made])
    (fresh,) = (row for row in after["passes"] if row["series_id"] == made)
    # A link to the demo fair opens nothing else, now or later.
    assert fresh["id"] > last_pass
    counted = beside(after)
    assert counted == dict.fromkeys(after, 0) | {
        "series": 2,
        "passes": 6,
        "events": 1,
        "stands": 2,
        "questions": 1,
        "participants": 1,
        "changes": 1,
        "pending_news": counted["pending_news"],
        "revisions": 5,
    }
    for table in ("events", "stands", "questions", "participants", "changes"):
        assert all(row in before[table] for row in after[table])


def test_a_neighbour_keeps_all_that_was_set_up_there(as_demo: Fair) -> None:
    as_demo.make_project("own", OTHER_TOUR)
    before = as_demo.everything()
    event = as_demo.event_id(ELSEWHERE)
    own = next(row["id"] for row in before["projects"] if row["code"] == "own")
    for statement in (
        f"INSERT INTO registrations (event_id, municipality) VALUES ({event}, 'Marl')",
        f"INSERT INTO messages (event_id, text) VALUES ({event}, 'Gleich geht es los.')",
        f"INSERT INTO prepared_answers (project_id, facet, text) VALUES ({own}, 'kosten', 'Viel.')",
        "INSERT INTO proposals (project_id, field, value, at) VALUES"
        f" ({own}, 'summary', '\"Neu\"', '2026-01-01 00:00:00')",
    ):
        as_demo.sql(statement)
    remove(as_demo)
    after = as_demo.everything()
    for table in ("registrations", "messages", "prepared_answers", "proposals"):
        assert len(after[table]) == 1, table
    for table in ("projects", "contacts"):
        assert after[table] == [row for row in before[table] if row in after[table]], table
        assert len(after[table]) == 1, table
    assert after["registrations"][0]["municipality"] == "Marl"


def test_the_demo_itself_is_removed(fair: Fair) -> None:
    fair.sql("UPDATE events SET code = 'OLD' WHERE code = 'GE'")
    fair.sql("UPDATE events SET code = 'OLDAC' WHERE code = 'AC'")
    fair.sql("UPDATE stands SET code = 'OLD0' WHERE code = 'GE0'")
    fair.sql("UPDATE stands SET code = 'OLDAC0' WHERE code = 'AC0'")
    before = fair.everything()
    with fair.app.app_context():
        assert demo.load()
    assert len(fair.rows("questions")) > 30
    remove(fair, code=demo.SERIES_CODE)
    after = fair.everything()
    for table in after:
        if table not in ("series", "passes"):
            assert after[table] == before[table], table


@pytest.mark.parametrize("city", ["", "Aachen", "gelsen"])
def test_the_city_confirms_it(as_demo: Fair, city: str) -> None:
    before = as_demo.everything()
    with pytest.raises(Refused, match="confirm") as refused:
        remove(as_demo, city)
    assert refused.value.field == "city"
    assert as_demo.everything() == before


def test_no_other_series_is_removed(fair: Fair) -> None:
    before = fair.everything()
    for code in (TOUR, "other-tour"):
        with pytest.raises(Refused, match="unknown"):
            remove(fair, code=code)
    assert fair.everything() == before


def test_open_pages_of_it_are_closed(as_demo: Fair, listen: Listen) -> None:
    gone = [listen("moderate", GE), listen("stand", ROBO), listen("event", GE)]
    gone.append(listen("organise", GE))
    stays = listen("event", "XX")
    remove(as_demo)
    assert [ear.connected for ear in gone] == [False] * 4
    assert stays.connected


def test_the_organiser_goes_on_in_the_same_browser(as_demo: Fair, organiser: Window) -> None:
    answer = organiser.post(f"/organise/series/{TOUR}/remove-demo", city="Aachen")
    assert answer.status_code == 422
    assert 'value="Aachen"' in answer.text
    assert "Bitte schreiben Sie zur Bestätigung Gelsenkirchen." in answer.text
    answer = organiser.post(f"/organise/series/{TOUR}/remove-demo", city=" gelsenkirchen ")
    assert answer.status_code == 303
    page = organiser.get("/organise").text
    assert "Meine Reihe" in page
    assert "Stadt GE" not in page


def test_a_neighbour_removes_nothing(as_demo: Fair, as_organiser: Any) -> None:
    before = as_demo.everything()
    answer = as_organiser("other-tour").post(
        f"/organise/series/{TOUR}/remove-demo", city="Gelsenkirchen"
    )
    assert answer.status_code == 403
    after = as_demo.everything()
    before["passes"] = after["passes"] = []
    assert after == before


def test_events_that_the_organiser_made_in_it_are_not_lost_with_it(
    as_demo: Fair, organiser: Window
) -> None:
    for city, code in (("Bocholt", "BOH"), ("Marl", "MRL")):
        organiser.post(f"/organise/series/{TOUR}/events/new", city=city, code=code)
    before = as_demo.everything()
    with pytest.raises(Refused, match="own_events") as refused:
        remove(as_demo)
    assert refused.value.details["cities"] == "Bocholt, Marl"
    address = f"/organise/series/{TOUR}/remove-demo"
    page = organiser.post(address, city="Gelsenkirchen").text
    assert "eigene Veranstaltungen: Bocholt, Marl" in page
    organiser.send("/organise/MRL/archive", key=new_key())
    page = organiser.post(address, city="Gelsenkirchen").text
    assert "eine eigene Veranstaltung: Bocholt." in page
    assert {row["code"] for row in as_demo.rows("events")} == {
        row["code"] for row in before["events"]
    }


def test_what_the_organiser_has_archived_of_it_goes_too_and_is_counted(
    as_demo: Fair, organiser: Window
) -> None:
    settings = f"/organise/series/{TOUR}/settings"
    assert "Gelöscht werden 2 Veranstaltungen mit" in organiser.get(settings).text
    organiser.post(f"/organise/series/{TOUR}/events/new", city="Bocholt", code="BOH")
    organiser.send("/organise/BOH/archive", key=new_key())
    assert "Gelöscht werden 3 Veranstaltungen mit" in organiser.get(settings).text
    remove(as_demo)
    assert [row["code"] for row in as_demo.rows("events")] == ["XX"]
