"""Judges of create and drop index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic.operations import ops

from ..catalog import Site
from ..compare import Asked, Comparison, plain_index
from ..compare.asked import index_name
from ..compare.plainly import PlainKey
from ..databases.definition import Aspect
from ..databases.objects import ConstraintType, Index, Kind, Table
from ..errors import AmbiguousMatch, DependentObjects, Difference, UsageError
from .common import changed, existing_table, gone, landing, qualified, unflagged
from .judgement import (
    Judgement,
    Subject,
    absent,
    building,
    different,
    judges,
    partial,
    same,
    wrong_kind,
)


@judges.register(ops.CreateIndexOp)
def create_index(operation: ops.CreateIndexOp, site: Site) -> Judgement:
    wanted = plain_index(operation, site)
    name = wanted.name if wanted else index_name(operation.to_index(site.context), site)
    if name is None:
        raise UsageError(
            f"create_index on {operation.table_name}: the index has no name, and no naming "
            'convention gives one; write: op.create_index("ix_...", ...)'
        )
    subject = Subject("create_index", "index", qualified(operation.schema, name))
    table = existing_table(subject, operation.table_name, operation.schema, site)
    found = table.index(name)
    if found is None:
        return _free(subject, operation, name, table, site)
    if found.constraint:
        return wrong_kind(subject, f"constraint ({found.constraint})", "index")
    comparison = _compared(operation, wanted, found, table, site)
    if comparison.differences:
        return different(subject, comparison.differences)
    if not found.valid:
        return _invalid(subject, operation, found, table, site)
    return same(subject, f"already there{comparison.note}")


def _compared(
    operation: ops.CreateIndexOp, wanted: PlainKey | None, found: Index, table: Table, site: Site
) -> Comparison:
    if wanted is not None and found.definition is not None:
        comparison = Comparison(Asked(), table, site)
        unique = "yes" if wanted.unique else "no"
        comparison.covering(found, wanted.columns, {Aspect.UNIQUE: unique})
        return comparison
    asked = operation.to_index(site.context)
    comparison = Comparison(Asked(indexes=[asked]), table, site)
    comparison.index(found, asked)
    return comparison


def _invalid(
    subject: Subject, operation: ops.CreateIndexOp, found: Index, table: Table, site: Site
) -> Judgement:
    """What a killed CREATE INDEX CONCURRENTLY left: made anew, unless somebody is making it."""
    builders = site.door.builders(table.name, table.schema)
    if builders:
        return building(subject, builders)
    # Read before that, it may have been finished since.
    table = site.door.relation_anew(table.name, table.schema) or table
    found = table.index(found.name) or found
    if found.valid:
        return same(subject)
    if found.partitioned:
        return different(
            subject,
            [Difference("valid", "no (not every partition has its part)", "yes")],
            "Create the missing indexes on its partitions and attach them: ALTER INDEX ... ATTACH "
            "PARTITION ...; the index becomes valid with the last of them.",
        )
    drop = ops.DropIndexOp(found.name, table.name, schema=operation.schema, **_manner(operation))
    remaining = (landing(drop, table, site), landing(unflagged(operation), table, site))
    return partial(subject, remaining, "it was there, but invalid; built anew")


def _manner(operation: ops.CreateIndexOp) -> dict[str, Any]:
    """How it is to be dropped, if it is to be built without blocking writers."""
    return {k: v for k, v in operation.kw.items() if k.endswith("_concurrently")}


def _free(
    subject: Subject, operation: ops.CreateIndexOp, name: str, table: Table, site: Site
) -> Judgement:
    """The table has no such index: but is the name free in the schema?"""
    if not site.database.indexes_belong_to_tables:
        kind = site.door.kind(name, table.schema)
        if kind is Kind.INDEX:
            other = next(iter(site.door.tables_with_index(name, table.schema)), "another one")
            return different(subject, [Difference("table", other, table.name)])
        if kind not in (None, Kind.TYPE):  # an index takes no type's name
            return wrong_kind(subject, kind, "index")
    return absent(subject, landing(unflagged(operation), table, site))


@judges.register(ops.DropIndexOp)
def drop_index(operation: ops.DropIndexOp, site: Site) -> Judgement:
    name = None
    if operation.index_name is not None:  # a naming convention would make one of no columns
        name = index_name(operation.to_index(site.context), site)
    if name is None:
        raise UsageError(
            "drop_index: the index has no name; to drop what the database named: "
            "op.drop_index(op.find_index_name(table, columns=[...]), table)"
        )
    subject = Subject("drop_index", "index", qualified(operation.schema, name))
    table = _table_of(subject, operation, name, site)
    found = table.index(name) if table else None
    if table is None or found is None:
        return _not_on_it(subject, operation, name, site)
    if found.constraint:
        return different(
            subject,
            [Difference("owner", f"constraint {found.constraint}", "none")],
            f"It belongs to a constraint; write: op.drop_constraint({found.constraint!r}, "
            f"{table.name!r})",
        )
    refuse_needed(subject, found, table, site)
    named = changed(unflagged(operation), table_name=table.name)
    return absent(subject, landing(named, table, site))


def refuse_needed(subject: Subject, index: Index, table: Table, site: Site) -> None:
    """MySQL's foreign keys need an index on both ends, and would not let the last one go.

    https://dev.mysql.com/doc/refman/8.4/en/constraint-foreign-key.html
    """
    if not site.database.foreign_keys_need_indexes:
        return
    referring = [
        *((key.name, table.name, key.columns) for key in table.of_type(ConstraintType.FOREIGN_KEY)),
        *site.door.referring(table.name, table.schema),
    ]
    key = table.primary_key
    others = [i.columns for i in table.indexes if i is not index] + ([key.columns] if key else [])
    needing = [
        (name, where)
        for name, where, columns in referring
        if _leads(index.columns, columns, table)
        and not any(_leads(other, columns, table) for other in others)
    ]
    if needing:
        name, where = needing[0]
        raise DependentObjects(
            f"{subject.operation} {subject.name}: the foreign key {name} of {where} needs it, and "
            "no other index begins with its columns; nothing was dropped. Create that other index "
            f"first, or drop the key: op.drop_constraint({name!r}, {where!r}, "
            'type_="foreignkey")',
            dependents=[str(name) for name, _ in needing],
        )


def _leads(index: Sequence[str | None], columns: Sequence[str | None], table: Table) -> bool:
    """Whether an index begins with these columns."""
    return table.same_columns(index[: len(columns)], columns)


def _table_of(subject: Subject, operation: ops.DropIndexOp, name: str, site: Site) -> Table | None:
    if operation.table_name is not None:
        return site.door.relation(operation.table_name, operation.schema)
    tables = site.door.tables_with_index(name, operation.schema)
    if len(tables) > 1:
        raise AmbiguousMatch(
            f"drop_index {subject.name}: {len(tables)} tables have an index of that name: "
            f"{', '.join(tables)}; write: op.drop_index({name!r}, {tables[0]!r})",
            candidates=tables,
        )
    return site.door.relation(tables[0], operation.schema) if tables else None


def _not_on_it(subject: Subject, operation: ops.DropIndexOp, name: str, site: Site) -> Judgement:
    if operation.table_name is None:
        return same(subject, "already gone")
    if site.database.indexes_belong_to_tables:
        return gone(subject, operation.table_name, operation.schema, site)
    others = site.door.tables_with_index(name, operation.schema)
    if others:
        return different(
            subject,
            [Difference("table", others[0], operation.table_name)],
            f"The index of that name is on another table; nothing was dropped. If that one is "
            f"meant: op.drop_index({name!r}, {others[0]!r})",
        )
    return gone(subject, operation.table_name, operation.schema, site)


def missing_indexes(asked: sa.Table, site: Site, comparison: Comparison) -> Iterator[sa.Index]:
    """The asked table's indexes that are not there; those that are are compared."""
    for index in sorted(asked.indexes, key=lambda i: str(i.name)):
        name = index_name(index, site)
        there = comparison.found.index(name) if name else None
        if there is None:
            yield index
        else:
            comparison.index(there, index, f"index {name} ")
