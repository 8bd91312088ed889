"""Running what is drawn: first by plain Alembic what is there before, then by ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import alembic.op
import sqlalchemy as sa
from hypothesis import event, settings
from servers.database import Database
from servers.migration import migration, recorded
from servers.snapshot import snapshot
from sqlalchemy.engine import Connection

import alembic_helpers
from alembic_helpers import DefinitionMismatch

from .drawing import execute


def run(connection: Connection, op: Any, code: str) -> None:
    with migration(connection):
        execute(code, op)


@contextmanager
def prepared(database: Database, before: Sequence[str]) -> Iterator[Connection]:
    with database.fresh() as connection:
        run(connection, alembic.op, "\n".join(before))
        yield connection


def asked(connection: Connection, code: str) -> None:
    """A revision of ours, in a migration of its own."""
    run(connection, alembic_helpers.op, code)


def assert_nothing_sent(connection: Connection, code: str) -> None:
    with recorded(connection) as statements:
        asked(connection, code)
    assert not statements.ddl
    assert not statements.writes


def everything(connection: Connection, database: Database) -> Any:
    return _plain([snapshot(connection, schema) for schema in (None, database.other_schema)])


def _plain(value: Any) -> Any:
    """The predicate of an index is reflected as a clause, and two clauses are never equal."""
    if isinstance(value, sa.ClauseElement):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def mismatch(connection: Connection, database: Database, code: str) -> DefinitionMismatch:
    """The error of a revision that asks for something else; nothing has changed."""
    before = everything(connection, database)
    try:
        with recorded(connection) as statements:
            asked(connection, code)
    except DefinitionMismatch as error:
        assert everything(connection, database) == before
        return error
    raise AssertionError(f"no difference was found; sent: {statements.ddl}")


def few() -> settings:
    """For what has few forms: a fifth of the profile's examples."""
    return settings(max_examples=max(10, settings().max_examples // 5))


def count(*labels: str) -> None:
    """For ``--hypothesis-show-statistics``."""
    for label in labels:
        event(label)
