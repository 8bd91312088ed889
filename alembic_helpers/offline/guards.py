"""When a statement is to be left out: one function for each kind of DDL construct.

The guard belongs to the statement and not to the operation: ``create_table`` prints CREATE TYPE,
CREATE TABLE, CREATE INDEX and COMMENT, and where each DDL statement commits (MySQL, MariaDB,
Oracle) a script may be cut after any of them. So each is asked for by the object that it makes
itself: the index by the index, never by the table. What gives the same when it is repeated
(COMMENT, SET DEFAULT) is asked for by nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic.ddl import base, mysql, postgresql
from alembic.runtime.migration import MigrationContext
from sqlalchemy import schema as ddl
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.types import TypeEngine

from .. import upstream
from ..compare.asked import column_names, is_of_a_type, plain_name, type_of
from ..databases import Database, database_of
from ..databases.objects import ConstraintType
from .questions import (
    ColumnThere,
    ConstraintIs,
    ConstraintThere,
    EnumHolds,
    EnumThere,
    Guard,
    IdentityThere,
    IndexIs,
    IndexThere,
    Name,
    NoGuard,
    NullableIs,
    Question,
    Refusal,
    SchemaThere,
    SequenceThere,
    TableThere,
    Type,
    TypesAre,
)
from .writers import writer_of

ALWAYS = Guard()
"""For what may be repeated."""


class Scene:
    """The script that a statement stands in: names and types as its database keeps them."""

    def __init__(self, context: MigrationContext) -> None:
        self.context = context
        self.database: Database = database_of(context.dialect)
        self.writer = writer_of(context)

    def name(self, schema: str | None, name: str) -> Name:
        return Name(schema, self.database.stored_name(name))

    def table(self, table: sa.Table) -> Name:
        return self.name(table.schema, table.name)

    def final(self, item: sa.Constraint | sa.Index) -> str | None:
        name = upstream.final_name(item, self.context.dialect)
        return None if name is None else self.database.stored_name(name)

    def columns(self, columns: Iterable[sa.Column[Any]]) -> tuple[tuple[str, Type], ...]:
        return tuple((self.database.stored_name(c.name), self.type(c.type)) for c in columns)

    def type(self, type_: TypeEngine[Any]) -> Type:
        sql = self.context.dialect.type_compiler_instance.process(type_)
        return Type(sql, self.database.type_text(type_))


@functools.singledispatch
def guard(construct: Any, scene: Scene) -> Guard | None:
    """The guard of a statement; ``None`` for what is not known."""
    return None


def created(there: Question, same: Question | None = None, *, what: str) -> Guard:
    """Left out when it is there; an error when it is there, but is not what is asked for."""
    if same is None or same == there:
        return Guard(done=there)
    differs = f"{what} is there, but is not what this revision asks for; drop or rename it first"
    return Guard(done=same, refusals=(Refusal(there, differs),))


def dropped(there: Question) -> Guard:
    return Guard(done=~there)


def renamed(old: Question, new: Question, *, what: str) -> Guard:
    return Guard(
        done=new & ~old,
        refusals=(
            Refusal(old & new, f"{what}: both are there; drop the one that is not wanted"),
            Refusal(~old & ~new, f"{what}: neither is there"),
        ),
    )


# -- tables ----------------------------------------------------------------------------------------


@guard.register
def _create_table(construct: ddl.CreateTable, scene: Scene) -> Guard:
    table = scene.table(construct.element)
    there = TableThere(table)
    columns = scene.columns(construct.element.columns)
    same = there & TypesAre(table, columns) if columns else None
    return created(there, same, what=f"table {table}")


@guard.register
def _drop_table(construct: ddl.DropTable, scene: Scene) -> Guard:
    return dropped(TableThere(scene.table(construct.element)))


@guard.register
def _rename_table(construct: base.RenameTable, scene: Scene) -> Guard:
    old = scene.name(construct.schema, construct.table_name)
    new = scene.name(construct.schema, construct.new_table_name)
    return renamed(TableThere(old), TableThere(new), what=f"renaming table {old} to {new}")


@guard.register(ddl.SetTableComment)
@guard.register(ddl.DropTableComment)
@guard.register(ddl.SetColumnComment)
def _comment(construct: Any, scene: Scene) -> Guard:
    return ALWAYS


# -- columns ---------------------------------------------------------------------------------------


@guard.register
def _add_column(construct: base.AddColumn, scene: Scene) -> Guard:
    table = scene.name(construct.schema, construct.table_name)
    columns = scene.columns([construct.column])
    there = ColumnThere(table, columns[0][0])
    return created(there, TypesAre(table, columns), what=f"column {table}.{there.column}")


@guard.register
def _drop_column(construct: base.DropColumn, scene: Scene) -> Guard:
    table = scene.name(construct.schema, construct.table_name)
    return dropped(ColumnThere(table, scene.database.stored_name(construct.column.name)))


@guard.register
def _alter_column(construct: base.AlterColumn, scene: Scene) -> Guard:
    """Defaults and comments, and what MySQL says all at once (MODIFY)."""
    return ALWAYS


@guard.register
def _nullable(construct: base.ColumnNullable, scene: Scene) -> Guard:
    column = scene.database.stored_name(construct.column_name)
    return Guard(NullableIs(_altered(construct, scene), column, construct.nullable))


@guard.register(base.ColumnType)
@guard.register(postgresql.PostgresqlColumnType)
def _type(construct: Any, scene: Scene) -> Guard:
    """A second USING would convert what is converted."""
    column = scene.database.stored_name(construct.column_name)
    asked = ((column, scene.type(construct.type_)),)
    return Guard(TypesAre(_altered(construct, scene), asked, unknown=False))


@guard.register
def _identity(construct: base.IdentityColumnDefault, scene: Scene) -> Guard:
    column = scene.database.stored_name(construct.column_name)
    there = IdentityThere(_altered(construct, scene), column)
    had = isinstance(construct.existing_server_default, sa.Identity)
    if construct.default is None:
        return dropped(there)
    return ALWAYS if had else Guard(there)


@guard.register(base.ColumnName)
@guard.register(mysql.MySQLChangeColumn)
def _column_name(construct: Any, scene: Scene) -> Guard:
    """One in case only, where case is ignored, has nothing that tells whether it is done."""
    table, database = _altered(construct, scene), scene.database
    old, new = map(database.stored_name, (construct.column_name, construct.newname))
    if database.name_key(old) == database.name_key(new):
        return ALWAYS
    return renamed(
        ColumnThere(table, old),
        ColumnThere(table, new),
        what=f"renaming column {table}.{old} to {new}",
    )


@guard.register
def _modify_column(construct: mysql.MySQLModifyColumn, scene: Scene) -> Guard:
    return ALWAYS


def _altered(construct: base.AlterColumn, scene: Scene) -> Name:
    return scene.name(construct.schema, construct.table_name)


# -- indexes and constraints -----------------------------------------------------------------------


@guard.register
def _create_index(construct: ddl.CreateIndex, scene: Scene) -> Guard:
    index: sa.Index = construct.element
    assert index.table is not None
    table = scene.table(index.table)
    name = Name(table.schema, scene.final(index) or "")
    expressions = [plain_name(expression) for expression in index.expressions]
    plain = tuple(column for column in expressions if column is not None)
    columns = plain if len(plain) == len(expressions) else None
    return created(
        IndexThere(table, name),
        IndexIs(table, name, columns, bool(index.unique)),
        what=f"index {name} on {table}",
    )


@guard.register
def _drop_index(construct: ddl.DropIndex, scene: Scene) -> Guard:
    index: sa.Index = construct.element
    assert index.table is not None
    table = None if index.table.name == upstream.NO_TABLE else scene.table(index.table)
    return dropped(IndexThere(table, Name(index.table.schema, scene.final(index) or "")))


@guard.register
def _add_constraint(construct: ddl.AddConstraint, scene: Scene) -> Guard:
    """By its name; without one by its columns. A table has one primary key, of whatever name."""
    constraint: Any = construct.element
    type_, name = type_of(constraint), scene.final(constraint)
    table = scene.table(constraint.table)
    columns = column_names(constraint)
    listed = ", ".join(columns)
    what = f"{type_.label} {name or f'({listed})'} on {table}"
    if type_ in (ConstraintType.CHECK, ConstraintType.EXCLUDE):
        if name is None:
            raise NoGuard(f"without a name a {type_.label} on {table} cannot be asked for")
        return Guard(ConstraintThere(table, name, type_))
    if type_ is ConstraintType.PRIMARY:
        name = None
    same = ConstraintIs(table, name, type_, columns)
    if isinstance(constraint, sa.ForeignKeyConstraint):
        targets = [element.column for element in constraint.elements]
        target = scene.table(targets[0].table)
        names = tuple(scene.database.stored_name(column.name) for column in targets)
        same = ConstraintIs(table, name, type_, columns, target, names)
    if name is None and type_ is not ConstraintType.PRIMARY:
        return Guard(same)
    return created(ConstraintThere(table, name, type_), same, what=what)


@guard.register
def _drop_constraint(construct: ddl.DropConstraint, scene: Scene) -> Guard:
    constraint: Any = construct.element
    type_ = type_of(constraint) if is_of_a_type(constraint) else None
    name = scene.final(constraint)
    if type_ is ConstraintType.PRIMARY and not scene.database.names_primary_keys:
        name = None
    return dropped(ConstraintThere(scene.table(constraint.table), name, type_))


# -- schemas, sequences, types ---------------------------------------------------------------------


@guard.register
def _create_schema(construct: ddl.CreateSchema, scene: Scene) -> Guard:
    return Guard(SchemaThere(scene.database.stored_name(construct.element)))


@guard.register
def _drop_schema(construct: ddl.DropSchema, scene: Scene) -> Guard:
    return dropped(SchemaThere(scene.database.stored_name(construct.element)))


@guard.register
def _create_sequence(construct: ddl.CreateSequence, scene: Scene) -> Guard:
    sequence = construct.element
    return Guard(SequenceThere(scene.name(sequence.schema, sequence.name)))


@guard.register
def _drop_sequence(construct: ddl.DropSequence, scene: Scene) -> Guard:
    sequence = construct.element
    return dropped(SequenceThere(scene.name(sequence.schema, sequence.name)))


@guard.register
def _create_enum(construct: pg.CreateEnumType, scene: Scene) -> Guard:
    enum = scene.name(construct.element.schema, construct.element.name)
    labels = EnumHolds(enum, tuple(construct.element.enums))
    return created(EnumThere(enum), labels, what=f"enum {enum}")


@guard.register
def _drop_enum(construct: pg.DropEnumType, scene: Scene) -> Guard:
    return dropped(EnumThere(scene.name(construct.element.schema, construct.element.name)))
