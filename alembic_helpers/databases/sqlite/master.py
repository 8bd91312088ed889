"""What SQLite's own list of a schema, ``sqlite_master``, tells by itself: which names there are.

A schema is an attached database; ``main`` is the current one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ..objects import Kind, Name, Place
from .ddl import tokens
from .sessions import SQLiteSessions

_KINDS = {"table": Kind.TABLE, "view": Kind.VIEW, "index": Kind.INDEX}
_NAMED = "type IN ('table', 'view', 'index')"
# These are always there, also while PRAGMA database_list leaves an empty temp out.
_ALWAYS = ("temp", "main")


class _Master(NamedTuple):
    """A row of ``sqlite_master``: SQL is ``None`` for what SQLite made by itself."""

    type: str
    sql: str | None


class SQLiteMaster(SQLiteSessions):
    def name_key(self, name: str) -> str:
        """SQLite ignores the case of ASCII letters only.

        https://www.sqlite.org/faq.html#q18
        """
        if name.isascii():
            return str.lower(name)  # a quoted_name's own lower() leaves it as it is
        return "".join(c.lower() if c.isascii() else c for c in name)

    relation_key = name_key
    schema_key = name_key

    def chooses(self, name: str) -> bool:
        """https://www.sqlite.org/fileformat2.html#storage_of_the_sql_database_schema"""
        return self.name_key(name).startswith("sqlite_")

    def current_schema(self, connection: Connection) -> str | None:
        return "main"

    def place(self, connection: Connection) -> Place:
        return Place("main", self.search_path(connection))

    def search_path(self, connection: Connection) -> list[str]:
        """Temp is searched first, then main, then what is attached.

        https://www.sqlite.org/lang_naming.html
        """
        return [*_ALWAYS, *(s for s in self.schemas(connection) if s not in _ALWAYS)]

    def schemas(self, connection: Connection) -> list[str]:
        found = [row[1] for row in connection.exec_driver_sql("PRAGMA database_list")]
        return found if "temp" in found else [*found, "temp"]

    def schema_named(self, connection: Connection, schema: str) -> str:
        key = self.name_key(schema)
        return next((s for s in self.schemas(connection) if self.name_key(s) == key), schema)

    def kind(self, connection: Connection, name: str, schema: str | None) -> Kind | None:
        found = self._master(connection, name, schema or "main")
        return None if found is None else _KINDS[found.type]

    def names(
        self, connection: Connection, schemas: Sequence[str], limit: int
    ) -> list[Name] | None:
        found: list[Name] = []
        for schema in self._attached(connection, schemas):
            query = sa.text(
                f"SELECT name, type, tbl_name FROM {self.master_of(schema)} WHERE {_NAMED} "
                "ORDER BY rowid LIMIT :limit"
            )
            for name, type_, table in connection.execute(query, {"limit": limit + 1 - len(found)}):
                kind = _KINDS[type_]
                found.append(Name(schema, name, kind, table if kind is Kind.INDEX else None))
            if len(found) > limit:
                return None
        return found

    def neighbours(self, connection: Connection, name: str, schema: str, limit: int) -> list[Name]:
        """Those made after it, then those made before it.

        A virtual table has no page of its own; it is left out, for without its module it cannot
        be read.
        """
        if not self.is_attached(connection, schema):
            return []
        master = self.master_of(schema)
        this = "name = :name COLLATE NOCASE"
        query = sa.text(
            f"SELECT name FROM {master} WHERE type = 'table' AND (rootpage <> 0 OR {this}) "
            f"ORDER BY rowid < (SELECT rowid FROM {master} WHERE type = 'table' AND {this}), rowid "
            "LIMIT :limit"
        )
        found = connection.scalars(query, {"name": name, "limit": limit})
        return [Name(schema, table, Kind.TABLE) for table in found]

    def tables_with_index(self, connection: Connection, name: str, schema: str) -> list[str]:
        return self._list(connection, schema, "tbl_name", "type = 'index' AND name", name)

    def triggers(self, connection: Connection, table: str, schema: str) -> list[str]:
        return self._list(connection, schema, "name", "type = 'trigger' AND tbl_name", table)

    def view_text(self, connection: Connection, name: str, schema: str | None) -> str | None:
        master = self._master(connection, name, schema or "main")
        if master is None:
            return None
        words = tokens(master.sql or "")
        start = next((at for at, token in enumerate(words) if token.word == "AS"), 0)
        return " ".join(token.text for token in words[start + 1 :])

    def view_is(
        self, connection: Connection, name: str, schema: str | None, select: str
    ) -> bool | None:
        """SQLite keeps the text as it was sent, so other words are another view."""
        text = self.view_text(connection, name, schema)
        return text == " ".join(token.text for token in tokens(select))

    def is_attached(self, connection: Connection, schema: str) -> bool:
        return bool(self._attached(connection, [schema]))

    def master_of(self, schema: str) -> str:
        # Within sa.text() a colon would begin a bind parameter.
        return self.quoted(schema, "sqlite_master").replace(":", "\\:")

    def _attached(self, connection: Connection, schemas: Sequence[str]) -> list[str]:
        """Those of the schemas that are there."""
        there = set(_ALWAYS)
        if not there.issuperset(map(self.name_key, schemas)):
            there.update(map(self.name_key, self.schemas(connection)))
        return [schema for schema in schemas if self.name_key(schema) in there]

    def _master(self, connection: Connection, name: str, schema: str) -> _Master | None:
        return self._row(connection, name, schema) if self.is_attached(connection, schema) else None

    def _row(self, connection: Connection, name: str, schema: str) -> _Master | None:
        query = sa.text(
            f"SELECT type, sql FROM {self.master_of(schema)} "
            f"WHERE name = :name COLLATE NOCASE AND {_NAMED}"
        )
        found = connection.execute(query, {"name": name}).first()
        return None if found is None else _Master(*found)

    def _list(
        self, connection: Connection, schema: str, wanted: str, condition: str, name: str
    ) -> list[str]:
        if not self.is_attached(connection, schema):
            return []
        query = sa.text(
            f"SELECT {wanted} FROM {self.master_of(schema)} "
            f"WHERE {condition} = :name COLLATE NOCASE ORDER BY 1"
        )
        return list(connection.scalars(query, {"name": name}))
