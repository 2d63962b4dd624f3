"""Series: the tour that holds projects and events."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from exchange.database.transactions import writing
from exchange.domain import field_values, given_codes
from exchange.domain.changes import Actor, Outcome, Subject, change_of_series
from exchange.domain.field_values import Values
from exchange.domain.projects import slug
from exchange.domain.refusals import Refused
from exchange.domain.set_up import VERB, redraw
from exchange.models import Pass, Role, Series, codes, lengths

FIRST_CODE, FIRST_NAME = "reihe", "Meine Reihe"
"""What an empty database is given when no demo fair is wanted."""


def make_series(session: Session, code: str, name: str) -> Series:
    """A new series with its organiser's pass. Refuses `code`."""
    series = Series(code=given_codes.require(codes.SERIES, code), name=name)
    session.add(series)
    session.flush()
    session.add(Pass(role=Role.ORGANISER, series_id=series.id))
    return series


def make_first() -> bool:
    """Give an empty database a series to begin with. Answers whether it was made."""
    with writing(exclusive=True) as session:
        # Looked at under the lock: two servers may start at once.
        if session.scalar(select(Series.id).limit(1)) is not None:
            return False
        make_series(session, FIRST_CODE, FIRST_NAME)
    return True


def add(series_id: int, values: Values, *, by: Actor, key: str | None = None) -> Outcome | None:
    """A new series, `name`, with an organiser's pass of its own. It is logged in the series
    (`series_id`) whose organiser made it.

    Refuses `missing`, `too_long`.
    """
    with change_of_series(series_id, VERB, Subject("series", series_id), by, key=key) as under_way:
        if under_way.repeated is None:
            name = field_values.needed(values, "name", lengths.SERIES_NAME)
            session = under_way.session
            under_way.made(make_series(session, new_code(session, name), name))
    return under_way.told


def edit(series_id: int, values: Values, *, by: Actor, key: str | None = None) -> Outcome | None:
    """Another `name`: it stands on every sheet and screen. Refuses `missing`, `too_long`."""
    with change_of_series(series_id, VERB, Subject("series", series_id), by, key=key) as under_way:
        if under_way.repeated is None:
            series = under_way.session.get_one(Series, series_id)
            name = field_values.needed(values, "name", lengths.SERIES_NAME)
            under_way.nothing_done = series.name == name
            if not under_way.nothing_done:
                under_way.remember(series)
                series.name = name
                redraw(under_way, [series])
    return under_way.told


def set_archived(
    series_id: int, archived: bool, *, by: Actor, key: str | None = None
) -> Outcome | None:
    """Fold a series away, or bring it back. Its organiser's pass opens it still."""
    with change_of_series(series_id, VERB, Subject("series", series_id), by, key=key) as under_way:
        if under_way.repeated is None:
            series = under_way.session.get_one(Series, series_id)
            under_way.nothing_done = series.archived == archived
            if not under_way.nothing_done:
                under_way.remember(series)
                series.archived = archived
    return under_way.told


def new_code(session: Session, name: str) -> str:
    """A code for a series with this name that no other one has."""
    begins = slug(name)[:30].strip("-") or FIRST_CODE
    taken = set(
        session.scalars(
            select(Series.code).where(
                or_(Series.code == begins, Series.code.startswith(f"{begins}-", autoescape=True))
            )
        )
    )
    code, number = begins, 2
    while code in taken:
        code, number = f"{begins}-{number}", number + 1
    return code


def the_only_one(code: str | None, known: list[Series]) -> Series:
    """The series with this code; without one, the only one there is.

    Refuses `series_unknown`, and `series_several` where nobody said which.
    """
    if code:
        found = next((one for one in known if one.code == codes.SERIES.read(code)), None)
        if found is None:
            raise Refused("series_unknown", code=code, codes=_codes(known))
        return found
    present = [one for one in known if not one.archived]
    if not present:
        raise Refused("series_none")
    if len(present) > 1:
        raise Refused("series_several", codes=_codes(present))
    return present[0]


def _codes(known: list[Series]) -> str:
    return ", ".join(one.code for one in known)
