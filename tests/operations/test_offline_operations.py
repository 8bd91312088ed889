"""``Settings(offline=Offline.UNGUARDED)``: operations print what ``alembic.op`` prints."""

from __future__ import annotations

import io
import re

import alembic.op
import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

import alembic_helpers as ah
import alembic_helpers.op
from alembic_helpers import Outcome
from alembic_helpers.engine.operations import operations_for

DIALECTS = ["sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle"]


def script(dialect, build):
    """The SQL that is printed, and what became of the operations."""
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name=dialect,
        dialect_opts={"paramstyle": "named"},  # as Alembic's own env.py does
        opts={
            "as_sql": True,
            "output_buffer": buffer,
            "alembic_helpers": ah.Settings(offline=ah.Offline.UNGUARDED),
        },
    )
    # Operations.context() would leave its proxy behind after an error.
    operations = Operations(context)
    operations._install_proxy()
    try:
        found = build()
        records = [record.outcome for record in operations_for(context).records]
    finally:
        operations._remove_proxy()
    return re.sub(r"-- .*: not guarded\n\n", "", buffer.getvalue()), records, found


def everywhere(op):
    t = op.create_table(
        "t",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.String(20), nullable=False, server_default="it's 100%"),
        sa.Column("state", sa.Enum("a", "b", name="state")),
        sa.Column("indexed", sa.Integer, index=True),
        comment="100%",
        schema="s",
    )
    op.bulk_insert(t, [{"id": 1, "a": "it's :x 100%"}])
    op.add_column("t", sa.Column("c", sa.Integer, nullable=True), schema="s")
    op.create_index("ix", "t", ["a", sa.text("lower(c)")], unique=True, schema="s")
    op.drop_index("ix", "t", schema="s")
    op.rename_table("t", "u", schema="s")
    op.drop_column("u", "c", schema="s")
    op.execute("UPDATE u SET a = '100%'")
    op.drop_table("u", schema="s")


def where_no_batch_is_needed(op):
    op.create_unique_constraint("uq", "t", ["a"])
    op.create_check_constraint("ck", "t", "a % 2 = 0")
    op.create_foreign_key("fk", "t", "u", ["a"], ["id"], ondelete="CASCADE")
    op.create_primary_key("pk", "t", ["a"])
    op.drop_constraint("fk", "t", type_="foreignkey")
    op.alter_column("t", "a", nullable=False, type_=sa.Text(), existing_type=sa.String(9))
    op.alter_column("t", "a", new_column_name="b", existing_type=sa.Text())
    with op.batch_alter_table("t") as batch_op:
        batch_op.add_column(sa.Column("z", sa.Integer))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_script_is_alembics(dialect):
    builds = [everywhere] if dialect == "sqlite" else [everywhere, where_no_batch_is_needed]
    for build in builds:
        theirs, _, _ = script(dialect, lambda build=build: build(alembic.op))
        ours, records, _ = script(dialect, lambda build=build: build(alembic_helpers.op))
        assert ours == theirs
        assert ours.strip()
        assert set(records) == {Outcome.WRITTEN}


def test_create_table_returns_its_table():
    _, _, table = script(
        "sqlite", lambda: alembic_helpers.op.create_table("t", sa.Column("a", sa.Integer))
    )
    assert isinstance(table, sa.Table)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql", "mariadb"])
def test_verbs_are_written(dialect):
    sql, _, outcome = script(
        dialect, lambda: ah.create_table_if_not_exists("t", sa.Column("a", sa.Integer))
    )
    assert outcome is Outcome.WRITTEN
    assert "CREATE TABLE t (" in sql


WRITTEN = {
    "create_schema": (lambda: ah.create_schema("a b"), 'CREATE SCHEMA "a b";'),
    "drop_schema": (lambda: ah.drop_schema("s"), "DROP SCHEMA s;"),
    "create_extension": (
        lambda: ah.create_extension("pg_trgm", schema="s"),
        "CREATE EXTENSION pg_trgm WITH SCHEMA s;",
    ),
    "drop_extension": (lambda: ah.drop_extension("pg_trgm"), "DROP EXTENSION pg_trgm;"),
    "create_enum": (
        lambda: ah.create_enum("state", ["it's", "100%"], schema="s"),
        "CREATE TYPE s.state AS ENUM ('it''s', '100%');",
    ),
    "add_enum_value": (
        lambda: ah.add_enum_value("state", "100%", after="it's"),
        "ALTER TYPE state ADD VALUE '100%' AFTER 'it''s';",
    ),
    "rename_enum_value": (
        lambda: ah.rename_enum_value("state", "a", "100% :b"),
        "ALTER TYPE state RENAME VALUE 'a' TO '100% :b';",
    ),
    "drop_enum": (lambda: ah.drop_enum("state"), "DROP TYPE state;"),
    "create_sequence": (
        lambda: ah.create_sequence("q", start=5),
        "CREATE SEQUENCE q START WITH 5;",
    ),
    "drop_sequence": (lambda: ah.drop_sequence("q", schema="s"), "DROP SEQUENCE s.q;"),
    "create_view": (
        lambda: ah.create_view("v", "SELECT '100% :x' AS a"),
        "CREATE VIEW v AS SELECT '100% :x' AS a;",
    ),
    "create_view, materialized": (
        lambda: ah.create_view("v", sa.select(sa.literal("it's").label("a")), materialized=True),
        "CREATE MATERIALIZED VIEW v AS SELECT 'it''s' AS a;",
    ),
    "replace_view": (
        lambda: ah.replace_view("v", "SELECT 1 AS a", schema="s"),
        "CREATE OR REPLACE VIEW s.v AS SELECT 1 AS a;",
    ),
    "drop_view": (lambda: ah.drop_view("v"), "DROP VIEW v;"),
    "ensure_rows": (
        lambda: ah.ensure_rows("t", [{"id": 1, "a": "it's 100% :x"}], schema="s"),
        "INSERT INTO s.t (id, a) VALUES (1, 'it''s 100% :x');",
    ),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_alembic_lacks_is_written(name):
    step, expected = WRITTEN[name]
    sql, records, outcome = script("postgresql", step)
    assert (sql.strip(), records, outcome) == (expected, [Outcome.WRITTEN], Outcome.WRITTEN)


def test_replace_view_where_there_is_no_such_word():
    sql, _, _ = script("sqlite", lambda: ah.replace_view("v", "SELECT 1 AS a"))
    assert sql.split(";\n\n") == ["DROP VIEW IF EXISTS v", "CREATE VIEW v AS SELECT 1 AS a", ""]


@pytest.mark.parametrize("dialect", ["sqlite", "mysql", "mariadb"])
def test_what_a_database_lacks_is_refused_offline_too(dialect):
    with pytest.raises(ah.NotSupportedError):
        script(dialect, lambda: ah.create_enum("state", ["a"]))
    with pytest.raises(ah.NotSupportedError):
        script(dialect, lambda: ah.create_extension("x"))
    with pytest.raises(ah.NotSupportedError):
        script(dialect, lambda: ah.create_view("v", "SELECT 1", materialized=True))
