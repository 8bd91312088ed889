"""Doing an online operation: judge, take the first missing step, judge again.

Nothing is remembered between two steps but what the database shows, so a run that was killed is
taken up where it was. Each step is chosen by what is there, not by what was done.
"""

from __future__ import annotations

import functools
import logging
from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation

from ..catalog import Site
from ..engine import IdempotentOperations
from ..engine.common import qualified
from ..engine.judgement import Judgement, Verdict, judged
from ..errors import DefinitionMismatch, OnlineNotSupported
from ..settings import Online
from .operation import OnlineOperation
from .patience import Patience
from .session import committing, turn
from .steps import Steps

log = logging.getLogger("alembic.helpers")


def conduct(operation: OnlineOperation, operations: IdempotentOperations) -> Any:
    """An online operation, by ``online=`` or ``Settings(online=...)``."""
    online = operation.online or operations.settings.online
    if online is Online.OFF or _nobody_waits(operation, operations):
        return operations.do(operation.plain)
    if operations.catalog.database.writes_one_at_a_time:
        return _when_free(operation, operations)
    try:
        reason = operation.only_plain(operations.site)
        if reason is not None:
            raise OnlineNotSupported(operation.words, reason)
        _converge(operation, operations, blocking=False)
    except OnlineNotSupported as refused:
        if online is Online.REQUIRE:
            raise
        log.warning("%s: blocks writers, because %s", operation.words, refused.reason)
        try:
            _converge(operation, operations, blocking=True)
        except OnlineNotSupported:  # it may not even commit
            operations.do(operation.plain)
    return None


def _nobody_waits(operation: OnlineOperation, operations: IdempotentOperations) -> bool:
    """A table that only this transaction sees has no writers; to commit would gain nothing."""
    (schema, name), *_ = operation.tables
    door = operations.site.door
    return door.is_new(name, door.schema(schema))


def _when_free(operation: OnlineOperation, operations: IdempotentOperations) -> Any:
    """Where there is one writer at a time: the plain operation, once the others let it."""
    patience = Patience(operations.settings, operation.words)
    database, connection = operations.catalog.database, operations.catalog.connection
    while True:
        try:
            with database.lock_timeout(connection, operations.settings.lock_timeout):
                return operations.do(operation.plain)
        except sa.exc.DBAPIError as error:
            if database.is_lock_failure(error):
                patience.pause([], may_wait=database.may_wait(connection))
            elif not _is_done(operation.plain, operations):
                raise
        except DefinitionMismatch:
            if not _is_done(operation.plain, operations):
                raise


def _is_done(operation: MigrateOperation, operations: IdempotentOperations) -> bool:
    """Whether another session did it after it was looked at."""
    operations.catalog.forget()
    judgement = judged(operation, operations.site)
    return not judgement.remaining and judgement.verdict is not Verdict.DIFFERENT


def _converge(
    operation: OnlineOperation, operations: IdempotentOperations, *, blocking: bool
) -> None:
    """``blocking``: by the plain statements, but still patiently."""
    asked = operation.plain if blocking else operation
    judge = functools.partial(_judged, operations)
    judgement = judge(asked, operations.site)
    operations.warn_of_undoing(operation.plain, judgement)
    if judgement.remaining or judgement.verdict is Verdict.BUILDING:
        schema, table = operation.tables[0]
        thing = qualified(operations.site.door.schema(schema), table)
        with (
            committing(operations, operation.words, only_ddl=True),
            turn(operations, thing, operation.words),
        ):
            steps = Steps(operation, lambda: operations.settled(judge, asked), operations)
            judgement = steps.take_all(blocking=blocking)
    operations.refuse(judgement)
    operations.conclude(judgement)


def _judged(operations: IdempotentOperations, asked: MigrateOperation, site: Site) -> Judgement:
    """A judge looks more than once, and what another session makes in between seems to be something
    else: then the whole is looked at again."""
    judgement = judged(asked, site)
    if judgement.verdict is Verdict.DIFFERENT:
        operations.catalog.forget()
        judgement = judged(asked, site)
    return judgement
