"""What a statement of our own changes, as far as names go.

A statement that is not here may change anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.ddl import base as ddl
from sqlalchemy import schema as sql

from .. import upstream
from ..databases import Database


class Effect(NamedTuple):
    """One table is made or changed; whatever it has in it may be another afterwards.

    The names are those that it may have in it now and did not have before.
    """

    table: str
    schema: str | None
    makes: bool = False
    columns: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    """Of constraints and indexes; also of those that are gone."""
    chosen: bool = False
    """May the server have named something by itself?"""


def effect_of(statement: object, database: Database) -> Effect | None:
    """``None`` for a statement that is not known here.

    DROP COLUMN is not: indexes and sequences go with it.
    """
    known = _EFFECTS.get(type(statement))
    if known is not None:
        return known(statement, database)
    if isinstance(statement, ddl.IdentityColumnDefault):  # its sequence may have any name
        return None
    if isinstance(statement, ddl.AlterColumn) and getattr(statement, "newname", None) is None:
        return _altered(statement, database)
    return None


def _created(statement: sql.CreateTable, database: Database) -> Effect | None:
    table = statement.element
    if statement.if_not_exists:
        return None
    options = table.dialect_kwargs
    if options and any(options.get(option) for option in database.spreading_options):
        return None
    constraints = {*table.constraints, *_inline(table.columns)}
    if not database.names_primary_keys:
        constraints.discard(table.primary_key)
    names = {upstream.final_name(constraint, database.dialect) for constraint in constraints}
    return Effect(
        table.name,
        table.schema,
        makes=True,
        columns=tuple(column.name for column in table.columns),
        keys=(*(name for name in names if name is not None), *database.primary_key_names),
        chosen=None in names,
    )


def _column_added(statement: ddl.AddColumn, database: Database) -> Effect:
    column = statement.column
    names = {upstream.final_name(item, database.dialect) for item in _inline([column])}
    return Effect(
        statement.table_name,
        statement.schema,
        columns=(column.name,),
        keys=(*(name for name in names if name is not None), *database.primary_key_names),
        chosen=column.primary_key or bool(column.foreign_keys) or None in names,
    )


def _inline(columns: Iterable[sa.Column[Any]]) -> Iterator[sa.Constraint]:
    """The constraints that stand within the definition of a column."""
    for column in columns:
        yield from column.constraints


def _added(statement: sql.AddConstraint, database: Database) -> Effect:
    constraint = statement.element
    name = upstream.final_name(constraint, database.dialect)
    # MySQL makes an index for a foreign key, under a name of its own choice.
    chosen = name is None or isinstance(constraint, sa.ForeignKeyConstraint)
    return _of(constraint.table, name, chosen=chosen)


def _constraint_dropped(statement: sql.DropConstraint, database: Database) -> Effect:
    constraint = statement.element
    return _of(constraint.table, upstream.final_name(constraint, database.dialect))


def _indexed(statement: sql.CreateIndex | sql.DropIndex, database: Database) -> Effect | None:
    index = statement.element
    if index.table is None or index.table.name == upstream.NO_TABLE:
        return None
    return _of(index.table, upstream.final_name(index, database.dialect))


def _of(table: sa.Table, name: str | None, *, chosen: bool = False) -> Effect:
    keys = () if name is None else (name,)
    return Effect(table.name, table.schema, keys=keys, chosen=chosen or name is None)


def _altered(statement: ddl.AlterTable, database: Database) -> Effect:
    return Effect(statement.table_name, statement.schema)


def _table_described(statement: sql.SetTableComment, database: Database) -> Effect:
    return Effect(statement.element.name, statement.element.schema)


def _column_described(statement: sql.SetColumnComment, database: Database) -> Effect:
    table = statement.element.table
    return Effect(table.name, table.schema)


_EFFECTS: dict[type, Callable[[Any, Database], Effect | None]] = {
    sql.CreateTable: _created,
    sql.CreateIndex: _indexed,
    sql.DropIndex: _indexed,
    sql.AddConstraint: _added,
    sql.DropConstraint: _constraint_dropped,
    sql.SetTableComment: _table_described,
    sql.DropTableComment: _table_described,
    sql.SetColumnComment: _column_described,
    ddl.AddColumn: _column_added,
}
