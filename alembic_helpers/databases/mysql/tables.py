"""Tables of MySQL and MariaDB, read from ``information_schema``.

SHOW CREATE TABLE, which SQLAlchemy's reflection parses, shows a TEMPORARY table instead of the real
one that it hides; types of columns and definitions are taken from it, and nothing else.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from ... import upstream
from ..construct import DeclaredType
from ..objects import Column, Constraint, ConstraintType, Index, Kind, Name, Reference, Table
from . import ddl, many, queries
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

Rows = Sequence[Row[Any]]
_Key = TypeVar("_Key")


class MySQLTables(TwinTables):
    _questions = many.QUESTIONS

    _folds_tables = False
    """Are names of tables kept or compared in lower case? Known once the server has been asked."""

    def name_key(self, name: str) -> str:
        """Names of columns, indexes and constraints ignore case on every platform.

        https://dev.mysql.com/doc/refman/8.4/en/identifier-case-sensitivity.html
        """
        if name.isascii():
            return str.lower(name)  # a quoted_name's own lower() leaves it as it is
        # One character for one: to the server a dotted capital I is an i, to Python it is two.
        return "".join(character.lower()[0] for character in name)

    def relation_key(self, name: str) -> str:
        return self.name_key(name) if self._folds_tables else name

    schema_key = relation_key

    def chooses(self, name: str) -> bool:
        return False

    def chooses_key(self, name: str) -> bool:
        """It takes a column's name, or counts behind the table's.

        https://dev.mysql.com/doc/refman/8.4/en/create-table.html
        """
        return True

    def _asked(self, names: Sequence[str]) -> Any:
        return many.rows_of(names)

    # -- names ---------------------------------------------------------------------------------

    def kind(self, connection: Connection, name: str, schema: str | None) -> Kind | None:
        if not (storable(name) and storable(schema or "")):
            return None
        for found, type_, folds in connection.execute(
            queries.KIND, {"schema": schema, "name": name}
        ):
            self._folds_tables = bool(folds)
            # The collation of information_schema may ignore case where the file system does not.
            if self.relation_key(found) == self.relation_key(name):
                return _KINDS.get(type_, Kind.OTHER)
        return None

    def names(
        self, connection: Connection, schemas: Sequence[str], limit: int
    ) -> list[Name] | None:
        asked = {"schemas": [*filter(storable, schemas)], "limit": limit + 1}
        rows = connection.execute(many.NAMES, asked).all()
        if len(rows) > limit:
            return None
        if rows:
            self._folds_tables = bool(rows[0].folds)
        places = {self.schema_key(schema): schema for schema in schemas}
        return [
            Name(places[key], row.name, _KINDS.get(row.type, Kind.OTHER))
            for row in rows
            if (key := self.schema_key(row.place)) in places
        ]

    def neighbours(self, connection: Connection, name: str, schema: str, limit: int) -> list[Name]:
        """Tables in the order of their names, from that one on and then from the first."""
        if not (storable(name) and storable(schema)):
            return []
        asked = {"schema": schema, "name": name, "limit": limit}
        rows = connection.execute(many.NEIGHBOURS, asked).all()
        return [Name(schema, found, Kind.TABLE) for _, found in sorted(map(tuple, rows))]

    # -- tables --------------------------------------------------------------------------------

    def table(self, connection: Connection, name: str, schema: str) -> Table | None:
        return self.tables(connection, [name], schema).get(name)

    def tables(self, connection: Connection, names: Sequence[str], schema: str) -> dict[str, Table]:
        """The real tables, with definitions unless a TEMPORARY one hides them from SHOW."""
        names = [*filter(storable, names)]
        if not (names and storable(schema)):
            return {}
        asked = {"schema": schema, "names": self._asked(names)}
        rows = connection.execute(self._questions.tables, asked).all()
        for row in rows[:1]:
            self._folds_tables = bool(row.folds)
        key = self.relation_key
        real = {key(row.of_table): row for row in rows}
        found = {name: real[key(name)] for name in names if key(name) in real}
        if not found:
            return {}
        asked["names"] = self._asked([row.of_table for row in found.values()])
        parts = [
            grouped(connection.execute(question, asked), lambda row: key(row.of_table))
            for question in self._questions[1:]
        ]
        read = {}
        for name, row in found.items():
            of_table = [part.get(key(name), ()) for part in parts]
            if len(names) == 1 or not any(map(_breaks, of_table[0])):
                read[name] = self._read(connection, name, schema, row, *of_table)
        return read

    def _read(
        self,
        connection: Connection,
        name: str,
        schema: str,
        row: Row[Any],
        columns: Rows,
        constraints: Rows,
        keys: Rows,
        actions: Rows,
        indexes: Rows,
    ) -> Table:
        sql = None
        with refusals():
            sql = self.show_create(connection, self.quoted(schema, name))
        made = tuple(
            Index(index, tuple(part.col for part in parts), not parts[0].repeats)
            for index, parts in grouped(indexes, lambda row: row.name).items()
        )
        table = Table(
            name=name,
            schema=schema,
            columns=tuple(self._columns(columns, sql)),
            constraints=tuple(self._constraints(constraints, keys, actions, made)),
            indexes=made,
            comment=row.comment or None,
            key=self.name_key,
        )
        created = None if sql is None else ddl.created(sql)
        if created is None or created.temporary:
            return table
        return ddl.defined(table, ddl.Shown(created, {c.Field: c for c in columns}, row.collation))

    def _columns(self, rows: Rows, sql: str | None) -> Iterator[Column]:
        """The columns of the real table, also when a TEMPORARY one hides it.

        Of its columns that the TEMPORARY one does not have, the type is then only a spelling.
        """
        reflected = upstream.columns_shown(self.dialect, sql) if sql else ()
        shown = {column["name"]: self.column(column) for column in reflected}
        for row in rows:
            column = shown.get(row.Field)
            if column is None:
                column = Column(row.Field, DeclaredType(row.Type), row.Null == "YES")
            if isinstance(column.type, sa.types.NullType):
                column = replace(column, type=DeclaredType(row.Type))
            elif isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum):
                # SHOW CREATE TABLE, which SQLAlchemy reads, leaves out the table's own collation.
                column.type.collation = row.Collation
            yield column

    def _constraints(
        self, rows: Rows, keys: Rows, actions: Rows, indexes: Iterable[Index]
    ) -> Iterator[Constraint]:
        # A key and a foreign key may share a name.
        covered = grouped(keys, lambda row: (row.name, row.referred_table is not None))
        rules = {row.name: row for row in actions}
        # Of a unique key with expressions the standard views show only the plain columns.
        partly = {index.name for index in indexes if None in index.columns}
        for name, type_ in ((row.name, _CONSTRAINT_TYPES.get(row.type)) for row in rows):
            if type_ is None:
                continue
            is_foreign = type_ is ConstraintType.FOREIGN_KEY
            parts = covered.get((name, is_foreign), [])
            columns = tuple(part.col for part in parts)
            if is_foreign:
                reference = self._reference(parts, rules[name]) if parts else None
                yield Constraint(type_, name, columns, reference)
            else:
                yield Constraint(type_, name, () if name in partly else columns)
        for row in rows:
            if row.type == "CHECK":
                clause = self._clause(row.clause)
                yield Constraint(ConstraintType.CHECK, row.name, sqltext=clause)

    def _reference(self, parts: Rows, rules: Row[Any]) -> Reference:
        return Reference(
            parts[0].referred_schema,
            parts[0].referred_table,
            tuple(part.referred_column for part in parts),
            self.action(rules.onupdate),
            self.action(rules.ondelete),
        )

    def _clause(self, kept: str) -> str:
        """A CHECK as it was written; MySQL shows it with every quote and backslash escaped."""
        written = re.sub(r"\\(.)", r"\1", kept)
        with contextlib.suppress(UnicodeError):  # and what is not ASCII as UTF-8 read as Latin-1
            return written.encode("latin-1").decode()
        return written


def _breaks(column: Row[Any]) -> bool:
    """Whether its default may be bytes that PyMySQL fails to read, and loses its connection with.

    MariaDB prints them as they are: ``CREATE TABLE t (a varbinary(2) DEFAULT 0xFFFE)``.
    """
    return bool(column.filled) and "binary" in column.Type


def grouped(
    rows: Iterable[Row[Any]], key: Callable[[Row[Any]], _Key]
) -> Mapping[_Key, list[Row[Any]]]:
    """Rows by key. Sorted rows are not enough: to the collation e and é may be one name."""
    groups: dict[_Key, list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def storable(name: str) -> bool:
    """Whether the server can hold the name at all; comparing with another one is an error.

    https://dev.mysql.com/doc/refman/8.4/en/identifiers.html
    """
    return all(character <= "\uffff" for character in name)
