"""A session is ended, or its process killed, in the middle; the next run finishes the work."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest
import sqlalchemy as sa
from online.sessions import SECONDS, Run, holding, is_lost, is_waiting, until

from alembic_helpers import Outcome, op
from alembic_helpers.online import session as online_session

pytestmark = pytest.mark.usefixtures("tables")


def create():
    return op.create_index_online("ix", "t", ["a"])


# Evaluated for a row, it waits until nobody holds the advisory lock of that number.
WAITS = (
    "CREATE FUNCTION waits(a integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS "
    "$$ BEGIN PERFORM pg_advisory_lock_shared(a); PERFORM pg_advisory_unlock_shared(a); "
    "RETURN a; END $$"
)


PHASE = "SELECT phase FROM pg_stat_progress_create_index WHERE datname = current_database()"


class Stops:
    """Ways to stop a concurrent statement where it is; each yields what is seen of it there."""

    def __init__(self, database, look):
        self.database, self.look = database, look

    def phase(self):
        return [row.phase for row in self.look(PHASE)]

    def at(self, phase):
        return lambda: any(seen.startswith(phase) for seen in self.phase())

    @contextmanager
    def before_build(self):
        with holding(self.database, "UPDATE t SET b = 'z'"):
            yield self.at("waiting for writers before build")

    @contextmanager
    def building(self):
        with holding(self.database, "SELECT pg_advisory_lock(1)"):
            yield self.at("building index")

    @contextmanager
    def before_validation(self):
        """A writer who came during the build."""
        with ExitStack() as stack:
            building = stack.enter_context(
                holding(self.database, "SELECT pg_advisory_xact_lock(1)")
            )

            def seen():
                if self.at("building index")():
                    stack.enter_context(holding(self.database, "UPDATE t SET b = 'z'"))
                    building.rollback()
                return self.at("waiting for writers before validation")()

            yield seen

    @contextmanager
    def validating(self):
        """A row that was added during the build, and is read after it."""
        with ExitStack() as stack:
            stack.enter_context(holding(self.database, "SELECT pg_advisory_xact_lock(5)"))
            building = stack.enter_context(
                holding(self.database, "SELECT pg_advisory_xact_lock(1)")
            )

            def seen():
                if self.at("building index")() and not self.look("SELECT 1 FROM t WHERE a = 5"):
                    self.look("INSERT INTO t VALUES (5, 5, 'v') RETURNING id")
                    building.rollback()
                return self.at("index validation")()

            yield seen

    @contextmanager
    def old_snapshots(self):
        with self.database.engine.connect() as session:
            session = session.execution_options(isolation_level="REPEATABLE READ")
            session.exec_driver_sql("SELECT 1")
            yield self.at("waiting for old snapshots")
            session.rollback()


PHASES = ["before_build", "building", "before_validation", "validating", "old_snapshots"]


def create_slowly():
    return op.create_index_online("ix", "t", [sa.text("waits(a)")])


def is_valid(look):
    sql = "SELECT indisvalid, indisready, indislive FROM pg_index JOIN pg_class c ON c.oid = "
    return [tuple(r) for r in look(sql + "indexrelid WHERE relname LIKE 'ix%'")] == [(True,) * 3]


@pytest.mark.capability("has_concurrent_indexes")
class TestAConcurrentBuild:
    @pytest.fixture(autouse=True)
    def function(self, connection, tables):
        connection.exec_driver_sql(WAITS)
        connection.commit()

    @pytest.mark.parametrize("phase", PHASES)
    def test_whose_session_is_ended(self, database, look, end, migrate, phase):
        run = Run(database, create_slowly)
        with getattr(Stops(database, look), phase)() as there:
            run.start()
            until(there)
            end(run.session)
        error = run.ended().error
        assert is_lost(error), error
        with migrate():
            assert create_slowly() is Outcome.COMPLETED
        assert is_valid(look)
        with migrate():
            assert create_slowly() is Outcome.SKIPPED

    @pytest.mark.parametrize("phase", PHASES)
    def test_whose_process_is_killed(self, database, look, migrate, caplog, monkeypatch, phase):
        """The server goes on with it: the next run waits, and finds it there."""
        caplog.set_level("INFO", "alembic.helpers")
        monkeypatch.setattr(online_session, "_LONGEST", 0.2)
        step = 'op.create_index_online("ix", "t", [sa.text("waits(a)")])'
        with getattr(Stops(database, look), phase)() as there:
            kill_at(there, database, step)
            run = Run(database, create_slowly, build_timeout=SECONDS)
            run.start()
            until(lambda: caplog.messages or run.error)
        assert run.ended().error is None
        assert caplog.messages[0] == (
            "waiting   create_index_online t.ix: another run is at work on it"
        )
        assert run.result in (Outcome.SKIPPED, Outcome.COMPLETED)
        assert is_valid(look)
        with migrate():
            assert create_slowly() is Outcome.SKIPPED


def drop():
    return op.drop_index_online("ix", "t")


@pytest.mark.capability("has_concurrent_indexes")
class TestAConcurrentDrop:
    @pytest.fixture(autouse=True)
    def index(self, connection, tables):
        connection.exec_driver_sql("CREATE INDEX ix ON t (a)")
        connection.commit()

    @pytest.mark.parametrize("live", [True, False], ids=["invalid", "dead"])
    def test_whose_session_is_ended(self, database, look, end, migrate, live):
        """It waits twice for those who read the table: before it is dead, and after."""
        state = (
            "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass('ix') "
            f"AND NOT indisvalid AND indislive = {live}"
        )
        run = Run(database, drop)
        with ExitStack() as stack:
            first = stack.enter_context(holding(database, "SELECT * FROM t"))
            run.start()
            until(lambda: look(state.replace("False", "True")))
            if not live:
                until(lambda: is_waiting(look, run.session))
                stack.enter_context(holding(database, "SELECT * FROM t"))
                first.rollback()
                until(lambda: look(state))
            end(run.session)
        assert run.ended().error is not None
        assert look(state)
        with migrate():
            assert drop() is Outcome.APPLIED
        assert not look("SELECT 1 FROM pg_class WHERE relname = 'ix'")
        with migrate():
            assert drop() is Outcome.SKIPPED

    def test_whose_session_was_ended_is_built_anew(self, database, look, end, migrate):
        run = Run(database, drop)
        with holding(database, "SELECT * FROM t"):
            run.start()
            until(lambda: look("SELECT 1 FROM pg_index WHERE NOT indisvalid"))
            end(run.session)
        run.ended()
        with migrate():
            assert create() is Outcome.COMPLETED
        assert is_valid(look)


# -- MySQL and MariaDB ---------------------------------------------------------------------------

STATE = "SELECT 1 FROM information_schema.processlist WHERE db = DATABASE() AND state LIKE '{}%'"


@pytest.mark.capability("unique_constraint_is_index")
class TestAnAlterOfMySQL:
    STEP = staticmethod(create)
    TEXT = 'op.create_index_online("ix", "t", ["a"])'

    @pytest.fixture(params=["waits", "runs"])
    def stopped(self, request, database, look, connection):
        """It waits for a transaction, or has many rows to read."""

        @contextmanager
        def stopped():
            if request.param == "waits":
                with holding(database, "UPDATE t SET a = 2"):
                    yield lambda: look(STATE.format("Waiting for table metadata lock"))
            else:
                done = "SELECT 1 FROM information_schema.statistics WHERE index_name = 'ix'"
                yield lambda: look(STATE.format("alter")) or look(done)

        if request.param == "runs":
            connection.exec_driver_sql("INSERT INTO t SELECT 2 + id, a, b FROM t")
            for _ in range(15):
                highest = connection.exec_driver_sql("SELECT max(id) FROM t").scalar()
                connection.exec_driver_sql(f"INSERT INTO t SELECT {highest} + id, id, b FROM t")
            connection.commit()
        return stopped

    def test_whose_session_is_ended(self, database, look, end, migrate, stopped):
        run = Run(database, self.STEP, lock_timeout=SECONDS)
        with stopped() as there:
            run.start()
            until(there)
            end(run.session)
        error = run.ended().error
        assert error is None or "Lost connection" in str(error) or "killed" in str(error), error
        self.assert_finished(migrate, look)

    def test_whose_process_is_killed(self, database, look, migrate, stopped):
        with stopped() as there:
            kill_at(there, database, self.TEXT)
        self.assert_finished(migrate, look)

    def assert_finished(self, migrate, look):
        with migrate():
            assert self.STEP() in (Outcome.APPLIED, Outcome.SKIPPED)
        found = "SELECT 1 FROM information_schema.statistics WHERE index_name = 'ix' "
        assert len(look(found + "AND table_schema = DATABASE()")) == 1
        with migrate():
            assert self.STEP() is Outcome.SKIPPED


# -- kill -9 -------------------------------------------------------------------------------------

SCRIPT = """
import sys
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic_helpers import Settings, op

with sa.create_engine(sys.argv[1]).connect() as connection:
    opts = {{"alembic_helpers": Settings(lock_timeout=20.0)}}
    context = MigrationContext.configure(connection, opts=opts)
    with Operations.context(context):
        with context.begin_transaction(), context.begin_transaction(_per_migration=True):
            {step}
"""


def kill_at(there, database, step):
    """The step in a process of its own, which is killed once it is seen to be there."""
    process = subprocess.Popen([sys.executable, "-c", SCRIPT.format(step=step), database.url])
    try:
        until(lambda: there() or process.poll() is not None)
    finally:
        process.kill()
        assert process.wait() in (-9, 0)
