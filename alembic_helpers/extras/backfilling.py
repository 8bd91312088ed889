"""Rows that are changed in batches, while others read and write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ClauseElement, ColumnElement, TextClause

from ..errors import UsageError
from ..online.backfill import BackfillOp
from ..outcomes import Outcome
from .invoking import invoke


def backfill(
    table: str | sa.TableClause,
    values: Mapping[str, Any],
    *,
    where: str | ColumnElement[bool] | TextClause,
    batch_size: int = 10_000,
    pause: float = 0.0,
    throttle: Callable[[], float | None] | None = None,
    progress: Callable[[int, int], object] | None = None,
    schema: str | None = None,
) -> Outcome:
    """Change the rows that ``where`` finds, in batches along the primary key, each its own commit.

    With its values a row must be one that ``where`` no longer finds: that is how a run that was
    cut off is taken up by the next. Once through the table, rows that others have written meanwhile
    are looked for, and done, until there are none.

    What the revision did before is committed. No batch waits longer than
    ``Settings(lock_timeout=...)`` for a row that another session has changed; it is tried again,
    and gives up after ``Settings(lock_budget=...)``. How far it is shows on a terminal as a bar
    (where ``rich`` is installed), otherwise as a line of the log every ``Settings(heartbeat=...)``
    seconds. A table that the revision itself has just made, and any table with
    ``Settings(online=Online.OFF)``, is worked on in the migration's own transaction.

    In ``--sql`` mode PostgreSQL and MariaDB get a block that does the same, outside of the script's
    transaction; the others get one UPDATE.

    :param table: its name (types are then read from the database), or a table construct.
    :param values: by the name of each column a value, an SQL expression or ``sa.text()``.
    :param where: which rows are still to be done: an SQL expression, or SQL in a string.
    :param batch_size: how many rows at a time.
    :param pause: seconds to wait between two batches.
    :param throttle: asked before each batch; it returns how many seconds to wait before it is asked
        again, or 0 to go on.
    :param progress: called after each batch with the rows that are done, and those in all; it takes
        the place of the bar and the lines.
    :param schema: the table's schema, when ``table`` is a name; the current one by default.
    :returns: ``APPLIED``, or ``SKIPPED`` when ``where`` finds nothing; ``WRITTEN`` with ``--sql``.
    :raises BackfillStalled: rows that were changed are still found, or row-level security may hide
        some; with the query that finds them.
    :raises LockNotAvailable: other sessions did not let go in time; with their names.
    :raises BuildInProgress: another run is still at the same table after ``build_timeout``.
    :raises OnlineNotSupported: it may not commit, because the transaction is not Alembic's.
    :raises UsageError: the table has no primary key or no such column, or a value is of the key.
    :raises MissingObject: when there is no such table.

    Example::

        op.backfill("packages", {"license": "MIT"}, where="license IS NULL")

    .. versionadded:: 0.1
    """
    _check_table(table, schema)
    _check_values(values)
    _check_where(where)
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 1:
        raise UsageError(f"backfill: batch_size={batch_size!r}: expected 1 row or more")
    if isinstance(pause, bool) or not isinstance(pause, (int, float)) or not pause >= 0:
        raise UsageError(f"backfill: pause={pause!r}: expected seconds, as a number")
    for name, function in (("throttle", throttle), ("progress", progress)):
        if function is not None and not callable(function):
            raise UsageError(f"backfill: {name}={function!r}: expected a function")
    operation = BackfillOp(
        table, values, where, schema, batch_size, float(pause), throttle, progress
    )
    return invoke("backfill", operation)


def _check_table(table: object, schema: str | None) -> None:
    if not isinstance(table, (str, sa.TableClause)):
        raise UsageError(
            f"backfill: table={table!r}: expected a name, sa.table() or sa.Table; of a mapped "
            "class: Class.__table__"
        )
    if schema is not None and not isinstance(table, str):
        raise UsageError(
            f"backfill: schema={schema!r}: a table construct has its own schema; leave it out"
        )


def _check_values(values: object) -> None:
    if not isinstance(values, Mapping) or not values:
        raise UsageError(
            f"backfill: values={values!r}: expected a dictionary of columns and values; write: "
            '{"license": "MIT"}'
        )
    unnamed = [key for key in values if not isinstance(key, str)]
    if unnamed:
        raise UsageError(f"backfill: values={values!r}: expected the names of columns as keys")


def _check_where(where: object) -> None:
    """A bare ``True`` or ``None`` is what a comparison in Python leaves."""
    if isinstance(where, ClauseElement) or (isinstance(where, str) and where.strip()):
        return
    raise UsageError(
        f"backfill: where={where!r}: expected the condition of the rows that are still to be "
        'done; write: where="license IS NULL"'
    )
