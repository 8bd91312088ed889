"""What every database can be asked, answered here through SQLAlchemy's inspector alone.

A subclass per database overrides what its own catalog answers better, or what it calls by other
names. This class is what runs on a database that has no module of its own (SQL Server, Oracle,
third-party dialects): the answers are then as exact as SQLAlchemy's reflection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.sql.elements import ColumnElement

from ..errors import NotSupportedError
from .capabilities import Capabilities
from .definition import Definition
from .keys import Keys
from .objects import (
    TABLE_LIKE,
    Column,
    Constraint,
    ConstraintType,
    EnumType,
    Index,
    Kind,
    Name,
    Partition,
    Place,
    Reference,
    Table,
)
from .sessions import Sessions
from .spelling import Spelling


@dataclass(frozen=True)
class Step:
    """Operations to be sent together in Alembic's batch, or one by one outside of it."""

    operations: tuple[MigrateOperation, ...]
    in_batch: bool = True


class NoTwin(Exception):
    """The server cannot be asked; the reason is for the log."""


class Rebuild:
    """What a database needs around a batch: by itself, nothing."""

    def __enter__(self) -> Rebuild:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def operations(self, operations: list[MigrateOperation]) -> list[MigrateOperation]:
        """The operations in the form in which Alembic's batch can take them."""
        return operations


