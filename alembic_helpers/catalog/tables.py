"""Definitions of tables: read one by one, or, once many have been asked for, many at once."""

from __future__ import annotations

from collections.abc import Mapping

from ..databases.objects import Table
from .names import UNKNOWN, Key, Unknown

_NOTHING: Mapping[tuple[str, str], Table | None] = {}

AHEAD = 8
"""So many tables are read ahead for each that was asked for, at most."""

AT_ONCE = 2_000
"""So many in one go at most: what is read takes memory before it is a definition."""


class Tables:
    """What is known of the tables; ``None`` for what has no columns."""

    def __init__(self, key: Key) -> None:
        self._key = key
        self.forget()

    def forget(self) -> None:
        self._asked: set[tuple[str, str]] = set()
        self._expects_more = False
        self._read = 0
        self._next = 1
        self._tables: dict[tuple[str, str], dict[tuple[str, str], Table | None]] = {}

    def is_known(self, name: str, schema: str) -> bool:
        return (schema, name) in self._bucket(name, schema)

    def known(self, name: str, schema: str) -> Table | Unknown | None:
        table = self._bucket(name, schema).get((schema, name), UNKNOWN)
        if table is not UNKNOWN:
            self._asked.add((schema, name))
        return table

    def learn(self, name: str, schema: str, table: Table | None) -> None:
        self._read += 1
        self._tables.setdefault(self._key(name, schema), {})[schema, name] = table

    def ahead(self) -> int:
        """One more table must be read: how many it is worth to read at once.

        Two operations on a database of 10,000 tables must not read 10,000 tables. So what was read
        in vain never exceeds a fixed multiple of what was asked for.
        """
        asked = len(self._asked) or self._expects_more
        if asked < self._next:
            return 1
        return min(AT_ONCE, max(1, AHEAD * asked - (self._read - asked)))

    def expect_more(self) -> None:
        """The first one that is asked for counts as if one had been already."""
        self._expects_more = True

    def stand_alone(self) -> None:
        """None was found to read with it: the next try comes when twice as many are asked for."""
        self._next = 2 * len(self._asked)

    def change(self, name: str, schema: str, table: Table | None = None) -> None:
        """The table was made, changed or dropped: what is known of it from here on."""
        known = self._tables[self._key(name, schema)] = {}
        if table is not None:
            known[schema, name] = table

    def current(self, name: str, schema: str) -> list[Table]:
        """All that is known under a name, however it is spelled."""
        return [table for table in self._bucket(name, schema).values() if table is not None]

    def _bucket(self, name: str, schema: str) -> Mapping[tuple[str, str], Table | None]:
        return self._tables.get(self._key(name, schema), _NOTHING)
