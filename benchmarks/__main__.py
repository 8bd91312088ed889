"""``python -m benchmarks [stalls] [locks] [--rows 1000000] [--write]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from . import locks, stalls
from .found import databases
from .page import PAGE, page

_ALL = ("stalls", "locks")
_WIDE = 160


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("which", nargs="*", metavar="stalls|locks", help="both by default")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of each table (%(default)s)")
    parser.add_argument(
        "--still", type=float, default=3.0, help="seconds of writes without a build (%(default)s)"
    )
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name}")
    asked = parser.parse_args(arguments)
    which = asked.which or _ALL
    if unknown := set(which) - set(_ALL):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    if asked.write and set(which) != set(_ALL):
        parser.error("--write needs both benchmarks")

    console = Console(width=None if sys.stdout.isatty() else _WIDE)
    steps: list[locks.Step] = []
    found: list[stalls.Stall] = []
    with databases() as (reachable, missing):
        for line in missing:
            console.print(f"NOT MEASURED: {line}", style="red", markup=False)
        for database in reachable:
            if "stalls" in which:
                found += stalls.measure(database, asked.rows, still=asked.still)
            if "locks" in which and database.has_unvalidated_constraints:
                steps += locks.measure(database, asked.rows)
    if found:
        _show(console, f"Writes during an index build, {asked.rows:,} rows", stalls.COLUMNS, found)
    for server in dict.fromkeys(step.server for step in steps):
        of_server = [step for step in steps if step.server == server]
        _show(console, f"{server}, {asked.rows:,} rows", locks.COLUMNS, of_server)
    if asked.write:
        PAGE.write_text(page(steps, found, asked.rows), encoding="utf-8")
        console.print(f"wrote docs/{PAGE.name}")


def _show(
    console: Console,
    title: str,
    columns: Iterable[str],
    results: Iterable[stalls.Stall | locks.Step],
) -> None:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for result in results:
        table.add_row(*result.cells)
    console.print(table)


if __name__ == "__main__":
    main()
