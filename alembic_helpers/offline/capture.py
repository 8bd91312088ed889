"""What Alembic would print for one operation, collected statement by statement."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from alembic.operations import MigrateOperation, Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex
from sqlalchemy.sql.elements import ClauseElement

from .. import upstream
from .questions import Statement


def captured(context: MigrationContext, operation: MigrateOperation) -> tuple[list[Statement], Any]:
    """The statements of an operation in order, and what the operation returns."""
    operations, found = _capturing(context)
    returned = operations.invoke(operation)
    return _in_order(found), returned


def captured_batch(
    context: MigrationContext, options: Mapping[str, Any], operations: Sequence[MigrateOperation]
) -> list[Statement]:
    """The statements of one batch."""
    capturing, found = _capturing(context)
    with capturing.batch_alter_table(**options) as batch_op:
        for operation in operations:
            batch_op.invoke(operation)
    return found


def _capturing(context: MigrationContext) -> tuple[Operations, list[Statement]]:
    found: list[Statement] = []

    def keep(construct: Any, printed: str) -> None:
        sql = printed.strip().removesuffix(context.impl.command_terminator).strip()
        found.append(Statement(construct, undoubled(sql, context.dialect)))

    return Operations(upstream.capturing_context(context, keep)), found


def compiled(construct: ClauseElement, context: MigrationContext) -> Statement:
    """A construct of our own, values and all."""
    dialect = upstream.offline_dialect(context)
    sql = str(construct.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return Statement(construct, undoubled(sql.strip(), dialect))


def _in_order(found: list[Statement]) -> list[Statement]:
    """The indexes of a table, which SQLAlchemy keeps as a set, in the order of their names."""
    ordered: list[Statement] = []
    for are_indexes, run in itertools.groupby(
        found, lambda s: isinstance(s.construct, CreateIndex)
    ):
        alike = list(run)
        ordered += sorted(alike, key=lambda s: s.sql) if are_indexes else alike
    return ordered


def undoubled(sql: str, dialect: Dialect) -> str:
    """SQLAlchemy doubles percent signs for a driver; a script has none."""
    doubled = dialect.paramstyle in ("format", "pyformat")
    return sql.replace("%%", "%") if doubled else sql
