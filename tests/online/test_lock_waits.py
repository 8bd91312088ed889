"""Another session holds a lock: an operation tries again, and in the end says who it is."""

from __future__ import annotations

import re
import secrets
import threading
import time

import pytest
import sqlalchemy as sa
from online.sessions import SECONDS, WAITING, holding, looking, running, session_id, until

from alembic_helpers import LockNotAvailable, Online, Outcome, Settings, op

IMPATIENT = Settings(lock_timeout=0.1, lock_budget=0.0)


pytestmark = pytest.mark.usefixtures("tables", "short_pauses")


WRITE = "UPDATE t SET a = 1 WHERE id = 1"
READ = "SELECT count(*) FROM t"


def test_it_is_done_when_the_others_let_go(database, migrate, caplog, step):
    caplog.set_level("INFO", "alembic.helpers")
    with holding(database, WRITE) as holder, looking(database):
        done = threading.Event()

        def let_go():
            until(lambda: any("next try in" in line for line in caplog.messages) or done.is_set())
            holder.rollback()

        thread = threading.Thread(target=let_go)
        thread.start()
        try:
            with migrate(alembic_helpers=Settings(lock_timeout=0.1, lock_budget=SECONDS)):
                assert step() is Outcome.APPLIED
        finally:
            done.set()
            thread.join()
    assert any("waiting" in line and "no lock within 0.1 s" in line for line in caplog.messages)
    with migrate():
        assert step() is Outcome.SKIPPED


def test_it_is_refused_when_they_do_not(database, migrate, connection, snapshot, step):
    before = snapshot(connection)
    connection.rollback()
    with holding(database, WRITE):
        with pytest.raises(LockNotAvailable, match=r"no lock in 1 try of 0\.1 s"):
            with migrate(alembic_helpers=IMPATIENT):
                step()
    assert snapshot(connection) == before
    connection.rollback()
    with migrate():
        assert step() is Outcome.APPLIED


def test_the_whole_budget_is_used(database, migrate, step):
    since = time.monotonic()
    with holding(database, WRITE):
        with pytest.raises(LockNotAvailable, match=r"no lock in \d+ tries of 0.1 s"):
            with migrate(alembic_helpers=Settings(lock_timeout=0.1, lock_budget=1.2)):
                step()
    assert time.monotonic() - since >= 1.2


