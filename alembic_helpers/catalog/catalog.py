"""Questions to the database, in the terms in which an operation is written.

A name is looked for where the operation would land: in the schema that ``schema_translate_map``
makes of it, on the migration's own connection, so that uncommitted work is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection

from ..databases import Database, database_of
from ..databases.definition import Definition
from ..databases.objects import Constraint, EnumType, Index, Kind, Partition, Table
from .freshness import Memory

_T = TypeVar("_T")


class Door(Protocol):
    """What a judge may ask: the database itself, or one that a batch is about to make."""

    @property
    def database(self) -> Database: ...

    def schema(self, schema: str | None) -> str:
        """The schema in which a CREATE with this ``schema=`` lands."""

    def kind(self, name: str, schema: str | None) -> Kind | None:
        """What stands under a name in exactly that schema."""

    def table(self, name: str, schema: str | None) -> Table | None:
        """The table in exactly that schema."""

    def relation(self, name: str, schema: str | None) -> Table | None:
        """The same, or a materialized view or foreign table."""

    def relation_anew(self, name: str, schema: str) -> Table | None:
        """The same, whatever is remembered."""

    def leads_to(self, name: str) -> str | None:
        """The schema of the relation that the server finds under an unqualified name."""

    def tables_with_index(self, name: str, schema: str | None) -> list[str]:
        """The tables of a schema that have an index of that name."""

    def held_by(self, schema: str) -> list[str]:
        """What a schema holds."""

    def schema_exists(self, schema: str) -> bool:
        """Whether there is a schema of that name."""

    def enum(self, name: str, schema: str | None) -> EnumType | None:
        """A named enum type."""

    def extension_exists(self, name: str) -> bool:
        """Whether a server extension is installed."""

    def referring(self, name: str, schema: str) -> list[tuple[str, str, tuple[str, ...]]]:
        """The foreign keys of other tables that lead here: name, table, columns they lead to."""

    def builders(self, name: str, schema: str) -> list[int]:
        """The sessions that are building an index on a table, or hold it back from that."""

    def is_new(self, name: str, schema: str) -> bool:
        """Whether this very transaction made a table, so that no other session sees it."""

    def hides_rows(self, name: str, schema: str) -> bool:
        """Whether this user may not see, or not change, all rows of a table."""

    def partitions(self, name: str, schema: str) -> tuple[Partition, ...] | None:
        """The parts of a partitioned table; ``None`` for what is not one."""

    def not_null(self, name: str, schema: str, column: str) -> Constraint | None:
        """The NOT NULL of a column, where that is a constraint with a name."""

    def twin(self, table: sa.Table) -> Table:
        """How the server would keep a table; raises :class:`NoTwin` when it cannot be asked."""

    def sequence(
        self, name: str, schema: str | None, options: Mapping[str, Any]
    ) -> tuple[Definition, Definition]:
        """A sequence as it is, and as the options would make it; raises :class:`NoTwin`."""

    def view_text(self, name: str, schema: str | None) -> str | None:
        """A view's definition as the server keeps it."""

    def view_is(self, name: str, schema: str | None, select: str) -> bool | None:
        """Whether a view is that SELECT; ``None`` when it cannot be told."""


