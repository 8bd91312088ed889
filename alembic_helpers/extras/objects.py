"""What Alembic lacks, idempotent: enums, schemas, sequences, views, extensions, seed rows.

Each returns an :class:`~alembic_helpers.Outcome`. In ``--sql`` mode the statement is written behind
a guard, and the outcome is ``WRITTEN``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.selectable import SelectBase

from ..engine import enums, schemas, views
from ..engine.rows import EnsureRowsOp
from ..errors import MissingObject, UsageError
from ..online import current_operations
from ..outcomes import Outcome
from .invoking import invoke

__all__ = [
    "add_enum_value",
    "create_enum",
    "create_extension",
    "create_schema",
    "create_sequence",
    "create_view",
    "drop_enum",
    "drop_extension",
    "drop_schema",
    "drop_sequence",
    "drop_view",
    "ensure_rows",
    "rename_enum_value",
    "replace_view",
]


def create_enum(name: str, values: Sequence[str], *, schema: str | None = None) -> Outcome:
    """Create an enum type, unless it is there with these values in this order.

    More values than asked (a later revision added them) are no difference. PostgreSQL only.

    :param name: the type's name.
    :param values: its labels, in order.
    :param schema: its schema; the current one by default.
    :returns: ``APPLIED`` or ``SKIPPED``.
    :raises DefinitionMismatch: when it is there with other values, or the name is taken.
    :raises NotSupportedError: on other databases; on MySQL and MariaDB an enum lives in its column.

    Example::

        op.create_enum("order_status", ["new", "paid", "shipped"])

    .. versionadded:: 0.1
    """
    if isinstance(values, str):
        raise UsageError(f"create_enum {name}: values={values!r} is one string; give a list")
    return invoke("create_enum", enums.CreateEnumOp(name, tuple(values), schema))


def add_enum_value(
    name: str,
    value: str,
    *,
    before: str | None = None,
    after: str | None = None,
    schema: str | None = None,
) -> Outcome:
    """Add a value to an enum type, unless it is there. PostgreSQL only.

    ``ALTER TYPE ... ADD VALUE IF NOT EXISTS`` ignores the position; here a value on the wrong side
    of its neighbour is a mismatch. PostgreSQL lets nobody use the new value before the transaction
    is committed: put rows that use it into the next revision, or the call into
    ``with op.get_context().autocommit_block():``.
    https://www.postgresql.org/docs/current/sql-altertype.html

    :param name: the type's name.
    :param value: the new label.
    :param before: an existing label that shall come after it.
    :param after: an existing label that shall come before it.
    :param schema: the type's schema; the current one by default.
    :returns: ``APPLIED`` or ``SKIPPED``.
    :raises MissingObject: when the type or the neighbour is not there.
    :raises DefinitionMismatch: when the value is there, on the wrong side.
    :raises NotSupportedError: on other databases.

    Example::

        op.add_enum_value("order_status", "packed", before="shipped")

    .. versionadded:: 0.1
    """
    return invoke("add_enum_value", enums.AddEnumValueOp(name, value, before, after, schema))


def rename_enum_value(name: str, old: str, new: str, *, schema: str | None = None) -> Outcome:
    """Rename a value of an enum type, unless only the new name is there. PostgreSQL only.

    :param name: the type's name.
    :param old: the label as it was.
    :param new: the label as it shall be.
    :param schema: the type's schema; the current one by default.
    :returns: ``APPLIED`` or ``SKIPPED``.
    :raises AmbiguousMatch: when both labels are there.
    :raises MissingObject: when neither is there, or the type is not.
    :raises NotSupportedError: on other databases.

    Example::

        op.rename_enum_value("order_status", "new", "open")

    .. versionadded:: 0.1
    """
    return invoke("rename_enum_value", enums.RenameEnumValueOp(name, old, new, schema))


def drop_enum(name: str, *, schema: str | None = None) -> Outcome:
    """Drop an enum type, if it is there. Never with CASCADE. PostgreSQL only.

    :param name: the type's name.
    :param schema: its schema; the current one by default.
    :returns: ``APPLIED`` or ``SKIPPED``.
    :raises DefinitionMismatch: when the name belongs to something else.
    :raises NotSupportedError: on other databases.

    Example::

        op.drop_enum("order_status")

    .. versionadded:: 0.1
    """
    return invoke("drop_enum", enums.DropEnumOp(name, schema))


def create_schema(name: str) -> Outcome:
    """Create a schema, unless it is there. On MySQL and MariaDB a schema is a database.

    :param name: its name.
    :returns: ``APPLIED`` or ``SKIPPED``.
    :raises NotSupportedError: on SQLite, where a schema is an attached file.

    Example::

        op.create_schema("audit")

    .. versionadded:: 0.1
    """
    return invoke("create_schema", schemas.CreateSchemaOp(name))


def drop_schema(name: str) -> Outcome:
    """Drop an empty schema, if it is there.

    MySQL's ``DROP SCHEMA`` would drop all that is in it: one that still holds a table or a view is
    refused on every database.

    :param name: its name.
    :returns: ``APPLIED`` or ``SKIPPED``.
    :raises NotSupportedError: when it still holds something, and on SQLite.

    Example::

        op.drop_schema("audit")

    .. versionadded:: 0.1
    """
    return invoke("drop_schema", schemas.DropSchemaOp(name))


def create_sequence(name: str, *, schema: str | None = None, **options: Any) -> Outcome:
    """Create a sequence, unless there is one of that name. PostgreSQL and MariaDB.

    Its parameters are not compared.

    :param name: its name.
    :param schema: its schema; the current one by default.
    :param options: those of :class:`sqlalchemy.Sequence`: ``start``, ``increment``, ``minvalue``,
        ``maxvalue``, ``cycle``, ``cache`` ...
    :returns: ``APPLIED`` or ``SKIPPED``.
    :raises DefinitionMismatch: when the name belongs to something else.
    :raises NotSupportedError: on MySQL and SQLite.

    Example::

        op.create_sequence("invoice_number", start=1000)

    .. versionadded:: 0.1
    """
    sa.Sequence(name, **options)  # a wrong option fails here, before anything is looked at
    return invoke("create_sequence", schemas.CreateSequenceOp(name, schema, options))


def drop_sequence(name: str, *, schema: str | None = None) -> Outcome:
    """Drop a sequence, if it is there. PostgreSQL and MariaDB.

    :param name: its name.
    :param schema: its schema; the current one by default.
    :returns: ``APPLIED`` or ``SKIPPED``.
    :raises DefinitionMismatch: when the name belongs to something else.
    :raises NotSupportedError: on MySQL and SQLite.

    Example::

        op.drop_sequence("invoice_number")

    .. versionadded:: 0.1
    """
    return invoke("drop_sequence", schemas.DropSequenceOp(name, schema))


def create_view(
    name: str,
    select: str | SelectBase,
    *,
    schema: str | None = None,
    materialized: bool = False,
) -> Outcome:
    """Create a view, unless it is there.

    PostgreSQL compares both definitions as the server prints them; SQLite the text; on MySQL and
    MariaDB, which rewrite it, a definition that cannot be compared is said so in the log.

    :param name: its name.
    :param select: the SELECT: SQL, or a SQLAlchemy ``select()`` (its parameters are written out).
    :param schema: its schema; the current one by default.
    :param materialized: a materialized view (PostgreSQL).
    :returns: ``APPLIED`` or ``SKIPPED``.
    :raises DefinitionMismatch: when it is there with another definition, or the name is taken.
    :raises NotSupportedError: ``materialized=True`` on a database that has none.

    Example::

        op.create_view("active_users", "SELECT id, name FROM users WHERE active")

    .. versionadded:: 0.1
    """
    return invoke("create_view", views.CreateViewOp(name, select, schema, materialized))


def replace_view(name: str, select: str | SelectBase, *, schema: str | None = None) -> Outcome:
    """Give a view a definition, whether it is there or not, unless it has it already.

    PostgreSQL, MySQL, MariaDB: CREATE OR REPLACE VIEW. SQLite: DROP and CREATE.

    :param name: its name.
    :param select: the SELECT: SQL, or a SQLAlchemy ``select()``.
    :param schema: its schema; the current one by default.
    :returns: ``APPLIED`` or ``SKIPPED``.
    :raises DefinitionMismatch: when the name belongs to something else.

    Example::

        op.replace_view("active_users", "SELECT id, name, email FROM users WHERE active")

    .. versionadded:: 0.1
    """
    return invoke("replace_view", views.ReplaceViewOp(name, select, schema))


def drop_view(name: str, *, schema: str | None = None, materialized: bool = False) -> Outcome:
    """Drop a view, if it is there. Never with CASCADE.

    :param name: its name.
    :param schema: its schema; the current one by default.
    :param materialized: a materialized view (PostgreSQL).
    :returns: ``APPLIED`` or ``SKIPPED``.
    :raises DefinitionMismatch: when the name belongs to something else.

    Example::

        op.drop_view("active_users")

    .. versionadded:: 0.1
    """
    return invoke("drop_view", views.DropViewOp(name, schema, materialized))


def create_extension(name: str, *, schema: str | None = None) -> Outcome:
    """Install a PostgreSQL extension into this database, unless it is there.

    :param name: its name.
    :param schema: where its objects go; the extension's own choice by default.
    :returns: ``APPLIED`` or ``SKIPPED``.
    :raises NotSupportedError: on other databases.

    Example::

        op.create_extension("pg_trgm")

    .. versionadded:: 0.1
    """
    return invoke("create_extension", schemas.CreateExtensionOp(name, schema))


def drop_extension(name: str) -> Outcome:
    """Drop a PostgreSQL extension, if it is there. Never with CASCADE.

    :param name: its name.
    :returns: ``APPLIED`` or ``SKIPPED``.
    :raises NotSupportedError: on other databases.

    Example::

        op.drop_extension("pg_trgm")

    .. versionadded:: 0.1
    """
    return invoke("drop_extension", schemas.DropExtensionOp(name))


def ensure_rows(
    table: str | sa.TableClause,
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str] | None = None,
    schema: str | None = None,
) -> Outcome:
    """Seed data: insert the rows whose key is not there. A row that is there is left as it is.

    The database compares the keys, NULL-safe.

    :param table: its name (the columns are then read from the database), or a table construct.
    :param rows: dictionaries, one for each row.
    :param key: the columns that make a row the same; the primary key by default.
    :param schema: the table's schema, when ``table`` is a name.
    :returns: ``APPLIED`` (all inserted), ``SKIPPED`` (all there) or ``COMPLETED`` (some were).
    :raises UsageError: when there is no key, or a row does not carry it.
    :raises MissingObject: when there is no such table.

    Example::

        op.ensure_rows("roles", [{"name": "admin"}, {"name": "reader"}], key=["name"])

    .. versionadded:: 0.1
    """
    if isinstance(key, str):
        raise UsageError(f"ensure_rows: key={key!r} is one string; write key=[{key!r}]")
    target = _named(table, rows, schema) if isinstance(table, str) else table
    return invoke("ensure_rows", EnsureRowsOp(target, rows, key))


def _named(
    table_name: str, rows: Sequence[Mapping[str, Any]], schema: str | None
) -> sa.TableClause:
    operations = current_operations("ensure_rows")
    if operations.offline:
        # There is no database to ask for the types: those of the values.
        values = {name: value for row in rows for name, value in row.items() if value is not None}
        names = dict.fromkeys(name for row in rows for name in row)
        literals = {name: sa.literal(values.get(name)) for name in names}
        columns = (sa.column(name, literal.type) for name, literal in literals.items())
        return sa.table(table_name, *columns, schema=schema)
    found = operations.catalog.table(table_name, schema)
    if found is None:
        raise MissingObject(
            f"ensure_rows: there is no table {table_name!r} in schema "
            f"{operations.catalog.schema(schema)!r}; create it first, or pass schema="
        )
    found_columns = (sa.Column(column.name, column.type) for column in found.columns)
    # A Table, because only that goes through schema_translate_map.
    return sa.Table(table_name, sa.MetaData(), *found_columns, schema=schema)
