"""A table of which only the names are known, until something more is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from ..databases.objects import Column, Constraint, ConstraintType, Index, Table


class Sketch(Table):
    """Says by itself what is not there; for all else the table is read.

    It knows all names that the table can have in it. There may be more than there are, never less.
    """

    def __init__(
        self,
        name: str,
        schema: str,
        key: Callable[[str], str],
        chooses_key: Callable[[str], bool],
        read: Callable[[str, str], Table],
    ) -> None:
        vars(self).update(
            name=name,
            schema=schema,
            key=key,
            _columns=set(),
            _keys=set(),
            _has_chosen=False,
            _chooses_key=chooses_key,
            _read=read,
        )

    _columns: set[str]
    _keys: set[str]
    """Of constraints and of indexes."""
    _has_chosen: bool
    """Did the server name some of them?"""
    _chooses_key: Callable[[str], bool]
    _read: Callable[[str, str], Table]

    def add_all_of(self, table: Table) -> None:
        aliases = (name for pair in table.aliases for name in pair)
        keys = (*(c.name for c in table.constraints), *(i.name for i in table.indexes))
        self.add((*(c.name for c in table.columns), *aliases), filter(None, keys), chosen=False)

    def add(self, columns: Iterable[str], keys: Iterable[str], *, chosen: bool) -> None:
        """These may be in it from now on, and whatever is may be another than before."""
        own = vars(self)
        own.pop("whole", None)
        own["_has_chosen"] |= chosen
        self._columns.update(map(self.key, columns))
        self._keys.update(map(self.key, keys))

    @cached_property
    def whole(self) -> Table:
        return self._read(self.name, self.schema)

    columns = property(lambda self: self.whole.columns)
    constraints = property(lambda self: self.whole.constraints)
    indexes = property(lambda self: self.whole.indexes)
    comment = property(lambda self: self.whole.comment)
    collation = property(lambda self: self.whole.collation)
    aliases = property(lambda self: self.whole.aliases)

    def column(self, name: str) -> Column | None:
        return self.whole.column(name) if self.key(name) in self._columns else None

    column_now = column

    def index(self, name: str) -> Index | None:
        return self.whole.index(name) if self.may_have(name) else None

    def constraint(self, name: str, type_: ConstraintType | None = None) -> Constraint | None:
        return self.whole.constraint(name, type_) if self.may_have(name) else None

    def may_have(self, name: str) -> bool:
        return self.key(name) in self._keys or (self._has_chosen and self._chooses_key(name))


__all__ = ["Sketch"]
