"""The instance: the folder of database and key, its lock, and its preparing before serving."""

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import click
from flask import Flask
from flask.cli import ScriptInfo

from exchange import config
from exchange.config import KEY_FILE, SERVER_LOCK, SettingRefused, Settings
from exchange.database.engine import database_file
from exchange.files import make_private, make_private_folder, open_private, put_new, write_new


def settings(environ: Mapping[str, str], default: Path) -> Settings:
    """Read all settings. Makes the instance folder and its key file when they are missing; both,
    and the database, are for their owner only.

    Refuses (SettingRefused) what cannot be used.
    """
    folder = config.instance_folder(environ, default)
    try:
        make_private_folder(folder)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    read = config.read(environ, default, _key_file)
    _tighten(read)
    return read


def _tighten(settings: Settings) -> None:
    """Take from everybody else what an earlier version or a copy left open to them.

    Only what bears our names: whoever keeps more in that folder keeps its modes.
    """
    folder = settings.instance
    ours = {folder, *(file for name in _OUR_FILES for file in folder.glob(name))}
    database = database_file(settings.database_url)
    if database is not None:
        # It may lie elsewhere; that folder is somebody's.
        ours |= {Path(f"{database}{ending}") for ending in ("", "-wal", "-shm")}
    open_to_others = [path for path in sorted(ours) if not make_private(path)]
    if open_to_others:
        names = ", ".join(map(str, open_to_others))
        print(
            say(
                f"Achtung: Andere Benutzer dieses Rechners können lesen, was nur Exchange angeht: "
                f"{names}. Die Rechte ließen sich nicht ändern (chmod 700, 600).",
                f"Warning: other users of this machine can read what is for Exchange only: "
                f"{names}. The modes could not be changed (chmod 700, 600).",
            ),
            file=sys.stderr,
            flush=True,
        )


_OUR_FILES = (
    f"{KEY_FILE}*",
    SERVER_LOCK,
    "exchange.sqlite3*",
    "exchange.before-*.sqlite3*",
    "exchange-*.tar.gz",
    "imports",
)
"""Key, lock, database with its log, what a restore set aside, backups, lists that wait."""


def _cannot_write(folder: Path, error: OSError) -> SettingRefused:
    return SettingRefused(
        f"The folder {folder} cannot be written ({error.strerror}). "
        "Set EXCHANGE_INSTANCE to a folder of your own."
    )


def _key_file(instance: Path) -> str:
    """The instance's own key, made once, readable by nobody else."""
    path = instance / KEY_FILE
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_text().strip()
    except OSError as error:
        raise _cannot_write(instance, error) from error
    if not key:
        raise SettingRefused(
            f"The key in {path} is empty. Restore a backup; or delete the file, "
            "then every link is a new one."
        )
    config.require_long_enough(key, f"The key in {path}")
    return key


def _make_key(path: Path) -> None:
    # Whole or not at all: whoever starts at the same time must not read half of it.
    made = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        write_new(made, secrets.token_urlsafe(48))
        put_new(made, path)
    finally:
        made.unlink(missing_ok=True)


def lock_instance(instance: Path) -> IO[str]:
    """Show, for as long as this process lives, that a server uses the instance (restore asks).

    Exits with a sentence while a backup is being restored into it.
    """
    file = open_private(instance / SERVER_LOCK)
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows: there an open file cannot be replaced anyway
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(
            say(
                f"In {instance} wird gerade eine Sicherung zurückgespielt. Danach geht es weiter.",
                f"A backup is being restored into {instance}. Start again when that is done.",
            )
        )
    except OSError:
        pass  # some network's folders know no locks
    return file


SAFE_PYTHON: Mapping[tuple[int, int], int] = {(3, 11): 16, (3, 12): 14, (3, 13): 15, (3, 14): 7}
"""The oldest patch release of each Python without holes that a hall could be hurt by; later ones
(3.15) never had them. docs/security.md says which holes, and where that is known from."""


def warn_of_old_python(version: tuple[int, int, int] | None = None) -> None:
    """Say in one sentence when this Python has known holes. It serves all the same: that a fair
    takes place matters more.
    """
    major, minor, patch = version or sys.version_info[:3]
    oldest = SAFE_PYTHON.get((major, minor))
    if oldest is None or patch >= oldest:
        return
    now, safe = f"{major}.{minor}.{patch}", f"{major}.{minor}.{oldest}"
    print(
        say(
            f"Python {now} hat bekannte Sicherheitslücken, die {safe} schließt (unter Debian und "
            "Ubuntu sind sie auch mit der alten Nummer zu, wenn das System aktuell ist).",
            f"Python {now} has known holes that {safe} closes (on Debian and Ubuntu they are "
            "closed under the old number too, if the system is up to date).",
        ),
        flush=True,
    )


def prepare(app: Flask) -> None:
    """Migrate, load the demo fair into an empty database, print every link to a terminal.

    To a terminal only: what a service manager gets stands in a journal, and links are passes.
    """
    print(say("Bereite die Datenbank vor ...", "Preparing the database ..."), flush=True)
    to_a_terminal = sys.stdout.isatty()
    for command in (["migrate"], ["demo", "--if-empty"], *([["links"]] if to_a_terminal else [])):
        try:
            app.cli.main(
                command,
                prog_name="flask",
                obj=ScriptInfo(create_app=lambda: app),
                standalone_mode=False,
            )
        except click.ClickException as refused:
            sys.exit(refused.format_message())
    if not to_a_terminal:
        print(
            say(
                "Die Links sind Zugangskarten und stehen in keinem Protokoll; "
                "diese Anweisung zeigt sie: .venv/bin/flask --app exchange links",
                "Links are passes and are kept out of logs; "
                "this command prints them: .venv/bin/flask --app exchange links",
            ),
            flush=True,
        )
        settings: Settings = app.extensions["process"].settings
        if config.only_local(settings):
            print(NOT_REACHED, flush=True)


NOT_REACHED = (
    "Achtung: Telefone erreichen diese Adresse nicht. Dieser Rechner ist in keinem Netz; "
    "EXCHANGE_PUBLIC_URL setzt eine Adresse.\n"
    "(Phones cannot reach this address: this machine is in no network.)\n"
)


def say(german: str, english: str) -> str:
    """The sentence in the language of the terminal."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    language = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return german if language.startswith("de") else english
