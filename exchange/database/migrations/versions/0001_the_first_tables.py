"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revisions",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("flushed", sa.Integer(), nullable=False),
        sa.Column("voted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "owner_id", name=op.f("pk_revisions")),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("code", name=op.f("uq_series_code")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.Column("venue", sa.String(length=200), nullable=True),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "preparing",
                "pitches",
                "fair",
                "round",
                "follow_up",
                "closed",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("moderation_first", sa.Boolean(), nullable=False),
        sa.Column("owed_until", sa.Date(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=200), nullable=True),
        sa.Column("clock_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("picture", sa.Boolean(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["before_id"], ["questions.id"], name="fk_events_before_id", use_alter=True
        ),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_events_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("code", name=op.f("uq_events_code")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_series_id"), ["series_id"], unique=False)

    op.create_table(
        "projects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("partner", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.String(length=2000), nullable=True),
        sa.Column("field", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_projects_series_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint("code", name=op.f("uq_projects_code")),
    )
    with op.batch_alter_table("projects", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_projects_series_id"), ["series_id"], unique=False)

    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("function", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=True),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_contacts_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("project_id", name=op.f("uq_contacts_project_id")),
    )
    op.create_table(
        "participants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_participants_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sa.UniqueConstraint("event_id", "digest", name=op.f("uq_participants_event_id_digest")),
    )
    op.create_table(
        "stands",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("pitch", sa.String(length=5), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_stands_event_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_stands_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stands")),
        sa.UniqueConstraint("code", name=op.f("uq_stands_code")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_stands_event_id_number")),
    )
    with op.batch_alter_table("stands", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stands_project_id"), ["project_id"], unique=False)

    op.create_table(
        "passes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "organiser",
                "moderator",
                "screen",
                "presenter",
                "contact",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("stand_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(role = 'organiser') = (series_id IS NOT NULL)"
            " AND (role IN ('moderator', 'screen')) = (event_id IS NOT NULL)"
            " AND (role = 'presenter') = (stand_id IS NOT NULL)"
            " AND (role = 'contact') = (project_id IS NOT NULL)",
            name=op.f("ck_passes_opens_one_place"),
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_passes_event_id")),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_passes_project_id")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_passes_series_id")),
        sa.ForeignKeyConstraint(["stand_id"], ["stands.id"], name=op.f("fk_passes_stand_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passes")),
    )
    with op.batch_alter_table("passes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passes_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_passes_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_passes_series_id"), ["series_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_passes_stand_id"), ["stand_id"], unique=False)

    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("stand_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column(
            "facet",
            sa.Enum(
                "recht",
                "kosten",
                "technik",
                "organisation",
                "betrieb",
                "kontakt",
                name="facet",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column(
            "origin",
            sa.Enum(
                "attendee",
                "presenter",
                "moderator",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("participant_id", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "open",
                "shortlisted",
                "live",
                "answered",
                "owed",
                "declined",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Double(), nullable=True),
        sa.Column("head_id", sa.Integer(), nullable=True),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("owed_until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("redacted", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_change_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(status = 'shortlisted') = (position IS NOT NULL)", name=op.f("ck_questions_run_list")
        ),
        sa.CheckConstraint(
            "status <> 'answered' OR answer_id IS NOT NULL",
            name=op.f("ck_questions_answered_somehow"),
        ),
        sa.CheckConstraint(
            "status <> 'owed' OR owed_until IS NOT NULL", name=op.f("ck_questions_owed_by_a_day")
        ),
        sa.CheckConstraint("head_id <> id", name=op.f("ck_questions_no_head_of_itself")),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answers.id"], name="fk_questions_answer_id", use_alter=True
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_questions_event_id")),
        sa.ForeignKeyConstraint(["head_id"], ["questions.id"], name=op.f("fk_questions_head_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_questions_participant_id")
        ),
        sa.ForeignKeyConstraint(["stand_id"], ["stands.id"], name=op.f("fk_questions_stand_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_questions_event_id_number")),
        sa.UniqueConstraint("key", name=op.f("uq_questions_key")),
    )
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_questions_event_id_status_head_id", ["event_id", "status", "head_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_questions_head_id"), ["head_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_questions_participant_id"), ["participant_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_questions_stand_id"), ["stand_id"], unique=False)
        batch_op.create_index(
            "uq_questions_one_live_an_event",
            ["event_id"],
            unique=True,
            sqlite_where=sa.text("status = 'live'"),
            postgresql_where=sa.text("status = 'live'"),
        )

    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column(
            "how",
            sa.Enum(
                "at_stand",
                "in_round",
                "in_writing",
                name="how",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(length=2000), nullable=True),
        sa.Column("by", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_answers_question_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answers_question_id"), ["question_id"], unique=False)

    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("pass_id", sa.Integer(), nullable=True),
        sa.Column("stand_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=36), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("answered", sa.JSON(), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_changes_event_id")),
        sa.ForeignKeyConstraint(["pass_id"], ["passes.id"], name=op.f("fk_changes_pass_id")),
        sa.ForeignKeyConstraint(["stand_id"], ["stands.id"], name=op.f("fk_changes_stand_id")),
        sa.ForeignKeyConstraint(["undone_by"], ["changes.id"], name=op.f("fk_changes_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        sa.UniqueConstraint("event_id", "key", name=op.f("uq_changes_event_id_key")),
    )
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_changes_event_id"), ["event_id"], unique=False)

    op.create_table(
        "me_toos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participants.id"], name=op.f("fk_me_toos_participant_id")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_me_toos_question_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_me_toos")),
        sa.UniqueConstraint(
            "participant_id", "question_id", name=op.f("uq_me_toos_participant_id_question_id")
        ),
    )
    with op.batch_alter_table("me_toos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_me_toos_question_id"), ["question_id"], unique=False)

    op.create_table(
        "touches",
        sa.Column("stand_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_touches_question_id")
        ),
        sa.ForeignKeyConstraint(["stand_id"], ["stands.id"], name=op.f("fk_touches_stand_id")),
        sa.PrimaryKeyConstraint("stand_id", "question_id", name=op.f("pk_touches")),
    )
    with op.batch_alter_table("touches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_touches_revision"), ["revision"], unique=False)

    # Two tables name each other. SQLite takes that as it stands above; everybody else is told when
    # both are there.
    if op.get_bind().dialect.name != "sqlite":
        op.create_foreign_key("fk_events_before_id", "events", "questions", ["before_id"], ["id"])
        op.create_foreign_key(
            "fk_questions_answer_id", "questions", "answers", ["answer_id"], ["id"]
        )


def downgrade() -> None:
    raise NotImplementedError("Before the first tables there was nothing to go back to.")
