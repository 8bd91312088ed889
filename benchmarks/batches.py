"""``backfill`` of a column in batches, against one UPDATE of the whole table."""

from __future__ import annotations

import sqlalchemy as sa
from servers.database import Database

from . import targets
from .found import fill, settle, title
from .processes import ask
from .results import TIMES, Row, Times

COLUMNS = ("database", "rows", "how", "against one UPDATE", *TIMES, *targets.COLUMNS)

_readings = sa.Table(
    "readings",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("place", sa.String(60), nullable=False),
    sa.Column("value", sa.Integer, nullable=False),
    sa.Column("doubled", sa.Integer),
)
_ROW = {"id": 1, "place": "somewhere " * 5, "value": 21, "doubled": None}


def measure(database: Database, rows: int, rounds: int) -> list[Row]:
    """By turns, each on a new table."""
    seconds: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(rounds):
        for batches, took in seconds.items():
            database.wipe()
            with database.engine.connect() as connection:
                _readings.create(connection)
                fill(connection, _readings, _ROW, rows)
            settle(database, "readings")
            took.append(ask("fill", url=database.url, batches=batches)["seconds"])
    one, batched = Times(seconds[False]), Times(seconds[True])
    ratio = batched.against(one)
    there = (title(database), f"{rows:,}")
    target = targets.at_most(ratio, targets.BACKFILL[database.name])
    return [
        (*there, "one UPDATE", "1.00", *one.cells, *targets.NONE),
        (*there, "`backfill`", f"{ratio:.2f}", *batched.cells, *target),
    ]
