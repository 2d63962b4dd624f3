"""Events and stands: how they are made, with their passes and codes; an event's settings; the next
city, made of this one.
"""

import datetime as dt
import re
import secrets
from collections.abc import Sequence

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session

from exchange import rooms
from exchange.domain import field_values, given_codes, prepared, round, set_up, texts
from exchange.domain.changes import Actor, Change, Outcome, Subject, change, change_of_series
from exchange.domain.field_values import Values
from exchange.domain.refusals import Refused
from exchange.domain.set_up import VERB
from exchange.extensions import pause
from exchange.live.revisions import open_scope
from exchange.models import (
    Event,
    Pass,
    Phase,
    Project,
    Revision,
    Role,
    Series,
    Stand,
    codes,
    labels,
    lengths,
)
from exchange.models.base import now
from exchange.models.labels import GENERAL, sort_key
from exchange.queries import promises
from exchange.rooms import LOCALES, ScopeKind

"""How long after the fair contacts have for what they owe, unless the organiser says otherwise."""

# Read aloud, typed on a phone, printed: without what looks or sounds like something else.
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 5
_CODE = re.compile(r"[A-Z0-9]{2,12}")
_RESERVED = frozenset({"PASSES", "PROJECTS", "SERIES", "TRANSFERS"})
"""Words that stand in addresses where the code of an event does."""
SHORTEST_LIMIT = 50
"""A question's length may be limited to so many characters, and to no fewer."""
_SWITCHES = ("me_too", "facets", "entries_open")
_COPIED = (
    "opens",
    "closes",
    "language",
    "moderation_first",
    "me_too",
    "facets",
    "question_length",
)
"""The settings that the next city begins with."""
_COPIED_OF_STAND = (
    "project_id",
    "label",
    "sort_key",
    "place",
    "pitch",
    "pitch_minutes",
    "pitch_position",
)
_AT_ONCE = 200
"""So many stands are copied with a statement."""
_MAY_BE_ARCHIVED = (Phase.PREPARING, Phase.CLOSED)


def make_event(
    session: Session,
    series: Series,
    *,
    title: str,
    city: str,
    date: dt.date | None,
    code: str | None = None,
    venue: str | None = None,
    phase: Phase = Phase.PREPARING,
    moderation_first: bool = False,
) -> Event:
    """A new event with stand 0, *Allgemein*, and the passes of moderation and screen.

    `code`: None for any. Refuses `code`.
    """
    event = Event(
        series_id=series.id,
        code=new_code(session) if code is None else given_codes.require(codes.SHORT, code),
        title=title,
        city=city,
        venue=venue,
        date=date,
        phase=phase,
        moderation_first=moderation_first,
        owed_until=promises.usual_day(date),
    )
    session.add(event)
    session.flush()
    open_scope(session, rooms.moderate(event.id))
    open_scope(session, rooms.public(event.id))
    session.add(Pass(role=Role.MODERATOR, event_id=event.id))
    session.add(Pass(role=Role.SCREEN, event_id=event.id))
    _make_stand(session, event.id, label=GENERAL, code=_general_code(session, code))
    return event


def make_stand(
    session: Session,
    event_id: int,
    *,
    label: str,
    project: Project | None,
    code: str | None = None,
    pitch: str | None = None,
    pitch_minutes: int | None = None,
    place: str | None = None,
) -> Stand:
    """A new stand with its presenters' pass. `code`: None for any.

    Refuses `code`, `label`, `label_reserved`.
    """
    return _make_stand(
        session,
        event_id,
        label=require_label(label),
        project_id=project.id if project else None,
        code=None if code is None else given_codes.require(codes.SHORT, code),
        place=place,
        pitch=pitch,
        pitch_minutes=pitch_minutes,
    )


def require_label(label: str) -> str:
    """The label as it is kept, for a stand that is not *Allgemein*.

    Refuses `label`, `label_reserved`, `too_long`, `characters`.
    """
    clean = texts.clean_line(label, limit=lengths.LABEL) or ""
    if not labels.fits(clean):
        raise Refused("label", field="label")
    if labels.label_key(clean) == GENERAL:
        raise Refused("label_reserved", field="label")
    return clean


def _make_stand(
    session: Session, event_id: int, *, label: str, code: str | None, **columns: object
) -> Stand:
    stand = Stand(
        event_id=event_id,
        label=label,
        sort_key=sort_key(label),
        code=code or new_code(session),
        **columns,
    )
    session.add(stand)
    session.flush()
    open_scope(session, rooms.stand(stand.id))
    session.add(Pass(role=Role.PRESENTER, stand_id=stand.id))
    return stand


