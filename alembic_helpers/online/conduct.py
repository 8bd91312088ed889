"""Doing an online operation: judge, take the first missing step, judge again.

Nothing is remembered between two steps but what the database shows, so a run that was killed is
taken up where it was. Each step is chosen by what is there, not by what was done.
"""

from __future__ import annotations

import logging
from typing import Any

import sqlalchemy as sa

from ..engine import IdempotentOperations
from ..engine.common import qualified
from ..engine.judgement import judges
from ..errors import OnlineNotSupported
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
            if not database.is_lock_failure(error):
                raise
            patience.pause([], may_wait=database.may_wait(connection))


def _converge(
    operation: OnlineOperation, operations: IdempotentOperations, *, blocking: bool
) -> None:
    """``blocking``: by the plain statements, but still patiently."""
    asked = operation.plain if blocking else operation
    judge = judges.of(asked)
    assert judge is not None, asked
    judgement = operations.settled(judge, asked)
    if judgement.remaining:
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
