"""A small fair to test with: two cities of one tour, and another tour beside it."""

import sqlite3
import uuid
from contextlib import closing
from datetime import timedelta
from typing import Any

import psycopg
from flask import Flask
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

from exchange import digests
from exchange.database.connections import db
from exchange.database.transactions import writing
from exchange.domain import asking, events, passes, projects, questions, round, undo, votes
from exchange.domain.asking import Asked
from exchange.domain.changes import Actor, Outcome
from exchange.domain.moves import Fields
from exchange.domain.projects import ContactEntry, ProjectEntry
from exchange.domain.series import make_series
from exchange.models import Base, Event, Pass, Phase, Project, Question, Role, Series, Stand
from exchange.models.base import today
from exchange.queries import fair as fair_queries
from exchange.queries import questions as question_queries
from exchange.queries.questions import Card
from simulation.servers import DATABASE

TOUR, OTHER_TOUR = "tour", "other-tour"
GE, AC, ELSEWHERE = "GE", "AC", "XX"
"""Gelsenkirchen is under way, Aachen its neighbour; the third belongs to another tour."""
ROBO, BAU, GENERAL = "ROBO", "BAU", "GE0"
"""Stands 1, 2 and 0 in Gelsenkirchen."""
AC_ROBO = "ACROBO"
"""The same project's stand in Aachen."""
XX_STAND = "XXONE"

KEY = "a key for tests, and long enough to be taken"
IntegrityError = (sqlite3.IntegrityError, psycopg.IntegrityError)
"""What `Fair.sql` raises when the database refuses."""
FAIR_DAY = today() + timedelta(days=1)


def new_key() -> str:
    """What a client makes for each thing it sends."""
    return str(uuid.uuid4())


def stored(key: str) -> str:
    """What the tests' server keeps of a question's key."""
    return digests.question_key(key, KEY)


