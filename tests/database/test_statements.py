"""Statements that are put together once behave like SQLAlchemy's own."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from exchange.extensions import db
from exchange.models import Event, Participant, Phase, Stand
from exchange.prepared import Prepared
from tests.support.fair import GE, ROBO, Fair

A_PARTICIPANT = Prepared(
    insert(Participant).values(
        event_id=bindparam("event"), digest=bindparam("digest"), at=bindparam("moment")
    )
)
BY_DIGEST = Prepared(select(Participant.at).where(Participant.digest == bindparam("digest")))
AN_EVENT = Prepared(select(Event.phase, Event.date).where(Event.code == bindparam("code")))


def test_values_come_back_as_the_models_know_them(fair: Fair) -> None:
    with fair.app.app_context(), db.reading() as driver:
        event = db.session.scalars(select(Event).where(Event.code == GE)).one()
        assert AN_EVENT.rows(driver, code=GE) == [(event.phase, event.date)]
        assert isinstance(event.phase, Phase)


def test_a_moment_is_kept_in_utc_whatever_zone_it_came_in(fair: Fair) -> None:
    moment = datetime(2026, 6, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    with fair.app.app_context(), db.reading() as driver:
        A_PARTICIPANT.do(driver, {"event": fair.event_id(GE), "digest": "d", "moment": moment})
        assert BY_DIGEST.one(driver, digest="d") == (moment.astimezone(UTC),)


def test_nothing_found_is_none(fair: Fair) -> None:
    with fair.app.app_context(), db.reading() as driver:
        assert AN_EVENT.one(driver, code="NOWHERE") is None


def test_errors_are_sqlalchemys_and_hold_no_values(fair: Fair) -> None:
    one = {"event": fair.event_id(GE), "digest": "secret words", "moment": datetime.now(UTC)}
    with fair.app.app_context(), db.reading() as driver:
        with pytest.raises(IntegrityError) as refused:
            A_PARTICIPANT.do(driver, one, one)
        driver.rollback()
    assert "secret words" not in str(refused.value)


def test_a_forgotten_value_is_no_null(fair: Fair) -> None:
    with fair.app.app_context(), db.reading() as driver, pytest.raises(KeyError, match="code"):
        AN_EVENT.one(driver)


def test_what_is_not_committed_does_not_last(fair: Fair) -> None:
    pitch = Prepared(select(Stand.pitch).where(Stand.code == bindparam("code")))
    with fair.app.app_context():
        with db.reading() as driver:
            driver.begin_writing()
            driver.run(f"UPDATE stands SET pitch = 'changed' WHERE code = '{ROBO}'")
        with db.reading() as driver:
            assert pitch.one(driver, code=ROBO) != ("changed",)
