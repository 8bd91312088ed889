"""A migration entered as ``alembic upgrade`` enters one, and a record of what it sends."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection


@contextlib.contextmanager
def migration(connection: Connection, **opts: Any) -> Iterator[MigrationContext]:
    """``alembic.op``, and so ``alembic_helpers.op``, work inside; committed at the end.

    ``opts`` are those of ``context.configure``: ``target_metadata``, ``alembic_helpers``, ...
    After an error what the database can roll back is rolled back, as in an env.py.
    """
    # An env.py starts with no transaction: inside one that a test's own query began, Alembic
    # would run the migration in an "external" transaction and never touch its own.
    connection.commit()
    context = MigrationContext.configure(connection, opts=opts)
    failures = _Failures()
    # Operations.context() removes its proxy after a bare yield: an error must not pass through
    # it, or the next test finds this one's context (Alembic up to 1.20).
    with (
        Operations.context(context),
        failures,
        # Alembic begins one of the two, by whether DDL is transactional.
        context.begin_transaction(),
        context.begin_transaction(_per_migration=True),
    ):
        yield context
    if failures.caught is not None:
        connection.rollback()
        raise failures.caught
    connection.commit()


class _Failures:
    """Keeps an error from the context manager around it, to be raised again after that one."""

    caught: BaseException | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> bool:
        self.caught = error
        return True


_LEADING = re.compile(r"(?:\s+|--[^\n]*\n|/\*.*?\*/|\()*", re.DOTALL)
_DDL = re.compile(r"(?:CREATE|ALTER|DROP|RENAME|COMMENT|TRUNCATE|DO|REINDEX|VACUUM)\b", re.I)
_WRITE = re.compile(r"(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|COPY|LOAD)\b", re.I)
# A temporary object is nobody else's: comparing with one changes nothing.
_TEMPORARY = re.compile(
    r"(?:CREATE|DROP)\s+(?:TEMP|TEMPORARY)\b|DROP\s+TABLE\s+\"?pg_temp"
    r"|CREATE\s+(?:UNIQUE\s+)?INDEX\s+\S+\s+ON\s+pg_temp\.|CREATE\s+SEQUENCE\s+pg_temp\.",
    re.I,
)


class Statements(list[str]):
    """Every statement sent on a connection, in order; ``clear()`` starts anew."""

    def _starting_with(self, pattern: re.Pattern[str]) -> list[str]:
        found = []
        for statement in self:
            start = _LEADING.match(statement)
            position = start.end() if start else 0
            if pattern.match(statement, position) and not _TEMPORARY.match(statement, position):
                found.append(statement)
        return found

    @property
    def ddl(self) -> list[str]:
        """Those that change a schema; temporary tables, which a comparison may use, aside."""
        return self._starting_with(_DDL)

    @property
    def writes(self) -> list[str]:
        """Those that change rows."""
        return self._starting_with(_WRITE)


@contextlib.contextmanager
def recorded(connection: Connection) -> Iterator[Statements]:
    """Record what is sent on ``connection``."""
    statements = Statements()

    def record(
        _connection: Any, _cursor: Any, statement: str, _parameters: Any, *_rest: Any
    ) -> None:
        statements.append(statement)

    sa.event.listen(connection, "before_cursor_execute", record)
    try:
        yield statements
    finally:
        sa.event.remove(connection, "before_cursor_execute", record)
