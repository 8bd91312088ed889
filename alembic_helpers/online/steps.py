"""The steps of one online operation in one run."""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import Callable

import sqlalchemy as sa
from alembic.operations import MigrateOperation

from ..engine import IdempotentOperations
from ..engine.describe import operation_name, target_name
from ..engine.judgement import Judgement, judged
from ..errors import Blocker, ConstraintViolation, OnlineNotSupported, VerificationFailed
from .operation import OnlineOperation, is_concurrent
from .patience import Patience
from .session import amended
from .watching import heartbeat

log = logging.getLogger("alembic.helpers")

_TIMES = 3
"""How often one step may succeed without that the database shows it."""


class Steps:
    def __init__(
        self,
        operation: OnlineOperation,
        judge: Callable[[], Judgement],
        operations: IdempotentOperations,
    ) -> None:
        self.operation = operation
        self.operations = operations
        self.connection = operations.catalog.connection
        self.database = operations.catalog.database
        self.patience = Patience(operations.settings, operation.words)
        self._judge = judge
        self._sent: list[MigrateOperation] = []
        self._times: Counter[str] = Counter()

    def take_all(self, *, blocking: bool) -> Judgement:
        """Until nothing remains; returns the verdict from before the first of them."""
        first = judgement = self._judged()
        while judgement.remaining:
            step = judgement.remaining[0]
            try:
                self._take(step, blocking=blocking)
            except sa.exc.DBAPIError as error:
                if error.connection_invalidated:
                    raise
                if self.database.is_lock_failure(error):
                    self._pause(step)
                else:
                    self._failed(step, error)
            else:
                self._succeeded(step)
            judgement = self._judged()
        return first

    def _judged(self) -> Judgement:
        self.operations.catalog.forget()
        judgement = self._judge()
        self.operations.refuse(judgement)
        return judgement

    def _take(self, step: MigrateOperation, *, blocking: bool = False) -> None:
        settings = self.operations.settings
        words = f"{operation_name(step)} {target_name(step)}".rstrip()
        seconds = None if is_concurrent(step) else settings.lock_timeout
        amend = contextlib.nullcontext() if blocking else amended(self.connection, self.database)
        with (
            self.database.lock_timeout(self.connection, seconds),
            heartbeat(self.connection, self.database, words, settings.heartbeat),
            amend,
        ):
            self.operations.send(step)

    def _succeeded(self, step: MigrateOperation) -> None:
        self._sent.append(step)
        words = f"{operation_name(step)} {target_name(step)}".rstrip()
        self._times[words] += 1
        if self._times[words] > _TIMES:
            raise VerificationFailed(
                f"{self.operation.words}: {words} was sent {self._times[words]} times without an "
                "error, but the database does not show it; another session may be undoing it. "
                "Find out which, then run the migration again."
            )
        log.debug("sent      %s", words)

    def _failed(self, step: MigrateOperation, error: sa.exc.DBAPIError) -> None:
        """Another session may have done it; else what is half done is taken back."""
        refusal = self.database.online_refusal(error)
        if refusal is not None:
            raise OnlineNotSupported(self.operation.words, refusal) from error
        if not self._judged().remaining:
            return
        self._take_back([*self._sent, step])
        if self.database.is_violation(error):
            query = self.operation.violating(self.operations.site)
            if query:
                raise ConstraintViolation(
                    f"{self.operation.words}: there are rows that it does not allow; what this run "
                    "had made of it is gone again. Mend or delete them, then run the migration "
                    f"again. To find them: {query}",
                    query=query,
                ) from error
        raise error

    def _take_back(self, sent: list[MigrateOperation]) -> None:
        for undo in self.operation.taken_back(sent, self.operations.site):
            self.operations.catalog.forget()
            for step in judged(undo, self.operations.site).remaining:
                self._take_patiently(step)

    def _take_patiently(self, step: MigrateOperation) -> None:
        while True:
            try:
                return self._take(step)
            except sa.exc.DBAPIError as error:
                if not self.database.is_lock_failure(error):
                    raise
                self._pause(step)

    def _pause(self, step: MigrateOperation) -> None:
        may_wait = self.database.may_wait(self.connection)
        self.patience.pause(self._blockers(step), may_wait=may_wait)

    def _blockers(self, step: MigrateOperation) -> list[Blocker]:
        door = self.operations.site.door
        tables = [(door.schema(schema), name) for schema, name in self.operation.tables]
        with self.operations.catalog.reading():
            return self.database.blockers(
                self.connection, tables, readers=self.operation.waits_for_readers(step)
            )
