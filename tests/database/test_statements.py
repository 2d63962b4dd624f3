"""Compiled statements behave like SQLAlchemy's own."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from exchange.database.connections import db
from exchange.database.statements import CompiledStatement
from exchange.domain import asking
from exchange.domain.refusals import Refused
from exchange.models import Event, Participant, Phase, Question, Stand
from exchange.queries import fair as fair_queries
from exchange.queries import questions
from tests.support.fair import GE, ROBO, Fair

A_PARTICIPANT = CompiledStatement(
    insert(Participant).values(
        event_id=bindparam("event"), digest=bindparam("digest"), at=bindparam("moment")
    )
)
BY_DIGEST = CompiledStatement(
    select(Participant.at).where(Participant.digest == bindparam("digest"))
)
AN_EVENT = CompiledStatement(select(Event.phase, Event.date).where(Event.code == bindparam("code")))


def test_values_are_converted_as_the_models_declare(fair: Fair) -> None:
    with fair.app.app_context():
        event = db.session.scalars(select(Event).where(Event.code == GE)).one()
        with db.reading() as connection:
            found = AN_EVENT.rows(connection, code=GE)
        assert found == [(event.phase, event.date)]
        assert isinstance(event.phase, Phase)


def test_datetimes_are_stored_in_utc(fair: Fair) -> None:
    moment = datetime(2026, 6, 1, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    with fair.app.app_context(), db.reading() as connection:
        A_PARTICIPANT.do(connection, {"event": fair.event_id(GE), "digest": "d", "moment": moment})
        assert BY_DIGEST.one(connection, digest="d") == (moment.astimezone(UTC),)


def test_no_row_is_none(fair: Fair) -> None:
    with fair.app.app_context(), db.reading() as connection:
        assert AN_EVENT.one(connection, code="NOWHERE") is None


def test_errors_are_sqlalchemys_and_carry_no_parameters(fair: Fair) -> None:
    one = {"event": fair.event_id(GE), "digest": "secret words", "moment": datetime.now(UTC)}
    with fair.app.app_context(), db.reading() as connection:
        with pytest.raises(IntegrityError) as refused:
            A_PARTICIPANT.do(connection, one, one)
        connection.rollback()
    assert "secret words" not in str(refused.value)


def test_a_missing_parameter_raises(fair: Fair) -> None:
    with fair.app.app_context(), db.reading() as connection, pytest.raises(KeyError, match="code"):
        AN_EVENT.one(connection)


def test_uncommitted_writes_are_rolled_back(fair: Fair) -> None:
    pitch = CompiledStatement(select(Stand.pitch).where(Stand.code == bindparam("code")))
    with fair.app.app_context():
        with db.reading() as connection:
            connection.begin_writing()
            connection.run(f"UPDATE stands SET pitch = 'changed' WHERE code = '{ROBO}'")
        with db.reading() as connection:
            assert pitch.one(connection, code=ROBO) != ("changed",)


def test_cards_by_their_ids_are_those_of_a_select(fair: Fair) -> None:
    asked = {fair.ask(words=f"Wie fängt man mit Schritt {step} an?") for step in range(3)}
    fair.asked_as("answered")
    with fair.app.app_context():
        assert questions.cards_of(asked) == questions.cards(Question.id.in_(asked))
        assert questions.cards_of([]) == []


def test_a_stand_and_a_key_are_read_as_each_alone(fair: Fair) -> None:
    key = "0b5e3b5e-7d2c-4c53-9f38-0d1b1e2f3a4c"
    with fair.app.app_context():
        stand = fair_queries.stand_at(ROBO)
        assert asking.stand_for(ROBO.lower(), key) == (stand, False)
    fair.ask(key=key)
    with fair.app.app_context():
        assert asking.stand_for(ROBO, key) == (stand, True)
        assert asking.stand_for(ROBO, None) == (stand, False)
        with pytest.raises(Refused) as refused:
            asking.stand_for("NOWHERE", key)
    assert refused.value.word == "unknown"
