"""Every private name of Alembic and SQLAlchemy that the library leans on, each with its reason.

``tests/test_upstream.py`` fails when one of them moves.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import alembic.op
from alembic.ddl import mysql
from alembic.ddl.impl import DefaultImpl
from alembic.operations import MigrateOperation, schemaobj
from alembic.operations.batch import ApplyBatchImpl
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import Script
from alembic.util import Dispatcher, sqla_compat
from sqlalchemy import Column, Constraint, Index, Table
from sqlalchemy.engine import Connection, Dialect, Engine, Row, Transaction
from sqlalchemy.engine.base import OptionEngine
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.engine.reflection import ObjectKind, ObjectScope
from sqlalchemy.sql.dml import Insert
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

_F = TypeVar("_F", bound=Callable[..., Any])


class ByClass(Generic[_F]):
    """One function for each class of operations, found the way Alembic finds implementations.

    Reason: ``Dispatcher`` is what ``Operations.implementation_for`` stands on, but is not part of
    the documented interface.
    """

    def __init__(self) -> None:
        self._dispatcher = Dispatcher()
        self._of_class = functools.cache(self._dispatched)

    def register(self, *classes: type[MigrateOperation]) -> Callable[[_F], _F]:
        def register(function: _F) -> _F:
            for class_ in classes:
                self._dispatcher.dispatch_for(class_)(function)
            self._of_class.cache_clear()
            return function

        return register

    def of(self, operation: MigrateOperation) -> _F | None:
        """The function for an operation; ``None`` where none is registered."""
        return self._of_class(type(operation))  # type: ignore[arg-type]

    def _dispatched(self, class_: type[MigrateOperation]) -> _F | None:
        try:
            return self._dispatcher.dispatch(class_)  # type: ignore[no-any-return]
        except ValueError:
            return None


def current_context() -> MigrationContext | None:
    """The context that Alembic's own ``op`` works on, or ``None`` when nothing is migrating.

    Reason: ``alembic.op.get_context()`` is public, but outside a migration it fails with
    ``NameError`` (never installed) or ``AttributeError`` (removed), which also a broken migration
    may raise; the proxy itself tells the two apart.
    """
    proxy = getattr(alembic.op, "_proxy", None)
    return None if proxy is None else proxy.migration_context


def final_name(item: Constraint | Index, dialect: Dialect) -> str | None:
    """The name after naming convention and shortening, as SQLAlchemy would send it, unquoted.

    Reason: ``format_constraint`` quotes; ``_alembic_quote=False`` is the switch that SQLAlchemy
    added for Alembic's own comparisons.
    """
    name = item.name
    if type(name) is str and len(name) <= dialect.max_identifier_length:  # it stands as it is
        return name
    return sqla_compat._get_constraint_final_name(item, dialect)


def copied(column: Column[Any]) -> Column[Any]:
    """A copy that belongs to no table.

    Reason: ``Column.copy`` is deprecated; ``_copy`` is what Alembic and ``to_metadata`` use.
    """
    return column._copy()


def whole_engine(engine: Engine) -> Engine:
    """The engine that ``Engine.execution_options()`` was called on, or itself.

    Reason: an event on that one happens to all that were made of it; ``_proxied`` is the way there.
    """
    while isinstance(engine, OptionEngine):
        engine = engine._proxied
    return engine


def has_listeners(dialect: Dialect, events: Iterable[str]) -> bool:
    """Whether anybody listens to one of these events of a dialect.

    Reason: the first listener of ``do_execute`` that carries the statement out is the last that is
    told, ``insert=True`` is dropped there, and ``event.contains`` asks for one function only.
    """
    return any(len(getattr(dialect.dispatch, name)) for name in events)


def is_autocommit(connection: Connection) -> bool:
    """Whether each statement commits by itself, so that there is no transaction to save.

    Reason: ``get_isolation_level()`` asks the server, and drivers that switch autocommit on by an
    attribute of their own (psycopg) then answer with the server's level.
    """
    return connection._is_autocommit_isolation()


def copied_onto(constraint: Constraint, table: Table) -> Constraint:
    """A copy whose columns are those of another table.

    Reason: ``Constraint.copy`` is deprecated; ``_copy`` is what ``Table.to_metadata`` uses.
    """
    return constraint._copy(target_table=table)


def index_expression(expression: Any) -> Any:
    """The ``text()`` that an index was asked for with.

    Reason: Alembic wraps it in an element that stands on a made-up column of the index's own table.
    """
    if isinstance(expression, sqla_compat._textual_index_element):
        return expression.text
    return expression


def is_autoincrement(column: Column[Any]) -> bool:
    """Whether SQLAlchemy would make the column count by itself (SERIAL, AUTO_INCREMENT).

    Reason: the public ``Table.autoincrement_column`` came with SQLAlchemy 2.0.4.
    """
    table = column.table
    if not isinstance(table, Table) or table._autoincrement_column is not column:
        return False
    return column.default is None or bool(getattr(column.default, "optional", False))


def schema_objects(context: MigrationContext) -> schemaobj.SchemaObjects:
    """Alembic's factory of schema objects that carry the naming convention of the metadata.

    Reason: there is no public way from a column to the constraints that ``op.add_column`` makes.
    """
    return schemaobj.SchemaObjects(context)


mysql_column_compilers: Mapping[type[mysql.MySQLChangeColumn], Callable[..., str]] = {
    mysql.MySQLModifyColumn: mysql._mysql_modify_column,
    mysql.MySQLChangeColumn: mysql._mysql_change_column,
}
"""What writes MODIFY and CHANGE.