class Catalog:
    """What is in the database now, on one migration's connection."""

    def __init__(self, context: MigrationContext) -> None:
        self._context = context
        self._memory = Memory()
        self.database: Database = database_of(context.dialect)

    @property
    def context(self) -> MigrationContext:
        return self._context

    @property
    def connection(self) -> Connection:
        connection = self._context.connection
        assert connection is not None, "the engine does not ask in --sql mode"
        self._memory.watch(connection)
        return connection

    def forget(self) -> None:
        """Drop everything that is remembered."""
        self._memory.forget()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For statements that change nothing which is remembered (settings, locks)."""
        connection = self.connection
        with self._memory.reading(), _without_translation(connection):
            yield connection

    def schema(self, schema: str | None) -> str:
        mapped = self.translated(schema)
        if mapped is None:
            return self._recall(("current",), self.database.current_schema) or ""
        return self._recall(("schema", mapped), lambda c: self.database.schema_named(c, mapped))

    def translated(self, schema: str | None) -> str | None:
        """What ``schema_translate_map`` makes of a schema."""
        mapping = self.connection.get_execution_options().get("schema_translate_map")
        return mapping.get(schema, schema) if mapping else schema

    def schema_exists(self, schema: str) -> bool:
        there = self._recall(("schemas",), self.database.schemas)
        key = self.database.schema_key
        return key(schema) in map(key, there)

    def kind(self, name: str, schema: str | None) -> Kind | None:
        where = self.schema(schema)
        return self._recall(("kind", name, where), lambda c: self.database.kind(c, name, where))

    def table(self, name: str, schema: str | None) -> Table | None:
        return self.relation(name, schema) if self.kind(name, schema) is Kind.TABLE else None

    def relation(self, name: str, schema: str | None) -> Table | None:
        where = self.schema(schema)
        return self._recall(("table", name, where), lambda c: self.database.table(c, name, where))

    def relation_anew(self, name: str, schema: str) -> Table | None:
        self.forget()
        return self.relation(name, schema)

    def indexes(self, name: str, schema: str | None) -> tuple[Index, ...]:
        """The indexes of a table or a materialized view."""
        relation = self.relation(name, schema)
        return relation.indexes if relation else ()

    def leads_to(self, name: str) -> str | None:
        return self._recall(("leads", name), lambda c: self.database.schema_of(c, name))

    def tables_with_index(self, name: str, schema: str | None) -> list[str]:
        where = self.schema(schema)
        return self._recall(
            ("index", name, where), lambda c: self.database.tables_with_index(c, name, where)
        )

    def enum(self, name: str, schema: str | None) -> EnumType | None:
        where = self.schema(schema)
        return self._recall(("enum", name, where), lambda c: self.database.enum(c, name, where))

    def held_by(self, schema: str) -> list[str]:
        return self._recall(("held", schema), lambda c: self.database.held_by(c, schema))

    def view_is(self, name: str, schema: str | None, select: str) -> bool | None:
        where = self.schema(schema)
        return self._recall(
            ("view is", name, where, select),
            lambda c: self.database.view_is(c, name, where, select),
        )

    def extension_exists(self, name: str) -> bool:
        return self._recall(("extension", name), lambda c: self.database.extension_exists(c, name))

    def triggers(self, table_name: str, schema: str | None) -> list[str]:
        where = self.schema(schema)
        return self._recall(
            ("triggers", table_name, where), lambda c: self.database.triggers(c, table_name, where)
        )

    def view_text(self, name: str, schema: str | None) -> str | None:
        where = self.schema(schema)
        return self._recall(
            ("view", name, where), lambda c: self.database.view_text(c, name, where)
        )

    def referring(self, name: str, schema: str) -> list[tuple[str, str, tuple[str, ...]]]:
        return self._recall(
            ("referring", name, schema), lambda c: self.database.referring(c, name, schema)
        )

    # What changes while one looks, or is asked but once, is not remembered.

    def builders(self, name: str, schema: str) -> list[int]:
        return self._ask(lambda c: self.database.builders(c, name, schema))

    def is_new(self, name: str, schema: str) -> bool:
        return self._ask(lambda c: self.database.is_new(c, name, schema))

    def hides_rows(self, name: str, schema: str) -> bool:
        return self._ask(lambda c: self.database.hides_rows(c, name, schema))

    def partitions(self, name: str, schema: str) -> tuple[Partition, ...] | None:
        return self._ask(lambda c: self.database.partitions(c, name, schema))

    def not_null(self, name: str, schema: str, column: str) -> Constraint | None:
        return self._ask(lambda c: self.database.not_null(c, name, schema, column))

    def twin(self, table: sa.Table) -> Table:
        database, connection = self.database, self.connection
        # Made with schema_translate_map, as the real one would be; read without.
        with (
            self._memory.reading(),
            database.scratch(connection, table) as where,
            _without_translation(where),
        ):
            return database.read_twin(where, table)

    def sequence(
        self, name: str, schema: str | None, options: Mapping[str, Any]
    ) -> tuple[Definition, Definition]:
        where = self.schema(schema)
        with self._memory.reading(), _without_translation(self.connection):
            return self.database.sequence_definitions(self.connection, name, where, options)

    def _ask(self, ask: Callable[[Connection], _T]) -> _T:
        connection = self.connection
        with self._memory.reading(), _without_translation(connection):
            return ask(connection)

    def _recall(self, key: Hashable, ask: Callable[[Connection], _T]) -> _T:
        connection = self.connection

        def untranslated() -> _T:
            with _without_translation(connection):
                return ask(connection)

        return self._memory.recall(key, untranslated)


@contextmanager
def _without_translation(connection: Connection) -> Iterator[None]:
    """The catalog's own queries name schemas as they are.

    SQLAlchemy refuses a cached statement under a map that has ``None`` among its keys, where it was
    compiled under one that had not.
    """
    mapping = connection.get_execution_options().get("schema_translate_map")
    if not mapping:
        yield
        return
    connection.execution_options(schema_translate_map=None)
    try:
        yield
    finally:
        connection.execution_options(schema_translate_map=mapping)


class Overlay:
    """A door behind which one table already is what a batch will make of it."""

    def __init__(self, door: Door, table: Table) -> None:
        self._door = door
        self.replaced = table

    def __getattr__(self, name: str) -> Any:
        return getattr(self._door, name)

    def table(self, name: str, schema: str | None) -> Table | None:
        return self._as_replaced(self._door.table(name, schema))

    def relation(self, name: str, schema: str | None) -> Table | None:
        return self._as_replaced(self._door.relation(name, schema))

    def _as_replaced(self, table: Table | None) -> Table | None:
        if table is None:
            return None
        same = (table.schema, self._key(table.name)) == (
            self.replaced.schema,
            self._key(self.replaced.name),
        )
        return self.replaced if same else table

    def tables_with_index(self, name: str, schema: str | None) -> list[str]:
        mine = self._key(self.replaced.name)
        found = self._door.tables_with_index(name, schema)
        others = [table for table in found if self._key(table) != mine]
        return [*others, self.replaced.name] if self.replaced.index(name) else others

    def _key(self, name: str) -> str:
        return self._door.database.relation_key(name)
