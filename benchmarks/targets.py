"""What is to be reached, and whether it was."""

from __future__ import annotations

from dataclasses import dataclass

FRESH = 1.10
MANY_TABLES = 1.2
IMPORT_MS = 15
BACKFILL = {"postgresql": 1.5}
MEMORY_MB = {"postgresql": 150}

COLUMNS = ("target", "reached")
NONE = ("", "")


@dataclass(frozen=True)
class Rerun:
    """A run with everything there: it sends no DDL, and no more than so many statements."""

    statements: int = 0
    a_table: int = 0
    against_plain: float | None = None


RERUN = {
    "postgresql": Rerun(statements=40, against_plain=0.15),
    "mariadb": Rerun(a_table=3),
    "mysql": Rerun(a_table=3),
    "sqlite": Rerun(a_table=12),
}


def at_most(value: float, limit: float, unit: str = "") -> tuple[str, str]:
    """The cells of a target."""
    return _cells([f"≤ {limit:g}{unit}"], value <= limit)


def rerun(
    database_name: str, *, against_plain: float, statements: int, ddl: int, tables: int
) -> tuple[str, str]:
    """The cells of a run with everything there."""
    target = RERUN[database_name]
    words, reached = [], ddl == 0
    if target.against_plain is not None:
        words.append(f"≤ {target.against_plain:g}")
        reached &= against_plain <= target.against_plain
    allowed = target.statements + target.a_table * tables
    words.append(
        f"≤ {target.a_table} statements a table"
        if target.a_table
        else f"≤ {target.statements} statements"
    )
    return _cells([*words, "no DDL"], reached and statements <= allowed)


def many_tables(ratio: float, *, same_statements: bool) -> tuple[str, str]:
    """The cells of a revision on many tables, against the same on few."""
    words = [f"≤ {MANY_TABLES:g}", "as many statements"]
    return _cells(words, ratio <= MANY_TABLES and same_statements)


def imports(milliseconds: float, extras: list[str]) -> tuple[str, str]:
    """The cells of what the import adds."""
    return _cells([f"≤ {IMPORT_MS} ms", "no extras"], milliseconds <= IMPORT_MS and not extras)


def _cells(words: list[str], reached: bool) -> tuple[str, str]:
    return ", ".join(words), "yes" if reached else "no"
