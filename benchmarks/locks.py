"""The lock that each statement of an online operation holds, and for how long (PostgreSQL).

The operation's statements are recorded on a small table, then sent one by one to an equal table
with many rows, each in a transaction that asks ``pg_locks`` for its own locks before it commits.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from servers.database import Database
from servers.migration import migration, recorded
from sqlalchemy.engine import Connection

from alembic_helpers import op

from .found import fill, settle, title

COLUMNS = ("operation", "statement", "orders", "customers", "keeps out", "took")

_metadata = sa.MetaData()
_customers = sa.Table(
    "customers",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(50), nullable=False),
)
_orders = sa.Table(
    "orders",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("customer_id", sa.Integer),
    sa.Column("address", sa.String(100), nullable=False),
)
_CUSTOMER = {"id": 1, "name": "Ada"}
_ORDER = {"id": 1, "customer_id": 1, "address": "somewhere " * 8}

_KEY = ("fk_orders_customer", "orders", "customers", ["customer_id"], ["id"])
OPERATIONS: dict[str, Callable[[], object]] = {
    "set_not_null_online": lambda: op.set_not_null_online("orders", "customer_id"),
    "alter_column": lambda: op.alter_column(
        "orders", "customer_id", existing_type=sa.Integer(), nullable=False
    ),
    "create_foreign_key_online": lambda: op.create_foreign_key_online(*_KEY),
    "create_foreign_key": lambda: op.create_foreign_key(*_KEY),
}

# https://www.postgresql.org/docs/current/explicit-locking.html, from the weakest
_KEEPS_OUT = {
    "AccessShareLock": "nobody",
    "RowShareLock": "nobody",
    "RowExclusiveLock": "nobody",
    "ShareUpdateExclusiveLock": "nobody",
    "ShareLock": "writers",
    "ShareRowExclusiveLock": "writers",
    "ExclusiveLock": "writers",
    "AccessExclusiveLock": "everybody",
}
_STRENGTH = list(_KEEPS_OUT)
_LOCKS = sa.text(
    "SELECT c.relname, l.mode FROM pg_catalog.pg_locks l "
    "JOIN pg_catalog.pg_class c ON c.oid = l.relation "
    "WHERE l.pid = pg_backend_pid() AND l.granted AND c.relname = :table"
)


@dataclass(frozen=True)
class Step:
    server: str
    operation: str
    statement: str
    modes: tuple[str, str]
    """The strongest lock on orders and on customers, as ``pg_locks`` names it, or nothing."""
    seconds: float

    @property
    def cells(self) -> tuple[str, ...]:
        strongest = max(self.modes, key=lambda m: _STRENGTH.index(m) if m else -1)
        orders, customers = (mode.removesuffix("Lock") for mode in self.modes)
        keeps_out = _KEEPS_OUT.get(strongest, "nobody")
        took = f"{self.seconds * 1000:.0f} ms"
        return (self.operation, self.statement, orders, customers, keeps_out, took)


def measure(database: Database, rows: int) -> list[Step]:
    """Each operation, online and plain, statement by statement."""
    steps = []
    for name, operation in OPERATIONS.items():
        sent = _sent(database, operation)
        with database.engine.connect() as connection:
            _make(database, connection, rows)
            for statement in sent:
                modes, seconds = _replayed(connection, statement)
                steps.append(Step(title(database), name, statement, modes, seconds))
    return steps


def _sent(database: Database, operation: Callable[[], object]) -> list[str]:
    with database.engine.connect() as connection:
        _make(database, connection, rows=1)
        with recorded(connection) as statements, migration(connection):
            operation()
        return [" ".join(statement.split()) for statement in statements.ddl]


def _make(database: Database, connection: Connection, rows: int) -> None:
    _metadata.drop_all(connection)
    _metadata.create_all(connection)
    fill(connection, _customers, _CUSTOMER, max(1, rows // 100))
    fill(connection, _orders, _ORDER, rows)
    settle(database, "orders", "customers")


def _replayed(connection: Connection, statement: str) -> tuple[tuple[str, str], float]:
    with connection.begin():
        began = time.monotonic()
        connection.exec_driver_sql(statement)
        seconds = time.monotonic() - began
        held = [_strongest(connection, table) for table in ("orders", "customers")]
    return (held[0], held[1]), seconds


def _strongest(connection: Connection, table: str) -> str:
    modes = [row.mode for row in connection.execute(_LOCKS, {"table": table})]
    return max(modes, key=_STRENGTH.index, default="")
