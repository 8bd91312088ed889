"""One measurement: named on the standard input, answered on the standard output, as JSON."""

from __future__ import annotations

import json
import logging
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from servers.migration import Statements, migration
from sqlalchemy.pool import NullPool

from . import workload
from .baselines import BASELINES, OURS
from .processes import Answer
from .shares import Clock


def migrate(
    url: str,
    baseline: str,
    tables: int,
    *,
    in_place: bool,
    again: bool = False,
    count: bool = False,
    parts: bool = False,
) -> Answer:
    """Run the workload: from the beginning of the migration to its COMMIT.

    Statements are counted, and the parts are timed, in runs of their own: it takes time.
    """
    way = BASELINES[baseline]
    clock = Clock(way.op)
    options = {"isolation_level": "AUTOCOMMIT"} if way.autocommit else {}
    constraints = way.constraints_again or not again
    sent = Statements()
    with (
        sa.create_engine(url, poolclass=NullPool, **options).connect() as connection,
        _log() if way.logged else nullcontext(),
        _counted(sent) if count else nullcontext(),
        clock.running() if parts else nullcontext(),
    ):
        if way.face == OURS:
            _load(connection)
        began = time.perf_counter()
        with migration(connection):
            op = clock if parts else way.op
            workload.migrate(op, tables, in_place=in_place, constraints=constraints)
        seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "statements": len(sent),
        "ddl": len(sent.ddl),
        "parts": clock.parts,
    }


def _load(connection: sa.Connection) -> None:
    """Import what the first operation imports, as plain Alembic's part is imported already."""
    from alembic_helpers import engine, online  # noqa: F401

    engine.operations_for(MigrationContext.configure(connection))


@contextmanager
def _log() -> Iterator[None]:
    """The log as Alembic's template sets it."""
    logger, handler = logging.getLogger("alembic"), logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)-5.5s [%(name)s] %(message)s"))
    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


@contextmanager
def _counted(sent: Statements) -> Iterator[None]:
    """On every engine, those of the checks too."""

    def record(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", record)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", record)


def read(url: str, names: str, tables: int, *, trace: bool) -> Answer:
    """Ask one catalog for every table; ``names`` is a format.

    The growth of what Python holds, or, as tracing costs memory too, of the most that the process
    had.
    """
    from alembic_helpers.engine import operations_for

    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        catalog = operations_for(MigrationContext.configure(connection)).catalog
        catalog.relation("no such table", None)
        if trace:
            tracemalloc.start()
        before = _peak()
        began = time.perf_counter()
        for number in range(tables):
            assert catalog.relation(names.format(number), None) is not None
        seconds = time.perf_counter() - began
        grown = tracemalloc.get_traced_memory()[0] if trace else _peak() - before
        tracemalloc.stop()
    return {"seconds": seconds, "bytes": grown}


def _peak() -> int:
    import resource  # Windows has none

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def fill(url: str, *, batches: bool) -> Answer:
    """Fill a column of the table ``readings``: in batches, or with one UPDATE."""
    from alembic_helpers import op

    with sa.create_engine(url, poolclass=NullPool).connect() as connection:
        began = time.perf_counter()
        if batches:
            with migration(connection):
                op.backfill("readings", {"doubled": sa.text("value * 2")}, where="doubled IS NULL")
        else:
            connection.exec_driver_sql(
                "UPDATE readings SET doubled = value * 2 WHERE doubled IS NULL"
            )
            connection.commit()
        seconds = time.perf_counter() - began
    return {"seconds": seconds}


def extras(names: list[str]) -> Answer:
    """Which of these modules ``import alembic_helpers`` imports."""
    import alembic_helpers  # noqa: F401

    return {"imported": [name for name in names if name in sys.modules]}


_TASKS: dict[str, Callable[..., Answer]] = {
    task.__name__: task for task in (migrate, read, fill, extras)
}


def answer(task: str, **arguments: Any) -> Answer:
    return _TASKS[task](**arguments)


if __name__ == "__main__":
    task, arguments = json.load(sys.stdin)
    print(json.dumps(answer(task, **arguments)))
