"""The standard questions of a series, that every project answers before the day."""

from collections.abc import Mapping

from flask.typing import ResponseReturnValue

from exchange.domain import prepared
from exchange.domain.refusals import Refused
from exchange.models import Facet
from exchange.views.organiser.blueprint import bp, organised, saved
from exchange.views.pages import posted, render_page, staff_key
from exchange.views.refusing import wants_json


@bp.get("/organise/series/<series>/questions")
def standard_questions(series: str) -> str:
    """One question a facet, as the series words it."""
    return _page(series, None)


@bp.post("/organise/series/<series>/questions")
def word_questions(series: str) -> ResponseReturnValue:
    """Word them, by facet (`kosten`, `recht` ...); an empty one is the usual one again."""
    found, by = organised(series)
    fields = posted()
    wanted = {facet: fields[facet.value] for facet in Facet if facet.value in fields}
    try:
        outcome = prepared.set_questions(found.id, wanted, by=by, key=staff_key(fields))
    except Refused as refused:
        if wants_json() or refused.field is None:
            raise
        return _page(series, wanted, {refused.field: refused.message}), 422
    return saved(outcome, f"/organise/series/{found.code}/questions")


def _page(
    code: str, typed: Mapping[Facet, str] | None, problems: Mapping[str, str] | None = None
) -> str:
    series, _ = organised(code)
    usual = prepared.standard_questions({}, "de")
    shown = prepared.standard_questions(series.standard_questions, "de") | dict(typed or {})
    return render_page(
        "organiser/standard_questions.html",
        series=series,
        questions=[(facet, shown[facet], usual[facet]) for facet in Facet],
        problems=problems or {},
    )
