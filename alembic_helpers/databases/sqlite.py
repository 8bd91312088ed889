"""SQLite: pragmas for structure, the kept CREATE TABLE text for names and checks.

A schema is an attached database; ``main`` is the current one.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import MigrateOperation, ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.engine import Connection

from .base import Database, Rebuild, Step
from .construct import DeclaredType
from .objects import Column, Constraint, ConstraintType, Index, Kind, Reference, Table
from .sqlite_ddl import Declared, collations, declared, tokens
from .sqlite_rebuild import SQLiteRebuild


class _Master(NamedTuple):
    """A row of ``sqlite_master``: SQL is ``None`` for what SQLite made by itself."""

    type: str
    sql: str | None
    name: str


class SQLite(Database):
    title = "SQLite"
    temporary_schema = "temp"
    replaces_views = False

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
                yield Constraint(text.type, text.name, text.columns, sqltext=text.text or None)
        yield from self._foreign_keys(connection, name, schema, foreign)

    def _foreign_keys(
        self, connection: Connection, name: str, schema: str, texts: list[Declared]
    ) -> Iterable[Constraint]:
        query = sa.text(
            'SELECT id, "table", "from", "to", on_update, on_delete '
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
                ),
            )

    def _primary_key(self, connection: Connection, name: str, schema: str) -> tuple[str, ...]:
        query = sa.text("SELECT name FROM pragma_table_info(:name, :schema) WHERE pk ORDER BY pk")
        return tuple(connection.scalars(query, {"name": name, "schema": schema}))

    def indexes(self, connection: Connection, name: str, schema: str) -> Iterable[Index]:
        query = sa.text(
            # An index that a constraint made has the origin u or pk, and no name of its own.
            'SELECT i.name, i."unique", x.name FROM pragma_index_list(:name, :schema) i '
            "JOIN pragma_index_xinfo(i.name, :schema) x "
            "WHERE i.origin = 'c' AND x.key ORDER BY i.name, x.seqno"
        )
        columns: dict[tuple[str, int], list[str | None]] = {}
        for index, unique, column in connection.execute(query, {"name": name, "schema": schema}):
            columns.setdefault((index, unique), []).append(column)
        for (index, unique), names in columns.items():
            yield Index(index, tuple(names), bool(unique))

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
        collated = collations(master.sql) if master and master.sql else {}
        query = sa.text("SELECT name, type FROM pragma_table_xinfo(:name, :schema)")
        rows = connection.execute(query, {"name": name, "schema": schema})
        spellings = {row.name: row.type for row in rows}
        # SQLAlchemy looks a table with computed columns up by its exact name.
        exact = master.name if master else name
        for column in super().columns(connection, exact, schema):
            spelling = spellings[column.name]
            if spelling and not self._knows(spelling):
                column = dataclasses.replace(column, type=DeclaredType(spelling))
            if column.name in collated and isinstance(column.type, sa.String):
                column.type.collation = collated[column.name]
            yield column

    def _knows(self, spelling: str) -> bool:
        """Whether SQLAlchemy knows the type; of one that it does not it keeps the affinity only."""
        name = re.match(r"[\w ]*", spelling)
        return name is not None and name.group().strip().upper() in SQLiteDialect.ischema_names

    def needs_batch(self, operation: MigrateOperation) -> bool:
        """SQLite can add a plain column, rename one, and handle indexes; the rest is a new table.

        https://www.sqlite.org/lang_altertable.html
        """
        match operation:
            case ops.AddColumnOp():
                return _beyond_add_column(operation)
            case ops.AlterColumnOp():
                return not _is_rename(operation)
            case ops.DropColumnOp() | ops.AddConstraintOp() | ops.DropConstraintOp():
                return True
        return False

    def steps(self, operations: Sequence[MigrateOperation], recreate: str) -> list[Step]:
        """Renames and indexes one by one, where SQLite keeps every detail; the rest by new tables.

        Alembic's batch would carry indexes over as far as SQLAlchemy reflects them: without
        expressions and without DESC.
        """
        if recreate == "never":
            return [Step(tuple(operations))]
        steps: list[Step] = []
        for operation in _renames_apart(operations):
            alone = isinstance(operation, _ALONE) or _is_rename(operation)
            in_batch = not alone and (recreate == "always" or self.needs_batch(operation))
            if in_batch and steps and steps[-1].in_batch:
                steps[-1] = Step((*steps[-1].operations, operation))
            else:
                steps.append(Step((operation,), in_batch))
        return steps or [Step(())]

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


_ALONE = (ops.CreateIndexOp, ops.DropIndexOp)


def _is_rename(operation: MigrateOperation) -> bool:
    return (
        isinstance(operation, ops.AlterColumnOp)
        and operation.modify_type is None
        and operation.modify_nullable is None
        and operation.modify_server_default is False
    )


def _renames_apart(operations: Iterable[MigrateOperation]) -> Iterable[MigrateOperation]:
    """A rename with other changes becomes the rename, then the changes under the new name."""
    for operation in operations:
        if (
            isinstance(operation, ops.AlterColumnOp)
            and operation.modify_name is not None
            and not _is_rename(operation)
        ):
            yield ops.AlterColumnOp(
                operation.table_name,
                operation.column_name,
                schema=operation.schema,
                modify_name=operation.modify_name,
            )
            rest = copy.copy(operation)
            rest.column_name, rest.modify_name = operation.modify_name, None
            yield rest
        else:
            yield operation


def _beyond_add_column(operation: ops.AddColumnOp) -> bool:
    """Whether ALTER TABLE ADD COLUMN refuses the column, or Alembic cannot say it without batch."""
    column = operation.column
    default = column.server_default
    constant = isinstance(default, sa.DefaultClause) and isinstance(default.arg, str)
    return bool(
        column.primary_key
        or column.unique
        or column.foreign_keys
        or column.constraints
        or (default is not None and not constant)
        or (not column.nullable and default is None)
        or getattr(column.type, "create_constraint", False)
        or operation.kw  # insert_before, insert_after
    )
