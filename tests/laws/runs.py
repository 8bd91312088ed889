"""Running drawn migrations: whole, in part, and killed on the way."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import alembic.op
import sqlalchemy as sa
from servers.database import Database
from servers.migration import migration
from servers.snapshot import rows, snapshot
from sqlalchemy.engine import Connection

from .operations import Op, Operation
from .strategies import Scenario, run


@contextmanager
def prepared(database: Database, scenario: Scenario, schema: str | None) -> Iterator[Connection]:
    """A connection to the database as it is before the revision, made by plain Alembic."""
    with database.fresh() as connection:
        with migration(connection, **scenario.options):
            scenario.prepare(alembic.op, schema)
        yield connection


def migrated(
    connection: Connection,
    scenario: Scenario,
    operations: Sequence[Operation],
    op: Op,
    schema: str | None,
) -> None:
    """One revision, committed."""
    with migration(connection, **scenario.options):
        run(operations, op, schema)


def state(connection: Connection, schema: str | None, *, text: bool = True) -> dict[str, Any]:
    """The schema and every row in it; ``text=False``: as it is reflected, not as it is spelled."""
    found = snapshot(connection, schema)
    if not text:
        del found["catalog"]
    return found | {
        "rows": {name: rows(connection, name, schema) for name in found["tables"]},
    }


def assert_same(found: Any, expected: Any, path: str = "") -> None:
    """Equal, or the first place where they are not: the whole states are long."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        for name in found:
            assert_same(found[name], expected[name], f"{path}[{name!r}]")
    else:
        assert found == expected, path


class Killed(BaseException):
    """The process ended here."""


@contextmanager
def killed_at(connection: Connection, statement: int) -> Iterator[None]:
    """From the given statement on none gets through, not even one that would clean up."""
    sent = 0

    def count(*_: Any) -> None:
        nonlocal sent
        sent += 1
        if sent > statement:
            raise Killed

    sa.event.listen(connection, "before_cursor_execute", count)
    try:
        yield
    except Killed:
        # The server, or SQLite at its next start, undoes what was not committed.
        connection.invalidate()
    finally:
        sa.event.remove(connection, "before_cursor_execute", count)


@contextmanager
def warnings() -> Iterator[list[str]]:
    """What the engine warns of."""
    found: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    logger, handler = logging.getLogger("alembic.helpers"), Handler(logging.WARNING)
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)
