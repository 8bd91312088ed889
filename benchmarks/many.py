"""What many tables cost that a revision does not touch, and the memory for all of them."""

from __future__ import annotations

import time

import sqlalchemy as sa
from servers.database import Database

from . import targets
from .baselines import OURS, PLAIN
from .found import beside, settle, title
from .processes import Answer, ask, migrate
from .results import Row, Times

FEW = 10
NAMES = "many_{:05}"
_SAMPLE = 100
_PATIENCE = 60.0
"""Seconds that the tables may take to make."""

COLUMNS = (
    *("database", "run", "with", "tables", "median", f"median at {FEW}", "ratio", "spread"),
    *("statements", f"statements at {FEW}", *targets.COLUMNS),
)
MEMORY = ("database", "tables", "Python objects", "process", "took", *targets.COLUMNS)

_CATALOGS = ("class", "attribute", "attrdef", "constraint", "depend", "index", "type", "namespace")


def measure(database: Database, tables: int, rounds: int) -> tuple[list[Row], list[Row]]:
    """The runs, and the memory; nothing where so many tables take too long to make."""
    database.wipe()
    with beside(database) as other:
        if not _make(other, tables):
            return [], []
        _make(database, FEW)
        runs = _runs(database, other, tables, rounds)
        memory = [_memory(other, tables)] if database.name in targets.MEMORY_MB else []
    database.wipe()
    return runs, memory


def _make(database: Database, tables: int) -> bool:
    """Tables of ten columns, or, where the first ones show that to take too long, those only."""
    texts = [f"text_{number} VARCHAR(20)" for number in range(8)]
    columns = ", ".join(["id INTEGER PRIMARY KEY", *texts, "amount INTEGER DEFAULT 0"])
    began = time.monotonic()
    with database.engine.connect() as connection:
        for number in range(tables):
            connection.exec_driver_sql(f"CREATE TABLE {NAMES.format(number)} ({columns})")
            if number % _SAMPLE == _SAMPLE - 1:  # a server keeps a lock for each until then
                connection.commit()
                if (time.monotonic() - began) / (number + 1) * tables > _PATIENCE:
                    return False
        connection.commit()
    settle(database, *(f"pg_catalog.pg_{name}" for name in _CATALOGS))
    return True


def _runs(few: Database, many: Database, tables: int, rounds: int) -> list[Row]:
    """One table's operations, by turns here and there; a first round, in which nothing is timed,
    counts."""
    found: dict[tuple[str, bool], tuple[list[Answer], list[Answer]]]
    found = {(PLAIN, False): ([], []), (OURS, False): ([], []), (OURS, True): ([], [])}
    for turn in range(rounds + 1):
        for (name, again), answers in found.items():
            for database, those in zip((few, many), answers, strict=True):
                those.append(migrate(database, name, 1, again=again, count=turn == 0))
                if name == PLAIN or again:
                    with database.engine.begin() as connection:
                        connection.execute(sa.text("DROP TABLE t0"))
    return [
        _row(title(few), tables, name, again, *answers) for (name, again), answers in found.items()
    ]


def _row(
    server: str, tables: int, name: str, again: bool, few: list[Answer], many: list[Answer]
) -> Row:
    times_few, times = (Times([answer["seconds"] for answer in those[1:]]) for those in (few, many))
    ratio = times.against(times_few)
    statements_few, statements = few[0]["statements"], many[0]["statements"]
    target = targets.NONE
    if name == OURS:
        target = targets.many_tables(ratio, same_statements=statements == statements_few)
    median, _, spread = times.cells
    return (
        *(server, "re-run" if again else "fresh", name, f"{tables:,}"),
        *(median, times_few.cells[0], f"{ratio:.2f}", spread),
        *(f"{statements:,}", f"{statements_few:,}", *target),
    )


def _memory(database: Database, tables: int) -> Row:
    traced, process = (
        ask("read", url=database.url, names=NAMES, tables=tables, trace=trace)
        for trace in (True, False)
    )
    grown = [answer["bytes"] / 1e6 for answer in (traced, process)]
    return (
        *(title(database), f"{tables:,}", *(f"{megabytes:.0f} MB" for megabytes in grown)),
        f"{process['seconds']:.1f} s",
        *targets.at_most(max(grown), targets.MEMORY_MB[database.name], " MB"),
    )
