"""The log as tables: what a change touched is a row each; a change may have no event.

Before, `changes.before` held {"question 12": {column: value}, "event": {column: [before, after]}}
and `changes.subject` "question 12". The table of what phones have yet to hear gets its new name.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CHANGES = sa.table(
    "changes",
    sa.column("id", sa.Integer),
    sa.column("series_id", sa.Integer),
    sa.column("event_id", sa.Integer),
    sa.column("subject", sa.String),
    sa.column("subject_id", sa.Integer),
    sa.column("before", sa.JSON),
    sa.column("event_before", sa.JSON),
    sa.column("answered", sa.JSON),
)
_EVENTS = sa.table("events", sa.column("id", sa.Integer), sa.column("series_id", sa.Integer))
_CHANGE_QUESTIONS = sa.table(
    "change_questions",
    sa.column("change_id", sa.Integer),
    sa.column("question_id", sa.Integer),
    sa.column("before", sa.JSON),
)
_AT_ONCE = 1000


def upgrade() -> None:
    _add_tables()
    _move_the_log()
    _finish_changes()
    _rename_touches()


def _add_tables() -> None:
    op.create_table(
        "change_questions",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["changes.id"], name=op.f("fk_change_questions_change_id")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_change_questions_question_id")
        ),
        sa.PrimaryKeyConstraint("change_id", "question_id", name=op.f("pk_change_questions")),
    )
    op.create_index(op.f("ix_change_questions_question_id"), "change_questions", ["question_id"])
    op.add_column("changes", sa.Column("series_id", sa.Integer(), nullable=True))
    op.add_column("changes", sa.Column("subject_id", sa.Integer(), nullable=True))
    op.add_column("changes", sa.Column("event_before", sa.JSON(), nullable=True))


def _move_the_log() -> None:
    connection = op.get_bind()
    series_of = {
        event_id: series_id
        for event_id, series_id in connection.execute(sa.select(_EVENTS.c.id, _EVENTS.c.series_id))
    }
    last = 0
    while True:
        rows = connection.execute(
            sa.select(
                _CHANGES.c.id,
                _CHANGES.c.event_id,
                _CHANGES.c.subject,
                _CHANGES.c.before,
                _CHANGES.c.answered,
            )
            .where(_CHANGES.c.id > last)
            .order_by(_CHANGES.c.id)
            .limit(_AT_ONCE)
        ).all()
        if not rows:
            return
        last = rows[-1].id
        for row in rows:
            kind, _, number = row.subject.partition(" ")
            connection.execute(
                sa.update(_CHANGES)
                .where(_CHANGES.c.id == row.id)
                .values(
                    series_id=series_of[row.event_id],
                    subject=kind,
                    # "event" named none: it was always the change's own.
                    subject_id=int(number) if number else row.event_id,
                    event_before=row.before.get("event", {}),
                    # The change's id is the row's own.
                    answered={
                        name: value for name, value in row.answered.items() if name != "change"
                    },
                )
            )
        touched = [
            {
                "change_id": row.id,
                "question_id": int(name.removeprefix("question ")),
                "before": image,
            }
            for row in rows
            for name, image in row.before.items()
            if name.startswith("question ")
        ]
        if touched:
            connection.execute(sa.insert(_CHANGE_QUESTIONS), touched)


def _finish_changes() -> None:
    with op.batch_alter_table("changes") as changes:
        changes.alter_column("series_id", existing_type=sa.Integer(), nullable=False)
        changes.alter_column("subject_id", existing_type=sa.Integer(), nullable=False)
        changes.alter_column("event_before", existing_type=sa.JSON(), nullable=False)
        changes.alter_column("event_id", existing_type=sa.Integer(), nullable=True)
        changes.alter_column(
            "subject", existing_type=sa.String(length=40), type_=sa.String(length=20)
        )
        changes.drop_column("before")
        changes.create_foreign_key(op.f("fk_changes_series_id"), "series", ["series_id"], ["id"])
    op.create_index(op.f("ix_changes_series_id"), "changes", ["series_id"])
    op.create_index("ix_changes_subject_subject_id", "changes", ["subject", "subject_id"])
    op.create_index(
        "uq_changes_series_id_key",
        "changes",
        ["series_id", "key"],
        unique=True,
        sqlite_where=sa.text("event_id IS NULL"),
        postgresql_where=sa.text("event_id IS NULL"),
    )


def _rename_touches() -> None:
    op.create_table(
        "pending_news",
        sa.Column("stand_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_pending_news_question_id")
        ),
        sa.ForeignKeyConstraint(["stand_id"], ["stands.id"], name=op.f("fk_pending_news_stand_id")),
        sa.PrimaryKeyConstraint("stand_id", "question_id", name=op.f("pk_pending_news")),
    )
    op.execute(
        "INSERT INTO pending_news (stand_id, question_id, revision)"
        " SELECT stand_id, question_id, revision FROM touches"
    )
    op.drop_table("touches")
    op.create_index(op.f("ix_pending_news_revision"), "pending_news", ["revision"])


def downgrade() -> None:
    raise NotImplementedError("The former log cannot hold changes without an event.")
