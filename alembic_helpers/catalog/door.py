"""What a judge may ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import sqlalchemy as sa

from ..databases import Database
from ..databases.definition import Definition
from ..databases.objects import Constraint, EnumType, Kind, Partition, Table


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

    def expect_more(self) -> None:
        """What was to be made is there: so will be what follows, and can be read with it."""

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
