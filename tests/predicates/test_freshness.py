"""A predicate sees what happened a line earlier, and asks nothing when nothing has happened."""

from __future__ import annotations

import gc
from types import SimpleNamespace

import alembic.op
import pytest
import sqlalchemy as sa
from servers.migration import migration

from alembic_helpers import op
from alembic_helpers.catalog import freshness
from alembic_helpers.catalog.tables import AT_ONCE, Tables


def table(name="t"):
    return name, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer)


def test_a_repeated_question_sends_no_statement(connection, migrate, statements, database):
    connection.exec_driver_sql("CREATE TABLE t (a int, CONSTRAINT uq UNIQUE (a))")

    def ask():
        assert op.table_exists("t")
        assert not op.table_exists("u")
        assert op.column_exists("t", "a")
        assert not op.column_exists("t", "b")
        assert op.unique_constraint_exists("uq", "t", columns=["a"])
        assert not op.index_exists("ix")
        assert not op.index_exists("ix", "t")
        assert not op.view_exists("t")
        assert not op.sequence_exists("s")
        assert not op.enum_exists("e")
        assert not op.extension_exists("e")
        assert not op.trigger_exists("x", "t")
        assert op.schema_exists(database.other_schema)
        assert op.find_index_name("t", columns=["b"]) is None

    with migrate():
        ask()
        statements.clear()
        ask()
        assert statements == []


def test_every_question_about_one_table_is_answered_by_the_first(connection, migrate, statements):
    connection.exec_driver_sql("CREATE TABLE t (a int, b int, CONSTRAINT uq UNIQUE (a))")
    with migrate():
        assert op.column_exists("t", "a")
        statements.clear()
        assert op.column_exists("t", "b")
        assert op.constraint_exists("uq", "t")
        assert not op.check_constraint_exists("ck", "t")
        assert not op.index_exists("ix", "t")
        assert not op.primary_key_exists(None, "t")
        assert statements == []


def test_asking_changes_nothing(connection, migrate, statements, snapshot):
    with migrate():
        alembic.op.create_table(*table())
    before = snapshot(connection)
    statements.clear()
    with migrate():
        op.constraint_exists("x", "t")
        op.index_exists("x")
        op.enum_exists("x")
    assert not statements.ddl
    assert not statements.writes
    assert snapshot(connection) == before


@pytest.mark.parametrize(
    "create",
    [
        lambda c: op.create_table(*table()),
        lambda c: alembic.op.create_table(*table()),
        lambda c: op.execute("CREATE TABLE t (a int)"),
        lambda c: op.execute(sa.text("CREATE TABLE t (a int)")),
        lambda c: op.get_bind().execute(sa.text("CREATE TABLE t (a int)")),
        lambda c: c.exec_driver_sql("CREATE TABLE t (a int)"),
        lambda c: sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer)).create(c),
    ],
    ids=["op", "alembic", "execute", "text", "bind", "driver", "metadata"],
)
def test_what_a_line_earlier_made_is_seen(connection, migrate, create):
    with migrate():
        assert not op.table_exists("t")
        assert not op.column_exists("t", "a")
        create(connection)
        assert op.table_exists("t")
        assert op.column_exists("t", "a")
        connection.exec_driver_sql("DROP TABLE t")
        assert not op.table_exists("t")
        assert not op.column_exists("t", "a")


def test_every_kind_of_change_is_seen(connection, migrate, database):
    with migrate():
        op.create_table(*table())
        assert not op.index_exists("ix", "t")
        op.create_index("ix", "t", ["a"])
        assert op.index_exists("ix", "t")
        assert not op.index_exists("ix", "t", columns=["id"])
        op.drop_index("ix", "t")
        assert not op.index_exists("ix", "t")
        assert not op.unique_constraint_exists(None, "t", columns=["a"])
        op.create_unique_constraint("uq", "t", ["a"])
        assert op.unique_constraint_exists("uq", "t", columns=["a"])
        op.drop_constraint("uq", "t", type_="unique")
        assert not op.unique_constraint_exists("uq", "t")
        op.add_column("t", sa.Column("b", sa.Integer))
        assert op.column_exists("t", "b")
        op.alter_column("t", "b", new_column_name="c", existing_type=sa.Integer())
        assert not op.column_exists("t", "b")
        assert op.column_exists("t", "c")
        with op.batch_alter_table("t") as batch:
            batch.drop_column("c")
        assert not op.column_exists("t", "c")
        assert not op.view_exists("v")
        op.create_view("v", "SELECT a FROM t")
        assert op.view_exists("v")
        op.drop_view("v")
        assert not op.view_exists("v")


