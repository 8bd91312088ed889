"""What Alembic's batch is told, so that it makes of the table what our catalog read."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation, ops
from alembic.runtime.migration import MigrationContext

from ... import upstream
from ..construct import column_of, detached, table_of
from ..objects import Constraint, ConstraintType, Table
from .ddl import options
from .original import Original


class Told:
    """One batch, in the form in which Alembic can do it."""

    def __init__(
        self, original: Original, context: MigrationContext, batch_options: dict[str, Any]
    ) -> None:
        self.original, self.context = original, context
        self.batch_options = batch_options
        self.of_ours = (
            not any(batch_options.get(name) for name in ("reflect_args", "reflect_kwargs"))
            and batch_options.get("copy_from") is None
        )
        """Is the table ours to describe, or has the caller done that?"""
        self._unnamed: list[sa.Constraint] = []

    def operations(self, operations: list[MigrateOperation]) -> list[MigrateOperation]:
        """The operations as a batch takes them; what it refuses goes along as ``table_args``."""
        source = self.original.table
        kept: list[MigrateOperation] = []
        if self.of_ours:
            source = self._without_checks(operations)
            source, kept, operations = self._without_computed(source, operations)
        for operation in self._spelled(operations):
            if isinstance(operation, ops.AddConstraintOp):
                asked = operation.to_constraint(self.context)
                if isinstance(asked, sa.PrimaryKeyConstraint) and self.of_ours:
                    # Alembic's batch would put the empty key of the old table in its place.
                    name = upstream.final_name(asked, self.context.dialect)
                    columns = tuple(column.name for column in asked.columns)
                    source = source.with_(Constraint(ConstraintType.PRIMARY, name, columns))
                    continue
                if self._take_unnamed(asked):
                    continue
            elif isinstance(operation, ops.AddColumnOp):
                kept += self._apart(operation)
                continue
            kept.append(operation)
        options = self.batch_options
        options["recreate"] = "always"
        options["table_args"] = (*options.get("table_args", ()), *self._unnamed)
        if self.of_ours:
            options["copy_from"] = table_of(source, self._schema, **self._table_options())
            options.pop("naming_convention", None)
        return kept

    def _spelled(self, operations: list[MigrateOperation]) -> Iterator[MigrateOperation]:
        """With the columns of constraints as the table spells them.

        To SQLite case is no difference; a batch leaves out what is on a column it cannot find.
        """
        key = self.original.table.key
        known = [c.name for c in self.original.table.columns]
        known += [o.column.name for o in operations if isinstance(o, ops.AddColumnOp)]
        renamed = [o.modify_name for o in operations if isinstance(o, ops.AlterColumnOp)]
        names = {key(name): name for name in (*known, *filter(None, renamed))}
        for operation in operations:
            new = copy.copy(operation)
            for attribute in ("columns", "local_cols"):
                if isinstance(new, ops.AddConstraintOp) and hasattr(new, attribute):
                    columns = [names.get(key(c), c) for c in getattr(new, attribute)]
                    setattr(new, attribute, columns)
            yield new

    def _without_checks(self, operations: list[MigrateOperation]) -> Table:
        """The table without the checks that go with a column; a batch does not know of them."""
        table = self.original.table
        dropped = {table.key(o.column_name) for o in operations if isinstance(o, ops.DropColumnOp)}
        named = {
            table.key(str(o.constraint_name))
            for o in operations
            if isinstance(o, ops.DropConstraintOp)
        }
        gone = [
            check
            for check in table.of_type(ConstraintType.CHECK)
            if dropped.intersection(map(table.key, check.stands_on))
            and (check.name is None or table.key(check.name) not in named)
        ]
        return replace(table, constraints=tuple(c for c in table.constraints if c not in gone))

    def _without_computed(
        self, source: Table, operations: list[MigrateOperation]
    ) -> tuple[Table, list[MigrateOperation], list[MigrateOperation]]:
        """Computed columns are added anew: a batch would copy their values; SQLite refuses that."""
        key = source.key
        computed = {key(c.name): c for c in source.columns if c.computed is not None}
        if not computed:
            return source, [], operations
        dropped = {key(o.column_name) for o in operations if isinstance(o, ops.DropColumnOp)}
        added: list[MigrateOperation] = []
        there = [c for c in source.columns if key(c.name) not in computed.keys() & dropped]
        for before, column in itertools.pairwise((None, *there)):
            if column is not None and key(column.name) in computed:
                place: dict[str, Any] = {"insert_after": before.name} if before else {}
                added.append(ops.AddColumnOp(source.name, column_of(column), **place))
        columns = tuple(c for c in source.columns if key(c.name) not in computed)
        on_computed = [c for c in source.constraints if computed.keys() & set(map(key, c.columns))]
        stays = [c for c in on_computed if not dropped & set(map(key, c.columns))]
        self._unnamed += [detached(c, self._schema) for c in stays]
        constraints = tuple(c for c in source.constraints if c not in on_computed)
        rest = [
            o
            for o in operations
            if not (isinstance(o, ops.DropColumnOp) and key(o.column_name) in computed)
        ]
        return replace(source, columns=columns, constraints=constraints), added, rest

    def _take_unnamed(self, constraint: sa.Constraint) -> bool:
        if upstream.final_name(constraint, self.context.dialect) is not None:
            return False
        if upstream.is_type_bound(constraint):
            return False
        self._unnamed.append(_by_names(constraint, self._schema))
        return True

    def _apart(self, operation: ops.AddColumnOp) -> list[MigrateOperation]:
        """The column alone, then what comes with it, each under the name that it is to have.

        Alembic's batch would make the constraints and indexes of the column's flags once more,
        named after the temporary table.
        """
        shell = upstream.schema_objects(self.context).table(
            operation.table_name, upstream.copied(operation.column), schema=operation.schema
        )
        bare = copy.copy(operation)
        bare.column = _alone(operation.column)
        named = [
            constraint
            for constraint in shell.constraints
            if not isinstance(constraint, sa.PrimaryKeyConstraint)
            and not upstream.is_type_bound(constraint)
            and not self._take_unnamed(constraint)
        ]
        return [
            bare,
            *map(ops.AddConstraintOp.from_constraint, named),
            *map(ops.CreateIndexOp.from_index, shell.indexes),
        ]

    def _table_options(self) -> dict[str, Any]:
        words = options(self.original.sql())
        return {
            option: value
            for word, option, value in (
                ("AUTOINCREMENT", "sqlite_autoincrement", True),
                ("ROWID", "sqlite_with_rowid", False),
                ("STRICT", "sqlite_strict", True),
            )
            if word in words
        }

    @property
    def _schema(self) -> str | None:
        """The schema as Alembic is told it: the main database needs no name."""
        main = self.original.database.name_key(self.original.table.schema) == "main"
        return None if main else self.original.table.schema


def _by_names(constraint: sa.Constraint, schema: str | None) -> sa.Constraint:
    """A copy that belongs to no table and finds its columns by name."""
    if isinstance(constraint, sa.CheckConstraint):
        return sa.CheckConstraint(constraint.sqltext)
    names = [column.name for column in constraint.columns]  # type: ignore[attr-defined]
    if not isinstance(constraint, sa.ForeignKeyConstraint):
        return sa.UniqueConstraint(*names)
    referred = [element.column for element in constraint.elements]
    # SQLAlchemy leaves a foreign key out when the schemas of its two tables are not spelled alike.
    target = sa.Table(
        referred[0].table.name,
        sa.MetaData(),
        *(sa.Column(name, sa.types.NullType()) for name in dict.fromkeys(c.name for c in referred)),
        schema=schema,
    )
    return sa.ForeignKeyConstraint(
        names,
        [target.c[column.name] for column in referred],
        onupdate=constraint.onupdate,
        ondelete=constraint.ondelete,
        deferrable=constraint.deferrable,
        initially=constraint.initially,
        use_alter=False,
    )


def _alone(column: sa.Column[Any]) -> sa.Column[Any]:
    """The column without constraints and indexes; those of its type stay with the type."""
    generated = [g for g in (column.computed, column.identity) if g is not None]
    return sa.Column(
        column.name,
        column.type,
        *(copy.copy(g) for g in generated),
        primary_key=column.primary_key,
        nullable=column.nullable,
        server_default=None if generated else column.server_default,
        comment=column.comment,
    )
