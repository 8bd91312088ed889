"""``backfill`` beside other sessions: their locks, their runs, and their end."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from online.sessions import holding, looking, running, session_id, until

from alembic_helpers import BuildInProgress, LockNotAvailable, op

SMALL = {"where": "b IS NULL", "batch_size": 10}
MANY = 25


@pytest.fixture
def table(connection, migrate):
    with migrate():
        table = op.create_table(
            "t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("b", sa.Integer)
        )
    connection.execute(table.insert(), [{"id": number} for number in range(1, MANY + 1)])
    connection.commit()
    return table


@pytest.fixture
def log(caplog):
    caplog.set_level("INFO", "alembic.helpers")
    return caplog


def undone(look) -> int:
    return int(look("SELECT count(*) FROM t WHERE b IS NULL")[0][0])


def fill():
    return op.backfill("t", {"b": 1}, **SMALL)


def test_a_locked_row_is_waited_for_without_holding_others(database, table, log):
    lock = "UPDATE t SET b = 0 WHERE id = 15"
    with looking(database) as look, holding(database, lock) as other:
        with running(database, fill, lock_timeout=0.05) as run:
            until(lambda: any(m.startswith("waiting   backfill t: no lock") for m in log.messages))
            if database.is_server:
                assert undone(look) == MANY - 10
                assert f"session {session_id(other)}" in log.text
            other.rollback()
        assert run.error is None
        assert undone(look) == 0


def test_it_gives_up_and_names_who_is_in_the_way(database, table):
    with holding(database, "UPDATE t SET b = 0 WHERE id = 15") as other:
        with running(database, fill, lock_timeout=0.05, lock_budget=0.1) as run:
            run.ended()
        assert isinstance(run.error, LockNotAvailable)
        assert str(run.error).startswith("backfill t: no lock in ")
        if database.is_server:
            assert [b.session for b in run.error.blockers] == [session_id(other)]
    with looking(database) as look:
        assert undone(look) == (MANY - 10 if database.is_server else MANY)


@pytest.mark.capability("is_server")
def test_two_runs_do_not_do_the_same_work(database, table):
    with looking(database) as look:
        slow = {**SMALL, "pause": 0.5}
        with running(database, lambda: op.backfill("t", {"b": 1}, **slow)) as first:
            until(lambda: undone(look) < MANY)
            with running(
                database, lambda: op.backfill("t", {"b": 2}, **SMALL), build_timeout=0.1
            ) as second:
                second.ended()
        assert isinstance(second.error, BuildInProgress)
        assert first.error is None
        assert look("SELECT DISTINCT b FROM t") == [(1,)]


@pytest.mark.capability("is_server")
def test_a_session_that_is_ended_leaves_whole_batches(database, table, migrate, log):
    end = {"postgresql": "SELECT pg_terminate_backend({})"}.get(database.name, "KILL {}")

    def ended(*_):
        """After the first batch."""
        with database.engine.connect() as other:
            other.exec_driver_sql(end.format(run.session))
            other.commit()

    step = lambda: begun.wait() and op.backfill("t", {"b": 1}, progress=ended, **SMALL)  # noqa: E731
    begun = threading.Event()
    with running(database, step) as run:
        begun.set()
    assert isinstance(run.error, sa.exc.DBAPIError)
    with looking(database) as look:
        assert undone(look) == MANY - 10
    with migrate():
        op.backfill("t", {"b": 2}, **SMALL)
    assert log.messages[-1] == "applied   backfill t: 15 rows in 2 batches"
