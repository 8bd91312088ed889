"""MySQL, and what MariaDB shares with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import BindParameter, ColumnElement
from sqlalchemy.types import TypeEngine

from ...errors import NotSupportedError
from ..definition import REFERENCE, Aspect
from ..objects import Column
from . import queries, restating
from .tables import MySQLTables, grouped, storable

_ROUNDING = (sa.DateTime, sa.Time, sa.JSON)
_SINGLE = 24
"""A FLOAT of more bits is a DOUBLE."""

# Other words for what the server keeps as a default.
_DEFAULTS = {
    "true": "1",
    "false": "0",
    **dict.fromkeys(("now", "localtime", "localtimestamp"), "current_timestamp"),
}

# What SQLAlchemy makes of a function, a default in parentheses, is kept as an expression.
_NOW = {
    f"(now({digits}))": f"CURRENT_TIMESTAMP{digits and f'({digits})'}" for digits in ("", *"123456")
}


_KEY = (Aspect.COLUMNS, Aspect.ORDER, Aspect.METHOD, Aspect.PREFIX_LENGTHS)


class MySQL(MySQLTables):
    title = "MySQL"
    compares: ClassVar[Mapping[str, Sequence[Aspect]]] = {
        "column": (
            Aspect.TYPE,
            Aspect.COLLATION,
            Aspect.NULLABILITY,
            Aspect.DEFAULT,
            Aspect.ON_UPDATE,
            Aspect.COMPUTED,
            Aspect.AUTOINCREMENT,
            Aspect.COMMENT,
        ),
        "primary key": _KEY,
        "unique constraint": _KEY,
        "foreign key": REFERENCE,
        "check constraint": (Aspect.CONDITION, Aspect.ENFORCED),
        "index": (*_KEY, Aspect.UNIQUE),
    }
    unique_is_index = True
    columns_hold_enums = True
    restates_columns = True
    names_primary_keys = False
    primary_key_names = ("PRIMARY",)
    indexes_belong_to_tables = True
    has_schemas = True
    keys_count = True
    foreign_keys_need_indexes = True
    equivalents = _NOW

    spellings = (
        (r"\butf8(?=_|\b)", "utf8mb3"),  # its old name, which MariaDB 10.5 still shows
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

    @property
    def keeps_inline_references(self) -> bool:
        """Before 9.0 a REFERENCES within a column was read, and forgotten.

        https://dev.mysql.com/doc/refman/8.4/en/ansi-diff-foreign-keys.html
        """
        return (self.dialect.server_version_info or ()) >= (9,)

    def current_schema(self, connection: Connection) -> str | None:
        schema: str | None = connection.scalar(sa.text("SELECT DATABASE()"))
        return schema

    def schemas(self, connection: Connection) -> list[str]:
        rows = connection.execute(queries.SCHEMAS).all()
        self._folds_tables = bool(rows[0][1])
        return [row[0] for row in rows]

    def held_by(self, connection: Connection, schema: str) -> list[str]:
        """All that DROP SCHEMA would drop without a word."""
        return list(connection.scalars(queries.HELD, {"schema": schema}))

    def same_type(
        self, context: MigrationContext, found: TypeEngine[Any], asked: TypeEngine[Any]
    ) -> bool:
        if isinstance(found, mysql.ENUM) and isinstance(asked, sa.Enum) and asked.native_enum:
            return list(found.enums) == list(asked.enums)
        return super().same_type(context, found, asked)

    def restated(
        self, type_: TypeEngine[Any], column: Column, keeps_expression: bool
    ) -> TypeEngine[Any]:
        return restating.restated(type_, column, keeps_expression)

    def referring(
        self, connection: Connection, name: str, schema: str
    ) -> list[tuple[str, str, tuple[str, ...]]]:
        rows = connection.execute(queries.REFERRING, {"schema": schema, "name": name})
        by_key = grouped(rows, lambda row: (row.name, row.referring))
        return [(*key, tuple(row.col for row in group)) for key, group in by_key.items()]

    def tables_with_index(self, connection: Connection, name: str, schema: str) -> list[str]:
        if not (storable(name) and storable(schema)):
            return []
        rows = connection.execute(queries.TABLES_WITH_INDEX, {"schema": schema, "name": name})
        # The collation of information_schema may take an e for an é.
        return [table for table, index in rows if self.name_key(index) == self.name_key(name)]

    def triggers(self, connection: Connection, table: str, schema: str) -> list[str]:
        if not (storable(table) and storable(schema)):
            return []
        return list(connection.scalars(queries.TRIGGERS, {"schema": schema, "name": table}))

    def require_enums(self, operation: str) -> None:
        raise NotSupportedError(
            f"{operation}: on {self.title} an enum lives in its column, there is no type to name; "
            'write: op.alter_column("table", "column", type_=sa.Enum(...), '
            "existing_type=sa.Enum(...))"
        )

    def view_text(self, connection: Connection, name: str, schema: str | None) -> str | None:
        text = connection.scalar(queries.VIEW_TEXT, {"schema": schema, "name": name})
        # Every column comes back as `schema`.`table`.`column` AS `column`.
        return None if text is None else text.replace(f"`{schema}`.", "")

    def view_is(
        self, connection: Connection, name: str, schema: str | None, select: str
    ) -> bool | None:
        found = self.view_text(connection, name, schema or "")
        if found is None:
            return None
        found = found.replace("\\'", "''")
        if not re.search(r"\bjoin\b", found, re.IGNORECASE):
            # Of one table, which the server names before each column.
            for table in re.findall(r"\bfrom (`(?:[^`]|``)+`)", found):
                found = found.replace(f"{table}.", "")
        select = select.replace(f"{schema}.", "")
        return True if self.plain_expression(found) == self.plain_expression(select) else None

    def plain_expression(self, sql: str) -> str:
        sql = re.sub(r"`?(\w+)`? AS `?\1`?(?=\s*(,|from\b|$))", r"\1", sql, flags=re.IGNORECASE)
        # The server names the character set of a string, and may escape the quote within it.
        sql = re.sub(r"(?<!\w)_\w+(?=')", "", sql)
        sql = re.sub(r"\\(.)", lambda match: "''" if match[1] == "'" else match[0], sql)
        return super().plain_expression(sql)

    def equals(self, column: ColumnElement[Any], value: Any, stored: Column) -> ColumnElement[bool]:
        """A number or a time is rounded when it is stored, but compared as it was given."""
        type_ = stored.type
        if isinstance(type_, sa.Numeric) and not isinstance(type_, sa.Float):
            type_ = sa.DECIMAL(type_.precision, type_.scale)
        elif isinstance(type_, mysql.SET) and isinstance(value, BindParameter):
            members = value.value or ()  # in any order, but stored in that of the type
            value = sa.literal(",".join(name for name in type_.values if name in members))
            return column.is_not_distinct_from(value)
        elif isinstance(type_, sa.Float) and getattr(type_, "scale", None) is not None:
            type_ = sa.DECIMAL(type_.precision, type_.scale)  # as the column is rounded, in binary
            return sa.cast(column, type_).is_not_distinct_from(sa.cast(value, type_))
        elif isinstance(type_, sa.Float):
            if isinstance(type_, (sa.Double, sa.REAL)) or (type_.precision or 0) > _SINGLE:
                return column.is_not_distinct_from(value)
            type_ = sa.Float()  # MariaDB casts to no FLOAT(24)
        elif not isinstance(type_, _ROUNDING):
            return column.is_not_distinct_from(value)
        return column.is_not_distinct_from(sa.cast(value, type_))

    def plain_default(self, sql: str) -> str:
        plain = super().plain_default(sql)
        return _DEFAULTS.get(plain, plain)

    def action(self, action: str | None) -> str | None:
        """InnoDB checks at once, so that RESTRICT, NO ACTION and nothing are one.

        https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
        """
        action = super().action(action)
        return None if action == "RESTRICT" else action
