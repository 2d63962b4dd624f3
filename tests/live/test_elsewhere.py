"""What other processes set up is told to the pages that are open at this one."""

import gc
import time
from typing import Any

import pytest
from sqlalchemy import text

from exchange import rooms
from exchange.database.connections import db
from exchange.extensions import pause
from exchange.live import broadcasts, elsewhere
from exchange.live.broadcasts import News
from exchange.live.presence import look_once
from tests.support.fair import AC, AC_ROBO, BAU, ELSEWHERE, GE, KEY, ROBO, XX_STAND, Fair
from tests.support.lists import SWAPPED, take_in_elsewhere
from tests.support.statements import counting_statements
from tests.support.windows import Ear, Listen, Window

HELD_MS = 50
STANDS = 5000


def take_in(fair: Fair, data: str = SWAPPED) -> None:
    settings = fair.app.extensions["process"].settings
    take_in_elsewhere(
        data,
        EXCHANGE_INSTANCE=str(settings.instance),
        EXCHANGE_DATABASE_URL=settings.database_url,
        EXCHANGE_SECRET_KEY=KEY,
    )


def set_up_elsewhere(fair: Fair, *stands: str) -> None:
    """What another process leaves behind that has changed these stands: log and counters."""
    codes = ", ".join(f"'{stand}'" for stand in stands)
    counters = f"kind = 'stand' AND owner_id IN (SELECT id FROM stands WHERE code IN ({codes}))"
    fair.sql(
        f"UPDATE revisions SET revision = revision + 1, flushed = revision + 1 WHERE {counters}"
    )
    log_elsewhere(fair)


def log_elsewhere(fair: Fair) -> None:
    fair.sql(
        "INSERT INTO changes (series_id, event_id, at, verb, subject, subject_id, role,"
        " event_before, answered) SELECT series_id, id, '2026-05-04 10:00:00', 'import', 'event',"
        f" id, 'organiser', '{{}}', '{{}}' FROM events WHERE code = '{GE}'"
    )


def plan(fair: Fair, statement: str) -> str:
    """How SQLite would go about it."""
    with fair.app.app_context():
        rows = db.session.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all()
    return "\n".join(row[-1] for row in rows)


def looked(fair: Fair, *ears: Ear) -> list[list[dict[str, Any]]]:
    """What these have heard after the next look."""
    look_once(fair.app)
    return [ear.heard() for ear in ears]


def test_pages_of_the_event_read_themselves_again_and_no_others(listen: Listen, fair: Fair) -> None:
    ears = [listen(room, GE) for room in ("event", "moderate", "screen")]
    ears += [listen(room, stand) for room in ("stand", "desk") for stand in (ROBO, BAU)]
    neighbours = [listen("stand", AC_ROBO), listen("event", AC), listen("moderate", AC)]
    neighbours += [listen("desk", XX_STAND), listen("event", ELSEWHERE)]
    assert looked(fair, *ears, *neighbours) == [[]] * 12
    take_in(fair)
    told = looked(fair, *ears)
    for ear, pushes in zip(ears, told, strict=True):
        revision = ear.revision + 1
        assert pushes == [
            {"room": ear.room, "html": "", "revision": revision, "previous": revision}
        ]
        assert ear.watch()["revision"] == revision
    assert [ear.heard() for ear in neighbours] == [[]] * 5
    assert looked(fair, *ears, *neighbours) == [[]] * 12


def test_whoever_comes_later_does_not_keep_it_from_the_others(listen: Listen, fair: Fair) -> None:
    first = listen("desk", ROBO)
    set_up_elsewhere(fair, ROBO)
    second = listen("desk", ROBO)
    assert second.revision == first.revision + 1
    ((push,), _) = looked(fair, first, second)
    assert push["revision"] == second.revision


def test_phones_that_missed_it_find_a_gap_before_the_next_question(
    listen: Listen, fair: Fair
) -> None:
    phone, desk = listen("stand", ROBO), listen("desk", ROBO)
    take_in(fair)
    # Before anybody has looked: what phones hear of the question must not stand for the list, too.
    fair.ask()
    for ear in (phone, desk):
        (push,) = ear.heard()
        assert (push["previous"], push["revision"]) == (ear.revision + 1, ear.revision + 2)


def test_no_stand_is_flushed_for_what_lets_its_pages_read_themselves_again(
    organiser: Window, listen: Listen, fair: Fair
) -> None:
    phone = listen("stand", BAU)
    organiser.post(f"/organise/{GE}/stands/{ROBO}", label="9")
    assert len(phone.heard()) == 1
    assert looked(fair, phone) == [[]]
    left = [row for row in fair.rows("revisions") if row["flushed"] < row["revision"]]
    assert [row for row in left if row["kind"] == "stand"] == []


