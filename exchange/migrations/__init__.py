"""The database's tables, version by version (Alembic)."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def upgrade(database_url: str) -> None:
    """Bring a database to this version's tables. CommandError: it belongs to a newer version."""
    command.upgrade(_config(database_url), "head")


def _config(database_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    # ConfigParser reads % as the start of a name.
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config
