"""SQLite as a whole: what it compares, its tables, and the twins of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateIndex, CreateTable

from ..base import NoTwin, Rebuild
from ..definition import REFERENCE, Aspect
from ..objects import Table
from .batch import SQLiteBatch
from .master import SQLiteMaster
from .reading import Reading
from .rebuild import SQLiteRebuild


class SQLite(SQLiteMaster, SQLiteBatch):
    title = "SQLite"
    compares: ClassVar[Mapping[str, Sequence[Aspect]]] = {
        "column": (
            Aspect.TYPE,
            Aspect.COLLATION,
            Aspect.NULLABILITY,
            Aspect.DEFAULT,
            Aspect.COMPUTED,
            Aspect.AUTOINCREMENT,
        ),
        "primary key": (Aspect.COLUMNS, Aspect.COLLATIONS),
        "unique constraint": (Aspect.COLUMNS, Aspect.COLLATIONS),
        "foreign key": (*REFERENCE, Aspect.DEFERRABLE, Aspect.MATCH),
        "check constraint": (Aspect.CONDITION,),
        "index": (
            Aspect.COLUMNS,
            Aspect.UNIQUE,
            Aspect.ORDER,
            Aspect.COLLATIONS,
            Aspect.WHERE,
        ),
        "view": (Aspect.DEFINITION,),
    }
    temporary_schema = "temp"
    replaces_views = False
    twin_prefixes = ()

    def table(self, connection: Connection, name: str, schema: str) -> Table | None:
        return self.tables(connection, [name], schema).get(name)

    def tables(self, connection: Connection, names: Sequence[str], schema: str) -> dict[str, Table]:
        if not self.is_attached(connection, schema):
            return {}
        return {table.name: table for table in Reading(self, connection, schema).tables(names)}

    def twin_place(self, schema: str) -> str | None:
        return None

    def twin_options(self, found: Table, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in kwargs.items() if name.startswith("sqlite_")}

    @contextmanager
    def scratch(self, connection: Connection, twin: sa.Table) -> Iterator[Connection]:
        """A database in memory: SQLAlchemy cannot read the indexes of a temporary table."""
        engine = sa.create_engine("sqlite://")
        try:
            with engine.connect() as memory:
                memory.execute(CreateTable(twin))
                for index in twin.indexes:
                    memory.execute(CreateIndex(index))
                yield memory
        except sa.exc.DBAPIError as error:
            raise NoTwin(str(error.orig)) from error
        finally:
            engine.dispose()

    def read_twin(self, connection: Connection, twin: sa.Table) -> Table:
        table = self.table(connection, twin.name, "main")
        assert table is not None, twin
        return table

    def rebuild(
        self,
        context: MigrationContext,
        table: Table,
        expected: Table,
        options: dict[str, Any],
    ) -> Rebuild:
        if options.get("recreate") == "never":
            return Rebuild()
        return SQLiteRebuild(self, context, table, expected, options)
