"""The table that is about to be replaced, as SQLite holds it: rows, text, and what is near it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ... import upstream
from ...errors import LeftoverTable
from ..objects import Table

if TYPE_CHECKING:
    from .database import SQLite


class Original:
    def __init__(self, database: SQLite, connection: Connection, table: Table) -> None:
        self.database, self.connection, self.table = database, connection, table
        self.table = replace(table, name=self._stored_name())

    def _stored_name(self) -> str:
        """The name as SQLite keeps it, which the revision may spell in another case."""
        query = sa.text(
            f"SELECT name FROM {self.database.master_of(self.table.schema)} "
            "WHERE type = 'table' AND name = :name COLLATE NOCASE"
        )
        return self.connection.scalar(query, self.names()) or self.table.name

    def count(self) -> int:
        quoted = self.database.quoted(self.table.schema, self.table.name)
        return self.scalar(f"SELECT count(*) FROM {quoted}")

    def without_key(self) -> int:
        """How many rows have NULL in their key, which SQLite lets all but row numbers have."""
        key = self.table.primary_key
        if key is None or len(key.columns) != 1:
            return 0
        nulls = f"{self.database.quoted(key.columns[0])} IS NULL"
        quoted = self.database.quoted(self.table.schema, self.table.name)
        return self.scalar(f"SELECT count(*) FROM {quoted} WHERE {nulls}")

    def sql(self) -> str:
        query = sa.text(
            f"SELECT sql FROM {self.master()} WHERE type = 'table' AND name = :name COLLATE NOCASE"
        )
        return self.connection.scalar(query, self.names()) or ""

    def master(self) -> str:
        return self.database.quoted(self.table.schema, "sqlite_master")

    def names(self) -> dict[str, str]:
        return {"name": self.table.name, "schema": self.table.schema}

    def pragma(self, name: str) -> int:
        return self.scalar(f"PRAGMA {name}") or 0

    def scalar(self, sql: str) -> int:
        value: int = self.execute(sql).scalar()  # type: ignore[assignment]
        return value

    def execute(self, sql: str) -> sa.CursorResult[Any]:
        return self.connection.exec_driver_sql(sql)

    def in_transaction(self) -> bool:
        # pysqlite begins by itself only before DML; SQLAlchemy's own idea of it is no help.
        return bool(self.connection.connection.driver_connection.in_transaction)  # type: ignore[union-attr]

    def referring(self) -> list[str]:
        """The tables with a foreign key to this one, be it itself."""
        query = sa.text(
            f"SELECT DISTINCT m.name FROM {self.master()} m, "
            "pragma_foreign_key_list(m.name, :schema) f "
            "WHERE m.type = 'table' AND f.\"table\" = :name COLLATE NOCASE"
        )
        return list(self.connection.scalars(query, self.names()))

    def violations(self) -> dict[str, int | None]:
        """How many rows point nowhere, in this table and in those that refer to it.

        ``None`` where SQLite cannot tell: a table that it refers to has no key for that.
        """
        quoted = self.database.quoted
        found: dict[str, int | None] = {}
        for name in dict.fromkeys([self.table.name, *self.referring()]):
            check = f"PRAGMA {quoted(self.table.schema)}.foreign_key_check({quoted(name)})"
            try:
                found[name] = len(self.execute(check).fetchall())
            except sa.exc.OperationalError as error:
                if "foreign key mismatch" not in str(error.orig):
                    raise
                found[name] = None
        return found

    def clear_leftover(self, expected: Table) -> None:
        """Drop the temporary table of an interrupted batch, if the original has all its rows."""
        name = upstream.batch_temporary_name(self.table.name)
        leftover = self.database.table(self.connection, name, self.table.schema)
        if leftover is None:
            return
        quoted = self.database.quoted(self.table.schema, name)
        original = self.database.quoted(self.table.schema, self.table.name)
        quote = self.database.quoted
        shared = [quote(c.name) for c in leftover.columns if self.table.column(c.name)]
        rows = self.scalar(f"SELECT count(*) FROM {quoted}")
        strange = [c.name for c in leftover.columns if not self._explains(c.name, expected)]
        if rows and strange:
            raise LeftoverTable(
                f"{self.table.name}: the new table would be built as {name!r}, and there is one of "
                f"that name with {rows} rows and with columns that neither {self.table.name!r} nor "
                f"this change has: {', '.join(strange)}; nothing was changed. If it is needed, "
                f"give it another name: ALTER TABLE {quoted} RENAME TO ...; if it is not: DROP "
                f"TABLE {quoted}."
            )
        lost = rows
        if shared and rows:
            columns = ", ".join(shared)
            lost = self.scalar(
                f"SELECT count(*) FROM (SELECT {columns} FROM {quoted} "
                f"EXCEPT SELECT {columns} FROM {original})"
            )
        if lost or rows > self.count():
            raise LeftoverTable(
                f"{self.table.name}: an interrupted batch left {name!r} with {rows} rows, and not "
                f"all of them are in {self.table.name!r}; nothing was changed. Compare the two. If "
                f"the original is complete: DROP TABLE {quoted}; if it is not, the leftover holds "
                f"the rows: DROP TABLE {original}; ALTER TABLE {quoted} RENAME TO "
                f"{quote(self.table.name)}."
            )
        self.execute(f"DROP TABLE {quoted}")

    def _explains(self, column: str, expected: Table) -> bool:
        """Whether a batch has made the column out of the original."""
        return any(table.column(column) is not None for table in (self.table, expected))
