"""Constraints: by name, by shape, or by both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..catalog import Catalog
from ..databases.objects import Constraint, ConstraintType, Table, only_one
from ..errors import NotSupportedError, UsageError
from .asking import ask, checked
from .names import constraint_is


def constraint_exists(
    constraint_name: str | None,
    table_name: str,
    *,
    type_: str | None = None,
    columns: Sequence[str] | None = None,
    schema: str | None = None,
) -> bool:
    """Whether the table has a constraint of that name, or of that shape.

    MySQL and MariaDB call every primary key ``PRIMARY``; with ``type_="primary"`` a name is not
    compared there, as in ``op.drop_constraint``.

    :param constraint_name: its name, or ``None`` to ask by ``type_`` and ``columns``.
    :param table_name: its table.
    :param type_: ``"primary"``, ``"unique"``, ``"foreignkey"``, ``"check"`` as in
        ``op.drop_constraint``, or ``"exclude"``; any by default.
    :param columns: its columns, all of them, in order. Without ``type_`` a check is found by its
        columns on PostgreSQL only.
    :param schema: the table's schema; the current one by default.
    :raises UsageError: for an unknown ``type_``, or when there is nothing to go by.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        if op.constraint_exists("uq_users_email", "users", type_="unique"):
            op.drop_constraint("uq_users_email", "users", type_="unique")

    .. versionadded:: 0.1
    """
    caller = "constraint_exists"
    return bool(_matches(caller, constraint_name, table_name, _type(type_), columns, schema))


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
    caller, type_ = "primary_key_exists", ConstraintType.PRIMARY
    return bool(_matches(caller, constraint_name, table_name, type_, columns, schema))


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
    caller, type_ = "unique_constraint_exists", ConstraintType.UNIQUE
    return bool(_matches(caller, constraint_name, table_name, type_, columns, schema))


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
    :param columns: the columns it reads, in any order.
    :param schema: the table's schema; the current one by default.
    :raises UsageError: when neither name nor columns are given.
    :raises NotSupportedError: when ``columns`` would have to decide, and the database does not
        record which ones a check reads: all but PostgreSQL.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        op.check_constraint_exists("ck_users_age", "users")

    .. versionadded:: 0.1
    """
    caller, type_ = "check_constraint_exists", ConstraintType.CHECK
    return bool(_matches(caller, constraint_name, table_name, type_, columns, schema))


def foreign_key_exists(
    constraint_name: str | None,
    table_name: str,
    *,
    columns: Sequence[str] | None = None,
    referred_table: str | None = None,
    referred_columns: Sequence[str] | None = None,
    referred_schema: str | None = None,
    schema: str | None = None,
) -> bool:
    """Whether the table has that foreign key, by name, by shape, or both.

    :param constraint_name: its name, or ``None`` to ask by shape.
    :param table_name: the table it is on.
    :param columns: its own columns, all of them, in order.
    :param referred_table: the table it points to.
    :param referred_columns: the columns it points to, in order.
    :param referred_schema: the schema of the table it points to; any by default.
    :param schema: the table's schema; the current one by default.
    :raises UsageError: when there is nothing to go by.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        op.foreign_key_exists(None, "releases", columns=["package_id"], referred_table="packages")

    .. versionadded:: 0.1
    """
    target = _Target(referred_table, referred_schema, referred_columns)
    caller, type_ = "foreign_key_exists", ConstraintType.FOREIGN_KEY
    return bool(_matches(caller, constraint_name, table_name, type_, columns, schema, target))


