"""Judges of create, drop and rename table, and of table comments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import MigrateOperation, ops

from ..catalog import Site
from ..compare import Asked, Comparison
from ..compare.twin import index_on
from ..databases.definition import listed
from ..databases.objects import ConstraintType, Kind, Table
from ..errors import AmbiguousMatch, Difference, NotSupportedError
from .common import changed, existing_table, gone, landing, qualified, unflagged
from .companions import missing_comments, missing_companions
from .judgement import (
    Judgement,
    Subject,
    absent,
    different,
    judges,
    outgrown,
    partial,
    same,
    wrong_kind,
)
from .types import enum_differences


@judges.register(ops.CreateTableOp)
def create_table(operation: ops.CreateTableOp, site: Site) -> Judgement:
    name = operation.table_name
    subject = Subject("create_table", "table", qualified(operation.schema, name))
    if _is_temporary(operation):
        return _temporary(subject, operation, site)
    kind = site.door.kind(name, operation.schema)
    clashes = enum_differences(operation.columns, site)
    if kind is None:
        return different(subject, clashes) if clashes else absent(subject, unflagged(operation))
    site.door.expect_more()
    found = site.door.table(name, operation.schema)
    if kind is not Kind.TABLE or found is None:
        return wrong_kind(subject, kind, Kind.TABLE)
    asked = _asked(operation, site)
    comparison = Comparison(Asked.of(asked, site), found, site)
    _compare_columns(operation, asked, comparison)
    companions = missing_companions(asked, comparison)
    differences = comparison.differences = comparison.differences + clashes
    unfinished: list[MigrateOperation] = []
    words: list[str] = []
    for step, step_name in zip(companions.operations, companions.names, strict=True):
        if isinstance(step, ops.CreateIndexOp):
            unfinished.append(step)
            words.append(step_name)
        elif not _is_merged(step, found, site):
            # CREATE TABLE makes them in one statement: a table without is another table.
            differences.append(Difference(step_name, "missing", "present"))
    if differences:
        return outgrown(subject, differences)
    for comment in missing_comments(asked, comparison):
        unfinished.append(comment)
        words.append("comment")
    if unfinished:
        reason = f"the table is there, added {', '.join(words)}{comparison.note}"
        return partial(subject, unfinished, reason)
    return same(subject, f"already there{comparison.note}")._replace(asked=asked)


def _is_temporary(operation: ops.CreateTableOp) -> bool:
    return any("TEMP" in prefix.upper() for prefix in operation.prefixes or ())


def _temporary(subject: Subject, operation: ops.CreateTableOp, site: Site) -> Judgement:
    """The session's own table, whatever else has its name; MySQL lists it nowhere."""
    schema = site.database.temporary_schema
    if schema is None or site.door.kind(operation.table_name, schema) is None:
        return absent(subject, unflagged(operation))
    return same(subject, "already there, a temporary table of this session")


def _asked(operation: ops.CreateTableOp, site: Site) -> sa.Table:
    """The table that Alembic would make, with copies of the caller's indexes.

    Alembic copies a column or a constraint that already has a table, but not an index: the
    caller's own would then be refused by the next table that is made of the operation.
    """
    indexes = [item for item in operation.columns if isinstance(item, sa.Index)]
    if not indexes:
        return operation.to_table(site.context)
    plain = [item for item in operation.columns if not isinstance(item, sa.Index)]
    table = changed(operation, columns=plain).to_table(site.context)
    for index in indexes:
        table.append_constraint(index_on(table, index, index.name, index.dialect_kwargs))
    return table


def _is_merged(step: MigrateOperation, found: Table, site: Site) -> bool:
    """Whether CREATE TABLE made one constraint of this and another that says the same."""
    if not site.database.merges_unique_constraints or not isinstance(
        step, ops.CreateUniqueConstraintOp
    ):
        return False
    keys = (found.primary_key, *found.of_type(ConstraintType.UNIQUE))
    return any(key and found.same_columns(key.columns, step.columns) for key in keys)