class Fair:
    """The fair with verbs. Each runs as a request does: with a context and a session of its own."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    # What there is

    def make_series(self, code: str) -> None:
        with self.app.app_context(), writing() as session:
            make_series(session, code, f"Die Reihe {code}")

    def make_project(self, code: str, series: str = TOUR) -> None:
        with self.app.app_context(), writing() as session:
            found = session.query(Series).filter_by(code=series).one()
            entry = ProjectEntry(
                code=code,
                title=f"Projekt {code}",
                partner=f"Stadt {code}",
                summary="Was es ist.",
                field="Verwaltung",
                contact=ContactEntry("Geschäftsstelle", "Erika Muster", "e@example.org", "0209 1"),
            )
            projects.make_project(session, found, entry)

    def make_event(
        self,
        code: str,
        series: str = TOUR,
        *,
        phase: str = "fair",
        moderation_first: bool = False,
    ) -> None:
        with self.app.app_context(), writing() as session:
            found = session.query(Series).filter_by(code=series).one()
            events.make_event(
                session,
                found,
                code=code,
                title="Digitale Modellregionen",
                city=f"Stadt {code}",
                venue="Halle",
                date=FAIR_DAY,
                phase=Phase(phase),
                moderation_first=moderation_first,
            )

    def make_stand(self, code: str, event: str = GE, *, label: str, project: str = "") -> None:
        with self.app.app_context(), writing() as session:
            found = fair_queries.event_at(event)
            assert found
            shown = fair_queries.project_by_code(project) if project else None
            events.make_stand(session, found.id, label=label, project=shown, code=code)

    def event_id(self, code: str = GE) -> int:
        with self.app.app_context():
            return self._event_id(code)

    def series_id(self, code: str = TOUR) -> int:
        with self.app.app_context():
            return db.session.query(Series).filter_by(code=code).one().id

    def stand_id(self, code: str = ROBO) -> int:
        with self.app.app_context():
            return self._stand_id(code)

    def secret(self, role: str, code: str) -> str:
        """The secret of the pass for this role at this series, event, stand or project."""
        with self.app.app_context():
            return passes.secret_of(self._pass(role, code), KEY)

    def pass_id(self, role: str, code: str) -> int:
        with self.app.app_context():
            return self._pass(role, code).id

    # What people do

    def ask(
        self,
        stand: str = ROBO,
        words: str = "Was kostet der Betrieb im Jahr?",
        *,
        asker: str | None = "Anna",
        role: str = "attendee",
        key: str | None = None,
        facet: str | None = None,
        name: str | None = None,
        municipality: str | None = None,
    ) -> int:
        """A question; its id."""
        key = key or new_key()
        told = self.tell(
            stand,
            words,
            asker=asker,
            role=role,
            key=key,
            facet=facet,
            name=name,
            municipality=municipality,
        )
        with self.app.app_context():
            at = fair_queries.stand_at(stand)
            assert at
            found = question_queries.id_by_number(at.event_id, told.number)
            assert found
            return found

    def tell(
        self,
        stand: str = ROBO,
        words: str = "Was kostet der Betrieb im Jahr?",
        *,
        asker: str | None = "Anna",
        role: str = "attendee",
        key: str,
        facet: str | None = None,
        name: str | None = None,
        municipality: str | None = None,
    ) -> Asked:
        """A question; what its asker is told."""
        with self.app.app_context():
            found = fair_queries.stand_at(stand)
            assert found
            return asking.ask(
                found,
                key=key,
                text=words,
                by=self.actor(role, stand),
                participant=asker if role == "attendee" else None,
                facet=facet,
                name=name,
                municipality=municipality,
            )

    def asked_as(self, status: str, stand: str = ROBO, words: str = "Wie fängt man an?") -> int:
        """A question that has come to this status."""
        if status == "pending":
            self.set_moderation_first(True)
            question = self.ask(stand, words)
            self.set_moderation_first(False)
            return question
        question = self.ask(stand, words)
        self.bring(question, status)
        return question

    def bring(self, question: int, status: str) -> None:
        """Lead an open question to this status, by the verbs that lead there."""
        verbs: dict[str, tuple[str, str, dict[str, Any]]] = {
            "shortlisted": ("moderator", "shortlist", {}),
            "live": ("moderator", "live", {}),
            "answered": ("presenter", "answer", {"answer": "Im Rathaus fragen."}),
            "owed": ("moderator", "owe", {}),
            "declined": ("moderator", "decline", {"reason": "Gehört nicht hierher."}),
            "withdrawn": ("attendee", "withdraw", {}),
        }
        if status != "open":
            role, verb, fields = verbs[status]
            self.act(question, verb, by=role, **fields)

    def act(
        self,
        question: int,
        verb: str,
        *,
        by: str = "moderator",
        desk: str | None = None,
        version: int | None = None,
        key: str | None = None,
        **fields: Any,
    ) -> Outcome:
        """`desk`: at which stand, when a presenter does it; by default at the question's own."""
        if by == "presenter" and desk is None:
            known = {row["id"]: row["stand_id"] for row in self.rows("questions")}
            stands = {row["id"]: row["code"] for row in self.rows("stands")}
            desk = stands[known[question]] if question in known else ROBO
        with self.app.app_context():
            return questions.act(
                question,
                verb,
                by=self.actor(by, desk or ROBO),
                key=key,
                version=version,
                fields=Fields(**fields),
            )

    def undo(
        self,
        change: int,
        *,
        by: str = "moderator",
        desk: str = ROBO,
        event: str = GE,
        key: str | None = None,
    ) -> Outcome:
        with self.app.app_context():
            return undo.undo(self._event_id(event), change, by=self.actor(by, desk), key=key)

    def undo_of_series(self, change: int, *, series: str = TOUR) -> Outcome:
        """The organiser takes back what belongs to no event."""
        series_id = self.series_id(series)
        with self.app.app_context():
            return undo.undo_of_series(series_id, change, by=self.actor("organiser"))

    def conduct(self, verb: str, value: str | None = None, event: str = GE) -> Outcome:
        with self.app.app_context():
            return round.conduct(
                self._event_id(event), verb, value=value, by=self.actor("moderator")
            )

    def enter(self, phase: str, event: str = GE) -> Outcome:
        """The organiser switches the phase."""
        with self.app.app_context():
            return round.set_phase(self._event_id(event), Phase(phase), by=self.actor("organiser"))

    def me_too(self, question: int, who: str = "Bert", on: bool = True) -> int:
        with self.app.app_context():
            return votes.set_me_too(question, participant=who, on=on)

    def actor(self, role: str, stand: str = ROBO) -> Actor:
        """Needs a context of the app."""
        at = self._stand_id(stand) if role == "presenter" else None
        return Actor(role, stand_id=at)

    # What came of it

    def card(self, question: int) -> Card:
        with self.app.app_context():
            found = question_queries.card(question)
            assert found
            return found

    def line_in_the_hall(self, event: str = GE) -> str | None:
        """What the moderation says to the hall."""
        with self.app.app_context():
            return fair_queries.event_line(self._event_id(event)).message

    def cards(self, event: str = GE) -> list[Card]:
        with self.app.app_context():
            return question_queries.cards(Question.event_id == self._event_id(event))

    def owed_by(self, stand: str) -> list[int]:
        """What the contact of the project at this stand owes an answer to."""
        with self.app.app_context():
            found = db.session.query(Stand).filter_by(code=stand).one()
            assert found.project_id
            return [card.id for card in question_queries.owed_by(found.project_id)]

    def status(self, question: int) -> str:
        return self.card(question).status.value

    def version(self, question: int) -> int:
        return self.card(question).version

    def run_list(self, event: str = GE) -> list[int]:
        """The numbers of the questions to come."""
        with self.app.app_context():
            return [one.number for one in question_queries.run_list(self._event_id(event))]

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A table as the database holds it."""
        return self._read([table])[table]

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All tables, to be compared with how they are later."""
        return self._read(list(Base.metadata.tables))

    def sql(self, statement: str) -> None:
        """Do to the database what no verb would."""
        with closing(self._connect()) as connection, connection:
            connection.execute(statement)

    def _read(self, tables: list[str]) -> dict[str, list[dict[str, Any]]]:
        # The file itself: what is compared must not come out of a session's memory.
        with closing(self._connect()) as connection:
            return {
                table: [
                    dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
                ]
                for table in tables
            }

    def _connect(self) -> Any:
        settings = self.app.extensions["process"].settings
        if settings.database_url.startswith("sqlite"):
            file = sqlite3.connect(settings.instance / DATABASE)
            file.row_factory = sqlite3.Row
            return file
        line = psycopg.connect(settings.database_url, row_factory=dict_row)
        # As SQLite has it: the text.
        set_json_loads(lambda told: told.decode() if isinstance(told, bytes) else told, line)
        return line

    def revisions(self) -> dict[tuple[str, str], int]:
        """All counters, by their kind and what they belong to: event, stand, person@event."""
        now = self.everything()
        events = {row["id"]: row["code"] for row in now["events"]}
        names = {
            "moderate": events,
            "public": events,
            "stand": {row["id"]: row["code"] for row in now["stands"]},
            "mine": {
                row["id"]: f"{row['digest']}@{events[row['event_id']]}"
                for row in now["participants"]
            },
        }
        return {
            (row["kind"], names[row["kind"]][row["owner_id"]]): row["revision"]
            for row in now["revisions"]
        }

    # What no verb does

    def set_moderation_first(self, on: bool, event: str = GE) -> None:
        self.sql(f"UPDATE events SET moderation_first = {on} WHERE code = '{event}'")

    def _event_id(self, code: str) -> int:
        found = fair_queries.event_at(code)
        assert found
        return found.id

    def _stand_id(self, code: str) -> int:
        found = fair_queries.stand_at(code)
        assert found
        return found.id

    def _pass(self, role: str, code: str) -> Pass:
        found: Series | Event | Stand | Project
        if role == "organiser":
            found = db.session.query(Series).filter_by(code=code).one()
        elif role == "presenter":
            found = db.session.query(Stand).filter_by(code=code).one()
        elif role == "contact":
            found = db.session.query(Project).filter_by(code=code).one()
        else:
            found = db.session.query(Event).filter_by(code=code).one()
        place = f"{type(found).__name__.lower()}_id"
        return db.session.query(Pass).filter_by(role=Role(role), **{place: found.id}).one()


def bumped(fair: Fair, before: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """The counters that moved, and by how much."""
    return {
        scope: revision - before.get(scope, 0)
        for scope, revision in fair.revisions().items()
        if revision != before.get(scope, 0)
    }


def prepare(fair: Fair) -> None:
    """Two cities of one tour, the first with three stands; and a city of another tour."""
    fair.make_series(TOUR)
    fair.make_series(OTHER_TOUR)
    fair.make_project("robo")
    fair.make_project("bau")
    fair.make_event(GE)
    fair.make_stand(ROBO, GE, label="1", project="robo")
    fair.make_stand(BAU, GE, label="2", project="bau")
    fair.make_event(AC)
    fair.make_stand(AC_ROBO, AC, label="1", project="robo")
    fair.make_event(ELSEWHERE, OTHER_TOUR)
    fair.make_stand(XX_STAND, ELSEWHERE, label="1")
