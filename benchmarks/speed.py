"""What the checks cost: every topic, on every database that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from servers.database import Database

from . import batches, imports, many, runs, shares, targets, upgrades
from .found import title
from .results import Row


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is measured, and how often."""

    tables: int = 50
    rounds: int = 5
    imports: int = 25
    many: int = 10_000
    rows: int = 1_000_000


@dataclass(frozen=True)
class Topic:
    """One table of results; those of one kind share a section of the page."""

    kind: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Row]


def measure(databases: Sequence[Database], sizes: Sizes) -> Iterator[Topic]:
    """Each topic as soon as it is measured."""
    for database in databases:
        rows = runs.measure(database, sizes.tables, sizes.rounds)
        yield Topic("runs", title(database), runs.COLUMNS, rows)
    rows = [r for d in databases for r in shares.measure(d, sizes.tables, sizes.rounds)]
    yield Topic("shares", "Where the time goes", shares.COLUMNS, rows)
    rows = [r for d in databases for r in upgrades.measure(d, sizes.tables, sizes.rounds)]
    yield Topic("upgrades", "alembic upgrade head", upgrades.COLUMNS, rows)
    found = [many.measure(d, sizes.many, sizes.rounds) for d in databases]
    rows = [row for of_runs, _ in found for row in of_runs]
    yield Topic("many", f"One table's operations beside {sizes.many:,}", many.COLUMNS, rows)
    rows = [row for _, of_memory in found for row in of_memory]
    yield Topic("memory", "The catalog of all tables", many.MEMORY, rows)
    yield Topic("imports", "The import", imports.COLUMNS, imports.measure(sizes.imports))
    filled = [d for d in databases if d.name in targets.BACKFILL]
    rows = [r for d in filled for r in batches.measure(d, sizes.rows, sizes.rounds)]
    yield Topic("batches", "Rows in batches", batches.COLUMNS, rows)
