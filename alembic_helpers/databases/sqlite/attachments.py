"""What stands beside a table and goes when it is replaced: indexes, triggers, AUTOINCREMENT."""

from __future__ import annotations

import sqlalchemy as sa

from ..objects import Table
from .ddl import options
from .original import Original


class Attachments:
    """Taken off before, put back word for word after."""

    def __init__(self, original: Original, *, drop_indexes: bool) -> None:
        self.original = original
        self.database, self.connection = original.database, original.connection
        self.table = original.table
        self._drop_indexes = drop_indexes
        self._saved = self._take_off()
        self._counter = self._autoincrement_counter()

    def _take_off(self) -> list[tuple[str, str, str]]:
        """Type, name and text of the indexes and triggers; the indexes are dropped for now."""
        query = sa.text(
            f"SELECT type, name, sql FROM {self.original.master()} WHERE sql IS NOT NULL "
            "AND type IN ('index', 'trigger') AND tbl_name = :name COLLATE NOCASE"
        )
        saved = [
            (row[0], row[1], row[2])
            for row in self.connection.execute(query, self.original.names())
        ]
        for type_, name, _ in saved:
            if type_ == "index" and self._drop_indexes:
                self.original.execute(f"DROP INDEX {self.database.quoted(self.table.schema, name)}")
        return saved

    def put_back(self, expected: Table) -> None:
        """Those of a column that is gone go with it."""
        query = sa.text(
            f"SELECT type, name FROM {self.original.master()} WHERE tbl_name = :name COLLATE NOCASE"
        )
        present = {tuple(row) for row in self.connection.execute(query, self.original.names())}
        for type_, name, sql in self._saved:
            if (type_, name) in present:
                continue
            if type_ == "index" and expected.index(name) is None:
                continue  # it went with its column
            self.original.execute(self._in_schema(sql))
        if self._counter is not None:
            # AUTOINCREMENT promises never to give a deleted row's number again.
            this = "name = :name COLLATE NOCASE"
            statement = sa.text(f"UPDATE {self._sequences()} SET seq = :seq WHERE {this}")
            names = {"seq": self._counter, "name": self.table.name}
            if not self.connection.execute(statement, names).rowcount:
                statement = sa.text(
                    f"INSERT INTO {self._sequences()} SELECT name, :seq "
                    f"FROM {self.original.master()} WHERE type = 'table' AND {this}"
                )
                self.connection.execute(statement, names)

    def _autoincrement_counter(self) -> int | None:
        if "AUTOINCREMENT" not in options(self.original.sql()):
            return None
        query = sa.text(f"SELECT seq FROM {self._sequences()} WHERE name = :name")
        counter: int | None = self.connection.scalar(query, {"name": self.table.name})
        return counter

    def _sequences(self) -> str:
        return self.database.quoted(self.table.schema, "sqlite_sequence")

    def _in_schema(self, sql: str) -> str:
        """SQLite keeps the text without the schema's name; in an attached database it needs one."""
        if self.database.name_key(self.table.schema) == "main":
            return sql
        head, word = sql.split(None, 1)
        words = [head]
        while word.split(None, 1)[0].upper() in ("UNIQUE", "INDEX", "TRIGGER", "TEMP"):
            part, word = word.split(None, 1)
            words.append(part)
        return f"{' '.join(words)} {self.database.quoted(self.table.schema)}.{word}"
