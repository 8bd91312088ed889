"""The choke point: every operation passes ``invoke``, where it is judged, done and recorded."""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic.operations import BatchOperations, MigrateOperation, Operations, ops
from alembic.runtime.migration import MigrationContext

from .. import offline, upstream
from ..catalog import Catalog, Site
from ..databases import Step
from ..errors import AlembicHelpersError, NoMigrationContext
from ..outcomes import Outcome, Record, summary
from ..settings import Offline, OnMismatch, Settings
from .batch import Batch, Collected, CollectingBatch, Plan
from .common import qualified, unflagged
from .describe import described, operation_name, target_name
from .forecast import after
from .judgement import Judge, Judgement, Verdict, judges
from .types import already_there, named_enums
from .undoing import Caller, Line, Undoing
from .waiting import Waiting

log = logging.getLogger("alembic.helpers")

_OUTCOMES = {
    Verdict.ABSENT: Outcome.APPLIED,
    Verdict.SAME: Outcome.SKIPPED,
    Verdict.PARTIAL: Outcome.COMPLETED,
    Verdict.DIFFERENT: Outcome.KEPT,
}


Procedure = Callable[[Any, "IdempotentOperations"], Any]

procedures: upstream.ByClass[Procedure] = upstream.ByClass()
"""How operations are done that are more than one statement after the other."""


