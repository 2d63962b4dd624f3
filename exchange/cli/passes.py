"""The passes of an event from the command line: who gets which link."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click
from flask import current_app
from flask.cli import with_appcontext

from exchange import wording
from exchange.cli.saying import Command, event_called, print_json
from exchange.config import Settings
from exchange.domain import passes as passes_of_trade
from exchange.models import Role
from exchange.models.labels import GENERAL
from exchange.queries import passes as pass_queries
from exchange.queries import people
from exchange.queries.people import PassLine


@dataclass(frozen=True)
class _Told:
    """A pass as a program reads it."""

    role: str
    label: str | None
    project: str | None
    email: str | None
    link: str
    redeemed: str | None
    revoked: bool


@click.command(cls=Command)
@click.argument("event")
@click.option("--json", "as_json", is_flag=True, help="Print them for programs.")
@with_appcontext
def passes(event: str, as_json: bool) -> None:
    """Print every pass of EVENT: moderation, screen, presenters by stand, contacts."""
    found = event_called(event)
    held = list(_passes(found.id))
    if as_json:
        print_json({"passes": [asdict(one) for one in held]})
        return
    for one in held:
        click.echo(" · ".join(word for word in _words(one) if word))
        click.echo(f"  {one.link}")


def _passes(event_id: int) -> Iterator[_Told]:
    of_event = [pass_ for pass_ in people.passes_of_event(event_id) if pass_.event_id]
    for role in (Role.MODERATOR, Role.SCREEN):
        yield from (_told(pass_) for pass_ in of_event if pass_.role is role)
    contacts: list[_Told] = []
    for stands, projects in pass_queries.in_parts(event_id):
        emails = {one.stand.id: _first_email(one) for one in projects}
        for stand in stands:
            line = stand.stand
            for pass_ in stand.passes:
                yield _told(pass_, line.label, line.project, emails.get(line.id))
        contacts += [
            _told(one.pass_, one.stand.label, one.stand.project, _first_email(one))
            for one in projects
            if one.pass_ is not None
        ]
    yield from contacts


def _told(
    pass_: PassLine, label: str | None = None, project: str | None = None, email: str | None = None
) -> _Told:
    settings: Settings = current_app.extensions["process"].settings
    return _Told(
        role=pass_.role.value,
        label=label,
        project=project,
        email=email,
        link=passes_of_trade.link(pass_, settings.public_url, settings.secret_key),
        redeemed=pass_.redeemed.isoformat() if pass_.redeemed else None,
        revoked=pass_.revoked,
    )


def _first_email(one: pass_queries.ProjectPass) -> str | None:
    """Of the first contact that has one."""
    return next((contact.email for contact in one.contacts if contact.email), None)


def _words(one: _Told) -> Iterator[str | None]:
    yield str(wording.role_word(one.role))
    yield f"Stand {one.label}" if one.label else None
    yield one.project or ("Allgemein" if one.label == GENERAL else None)
    yield one.email
    if one.revoked:
        yield "gesperrt"
    else:
        yield f"eingelöst {one.redeemed[:16]}" if one.redeemed else "nie eingelöst"
