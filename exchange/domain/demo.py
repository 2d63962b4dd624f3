"""The demo fair: "Digitale Modellregionen und E-Government", Gelsenkirchen under way.

Everything in it is invented: partners, people, figures, answers.
"""

import csv
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from importlib import resources
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from exchange.database import erasing
from exchange.database.transactions import writing
from exchange.domain import (
    asking,
    events,
    prepared,
    projects,
    questions,
    removing,
    round,
    votes,
)
from exchange.domain.changes import Actor, Change, Subject, change
from exchange.domain.moves import Fields
from exchange.domain.projects import ContactEntry, ProjectEntry
from exchange.domain.refusals import Refused
from exchange.domain.series import FIRST_NAME, make_series, new_code
from exchange.models import (
    Answer,
    Contact,
    ContactRole,
    Event,
    Facet,
    Phase,
    Project,
    Question,
    Series,
)
from exchange.models.base import today
from exchange.queries import fair as fair_queries
from exchange.queries import questions as question_queries

SERIES_CODE = "modellregionen"
SERIES_NAME = "Digitale Modellregionen und E-Government"
EVENT_CODE = "GE"
EARLIER_CODE = "LIP"
CITY = "Gelsenkirchen"

_NAMESPACE = uuid.UUID("5b0f6a60-3a3f-4c0e-9a53-7f4f0a2d1c11")


@dataclass(frozen=True)
class _Fair:
    code: str
    city: str
    venue: str
    days_ahead: int


_FAIRS = (
    _Fair(EARLIER_CODE, "Lippbrück", "Stadthalle", -21),
    _Fair(EVENT_CODE, CITY, "Wissenschaftspark", 0),
    _Fair("AC", "Aachen", "Digital Church", 14),
    _Fair("WUP", "Wuppertal", "Historische Stadthalle", 28),
)

# What visitors have asked in Gelsenkirchen before the reader comes: the question's id in
# questions.jsonl, whom it is from, what became of it, and how many it interests too.
_STARTED: tuple[tuple[str, str | None, str, int], ...] = (
    ("c02", "Stadt Waltrop", "shortlist", 7),
    ("c04", None, "open", 3),
    ("c06", "Kreis Borken", "open", 0),
    ("c10", None, "open", 2),
    ("c13", "Stadt Waltrop", "shortlist", 11),
    ("c17", None, "answer", 4),
    ("c37", None, "answer", 1),
    ("c40", "Gemeinde Hünxe", "shortlist", 5),
    ("c52", None, "open", 6),
    ("c75", None, "open", 0),
)
_ANSWERS = {
    "c17": "Um 62 Prozent über das Jahr, gemessen am Zähler der Teststrecke.",
    "c37": None,
}


def load() -> bool:
    """Load the demo fair unless it is there. Answers whether it was loaded."""
    with writing(exclusive=True) as session:
        # Looked at under the lock: a server that starts and a program may both want to load it.
        if fair_queries.event_at(EVENT_CODE) is not None:
            return False
        ids = _make_fairs(session)
    _ask_in_lippbrueck(ids[EARLIER_CODE])
    _ask_in_gelsenkirchen(ids[EVENT_CODE])
    _answer_beforehand(ids[EVENT_CODE])
    return True


def remove(series_id: int, city: str) -> int:
    """Remove the demo fair, whatever was done in it, and put a series to begin with in its place.

    Final. `city`: its city, written to confirm it. Answers the new series' id. Refuses `unknown`
    for any other series, `confirm`, and `own_events` as long as an organiser has events of his own
    in it that are not archived.
    """
    with writing(exclusive=True) as session:
        series = session.get(Series, series_id)
        if series is None or series.code != SERIES_CODE:
            raise Refused("unknown")
        if " ".join(city.casefold().split()) != CITY.casefold():
            raise Refused("confirm", field="city", city=CITY)
        own = _made_by_organisers(session, series_id)
        if own:
            raise Refused(
                "own_events",
                field="city",
                sentence="own_event" if len(own) == 1 else "",
                cities=", ".join(own),
            )
        # First: what is made now takes no id of what is removed, and no link opens it that opened
        # something else before.
        made = make_series(session, new_code(session, FIRST_NAME), FIRST_NAME).id
        session.flush()
        removed = removing.remove_series(session, series_id)
    removing.forget(removed)
    erasing.purge_soon()
    return made


def _made_by_organisers(session: Session, series_id: int) -> list[str]:
    """The cities of the events in it that are in use and that it did not come with."""
    own = select(Event.city).where(
        Event.series_id == series_id,
        Event.archived.is_(False),
        # No code is given twice.
        Event.code.not_in([one.code for one in _FAIRS]),
    )
    return list(session.scalars(own.order_by(*fair_queries.BY_DAY)))


