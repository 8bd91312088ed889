"""Definitions of tables on PostgreSQL: of any number of them in a few statements."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import ReflectedColumn

from ... import upstream
from ..construct import DeclaredType
from ..objects import Column, Constraint, ConstraintType, Index, Reference, Table
from . import definitions, many
from .names import PostgreSQLNames
from .rows import ColumnRow, ConstraintRow, IndexRow, TableRow, by_table

_CONSTRAINT_TYPES = {
    "p": ConstraintType.PRIMARY,
    "u": ConstraintType.UNIQUE,
    "f": ConstraintType.FOREIGN_KEY,
    "c": ConstraintType.CHECK,
    "x": ConstraintType.EXCLUDE,
}
_OWNERS = ("p", "u", "x")
"""Those of them that stand on an index."""
_MATCHES = {" ": None, "s": None, "f": "FULL", "p": "PARTIAL"}
_ACTIONS = {"a": None, "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}


class PostgreSQLTables(PostgreSQLNames):
    def table(self, connection: Connection, name: str, schema: str) -> Table | None:
        return self.tables(connection, [name], schema).get(name)

    def tables(self, connection: Connection, names: Sequence[str], schema: str) -> dict[str, Table]:
        stored = {name: self.stored_name(name) for name in names}
        asked = {"schema": schema, "names": [*dict.fromkeys(stored.values())]}
        found = [TableRow(*row) for row in connection.execute(many.TABLES, asked).all()]
        if not found:
            return {}
        version = self.dialect.server_version_info or ()
        these = {"tables": [row.table for row in found]}
        columns = by_table(connection, many.COLUMNS, these, ColumnRow)
        kinds = self._kinds_of_columns(connection, columns, schema)
        constraints = by_table(connection, many.constraints(version), these, ConstraintRow)
        indexes = by_table(connection, many.indexes(version), these, IndexRow)
        tables = {}
        for row in found:
            numbered = {column.attnum: column.attname for column in columns[row.table]}
            owned = constraints[row.table]
            owners = {one.conindid: one.conname for one in owned if one.contype in _OWNERS}
            tables[row.relname] = Table(
                name=row.relname,
                schema=schema,
                columns=tuple(
                    [kinds[column.manner].under(column.attname) for column in columns[row.table]]
                ),
                constraints=tuple([_constraint(one, numbered) for one in owned]),
                indexes=tuple(
                    [
                        _index(one, numbered, owners.get(one.indexrelid))
                        for one in indexes[row.table]
                    ]
                ),
                comment=row.comment,
                key=self.name_key,
                spreads=row.relhassubclass,
            )
        return {
            name: tables[real] if name == real else replace(tables[real], name=name)
            for name, real in stored.items()
            if real in tables
        }

    def _kinds_of_columns(
        self, connection: Connection, columns: Mapping[int, Sequence[ColumnRow]], schema: str
    ) -> dict[Hashable, Column]:
        """One column of each manner: many differ by nothing but their names."""
        manners = {row.manner: row for rows in columns.values() for row in rows}
        reflected = upstream.postgresql_columns(
            connection, map(_reflected, manners.values()), schema
        )
        return {
            manner: self._column(column, row)
            for column, (manner, row) in zip(reflected, manners.items(), strict=True)
        }

    def _column(self, column: ReflectedColumn, row: ColumnRow) -> Column:
        type_ = column["type"]
        hidden = row.is_domain and not isinstance(type_, postgresql.DOMAIN)
        if hidden or isinstance(type_, sa.types.NullType):
            type_ = DeclaredType(row.spelling)
        elif isinstance(type_, sa.String) and not isinstance(type_, sa.Enum):
            type_.collation = row.collname  # SQLAlchemy 2.0 leaves it out
        collation = spelled = None
        if row.collname:
            collation = definitions.dotted(row.collation_schema, row.collname)
            spelled = self.quoted(row.collation_schema, row.collname)
        return self.column(
            column,
            type=type_,
            spelling=f"{row.spelling} COLLATE {spelled}" if spelled else row.spelling,
            definition=definitions.of_column(row, collation),
            reads=tuple(row.reads or ()),
        )


def _reflected(row: ColumnRow) -> dict[str, Any]:
    """A row as SQLAlchemy's own query for columns has them."""
    collation = None
    if row.collname:
        schema = None if row.collation_is_visible else row.collation_schema
        collation = {"name": row.collname, "schema": schema}
    return {
        "table_name": "",  # of one table they keep their order
        "name": row.attname,
        "format_type": row.spelling,
        "default": row.expression,
        "not_null": row.attnotnull,
        "generated": row.generated,
        "identity_options": {"always": row.identity == "a"} if row.identity else None,
        "comment": row.comment,
        "collation": collation,
    }


def _constraint(row: ConstraintRow, names: Mapping[int, str]) -> Constraint:
    columns = tuple([names[number] for number in row.numbers or () if number in names])
    type_ = _CONSTRAINT_TYPES[row.contype]
    reference = None
    if type_ is ConstraintType.FOREIGN_KEY:
        reference = Reference(
            row.referred_schema,
            row.referred_table or "",
            tuple(row.referred_columns or ()),
            _ACTIONS[row.onupdate],
            _on_delete(row, names),
            row.condeferrable,
            "DEFERRED" if row.condeferred else None,
            _MATCHES[row.match],
        )
    return Constraint(
        type_,
        row.conname,
        columns,
        reference,
        _check_text(row.definition or "") if type_ is ConstraintType.CHECK else None,
        row.convalidated,
        definitions.of_constraint(type_, row, columns, definitions.Key.of(row, names)),
    )


def _on_delete(row: ConstraintRow, names: Mapping[int, str]) -> str | None:
    action = _ACTIONS[row.ondelete]
    if not row.delete_numbers:
        return action
    return f"{action} ({', '.join(names[number] for number in row.delete_numbers)})".upper()


def _index(row: IndexRow, names: Mapping[int, str], owner: str | None) -> Index:
    key = definitions.Key.of(row, names)
    return Index(
        row.relname,
        key.columns,
        row.indisunique,
        row.indisvalid,
        owner,
        definition=definitions.of_index(row, key),
        reads=tuple(row.reads) if row.reads is not None else key.reads,
        partitioned=row.relkind == "I",
    )


def _check_text(definition: str) -> str:
    return definition.removeprefix("CHECK ").removesuffix(" NOT VALID").removesuffix(" NO INHERIT")
