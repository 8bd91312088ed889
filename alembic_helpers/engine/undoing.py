"""Notices a revision that undoes its own work, which no look at the database can make re-runnable.

After ``drop_column("t", "c")`` and ``add_column("t", c)`` have both run, the database looks as it
did before the first: a second run would drop the new column and its values. And after
``create_index("ix", "t", ["c"])`` and a rename of ``c``, the first line no longer fits.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable
from types import CodeType, FrameType
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import MigrateOperation, ops

from ..upstream import ByClass
from .describe import operation_name

Trace = tuple[str | None, ...]
"""A table, or a column of it, by its name: the column last, the schema first."""


class Line(NamedTuple):
    """The user's own line that made a call."""

    code: CodeType
    at: int
    """The instruction; its line is counted from the beginning of the code, so only when needed."""
    call: str

    @property
    def number(self) -> int | None:
        lines = self.code.co_lines()
        return next((number for start, end, number in lines if start <= self.at < end), None)

    def __str__(self) -> str:
        return f"{self.call} ({self.code.co_filename}:{self.number})"


class Undoing:
    """What the operations of one revision have made and taken away so far."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._made: dict[Trace, Line] = {}
        self._taken: dict[Trace, Line] = {}
        self._needed: dict[Trace, Line] = {}
        self._untraced: list[tuple[MigrateOperation, Line]] = []
        self._warned = False

    def warning(self, operation: MigrateOperation, line: Line, *, sent: bool) -> str | None:
        """Remember an operation; the warning when it undoes an earlier one, once per revision.

        What was not ``sent`` has nothing to undo, but what it stands for was made by this revision.
        """
        if type(operation) in _ADDING and not self._taken:
            self._untraced.append((operation, line))  # most revisions have no others
            return None
        for added in self._untraced:
            self._remember(*added)
        self._untraced.clear()
        earlier = self._remember(operation, line)
        if not earlier or not sent or self._warned:
            return None
        self._warned = True
        return (
            f"this revision undoes its own work: {earlier[0]} and {line}. It cannot be run again "
            "safely after a crash, because the database does not show whether both have run. Put "
            "the second into a revision of its own (alembic revision -m ...)."
        )

    def _remember(self, operation: MigrateOperation, line: Line) -> list[Line]:
        """The lines of what the operation undoes."""
        made, taken, changed, needed = traces_of(operation)
        undone = self._of(self._taken, made)
        undone += self._of(self._made, (*taken, *changed)) + self._of(self._needed, taken)
        for memory, seen in ((self._made, made), (self._taken, taken), (self._needed, needed)):
            for trace in seen:
                memory[trace] = line
        return undone

    @staticmethod
    def _of(memory: dict[Trace, Line], traces: Iterable[Trace]) -> list[Line]:
        return [memory[trace] for trace in traces if trace in memory]


class Traces(NamedTuple):
    """What an operation makes, takes away, gives another definition, or must find once more."""

    made: tuple[Trace, ...] = ()
    taken: tuple[Trace, ...] = ()
    changed: tuple[Trace, ...] = ()
    needed: tuple[Trace, ...] = ()


NO_TRACES = Traces()

_tracers: ByClass[Callable[[Any], Traces]] = ByClass()


def traces_of(operation: MigrateOperation) -> Traces:
    tracer = _tracers.of(operation)
    return NO_TRACES if tracer is None else tracer(operation)


@_tracers.register(ops.CreateTableOp)
def _created(operation: ops.CreateTableOp) -> Traces:
    columns = [item.name for item in operation.columns if isinstance(item, sa.Column)]
    return Traces(made=_traces(operation.schema, operation.table_name, columns))


@_tracers.register(ops.DropTableOp)
def _dropped(operation: ops.DropTableOp) -> Traces:
    return Traces(taken=_traces(operation.schema, operation.table_name))


@_tracers.register(ops.RenameTableOp)
def _renamed(operation: ops.RenameTableOp) -> Traces:
    schema, old, new = operation.schema, operation.table_name, operation.new_table_name
    return Traces(_traces(schema, new), _traces(schema, old))


@_tracers.register(ops.AddColumnOp)
def _added(operation: ops.AddColumnOp) -> Traces:
    table, column = _traces(operation.schema, operation.table_name, [operation.column.name])
    return Traces(made=(column,), needed=(table,))


@_tracers.register(ops.DropColumnOp)
def _column_dropped(operation: ops.DropColumnOp) -> Traces:
    _, column = _traces(operation.schema, operation.table_name, [operation.column_name])
    return Traces(taken=(column,))


@_tracers.register(ops.AlterColumnOp)
def _altered(operation: ops.AlterColumnOp) -> Traces:
    named = operation.schema, operation.table_name
    table, column = _traces(*named, [operation.column_name])
    if operation.modify_name is not None:
        _, new = _traces(*named, [operation.modify_name])
        return Traces((new,), (column,), needed=(table,))
    redefines = operation.modify_type is not None or operation.modify_nullable is not None
    return Traces(changed=(column,) if redefines else (), needed=(table, column))


@_tracers.register(ops.CreateForeignKeyOp)
def _referring(operation: ops.CreateForeignKeyOp) -> Traces:
    said, near, far = operation.kw, operation.source_table, operation.referent_table
    return Traces(
        needed=(
            *_traces(said.get("source_schema"), near, operation.local_cols),
            *_traces(said.get("referent_schema"), far, operation.remote_cols),
        )
    )


@_tracers.register(ops.CreateIndexOp, ops.CreateUniqueConstraintOp, ops.CreatePrimaryKeyOp)
def _covering(operation: Any) -> Traces:
    return Traces(needed=_traces(operation.schema, operation.table_name, operation.columns))


@_tracers.register(ops.CreateCheckConstraintOp, ops.CreateTableCommentOp)
def _upon(operation: Any) -> Traces:
    return Traces(needed=_traces(operation.schema, operation.table_name))


@_tracers.register(ops.BulkInsertOp)
def _filled(operation: ops.BulkInsertOp) -> Traces:
    target = operation.table
    schema = getattr(target, "schema", None)
    return Traces(needed=_traces(schema, target.name, target.columns.keys()))


def _traces(schema: str | None, table: str, columns: Iterable[object] = ()) -> tuple[Trace, ...]:
    """The table, and those of its columns that are given by name."""
    names = [column for column in columns if isinstance(column, str)]
    return ((schema, table), *[(schema, table, name) for name in names])


# Rows are not among them: to remember the operation would keep those.
_ADDING = {
    ops.CreateTableOp,
    ops.AddColumnOp,
    ops.CreateIndexOp,
    ops.CreateUniqueConstraintOp,
    ops.CreateForeignKeyOp,
    ops.CreatePrimaryKeyOp,
    ops.CreateCheckConstraintOp,
}
"""What takes nothing away that an earlier operation made."""

_OURS = (__name__.partition(".")[0], "alembic", "contextlib")


@functools.cache
def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in _OURS


def _is_ours_at(frame: FrameType) -> bool:
    return _is_ours(frame.f_globals.get("__name__", ""))


class Caller:
    """Finds the first line on the stack that is neither this library's nor Alembic's.

    Most operations of a kind are called from one function: as deep in the stack as the last one.
    """

    def __init__(self) -> None:
        self._last: dict[type[MigrateOperation], tuple[int, CodeType]] = {}

    def line(self, operation: MigrateOperation) -> Line:
        depth, code = self._last.get(type(operation), (1, None))
        try:
            frame = sys._getframe(depth)
            inner = sys._getframe(depth - 1)
        except ValueError:  # the stack is not as deep
            frame = inner = sys._getframe()
        if frame.f_code is not code or not _is_ours_at(inner):
            depth, frame = 0, sys._getframe()
            while (caller := frame.f_back) and _is_ours_at(frame):
                depth, frame = depth + 1, caller
            self._last[type(operation)] = depth, frame.f_code
        return Line(frame.f_code, frame.f_lasti, operation_name(operation))
