"""What a batch's later operations are judged against."""

from __future__ import annotations

from typing import Any

from ..databases.objects import Kind, Table
from .door import Door


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

    def kind(self, name: str, schema: str | None) -> Kind | None:
        kind: Kind | None = self._door.kind(name, schema)
        gone = kind is Kind.INDEX and not self.tables_with_index(name, schema)
        return None if gone else kind

    def tables_with_index(self, name: str, schema: str | None) -> list[str]:
        mine = self._key(self.replaced.name)
        found = self._door.tables_with_index(name, schema)
        others = [table for table in found if self._key(table) != mine]
        return [*others, self.replaced.name] if self.replaced.index(name) else others

    def _key(self, name: str) -> str:
        return self._door.database.relation_key(name)
