"""Which rows of a data step are not there yet, and the judges that insert only those.

Rows are compared by the database, value by value and NULL-safe, as the column would store them:
a Python comparison would know nothing of collations, rounding or time zones.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic.operations import MigrateOperation, Operations, ops
from sqlalchemy.sql.elements import ClauseElement, ColumnElement

from ..databases.objects import Table
from ..errors import UsageError
from .common import changed, existing_table, qualified
from .judgement import Judgement, Site, Subject, absent, judges, partial, same

Row = Mapping[str, Any]


class EnsureRowsOp(MigrateOperation):
    """Insert the rows whose key is not there; rows that are there are left as they are."""

    def __init__(
        self, table: sa.TableClause, rows: Sequence[Row], key: Sequence[str] | None
    ) -> None:
        self.table = table
        self.rows = [dict(row) for row in rows]
        self.key = None if key is None else tuple(key)


@Operations.implementation_for(EnsureRowsOp)
def _insert(operations: Operations, operation: EnsureRowsOp) -> None:
    operations.impl.bulk_insert(operation.table, operation.rows)


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
    _check_key(subject, operation, key)
    missing = _without_key(operation.table, operation.rows, key, table, site)
    return _rest(subject, operation, missing)


def _rest(
    subject: Subject, operation: ops.BulkInsertOp | EnsureRowsOp, missing: list[dict[str, Any]]
) -> Judgement:
    asked = len(operation.rows)
    if not missing:
        return same(subject, f"all {asked} rows are there" if asked else "no rows")
    rest = changed(operation, rows=missing)
    if len(missing) == asked:
        return absent(subject, rest, f"{asked} rows")
    return partial(subject, [rest], f"{len(missing)} of {asked} rows were missing")


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


def _check_key(subject: Subject, operation: EnsureRowsOp, key: Sequence[str]) -> None:
    unknown = [name for name in key if name not in operation.table.columns]
    if unknown:
        raise UsageError(
            f"ensure_rows {subject.name}: key={list(key)} names no column of the table: "
            f"{', '.join(unknown)}; it has {', '.join(operation.table.columns.keys())}"
        )
    for at, row in enumerate(operation.rows):
        lacking = [name for name in key if name not in row]
        if lacking:
            raise UsageError(
                f"ensure_rows {subject.name}: row {at} has no value for the key column "
                f"{', '.join(lacking)}"
            )


def _without_key(
    target: sa.TableClause, rows: Sequence[Row], key: Sequence[str], table: Table, site: Site
) -> list[dict[str, Any]]:
    """The rows whose key is not in the table."""
    if _is_empty(target, site):
        return [dict(row) for row in rows]
    return [
        dict(row)
        for row in rows
        if not _count(target, {name: row[name] for name in key}, table, site)
    ]


def _surplus(
    target: sa.TableClause, rows: Sequence[Row], table: Table, site: Site
) -> list[dict[str, Any]]:
    """The rows of which the table has fewer than were given: equal rows may be meant twice."""
    if _is_empty(target, site):
        return [dict(row) for row in rows]
    missing = []
    for alike in _groups(rows):
        there = _count(target, alike[0], table, site)
        missing += [dict(row) for row in alike[there:]]
    return missing


def _groups(rows: Sequence[Row]) -> Iterator[list[Row]]:
    groups: dict[Hashable, list[Row]] = {}
    for row in rows:
        groups.setdefault(repr(sorted(row.items(), key=lambda item: item[0])), []).append(row)
    yield from groups.values()


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