Reason: there is no public way to say more of a column in them than Alembic does.
"""

NO_TABLE = "no_table"
"""The table that Alembic makes up for ``op.drop_index`` without one.

Reason: ``DropIndexOp.to_index`` needs some table; its name is a literal there.
"""


def batch_temporary_name(table_name: str) -> str:
    """The name under which Alembic's batch builds the new table."""
    return ApplyBatchImpl._calc_temp_name(table_name)


def in_external_transaction(context: MigrationContext) -> bool:
    """Whether the transaction belongs to the caller, so that nobody here may commit it.

    Reason: the public ``connection.in_transaction()`` is also true after Alembic's own begin.
    """
    return context._in_external_transaction


def own_transaction(context: MigrationContext) -> Transaction | None:
    """The transaction that Alembic began itself, and so may commit.

    Reason: ``autocommit_block()`` asserts that there is one; nothing public says it before.
    """
    return context._transaction


def is_emitted(constraint: Constraint, context: MigrationContext) -> bool:
    """Whether a type's own constraint (``Boolean``, ``Enum``) is sent on this database at all.

    Reason: the rule has no public reader; ``add_constraint`` in Alembic reads it the same way.
    """
    rule = constraint._create_rule
    if rule is None:
        return True
    compiler = context.dialect.statement_compiler(context.dialect, None)
    return bool(rule(compiler))


def is_type_bound(constraint: Constraint) -> bool:
    """Whether the constraint comes from a column's type (``Boolean``, ``Enum``)."""
    return bool(sqla_compat._is_type_bound(constraint))


@contextmanager
def types_already_there(
    context: MigrationContext, names: Iterable[tuple[str | None, str]]
) -> Iterator[None]:
    """Let ``CREATE TABLE`` send ``CREATE TYPE`` for all PostgreSQL types but these.

    Reason: Alembic hands ``_ddl_runner`` to SQLAlchemy's table events with ``checkfirst=False``;
    the runner's memo ``pg_enum`` is the one place where a type can be said to exist without
    changing the caller's own type object. Left alone, it would also remember a type that has been
    dropped since.
    """
    memo = context.impl.memo
    memo["pg_enum"] = set(names)
    try:
        yield
    finally:
        del memo["pg_enum"]