@pytest.mark.capability("transactional_ddl")
def test_a_rollback_is_seen(connection, migrate):
    context = migrate()
    with context:
        op.create_table(*table())
        assert op.table_exists("t")
        connection.rollback()
        assert not op.table_exists("t")


@pytest.mark.capability("transactional_ddl")
def test_a_rolled_back_savepoint_is_seen(connection, migrate):
    with migrate():
        op.create_table(*table())
        with connection.begin_nested() as outer:
            with connection.begin_nested() as inner:
                op.add_column("t", sa.Column("b", sa.Integer))
                assert op.column_exists("t", "b")
                inner.rollback()
            assert not op.column_exists("t", "b")
            op.add_column("t", sa.Column("c", sa.Integer))
            assert op.column_exists("t", "c")
            outer.rollback()
        assert not op.column_exists("t", "c")
        assert op.table_exists("t")


def test_an_autocommit_block_is_seen_and_left(connection, migrate):
    with migrate() as context:
        assert not op.table_exists("t")
        with context.autocommit_block():
            assert not op.table_exists("t")
            connection.exec_driver_sql("CREATE TABLE t (a int)")
            assert op.table_exists("t")
            op.execute("CREATE INDEX ix ON t (a)")
            assert op.index_exists("ix", "t")
        assert op.index_exists("ix", "t")
        connection.exec_driver_sql("DROP TABLE t")
        assert not op.table_exists("t")


@pytest.mark.capability("is_server")
def test_what_another_connection_of_the_engine_makes_is_seen(connection, migrate, database):
    # Under REPEATABLE READ, MySQL's default, nobody else's change is seen within a transaction.
    connection.execution_options(isolation_level="READ COMMITTED")
    with migrate():
        assert not op.table_exists("t")
        engine = op.get_bind().engine.execution_options(isolation_level="AUTOCOMMIT")
        with database.engine.connect() as second:
            second.exec_driver_sql("CREATE TABLE t (a int)")
            second.commit()
        assert op.table_exists("t")
        with engine.connect() as third:
            third.exec_driver_sql("DROP TABLE t")
        assert not op.table_exists("t")


@pytest.mark.capability("is_server")
def test_what_another_connection_commits_is_seen_while_that_stays_open(
    connection, migrate, database
):
    connection.execution_options(isolation_level="READ COMMITTED")
    with migrate(), database.engine.connect() as second:
        assert not op.table_exists("t")
        second.exec_driver_sql("CREATE TABLE t (a int)")
        before = op.table_exists("t")
        second.commit()
        assert op.table_exists("t")
        assert before is not database.transactional_ddl
        second.exec_driver_sql("DROP TABLE t")
        second.commit()
        assert not op.table_exists("t")


@pytest.mark.capability("is_server")
def test_a_statement_of_another_thread_does_not_cut_into_a_question(
    connection, migrate, database, monkeypatch
):
    learn = Tables.learn

    def interrupted(self, *learned):
        learn(self, *learned)
        second.exec_driver_sql("SELECT 1")

    connection.exec_driver_sql("CREATE TABLE t (a int)")
    monkeypatch.setattr(Tables, "learn", interrupted)
    with migrate(), database.engine.connect() as second:
        assert op.column_exists("t", "a")
        connection.exec_driver_sql("DROP TABLE t")
        assert not op.column_exists("t", "a")


