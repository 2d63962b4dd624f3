"""Statements compiled once per dialect and run on the DBAPI cursor, for the hot path of asking.

SQLAlchemy looks up, binds and unpacks each statement anew: 50 microseconds, where SQLite itself
takes four; a question needs a dozen. Statements, types and errors are SQLAlchemy's here too; only
its way from a statement to the cursor is left out (docs/decisions/database.md).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Engine, Enum, Float, PoolProxiedConnection, bindparam, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from exchange.database import errors
from exchange.models.base import UtcDateTime

Row = tuple[Any, ...]
REMEMBERED = 64
"""Values of a parameter that are kept as the database writes them."""
_Convert = Callable[[Any], Any]


@dataclass(frozen=True)
class RawConnection:
    """A DBAPI connection of the pool, and its dialect."""

    connection: PoolProxiedConnection
    dialect: Dialect

    @classmethod
    def of(cls, session: Session) -> "RawConnection":
        """That of a session's transaction; it ends with it."""
        connection = session.connection()
        return cls(connection.connection, connection.dialect)

    @classmethod
    def open(cls, engine: Engine) -> "RawConnection":
        """A connection outside of any session. Raises SQLAlchemy's errors when there is none."""
        try:
            return cls(engine.raw_connection(), engine.dialect)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                None, None, error, engine.dialect.loaded_dbapi.Error, hide_parameters=True
            ) from error

    def run(self, sql: str, values: Any = (), *, many: bool = False) -> Any:
        """The cursor after a statement. Raises SQLAlchemy's errors, without the values."""
        try:
            cursor = self.connection.cursor()
            (cursor.executemany if many else cursor.execute)(sql, values)
        except self.dialect.loaded_dbapi.Error as error:
            raise self._translated(sql, error) from error
        return cursor

    def _translated(self, sql: str, error: Any) -> Exception:
        """The driver's error as SQLAlchemy's; what broke the connection ends it."""
        translated: Exception = DBAPIError.instance(
            sql, None, error, self.dialect.loaded_dbapi.Error, hide_parameters=True
        )
        gone = self.dialect.is_disconnect(error, self.connection, None)
        if isinstance(translated, DBAPIError) and (gone or errors.breaks_connection(translated)):
            self.connection.invalidate(error)
            translated.connection_invalidated = True
        return translated

    def begin_writing(self) -> None:
        """Begin as a writer: SQLite must be told at the start, others are begun by the driver."""
        if self.dialect.name == "sqlite":
            self.run("BEGIN IMMEDIATE")

    def rollback(self) -> None:
        """Undo what was not committed."""
        if not self.connection.is_valid:
            return  # it broke, and with it went whatever was begun
        try:
            self.connection.rollback()
        except self.dialect.loaded_dbapi.Error as error:
            self.connection.invalidate(error)

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()


@dataclass(frozen=True)
class _Compiled:
    """A statement as one dialect writes it, and what its values go through."""

    sql: str
    order: Sequence[str] | None
    constants: dict[str, Any]
    binders: dict[str, _Convert]
    readers: tuple[tuple[int, _Convert], ...]

    def values(self, given: Mapping[str, Any]) -> Any:
        bound = {**self.constants, **given}
        for name, bind in self.binders.items():
            bound[name] = bind(bound[name])
        return bound if self.order is None else [bound[name] for name in self.order]

    def row(self, row: Sequence[Any]) -> Row:
        if not self.readers:
            return tuple(row)
        read = list(row)
        for place, convert in self.readers:
            read[place] = convert(read[place])
        return tuple(read)


class CompiledStatement:
    """A select, insert or update of fixed form: no lists of values within, no column defaults."""

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: RawConnection, **values: Any) -> list[Row]:
        """All rows that it answers."""
        compiled = self._on(connection.dialect)
        cursor = connection.run(compiled.sql, compiled.values(values))
        return [compiled.row(row) for row in cursor.fetchall()]

    def one(self, connection: RawConnection, **values: Any) -> Row | None:
        """The row that it answers, or None."""
        return next(iter(self.rows(connection, **values)), None)

    def do(self, connection: RawConnection, *many: Mapping[str, Any]) -> None:
        """Run it once for each of these values; it answers nothing."""
        compiled = self._on(connection.dialect)
        bound = [compiled.values(values) for values in many]
        if len(bound) == 1:
            connection.run(compiled.sql, bound[0])
        else:
            connection.run(compiled.sql, bound, many=True)

    def _on(self, dialect: Dialect) -> _Compiled:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self.statement, dialect)
        return compiled


def compiled_insert(model: type[Any], *names: str, returning: Any = None) -> CompiledStatement:
    """An insert that is given these columns; all that have no default in the database."""
    statement = insert(model).values({name: bindparam(name) for name in names})
    return CompiledStatement(statement if returning is None else statement.returning(returning))


def _compile(statement: Any, dialect: Dialect) -> _Compiled:
    written = statement.compile(dialect=dialect)
    if written.literal_execute_params:
        # What belongs into the text itself (a separator, say) is written into it once. SQLAlchemy
        # does that only where each parameter has a value to begin with.
        options = {"render_postcompile": True}
        written = statement.compile(dialect=dialect, compile_kwargs=options)
    binds: dict[str, Any] = written.binds
    binders = {name: _binder(bind.type, dialect) for name, bind in binds.items()}
    columns = getattr(statement, "exported_columns", ())
    readers = [_reader(column.type, dialect) for column in columns]
    return _Compiled(
        sql=str(written),
        order=tuple(written.positiontup) if written.positional else None,
        constants={name: bind.effective_value for name, bind in binds.items() if not bind.required},
        binders={name: bind for name, bind in binders.items() if bind is not None},
        readers=tuple((place, read) for place, read in enumerate(readers) if read is not None),
    )


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    bind = kind.dialect_impl(dialect).bind_processor(dialect)
    if bind is None or not isinstance(kind, UtcDateTime | Enum):
        return bind
    # The questions of a batch share their moment, and words are few. A moment is dear to format.
    return lru_cache(REMEMBERED)(bind)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> _Convert | None:
    if isinstance(kind, Float):
        # Both drivers answer floats; PostgreSQL's processor would ask for the column's type code.
        return None
    return kind.dialect_impl(dialect).result_processor(dialect, None)
