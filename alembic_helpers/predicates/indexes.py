"""Indexes: by name, by columns, on one table or on any."""

from __future__ import annotations

from collections.abc import Sequence

from ..catalog import Catalog
from ..databases.objects import Index, only_one
from ..errors import UsageError
from .asking import ask, checked
from .names import index_is, index_names


def index_exists(
    index_name: str | None,
    table_name: str | None = None,
    *,
    columns: Sequence[str] | None = None,
    schema: str | None = None,
) -> bool:
    """Whether there is an index of that name, of these columns, or both.

    An index that only serves a constraint is not one on PostgreSQL and SQLite (``op.drop_index``
    could not drop it); on MySQL and MariaDB a unique constraint *is* an index, and counts.
    An INVALID index of PostgreSQL is there, and counts; so does one of a materialized view.

    :param index_name: its name, or ``None`` to ask by ``columns`` alone.
    :param table_name: its table; without it any table of the schema.
    :param columns: its columns, all of them, in order.
    :param schema: the table's schema; the current one by default.
    :raises UsageError: when neither a name nor table and columns are given, or when ``columns`` is
        a string.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        if op.index_exists("ix_users_email", "users", columns=["email"]):
            op.drop_index("ix_users_email", "users")

    .. versionadded:: 0.1
    """
    catalog = ask("index_exists", or_none=[index_name, table_name, schema])
    columns = checked("index_exists", "columns", columns)
    if table_name is not None and (index_name is not None or columns is not None):
        return bool(_matches(catalog, table_name, index_name, columns, schema))
    if index_name is None:
        raise UsageError("index_exists: give its name, or table_name and columns=[...]")
    return any(
        _matches(catalog, table, index_name, columns, schema)
        for name in index_names(index_name, catalog)
        for table in catalog.tables_with_index(name, schema)
    )


def find_index_name(
    table_name: str, *, columns: Sequence[str], schema: str | None = None
) -> str | None:
    """The name of the index on these columns.

    :param table_name: its table.
    :param columns: its columns, all of them, in order.
    :param schema: the table's schema; the current one by default.
    :returns: the name; ``None`` when there is no such index, or no such table.
    :raises AmbiguousMatch: when more than one fits; it lists them.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        op.find_index_name("users", columns=["email"])

    .. versionadded:: 0.1
    """
    catalog = ask("find_index_name", table_name, or_none=[schema])
    names = checked("find_index_name", "columns", columns or [])
    found = _matches(catalog, table_name, None, names, schema)
    match = only_one(found, f"find_index_name({table_name!r}, columns={names})")
    return match.name if match else None


def _matches(
    catalog: Catalog,
    table_name: str,
    name: str | None,
    columns: Sequence[str] | None,
    schema: str | None,
) -> list[Index]:
    key = catalog.database.name_key
    asked = None if columns is None else [key(column) for column in columns]
    return [
        index
        for index in catalog.indexes(table_name, schema)
        if index.constraint is None
        and (asked is None or [c and key(c) for c in index.columns] == asked)
        and (name is None or index_is(index, name, table_name, catalog))
    ]