@pytest.mark.capability("has_concurrent_indexes")
class TestWhoIsNamedOnPostgreSQL:
    @pytest.fixture
    def refused(self, migrate):
        def refused(step, **settings):
            settings = {"lock_timeout": 0.1, "lock_budget": 0.0, **settings}
            with pytest.raises(LockNotAvailable) as caught:
                with migrate(alembic_helpers=Settings(**settings)):
                    step()
            return caught.value

        return refused

    def test_the_holder(self, database, refused):
        with holding(database, "SET application_name = 'shop'", WRITE) as holder:
            pid = session_id(holder)
            error = refused(WAITING["postgresql"])
            user = holder.exec_driver_sql("SELECT current_user").scalar()
        (blocker,) = error.blockers
        assert (blocker.session, blocker.user, blocker.application) == (pid, user, "shop")
        assert blocker.end == f"SELECT pg_terminate_backend({pid})"
        assert 0 <= blocker.age < SECONDS
        assert blocker.state == "idle in transaction"
        assert blocker.query == ""
        assert re.sub(r"for \d+ s", "for 0 s", str(error)) == (
            "create_foreign_key_online t fk: no lock in 1 try of 0.1 s; held by session "
            f"{pid}, of {user}, 'shop', idle in transaction, in a transaction for 0 s. What was "
            "done before is done: run the migration again when they have ended, or let it try "
            "longer: Settings(lock_budget=...). To end them: "
            f"SELECT pg_terminate_backend({pid});"
        )

    def test_what_it_runs_when_that_is_asked_for(self, database, refused):
        with holding(database, WRITE):
            error = refused(WAITING["postgresql"], show_queries=True)
        assert [b.query for b in error.blockers] == [WRITE]
        assert f"s: {WRITE}." in str(error)

    def test_nobody_who_only_reads_where_readers_are_not_in_the_way(self, database, refused):
        with holding(database, READ), holding(database, WRITE) as holder:
            pid = session_id(holder)
            error = refused(WAITING["postgresql"])
        assert [b.session for b in error.blockers] == [pid]

    def test_a_reader_does_not_hold_up_a_foreign_key(self, database, migrate):
        with holding(database, READ), migrate(alembic_helpers=IMPATIENT):
            assert WAITING["postgresql"]() is Outcome.APPLIED

    @pytest.mark.parametrize(
        "step",
        [
            lambda: op.set_not_null_online("t", "b"),
            lambda: op.create_check_constraint_online("ck", "t", "a > 0"),
            lambda: op.create_unique_constraint_online("uq", "t", ["b"]),
        ],
        ids=["not null", "check", "unique"],
    )
    def test_a_reader_who_is_in_the_way(self, database, refused, migrate, step):
        with database.engine.connect() as reader:
            reader.exec_driver_sql(READ)
            pid = session_id(reader)
            # The build of an index waits for old snapshots only, which this one does not keep.
            error = refused(step)
        assert [b.session for b in error.blockers] == [pid]
        with migrate():
            assert step() in (Outcome.APPLIED, Outcome.COMPLETED)

    def test_the_holder_of_a_lock_on_the_other_table(self, database, refused):
        with holding(database, "UPDATE u SET id = 1") as holder:
            pid = session_id(holder)
            error = refused(WAITING["postgresql"])
        assert [b.session for b in error.blockers] == [pid]

    def test_a_role_that_may_see_nothing_of_others_says_what_it_can(
        self, database, connection, refused
    ):
        nobody = f'"{sa.make_url(database.url).database}_nobody"'
        for sql in (
            f"CREATE ROLE {nobody}",
            f"ALTER TABLE t OWNER TO {nobody}",
            f"ALTER TABLE u OWNER TO {nobody}",
            f"GRANT ALL ON SCHEMA public TO {nobody}",
        ):
            connection.exec_driver_sql(sql)
        connection.commit()
        try:
            with holding(database, WRITE) as holder:
                pid = session_id(holder)
                connection.exec_driver_sql(f"SET ROLE {nobody}")
                error = refused(WAITING["postgresql"], show_queries=True)
        finally:
            connection.rollback()
            connection.exec_driver_sql("RESET ROLE")
            connection.exec_driver_sql(f"DROP OWNED BY {nobody}")
            connection.exec_driver_sql(f"DROP ROLE {nobody}")
            connection.commit()
        (blocker,) = error.blockers
        assert (blocker.session, blocker.age, blocker.state) == (pid, None, "")

    def test_while_it_pauses_it_holds_nothing(self, database, migrate, caplog):
        caplog.set_level("INFO", "alembic.helpers")
        settings = {"lock_timeout": 0.1, "lock_budget": SECONDS}
        step = WAITING["postgresql"]
        with holding(database, WRITE) as holder, running(database, step, **settings) as run:
            seen = until(lambda: [m for m in caplog.messages if "next try in" in m])
            holder.rollback()
            for table in ("t", "u"):
                holder.exec_driver_sql(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE NOWAIT")
            holder.rollback()
            assert seen
        assert run.result is Outcome.APPLIED


@pytest.mark.capability("unique_constraint_is_index")
class TestWhoIsNamedOnMySQL:
    STEP = staticmethod(WAITING["mysql"])

    def test_the_holder(self, database, migrate):
        with holding(database, READ) as holder:
            number, user = session_id(holder), holder.exec_driver_sql("SELECT user()").scalar()
            user, _, host = user.partition("@")
            until(lambda: self.is_shown(holder, number))
            with pytest.raises(LockNotAvailable) as caught:
                with migrate(alembic_helpers=Settings(lock_timeout=1.0, lock_budget=0.0)):
                    self.STEP()
        (blocker,) = caught.value.blockers
        assert (blocker.session, blocker.user, blocker.application) == (number, user, host)
        assert (blocker.state, blocker.query) == ("sleep", "")
        assert blocker.end == f"KILL {number}"
        assert 0 <= blocker.age < SECONDS
        assert re.sub(r"for \d+ s", "for 0 s", str(caught.value)) == (
            f"create_index_online t.ix: no lock in 1 try of 1 s; held by session {number}, of "
            f"{user}, '{host}', sleep, in a transaction for 0 s. What was done before is done: "
            "run the migration again when they have ended, or let it try longer: "
            f"Settings(lock_budget=...). To end them: KILL {number};"
        )

    def is_shown(self, holder, number):
        sql = f"SELECT 1 FROM information_schema.innodb_trx WHERE trx_mysql_thread_id = {number}"
        return holder.exec_driver_sql(sql).scalar()

    def test_without_the_privilege_nobody_is(self, database, connection, migrate):
        name = f"nobody_{secrets.token_hex(4)}"
        url = sa.make_url(database.url).set(username=name, password="nothing-secret")
        for sql in (
            f"CREATE USER {name} IDENTIFIED BY 'nothing-secret'",
            f"GRANT ALL ON `{url.database}`.* TO {name}",
        ):
            connection.exec_driver_sql(sql)
        try:
            with sa.create_engine(url, poolclass=sa.NullPool).connect() as nobody:
                with holding(database, READ), pytest.raises(LockNotAvailable) as caught:
                    with migrate(connection=nobody, alembic_helpers=IMPATIENT):
                        self.STEP()
        finally:
            connection.exec_driver_sql(f"DROP USER {name}")
        assert caught.value.blockers == ()
        assert "held by no session that may be seen from here" in str(caught.value)


def test_preferring_it_waits_for_its_lock_as_patiently(database, migrate, caplog):
    """What has to block writers is not in their way for long."""
    caplog.set_level("INFO", "alembic.helpers")
    step = lambda: op.create_foreign_key_online(  # noqa: E731
        "fk", "t", "u", ["a"], ["id"], online=Online.PREFER
    )
    with holding(database, WRITE), pytest.raises(LockNotAvailable):
        with migrate(alembic_helpers=IMPATIENT):
            step()
    with migrate():
        assert step() is Outcome.APPLIED