def _compare_columns(operation: ops.CreateTableOp, asked: sa.Table, comparison: Comparison) -> None:
    found, differences = comparison.found, comparison.differences
    comparison.collation()
    for column in asked.columns:
        there = found.column(column.name)
        if there is None:
            differences.append(Difference(f"column {column.name}", "missing", "present"))
        else:
            comparison.column(there, column, f"{column.name} ")
    have = found.primary_key.columns if found.primary_key else ()
    want = [column.name for column in asked.primary_key.columns]
    keys = [list(map(found.key, names)) for names in (have, want)]
    if not any(isinstance(item, sa.PrimaryKeyConstraint) for item in operation.columns):
        keys = [sorted(key) for key in keys]  # flags of columns say no order
    if keys[0] != keys[1]:
        differences.append(Difference("primary key columns", listed(have), listed(want)))
    if asked.comment and found.comment and asked.comment != found.comment:
        differences.append(Difference("comment", found.comment, asked.comment))


@judges.register(ops.DropTableOp)
def drop_table(operation: ops.DropTableOp, site: Site) -> Judgement:
    name = operation.table_name
    subject = Subject("drop_table", "table", qualified(operation.schema, name))
    table = site.door.table(name, operation.schema)
    temporary = _temporary_namesake(operation, site)
    if table is not None and temporary is not None:
        raise AmbiguousMatch(
            f"drop_table {subject.name}: there is a table and, hiding it, a temporary table of "
            f"this session; nothing was dropped. Say which: op.drop_table({name!r}, "
            f"schema={table.schema!r}), or schema={temporary.schema!r} for the temporary one.",
            candidates=[table.schema, temporary.schema],
        )
    table = table or temporary
    if table is not None:
        return absent(subject, landing(unflagged(operation), table, site))
    kind = site.door.kind(name, operation.schema)
    if kind is not None:
        return wrong_kind(subject, kind, Kind.TABLE)
    return gone(subject, name, operation.schema, site)


def _temporary_namesake(operation: ops.DropTableOp, site: Site) -> Table | None:
    schema = site.database.temporary_schema
    if schema is None or operation.schema is not None:
        return None
    return site.door.table(operation.table_name, schema)


@judges.register(ops.RenameTableOp)
def rename_table(operation: ops.RenameTableOp, site: Site) -> Judgement:
    old, new, schema = operation.table_name, operation.new_table_name, operation.schema
    subject = Subject("rename_table", "table", f"{qualified(schema, old)} to {new}")
    renamed = site.door.table(new, schema)
    source = site.door.table(old, schema)
    if source is None and renamed is None:
        # Only now what the search path leads to: a re-run must not rename a namesake elsewhere.
        source = existing_table(subject, old, schema, site)
    if source is None or site.database.stored_name(old) == site.database.stored_name(new):
        return same(subject, "already renamed")
    kind = site.door.kind(new, source.schema)
    if kind is None or site.database.relation_key(old) == site.database.relation_key(new):
        return absent(subject, landing(operation, source, site))
    if kind is not Kind.TABLE:
        return wrong_kind(
            Subject("rename_table", "table", qualified(schema, new)), kind, Kind.TABLE
        )
    raise AmbiguousMatch(
        f"rename_table {subject.name}: both tables are there; nothing was changed. Move the "
        "rows that are needed from one to the other, then drop the one that is not wanted.",
        candidates=[old, new],
    )


@judges.register(ops.CreateTableCommentOp)
def create_table_comment(operation: ops.CreateTableCommentOp, site: Site) -> Judgement:
    subject = Subject(
        "create_table_comment", "table", qualified(operation.schema, operation.table_name)
    )
    table = existing_table(subject, operation.table_name, operation.schema, site)
    _require_comments("create_table_comment", site)
    if (table.comment or None) == (operation.comment or None):
        return same(subject, "already so")
    return absent(subject, landing(operation, table, site))


@judges.register(ops.DropTableCommentOp)
def drop_table_comment(operation: ops.DropTableCommentOp, site: Site) -> Judgement:
    subject = Subject(
        "drop_table_comment", "table", qualified(operation.schema, operation.table_name)
    )
    table = site.door.table(operation.table_name, operation.schema)
    if table is None or table.comment is None:
        return gone(subject, operation.table_name, operation.schema, site)
    return absent(subject, landing(operation, table, site))


def _require_comments(operation: str, site: Site) -> None:
    if not site.context.dialect.supports_comments:
        raise NotSupportedError(
            f"{operation}: {site.database.title} keeps no comments; leave the call out there: "
            "if op.get_bind().dialect.supports_comments: ..."
        )
