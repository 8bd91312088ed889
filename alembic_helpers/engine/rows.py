"""Which rows of a data step are not there yet, and the judges that insert only those.

Rows are compared by the database, value by value and NULL-safe, as the column would store them:
a Python comparison would know nothing of collations, rounding or time zones.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations, ops
from sqlalchemy.sql.elements import ClauseElement, ColumnElement

from ..catalog import Site
from ..databases.objects import Table
from ..errors import UsageError
from .common import HelperOperation, changed, existing_table, qualified
from .judgement import Judgement, Subject, absent, judges, partial, same

Row = Mapping[str, Any]


class EnsureRowsOp(HelperOperation):
    """Insert the rows whose key is not there; rows that are there are left as they are."""

    def __init__(
        self, table: sa.TableClause, rows: Sequence[Row], key: Sequence[str] | None
    ) -> None:
        self.table = table
        self.rows = [dict(row) for row in rows]
        self.key = None if key is None else tuple(key)


@Operations.implementation_for(EnsureRowsOp)
def _insert(operations: Operations, operation: EnsureRowsOp) -> None:
    operations.migration_context.impl.bulk_insert(operation.table, operation.rows)


@judges.register(ops.BulkInsertOp)
def bulk_insert(operation: ops.BulkInsertOp, site: Site) -> Judgement:
    if not isinstance(operation.rows, list) or not all(isinstance(r, dict) for r in operation.rows):
        raise UsageError("bulk_insert: expected a list of dictionaries, one for each row")
    subject, table = _subject("bulk_insert", operation.table, site)
    key = _carried_key(operation.table, operation.rows, table)
    missing = (
        _without_key(operation.table, operation.rows, key, table, site)
        if key
        else _surplus(operation.table, operation.rows, table, site)
    )
    return _rest(subject, operation, missing)


@judges.register(EnsureRowsOp)
def ensure_rows(operation: EnsureRowsOp, site: Site) -> Judgement:
    subject, table = _subject("ensure_rows", operation.table, site)
    key = operation.key or _carried_key(operation.table, operation.rows, table)
    if not key:
        raise UsageError(
            f"ensure_rows {subject.name}: the rows do not carry the primary key; say what makes a "
            'row the same: ensure_rows(table, rows, key=["name"])'
        )
    check_key(subject.name, operation, key)
    missing = _without_key(operation.table, operation.rows, key, table, site)
    return _rest(subject, operation, missing)


def _rest(
    subject: Subject, operation: ops.BulkInsertOp | EnsureRowsOp, missing: list[dict[str, Any]]
) -> Judgement:
    asked = len(operation.rows)
    if not missing:
        return same(subject, f"all {asked} rows are there" if asked else "no rows")
    # One INSERT has the columns of its first row: what another row has more would be lost.
    rest = [changed(operation, rows=list(alike)) for _, alike in groupby(missing, key=frozenset)]
    if len(missing) == asked:
        return absent(subject, *rest, reason=f"{asked} rows")
    return partial(subject, rest, f"{len(missing)} of {asked} rows were missing")


def _subject(name: str, target: sa.TableClause, site: Site) -> tuple[Subject, Table]:
    schema = getattr(target, "schema", None)
    subject = Subject(name, "rows", qualified(schema, target.name))
    return subject, existing_table(subject, target.name, schema, site)


def _carried_key(
    target: sa.TableClause, rows: Sequence[Row], table: Table
) -> tuple[str, ...] | None:
    """The column keys of the primary key when every row has a value for all of it."""
    if table.primary_key is None:
        return None
    names = {table.key(name) for name in table.primary_key.columns}
    key = tuple(column.key for column in target.columns if table.key(column.name) in names)
    if len(key) < len(names) or any(row.get(name) is None for row in rows for name in key):
        return None
    return key


def check_key(name: str, operation: EnsureRowsOp, key: Sequence[str]) -> None:
    columns = operation.table.columns
    asked = [
        (f"key={list(key)}", key),
        *((f"row {at}", row) for at, row in enumerate(operation.rows)),
    ]
    for words, names in asked:
        unknown = [name for name in names if name not in columns]
        if unknown:
            raise UsageError(
                f"ensure_rows {name}: {words} names no column of the table: "
                f"{', '.join(unknown)}; it has {', '.join(columns.keys())}"
            )
    for at, row in enumerate(operation.rows):
        lacking = [name for name in key if name not in row]
        if lacking:
            raise UsageError(
                f"ensure_rows {name}: row {at} has no value for the key column "
                f"{', '.join(lacking)}; give it one, or another key="
            )


def _without_key(
    target: sa.TableClause, rows: Sequence[Row], key: Sequence[str], table: Table, site: Site
) -> list[dict[str, Any]]:
    """The first row of each key that is not in the table."""
    first = [alike[0] for alike in _groups(rows, key)]
    if _is_empty(target, site):
        return [dict(row) for row in first]
    return [
        dict(row)
        for row in first
        if not _count(target, {name: row[name] for name in key}, table, site)
    ]


def _surplus(
    target: sa.TableClause, rows: Sequence[Row], table: Table, site: Site
) -> list[dict[str, Any]]:
    """The rows of which the table has fewer than were given: equal rows may be meant twice."""
    if _is_empty(target, site):
        return [dict(row) for row in rows]
    missing = []
    for alike in _groups(rows, None):
        there = _count(target, alike[0], table, site)
        missing += [dict(row) for row in alike[there:]]
    return missing


def _groups(rows: Sequence[Row], names: Sequence[str] | None) -> list[list[Row]]:
    """Rows that have the same in these columns (``None``: in all), in the order of the first."""
    groups: dict[Hashable, list[Row]] = {}
    for row in rows:
        same = repr([(name, row[name]) for name in names or sorted(row)])
        groups.setdefault(same, []).append(row)
    return list(groups.values())


def _is_empty(target: sa.TableClause, site: Site) -> bool:
    connection = site.context.connection
    assert connection is not None
    return connection.execute(sa.select(sa.literal(1)).select_from(target).limit(1)).first() is None


def _count(target: sa.TableClause, row: Row, table: Table, site: Site) -> int:
    connection = site.context.connection
    assert connection is not None
    query = sa.select(sa.func.count()).select_from(target)
    for key, value in row.items():
        query = query.where(_equals(target.columns[key], value, table, site))
    return connection.scalar(query) or 0


def _equals(
    column: ColumnElement[Any], value: Any, table: Table, site: Site
) -> ColumnElement[bool]:
    if value is None and not isinstance(column.type, sa.JSON):
        return column.is_(None)
    expression = (
        value
        if isinstance(value, ClauseElement)
        else sa.literal(value, None if isinstance(column.type, sa.types.NullType) else column.type)
    )
    found = table.column(getattr(column, "name", ""))
    if found is None:
        return column.is_not_distinct_from(expression)
    return site.database.equals(column, expression, found)
