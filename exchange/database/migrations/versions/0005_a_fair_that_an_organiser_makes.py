"""Labels, entries, contacts with a history, settings of an event: what an organiser sets up.

A stand's number becomes its label. Whoever was a project's contact is its first one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ORIGINS = ("attendee", "presenter", "moderator", "prepared")
_FACETS = ("recht", "kosten", "technik", "organisation", "betrieb", "kontakt")
_LIVE = sa.text("NOT archived")
_STANDS = sa.table(
    "stands",
    sa.column("id", sa.Integer),
    sa.column("number", sa.Integer),
    sa.column("label", sa.String),
    sa.column("sort_key", sa.String),
)


def upgrade() -> None:
    _label_stands()
    _describe_projects()
    _let_contacts_be_several()
    _settle_events()
    _tell_where_from()
    _add_tables()


def _label_stands() -> None:
    sort_key = sa.String(length=220).with_variant(
        sa.String(length=220, collation="C"), "postgresql"
    )
    for column in (
        sa.Column("label", sa.String(length=40), nullable=True),
        sa.Column("sort_key", sort_key, nullable=True),
        sa.Column("place", sa.String(length=100), nullable=True),
        sa.Column("pitch_minutes", sa.Integer(), nullable=True),
        sa.Column("pitch_position", sa.Double(), nullable=True),
        _flag("archived", sa.false()),
    ):
        op.add_column("stands", column)
    connection = op.get_bind()
    for stand, number in connection.execute(sa.select(_STANDS.c.id, _STANDS.c.number)).all():
        connection.execute(
            sa.update(_STANDS)
            .where(_STANDS.c.id == stand)
            .values(label=str(number), sort_key=f"{number:010d}")
        )
    with op.batch_alter_table("stands") as stands:
        stands.drop_constraint("uq_stands_event_id_number", type_="unique")
        stands.drop_column("number")
        stands.alter_column("label", existing_type=sa.String(length=40), nullable=False)
        stands.alter_column("sort_key", existing_type=sort_key, nullable=False)
        stands.alter_column("archived", existing_type=sa.Boolean(), server_default=None)
    op.create_index("ix_stands_event_id", "stands", ["event_id"])
    _index_of_live("uq_stands_event_id_sort_key", "stands", ["event_id", "sort_key"])


def _describe_projects() -> None:
    for name, width in (("key", 60), ("status", 100), ("since", 40), ("licence", 100)):
        op.add_column("projects", sa.Column(name, sa.String(length=width), nullable=True))
    op.add_column("projects", sa.Column("links", sa.String(length=1000), nullable=True))
    op.add_column("projects", _flag("archived", sa.false()))
    with op.batch_alter_table("projects") as projects:
        projects.alter_column("archived", existing_type=sa.Boolean(), server_default=None)
    _index_of_live("uq_projects_series_id_key", "projects", ["series_id", "key"])


def _let_contacts_be_several() -> None:
    for column in (
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("basis", sa.String(length=20), server_default="public_function", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
    ):
        op.add_column("contacts", column)
    with op.batch_alter_table("contacts") as contacts:
        contacts.drop_constraint("uq_contacts_project_id", type_="unique")
        contacts.alter_column("function", existing_type=sa.String(length=200), nullable=True)
        contacts.alter_column("basis", existing_type=sa.String(length=20), server_default=None)
        contacts.alter_column("position", existing_type=sa.Integer(), server_default=None)
        contacts.create_foreign_key(
            op.f("fk_contacts_replaced_by_id"), "contacts", ["replaced_by_id"], ["id"]
        )
        contacts.create_check_constraint(
            op.f("ck_contacts_contactrole"), "role IN ('expert', 'technical', 'contract')"
        )
        contacts.create_check_constraint(
            op.f("ck_contacts_basis"), "basis IN ('public_function', 'consent', 'hidden')"
        )
    op.create_index("ix_contacts_project_id", "contacts", ["project_id"])


def _settle_events() -> None:
    flags = {
        "me_too": sa.true(),
        "facets": sa.true(),
        "entries_open": sa.false(),
        "archived": sa.false(),
    }
    for name, default in flags.items():
        op.add_column("events", _flag(name, default))
    for column in (
        sa.Column("opens", sa.String(length=5), nullable=True),
        sa.Column("closes", sa.String(length=5), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("question_length", sa.Integer(), server_default="500", nullable=False),
        sa.Column("pitch_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stands_changed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sheets_printed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pitch_id", sa.Integer(), nullable=True),
    ):
        op.add_column("events", column)
    with op.batch_alter_table("events") as events:
        events.alter_column("date", existing_type=sa.Date(), nullable=True)
        for name in flags:
            events.alter_column(name, existing_type=sa.Boolean(), server_default=None)
        events.alter_column("question_length", existing_type=sa.Integer(), server_default=None)
        events.create_foreign_key("fk_events_pitch_id", "stands", ["pitch_id"], ["id"])
    for name in ("standard_questions", "list_columns"):
        op.add_column("series", sa.Column(name, sa.JSON(), server_default="{}", nullable=False))
    op.add_column("series", _flag("archived", sa.false()))
    with op.batch_alter_table("series") as series:
        for name in ("standard_questions", "list_columns"):
            series.alter_column(name, existing_type=sa.JSON(), server_default=None)
        series.alter_column("archived", existing_type=sa.Boolean(), server_default=None)


def _tell_where_from() -> None:
    op.add_column("passes", sa.Column("name", sa.String(length=80), nullable=True))
    op.add_column("passes", sa.Column("redeemed", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "ALTER TABLE answers ADD COLUMN contact_id INTEGER"
        " CONSTRAINT fk_answers_contact_id REFERENCES contacts (id)"
    )
    op.add_column("questions", sa.Column("municipality", sa.String(length=80), nullable=True))
    with op.batch_alter_table("questions") as questions:
        questions.drop_constraint(op.f("ck_questions_origin"), type_="check")
        questions.create_check_constraint(
            op.f("ck_questions_origin"),
            "origin IN ({})".format(", ".join(f"'{one}'" for one in _ORIGINS)),
        )


def _add_tables() -> None:
    op.create_table(
        "change_records",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        _foreign("change_records", "change_id", "changes"),
        sa.PrimaryKeyConstraint("change_id", "kind", "record_id", name=op.f("pk_change_records")),
    )
    op.create_index("ix_change_records_kind_record_id", "change_records", ["kind", "record_id"])
    op.create_table(
        "registrations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=80), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        _foreign("registrations", "event_id", "events"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
        sa.UniqueConstraint(
            "event_id", "municipality", name=op.f("uq_registrations_event_id_municipality")
        ),
    )
    op.create_table(
        "prepared_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("facet", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        _foreign("prepared_answers", "project_id", "projects"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prepared_answers")),
        sa.UniqueConstraint(
            "project_id", "facet", name=op.f("uq_prepared_answers_project_id_facet")
        ),
        sa.CheckConstraint(
            "facet IN ({})".format(", ".join(f"'{one}'" for one in _FACETS)),
            name=op.f("ck_prepared_answers_facet"),
        ),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=30), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pass_id", sa.Integer(), nullable=True),
        sa.Column("decided", sa.String(length=8), nullable=True),
        _foreign("proposals", "project_id", "projects"),
        _foreign("proposals", "pass_id", "passes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    waiting = sa.text("decided IS NULL")
    op.create_index(
        "uq_proposals_project_id_field",
        "proposals",
        ["project_id", "field"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def _flag(name: str, default: sa.sql.elements.ColumnElement[bool]) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=default, nullable=False)


def _index_of_live(name: str, table: str, columns: list[str]) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE)


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
