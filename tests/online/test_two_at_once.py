"""Two processes ask for the same thing at once: one makes it, the other one finds it."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
import sqlalchemy as sa
from online.sessions import SECONDS, Run, holding, looking, session_id, until

from alembic_helpers import BuildInProgress, Outcome, Settings, op
from alembic_helpers.databases import database_of
from alembic_helpers.online import session as online_session

TIMES = 20

# Reads a step from each line of its input, runs it, and answers with the outcome or the error.
PROCESS = """
import sys
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic_helpers import Settings, op
from alembic_helpers.engine.operations import operations_for
from alembic_helpers.databases import database_of
from alembic_helpers.online import session

session._LONGEST = 0.2
with sa.create_engine(sys.argv[1]).connect() as connection:
    connection.exec_driver_sql("SELECT 1")
    connection.commit()
    print("ready", flush=True)
    for line in sys.stdin:
        opts = {"alembic_helpers": Settings(lock_timeout=1.0, lock_budget=20.0)}
        context = MigrationContext.configure(connection, opts=opts)
        try:
            with Operations.context(context):
                with context.begin_transaction(), context.begin_transaction(_per_migration=True):
                    eval(line)
                    outcome = operations_for(context).last_outcome.value
            connection.commit()
        except Exception as error:
            connection.rollback()
            outcome = repr(error)
        print(outcome, flush=True)
