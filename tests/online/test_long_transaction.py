"""A long transaction is in the way: the build waits for it, or comes again."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa
from online.sessions import SECONDS, holding, looking, running, until

from alembic_helpers import Outcome, Settings, op
from alembic_helpers.online import patience

LOCK_TIMEOUT = 0.1


@pytest.fixture(autouse=True)
def table(connection, migrate, monkeypatch, caplog):
    monkeypatch.setattr(patience, "_FIRST", 0.1)
    caplog.set_level("INFO", "alembic.helpers")
    with migrate():
        op.create_table("t", sa.Column("id", sa.Integer), sa.Column("a", sa.Integer))
    connection.exec_driver_sql("INSERT INTO t VALUES (1, 1), (2, 2)")
    connection.commit()


def create():
    return op.create_index_online("ix", "t", ["a"])


def drop():
    return op.drop_index_online("ix", "t")


@pytest.mark.capability("has_concurrent_indexes")
class TestAConcurrentBuildIsNotCutShort:
    """Neither by the lock timeout of the other statements, nor by any that the session has."""

    @pytest.fixture
    def in_the_way(self, database):
        """A snapshot, which the end of a build waits for."""
        with database.engine.connect() as session:
            session = session.execution_options(isolation_level="REPEATABLE READ")
            session.exec_driver_sql("SELECT 1")
            yield session
            session.rollback()

    @pytest.fixture
    def phase(self, database):
        with looking(database) as look:
            yield lambda: [
                row.phase
                for row in look(
                    "SELECT phase FROM pg_stat_progress_create_index "
                    "WHERE datname = current_database()"
                )
            ]

    def test_create(self, database, in_the_way, phase):
        with running(database, create, lock_timeout=LOCK_TIMEOUT) as run:
            until(lambda: "waiting for old snapshots" in phase())
            time.sleep(10 * LOCK_TIMEOUT)
            assert run.is_alive()
            in_the_way.rollback()
        assert run.result is Outcome.APPLIED

    def test_drop(self, database, migrate):
        with migrate():
            create()
        # Nobody may be using the index any more: the drop waits for all who use its table.
        with holding(database, "SELECT * FROM t") as reader, looking(database) as look:
            with running(database, drop, lock_timeout=LOCK_TIMEOUT) as run:
                waiting = f"SELECT 1 FROM pg_locks WHERE pid = {run.session} AND NOT granted"
                until(lambda: look(waiting))
                time.sleep(10 * LOCK_TIMEOUT)
                assert run.is_alive()
                reader.rollback()
        assert run.result is Outcome.APPLIED

    def test_validate(self, database, migrate, connection):
        """It waits for others of its kind only, and keeps no writer waiting meanwhile."""
        connection.exec_driver_sql("ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT VALID")
        connection.commit()
        step = lambda: op.validate_constraint("ck", "t")  # noqa: E731
        with holding(database, "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE") as other:
            with running(database, step, lock_timeout=LOCK_TIMEOUT) as run:
                until(lambda: connection.execute(sa.text(WAITING)).scalar())
                time.sleep(5 * LOCK_TIMEOUT)
                assert run.is_alive()
                connection.exec_driver_sql("UPDATE t SET a = 3")
                connection.rollback()
                other.rollback()
        assert run.result is Outcome.APPLIED

    def test_with_timeouts_of_the_session(self, database, in_the_way, phase, connection, migrate):
        for name in ("lock_timeout", "statement_timeout"):
            mine = connection.exec_driver_sql("SELECT current_database()").scalar()
            connection.exec_driver_sql(f"ALTER DATABASE \"{mine}\" SET {name} = '200ms'")
        connection.commit()
        with running(database, create) as run:
            until(lambda: "waiting for old snapshots" in phase())
            time.sleep(0.5)
            assert run.is_alive()
            in_the_way.rollback()
        assert run.result is Outcome.APPLIED


WAITING = "SELECT 1 FROM pg_locks WHERE relation = CAST('t' AS regclass) AND NOT granted"


@pytest.mark.capability("unique_constraint_is_index")  # MySQL and MariaDB
@pytest.mark.parametrize("sql", ["UPDATE t SET a = 4", "SELECT * FROM t"], ids=["write", "read"])
def test_on_mysql_it_comes_again(database, caplog, migrate, sql):
    with holding(database, sql) as holder:
        with running(database, create, lock_timeout=LOCK_TIMEOUT, lock_budget=SECONDS) as run:
            until(lambda: [line for line in caplog.messages if "next try in" in line])
            assert run.is_alive()
            holder.rollback()
    assert run.result is Outcome.APPLIED
    with holding(database, sql), migrate(alembic_helpers=Settings(lock_budget=0.0)):
        assert create() is Outcome.SKIPPED


@pytest.mark.capability("unique_constraint_is_index")
@pytest.mark.parametrize("step", [create, drop])
def test_on_mysql_others_are_not_kept_waiting_for_long(database, connection, caplog, step):
    """Who comes after the operation queues up behind it, and passes in its pauses."""
    if step is drop:
        connection.exec_driver_sql("CREATE INDEX ix ON t (a)")
    with holding(database, "SELECT * FROM t") as holder:
        with running(database, step, lock_timeout=LOCK_TIMEOUT, lock_budget=SECONDS) as run:
            until(lambda: [line for line in caplog.messages if "next try in" in line])
            since = time.monotonic()
            connection.exec_driver_sql("SELECT * FROM t").all()
            connection.commit()
            assert time.monotonic() - since < 3.0
            holder.rollback()
    assert run.result is Outcome.APPLIED
