"""What an interrupted run left unfinished is finished: just the rest, and only once."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from alembic import op as alembic_op

from alembic_helpers import BuildInProgress, DefinitionMismatch, Outcome, Settings, op

SECONDS = 20.0
"""How long anything here may wait for another session, before it is a failure."""


@pytest.fixture
def finished(run, statements):
    """``finished(step, n)``: a run completes it by ``n`` statements, and the next sends nothing."""

    def finished(step, count=1):
        statements.clear()
        assert run(step) == [Outcome.COMPLETED]
        sent = statements.ddl
        assert len(sent) == count, sent
        statements.clear()
        assert run(step) == [Outcome.SKIPPED]
        assert not statements.ddl
        return sent

    return finished


@pytest.fixture
def by_hand(connection):
    def by_hand(*sqls):
        for sql in sqls:
            connection.exec_driver_sql(sql)
        connection.commit()

    return by_hand


def table(*items):
    op.create_table("t", sa.Column("id", sa.Integer), sa.Column("a", sa.Integer), *items)


@pytest.mark.capability("has_unvalidated_constraints")
class TestNotValid:
    @pytest.fixture(autouse=True)
    def tables(self, run, by_hand):
        run(table, lambda: op.create_table("u", sa.Column("id", sa.Integer, primary_key=True)))
        by_hand("INSERT INTO t VALUES (1, -1)")

    def test_a_check_is_validated(self, finished, by_hand, run):
        by_hand("ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT VALID")
        step = lambda: op.create_check_constraint("ck", "t", "a > 0")  # noqa: E731
        with pytest.raises(sa.exc.IntegrityError):
            run(step)
        by_hand("UPDATE t SET a = 1")
        assert finished(step) == ["ALTER TABLE t VALIDATE CONSTRAINT ck"]

    def test_a_foreign_key_is_validated(self, finished, by_hand):
        by_hand(
            "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES u (id) NOT VALID",
            "DELETE FROM t",
        )
        step = lambda: op.create_foreign_key("fk", "t", "u", ["a"], ["id"])  # noqa: E731
        assert finished(step) == ["ALTER TABLE t VALIDATE CONSTRAINT fk"]

    def test_one_that_says_something_else_is_a_mismatch(self, by_hand, run, statements):
        by_hand("ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT VALID")
        statements.clear()
        with pytest.raises(DefinitionMismatch, match="condition"):
            run(lambda: op.create_check_constraint("ck", "t", "a > 1"))
        assert not statements.ddl

    def test_one_that_is_asked_for_so_is_left_so(self, by_hand, run):
        by_hand("ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT VALID")
        not_valid = {"postgresql_not_valid": True}
        step = lambda: op.create_check_constraint("ck", "t", "a > 0", **not_valid)  # noqa: E731
        assert run(step) == [Outcome.SKIPPED]


def create(unique=False, **options):
    return lambda: op.create_index("ix", "t", ["a"], unique=unique, **options)


def concurrently(unique=False):
    def step():
        with alembic_op.get_context().autocommit_block():
            create(unique, postgresql_concurrently=True)()

    return step


@pytest.fixture
def session(database):
    """A second session, in autocommit."""
    with database.engine.connect() as other:
        yield other.execution_options(isolation_level="AUTOCOMMIT")


@pytest.mark.capability("has_concurrent_indexes")
class TestInvalidIndex:
    @pytest.fixture(autouse=True)
    def left_invalid(self, run, by_hand, session):
        run(table)
        by_hand("INSERT INTO t VALUES (1, 1), (2, 1)")
        with pytest.raises(sa.exc.IntegrityError):
            session.exec_driver_sql("CREATE UNIQUE INDEX CONCURRENTLY ix ON t (a)")
        by_hand("DELETE FROM t WHERE id = 2")

    def is_valid(self, connection):
        return connection.exec_driver_sql(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = CAST('ix' AS regclass)"
        ).scalar()

    @pytest.mark.parametrize("create", [create, concurrently])
    def test_a_unique_one_is_built_anew(self, finished, connection, create):
        assert not self.is_valid(connection)
        sent = [sql.strip() for sql in finished(create(unique=True), 2)]
        words = " CONCURRENTLY" if create is concurrently else ""
        assert sent == [f"DROP INDEX{words} ix", f"CREATE UNIQUE INDEX{words} ix ON t (a)"]
        assert self.is_valid(connection)
        connection.rollback()
        with pytest.raises(sa.exc.IntegrityError):
            connection.exec_driver_sql("INSERT INTO t VALUES (3, 1)")

    @pytest.mark.parametrize("create", [create, concurrently])
    def test_one_of_another_definition_is_a_mismatch(self, run, statements, create):
        statements.clear()
        with pytest.raises(DefinitionMismatch, match="unique"):
            run(create(unique=False))
        assert not statements.ddl

    def test_one_that_is_dropped_is_dropped(self, run):
        drop = lambda: op.drop_index("ix", "t")  # noqa: E731
        assert run(drop, drop) == [Outcome.APPLIED, Outcome.SKIPPED]

    def test_within_a_batch(self, run):
        def step():
            with op.batch_alter_table("t") as batch_op:
                batch_op.create_index("ix", ["a"], unique=True)

        assert run(step) == [Outcome.COMPLETED]
        assert run(step) == [Outcome.SKIPPED]


@pytest.mark.capability("has_concurrent_indexes")
class TestAnotherSessionIsBuildingIt:
    @pytest.fixture(autouse=True)
    def table(self, run, by_hand):
        run(table)
        by_hand("INSERT INTO t VALUES (1, 1)")

    @pytest.fixture
    def building(self, database, connection, session):
        """An index that another session builds until a third one's old snapshot is let go."""

        @contextmanager
        def building():
            with database.engine.connect() as reader:
                reader = reader.execution_options(isolation_level="REPEATABLE READ")
                reader.exec_driver_sql("SELECT 1 FROM t")
                pid = session.exec_driver_sql("SELECT pg_backend_pid()").scalar()
                sql = "CREATE INDEX CONCURRENTLY ix ON t (a)"
                builder = threading.Thread(target=session.exec_driver_sql, args=[sql])
                builder.start()
                try:
                    self.wait_until_it_is_nearly_done(connection)
                    yield pid, reader.rollback
                finally:
                    reader.rollback()
                    builder.join(SECONDS)
                    assert not builder.is_alive()

        return building

    def wait_until_it_is_nearly_done(self, connection):
        """It takes writes already, and is not valid yet."""
        state = (
            "SELECT i.indisready AND NOT i.indisvalid FROM pg_index i "
            "JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = 'ix'"
        )
        deadline = time.monotonic() + SECONDS
        while not connection.exec_driver_sql(state).scalar():
            connection.rollback()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        connection.rollback()

    def is_there(self, connection):
        found = connection.exec_driver_sql("SELECT to_regclass('ix') IS NOT NULL").scalar()
        connection.rollback()
        return found

    @pytest.mark.parametrize("create", [create, concurrently])
    def test_that_does_not_end_in_time(self, run, building, connection, statements, create):
        impatient = Settings(build_timeout=1.0)
        with building() as (pid, _):
            statements.clear()
            with pytest.raises(BuildInProgress) as caught:
                run(create(), alembic_helpers=impatient)
            assert not statements.ddl
            assert self.is_there(connection)
        assert caught.value.sessions == (pid,)
        assert str(caught.value) == (
            "create_index ix: it is there, but not valid yet, and session "
            f"{pid} may be building it; waited 1 s, nothing was changed. Run the migration again "
            "when that session is done, or let it wait longer: Settings(build_timeout=...)."
        )
        assert run(create()) == [Outcome.SKIPPED]

    @pytest.mark.parametrize("create", [create, concurrently])
    def test_that_ends_in_time(self, run, building, statements, caplog, create):
        caplog.set_level("INFO", "alembic.helpers")
        patient = Settings(build_timeout=SECONDS)
        with building() as (pid, let_go):
            statements.clear()
            timer = threading.Timer(0.3, let_go)
            timer.start()
            assert run(create(), alembic_helpers=patient) == [Outcome.SKIPPED]
            timer.join()
        assert not statements.ddl
        assert caplog.messages == [
            f"waiting   create_index ix: session {pid} may be building it",
            "skipped   create_index ix: already there",
        ]

    def test_after_earlier_operations_of_the_same_migration(self, run, building, statements):
        """The migration's own transaction holds nothing for which the builder waits."""
        with building() as (_, let_go):
            timer = threading.Timer(0.3, let_go)
            timer.start()
            assert (
                run(
                    lambda: op.create_table("u", sa.Column("a", sa.Integer)),
                    lambda: op.create_check_constraint("ck", "u", "a > 0"),
                    lambda: op.create_check_constraint("ck", "u", "a > 0"),
                    lambda: op.add_column("t", sa.Column("a", sa.Integer)),
                    create(),
                    alembic_helpers=Settings(build_timeout=SECONDS),
                )
                == [Outcome.APPLIED] * 2 + [Outcome.SKIPPED] * 3
            )
            timer.join()

    def test_within_a_batch(self, run, building, connection):
        def step():
            with op.batch_alter_table("t") as batch_op:
                batch_op.create_index("ix", ["a"])

        with building():
            with pytest.raises(BuildInProgress):
                run(step, alembic_helpers=Settings(build_timeout=0.0))
            assert self.is_there(connection)
        assert run(step) == [Outcome.SKIPPED]


@pytest.mark.capability("has_included_columns")
def test_an_index_of_a_partitioned_table_is_not_dropped(run, by_hand, statements):
    by_hand(
        "CREATE TABLE t (a integer) PARTITION BY RANGE (a)",
        "CREATE TABLE p PARTITION OF t FOR VALUES FROM (0) TO (9)",
        "CREATE INDEX ix ON ONLY t (a)",
    )
    statements.clear()
    with pytest.raises(DefinitionMismatch) as caught:
        run(create())
    assert not statements.ddl
    assert str(caught.value) == (
        "create_index: index ix is there, but differs from the one asked for:\n"
        "  valid        no (not every partition has its part)  ->  yes\n"
        "Create the missing indexes on its partitions and attach them: ALTER INDEX ... ATTACH "
        "PARTITION ...; the index becomes valid with the last of them."
    )
    by_hand("CREATE INDEX ix_p ON p (a)", "ALTER INDEX ix ATTACH PARTITION ix_p")
    assert run(create()) == [Outcome.SKIPPED]