def open_stands(session: Session, stand_ids: Sequence[int]) -> None:
    """What new stands need beside their rows: their counters and their presenters' passes."""
    if stand_ids:
        of_these = Stand.id.in_(stand_ids)
        kind = literal(ScopeKind.STAND.value)
        counters = select(kind, Stand.id, literal(0)).where(of_these)
        session.execute(insert(Revision).from_select(["kind", "owner_id", "revision"], counters))
        role = literal(Role.PRESENTER, Pass.role.type)
        passes = select(role, Stand.id).where(of_these)
        session.execute(insert(Pass).from_select(["role", "stand_id"], passes))


def new_codes(session: Session, count: int) -> list[str]:
    """So many codes as `new_code` makes one, with two statements."""
    made: set[str] = set()
    while len(made) < count:
        more = {_any_code() for _ in range(count - len(made))}
        taken = set(session.scalars(select(Stand.code).where(Stand.code.in_(more))))
        taken |= set(session.scalars(select(Event.code).where(Event.code.in_(more))))
        made |= {code for code in more - taken if not code.isdecimal()}
    return list(made)


def _any_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))


def new_code(session: Session) -> str:
    """A code that no event and no stand has: five letters and digits, at least one a letter."""
    while True:
        code = _any_code()
        if code.isdecimal():
            continue
        if not is_taken(session, code):
            return code


def is_taken(session: Session, code: str) -> bool:
    """Whether an event or a stand has this code, or had it: none is given twice."""
    return bool(
        session.scalar(select(func.count()).select_from(Stand).where(Stand.code == code))
        or session.scalar(select(func.count()).select_from(Event).where(Event.code == code))
    )


def _general_code(session: Session, code: str | None) -> str | None:
    """The code of stand 0 of an event whose code was chosen: "GE0"; None: any."""
    general = f"{code}0"
    if not code or not codes.SHORT.fits(general) or is_taken(session, general):
        return None
    return general


def add(
    series_id: int,
    values: Values,
    *,
    by: Actor,
    key: str | None = None,
    like: str | None = None,
) -> Outcome | None:
    """A new event of the series: `city`, `date`?, `code`?, `title`? (the series' name unless said),
    `venue`?; `like`: the code of an event of the series that is copied (`copy_event`).

    Refuses `missing`, `date`, `event_code`, `code_taken`, `copy_unknown`.
    """
    with change_of_series(series_id, VERB, Subject("series", series_id), by, key=key) as under_way:
        if under_way.repeated is None:
            session = under_way.session
            series = session.get_one(Series, series_id)
            source = _source(session, series_id, like)
            title = field_values.line(values, "title", lengths.EVENT_TITLE)
            event = make_event(
                session,
                series,
                title=title or (source.title if source else series.name),
                city=field_values.needed(values, "city", lengths.CITY),
                date=field_values.day(values, "date"),
                code=_free_code(session, values),
                venue=field_values.line(values, "venue", lengths.VENUE),
            )
            if source is not None:
                copy_event(session, source, event)
                prepared.sync_event(under_way, event.id)
            under_way.made(event)
    return under_way.told


def copy_event(session: Session, source: Event, event: Event) -> None:
    """Let an event that was just made begin as another one of its series did: stands with label,
    place, project and pitch, each with a code and passes of its own; and the settings.

    No questions. Projects and their contacts belong to the series: they are there already. So are
    their prepared answers: `prepared.sync_event` makes questions of them.
    """
    for name in _COPIED:
        setattr(event, name, getattr(source, name))
    stands = session.scalars(
        select(Stand)
        .outerjoin(Project, Stand.project_id == Project.id)
        .where(
            Stand.event_id == source.id,
            Stand.archived.is_(False),
            Project.archived.is_not(True),
        )
        .order_by(Stand.sort_key)
    ).all()
    for general in stands:
        if general.label == GENERAL:
            own = (Stand.event_id == event.id) & (Stand.label == GENERAL)
            session.execute(update(Stand).where(own).values(place=general.place))
    copied = [stand for stand in stands if stand.label != GENERAL]
    for start in range(0, len(copied), _AT_ONCE):
        part = copied[start : start + _AT_ONCE]
        made = session.scalars(
            insert(Stand).returning(Stand.id),
            [
                {name: getattr(stand, name) for name in _COPIED_OF_STAND}
                | {"event_id": event.id, "code": code}
                for stand, code in zip(part, new_codes(session, len(part)), strict=True)
            ],
        ).all()
        open_stands(session, made)
        pause(0)


