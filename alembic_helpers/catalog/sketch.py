"""A table of which only the names are known, until something more is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from ..databases.objects import Column, Constraint, ConstraintType, Index, Table


@dataclass(frozen=True)
class Known:
    """All names that a table can have in it, by the keys that its database compares.

    There may be more than there are, never less: only what is missing here is known.
    """

    columns: frozenset[str]
    keys: frozenset[str]
    """Of constraints and of indexes."""
    has_chosen: bool = False
    """Did the server name some of them?"""

    @classmethod
    def of(cls, table: Table) -> Known:
        if isinstance(table, Sketch):
            return table.known
        aliases = (name for pair in table.aliases for name in pair)
        keys = (*(c.name for c in table.constraints), *(i.name for i in table.indexes))
        return cls(
            frozenset(map(table.key, (*(c.name for c in table.columns), *aliases))),
            frozenset(table.key(name) for name in keys if name is not None),
        )

    def with_(
        self, columns: Iterable[str], keys: Iterable[str], key: Callable[[str], str], chosen: bool
    ) -> Known:
        return Known(
            self.columns.union(map(key, columns)),
            self.keys.union(map(key, keys)),
            self.has_chosen or chosen,
        )


class Sketch(Table):
    """Says by itself what is not there; for all else the table is read."""

    def __init__(
        self,
        table: Table,
        known: Known,
        chooses_key: Callable[[str], bool],
        read: Callable[[], Table],
    ) -> None:
        for name in ("name", "schema", "key", "spreads"):
            object.__setattr__(self, name, getattr(table, name))
        object.__setattr__(self, "known", known)
        object.__setattr__(self, "_chooses_key", chooses_key)
        object.__setattr__(self, "_read", read)

    known: Known
    _chooses_key: Callable[[str], bool]
    _read: Callable[[], Table]

    @cached_property
    def whole(self) -> Table:
        return self._read()

    columns = property(lambda self: self.whole.columns)
    constraints = property(lambda self: self.whole.constraints)
    indexes = property(lambda self: self.whole.indexes)
    comment = property(lambda self: self.whole.comment)
    collation = property(lambda self: self.whole.collation)
    aliases = property(lambda self: self.whole.aliases)

    def column(self, name: str) -> Column | None:
        return self.whole.column(name) if self.key(name) in self.known.columns else None

    def index(self, name: str) -> Index | None:
        return self.whole.index(name) if self._may_have(name) else None

    def constraint(self, name: str, type_: ConstraintType | None = None) -> Constraint | None:
        return self.whole.constraint(name, type_) if self._may_have(name) else None

    def _may_have(self, name: str) -> bool:
        known = self.known
        return self.key(name) in known.keys or (known.has_chosen and self._chooses_key(name))


__all__ = ["Known", "Sketch"]
