"""The database's tables, version by version (Alembic)."""

import contextlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from exchange.database.engine import database_file


def upgrade(database_url: str, secret_key: str, to: str = "head") -> None:
    """Bring a database to this version's tables; makes its file, for its owner only.

    `secret_key`: the instance's, for what is kept under an HMAC. CommandError: the database belongs
    to a newer version.
    """
    file = database_file(database_url)
    if file is not None:
        # SQLite gives its log the mode of the database, whatever the umask.
        with contextlib.suppress(OSError):  # Alembic will say what is wrong
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    before = _version(file)
    command.upgrade(_config(database_url, secret_key), to)
    if file is not None and before not in (None, _version(file)):
        _write_anew(file)


def is_unknown(version: str) -> bool:
    """Whether a database with this mark was made by a newer version than this one."""
    scripts = ScriptDirectory(str(Path(__file__).parent))
    return version not in {script.revision for script in scripts.walk_revisions()}


def _version(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True)) as database:
            found = database.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return None  # it has no tables yet, or Alembic will say what is wrong
    return str(found[0]) if found else None


def _write_anew(file: Path) -> None:
    """Old pages and the log still hold what the rows no longer do."""
    with (
        # Without room for it, or beside a reader, the next start of a server does it.
        contextlib.suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(file, isolation_level=None)) as database,
    ):
        database.execute("PRAGMA temp_store = MEMORY")
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _config(database_url: str, secret_key: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    # ConfigParser reads % as the start of a name.
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    # Not an option: those are printed.
    config.attributes["secret_key"] = secret_key
    return config