class IdempotentOperations(Operations):
    """Alembic's ``Operations``, each operation judged against the database before it is sent."""

    def __init__(self, migration_context: MigrationContext) -> None:
        super().__init__(migration_context)
        self.settings = Settings.of(migration_context.opts)
        self.catalog = Catalog(migration_context)
        self.site = Site(self.catalog, migration_context)
        self.offline: bool = migration_context.as_sql
        self.records: list[Record] = []
        self._undoing = Undoing()
        self._caller = Caller()
        migration_context.on_version_apply_callbacks = (
            *migration_context.on_version_apply_callbacks,
            self._revision_done,
        )

    @property
    def last_outcome(self) -> Outcome:
        """What became of the operation that was invoked last."""
        return self.records[-1].outcome

    # The overloads of Alembic's invoke say what each operation returns; this one returns the same.
    def invoke(self, operation: MigrateOperation) -> Any:
        if self.offline:
            self._record(operation, Outcome.WRITTEN)
            return self._write(operation)
        procedure = procedures.of(operation)
        return procedure(operation, self) if procedure else self.do(operation)

    def do(self, operation: MigrateOperation) -> Any:
        """One operation as it is: judged, and what remains of it sent at once."""
        judge = judges.of(operation)
        if judge is None:
            result = super().invoke(operation)
            self._record(operation, Outcome.PASSED)
            return result
        judgement = self.settled(judge, operation)
        self.refuse(judgement)
        self.warn_of_undoing(operation, judgement)
        result = None
        try:
            for step in judgement.remaining:
                result = self.send(step)
        except sa.exc.DBAPIError as error:
            judgement = self._judged_again(judge, operation, error)
        self.conclude(judgement)
        if isinstance(operation, ops.CreateTableOp) and judgement.verdict is not Verdict.ABSENT:
            asked = judgement.asked
            return operation.to_table(self.migration_context) if asked is None else asked
        return result

    def _judged_again(
        self, judge: Judge, operation: MigrateOperation, error: sa.exc.DBAPIError
    ) -> Judgement:
        """The verdict after the server has refused; raises its error unless all is done.

        Another session may have done the same since we looked, which may be a while ago.
        """
        catalog = self.catalog
        catalog.forget()
        can_ask = not catalog.database.errors_end_transactions or upstream.is_autocommit(
            catalog.connection
        )
        if can_ask and not error.connection_invalidated:
            with contextlib.suppress(AlembicHelpersError, sa.exc.DBAPIError):
                judgement = judge(operation, self.site)
                if judgement.verdict is Verdict.SAME:
                    return judgement
        raise error

    @contextmanager
    def batch_alter_table(
        self, table_name: str, schema: str | None = None, *args: Any, **options: Any
    ) -> Iterator[BatchOperations]:
        batch = Batch.of(Operations.batch_alter_table, table_name, schema, *args, **options)
        collecting = CollectingBatch(self, batch)
        yield collecting
        if self.offline:
            self._write_batch(batch, [item.operation for item in collecting.collected])
            return
        plan = self._planned(batch, collecting.collected)
        for item, judgement in plan.judged:
            if judgement is not None:
                self.refuse(judgement)
                self.warn_of_undoing(item.operation, judgement, item.line)
        self._send_steps(batch, plan.steps)
        for item, judgement in plan.judged:
            if judgement is not None:
                self.conclude(judgement)
            else:
                self._record(item.operation, Outcome.PASSED)

    def settled(self, judge: Judge, operation: MigrateOperation) -> Judgement:
        """The verdict, once nobody is building what it is about."""
        wait = None
        while True:
            judgement = self.catalog.at_once(judge, operation, self.site)
            if judgement.verdict is not Verdict.BUILDING:
                return judgement
            wait = wait or Waiting(self.settings)
            self._wait(wait, judgement)

    def _planned(self, batch: Batch, collected: Sequence[Collected]) -> Plan:
        """The verdicts of a batch, once nobody is building what they are about."""
        wait = Waiting(self.settings)
        while building := (plan := Plan.of(batch, collected, self.site)).building:
            self._wait(wait, building)
        return plan

    def _wait(self, wait: Waiting, judgement: Judgement) -> None:
        database = self.catalog.database
        with self.catalog.reading() as connection:
            wait.for_others(judgement, may_wait=database.may_wait(connection))
            while database.still_building(connection, judgement.sessions):
                wait.for_others(judgement, may_wait=database.may_wait(connection))
        self.catalog.forget()

    # -- write ---------------------------------------------------------------------------------

    def _write(self, operation: MigrateOperation) -> Any:
        """One operation in ``--sql`` mode."""
        name = described(operation)
        if self.settings.offline is Offline.UNGUARDED:
            self._comment(f"{name}: not guarded")
            return super().invoke(operation)
        return offline.Script.of(self.migration_context).write(unflagged(operation), name)

    def _comment(self, text: str) -> None:
        self.migration_context.impl.static_output(offline.comment(text))

    def _write_batch(self, batch: Batch, operations: Sequence[MigrateOperation]) -> None:
        """A batch in ``--sql`` mode: as single operations, where its table is not made anew."""
        name = f"batch_alter_table {qualified(batch.schema, batch.table_name)}"
        if self.settings.offline is Offline.UNGUARDED:
            self._comment(f"{name}: not guarded")
            with super().batch_alter_table(**batch.options) as batch_op:
                for operation in operations:
                    batch_op.invoke(operation)
            return
        script, database = offline.Script.of(self.migration_context), self.catalog.database
        rebuilt = batch.recreate == "always" or any(map(database.needs_batch, operations))
        if not rebuilt:
            for operation in operations:
                self.invoke(operation)
        elif batch.options.get("copy_from") is None:
            raise script.impossible(name, offline.ANEW)
        else:
            script.write_batch(name, batch.options, operations)

    # -- act -----------------------------------------------------------------------------------

    def send(self, operation: MigrateOperation) -> Any:
        """Let Alembic do one operation; through its batch where the database needs that."""
        database = self.catalog.database
        if database.needs_batch(operation):
            self._send_steps(Batch.around(operation), database.steps([operation], "auto"))
            return None
        if isinstance(operation, ops.CreateTableOp):
            enums = named_enums(operation.columns, self.site)
            if enums:
                known = [name for name, _, _ in already_there(enums, self.site)]
                with upstream.types_already_there(self.migration_context, known):
                    return self._invoke(operation)
        return self._invoke(operation)

    def _invoke(self, operation: MigrateOperation) -> Any:
        if getattr(operation, "prefixes", None):  # a TEMPORARY table, and whatever else they say
            return super().invoke(operation)
        with self.catalog.writing():
            return super().invoke(operation)

    def _send_steps(self, batch: Batch, steps: Sequence[Step]) -> None:
        """What remains of a batch: single operations as they are, the rest in Alembic's batch."""
        for step in steps:
            if step.in_batch:
                self._send_batch(batch, step)
            else:
                for operation in step.operations:
                    self.send(operation)

    def _send_batch(self, batch: Batch, step: Step) -> None:
        context, site = self.migration_context, self.site
        table = batch.table(site)
        rebuild = None
        operations, options = list(step.operations), dict(batch.options)
        if table is not None:
            expected = functools.reduce(lambda t, op: after(op, t, site), operations, table)
            rebuild = self.catalog.database.rebuild(context, table, expected, options)
            operations = rebuild.operations(operations)
        with rebuild or contextlib.nullcontext():
            self.catalog.forget()
            with super().batch_alter_table(**options) as batch_op:
                for operation in operations:
                    batch_op.invoke(operation)

    # -- record --------------------------------------------------------------------------------

    def refuse(self, judgement: Judgement) -> None:
        if judgement.verdict is Verdict.DIFFERENT:
            error = judgement.error()
            if self.settings.mismatch is OnMismatch.RAISE:
                raise error
            log.warning("%s", error)

    def conclude(self, judgement: Judgement) -> None:
        subject, verdict, reason = judgement[:3]
        record = Record(subject.operation, subject.name, _OUTCOMES[verdict], reason)
        self.records.append(record)
        log.info("%s", record)

    def _record(self, operation: MigrateOperation, outcome: Outcome) -> None:
        record = Record(operation_name(operation), target_name(operation), outcome)
        self.records.append(record)
        if outcome is not Outcome.WRITTEN:
            log.info("%s", record)

    def warn_of_undoing(
        self, operation: MigrateOperation, judgement: Judgement, line: Line | None = None
    ) -> None:
        line = line or self._caller.line(operation)
        warning = self._undoing.warning(operation, line, sent=bool(judgement.remaining))
        if warning is not None:
            log.warning("%s", warning)

    def _revision_done(self, **_: Any) -> None:
        """Alembic's ``on_version_apply`` hook: one revision has run to its end."""
        if self.records and not self.offline:
            log.info("%s", summary(self.records))
        self.records = []
        self._undoing.forget()


def operations_for(context: MigrationContext) -> IdempotentOperations:
    """The one engine of a migration context; it lives as long as the context does."""
    memo: dict[str, Any] = context.impl.memo
    engine: IdempotentOperations | None = memo.get(__name__)
    if engine is None:
        engine = memo[__name__] = IdempotentOperations(context)
    return engine


def current_operations(caller: str) -> IdempotentOperations:
    """The engine of the migration that is running now; raises when nothing is migrating."""
    context = upstream.current_context()
    if context is None:
        raise NoMigrationContext(
            f"{caller}: nothing is migrating. Call it within upgrade() or downgrade(), or around "
            "it write: with Operations.context(MigrationContext.configure(connection)): ..."
        )
    return operations_for(context)


__all__ = ["IdempotentOperations", "current_operations", "operations_for", "procedures"]