class Database(Capabilities, Sessions, Keys, Spelling):
    """One kind of database. Holds no state but the dialect; every answer is asked anew."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    @property
    def keeps_inline_references(self) -> bool:
        """Does a REFERENCES written within an added column become a foreign key?"""
        return True

    @property
    def has_sequences(self) -> bool:
        return self.dialect.supports_sequences

    # -- names ---------------------------------------------------------------------------------

    def stored_name(self, name: str) -> str:
        """The name as the server keeps it (PostgreSQL cuts it)."""
        return name

    def name_key(self, name: str) -> str:
        """Columns, constraints and indexes with equal keys are one to this database."""
        return self.stored_name(name)

    def relation_key(self, name: str) -> str:
        """The same for tables, views and sequences."""
        return self.stored_name(name)

    def schema_key(self, name: str) -> str:
        """The same for schemas."""
        return self.stored_name(name)

    def trigger_key(self, name: str) -> str:
        """The same for triggers."""
        return self.name_key(name)

    def quoted(self, *names: str | None) -> str:
        """``schema.table`` as it is written in SQL."""
        quote = self.dialect.identifier_preparer.quote
        return ".".join(quote(name) for name in names if name)

    # -- schemas and relations -------------------------------------------------------------------

    def current_schema(self, connection: Connection) -> str | None:
        """Where an unqualified CREATE TABLE lands."""
        return sa.inspect(connection).default_schema_name

    def schema_named(self, connection: Connection, schema: str) -> str:
        """A given schema as the server keeps its name; one that is not there, as it was given."""
        return schema

    def schemas(self, connection: Connection) -> list[str]:
        return sa.inspect(connection).get_schema_names()

    def held_by(self, connection: Connection, schema: str) -> list[str]:
        """What a schema holds, so that it must not be dropped."""
        inspector = sa.inspect(connection)
        return [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]

    def kind(self, connection: Connection, name: str, schema: str | None) -> Kind | None:
        """What stands under that name in exactly that schema."""
        inspector = sa.inspect(connection)
        for kind, names in (
            (Kind.TABLE, inspector.get_table_names),
            (Kind.VIEW, inspector.get_view_names),
        ):
            if self.relation_key(name) in map(self.relation_key, names(schema)):
                return kind
        return Kind.SEQUENCE if self.sequence_exists(connection, name, schema) else None

    def kinds(
        self, connection: Connection, name: str, schemas: Sequence[str]
    ) -> Mapping[str, Kind | None]:
        """The same in each of some schemas; those in which there is nothing may be left out."""
        return {schema: self.kind(connection, name, schema) for schema in schemas}

    def chooses(self, name: str) -> bool:
        """Whether the server might give a relation or an index that name by itself."""
        return True

    def chooses_key(self, name: str) -> bool:
        """The same for a constraint, and for the index that comes with one."""
        return self.chooses(name)

    def is_reserved(self, name: str) -> bool:
        """Whether a relation of that name may be one of the server's own."""
        return False

    def place(self, connection: Connection) -> Place:
        """Where the session is; of the server's own schemas :meth:`is_reserved` tells the names."""
        schema = self.current_schema(connection)
        return Place(schema, [schema] if schema else [])

    def names(
        self, connection: Connection, schemas: Sequence[str], limit: int
    ) -> list[Name] | None:
        """All that has a name in some schemas, which is what :meth:`kind` would find there.

        ``None`` when there are more than ``limit``, or when it cannot be asked at once.
        """
        return None

    # -- tables ----------------------------------------------------------------------------------

    def table(self, connection: Connection, name: str, schema: str) -> Table | None:
        """A snapshot of what has columns of its own; ``None`` when nothing of that name has."""
        if self.kind(connection, name, schema) not in TABLE_LIKE:
            return None
        return Table(
            name=name,
            schema=schema,
            columns=tuple(self.columns(connection, name, schema)),
            constraints=tuple(self.constraints(connection, name, schema)),
            indexes=tuple(self.indexes(connection, name, schema)),
            comment=self.comment(connection, name, schema),
            key=self.name_key,
        )

    def tables(self, connection: Connection, names: Sequence[str], schema: str) -> dict[str, Table]:
        """Snapshots of many, by the names as they were given; of what has no columns there is none.

        A database that can be asked about many tables at once answers here, and :meth:`table` asks
        for one. What is better read alone may be left out, where it is not the only one.
        """
        found = {name: self.table(connection, name, schema) for name in names}
        return {name: table for name, table in found.items() if table is not None}

    def neighbours(self, connection: Connection, name: str, schema: str, limit: int) -> list[Name]:
        """Up to ``limit`` tables that a migration may well ask for next, that one among them.

        None, where to find them takes longer than to read one by one.
        """
        return []

    def columns(self, connection: Connection, name: str, schema: str) -> Iterable[Column]:
        for column in sa.inspect(connection).get_columns(name, schema=schema):
            yield self.column(column)

    def column(self, column: ReflectedColumn, **known: Any) -> Column:
        """A column out of SQLAlchemy's reflection, and what else is known of it."""
        computed = column.get("computed")
        reflected: dict[str, Any] = {
            "name": column["name"],
            "type": column["type"],
            "nullable": column["nullable"],
            "default": column.get("default"),
            "comment": column.get("comment"),
            "autoincrement": column.get("autoincrement") is True,
            "generated": bool(computed or column.get("identity")),
            "computed": computed["sqltext"] if computed else None,
            "stored": bool(computed and computed.get("persisted")),
        }
        return Column(**{**reflected, **known})

    def constraints(self, connection: Connection, name: str, schema: str) -> Iterable[Constraint]:
        inspector = sa.inspect(connection)
        key = inspector.get_pk_constraint(name, schema=schema)
        if key["constrained_columns"]:
            yield Constraint(ConstraintType.PRIMARY, key["name"], tuple(key["constrained_columns"]))
        for unique in inspector.get_unique_constraints(name, schema=schema):
            yield Constraint(ConstraintType.UNIQUE, unique["name"], tuple(unique["column_names"]))
        for check in inspector.get_check_constraints(name, schema=schema):
            yield Constraint(ConstraintType.CHECK, check["name"], sqltext=check["sqltext"])
        for foreign in inspector.get_foreign_keys(name, schema=schema):
            options = foreign.get("options", {})
            yield Constraint(
                ConstraintType.FOREIGN_KEY,
                foreign["name"],
                tuple(foreign["constrained_columns"]),
                Reference(
                    foreign["referred_schema"] or schema,
                    foreign["referred_table"],
                    tuple(foreign["referred_columns"]),
                    self.action(options.get("onupdate")),
                    self.action(options.get("ondelete")),
                ),
            )

    def indexes(self, connection: Connection, name: str, schema: str) -> Iterable[Index]:
        for index in sa.inspect(connection).get_indexes(name, schema=schema):
            if index["name"]:
                yield Index(
                    index["name"],
                    tuple(index["column_names"]),
                    bool(index["unique"]),
                    constraint=index.get("duplicates_constraint"),
                )

    def comment(self, connection: Connection, name: str, schema: str) -> str | None:
        if not self.dialect.supports_comments:
            return None
        return sa.inspect(connection).get_table_comment(name, schema=schema)["text"]

    def tables_with_index(self, connection: Connection, name: str, schema: str) -> list[str]:
        """The tables of a schema that have an index of that name."""
        inspector = sa.inspect(connection)
        return [
            table
            for (_, table), indexes in inspector.get_multi_indexes(schema=schema).items()
            if any(i["name"] and self.name_key(i["name"]) == self.name_key(name) for i in indexes)
        ]

    # -- comparison ------------------------------------------------------------------------------

    def twin_place(self, schema: str) -> str | None:
        """The ``schema=`` of a twin of what is in a schema."""
        return schema

    def twin_options(self, found: Table, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The dialect's own table options of a twin of ``found``, among those asked for."""
        return {}

    @contextmanager
    def scratch(self, connection: Connection, twin: sa.Table) -> Iterator[Connection]:
        """Make the twin where nobody else sees it, for as long as it takes to read it.

        Yields the connection on which :meth:`read_twin` finds it. Whatever happens in between, the
        twin is gone afterwards, and nothing else has changed. Raises :class:`NoTwin`.
        """
        raise NoTwin(f"{self.title} is not asked how it would keep it")
        yield connection

    def read_twin(self, connection: Connection, twin: sa.Table) -> Table:
        """The twin as the server keeps it, read exactly as :meth:`table` reads a real table."""
        raise NotImplementedError

    def referring(
        self, connection: Connection, name: str, schema: str
    ) -> list[tuple[str, str, tuple[str, ...]]]:
        """Name, table and referred columns of the foreign keys that lead to a table; asked only
        where :attr:`foreign_keys_need_indexes`."""
        return []

    def builders(self, connection: Connection, name: str, schema: str) -> list[int]:
        """The sessions that may be building an index on a table without blocking it."""
        return []

    def is_new(self, connection: Connection, name: str, schema: str) -> bool:
        """Whether this very transaction made the table, so that no other session sees it."""
        return False

    def hides_rows(self, connection: Connection, name: str, schema: str) -> bool:
        """Whether the session's user may not see, or not change, all rows of a table."""
        return False

    def partitions(
        self, connection: Connection, name: str, schema: str
    ) -> tuple[Partition, ...] | None:
        """The parts of a partitioned table whose indexes are each an index of their own; ``None``
        for what is not one."""
        return None

    def not_null(
        self, connection: Connection, name: str, schema: str, column: str
    ) -> Constraint | None:
        """The NOT NULL of a column, where that is a constraint with a name."""
        return None

    def sequence_definitions(
        self, connection: Connection, name: str, schema: str, options: Mapping[str, Any]
    ) -> tuple[Definition, Definition]:
        """A sequence as it is and as the options would make it. Raises :class:`NoTwin`."""
        raise NoTwin(f"{self.title} is not asked how it would keep it")

    def action(self, action: str | None) -> str | None:
        """A foreign key's action; the default one, however it is spelled, is ``None``."""
        action = action.upper() if action else None
        return None if action == "NO ACTION" else action

    def equals(self, column: ColumnElement[Any], value: Any, stored: Column) -> ColumnElement[bool]:
        """NULL-safe equality of a column and a value, as the column would store the value."""
        return column.is_not_distinct_from(value)

    # -- batch -----------------------------------------------------------------------------------

    def needs_batch(self, operation: MigrateOperation) -> bool:
        """Whether the operation can only be done by Alembic's batch (SQLite)."""
        return False

    def steps(self, operations: Sequence[MigrateOperation], recreate: str) -> list[Step]:
        """How what remains of a batch is sent, in order."""
        return [Step(tuple(operations))]

    def rebuild(
        self,
        context: MigrationContext,
        table: Table,
        expected: Table,
        options: dict[str, Any],
    ) -> Rebuild:
        """The care to be taken around one batch on a table; may change the batch's options."""
        return Rebuild()

    # -- what not every database has ---------------------------------------------------------------

    def sequence_exists(self, connection: Connection, name: str, schema: str | None) -> bool:
        if not self.dialect.supports_sequences:
            return False
        found = sa.inspect(connection).get_sequence_names(schema)
        return self.relation_key(name) in map(self.relation_key, found)

    def enum(self, connection: Connection, name: str, schema: str) -> EnumType | None:
        """A named enum type; ``None`` where there are no such types."""
        return None

    def named_enum(self, type_: Any) -> tuple[str | None, str, tuple[str, ...]] | None:
        """Schema, name and labels of the type that a column's type would create; ``None``: none."""
        return None

    def extension_exists(self, connection: Connection, name: str) -> bool:
        """Whether a server extension is installed; ``False`` where there is no such thing."""
        return False

    def triggers(self, connection: Connection, table: str, schema: str) -> list[str]:
        raise NotSupportedError(
            f"trigger_exists: the triggers of {self.title} cannot be read; "
            "ask its catalog with op.get_bind().execute(...)"
        )

    def view_text(self, connection: Connection, name: str, schema: str | None) -> str | None:
        """The view's definition as the server keeps it."""
        return sa.inspect(connection).get_view_definition(name, schema)

    def view_is(
        self, connection: Connection, name: str, schema: str | None, select: str
    ) -> bool | None:
        """Whether the view is that SELECT; ``None`` when it cannot be told."""
        text = self.view_text(connection, name, schema)
        if text is None:
            return None
        return True if self.plain_expression(text) == self.plain_expression(select) else None

    def require_enums(self, operation: str) -> None:
        self.require("has_enums", operation, "the values of an enum belong to its column there")

    def require(self, capability: str, what: str, instead: str) -> None:
        """Raise unless this database has a capability (an attribute of this class)."""
        if not getattr(self, capability):
            raise NotSupportedError(f"{what}: {self.title} has no such thing; {instead}")