@pytest.mark.capability("is_server")
def test_what_another_connection_had_begun_before_is_seen_when_it_is_given_back(database):
    engine = sa.create_engine(database.url)
    try:
        with engine.connect() as connection, engine.connect() as second:
            connection.execution_options(isolation_level="READ COMMITTED")
            second.exec_driver_sql("CREATE TABLE t (a int)")
            second.exec_driver_sql("INSERT INTO t VALUES (1)")
            with migration(connection):
                transactional = not op.table_exists("t")
                second.commit()
                second.close()
                assert op.table_exists("t")
            assert transactional is (database.name == "postgresql")
    finally:
        engine.dispose()


def test_the_end_of_a_transaction_that_is_shared_is_seen():
    """All connections of a SQLite engine in memory are one, and so is their transaction."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection, migration(connection):
        connection.exec_driver_sql("BEGIN")
        assert not op.table_exists("t")
        with engine.connect() as second:
            second.exec_driver_sql("CREATE TABLE t (a int)")
            assert op.table_exists("t")
            second.rollback()
            assert not op.table_exists("t")


def test_a_statement_that_another_listener_carries_out_is_seen():
    engine = sa.create_engine("sqlite://")

    @sa.event.listens_for(engine, "do_execute")
    def carry_out(cursor, statement, parameters, _context):
        cursor.execute(statement, parameters)
        return True

    with engine.connect() as connection, migration(connection):
        connection.exec_driver_sql("CREATE TABLE t (a int)")
        assert op.table_exists("t")
        connection.exec_driver_sql("DROP TABLE t")
        assert not op.table_exists("t")


@pytest.mark.capability("is_server")
def test_a_new_transaction_sees_what_others_have_done_meanwhile(connection, migrate, database):
    engine = sa.create_engine(database.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as stranger, migrate():
        assert not op.table_exists("t")
        stranger.exec_driver_sql("CREATE TABLE t (a int)")
        connection.commit()
        assert op.table_exists("t")
        connection.rollback()
        stranger.exec_driver_sql("DROP TABLE t")
        assert not op.table_exists("t")
    engine.dispose()


def test_two_migrations_on_one_connection_do_not_share_answers(connection, migrate):
    with migrate():
        assert not op.table_exists("t")
    connection.exec_driver_sql("CREATE TABLE t (a int)")
    with migrate():
        assert op.table_exists("t")
    connection.exec_driver_sql("DROP TABLE t")
    with migrate():
        assert not op.table_exists("t")


def test_a_memory_that_is_gone_leaves_nothing_on_the_engine(connection, migrate, database):
    with migrate():
        op.table_exists("t")
    told = freshness._told[database.engine.dialect]
    for _ in range(3):
        with migrate():
            op.table_exists("t")
    gc.collect()
    assert len(told.memories) <= 2
    assert freshness._told[database.engine.dialect] is told


def test_a_memory_may_go_while_the_others_are_told():
    """The garbage collector comes when it likes, and a list that it shortens is no good to copy."""
    told, heard = freshness._Told(), []
    others = [freshness.Memory(str, lambda _: False) for _ in range(3)]

    class Hears(freshness.Memory):
        def happened(self, *_):
            others.clear()
            gc.collect()
            heard.append(self)

    first, last = (Hears(str, lambda _: False) for _ in range(2))
    for memory in (first, *others, last):
        told.add(memory)
    del memory
    told.executed(None, "SELECT 1", SimpleNamespace(root_connection=None, compiled=None))
    assert heard == [first, last]
    assert len(told.memories) == 2


def test_only_so_many_tables_are_read_at_once():
    tables = Tables(lambda name, schema: (schema, name))
    for number in range(10 * AT_ONCE):
        tables.learn(f"t{number}", "s", None)
        tables.known(f"t{number}", "s")
    assert tables.ahead() == AT_ONCE


def test_an_attached_database_is_seen(sqlite):
    with migration(sqlite) as context:
        assert not op.schema_exists("extra")
        assert not op.table_exists("t", schema="extra")
        with context.autocommit_block():
            sqlite.exec_driver_sql("ATTACH DATABASE ':memory:' AS extra")
            assert op.schema_exists("extra")
            assert not op.table_exists("t", schema="extra")
            op.execute("CREATE TABLE extra.t (a int)")
            assert op.table_exists("t", schema="extra")
