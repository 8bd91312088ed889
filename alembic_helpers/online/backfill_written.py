"""Rows in batches, as a ``--sql`` script has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.sql.elements import ClauseElement

from ..databases.construct import verbatim
from ..offline import Note, Part, Scene, splitting
from ..offline.batches import Batches
from ..offline.capture import compiled
from ..offline.questions import Guard, NoGuard, Statement
from ..offline.rows import literal
from .backfill import BackfillOp


@splitting.register(BackfillOp)
def _backfill(operation: BackfillOp, scene: Scene) -> Sequence[Part | Note]:
    target, update = _written(operation, scene)
    if not scene.writer.has_batches:
        note = "one statement, which locks all its rows; run again, it finds those that are left"
        return [Note(note), Part(update, _guard(update, scene))]
    count: sa.Select[Any] = sa.select(sa.literal_column("count(*)")).select_from(target)
    batches = Batches(
        scene.name(operation.schema, operation.table_name),
        compiled(count.where(operation.condition), scene.context).sql,
        operation.batch_size,
        operation.pause,
    )
    return [Part(Statement(batches, update.sql), Guard(), alone=True)]


@Operations.implementation_for(BackfillOp)
def _unguarded(operations: Operations, operation: BackfillOp) -> None:
    """For ``Offline.UNGUARDED``: all of it at once."""
    context = operations.migration_context
    _, update = _written(operation, Scene(context))
    context.impl.execute(verbatim(update.sql))


def _written(operation: BackfillOp, scene: Scene) -> tuple[sa.TableClause, Statement]:
    """The table, and all of it as one UPDATE, which ends with the condition."""
    written = operation.written_table
    target = _target(operation) if written is None else written
    values = {
        target.columns[key]: value
        if isinstance(value, ClauseElement)
        else literal(target.columns[key], value, scene)
        for key, value in operation.keyed(target).items()
    }
    update = sa.update(target).values(values).where(operation.condition)
    return target, compiled(update, scene.context)


def _guard(update: Statement, scene: Scene) -> Guard | None:
    try:
        scene.writer.block(update, Guard(), None)
    except NoGuard:
        return None
    return Guard()


def _target(operation: BackfillOp) -> sa.TableClause:
    """There is no database to ask for the types: those of the values."""
    columns: list[Any] = []
    for name, value in operation.values.items():
        if value is None or isinstance(value, ClauseElement):
            columns.append(sa.column(name))
        else:
            json = isinstance(value, (dict, list))
            columns.append(sa.column(name, sa.JSON() if json else sa.literal(value).type))
    return sa.table(operation.table_name, *columns, schema=operation.schema)
