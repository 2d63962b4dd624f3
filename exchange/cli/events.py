"""Events from the command line: `event new`."""

from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale

from exchange.cli.saying import Group, print_json
from exchange.config import Settings
from exchange.domain import events, passes
from exchange.domain import series as all_series
from exchange.domain.changes import Actor
from exchange.domain.refusals import Refused
from exchange.models import Role
from exchange.queries import fair, organising, people


@click.group(cls=Group, no_args_is_help=False)
def event() -> None:
    """Make an event."""


@event.command()
@click.option("--city", required=True, help="Where it takes place.")
@click.option("--date", required=True, help="Its day: 2026-12-09 or 9.12.2026.")
@click.option("--code", default="", help="What stands in its address; made up unless said.")
@click.option("--series", "series_code", default="", help="Its series, where there are several.")
@click.option("--copy", default="", help="The event whose stands and settings it begins with.")
@click.option("--json", "as_json", is_flag=True, help="Print its links for programs.")
@with_appcontext
def new(*, city: str, date: str, code: str, series_code: str, copy: str, as_json: bool) -> None:
    """Make an event, empty or as the next city of another one."""
    with force_locale("de"):
        if copy and not series_code:
            series_code = _series_of(copy)
        series = all_series.the_only_one(series_code, organising.all_series())
        outcome = events.add(
            series.id,
            {"city": city, "date": date, "code": code},
            by=Actor("organiser"),
            like=copy,
        )
        made = organising.record_made(outcome.change if outcome else 0, "event")
        links = _links(made)
        if as_json:
            print_json(links)
            return
        click.echo(f"{city}: {_settings().public_url}/e/{links['event']}")
        for role in ("organiser", "moderator", "screen"):
            click.echo(f"  {role:<10} {links[role]}")


def _series_of(event_code: str) -> str:
    """The code of the series of an event. Refuses `copy_unknown`."""
    found = fair.event_at(event_code)
    if found is None:
        raise Refused("copy_unknown", code=event_code[:40])
    return next(one.code for one in organising.all_series() if one.id == found.series_id)


def _links(event_id: int) -> dict[str, Any]:
    held = {pass_.role: pass_ for pass_ in people.passes_of_event(event_id)}
    settings = _settings()

    def link(role: Role) -> str:
        return passes.link(held[role], settings.public_url, settings.secret_key)

    return {
        "event": fair.event_line(event_id).code,
        "organiser": link(Role.ORGANISER),
        "moderator": link(Role.MODERATOR),
        "screen": link(Role.SCREEN),
    }


def _settings() -> Settings:
    settings: Settings = current_app.extensions["process"].settings
    return settings