def test_what_this_process_announced_is_not_told_again(
    organiser: Window, listen: Listen, fair: Fair
) -> None:
    ears = [listen("stand", ROBO), listen("desk", ROBO), listen("event", GE)]
    looked(fair, *ears)
    organiser.post(f"/organise/{GE}/stands/{ROBO}", label="9")
    question = fair.ask()
    fair.me_too(question)
    fair.act(question, "live")
    assert all(ear.heard() for ear in ears)
    assert looked(fair, *ears) == [[]] * 3


def test_what_is_just_being_announced_is_told_once(
    listen: Listen, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = listen("desk", ROBO)
    scope, revision = rooms.stand(fair.stand_id(ROBO)), desk.revision + 1
    news = News(fair.event_id(), {scope: revision}, redrawn=frozenset({scope}))
    waits = []

    def meanwhile(seconds: float) -> None:
        """Committed before the look, announced while it waits."""
        if seconds:
            waits.append(seconds)
            broadcasts.announce(news)

    monkeypatch.setattr(elsewhere, "pause", meanwhile)
    set_up_elsewhere(fair, ROBO)
    ((push,),) = looked(fair, desk)
    assert push["revision"] == revision
    assert len(waits) == 1


@pytest.mark.sqlite
def test_a_look_takes_one_select_however_many_listen(listen: Listen, fair: Fair) -> None:
    def selects() -> list[str]:
        for _ in range(2):
            look_once(fair.app)
        with counting_statements(fair.app) as counted:
            look_once(fair.app)
        return counted

    listen("stand", ROBO)
    fair.ask()
    few = selects()
    for stand in (ROBO, BAU, AC_ROBO):
        for _ in range(10):
            listen("stand", stand, Window(fair))
    assert selects() == few
    (of_log,) = [statement for statement in few if "changes" in statement]
    assert "SCAN changes" not in plan(fair, of_log)
    assert "SEARCH changes" in plan(fair, of_log)
    # What it reads when something was set up is found by its key as well.
    log_elsewhere(fair)
    with counting_statements(fair.app) as counted:
        look_once(fair.app)
    (compared,) = [one for one in counted if "revisions.kind, revisions.owner_id" in one]
    assert "SEARCH revisions" in plan(fair, compared)
    assert len(counted) == len(few) + 1


@pytest.mark.sqlite
def test_numbers_that_are_given_again_hide_nothing(listen: Listen, fair: Fair) -> None:
    desk = listen("desk", ROBO)
    looked(fair, desk)
    looked(fair, desk)
    fair.sql("DELETE FROM changes WHERE id > 1")
    set_up_elsewhere(fair, ROBO)
    assert len(looked(fair, desk)[0]) == 1


@pytest.mark.sqlite
def test_thousands_of_stands_hold_nobody_up(
    listen: Listen, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    fair.sql(
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {STANDS})"
        " INSERT INTO stands (event_id, label, sort_key, code, archived)"
        f" SELECT {fair.event_id()}, 'S' || i, 'S' || i, 'S' || i, FALSE FROM n"
    )
    stand = "kind = 'stand' AND owner_id IN (SELECT id FROM stands WHERE code LIKE 'S%')"
    fair.sql(
        "INSERT INTO revisions (kind, owner_id, revision, flushed, voted)"
        " SELECT 'stand', id, 0, 0, FALSE FROM stands WHERE code LIKE 'S%'"
    )
    phone = listen("stand", "S1")
    for number in range(2, STANDS + 1):
        assert phone.say("watch", {"room": "stand", "code": f"S{number}"})["ok"]
    looked(fair, phone)
    looked(fair, phone)
    fair.sql(f"UPDATE revisions SET revision = 1, flushed = 1 WHERE {stand}")
    log_elsewhere(fair)
    held: list[float] = []
    since: list[float] = []

    def measured(seconds: float) -> None:
        # Before the first one the test itself has been at work; that part is as long as the others.
        held.extend(time.process_time() - began for began in since)
        pause(seconds)
        since[:] = [time.process_time()]

    monkeypatch.setattr(elsewhere, "pause", measured)
    # A server's collector leaves alone what was there at its start; this process is full of tests.
    gc.collect()
    gc.disable()
    try:
        assert len(looked(fair, phone)[0]) == STANDS
    finally:
        gc.enable()
    assert len(held) > STANDS
    assert max(held) * 1000 < HELD_MS
