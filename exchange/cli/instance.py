"""An instance from the command line: migrate, demo, links, backup, restore."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from alembic.util.exc import CommandError
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy.exc import DBAPIError

from exchange import config
from exchange.cli.saying import Command, print_json
from exchange.config import Settings
from exchange.database import backups, migrations
from exchange.database.backups import BackupRefused, Written
from exchange.domain import demo as demo_fair
from exchange.domain import passes
from exchange.domain.series import make_first
from exchange.instance import NOT_REACHED
from exchange.models import Phase, Role
from exchange.paper import qr
from exchange.queries import fair, people
from exchange.queries.people import PassLine
from exchange.wording import role_word


@click.command(cls=Command)
@with_appcontext
def migrate() -> None:
    """Bring the database to this version's tables."""
    settings = _settings()
    try:
        migrations.upgrade(settings.database_url, settings.secret_key)
    except CommandError as error:
        raise click.ClickException(
            f"Der Ordner {settings.instance} gehört zu einer neueren Version von Exchange. "
            "Bitte starten Sie jene, oder setzen Sie EXCHANGE_INSTANCE auf einen anderen Ordner. "
            "(The instance folder belongs to a newer version.)"
            if _in_folder(settings)
            else "Die Datenbank gehört zu einer neueren Version von Exchange. Bitte starten Sie "
            "jene, oder setzen Sie EXCHANGE_DATABASE_URL auf eine andere Datenbank. "
            "(The database belongs to a newer version.)"
        ) from error
    except DBAPIError as error:
        # The driver's own words: they name no password.
        said = str(error.orig).strip().splitlines()[0].rstrip(".")
        place = (
            f"die Rechte am Ordner {settings.instance} oder setzen Sie EXCHANGE_INSTANCE"
            if _in_folder(settings)
            else "EXCHANGE_DATABASE_URL und die Rechte an dieser Datenbank"
        )
        raise click.ClickException(
            f"Die Datenbank kann nicht beschrieben werden ({said}). "
            f"Bitte prüfen Sie {place}. (The database cannot be written.)"
        ) from error


def _in_folder(settings: Settings) -> bool:
    return settings.database_url.startswith("sqlite")


@click.command(cls=Command)
@click.option("--json", "as_json", is_flag=True, help="Print its links for programs.")
@click.option("--if-empty", is_flag=True, help="Only into a database that holds nothing yet.")
@with_appcontext
def demo(as_json: bool, if_empty: bool) -> None:
    """Load the demo fair if it is missing."""
    if not if_empty or fair.is_empty():
        with force_locale("de"):
            if if_empty and not _settings().demo:
                make_first()
            else:
                demo_fair.load()
    if as_json:
        print_json(_demo_links())


@click.command(cls=Command)
@with_appcontext
def links() -> None:
    """Print every link by role, and the attendees' QR code of the first stand."""
    settings = _settings()
    for pass_ in people.passes_without_event():
        click.echo(f"  {role_word(pass_.role)!s:<14} {_link(pass_)}")
    for event in fair.event_lines():
        if event.phase is not Phase.CLOSED:
            _print_event(event)
    current = _current_event()
    if current is not None:
        stand = next((line for line in fair.stand_lines(current.id) if not line.general), None)
        if stand is not None:
            url = f"{settings.public_url}/s/{stand.code}"
            click.echo(qr.terminal(url))
            called = ", ".join(filter(None, (f"Stand {stand.label}", stand.project)))
            click.echo(f"  {called}\n  {url}\n")
    if config.only_local(settings):
        click.echo(NOT_REACHED)


@click.command(cls=Command)
@click.argument("target", type=click.Path(path_type=Path))
@with_appcontext
def backup(target: Path) -> None:
    """Save database and key into TARGET, a new file or a folder; the server may run."""
    try:
        written = backups.backup(_settings(), target.absolute(), _now())
    except BackupRefused as refused:
        raise _why_not(refused) from refused
    click.echo(
        f"Gesichert: {written.path} ({_measure(written)}). Sie enthält den Schlüssel aller "
        "Zugangskarten: bitte so sorgsam aufbewahren wie diese. "
        "(Backup written; it holds the key of all passes.)"
    )


