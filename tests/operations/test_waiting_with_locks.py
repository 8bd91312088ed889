"""Another session is building it: nobody waits for that while others wait for him."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from online.sessions import SECONDS, holding, looking, session_id, until

from alembic_helpers import BuildInProgress, Outcome, Settings, op

PATIENT = Settings(build_timeout=SECONDS)


@pytest.fixture
def building(database, connection, migrate):
    """``number, let_go``: a session that builds an index until it is let go."""
    with migrate():
        for name in ("t", "u"):
            op.create_table(name, sa.Column("id", sa.Integer), sa.Column("a", sa.Integer))
    with (
        holding(database, "INSERT INTO t VALUES (1, 1)") as writer,
        database.engine.connect() as builder,
        looking(database) as look,
    ):
        builder = builder.execution_options(isolation_level="AUTOCOMMIT")
        number = session_id(builder)
        sql = "CREATE INDEX CONCURRENTLY ix ON t (a)"
        thread = threading.Thread(target=builder.exec_driver_sql, args=[sql])
        thread.start()
        until(lambda: look("SELECT 1 FROM pg_class WHERE relname = 'ix'"))
        yield number, writer.rollback
        writer.rollback()
        thread.join(SECONDS)
        assert not thread.is_alive()


def create():
    op.create_index("ix", "t", ["a"])


def create_in_a_batch():
    with op.batch_alter_table("t") as batch_op:
        batch_op.create_index("ix", ["a"])


HELD = {
    "rows of another table": lambda: op.execute("INSERT INTO u VALUES (2, 2)"),
    "rows of its table": lambda: op.execute("INSERT INTO t VALUES (2, 2)"),
    "a table": lambda: op.execute("LOCK TABLE u IN SHARE MODE"),
}


@pytest.mark.capability("has_concurrent_indexes")
class TestWhatHoldsALockDoesNotWait:
    @pytest.mark.parametrize("hold", HELD.values(), ids=HELD)
    @pytest.mark.parametrize("step", [create, create_in_a_batch])
    def test_it_is_said_at_once(self, building, migrate, step, hold):
        number, _ = building
        with pytest.raises(BuildInProgress) as caught, migrate(alembic_helpers=PATIENT):
            hold()
            step()
        assert caught.value.sessions == (number,)
        assert str(caught.value) == (
            f"create_index ix: it is there, but not valid yet, and session {number} may be "
            "building it. It does not wait, for the migration's own transaction keeps others "
            "waiting, that session perhaps; nothing was changed. Run the migration again when "
            "that session is done."
        )

    def test_nor_what_keeps_an_old_snapshot(self, database, building, migrate):
        """The end of the build would wait for it, and it would not see that end."""
        with database.engine.connect() as connection:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with pytest.raises(BuildInProgress, match="It does not wait"):
                with migrate(connection=connection, alembic_helpers=PATIENT):
                    create()

    def test_nor_what_the_build_waits_for(self, database, building, migrate, monkeypatch):
        """A build waits for the end of each transaction that had a snapshot when it looked."""
        number, let_go = building

        def sleep(_seconds):
            """While this transaction reads, the build comes to its last phase."""
            if not slept:
                migrating.connection.exec_driver_sql("DECLARE c CURSOR FOR SELECT * FROM u")
                let_go()
                waits = (
                    f"SELECT 1 FROM pg_locks WHERE pid = {number} "
                    "AND locktype = 'virtualxid' AND NOT granted"
                )
                with looking(database) as look:
                    until(lambda: look(waits))
                migrating.connection.exec_driver_sql("CLOSE c")
            slept.append(_seconds)

        slept = []
        monkeypatch.setattr("alembic_helpers.engine.waiting.time.sleep", sleep)
        with pytest.raises(BuildInProgress, match="It does not wait"):
            with migrate(alembic_helpers=PATIENT) as migrating:
                create()
        assert len(slept) == 1

    def test_what_only_read_waits(self, building, run):
        _, let_go = building
        timer = threading.Timer(0.3, let_go)
        timer.start()
        read = lambda: op.execute("SELECT * FROM u")  # noqa: E731
        assert run(read, create, alembic_helpers=PATIENT)[-1] is Outcome.SKIPPED
        timer.join()

    def test_the_online_form_commits_and_waits(self, building, run):
        _, let_go = building
        timer = threading.Timer(0.3, let_go)
        timer.start()
        step = lambda: op.create_index_online("ix", "t", ["a"])  # noqa: E731
        outcomes = run(HELD["rows of its table"], step, alembic_helpers=PATIENT)
        assert outcomes[-1] is Outcome.SKIPPED
        timer.join()
