"""The organiser's first page: series with their events; what belongs to a series."""

from dataclasses import dataclass

from flask import redirect, request
from flask.typing import ResponseReturnValue

from exchange import access
from exchange.domain import demo, events, passes
from exchange.domain import series as all_series
from exchange.domain.refusals import Refused
from exchange.models import Role, Series
from exchange.queries import fair, organising, people
from exchange.queries import questions as question_queries
from exchange.queries.organising import EventRow
from exchange.queries.questions import NO_QUESTIONS, Summary
from exchange.views.organiser.blueprint import (
    PassLink,
    bp,
    organised,
    pass_link,
    public_url,
    saved,
    secret_key,
)
from exchange.views.organiser.forms import Form, again, asked_start, asked_words, refused_form
from exchange.views.pages import posted, render_page, staff_key
from exchange.views.refusing import wants_json


@dataclass(frozen=True)
class SeriesDesk:
    """A series with its events, the one under way first."""

    code: str
    name: str
    archived: bool
    organiser: PassLink
    events: list[tuple[EventRow, Summary]]
    past: list[tuple[EventRow, Summary]]
    folded: list[EventRow]
    """Archived ones."""
    projects: int


@bp.get("/organise")
def organise() -> str:
    """Every series that this browser organises, with its events: what is under way first."""
    return _first_page(Form("series"))


def _first_page(new: Form) -> str:
    # Links that open everything.
    access.hold_secret()
    series = access.organised_series()
    ids = [one.id for one in series]
    rows = organising.event_rows(ids)
    summaries = question_queries.summaries_of(ids)
    projects = organising.project_count(ids)
    own = {pass_.series_id: pass_link(pass_) for pass_ in people.organiser_passes(ids)}
    desks = [
        _desk(one, rows[one.id], summaries, own[one.id], projects.get(one.id, 0)) for one in series
    ]
    return render_page(
        "organiser/organise.html",
        series=sorted(desks, key=lambda desk: desk.archived),
        public_url=public_url(),
        demo_code=demo.SERIES_CODE,
        new=new,
        undo_path=f"/organise/series/{series[0].code}/undo",
    )


@bp.post("/organise/series")
def add_series() -> ResponseReturnValue:
    """A new series (`name`); its organiser's pass is opened in this browser."""
    series = access.organised_series()
    fields = posted()
    by = access.organiser_of(series[0].id)
    try:
        outcome = all_series.add(series[0].id, fields, by=by, key=staff_key(fields))
    except Refused as refused:
        form = refused_form("series", fields, refused)
        return again(refused, lambda: _first_page(form))
    made = organising.record_made(outcome.change if outcome else 0, "series")
    _keep_pass_of(made)
    return saved(outcome, "/organise")


@bp.get("/organise/series/<series>/settings")
def series_settings(series: str) -> str:
    """What belongs to a series: its name; folding it away; removing the demo fair."""
    return _settings_page(organised(series)[0])


@bp.post("/organise/series/<series>/settings")
def edit_series(series: str) -> ResponseReturnValue:
    """Another `name`."""
    found, by = organised(series)
    fields = posted()
    try:
        outcome = all_series.edit(found.id, fields, by=by, key=staff_key(fields))
    except Refused as refused:
        form = refused_form("series", fields, refused)
        return again(refused, lambda: _settings_page(found, form))
    return saved(outcome, f"/organise/series/{found.code}/settings")


@bp.post("/organise/series/<series>/<any(archive, restore):verb>")
def fold_series(series: str, verb: str) -> ResponseReturnValue:
    """Fold a series away, or bring it back."""
    found, by = organised(series)
    fields = posted()
    outcome = all_series.set_archived(found.id, verb == "archive", by=by, key=staff_key(fields))
    return saved(outcome, f"/organise/series/{found.code}/settings")


@bp.post("/organise/series/<series>/remove-demo")
def remove_demo(series: str) -> ResponseReturnValue:
    """Remove the demo fair for good, once its city was written (`city`). A series to begin with
    takes its place, and its organiser's pass is opened in this browser.
    """
    found, _ = organised(series)
    fields = posted()
    try:
        made = demo.remove(found.id, fields.get("city", ""))
    except Refused as refused:
        form = refused_form("demo", fields, refused)
        return again(refused, lambda: _settings_page(found, removal=form))
    _keep_pass_of(made)
    if wants_json():
        return {"removed": True}
    return redirect("/organise", 303)


@bp.get("/organise/series/<series>/events/new")
def new_event(series: str) -> str:
    """The form of a new event; with `copy` that of the next city."""
    found, _ = organised(series)
    copy = request.args.get("copy", "").upper()[:40]
    return _new_event_page(found, Form("event", {"copy": copy}))


@bp.post("/organise/series/<series>/events/new")
def add_event(series: str) -> ResponseReturnValue:
    """A new event: `city`, `date`, `code`, `title`, `venue`; `copy`: the code of the one that it
    begins as.
    """
    found, by = organised(series)
    fields = posted()
    try:
        outcome = events.add(
            found.id, fields, by=by, key=staff_key(fields), like=fields.get("copy")
        )
    except Refused as refused:
        form = refused_form("event", fields, refused)
        return again(refused, lambda: _new_event_page(found, form))
    made = organising.record_made(outcome.change if outcome else 0, "event")
    return saved(outcome, f"/organise/{fair.event_line(made).code}" if made else "/organise")


@bp.get("/organise/series/<series>/projects")
def projects(series: str) -> str:
    """The projects of a series: a list with an end, and a field to find one."""
    return projects_page(organised(series)[0], Form("project"))


def projects_page(series: Series, form: Form) -> str:
    """That list with the form of a new project."""
    return render_page(
        "organiser/projects.html",
        series=series,
        rows=organising.project_rows(series.id, asked_words(), asked_start()),
        archived=organising.project_rows(series.id, "", asked_start("archived"), archived=True),
        form=form,
        undo_path=f"/organise/series/{series.code}/undo",
    )


def _desk(
    series: Series,
    rows: list[EventRow],
    summaries: dict[int, Summary],
    organiser: PassLink,
    projects: int,
) -> SeriesDesk:
    present = [(row, summaries.get(row.line.id, NO_QUESTIONS)) for row in rows if not row.archived]
    return SeriesDesk(
        code=series.code,
        name=series.name,
        archived=series.archived,
        organiser=organiser,
        events=[one for one in present if one[0].urgency < 2],
        past=[one for one in present if one[0].urgency == 2][::-1],
        folded=[row for row in rows if row.archived],
        projects=projects,
    )


def _settings_page(series: Series, form: Form | None = None, removal: Form | None = None) -> str:
    return render_page(
        "organiser/series.html",
        series=series,
        form=form or Form("series", {"name": series.name}),
        removal=removal or Form("demo"),
        events=len(organising.event_rows([series.id])[series.id]),
        is_demo=series.code == demo.SERIES_CODE,
        city=demo.CITY,
        undo_path=f"/organise/series/{series.code}/undo",
    )


def _new_event_page(series: Series, form: Form) -> str:
    known = organising.event_rows([series.id])[series.id]
    return render_page(
        "organiser/new_event.html",
        series=series,
        form=form,
        events=[row.line for row in known if not row.archived],
    )


def _keep_pass_of(series_id: int) -> None:
    """Whoever makes a series keeps its key in this browser."""
    for pass_ in people.organiser_passes([series_id]):
        if pass_.role is Role.ORGANISER:
            access.open_pass(passes.secret_of(pass_, secret_key()))
