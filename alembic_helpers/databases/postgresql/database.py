"""PostgreSQL: read from ``pg_catalog``, because only there are kind, schema and validity exact.

SQLAlchemy's reflection parses ``pg_get_constraintdef`` with regular expressions, which hostile
names break, and hides validity before 2.1; columns are still taken from it, for their types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateIndex, CreateSequence, CreateTable
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from ... import upstream
from ..base import NoTwin
from ..construct import verbatim
from ..definition import REFERENCE, SEQUENCE, TWIN, Aspect, Definition
from ..objects import Column, EnumType, Kind, Table
from ..sessions import ask
from . import definitions, queries
from .tables import PostgreSQLTables

# A string literal as the server prints it: cast to the type of its column. One with a space at its
# end may be a CHAR in a column of another type, which loses the space.
_CAST_LITERAL = re.compile(r"^('(?:[^']|'')*')(?<! ')::[\w\s.\"()\[\]]+$")


_KEY = (
    Aspect.COLUMNS,
    Aspect.INCLUDE,
    Aspect.DEFERRABLE,
    Aspect.NULLS_NOT_DISTINCT,
    Aspect.WITHOUT_OVERLAPS,
)


class PostgreSQL(PostgreSQLTables):
    title = "PostgreSQL"
    compares: ClassVar[Mapping[str, Sequence[Aspect]]] = {
        "column": (
            Aspect.TYPE,
            Aspect.COLLATION,
            Aspect.NULLABILITY,
            Aspect.DEFAULT,
            Aspect.COMPUTED,
            Aspect.IDENTITY,
            Aspect.AUTOINCREMENT,
            Aspect.COMMENT,
        ),
        "primary key": _KEY,
        "unique constraint": _KEY,
        "foreign key": (
            *REFERENCE,
            Aspect.DEFERRABLE,
            Aspect.MATCH,
            Aspect.ENFORCED,
            Aspect.PERIOD,
        ),
        "check constraint": (Aspect.CONDITION, Aspect.NO_INHERIT, Aspect.ENFORCED),
        "exclude constraint": (Aspect.DEFINITION,),
        "index": (
            Aspect.COLUMNS,
            Aspect.UNIQUE,
            Aspect.ORDER,
            Aspect.OPERATOR_CLASSES,
            Aspect.COLLATIONS,
            Aspect.METHOD,
            Aspect.INCLUDE,
            Aspect.WHERE,
            Aspect.NULLS_NOT_DISTINCT,
        ),
        "enum": (Aspect.VALUES,),
        "sequence": (Aspect.TYPE, *SEQUENCE),
        "view": (Aspect.DEFINITION,),
    }
    # https://github.com/postgres/postgres/blob/master/src/backend/parser/parse_utilcmd.c:
    # transformIndexConstraints, "remove any redundant index specifications"
    merges_unique_constraints = True
    temporary_schema = "pg_temp"
    errors_end_transactions = True
    read_at_once = 64
    spreading_options = ("postgresql_inherits", "postgresql_partition_by")
    has_enums = True
    has_extensions = True
    has_schemas = True
    has_materialized_views = True
    records_check_columns = True
    keys_count = True
    equivalents = dict.fromkeys(("now()", "transaction_timestamp()"), "CURRENT_TIMESTAMP")

    spellings = (
        (r"^(float\((?:[1-9]|1\d|2[0-4])\)|float4)$", "real"),
        (r"^float(\(\d+\)|8)?$", "double precision"),
        (r"^(?:decimal|numeric)(?:\((\d+)\))$", r"numeric(\1,0)"),
        (r"^decimal\b", "numeric"),
        (r"^(char|bit)$", r"\1(1)"),
        (r"(\[\])+$", "[]"),  # the server keeps no dimensions
    )

    def same_type(
        self, context: MigrationContext, found: TypeEngine[Any], asked: TypeEngine[Any]
    ) -> bool:
        if not isinstance(found, postgresql.ENUM):
            return super().same_type(context, found, asked)
        native = upstream.dialect_type(asked, self.dialect)
        if not isinstance(native, postgresql.ENUM):
            return super().same_type(context, found, asked)
        assert context.connection is not None
        mapping = context.connection.get_execution_options().get("schema_translate_map") or {}
        # The dialect's own type is remembered from before a table gave its schema to the type.
        written = asked.schema if isinstance(asked, sa.Enum) else native.schema
        schema = mapping.get(written, written)
        # One that is found without its schema is the one that the search path leads to.
        return found.name == native.name and found.schema == schema

    def similar_type(
        self, context: MigrationContext, found: TypeEngine[Any], asked: TypeEngine[Any]
    ) -> bool:
        """One that is asked for with its schema may be found without, where it is visible."""
        if super().similar_type(context, found, asked):
            return True
        have, want = map(self.dialect.type_compiler_instance.process, (found, asked))
        if context.connection is None or not want.endswith(f".{have}"):
            return False
        schema = ask(context.connection, queries.SCHEMA_OF_TYPE, type=have).scalar()
        return schema is not None and want == f"{self.quoted(schema)}.{have}"

    def same_literal(self, found: str | None, asked: str | None) -> bool:
        if found is not None and asked is not None:
            found = _CAST_LITERAL.sub(r"\1", found)
        return found == asked

    @property
    def sequences_have_types(self) -> bool:
        """Before 14 a sequence took the name of a type, as a table does.

        https://www.postgresql.org/docs/release/14.0/
        """
        return (self.dialect.server_version_info or ()) < (14,)

    def tables_with_index(self, connection: Connection, name: str, schema: str) -> list[str]:
        return list(connection.scalars(queries.TABLES_WITH_INDEX, self._relation(name, schema)))

    def sequence_exists(self, connection: Connection, name: str, schema: str | None) -> bool:
        return self.kind(connection, name, schema) is Kind.SEQUENCE

    def enum(self, connection: Connection, name: str, schema: str) -> EnumType | None:
        labels = connection.scalar(queries.ENUM, self._relation(name, schema))
        return None if labels is None else EnumType(name, schema, tuple(labels))

    def named_enum(self, type_: Any) -> tuple[str | None, str, tuple[str, ...]] | None:
        plain = upstream.stands_for_itself(type_)
        if plain and not isinstance(type_, (sa.types.SchemaType, sa.ARRAY)):
            return None
        native = upstream.dialect_type(type_, self.dialect)
        if isinstance(native, postgresql.ARRAY):
            return self.named_enum(native.item_type)
        if not isinstance(native, postgresql.ENUM) or not native.create_type or not native.name:
            return None
        return native.schema, native.name, tuple(native.enums)

    def equals(self, column: ColumnElement[Any], value: Any, stored: Column) -> ColumnElement[bool]:
        if isinstance(stored.type, postgresql.JSON):  # json has no equality, jsonb has
            return sa.cast(column, postgresql.JSONB).is_not_distinct_from(
                sa.cast(value, postgresql.JSONB)
            )
        return column.is_not_distinct_from(sa.cast(value, stored.type))

    def view_is(
        self, connection: Connection, name: str, schema: str | None, select: str
    ) -> bool | None:
        """Both as the server prints them: the SELECT is made a temporary view for a moment."""
        found = connection.scalar(queries.VIEW, self._relation(name, schema))
        try:
            with _rolled_back(connection):
                connection.execute(verbatim(f"CREATE TEMPORARY VIEW {TWIN} AS {select}"))
                definition = f"SELECT pg_catalog.pg_get_viewdef('{TWIN}'::regclass)"
                return bool(found == connection.scalar(sa.text(definition)))
        except NoTwin:
            return None  # no TEMP privilege, or a SELECT that the CREATE itself will refuse

    def twin_place(self, schema: str) -> str | None:
        return "pg_temp"

    @contextmanager
    def scratch(self, connection: Connection, twin: sa.Table) -> Iterator[Connection]:
        """A temporary table in a savepoint that is rolled back: it was never there."""
        with _rolled_back(connection):
            connection.execute(CreateTable(twin))
            for index in twin.indexes:
                connection.execute(CreateIndex(index))
            yield connection

    def read_twin(self, connection: Connection, twin: sa.Table) -> Table:
        schema = connection.scalar(queries.OWN_TEMPORARY_SCHEMA)
        table = self.table(connection, twin.name, schema)
        assert table is not None, twin
        return table

    def builders(self, connection: Connection, name: str, schema: str) -> list[int]:
        return list(connection.scalars(queries.BUILDERS, self._relation(name, schema)))

    def sequence_definitions(
        self, connection: Connection, name: str, schema: str, options: Mapping[str, Any]
    ) -> tuple[Definition, Definition]:
        found = connection.execute(queries.SEQUENCE, self._relation(name, schema)).one()
        with _rolled_back(connection):
            connection.execute(CreateSequence(sa.Sequence(TWIN, schema="pg_temp", **options)))
            temporary = connection.scalar(queries.OWN_TEMPORARY_SCHEMA)
            twin = connection.execute(queries.SEQUENCE, self._relation(TWIN, temporary)).one()
        return definitions.of_sequence(found), definitions.of_sequence(twin)

    def extension_exists(self, connection: Connection, name: str) -> bool:
        query = sa.text("SELECT true FROM pg_catalog.pg_extension WHERE extname = :name")
        return connection.scalar(query, {"name": name}) is True

    def triggers(self, connection: Connection, table: str, schema: str) -> list[str]:
        return list(connection.scalars(queries.TRIGGERS, self._relation(table, schema)))


@contextmanager
def _rolled_back(connection: Connection) -> Iterator[None]:
    """A savepoint, or in autocommit a transaction, that leaves nothing behind.

    What the server refuses within it is raised as :class:`NoTwin`.
    """
    autocommit = upstream.is_autocommit(connection)
    savepoint = None if autocommit else connection.begin_nested()
    if autocommit:
        connection.exec_driver_sql("BEGIN")
    try:
        yield
    except sa.exc.DBAPIError as error:
        if error.connection_invalidated:
            raise
        raise NoTwin(str(error.orig).strip().splitlines()[0]) from error
    finally:
        if not connection.invalidated:
            if savepoint is not None:
                savepoint.rollback()
            else:
                connection.exec_driver_sql("ROLLBACK")
