"""Questions to the database, in the terms in which an operation is written.

A name is looked for where the operation would land: in the schema that ``schema_translate_map``
makes of it, on the migration's own connection, so that uncommitted work is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from ..databases.definition import Definition
from ..databases.objects import Constraint, EnumType, Index, Partition, Table
from .asking import untranslated
from .relations import Relations


class Catalog(Relations):
    """What is in the database now, on one migration's connection."""

    def schema_exists(self, schema: str) -> bool:
        there = self._recall("schemas", self.database.schemas, lasts=True)
        key = self.database.schema_key
        return key(schema) in map(key, there)

    def indexes(self, name: str, schema: str | None) -> tuple[Index, ...]:
        """The indexes of a table or a materialized view."""
        relation = self.relation(name, schema)
        return relation.indexes if relation else ()

    def enum(self, name: str, schema: str | None) -> EnumType | None:
        where = self.schema(schema)
        return self._recall(
            ("enum", name, where), lambda c: self.database.enum(c, name, where), lasts=True
        )

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
            untranslated(where),
        ):
            return database.read_twin(where, table)

    def sequence(
        self, name: str, schema: str | None, options: Mapping[str, Any]
    ) -> tuple[Definition, Definition]:
        where = self.schema(schema)
        return self._ask(lambda c: self.database.sequence_definitions(c, name, where, options))