def columns_shown(dialect: Dialect, sql: str) -> list[ReflectedColumn]:
    """The columns of a SHOW CREATE TABLE of MySQL, read as the inspector reads them.

    Reason: the inspector sends the statement itself, for one table at a time. It also leaves a
    quote within a name doubled, and fails at a type with a length that it does not know (VECTOR).
    """
    parser = copy.copy(dialect._tabledef_parser)  # type: ignore[attr-defined]
    parser.dialect = copy.copy(dialect)
    parser.dialect.ischema_names = _Types(dialect.ischema_names)  # type: ignore[attr-defined]
    columns: list[ReflectedColumn] = parser.parse(sql, None).columns
    quote = dialect.identifier_preparer.final_quote
    for column in columns:
        column["name"] = column["name"].replace(quote * 2, quote)
    return columns


class _Types(dict[str, type[TypeEngine[Any]]]):
    """The types of a dialect by their names; every other name stands for one that is not known."""

    def __missing__(self, name: str) -> type[TypeEngine[Any]]:
        return _NotKnown


class _NotKnown(NullType):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__()


def dialect_type(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """The type as this dialect implements it (``sa.Enum`` on PostgreSQL: ``postgresql.ENUM``)."""
    return type_.dialect_impl(dialect)


def variant(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """The type that is asked for on this dialect: a variant, or else the type itself.

    Reason: ``with_variant()`` leaves no public trace; the dialect's implementation of a type may
    lack the precision that was asked for.
    """
    return type_._variant_mapping.get(dialect.name, type_)


def stands_for_itself(type_: TypeEngine[Any]) -> bool:
    """Whether the type is no other one on any dialect: no decorator, no variant.

    Reason: ``with_variant()`` leaves no public trace; to make the dialect's implementation of each
    plain type takes as long as to compare it.
    """
    return not isinstance(type_, TypeDecorator) and not type_._variant_mapping


def offline_dialect(context: MigrationContext) -> Dialect:
    """The dialect as it is after it has met a server with the default settings.

    Reason: PostgreSQL's sets ``_backslash_escapes`` by what the server says, and until then
    doubles in string literals what no server halves. MySQL's sets ``_support_float_cast`` by the
    server's version, and until then leaves out each CAST to FLOAT (there since MySQL 8.0.17).
    """
    dialect = copy.copy(context.dialect)
    if dialect.name == "postgresql":
        dialect._backslash_escapes = False  # type: ignore[attr-defined]
    elif dialect.name in ("mysql", "mariadb"):

        class Casting(type(dialect)):  # type: ignore[misc]
            _support_float_cast = True  # in older SQLAlchemys a property

        dialect.__class__ = Casting
    return dialect


def capturing_context(
    context: MigrationContext, keep: Callable[[Any, str], None]
) -> MigrationContext:
    """A second ``as_sql`` context, which hands over what it would print: construct and text.

    Reason: ``_exec`` is the one place where Alembic turns a construct into text, and
    ``_stdout_connection`` what SQLAlchemy's events (``CREATE TYPE``) print to. A copy, because a
    context announces itself in the log when it is made.
    """
    second = copy.copy(context)
    second.dialect = offline_dialect(context)
    second.connection = second._stdout_connection(None)  # type: ignore[assignment]

    class Capturing(type(context.impl)):  # type: ignore[misc]
        construct: Any = None

        def _exec(self, construct: Any, *args: Any, **kw: Any) -> None:
            self.construct = construct
            super()._exec(construct, *args, **kw)

        def static_output(self, text: str) -> None:
            # A batch separator follows under the same construct.
            if self.construct is not None:
                keep(self.construct, text)
                self.construct = None

    second.impl = _impl(Capturing, second)
    return second


def intercept(context: MigrationContext, takes: Callable[[Any], bool]) -> None:
    """Show each construct to ``takes`` before Alembic prints it; what it takes is not printed.

    Reason: Alembic writes its version table through ``impl._exec``, with no hook on the way.
    """

    class Intercepted(type(context.impl)):  # type: ignore[misc]
        def _exec(self, construct: Any, *args: Any, **kw: Any) -> Any:
            return None if takes(construct) else super()._exec(construct, *args, **kw)

    memo = context.impl.memo
    context.impl = _impl(Intercepted, context)
    context.impl.memo = memo


def follow_transactions(context: MigrationContext, turned: Callable[[bool], None]) -> None:
    """Call ``turned`` with each BEGIN (true) and COMMIT (false) that Alembic prints.

    Reason: Alembic does not keep whether a script is within a transaction, and
    ``autocommit_block()`` prints its COMMIT and BEGIN whether it is or not.
    """
    impl = context.impl

    def follow(name: str, is_open: bool) -> None:
        emit = getattr(impl, name)

        def followed() -> None:
            emit()
            turned(is_open)

        setattr(impl, name, followed)

    follow("emit_begin", True)
    follow("emit_commit", False)


def _impl(of: type[DefaultImpl], context: MigrationContext) -> DefaultImpl:
    return of(
        context.dialect,
        context.connection,
        context.as_sql,
        context.opts.get("transactional_ddl"),
        context.output_buffer,
        context.opts,
    )


def version_table(context: MigrationContext) -> Table:
    """Alembic's version table.

    Reason: an implementation may shape it (``version_table_impl``); only the context has it made.
    """
    return context._version


def follow_steps(
    context: MigrationContext, entering: Callable[[RevisionStep, set[str]], None]
) -> None:
    """Call ``entering`` before each revision of a run, with the heads that are there by then.

    Reason: Alembic tells of a revision only after it has run (``on_version_apply``).
    """
    steps = context._migrations_fn
    current: set[str] = set()

    def applied(*, heads: set[str], **_: Any) -> None:
        current.clear()
        current.update(heads)

    def followed(heads: tuple[str, ...], running: MigrationContext) -> Iterator[RevisionStep]:
        current.update(heads)
        assert steps is not None
        for step in steps(heads, running):
            entering(step, set(current))
            yield step

    context._migrations_fn = followed
    context.on_version_apply_callbacks = (*context.on_version_apply_callbacks, applied)


def stands_on(script: Script) -> set[str]:
    """The revisions that a revision follows or depends on.

    Reason: ``dependencies`` may be partial ids or labels; the resolved ones have no public name.
    """
    return {*script._all_down_revisions}


def inserted(insert: Insert) -> dict[str, Any]:
    """The values of an INSERT, by the names of its columns.

    Reason: the HeadMaintainer's statement is the only place that names the revision to be recorded.
    """
    values: dict[Any, Any] = dict(insert._values or {})
    return {getattr(key, "name", key): value for key, value in values.items()}


def postgresql_columns(
    connection: Connection, rows: Iterable[Mapping[str, Any]], schema: str
) -> list[ReflectedColumn]:
    """What ``get_multi_columns()`` of PostgreSQL makes of columns that have been read already.

    Reason: its own query, ``_columns_query``, takes longer than all of ours together; how it tells
    types has no public name. Enums and domains it still looks up itself.
    """

    class Told:
        def execute(self, statement: Any, *args: Any, **kw: Any) -> Any:
            return self if statement is Told else connection.execute(statement, *args, **kw)

        def mappings(self) -> Iterable[Mapping[str, Any]]:
            return rows

        def __getattr__(self, name: str) -> Any:
            return getattr(connection, name)

    told: Any = copy.copy(connection.dialect)
    told._columns_query = lambda *_: Told
    of_tables = told.get_multi_columns(Told(), schema, None, ObjectScope.ANY, ObjectKind.ANY)
    return [column for _, of_table in of_tables for column in of_table]


def sqlite_columns(dialect: Dialect, rows: Sequence[Row[Any]], sql: str) -> list[ReflectedColumn]:
    """What ``get_columns()`` of SQLite makes of a table's PRAGMA ``table_xinfo`` and its text.

    Reason: it asks for both by itself, table by table, through ``_get_table_pragma`` and
    ``_get_table_sql``; how it tells types and computed values has no public name.
    """
    told: Any = copy.copy(dialect)
    told._get_table_pragma = lambda *_, **__: rows
    told._get_table_sql = lambda *_, **__: sql
    told.has_table = lambda *_, **__: True
    return told.get_columns(None, "")  # type: ignore[no-any-return]
