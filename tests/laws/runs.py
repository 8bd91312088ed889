"""Running drawn migrations: whole, in part, and killed on the way."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import alembic.op
import sqlalchemy as sa
from servers.database import Database
from servers.migration import migration
from servers.snapshot import rows, snapshot
from sqlalchemy.engine import Connection

from .operations import Op, Operation, creation
from .strategies import Scenario


@contextmanager
def prepared(database: Database, scenario: Scenario) -> Iterator[Connection]:
    """A connection to the database as it is before the revision, made by plain Alembic."""
    with database.fresh() as connection:
        migrated(connection, scenario, scenario.creation, alembic.op)
        yield connection


def migrated(
    connection: Connection,
    scenario: Scenario,
    operations: Sequence[Operation],
    op: Op,
) -> None:
    """One revision, committed."""
    with migration(connection, **scenario.options):
        for operation in operations:
            operation.run(op, scenario.schema)


def state(connection: Connection, schema: str | None) -> dict[str, Any]:
    """The schema, to the letter, and every row in it."""
    found = snapshot(connection, schema)
    found["rows"] = {name: rows(connection, name, schema) for name in found["tables"]}
    if connection.dialect.name in ("mysql", "mariadb"):
        created = found["catalog"]["created"]
        created.update({name: _keys_in_order(sql) for name, sql in created.items()})
    return found


def made_by_alembic(database: Database, scenario: Scenario) -> dict[str, Any]:
    """What plain Alembic makes of the same revision on a fresh database.

    On SQLite its batch loses what it cannot read, and outside of a batch it refuses most changes:
    there it is asked to make, at once, the tables that should come out.
    """
    if database.alters_in_place:
        with prepared(database, scenario) as connection:
            migrated(connection, scenario, scenario.upgrade, alembic.op)
            return described(connection, scenario.schema)
    with database.fresh() as connection, migration(connection):
        for table in scenario.after:
            for operation in creation(table):
                operation.run(alembic.op, scenario.schema)
    with database.engine.connect() as connection:
        return described(connection, scenario.schema)


def described(connection: Connection, schema: str | None) -> dict[str, Any]:
    """The state, for comparison with what came about in another way."""
    if connection.dialect.name != "sqlite":
        return state(connection, schema)
    names = sa.inspect(connection).get_table_names(schema)
    return {name: _sqlite_table(connection, name, schema or "main") for name in names}


def meant(connection: Connection, schema: str | None) -> dict[str, Any]:
    """The state as it is reflected, however it is spelled."""
    found = described(connection, schema)
    found.pop("catalog", None)
    return found


_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")


def _sqlite_table(connection: Connection, name: str, schema: str) -> dict[str, Any]:
    """What the pragmas show, and of the kept text what they do not: names and checks."""

    def ask(what: str, about: str = name) -> list[tuple[Any, ...]]:
        query = sa.text(f"SELECT {what}(:name, :schema)".replace("pragma_", "* FROM pragma_"))
        found = connection.execute(query, {"name": about, "schema": schema})
        return [tuple(row)[1:] for row in found]

    indexes = [
        (index[0] if index[2] == "c" else None, index[1:], ask("pragma_index_xinfo", index[0]))
        for index in ask("pragma_index_list")
    ]
    query = sa.text(f"SELECT sql FROM {schema}.sqlite_master WHERE type = 'table' AND name = :name")
    sql = connection.scalars(query, {"name": name}).one()
    return {
        "columns": ask("pragma_table_xinfo"),
        "foreign keys": sorted(map(repr, ask("pragma_foreign_key_list"))),
        "indexes": sorted(map(repr, indexes)),
        "constraints": sorted(re.findall(r"CONSTRAINT (\w+|\"(?:[^\"]|\"\")*\") ", sql)),
        "checks": _QUOTED.sub("?", sql).count("CHECK"),
        "rows": rows(connection, name, schema),
    }


@contextmanager
def in_autocommit(database: Database) -> Iterator[Connection]:
    """A connection on which whatever was sent stays, also where DDL is transactional."""
    with database.engine.connect() as connection:
        if database.transactional_ddl:
            connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


def _keys_in_order(sql: str) -> list[str]:
    """SQLAlchemy keeps the indexes of a table as a set: they are made in any order."""
    lines = [line.rstrip(",") for line in sql.splitlines()]
    columns = [line for line in lines if line.startswith("  `")]
    return [*columns, *sorted(line for line in lines if line not in columns)]


def assert_same(found: Any, expected: Any, path: str = "") -> None:
    """Equal, or the first place where they are not: the whole states are long."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        for name in found:
            assert_same(found[name], expected[name], f"{path}[{name!r}]")
    else:
        assert found == expected, f"{path}\n  found:    {found!r}\n  expected: {expected!r}"


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
    # Alembic's batch cleans up after any error, on the connection that SQLAlchemy has closed.
    except (Killed, sa.exc.PendingRollbackError):
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
