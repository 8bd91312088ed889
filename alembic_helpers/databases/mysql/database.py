"""MySQL and MariaDB, read from ``information_schema``.

SQLAlchemy's reflection parses SHOW CREATE TABLE, where a TEMPORARY table hides the real one; only
the types of columns are taken from it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql.elements import BindParameter, ColumnElement
from sqlalchemy.types import TypeEngine

from ...errors import NotSupportedError
from ..construct import DeclaredType
from ..definition import REFERENCE, Aspect
from ..objects import Column, Constraint, ConstraintType, Index, Kind, Reference, Table
from . import ddl, queries
from .twin import TwinTables, refusals

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

_ROUNDING = (sa.Float, sa.DateTime, sa.Time, sa.JSON)

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


class MySQL(TwinTables):
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
    indexes_belong_to_tables = True
    has_schemas = True
    keys_count = True
    foreign_keys_need_indexes = True
    equivalents = _NOW

    _checks = queries.CHECKS

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

    _folds_tables = False
    """Are names of tables kept or compared in lower case? Known once the server has been asked."""

    def name_key(self, name: str) -> str:
        """Names of columns, indexes and constraints ignore case on every platform.

        https://dev.mysql.com/doc/refman/8.4/en/identifier-case-sensitivity.html
        """
        # One character for one: to the server a dotted capital I is an i, to Python it is two.
        return "".join(character.lower()[0] for character in name)

    def relation_key(self, name: str) -> str:
        return self.name_key(name) if self._folds_tables else name

    schema_key = relation_key

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

    def kind(self, connection: Connection, name: str, schema: str | None) -> Kind | None:
        if not (_storable(name) and _storable(schema or "")):
            return None
        for found, type_, folds in connection.execute(
            queries.KIND, {"schema": schema, "name": name}
        ):
            self._folds_tables = bool(folds)
            # The collation of information_schema may ignore case where the file system does not.
            if self.relation_key(found) == self.relation_key(name):
                return _KINDS.get(type_, Kind.OTHER)
        return None

    def table(self, connection: Connection, name: str, schema: str) -> Table | None:
        """The real table, with definitions unless a TEMPORARY one hides it from SHOW."""
        table = super().table(connection, name, schema)
        if table is None:
            return None
        with refusals() as refused:
            shown = self.shown(connection, self.quoted(schema, name))
        return table if refused or shown.created.temporary else ddl.defined(table, shown)

    def columns(self, connection: Connection, name: str, schema: str) -> Iterable[Column]:
        """The columns of the real table, also when a TEMPORARY one hides it.

        Of its columns that the TEMPORARY one does not have, the type is then only a spelling.
        """
        shown: dict[str, Column] = {}
        with refusals():
            shown = {column.name: column for column in super().columns(connection, name, schema)}
        for row in connection.execute(queries.COLUMNS, {"schema": schema, "name": name}):
            # SQLAlchemy leaves a backtick in a name doubled, as SHOW CREATE TABLE writes it.
            column = shown.get(row.name.replace("`", "``"))
            if column is None:
                column = Column(row.name, DeclaredType(row.spelling), bool(row.nullable))
            column = replace(column, name=row.name)
            if isinstance(column.type, sa.types.NullType):
                column = replace(column, type=DeclaredType(row.spelling))
            elif isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum):
                # SHOW CREATE TABLE, which SQLAlchemy reads, leaves out the table's own collation.
                column.type.collation = row.collation
            yield column

    def same_type(
        self, context: MigrationContext, found: TypeEngine[Any], asked: TypeEngine[Any]
    ) -> bool:
        if isinstance(found, mysql.ENUM) and isinstance(asked, sa.Enum) and asked.native_enum:
            return list(found.enums) == list(asked.enums)
        return super().same_type(context, found, asked)

    def constraints(self, connection: Connection, name: str, schema: str) -> Iterable[Constraint]:
        table = {"schema": schema, "name": name}
        actions = {row.name: row for row in connection.execute(queries.ACTIONS, table)}
        rows = connection.execute(queries.KEYS, table).all()
        # Of a unique key with expressions the standard views show only the plain columns.
        partly = {i.name for i in self.indexes(connection, name, schema) if None in i.columns}
        for (key, type_), group in _grouped(rows, lambda row: (row.name, row.type)):
            if type_ == "UNIQUE" and key in partly:
                yield Constraint(ConstraintType.UNIQUE, key)
            else:
                yield self._key(key, _CONSTRAINT_TYPES[type_], group, actions)
        for row in connection.execute(self._checks, table):
            yield Constraint(ConstraintType.CHECK, row.name, sqltext=self._clause(row.clause))

    def _clause(self, kept: str) -> str:
        """A CHECK as it was written; MySQL shows it with every quote and backslash escaped."""
        written = re.sub(r"\\(.)", r"\1", kept)
        with contextlib.suppress(UnicodeError):  # and what is not ASCII as UTF-8 read as Latin-1
            return written.encode("latin-1").decode()
        return written

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
        rows = connection.execute(queries.INDEXES, {"schema": schema, "name": name}).all()
        for index, parts in _grouped(rows, lambda row: row.name):
            yield Index(index, tuple(p.col for p in parts), not parts[0].repeats)

    def referring(
        self, connection: Connection, name: str, schema: str
    ) -> list[tuple[str, str, tuple[str, ...]]]:
        rows = connection.execute(queries.REFERRING, {"schema": schema, "name": name})
        grouped = _grouped(rows, lambda row: (row.name, row.referring))
        return [(*key, tuple(row.col for row in group)) for key, group in grouped]

    def comment(self, connection: Connection, name: str, schema: str) -> str | None:
        return connection.scalar(queries.COMMENT, {"schema": schema, "name": name}) or None

    def tables_with_index(self, connection: Connection, name: str, schema: str) -> list[str]:
        if not (_storable(name) and _storable(schema)):
            return []
        rows = connection.execute(queries.TABLES_WITH_INDEX, {"schema": schema, "name": name})
        # The collation of information_schema may take an e for an é.
        return [table for table, index in rows if self.name_key(index) == self.name_key(name)]

    def triggers(self, connection: Connection, table: str, schema: str) -> list[str]:
        if not (_storable(table) and _storable(schema)):
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
        elif isinstance(type_, sa.Double) or not isinstance(type_, _ROUNDING):
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


def _grouped(
    rows: Iterable[Row[Any]], key: Callable[[Row[Any]], Any]
) -> Iterable[tuple[Any, list[Row[Any]]]]:
    """Rows by key. Sorted rows are not enough: to the collation e and é may be one name."""
    groups: dict[Any, list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups.items()


def _storable(name: str) -> bool:
    """Whether the server can hold the name at all; comparing with another one is an error.

    https://dev.mysql.com/doc/refman/8.4/en/identifiers.html
    """
    return all(character <= "\uffff" for character in name)