def _make_fairs(session: Session) -> dict[str, int]:
    """Series, projects, events and stands; answers the events' ids by their codes."""
    series = make_series(session, SERIES_CODE, SERIES_NAME)
    rows = list(_stand_list())
    shown = [projects.make_project(session, series, _project_in(row)) for row in rows]
    ids = {}
    for one in _FAIRS:
        event = events.make_event(
            session,
            series,
            code=one.code,
            title=SERIES_NAME,
            city=one.city,
            venue=one.venue,
            date=today() + timedelta(days=one.days_ahead),
            phase=Phase.PREPARING if one.days_ahead > 0 else Phase.FAIR,
        )
        for row, project in zip(rows, shown, strict=True):
            label = row["Stand-Nr."].lstrip("0")
            events.make_stand(
                session,
                event.id,
                label=label,
                project=project,
                code=f"{one.code}{label}",
                pitch=row["Pitch-Zeit"] or None,
            )
        ids[one.code] = event.id
    return ids


def _answer_beforehand(event_id: int) -> None:
    """What projects say of themselves, and answered before the day; at every event not yet closed.

    After the questions that were asked, so that these have the numbers that they are known by.
    """
    said = json.loads(_text_of("entries.json"))
    by = Actor("organiser")
    with change(event_id, "set-up", Subject("event", event_id), by) as under_way:
        shown = {project.title: project for project in under_way.session.scalars(select(Project))}
        for title, entry in said.items():
            project = shown[title]
            _say(under_way, project, entry)
            for word, text in entry["prepared"].items():
                prepared.set_answer(under_way, project.id, Facet(word), text)
        prepared.sync(under_way, [shown[title].id for title in said])


def _say(under_way: Change, project: Project, entry: dict[str, Any]) -> None:
    project.status, project.since = entry.get("status"), entry.get("since")
    project.licence = entry.get("licence")
    project.links = "\n".join(entry.get("links", ())) or None
    for position, contact in enumerate(entry.get("contacts", ()), 1):
        columns = contact | {"role": ContactRole(contact["role"])}
        under_way.session.add(Contact(project_id=project.id, position=position, **columns))


def _ask_in_lippbrueck(event_id: int) -> None:
    """The earlier city: every question answered, the day closed."""
    asked = _questions_by_cluster()
    for line in _lines("answers.jsonl"):
        if line["city"] == "Lippbrück":
            question_id = _ask(event_id, asked[line["cluster"]], None)
            questions.act(
                question_id,
                "answer",
                by=Actor("moderator"),
                fields=Fields(how="in_writing", answer=line["text"]),
            )
    round.set_phase(event_id, Phase.CLOSED, by=Actor("organiser"))
    _backdate(event_id)


def _backdate(event_id: int) -> None:
    """What was asked in the earlier city was asked on its day, not just now."""
    with writing() as session:
        day = session.get_one(Event, event_id).date or today()
        at = datetime.combine(day, time(13), UTC)
        asked = update(Question).where(Question.event_id == event_id)
        session.execute(asked.values(asked_at=at, since=at))
        ids = select(Question.id).where(Question.event_id == event_id)
        session.execute(update(Answer).where(Answer.question_id.in_(ids)).values(at=at))


def _ask_in_gelsenkirchen(event_id: int) -> None:
    """The city under way: a few questions at several stands."""
    asked = _questions_by_cluster()
    for cluster, name, fate, interested in _STARTED:
        question_id = _ask(event_id, asked[cluster], name)
        for number in range(interested):
            votes.set_me_too(question_id, participant=f"demo {number}", on=True)
        if fate != "open":
            fields = Fields(answer=_ANSWERS.get(cluster))
            questions.act(question_id, fate, by=Actor("presenter"), fields=fields)


def _ask(event_id: int, line: dict[str, Any], name: str | None) -> int:
    stand = fair_queries.stand_line(questions.stand_named(event_id, str(int(line["stand"]))).id)
    told = asking.ask(
        stand,
        key=str(uuid.uuid5(_NAMESPACE, f"{event_id} {line['id']}")),
        text=line["text"],
        facet=line["facet"],
        name=name,
        by=Actor("attendee"),
        participant=f"demo {line['id']}",
    )
    return question_queries.id_by_number(event_id, told.number) or 0


def _project_in(row: dict[str, str]) -> ProjectEntry:
    return ProjectEntry(
        code=projects.slug(row["Projekt"]),
        title=row["Projekt"],
        partner=row["Kommune / Partner"],
        summary=row["Kurzbeschreibung"] or None,
        field=row["Handlungsfeld"] or None,
        contact=ContactEntry(
            function=row["Funktion"],
            person=row["Ansprechperson"] or None,
            email=row["E-Mail"] or None,
            phone=row["Telefon"] or None,
        )
        if row["Funktion"]
        else None,
    )


def _questions_by_cluster() -> dict[str, dict[str, Any]]:
    """The first German wording of every question."""
    found: dict[str, dict[str, Any]] = {}
    for line in _lines("questions.jsonl"):
        if line["cluster"] and (line["lang"] == "de" or line["cluster"] not in found):
            found.setdefault(line["cluster"], line)
    return found


def _stand_list() -> Iterator[dict[str, str]]:
    with resources.files("exchange").joinpath("demo/stands.csv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file, delimiter=";")


def _lines(name: str) -> Iterator[dict[str, Any]]:
    for line in filter(None, _text_of(name).split("\n")):
        yield json.loads(line)


def _text_of(name: str) -> str:
    return resources.files("exchange").joinpath(f"demo/{name}").read_text(encoding="utf-8")
