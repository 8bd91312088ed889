"""What every database can be asked, answered here through SQLAlchemy's inspector alone.

A subclass per database overrides what its own catalog answers better, or what it calls by other
names. This class is what runs on a database that has no module of its own (SQL Server, Oracle,
third-party dialects): the answers are then as exact as SQLAlchemy's reflection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from ..errors import NotSupportedError
from .capabilities import Capabilities
from .definition import Definition
from .keys import Keys
from .objects import Column, Constraint, EnumType, Partition, Table
from .sessions import Sessions
from .spelling import Spelling
from .tables import Tables


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


class Database(Capabilities, Sessions, Keys, Spelling, Tables):
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

    def sequence_definitions(
        self, connection: Connection, name: str, schema: str, options: Mapping[str, Any]
    ) -> tuple[Definition, Definition]:
        """A sequence as it is and as the options would make it. Raises :class:`NoTwin`."""
        raise NoTwin(f"{self.title} is not asked how it would keep it")

    def equals(self, column: ColumnElement[Any], value: Any, stored: Column) -> ColumnElement[bool]:
        """NULL-safe equality of a column and a value, as the column would store the value."""
        return column.is_not_distinct_from(value)

    def restated(
        self, type_: TypeEngine[Any], column: Column, keeps_expression: bool
    ) -> TypeEngine[Any]:
        """The type, and what an ALTER of the column must repeat of its clauses.

        ``keeps_expression``: does what is generated stay so?
        """
        return type_

    # -- what else is asked of a table -----------------------------------------------------------

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
