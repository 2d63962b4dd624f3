"""How Alembic reaches the database. It opens a connection of its own: the app may not run yet."""

from alembic import context
from sqlalchemy import create_engine, text

from exchange.models import Base

engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "")

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite changes a table by copying it.
        render_as_batch=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # Two processes that start at once migrate one after the other.
            connection.execute(text("SELECT pg_advisory_xact_lock(1165509479)"))
        context.run_migrations()
engine.dispose()
