"""A name is found as the server keeps it, and as the operation gave it; nothing else is."""

from __future__ import annotations

import alembic.op
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.sql.elements import quoted_name

from alembic_helpers import op
from alembic_helpers.databases import MySQL
from alembic_helpers.databases.objects import Kind

HOSTILE = [
    "Mixed",
    "select",
    "with space",
    "do.t",
    'quo"te',
    "apos'trophe",
    "back`tick",
    "per%cent",
    "%s %(x)s",
    ":noon",
    "a::b\\:c",
    "back\\slash",
    "bra[ck]et",
    "par(en), (these",
    "new\nline",
    "--dash",
    "/*comment*/",
    "semi;colon",
    "$1 $$",
    "ünïcode",
    "表格",
    "ınci \u00a0",
]


def hostile_table(name, schema):
    """A table that has the name in every place where a name can stand."""
    return (
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(name, sa.Integer, nullable=False),
        sa.Column("other", sa.Integer),
        sa.UniqueConstraint(name, name=sa.schema.conv(name + "_uq")),
        sa.CheckConstraint("other > 0", name=sa.schema.conv(name + "_ck")),
        sa.ForeignKeyConstraint(
            ["other"],
            [sa.Table("target", sa.MetaData(), sa.Column(name, sa.Integer), schema=schema).c[name]],
            name=sa.schema.conv(name + "_fk"),
        ),
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_found_and_its_neighbours_are_not(connection, migrate, name, database):
    schema = database.other_schema
    with migrate():
        target_key = sa.Column(name, sa.Integer, primary_key=True)
        alembic.op.create_table("target", target_key, schema=schema)
        alembic.op.create_table(name, *hostile_table(name, schema), schema=schema)
        alembic.op.create_index(name + "_ix", name, [name, "other"], schema=schema)
    with migrate():
        assert op.table_exists(name, schema=schema)
        assert not op.table_exists(name + "x", schema=schema)
        assert not op.view_exists(name, schema=schema)
        assert op.column_exists(name, name, schema=schema)
        assert not op.column_exists(name, name + "x", schema=schema)
        assert op.index_exists(name + "_ix", name, schema=schema)
        assert op.index_exists(name + "_ix", schema=schema)
        assert not op.index_exists(name + "_iy", schema=schema)
        assert op.find_index_name(name, columns=[name, "other"], schema=schema) == name + "_ix"
        for suffix, kind in (("_uq", "unique"), ("_ck", "check"), ("_fk", "foreignkey")):
            assert op.constraint_exists(name + suffix, name, type_=kind, schema=schema)
            assert not op.constraint_exists(name + suffix[:-1], name, schema=schema)
        found = op.find_constraint_name(name, columns=[name], type_="unique", schema=schema)
        assert found == name + "_uq"
        assert op.foreign_key_exists(
            None, name, columns=["other"], referred_columns=[name], schema=schema
        )
        for predicate in (op.schema_exists, op.sequence_exists, op.enum_exists):
            assert not predicate(name)
        assert not op.trigger_exists(name, name, schema=schema)
        assert not op.extension_exists(name)
        assert not op.table_exists(name, schema=name)


@pytest.mark.parametrize("name", ["emoji 😀", "😀"])
def test_a_name_that_no_server_may_keep_is_just_not_there(migrate, name, database):
    with migrate():
        for schema in (None, name):
            assert not op.table_exists(name, schema=schema)
            assert not op.view_exists(name, schema=schema)
            assert not op.column_exists(name, name, schema=schema)
            assert not op.index_exists(name, schema=schema)
            assert not op.index_exists(name, name, schema=schema)
            assert not op.constraint_exists(name, name, schema=schema)
            assert not op.sequence_exists(name, schema=schema)
            assert not op.enum_exists(name, schema=schema)
            assert not op.trigger_exists(name, name, schema=schema)
        assert not op.schema_exists(name)
        assert not op.extension_exists(name)


def test_an_emoji_is_a_name_where_the_server_takes_it(connection, migrate, database):
    with migrate():
        alembic.op.create_table("t", sa.Column("a", sa.Integer))
        if database.name in ("mysql", "mariadb"):
            assert not op.column_exists("t", "😀")
            return
        alembic.op.create_table("😀", sa.Column("😀", sa.Integer))
        alembic.op.create_index("ix😀", "😀", ["😀"])
        assert op.column_exists("😀", "😀")
        assert op.index_exists("ix😀")


def test_case_is_compared_as_the_database_compares_it(connection, migrate, database):
    connection.exec_driver_sql(
        "CREATE TABLE people (age int, ünï int, CONSTRAINT ck_age CHECK (age > 0))"
    )
    connection.exec_driver_sql("CREATE INDEX ix_age ON people (age)")
    tables_fold = database.name == "sqlite"
    names_fold = database.name != "postgresql"
    with migrate():
        assert op.table_exists("PEOPLE") is tables_fold
        assert op.column_exists("people", "AGE") is names_fold
        assert op.index_exists("IX_Age", "people") is names_fold
        assert op.index_exists("IX_Age") is names_fold
        assert op.index_exists(None, "people", columns=["AGE"]) is names_fold
        assert op.constraint_exists("CK_Age", "people") is names_fold
        # SQLite folds ASCII alone.
        assert op.column_exists("people", "ÜNÏ") is (database.name in ("mysql", "mariadb"))


def test_names_that_differ_by_an_accent_are_two(connection, migrate):
    for name in ("e", "é"):
        connection.exec_driver_sql(
            f"CREATE TABLE t{name} (c{name} int, o int, CONSTRAINT uq{name} UNIQUE (o, c{name}))"
        )
        connection.exec_driver_sql(f"CREATE INDEX ix{name} ON t{name} (c{name})")
    with migrate():
        assert not op.table_exists("tè")
        assert op.column_exists("té", "cé")
        assert not op.column_exists("té", "ce")
        assert not op.index_exists("ixe", "té")
        assert op.index_exists("ixe", columns=["ce"])
        assert not op.index_exists("ixe", columns=["cé"])


@pytest.mark.capability("unique_constraint_is_index")
def test_a_dotted_capital_i_is_an_i_to_mysql(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE t (İd int)")
    with migrate():
        assert op.column_exists("t", "İd")
        assert op.column_exists("t", "id")
        assert not op.column_exists("t", "ıd")


@pytest.mark.capability("has_enums")
def test_quoted_mixed_case_is_exact(connection, migrate):
    connection.exec_driver_sql('CREATE TABLE "Users" ("Id" int)')
    with migrate():
        assert op.table_exists("Users")
        assert not op.table_exists("users")
        assert op.column_exists("Users", "Id")
        assert not op.column_exists("Users", "id")


@pytest.mark.capability("has_enums")
@pytest.mark.parametrize("name", ["x" * 70, "ä" * 40, "y" + "ä" * 40, "z" * 61 + "表" * 3])
def test_postgresql_keeps_63_bytes_and_whole_characters(connection, migrate, name):
    quote = connection.dialect.identifier_preparer.quote_identifier
    connection.exec_driver_sql(f"CREATE SCHEMA {quote(name)}")
    within = f"{quote(name)}.{quote(name)}"
    connection.exec_driver_sql(
        f"CREATE TABLE {within} ({quote(name)} int, "
        f"CONSTRAINT {quote('c' + name)} CHECK ({quote(name)} > 0))"
    )
    connection.exec_driver_sql(f"CREATE INDEX {quote('i' + name)} ON {within} ({quote(name)})")
    connection.exec_driver_sql(f"CREATE TYPE {quote(name)} AS ENUM ('a')")
    connection.exec_driver_sql(f"CREATE SEQUENCE {quote(name + '_s')[:30] + chr(34)}")
    stored = name.encode()[:63].decode(errors="ignore")
    with migrate():
        for asked in (name, stored):
            assert op.schema_exists(asked)
            assert op.table_exists(asked, schema=name)
            assert op.column_exists(asked, asked, schema=asked)
            assert op.enum_exists(asked)
            assert op.index_exists(None, asked, columns=[asked], schema=asked)
        assert op.index_exists("i" + name, schema=name)
        assert op.index_exists("i" + name, name, schema=name)
        assert op.constraint_exists("c" + name, name, schema=name)
        assert not op.table_exists(stored[:-1], schema=name)


LONG = "ix_" + "_".join(["a_rather_long_name"] * 5)


def test_a_name_that_sqlalchemy_shortens_is_found_by_its_whole_length(
    connection, migrate, database
):
    with migrate():
        alembic.op.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))
        alembic.op.create_index(op.f(LONG), "t", ["a"])
        for asked in (op.f(LONG), LONG):
            assert op.index_exists(asked)
            assert op.index_exists(asked, "t", columns=["a"])
            assert not op.index_exists(asked, "t", columns=["b"])
        stored = op.find_index_name("t", columns=["a"])
        assert stored is not None
        assert (stored == LONG) is (database.name == "sqlite")
        assert op.index_exists(stored)
        assert not op.index_exists(LONG[:-1] + "x")
        assert not op.constraint_exists(LONG, "t", type_="check")


