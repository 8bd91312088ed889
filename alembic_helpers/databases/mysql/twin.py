"""A twin is a temporary table, made whole by one statement and read with SHOW.

Whatever else is DDL would commit, on a temporary table too:
https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler, TypeCompiler

from ..base import NoTwin
from ..construct import DeclaredType, ddl_compiler
from ..objects import Table
from . import ddl, queries
from .sessions import MySQLSessions


class TwinTables(MySQLSessions):
    def show_create(self, connection: Connection, table: str) -> str:
        """A table as the server shows it; a temporary one hides a real one of its name."""
        sql: str = connection.exec_driver_sql(f"SHOW CREATE TABLE {table}").one()[1]
        return sql

    def shown(self, connection: Connection, table: str) -> ddl.Shown:
        """A temporary table, of which there are no rows in ``information_schema``."""
        created = ddl.created(self.show_create(connection, table))
        rows = connection.exec_driver_sql(f"SHOW FULL COLUMNS FROM {table}").all()
        collation = created.collation
        if collation is None:  # it is that of the character set
            collation = connection.scalar(queries.DEFAULT_COLLATION, {"charset": created.charset})
        return ddl.Shown(created, {row.Field: row for row in rows}, collation)

    @contextmanager
    def scratch(self, connection: Connection, twin: sa.Table) -> Iterator[Connection]:
        """A temporary table: to make and to drop it commits nothing, which to ALTER it would."""
        try:
            with refusals() as refused:
                _send(connection, DropTwin(twin))
                _send(connection, CreateTwin(twin))
            if refused:
                raise NoTwin(f"the server refused a temporary table to compare with: {refused[0]}")
            yield connection
        finally:
            if not connection.invalidated:  # else it is gone with its session
                _send(connection, DropTwin(twin))

    def read_twin(self, connection: Connection, twin: sa.Table) -> Table:
        shown = self.shown(connection, self.quoted(twin.schema, twin.name))
        keys = _fulltext_keys(twin, self.dialect)
        return ddl.table_of(twin.name, twin.schema or "", shown, keys)

    def twin_options(self, found: Table, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The character set and collation that are asked for, or else those of the found table."""
        prefix = f"{self.dialect.name}_"
        asked = {
            name: value
            for name, value in kwargs.items()
            if name.startswith(prefix) and name.endswith(("charset", "character_set", "collate"))
        }
        if asked or found.collation is None:
            return asked
        return {f"{prefix}collate": found.collation}


@contextmanager
def refusals() -> Iterator[list[str]]:
    """What the server refuses within, in its words; a lost connection is an error."""
    refused: list[str] = []
    try:
        yield refused
    except sa.exc.DBAPIError as error:
        if error.connection_invalidated or error.orig is None:
            raise
        refused.append(str(error.orig.args[-1]))


def _send(connection: Connection, element: ExecutableDDLElement) -> None:
    with warnings.catch_warnings():  # that there is no such table, that a default is cut
        warnings.simplefilter("ignore")
        # A twin's schema is the server's own name for it.
        connection.execute(element, execution_options={"schema_translate_map": None})


class CreateTwin(ExecutableDDLElement):
    """A CREATE TABLE with its indexes inside."""

    def __init__(self, twin: sa.Table) -> None:
        self.twin = twin


class DropTwin(ExecutableDDLElement):
    def __init__(self, twin: sa.Table) -> None:
        self.twin = twin


@compiles(CreateTwin)
def _create_twin(element: CreateTwin, compiler: DDLCompiler, **_: Any) -> str:
    twin = element.twin
    indexes = (
        _inline(index, compiler)
        for index in sorted(twin.indexes, key=lambda index: str(index.name))
        if not _is_fulltext(index, compiler.dialect)
    )
    table = compiler.process(CreateTable(twin))
    end = f"\n){compiler.post_create_table(twin)}"
    start, closing, rest = table.rpartition(end)
    return ", \n\t".join([start, *indexes]) + closing + rest


@compiles(DropTwin)
def _drop_twin(element: DropTwin, compiler: DDLCompiler, **_: Any) -> str:
    return f"DROP TEMPORARY TABLE IF EXISTS {compiler.preparer.format_table(element.twin)}"


@compiles(DeclaredType, "mysql", "mariadb")
def _declared_type(type_: DeclaredType, compiler: TypeCompiler, **_: Any) -> str:
    """A percent sign, in a member of an ENUM, as the driver wants it."""
    return type_.spelling.replace("%", percent(compiler.dialect))


def _fulltext_keys(twin: sa.Table, dialect: Dialect) -> list[ddl.Key]:
    """The FULLTEXT indexes, which InnoDB refuses a temporary table: as they are asked for."""
    compiler = ddl_compiler(dialect)
    asked = (_inline(index, compiler) for index in twin.indexes if _is_fulltext(index, dialect))
    return [ddl.inline_key(sql.replace(percent(dialect), "%")) for sql in asked]


def percent(dialect: Dialect) -> str:
    """A percent sign as it is written for the driver."""
    return dialect.identifier_preparer.quote_identifier("%")[1:-1]


def _is_fulltext(index: sa.Index, dialect: Dialect) -> bool:
    prefix = index.dialect_kwargs.get(f"{dialect.name}_prefix")
    return isinstance(prefix, str) and prefix.upper() == "FULLTEXT"


def _inline(index: sa.Index, compiler: DDLCompiler) -> str:
    """``UNIQUE INDEX n (a)`` out of ``CREATE UNIQUE INDEX n ON t (a)``."""
    name = compiler.preparer.format_index(index)
    assert index.table is not None
    table = compiler.preparer.format_table(index.table)
    sql = compiler.process(CreateIndex(index)).removeprefix("CREATE ")
    return sql.replace(f"INDEX {name} ON {table} ", f"INDEX {name} ", 1)
