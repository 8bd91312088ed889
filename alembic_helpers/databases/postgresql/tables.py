"""Definitions of tables on PostgreSQL: of any number of them in a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection, Row
from sqlalchemy.engine.interfaces import ReflectedColumn

from ... import upstream
from ..construct import DeclaredType
from ..objects import Column, Constraint, ConstraintType, Index, Reference, Table
from . import definitions, queries
from .names import PostgreSQLNames

_CONSTRAINT_TYPES = {
    "p": ConstraintType.PRIMARY,
    "u": ConstraintType.UNIQUE,
    "f": ConstraintType.FOREIGN_KEY,
    "c": ConstraintType.CHECK,
    "x": ConstraintType.EXCLUDE,
}
_MATCHES = {" ": None, "s": None, "f": "FULL", "p": "PARTIAL"}
_ACTIONS = {"a": None, "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}


class PostgreSQLTables(PostgreSQLNames):
    def table(self, connection: Connection, name: str, schema: str) -> Table | None:
        return self.tables(connection, [name], schema).get(name)

    def tables(self, connection: Connection, names: Sequence[str], schema: str) -> dict[str, Table]:
        stored = {name: self.stored_name(name) for name in names}
        asked = {"schema": schema, "names": [*dict.fromkeys(stored.values())]}
        found = {row.relation: row for row in connection.execute(queries.TABLES, asked)}
        if not found:
            return {}
        asked["names"] = [*found]
        columns = _by_table(connection, queries.COLUMNS, asked)
        rows = (_reflected(row) for of_table in columns.values() for row in of_table)
        reflected = upstream.postgresql_columns(connection, rows, schema)
        constraints = _by_table(connection, queries.CONSTRAINTS, asked)
        indexes = _by_table(connection, queries.INDEXES, asked)
        numbered = {name: {row.attnum: row.attname for row in columns[name]} for name in found}
        tables = {
            name: Table(
                name=name,
                schema=schema,
                columns=tuple(self._columns(reflected.get((schema, name), []), columns[name])),
                constraints=tuple(_constraint(row, numbered[name]) for row in constraints[name]),
                indexes=tuple(_index(row, numbered[name]) for row in indexes[name]),
                comment=row.comment,
                key=self.name_key,
                spreads=row.relhassubclass,
            )
            for name, row in found.items()
        }
        return {
            name: tables[real] if name == real else replace(tables[real], name=name)
            for name, real in stored.items()
            if real in tables
        }

    def _columns(
        self, reflected: Sequence[ReflectedColumn], rows: Sequence[Row[Any]]
    ) -> Iterator[Column]:
        read = {row.attname: row for row in rows}
        for column in reflected:
            row, type_ = read[column["name"]], column["type"]
            hidden = row.is_domain and not isinstance(type_, postgresql.DOMAIN)
            if hidden or isinstance(type_, sa.types.NullType):
                type_ = DeclaredType(row.spelling)
            elif isinstance(type_, sa.String) and not isinstance(type_, sa.Enum):
                type_.collation = row.collname  # SQLAlchemy 2.0 leaves it out
            collation = spelled = None
            if row.collname:
                collation = definitions.dotted(row.collation_schema, row.collname)
                spelled = self.quoted(row.collation_schema, row.collname)
            yield self.column(
                column,
                type=type_,
                spelling=f"{row.spelling} COLLATE {spelled}" if spelled else row.spelling,
                definition=definitions.of_column(row, collation),
                reads=tuple(row.reads),
            )


def _reflected(row: Row[Any]) -> dict[str, Any]:
    """A row as SQLAlchemy's own query for columns has them."""
    collation = None
    if row.collname:
        schema = None if row.collation_is_visible else row.collation_schema
        collation = {"name": row.collname, "schema": schema}
    return {
        "table_name": row.relation,
        "name": row.attname,
        "format_type": row.spelling,
        "default": row.expression,
        "not_null": row.attnotnull,
        "generated": row.generated,
        "identity_options": {"always": row.identity == "a"} if row.identity else None,
        "comment": row.comment,
        "collation": collation,
    }


def _by_table(
    connection: Connection, query: sa.TextClause, asked: Mapping[str, Any]
) -> dict[str, list[Row[Any]]]:
    rows: dict[str, list[Row[Any]]] = defaultdict(list)
    for some in connection.execute(query, asked).partitions(1_000):
        for row in some:
            rows[row.relation].append(row)
    return rows


def _constraint(row: Row[Any], names: Mapping[int, str]) -> Constraint:
    columns = tuple(names[number] for number in row.numbers or () if number in names)
    type_ = _CONSTRAINT_TYPES[row.contype]
    reference = None
    if type_ is ConstraintType.FOREIGN_KEY:
        reference = Reference(
            row.referred_schema,
            row.referred_table,
            tuple(row.referred_columns),
            _ACTIONS[row.onupdate],
            _ACTIONS[row.ondelete],
            row.condeferrable,
            "DEFERRED" if row.condeferred else None,
            _MATCHES[row.match],
        )
    return Constraint(
        type_,
        row.conname,
        columns,
        reference,
        _check_text(row.definition) if type_ is ConstraintType.CHECK else None,
        row.convalidated,
        definitions.of_constraint(type_, row, columns, definitions.Key.of(row, names)),
    )


def _index(row: Row[Any], names: Mapping[int, str]) -> Index:
    key = definitions.Key.of(row, names)
    return Index(
        row.relname,
        key.columns,
        row.indisunique,
        row.indisvalid,
        row.owner,
        definition=definitions.of_index(row, key),
        reads=tuple(row.reads) if row.reads is not None else key.reads,
        partitioned=row.relkind == "I",
    )


def _check_text(definition: str) -> str:
    return definition.removeprefix("CHECK ").removesuffix(" NOT VALID").removesuffix(" NO INHERIT")
