"""Sessions of MySQL and MariaDB: ``lock_wait_timeout``, GET_LOCK, metadata locks."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Connection, Row
from sqlalchemy.sql.elements import ColumnElement

from ...errors import Blocker
from ..base import Database
from ..keys import KeyPart
from ..objects import Column, ConstraintType
from ..sessions import ask

# ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK
_LOCK_FAILURES = (1205, 1213)
# ER_ALTER_OPERATION_NOT_SUPPORTED (with and without a reason)
_REFUSALS = (1845, 1846)
# Integrity errors that drivers file under others: NULL in a column that becomes NOT NULL (1138,
# 1263, 1265), CHECK (3819 on MySQL, 4025 on MariaDB).
_VIOLATIONS = (1138, 1263, 1265, 3819, 4025)

_ALTER = re.compile(r"\s*ALTER\s+TABLE\b", re.IGNORECASE)
_INDEX = re.compile(r"\s*(CREATE\s+(\w+\s+)?INDEX|DROP\s+INDEX)\b", re.IGNORECASE)

_TRY_LOCK = sa.text("SELECT GET_LOCK(:name, 0)")
_UNLOCK = sa.text("SELECT RELEASE_LOCK(:name)")
_METADATA_LOCKS = sa.text(
    "SELECT DISTINCT t.processlist_id AS id, t.processlist_user AS user, "
    "t.processlist_host AS host, t.processlist_command AS command, t.processlist_info AS query, "
    "TIMESTAMPDIFF(SECOND, x.trx_started, NOW()) AS age "
    "FROM performance_schema.metadata_locks m "
    "JOIN performance_schema.threads t ON t.thread_id = m.owner_thread_id "
    "LEFT JOIN information_schema.innodb_trx x ON x.trx_mysql_thread_id = t.processlist_id "
    "WHERE m.object_type = 'TABLE' AND m.object_schema = :schema AND m.object_name = :name "
    "AND m.lock_status = 'GRANTED' AND t.processlist_id <> CONNECTION_ID()"
)
# Where metadata locks are not shown: the sessions in that database that have a transaction open.
TRANSACTIONS = sa.text(
    "SELECT p.id, p.user, p.host, p.command, p.info AS query, "
    "TIMESTAMPDIFF(SECOND, x.trx_started, NOW()) AS age "
    "FROM information_schema.innodb_trx x "
    "JOIN information_schema.processlist p ON p.id = x.trx_mysql_thread_id "
    "WHERE p.id <> CONNECTION_ID() AND (p.db = :schema OR p.db IS NULL)"
)
_PROGRESS = sa.text(
    "SELECT state, 0 AS progress FROM information_schema.processlist WHERE id = :session"
)
PROGRESS = sa.text("SELECT state, progress FROM information_schema.processlist WHERE id = :session")


class MySQLSessions(Database):
    alters_online = True

    @property
    def online_reason(self) -> str | None:
        return None

    _holders = _METADATA_LOCKS
    _progress = _PROGRESS

    def copies_table_for(self, type_: ConstraintType) -> bool:
        return type_ in (ConstraintType.FOREIGN_KEY, ConstraintType.CHECK)

    def key_part(self, column: ColumnElement[Any], found: Column) -> KeyPart:
        """ENUM and SET are ordered by their numbers and compared by their words, and a FLOAT is
        shown with fewer digits than it has: as numbers they are one thing."""
        if isinstance(found.type, (mysql.ENUM, mysql.SET, mysql.BIT, mysql.FLOAT)):
            plain = sa.type_coerce(column, sa.types.NullType())
            zero = "0e0" if isinstance(found.type, mysql.FLOAT) else "0"
            column = plain.op("+")(sa.literal_column(zero))
            return KeyPart(column, column, sa.literal)
        return super().key_part(column, found)

    def online_sql(self, statement: str) -> str:
        """https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html"""
        if _ALTER.match(statement):
            return f"{statement}, ALGORITHM=INPLACE, LOCK=NONE"
        if _INDEX.match(statement):
            return f"{statement} ALGORITHM=INPLACE LOCK=NONE"
        return statement

    def session_id(self, connection: Connection) -> int | None:
        session: int | None = ask(connection, sa.text("SELECT CONNECTION_ID()")).scalar()
        return session

    @contextmanager
    def lock_timeout(self, connection: Connection, seconds: float | None) -> Iterator[None]:
        if seconds is None:
            yield
            return
        names = ("lock_wait_timeout", "innodb_lock_wait_timeout")
        before = {n: ask(connection, sa.text(f"SELECT @@SESSION.{n}")).scalar() for n in names}
        try:
            for name in before:
                _set(connection, name, max(1, math.ceil(seconds)))
            yield
        finally:
            if not connection.invalidated:
                for name, value in before.items():
                    _set(connection, name, value)

    def try_lock(self, connection: Connection, name: str) -> bool:
        return bool(ask(connection, _TRY_LOCK, name=self._lock_name(connection, name)).scalar())

    def unlock(self, connection: Connection, name: str) -> None:
        ask(connection, _UNLOCK, name=self._lock_name(connection, name))

    def _lock_name(self, connection: Connection, name: str) -> str:
        """One name for the whole server, of at most 64 characters."""
        schema = self.current_schema(connection)
        return "ah:" + hashlib.sha256(f"{schema}:{name}".encode()).hexdigest()[:48]

    def blockers(
        self, connection: Connection, tables: Sequence[tuple[str, str]], *, readers: bool
    ) -> list[Blocker]:
        """Readers too: a metadata lock is held until the end of the transaction, whatever it did.

        Nobody without the privilege to ask is shown.
        """
        found = {}
        for schema, name in tables:
            try:
                rows = ask(connection, self._holders, schema=schema, name=name).all()
            except sa.exc.DBAPIError:
                return []
            found.update({row.id: _blocker(row) for row in rows})
        return list(found.values())

    def progress(self, connection: Connection, session: int) -> str:
        """MariaDB has a percentage, of the stage that it is at."""
        row = ask(connection, self._progress, session=session).first()
        if row is None or not row.state:
            return ""
        return f"{row.state}, {row.progress:.0f} %" if row.progress else str(row.state)

    def is_lock_failure(self, error: sa.exc.DBAPIError) -> bool:
        return errno(error) in _LOCK_FAILURES

    def is_violation(self, error: sa.exc.DBAPIError) -> bool:
        return super().is_violation(error) or errno(error) in _VIOLATIONS

    def online_refusal(self, error: sa.exc.DBAPIError) -> str | None:
        if errno(error) not in _REFUSALS or error.orig is None:
            return None
        return str(error.orig.args[1]).rstrip(".")


def errno(error: sa.exc.DBAPIError) -> int | None:
    said = getattr(error.orig, "args", ())
    return said[0] if said and isinstance(said[0], int) else None


def _set(connection: Connection, name: str, value: object) -> None:
    ask(connection, sa.text(f"SET SESSION {name} = :value"), value=value)


def _blocker(row: Row[Any]) -> Blocker:
    return Blocker(
        session=row.id,
        user=row.user or "",
        application=(row.host or "").partition(":")[0],
        age=None if row.age is None else float(row.age),
        state=(row.command or "").lower(),
        end=f"KILL {row.id}",
        query=row.query or "",
    )
