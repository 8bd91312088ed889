"""SQLite: pragmas for structure, the kept CREATE TABLE text for names and checks.

A schema is an attached database; ``main`` is the current one.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, NamedTuple

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Connection, Row
from sqlalchemy.schema import CreateIndex, CreateTable

from ..base import NoTwin, Rebuild
from ..construct import DeclaredType
from ..definition import REFERENCE, Aspect
from ..objects import Column, Constraint, ConstraintType, Index, Kind, Reference, Table
from . import definitions
from .batch import SQLiteBatch
from .ddl import (
    Declared,
    canonical,
    collations,
    declared,
    generated,
    options,
    tokens,
)
from .rebuild import SQLiteRebuild


class _Master(NamedTuple):
    """A row of ``sqlite_master``: SQL is ``None`` for what SQLite made by itself."""

    type: str
    sql: str | None
    name: str


class SQLite(SQLiteBatch):
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
        "primary key": (Aspect.COLUMNS,),
        "unique constraint": (Aspect.COLUMNS,),
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

    def name_key(self, name: str) -> str:
        """SQLite ignores the case of ASCII letters only.

        https://www.sqlite.org/faq.html#q18
        """
        return "".join(c.lower() if c.isascii() else c for c in name)

    relation_key = name_key
    schema_key = name_key

    def current_schema(self, connection: Connection) -> str | None:
        return "main"

    def schema_of(self, connection: Connection, name: str) -> str | None:
        """Temp is searched first, then main, then what is attached.

        https://www.sqlite.org/lang_naming.html
        """
        attached = [s for s in self.schemas(connection) if s not in ("temp", "main")]
        for schema in ("temp", "main", *attached):
            if self._master(connection, name, schema) is not None:
                return schema
        return None

    def schemas(self, connection: Connection) -> list[str]:
        found = [row[1] for row in connection.exec_driver_sql("PRAGMA database_list")]
        # Temp is listed only while it holds something.
        return found if "temp" in found else [*found, "temp"]

    def schema_named(self, connection: Connection, schema: str) -> str:
        key = self.name_key(schema)
        return next((s for s in self.schemas(connection) if self.name_key(s) == key), schema)

    def kind(self, connection: Connection, name: str, schema: str | None) -> Kind | None:
        found = self._master(connection, name, schema or "main")
        if found is None:
            return None
        return {"table": Kind.TABLE, "view": Kind.VIEW, "index": Kind.INDEX}.get(
            found.type, Kind.OTHER
        )

    def constraints(self, connection: Connection, name: str, schema: str) -> Iterable[Constraint]:
        master = self._master(connection, name, schema)
        texts = list(declared(master.sql)) if master and master.sql else []
        foreign = [d for d in texts if d.type is ConstraintType.FOREIGN_KEY]
        for text in texts:
            if text.type is not ConstraintType.FOREIGN_KEY:
                yield Constraint(
                    text.type,
                    text.name,
                    text.columns,
                    sqltext=text.text or None,
                    definition=definitions.of_constraint(text),
                )
        yield from self._foreign_keys(connection, name, schema, foreign)

    def _foreign_keys(
        self, connection: Connection, name: str, schema: str, texts: list[Declared]
    ) -> Iterable[Constraint]:
        query = sa.text(
            'SELECT id, "table", "from", "to", on_update, on_delete, "match" '
            "FROM pragma_foreign_key_list(:name, :schema) ORDER BY id DESC, seq"
        )
        keys: dict[int, list[Sequence[Any]]] = {}
        for row in connection.execute(query, {"name": name, "schema": schema}):
            keys.setdefault(row[0], []).append(tuple(row))
        # The list runs from the last declared to the first, hence DESC: now as the texts stand.
        for rows, text in zip(keys.values(), texts, strict=True):
            target = str(rows[0][1])
            columns = tuple(str(row[3]) for row in rows if row[3] is not None)
            if not columns:  # REFERENCES t without columns: its primary key
                columns = self._primary_key(connection, target, schema)
            yield Constraint(
                ConstraintType.FOREIGN_KEY,
                text.name,
                tuple(str(row[2]) for row in rows),
                # A foreign key never leaves its database file.
                Reference(
                    schema,
                    target,
                    columns,
                    self.action(str(rows[0][4])),
                    self.action(str(rows[0][5])),
                    text.deferrable,
                    text.initially,
                    None if rows[0][6] in ("NONE", "SIMPLE") else str(rows[0][6]),
                ),
            )

    def _primary_key(self, connection: Connection, name: str, schema: str) -> tuple[str, ...]:
        query = sa.text("SELECT name FROM pragma_table_info(:name, :schema) WHERE pk ORDER BY pk")
        return tuple(connection.scalars(query, {"name": name, "schema": schema}))

    def indexes(self, connection: Connection, name: str, schema: str) -> Iterable[Index]:
        query = sa.text(
            # An index that a constraint made has the origin u or pk, and no name of its own.
            'SELECT i.name, i."unique" AS once, x.name AS col, x.desc AS down, '
            "x.coll AS collation, m.sql FROM pragma_index_list(:name, :schema) i "
            "JOIN pragma_index_xinfo(i.name, :schema) x "
            f"JOIN {self._master_of(schema)} m ON m.type = 'index' AND m.name = i.name "
            "WHERE i.origin = 'c' AND x.key ORDER BY i.name, x.seqno"
        )
        collated = self._collations(connection, name, schema)
        found: dict[str, list[Row[Any]]] = {}
        for row in connection.execute(query, {"name": name, "schema": schema}):
            found.setdefault(row.name, []).append(row)
        for index, rows in found.items():
            definition = definitions.of_index(rows, collated)
            yield Index(
                index, tuple(row.col for row in rows), bool(rows[0].once), definition=definition
            )

    def comment(self, connection: Connection, name: str, schema: str) -> str | None:
        return None

    def tables_with_index(self, connection: Connection, name: str, schema: str) -> list[str]:
        return self._names(connection, schema, "tbl_name", "type = 'index' AND name", name)

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

    def triggers(self, connection: Connection, table: str, schema: str) -> list[str]:
        return self._names(connection, schema, "name", "type = 'trigger' AND tbl_name", table)

    def columns(self, connection: Connection, name: str, schema: str) -> Iterable[Column]:
        master = self._master(connection, name, schema)
        sql = (master and master.sql) or ""
        collated, computed = collations(sql), generated(sql)
        counts = "AUTOINCREMENT" in options(sql)
        query = sa.text(
            'SELECT name, type, "notnull" AS filled, dflt_value, pk, hidden '
            "FROM pragma_table_xinfo(:name, :schema)"
        )
        rows = {
            row.name: row for row in connection.execute(query, {"name": name, "schema": schema})
        }
        # SQLAlchemy looks a table with computed columns up by its exact name.
        exact = master.name if master else name
        for column in super().columns(connection, exact, schema):
            row = rows[column.name]
            collation = collated.get(column.name)
            if row.type and not self._knows(row.type):
                column = dataclasses.replace(column, type=DeclaredType(row.type))
            if collation is not None and isinstance(column.type, sa.String):
                column.type.collation = collation
            kept = {2: "VIRTUAL", 3: "STORED"}.get(row.hidden)
            collate = f" COLLATE {self.quoted(collation)}" if collation else ""
            yield dataclasses.replace(
                column,
                spelling=f"{row.type}{collate}",
                definition={
                    Aspect.TYPE: row.type.upper(),
                    Aspect.COLLATION: collation and collation.upper(),
                    Aspect.NULLABILITY: "NOT NULL" if row.filled else "NULL",
                    Aspect.DEFAULT: row.dflt_value and canonical(row.dflt_value),
                    Aspect.COMPUTED: f"({computed.get(column.name)}) {kept}" if kept else None,
                    Aspect.AUTOINCREMENT: "yes" if counts and row.pk else None,
                },
            )

    def _collations(self, connection: Connection, name: str, schema: str) -> dict[str, str]:
        master = self._master(connection, name, schema)
        return collations(master.sql) if master and master.sql else {}

    def _knows(self, spelling: str) -> bool:
        """Whether SQLAlchemy knows the type; of one that it does not it keeps the affinity only."""
        name = re.match(r"[\w ]*", spelling)
        return name is not None and name.group().strip().upper() in SQLiteDialect.ischema_names

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

    def _master(self, connection: Connection, name: str, schema: str) -> _Master | None:
        if not self._is_attached(connection, schema):
            return None
        query = sa.text(
            f"SELECT type, sql, name FROM {self._master_of(schema)} "
            "WHERE name = :name COLLATE NOCASE AND type IN ('table', 'view', 'index')"
        )
        found = connection.execute(query, {"name": name}).first()
        return None if found is None else _Master(*found)

    def _names(
        self, connection: Connection, schema: str, wanted: str, condition: str, name: str
    ) -> list[str]:
        if not self._is_attached(connection, schema):
            return []
        query = sa.text(
            f"SELECT {wanted} FROM {self._master_of(schema)} "
            f"WHERE {condition} = :name COLLATE NOCASE ORDER BY 1"
        )
        return list(connection.scalars(query, {"name": name}))

    def _is_attached(self, connection: Connection, schema: str) -> bool:
        return self.name_key(schema) in map(self.name_key, self.schemas(connection))

    def _master_of(self, schema: str) -> str:
        # Within sa.text() a colon would begin a bind parameter.
        return self.quoted(schema, "sqlite_master").replace(":", "\\:")
