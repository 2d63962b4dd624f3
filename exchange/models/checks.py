"""The rules for codes and labels (`codes.py`, `labels.py`) as constraints of the tables.

Each once for SQLite, which knows no regular expressions, and once for PostgreSQL.
"""

from sqlalchemy import CheckConstraint

from exchange.models import lengths
from exchange.models.codes import CodeRule

_LETTER = "[^ -/:-@[-`{-~]"
"""What is neither a blank nor one of ASCII's signs: more a database does not know of letters."""


def of_codes(rule: CodeRule) -> tuple[CheckConstraint, ...]:
    """For a table's column `code`."""
    signs = f"{'A-Z' if rule.upper else 'a-z'}0-9-"
    return _either(
        "code",
        f"length(code) BETWEEN 1 AND {rule.longest}"
        # In bytes, too: both functions end at a NUL.
        " AND length(CAST(code AS BLOB)) = length(code)"
        f" AND code NOT GLOB '*[^{signs}]*'",
        f"code COLLATE \"C\" ~ '^[{signs}]{{1,{rule.longest}}}$'",
    )


def of_labels() -> tuple[CheckConstraint, ...]:
    """For the columns `label` and `sort_key`."""
    length = f"length(label) BETWEEN 1 AND {lengths.LABEL}"
    return _either(
        "label",
        f"{length} AND sort_key GLOB '*{_LETTER}*'",
        f"{length} AND sort_key ~ '{_LETTER}'",
    )


def _either(name: str, sqlite: str, postgresql: str) -> tuple[CheckConstraint, ...]:
    return (
        CheckConstraint(sqlite, name=name).ddl_if(dialect="sqlite"),
        CheckConstraint(postgresql, name=name).ddl_if(dialect="postgresql"),
    )