@pytest.mark.capability("alters_in_place")
def test_a_constraint_that_sqlalchemy_shortens_is_found_by_its_whole_length(connection, migrate):
    with migrate():
        alembic.op.create_table("t", sa.Column("a", sa.Integer))
        alembic.op.create_check_constraint(op.f(LONG), "t", "a > 0")
        for asked in (op.f(LONG), LONG):
            assert op.check_constraint_exists(asked, "t")
            assert op.constraint_exists(asked, "t", type_="check")
        assert not op.check_constraint_exists(LONG[:-1] + "x", "t")


CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(constraint_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(constraint_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def conventional_table(schema, target):
    return (
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer),
        sa.UniqueConstraint("a", name="one"),
        sa.CheckConstraint("a > 0", name="positive"),
        sa.CheckConstraint("a < 9", name=op.f("literal")),
        sa.ForeignKeyConstraint(["a"], [target], name="parent"),
    )


def test_a_naming_convention_is_applied_to_the_name_that_is_asked_for(
    connection, migrate, schema, database
):
    target = f"{schema}.t.id" if schema else "t.id"
    metadata = sa.MetaData(naming_convention=CONVENTION)
    stored = {"one": "uq_t_one_a", "positive": "ck_t_positive", "parent": "fk_t_parent_t"}
    with migrate(target_metadata=metadata):
        alembic.op.create_table("t", *conventional_table(schema, target), schema=schema)
        for short, long in stored.items():
            for asked in (short, long, op.f(long)):
                assert op.constraint_exists(asked, "t", schema=schema), asked
            assert not op.constraint_exists(op.f(short), "t", schema=schema)
            assert not op.constraint_exists(long + "x", "t", schema=schema)
        assert op.check_constraint_exists("positive", "t", schema=schema)
        assert not op.check_constraint_exists("one", "t", schema=schema)
        assert op.unique_constraint_exists("one", "t", columns=["a"], schema=schema)
        assert op.foreign_key_exists("parent", "t", referred_table="t", schema=schema)
        assert op.check_constraint_exists("literal", "t", schema=schema)
        assert op.primary_key_exists("pk_t", "t", schema=schema)
    with migrate():
        for short, long in stored.items():
            assert not op.constraint_exists(short, "t", schema=schema)
            assert op.constraint_exists(long, "t", schema=schema)


def test_a_naming_convention_may_name_indexes_too(connection, migrate):
    metadata = sa.MetaData(naming_convention={"ix": "ix_%(table_name)s_%(constraint_name)s"})
    with migrate(target_metadata=metadata):
        alembic.op.create_table("t", sa.Column("a", sa.Integer))
        alembic.op.create_index("fast", "t", ["a"])
        assert op.index_exists("fast", "t")
        assert op.index_exists("ix_t_fast", "t")
        assert op.index_exists("ix_t_fast")
        assert not op.index_exists("slow", "t")


def test_what_the_drop_of_an_operation_takes_away_is_what_the_predicate_found(connection, migrate):
    metadata = sa.MetaData(naming_convention=CONVENTION)
    with migrate(target_metadata=metadata):
        op.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))
        op.create_check_constraint("positive", "t", "a > 0")
        assert op.constraint_exists("positive", "t", type_="check")
        op.drop_constraint("positive", "t", type_="check")
        assert not op.constraint_exists("positive", "t", type_="check")
        assert not op.constraint_exists("ck_t_positive", "t")


