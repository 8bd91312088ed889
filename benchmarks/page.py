"""docs/online-locks.md, from the results of a run."""

from __future__ import annotations

import os
from collections.abc import Sequence

from . import ROOT, locks, stalls
from .results import markdown

PAGE = ROOT / "docs" / "online-locks.md"

_LOCKS = """\
# What online operations lock

<!-- Written by: nox -s bench -- --write -->

Measured by `nox -s bench` with {rows:,} rows, on a machine with {cores} cores that ran the
servers too, and may have done other work. The times are of that machine. The locks are not: a test
compares them with those of a small run.

## Locks on PostgreSQL

Each statement of an operation, in the order in which it is sent, on a table `orders` of {rows:,}
rows that refers to `customers`. The lock is the strongest that `pg_locks` showed for the table
before the COMMIT. An online operation commits after each statement: a lock is held for about the
time beside it. The plain operation is the last row of its table: its lock is held until the
revision's transaction ends.
"""
_STALLS = """
## Writes during an index build

Another process updates one row after the other, each in a transaction of its own, while an index
on a text and a number is built on a table of {rows:,} rows. What its longest write took, and with
no build at all:
"""
_END = """
On PostgreSQL the plain build lets no write through until it is done. MariaDB and MySQL build an
index beside the writers by default: there the two send the same statement, but for the words
`ALGORITHM=INPLACE LOCK=NONE`, with which the server refuses what it cannot do that way. What
differs between the two there is chance.
"""


def page(steps: Sequence[locks.Step], found: Sequence[stalls.Stall], rows: int) -> str:
    cores = os.cpu_count() or 1
    parts = [_LOCKS.format(cores=cores, rows=rows)]
    for server in dict.fromkeys(step.server for step in steps):
        parts.append(f"\n### {server}\n")
        of_server = [step for step in steps if step.server == server]
        for names in _PAIRS:
            rows_of = [_quoted(step.cells) for step in of_server if step.operation in names]
            parts.append("\n" + markdown(locks.COLUMNS, rows_of))
    parts.append(_STALLS.format(rows=rows))
    parts.append("\n" + markdown(stalls.COLUMNS, [stall.cells for stall in found]))
    return "".join([*parts, _END])


_NAMES = list(locks.OPERATIONS)
_PAIRS = [_NAMES[at : at + 2] for at in range(0, len(_NAMES), 2)]


def _quoted(cells: tuple[str, ...]) -> tuple[str, ...]:
    operation, statement, *rest = cells
    return (f"`{operation}`", f"`{statement}`", *rest)
