"""Second sessions, which stand in the way, and what is seen of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from servers.database import Database
from servers.migration import migration
from sqlalchemy.engine import Connection

from alembic_helpers import Settings, op

SECONDS = 20.0
"""How long anything may take that another session does, before it is a failure."""

_IDS = {"postgresql": "SELECT pg_backend_pid()", "sqlite": "SELECT 1"}


def until(condition: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """What the condition gives, as soon as it gives something."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.02)
    return found


def session_id(connection: Connection) -> int:
    sql = _IDS.get(connection.dialect.name, "SELECT CONNECTION_ID()")
    return int(connection.exec_driver_sql(sql).scalar_one())


@contextmanager
def looking(database: Database) -> Iterator[Callable[..., list[Any]]]:
    """``rows = look(sql)``, each time in a session of its own."""
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")

    def look(sql: str) -> list[Any]:
        with engine.connect() as session:
            return list(session.execute(sa.text(sql)))

    yield look


@contextmanager
def holding(database: Database, *sqls: str) -> Iterator[Connection]:
    """A session with an open transaction in which these were sent; rolled back at the end."""
    with database.engine.connect() as session:
        for sql in sqls:
            session.exec_driver_sql(sql)
        yield session
        session.rollback()


def end_session(database: Database, number: int) -> None:
    """End a session of the server, and wait until it is gone."""
    with looking(database) as look:
        if database.transactional_ddl:
            look(f"SELECT pg_terminate_backend({number})")
            gone = f"SELECT 1 FROM pg_stat_activity WHERE pid = {number}"
        else:
            with database.engine.connect() as session:
                session.exec_driver_sql(f"KILL {number}")
            gone = f"SELECT 1 FROM information_schema.processlist WHERE id = {number}"
        until(lambda: not look(gone))


def is_lost(error: BaseException | None) -> bool:
    """Whether PostgreSQL has ended the session; its own words may come too late to be read."""
    words = ("terminating connection", "server closed the connection")
    return isinstance(error, sa.exc.OperationalError) and any(each in str(error) for each in words)


def is_waiting(look: Callable[..., list[Any]], number: int) -> bool:
    """Whether a session of PostgreSQL waits for a lock."""
    return bool(look(f"SELECT 1 FROM pg_locks WHERE pid = {number} AND NOT granted"))


class Run(threading.Thread):
    """A migration of one step in another session, in a thread."""

    def __init__(self, database: Database, step: Callable[[], Any], **settings: Any) -> None:
        super().__init__(daemon=True)
        self.engine, self.step, self.settings = database.engine, step, Settings(**settings)
        self.session: int | None = None
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            with self.engine.connect() as connection:
                self.session = session_id(connection)
                with migration(connection, alembic_helpers=self.settings):
                    self.result = self.step()
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def ended(self) -> Run:
        self.join(SECONDS)
        assert not self.is_alive()
        return self


@contextmanager
def running(database: Database, step: Callable[[], Any], **settings: Any) -> Iterator[Run]:
    """``step`` in a migration of another session; at the end it has ended."""
    run = Run(database, step, **settings)
    run.start()
    try:
        until(lambda: run.session or run.error)
        yield run
    finally:
        run.ended()


# Where the whole statement waits, and no more than the lock: adding a key on PostgreSQL.
WAITING = {
    "postgresql": lambda: op.create_foreign_key_online("fk", "t", "u", ["a"], ["id"]),
    "sqlite": lambda: op.create_index_online("ix", "t", ["a"]),
    "mysql": lambda: op.create_index_online("ix", "t", ["a"]),
}
