"""Where a predicate may be asked at all: in a migration, online, with or without an env.py."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from servers.migration import migration
from sqlalchemy.ext.asyncio import create_async_engine

import alembic_helpers
from alembic_helpers import NoMigrationContext, OfflineError, UsageError, op, predicates

QUESTIONS = {
    "check_constraint_exists": ("x", "t"),
    "column_exists": ("t", "x"),
    "constraint_exists": ("x", "t"),
    "enum_exists": ("x",),
    "enum_value_exists": ("x", "y"),
    "extension_exists": ("x",),
    "foreign_key_exists": ("x", "t"),
    "index_exists": ("x", "t"),
    "primary_key_exists": ("x", "t"),
    "schema_exists": ("x",),
    "sequence_exists": ("x",),
    "table_exists": ("t",),
    "table_has_column": ("t", "x"),
    "trigger_exists": ("x", "t"),
    "unique_constraint_exists": ("x", "t"),
    "view_exists": ("x",),
    "find_constraint_name": ("t",),
    "find_index_name": ("t",),
}
INSTEAD = {
    "check_constraint_exists": "op.create_check_constraint(...)",
    "column_exists": "op.add_column(...)",
    "constraint_exists": "op.create_..._constraint(...) or op.drop_constraint(...)",
    "enum_exists": "op.create_enum(...)",
    "enum_value_exists": "op.add_enum_value(...)",
    "extension_exists": "op.create_extension(...)",
    "foreign_key_exists": "op.create_foreign_key(...)",
    "index_exists": "op.create_index(...)",
    "primary_key_exists": "op.create_primary_key(...)",
    "schema_exists": "op.create_schema(...)",
    "sequence_exists": "op.create_sequence(...)",
    "table_exists": "op.create_table(...)",
    "table_has_column": "op.add_column(...)",
    "trigger_exists": "op.execute(...)",
    "unique_constraint_exists": "op.create_unique_constraint(...)",
    "view_exists": "op.create_view(...)",
    "find_constraint_name": "op.drop_constraint(...)",
    "find_index_name": "op.drop_index(...)",
}


def call(name):
    finder = {"columns": ["a"]} if name.startswith("find_") else {}
    return getattr(op, name)(*QUESTIONS[name], **finder)


def test_every_predicate_is_one_function_on_op_and_in_the_package():
    assert set(QUESTIONS) == set(predicates.__all__)
    for name in predicates.__all__:
        function = getattr(predicates, name)
        assert getattr(op, name) is function
        assert getattr(alembic_helpers, name) is function


@pytest.mark.parametrize("name", QUESTIONS)
def test_outside_a_migration_there_is_nobody_to_ask(name):
    with pytest.raises(NoMigrationContext) as caught:
        call(name)
    asked = "column_exists" if name == "table_has_column" else name
    assert str(caught.value) == (
        f"{asked}: nothing is migrating. Call it within upgrade() or downgrade(), or around it "
        "write: with Operations.context(MigrationContext.configure(connection)): ..."
    )


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql", "mariadb"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_in_sql_mode_there_is_no_database_to_ask(name, dialect):
    context = MigrationContext.configure(dialect_name=dialect, opts={"as_sql": True})
    with Operations.context(context), pytest.raises(OfflineError) as caught:
        call(name)
    asked = "column_exists" if name == "table_has_column" else name
    assert str(caught.value) == (
        f"{asked}: there is no database to ask in --sql mode. Leave the question out and call the "
        f"operation itself, {INSTEAD[name]}, or run the migration online."
    )


def test_on_an_empty_database_every_answer_is_no(migrate, database):
    with migrate():
        for name in QUESTIONS:
            if name == "enum_value_exists" and database.has_inline_enums:
                continue  # refused, see test_enums_exist.py
            assert not call(name), name


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_no_name_is_a_usage_error(sqlite, name):
    finder = {"columns": ["a"]} if name.startswith("find_") else {}
    asked = "column_exists" if name == "table_has_column" else name
    thing = sa.table("t")
    with migration(sqlite):
        for place in range(len(QUESTIONS[name])):
            names = [*QUESTIONS[name][:place], thing, *QUESTIONS[name][place + 1 :]]
            with pytest.raises(UsageError) as caught:
                getattr(op, name)(*names, **finder)
            assert str(caught.value) == f"{asked}: {thing!r} is no name; give it as a string"


@pytest.mark.parametrize("column", [sa.text("lower(a)"), sa.column("a"), None])
def test_columns_are_given_by_name(sqlite, column):
    with migration(sqlite):
        for ask in (
            lambda: op.index_exists(None, "t", columns=[column]),
            lambda: op.find_index_name("t", columns=["a", column]),
            lambda: op.unique_constraint_exists(None, "t", columns=[column]),
            lambda: op.foreign_key_exists("fk", "t", referred_columns=[column]),
        ):
            with pytest.raises(UsageError, match="is no name; give the names as strings"):
                ask()


def test_a_plain_context_without_an_env_py_is_enough(connection):
    connection.exec_driver_sql("CREATE TABLE t (a int)")
    with Operations.context(MigrationContext.configure(connection)):
        assert op.table_exists("t")
        assert op.column_exists("t", "a")
        assert not op.index_exists("ix", "t")
        assert op.find_index_name("t", columns=["a"]) is None


def test_the_caller_s_own_transaction_is_not_ended(connection):
    connection.exec_driver_sql("CREATE TABLE t (a int)")
    connection.commit()
    with connection.begin() as transaction:
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        with Operations.context(MigrationContext.configure(connection)):
            assert op.table_exists("t")
            assert not op.constraint_exists("x", "t")
        assert transaction.is_active
        transaction.rollback()
    assert connection.scalar(sa.text("SELECT count(*) FROM t")) == 0


def test_an_asynchronous_driver_is_asked_through_run_sync(database):
    def questions(connection):
        with Operations.context(MigrationContext.configure(connection)):
            assert not op.table_exists("t")
            op.create_table(
                "t",
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("a", sa.Integer),
                sa.UniqueConstraint("a", name="uq"),
                sa.CheckConstraint("a > 0", name="ck"),
                sa.ForeignKeyConstraint(["a"], ["t.id"], name="fk"),
            )
            op.create_index("ix", "t", ["a", "id"])
            assert op.table_exists("t")
            assert op.column_exists("t", "a")
            assert not op.column_exists("t", "b")
            assert op.index_exists("ix", "t", columns=["a", "id"])
            assert op.index_exists("ix")
            for name in ("uq", "ck", "fk"):
                assert op.constraint_exists(name, "t")
            assert op.foreign_key_exists(None, "t", referred_table="t", referred_columns=["id"])
            assert not op.constraint_exists("nothing", "t")
            assert not op.enum_exists("mood")
            if database.has_enums:
                op.create_enum("mood", ["ok"])
                assert op.enum_exists("mood")
                assert op.enum_value_exists("mood", "ok")
            assert op.find_constraint_name("t", columns=["a"], type_="unique") == "uq"
            assert not op.view_exists("t")
            assert not op.sequence_exists("t")
            assert not op.trigger_exists("x", "t")
            assert not op.extension_exists("x")
            assert not op.schema_exists("no_such_schema")

    async def run():
        engine = create_async_engine(database.async_url)
        async with engine.begin() as connection:
            await connection.run_sync(questions)
        await engine.dispose()

    asyncio.run(run())
