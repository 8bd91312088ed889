"""PostgreSQL's sessions: ``lock_timeout``, advisory locks, ``pg_locks``, progress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ...errors import Blocker
from ..base import Database
from ..sessions import ask

_LOCK_NOT_AVAILABLE, _DEADLOCK = "55P03", "40P01"

_SETTING = sa.text("SELECT current_setting(:name, true)")
_SET = sa.text("SELECT set_config(:name, :value, false)")
_KEY = "hashtextextended('alembic_helpers:' || current_database() || ':' || :name, 0)"
_TRY_LOCK = sa.text(f"SELECT pg_try_advisory_lock({_KEY})")
_UNLOCK = sa.text(f"SELECT pg_advisory_unlock({_KEY})")
# A lock on a table that the transaction itself has made (see _IS_NEW) is in nobody's way, nor is
# one on the catalog; the first relation of a user's has the OID 16384. An old snapshot is in the
# way of a concurrent build, and does not show when it is done; and a build that looked while this
# transaction had any snapshot waits for its end. now() is when the transaction began.
_HOLDS = sa.text(
    "SELECT now() < statement_timestamp() AND ("
    "current_setting('transaction_isolation') IN ('repeatable read', 'serializable') "
    "OR EXISTS (SELECT 1 FROM pg_catalog.pg_locks w WHERE NOT w.granted "
    "AND pg_backend_pid() = ANY (pg_blocking_pids(w.pid)))) "
    "OR EXISTS (SELECT 1 FROM pg_catalog.pg_locks l "
    "JOIN pg_catalog.pg_attribute a ON a.attrelid = l.relation AND a.attname = 'ctid' "
    "WHERE l.pid = pg_backend_pid() AND l.granted AND l.relation >= 16384 "
    "AND l.mode IN ('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', "
    "'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') "
    "AND a.xmin IS DISTINCT FROM CAST(pg_current_xact_id_if_assigned() AS xid))"
)
_STILL_BUILDING = sa.text(
    "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_locks WHERE pid = ANY (:sessions) "
    "AND mode = 'ShareUpdateExclusiveLock' AND granted)"
)
_BLOCKERS = """
    SELECT a.pid, a.usename, a.application_name, a.state, a.query,
           CAST(extract(epoch FROM clock_timestamp() - a.xact_start) AS float) AS age
    FROM pg_catalog.pg_stat_activity a WHERE a.pid <> pg_backend_pid() AND a.pid IN ({})
    ORDER BY a.xact_start NULLS LAST
"""
_HOLDERS = sa.text(
    _BLOCKERS.format(
        "SELECT l.pid FROM pg_catalog.pg_locks l "
        "JOIN pg_catalog.pg_class c ON c.oid = l.relation "
        "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "WHERE l.granted AND n.nspname = :schema AND c.relname = :name "
        "AND l.database = (SELECT oid FROM pg_catalog.pg_database "
        "WHERE datname = current_database()) "
        "AND (:readers OR l.mode NOT IN ('AccessShareLock', 'RowShareLock'))"
    )
)
_BLOCKING = sa.text(_BLOCKERS.format("SELECT unnest(pg_blocking_pids(:session))"))
_PROGRESS = sa.text(
    "SELECT phase, blocks_total, blocks_done, tuples_total, tuples_done "
    "FROM pg_catalog.pg_stat_progress_create_index WHERE pid = :session"
)


class PostgreSQLSessions(Database):
    concurrently: ClassVar[dict[str, Any]] = {"postgresql_concurrently": True}
    not_valid: ClassVar[dict[str, Any]] = {"postgresql_not_valid": True}
    alters_online = True
    adopts_indexes = True

    @property
    def online_reason(self) -> str | None:
        """14.0 to 14.3 could build corrupt indexes.

        https://www.postgresql.org/docs/release/14.4/
        """
        version = self.dialect.server_version_info or ()
        if (14,) <= version < (14, 4):
            return "PostgreSQL 14.0 to 14.3 may build corrupt indexes that way; update to 14.4"
        return None

    def session_id(self, connection: Connection) -> int | None:
        session: int | None = ask(connection, sa.text("SELECT pg_backend_pid()")).scalar()
        return session

    @contextmanager
    def lock_timeout(self, connection: Connection, seconds: float | None) -> Iterator[None]:
        """Without one, nothing else may cut the statement short either: what builds an index
        concurrently and is cut short leaves an invalid one."""
        settings = {"lock_timeout": "0", "statement_timeout": "0", "transaction_timeout": "0"}
        if seconds is not None:
            settings = {"lock_timeout": f"{max(1, round(seconds * 1000))}ms"}
        before = {name: ask(connection, _SETTING, name=name).scalar() for name in settings}
        before = {name: value for name, value in before.items() if value is not None}
        try:
            for name in before:
                ask(connection, _SET, name=name, value=settings[name]).scalar()
            yield
        finally:
            if not connection.invalidated:
                for name, value in before.items():
                    ask(connection, _SET, name=name, value=value).scalar()

    def may_wait(self, connection: Connection) -> bool:
        return not ask(connection, _HOLDS).scalar()

    def still_building(self, connection: Connection, sessions: Sequence[int]) -> bool:
        return bool(ask(connection, _STILL_BUILDING, sessions=list(sessions)).scalar())

    def try_lock(self, connection: Connection, name: str) -> bool:
        """Never waited for: a waiting statement holds a snapshot, for which a concurrent build in
        the other session waits in turn."""
        return bool(ask(connection, _TRY_LOCK, name=name).scalar())

    def unlock(self, connection: Connection, name: str) -> None:
        ask(connection, _UNLOCK, name=name).scalar()

    def blockers(
        self, connection: Connection, tables: Sequence[tuple[str, str]], *, readers: bool
    ) -> list[Blocker]:
        found = {}
        for schema, name in tables:
            asked = {"schema": schema, "name": self.stored_name(name), "readers": readers}
            found.update({row.pid: _blocker(row) for row in ask(connection, _HOLDERS, **asked)})
        return list(found.values())

    def progress(self, connection: Connection, session: int) -> str:
        words = []
        row = ask(connection, _PROGRESS, session=session).first()
        if row is not None:
            done = ""
            for total, so_far in ((row.tuples_total, row.tuples_done),
                                  (row.blocks_total, row.blocks_done)):  # fmt: skip
                if total:
                    done = f", {min(100, 100 * so_far // total)} %"
            words.append(f"{row.phase}{done}")
        blocking = ask(connection, _BLOCKING, session=session)
        words += [f"waits for {replace(_blocker(row), query='')}" for row in blocking]
        return "; ".join(words)

    def is_lock_failure(self, error: sa.exc.DBAPIError) -> bool:
        return sqlstate(error) in (_LOCK_NOT_AVAILABLE, _DEADLOCK)


def sqlstate(error: sa.exc.DBAPIError) -> str | None:
    """The five characters, wherever the driver keeps them."""
    original = error.orig
    for name in ("sqlstate", "pgcode"):
        code = getattr(original, name, None)
        if code:
            return str(code)
    said = getattr(original, "args", ())
    return said[0].get("C") if said and isinstance(said[0], dict) else None


def _blocker(row: Any) -> Blocker:
    return Blocker(
        session=row.pid,
        user=row.usename or "",
        application=row.application_name or "",
        age=row.age,
        state=row.state or "",
        end=f"SELECT pg_terminate_backend({row.pid})",
        query=row.query or "",
    )
