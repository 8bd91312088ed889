"""``table_exists`` and ``view_exists``: exactly this kind, exactly here."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from servers.migration import migration

from alembic_helpers import op

FOREIGN_TABLE = (
    "CREATE FOREIGN DATA WRAPPER nowhere",
    "CREATE SERVER far FOREIGN DATA WRAPPER nowhere",
    "CREATE FOREIGN TABLE {name} (id integer) SERVER far",
)


def run(connection, *statements):
    for statement in statements:
        connection.exec_driver_sql(statement)


def dotted(schema, name):
    return f"{schema}.{name}" if schema else name


def test_a_table_exists_where_it_was_created_and_nowhere_else(connection, migrate, database):
    other = database.other_schema
    run(connection, "CREATE TABLE here (id int)", f"CREATE TABLE {other}.there (id int)")
    with migrate():
        assert op.table_exists("here")
        assert not op.table_exists("here", schema=other)
        assert op.table_exists("there", schema=other)
        assert not op.table_exists("there")
        assert not op.table_exists("nowhere")
        assert not op.table_exists("here", schema="no_such_schema")


def test_a_view_is_a_view_and_no_table(connection, migrate, schema):
    view = dotted(schema, "v")
    run(connection, f"CREATE TABLE {dotted(schema, 't')} (id int)")
    run(connection, f"CREATE VIEW {view} AS SELECT id FROM {dotted(schema, 't')}")
    with migrate():
        assert op.view_exists("v", schema=schema)
        assert not op.table_exists("v", schema=schema)
        assert not op.view_exists("t", schema=schema)
        assert op.table_exists("t", schema=schema)
        assert not op.view_exists("nothing", schema=schema)
        assert not op.view_exists("v", schema="no_such_schema")


@pytest.mark.capability("has_materialized_views")
def test_a_materialized_view_is_a_view_and_no_table(connection, migrate, schema):
    run(connection, f"CREATE MATERIALIZED VIEW {dotted(schema, 'm')} AS SELECT 1 AS id")
    with migrate():
        assert op.view_exists("m", schema=schema)
        assert not op.table_exists("m", schema=schema)
        assert not op.sequence_exists("m", schema=schema)


@pytest.mark.capability("has_sequences")
def test_a_sequence_is_neither_table_nor_view(connection, migrate, schema):
    run(connection, f"CREATE SEQUENCE {dotted(schema, 's')}")
    with migrate():
        assert op.sequence_exists("s", schema=schema)
        assert not op.table_exists("s", schema=schema)
        assert not op.view_exists("s", schema=schema)
        assert not op.index_exists("s", schema=schema)
        assert not op.column_exists("s", "last_value", schema=schema)


def test_a_table_is_no_sequence(connection, migrate, schema):
    run(connection, f"CREATE TABLE {dotted(schema, 't')} (id int)")
    with migrate():
        assert not op.sequence_exists("t", schema=schema)
        assert not op.sequence_exists("nothing", schema=schema)
        assert not op.sequence_exists("s", schema="no_such_schema")


@pytest.mark.capability("has_enums")
def test_an_index_and_a_type_are_no_tables(connection, migrate, schema):
    run(
        connection,
        f"CREATE TABLE {dotted(schema, 't')} (id int)",
        f"CREATE INDEX i ON {dotted(schema, 't')} (id)",
        f"CREATE TYPE {dotted(schema, 'e')} AS ENUM ('a')",
        f"CREATE TYPE {dotted(schema, 'c')} AS (a int)",
        f"CREATE DOMAIN {dotted(schema, 'd')} AS int",
    )
    with migrate():
        for name in ("i", "e", "c", "d"):
            assert not op.table_exists(name, schema=schema)
            assert not op.view_exists(name, schema=schema)
            assert not op.column_exists(name, "a", schema=schema)
        for name in ("i", "c", "d", "t"):
            assert not op.enum_exists(name, schema=schema)
        assert not op.sequence_exists("e", schema=schema)


@pytest.mark.capability("has_enums")
def test_a_sequence_and_an_index_keep_their_kind_beside_a_type_of_the_same_name(
    connection, migrate
):
    run(
        connection,
        "CREATE TABLE t (id int)",
        "CREATE TYPE twin AS ENUM ('a')",
        "CREATE INDEX twin ON t (id)",
    )
    with migrate():
        assert op.enum_exists("twin")
        assert op.index_exists("twin")
        assert op.index_exists("twin", "t")
        assert not op.table_exists("twin")


@pytest.mark.capability("has_materialized_views")
def test_a_foreign_table_is_no_table(connection, migrate):
    with migrate():
        run(connection, *(line.format(name="f") for line in FOREIGN_TABLE))
        assert not op.table_exists("f")
        assert not op.view_exists("f")
        assert not op.column_exists("f", "id")
        connection.rollback()  # a wrapper belongs to no schema that would be wiped


@pytest.mark.capability("has_materialized_views")
def test_partitioned_tables_and_their_partitions_are_tables(connection, migrate):
    run(
        connection,
        "CREATE TABLE p (id int) PARTITION BY RANGE (id)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
    )
    with migrate():
        assert op.table_exists("p")
        assert op.table_exists("p1")
        assert op.column_exists("p1", "id")


def test_a_temporary_table_is_no_table_of_the_current_schema(connection, migrate):
    run(connection, "CREATE TEMPORARY TABLE t (id int)")
    with migrate():
        assert not op.table_exists("t")
        assert not op.view_exists("t")
        assert not op.column_exists("t", "id")
        assert not op.index_exists(None, "t", columns=["id"])
        assert not op.primary_key_exists(None, "t")


def test_a_temporary_table_does_not_hide_the_real_one(connection, migrate):
    run(
        connection,
        "CREATE TABLE t (id int NOT NULL, a int, CONSTRAINT uq UNIQUE (a))",
        "CREATE INDEX ix ON t (id)",
        "CREATE TEMPORARY TABLE t (other int)",
    )
    with migrate():
        assert op.table_exists("t")
        assert op.column_exists("t", "id")
        assert op.column_exists("t", "a")
        assert not op.column_exists("t", "other")
        assert op.index_exists("ix", "t", columns=["id"])
        assert op.constraint_exists("uq", "t")


@pytest.mark.capability("has_materialized_views")
def test_the_temporary_schema_is_asked_by_its_alias(connection, migrate):
    with migrate():
        assert not op.table_exists("t", schema="pg_temp")
        op.execute("CREATE TEMPORARY TABLE t (id int)")
        assert op.table_exists("t", schema="pg_temp")
        assert op.column_exists("t", "id", schema="pg_temp")


def test_the_temporary_schema_of_sqlite_is_one(sqlite):
    with migration(sqlite):
        assert op.schema_exists("temp")
        assert not op.table_exists("t", schema="temp")
        op.execute("CREATE TEMPORARY TABLE t (id int CONSTRAINT ck CHECK (id > 0))")
        op.execute("CREATE INDEX temp.ix ON t (id)")
        assert op.table_exists("t", schema="temp")
        assert op.column_exists("t", "id", schema="temp")
        assert op.constraint_exists("ck", "t", schema="temp")
        assert op.index_exists("ix", "t", schema="temp")
        assert op.index_exists("ix", schema="temp")
        assert not op.index_exists("ix")


def test_what_is_renamed_or_dropped_is_gone(connection, migrate, schema):
    with migrate():
        op.create_table("old", sa.Column("id", sa.Integer), schema=schema)
        assert op.table_exists("old", schema=schema)
        op.rename_table("old", "new", schema=schema)
        assert not op.table_exists("old", schema=schema)
        assert op.table_exists("new", schema=schema)
        op.drop_table("new", schema=schema)
        assert not op.table_exists("new", schema=schema)
