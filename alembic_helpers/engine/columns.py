"""Judges of add, drop and alter column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation, ops
from sqlalchemy.types import to_instance

from .. import upstream
from ..databases.construct import verbatim
from ..databases.objects import Column, Constraint, Index, Table
from ..errors import AmbiguousMatch, DependentObjects, Difference, MissingObject, UsageError
from .common import as_kept, changed, existing_table, gone, landing, qualified, unflagged
from .constraints import missing_constraints
from .ddl import ddl_compiler
from .indexes import missing_indexes
from .judgement import Judgement, Site, Subject, absent, different, judges, partial, same
from .types import enum_differences


@judges.register(ops.AddColumnOp)
def add_column(operation: ops.AddColumnOp, site: Site) -> Judgement:
    name = operation.column.name
    subject = _subject("add_column", operation, name)
    table = existing_table(subject, operation.table_name, operation.schema, site)
    found = table.column(name)
    asked = as_table(operation, site)
    if found is None:
        return replace(absent(subject, operation), remaining=_landed(operation, asked, table, site))
    differences = column_differences(found, asked.c[name], site)
    differences += enum_differences([operation.column], site)
    companions = missing_companions(asked, table, site)
    if differences or companions.differences:
        return different(subject, [*differences, *companions.differences])
    for comment in missing_column_comments(asked, table, site):
        companions.add(comment, "comment")
    if companions.operations:
        rest = ", ".join(companions.names)
        return partial(subject, companions.operations, f"the column is there, added {rest}")
    return same(subject)


def _landed(
    operation: ops.AddColumnOp, asked: sa.Table, table: Table, site: Site
) -> tuple[MigrateOperation, ...]:
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
    indexes = (ops.CreateIndexOp.from_index(index) for index in asked.indexes)
    return changed(landed, column=column), *(landing(index, table, site) for index in indexes)


@judges.register(ops.DropColumnOp)
def drop_column(operation: ops.DropColumnOp, site: Site) -> Judgement:
    subject = _subject("drop_column", operation, operation.column_name)
    table = site.door.relation(operation.table_name, operation.schema)
    found = table.column(operation.column_name) if table else None
    if table is None or found is None:
        return gone(subject, operation.table_name, operation.schema, site)
    _refuse_dependents(subject, found, table)
    return absent(subject, landing(unflagged(operation), table, site))


def _refuse_dependents(subject: Subject, column: Column, table: Table) -> None:
    """What covers the column alone goes with it; what covers others too is not ours to drop.

    PostgreSQL would drop such an index silently, MySQL would narrow it.
    """
    key = table.key(column.name)
    covering: list[Constraint | Index] = [*table.constraints, *table.indexes]
    wider = [c for c in covering if len(c.columns) > 1]
    dependents = {c.name or str(c): c for c in wider if key in table.column_keys(c.columns)}
    if dependents:
        names = ", ".join(dependents)
        raise DependentObjects(
            f"drop_column {subject.name}: {names} covers other columns too, and would go or change "
            "with it; nothing was dropped. Drop or replace it first: op.drop_index(...) or "
            "op.drop_constraint(...).",
            dependents=list(dependents),
        )


@judges.register(ops.AlterColumnOp)
def alter_column(operation: ops.AlterColumnOp, site: Site) -> Judgement:
    subject = _subject("alter_column", operation, operation.column_name)
    table = existing_table(subject, operation.table_name, operation.schema, site)
    found, renamed = _altered(subject, operation, table)
    rest = _still_different(operation, found, table, site)
    if operation.modify_name is not None and not renamed:
        rest["modify_name"] = operation.modify_name
    if not rest:
        return same(subject, "already so")
    remaining = changed(
        landing(operation, table, site),
        column_name=found.name,
        **{name: rest.get(name, nothing) for name, nothing in _MODIFICATIONS.items()},
        **_existing(operation, found, rest, site),
        kw=_keywords(operation, found, rest, site),
    )
    asked = [n for n, nothing in _MODIFICATIONS.items() if getattr(operation, n) is not nothing]
    if set(rest) >= set(asked):
        return absent(subject, remaining)
    words = ", ".join(name.removeprefix("modify_") for name in asked if name not in rest)
    return partial(subject, [remaining], f"{words} already so")


_MODIFICATIONS: dict[str, Any] = {
    "modify_name": None,
    "modify_type": None,
    "modify_nullable": None,
    "modify_server_default": False,
    "modify_comment": False,
}


def _altered(subject: Subject, operation: ops.AlterColumnOp, table: Table) -> tuple[Column, bool]:
    """The column under its old or its new name, and whether the rename is already done."""
    old, new = operation.column_name, operation.modify_name
    found = table.column(old)
    if new is None or table.key(new) == table.key(old):
        if found is None:
            raise MissingObject(
                f"alter_column {subject.name}: the table {table.name!r} has no column {old!r}; "
                f"it has {', '.join(c.name for c in table.columns)}. If a later revision renamed "
                "or dropped it, stamp that revision: alembic stamp REVISION"
            )
        return found, new is None or found.name == new
    target = table.column(new)
    if found is not None and target is not None and found is not target:
        raise AmbiguousMatch(
            f"alter_column {subject.name}: renaming {old!r} to {new!r}, but the table "
            f"{table.name!r} has both columns; nothing was changed. Move what is needed from one "
            "to the other and drop the one that is not wanted.",
            candidates=[old, new],
        )
    if target is not None:
        return target, True
    if found is None:
        raise MissingObject(
            f"alter_column {subject.name}: renaming {old!r} to {new!r}, but the table "
            f"{table.name!r} has neither; it has {', '.join(c.name for c in table.columns)}"
        )
    return found, False


def _still_different(
    operation: ops.AlterColumnOp, found: Column, table: Table, site: Site
) -> dict[str, Any]:
    rest: dict[str, Any] = {}
    if operation.modify_type is not None and not site.database.same_type(
        site.context, found.type, to_instance(operation.modify_type)
    ):
        rest["modify_type"] = operation.modify_type
    if operation.modify_nullable is not None and operation.modify_nullable != found.nullable:
        rest["modify_nullable"] = operation.modify_nullable
    default = operation.modify_server_default
    if default is not False and _default_differs(operation, found, site):
        rest["modify_server_default"] = default
    comment = operation.modify_comment
    if comment is not False and (comment or None) != (found.comment or None):
        rest["modify_comment"] = comment
    if operation.kw.get("autoincrement") not in (None, found.autoincrement):
        rest["autoincrement"] = operation.kw["autoincrement"]
    return rest


def _existing(
    operation: ops.AlterColumnOp, found: Column, rest: dict[str, Any], site: Site
) -> dict[str, Any]:
    """What is not altered, where it must be said again or be lost: as it is, not as it was said."""
    existing: dict[str, Any]
    if not site.database.restates_columns:
        told = operation.existing_type
        existing = {"existing_type": operation.modify_type if told is None else told}
        is_identity = found.generated and found.computed is None
        if is_identity or isinstance(rest.get("modify_server_default"), sa.Identity):
            # Adding, changing and dropping an identity are three statements.
            existing["existing_server_default"] = sa.Identity() if is_identity else None
        return existing
    existing = {
        "existing_nullable": found.nullable,
        "existing_comment": found.comment,
    }
    told = operation.existing_type
    right = told is not None and site.database.same_type(
        site.context, found.type, to_instance(told)
    )
    if "modify_type" not in rest and not right:  # with a new type it says which CHECK goes
        existing["existing_type"] = found.type
    if not found.generated:
        default = found.default
        existing["existing_server_default"] = None if default is None else verbatim(default)
    return existing


def _keywords(
    operation: ops.AlterColumnOp, found: Column, rest: dict[str, Any], site: Site
) -> dict[str, Any]:
    kw = dict(operation.kw)
    if site.database.restates_columns:
        kw["existing_autoincrement"] = found.autoincrement
    if "modify_type" not in rest:
        kw.pop("postgresql_using", None)  # Alembic refuses USING without a type
    if "autoincrement" not in rest:
        kw.pop("autoincrement", None)
    return kw


def _default_differs(operation: ops.AlterColumnOp, found: Column, site: Site) -> bool:
    asked = operation.modify_server_default
    if isinstance(asked, (sa.Identity, sa.Computed)):
        return not found.generated
    if asked is None and found.generated:
        return True
    return not site.database.same_default(found.default, default_sql(asked, site))


def default_sql(default: Any, site: Site) -> str | None:
    """A server default as it is written in DDL."""
    if default is None or default is False:
        return None
    column: sa.Column[Any] = sa.Column("c", sa.Integer, server_default=default)
    sa.Table("t", sa.MetaData(), column)
    text = ddl_compiler(site.context.dialect).get_column_default_string(column)
    return None if text is None else as_kept(text, site)


def column_differences(
    found: Column, asked: sa.Column[Any], site: Site, prefix: str = ""
) -> list[Difference]:
    """Type and nullability: what is cheap to compare and certain."""
    differences = []
    if not site.database.same_type(site.context, found.type, asked.type):
        names = [site.database.type_text(type_).upper() for type_ in (found.type, asked.type)]
        differences.append(Difference(f"{prefix}type", *names))
    nullable = bool(asked.nullable) and not asked.primary_key
    if found.nullable != nullable and not (asked.primary_key and found.nullable):
        words = {True: "NULL", False: "NOT NULL"}
        differences.append(
            Difference(f"{prefix}nullability", words[found.nullable], words[nullable])
        )
    return differences


class Companions:
    """What an operation makes beside the table or column itself, and is not there yet."""

    def __init__(self) -> None:
        self.operations: list[MigrateOperation] = []
        self.names: list[str] = []
        self.differences: list[Difference] = []

    def add(self, operation: MigrateOperation, name: str) -> None:
        self.operations.append(operation)
        self.names.append(name)


def missing_companions(asked: sa.Table, found: Table, site: Site) -> Companions:
    """Constraints and indexes of an asked table or column that the found table lacks."""
    companions = Companions()
    for constraint, name in missing_constraints(asked, found, site, companions.differences):
        companions.add(ops.AddConstraintOp.from_constraint(constraint), name)
    for index in missing_indexes(asked, found, site, companions.differences):
        companions.add(ops.CreateIndexOp.from_index(index), f"index {index.name}")
    return companions


def comments_apart(site: Site) -> bool:
    """Whether comments are statements of their own, which an interrupted run may have left out."""
    dialect = site.context.dialect
    return dialect.supports_comments and not dialect.inline_comments


def missing_column_comments(asked: sa.Table, found: Table, site: Site) -> list[MigrateOperation]:
    if not comments_apart(site):
        return []
    missing: list[MigrateOperation] = []
    for column in asked.columns:
        there = found.column(column.name)
        if column.comment is not None and there is not None and there.comment is None:
            missing.append(
                ops.AlterColumnOp(
                    asked.name, column.name, schema=asked.schema, modify_comment=column.comment
                )
            )
    return missing


def as_table(operation: ops.AddColumnOp, site: Site) -> sa.Table:
    """The table that Alembic makes of the column, with the constraints that come with it."""
    column = upstream.copied(operation.column)
    return upstream.schema_objects(site.context).table(
        operation.table_name, column, schema=operation.schema
    )


def _subject(name: str, operation: ops.AlterTableOp, column: str) -> Subject:
    if not operation.table_name or not column:
        raise UsageError(f"{name}: expected the table's name and the column's, as in Alembic")
    return Subject(name, "column", qualified(operation.schema, operation.table_name, column))
