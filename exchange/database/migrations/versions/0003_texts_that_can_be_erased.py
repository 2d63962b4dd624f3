"""Texts in rows that can be erased, keys as HMACs: nothing in the log, nothing to be replayed.

Before, before-images held reasons for declining and the lines to the hall, `questions.key` and
`changes.key` the client's own UUIDs, and `questions.digest` a plain hash of text and name. What
was withdrawn kept its words. Old pages still hold all that: the caller writes the file anew.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_QUESTIONS = sa.table(
    "questions",
    sa.column("id", sa.Integer),
    sa.column("key", sa.String),
    sa.column("digest", sa.String),
    sa.column("text", sa.String),
    sa.column("name", sa.String),
    sa.column("status", sa.String),
    sa.column("reason", sa.String),
    sa.column("reason_id", sa.Integer),
)
_ANSWERS = sa.table("answers", sa.column("question_id", sa.Integer), sa.column("text", sa.String))
_EVENTS = sa.table(
    "events",
    sa.column("id", sa.Integer),
    sa.column("message", sa.String),
    sa.column("message_id", sa.Integer),
)
_CHANGES = sa.table(
    "changes",
    sa.column("id", sa.Integer),
    sa.column("event_id", sa.Integer),
    sa.column("key", sa.String),
    sa.column("event_before", sa.JSON),
)
_IMAGES = sa.table(
    "change_questions",
    sa.column("change_id", sa.Integer),
    sa.column("question_id", sa.Integer),
    sa.column("before", sa.JSON),
)
_REASONS = sa.table(
    "reasons",
    sa.column("id", sa.Integer),
    sa.column("question_id", sa.Integer),
    sa.column("text", sa.String),
)
_MESSAGES = sa.table(
    "messages",
    sa.column("id", sa.Integer),
    sa.column("event_id", sa.Integer),
    sa.column("text", sa.String),
)
_AT_ONCE = 1000


def upgrade() -> None:
    _add_tables()
    _move_reasons()
    _move_messages()
    _hide_keys()
    op.execute("ALTER TABLE questions DROP COLUMN reason")
    op.execute("ALTER TABLE events DROP COLUMN message")


def _add_tables() -> None:
    for name, owner, width, may_go in (
        ("reasons", "question", 300, True),
        ("messages", "event", 200, False),
    ):
        op.create_table(
            name,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column(f"{owner}_id", sa.Integer(), nullable=False),
            sa.Column("text", sa.String(length=width), nullable=may_go),
            sa.ForeignKeyConstraint(
                [f"{owner}_id"], [f"{owner}s.id"], name=op.f(f"fk_{name}_{owner}_id")
            ),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_{owner}_id"), name, [f"{owner}_id"])
    # In SQL of both databases: Alembic would copy SQLite's table, and lose its checks.
    for table, column, target in (
        ("questions", "reason_id", "reasons"),
        ("events", "message_id", "messages"),
    ):
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} INTEGER"
            f" CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"
        )


def _move_reasons() -> None:
    """A row for each reason of a question that counts or stands in a before-image."""
    connection = op.get_bind()
    gone = set(
        connection.scalars(sa.select(_QUESTIONS.c.id).where(_QUESTIONS.c.status == "withdrawn"))
    )
    known: dict[tuple[int, str], int] = {}

    def row_of(question: int, reason: str) -> int:
        if (question, reason) not in known:
            known[question, reason] = _insert(
                _REASONS, question_id=question, text=None if question in gone else reason
            )
        return known[question, reason]

    place: tuple[int, int] = (0, 0)
    columns = (_IMAGES.c.change_id, _IMAGES.c.question_id)
    while True:
        rows = connection.execute(
            sa.select(_IMAGES).where(sa.tuple_(*columns) > place).order_by(*columns).limit(_AT_ONCE)
        ).all()
        if not rows:
            break
        place = (rows[-1].change_id, rows[-1].question_id)
        for row in rows:
            image = dict(_loaded(row.before))
            reason = image.pop("reason", None)
            image["reason_id"] = row_of(row.question_id, reason) if reason else None
            connection.execute(
                sa.update(_IMAGES)
                .where(columns[0] == row.change_id, columns[1] == row.question_id)
                .values(before=image)
            )
    for question, reason in connection.execute(
        sa.select(_QUESTIONS.c.id, _QUESTIONS.c.reason).where(_QUESTIONS.c.reason.is_not(None))
    ).all():
        connection.execute(
            sa.update(_QUESTIONS)
            .where(_QUESTIONS.c.id == question)
            .values(reason_id=row_of(question, reason))
        )
    withdrawn = sa.select(_QUESTIONS.c.id).where(_QUESTIONS.c.status == "withdrawn")
    connection.execute(
        sa.update(_ANSWERS).where(_ANSWERS.c.question_id.in_(withdrawn)).values(text=None)
    )
    connection.execute(
        sa.update(_QUESTIONS).where(_QUESTIONS.c.status == "withdrawn").values(text="", name=None)
    )


def _move_messages() -> None:
    """A row for each line to the hall that an event shows or a change names."""
    connection = op.get_bind()
    known: dict[tuple[int, str], int] = {}

    def row_of(event: int, line: str | None) -> int | None:
        if line is None:
            return None
        if (event, line) not in known:
            known[event, line] = _insert(_MESSAGES, event_id=event, text=line)
        return known[event, line]

    for row in _in_parts(_CHANGES):
        changed = dict(_loaded(row.event_before))
        if "message" in changed and row.event_id is not None:
            lines = changed.pop("message")
            changed["message_id"] = [row_of(row.event_id, line) for line in lines]
            connection.execute(
                sa.update(_CHANGES).where(_CHANGES.c.id == row.id).values(event_before=changed)
            )
    for event, line in connection.execute(sa.select(_EVENTS.c.id, _EVENTS.c.message)).all():
        connection.execute(
            sa.update(_EVENTS).where(_EVENTS.c.id == event).values(message_id=row_of(event, line))
        )


def _hide_keys() -> None:
    connection = op.get_bind()
    for row in _in_parts(_QUESTIONS):
        connection.execute(
            sa.update(_QUESTIONS)
            .where(_QUESTIONS.c.id == row.id)
            .values(
                key=_hmac(f"question {row.key}")[:32],
                digest=_hmac(f"content {row.key} {row.digest}"),
            )
        )
    for row in _in_parts(_CHANGES):
        if row.key is not None:
            connection.execute(
                sa.update(_CHANGES)
                .where(_CHANGES.c.id == row.id)
                .values(key=_hmac(f"change {row.key}")[:32])
            )


def _hmac(message: str) -> str:
    """As `exchange/digests.py` made it when this was written."""
    key: str = context.config.attributes["secret_key"]
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


def _in_parts(table: sa.TableClause) -> Iterator[Any]:
    """All rows of a table, some at a time."""
    connection, last = op.get_bind(), 0
    while True:
        rows = connection.execute(
            sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(_AT_ONCE)
        ).all()
        if not rows:
            return
        last = rows[-1].id
        yield from rows


def _insert(table: sa.TableClause, **values: object) -> int:
    statement = sa.insert(table).values(**values).returning(table.c.id)
    return int(op.get_bind().scalar(statement) or 0)


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def downgrade() -> None:
    raise NotImplementedError("What is hidden or erased cannot be brought back.")
