"""SQLite's sessions: one writer at a time, and how long another waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement

from ..base import Database
from ..keys import KeyPart
from ..objects import Column

# SQLITE_BUSY and SQLITE_LOCKED; Python 3.10 does not tell the code, but SQLite speaks English only.
_CODES = (5, 6)
_TEXTS = ("database is locked", "database table is locked")


class SQLiteSessions(Database):
    writes_one_at_a_time = True
    compares_rows = True

    def key_part(self, column: ColumnElement[Any], found: Column) -> KeyPart:
        """As it is kept: a column may hold what its declared type does not say."""
        raw = sa.type_coerce(column, sa.types.NullType())
        return KeyPart(raw, raw, lambda value: sa.literal(value, sa.types.NullType()))

    @property
    def online_reason(self) -> str | None:
        return None

    @contextmanager
    def lock_timeout(self, connection: Connection, seconds: float | None) -> Iterator[None]:
        """https://www.sqlite.org/pragma.html#pragma_busy_timeout"""
        before = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
        if seconds is None:
            yield
            return
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {max(1, round(seconds * 1000))}")
        try:
            yield
        finally:
            if not connection.invalidated:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {before}")

    def may_wait(self, connection: Connection) -> bool:
        """A transaction that has read or written keeps others from writing."""
        driver = connection.connection.driver_connection
        return not getattr(driver, "in_transaction", True)

    def is_lock_failure(self, error: sa.exc.DBAPIError) -> bool:
        code = getattr(error.orig, "sqlite_errorcode", None)
        if code is None:
            return str(error.orig).startswith(_TEXTS)
        return code & 0xFF in _CODES