def find_constraint_name(
    table_name: str,
    *,
    columns: Sequence[str],
    type_: str | None = None,
    referred_table: str | None = None,
    referred_schema: str | None = None,
    schema: str | None = None,
) -> str | None:
    """The name of the constraint on these columns: the way to drop what the database named.

    :param table_name: its table.
    :param columns: its columns, all of them, in order.
    :param type_: as in ``op.drop_constraint``; any by default.
    :param referred_table: for a foreign key, the table it points to.
    :param referred_schema: and that one's schema; any by default.
    :param schema: the table's schema; the current one by default.
    :returns: the name; ``None`` when there is no such constraint or no such table, or when it has
        no name (SQLite).
    :raises AmbiguousMatch: when more than one fits; it lists them.
    :raises NotSupportedError: for a check where its columns are not recorded.
    :raises OfflineError: in ``--sql`` mode.

    Example::

        name = op.find_constraint_name("users", columns=["email"], type_="unique")
        if name is not None:
            op.drop_constraint(name, "users", type_="unique")

    .. versionadded:: 0.1
    """
    caller = "find_constraint_name"
    target = _Target(referred_table, referred_schema)
    found = _matches(caller, None, table_name, _type(type_), columns, schema, target)
    match = only_one(found, f"{caller}({table_name!r}, columns={list(columns)})")
    return match.name if match else None


@dataclass(frozen=True)
class _Target:
    """What a foreign key is asked to point to; ``None`` is anything."""

    table: str | None = None
    schema: str | None = None
    columns: Sequence[str] | None = None

    def is_of(self, constraint: Constraint, catalog: Catalog) -> bool:
        if self == _Target():
            return True
        found = constraint.reference
        if found is None:
            return False
        key, column_key = catalog.database.relation_key, catalog.database.name_key
        return (
            (self.table is None or key(found.table) == key(self.table))
            and (self.schema is None or found.schema == catalog.schema(self.schema))
            and (
                self.columns is None
                or list(map(column_key, found.columns)) == list(map(column_key, self.columns))
            )
        )


def _type(type_: str | None) -> ConstraintType | None:
    try:
        return None if type_ is None else ConstraintType(type_)
    except ValueError:
        known = ", ".join(repr(t.value) for t in ConstraintType)
        raise UsageError(f"type_={type_!r} is no kind of constraint; expected {known}") from None


def _matches(
    caller: str,
    name: str | None,
    table_name: str,
    type_: ConstraintType | None,
    columns: Sequence[str] | None,
    schema: str | None,
    target: _Target = _Target(),
) -> list[Constraint]:
    catalog = ask(caller, table_name, or_none=[name, schema, target.table, target.schema])
    columns = checked(caller, "columns", columns)
    checked(caller, "referred_columns", target.columns)
    something = name is not None or columns is not None or target.table is not None
    if not something and type_ is not ConstraintType.PRIMARY:  # there can be only one of those
        foreign = type_ is ConstraintType.FOREIGN_KEY
        others = ", columns=[...] or referred_table=" if foreign else ", or columns=[...]"
        raise UsageError(f"{caller}: give its name{others}")
    table = catalog.table(table_name, schema)
    if table is None:
        return []
    if type_ is ConstraintType.PRIMARY and not catalog.database.names_primary_keys:
        name = None
    if type_ is ConstraintType.CHECK and columns is not None:
        _require_check_columns(caller, name, table, catalog)
    return [
        constraint
        for constraint in table.of_type(type_)
        if target.is_of(constraint, catalog)
        and (name is None or constraint_is(constraint, name, table_name, catalog))
        and (columns is None or _is_on(constraint, columns, table, catalog))
    ]


def _require_check_columns(caller: str, name: str | None, table: Table, catalog: Catalog) -> None:
    """Refuse to guess where a check may or may not read these columns."""
    candidates = [
        check
        for check in table.of_type(ConstraintType.CHECK)
        if name is None or constraint_is(check, name, table.name, catalog)
    ]
    if candidates and not catalog.database.records_check_columns:
        raise NotSupportedError(
            f"{caller}: {catalog.database.title} does not record which columns a check constraint "
            f"reads; ask by its name: op.check_constraint_exists('ck_...', {table.name!r})"
        )


def _is_on(constraint: Constraint, columns: Sequence[str], table: Table, catalog: Catalog) -> bool:
    if constraint.type is not ConstraintType.CHECK:
        return table.same_columns(constraint.columns, columns)
    if not catalog.database.records_check_columns:
        return False
    # The server lists them in the order of the expression.
    return set(table.column_keys(constraint.columns)) == set(table.column_keys(columns))
