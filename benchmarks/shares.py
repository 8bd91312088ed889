"""Where the time of a run goes: to the server, to Alembic, to the checks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations, ops
from servers.database import Database

from .baselines import OURS, PLAIN
from .found import title
from .processes import migrate
from .results import Row, Times, in_words

PARTS = {
    "sent": "DDL, server and driver",
    "made": "Alembic and SQLAlchemy",
    "asked": "questions, server and driver",
    "checked": "alembic_helpers",
}
COLUMNS = ("database", "run", "with", "all", *PARTS.values(), "beside the operations")

_RUNS = ((PLAIN, False), (OURS, False), (OURS, True))


def measure(database: Database, tables: int, rounds: int) -> list[Row]:
    """The medians of each part, of runs by turns."""
    found: dict[tuple[str, bool], list[dict[str, float]]] = {run: [] for run in _RUNS}
    for _ in range(rounds):
        for (name, again), parts in found.items():
            if not again:
                database.wipe()
            answer = migrate(database, name, tables, again=again, parts=True)
            parts.append({"all": answer["seconds"], **answer["parts"]})
    return [_row(title(database), name, again, parts) for (name, again), parts in found.items()]


def _row(server: str, name: str, again: bool, parts: list[dict[str, float]]) -> Row:
    for part in parts:
        part["beside"] = part["all"] - sum(part[each] for each in PARTS)
    medians = [
        in_words(Times([part[each] for part in parts]).median) for each in ("all", *PARTS, "beside")
    ]
    return (server, "re-run" if again else "fresh", name, *medians)


class Clock:
    """Adds up the seconds of each part, while it runs."""

    def __init__(self, op: Any) -> None:
        self._op = op
        self._within = 0
        self._seconds = dict.fromkeys(("operations", "invoked", "sent", "asked"), 0.0)

    @property
    def parts(self) -> dict[str, float]:
        operations, invoked, sent, asked = self._seconds.values()
        return {
            "sent": sent,
            "made": invoked - sent,
            "asked": asked,
            "checked": operations - invoked - asked,
        }

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """An operation, timed."""
        function = getattr(self._op, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            result = function(*args, **kwargs)
            self._seconds["operations"] += time.perf_counter() - began
            return result

        return timed

    @contextmanager
    def running(self) -> Iterator[None]:
        invoke, to_table = Operations.invoke, ops.CreateTableOp.to_table
        began = 0.0

        def within(function: Callable[..., Any]) -> Callable[..., Any]:
            def timed(*args: Any) -> Any:
                began = time.perf_counter()
                self._within += 1
                result = function(*args)
                self._within -= 1
                if not self._within:
                    self._seconds["invoked"] += time.perf_counter() - began
                return result

            return timed

        def before(*_: Any) -> None:
            nonlocal began
            began = time.perf_counter()

        def after(*_: Any) -> None:
            part = "sent" if self._within else "asked"
            self._seconds[part] += time.perf_counter() - began

        sa.event.listen(sa.Engine, "before_cursor_execute", before)
        sa.event.listen(sa.Engine, "after_cursor_execute", after)
        Operations.invoke = within(invoke)  # type: ignore[method-assign]
        # What create_table returns; a check needs it even where nothing is sent.
        ops.CreateTableOp.to_table = within(to_table)  # type: ignore[method-assign]
        try:
            yield
        finally:
            Operations.invoke = invoke  # type: ignore[method-assign]
            ops.CreateTableOp.to_table = to_table  # type: ignore[method-assign]
            sa.event.remove(sa.Engine, "before_cursor_execute", before)
            sa.event.remove(sa.Engine, "after_cursor_execute", after)
