"""Passes end: when an event's present phase began, and passes for one browser only."""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_EVENTS = sa.table(
    "events",
    sa.column("id", sa.Integer),
    sa.column("date", sa.Date),
    sa.column("phase_since", sa.DateTime(timezone=True)),
)
_CHANGES = sa.table(
    "changes",
    sa.column("event_id", sa.Integer),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("event_before", sa.JSON),
)


def upgrade() -> None:
    op.add_column(
        "passes", sa.Column("one_browser", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column("passes", sa.Column("bound_to", sa.String(length=64), nullable=True))
    op.add_column("events", sa.Column("phase_since", sa.DateTime(timezone=True), nullable=True))
    _date_the_phases()
    with op.batch_alter_table("passes") as passes:
        passes.alter_column("one_browser", existing_type=sa.Boolean(), server_default=None)
    with op.batch_alter_table("events") as events:
        events.alter_column("phase_since", existing_type=sa.DateTime(timezone=True), nullable=False)


def _date_the_phases() -> None:
    """The last change of the phase says it; else the day of the fair, if that is over."""
    connection = op.get_bind()
    changed: dict[int, dt.datetime] = {}
    for event_id, at, before in connection.execute(
        sa.select(_CHANGES.c.event_id, _CHANGES.c.at, _CHANGES.c.event_before)
        .where(_CHANGES.c.event_id.is_not(None))
        .order_by(_CHANGES.c.at)
    ):
        if "phase" in before:
            changed[event_id] = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    now = dt.datetime.now(dt.UTC)
    for event_id, day in connection.execute(sa.select(_EVENTS.c.id, _EVENTS.c.date)).all():
        began = dt.datetime.combine(day, dt.time(), dt.UTC)
        connection.execute(
            sa.update(_EVENTS)
            .where(_EVENTS.c.id == event_id)
            .values(phase_since=changed.get(event_id) or min(began, now))
        )


def downgrade() -> None:
    op.drop_column("events", "phase_since")
    op.drop_column("passes", "bound_to")
    op.drop_column("passes", "one_browser")
