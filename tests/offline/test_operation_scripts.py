"""A script of each operation, run once, twice, and cut after each statement and then whole."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from offline.trial import Build, Trial, assert_converges
from servers.clients import run_script
from servers.database import Database
from sqlalchemy.dialects import postgresql

NASTY = 'it\'s :x 100% \\ $sql$ "q" \u00df\u6f22'
"""For values; and for names what each database takes."""
TABLE, COLUMN = "Order's $guard$ %s", "select"
META = {
    "target_metadata": sa.MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s"})
}


def before(op: Any, schema: str | None) -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(COLUMN, sa.String(20)),
        sa.Column("n", sa.Integer),
        sa.Column("d", sa.Integer),
        sa.UniqueConstraint("d", name="uq_d"),
        sa.CheckConstraint("d > 0", name="ck_d"),
        schema=schema,
    )
    op.create_table("p", sa.Column("id", sa.Integer, primary_key=True), schema=schema)
    op.create_table("bare", sa.Column("a", sa.Integer, nullable=False), schema=schema)
    op.create_index("ix_n", TABLE, ["n"], schema=schema)


OPERATIONS: dict[str, Build] = {}
EVERYWHERE: dict[str, Build] = {}


def everywhere(build: Build) -> Build:
    EVERYWHERE[build.__name__] = build
    return build


def in_place(build: Build) -> Build:
    OPERATIONS[build.__name__] = build
    return build


@everywhere
def create_table(op: Any, schema: str | None) -> None:
    op.create_table(
        "New %s",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.String(80), nullable=False, server_default=NASTY, index=True),
        sa.Column("p_id", sa.Integer, sa.ForeignKey(f"{schema}.p.id" if schema else "p.id")),
        sa.Column("at", sa.DateTime, index=True),
        sa.Column("price", sa.Numeric(8, 2)),
        schema=schema,
    )


@everywhere
def create_table_and_its_rows(op: Any, schema: str | None) -> None:
    table = op.create_table(
        "seeds",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("a", sa.String(80)),
        schema=schema,
    )
    op.bulk_insert(table, [{"id": 1, "a": NASTY}, {"id": 2, "a": None}, {"id": 3, "a": "c"}])


@everywhere
def rows_without_a_key(op: Any, schema: str | None) -> None:
    target = sa.table(
        TABLE, sa.column("n", sa.Integer), sa.column(COLUMN, sa.String), schema=schema
    )
    same = {"n": 1, COLUMN: NASTY[:9]}
    op.bulk_insert(target, [same, same, {"n": None, COLUMN: "b"}])


@everywhere
def drop_table(op: Any, schema: str | None) -> None:
    op.drop_table("bare", schema=schema)


@everywhere
def create_index(op: Any, schema: str | None) -> None:
    op.create_index("Ix 'a' %s", TABLE, [COLUMN, "n"], unique=True, schema=schema)


@everywhere
def drop_index(op: Any, schema: str | None) -> None:
    op.drop_index("ix_n", TABLE, schema=schema)


@in_place
def rename_table(op: Any, schema: str | None) -> None:
    op.rename_table("bare", "Bare'er", schema=schema)


@in_place
def table_comments(op: Any, schema: str | None) -> None:
    op.create_table_comment("bare", NASTY, schema=schema)
    op.drop_table_comment("p", schema=schema)


@in_place
def create_table_with_comments(op: Any, schema: str | None) -> None:
    op.create_table(
        "commented", sa.Column("a", sa.Integer, comment=NASTY), schema=schema, comment=NASTY
    )


@in_place
def add_column(op: Any, schema: str | None) -> None:
    target = f"{schema}.p.id" if schema else "p.id"
    op.add_column(TABLE, sa.Column("x's", sa.String(90), server_default=NASTY), schema=schema)
    op.add_column(TABLE, sa.Column("p", sa.Integer, sa.ForeignKey(target)), schema=schema)
    op.add_column(TABLE, sa.Column("i", sa.Integer, index=True, comment=NASTY), schema=schema)


@in_place
def drop_column(op: Any, schema: str | None) -> None:
    op.drop_column(TABLE, "n", schema=schema)


@in_place
def alter_column(op: Any, schema: str | None) -> None:
    op.alter_column(
        TABLE,
        COLUMN,
        new_column_name="se'lected",
        type_=sa.String(90),
        existing_type=sa.String(20),
        nullable=False,
        server_default=NASTY,
        comment=NASTY,
        schema=schema,
    )


@in_place
def alter_one_thing(op: Any, schema: str | None) -> None:
    op.alter_column(TABLE, COLUMN, existing_type=sa.String(20), nullable=False, schema=schema)
    op.alter_column(TABLE, "n", existing_type=sa.Integer(), type_=sa.BigInteger(), schema=schema)
    op.alter_column("bare", "a", existing_type=sa.Integer(), server_default="7", schema=schema)


@in_place
def constraints(op: Any, schema: str | None) -> None:
    op.create_unique_constraint("Uq's", TABLE, [COLUMN, "n"], schema=schema)
    op.create_check_constraint("ck_n", TABLE, "n % 2 = 0", schema=schema)
    op.create_primary_key("pk_bare", "bare", ["a"], schema=schema)
    op.create_foreign_key(
        "Fk %s",
        TABLE,
        "p",
        ["n"],
        ["id"],
        ondelete="CASCADE",
        source_schema=schema,
        referent_schema=schema,
    )


@in_place
def unnamed_constraints(op: Any, schema: str | None) -> None:
    op.create_unique_constraint(None, TABLE, [COLUMN], schema=schema)
    op.create_foreign_key(
        None, TABLE, "p", ["d"], ["id"], source_schema=schema, referent_schema=schema
    )


@in_place
def drop_constraints(op: Any, schema: str | None) -> None:
    op.drop_constraint("uq_d", TABLE, type_="unique", schema=schema)
    op.drop_constraint("ck_d", TABLE, type_="check", schema=schema)


@in_place
def batch(op: Any, schema: str | None) -> None:
    with op.batch_alter_table(TABLE, schema=schema) as batch_op:
        batch_op.add_column(sa.Column("z", sa.Integer))
        batch_op.create_index("ix_z", ["z"])
        batch_op.drop_column("n")


@pytest.mark.parametrize("name", EVERYWHERE)
def test_a_script_ends_like_the_online_run(
    database: Database, schema: str | None, name: str
) -> None:
    assert_converges(Trial(database, EVERYWHERE[name], schema, before))


@pytest.mark.capability("alters_in_place")
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_script_that_alters_ends_like_the_online_run(
    database: Database, schema: str | None, name: str
) -> None:
    assert_converges(Trial(database, OPERATIONS[name], schema, before))


@pytest.mark.parametrize("name", ["bare$sql", "$guard", "bare$sql1$sql"])
def test_a_name_that_ends_like_a_dollar_quote(database: Database, name: str) -> None:
    def prepare(op: Any, schema: str | None) -> None:
        for each in (name, "bare"):
            op.create_table(each, sa.Column("a", sa.Integer))

    assert_converges(Trial(database, lambda op, _: op.drop_table(name), None, prepare))


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_a_name_of_several_lines_stays_within_the_comment(database: Database, end: str) -> None:
    def build(op: Any, schema: str | None) -> None:
        op.create_index(f"x{end}DROP TABLE bare; --", TABLE, ["n"])

    assert_converges(Trial(database, build, None, before))


@pytest.mark.capability("alters_in_place")
def test_names_that_differ_in_an_accent_are_two(database: Database) -> None:
    def build(op: Any, schema: str | None) -> None:
        op.create_table("t", sa.Column("ano", sa.Integer), schema=schema)
        op.create_index("ix_ano", "t", ["ano"], schema=schema)
        op.add_column("t", sa.Column("a\xf1o", sa.Integer), schema=schema)
        op.create_index("ix_a\xf1o", "t", ["a\xf1o"], schema=schema)
        op.create_check_constraint("ck_ano", "t", "ano > 0", schema=schema)
        op.create_check_constraint("ck_a\xf1o", "t", "ano > 1", schema=schema)

    assert_converges(Trial(database, build))


@pytest.mark.capability("has_enums")
def test_types_with_a_collation(database: Database) -> None:
    def prepare(op: Any, schema: str | None) -> None:
        op.execute('CREATE COLLATION "It\'s" FROM "C"')
        op.create_table("p", sa.Column("a", sa.Text), sa.Column("b", sa.CHAR(3, collation="C")))

    def build(op: Any, schema: str | None) -> None:
        op.create_table(
            "t",
            sa.Column("a", sa.String(10, collation="C")),
            sa.Column("b", postgresql.ARRAY(sa.Text(collation="POSIX"))),
            sa.Column("c", sa.CHAR(3, collation="It's")),
        )
        op.add_column("t", sa.Column("e", sa.Text(collation="C")))
        op.alter_column("p", "a", type_=sa.Text(collation="POSIX"))
        op.alter_column("p", "b", type_=sa.Text(collation="POSIX"), postgresql_using="b || 'x'")

    assert_converges(Trial(database, build, None, prepare))


@pytest.mark.capability("has_enums")
def test_a_script_that_changes_only_a_collation_changes_it(database: Database) -> None:
    def prepare(op: Any, schema: str | None) -> None:
        op.create_table("t", sa.Column("a", sa.Text(collation="C")))

    def build(op: Any, schema: str | None) -> None:
        op.alter_column("t", "a", type_=sa.Text(collation="POSIX"))

    with Trial(database, build, None, prepare).prepared() as connection:
        run_script(database, Trial(database, build).script)
        found = sa.text(
            "SELECT collname FROM pg_attribute JOIN pg_collation c ON c.oid = attcollation"
            " WHERE attrelid = 't'::regclass AND attname = 'a'"
        )
        assert connection.scalar(found) == "POSIX"


@pytest.mark.capability("alters_in_place")
def test_a_column_is_renamed_in_case_only(database: Database, schema: str | None) -> None:
    def build(op: Any, schema: str | None) -> None:
        op.alter_column(TABLE, "n", new_column_name="N", existing_type=sa.Integer(), schema=schema)

    assert_converges(Trial(database, build, schema, before))
