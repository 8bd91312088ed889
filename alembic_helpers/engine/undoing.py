"""Notices a revision that undoes its own work, which no look at the database can make re-runnable.

After ``drop_column("t", "c")`` and ``add_column("t", c)`` have both run, the database looks as it
did before the first: a second run would drop the new column and its values. And after
``create_index("ix", "t", ["c"])`` and a rename of ``c``, the first line no longer fits.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa
from alembic.operations import MigrateOperation, ops

from .describe import operation_name

Trace = tuple[str | None, ...]
"""A table, or a column of it, by its name: the column last, the schema first."""


class Line(NamedTuple):
    """The user's own line that made a call."""

    file: str
    number: int
    call: str

    def __str__(self) -> str:
        return f"{self.call} ({self.file}:{self.number})"


class Undoing:
    """What the operations of one revision have made and taken away so far."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._made: dict[Trace, Line] = {}
        self._taken: dict[Trace, Line] = {}
        self._needed: dict[Trace, Line] = {}
        self._warned = False

    def warning(self, operation: MigrateOperation, line: Line, *, sent: bool) -> str | None:
        """Remember an operation; the warning when it undoes an earlier one, once per revision.

        What was not ``sent`` has nothing to undo, but what it stands for was made by this revision.
        """
        traces = traces_of(operation)
        earlier = [self._taken[trace] for trace in traces.made if trace in self._taken]
        undone = (*traces.taken, *traces.changed)
        earlier += [self._made[trace] for trace in undone if trace in self._made]
        earlier += [self._needed[trace] for trace in traces.taken if trace in self._needed]
        for memory, seen in (
            (self._made, traces.made),
            (self._taken, traces.taken),
            (self._needed, traces.needed),
        ):
            for trace in seen:
                memory[trace] = line
        if not earlier or not sent or self._warned:
            return None
        self._warned = True
        return (
            f"this revision undoes its own work: {earlier[0]} and {line}. It cannot be run again "
            "safely after a crash, because the database does not show whether both have run. Put "
            "the second into a revision of its own (alembic revision -m ...)."
        )


class Traces(NamedTuple):
    """What an operation makes, takes away, gives another definition, or must find once more."""

    made: tuple[Trace, ...] = ()
    taken: tuple[Trace, ...] = ()
    changed: tuple[Trace, ...] = ()
    needed: tuple[Trace, ...] = ()


def traces_of(operation: MigrateOperation) -> Traces:
    match operation:
        case ops.CreateTableOp(schema=schema, table_name=table):
            columns = [item.name for item in operation.columns if isinstance(item, sa.Column)]
            return Traces(made=_traces(schema, table, columns))
        case ops.DropTableOp(schema=schema, table_name=table):
            return Traces(taken=_traces(schema, table))
        case ops.RenameTableOp(schema=schema, table_name=old, new_table_name=new):
            return Traces(_traces(schema, new), _traces(schema, old))
        case ops.AddColumnOp(schema=schema, table_name=table):
            _, column = _traces(schema, table, [operation.column.name])
            return Traces(made=(column,), needed=_traces(schema, table))
        case ops.DropColumnOp(schema=schema, table_name=table):
            _, column = _traces(schema, table, [operation.column_name])
            return Traces(taken=(column,))
        case ops.AlterColumnOp(schema=schema, table_name=table):
            return _alterations(operation, *_traces(schema, table, [operation.column_name]))
    return Traces(needed=_needs(operation))


def _alterations(operation: ops.AlterColumnOp, table: Trace, column: Trace) -> Traces:
    if operation.modify_name is not None:
        _, new = _traces(operation.schema, operation.table_name, [operation.modify_name])
        return Traces((new,), (column,), needed=(table,))
    redefines = operation.modify_type is not None or operation.modify_nullable is not None
    return Traces(changed=(column,) if redefines else (), needed=(table, column))


def _needs(operation: MigrateOperation) -> tuple[Trace, ...]:
    match operation:
        case ops.CreateForeignKeyOp(kw=kw):
            return (
                *_traces(kw.get("source_schema"), operation.source_table, operation.local_cols),
                *_traces(
                    kw.get("referent_schema"), operation.referent_table, operation.remote_cols
                ),
            )
        case (
            ops.CreateIndexOp(schema=schema, table_name=table, columns=columns)
            | ops.CreateUniqueConstraintOp(schema=schema, table_name=table, columns=columns)
            | ops.CreatePrimaryKeyOp(schema=schema, table_name=table, columns=columns)
        ):
            return _traces(schema, table, columns)
        case (
            ops.CreateCheckConstraintOp(schema=schema, table_name=table)
            | ops.CreateTableCommentOp(schema=schema, table_name=table)
        ):
            return _traces(schema, table)
        case ops.BulkInsertOp(table=target):
            return _traces(getattr(target, "schema", None), target.name, target.columns.keys())
    return ()


def _traces(schema: str | None, table: str, columns: Iterable[object] = ()) -> tuple[Trace, ...]:
    """The table, and those of its columns that are given by name."""
    names = [column for column in columns if isinstance(column, str)]
    return ((schema, table), *[(schema, table, name) for name in names])


_OURS = (__name__.partition(".")[0], "alembic", "contextlib")


@functools.cache
def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in _OURS


def calling_line(operation: MigrateOperation) -> Line:
    """The first line on the stack that is neither this library's nor Alembic's."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    return Line(frame.f_code.co_filename, frame.f_lineno, operation_name(operation))
