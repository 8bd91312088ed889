"""``index_exists``: by name, by columns, on any table; and not what only serves a constraint."""

from __future__ import annotations

import pytest
from servers.migration import migration

from alembic_helpers import UsageError, op


def dotted(schema, name):
    return f"{schema}.{name}" if schema else name


def indexed(connection, schema, columns, unique="", where=""):
    """An index in a schema: SQLite alone writes the schema before the index's name."""
    if connection.dialect.name == "sqlite":
        on = f"{dotted(schema, 'ix')} ON t"
    else:
        on = f"ix ON {dotted(schema, 't')}"
    connection.exec_driver_sql(f"CREATE {unique} INDEX {on} ({columns}) {where}")


@pytest.fixture
def table(connection, schema):
    name = dotted(schema, "t")
    connection.exec_driver_sql(f"CREATE TABLE {name} (id int NOT NULL, a int, b int)")
    connection.exec_driver_sql(f"CREATE TABLE {dotted(schema, 'u')} (a int)")
    return name


def test_an_index_is_found_by_its_name_with_and_without_its_table(
    connection, migrate, schema, table, database
):
    indexed(connection, schema, "a, b")
    elsewhere = None if schema else database.other_schema
    with migrate():
        assert op.index_exists("ix", "t", schema=schema)
        assert op.index_exists("ix", schema=schema)
        assert not op.index_exists("ix", "u", schema=schema)
        assert not op.index_exists("ix", "t", schema=elsewhere)
        assert not op.index_exists("ix", schema=elsewhere)
        assert not op.index_exists("iy", schema=schema)
        assert not op.index_exists("t", schema=schema)
        assert not op.index_exists("ix", "nothing", schema=schema)
        assert not op.index_exists("ix", schema="no_such_schema")
        assert not op.index_exists("ix", "t", schema="no_such_schema")


def test_an_index_is_found_by_its_columns_all_of_them_in_order(connection, migrate, schema, table):
    indexed(connection, schema, "a, b")
    with migrate():
        assert op.index_exists(None, "t", columns=["a", "b"], schema=schema)
        assert not op.index_exists(None, "t", columns=["b", "a"], schema=schema)
        assert not op.index_exists(None, "t", columns=["a"], schema=schema)
        assert op.index_exists("ix", "t", columns=["a", "b"], schema=schema)
        assert not op.index_exists("ix", "t", columns=["a"], schema=schema)
        assert op.index_exists("ix", columns=("a", "b"), schema=schema)
        assert not op.index_exists("iy", "t", columns=["a", "b"], schema=schema)
        assert not op.index_exists(None, "nothing", columns=["a"], schema=schema)


def test_a_unique_index_is_an_index(connection, migrate, schema, table):
    indexed(connection, schema, "a", unique="UNIQUE")
    with migrate():
        assert op.index_exists("ix", "t", columns=["a"], schema=schema)


def test_the_index_of_a_constraint_is_none_unless_a_constraint_is_an_index(
    connection, migrate, database
):
    connection.exec_driver_sql(
        "CREATE TABLE t (id int NOT NULL, a int, "
        "CONSTRAINT pk PRIMARY KEY (id), CONSTRAINT uq UNIQUE (a))"
    )
    with migrate():
        assert op.index_exists("uq", "t") is database.unique_constraint_is_index
        assert op.index_exists("uq") is database.unique_constraint_is_index
        assert op.index_exists(None, "t", columns=["a"]) is database.unique_constraint_is_index
        assert not op.index_exists("pk", "t")
        assert not op.index_exists("PRIMARY", "t")
        assert not op.index_exists(None, "t", columns=["id"])


@pytest.mark.capability("has_functional_indexes")
def test_an_expression_index_has_a_name_and_no_such_columns(connection, migrate, schema, table):
    indexed(connection, schema, "(a + 1), b")
    with migrate():
        assert op.index_exists("ix", "t", schema=schema)
        assert not op.index_exists(None, "t", columns=["b"], schema=schema)
        assert not op.index_exists(None, "t", columns=["a", "b"], schema=schema)


