"""Judges of add and drop column."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation, ops
from sqlalchemy.types import to_instance

from .. import upstream
from ..catalog import Site
from ..compare import Asked, Comparison, is_bare
from ..databases.objects import Column, Constraint, Index, Table
from ..errors import DependentObjects, UsageError
from .common import changed, existing_table, gone, landing, qualified, unflagged
from .companions import missing_comments, missing_companions
from .judgement import Judgement, Subject, absent, judges, outgrown, partial, same
from .types import enum_differences


@judges.register(ops.AddColumnOp)
def add_column(operation: ops.AddColumnOp, site: Site) -> Judgement:
    name = operation.column.name
    subject = column_subject("add_column", operation, name)
    table = existing_table(subject, operation.table_name, operation.schema, site)
    found = table.column_now(name)
    if found is None:
        return absent(subject, *_landed(operation, table, site))
    if is_bare(operation.column):
        plainly = Comparison(Asked(), table, site)
        if plainly.is_plainly(found, operation.column):
            return same(subject)
    asked = as_table(operation, site)
    comparison = Comparison(Asked.of(asked, site), table, site)
    comparison.column(found, asked.c[name])
    comparison.differences += enum_differences([operation.column], site)
    companions = missing_companions(asked, comparison)
    if comparison.differences:
        return outgrown(subject, comparison.differences)
    for comment in missing_comments(asked, comparison):
        companions.add(comment, "comment")
    if companions.operations:
        rest = ", ".join(companions.names)
        reason = f"the column is there, added {rest}{comparison.note}"
        return partial(subject, companions.operations, reason)
    return same(subject, f"already there{comparison.note}")


def _landed(operation: ops.AddColumnOp, table: Table, site: Site) -> tuple[MigrateOperation, ...]:
    """The operation in the schema of the judged table; an index of it keeps the name asked for.

    The name that a column's own index gets holds the schema, as it was written.
    """
    landed = landing(unflagged(operation), table, site)
    if not site.database.keeps_inline_references:
        landed = changed(landed, inline_references=None)
    if landed.schema == operation.schema or not operation.column.index:
        return (landed,)
    column = upstream.copied(operation.column)
    column.index = column.unique = False
    asked = as_table(operation, site).indexes
    indexes = (ops.CreateIndexOp.from_index(index) for index in asked)
    return changed(landed, column=column), *(landing(index, table, site) for index in indexes)


@judges.register(ops.DropColumnOp)
def drop_column(operation: ops.DropColumnOp, site: Site) -> Judgement:
    subject = column_subject("drop_column", operation, operation.column_name)
    table = site.door.relation(operation.table_name, operation.schema)
    found = table.column(operation.column_name) if table else None
    if table is None or found is None:
        return gone(subject, operation.table_name, operation.schema, site)
    _refuse_dependents(subject, found, table)
    named = changed(unflagged(operation), column_name=found.name)
    return absent(subject, landing(named, table, site))


def _refuse_dependents(subject: Subject, column: Column, table: Table) -> None:
    """What covers the column alone goes with it; what covers others too is not ours to drop.

    PostgreSQL would drop such an index silently, MySQL would narrow it.
    """
    key = table.key(column.name)
    computed = [c.name for c in table.columns if key in table.column_keys(c.reads)]
    if computed:
        raise DependentObjects(
            f"drop_column {subject.name}: {', '.join(computed)} is computed from it, and would go "
            f"with it; nothing was dropped. Drop it first: op.drop_column({table.name!r}, "
            f"{computed[0]!r})",
            dependents=computed,
        )
    covered: list[Constraint | Index] = [*table.constraints, *table.indexes]
    standing = [
        item
        for item in covered
        if len(set(item.stands_on)) > 1 and key in table.column_keys(item.stands_on)
    ]
    if standing:
        dependents = [item.name or str(item) for item in standing]
        unnamed = (
            " One without a name goes when the table is made anew without it: "
            f"op.batch_alter_table({table.name!r}, recreate='always', copy_from=sa.Table(...))."
        )
        names = ", ".join(dict.fromkeys(dependents))
        raise DependentObjects(
            f"drop_column {subject.name}: {names} covers other columns too, and would go or change "
            "with it; nothing was dropped. Drop or replace it first: op.drop_index(...) or "
            f"op.drop_constraint(...).{'' if all(i.name for i in standing) else unnamed}",
            dependents=list(dict.fromkeys(dependents)),
        )


def as_table(operation: ops.AddColumnOp, site: Site) -> sa.Table:
    """The table that Alembic makes of the column, with the constraints that come with it."""
    column = upstream.copied(operation.column)
    return upstream.schema_objects(site.context).table(
        operation.table_name, column, schema=operation.schema
    )


def as_typed(operation: ops.AlterColumnOp, name: str, type_: Any, site: Site) -> sa.Table:
    """A table of the column alone, with the CHECK that a type makes."""
    column: sa.Column[Any] = sa.Column(name, to_instance(type_))
    return upstream.schema_objects(site.context).table(
        operation.table_name, column, schema=operation.schema
    )


def column_subject(name: str, operation: ops.AlterTableOp, column: str) -> Subject:
    if not operation.table_name or not column:
        raise UsageError(f"{name}: expected the table's name and the column's, as in Alembic")
    return Subject(name, "column", qualified(operation.schema, operation.table_name, column))
