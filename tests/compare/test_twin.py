"""The twin leaves nothing behind, and the real table is only read."""

from __future__ import annotations

from contextlib import suppress

import pytest
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from servers.migration import migration

from alembic_helpers import DefinitionMismatch, Outcome, op
from alembic_helpers.databases import database_of
from alembic_helpers.databases.definition import TWIN
from alembic_helpers.engine.operations import operations_for

BOUNDED = {
    "postgresql": "SET lock_timeout = '5s'",
    "mariadb": "SET SESSION lock_wait_timeout = 5, innodb_lock_wait_timeout = 5",
    "mysql": "SET SESSION lock_wait_timeout = 5, innodb_lock_wait_timeout = 5",
}


def table(name="t", schema=None, check="ck"):
    op.create_table(
        name,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("a", sa.Integer, server_default=sa.text("3")),
        sa.CheckConstraint("a > 0", name=check),
        schema=schema,
    )


def check(says, name="t", schema=None):
    return lambda: op.create_check_constraint("ck", name, says, schema=schema)


def assert_nothing_of_it(connection, schema=None):
    for name in {TWIN, f"{schema or 'pg_temp'}.{TWIN}"}:
        with pytest.raises(sa.exc.DBAPIError, match=TWIN), connection.begin_nested():
            connection.exec_driver_sql(f"SELECT 1 FROM {name}")
    assert connection.exec_driver_sql("SELECT 1").scalar() == 1


def run(connection, *steps):
    with migration(connection) as context:
        for step in steps:
            step()
        return [record.outcome for record in operations_for(context).records]


def refused(connection, schema=None):
    with pytest.raises(DefinitionMismatch, match="condition"):
        run(connection, check("a > 1", schema=schema))


@pytest.fixture
def in_between(connection, monkeypatch):
    """``in_between(function)`` is called with the connection while there is a twin; how often."""
    class_ = type(database_of(connection.dialect))
    read, calls = class_.read_twin, []

    def hook(function):
        def read_twin(self, where, twin):
            calls.append(twin)
            function()
            return read(self, where, twin)

        monkeypatch.setattr(class_, "read_twin", read_twin)
        return calls

    return hook


@pytest.fixture
def interrupt(in_between):
    def interrupt():
        raise KeyboardInterrupt

    return in_between(interrupt)


class TestNothingIsLeft:
    def test_after_a_comparison(self, connection, schema, snapshot, in_between):
        run(connection, lambda: table(schema=schema))
        before = snapshot(connection, schema)
        calls = in_between(lambda: None)
        assert run(connection, check("a > 0", schema=schema)) == [Outcome.SKIPPED]
        assert len(calls) == 1
        assert_nothing_of_it(connection, schema)
        refused(connection, schema)
        assert len(calls) == 2
        assert_nothing_of_it(connection, schema)
        assert snapshot(connection, schema) == before

    def test_after_a_refusal(self, connection, schema, in_between, caplog):
        run(connection, lambda: table(schema=schema))
        calls = in_between(lambda: None)
        caplog.set_level("INFO", "alembic.helpers")
        assert run(connection, check("nope > 0", schema=schema)) == [Outcome.SKIPPED]
        assert "; not compared: condition (" in caplog.messages[0]
        assert "nope" in caplog.messages[0].partition("(")[2]
        assert not calls
        assert_nothing_of_it(connection, schema)
        refused(connection, schema)

    def test_within_a_transaction_of_the_callers(self, connection):
        run(connection, table)
        with connection.begin() as transaction:
            connection.exec_driver_sql("INSERT INTO t VALUES (1, 1)")
            operations = operations_for(MigrationContext.configure(connection))
            operations.create_check_constraint("ck", "t", "a > 0")
            assert operations.last_outcome is Outcome.SKIPPED
            operations.create_check_constraint("ck", "t", "nope > 0")
            with pytest.raises(DefinitionMismatch):
                operations.create_check_constraint("ck", "t", "a > 1")
            assert connection.exec_driver_sql("SELECT id FROM t").all() == [(1,)]
            transaction.rollback()
        assert connection.exec_driver_sql("SELECT id FROM t").all() == []
        assert_nothing_of_it(connection)

    def test_of_an_interrupted_comparison(self, connection, interrupt):
        run(connection, table)
        with connection.begin() as transaction:
            connection.exec_driver_sql("INSERT INTO t VALUES (1, 1)")
            operations = operations_for(MigrationContext.configure(connection))
            with pytest.raises(KeyboardInterrupt):
                operations.create_check_constraint("ck", "t", "a > 0")
            assert interrupt
            assert_nothing_of_it(connection)
            assert connection.exec_driver_sql("SELECT id FROM t").all() == [(1,)]
            transaction.rollback()
        assert connection.exec_driver_sql("SELECT id FROM t").all() == []

    @pytest.mark.capability("is_server")
    @pytest.mark.parametrize("when", ["before_cursor_execute", "after_cursor_execute"])
    def test_of_an_interrupted_statement(self, connection, when):
        """SQLAlchemy ends a connection whose statement was interrupted, and the twin with it."""
        run(connection, table)
        connection.exec_driver_sql("INSERT INTO t VALUES (1, 1)")

        def interrupt(_connection, _cursor, statement, *_rest):
            if statement.lstrip().startswith("CREATE TEMPORARY"):
                raise KeyboardInterrupt

        operations = operations_for(MigrationContext.configure(connection))
        sa.event.listen(connection, when, interrupt)
        with pytest.raises(KeyboardInterrupt):
            operations.create_check_constraint("ck", "t", "a > 0")
        sa.event.remove(connection, when, interrupt)
        connection.rollback()
        assert connection.exec_driver_sql("SELECT id FROM t").all() == []
        assert_nothing_of_it(connection)

    def test_on_a_pooled_connection(self, database, connection, interrupt):
        run(connection, table)
        engine = sa.create_engine(
            database.url, poolclass=sa.pool.QueuePool, pool_size=1, max_overflow=0
        )
        try:
            with engine.connect() as first, suppress(KeyboardInterrupt):
                run(first, check("a > 0"))
            assert interrupt
            with engine.connect() as second:
                assert_nothing_of_it(second)
                second.rollback()
                interrupt.clear()
                with suppress(KeyboardInterrupt):
                    run(second, check("a > 0"))
                assert interrupt
        finally:
            engine.dispose()


