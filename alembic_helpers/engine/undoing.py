"""Notices a revision that undoes its own work, which no look at the database can make re-runnable.

After ``drop_column("t", "c")`` and ``add_column("t", c)`` have both run, the database looks as it
did before the first: a second run would drop the new column and its values.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import sqlalchemy as sa
from alembic.operations import MigrateOperation, ops

from .common import qualified
from .describe import operation_name


@dataclass(frozen=True)
class Trace:
    """A name that an operation makes or takes away."""

    kind: str
    name: str


@dataclass(frozen=True)
class Line:
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
        self._warned = False

    def warning(self, operation: MigrateOperation, line: Line, *, sent: bool) -> str | None:
        """Remember an operation; the warning when it undoes an earlier one, once per revision.

        What was not ``sent`` has nothing to undo, but what it stands for was made by this revision.
        """
        traces = traces_of(operation)
        earlier = [self._taken[trace] for trace in traces.made if trace in self._taken]
        undone = (*traces.taken, *traces.changed)
        earlier += [self._made[trace] for trace in undone if trace in self._made]
        self._made.update(dict.fromkeys(traces.made, line))
        self._taken.update(dict.fromkeys(traces.taken, line))
        if not earlier or not sent or self._warned:
            return None
        self._warned = True
        return (
            f"this revision undoes its own work: {earlier[0]} and {line}. It cannot be run again "
            "safely after a crash, because the database does not show whether both have run. Put "
            "the second into a revision of its own (alembic revision -m ...)."
        )


@dataclass(frozen=True)
class Traces:
    """The names that an operation makes, takes away, or gives another definition."""

    made: tuple[Trace, ...] = ()
    taken: tuple[Trace, ...] = ()
    changed: tuple[Trace, ...] = ()


def traces_of(operation: MigrateOperation) -> Traces:
    match operation:
        case ops.CreateTableOp():
            table = qualified(operation.schema, operation.table_name)
            columns = [item for item in operation.columns if isinstance(item, sa.Column)]
            return Traces(
                (Trace("table", table), *(Trace("column", f"{table}.{c.name}") for c in columns))
            )
        case ops.DropTableOp():
            return Traces(taken=(_table(operation, operation.table_name),))
        case ops.RenameTableOp():
            new, old = operation.new_table_name, operation.table_name
            return Traces((_table(operation, new),), (_table(operation, old),))
        case ops.AddColumnOp():
            return Traces((_column(operation, operation.column.name),))
        case ops.DropColumnOp():
            return Traces(taken=(_column(operation, operation.column_name),))
        case ops.AlterColumnOp() if operation.modify_name is not None:
            return Traces(
                (_column(operation, operation.modify_name),),
                (_column(operation, operation.column_name),),
            )
        case ops.AlterColumnOp() if (
            operation.modify_type is not None or operation.modify_nullable is not None
        ):
            return Traces(changed=(_column(operation, operation.column_name),))
    return Traces()


def _table(operation: ops.DropTableOp | ops.RenameTableOp, name: str) -> Trace:
    return Trace("table", qualified(operation.schema, name))


def _column(operation: ops.AlterTableOp, name: str) -> Trace:
    return Trace("column", qualified(operation.schema, operation.table_name, name))


_OURS = (__name__.partition(".")[0], "alembic", "contextlib")


def calling_line(operation: MigrateOperation) -> Line:
    """The first line on the stack that is neither this library's nor Alembic's."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] not in _OURS:
            break
        frame = frame.f_back
    return Line(frame.f_code.co_filename, frame.f_lineno, operation_name(operation))
