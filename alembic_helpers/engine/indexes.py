"""Judges of create and drop index."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic.operations import ops

from .. import upstream
from ..databases.objects import Index, Table
from ..errors import AmbiguousMatch, Difference, UsageError
from .common import changed, existing_table, gone, landing, plain_name, qualified, unflagged
from .judgement import Judgement, Site, Subject, absent, different, judges, same, wrong_kind


@judges.register(ops.CreateIndexOp)
def create_index(operation: ops.CreateIndexOp, site: Site) -> Judgement:
    asked = operation.to_index(site.context)
    name = index_name(asked, site)
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
    differences = index_differences(found, asked, table)
    if differences:
        return different(subject, differences)
    return same(subject)


def _free(
    subject: Subject, operation: ops.CreateIndexOp, name: str, table: Table, site: Site
) -> Judgement:
    """The table has no such index: but is the name free in the schema?"""
    if not site.database.indexes_belong_to_tables:
        others = site.door.tables_with_index(name, table.schema)
        if others:
            return different(subject, [Difference("table", others[0], table.name)])
        kind = site.door.kind(name, table.schema)
        if kind is not None:
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
    named = changed(unflagged(operation), table_name=table.name)
    return absent(subject, landing(named, table, site))


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


def index_name(index: sa.Index, site: Site) -> str | None:
    """The name as it will stand in the database: convention, shortening, the server's own cut."""
    name = upstream.final_name(index, site.context.dialect)
    return None if name is None else site.database.stored_name(name)


def index_differences(
    found: Index, asked: sa.Index, table: Table, prefix: str = ""
) -> list[Difference]:
    differences = []
    columns = [plain_name(expression) for expression in asked.expressions]
    if not _columns_agree(found, columns, table):
        differences.append(Difference(f"{prefix}columns", _listed(found.columns), _listed(columns)))
    if found.unique != bool(asked.unique):
        words = {True: "yes", False: "no"}
        differences.append(
            Difference(f"{prefix}unique", words[found.unique], words[bool(asked.unique)])
        )
    if not found.valid:
        differences.append(
            Difference(f"{prefix}valid", "no (an interrupted CONCURRENTLY build)", "yes")
        )
    return differences


def _columns_agree(found: Index, asked: list[str | None], table: Table) -> bool:
    """An asked expression (``text("a DESC")``) may turn out to be a plain column: not judged."""
    keys = table.column_keys(found.columns), table.column_keys(asked)
    return len(keys[0]) == len(keys[1]) and all(
        want is None or have == want for have, want in zip(*keys, strict=True)
    )


def _listed(columns: Iterator[str | None] | list[str | None] | tuple[str | None, ...]) -> str:
    return f"({', '.join(name or '<expression>' for name in columns)})"


def missing_indexes(
    asked: sa.Table, found: Table, site: Site, differences: list[Difference]
) -> Iterator[sa.Index]:
    """The asked table's indexes that are not there; those that differ go to ``differences``."""
    for index in sorted(asked.indexes, key=lambda i: str(i.name)):
        name = index_name(index, site)
        there = found.index(name) if name else None
        if there is None:
            yield index
        else:
            differences += index_differences(there, index, found, f"index {name} ")
