"""Six questions before the fair: one standard question a facet, answered by every project.

What a project answers stands in `PreparedAnswer`, and is the truth. At each of its stands where the
event is not closed a question of origin *prepared* says the same: so it is read at the stand, found
by search, and can be a head that others follow. `sync` keeps those questions in step, as often as
one likes; nothing else writes them, and no verb is used on them (`prepared`).
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from exchange import rooms
from exchange.domain import texts
from exchange.domain.changes import Actor, Change, Outcome, Subject, change_of_series
from exchange.domain.moves import PreparedRow, assign_prepared
from exchange.domain.refusals import Refused
from exchange.models import (
    Answer,
    Contact,
    Event,
    Facet,
    How,
    Origin,
    Phase,
    PreparedAnswer,
    Question,
    Series,
    Stand,
    Status,
)
from exchange.models.base import now

STANDARD_QUESTIONS: Mapping[str, Mapping[Facet, str]] = {
    "de": {
        Facet.RECHT: "Welche Verträge und Rechte braucht eine Nachnutzung?",
        Facet.KOSTEN: "Was kosten Einführung und Betrieb bei 50.000 Einwohnern?",
        Facet.TECHNIK: "Welche Technik setzt die Lösung voraus, und woran ist sie angebunden?",
        Facet.ORGANISATION: "Wie viel Zeit und Personal braucht die Einführung, und wer muss"
        " mitmachen?",
        Facet.BETRIEB: "Wer betreibt und pflegt die Lösung, und was geschieht bei einem Ausfall?",
        Facet.KONTAKT: "Wie fängt eine Kommune an, die das Projekt übernehmen möchte?",
    },
    "en": {
        Facet.RECHT: "Which contracts and rights does a municipality need to take this over?",
        Facet.KOSTEN: "What do introduction and operation cost for 50,000 inhabitants?",
        Facet.TECHNIK: "Which technology does it need, and which systems is it connected to?",
        Facet.ORGANISATION: "How much time and staff does the introduction take, and who must be"
        " involved?",
        Facet.BETRIEB: "Who runs and maintains it, and what happens when it fails?",
        Facet.KONTAKT: "How does a municipality begin that would like to take this over?",
    },
}
"""By the event's language; a series may have its own (`Series.standard_questions`)."""


def standard_questions(own: Mapping[str, str], language: str) -> dict[Facet, str]:
    """The standard question of each facet: the series' own, else the usual one."""
    usual = STANDARD_QUESTIONS.get(language, STANDARD_QUESTIONS["de"])
    return {facet: own.get(facet.value) or usual[facet] for facet in Facet}


@dataclass(frozen=True)
class _Wanted:
    """A prepared question as it should stand."""

    event_id: int
    project_id: int
    text: str
    answer: str


@dataclass(frozen=True)
class _Standing:
    """A prepared question as it stands."""

    id: int
    event_id: int
    text: str
    status: Status
    version: int
    answer_id: int | None
    answer: str | None

    @property
    def withdrawn(self) -> bool:
        """Whether its answer was emptied, or none was given yet."""
        return self.status is Status.WITHDRAWN


_Place = tuple[int, Facet]
"""A stand's id, and a facet: at most one prepared question stands there."""


def sync(under_way: Change, project_ids: Collection[int]) -> None:
    """Let the prepared questions at all stands of these projects say what their entries say.

    Made, corrected by a further answer (earlier ones stay as history), or withdrawn where an answer
    was emptied: what followed such a question stands by itself again. Pages that show them read
    themselves anew. As many statements for one project as for all.
    """
    if project_ids:
        _sync(under_way, Stand.project_id.in_(project_ids))


def sync_event(under_way: Change, event_id: int) -> None:
    """The same for all stands of an event: it was copied, or its list came in, or speaks another
    language now.
    """
    _sync(under_way, Stand.event_id == event_id)


def sync_series(under_way: Change, series_id: int) -> None:
    """The same for all stands of a series: an undo has put back whatever it was."""
    _sync(under_way, Event.series_id == series_id)


