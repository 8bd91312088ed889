"""The online family: done while others write, step by step, each step where the last one ended.

What has to be committed is committed: what the revision did before is, too, as with Alembic's
``autocommit_block()``. A table that the revision itself has just made is nobody else's yet, and is
worked on in its transaction, the plain way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alembic.operations import ops
from sqlalchemy.sql.elements import ColumnElement, TextClause
from sqlalchemy.types import TypeEngine

from ..engine.constraints import ValidateConstraintOp
from ..errors import UsageError
from ..online.constraints import (
    AddConstraintOnlineOp,
    CreateUniqueConstraintOnlineOp,
    ValidateConstraintOnlineOp,
)
from ..online.indexes import CreateIndexOnlineOp, DropIndexOnlineOp
from ..online.not_null import SetNotNullOnlineOp
from ..outcomes import Outcome
from ..settings import Online
from .invoking import invoke


def _chosen(caller: str, online: Online | None) -> Online | None:
    if online is not None and not isinstance(online, Online):
        raise UsageError(
            f"{caller}: online={online!r}: expected Online.REQUIRE, Online.PREFER or Online.OFF; "
            "write: from alembic_helpers import Online"
        )
    return online


def create_index_online(
    index_name: str | None,
    table_name: str,
    columns: Sequence[str | TextClause | ColumnElement[Any]],
    *,
    schema: str | None = None,
    unique: bool = False,
    online: Online | None = None,
    **kw: Any,
) -> Outcome:
    """Create an index while others write to its table.

    PostgreSQL: ``CREATE INDEX CONCURRENTLY``; what the revision did before is committed. An INVALID
    index that an earlier try left is dropped and built anew, once nobody is building it; what an
    interrupted ``REINDEX CONCURRENTLY`` left goes too. On a partitioned table each partition's part
    is built by itself and attached. MySQL and MariaDB: ``ALGORITHM=INPLACE LOCK=NONE``. SQL Server:
    ``ONLINE = ON``. Oracle: ``ONLINE``. SQLite has one writer at a time: the plain statement.
    ``op.create_index(..., postgresql_concurrently=True)`` does the same on PostgreSQL.

    What is there is compared as by ``op.create_index``. In ``--sql`` mode the same statements are
    written behind their guards, outside of the script's transaction.
    https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY

    :param index_name: its name; a naming convention may give one.
    :param table_name: the table.
    :param columns: names or SQL expressions, as in ``op.create_index``.
    :param schema: the table's schema; the current one by default.
    :param unique: whether a value may be there once only.
    :param online: what happens where it would block writers; by default ``Settings(online=...)``.
    :param kw: what ``op.create_index`` takes for the dialect, ``postgresql_where=`` and the like.
    :returns: ``APPLIED``, ``SKIPPED`` or ``COMPLETED``; ``WRITTEN`` with ``--sql``.
    :raises DefinitionMismatch: another index, or something else, has the name.
    :raises ConstraintViolation: a unique index met duplicates; with the query that finds them.
    :raises LockNotAvailable: other sessions did not let go in time; with their names.
    :raises BuildInProgress: another session is still building it after ``build_timeout``.
    :raises OnlineNotSupported: it cannot be done without blocking writers, or not here.

    Example::

        op.create_index_online("ix_users_name", "users", ["name"])

    .. versionadded:: 0.1
    """
    plain = ops.CreateIndexOp(
        index_name, table_name, list(columns), schema=schema, unique=unique, **kw
    )
    chosen = _chosen("create_index_online", online)
    return invoke("create_index_online", CreateIndexOnlineOp(plain, chosen))


def drop_index_online(
    index_name: str,
    table_name: str | None = None,
    *,
    schema: str | None = None,
    online: Online | None = None,
    **kw: Any,
) -> Outcome:
    """Drop an index while others write to its table.

    PostgreSQL: ``DROP INDEX CONCURRENTLY``; the index of a partitioned table is dropped at once
    with all its parts, which is not online. MySQL and MariaDB: ``ALGORITHM=INPLACE LOCK=NONE``.
    Oracle: ``ONLINE``. SQL Server and SQLite: the plain statement. What ``op.drop_index`` refuses
    to drop (an index of a constraint, one that a foreign key needs) is refused here too. In
    ``--sql`` mode the same statement is written behind its guard.

    :param index_name: its name.
    :param table_name: its table; needed on MySQL and MariaDB.
    :param schema: the table's schema; the current one by default.
    :param online: what happens where it would block writers; by default ``Settings(online=...)``.
    :param kw: what ``op.drop_index`` takes for the dialect.
    :returns: ``APPLIED`` or ``SKIPPED``; ``WRITTEN`` with ``--sql``.
    :raises DefinitionMismatch: the name belongs to a constraint or to another table.
    :raises DependentObjects: a foreign key needs it.
    :raises LockNotAvailable: other sessions did not let go in time; with their names.
    :raises OnlineNotSupported: it cannot be done without blocking writers.

    Example::

        op.drop_index_online("ix_releases_version", "releases")

    .. versionadded:: 0.1
    """
    plain = ops.DropIndexOp(index_name, table_name, schema=schema, **kw)
    chosen = _chosen("drop_index_online", online)
    return invoke("drop_index_online", DropIndexOnlineOp(plain, chosen))


def create_foreign_key_online(
    constraint_name: str | None,
    source_table: str,
    referent_table: str,
    local_cols: Sequence[str],
    remote_cols: Sequence[str],
    *,
    online: Online | None = None,
    **kw: Any,
) -> Outcome:
    """Create a foreign key while others write to both tables.

    PostgreSQL: added ``NOT VALID``, committed, then validated, which blocks nobody; one that is
    there and NOT VALID is only validated. Where rows break it, what this run added is dropped
    again. On a partitioned table before PostgreSQL 18, partition by partition. MySQL and MariaDB
    can add one only by a copy of the table that blocks writers, and say so: ``OnlineNotSupported``,
    as on SQL Server and Oracle. SQLite has one writer at a time: the plain statement. In ``--sql``
    mode both statements are written behind their guards.
    https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES

    :param constraint_name: its name; a naming convention may give one.
    :param source_table: the table that refers.
    :param referent_table: the table that is referred to.
    :param local_cols: columns of ``source_table``.
    :param remote_cols: columns of ``referent_table``.
    :param online: what happens where it would block writers; by default ``Settings(online=...)``.
    :param kw: the rest of what ``op.create_foreign_key`` takes: ``ondelete=``, ``source_schema=``.
    :returns: ``APPLIED``, ``SKIPPED`` or ``COMPLETED``; ``WRITTEN`` with ``--sql``.
    :raises DefinitionMismatch: another constraint has the name.
    :raises ConstraintViolation: rows refer to nothing; with the query that finds them.
    :raises LockNotAvailable: other sessions did not let go in time; with their names.
    :raises OnlineNotSupported: it cannot be done without blocking writers.

    Example::

        op.create_foreign_key_online("fk_packages", "releases", "packages", ["package_id"], ["id"])

    .. versionadded:: 0.1
    """
    plain = ops.CreateForeignKeyOp(
        constraint_name, source_table, referent_table, list(local_cols), list(remote_cols), **kw
    )
    name = "create_foreign_key_online"
    return invoke(name, AddConstraintOnlineOp(name, plain, _chosen(name, online)))


def create_check_constraint_online(
    constraint_name: str | None,
    table_name: str,
    condition: str | ColumnElement[bool] | TextClause,
    *,
    schema: str | None = None,
    online: Online | None = None,
    **kw: Any,
) -> Outcome:
    """Create a check constraint while others write to its table.

    PostgreSQL: added ``NOT VALID``, committed, then validated; one that is there and NOT VALID is
    only validated. Where rows break it, what this run added is dropped again. MySQL and MariaDB
    copy the table for it and block writers: ``OnlineNotSupported``, as on SQL Server and Oracle.
    SQLite has one writer at a time: the plain statement. In ``--sql`` mode both statements are
    written behind their guards.

    :param constraint_name: its name; a naming convention may give one.
    :param table_name: the table.
    :param condition: what each row has to fulfil.
    :param schema: the table's schema; the current one by default.
    :param online: what happens where it would block writers; by default ``Settings(online=...)``.
    :param kw: the rest of what ``op.create_check_constraint`` takes.
    :returns: ``APPLIED``, ``SKIPPED`` or ``COMPLETED``; ``WRITTEN`` with ``--sql``.
    :raises DefinitionMismatch: another constraint has the name.
    :raises ConstraintViolation: rows do not fulfil it; with the query that finds them.
    :raises LockNotAvailable: other sessions did not let go in time; with their names.
    :raises OnlineNotSupported: it cannot be done without blocking writers.

    Example::

        op.create_check_constraint_online("ck_releases_size", "releases", "size > 0")

    .. versionadded:: 0.1
    """
    plain = ops.CreateCheckConstraintOp(constraint_name, table_name, condition, schema=schema, **kw)
    name = "create_check_constraint_online"
    return invoke(name, AddConstraintOnlineOp(name, plain, _chosen(name, online)))


def create_unique_constraint_online(
    constraint_name: str | None,
    table_name: str,
    columns: Sequence[str],
    *,
    schema: str | None = None,
    online: Online | None = None,
    **kw: Any,
) -> Outcome:
    """Create a unique constraint while others write to its table.

    PostgreSQL: a unique index of that name is built as by :func:`create_index_online`, then becomes
    the constraint; a partitioned table makes none of an index. MySQL and MariaDB:
    ``ALGORITHM=INPLACE, LOCK=NONE``. SQL Server and Oracle: ``OnlineNotSupported``. SQLite has one
    writer at a time: the plain statement. In ``--sql`` mode the same statements are written behind
    their guards.
    https://www.postgresql.org/docs/current/sql-altertable.html (ADD table_constraint_using_index)

    :param constraint_name: its name; a naming convention may give one.
    :param table_name: the table.
    :param columns: the names of the columns.
    :param schema: the table's schema; the current one by default.
    :param online: what happens where it would block writers; by default ``Settings(online=...)``.
    :param kw: the rest of what ``op.create_unique_constraint`` takes: ``deferrable=`` and such.
    :returns: ``APPLIED``, ``SKIPPED`` or ``COMPLETED``; ``WRITTEN`` with ``--sql``.
    :raises DefinitionMismatch: something else has the name.
    :raises ConstraintViolation: there are duplicates; with the query that finds them.
    :raises LockNotAvailable: other sessions did not let go in time; with their names.
    :raises OnlineNotSupported: it cannot be done without blocking writers.

    Example::

        op.create_unique_constraint_online("uq_users_login", "users", ["login"])

    .. versionadded:: 0.1
    """
    plain = ops.CreateUniqueConstraintOp(
        constraint_name, table_name, list(columns), schema=schema, **kw
    )
    chosen = _chosen("create_unique_constraint_online", online)
    return invoke("create_unique_constraint_online", CreateUniqueConstraintOnlineOp(plain, chosen))


def set_not_null_online(
    table_name: str,
    column_name: str,
    *,
    existing_type: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
    schema: str | None = None,
    online: Online | None = None,
    **kw: Any,
) -> Outcome:
    """Set a column NOT NULL while others write to its table.

    PostgreSQL 18: the constraint is added ``NOT VALID``, committed, then validated. Before that, a
    CHECK that proves it is added ``NOT VALID`` and validated, so that ``SET NOT NULL`` need not
    read the table, and dropped again; a validated CHECK of yours that says the same is used, and
    stays. MySQL and MariaDB: ``ALGORITHM=INPLACE, LOCK=NONE``, and the rest of the column stays as
    it is. SQL Server and Oracle: ``OnlineNotSupported``. SQLite: the table is made anew, as by
    ``op.alter_column``. In ``--sql`` mode the steps with the CHECK are written behind their guards.
    https://www.postgresql.org/docs/current/sql-altertable.html (SET NOT NULL)

    :param table_name: the table.
    :param column_name: the column.
    :param existing_type: its type; needed with ``--sql`` on MySQL and MariaDB.
    :param schema: the table's schema; the current one by default.
    :param online: what happens where it would block writers; by default ``Settings(online=...)``.
    :param kw: ``existing_server_default=`` and ``existing_comment=``, as in ``op.alter_column``.
    :returns: ``APPLIED``, ``SKIPPED`` or ``COMPLETED``; ``WRITTEN`` with ``--sql``.
    :raises ConstraintViolation: there are rows without a value; with the query that finds them.
    :raises LockNotAvailable: other sessions did not let go in time; with their names.
    :raises OnlineNotSupported: it cannot be done without blocking writers.

    Example::

        op.set_not_null_online("users", "login", existing_type=sa.String(50))

    .. versionadded:: 0.1
    """
    plain = ops.AlterColumnOp(
        table_name,
        column_name,
        schema=schema,
        existing_type=existing_type,
        existing_nullable=True,
        modify_nullable=False,
        **kw,
    )
    chosen = _chosen("set_not_null_online", online)
    return invoke("set_not_null_online", SetNotNullOnlineOp(plain, chosen))


def validate_constraint(
    constraint_name: str, table_name: str, *, schema: str | None = None
) -> Outcome:
    """Let PostgreSQL check the rows of a constraint that is NOT VALID, while others write.

    What the revision did before is committed. On other databases a constraint is valid as soon as
    it is there.
    https://www.postgresql.org/docs/current/sql-altertable.html (VALIDATE CONSTRAINT)

    :param constraint_name: a foreign key or a check constraint.
    :param table_name: its table.
    :param schema: the table's schema; the current one by default.
    :returns: ``APPLIED``, or ``SKIPPED`` when it is valid; ``WRITTEN`` with ``--sql``.
    :raises MissingObject: the table has no such constraint.
    :raises sqlalchemy.exc.IntegrityError: rows break it.

    Example::

        op.create_check_constraint("ck_size", "releases", "size > 0", postgresql_not_valid=True)
        op.validate_constraint("ck_size", "releases")

    .. versionadded:: 0.1
    """
    plain = ValidateConstraintOp(constraint_name, table_name, schema)
    return invoke("validate_constraint", ValidateConstraintOnlineOp(plain))
