"""``enum_exists`` and ``enum_value_exists``, ``extension_exists`` and ``trigger_exists``."""

from __future__ import annotations

import pytest
from servers.migration import migration

from alembic_helpers import NotSupportedError, op


def dotted(schema, name):
    return f"{schema}.{name}" if schema else name


@pytest.mark.capability("has_enums")
def test_an_enum_exists_in_its_schema_with_its_values(connection, migrate, schema):
    connection.exec_driver_sql(f"CREATE TYPE {dotted(schema, 'mood')} AS ENUM ('ok', 'it''s :')")
    elsewhere = None if schema else "other"
    with migrate():
        assert op.enum_exists("mood", schema=schema)
        assert not op.enum_exists("mood", schema=elsewhere)
        assert not op.enum_exists("mood", schema="no_such_schema")
        assert not op.enum_exists("nothing", schema=schema)
        assert op.enum_value_exists("mood", "ok", schema=schema)
        assert op.enum_value_exists("mood", "it's :", schema=schema)
        assert not op.enum_value_exists("mood", "OK", schema=schema)
        assert not op.enum_value_exists("mood", "ok", schema=elsewhere)
        assert not op.enum_value_exists("nothing", "ok", schema=schema)


@pytest.mark.capability("has_enums")
def test_an_enum_without_values_is_an_enum(connection, migrate):
    connection.exec_driver_sql("CREATE TYPE empty AS ENUM ()")
    with migrate():
        assert op.enum_exists("empty")
        assert not op.enum_value_exists("empty", "")


@pytest.mark.capability("has_enums")
def test_an_enum_comes_and_goes_with_its_operations(connection, migrate, schema):
    with migrate():
        op.create_enum("mood", ["a"], schema=schema)
        assert op.enum_exists("mood", schema=schema)
        op.add_enum_value("mood", "b", schema=schema)
        assert op.enum_value_exists("mood", "b", schema=schema)
        op.rename_enum_value("mood", "b", "c", schema=schema)
        assert not op.enum_value_exists("mood", "b", schema=schema)
        op.drop_enum("mood", schema=schema)
        assert not op.enum_exists("mood", schema=schema)


def test_an_enum_that_is_nowhere_does_not_exist(migrate, database):
    with migrate():
        assert not op.enum_exists("mood")
        assert not op.enum_exists("mood", schema=database.other_schema)
        assert not op.enum_exists("mood", schema="no_such_schema")


def test_on_sqlite_no_enum_has_a_value(sqlite):
    with migration(sqlite):
        assert not op.enum_value_exists("mood", "ok")


@pytest.mark.capability("has_inline_enums")
def test_a_value_of_an_inline_enum_cannot_be_told_by_the_name_of_a_type(migrate, database):
    with migrate(), pytest.raises(NotSupportedError) as caught:
        op.enum_value_exists("mood", "ok")
    title = {"mysql": "MySQL", "mariadb": "MariaDB"}[database.name]
    assert str(caught.value) == (
        f"enum_value_exists: on {title} an enum lives in its column, there is no type to name; "
        'write: op.alter_column("table", "column", type_=sa.Enum(...), '
        "existing_type=sa.Enum(...))"
    )


def test_an_extension_that_is_not_installed_does_not_exist(migrate, database):
    with migrate():
        assert not op.extension_exists("no_such_extension")
        assert op.extension_exists("plpgsql") is database.has_extensions


FUNCTION = "CREATE FUNCTION {f}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"


def trigger(connection, schema, name, table="t"):
    on = dotted(schema, table)
    if connection.dialect.name == "sqlite":
        made, on, body = dotted(schema, name), table, "BEGIN SELECT 1; END"
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql(FUNCTION.format(f=dotted(schema, f"f_{name}")))
        made, body = name, f"FOR EACH ROW EXECUTE FUNCTION {dotted(schema, f'f_{name}')}()"
    else:
        made, body = dotted(schema, name), "FOR EACH ROW SET @x = 1"
    connection.exec_driver_sql(f"CREATE TRIGGER {made} BEFORE INSERT ON {on} {body}")


def test_a_trigger_exists_on_its_table_only(connection, migrate, schema, database):
    for table in ("t", "u"):
        connection.exec_driver_sql(f"CREATE TABLE {dotted(schema, table)} (a int)")
    trigger(connection, schema, "audit")
    elsewhere = None if schema else database.other_schema
    with migrate():
        assert op.trigger_exists("audit", "t", schema=schema)
        assert not op.trigger_exists("audit", "u", schema=schema)
        assert not op.trigger_exists("audit", "t", schema=elsewhere)
        assert not op.trigger_exists("audit", "t", schema="no_such_schema")
        assert not op.trigger_exists("other", "t", schema=schema)
        assert not op.trigger_exists("audit", "nothing", schema=schema)
        folds = database.name in ("sqlite", "mysql")
        assert op.trigger_exists("AUDIT", "t", schema=schema) is folds


@pytest.mark.capability("has_enums")
def test_the_triggers_of_a_foreign_key_are_the_servers_own(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE t (id int PRIMARY KEY, a int REFERENCES t)")
    names = (
        connection.exec_driver_sql("SELECT tgname FROM pg_trigger WHERE tgrelid = 't'::regclass")
        .scalars()
        .all()
    )
    with migrate():
        assert names
        assert not any(op.trigger_exists(name, "t") for name in names)
