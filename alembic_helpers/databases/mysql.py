"""MySQL and MariaDB, read from ``information_schema``.

SQLAlchemy's reflection parses SHOW CREATE TABLE, where a TEMPORARY table hides the real one;
columns are still taken from it, for their types.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Connection, Row
from sqlalchemy.types import TypeEngine

from ..errors import NotSupportedError
from .base import Database
from .construct import DeclaredType
from .objects import Column, Constraint, ConstraintType, Index, Kind, Reference

_KINDS = {
    "BASE TABLE": Kind.TABLE,
    "SYSTEM VERSIONED": Kind.TABLE,
    "VIEW": Kind.VIEW,
    "SYSTEM VIEW": Kind.VIEW,
    "SEQUENCE": Kind.SEQUENCE,
}
_CONSTRAINT_TYPES = {
    "PRIMARY KEY": ConstraintType.PRIMARY,
    "UNIQUE": ConstraintType.UNIQUE,
    "FOREIGN KEY": ConstraintType.FOREIGN_KEY,
}

_KIND = sa.text(
    "SELECT table_name, table_type FROM information_schema.tables "
    "WHERE table_schema = :schema AND table_name = :name AND table_type <> 'TEMPORARY'"
)
_COMMENT = sa.text(
    "SELECT table_comment FROM information_schema.tables "
    "WHERE table_schema = :schema AND table_name = :name AND table_type <> 'TEMPORARY'"
)
_TYPES = sa.text(
    "SELECT column_name AS col, column_type AS spelling, collation_name AS collation "
    "FROM information_schema.columns WHERE table_schema = :schema AND table_name = :name"
)
_KEYS = sa.text(
    "SELECT t.constraint_name AS name, t.constraint_type AS type, k.column_name AS col, "
    "k.referenced_table_schema AS referred_schema, k.referenced_table_name AS referred_table, "
    "k.referenced_column_name AS referred_column "
    "FROM information_schema.table_constraints t "
    "JOIN information_schema.key_column_usage k ON k.constraint_schema = t.constraint_schema "
    "AND k.constraint_name = t.constraint_name AND k.table_schema = t.table_schema "
    "AND k.table_name = t.table_name "
    # A key and a foreign key may share a name.
    "AND (t.constraint_type = 'FOREIGN KEY') = (k.referenced_table_name IS NOT NULL) "
    "WHERE t.table_schema = :schema AND t.table_name = :name "
    "ORDER BY t.constraint_name, t.constraint_type, k.ordinal_position"
)
_ACTIONS = sa.text(
    "SELECT constraint_name AS name, update_rule AS onupdate, delete_rule AS ondelete "
    "FROM information_schema.referential_constraints "
    "WHERE constraint_schema = :schema AND table_name = :name"
)
_INDEXES = sa.text(
    "SELECT index_name AS name, non_unique AS repeats, column_name AS col "
    "FROM information_schema.statistics WHERE table_schema = :schema AND table_name = :name "
    "AND index_name <> 'PRIMARY' ORDER BY index_name, seq_in_index"
)
_TABLES_WITH_INDEX = sa.text(
    "SELECT DISTINCT table_name FROM information_schema.statistics "
    "WHERE table_schema = :schema AND index_name = :name"
)
_TRIGGERS = sa.text(
    "SELECT trigger_name FROM information_schema.triggers "
    "WHERE event_object_schema = :schema AND event_object_table = :name"
)


class MySQL(Database):
    title = "MySQL"
    unique_is_index = True
    columns_hold_enums = True
    names_primary_keys = False
    indexes_belong_to_tables = True
    has_schemas = True

    _checks = sa.text(
        "SELECT t.constraint_name AS name, c.check_clause AS clause "
        "FROM information_schema.table_constraints t "
        "JOIN information_schema.check_constraints c "
        "ON c.constraint_schema = t.constraint_schema AND c.constraint_name = t.constraint_name "
        "WHERE t.table_schema = :schema AND t.table_name = :name AND t.constraint_type = 'CHECK'"
    )

    spellings = (
        (r"^bool(ean)?$", "tinyint"),
        (r"^integer\b", "int"),
        (r"^((?:tiny|small|medium|big)?int|year)\(\d+\)", r"\1"),  # a display width is no type
        (r"^float\((?:\d|1\d|2[0-4])\)$", "float"),
        (r"^(float\(\d+\)|real|double precision)$", "double"),
        (r"^(?:decimal|numeric)\b", "decimal"),
        (r"^decimal(?!\()", "decimal(10,0)"),
        (r"^decimal\((\d+)\)", r"decimal(\1,0)"),
        (r"^(char|binary|bit)$", r"\1(1)"),
        (r"^national (.*)", r"\1 character set utf8mb3"),
    )

    def type_text(self, type_: TypeEngine[Any]) -> str:
        """TEXT(n) and BLOB(n) become the smallest of their kind that holds so much.

        https://dev.mysql.com/doc/refman/8.4/en/blob.html
        """
        text = super().type_text(type_)
        sized = re.match(r"(text|blob)\((\d+)\)(.*)", text)
        if sized is None:
            return text
        kind, length, rest = sized.groups()
        size = int(length) * (4 if kind == "text" else 1)
        limits = (("tiny", 2**8), ("", 2**16), ("medium", 2**24), ("long", 2**32))
        return next(word for word, limit in limits if size < limit) + kind + rest

    def name_key(self, name: str) -> str:
        """Names of columns, indexes and constraints ignore case on every platform.

        https://dev.mysql.com/doc/refman/8.4/en/identifier-case-sensitivity.html
        """
        return name.lower()

    def current_schema(self, connection: Connection) -> str | None:
        return connection.scalar(sa.text("SELECT DATABASE()"))

    def schemas(self, connection: Connection) -> list[str]:
        query = sa.text("SELECT schema_name FROM information_schema.schemata")
        return list(connection.scalars(query))

    def kind(self, connection: Connection, name: str, schema: str | None) -> Kind | None:
        for row in connection.execute(_KIND, {"schema": schema, "name": name}):
            # The collation of information_schema may ignore case where the file system does not.
            if row[0] == name or self._ignores_table_case(connection):
                return _KINDS.get(row[1], Kind.OTHER)
        return None

    def columns(self, connection: Connection, name: str, schema: str) -> Iterable[Column]:
        rows = connection.execute(_TYPES, {"schema": schema, "name": name})
        types = {row.col: row for row in rows}
        for column in super().columns(connection, name, schema):
            type_ = column.type
            if isinstance(type_, sa.types.NullType):
                column = replace(column, type=DeclaredType(types[column.name].spelling))
            elif isinstance(type_, sa.String) and not isinstance(type_, sa.Enum):
                # SHOW CREATE TABLE, which SQLAlchemy reads, leaves out the table's own collation.
                type_.collation = types[column.name].collation
            yield column

    def same_type(
        self, context: MigrationContext, found: TypeEngine[Any], asked: TypeEngine[Any]
    ) -> bool:
        if isinstance(found, mysql.ENUM) and isinstance(asked, sa.Enum) and asked.native_enum:
            return list(found.enums) == list(asked.enums)
        return super().same_type(context, found, asked)

    def constraints(self, connection: Connection, name: str, schema: str) -> Iterable[Constraint]:
        table = {"schema": schema, "name": name}
        actions = {row.name: row for row in connection.execute(_ACTIONS, table)}
        rows = connection.execute(_KEYS, table).all()
        for (key, type_), group in itertools.groupby(rows, lambda row: (row.name, row.type)):
            yield self._key(key, _CONSTRAINT_TYPES[type_], list(group), actions)
        for row in connection.execute(self._checks, table):
            yield Constraint(ConstraintType.CHECK, row.name, sqltext=row.clause)

    def _key(
        self, name: str, type_: ConstraintType, rows: list[Row[Any]], actions: dict[str, Row[Any]]
    ) -> Constraint:
        reference = None
        if type_ is ConstraintType.FOREIGN_KEY:
            reference = Reference(
                rows[0].referred_schema,
                rows[0].referred_table,
                tuple(row.referred_column for row in rows),
                self.action(actions[name].onupdate),
                self.action(actions[name].ondelete),
            )
        return Constraint(type_, name, tuple(row.col for row in rows), reference)

    def indexes(self, connection: Connection, name: str, schema: str) -> Iterable[Index]:
        rows = connection.execute(_INDEXES, {"schema": schema, "name": name}).all()
        for index, group in itertools.groupby(rows, lambda row: row.name):
            parts = list(group)
            yield Index(index, tuple(p.col for p in parts), not parts[0].repeats)

    def comment(self, connection: Connection, name: str, schema: str) -> str | None:
        return connection.scalar(_COMMENT, {"schema": schema, "name": name}) or None

    def tables_with_index(self, connection: Connection, name: str, schema: str) -> list[str]:
        return list(connection.scalars(_TABLES_WITH_INDEX, {"schema": schema, "name": name}))

    def triggers(self, connection: Connection, table: str, schema: str) -> list[str]:
        return list(connection.scalars(_TRIGGERS, {"schema": schema, "name": table}))

    def require_enums(self, operation: str) -> None:
        raise NotSupportedError(
            f"{operation}: on {self.title} an enum lives in its column, there is no type to name; "
            'write: op.alter_column("table", "column", type_=sa.Enum(...), existing_type=sa.Enum(...))'
        )

    def view_text(self, connection: Connection, name: str, schema: str | None) -> str | None:
        query = sa.text(
            "SELECT view_definition FROM information_schema.views "
            "WHERE table_schema = :schema AND table_name = :name"
        )
        text = connection.scalar(query, {"schema": schema, "name": name})
        # Every column comes back as `schema`.`table`.`column` AS `column`.
        return None if text is None else text.replace(f"`{schema}`.", "")

    def plain_expression(self, sql: str) -> str:
        sql = re.sub(r"`?(\w+)`? AS `?\1`?(?=\s*(,|from\b|$))", r"\1", sql, flags=re.IGNORECASE)
        return super().plain_expression(sql)

    def action(self, action: str | None) -> str | None:
        """InnoDB checks at once, so that RESTRICT, NO ACTION and nothing are one.

        https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
        """
        action = super().action(action)
        return None if action == "RESTRICT" else action

    def _ignores_table_case(self, connection: Connection) -> bool:
        return bool(connection.scalar(sa.text("SELECT @@lower_case_table_names")))


class MariaDB(MySQL):
    title = "MariaDB"
    _checks = sa.text(
        # Names are per table, and a column's own CHECK carries the column's name.
        "SELECT constraint_name AS name, check_clause AS clause "
        "FROM information_schema.check_constraints "
        "WHERE constraint_schema = :schema AND table_name = :name"
    )
