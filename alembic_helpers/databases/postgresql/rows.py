"""The rows of the questions about tables, each with its columns in this order.

SQLAlchemy's own rows would do, but to read an attribute of one takes twenty times as long, and of
fifty tables some thousand are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection


class TableRow(NamedTuple):
    table: int
    """The ``oid``, here and below."""
    relname: str
    relhassubclass: bool
    comment: str | None


class ColumnRow(NamedTuple):
    table: int
    attname: str
    attnum: int
    spelling: str
    collname: str | None
    collation_schema: str | None
    collation_is_visible: bool | None
    is_domain: bool
    attnotnull: bool
    identity: str
    comment: str | None
    generated: str
    expression: str | None
    parameters: str | None
    feeds: bool | None
    reads: list[str] | None
    """What a generated column is computed from."""

    @property
    def manner(self) -> tuple[object, ...]:
        """Equal for columns that differ by nothing but their names."""
        return (self.table, self.attnum) if self.reads is not None else self[3:]


class ConstraintRow(NamedTuple):
    table: int
    conname: str
    contype: str
    convalidated: bool
    condeferrable: bool
    condeferred: bool
    connoinherit: bool
    match: str
    onupdate: str
    ondelete: str
    definition: str | None
    condition: str | None
    enforced: bool | None
    nulls_not_distinct: bool | None
    numbers: list[int] | None
    conindid: int
    key: str | None
    indnkeyatts: int | None
    referred_schema: str | None
    referred_table: str | None
    referred_columns: list[str] | None
    delete_numbers: list[int] | None
    """The columns that ON DELETE SET names, where not all."""
    period: bool | None
    """Is the last column one of ranges, which must not overlap or must be covered?"""


class IndexRow(NamedTuple):
    table: int
    indexrelid: int
    relname: str
    indisunique: bool
    indisvalid: bool
    relkind: str
    key: str
    indnkeyatts: int
    options: str
    method: str
    texts: list[str] | None
    operator_classes: list[str | None] | None
    collations: list[str | None] | None
    predicate: str | None
    nulls_not_distinct: bool | None
    reads: list[str] | None


_Row = TypeVar("_Row", ColumnRow, ConstraintRow, IndexRow)


def by_table(
    connection: Connection, query: sa.TextClause, asked: Mapping[str, Any], type_: type[_Row]
) -> dict[int, list[_Row]]:
    """The rows of each table. They are not all in memory twice."""
    rows: dict[int, list[_Row]] = defaultdict(list)
    make: Callable[[Any], _Row] = partial(tuple.__new__, type_)  # _make() does it in Python
    for some in connection.execute(query, asked).partitions(1_000):
        for row in map(make, some):
            rows[row.table].append(row)
    return rows


__all__ = ["ColumnRow", "ConstraintRow", "IndexRow", "TableRow", "by_table"]
