"""The servers of a run: those of the environment variable, or what the machine can start."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from servers.database import Database
from servers.session import URLS_VARIABLE, Databases, Servers

_TITLES = {"postgresql": "PostgreSQL", "mariadb": "MariaDB", "mysql": "MySQL"}


@contextmanager
def databases() -> Iterator[tuple[list[Database], list[str]]]:
    """A database of the run's own on each server, and a line for each that is missing."""
    servers = Servers(os.environ.get(URLS_VARIABLE, "").split())
    with tempfile.TemporaryDirectory() as folder:
        try:
            servers.find()
            found = Databases(servers.reachable, servers.run, "bench", Path(folder))
            ids = [name for name in found.ids() if name != "sqlite"]
            yield [found.get(name) for name in ids], servers.missing
            found.close()
        finally:
            servers.stop()


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
