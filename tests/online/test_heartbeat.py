"""While a statement takes long, the log says how far it is and who is in its way."""

from __future__ import annotations

import asyncio
import re
import threading

import pytest
import sqlalchemy as sa
from online.sessions import holding, looking, running, until
from servers.migration import migration
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from alembic_helpers import Outcome, Settings, op
from alembic_helpers.databases import database_of
from alembic_helpers.online.watching import heartbeat


@pytest.fixture(autouse=True)
def table(connection, migrate, caplog):
    with migrate():
        op.create_table("t", sa.Column("id", sa.Integer), sa.Column("a", sa.Integer))
    connection.exec_driver_sql("INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)")
    connection.commit()
    caplog.set_level("INFO", "alembic.helpers")


@pytest.fixture
def beats(caplog):
    return lambda: [m for m in list(caplog.messages) if m.startswith("running")]


def threads():
    return [t for t in threading.enumerate() if t.name == "alembic_helpers heartbeat"]


def create(**options):
    return lambda: op.create_index_online("ix", "t", ["a"], **options)


@pytest.mark.capability("has_concurrent_indexes")
class TestOnPostgreSQL:
    def test_the_phase_and_the_session_that_is_waited_for(self, database, beats):
        with holding(database, "SET application_name = 'shop'", "UPDATE t SET a = 4") as holder:
            pid = holder.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            with running(database, create(), heartbeat=0.1) as run:
                seen = until(lambda: [line for line in beats() if "waits for" in line])
                holder.rollback()
        assert run.result is Outcome.APPLIED
        assert re.fullmatch(
            r"running   create_index t.ix: 0 s, waiting for writers before build; waits for "
            rf"session {pid}, of \w+, 'shop', idle in transaction, in a transaction for \d s",
            seen[0],
        ), seen[0]
        until(lambda: not threads())

    def test_the_percentage(self, database, connection, beats):
        for sql in (
            "INSERT INTO t SELECT n, n FROM generate_series(1, 700) n",
            "CREATE FUNCTION slow(a integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_sleep(0.0005); RETURN a; END $$",
        ):
            connection.exec_driver_sql(sql)
        connection.commit()
        slow = lambda: op.create_index_online("ix", "t", [sa.text("slow(a)")])  # noqa: E731
        with running(database, slow, heartbeat=0.05) as run:
            until(lambda: [line for line in beats() if re.search(r"building index.*, \d+ %", line)])
        assert run.ended().result is Outcome.APPLIED


@pytest.mark.capability("unique_constraint_is_index")
def test_the_state_on_mysql_and_mariadb(database, beats):
    with holding(database, "UPDATE t SET a = 4") as holder:
        with running(database, create(), heartbeat=0.1, lock_budget=20.0) as run:
            until(lambda: [line for line in beats() if "Waiting for table metadata lock" in line])
            holder.rollback()
    assert run.result is Outcome.APPLIED


@pytest.mark.capability("is_server")
@pytest.mark.parametrize(
    "pool",
    [
        {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0, "pool_timeout": 0.1},
        {"poolclass": StaticPool},
        {"poolclass": NullPool},
    ],
    ids=["one connection", "the same connection", "no pool"],
)
def test_the_migrations_own_pool_is_left_alone(database, migrate, beats, pool):
    engine = sa.create_engine(database.url, **pool)
    with looking(database) as look, holding(database, "UPDATE t SET a = 4") as holder:
        sessions = "SELECT count(*) FROM information_schema.processlist WHERE db = DATABASE()"
        if database.transactional_ddl:
            sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        before = look(sessions)
        with engine.connect() as connection:
            letting_go = threading.Thread(
                target=lambda: (until(lambda: len(beats()) > 2), holder.rollback())
            )
            letting_go.start()
            settings = Settings(heartbeat=0.1, lock_budget=20.0)
            with migrate(connection=connection, alembic_helpers=settings):
                assert create()() is Outcome.APPLIED
            letting_go.join()
        engine.dispose()
        until(lambda: not threads())
        until(lambda: look(sessions) == before)
    assert any("aiting for" in line for line in beats()), beats()


@pytest.mark.capability("is_server")
def test_an_asynchronous_driver_tells_the_time(database, beats):
    async def main():
        engine = create_async_engine(database.async_url, poolclass=NullPool)

        def work(connection):
            with migration(connection, alembic_helpers=Settings(heartbeat=0.1, lock_budget=20.0)):
                assert create()() is Outcome.APPLIED

        async with engine.connect() as connection:
            await connection.run_sync(work)
        await engine.dispose()

    with holding(database, "UPDATE t SET a = 4") as holder:
        letting_go = threading.Thread(target=lambda: (until(beats), holder.rollback()))
        letting_go.start()
        asyncio.run(main())
        letting_go.join()
    assert re.fullmatch(r"running   create_index t.ix: \d s", beats()[0]), beats()
    until(lambda: not threads())


@pytest.mark.capability("is_server")
def test_a_server_that_lets_no_more_in_does_not_matter(database, connection, beats):
    engine = sa.create_engine(database.url, poolclass=NullPool)
    with engine.connect() as first:

        @sa.event.listens_for(engine, "do_connect")
        def refuse(*_):
            raise engine.dialect.dbapi.OperationalError("too many connections")

        with heartbeat(first, database_of(first.dialect), "create_index ix", 0.02):
            until(lambda: len(beats()) > 1)
    assert beats()[:2] == ["running   create_index ix: 0 s"] * 2
    until(lambda: not threads())
