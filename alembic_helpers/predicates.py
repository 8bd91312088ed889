"""Questions to the database: is it there, exactly this kind, exactly here, now?

Each is asked on the migration's own connection, so it sees what the same revision did a line
earlier. Alembic's argument order (name first, then table); everything optional is keyword-only;
``schema=None`` is the current schema, through ``schema_translate_map``. A missing table gives
``False``. In ``--sql`` mode there is nothing to ask: every one raises
:class:`~alembic_helpers.OfflineError`.
"""

from __future__ import annotations

from collections.abc import Sequence

from .catalog import Catalog
from .databases.objects import Constraint, ConstraintType, Index, Kind, Table, only_one
from .engine import current_operations
from .errors import MissingObject, OfflineError, UsageError

__all__ = [
    "check_constraint_exists",
    "column_exists",
    "constraint_exists",
    "enum_exists",
    "enum_value_exists",
    "extension_exists",
    "find_constraint_name",
    "find_index_name",
    "foreign_key_exists",
    "index_exists",
    "primary_key_exists",
    "schema_exists",
    "sequence_exists",
    "table_exists",
    "table_has_column",
    "trigger_exists",
    "unique_constraint_exists",
    "view_exists",
]

_INSTEAD = {
    "schema_exists": "op.create_schema(...)",
    "table_exists": "op.create_table(...)",
    "view_exists": "op.create_view(...)",
    "column_exists": "op.add_column(...)",
    "index_exists": "op.create_index(...)",
    "sequence_exists": "op.create_sequence(...)",
    "enum_exists": "op.create_enum(...)",
    "enum_value_exists": "op.add_enum_value(...)",
    "extension_exists": "op.create_extension(...)",
}


def _catalog(caller: str) -> Catalog:
    operations = current_operations(caller)
    if operations.offline:
        instead = _INSTEAD.get(caller, "op.create_..._constraint(...), op.drop_constraint(...)")
        raise OfflineError(
            f"{caller}: there is no database to ask in --sql mode. Leave the question out and call "
            f"the operation itself, {instead}, or run the migration online."
        )
    return operations.catalog


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
    return _catalog("schema_exists").schema_exists(schema)


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
    return _catalog("table_exists").kind(table_name, schema) is Kind.TABLE


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
    kind = _catalog("view_exists").kind(view_name, schema)
    return kind in (Kind.VIEW, Kind.MATERIALIZED_VIEW)


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
    table = _table("column_exists", table_name, schema)
    return table is not None and table.column(column_name) is not None


