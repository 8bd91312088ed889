"""Enum types and their values."""

from __future__ import annotations

from .asking import ask


def enum_exists(name: str, *, schema: str | None = None) -> bool:
    """Whether there is an enum type. ``False`` where there are none: MySQL, MariaDB, SQLite.

    :param name: the type's name.
    :param schema: its schema; the current one by default. A type elsewhere does not count.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        op.enum_exists("order_status")

    .. versionadded:: 0.1
    """
    return ask("enum_exists", name, or_none=[schema]).enum(name, schema) is not None


def enum_value_exists(name: str, value: str, *, schema: str | None = None) -> bool:
    """Whether an enum type has that value. ``False`` when there is no such type.

    :param name: the type's name.
    :param value: the label, exactly.
    :param schema: the type's schema; the current one by default.
    :raises OfflineError: in ``--sql`` mode.
    :raises NotSupportedError: on MySQL and MariaDB, where enum values belong to a column: a type of
        that name cannot be looked up, and "no" would not be true of the column.

    Example::

        op.enum_value_exists("order_status", "shipped")

    .. versionadded:: 0.1
    """
    catalog = ask("enum_value_exists", name, value, or_none=[schema])
    if catalog.database.columns_hold_enums:
        catalog.database.require_enums("enum_value_exists")
    found = catalog.enum(name, schema)
    return found is not None and value in found.labels
