"""Whose transaction it is: an online operation commits Alembic's own, and no other."""

from __future__ import annotations

import contextlib

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from servers.migration import migration

from alembic_helpers import Online, OnlineNotSupported, Outcome, Settings, op


@pytest.fixture(autouse=True)
def table(connection, migrate):
    with migrate():
        op.create_table("t", sa.Column("id", sa.Integer), sa.Column("a", sa.Integer))
    connection.exec_driver_sql("INSERT INTO t VALUES (1, 1), (2, 2)")
    connection.commit()


def create(**options):
    return op.create_index_online("ix", "t", ["a"], **options)


@contextlib.contextmanager
def configured(connection, *, begin, **settings):
    """A context on the connection as it is, with or without a transaction of Alembic's."""
    context = MigrationContext.configure(connection, opts={"alembic_helpers": Settings(**settings)})
    failure = None
    with Operations.context(context):
        try:
            with context.begin_transaction() if begin else contextlib.nullcontext():
                yield context
        except Exception as error:  # noqa: BLE001 - not through Operations.context (Alembic 1.20)
            failure = error
    if failure is not None:
        raise failure


@pytest.mark.capability("has_concurrent_indexes")
class TestATransactionThatIsNotAlembics:
    @pytest.fixture(params=["begun before", "never begun"])
    def foreign(self, request, connection):
        def foreign(**settings):
            if request.param == "begun before":
                connection.begin()
            return configured(connection, begin=request.param == "begun before", **settings)

        return foreign

    def test_is_not_committed(self, connection, foreign, statements, snapshot):
        before = snapshot(connection)
        connection.rollback()
        with pytest.raises(OnlineNotSupported) as caught, foreign():
            op.execute("INSERT INTO t VALUES (3, 3)")
            statements.clear()
            create()
        assert str(caught.value) == (
            "create_index_online t.ix: it cannot be done without blocking writers: it has to "
            "commit, and the transaction that is open is not Alembic's to commit; in env.py, run "
            "no statement on the connection before context.configure(), and use "
            "context.begin_transaction(). Nothing was changed. To have it done all the same, with "
            "a warning: online=Online.PREFER."
        )
        assert not statements.ddl
        connection.rollback()
        assert snapshot(connection) == before
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 2

    def test_is_used_as_it_is_when_that_is_preferred(self, connection, foreign, statements, caplog):
        with foreign(online=Online.PREFER):
            op.execute("INSERT INTO t VALUES (3, 3)")
            assert create() is Outcome.APPLIED
        assert [" ".join(sql.split()) for sql in statements.ddl] == ["CREATE INDEX ix ON t (a)"]
        (warning,) = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
        assert warning == (
            "create_index_online t.ix: blocks writers, because it has to commit, and the "
            "transaction that is open is not Alembic's to commit; in env.py, run no statement on "
            "the connection before context.configure(), and use context.begin_transaction()"
        )
        connection.rollback()
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 2
        assert not sa.inspect(connection).get_indexes("t")


@pytest.mark.capability("unique_constraint_is_index")  # MySQL and MariaDB
def test_where_ddl_commits_by_itself_any_transaction_will_do(connection):
    connection.begin()
    with configured(connection, begin=True):
        assert create() is Outcome.APPLIED


@pytest.mark.parametrize("per_migration", [True, False])
def test_what_was_done_before_is_kept_and_what_comes_after_is_in_a_transaction(
    database, connection, per_migration
):
    with pytest.raises(RuntimeError):
        with migration(connection, transaction_per_migration=per_migration):
            op.execute("INSERT INTO t VALUES (3, 3)")
            assert create() is Outcome.APPLIED
            op.execute("INSERT INTO t VALUES (4, 4)")
            raise RuntimeError
    kept = {row.id for row in connection.execute(sa.text("SELECT id FROM t"))}
    assert kept >= ({1, 2, 3} if database.is_server else {1, 2})
    assert 4 not in kept


def test_within_the_users_own_autocommit_block(connection, migrate):
    with migrate() as context:
        with context.autocommit_block():
            assert create() is Outcome.APPLIED
            assert create() is Outcome.SKIPPED
        op.execute("INSERT INTO t VALUES (3, 3)")
    assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == 3


def test_on_a_connection_in_autocommit(database, snapshot):
    with database.engine.connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        with migration(connection):
            assert create() is Outcome.APPLIED
        with migration(connection):
            assert create() is Outcome.SKIPPED
        assert [i["name"] for i in sa.inspect(connection).get_indexes("t")] == ["ix"]