def table_as_compared():
    op.create_table(
        "t",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("a", sa.Integer, server_default=sa.text("(coalesce(1, 2))")),
        sa.CheckConstraint("a > 0", name="ck"),
    )


COMPARED = {
    "create_table": table_as_compared,
    "add_column": lambda: op.add_column(
        "t", sa.Column("a", sa.Integer, server_default=sa.text("(coalesce(1, 2))"))
    ),
    "alter_column": lambda: op.alter_column(
        "t", "a", server_default=sa.text("(coalesce(1, 2))"), existing_type=sa.Integer()
    ),
    "create_check_constraint": check("a > 0"),
    "create_index": lambda: op.create_index("ix", "t", [sa.column("a").desc()]),
}


@pytest.mark.capability("is_server")
@pytest.mark.parametrize("step", COMPARED.values(), ids=COMPARED)
class TestTheRealTableIsOnlyRead:
    @pytest.fixture(autouse=True)
    def done(self, connection, step):
        run(connection, table_as_compared, COMPARED["create_index"])
        connection.exec_driver_sql("INSERT INTO t VALUES (1, 1)")
        connection.commit()

    @pytest.fixture
    def other(self, database, connection):
        """A second session; neither waits long for the other."""
        with database.engine.connect() as other:
            for session in (connection, other):
                session.exec_driver_sql(BOUNDED[database.name])
                session.commit()
            yield other

    def test_another_session_writes_meanwhile(self, connection, other, in_between, step):
        def write():
            other.exec_driver_sql("INSERT INTO t VALUES (2, 2)")
            other.exec_driver_sql("UPDATE t SET a = 5 WHERE id = 1")
            other.exec_driver_sql("DELETE FROM t WHERE id = 2")
            other.commit()

        calls = in_between(write)
        assert run(connection, step) == [Outcome.SKIPPED]
        assert len(calls) == 1

    def test_another_session_has_written(self, connection, other, in_between, step):
        other.exec_driver_sql("INSERT INTO t VALUES (2, 2)")
        other.exec_driver_sql("UPDATE t SET a = 5 WHERE id = 1")
        calls = in_between(lambda: None)
        assert run(connection, step) == [Outcome.SKIPPED]
        assert len(calls) == 1


@pytest.mark.capability("has_concurrent_indexes")
@pytest.mark.parametrize("step", COMPARED.values(), ids=COMPARED)
def test_no_lock_on_the_real_table_but_that_of_a_reader(connection, in_between, step):
    run(connection, table_as_compared, COMPARED["create_index"])
    seen = []

    def look():
        modes = "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation IN ({})"
        relations = "SELECT CAST('t' AS regclass) UNION SELECT CAST('ix' AS regclass)"
        seen.append(set(connection.exec_driver_sql(modes.format(relations)).scalars()))

    in_between(look)
    assert run(connection, step) == [Outcome.SKIPPED]
    assert len(seen) == 1
    assert seen[0] <= {"AccessShareLock"}


class TestARealTableOfThatName:
    def test_is_untouched(self, connection, snapshot):
        run(connection, table, lambda: table(TWIN, check="ck_twin"))
        connection.exec_driver_sql(f"INSERT INTO {TWIN} VALUES (1, 1)")
        connection.commit()
        before = snapshot(connection)
        assert run(connection, check("a > 0")) == [Outcome.SKIPPED]
        refused(connection)
        assert snapshot(connection) == before
        assert connection.exec_driver_sql(f"SELECT id, a FROM {TWIN}").all() == [(1, 1)]

    def test_is_compared(self, connection, schema):
        step = lambda: table(TWIN, schema)  # noqa: E731
        assert run(connection, step) == [Outcome.APPLIED]
        assert run(connection, step, check("a > 0", TWIN, schema)) == [Outcome.SKIPPED] * 2
        with pytest.raises(DefinitionMismatch, match="condition"):
            run(connection, check("a > 1", TWIN, schema))
        add = lambda: op.add_column(TWIN, sa.Column("b", sa.Integer), schema=schema)  # noqa: E731
        assert run(connection, add) == [Outcome.APPLIED]
        assert run(connection, add) == [Outcome.SKIPPED]
