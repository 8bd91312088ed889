"""The primary key of a table, as a way through its rows in intervals."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from ..databases import Database
from ..databases.objects import Table

Key = Sequence[Any]
"""The values of one row, as :attr:`Keyset.read` gives them."""

_Compare = Callable[[Any, Any], Any]


class Keyset:
    def __init__(self, target: sa.TableClause, table: Table, database: Database) -> None:
        assert table.primary_key is not None, table
        self._compares_rows = database.compares_rows
        self._parts = []
        for name in table.primary_key.columns:
            found = table.column(name)
            assert found is not None, name
            self._parts.append(database.key_part(_column(target, name, table), found))

    @property
    def read(self) -> list[ColumnElement[Any]]:
        return [part.read for part in self._parts]

    @property
    def order(self) -> list[ColumnElement[Any]]:
        return [part.order for part in self._parts]

    def at(self, key: Key) -> ColumnElement[bool]:
        """That row."""
        return sa.and_(*(column == value for column, value in self._bound(key)))

    def since(self, key: Key) -> ColumnElement[bool]:
        """That row and those after it."""
        return self._compared(key, operator.ge, operator.gt)

    def before(self, key: Key) -> ColumnElement[bool]:
        """The rows before that one."""
        return self._compared(key, operator.lt, operator.lt)

    def _compared(self, key: Key, compare: _Compare, strictly: _Compare) -> ColumnElement[bool]:
        """``(a, b) >= (1, 2)``, or ``a >= 1 AND (a > 1 OR a = 1 AND b >= 2)``."""
        pairs = self._bound(key)
        if self._compares_rows and len(pairs) > 1:
            columns, values = zip(*pairs, strict=True)
            rows: ColumnElement[bool] = compare(sa.tuple_(*columns), sa.tuple_(*values))
            return rows
        loosely = operator.ge if strictly is operator.gt else operator.le
        condition: ColumnElement[bool] = compare(*pairs[-1])
        for column, value in reversed(pairs[:-1]):
            inner = sa.or_(strictly(column, value), sa.and_(column == value, condition))
            condition = sa.and_(loosely(column, value), inner)
        return condition

    def _bound(self, key: Key) -> list[tuple[ColumnElement[Any], ColumnElement[Any]]]:
        return [(part.order, part.bound(v)) for part, v in zip(self._parts, key, strict=True)]


def _column(target: sa.TableClause, name: str, table: Table) -> ColumnElement[Any]:
    """The column of a construct that may not have it."""
    for column in target.columns:
        if table.key(column.name) == table.key(name):
            return column
    return sa.column(name)
