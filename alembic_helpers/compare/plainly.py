"""What is asked for in names alone: no construct need be built to know what it would be.

Most operations are of this kind, and to build a table for each takes longer than to compare it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import ops

from ..catalog import Site
from ..databases.objects import Reference
from .references import target_schema


class PlainKey(NamedTuple):
    """An index or a unique constraint of columns, with nothing said beyond that."""

    name: str
    table: str
    schema: str | None
    columns: tuple[str, ...]
    unique: bool = True


class PlainForeignKey(NamedTuple):
    name: str
    table: str
    schema: str | None
    columns: tuple[str, ...]
    target: str
    target_schema: str | None
    target_columns: tuple[str, ...]
    options: Mapping[str, Any]

    def reference(self, site: Site) -> Reference:
        """The far side, where it would land."""
        database, said = site.database, self.options
        match = (said.get("match") or "SIMPLE").upper()
        return Reference(
            target_schema(self.target, self.target_schema, site),
            database.stored_name(self.target),
            self.target_columns,
            database.action(said.get("onupdate")),
            database.action(said.get("ondelete")),
            said.get("deferrable"),
            said.get("initially"),
            None if match == "SIMPLE" else match,
        )


Plain = PlainKey | PlainForeignKey

_OF_REFERENCES = {"onupdate", "ondelete", "deferrable", "initially", "match"}
_SCHEMAS = {"source_schema", "referent_schema"}


def plain_index(operation: ops.CreateIndexOp, site: Site) -> PlainKey | None:
    """The operation in plain names; ``None`` where there is more to it."""
    name = given_name(operation.index_name, site)
    columns = [column for column in operation.columns if isinstance(column, str)]
    if name is None or operation.kw or len(columns) != len(operation.columns):
        return None
    unique = bool(operation.unique)
    return PlainKey(name, operation.table_name, operation.schema, tuple(columns), unique)


def plain_constraint(operation: ops.AddConstraintOp, site: Site) -> Plain | None:
    """The same of a constraint."""
    match operation:
        case ops.CreateUniqueConstraintOp(kw=kw, table_name=table, schema=schema, columns=columns):
            name = given_name(operation.constraint_name, site)
            if name is not None and not kw and _are_names(columns):
                return PlainKey(name, table, schema, tuple(columns))
        case ops.CreateForeignKeyOp(kw=kw, local_cols=columns, remote_cols=target_columns):
            name = given_name(operation.constraint_name, site)
            is_plain = kw.keys() <= _OF_REFERENCES | _SCHEMAS
            if name is not None and is_plain and _are_names([*columns, *target_columns]):
                return PlainForeignKey(
                    name,
                    operation.source_table,
                    kw.get("source_schema"),
                    tuple(columns),
                    operation.referent_table,
                    kw.get("referent_schema"),
                    tuple(target_columns),
                    kw,
                )
    return None


def is_bare(column: sa.Column[Any]) -> bool:
    """Whether nothing comes with the column: no constraint, no index, no comment."""
    return not (
        column.primary_key
        or column.unique
        or column.index
        or column.comment
        or column.constraints
        or column.foreign_keys
        or isinstance(column.type, sa.types.SchemaType)
    )


def given_name(name: object, site: Site) -> str | None:
    """A name that stands in the database as it was given; ``None`` where that is not certain."""
    if not isinstance(name, str) or len(name) > site.longest_given:
        return None
    return site.database.stored_name(name)


def _are_names(columns: Iterable[object]) -> bool:
    return all(isinstance(column, str) for column in columns)
