"""Rows that insert themselves only where they are not: each statement is its own guard."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement, Null

from .. import upstream
from ..databases import Database
from ..databases.objects import Column
from .capture import compiled
from .guards import Scene
from .questions import Statement

Row = Mapping[str, Any]


def inserts(
    table: sa.TableClause, rows: Sequence[Row], key: Sequence[str] | None, scene: Scene
) -> list[Statement]:
    """One INSERT ... SELECT ... WHERE for each row.

    With a key: unless a row with that key is there. Without: unless there are as many equal rows
    as have been given up to this one, because equal rows may be meant twice.
    """
    given: dict[str, int] = {}
    found = []
    for row in rows:
        values = _with_defaults(table, row)
        asked = {name: values[name] for name in key or _constants(values)}
        alike = repr(sorted(asked.items(), key=lambda item: item[0]))
        given[alike] = given.get(alike, 0) + 1
        if key and given[alike] > 1:
            continue  # the first row of a key counts
        literals = {n: literal(table.c[n], value, scene) for n, value in values.items()}
        same = [_equals(table.c[name], literals[name], scene.database) for name in asked]
        there = sa.select(sa.func.count()).select_from(table).where(*same).scalar_subquery()
        # A number and not a parameter: it is compiled with the values.
        missing = there < sa.literal_column(str(given[alike]))
        select = sa.select(*(value.label(name) for name, value in literals.items()))
        columns = [table.c[name] for name in values]
        insert = sa.insert(table).from_select(
            columns, select.where(missing), include_defaults=False
        )
        found.append(compiled(insert, scene.context))
    return found


def primary_key(table: sa.TableClause, rows: Sequence[Row]) -> list[str] | None:
    """The keys of the primary key's columns, when it is known and each row has a value for it."""
    names = [c.key for c in table.primary_key.columns] if isinstance(table, sa.Table) else []
    carried = all(row.get(name) is not None for row in rows for name in names)
    return names if names and carried else None


def _constants(values: Row) -> Sequence[str]:
    """What can be found again: CURRENT_TIMESTAMP is another value each time."""
    expressions = (
        name
        for name, value in values.items()
        if isinstance(value, ColumnElement) and not isinstance(value, sa.BindParameter)
    )
    return sorted(values.keys() - set(expressions)) or list(values)


def _with_defaults(table: sa.TableClause, row: Row) -> dict[str, Any]:
    """The row with the constants that SQLAlchemy fills in for columns left out."""
    values = dict(row)
    for column in table.columns:
        default = getattr(column, "default", None)
        if default is not None and default.is_scalar:
            values.setdefault(column.key, default.arg)
    return values


def literal(column: ColumnElement[Any], value: Any, scene: Scene) -> ColumnElement[Any]:
    """The value as SQL. A parameter would not do: some operators lose sight of literal_binds."""
    if isinstance(value, ColumnElement):
        return value
    if value is None and not isinstance(column.type, sa.JSON):
        return sa.null()
    type_ = None if isinstance(column.type, sa.types.NullType) else column.type
    literal = sa.literal(value, type_)
    return sa.literal_column(_sql(literal, value, scene), literal.type)


def _sql(literal: sa.BindParameter[Any], value: Any, scene: Scene) -> str:
    if isinstance(value, bytes):
        return scene.writer.binary(value)
    if isinstance(literal.type, sa.JSON):  # most dialects have no literal of it
        literal = sa.literal(json.dumps(value))
    return compiled(literal, scene.context).sql


def _equals(
    column: ColumnElement[Any], literal: ColumnElement[Any], database: Database
) -> ColumnElement[bool]:
    if isinstance(literal, Null):
        return column.is_(None)
    if isinstance(column.type, sa.types.NullType):
        return column == literal
    type_ = upstream.variant(column.type, database.dialect)
    if isinstance(type_, (sa.JSON, sa.Enum, sa.types.TypeDecorator)):
        # One thing on PostgreSQL and another on MariaDB. Other types would lose their precision.
        type_ = upstream.dialect_type(type_, database.dialect)
    stored = Column(str(getattr(column, "name", "")), type_, nullable=True)
    return database.equals(column, literal, stored)
