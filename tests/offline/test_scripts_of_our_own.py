"""Scripts of what Alembic lacks, and of what needs another form than a block."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from offline.scripts import cuts, script
from offline.trial import Build, Trial, assert_converges
from servers.clients import run_script
from servers.database import Database
from sqlalchemy.dialects import mysql, postgresql

import alembic_helpers.op

NASTY = "it's :x 100% \\ $sql$ \u00df"


def trial(database: Database, build: Build, schema: str | None = None) -> Trial:
    return Trial(database, build, schema, online_op=alembic_helpers.op)


@pytest.mark.capability("has_enums")
def test_enums(database: Database, schema: str | None) -> None:
    def prepare(op: Any, schema: str | None) -> None:
        for name in ("gone", "renamed"):
            sa.Enum("x", "y", name=name, schema=schema).create(op.get_bind())

    def build(op: Any, schema: str | None) -> None:
        op.create_enum("Mood's", ["a", NASTY], schema=schema)
        op.add_enum_value("Mood's", "b", before=NASTY, schema=schema)
        op.rename_enum_value("renamed", "x", "x%", schema=schema)
        op.drop_enum("gone", schema=schema)

    assert_converges(replace(trial(database, build, schema), prepare=prepare))


@pytest.mark.capability("has_enums")
def test_an_enum_that_comes_with_its_table(database: Database, schema: str | None) -> None:
    def build(op: Any, schema: str | None) -> None:
        for name in ("one", "two"):
            kind = sa.Enum("a", NASTY, name="kind", schema=schema)
            op.create_table(name, sa.Column("kind", kind, server_default=NASTY), schema=schema)

    assert_converges(trial(database, build, schema))


@pytest.mark.capability("has_enums")
def test_a_column_becomes_an_enum_once(database: Database) -> None:
    def build(op: Any, schema: str | None) -> None:
        op.create_table("t", sa.Column("a", sa.String(5)), sa.Column("b", sa.Integer))
        op.create_enum("Kind", ["x1", "x2"])
        kind = postgresql.ENUM(name="Kind", create_type=False)
        using = "('x' || a)::\"Kind\""  # a second time it would fail
        op.alter_column("t", "a", type_=kind, postgresql_using=using)
        array = postgresql.ARRAY(sa.Text)
        op.alter_column("t", "b", type_=array, postgresql_using="ARRAY[b::text]")

    expected, text = trial(database, build).online(), trial(database, build).script
    # Only the statements after CREATE TABLE: it asks for the types that it made.
    creation = next(cuts(text, database))
    assert trial(database, build).run(text, text.removeprefix(creation)) == expected


@pytest.mark.parametrize("materialized", [False, True])
def test_views(database: Database, schema: str | None, materialized: bool) -> None:
    if materialized and not database.has_materialized_views:
        materialized = False

    def build(op: Any, schema: str | None) -> None:
        quoted = NASTY.replace("\\", "").replace("'", "''")
        op.create_view("v's", f"SELECT '{quoted}' AS a", schema=schema, materialized=materialized)
        op.create_view("w", sa.select(sa.literal("a").label("b")), schema=schema)
        op.replace_view("w", "SELECT 'b' AS b", schema=schema)
        op.drop_view("w2", schema=schema)

    made, text = trial(database, build, schema), trial(database, build, schema).script
    expected = made.online()
    assert made.run(text) == expected
    assert made.run(*cuts(text, database), text, text) == expected


@pytest.mark.capability("has_sequences")
def test_sequences(database: Database, schema: str | None) -> None:
    def build(op: Any, schema: str | None) -> None:
        op.create_sequence("Seq's", start=5, increment=2, schema=schema)
        op.drop_sequence("gone", schema=schema)

    assert_converges(trial(database, build, schema))


@pytest.mark.capability("has_schemas")
def test_schemas(database: Database) -> None:
    name = f"{database.other_schema}_n"

    def build(op: Any, schema: str | None) -> None:
        op.create_schema(name)
        op.create_table("t", sa.Column("a", sa.Integer), schema=name)
        op.drop_table("t", schema=name)
        op.drop_schema(name)

    assert_converges(trial(database, build))


@pytest.mark.capability("has_extensions")
def test_extensions(database: Database) -> None:
    def build(op: Any, schema: str | None) -> None:
        op.create_extension("plpgsql")
        op.drop_extension("gone")

    assert_converges(trial(database, build))


def test_rows_with_a_key(database: Database, schema: str | None) -> None:
    def build(op: Any, schema: str | None) -> None:
        table = op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("name", sa.String(60)),
            sa.Column("made", sa.Boolean),
            sa.Column("data", sa.LargeBinary),
            sa.Column("more", sa.JSON),
            sa.Column("n", sa.Integer, default=7),
            schema=schema,
        )
        values = {"name": NASTY, "made": True, "data": b"\x00'%\\", "more": {"a'%": [1, NASTY]}}
        op.ensure_rows(table, [{"id": 1, **values}, {"id": 1, "name": "not this one"}])
        op.ensure_rows(table, [{"id": 2, "name": "2"}], key=["name"])
        op.bulk_insert(table, [{"id": 3, **values}])

    assert_converges(trial(database, build, schema))


NOON = dt.datetime(2020, 1, 2, 12, 0, 0, 678901)
ROUNDED: dict[str, list[tuple[Any, Any]]] = {
    "sqlite": [(sa.Float(), 0.1), (sa.REAL(), 0.1)],
    "postgresql": [
        (sa.Float(), 0.1),
        (sa.Float(10), 0.1),
        (sa.REAL(), 0.1),
        (postgresql.TIMESTAMP(precision=0), NOON),
        (postgresql.TIME(precision=1), NOON.time()),
        (sa.DateTime().with_variant(postgresql.TIMESTAMP(precision=0), "postgresql"), NOON),
    ],
    "mysql": [
        (sa.Float(), 0.1),
        (sa.Float(10), 0.1),
        (sa.Float(53), 0.1),
        (sa.REAL(), 0.1),
        (sa.Double(), 0.1),
        (mysql.FLOAT(7, 3), 1.23456),
        (mysql.DOUBLE(7, 3), 1.23456),
        (mysql.DATETIME(fsp=3), NOON),
        (sa.TIMESTAMP(), NOON),
        (sa.Text().with_variant(mysql.FLOAT(), "mysql", "mariadb"), 0.1),
    ],
}
ROUNDED["mariadb"] = ROUNDED["mysql"]


def test_rows_whose_values_are_rounded_are_found_again(database: Database) -> None:
    types = [*ROUNDED[database.name], (sa.JSON(), {"a": 1.5}), (sa.Enum("x", name="e"), "x")]

    def build(op: Any, schema: str | None) -> None:
        for number, (type_, value) in enumerate(types):
            table = op.create_table(f"t{number}", sa.Column("v", type_))
            op.bulk_insert(table, [{"v": value}])

    found = trial(database, build).run(*[trial(database, build).script] * 2)["rows"]
    twice = [types[number] for number in range(len(types)) if len(found[f"t{number}"]) != 1]
    assert not twice


@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "mariadb", "mssql", "oracle"])
def test_alembics_own_flags_change_nothing(dialect: str) -> None:
    def build(**flags: bool) -> None:
        there = {name: flag for name, flag in flags.items() if name == "if_exists"}
        absent = {name: flag for name, flag in flags.items() if name == "if_not_exists"}
        op = alembic_helpers.op
        op.create_table("t", sa.Column("a", sa.Integer), **absent)
        op.create_index("ix", "t", ["a"], **absent)
        op.drop_index("ix", "t", **there)
        op.drop_table("t", **there)

    flagged = script(dialect, lambda: build(if_exists=True, if_not_exists=True))
    assert flagged == script(dialect, build)


def test_rows_with_an_expression_are_found_again(database: Database) -> None:
    def prepare(op: Any, schema: str | None) -> None:
        op.create_table("t", sa.Column("a", sa.String(20)), sa.Column("at", sa.DateTime))

    def build(op: Any, schema: str | None) -> None:
        target = sa.table("t", sa.column("a", sa.String), sa.column("at", sa.DateTime))
        op.bulk_insert(target, [{"a": "x", "at": sa.func.current_timestamp()}])

    text = trial(database, build).script
    found = replace(trial(database, build), prepare=prepare).run(text, text)
    assert [row.a for row in found["rows"]["t"]] == ["x"]


@pytest.mark.capability("has_exclude_constraints")
def test_exclude_constraints(database: Database) -> None:
    def prepare(op: Any, schema: str | None) -> None:
        op.create_table("t", sa.Column("during", postgresql.TSRANGE))

    def build(op: Any, schema: str | None) -> None:
        op.create_exclude_constraint("ex", "t", ("during", "&&"), using="gist")

    assert_converges(replace(trial(database, build), prepare=prepare))


@pytest.mark.capability("has_enums")
def test_an_index_is_dropped_without_its_table(database: Database, schema: str | None) -> None:
    def prepare(op: Any, schema: str | None) -> None:
        op.create_table("t", sa.Column("a", sa.Integer, index=True), schema=schema)

    def build(op: Any, schema: str | None) -> None:
        op.drop_index(op.f("ix_t_a"), schema=schema)
        op.drop_index("ix_gone", schema=schema)

    found = replace(trial(database, build, schema), prepare=prepare)
    text = found.script
    assert not found.run(text, text)["tables"]["t"]["indexes"]


@pytest.mark.parametrize("dialect", ["postgresql+psycopg", "mysql+pymysql"])
def test_percent_signs_are_not_doubled_for_a_driver(dialect: str) -> None:
    def build() -> None:
        table = alembic_helpers.op.create_table("100%", sa.Column("a%", sa.String(9)))
        alembic_helpers.op.bulk_insert(table, [{"a%": "%s"}])
        alembic_helpers.op.add_column("100%", sa.Column("b%", sa.String(9), server_default="%"))

    def text(**dialect_opts: str) -> str:
        return script(dialect, build, dialect_opts=dialect_opts)

    assert text() == text(paramstyle="named")
    assert "%%" not in text()


@pytest.mark.capability("has_concurrent_indexes")
def test_concurrent_indexes_are_native_and_then_checked(database: Database) -> None:
    def build(op: Any, schema: str | None) -> None:
        op.create_index("ix", "t", ["a"], unique=True, postgresql_concurrently=True)
        op.drop_index("before", "t", postgresql_concurrently=True)

    text = script("postgresql", lambda: build(alembic_helpers.op, None))
    assert "\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ix ON t (a);\n" in text
    assert "\nDROP INDEX CONCURRENTLY IF EXISTS before;\n" in text
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a integer)")
        connection.exec_driver_sql("CREATE INDEX before ON t (a)")
    for cut in (*cuts(text, database), text, text):
        run_script(database, cut)
    with database.engine.begin() as connection:
        assert [i["name"] for i in sa.inspect(connection).get_indexes("t")] == ["ix"]


@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle"])
def test_what_is_written_by_hand_passes_under_a_comment(dialect: str) -> None:
    text = script(dialect, lambda: alembic_helpers.op.execute("UPDATE t SET a = '100%'"))
    end = {"mssql": ";\nGO", "oracle": "\n/"}.get(dialect, ";")
    assert text.strip() == (
        f"-- execute: not guarded, it runs each time\n\nUPDATE t SET a = '100%'{end}"
    )