def set_questions(
    series_id: int, wanted: Mapping[Facet, str], *, by: Actor, key: str | None = None
) -> Outcome | None:
    """Word the standard questions of a series; an empty one is the usual one again. None when
    nothing was to be changed. Refuses what `texts.clean_question` refuses, naming the facet as
    the field.
    """
    own: dict[str, str] = {}
    for facet, text in wanted.items():
        if not text.strip():
            continue
        try:
            said = texts.clean_question(text)
        except Refused as refused:
            refused.field = facet.value
            raise
        if said not in {usual[facet] for usual in STANDARD_QUESTIONS.values()}:
            own[facet.value] = said
    subject = Subject("series", series_id)
    with change_of_series(series_id, "set-up", subject, by, key=key) as under_way:
        if under_way.repeated is None:
            series = under_way.session.get_one(Series, series_id)
            kept = {
                word: text
                for word, text in series.standard_questions.items()
                if word not in {facet.value for facet in wanted}
            }
            if series.standard_questions == kept | own:
                under_way.nothing_done = True
            else:
                under_way.remember(series)
                series.standard_questions = kept | own
                _sync(under_way, Event.series_id == series_id)
    return under_way.told


def set_answer(under_way: Change, project_id: int, facet: Facet, text: str) -> PreparedAnswer:
    """What a project answers beforehand; empty for nothing. The row stays, for undo. `sync` puts it
    to the stands.
    """
    session = under_way.session
    found = session.scalar(
        select(PreparedAnswer).where(
            PreparedAnswer.project_id == project_id, PreparedAnswer.facet == facet
        )
    )
    if found is not None:
        under_way.remember(found)
        found.text = text
        return found
    made = PreparedAnswer(project_id=project_id, facet=facet, text=text)
    session.add(made)
    under_way.made(made)
    return made


def _sync(under_way: Change, which: ColumnElement[bool]) -> None:
    """1. Read what should stand and what stands.
    2. Make what is missing, withdrawn still: a question needs an answer, an answer its question.
    3. Give answers where there is none, or another one.
    4. Let each question say what it should; what has no answer any more is withdrawn.
    """
    session = under_way.session
    session.flush()
    wanted = _wanted(session, which)
    standing = _standing(session, which)
    standing |= _make(session, {place: wanted[place] for place in wanted if place not in standing})
    changed = {
        place: one
        for place, one in standing.items()
        if not _says(one, wanted.get(place)) and (place in wanted or not one.withdrawn)
    }
    if not changed:
        return
    _set_free(under_way, [one.id for place, one in changed.items() if place not in wanted])
    given = _give(
        session,
        [
            (one, wanted[place])
            for place, one in changed.items()
            if place in wanted and one.answer != wanted[place].answer
        ],
    )
    rows = [
        PreparedRow(
            id=one.id,
            text=wanted[place].text if place in wanted else "",
            version=one.version + 1,
            answer_id=given.get(one.id, one.answer_id) if place in wanted else None,
        )
        for place, one in changed.items()
    ]
    assign_prepared(session, rows)
    for (stand_id, _), one in changed.items():
        under_way.redraw(
            rooms.stand(stand_id), rooms.moderate(one.event_id), rooms.public(one.event_id)
        )


def _says(one: "_Standing", want: "_Wanted | None") -> bool:
    """Whether a question says what it should."""
    return want is not None and (one.withdrawn, one.text, one.answer) == (
        False,
        want.text,
        want.answer,
    )


