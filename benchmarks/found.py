"""The databases of a run: SQLite, and the servers of the environment variable or of the machine."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from servers.database import Database
from servers.found import Server
from servers.scratch import SCRATCH, SQLite, sweep
from servers.session import URLS_VARIABLE, Databases, Servers

_TITLES = {
    "postgresql": "PostgreSQL",
    "mariadb": "MariaDB",
    "mysql": "MySQL",
    "sqlite": "SQLite",
}


@contextmanager
def databases() -> Iterator[tuple[list[Database], list[str]]]:
    """A database of the run's own on each server, and a line for each that is missing."""
    servers = Servers(os.environ.get(URLS_VARIABLE, "").split())
    with tempfile.TemporaryDirectory() as folder:
        try:
            servers.find()
            found = Databases(servers.reachable, servers.run, "bench", Path(folder))
            ids = sorted(found.ids(), key=lambda name: name == "sqlite")
            yield [found.get(name) for name in ids], servers.missing
            found.close()
        finally:
            servers.stop()


@contextmanager
def beside(database: Database) -> Iterator[Database]:
    """Another empty database on the same server."""
    with tempfile.TemporaryDirectory() as folder:
        if not database.is_server:
            file = SQLite(Path(folder) / "beside")
            file.create()
            yield Database.of(database.id, database.name, database.version, file)
            return
        url, other = database.url, database.async_url
        server = Server(database.name, database.version, url, other, origin="beside")
        name = f"{sa.make_url(url).database}_beside"
        scratch = SCRATCH[database.name](server, name)
        try:
            scratch.create()
            yield Database.of(database.id, database.name, database.version, scratch)
        finally:
            scratch.close()
            sweep(server, name)


def title(database: Database) -> str:
    """``PostgreSQL 18.1``."""
    numbers = database.version[: 2 if database.name == "postgresql" else 3]
    return f"{_TITLES[database.name]} {'.'.join(map(str, numbers))}"


def fill(connection: sa.Connection, table: sa.Table, row: dict[str, object], rows: int) -> None:
    """Rows 1 to ``rows``: the first as given, the others copies of it with numbers of their own."""
    connection.execute(table.insert().values(**row))
    there = 1
    while there < rows:
        more = min(there, rows - there)
        copied = [column for column in table.columns if not column.primary_key]
        source = sa.select(table.c.id + there, *copied).where(table.c.id <= more)
        connection.execute(table.insert().from_select([table.c.id, *copied], source))
        there += more
    connection.commit()


def settle(database: Database, *tables: str) -> None:
    """Leave tables as autovacuum would, where there is one."""
    if database.has_concurrent_indexes:
        autocommit = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        with autocommit as connection:
            connection.exec_driver_sql(f"VACUUM ANALYZE {', '.join(tables)}")
