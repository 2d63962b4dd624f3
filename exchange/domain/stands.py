"""Stands of an event: added, edited, taken out of the fair and brought back; labels change places.

A stand is a project's presence at an event. Its questions, its code and its passes stay with it,
whatever its label becomes and wherever it is put.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.domain import events, field_values, prepared, projects, set_up
from exchange.domain.changes import Actor, Change, Outcome, Subject, change
from exchange.domain.field_values import Values
from exchange.domain.refusals import Refused
from exchange.domain.set_up import VERB
from exchange.models import Project, Question, Stand, lengths
from exchange.models.labels import GENERAL, sort_key
from exchange.queries.questions import ASKED


def add(event_id: int, values: Values, *, by: Actor, key: str | None = None) -> Outcome | None:
    """A new stand: `label`, `place`?, `project`? (its code, key or title).

    Refuses `missing`, `label`, `label_reserved`, `label_taken`, `project`.
    """
    with change(event_id, VERB, Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            session, event = under_way.session, under_way.event
            stand = events.make_stand(
                session,
                event_id,
                label=_free_label(session, event_id, values),
                place=field_values.line(values, "place", lengths.PLACE),
                project=projects.named(session, event.series_id, values.get("project")),
            )
            under_way.made(stand)
            prepared.sync_event(under_way, event_id)
            set_up.redraw(under_way, [stand])
    return under_way.told


def edit(
    event_id: int, stand_id: int, values: Values, *, by: Actor, key: str | None = None
) -> Outcome | None:
    """Another `label`, `place` or `project`; what is not among the values stays.

    Refuses as `add` does; also `general` for stand 0's label and project, and `asked` where
    questions came in: they belong to the project that was asked.
    """
    with change(event_id, VERB, Subject("stand", stand_id), by, key=key) as under_way:
        if under_way.repeated is None:
            stand = _stand_of(under_way, stand_id)
            before = (stand.label, stand.place, stand.project_id)
            under_way.remember(stand)
            if "label" in values and values["label"] != stand.label:
                if stand.label == GENERAL:
                    raise Refused("general", field="label")
                stand.rename(_free_label(under_way.session, event_id, values, but=stand.id))
            if "place" in values:
                stand.place = field_values.line(values, "place", lengths.PLACE)
            if "project" in values:
                _show(under_way, stand, values["project"])
                prepared.sync_event(under_way, event_id)
            under_way.nothing_done = before == (stand.label, stand.place, stand.project_id)
            if not under_way.nothing_done:
                set_up.redraw(under_way, [stand])
    return under_way.told


def archive(event_id: int, stand_id: int, *, by: Actor, key: str | None = None) -> Outcome | None:
    """Take a stand out of the fair. Its questions and its code stay, and nobody asks there.

    Refuses `unknown`, and `general` for stand 0, which every event has.
    """
    return _set_archived(event_id, stand_id, True, by, key)


def bring_back(
    event_id: int, stand_id: int, *, by: Actor, key: str | None = None
) -> Outcome | None:
    """Bring it back. Refuses `unknown`, and `label_taken` when another stand has its label now."""
    return _set_archived(event_id, stand_id, False, by, key)


def swap(
    event_id: int, first: str, second: str, *, by: Actor, key: str | None = None
) -> Outcome | None:
    """Let the stands with these labels (or codes) change their labels and places.

    Refuses `stand` for what is none, and `general` for stand 0.
    """
    with change(event_id, VERB, Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            session = under_way.session
            one = _stand_named(session, event_id, first, "first")
            other = _stand_named(session, event_id, second, "second")
            for stand, name in ((one, "first"), (other, "second")):
                if stand.label == GENERAL:
                    raise Refused("general", field=name)
                under_way.remember(stand)
            under_way.nothing_done = one is other
            if not under_way.nothing_done:
                labels, places = (one.label, other.label), (one.place, other.place)
                # A database looks after each statement: neither may be in the other's way.
                one.sort_key = f"moving {one.id}"
                session.flush()
                other.rename(labels[0])
                session.flush()
                one.rename(labels[1])
                one.place, other.place = places[1], places[0]
                set_up.redraw(under_way, [one, other])
    return under_way.told


def clean_label(values: Values) -> str:
    """The label that was written. Refuses `missing`, `too_long`, `label`, `label_reserved`."""
    return events.require_label(field_values.needed(values, "label", lengths.LABEL))


def with_label(session: Session, event_id: int, label: str) -> Stand | None:
    """The stand of the event that is called so: case, blanks and zeros in front do not count."""
    return session.scalar(
        select(Stand).where(
            Stand.event_id == event_id,
            Stand.archived.is_(False),
            Stand.sort_key == sort_key(label),
        )
    )


def _free_label(session: Session, event_id: int, values: Values, but: int | None = None) -> str:
    label = clean_label(values)
    _require_free(with_label(session, event_id, label), but)
    return label


def _require_free(taken: Stand | None, but: int | None) -> None:
    if taken is not None and taken.id != but:
        raise Refused(
            "label_taken",
            field="label",
            sentence="" if taken.project else "label_taken_bare",
            label=taken.label,
            project=taken.project.title if taken.project else "",
        )


def _show(under_way: Change, stand: Stand, word: str) -> None:
    """Let the stand show this project, or none."""
    project = projects.named(under_way.session, under_way.event.series_id, word)
    if (project.id if project else None) == stand.project_id:
        return
    if stand.label == GENERAL:
        raise Refused("general", field="project")
    if stand.project_id is not None and was_asked(under_way.session, stand.id):
        raise Refused("asked", field="project", sentence="asked_of_project")
    stand.project = project
    under_way.session.flush()


def was_asked(session: Session, stand_id: int) -> bool:
    """Whether questions came in at a stand, apart from those that were prepared."""
    asked = select(Question.id).where(Question.stand_id == stand_id, ASKED)
    return session.scalar(asked.limit(1)) is not None


def _set_archived(
    event_id: int, stand_id: int, archived: bool, by: Actor, key: str | None
) -> Outcome | None:
    with change(event_id, VERB, Subject("stand", stand_id), by, key=key) as under_way:
        if under_way.repeated is None:
            stand, event = _stand_of(under_way, stand_id), under_way.event
            if stand.label == GENERAL:
                raise Refused("general")
            under_way.nothing_done = stand.archived == archived
            if not under_way.nothing_done:
                under_way.remember(stand)
                if not archived:
                    _require_free(with_label(under_way.session, event_id, stand.label), stand.id)
                    _require_present(stand.project)
                stand.archived = archived
                under_way.session.flush()
                prepared.sync_event(under_way, event_id)
                if event.pitch_id == stand.id:
                    event.pitch_id = event.pitch_since = None
                set_up.redraw(under_way, [stand])
    return under_way.told


def _require_present(project: Project | None) -> None:
    if project is not None and project.archived:
        raise Refused("archived", sentence="archived_project", project=project.title)


def _stand_of(under_way: Change, stand_id: int) -> Stand:
    stand = under_way.session.get(Stand, stand_id)
    if stand is None or stand.event_id != under_way.event.id:
        raise Refused("unknown")
    return stand


def _stand_named(session: Session, event_id: int, word: str, field: str) -> Stand:
    stand = with_label(session, event_id, word) if 0 < len(word) <= lengths.LABEL else None
    if stand is None:
        raise Refused("stand", field=field)
    return stand