def _stands(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """The stands whose prepared questions are kept in step."""
    return (
        which
        & Stand.archived.is_(False)
        & Event.archived.is_(False)
        & (Event.phase != Phase.CLOSED)
    )


def _wanted(session: Session, which: ColumnElement[bool]) -> dict[_Place, _Wanted]:
    """What should stand where; in the order in which numbers are given."""
    rows = session.execute(
        select(
            Stand.id,
            Stand.event_id,
            Stand.sort_key,
            PreparedAnswer.project_id,
            PreparedAnswer.facet,
            PreparedAnswer.text,
            Event.language,
            Series.standard_questions,
        )
        .join(Event, Stand.event_id == Event.id)
        .join(Series, Event.series_id == Series.id)
        .join(PreparedAnswer, PreparedAnswer.project_id == Stand.project_id)
        .where(_stands(which), PreparedAnswer.text != "")
    ).all()
    order = list(Facet)
    return {
        (stand_id, facet): _Wanted(
            event_id, project_id, standard_questions(own, language or "de")[facet], text
        )
        for stand_id, event_id, _, project_id, facet, text, language, own in sorted(
            rows, key=lambda row: (row[1], row[2], order.index(row[4]))
        )
    }


def _standing(session: Session, which: ColumnElement[bool]) -> dict[_Place, _Standing]:
    rows = session.execute(
        select(
            Question.stand_id,
            Question.facet,
            Question.id,
            Question.event_id,
            Question.text,
            Question.status,
            Question.version,
            Question.answer_id,
            Answer.text,
        )
        .join(Stand, Question.stand_id == Stand.id)
        .join(Event, Stand.event_id == Event.id)
        .outerjoin(Answer, Question.answer_id == Answer.id)
        .where(_stands(which), Question.origin == Origin.PREPARED)
    )
    return {(row[0], row[1]): _Standing(*row[2:]) for row in rows if row[1] is not None}


def _make(session: Session, new: Mapping[_Place, _Wanted]) -> dict[_Place, _Standing]:
    """New questions with numbers of their events, not yet answered."""
    if not new:
        return {}
    numbers: dict[int, int] = {}
    # Always in the same order: two who write at several events must not wait for each other.
    for event_id, many in sorted(Counter(want.event_id for want in new.values()).items()):
        numbers[event_id] = session.execute(
            update(Event)
            .where(Event.id == event_id)
            .values(next_number=Event.next_number + many)
            .returning(Event.next_number - many),
            execution_options={"synchronize_session": False},
        ).scalar_one()
    moment = now()
    rows: list[dict[str, Any]] = []
    for (stand_id, facet), want in new.items():
        rows.append(
            {
                "event_id": want.event_id,
                "stand_id": stand_id,
                "number": numbers[want.event_id],
                # Nobody's: it arrived under no key, and nothing can be sent again.
                "key": str(uuid.uuid4()),
                "digest": "",
                "text": "",
                "facet": facet,
                "origin": Origin.PREPARED,
                "status": Status.WITHDRAWN,
                "version": 0,
                "since": moment,
                "asked_at": moment,
                "redacted": False,
            }
        )
        numbers[want.event_id] += 1
    session.execute(insert(Question), rows)
    # By their numbers: a database gives ids in whatever order it likes.
    ids = {
        (event_id, number): id_
        for id_, event_id, number in session.execute(
            select(Question.id, Question.event_id, Question.number).where(
                Question.stand_id.in_({stand_id for stand_id, _ in new}),
                Question.origin == Origin.PREPARED,
            )
        )
    }
    return {
        place: _Standing(
            ids[want.event_id, row["number"]], want.event_id, "", Status.WITHDRAWN, 0, None, None
        )
        for (place, want), row in zip(new.items(), rows, strict=True)
    }


def _give(session: Session, answers: Sequence[tuple[_Standing, _Wanted]]) -> dict[int, int]:
    """Answers by the projects' first contacts; their ids by the question's."""
    if not answers:
        return {}
    contacts: dict[int, int] = {}
    for project_id, contact_id in session.execute(
        select(Contact.project_id, Contact.id)
        .where(
            Contact.project_id.in_({want.project_id for _, want in answers}),
            Contact.until.is_(None),
        )
        .order_by(Contact.position, Contact.id)
    ):
        contacts.setdefault(project_id, contact_id)
    moment = now()
    session.execute(
        insert(Answer),
        [
            {
                "question_id": one.id,
                "how": How.IN_WRITING,
                "text": want.answer,
                "by": "contact",
                "at": moment,
                "contact_id": contacts.get(want.project_id),
                "corrects": one.answer_id is not None,
            }
            for one, want in answers
        ],
    )
    latest = session.execute(
        select(Answer.question_id, func.max(Answer.id))
        .where(Answer.question_id.in_([one.id for one, _ in answers]))
        .group_by(Answer.question_id)
    )
    return {question_id: answer_id for question_id, answer_id in latest}


def _set_free(under_way: Change, withdrawn: Collection[int]) -> None:
    """What follows a question that is withdrawn stands by itself again, as it was before."""
    if not withdrawn:
        return
    for follower in under_way.session.scalars(
        select(Question).where(Question.head_id.in_(withdrawn)).order_by(Question.id)
    ):
        under_way.touch(follower)
        follower.head_id = None