@click.command(cls=Command)
@click.argument("archive", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Set the database that is there aside; it is kept.")
@with_appcontext
def restore(archive: Path, replace: bool) -> None:
    """Bring the backup ARCHIVE into this instance; no server may run on it."""
    try:
        written = backups.restore(_settings(), archive.absolute(), _now(), replace=replace)
    except BackupRefused as refused:
        raise _why_not(refused) from refused
    click.echo(
        f"Wiederhergestellt: {written.path} ({_measure(written)}). Jetzt bin/run starten. "
        "(Restored; start bin/run now.)"
    )
    click.echo(
        "Was seit dieser Sicherung entfernt oder zurückgezogen wurde, steht wieder da. "
        "(What was removed or withdrawn since is back.)"
    )
    if written.kept:
        click.echo(f"Die vorige Datenbank liegt daneben: {written.kept} (The former one is kept.)")


def _measure(written: Written) -> str:
    return f"{written.questions} Fragen, {written.size / 1000:.0f} KB"


def _now() -> datetime:
    return datetime.now().astimezone()


def _why_not(refused: BackupRefused) -> click.ClickException:
    return click.ClickException(_WHY_NOT[refused.word].format(refused.about).replace("  ", " "))


_WHY_NOT = {
    "not_sqlite": "Die Datenbank ist PostgreSQL: bitte mit pg_dump sichern und mit pg_restore "
    "zurückholen, und EXCHANGE_SECRET_KEY dazulegen. (For PostgreSQL use pg_dump and pg_restore.)",
    "no_database": "Hier ist keine Datenbank zu lesen: {}. Bitte prüfen Sie EXCHANGE_INSTANCE. "
    "(There is no database to be read.)",
    "exists": "{} gibt es schon und wird nicht überschrieben. Eine Sicherung braucht einen neuen "
    "Namen; restore legt mit --replace die alte Datenbank beiseite. "
    "(It exists and is not overwritten; see --replace.)",
    "not_writable": "Dort kann nicht geschrieben werden: {}. (It cannot be written there.)",
    "damaged": "Diese Datenbank ist beschädigt. {} Bitte nehmen Sie eine andere Sicherung. "
    "(This database is damaged.)",
    "not_there": "{} gibt es nicht. (There is no such file.)",
    "not_a_backup": "{} ist keine Sicherung von Exchange. (This is not a backup of Exchange.)",
    "newer": "{} stammt aus einer neueren Version von Exchange. Bitte nehmen Sie jene. "
    "(The backup belongs to a newer version.)",
    "running": "In {} läuft ein Server. Bitte beenden Sie ihn zuerst, mit Strg-C. "
    "(A server is running on this instance; stop it first.)",
    "other_key": "EXCHANGE_SECRET_KEY ist gesetzt und ein anderer Schlüssel als der in der "
    "Sicherung{}: Ihre Zugangskarten gälten nicht. Bitte nehmen Sie die Einstellung weg. "
    "(EXCHANGE_SECRET_KEY differs from the backup's key; unset it.)",
}


def _print_event(event: fair.EventLine) -> None:
    settings = _settings()
    day = f"{event.date:%d.%m.%Y}" if event.date else "noch ohne Tag"
    click.echo(f"\n{event.city}, {day}: {event.title}")
    click.echo(f"  Gäste          {settings.public_url}/e/{event.code}")
    for pass_ in people.passes_of_event(event.id):
        click.echo(f"  {role_word(pass_.role)!s:<14} {_link(pass_)}")
    if event.phase is Phase.PREPARING:
        click.echo("  (Stände: auf der Seite der Organisation)")
        return
    presenters = people.own_passes(people.presenter_passes(event.id))
    for line in fair.stand_lines(event.id):
        click.echo(f"  Stand {line.label:>2}       {settings.public_url}/s/{line.code}")
        if line.id in presenters:
            click.echo(f"    Tablet       {_link(presenters[line.id])}")


def _demo_links() -> dict[str, Any]:
    event = fair.event_at(demo_fair.EVENT_CODE)
    if event is None:
        raise click.ClickException("Der Demo-Markt fehlt. (The demo fair is missing.)")
    by_role = {pass_.role: _link(pass_) for pass_ in people.passes_of_event(event.id)}
    presenters = people.own_passes(people.presenter_passes(event.id))
    return {
        "event": event.code,
        "stands": [
            {
                "number": int(line.label) if line.label.isdecimal() else line.label,
                "code": line.code,
                "url": f"{_settings().public_url}/s/{line.code}",
                "presenter": _link(presenters[line.id]),
            }
            for line in fair.stand_lines(event.id)
        ],
        "moderator": by_role[Role.MODERATOR],
        "screen": by_role[Role.SCREEN],
        "organiser": by_role[Role.ORGANISER],
    }


def _current_event() -> fair.EventLine | None:
    """The event that is under way, else the next one."""
    ahead = [event for event in fair.event_lines() if event.phase is not Phase.CLOSED]
    under_way = [event for event in ahead if event.phase is not Phase.PREPARING]
    return next(iter(under_way or ahead), None)


def _link(pass_: PassLine) -> str:
    return passes.link(pass_, _settings().public_url, _settings().secret_key)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["process"].settings
    return settings
