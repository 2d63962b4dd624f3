"""Series: the tour that holds projects and events."""

from sqlalchemy.orm import Session

from exchange.models import Pass, Role, Series


def make_series(session: Session, code: str, name: str) -> Series:
    """A new series with its organiser's pass."""
    series = Series(code=code, name=name)
    session.add(series)
    session.flush()
    session.add(Pass(role=Role.ORGANISER, series_id=series.id))
    return series
