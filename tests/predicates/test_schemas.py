"""Where a name is looked for: schemas, their translation, the search path, attached databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from servers.migration import migration

from alembic_helpers import op


def test_a_schema_exists_by_its_name(migrate, database):
    with migrate():
        assert op.schema_exists(database.other_schema)
        assert not op.schema_exists("no_such_schema")
        # SQLite alone ignores case.
        upper = database.other_schema.upper()
        assert op.schema_exists(upper) is (database.name == "sqlite")


@pytest.mark.capability("has_schemas")
def test_a_schema_that_is_created_and_dropped_comes_and_goes(migrate, database):
    name = f"{database.other_schema}_2"
    with migrate():
        op.create_schema(name)
        assert op.schema_exists(name)
        op.drop_schema(name)
        assert not op.schema_exists(name)


def test_the_schemas_of_sqlite_are_its_attached_databases(sqlite):
    name = 'a "b":c'
    sqlite.exec_driver_sql("ATTACH DATABASE ':memory:' AS other")
    sqlite.exec_driver_sql("ATTACH DATABASE ':memory:' AS " + '"a ""b"":c"')
    sqlite.exec_driver_sql(
        'CREATE TABLE "a ""b"":c".t (a int CONSTRAINT uq UNIQUE REFERENCES t (a))'
    )
    sqlite.exec_driver_sql('CREATE INDEX "a ""b"":c".ix ON t (a)')
    with migration(sqlite):
        for schema in ("main", "MAIN", "temp", "other", "Other", name):
            assert op.schema_exists(schema)
        assert op.table_exists("t", schema=name)
        assert op.table_exists("t", schema=name.upper())
        assert op.column_exists("t", "a", schema=name)
        assert op.index_exists("ix", schema=name)
        assert op.constraint_exists("uq", "t", schema=name)
        assert op.foreign_key_exists(
            None, "t", columns=["a"], referred_table="t", referred_schema=name, schema=name
        )
        assert not op.table_exists("t")
    with migration(sqlite):
        assert not op.table_exists("t", schema="main")


def test_schema_translate_map_is_followed(connection, migrate, database):
    other = database.other_schema
    connection.exec_driver_sql("CREATE TABLE here (a int)")
    connection.exec_driver_sql(f"CREATE TABLE {other}.there (b int, CONSTRAINT uq UNIQUE (b))")
    translated = connection.execution_options(schema_translate_map={None: other, "alias": other})
    with migrate(connection=translated):
        assert op.table_exists("there")
        assert op.column_exists("there", "b")
        assert op.constraint_exists("uq", "there")
        assert op.unique_constraint_exists(None, "there", columns=["b"])
        assert not op.table_exists("here")
        assert op.table_exists("there", schema="alias")
        assert op.table_exists("there", schema=other)
        assert not op.table_exists("here", schema="alias")
        op.create_table("new", sa.Column("id", sa.Integer))
        assert op.table_exists("new")
        assert op.table_exists("new", schema=other)
        # The map may change between two questions.
        connection.execution_options(schema_translate_map={"alias": None})
        assert not op.table_exists("there")
        assert op.table_exists("here")
        assert op.table_exists("here", schema="alias")


@pytest.mark.capability("has_enums")
def test_an_enum_and_a_sequence_follow_the_map(connection, migrate, database):
    other = database.other_schema
    connection.exec_driver_sql(f"CREATE TYPE {other}.mood AS ENUM ('ok')")
    connection.exec_driver_sql(f"CREATE SEQUENCE {other}.counter")
    with migrate(connection=connection.execution_options(schema_translate_map={None: other})):
        assert op.enum_exists("mood")
        assert op.enum_value_exists("mood", "ok")
        assert op.sequence_exists("counter")


@pytest.mark.capability("has_enums")
def test_the_search_path_decides_by_its_first_schema_and_when_it_changes(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE public.here (a int)")
    connection.exec_driver_sql("CREATE TABLE other.there (a int)")
    with migrate():
        assert op.table_exists("here")
        assert not op.table_exists("there")
        op.execute("SET search_path = other, public")
        assert op.table_exists("there")
        assert op.column_exists("there", "a")
        # It could be reached, but a CREATE TABLE would not land there.
        assert not op.table_exists("here")
        assert op.table_exists("here", schema="public")
        op.execute("SET search_path = no_such_schema")
        assert not op.table_exists("here")
        assert not op.table_exists("there")
        op.execute("SET search_path = ''")
        assert not op.index_exists("ix")
        assert not op.sequence_exists("s")
        op.execute("RESET search_path")
        assert op.table_exists("here")


@pytest.mark.capability("has_enums")
def test_a_search_path_that_is_rolled_back_is_forgotten(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE other.there (a int)")
    with migrate():
        savepoint = connection.begin_nested()
        op.execute("SET LOCAL search_path = other")
        assert op.table_exists("there")
        savepoint.rollback()
        assert not op.table_exists("there")


@pytest.mark.capability("unique_constraint_is_index")
def test_use_changes_the_current_database(connection, migrate, database):
    connection.exec_driver_sql(f"CREATE TABLE {database.other_schema}.there (a int)")
    with migrate():
        assert not op.table_exists("there")
        op.execute(f"USE `{database.other_schema}`")
        assert op.table_exists("there")
        assert op.column_exists("there", "a")
        op.execute(f"USE `{connection.engine.url.database}`")
        assert not op.table_exists("there")


@pytest.mark.capability("unique_constraint_is_index")
def test_without_a_current_database_nothing_is_there(connection, migrate, database):
    connection.exec_driver_sql("CREATE DATABASE passing")
    connection.exec_driver_sql("USE passing")
    connection.exec_driver_sql("DROP DATABASE passing")
    with migrate():
        assert not op.table_exists("t")
        assert not op.index_exists("ix")
        assert not op.column_exists("t", "a")
        op.execute(f"USE `{connection.engine.url.database}`")