"""


class Processes:
    def __init__(self, url):
        self.both = [
            subprocess.Popen(
                [sys.executable, "-c", PROCESS, url],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        assert self.answers() == ["ready", "ready"]

    def at_once(self, *steps):
        """The same step, or one for each."""
        for process, step in zip(self.both, steps * (2 // len(steps)), strict=True):
            process.stdin.write(step + "\n")
            process.stdin.flush()
        return self.answers()

    def answers(self):
        return [process.stdout.readline().strip() for process in self.both]

    def end(self):
        """Both end by themselves, and well."""
        for process in self.both:
            process.stdin.close()
        try:
            return [process.wait(SECONDS) for process in self.both]
        finally:
            for process in self.both:
                process.kill()


@pytest.fixture
def processes(database, table):
    processes = Processes(database.url)
    yield processes
    assert processes.end() == [0, 0]


@pytest.fixture
def table(connection, migrate):
    with migrate():
        op.create_table(
            "t", sa.Column("id", sa.Integer), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer)
        )
    connection.exec_driver_sql("INSERT INTO t VALUES (1, 1, 1), (2, 2, 2)")
    connection.commit()


@pytest.fixture
def indexes(database):
    def indexes():
        found = sa.inspect(database.engine).get_indexes("t")
        if database.has_concurrent_indexes:
            with looking(database) as look:
                assert not look("SELECT 1 FROM pg_index WHERE NOT indisvalid")
        return sorted(index["name"] for index in found)

    return indexes


INDEX = 'op.create_index_online("ix", "t", ["a"])'
OTHER = 'op.create_index_online("iy", "t", ["b"])'
UNIQUE = 'op.create_unique_constraint_online("uq", "t", ["a"])'
NOT_NULL = 'op.set_not_null_online("t", "a")'
ALEMBICS = 'op.create_index("ix", "t", ["a"], postgresql_concurrently=True)'


def test_the_same_index(database, connection, processes, indexes):
    drop = "DROP INDEX ix ON t" if database.index_names_are_per_table else "DROP INDEX ix"
    for _ in range(TIMES):
        assert sorted(processes.at_once(INDEX)) == ["applied", "skipped"]
        assert indexes() == ["ix"]
        connection.exec_driver_sql(drop)
        connection.commit()


def test_dropping_the_same_index(database, processes, indexes):
    for _ in range(3):
        with database.engine.begin() as fresh:
            fresh.exec_driver_sql("CREATE INDEX ix ON t (a)")
        assert sorted(processes.at_once('op.drop_index_online("ix", "t")')) == [
            "applied",
            "skipped",
        ]
        assert indexes() == []


@pytest.mark.capability("is_server")
@pytest.mark.parametrize("step", [UNIQUE, NOT_NULL], ids=["unique constraint", "not null"])
def test_the_same_constraint(processes, step):
    assert sorted(processes.at_once(step)) == ["applied", "skipped"]


def test_two_indexes_of_one_table(connection, processes, indexes):
    for _ in range(3):
        assert processes.at_once(INDEX, OTHER) == ["applied", "applied"]
        assert indexes() == ["ix", "iy"]
        processes.at_once('op.drop_index_online("ix", "t")', 'op.drop_index_online("iy", "t")')
        assert indexes() == []


@pytest.mark.capability("has_concurrent_indexes")
def test_with_alembics_own_flag(processes, indexes):
    for _ in range(3):
        assert sorted(processes.at_once(INDEX, ALEMBICS)) == ["applied", "skipped"]
        assert indexes() == ["ix"]
        processes.at_once('op.drop_index_online("ix", "t")')


@pytest.mark.capability("has_concurrent_indexes")
class TestWithOneWhoBuildsItByHand:
    """Who does not use the library takes no turn, but is seen to be building."""

    @pytest.fixture
    def building(self, database, table):
        with (
            holding(database, "UPDATE t SET b = 3") as writer,
            database.engine.connect() as builder,
            looking(database) as look,
        ):
            builder = builder.execution_options(isolation_level="AUTOCOMMIT")
            number = session_id(builder)

            def build():
                try:
                    builder.exec_driver_sql("CREATE INDEX CONCURRENTLY ix ON t (a)")
                except sa.exc.DBAPIError:
                    assert builder.invalidated

            thread = threading.Thread(target=build)
            thread.start()
            phase = f"SELECT 1 FROM pg_stat_progress_create_index WHERE pid = {number} AND phase "
            until(lambda: look(f"{phase} LIKE 'waiting for writers%'"))
            yield number, writer.rollback
            writer.rollback()
            thread.join(SECONDS)
            assert not thread.is_alive()

    @pytest.fixture
    def asking(self, database, caplog, monkeypatch):
        caplog.set_level("INFO", "alembic.helpers")

        def asking(number, **settings):
            run = Run(database, lambda: op.create_index_online("ix", "t", ["a"]), **settings)
            run.start()
            until(lambda: caplog.messages or run.error)
            assert caplog.messages[0] == (
                f"waiting   create_index_online ix: session {number} may be building it"
            )
            return run

        return asking

    def test_who_ends_it(self, building, asking, indexes):
        number, let_go = building
        run = asking(number)
        let_go()
        assert run.ended().result is Outcome.SKIPPED
        assert indexes() == ["ix"]

    def test_who_dies(self, building, asking, indexes, connection):
        number, let_go = building
        run = asking(number)
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({number})")
        let_go()
        assert run.ended().result is Outcome.COMPLETED
        assert indexes() == ["ix"]

    def test_who_takes_too_long(self, building, asking, statements):
        number, _ = building
        run = asking(number, build_timeout=0.5)
        assert isinstance(run.ended().error, BuildInProgress)
        assert run.error.sessions == (number,)


@pytest.mark.capability("is_server")
class TestTheTurn:
    """It belongs to a session of the server, so nobody who is dead keeps it."""

    @pytest.fixture
    def other(self, database, table, monkeypatch):
        """A session that has the turn at the table, as another process would."""
        monkeypatch.setattr(online_session, "_LONGEST", 0.2)
        with database.engine.connect() as other:
            other = other.execution_options(isolation_level="AUTOCOMMIT")
            known = database_of(other.dialect)
            thing = f"{known.current_schema(other)}.t"
            assert known.try_lock(other, thing)
            yield other
            if not other.invalidated:
                known.unlock(other, thing)

    def create(self):
        return op.create_index_online("ix", "t", ["a"])

    def test_that_does_not_come(self, migrate, other, statements):
        statements.clear()
        with pytest.raises(BuildInProgress) as caught:
            with migrate(alembic_helpers=Settings(build_timeout=0.2)):
                self.create()
        assert str(caught.value) == (
            "create_index_online t.ix: another run is at work on it; waited 0.2 s, nothing was "
            "changed. Run the migration again when that run is done, or let it wait longer: "
            "Settings(build_timeout=...)."
        )
        assert not statements.ddl

    def test_that_a_dead_session_had(self, database, connection, other, caplog):
        caplog.set_level("INFO", "alembic.helpers")
        number = session_id(other)
        run = Run(database, self.create)
        run.start()
        until(lambda: caplog.messages)
        assert caplog.messages == [
            "waiting   create_index_online t.ix: another run is at work on it"
        ]
        ending = f"SELECT pg_terminate_backend({number})"
        if not database.transactional_ddl:
            ending = f"KILL {number}"
        connection.exec_driver_sql(ending)
        other.invalidate()
        assert run.ended().result is Outcome.APPLIED
