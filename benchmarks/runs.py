"""A migration and its second run, against plain ``alembic.op``, one table of results a database."""

from __future__ import annotations

from dataclasses import dataclass

from servers.database import Database

from . import baselines, targets
from .baselines import OURS, PLAIN
from .processes import migrate
from .results import TIMES, Row, Times

COLUMNS = (
    *("run", "with", "against plain", *TIMES),
    *("statements", "a table", "DDL", *targets.COLUMNS),
)


TURNS = 3
"""So many in each round take plain ``alembic.op`` and ours."""


@dataclass
class Run:
    """One way to check, one run of it."""

    baseline: str
    again: bool
    statements: int
    ddl: int
    seconds: list[float]

    @property
    def times(self) -> Times:
        return Times(self.seconds)


def measure(database: Database, tables: int, rounds: int) -> list[Row]:
    """Every way by turns in each round, so that what else the machine does hits them alike.

    The two that the targets compare take several.
    """
    found = [run for name in baselines.on(database.name) for run in counted(database, name, tables)]
    names = list(dict.fromkeys(run.baseline for run in found)) + [PLAIN, OURS] * (TURNS - 1)
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            database.wipe()
            for run in found:
                if run.baseline == name:
                    answer = migrate(database, name, tables, again=run.again)
                    run.seconds.append(answer["seconds"])
    found.sort(key=lambda run: run.again)
    plain = next(run.times for run in found if run.baseline == PLAIN)
    return [_row(database, run, plain, tables) for run in found]


def counted(database: Database, baseline: str, tables: int) -> list[Run]:
    """What a first and, where there is one, a second run send; nothing is timed."""
    database.wipe()
    found = []
    for again in (False, True) if baselines.BASELINES[baseline].again else (False,):
        answer = migrate(database, baseline, tables, again=again, count=True)
        found.append(Run(baseline, again, answer["statements"], answer["ddl"], []))
    return found


def label(run: Run) -> tuple[str, str]:
    return ("re-run" if run.again else "fresh", run.baseline)


def counts(run: Run, tables: int) -> tuple[str, str, str]:
    return (f"{run.statements:,}", f"{run.statements / tables:.1f}", f"{run.ddl:,}")


def _row(database: Database, run: Run, plain: Times, tables: int) -> Row:
    ratio = run.times.against(plain)
    if run.baseline != OURS:
        target = targets.NONE
    elif run.again:
        target = targets.rerun(
            database.name,
            against_plain=ratio,
            statements=run.statements,
            ddl=run.ddl,
            tables=tables,
        )
    else:
        target = targets.at_most(ratio, targets.FRESH)
    return (*label(run), f"{ratio:.2f}", *run.times.cells, *counts(run, tables), *target)
