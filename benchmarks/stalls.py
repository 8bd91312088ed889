"""The longest that a write waits while an index is built: online, and the plain way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from servers.database import Database
from servers.migration import migration

from alembic_helpers import op

from .found import fill, settle, title
from .writer import Writes, during

COLUMNS = (
    "server",
    "index build",
    "longest write",
    "against plain",
    "median write",
    "writes",
    "build took",
)

_readings = sa.Table(
    "readings",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("place", sa.String(120), nullable=False),
    sa.Column("written", sa.Integer, nullable=False),
)
_ROW = {"id": 1, "place": "somewhere " * 10, "written": 0}
_INDEX = ("ix_readings_place", "readings", ["place", "id"])


@dataclass(frozen=True)
class Stall:
    server: str
    build: str
    measured: Writes
    plain: Writes
    """The same with the plain operation, in the same run."""

    @property
    def cells(self) -> tuple[str, ...]:
        share = self.measured.longest / self.plain.longest
        return (
            self.server,
            self.build,
            f"{self.measured.longest * 1000:.1f} ms",
            f"{share * 100:.3g} %",
            f"{self.measured.median * 1000:.2f} ms",
            f"{len(self.measured.writes):,}",
            f"{self.measured.took:.1f} s",
        )


def measure(database: Database, rows: int, *, still: float) -> list[Stall]:
    """No build at all, for ``still`` seconds; the online build; the plain build."""
    database.wipe()
    with database.engine.connect() as connection:
        _readings.create(connection)
        fill(connection, _readings, _ROW, rows)
    settle(database, "readings")

    def measured(run: Callable[[], object]) -> Writes:
        return during(database.url, "readings", rows, run)

    none = measured(lambda: time.sleep(still))
    online = measured(lambda: _migrate(database, lambda: op.create_index_online(*_INDEX)))
    _migrate(database, lambda: op.drop_index(*_INDEX[:2]))
    plain = measured(lambda: _migrate(database, lambda: op.create_index(*_INDEX)))
    found = {"none": none, "create_index_online": online, "create_index": plain}
    return [Stall(title(database), name, writes, plain) for name, writes in found.items()]


def _migrate(database: Database, run: Callable[[], object]) -> None:
    with database.engine.connect() as connection, migration(connection):
        run()
