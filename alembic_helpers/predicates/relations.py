"""Schemas and extensions; tables, their columns and triggers; views, sequences."""

from __future__ import annotations

from ..databases.objects import Kind
from .asking import ask


def schema_exists(schema: str) -> bool:
    """Whether there is a schema of that name.

    PostgreSQL: a schema of the current database. MySQL and MariaDB: a database of the server.
    SQLite: an attached database, ``main`` or ``temp``.

    :param schema: its name, exactly as stored.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        if not op.schema_exists("audit"):
            op.execute("CREATE SCHEMA audit")

    .. versionadded:: 0.1
    """
    return ask("schema_exists", schema).schema_exists(schema)


def table_exists(table_name: str, *, schema: str | None = None) -> bool:
    """Whether there is a table of that name: not a view, not a temporary table, not elsewhere.

    With ``schema=None`` only the current schema counts, where ``CREATE TABLE`` would land; a table
    in another schema of PostgreSQL's ``search_path`` does not. PostgreSQL's partitioned tables
    count, its foreign tables do not.

    :param table_name: the name as in ``op.create_table``; compared as the database compares names.
    :param schema: the schema, or SQLite's attached database.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        if op.table_exists("legacy_users"):
            op.execute("INSERT INTO users SELECT * FROM legacy_users")

    .. versionadded:: 0.1
    """
    return ask("table_exists", table_name, or_none=[schema]).kind(table_name, schema) is Kind.TABLE


def column_exists(table_name: str, column_name: str, *, schema: str | None = None) -> bool:
    """Whether the table has the column. A missing table, or a view of that name, gives ``False``.

    Names are compared as the database does: MySQL, MariaDB and SQLite ignore case, PostgreSQL does
    not (SQLAlchemy sends names with capitals quoted).

    :param table_name: the table.
    :param column_name: the column.
    :param schema: the table's schema; the current one by default.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        if not op.column_exists("users", "email"):
            op.execute("ALTER TABLE users ADD COLUMN email TEXT")

    .. versionadded:: 0.1
    """
    catalog = ask("column_exists", table_name, column_name, or_none=[schema])
    table = catalog.table(table_name, schema)
    return table is not None and table.column(column_name) is not None


table_has_column = column_exists
"""The name under which a well-known ``alembic_helpers.py`` has :func:`column_exists`."""


def view_exists(view_name: str, *, schema: str | None = None) -> bool:
    """Whether there is a view of that name; PostgreSQL's materialized views count.

    :param view_name: its name.
    :param schema: its schema; the current one by default.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        if op.view_exists("active_users"):
            op.execute("DROP VIEW active_users")

    .. versionadded:: 0.1
    """
    kind = ask("view_exists", view_name, or_none=[schema]).kind(view_name, schema)
    return kind in (Kind.VIEW, Kind.MATERIALIZED_VIEW)


def sequence_exists(name: str, *, schema: str | None = None) -> bool:
    """Whether there is a sequence. ``False`` on MySQL and SQLite, which have none.

    :param name: its name.
    :param schema: its schema; the current one by default.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        op.sequence_exists("invoice_number")

    .. versionadded:: 0.1
    """
    return ask("sequence_exists", name, or_none=[schema]).kind(name, schema) is Kind.SEQUENCE


def trigger_exists(name: str, table_name: str, *, schema: str | None = None) -> bool:
    """Whether the table has that trigger; PostgreSQL's internal ones do not count.

    :param name: the trigger's name.
    :param table_name: its table (or view).
    :param schema: the table's schema; the current one by default.
    :raises OfflineError: in ``--sql`` mode.
    :raises NotSupportedError: on a database whose triggers cannot be read (SQL Server, Oracle).

    Example::

        op.trigger_exists("users_audit", "users")

    .. versionadded:: 0.1
    """
    catalog = ask("trigger_exists", name, table_name, or_none=[schema])
    key = catalog.database.trigger_key
    return key(name) in map(key, catalog.triggers(table_name, schema))


def extension_exists(name: str) -> bool:
    """Whether a PostgreSQL extension is installed in this database. ``False`` elsewhere.

    :param name: its name, as in ``CREATE EXTENSION``.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        op.extension_exists("pg_trgm")

    .. versionadded:: 0.1
    """
    return ask("extension_exists", name).extension_exists(name)
