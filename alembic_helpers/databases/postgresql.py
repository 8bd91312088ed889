"""PostgreSQL: read from ``pg_catalog``, because only there are kind, schema and validity exact.

SQLAlchemy's reflection parses ``pg_get_constraintdef`` with regular expressions, which hostile
names break, and hides validity before 2.1; columns are still taken from it, for their types.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from .. import upstream
from .base import Database
from .construct import DeclaredType, verbatim
from .objects import Column, Constraint, ConstraintType, EnumType, Index, Kind, Reference

_KINDS = {
    "r": Kind.TABLE,
    "p": Kind.TABLE,  # partitioned
    "v": Kind.VIEW,
    "m": Kind.MATERIALIZED_VIEW,
    "f": Kind.FOREIGN_TABLE,
    "S": Kind.SEQUENCE,
    "i": Kind.INDEX,
    "I": Kind.INDEX,  # of a partitioned table
    "c": Kind.TYPE,
}
_CONSTRAINT_TYPES = {
    "p": ConstraintType.PRIMARY,
    "u": ConstraintType.UNIQUE,
    "f": ConstraintType.FOREIGN_KEY,
    "c": ConstraintType.CHECK,
    "x": ConstraintType.EXCLUDE,
}
_ACTIONS = {"a": None, "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}

_RELATION = "n.nspname = :schema AND c.relname = :name"
_FROM_RELATION = (
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
)

_KIND = sa.text(
    f"SELECT CAST(c.relkind AS text), 1 AS place {_FROM_RELATION} WHERE {_RELATION} "
    # A type of that name blocks a table too; tables bring a row type of their own name along,
    # indexes and sequences may stand beside a type.
    "UNION ALL SELECT 'c', 2 FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n "
    "ON n.oid = t.typnamespace WHERE n.nspname = :schema AND t.typname = :name AND t.typrelid = 0 "
    "AND NOT (t.typcategory = 'A' AND t.typelem <> 0) ORDER BY place"
)
_SCHEMA_OF = sa.text(
    f"SELECT n.nspname {_FROM_RELATION} WHERE c.relname = :name "
    "AND pg_catalog.pg_table_is_visible(c.oid)"
)
_COMMENT = sa.text(
    f"SELECT pg_catalog.obj_description(c.oid, 'pg_class') {_FROM_RELATION} WHERE {_RELATION}"
)
_TYPES = sa.text(
    "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod) AS spelling, o.collname "
    f"{_FROM_RELATION} JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid "
    "JOIN pg_catalog.pg_type t ON t.oid = a.atttypid "
    "LEFT JOIN pg_catalog.pg_collation o "
    "ON o.oid = a.attcollation AND a.attcollation <> t.typcollation "
    f"WHERE {_RELATION} AND a.attnum > 0 AND NOT a.attisdropped"
)
_CONSTRAINTS = sa.text(
    f"""
    SELECT k.conname, CAST(k.contype AS text) AS contype, k.convalidated,
           CAST(k.confupdtype AS text) AS onupdate, CAST(k.confdeltype AS text) AS ondelete,
           pg_catalog.pg_get_constraintdef(k.oid) AS definition,
           ARRAY(SELECT CAST(a.attname AS text) FROM unnest(k.conkey) WITH ORDINALITY o(num, pos)
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.num
                 ORDER BY o.pos) AS columns,
           rn.nspname AS referred_schema, r.relname AS referred_table,
           ARRAY(SELECT CAST(a.attname AS text) FROM unnest(k.confkey) WITH ORDINALITY o(num, pos)
                 JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = o.num
                 ORDER BY o.pos) AS referred_columns
    {_FROM_RELATION}
    JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid
    LEFT JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
    LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
    WHERE {_RELATION} AND k.contype IN ('p', 'u', 'f', 'c', 'x')
      -- A foreign key to a partitioned table has a row more for every partition.
      AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint whole
                      WHERE whole.oid = k.conparentid AND whole.conrelid = k.conrelid)
    ORDER BY k.oid
    """
)
_INDEXES = sa.text(
    f"""
    SELECT ic.relname, i.indisunique, i.indisvalid,
           ARRAY(SELECT CAST(a.attname AS text)
                 FROM unnest(CAST(i.indkey AS int2[])) WITH ORDINALITY o(num, pos)
                 LEFT JOIN pg_catalog.pg_attribute a
                   ON a.attrelid = i.indrelid AND a.attnum = o.num AND o.num > 0
                 WHERE o.pos <= i.indnkeyatts ORDER BY o.pos) AS columns,
           (SELECT k.conname FROM pg_catalog.pg_constraint k
            WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x') LIMIT 1) AS owner
    {_FROM_RELATION}
    JOIN pg_catalog.pg_index i ON i.indrelid = c.oid
    JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
    WHERE {_RELATION} ORDER BY ic.relname
    """
)
_TABLES_WITH_INDEX = sa.text(
    "SELECT c.relname FROM pg_catalog.pg_class ic "
    "JOIN pg_catalog.pg_namespace n ON n.oid = ic.relnamespace "
    "JOIN pg_catalog.pg_index i ON i.indexrelid = ic.oid "
    "JOIN pg_catalog.pg_class c ON c.oid = i.indrelid "
    "WHERE n.nspname = :schema AND ic.relname = :name"
)
_ENUM = sa.text(
    "SELECT ARRAY(SELECT CAST(e.enumlabel AS text) FROM pg_catalog.pg_enum e "
    "WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) "
    "FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
    "WHERE n.nspname = :schema AND t.typname = :name AND t.typtype = 'e'"
)
_TRIGGERS = sa.text(
    f"SELECT t.tgname {_FROM_RELATION} JOIN pg_catalog.pg_trigger t ON t.tgrelid = c.oid "
    f"WHERE {_RELATION} AND NOT t.tgisinternal"
)


class PostgreSQL(Database):
    title = "PostgreSQL"
    # https://github.com/postgres/postgres/blob/master/src/backend/parser/parse_utilcmd.c:
    # transformIndexConstraints, "remove any redundant index specifications"
    merges_unique_constraints = True
    temporary_schema = "pg_temp"
    has_enums = True
    has_extensions = True
    has_schemas = True
    has_materialized_views = True
    records_check_columns = True

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
        native = upstream.dialect_type(asked, self.dialect)
        if not isinstance(found, postgresql.ENUM) or not isinstance(native, postgresql.ENUM):
            return super().same_type(context, found, asked)
        assert context.connection is not None
        mapping = context.connection.get_execution_options().get("schema_translate_map") or {}
        # The dialect's own type is remembered from before a table gave its schema to the type.
        written = asked.schema if isinstance(asked, sa.Enum) else native.schema
        schema = mapping.get(written, written)
        # One that is found without its schema is on the search path.
        return found.name == native.name and found.schema in (None, schema)

    def stored_name(self, name: str) -> str:
        """Names are cut at 63 bytes, never inside a character.

        https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
        """
        # create_engine(max_identifier_length=30) shortens what SQLAlchemy names, not what is sent.
        limit = max(63, self.dialect.max_identifier_length)
        return name.encode()[:limit].decode(errors="ignore")

    def current_schema(self, connection: Connection) -> str | None:
        # Asked each time: SET search_path may have come after SQLAlchemy's first connect.
        schema: str | None = connection.scalar(sa.text("SELECT CAST(current_schema() AS text)"))
        return schema

    def schema_named(self, connection: Connection, schema: str) -> str:
        if schema == "pg_temp":  # an alias: every session has one of its own
            query = sa.text(
                "SELECT nspname FROM pg_catalog.pg_namespace WHERE oid = pg_my_temp_schema()"
            )
            return connection.scalar(query) or schema
        return self.stored_name(schema)

    def schema_of(self, connection: Connection, name: str) -> str | None:
        schema: str | None = connection.scalar(_SCHEMA_OF, {"name": self.stored_name(name)})
        return schema

    def schemas(self, connection: Connection) -> list[str]:
        return list(connection.scalars(sa.text("SELECT nspname FROM pg_catalog.pg_namespace")))

    def kind(self, connection: Connection, name: str, schema: str | None) -> Kind | None:
        found = connection.scalars(_KIND, self._relation(name, schema)).first()
        return None if found is None else _KINDS.get(found, Kind.OTHER)

    def columns(self, connection: Connection, name: str, schema: str) -> Iterable[Column]:
        rows = connection.execute(_TYPES, self._relation(name, schema))
        types = {row.attname: row for row in rows}
        for column in super().columns(connection, self.stored_name(name), schema):
            type_ = column.type
            if isinstance(type_, sa.types.NullType):
                column = replace(column, type=DeclaredType(types[column.name].spelling))
            elif isinstance(type_, sa.String) and not isinstance(type_, sa.Enum):
                type_.collation = types[column.name].collname  # SQLAlchemy 2.0 leaves it out
            yield column

    def constraints(self, connection: Connection, name: str, schema: str) -> Iterable[Constraint]:
        for row in connection.execute(_CONSTRAINTS, self._relation(name, schema)):
            type_ = _CONSTRAINT_TYPES[row.contype]
            reference = None
            if type_ is ConstraintType.FOREIGN_KEY:
                reference = Reference(
                    row.referred_schema,
                    row.referred_table,
                    tuple(row.referred_columns),
                    _ACTIONS[row.onupdate],
                    _ACTIONS[row.ondelete],
                )
            yield Constraint(
                type_,
                row.conname,
                tuple(row.columns),
                reference,
                _check_text(row.definition) if type_ is ConstraintType.CHECK else None,
                row.convalidated,
            )

    def indexes(self, connection: Connection, name: str, schema: str) -> Iterable[Index]:
        for row in connection.execute(_INDEXES, self._relation(name, schema)):
            yield Index(row.relname, tuple(row.columns), row.indisunique, row.indisvalid, row.owner)

    def comment(self, connection: Connection, name: str, schema: str) -> str | None:
        comment: str | None = connection.scalar(_COMMENT, self._relation(name, schema))
        return comment

    def tables_with_index(self, connection: Connection, name: str, schema: str) -> list[str]:
        return list(connection.scalars(_TABLES_WITH_INDEX, self._relation(name, schema)))

    def sequence_exists(self, connection: Connection, name: str, schema: str | None) -> bool:
        return self.kind(connection, name, schema) is Kind.SEQUENCE

    def enum(self, connection: Connection, name: str, schema: str) -> EnumType | None:
        labels = connection.scalar(_ENUM, self._relation(name, schema))
        return None if labels is None else EnumType(name, schema, tuple(labels))

    def named_enum(self, type_: Any) -> tuple[str | None, str, tuple[str, ...]] | None:
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
        definition = sa.text(
            f"SELECT pg_catalog.pg_get_viewdef(c.oid) {_FROM_RELATION} WHERE {_RELATION}"
        )
        found = connection.scalar(definition, self._relation(name, schema))
        twin = "_alembic_helpers_twin"
        savepoint = connection.begin_nested()
        try:
            connection.execute(verbatim(f"CREATE TEMPORARY VIEW {twin} AS {select}"))
            asked = connection.scalar(
                sa.text(f"SELECT pg_catalog.pg_get_viewdef('{twin}'::regclass)")
            )
        except sa.exc.DBAPIError:
            return None  # no TEMP privilege, or a SELECT that the CREATE itself will refuse
        finally:
            savepoint.rollback()
        return bool(found == asked)

    def extension_exists(self, connection: Connection, name: str) -> bool:
        query = sa.text("SELECT true FROM pg_catalog.pg_extension WHERE extname = :name")
        return connection.scalar(query, {"name": name}) is True

    def triggers(self, connection: Connection, table: str, schema: str) -> list[str]:
        return list(connection.scalars(_TRIGGERS, self._relation(table, schema)))

    def _relation(self, name: str, schema: str | None) -> dict[str, str | None]:
        return {"name": self.stored_name(name), "schema": schema}


def _check_text(definition: str) -> str:
    return definition.removeprefix("CHECK ").removesuffix(" NOT VALID").removesuffix(" NO INHERIT")