def test_names_of_other_string_classes_are_names(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE t (a int, CONSTRAINT ck CHECK (a > 0))")
    connection.exec_driver_sql("CREATE INDEX ix ON t (a)")
    for kind in (lambda name: quoted_name(name, quote=True), op_f):
        with migrate():
            assert op.table_exists(kind("t"))
            assert op.column_exists(kind("t"), kind("a"))
            assert op.index_exists(kind("ix"), kind("t"))
            assert op.constraint_exists(kind("ck"), kind("t"))


def op_f(name):
    return op.f(name)


def test_two_indexes_of_a_table_that_differ_by_an_accent_are_two(connection, migrate):
    connection.exec_driver_sql("CREATE TABLE t (a int, b int)")
    connection.exec_driver_sql("CREATE INDEX ixe ON t (a, b)")
    connection.exec_driver_sql("CREATE INDEX ixé ON t (b, a)")
    with migrate():
        assert op.find_index_name("t", columns=["a", "b"]) == "ixe"
        assert op.find_index_name("t", columns=["b", "a"]) == "ixé"


@pytest.mark.parametrize("folds", [0, 1])
def test_a_server_that_folds_the_names_of_tables_is_believed(folds):
    """``lower_case_table_names``: 1 on Windows, 2 on macOS."""

    class Server:
        def execute(self, *_):
            return [("users", "BASE TABLE", folds)]

    database = MySQL(mysql.dialect())
    found = database.kind(Server(), "Users", "test")
    assert (found is Kind.TABLE) is bool(folds)
    assert (database.relation_key("Users") == database.relation_key("users")) is bool(folds)