table_has_column = column_exists
"""The name under which a well-known ``alembic_helpers.py`` has :func:`column_exists`."""


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
    An INVALID index of PostgreSQL is there, and counts.

    :param index_name: its name, or ``None`` to ask by ``columns`` alone.
    :param table_name: its table; without it any table of the schema.
    :param columns: its columns, all of them, in order.
    :param schema: the table's schema; the current one by default.
    :raises UsageError: when neither a name nor table and columns are given.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        if op.index_exists("ix_users_email", "users", columns=["email"]):
            op.execute("SELECT 1")

    .. versionadded:: 0.1
    """
    catalog = _catalog("index_exists")
    if index_name is None and (table_name is None or columns is None):
        raise UsageError("index_exists: give its name, or table_name and columns=[...]")
    if table_name is not None:
        names = [table_name]
    else:
        names = catalog.tables_with_index(index_name or "", schema)
    tables = [table for name in names if (table := catalog.table(name, schema)) is not None]
    return any(_indexes(table, index_name, columns) for table in tables)


def constraint_exists(
    constraint_name: str | None,
    table_name: str,
    *,
    type_: str | None = None,
    columns: Sequence[str] | None = None,
    schema: str | None = None,
) -> bool:
    """Whether the table has a constraint of that name, or of that shape.

    :param constraint_name: its name, or ``None`` to ask by ``type_`` and ``columns``.
    :param table_name: its table.
    :param type_: ``"primary"``, ``"unique"``, ``"foreignkey"``, ``"check"`` as in
        ``op.drop_constraint``, or ``"exclude"``; any by default.
    :param columns: its columns, all of them, in order.
    :param schema: the table's schema; the current one by default.
    :raises UsageError: for an unknown ``type_``, or when there is nothing to go by.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        if op.constraint_exists("uq_users_email", "users", type_="unique"):
            op.drop_constraint("uq_users_email", "users", type_="unique")

    .. versionadded:: 0.1
    """
    return _constraint_exists(
        "constraint_exists", constraint_name, table_name, _type(type_), columns, schema
    )


def primary_key_exists(
    constraint_name: str | None,
    table_name: str,
    *,
    columns: Sequence[str] | None = None,
    schema: str | None = None,
) -> bool:
    """Whether the table has a primary key, of that name and these columns when they are given.

    MySQL and MariaDB call every primary key ``PRIMARY``; there a name is not compared.

    :param constraint_name: its name; ``None`` for any.
    :param table_name: its table.
    :param columns: its columns, all of them, in order.
    :param schema: the table's schema; the current one by default.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        if not op.primary_key_exists(None, "users"):
            op.create_primary_key("pk_users", "users", ["id"])

    .. versionadded:: 0.1
    """
    catalog = _catalog("primary_key_exists")
    name = constraint_name if catalog.database.names_primary_keys else None
    table = catalog.table(table_name, schema)
    return table is not None and bool(
        _constraints(table, name, ConstraintType.PRIMARY, columns, catalog)
    )


def unique_constraint_exists(
    constraint_name: str | None,
    table_name: str,
    *,
    columns: Sequence[str] | None = None,
    schema: str | None = None,
) -> bool:
    """Whether the table has that unique constraint.

    A unique *index* is none on PostgreSQL and SQLite; on MySQL and MariaDB the two are one thing.

    :param constraint_name: its name, or ``None`` to ask by ``columns``.
    :param table_name: its table.
    :param columns: its columns, all of them, in order.
    :param schema: the table's schema; the current one by default.
    :raises UsageError: when neither name nor columns are given.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        op.unique_constraint_exists(None, "users", columns=["email"])

    .. versionadded:: 0.1
    """
    return _constraint_exists(
        "unique_constraint_exists",
        constraint_name,
        table_name,
        ConstraintType.UNIQUE,
        columns,
        schema,
    )


def check_constraint_exists(
    constraint_name: str | None,
    table_name: str,
    *,
    columns: Sequence[str] | None = None,
    schema: str | None = None,
) -> bool:
    """Whether the table has that check constraint.

    :param constraint_name: its name, or ``None`` to ask by ``columns``.
    :param table_name: its table.
    :param columns: the columns it reads, in the table's order: PostgreSQL alone records them.
    :param schema: the table's schema; the current one by default.
    :raises UsageError: when neither name nor columns are given.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        op.check_constraint_exists("ck_users_age", "users")

    .. versionadded:: 0.1
    """
    return _constraint_exists(
        "check_constraint_exists",
        constraint_name,
        table_name,
        ConstraintType.CHECK,
        columns,
        schema,
    )


def foreign_key_exists(
    constraint_name: str | None,
    table_name: str,
    *,
    columns: Sequence[str] | None = None,
    referred_table: str | None = None,
    referred_columns: Sequence[str] | None = None,
    schema: str | None = None,
) -> bool:
    """Whether the table has that foreign key, by name, by shape, or both.

    :param constraint_name: its name, or ``None`` to ask by shape.
    :param table_name: the table it is on.
    :param columns: its own columns, all of them, in order.
    :param referred_table: the table it points to.
    :param referred_columns: the columns it points to, in order.
    :param schema: the table's schema; the current one by default.
    :raises UsageError: when there is nothing to go by.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        op.foreign_key_exists(None, "releases", columns=["package_id"], referred_table="packages")

    .. versionadded:: 0.1
    """
    catalog = _catalog("foreign_key_exists")
    if constraint_name is None and columns is None and referred_table is None:
        raise UsageError("foreign_key_exists: give its name, columns=[...] or referred_table=")
    table = catalog.table(table_name, schema)
    if table is None:
        return False
    found = _constraints(table, constraint_name, ConstraintType.FOREIGN_KEY, columns, catalog)
    return any(_refers(c, table, referred_table, referred_columns, catalog) for c in found)


def sequence_exists(name: str, *, schema: str | None = None) -> bool:
    """Whether there is a sequence. ``False`` on MySQL and SQLite, which have none.

    :param name: its name.
    :param schema: its schema; the current one by default.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        op.sequence_exists("invoice_number")

    .. versionadded:: 0.1
    """
    return _catalog("sequence_exists").kind(name, schema) is Kind.SEQUENCE


def enum_exists(name: str, *, schema: str | None = None) -> bool:
    """Whether there is an enum type. ``False`` where there are none: MySQL, MariaDB, SQLite.

    :param name: the type's name.
    :param schema: its schema; the current one by default. A type elsewhere does not count.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        op.enum_exists("order_status")

    .. versionadded:: 0.1
    """
    return _catalog("enum_exists").enum(name, schema) is not None


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
    catalog = _catalog("enum_value_exists")
    if catalog.database.columns_hold_enums:
        catalog.database.require_enums("enum_value_exists")
    found = catalog.enum(name, schema)
    return found is not None and value in found.labels


def extension_exists(name: str) -> bool:
    """Whether a PostgreSQL extension is installed in this database. ``False`` elsewhere.

    :param name: its name, as in ``CREATE EXTENSION``.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        op.extension_exists("pg_trgm")

    .. versionadded:: 0.1
    """
    return _catalog("extension_exists").extension_exists(name)


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
    catalog = _catalog("trigger_exists")
    key = catalog.database.name_key
    return key(name) in map(key, catalog.triggers(table_name, schema))


def find_constraint_name(
    table_name: str,
    *,
    columns: Sequence[str],
    type_: str | None = None,
    referred_table: str | None = None,
    schema: str | None = None,
) -> str | None:
    """The name of the constraint on these columns: the way to drop what the database named.

    :param table_name: its table.
    :param columns: its columns, all of them, in order.
    :param type_: as in ``op.drop_constraint``; any by default.
    :param referred_table: for a foreign key, the table it points to.
    :param schema: the table's schema; the current one by default.
    :returns: the name; ``None`` when there is no such constraint, or when it has no name (SQLite).
    :raises AmbiguousMatch: when more than one fits; it lists them.
    :raises MissingObject: when there is no such table.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        name = op.find_constraint_name("users", columns=["email"], type_="unique")
        if name is not None:
            op.drop_constraint(name, "users", type_="unique")

    .. versionadded:: 0.1
    """
    catalog = _catalog("find_constraint_name")
    table = _existing("find_constraint_name", table_name, schema)
    found = _constraints(table, None, _type(type_), columns, catalog)
    if referred_table is not None:
        found = [c for c in found if _refers(c, table, referred_table, None, catalog)]
    match = only_one(found, f"find_constraint_name({table_name!r}, columns={list(columns)})")
    return match.name if match else None


def find_index_name(
    table_name: str, *, columns: Sequence[str], schema: str | None = None
) -> str | None:
    """The name of the index on these columns.

    :param table_name: its table.
    :param columns: its columns, all of them, in order.
    :param schema: the table's schema; the current one by default.
    :returns: the name, or ``None``.
    :raises AmbiguousMatch: when more than one fits; it lists them.
    :raises MissingObject: when there is no such table.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        op.find_index_name("users", columns=["email"])

    .. versionadded:: 0.1
    """
    table = _existing("find_index_name", table_name, schema)
    found = _indexes(table, None, columns)
    match = only_one(found, f"find_index_name({table_name!r}, columns={list(columns)})")
    return match.name if match else None


# -- what they share -----------------------------------------------------------------------------


def _table(caller: str, table_name: str, schema: str | None) -> Table | None:
    return _catalog(caller).table(table_name, schema)


def _existing(caller: str, table_name: str, schema: str | None) -> Table:
    table = _table(caller, table_name, schema)
    if table is None:
        raise MissingObject(
            f"{caller}: there is no table {table_name!r} in schema "
            f"{_catalog(caller).schema(schema)!r}; pass schema= if it is elsewhere"
        )
    return table


def _type(type_: str | None) -> ConstraintType | None:
    try:
        return None if type_ is None else ConstraintType(type_)
    except ValueError:
        known = ", ".join(repr(t.value) for t in ConstraintType)
        raise UsageError(f"type_={type_!r} is no kind of constraint; expected {known}") from None


def _constraint_exists(
    caller: str,
    name: str | None,
    table_name: str,
    type_: ConstraintType | None,
    columns: Sequence[str] | None,
    schema: str | None,
) -> bool:
    if name is None and columns is None:
        raise UsageError(f"{caller}: give its name, or columns=[...]")
    catalog = _catalog(caller)
    table = catalog.table(table_name, schema)
    return table is not None and bool(_constraints(table, name, type_, columns, catalog))


def _constraints(
    table: Table,
    name: str | None,
    type_: ConstraintType | None,
    columns: Sequence[str] | None,
    catalog: Catalog,
) -> list[Constraint]:
    stored = None if name is None else catalog.database.stored_name(name)
    return [
        constraint
        for constraint in table.of_type(type_)
        if (stored is None or (constraint.name and table.key(constraint.name) == table.key(stored)))
        and (columns is None or table.same_columns(constraint.columns, columns))
    ]


def _refers(
    constraint: Constraint,
    table: Table,
    referred_table: str | None,
    referred_columns: Sequence[str] | None,
    catalog: Catalog,
) -> bool:
    reference = constraint.reference
    key = catalog.database.relation_key
    if referred_table is None and referred_columns is None:
        return True
    if reference is None:
        return False
    if referred_table is not None and key(reference.table) != key(referred_table):
        return False
    return referred_columns is None or table.same_columns(reference.columns, referred_columns)


def _indexes(table: Table, name: str | None, columns: Sequence[str] | None) -> list[Index]:
    return [
        index
        for index in table.indexes
        if index.constraint is None
        and (name is None or table.key(index.name) == table.key(name))
        and (columns is None or table.same_columns(index.columns, columns))
    ]
