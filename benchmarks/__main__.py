"""``python -m benchmarks [stalls] [locks] [speed] [--rows 1000000] [--write]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from . import locks, page, performance, speed, stalls
from .found import databases

_ALL = ("stalls", "locks", "speed")
_ONE_PAGE = {"stalls", "locks"}
_WIDE = 180


def main(arguments: Sequence[str] | None = None) -> None:
    parser = _parser()
    asked = parser.parse_args(arguments)
    which = set(asked.which or _ALL)
    if unknown := which - set(_ALL):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    if asked.write and len(which & _ONE_PAGE) == 1:
        parser.error(f"--write needs both benchmarks of docs/{page.PAGE.name}")
    sizes = speed.Sizes(
        tables=asked.tables,
        rounds=asked.rounds,
        imports=asked.rounds * 5,
        many=asked.many,
        rows=asked.rows,
    )

    console = Console(width=None if sys.stdout.isatty() else _WIDE)
    steps: list[locks.Step] = []
    found: list[stalls.Stall] = []
    topics: list[speed.Topic] = []
    pages = {}
    with databases() as (reachable, missing):
        for line in missing:
            console.print(f"NOT MEASURED: {line}", style="red", markup=False)
        for database in reachable:
            if "stalls" in which and database.is_server:
                found += stalls.measure(database, asked.rows, still=asked.still)
            if "locks" in which and database.has_unvalidated_constraints:
                steps += locks.measure(database, asked.rows)
        if found:
            title = f"Writes during an index build, {asked.rows:,} rows"
            _show(console, title, stalls.COLUMNS, [stall.cells for stall in found])
        for server in dict.fromkeys(step.server for step in steps):
            of_server = [step.cells for step in steps if step.server == server]
            _show(console, f"{server}, {asked.rows:,} rows", locks.COLUMNS, of_server)
        if which >= _ONE_PAGE:
            pages[page.PAGE] = page.page(steps, found, asked.rows)
        if "speed" in which:
            for topic in speed.measure(reachable, sizes):
                topics.append(topic)
                _show(console, topic.title, topic.columns, topic.rows)
            pages[performance.PAGE] = performance.page(topics, sizes, reachable)
    if asked.write:
        for path, text in pages.items():
            path.write_text(text, encoding="utf-8")
            console.print(f"wrote docs/{path.name}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("which", nargs="*", metavar="stalls|locks|speed", help="all by default")
    defaults = speed.Sizes()
    for name, default, what in (
        ("--rows", defaults.rows, "rows of each table"),
        ("--tables", defaults.tables, "tables of a migration"),
        ("--many", defaults.many, "tables of a large database"),
        ("--rounds", defaults.rounds, "how often each time is taken"),
    ):
        parser.add_argument(name, type=int, default=default, help=f"{what} (%(default)s)")
    parser.add_argument(
        "--still", type=float, default=3.0, help="seconds of writes without a build (%(default)s)"
    )
    parser.add_argument("--write", action="store_true", help="write the pages of docs/")
    return parser


def _show(
    console: Console, title: str, columns: Iterable[str], rows: Iterable[Sequence[str]]
) -> None:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(cell.replace("`", "") for cell in row))
    console.print(table)


if __name__ == "__main__":
    main()
