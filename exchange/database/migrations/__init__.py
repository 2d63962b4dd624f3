"""The database's tables, version by version (Alembic)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def upgrade(database_url: str, to: str = "head") -> None:
    """Bring a database to this version's tables. CommandError: it belongs to a newer version."""
    command.upgrade(_config(database_url), to)


def is_unknown(version: str) -> bool:
    """Whether a database with this mark was made by a newer version than this one."""
    scripts = ScriptDirectory(str(Path(__file__).parent))
    return version not in {script.revision for script in scripts.walk_revisions()}


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    # ConfigParser reads % as the start of a name.
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config
