"""What a table will be once an operation has been done: values only, nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation, ops
from sqlalchemy.types import to_instance

from .. import upstream
from ..catalog import Site
from ..compare import reference_of
from ..compare.asked import (
    check_sql,
    column_names,
    constraint_name,
    default_sql,
    index_name,
    plain_name,
    type_of,
)
from ..databases.construct import detached
from ..databases.objects import Column, Constraint, ConstraintType, Index, Table
from .columns import as_table, as_typed


def after(operation: MigrateOperation, table: Table, site: Site) -> Table:
    """The table as the operation leaves it. What is not known to change a table leaves it as is."""
    match operation:
        case ops.AddColumnOp():
            return _with_column(operation, table, site)
        case ops.DropColumnOp():
            return table.without_column(operation.column_name)
        case ops.AlterColumnOp():
            return _altered(operation, table, site)
        case ops.CreateIndexOp():
            return table.with_(index_of(operation.to_index(site.context), site))
        case ops.DropIndexOp():
            return _without_index(operation, table, site)
        case ops.AddConstraintOp():
            return table.with_(constraint_of(operation.to_constraint(site.context), table, site))
        case ops.DropConstraintOp():
            return _without_constraint(operation, table, site)
        case ops.CreateTableCommentOp():
            return replace(table, comment=operation.comment)
        case ops.DropTableCommentOp():
            return replace(table, comment=None)
    return table


def _with_column(operation: ops.AddColumnOp, table: Table, site: Site) -> Table:
    asked = as_table(operation, site)
    column = asked.c[operation.column.name]
    computed = column.server_default if isinstance(column.server_default, sa.Computed) else None
    table = table.with_(
        Column(
            column.name,
            column.type,
            bool(column.nullable) and not column.primary_key,
            None if computed is not None else default_sql(column.server_default, site),
            column.comment,
            generated=computed is not None,
        )
    )
    emitted = (c for c in asked.constraints if upstream.is_emitted(c, site.context))
    for constraint in emitted:
        if type_of(constraint) is not ConstraintType.PRIMARY or column.primary_key:
            table = table.with_(constraint_of(constraint, table, site))
    return table.with_(*(index_of(index, site) for index in asked.indexes))


def _altered(operation: ops.AlterColumnOp, table: Table, site: Site) -> Table:
    found = table.column(operation.column_name)
    if found is None:
        return table
    column = replace(found, definition=None)
    if operation.modify_type is not None:
        column = replace(column, type=to_instance(operation.modify_type), spelling=None)
    if operation.modify_nullable is not None:
        column = replace(column, nullable=operation.modify_nullable)
    if operation.modify_server_default is not False:
        column = replace(column, default=default_sql(operation.modify_server_default, site))
    if operation.modify_comment is not False:
        column = replace(column, comment=operation.modify_comment)
    columns = tuple(column if c is found else c for c in table.columns)
    table = _with_checks(operation, replace(table, columns=columns), site)
    if operation.modify_name is not None:
        return table.renamed_column(found.name, operation.modify_name)
    return table


def _with_checks(operation: ops.AlterColumnOp, table: Table, site: Site) -> Table:
    """The named CHECK of the new type in place of that of the one it was said to have."""
    if operation.modify_type is None:
        return table
    for check in _named_checks(operation, operation.existing_type, table, site):
        there = table.constraint(check.name or "", ConstraintType.CHECK)
        table = table.without(there) if there else table
    return table.with_(*_named_checks(operation, operation.modify_type, table, site))


def _named_checks(
    operation: ops.AlterColumnOp, type_: Any, table: Table, site: Site
) -> list[Constraint]:
    if type_ is None:
        return []
    made = as_typed(operation, operation.column_name, type_, site).constraints
    emitted = (c for c in made if upstream.is_emitted(c, site.context))
    checks = (constraint_of(c, table, site) for c in emitted if isinstance(c, sa.CheckConstraint))
    return [check for check in checks if check.name is not None]


def _without_index(operation: ops.DropIndexOp, table: Table, site: Site) -> Table:
    index = table.index(index_name(operation.to_index(site.context), site) or "")
    if index is None:
        return table
    twin = table.constraint(index.name, ConstraintType.UNIQUE)
    table = table.without(index)
    return table.without(twin) if twin and site.database.unique_is_index else table


def _without_constraint(operation: ops.DropConstraintOp, table: Table, site: Site) -> Table:
    type_ = ConstraintType(operation.constraint_type) if operation.constraint_type else None
    if type_ is ConstraintType.PRIMARY:
        constraint = table.primary_key
    else:
        constraint = table.constraint(str(operation.constraint_name), type_)
    if constraint is None:
        return table
    table = table.without(constraint)
    # The index that the constraint is, or that serves it, goes with it.
    index = table.index(constraint.name) if constraint.name else None
    is_twin = constraint.type is ConstraintType.UNIQUE and site.database.unique_is_index
    return table.without(index) if index and (is_twin or index.constraint) else table


def index_of(index: sa.Index, site: Site) -> Index:
    """An asked index as the catalog would show it."""
    columns = tuple(plain_name(expression) for expression in index.expressions)
    return Index(index_name(index, site) or "", columns, bool(index.unique))


def constraint_of(constraint: sa.Constraint, table: Table, site: Site) -> Constraint:
    """An asked constraint as the catalog would show it."""
    reference = None
    if isinstance(constraint, sa.ForeignKeyConstraint):
        reference = reference_of(constraint, site)
    return Constraint(
        type_of(constraint),
        constraint_name(constraint, site),
        column_names(constraint),
        reference,
        check_sql(constraint, site) if isinstance(constraint, sa.CheckConstraint) else None,
    )


def named_by_convention(table: Table, convention: Mapping[str, str], site: Site) -> Table:
    """The table, its unnamed constraints named by a batch's ``naming_convention``."""
    metadata = sa.MetaData(naming_convention=dict(convention))
    shell = sa.Table(table.name, metadata, *(sa.Column(c.name, c.type) for c in table.columns))
    named = []
    for constraint in table.constraints:
        if constraint.name is None:
            made = detached(constraint)
            shell.append_constraint(made)
            constraint = replace(constraint, name=upstream.final_name(made, site.context.dialect))
        named.append(constraint)
    return replace(table, constraints=tuple(named))
