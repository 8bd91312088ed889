"""docs/performance.md, from the results of a run."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence

import alembic
import sqlalchemy as sa
from servers.database import Database

from . import ROOT, many, runs
from .found import title
from .results import markdown
from .speed import Sizes, Topic

PAGE = ROOT / "docs" / "performance.md"

_BEGINNING = """\
# What the checks cost

<!-- Written by: nox -s bench -- --write -->

Measured by `nox -s bench` with Python {python}, Alembic {alembic} and SQLAlchemy {sqlalchemy}, on a
machine with {cores} cores that ran the servers too, and may have done other work: {servers}.

The times are of that machine. What can be compared are the ratios: both sides of one are medians of
the same run, in which they took turns. `spread` is how far the slowest is from the fastest, in
parts of the median: a ratio is no more certain than that. Statements are counted in runs of their
own, which are not timed, and are the same on every machine with these versions: a test compares
them with those of a real run. What SQLAlchemy asks when it connects is not among them; a temporary
table, with which definitions may be compared, is no DDL. `target` is what the project has set
itself.
"""
_SECTIONS = {
    "runs": """
## A migration and its second run

{tables:,} tables, and for each `create_table` with three columns, `add_column` twice, once with a
default, `create_index`, `create_unique_constraint` and a `create_foreign_key` to the table itself;
on SQLite, which cannot add a constraint to a table that is there, the first four, in a file. In
`re-run` everything is there already. Each run is a process of its own, timed from the beginning of
the migration, with the connection open, to its COMMIT; {rounds} rounds, in each of which
`alembic.op` and `alembic_helpers.op` took {turns} turns. `against plain` is the median in parts of
that of the first run with `alembic.op`, which has no second one. The log is off but where the table
says so: there it is what Alembic's template makes of it, a line for each operation.

- *Alembic's flags*: `if_not_exists=True`, on the servers that have `ADD COLUMN IF NOT EXISTS`. The
  server looks for the name; nothing is compared. No constraint has such a flag: the first run makes
  them plainly, the second leaves them out.
- *An inspector per check*: `sa.inspect(op.get_bind())` anew before each operation. Nothing but the
  name is looked for.
- *An engine per check*: the same with `create_engine()` for each. What the migration has not
  committed another session does not see, or waits for, so here each operation is committed.
""",
    "shares": """
## Where the time goes

The same runs, {rounds} rounds by themselves, with a clock at each operation and each statement:
medians of each part. What `alembic.op` takes for the DDL, on the server and in Alembic's and
SQLAlchemy's own code, is in both; a check adds what it asks and what it does itself. In a re-run
Alembic still makes the tables that `create_table` returns. Beside the operations: the revision's
own `sa.Column(...)`, the beginning and the COMMIT.
""",
    "upgrades": """
## The whole command

`alembic upgrade head` from its start to its end, in an environment that `alembic init` made, with
one revision that does the same: Python's start, the imports and the log are all in it.
""",
    "many": """
## Among {many:,} tables

A revision with the operations of one table, on a database of {few} other tables and on one of
{many:,}, each of ten columns; by turns. Both databases are on one server, and on MariaDB and MySQL
in one `information_schema`. A server on which it takes longer than a minute to make the tables is
left out.
""",
    "memory": """
## Memory

One catalog is asked for each of these tables. What Python holds afterwards (`tracemalloc`), and in
another process, which is not traced, by how much the most memory that it ever had grew
(`ru_maxrss`): with what was only passing, and without what the imports had left free. The target is
for the larger of the two.
""",
    "imports": """
## The import

One after the other in one process, {imports} times, with compiled modules. What the first operation
loads is no part of the runs above, but of the whole command.
""",
    "batches": """
## Rows in batches

`backfill` of a column in all rows of a new table, at its default batch size, each batch its own
commit, against one `UPDATE` that does the same; {rounds} rounds.
""",
}


def page(topics: Sequence[Topic], sizes: Sizes, databases: Sequence[Database]) -> str:
    said = {
        "few": many.FEW,
        "many": sizes.many,
        "tables": sizes.tables,
        "rounds": sizes.rounds,
        "turns": runs.TURNS,
        "imports": sizes.imports,
    }
    servers = [f"{title(d)} through {d.engine.dialect.driver}" for d in databases]
    parts = [
        _BEGINNING.format(
            python=platform.python_version(),
            alembic=alembic.__version__,
            sqlalchemy=sa.__version__,
            cores=os.cpu_count() or 1,
            servers=", ".join(servers),
        )
    ]
    for kind, words in _SECTIONS.items():
        parts.append(words.format(**said))
        for topic in topics:
            if topic.kind == kind:
                heading = f"\n### {topic.title}\n" if kind == "runs" else ""
                parts.append(f"{heading}\n{markdown(topic.columns, topic.rows)}")
    return "".join(parts)
