"""One script: each operation as the statements that Alembic prints, each behind its guard."""

from __future__ import annotations

import contextlib
import copy
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alembic.operations import MigrateOperation, ops
from alembic.runtime.migration import MigrationContext

from .. import upstream
from ..errors import OfflineError
from .capture import captured, captured_batch
from .guards import Scene, guard
from .questions import ColumnThere, Guard, NoGuard, Question, Statement
from .rows import inserts, primary_key
from .transaction import Transaction

ANEW = "the table would be made anew"


@dataclass(frozen=True)
class Part:
    """One statement and its guard; ``None``: it cannot be asked for, and is written as it is."""

    statement: Statement
    guard: Guard | None
    alone: bool = False
    """Is it to commit by itself, in no transaction with others?"""


@dataclass(frozen=True)
class Note:
    """A comment."""

    text: str


Parts = Callable[[Any, Scene], Sequence["Part | Note"]]

splitting: upstream.ByClass[Parts] = upstream.ByClass()
"""How operations come apart, where their constructs alone do not say it."""


def comment(text: str) -> str:
    """One line, whatever names it tells: what follows a line's end would be run."""
    return f"-- {' '.join(text.splitlines())}"


def guarded(statements: Iterable[Statement], scene: Scene) -> list[Part]:
    return [Part(found, guard(found.construct, scene)) for found in statements]


def parts_of(operation: MigrateOperation, scene: Scene) -> tuple[Sequence[Part | Note], Any]:
    """What is written for an operation, and what the operation returns."""
    if scene.database.needs_batch(operation):
        raise NoGuard(ANEW)
    split = splitting.of(operation)
    if split is not None:
        return split(operation, scene), None
    statements, returned = captured(scene.context, operation)
    return guarded(statements, scene), returned


@splitting.register(ops.AlterColumnOp)
def _alter_column(operation: ops.AlterColumnOp, scene: Scene) -> list[Part]:
    """A rename comes last, and once it is done the rest is: the old name is gone."""
    statements, _ = captured(scene.context, operation)
    parts = guarded(statements, scene)
    if operation.modify_name in (None, operation.column_name) or len(parts) == 1:
        return parts
    table = scene.name(operation.schema, operation.table_name)
    gone = ~ColumnThere(table, scene.database.stored_name(operation.column_name))
    early = [Part(p.statement, p.guard and p.guard.unless(gone)) for p in parts[:-1]]
    return [*early, parts[-1]]


@splitting.register(ops.BulkInsertOp)
def _bulk_insert(operation: ops.BulkInsertOp, scene: Scene) -> list[Part]:
    key = primary_key(operation.table, operation.rows)
    return inserted(operation, inserts(operation.table, operation.rows, key, scene), scene)


def inserted(operation: Any, rows: Iterable[Statement], scene: Scene) -> list[Part]:
    """The rows, each within what Alembic prints around all (SQL Server: SET IDENTITY_INSERT)."""
    no_rows = copy.copy(operation)
    no_rows.rows = operation.rows[:0]
    around = [found.sql for found in captured(scene.context, no_rows)[0]]
    half = len(around) // 2
    return [
        Part(
            Statement(row.construct, ";\n".join([*around[:half], row.sql, *around[half:]])),
            Guard(),
        )
        for row in rows
    ]


class Script:
    """What is written for one migration context."""

    def __init__(self, context: MigrationContext) -> None:
        self.context = context
        self.scene = Scene(context)
        self.writer = self.scene.writer
        self.transaction = Transaction.of(context)
        self.pending: Question | None = None
        """Is the revision that is being written still to be run? ``None``: it is not asked."""
        self.is_whole = context.environment_context is None
        """Does it guard the version table, if it has one?"""

    @classmethod
    def of(cls, context: MigrationContext) -> Script:
        """The one script of a context."""
        memo: dict[str, Any] = context.impl.memo
        script = memo.get(__name__)
        if not isinstance(script, Script):
            script = memo[__name__] = cls(context)
        return script

    def write(self, operation: MigrateOperation, name: str) -> Any:
        """Write one operation; what it returns. ``name``: as the log shows it."""
        if isinstance(operation, ops.ExecuteSQLOp):
            statements, returned = captured(self.context, operation)
            self._unguarded(statements, f"{name}: not guarded, it runs each time")
            return returned
        if not self.is_whole:
            self.print("-- the version table is not guarded: call guard_script() in env.py")
            self.is_whole = True
        self.print(comment(name))
        try:
            parts, returned = parts_of(operation, self.scene)
            alone = any(isinstance(part, Part) and part.alone for part in parts)
            with self.transaction.left() if alone else contextlib.nullcontext():
                for part in parts:
                    self._write_part(part, name)
        except NoGuard as error:
            raise self.impossible(name, str(error)) from None
        return returned

    def _write_part(self, part: Part | Note, name: str) -> None:
        if isinstance(part, Note):
            self.print(comment(part.text))
        elif part.guard is None:
            self._unguarded([part.statement], f"{name}: not guarded, it runs each time")
        else:
            self.print(self.writer.block(part.statement, part.guard, self.pending))

    def write_batch(
        self, name: str, options: Mapping[str, Any], operations: Sequence[MigrateOperation]
    ) -> None:
        """Alembic's own batch, all of it or nothing."""
        statements = captured_batch(self.context, options, operations)
        self.print(comment(f"{name}: not guarded, it may run once only"))
        begin, commit = ([], []) if self.transaction.is_open else (["BEGIN;"], ["COMMIT;"])
        for line in (*begin, *(self.writer.plain(found.sql) for found in statements), *commit):
            self.print(line)

    def impossible(self, name: str, why: str) -> OfflineError:
        return OfflineError(
            f"revision {_revision()}, {name}: {why}, so a guard cannot be written with --sql. "
            "Run this revision online (alembic upgrade without --sql), or give the table as it is "
            "to a batch, which is then written without a guard: "
            "with op.batch_alter_table(..., copy_from=table)."
        )

    def print(self, text: str) -> None:
        self.context.impl.static_output(text)

    def _unguarded(self, statements: Sequence[Statement], why: str) -> None:
        self.print(comment(why))
        for statement in statements:
            self.print(self.writer.plain(statement.sql))


def _revision() -> str:
    """The revision whose file is running, as its module says."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        revision = frame.f_globals.get("revision")
        if isinstance(revision, str) and "down_revision" in frame.f_globals:
            return revision
        frame = frame.f_back
    return "(unknown)"
