"""Operations as values: drawn by the strategies, run on any ``op``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .model import Check, Column, Constraint, ForeignKey, Index, Row, Table, Unique
from .shown import Shown

Op = Any
"""``alembic.op``, ``alembic_helpers.op``, or what ``batch_alter_table`` gives."""


@dataclass(frozen=True, repr=False)
class Operation(Shown):
    """One call of ``op``; those that a batch takes too know how to be called there."""

    table: Any

    batchable = False

    def run(self, op: Op, schema: str | None) -> None:
        raise NotImplementedError

    def run_in_batch(self, batch_op: Op, schema: str | None) -> None:
        raise NotImplementedError


@dataclass(frozen=True, repr=False)
class CreateTable(Operation):
    table: Table

    def run(self, op: Op, schema: str | None) -> None:
        table = self.table
        items = [c.build(schema) for c in (*table.columns, *table.constraints)]
        if table.key:
            items.append(sa.PrimaryKeyConstraint(*table.key, name=table.key_name.build()))
        op.create_table(table.name, *items, schema=schema, comment=table.comment)


@dataclass(frozen=True, repr=False)
class DropTable(Operation):
    table: str

    def run(self, op: Op, schema: str | None) -> None:
        op.drop_table(self.table, schema=schema)


@dataclass(frozen=True, repr=False)
class RenameTable(Operation):
    table: str
    new_name: str

    def run(self, op: Op, schema: str | None) -> None:
        op.rename_table(self.table, self.new_name, schema=schema)


@dataclass(frozen=True, repr=False)
class BulkInsert(Operation):
    table: Table
    rows: tuple[Row, ...]

    def run(self, op: Op, schema: str | None) -> None:
        op.bulk_insert(self.clause(schema), [dict(row) for row in self.rows])

    def clause(self, schema: str | None) -> sa.TableClause:
        columns = [sa.column(c.name, c.kind.make()) for c in self.table.columns]
        return sa.table(self.table.name, *columns, schema=schema)


@dataclass(frozen=True, repr=False)
class Comment(Operation):
    table: str
    comment: str | None
    existing: str | None = None

    batchable = True

    def run(self, op: Op, schema: str | None) -> None:
        if self.comment is None:
            op.drop_table_comment(self.table, existing_comment=self.existing, schema=schema)
        else:
            op.create_table_comment(
                self.table, self.comment, existing_comment=self.existing, schema=schema
            )

    def run_in_batch(self, batch_op: Op, schema: str | None) -> None:
        if self.comment is None:
            batch_op.drop_table_comment(existing_comment=self.existing)
        else:
            batch_op.create_table_comment(self.comment, existing_comment=self.existing)


@dataclass(frozen=True, repr=False)
class AddColumn(Operation):
    table: str
    column: Column

    batchable = True

    def run(self, op: Op, schema: str | None) -> None:
        op.add_column(self.table, self.column.build(schema), schema=schema)

    def run_in_batch(self, batch_op: Op, schema: str | None) -> None:
        batch_op.add_column(self.column.build(schema))


@dataclass(frozen=True, repr=False)
class DropColumn(Operation):
    table: str
    column: str

    batchable = True

    def run(self, op: Op, schema: str | None) -> None:
        op.drop_column(self.table, self.column, schema=schema)

    def run_in_batch(self, batch_op: Op, schema: str | None) -> None:
        batch_op.drop_column(self.column)


@dataclass(frozen=True, repr=False)
class AlterColumn(Operation):
    """From one column to another of it: what differs is said, the rest is said to exist."""

    table: str
    old: Column
    new: Column

    batchable = True

    def arguments(self) -> dict[str, Any]:
        old, new = self.old, self.new
        told: dict[str, Any] = {
            "existing_type": old.kind.make(),
            "existing_nullable": old.nullable,
            "existing_server_default": old.default and old.default.build(),
        }
        if old.comment is not None:
            told["existing_comment"] = old.comment
        if old.counts:
            told["existing_autoincrement"] = True
        if new.name != old.name:
            told["new_column_name"] = new.name
        if new.kind is not old.kind:
            told["type_"] = new.kind.make()
        if new.nullable != old.nullable:
            told["nullable"] = new.nullable
        if new.default != old.default:
            told["server_default"] = new.default and new.default.build()
        if new.comment != old.comment:
            told["comment"] = new.comment
        return told

    def run(self, op: Op, schema: str | None) -> None:
        op.alter_column(self.table, self.old.name, schema=schema, **self.arguments())

    def run_in_batch(self, batch_op: Op, schema: str | None) -> None:
        batch_op.alter_column(self.old.name, **self.arguments())


@dataclass(frozen=True, repr=False)
class CreateIndex(Operation):
    table: str
    index: Index

    batchable = True

    def run(self, op: Op, schema: str | None) -> None:
        index = self.index
        name = index.name.build()
        op.create_index(name, self.table, list(index.columns), unique=index.unique, schema=schema)

    def run_in_batch(self, batch_op: Op, schema: str | None) -> None:
        index = self.index
        batch_op.create_index(index.name.build(), list(index.columns), unique=index.unique)


@dataclass(frozen=True, repr=False)
class DropIndex(Operation):
    table: str
    index: Index

    batchable = True

    def run(self, op: Op, schema: str | None) -> None:
        op.drop_index(self.index.name.final.build(), self.table, schema=schema)

    def run_in_batch(self, batch_op: Op, schema: str | None) -> None:
        batch_op.drop_index(self.index.name.final.build())


@dataclass(frozen=True, repr=False)
class CreateConstraint(Operation):
    table: str
    constraint: Constraint

    batchable = True

    def run(self, op: Op, schema: str | None) -> None:
        made, name = self.constraint, self.constraint.name.build()
        match made:
            case Unique():
                op.create_unique_constraint(name, self.table, list(made.columns), schema=schema)
            case Check():
                op.create_check_constraint(name, self.table, made.condition(), schema=schema)
            case ForeignKey():
                op.create_foreign_key(
                    name,
                    self.table,
                    made.target,
                    list(made.columns),
                    list(made.target_columns),
                    ondelete=made.ondelete,
                    source_schema=schema,
                    referent_schema=schema,
                )

    def run_in_batch(self, batch_op: Op, schema: str | None) -> None:
        made, name = self.constraint, self.constraint.name.build()
        match made:
            case Unique():
                batch_op.create_unique_constraint(name, list(made.columns))
            case Check():
                batch_op.create_check_constraint(name, made.condition())
            case ForeignKey():
                batch_op.create_foreign_key(
                    name,
                    made.target,
                    list(made.columns),
                    list(made.target_columns),
                    ondelete=made.ondelete,
                    referent_schema=schema,
                )


@dataclass(frozen=True, repr=False)
class DropConstraint(Operation):
    table: str
    constraint: Constraint

    batchable = True

    def run(self, op: Op, schema: str | None) -> None:
        name = self.constraint.name.final.build()
        op.drop_constraint(name, self.table, type_=self.constraint.type_, schema=schema)

    def run_in_batch(self, batch_op: Op, schema: str | None) -> None:
        batch_op.drop_constraint(self.constraint.name.final.build(), type_=self.constraint.type_)


@dataclass(frozen=True, repr=False)
class Batch(Operation):
    """Operations on one table within one ``batch_alter_table``."""

    table: str
    operations: tuple[Operation, ...]

    def run(self, op: Op, schema: str | None) -> None:
        with op.batch_alter_table(self.table, schema=schema) as batch_op:
            for operation in self.operations:
                operation.run_in_batch(batch_op, schema)


def creation(table: Table) -> list[Operation]:
    """What makes the whole table at once, with its indexes and rows."""
    indexes = [CreateIndex(table.name, index) for index in table.indexes]
    inserts = [BulkInsert(table, table.rows)] if table.rows else []
    return [CreateTable(table), *indexes, *inserts]
