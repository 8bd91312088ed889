"""The session while an online operation runs: nothing is left uncommitted, and others wait."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection

from .. import upstream
from ..databases import Database
from ..engine import IdempotentOperations
from ..engine.waiting import Waiting
from ..errors import BuildInProgress, OnlineNotSupported

log = logging.getLogger("alembic.helpers")

_FIRST, _LONGEST = 0.1, 5.0
"""Seconds between two looks whether the turn is free, at the beginning and at most."""


@contextmanager
def committing(operations: IdempotentOperations, name: str, *, only_ddl: bool) -> Iterator[None]:
    """What the revision did before is committed, and within each statement commits itself.

    ``only_ddl``: all statements within are DDL, which some databases commit by themselves.
    """
    context = operations.migration_context
    connection = operations.catalog.connection
    if upstream.is_autocommit(connection):
        yield
    elif upstream.own_transaction(context) is not None or not connection.in_transaction():
        with _autocommit(context):
            yield
    elif only_ddl and not context.impl.transactional_ddl:
        yield
    else:
        raise OnlineNotSupported(
            name,
            "it has to commit, and the transaction that is open is not Alembic's to commit; in "
            "env.py, run no statement on the connection before context.configure(), and use "
            "context.begin_transaction()",
        )


@contextmanager
def _autocommit(context: MigrationContext) -> Iterator[None]:
    """A session that was lost within can be neither committed nor reset: then the error is the one
    that says how it was lost."""
    failure: BaseException | None = None
    try:
        with context.autocommit_block():
            try:
                yield
            except BaseException as error:
                failure = error
                raise
    except sa.exc.PendingRollbackError:
        if failure is None:
            raise
        raise failure from failure.__cause__


@contextmanager
def turn(operations: IdempotentOperations, thing: str, words: str) -> Iterator[None]:
    """One runner at a time, of those that use this library, works on a thing."""
    database, connection = operations.catalog.database, operations.catalog.connection
    waiting = Waiting(operations.settings, first=0.1)
    with operations.catalog.reading():
        while not database.try_lock(connection, thing):
            if not waiting.goes_on(f"{words}: another run is at work on it"):
                raise BuildInProgress(
                    f"{words}: another run is at work on it; waited "
                    f"{operations.settings.build_timeout:g} s, nothing was changed. Run the "
                    "migration again when that run is done, or let it wait longer: "
                    "Settings(build_timeout=...)."
                )
    try:
        operations.catalog.forget()
        yield
    finally:
        if not connection.invalidated:
            with operations.catalog.reading():
                database.unlock(connection, thing)


@contextmanager
def amended(connection: Connection, database: Database) -> Iterator[None]:
    """DDL that is sent within says that it must not block writers."""

    def amend(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> tuple[str, Any]:
        return database.online_sql(statement), parameters

    sa.event.listen(connection, "before_cursor_execute", amend, retval=True)
    try:
        yield
    finally:
        sa.event.remove(connection, "before_cursor_execute", amend)