def test_a_descending_index_has_its_columns(connection, migrate, schema, table):
    indexed(connection, schema, "a DESC, b")
    with migrate():
        assert op.index_exists(None, "t", columns=["a", "b"], schema=schema)


@pytest.mark.capability("has_partial_indexes")
def test_a_partial_index_is_an_index(connection, migrate, schema, table):
    indexed(connection, schema, "a", where="WHERE b > 0")
    with migrate():
        assert op.index_exists("ix", "t", columns=["a"], schema=schema)


@pytest.mark.capability("has_included_columns")
def test_included_columns_are_no_columns_of_the_index(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE t (a int, b int)")
    connection.exec_driver_sql("CREATE INDEX ix ON t (a) INCLUDE (b)")
    with migrate():
        assert op.index_exists(None, "t", columns=["a"])
        assert not op.index_exists(None, "t", columns=["a", "b"])


@pytest.mark.capability("has_concurrent_indexes")
def test_an_invalid_index_is_there(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE t (a int)")
    connection.exec_driver_sql("CREATE INDEX ix ON t (a)")
    connection.exec_driver_sql(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix'::regclass"
    )
    with migrate():
        assert op.index_exists("ix", "t")


@pytest.mark.capability("has_materialized_views")
def test_an_index_of_a_materialized_view_is_an_index(connection, migrate):
    connection.exec_driver_sql("CREATE MATERIALIZED VIEW m AS SELECT 1 AS a")
    connection.exec_driver_sql("CREATE INDEX ix ON m (a)")
    with migrate():
        assert op.index_exists("ix")
        assert op.index_exists("ix", "m")
        assert op.index_exists(None, "m", columns=["a"])
        assert op.find_index_name("m", columns=["a"]) == "ix"


@pytest.mark.capability("index_names_are_per_table")
def test_two_tables_may_have_indexes_of_one_name(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE t (a int, b int, INDEX ix (a))")
    connection.exec_driver_sql("CREATE TABLE u (a int, b int, INDEX ix (b))")
    with migrate():
        assert op.index_exists("ix", columns=["a"])
        assert op.index_exists("ix", columns=["b"])
        assert not op.index_exists("ix", columns=["a", "b"])
        assert not op.index_exists("ix", "t", columns=["b"])


@pytest.mark.capability("index_names_are_per_table")
def test_the_index_that_a_foreign_key_needs_is_an_index(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE u (id int PRIMARY KEY)")
    connection.exec_driver_sql(
        "CREATE TABLE t (a int, CONSTRAINT fk FOREIGN KEY (a) REFERENCES u (id))"
    )
    with migrate():
        assert op.index_exists("fk", "t", columns=["a"])


def test_an_index_with_the_name_of_a_constraint_is_told_apart_on_sqlite(sqlite):
    sqlite.exec_driver_sql("CREATE TABLE t (a int, b int, CONSTRAINT x UNIQUE (a))")
    sqlite.exec_driver_sql("CREATE INDEX x ON t (b)")
    with migration(sqlite):
        assert op.index_exists("x", "t", columns=["b"])
        assert not op.index_exists("x", "t", columns=["a"])
        assert op.unique_constraint_exists("x", "t", columns=["a"])
        assert not op.unique_constraint_exists("x", "t", columns=["b"])


def test_nothing_to_go_by_is_a_usage_error(migrate):
    with migrate():
        for arguments in ((None,), (None, "t")):
            with pytest.raises(UsageError) as caught:
                op.index_exists(*arguments)
            assert str(caught.value) == (
                "index_exists: give its name, or table_name and columns=[...]"
            )
        with pytest.raises(UsageError):
            op.index_exists(None, columns=["a"])


@pytest.mark.parametrize("columns", ["email", []])
def test_columns_that_are_no_list_of_names_are_a_usage_error(migrate, columns):
    with migrate(), pytest.raises(UsageError) as caught:
        op.index_exists("ix", "t", columns=columns)
    assert str(caught.value) == (
        f'index_exists: columns={columns!r} is no list of column names; write columns=["..."]'
    )