def edit(event_id: int, values: Values, *, by: Actor, key: str | None = None) -> Outcome | None:
    """The settings of an event: `title`, `city`, `venue`, `date`, `opens`, `closes`, `language`,
    `moderation_first`, `me_too`, `facets`, `question_length`, `owed_until`, `entries_open`. What is
    not among the values stays.

    Refuses `missing`, `date`, `time`, `closes` for an end before the beginning, `number`,
    `owed_early` for a day before the fair, `owed_past` for one that is over, `unreadable`.
    """
    with change(event_id, VERB, Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            event = under_way.event
            before = {name: getattr(event, name) for name in SETTINGS}
            _fill(under_way, values)
            changed = {name for name in SETTINGS if getattr(event, name) != before[name]}
            under_way.nothing_done = not changed
            if changed:
                set_up.redraw(under_way, [event])
            if "language" in changed:
                prepared.sync_event(under_way, event_id)
    return under_way.told


def set_archived(
    event_id: int, archived: bool, *, by: Actor, key: str | None = None
) -> Outcome | None:
    """Fold an event away: its passes open nothing, its questions and codes stay; or bring it back.

    Refuses `event_running` unless nobody can ask there anyway: before the day or after it.
    """
    with change(event_id, VERB, Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            event = under_way.event
            under_way.nothing_done = event.archived == archived
            if archived and event.phase not in _MAY_BE_ARCHIVED:
                raise Refused("event_running", city=event.city)
            event.archived = archived
            if not under_way.nothing_done:
                prepared.sync_event(under_way, event_id)
                set_up.redraw(under_way, [event])
    return under_way.told


def note_sheets_printed(event_id: int, *, by: Actor, key: str | None = None) -> Outcome:
    """Note that sheets hang, or will, as the list is now. Nothing that undo could take back."""
    with change(event_id, "printed", Subject("event", event_id), by, key=key) as under_way:
        if under_way.repeated is None:
            under_way.event.sheets_printed = now()
    return under_way.outcome


SETTINGS = (
    "title",
    "city",
    "venue",
    "date",
    "opens",
    "closes",
    "language",
    "moderation_first",
    "me_too",
    "facets",
    "question_length",
    "owed_until",
    "entries_open",
)
"""What an organiser may set of an event, as the form calls it."""


def _fill(under_way: Change, values: Values) -> None:
    event = under_way.event
    if "title" in values:
        event.title = field_values.needed(values, "title", lengths.EVENT_TITLE)
    if "city" in values:
        event.city = field_values.needed(values, "city", lengths.CITY)
    if "venue" in values:
        event.venue = field_values.line(values, "venue", lengths.VENUE)
    if "date" in values:
        event.date = field_values.day(values, "date")
    if "opens" in values:
        event.opens = field_values.time(values, "opens")
    if "closes" in values:
        event.closes = field_values.time(values, "closes")
    if event.opens and event.closes and event.closes <= event.opens and "closes" in values:
        raise Refused("closes", field="closes")
    if "language" in values:
        if values["language"] not in ("", *LOCALES):
            raise Refused("unreadable", field="language")
        event.language = values["language"] or None
    for name in _SWITCHES:
        if name in values:
            setattr(event, name, field_values.flag(values, name))
    if "question_length" in values:
        event.question_length = field_values.whole(
            values, "question_length", SHORTEST_LIMIT, lengths.QUESTION
        )
    _settle_owed_until(event, values)
    if "moderation_first" in values:
        on = field_values.flag(values, "moderation_first")
        if on != event.moderation_first:
            round.switch_moderation_first(under_way, on)


def _settle_owed_until(event: Event, values: Values) -> None:
    """The day by which answers are promised; not before the fair, and not one that is over.

    The form sends it each time: a day that was settled and has passed since stays.
    """
    before = event.owed_until
    if "owed_until" in values:
        event.owed_until = field_values.day(values, "owed_until") or promises.usual_day(event.date)
        if event.date and event.owed_until < event.date:
            raise Refused("owed_early", field="owed_until", date=event.date)
        if event.owed_until != before and promises.is_overdue(event.owed_until):
            raise Refused("owed_past", field="owed_until")
    elif event.date and event.owed_until < event.date:
        # The fair was moved behind it.
        event.owed_until = promises.usual_day(event.date)


def _source(session: Session, series_id: int, code: str | None) -> Event | None:
    """The event that is to be copied. Refuses `copy_unknown`."""
    if not code:
        return None
    found = session.scalar(
        select(Event).where(
            Event.series_id == series_id, Event.code == codes.SHORT.read(code.strip())
        )
    )
    if found is None:
        raise Refused("copy_unknown", field="copy", code=code[:40])
    return found


def _free_code(session: Session, values: Values) -> str | None:
    """The code that was chosen for an event, None for any. Refuses `event_code`, `code_taken`."""
    code = (field_values.line(values, "code", 40) or "").upper()
    if not code:
        return None
    # Digits alone would be read as the number of a stand.
    if not _CODE.fullmatch(code) or code.isdecimal():
        raise Refused("event_code", field="code")
    if code in _RESERVED or is_taken(session, code):
        raise Refused("code_taken", field="code", code=code)
    return code
