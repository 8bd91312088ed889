"""What SQLite can only do by making the table anew, and the order in which things are sent."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from alembic.operations import MigrateOperation, ops

from ..base import Step
from .sessions import SQLiteSessions


class SQLiteBatch(SQLiteSessions):
    def needs_batch(self, operation: MigrateOperation) -> bool:
        """SQLite can add a plain column, rename one, and handle indexes; the rest is a new table.

        https://www.sqlite.org/lang_altertable.html
        """
        match operation:
            case ops.AddColumnOp():
                return _beyond_add_column(operation)
            case ops.AlterColumnOp():
                return not _is_rename(operation)
            case ops.DropColumnOp() | ops.AddConstraintOp() | ops.DropConstraintOp():
                return True
        return False

    def steps(self, operations: Sequence[MigrateOperation], recreate: str) -> list[Step]:
        """Renames and indexes one by one, where SQLite keeps every detail; the rest by new tables.

        Alembic's batch would carry indexes over as far as SQLAlchemy reflects them: without
        expressions and without DESC.
        """
        if recreate == "never":
            return [Step(tuple(operations))]
        steps: list[Step] = []
        for operation in _renames_apart(operations):
            alone = isinstance(operation, _ALONE) or _is_rename(operation)
            in_batch = not alone and (recreate == "always" or self.needs_batch(operation))
            if in_batch and steps and steps[-1].in_batch:
                steps[-1] = Step((*steps[-1].operations, operation))
            else:
                steps.append(Step((operation,), in_batch))
        return steps or [Step(())]


_ALONE = (ops.CreateIndexOp, ops.DropIndexOp)


def _is_rename(operation: MigrateOperation) -> bool:
    return (
        isinstance(operation, ops.AlterColumnOp)
        and operation.modify_type is None
        and operation.modify_nullable is None
        and operation.modify_server_default is False
    )


def _renames_apart(operations: Iterable[MigrateOperation]) -> Iterable[MigrateOperation]:
    """A rename with other changes becomes the rename, then the changes under the new name."""
    for operation in operations:
        if (
            isinstance(operation, ops.AlterColumnOp)
            and operation.modify_name is not None
            and not _is_rename(operation)
        ):
            yield ops.AlterColumnOp(
                operation.table_name,
                operation.column_name,
                schema=operation.schema,
                modify_name=operation.modify_name,
            )
            rest = copy.copy(operation)
            rest.column_name, rest.modify_name = operation.modify_name, None
            yield rest
        else:
            yield operation


def _beyond_add_column(operation: ops.AddColumnOp) -> bool:
    """Whether ALTER TABLE ADD COLUMN refuses the column, or Alembic cannot say it without batch."""
    column = operation.column
    default = column.server_default
    constant = isinstance(default, sa.DefaultClause) and isinstance(default.arg, str)
    return bool(
        column.primary_key
        or column.unique
        or column.foreign_keys
        or column.constraints
        or (default is not None and not constant)
        or (not column.nullable and default is None)
        or getattr(column.type, "create_constraint", False)
        or operation.kw  # insert_before, insert_after
    )
