"""A project of the series: its entry as the organiser edits it, and its contacts."""

from flask.typing import ResponseReturnValue

from exchange import access
from exchange.domain import contacts as contact_verbs
from exchange.domain import projects as verbs
from exchange.domain.changes import Actor, Outcome
from exchange.domain.refusals import Refused
from exchange.models import Basis, ContactRole
from exchange.queries import fair, organising, people
from exchange.queries.organising import ContactRow, ProjectPage, ProjectRef
from exchange.views.organiser.blueprint import bp, organised, pass_link, saved
from exchange.views.organiser.forms import Form, again, refused_form
from exchange.views.organiser.series import projects_page
from exchange.views.pages import posted, render_page, staff_key


@bp.post("/organise/series/<series>/projects")
def add_project(series: str) -> ResponseReturnValue:
    """A new project: `title`, `partner`, and whatever else its page knows."""
    found, by = organised(series)
    fields = posted()
    try:
        outcome = verbs.add(found.id, fields, by=by, key=staff_key(fields))
    except Refused as refused:
        form = refused_form("project", fields, refused)
        return again(refused, lambda: projects_page(found, form))
    code = organising.project_code(
        organising.record_made(outcome.change if outcome else 0, "project")
    )
    return saved(outcome, f"/organise/projects/{code}" if code else "/organise")


@bp.get("/organise/projects/<project>")
def organised_project(project: str) -> str:
    """A project with all that an organiser may change of it."""
    found, _ = _project(project)
    return _page(found)


@bp.post("/organise/projects/<project>")
def edit_project(project: str) -> ResponseReturnValue:
    """Change what its entry says."""
    found, by = _project(project)
    fields = posted()
    try:
        outcome = verbs.edit(found.id, fields, by=by, key=staff_key(fields))
    except Refused as refused:
        form = refused_form("project", fields, refused)
        return again(refused, lambda: _page(found, entry=form))
    return _saved(outcome, found)


@bp.post("/organise/projects/<project>/<any(archive, restore):verb>")
def fold_project(project: str, verb: str) -> ResponseReturnValue:
    """Take a project off the lists, or bring it back. Refuses `project_shown`."""
    found, by = _project(project)
    key = staff_key(posted())
    act = verbs.archive if verb == "archive" else verbs.bring_back
    return _saved(act(found.id, by=by, key=key), found)


@bp.post("/organise/projects/<project>/contacts")
def add_contact(project: str) -> ResponseReturnValue:
    """One more contact."""
    found, by = _project(project)
    fields = posted()
    try:
        outcome = contact_verbs.add(found.id, fields, by=by, key=staff_key(fields))
    except Refused as refused:
        form = refused_form("contact", fields, refused)
        return again(refused, lambda: _page(found, contact=form))
    return _saved(outcome, found)


@bp.post(
    "/organise/projects/<project>/contacts/<int:contact>"
    "/<any(edit, replace, archive, restore, up, down):verb>"
)
def change_contact(project: str, contact: int, verb: str) -> ResponseReturnValue:
    """Edit a contact, replace it by another, let it cease to be one or be one again; move it."""
    found, by = _project(project)
    fields = posted()
    key = staff_key(fields)
    try:
        if verb in ("edit", "replace"):
            act = contact_verbs.edit if verb == "edit" else contact_verbs.replace
            outcome = act(found.id, contact, fields, by=by, key=key)
        elif verb in ("up", "down"):
            outcome = contact_verbs.move(found.id, contact, up=verb == "up", by=by, key=key)
        else:
            fold = contact_verbs.archive if verb == "archive" else contact_verbs.bring_back
            outcome = fold(found.id, contact, by=by, key=key)
    except Refused as refused:
        form = refused_form(f"{verb}-{contact}", fields, refused)
        return again(refused, lambda: _page(found, contact=form))
    return _saved(outcome, found)


def _project(code: str) -> tuple[ProjectRef, Actor]:
    """The project with this code, for its organiser. Refuses `not_yours`, for one that is not there
    as well.
    """
    found = organising.project_at(code)
    by = access.organiser_of(found.series_id if found else access.NOWHERE)
    if found is None:
        raise Refused("not_yours")
    return found, by


def _saved(outcome: Outcome | None, project: ProjectRef) -> ResponseReturnValue:
    return saved(outcome, f"/organise/projects/{project.code}")


def _page(project: ProjectRef, *, entry: Form | None = None, contact: Form | None = None) -> str:
    # The link of its contacts' pass.
    access.hold_secret()
    page = organising.project_page(project.id)
    forms = {
        form.id: form
        for row in page.contacts
        for form in (Form(f"edit-{row.id}", _written(row)), Form(f"replace-{row.id}"))
    }
    forms["contact"] = Form("contact")
    opened = None
    if contact is not None:
        forms[contact.id] = contact
        opened = contact.id
    return render_page(
        "organiser/project.html",
        project=page,
        form=entry or Form("project", _entry(page)),
        forms=forms,
        opened=opened,
        roles=list(ContactRole),
        bases=list(Basis),
        stands=fair.stands_of(project.id),
        cards=[pass_link(pass_) for pass_ in people.passes_of_project(project.id)],
        undo_path=f"/organise/series/{page.series_code}/undo",
    )


def _entry(page: ProjectPage) -> dict[str, str]:
    known = {
        "title": page.title,
        "partner": page.partner,
        "project_key": page.key,
        "summary": page.summary,
        "status": page.status,
        "since": page.since,
        "licence": page.licence,
        "links": page.links,
        "field": page.field,
    }
    return {name: value or "" for name, value in known.items()}


def _written(row: ContactRow) -> dict[str, str]:
    return {
        "function": row.function or "",
        "person": row.person or "",
        "email": row.email or "",
        "phone": row.phone or "",
        "role": row.role.value if row.role else "",
        "basis": row.basis.value,
    }
