"""The twin: a table made of what is asked for, so that the server says how it would keep it.

What a PostgreSQL ``CHECK (a != 'x')`` or a MySQL ``DEFAULT true`` becomes only the server knows. So
what is asked for is made once more, as a table that nobody else sees and that is gone a moment
later, and both are read the same way. Columns that are not asked about are there as bare shells of
the found ones, so that expressions find them. Foreign keys are left out: they are compared by
their structure, and no temporary table may have one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.visitors import replacement_traverse

from .. import upstream
from ..catalog import Site
from ..databases.construct import DeclaredType, verbatim
from ..databases.definition import TWIN
from ..databases.objects import Column, ConstraintType, Table
from .asked import check_sql, column_names, type_of

# How a thing is made or stored, not what it is; or what cannot be said of a temporary table.
MANNERS = ("_concurrently", "_tablespace", "_not_valid")


@dataclass(frozen=True)
class Asked:
    """What is asked for on one table; what is not named here is only there as a shell."""

    columns: Sequence[sa.Column[Any]] = ()
    constraints: Sequence[sa.Constraint] = ()
    indexes: Sequence[sa.Index] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, table: sa.Table, site: Site) -> Asked:
        """All of a table."""
        constraints = tuple(
            c
            for c in table.constraints
            if upstream.is_emitted(c, site.context)
            and (column_names(c) or not isinstance(c, sa.PrimaryKeyConstraint))
        )
        return cls(tuple(table.columns), constraints, tuple(table.indexes), table.dialect_kwargs)


def ordinal(position: int) -> str:
    """What a twin's constraint or index is called: names that are asked for are not the twin's."""
    return f"{TWIN}_{position}"


def twin_of(asked: Asked, found: Table, site: Site) -> sa.Table:
    """The twin as it is to be made; constraints and indexes are named by their position."""
    table = sa.Table(
        TWIN,
        sa.MetaData(),
        *_columns(asked, found),
        schema=site.database.twin_place(found.schema),
        prefixes=list(site.database.twin_prefixes),
        **site.database.twin_options(found, asked.options),
    )
    for constraint in list(table.constraints):  # those of flags and types: they are among the asked
        if not isinstance(constraint, sa.PrimaryKeyConstraint):
            table.constraints.discard(constraint)
    for position, constraint in enumerate(asked.constraints):
        if not isinstance(constraint, sa.ForeignKeyConstraint):
            table.append_constraint(_constraint(constraint, ordinal(position), table, site))
    for position, index in enumerate(asked.indexes, len(asked.constraints)):
        table.append_constraint(_index(index, ordinal(position), table))
    return table


def _columns(asked: Asked, found: Table) -> Iterable[sa.Column[Any]]:
    covered = {found.key(column.name) for index in asked.indexes for column in index.columns}
    wanted = {found.key(column.name): column for column in asked.columns}
    for there in found.columns:
        column = wanted.pop(found.key(there.name), None)
        if column is not None:
            yield _bare(column)
        else:
            yield _shell(there, nullable=there.nullable or found.key(there.name) not in covered)
    for column in wanted.values():
        yield _bare(column)


def _bare(column: sa.Column[Any]) -> sa.Column[Any]:
    """The column without what comes with it."""
    copy = upstream.copied(column)
    copy.index = copy.unique = None
    copy.comment = None
    return copy


def _shell(column: Column, *, nullable: bool) -> sa.Column[Any]:
    spelled = column.type if column.spelling is None else DeclaredType(column.spelling)
    return sa.Column(column.name, spelled, nullable=nullable)


def _constraint(constraint: sa.Constraint, name: str, table: sa.Table, site: Site) -> sa.Constraint:
    options: dict[str, Any] = {
        "name": sa.schema.conv(name),
        "deferrable": constraint.deferrable,
        "initially": constraint.initially,
        **_matter(constraint.dialect_kwargs),
    }
    if isinstance(constraint, sa.CheckConstraint):
        return sa.CheckConstraint(verbatim(check_sql(constraint, site)), **options)
    if type_of(constraint) is ConstraintType.EXCLUDE:
        copy = upstream.copied_onto(constraint, table)
        copy.name = sa.schema.conv(name)
        return copy
    class_ = (
        sa.PrimaryKeyConstraint
        if isinstance(constraint, sa.PrimaryKeyConstraint)
        else sa.UniqueConstraint
    )
    return class_(*column_names(constraint), **options)


def _index(index: sa.Index, name: str, table: sa.Table) -> sa.Index:
    return index_on(table, index, name, _matter(index.dialect_kwargs))


def index_on(
    table: sa.Table, index: sa.Index, name: str | None, options: Mapping[str, Any]
) -> sa.Index:
    """An index like another one, on the columns of this table; not attached to it yet."""

    def of_this_table(element: Any, **_: Any) -> Any:
        return table.c.get(element.name) if isinstance(element, sa.Column) else None

    expressions = (
        item if isinstance(item, str) else replacement_traverse(item, {}, of_this_table)
        for item in map(upstream.index_expression, index.expressions)
    )
    return sa.Index(name, *expressions, unique=bool(index.unique), **options)


def _matter(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if not name.endswith(MANNERS)}
