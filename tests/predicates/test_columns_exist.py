"""``column_exists``, and ``table_has_column``, its other name."""

from __future__ import annotations

import alembic_helpers
from alembic_helpers import op


def dotted(schema, name):
    return f"{schema}.{name}" if schema else name


def test_a_column_exists_on_its_own_table_only(connection, migrate, schema, database):
    connection.exec_driver_sql(f"CREATE TABLE {dotted(schema, 't')} (id int, a int)")
    connection.exec_driver_sql(f"CREATE TABLE {dotted(schema, 'u')} (b int)")
    elsewhere = None if schema else database.other_schema
    with migrate():
        assert op.column_exists("t", "a", schema=schema)
        assert not op.column_exists("t", "b", schema=schema)
        assert op.column_exists("u", "b", schema=schema)
        assert not op.column_exists("t", "a", schema=elsewhere)
        assert not op.column_exists("t", "a", schema="no_such_schema")


def test_a_missing_table_has_no_column(migrate, schema):
    with migrate():
        assert not op.column_exists("nothing", "a", schema=schema)


def test_the_column_of_a_view_is_no_column_of_a_table(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE t (a int)")
    connection.exec_driver_sql("CREATE VIEW v AS SELECT a FROM t")
    with migrate():
        assert not op.column_exists("v", "a")


def test_the_same_table_in_two_schemas_is_two(connection, migrate, database):
    other = database.other_schema
    connection.exec_driver_sql("CREATE TABLE t (a int)")
    connection.exec_driver_sql(f"CREATE TABLE {other}.t (b int)")
    with migrate():
        assert op.column_exists("t", "a")
        assert not op.column_exists("t", "b")
        assert op.column_exists("t", "b", schema=other)
        assert not op.column_exists("t", "a", schema=other)


def test_a_computed_column_is_a_column_however_the_table_is_spelled(connection, migrate, database):
    connection.exec_driver_sql("CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED)")
    with migrate():
        assert op.column_exists("t", "b")
        assert op.column_exists("T", "b") is (not database.is_server)


def test_a_dropped_column_is_gone(connection, migrate, schema):
    connection.exec_driver_sql(f"CREATE TABLE {dotted(schema, 't')} (a int, b int)")
    with migrate():
        op.drop_column("t", "b", schema=schema)
        assert not op.column_exists("t", "b", schema=schema)
        assert op.column_exists("t", "a", schema=schema)


def test_table_has_column_is_the_same_function(migrate):
    assert alembic_helpers.table_has_column is alembic_helpers.column_exists
    assert op.table_has_column is alembic_helpers.column_exists
